"""Compares what an example expects with what it got."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from attrs import frozen

from creditlang.core import operators as o
from creditlang.diagnostics import Diagnostic, Language, Phrase, in_language, report
from creditlang.example_cases import BadExample, unknown
from creditlang.ledger import Entry, PartLine, Step, StudentResult, worst
from creditlang.one_student import period_on
from creditlang.resolve import Program
from creditlang.results import amount_value
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.syntax.keywords import keywords
from creditlang.values import Interval, interval, negative, subtract, total
from creditlang.words import (
    ANSWERS,
    DISPOSITIONS,
    IN_BRACKETS,
    NOTHING,
    PERIODS,
    SEMICOLON,
    STATUSES,
    both,
    label,
    said,
    word,
)

_PERIODS: Mapping[str, re.Pattern[str]] = {
    "month": re.compile(r"\d{4}-\d\d"), "quarter": re.compile(r"\d{4}-Q[1-4]"), "calendar year": re.compile(r"\d{4}"),
    "week": re.compile(r"(?:.*/)?\d{4}-\d\d-\d\d"), "day": re.compile(r"\d{4}-\d\d-\d\d"),
}  # fmt: skip
"""How periods are called that no calendar lists."""


def constant(node: t.Expression) -> Any:
    match node:
        case t.Number():
            return node.value
        case t.Negate(operand=t.Number(value=value)):
            return negative(value)
        case t.YesNo() | t.Text():
            return node.value
        case t.Date():
            return date.fromisoformat(node.value)
        case t.Name():
            return node.text
    raise BadExample(Phrase("only a plain value is allowed here", "这里只能写具体的值"), node.span)


@frozen
class Judge:
    """Compares one expectation with a result."""

    policy: o.Policy
    program: Program
    names: Mapping[str, list[str]]
    own: list[str]
    result: StudentResult

    def check(self, expected: t.Expectation) -> Diagnostic | None:
        """What is wrong, or None."""
        try:
            if expected.disposition is not None:
                return self.records(expected)
            if expected.subject is None:
                return report(
                    "CR802", expected.span, reason=Phrase("the row does not fit its heading", "这一行与表头不符")
                )
            return self.value(expected)
        except BadExample as error:
            return error.diagnostic

    def fail(self, expected: t.Expectation, wanted: object, found: object) -> Diagnostic:
        return report("CR801", expected.span, expected=wanted, found=found)

    # ---- balances, facts, requirements
    def value(self, expected: t.Expectation) -> Diagnostic | None:
        assert expected.subject is not None
        found = self.found(expected)
        if expected.status is not None:
            wanted: Any = expected.status
            shown = found if isinstance(found, str) else getattr(found, "value", found)
            return (
                None if shown == wanted else self.fail(expected, STATUSES[wanted], STATUSES.get(shown) or _shown(found))
            )
        assert expected.low is not None
        low = constant(expected.low)
        wanted = self.range(low, constant(expected.high), expected.span) if expected.high is not None else low
        if isinstance(wanted, str):
            wanted = self.value_name(wanted)
        if found == wanted:
            return None
        lost = [entry for entry in self.result.entries if entry.state in ("invalid", "void")]
        return self.fail(expected, _shown(wanted), _shown(found, lost))

    def range(self, low: Any, high: Any, span: Span) -> Any:
        if not isinstance(low, Decimal) or not isinstance(high, Decimal) or low > high:
            raise BadExample(Phrase("a range goes from a lower to a higher number", "范围应从小到大"), span)
        return interval(low, high)

    def value_name(self, text: str) -> str:
        for enumeration in self.program.enumerations.values():
            value = enumeration.value(text)
            if value is not None:
                return value
        return text

    def found(self, expected: t.Expectation) -> Any:
        name = expected.subject or ""
        requirement = next((x for x, r in self.policy.requirements.items() if name in (x, *r.labels)), None)
        if requirement is not None:
            return self.status(requirement, expected)
        account = self.program.account(name)
        if account is not None:
            return self.balance(account.name, expected)
        fact = self.program.canonical("fact", name)
        if fact is None:
            spaces = ("account", "fact", "require")
            names = [text for space, text in self.program.labels if space in spaces]
            raise unknown(Phrase(f"there is no “{name}” to expect", f"没有“{name}”"), name, names, expected.span)
        values = {line.period: line.value for line in self.result.facts if line.fact == fact}
        return self.of_period(values, expected, self.policy.facts[fact].period)

    def status(self, requirement: str, expected: t.Expectation) -> Any:
        """How a requirement stands, or its parts in the period that is meant."""
        if expected.period is None:
            return self.result.requirements.get(requirement)
        declared = self.policy.requirements[requirement]
        found: dict[str, list[PartLine]] = {}
        for part in self.result.parts:
            for line in part.parts if part.requirement == requirement else ():
                found.setdefault(line.period, []).append(line)
        kinds = {case.each for case in declared.cases} - {None}
        if len(kinds) != 1:
            raise BadExample(Phrase("it does not stand by periods", "它不按时段判断"), expected.span)
        return self.of_period({key: worst(lines) for key, lines in found.items()}, expected, kinds.pop())

    def balance(self, account: str, expected: t.Expectation) -> Any:
        values = {line.period: line.amount for line in self.result.accounts if line.account == account}
        if expected.period is None and "" in values:
            return values[""]
        found = self.of_period(values, expected, self.policy.accounts[account].period or "semester")
        return Decimal(0) if found is None and self.policy.accounts[account].sort == "category" else found

    def of_period(self, values: Mapping[str, Any], expected: t.Expectation, sort: str | None) -> Any:
        """The value in the period that is meant, None when nothing happened in it; it must be one that there is."""
        semesters, kind = self.policy.calendar.semesters, sort or ""
        if expected.around is not None:
            return values.get(self.period_of(expected.around, expected, kind))
        if (period := expected.period) is not None:
            period = next((each.name for each in semesters if period in each.labels), period)
            known = [each.year if sort == "year" else each.name for each in semesters]
            if kind in self.policy.periods:
                known = [each.key for each in self.result.periods[kind]]
            form = _PERIODS.get(kind)
            if kind not in ("day", "week") and _PERIODS["day"].fullmatch(period):
                called = self.called(kind)
                en = f"a day is no {called}; write `in the {called} of {period}`"
                zh = f"一天不是一个{called.zh}；请写“于 {period} 所在{called.zh}”"
                raise BadExample(Phrase(en, zh), expected.span)
            if period not in values and (period not in known if form is None else not form.fullmatch(period)):
                reason = Phrase(f"there is no period “{period}” here", f"这里没有时段“{period}”")
                raise unknown(reason, period, [*values, *known], expected.span)
            return values.get(period)
        if len(values) == 1:
            return next(iter(values.values()))
        reason = Phrase("say in which period", "请写明哪个时段")
        raise BadExample(reason, expected.span)

    def period_of(self, around: t.PeriodName, expected: t.Expectation, kind: str) -> str:
        """The period that holds a day; it must be of the kind that the value is per, and one that there is."""
        named = around.text if around.builtin else self.program.canonical("period", around.text)
        if named is not None and named != kind:
            reason = Phrase(f"it has a value per {self.called(kind)}", f"它每{self.called(kind).zh}一个值")
            raise BadExample(reason, expected.span)
        day = date.fromisoformat(expected.period or "")
        if kind in self.policy.periods:
            found = next((x.key for x in self.result.periods[kind] if x.first <= day <= x.last), None)
        else:
            found = period_on(self.policy, kind, day)
        if found is None:
            reason = Phrase(f"no {self.called(kind)} holds {day}", f"{day}不在任何{self.called(kind).zh}内")
            raise BadExample(reason, expected.span)
        return found

    def called(self, kind: str) -> Phrase:
        """What people call a kind of period."""
        declared = self.policy.periods.get(kind)
        return PERIODS[kind] if declared is None else Phrase(label(declared, "en"), label(declared))

    # ---- records
    def records(self, expected: t.Expectation) -> Diagnostic | None:
        if expected.subject:
            if expected.subject not in self.names:
                reason = Phrase(f"no record is called {expected.subject}", f"没有名为{expected.subject}的记录")
                raise unknown(reason, expected.subject, self.names, expected.span)
            wanted = set(self.names[expected.subject])
        else:
            wanted = set(self.own)
        entries = [entry for entry in self.result.entries if entry.record.identifier in wanted]
        if expected.disposition == "any":
            total = _sum(entry for entry in entries if entry.state == "live" and entry.account == self.main(entry))
            lives = any(entry.state == "live" for entry in entries)
            if lives and total == expected.amount:
                return None
            return self.fail(expected, expected.amount, _shown(total, entries) if lives else _listing(entries))
        matching = [entry for entry in entries if self.matches(entry, expected)]
        number = len({entry.record.identifier for entry in matching})
        if expected.count is not None and number == expected.count:
            return None
        if expected.count is None and matching:
            return None
        return self.fail(expected, _wanted(expected), _listing(entries))

    def main(self, entry: Entry) -> str:
        """The account that an entry of a rule belongs to, wherever else it was debited."""
        return entry.account if entry.sign > 0 or entry.raw is None or entry.period else ""

    def matches(self, entry: Entry, expected: t.Expectation) -> bool:
        own = self.result.records.get(entry.record.key)
        if expected.disposition != own and (expected.count is not None or expected.disposition != entry.disposition()):
            return False
        cut = _cut(entry) if expected.disposition == "reduced" else None
        if expected.amount is not None and (entry.amount if cut is None else cut) != expected.amount:
            return False
        if expected.by is not None and not any(_is_by(step, expected.by) for step in entry.steps):
            return False
        if expected.reason is None:
            return True
        reason = entry.told
        return expected.reason in str(reason) or expected.reason in getattr(reason, "zh", "")


def _cut(entry: Entry) -> Any:
    """How much limits cut from an entry, as `reduced` means it; None where its amount is open or it has none."""
    if not isinstance(entry.amount, Decimal):
        return None
    steps = (s for s in entry.steps if s.sort == "cap")
    return total(
        subtract(s.before, s.after) for s in steps if isinstance(s.before, Decimal) and isinstance(s.after, Decimal)
    )


def _sum(entries: Iterable[Entry]) -> Any:
    return total(entry.amount for entry in entries)


def _shown(value: Any, entries: Iterable[Entry] = ()) -> Phrase:
    if isinstance(value, bool):
        return ANSWERS["yes" if value else "no"]
    if value is None:
        return NOTHING
    text = str(amount_value(value)) if isinstance(value, (Decimal, Interval)) else str(getattr(value, "value", value))
    told = list(entries)
    return (
        both(lambda language: text + said(IN_BRACKETS, language, note=_told(told, language)))
        if told
        else Phrase(text, text)
    )


def _told(entries: Iterable[Entry], language: Language) -> str:
    """What became of entries, and why."""
    told = (
        f"{word(DISPOSITIONS, entry.disposition(), language)} {in_language(entry.told, language)}".strip(" .。")
        for entry in entries
    )
    return in_language(SEMICOLON, language).join(dict.fromkeys(told))


def _wanted(expected: t.Expectation) -> Phrase:
    count = "" if expected.count is None else f"{expected.count} "
    rest = "".join(f" {part}" for part in (expected.amount, expected.by, expected.reason) if part is not None)
    return both(lambda language: f"{count}{word(DISPOSITIONS, expected.disposition, language)}{rest}")


def _became(entry: Entry) -> Phrase:
    """The amount of an entry; of a reduced one what was cut, as an example says it, and what is left."""
    left, cut = _shown(entry.amount), _cut(entry) if entry.disposition() == "reduced" else None
    return left if cut is None else Phrase(f"{_shown(cut)}, {left} left", f"{_shown(cut)}，余 {left}")


def _listing(entries: Iterable[Entry]) -> Phrase:
    found = [(entry.disposition(), _became(entry), entry.told) for entry in entries]

    def listing(language: Language) -> str:
        told = (
            f"{word(DISPOSITIONS, became, language)} {in_language(amount, language)}"
            + (said(IN_BRACKETS, language, note=why) if why else "")
            for became, amount, why in found
        )
        return in_language(SEMICOLON, language).join(dict.fromkeys(told))

    return both(listing) if found else NOTHING


_LINES = (
    "CAP", "ONCE", "HIGHEST_ONCE", "LAST_ONCE", "HALF", "TIMES", "PLUS_AMOUNT", "THE_HIGHER_OF", "TAKE_FROM",
    "ROUNDED_DOWN_TO", "ROUNDED_UP_TO", "WARN",
)  # fmt: skip
"""The keywords of lines that change an amount, or say something of it."""


def _is_by(step: Step, by: str) -> bool:
    """Whether a step is by a sort of line, a word of it, or an article; a keyword may be in either dialect."""
    said_there = f" {step.text} "
    return by == step.article or any(
        form == step.sort or (f" {form} " in said_there if form.isascii() else form in step.text) for form in _forms(by)
    )


@cache
def _forms(by: str) -> tuple[str, ...]:
    """What a keyword of a line is in both dialects; another word is only itself."""
    entries = (keywords().forms[name] for name in _LINES)
    alike = (
        form for entry in entries if by in (*entry["en"], *entry["zh"]) for forms in entry.values() for form in forms
    )
    return tuple(dict.fromkeys((by, *alike)))
