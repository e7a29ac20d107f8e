"""Which of a policy's examples shows what an item, an account or a requirement does, worked out here and now.

Of those that speak of it the shortest is taken, of an item one that counts and one that does not count in full. What an
example expects is never told, only what comes out.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from attrs import define, field

from creditlang.core import operators as o
from creditlang.diagnostics import Language, Phrase, in_language
from creditlang.diagnostics.diagnostic import COLON, COMMA
from creditlang.driver import Compiled
from creditlang.example_cases import BadExample, program_kind, written_values
from creditlang.examples import WorkedExample, examples_to_work_out
from creditlang.explained_inputs import Inputs
from creditlang.ledger import Entry, Record, StudentResult
from creditlang.plugin.rulebook_data import WorkedExample as Shown
from creditlang.policy_lines import PolicyLines
from creditlang.results import counted_amount
from creditlang.rule_words import ExpressionWords
from creditlang.syntax import tree as t
from creditlang.values import Interval, amount_text
from creditlang.words import DISPOSITIONS, SEMICOLON, STATUSES, said, word

_TRIED: Final = 40
_LONGEST: Final = 60
"""Records of an example that is shown."""
_SHOWN: Final = 6
"""Of these, told one by one."""
_MORE: Final = Phrase("{count} more", "另有{count}种记录")
_TIMES: Final = Phrase("{told} ({count} times)", "{told}（{count}次）")
_GIVEN: Final = Phrase("{became} {amount}", "{became}{amount}")
_TAKEN: Final = Phrase("{became}, takes {amount}", "{became}，扣{amount}")
_COUNTED: Final = frozenset({"counted", "reduced", "pending"})


@define(eq=False, repr=False)
class WorkedExamples:
    """The examples of one policy, by what they speak of."""

    compiled: Compiled
    language: Language
    words: ExpressionWords
    of_item: dict[str, list[WorkedExample]] = field(factory=dict)
    of_kind: dict[str, list[WorkedExample]] = field(factory=dict)
    """For items that take the records of a kind by what these hold."""
    of_subject: dict[str, list[WorkedExample]] = field(factory=dict)
    lines: PolicyLines = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.lines = PolicyLines(self.policy, self.words.language)
        for example in examples_to_work_out(self.policy, self.compiled.compilation.program):
            if len(example.records) > _LONGEST:
                continue
            for rule in dict.fromkeys(filter(None, map(self.item, example.records))):
                self.of_item.setdefault(rule, []).append(example)
            kinds = (program_kind(self.policy, record.kind.text) for record in example.records)
            for kind in dict.fromkeys(filter(None, kinds)):
                self.of_kind.setdefault(kind, []).append(example)
            for expected in example.expectations:
                if expected.subject and expected.disposition is None:
                    self.of_subject.setdefault(self.name(expected.subject), []).append(example)
        for examples in (*self.of_item.values(), *self.of_kind.values(), *self.of_subject.values()):
            examples.sort(key=lambda example: (sum(map(self.times, example.records)), len(example.expectations)))

    @property
    def policy(self) -> o.Policy:
        """Whose examples they are."""
        return self.compiled.policy

    def item(self, record: t.ExampleRecord) -> str:
        """The item that a written record is of."""
        try:
            kind = program_kind(self.policy, record.kind.text)
            if kind is None or (of := self.policy.kinds[kind].item_field) is None:
                return ""
            values, _, _ = written_values(self.policy, self.policy.kinds[kind], record)
        except BadExample:
            return ""
        column = next(column for column in self.policy.kinds[kind].columns if column.name == of)
        text = str(values.get(of, ""))
        return (column.values or {}).get(text, self.policy.treats.get(text, (text, ""))[0])

    def times(self, record: t.ExampleRecord) -> int:
        """How often a written record stands there."""
        return next((int(part.value.text) for part in record.parts if part.kind == "times" and part.value), 1)

    def name(self, subject: str) -> str:
        """What is expected, by its name."""
        things: Iterable[Any] = (
            *self.policy.requirements.values(),
            *self.policy.accounts.values(),
            *self.policy.facts.values(),
        )
        return next((thing.name for thing in things if subject in (thing.name, *thing.labels)), subject)

    # ---- choosing
    def of_rule(self, rule: o.Rule) -> Iterator[Shown]:
        """Of an item: one that counts, and one that does not count in full."""
        wanted = [frozenset({"counted"}), frozenset({"reduced", "void", "pending", "invalid"})]
        found = self.of_item.get(rule.name) or self.of_kind.get(rule.kind) or []
        for example in _citing(found, rule.article)[:_TRIED]:
            for result, own, _ in self.worked(example):
                became = {
                    entry.disposition()
                    for entry in result.entries
                    if entry.rule == rule.name and entry.record.identifier in own
                }
                fits = next((x for x in wanted if became & x and (len(became) == 1 or x is not wanted[0])), None)
                if fits is not None:
                    wanted.remove(fits)
                    first = {entry.record.identifier for entry in result.entries if entry.rule == rule.name}
                    yield self.shown(example, result, sorted(own, key=lambda name: name not in first))

    def of_declared(self, name: str, article: str) -> Iterator[Shown]:
        """Of an account, fact or requirement: the shortest that says what it comes to."""
        for example in _citing(self.of_subject.get(name, ()), article)[:1]:
            for result, own, judge in self.worked(example):
                outcome = [
                    told
                    for expected in example.expectations
                    if expected.subject and expected.disposition is None and self.name(expected.subject) == name
                    if (told := self.value(expected, judge.found(expected)))
                ]
                yield self.shown(example, result, own, outcome)

    @staticmethod
    def worked(example: WorkedExample) -> Iterator[Any]:
        """The example worked out, unless something is wrong with it, which `creditlang test` tells."""
        try:
            yield example.worked_out()
        except BadExample:
            return

    # ---- telling
    def shown(
        self, example: WorkedExample, result: StudentResult, own: list[str], outcome: Iterable[str] = ()
    ) -> Shown:
        """An example with its records, each with what became of it."""
        told: dict[str, list[str]] = {}
        entries = [entry for entry in result.entries if entry.record.identifier in own]
        for identifier in own:
            found = [entry for entry in entries if entry.record.identifier == identifier]
            if found and not self.policy.kinds[found[0].record.kind].enrolment:
                told.setdefault(self.given(found[0].record), []).append(self.became(found, result))
        records = tuple(
            (
                given if len(became) == 1 else said(_TIMES, self.language, told=given, count=len(became)),
                self.of_all(became),
            )
            for given, became in list(told.items())[:_SHOWN]
        )
        more = len(told) - _SHOWN
        records += ((said(_MORE, self.language, count=more), ""),) if more > 0 else ()
        return Shown(example.title, records, tuple(dict.fromkeys(outcome)))

    def given(self, record: Record) -> str:
        """What a record holds, leaving out what is as it is where nothing is written."""
        kind = self.policy.kinds[record.kind]
        inputs = Inputs(self.policy, StudentResult(student="", applies=True), self.words.language, self.lines)
        item = str(record.values.get(kind.item_field or "") or "")
        rule = self.policy.rules.get(self.policy.treats.get(item, (item, ""))[0])
        told = [self.words.called(rule) if rule is not None else self.words.called(kind)]
        for column in kind.columns:
            value = record.values.get(column.name)
            if column.name == kind.item_field or value is None or value == column.default:
                continue
            if column.name == kind.date_field:
                told.append(str(value))
            elif not (column.name == kind.semester_field and record.on is not None):
                told.append(f"{self.words.called(column)} {inputs.cell(column, value)}")
        return in_language(COMMA, self.language).join(told)

    def became(self, entries: list[Entry], result: StudentResult) -> str:
        """What became of a record, and why."""
        alone = [entry for entry in entries if not entry.member] or entries
        told = dict.fromkeys(
            self.one(entry, result) for entry in alone if not (entry.gathered and entry.state == "void")
        )
        return in_language(SEMICOLON, self.language).join(filter(None, told))

    def of_all(self, became: list[str]) -> str:
        """What became of like records; of those that count together only what they come to."""
        told = list(dict.fromkeys(filter(None, became)))
        return in_language(SEMICOLON, self.language).join(told)

    def one(self, entry: Entry, result: StudentResult) -> str:
        """What became of one entry of a record."""
        disposition = result.disposition(entry)
        became = word(DISPOSITIONS, disposition, self.words.language)
        told = became
        if disposition in _COUNTED and entry.account:
            counted, unit = counted_amount(entry), self.policy.accounts[entry.account].unit
            amount = self.words.unit(counted.copy_abs(), unit) if isinstance(counted, Decimal) else amount_text(counted)
            taken = isinstance(counted, Decimal) and counted < 0
            told = said(_TAKEN if taken else _GIVEN, self.language, became=became, amount=amount)
        reason = in_language(entry.told, self.language) if entry.told else ""
        if entry.member:
            return ""
        return told + (f"{in_language(COLON, self.language)}{reason}" if reason else "")

    def value(self, expected: t.Expectation, found: Any) -> str:
        """What something came to, with its period."""
        name = self.name(expected.subject or "")
        policy, colon = self.policy, in_language(COLON, self.language)
        period = f" {expected.period}" if expected.period else ""
        if name in policy.requirements:
            status = word(STATUSES, found, self.words.language)
            return f"{self.words.called(policy.requirements[name])}{period}{colon}{status}"
        if name in policy.accounts:
            account = policy.accounts[name]
            if isinstance(found, Decimal):
                return f"{self.words.called(account)}{period}{colon}{self.words.unit(found, account.unit)}"
            return f"{self.words.called(account)}{period}{colon}{amount_text(found)}" if found is not None else ""
        if name in policy.facts:
            inputs = Inputs(policy, StudentResult(student="", applies=True), self.words.language, self.lines)
            shown = inputs.value(name, found) if found is not None and not isinstance(found, bool) else ""
            if isinstance(found, bool):
                shown = self.words.constant(found)
            if isinstance(found, Interval):
                shown = amount_text(found)
            return f"{self.words.called(policy.facts[name])}{period}{colon}{shown}" if shown else ""
        return ""


def _citing(examples: Iterable[WorkedExample], article: str) -> list[WorkedExample]:
    """Those that cite one of the articles first."""
    articles = set(article.split("；"))
    return sorted(examples, key=lambda example: not articles.intersection(example.cites))
