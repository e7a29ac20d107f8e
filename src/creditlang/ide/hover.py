"""What is told of a word in a policy: what a keyword does; what a name is, and where it is declared."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import frozen

from creditlang.diagnostics import Language, Phrase, listed
from creditlang.driver import Compiled
from creditlang.ide.declarations import Declaration, declarations, declared_by_key, flat
from creditlang.ide.occurrences import Occurrence, occurrence_at, occurrences
from creditlang.ide.sample_limits import SampleLimits
from creditlang.ide.vocabulary import Entry, Vocabulary
from creditlang.ide.walk import Walk
from creditlang.plugin.rulebook_data import RuleInWords
from creditlang.policy_lines import PolicyLines
from creditlang.rule_words import DeclarationWords
from creditlang.source import SourceFile
from creditlang.syntax import tree as t
from creditlang.syntax.keyword_help import help_text, keyword_help
from creditlang.values import written
from creditlang.words import SORTS, TYPES, first_fit, said, word

_KIND = Phrase("{sort} “{name}”", "{sort}“{name}”")
_OF = Phrase(" of {of}", "，属于“{of}”")
_TYPE = Phrase(", {type}", "，{type}")
_IN_UNIT = Phrase(" in {unit}", "（{unit}）")
_CALLED = Phrase("also called {names}", "也写作{names}")
_ARTICLE = " [{article}]"
_SAMPLE = Phrase("In the sample of {people:student}:", "样本共{people}名学生：")
_CUTS = Phrase(
    "“{line}” cuts {records:record} of {who:student}, {amount} in all",
    "“{line}”核减了{who}名学生的{records}条记录，共{amount}",
)
_CUTS_NOTHING = Phrase("“{line}” cuts nothing", "“{line}”没有核减")
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
    compiled: Compiled, source: SourceFile, vocabulary: Vocabulary, offset: int, language: Language,
    sample: SampleLimits | None = None,
) -> Hover | None:  # fmt: skip
    """What is told of the word at a place of a policy's file, and whom its limits cut in a sample; None where there is
    no word, or nothing is known of it.
    """
    found = occurrence_at(names_in(compiled, source, vocabulary), offset)
    if found is not None:
        declaration = declared_by_key(compiled).get((found.entry.name, found.entry.sort, found.entry.of))
        told = list(_of_name(found.entry, declaration, vocabulary, language))
        told += _meaning(compiled, found.entry, language)
        told += _in_sample(compiled, found.entry, sample, language) if sample is not None else ()
        return Hover(found.start, found.end, "\n".join(told))
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


def _meaning(compiled: Compiled, entry: Entry, language: Language) -> Iterator[str]:
    """What a declaration says, in words, each sentence with its article."""
    policy = compiled.policy
    words = DeclarationWords.of(policy, compiled.compilation.program, language)
    tell: dict[str, tuple[Mapping[str, Any], Callable[[Any], RuleInWords | None]]] = {
        "item": (policy.rules, words.item), "account": (policy.accounts, words.account),
        "fact": (policy.facts, words.fact), "require": (policy.requirements, words.requirement),
        "kind": (policy.kinds, words.kind), "period": (policy.periods, words.period),
    }  # fmt: skip
    if entry.sort not in tell or entry.name not in (known := tell[entry.sort][0]):
        return
    said_of = tell[entry.sort][1](known[entry.name])
    if said_of is not None and said_of.sentences:
        yield ""
        for sentence in said_of.sentences:
            cited = _ARTICLE.format(article=sentence.article) if sentence.article != said_of.article else ""
            yield f"• {sentence.text}{cited}"


def _in_sample(compiled: Compiled, entry: Entry, sample: SampleLimits, language: Language) -> Iterator[str]:
    """Which limits of an item or account bind in the sample, and for whom."""
    if entry.sort not in ("item", "account"):
        return
    limits = list(sample.binding(compiled.policy, entry.name))
    if limits:
        yield ""
        yield said(_SAMPLE, language, people=sample.people)
    lines = PolicyLines(compiled.policy, language)
    for limit, cut in limits:
        told = said(
            _CUTS if cut.records else _CUTS_NOTHING, language, line=lines.line(limit.text), who=len(cut.people),
            records=cut.records, amount=written(cut.amount),
        )  # fmt: skip
        yield f"• {told}"


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
