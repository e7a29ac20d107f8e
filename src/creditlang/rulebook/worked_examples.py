"""Which of a policy's examples shows what an item, an account or a requirement does, worked out here and now.

Of those that speak of it the shortest is taken in which something is worked out, of an item one that counts and then
one that does not count in full. What an example expects is never told, only what comes out.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from attrs import define, evolve, field

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
from creditlang.values import Interval, Number, high, low, negative, written
from creditlang.words import DISPOSITIONS, SEMICOLON, STATUSES, said, word

_TRIED: Final = 12
_LONGEST: Final = 60
"""Records of an example that is shown."""
_SHOWN: Final = 6
"""Of these, told one by one."""
_MORE: Final = Phrase("{count} more", "另有{count}种记录")
_TIMES: Final = Phrase("{told} ({count} times)", "{told}（{count}次）")
_GIVEN: Final = Phrase("{became} {amount}", "{became}{amount}")
_IN: Final = Phrase("{told} in {account}", "{account}{told}")
_DATED: Final = Phrase("{called} of {on}", "{on}的{called}")
_IDENTIFIER: Final = re.compile(r"\br\d{4,}\b", re.ASCII)
"""Of a record in an example."""
_BETWEEN: Final = Phrase("{low} to {high}", "{low}至{high}")
_AT_LEAST: Final = Phrase("at least {low}", "不少于{low}")
_TAKEN: Final = Phrase("{became}, takes {amount}", "{became}，扣{amount}")
_TRIED_DECLARED: Final = 6
_IN_PART: Final = frozenset({"reduced", "void", "pending", "invalid"})
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
    done: dict[int, tuple[Any, ...]] = field(factory=dict)
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
            examples.sort(key=lambda x: (not x.records, sum(map(self.times, x.records)), len(x.expectations)))

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
        """Of an item: one that counts, if need be one that counts nothing, and one that does not count in full."""
        found = self.of_item.get(rule.name) or self.of_kind.get(rule.kind) or []
        shown: dict[str, Shown] = {}
        for example in _citing(found, rule.article)[:_TRIED]:
            for result, own, _ in self.worked(example):
                entries = [x for x in result.entries if x.rule == rule.name and x.record.identifier in own]
                became = {entry.disposition() for entry in entries}
                sort = "in part" if became & _IN_PART else "nothing"
                if became == {"counted"} and any(counted_amount(entry) for entry in entries):
                    sort = "counts"
                if became and sort not in shown:
                    first = {entry.record.identifier for entry in result.entries if entry.rule == rule.name}
                    shown[sort] = self.shown(example, result, sorted(own, key=lambda name: name not in first))
            if {"counts", "in part"} <= shown.keys():
                break
        by_title: dict[str, Shown] = {}
        for one in (shown[x] for x in ("counts" if "counts" in shown else "nothing", "in part") if x in shown):
            before = by_title.get(one.title)
            by_title[one.title] = one if before is None else evolve(before, records=(*before.records, *one.records))
        yield from by_title.values()

    def of_declared(self, name: str, article: str) -> Iterator[Shown]:
        """Of an account, fact or requirement: the shortest in which records make it something, else the shortest."""
        first: Shown | None = None
        for example in _citing(self.of_subject.get(name, ()), article)[:_TRIED_DECLARED]:
            for result, own, judge in self.worked(example):
                found = [
                    (expected, judge.found(expected))
                    for expected in example.expectations
                    if expected.subject and expected.disposition is None and self.name(expected.subject) == name
                ]
                outcome = filter(None, (self.value(*pair) for pair in found))
                shown = self.shown(example, result, own, outcome)
                first = first or shown
                if shown.records and any(value for _, value in found):
                    yield shown
                    return
        yield from [first] if first else []

    def worked(self, example: WorkedExample) -> tuple[Any, ...]:
        """The example worked out, once for all rules; nothing if something is wrong with it, as `test` tells."""
        if (key := id(example)) not in self.done:
            try:
                self.done[key] = (example.worked_out(),)
            except BadExample:
                self.done[key] = ()
        return self.done[key]

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
        told = [self.words.called(self.of_what(record))]
        for column in kind.columns:
            value = record.values.get(column.name)
            if column.name == kind.item_field or value is None or value == column.default:
                continue
            if column.name == kind.date_field:
                told.append(str(value))
            elif not (column.name == kind.semester_field and record.on is not None):
                told.append(f"{self.words.called(column)} {inputs.cell(column, value)}")
        return in_language(COMMA, self.language).join(told)

    def of_what(self, record: Record) -> o.Rule | o.RecordKind:
        """The item of a record, or its kind."""
        kind = self.policy.kinds[record.kind]
        item = str(record.values.get(kind.item_field or "") or "")
        return self.policy.rules.get(self.policy.treats.get(item, (item, ""))[0]) or kind

    def short(self, record: Record) -> str:
        """A record where others speak of it: what it is of, and its day; identifiers of examples say nothing."""
        called = self.words.called(self.of_what(record))
        return said(_DATED, self.language, called=called, on=record.on) if record.on else called

    def became(self, entries: list[Entry], result: StudentResult) -> str:
        """What became of a record, and why."""
        alone = [entry for entry in entries if not entry.member] or entries
        kept = [entry for entry in alone if not (entry.gathered and entry.state == "void")]
        apart = len({entry.account for entry in kept}) > 1
        told = dict.fromkeys(self.one(entry, result, apart) for entry in kept)
        return in_language(SEMICOLON, self.language).join(filter(None, told))

    def of_all(self, became: list[str]) -> str:
        """What became of like records; of those that count together only what they come to."""
        told = list(dict.fromkeys(filter(None, became)))
        return in_language(SEMICOLON, self.language).join(told)

    def one(self, entry: Entry, result: StudentResult, apart: bool) -> str:
        """What became of one entry of a record; in which account, where several stand `apart`."""
        disposition = result.disposition(entry)
        became = word(DISPOSITIONS, disposition, self.words.language)
        told = became
        if disposition in _COUNTED and entry.account:
            counted = counted_amount(entry)
            if isinstance(counted, (Decimal, Interval)):
                taken, unit = low(counted) < 0 >= high(counted), self.policy.accounts[entry.account].unit
                amount = self.amount(negative(counted) if taken else counted, unit)
                told = said(_TAKEN if taken else _GIVEN, self.language, became=became, amount=amount)
        if apart and entry.account:
            told = said(_IN, self.language, told=told, account=self.account(entry.account))
        reason = in_language(entry.told, self.language) if entry.told else ""
        others = {x.record.identifier: x.record for x in result.entries}
        reason = _IDENTIFIER.sub(lambda x: self.short(others[x[0]]) if x[0] in others else x[0], reason)
        if entry.member:
            return ""
        return told + (f"{in_language(COLON, self.language)}{reason}" if reason else "")

    def account(self, name: str) -> str:
        """An account by its label."""
        return self.words.called(self.policy.accounts[name])

    def amount(self, amount: Number, unit: str | None) -> str:
        """An amount with its unit; both ends of one that is open."""
        if isinstance(amount, Decimal):
            return self.words.unit(amount, unit)
        if amount.high.is_infinite():
            return said(_AT_LEAST, self.language, low=self.words.unit(amount.low, unit))
        return said(_BETWEEN, self.language, low=written(amount.low), high=self.words.unit(amount.high, unit))

    def value(self, expected: t.Expectation, found: Any) -> str:
        """What something came to, with its period."""
        name = self.name(expected.subject or "")
        policy, colon = self.policy, in_language(COLON, self.language)
        period = f" {expected.period}" if expected.period else ""
        if name in policy.requirements:
            status = word(STATUSES, found, self.words.language)
            return f"{self.words.called(policy.requirements[name])}{period}{colon}{status}"
        if name in policy.accounts:
            unit = policy.accounts[name].unit
            return f"{self.account(name)}{period}{colon}{self.amount(found, unit)}" if found is not None else ""
        if name in policy.facts:
            inputs = Inputs(policy, StudentResult(student="", applies=True), self.words.language, self.lines)
            match found:
                case None:
                    shown = ""
                case bool():
                    shown = self.words.constant(found)
                case Decimal() | Interval():
                    shown = self.amount(found, None)
                case _:
                    shown = inputs.value(name, found)
            return f"{self.words.called(policy.facts[name])}{period}{colon}{shown}" if shown else ""
        return ""


def _citing(examples: Iterable[WorkedExample], article: str) -> list[WorkedExample]:
    """Those that cite one of the articles first."""
    articles = set(article.split("；"))
    return sorted(examples, key=lambda example: not articles.intersection(example.cites))
