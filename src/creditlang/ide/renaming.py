"""A name given another form everywhere in a policy and its files, if what comes out means something."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from creditlang.diagnostics import Diagnostic, Edit, Language, Phrase, applied_edits, message
from creditlang.driver import Compiled
from creditlang.ide.hover import names_in
from creditlang.ide.occurrences import Occurrence
from creditlang.ide.vocabulary import Entry, Vocabulary
from creditlang.ide.vocabulary import vocabulary as vocabulary_of
from creditlang.source import SourceFile, Span
from creditlang.words import said

Compile = Callable[[Mapping[Path | None, str]], Compiled]
"""Compiles the policy with other texts in the place of some of its files, by their paths."""

_TAKEN = Phrase("“{name}” is the name of something else in this policy.", "本办法里已有别的东西叫“{name}”。")
_NOT_OWN = Phrase(
    "“{name}” is declared in {file}, which is not yours to change.", "“{name}”在 {file} 里声明，不能在这里改。"
)
_NOWHERE = Phrase("“{name}” is declared nowhere in this policy.", "本办法没有声明“{name}”。")


class Refused(Exception):
    """A name that cannot be given, and why: a sentence in the language of the reader."""


def places_of(compiled: Compiled, vocabulary: Vocabulary, found: Occurrence) -> list[tuple[Span, bool]]:
    """Where the same thing is named in the files of a policy, by name or label, and whether it is declared there."""
    return [
        (Span(source, each.start, each.end), each.declares)
        for source in compiled.sources
        for each in names_in(compiled, source, vocabulary)
        if each.entry == found.entry
    ]


def renamed(
    compiled: Compiled, vocabulary: Vocabulary, found: Occurrence, old: str, new: str, own: Sequence[SourceFile],
    compile_again: Compile, language: Language,
) -> tuple[Edit, ...]:  # fmt: skip
    """The edits that write `new` wherever the name or label `old` stands for the same thing. Raises `Refused`.

    `own` are the files that may be changed; the policy is compiled again with what would become of them.
    """
    places = [(span, declares) for span, declares in places_of(compiled, vocabulary, found) if span.text == old]
    if not any(declares for _, declares in places):
        raise Refused(said(_NOWHERE, language, name=old))
    for span, _ in places:
        if span.source not in own:
            raise Refused(said(_NOT_OWN, language, name=old, file=span.source.name))
    edits = tuple(Edit(span, new) for span, _ in places)
    texts = {
        source.path: applied_edits(source.text, [edit for edit in edits if edit.span.source is source])
        for source in own
    }
    after = compile_again(texts)
    if (worse := _worse(compiled, after)) is not None:
        raise Refused(message(worse, language))
    changed = {found.entry.name: new} if old == found.entry.name else {}
    again = vocabulary_of(after)
    if _readings(compiled, vocabulary, found.entry, changed) != _readings(after, again, None, {}):
        raise Refused(said(_TAKEN, language, name=new))
    return edits


_OWNERS = ("kind", "enumeration", "field", "attribute")
"""What other names are of: fields and items of a kind, values of a scale or of a field that has choices."""


def _readings(
    compiled: Compiled, vocabulary: Vocabulary, entry: Entry | None, changed: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """What each name in the files stands for, in order, with the name of `entry` as it is `changed`."""
    owned = changed if entry is not None and entry.sort in _OWNERS else {}
    read: list[tuple[str, str, str]] = []
    for source in compiled.sources:
        for each in names_in(compiled, source, vocabulary):
            of = each.entry.of.partition("@")[0]
            name = changed.get(each.entry.name) if each.entry == entry else None
            read.append((name or each.entry.name, each.entry.sort, owned.get(of, of)))
    return read


def _worse(before: Compiled, after: Compiled) -> Diagnostic | None:
    """An error that was not there before."""
    known = Counter(found.code for found in before.errors)
    for found in after.errors:
        known[found.code] -= 1
        if known[found.code] < 0:
            return found
    return None
