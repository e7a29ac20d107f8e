"""A text of the language in its one layout, in the dialect that it has or in the other.

    text ─ concrete_tree ─→ words under their rules ─ translation ─→ lines of words ─ layout ─→ text

`word_order` and `keyword_forms` know what the other language says; nothing here knows what a policy means, and what
comes out is compared with what went in.
"""

from collections.abc import Iterable, Mapping

from creditlang.diagnostics import Language
from creditlang.format.called_names import NO_NAMES, only_called
from creditlang.format.concrete_tree import concrete
from creditlang.format.layout import laid_out
from creditlang.format.translation import translated
from creditlang.source import SourceFile
from creditlang.syntax import parse

__all__ = ["Unlike", "formatted"]


class Unlike(Exception):
    """A text that would mean something else once it was laid out, so that it was not."""


def formatted(
    source: SourceFile, names: Iterable[str] = (), language: Language | None = None,
    called: Mapping[int, str] = NO_NAMES,
) -> str:  # fmt: skip
    """A text that can be parsed in the one layout, and with a `language` in its dialect; it has the same tree.

    `names` are those that it uses of other files. Where names begin that the language has labels for, those are in
    `called`; then it has the same tree but for names. Raises what the parser raises for a text that it does not take,
    and `Unlike` where the tree would be another.
    """
    known = frozenset(names)
    before = parse(source, known).module
    for reorder in (True, False) if language is not None else (False,):
        result = _laid_out(source, known, language, reorder, NO_NAMES)
        if parse(SourceFile(source.name, result), known).module != before:
            continue
        if not called:
            return result
        said = _laid_out(source, known, language, reorder, called)
        one, other = (concrete(SourceFile(source.name, each), known) for each in (result, said))
        if only_called(one, other):
            return said
    raise Unlike(source.name)


def _laid_out(
    source: SourceFile, known: Iterable[str], language: Language | None, reorder: bool, called: Mapping[int, str]
) -> str:
    text = concrete(source, known)
    return laid_out(text, translated(text, language, reorder, called) if language is not None else None)
