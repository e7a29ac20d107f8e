"""Each name in a text and what it stands for: for definitions, references and renaming.

A name that is declared stands for itself; any other for what the words before it want there (`context`), and where they
want nothing, for what it most likely is. Labels are names too: in quotation marks beside a declaration, and in records.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from creditlang.ide.context import Place, Wanted, in_expression, kind_at, wanted, with_places
from creditlang.ide.declarations import Declaration
from creditlang.ide.vocabulary import Entry, Sort, Vocabulary
from creditlang.ide.walk import Step, Walk

_SAID: Mapping[str, Sort] = {"CITATION": "article", "SEMESTER_NAME": "semester"}
"""What a token by itself says that it names."""
_BRACES = re.compile(r"\{(\w+)\}")


@frozen
class Occurrence:
    """The text from `start` up to, not including, `end`, in code points, and the name that it is."""

    start: int
    end: int
    entry: Entry
    declares: bool = False


def occurrences(text: str, vocabulary: Vocabulary, declared: Iterable[Declaration] = ()) -> Iterator[Occurrence]:
    """The names in the text of a file, in order; `declared` is what the file declares, as its tree has it."""
    starts = {declaration.place.start: declaration for declaration in declared}
    walk = Walk(text, "policy", vocabulary.known)
    declaring: Entry | None = None
    records: set[str] = set()
    for step, place in with_places(walk.steps(), walk.text, "policy"):
        start, end = _inside(step, walk.text)
        written = walk.text[start:end]
        entry: Entry | None = None
        if (declared_here := _declared(starts, step.start, vocabulary)) is not None:
            entry = declaring = declared_here
        elif step.kind == "STRING" and declaring is not None and written in declaring.labels:
            entry = declaring
        elif _names_record(place, written, records):
            continue
        else:
            declaring = None
            entry = _meant(step.kind, written, place, vocabulary)
        if entry is not None:
            yield Occurrence(start, end, entry, declaring is not None)
        elif step.kind == "STRING":
            yield from _in_braces(written, start, place, vocabulary)


def _names_record(place: Place, written: str, records: set[str]) -> bool:
    """Whether a word is the name that an example gives to one of its `records`, there or where it speaks of it."""
    if not place.line:
        if not place.headings:
            records.clear()
        return False
    last = place.line[-1][0]
    if last == "AS" and place.is_record:
        records.add(written)
    return last in ("AS", "EXPECT") and written in records


def _in_braces(reason: str, start: int, place: Place, vocabulary: Vocabulary) -> Iterator[Occurrence]:
    """The names that a reason has in braces."""
    for match in _BRACES.finditer(reason):
        if (entry := _found(match[1], in_expression(place, vocabulary), vocabulary)) is not None:
            yield Occurrence(start + match.start(1), start + match.end(1), entry)


def _inside(step: Step, text: str) -> tuple[int, int]:
    """The place of what stands in a token, without its marks."""
    if step.kind not in ("STRING", "CITATION"):
        return step.start, step.end
    inner = text[step.start + 1 : step.end - 1]
    blank = len(inner) - len(inner.lstrip())
    return step.start + 1 + blank, step.start + 1 + len(inner.rstrip())


def _declared(starts: Mapping[int, Declaration], start: int, vocabulary: Vocabulary) -> Entry | None:
    declaration = starts.get(start)
    if declaration is None or declaration.sort in ("policy", "example"):
        return None
    entries = vocabulary.by_text.get(declaration.name, ())
    return next((entry for entry in entries if (entry.name, entry.sort, entry.of) == declaration.key), None)


def _meant(kind: str, text: str, place: Place, vocabulary: Vocabulary) -> Entry | None:
    if (sort := _SAID.get(kind)) is not None:
        return vocabulary.find(text, sort)
    if kind not in ("NAME", "STRING"):
        return None
    entry = _found(text, wanted(place, vocabulary), vocabulary)
    if entry is not None or kind == "STRING":
        return entry
    likely = vocabulary.colour(text) or "article"
    of = kind_at(place, vocabulary) if likely == "field" else ""
    return vocabulary.find(text, likely, of) or vocabulary.find(text, likely)


def _found(text: str, wanted: Wanted, vocabulary: Vocabulary) -> Entry | None:
    found = (vocabulary.find(text, sort, of) for sort, of in wanted)
    return next(filter(None, found), None)


def occurrence_at(found: Iterable[Occurrence], offset: int) -> Occurrence | None:
    """The name at a place, or that ends there."""
    return next((x for x in found if x.start <= offset <= x.end), None)
