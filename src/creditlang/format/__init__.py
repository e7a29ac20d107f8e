"""A text of the language in its one layout, in the dialect that it has or in the other.

    text ─ concrete_tree ─→ words under their rules ─ translation ─→ lines of words ─ layout ─→ text

`word_order` and `keyword_forms` know what the other language says; nothing here knows what a policy means, and what
comes out is compared with what went in.
"""

from collections.abc import Iterable

from creditlang.diagnostics import Language
from creditlang.format.concrete_tree import concrete
from creditlang.format.layout import laid_out
from creditlang.format.translation import translated
from creditlang.source import SourceFile
from creditlang.syntax import parse

__all__ = ["Unlike", "formatted"]


class Unlike(Exception):
    """A text that would mean something else once it was laid out, so that it was not."""


def formatted(source: SourceFile, names: Iterable[str] = (), language: Language | None = None) -> str:
    """A text that can be parsed in the one layout, and with a `language` in its dialect; it has the same tree.

    `names` are those that it uses of other files. Raises what the parser raises for a text that it does not take, and
    `Unlike` where the tree would not be the same.
    """
    known = frozenset(names)
    before = parse(source, known).module
    for reorder in (True, False) if language is not None else (False,):
        text = concrete(source, known)
        result = laid_out(text, translated(text, language, reorder) if language is not None else None)
        if parse(SourceFile(source.name, result), known).module == before:
            return result
    raise Unlike(source.name)
