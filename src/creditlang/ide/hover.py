"""What is told of a word in a policy: what a keyword does; what a name is, and where it is declared."""

from collections.abc import Iterator

from attrs import frozen

from creditlang.diagnostics import Language, Phrase, listed
from creditlang.driver import Compiled
from creditlang.ide.declarations import Declaration, declarations, declared_by_key, flat
from creditlang.ide.occurrences import Occurrence, occurrence_at, occurrences
from creditlang.ide.vocabulary import Entry, Vocabulary
from creditlang.ide.walk import Walk
from creditlang.source import SourceFile
from creditlang.syntax import tree as t
from creditlang.syntax.keyword_help import help_text, keyword_help
from creditlang.words import SORTS, TYPES, first_fit, said, word

_KIND = Phrase("{sort} “{name}”", "{sort}“{name}”")
_OF = Phrase(" of {of}", "，属于“{of}”")
_TYPE = Phrase(", {type}", "，{type}")
_IN_UNIT = Phrase(" in {unit}", "（{unit}）")
_CALLED = Phrase("also called {names}", "也写作{names}")
_DECLARED = Phrase("declared in {file}, line {line}", "见 {file} 第{line}行")


@frozen
class Hover:
    """What is told of the text from `start` up to, not including, `end`, in code points: plain lines."""

    start: int
    end: int
    text: str


def names_in(compiled: Compiled, source: SourceFile, vocabulary: Vocabulary) -> list[Occurrence]:
    """The names in a file of a policy."""
    return list(occurrences(source.text, vocabulary, flat(declarations(compiled, source))))


def hover(
    compiled: Compiled, source: SourceFile, vocabulary: Vocabulary, offset: int, language: Language
) -> Hover | None:
    """What is told of the word at a place of a policy's file; None where there is none, or nothing is known of it."""
    found = occurrence_at(names_in(compiled, source, vocabulary), offset)
    if found is not None:
        declaration = declared_by_key(compiled).get((found.entry.name, found.entry.sort, found.entry.of))
        return Hover(found.start, found.end, "\n".join(_of_name(found.entry, declaration, vocabulary, language)))
    for step in Walk(source.text, "policy", vocabulary.known).steps():
        if step.start <= offset < step.end and (entry := keyword_help().get(step.kind)) is not None:
            return Hover(step.start, step.end, help_text(entry, language))
    return None


def _of_name(
    entry: Entry, declaration: Declaration | None, vocabulary: Vocabulary, language: Language
) -> Iterator[str]:
    shown = first_fit(entry.name, entry.labels, language)
    named = said(_KIND, language, sort=word(SORTS, entry.sort, language), name=shown)
    yield f"{named}{_belongs(entry, vocabulary, language)}{_typed(entry, vocabulary, language)}"
    others = [form for form in entry.forms if form != shown]
    if others:
        yield said(_CALLED, language, names=listed(others))
    if declaration is None:
        return
    place = declaration.place
    cites = declaration.node.cites if isinstance(declaration.node, t.Line) else ()
    where = said(_DECLARED, language, file=place.source.name, line=str(place.source.line_number(place.start)))
    yield " ".join((where, *(f"[{cite.text}]" for cite in cites)))
    yield ""
    yield f"    {place.source.line_text(place.source.line_number(place.start)).strip()}"


def _belongs(entry: Entry, vocabulary: Vocabulary, language: Language) -> str:
    """Of which kind of record or which scale it is, where that has a name."""
    owner = vocabulary.find(entry.of, "enumeration" if entry.sort == "value" else "kind") if entry.of else None
    return said(_OF, language, of=first_fit(owner.name, owner.labels, language)) if owner is not None else ""


def _typed(entry: Entry, vocabulary: Vocabulary, language: Language) -> str:
    if entry.sort in ("field", "attribute"):
        found = vocabulary.types.get((entry.of, entry.name))
    else:
        found = vocabulary.value_types.get(entry.name) if entry.sort in ("fact", "let") else None
    if found is None or found.name == "unknown":
        return ""
    unit = vocabulary.find(found.unit, "unit") if found.unit else None
    text = said(_TYPE, language, type=word(TYPES, found.name, language))
    return text + (said(_IN_UNIT, language, unit=first_fit(unit.name, unit.labels, language)) if unit else "")
