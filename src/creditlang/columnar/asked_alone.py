"""Questions about one student that columns do not answer themselves, put to the interpreter for each student alone.

It is told what columns have worked out so far: the records that guards have let stand, balances, facts, requirements.
Students of whom all that a question looks at is the same are asked about once. What hangs on entries one by one, on
other people or on periods of each student's own cannot be asked so.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

import numpy as np
from attrs import define, field

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.entry_columns import LIVE, VOID
from creditlang.columnar.record_questions import is_answered, kinds_asked
from creditlang.columnar.student_columns import StudentColumn, StudentState
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references
from creditlang.core.parts import expressions
from creditlang.interpreter.student_run import Environment, Judged, Run
from creditlang.ledger import Period, Record
from creditlang.values import EXACT, Interval, Open, Undetermined

_PERIODS: Final = (None, "semester", "year")


# ---- which questions these are
def is_asked_alone(x: e.Expression, policy: o.Policy) -> bool:
    """Whether columns do not answer a question themselves. An average is compared and rounded without dividing."""
    if isinstance(x, e.Value):
        return x.sort not in ("account", "fact", "requirement") or not isinstance(x.at, (e.Here, e.Whole))
    if isinstance(x, e.Query):
        simple = is_answered(x, policy) if isinstance(x.source, e.RecordsOf) else _of_periods(x, policy)
        return not simple
    return any(isinstance(part, e.Query) and part.function == "average" for part in expressions(x))


def _of_periods(x: e.Query, policy: o.Policy) -> bool:
    """Columns add up, or take the best of, a balance or fact in periods."""
    good = isinstance(x.source, e.Periods) and not x.source.ended and x.ranks is None and x.weight is None
    good = good and isinstance(x.value, e.Value) and not x.scopes and x.where is None
    if not good or x.function not in ("total", "highest", "lowest"):
        return False
    assert isinstance(x.value, e.Value) and isinstance(x.source, e.Periods)
    if not isinstance(x.value.at, e.Here):
        return False
    if x.value.sort == "fact":
        fact = policy.facts[x.value.name]
        return fact.period == x.source.period and fact.type.name == "number"
    account = policy.accounts[x.value.name] if x.value.sort == "account" else None
    if account is not None and account.sort == "category":
        return x.function == "total"
    return account is not None and account.period == x.source.period


def may_be_asked(x: e.Expression, policy: o.Policy) -> bool:
    """Whether a question looks at nothing but what the interpreter can be told."""
    return all(_may(part, policy) for part in _reached(x, policy))


def _may(x: e.Expression, policy: o.Policy) -> bool:
    match x:
        case e.Value(sort="record fact"):
            return True
        case e.Value(at=e.Here() | e.Whole()) if x.sort in ("account", "fact", "requirement"):
            around: Any = {"account": policy.accounts, "fact": policy.facts, "requirement": policy.requirements}[x.sort]
            known = around[x.name].period in (_PERIODS if x.sort != "requirement" else (None,))
            return known and not (x.sort == "fact" and policy.facts[x.name].among_others)
        case e.Query(source=e.RecordsOf()):
            return not isinstance(x.level, e.CountedIn)
        case e.Query(source=e.Periods(period=period)):  # a category has entries in each, which are cut at its ends
            inside = (policy.accounts[each.name] for each in references(x, e.Value) if each.sort == "account")
            return period in _PERIODS and all(account.sort != "category" for account in inside)
        case e.Value() | e.Query():
            return False
    return True


def _reached(x: Any, policy: o.Policy) -> Iterator[e.Expression]:
    """All expressions that a question can come to, through named values and facts of records too."""
    seen: set[tuple[e.Expression, ...]] = set()
    waiting = [x]
    while waiting:
        for part in references(waiting.pop(), e.Expression):
            yield part
            more: tuple[e.Expression, ...] = ()
            if isinstance(part, e.Read) and part.what == "setting":
                more = tuple(dated.value for dated in policy.settings[part.name])
            elif isinstance(part, e.Value) and part.sort == "record fact":
                more = (policy.record_facts[part.name],)
            if more and more not in seen:
                seen.add(more)
                waiting.append(more)


# ---- asking
@define(eq=False)
class AskedAlone:
    """Asks about the students of a chunk."""

    students: StudentState
    _runs: dict[int, Run] = field(factory=dict)
    _told: dict[tuple[int, str], Judged] = field(factory=dict)
    _records: dict[str, tuple[Numbers, Numbers, Numbers]] = field(factory=dict)
    """Of each kind: the places of its records, where those of each student begin, and what guards made of them."""

    def answer(
        self, x: e.Expression, period: Period | None, ask: Callable[[Any, Environment], Any]
    ) -> StudentColumn:  # fmt: skip
        """The answer for each student; nothing is asked of whom columns have left aside."""
        students, policy = self.students, self.students.known.policy
        parts = list(_reached(x, policy))
        kinds = sorted(kinds_asked(tuple(parts)))
        if not students.judged.keys() >= set(kinds):
            return students.nobody()
        values = sorted({(x.sort, x.name) for x in parts if isinstance(x, e.Value) and x.sort != "record fact"})
        fields = {x.name.partition(".")[0] for x in parts if isinstance(x, e.Read)}
        who = ~students.odd[students.first : students.first + students.size]
        if period is not None:
            who &= next((had for each, had in students.begun(period.kind) if each == period), ~who)
        here = (period.kind, period.key) if period is not None else None
        asked: dict[Any, int] = {}
        found: list[Any] = [None]
        back, is_open = np.zeros(students.size, np.int64), np.zeros(students.size, bool)
        for at in np.flatnonzero(who).tolist():
            key = self._key(at, kinds, fields, values)
            number = asked.setdefault(key, len(found))
            if number == len(found):
                run = self._run(at, kinds, values)
                try:
                    found.append(ask(x, Environment(run, None, here)))
                except Undetermined as why:
                    found.append(Interval(Decimal(0), Decimal(1)) if why.is_open else None)
            back[at], is_open[at] = number, isinstance(found[number], (Interval, Open))
        students.aside(is_open)
        return StudentColumn.of([None if isinstance(x, (Interval, Open)) else x for x in found], back)

    def _key(self, at: int, kinds: Sequence[str], fields: set[str], values: Sequence[tuple[str, str]]) -> Any:
        """All that a question looks at, of a student."""
        students, cohort = self.students, self.students.known.cohort
        key: list[Any] = [students.enrolled[at].tobytes()]
        key += (int(cohort.attributes[name].codes[students.first + at]) for name in cohort.attributes if name in fields)
        for name in kinds:
            places, starts, states = self._of_kind(name)
            first, last = int(starts[at]), int(starts[at + 1])
            key.append(last - first)
            if first == last:
                continue
            own, kind = places[first:last], cohort.kinds[name]
            inside = own - kind.first
            key += (states[first:last].tobytes(), cohort.days[own].tobytes(), cohort.semesters[own].tobytes())
            key += (column.codes[inside].tobytes() for each, column in kind.fields.items() if each in fields)
            key.append(cohort.named[own].tobytes())
        return tuple(key), tuple(self._value(at, sort, name) for sort, name in values)

    def _value(self, at: int, sort: str, name: str) -> Any:
        """What is known of an account, a fact or a requirement, of a student."""
        students, decimals = self.students, self.students.known.decimals
        if sort == "requirement":
            return bool(students.requirements[name].numbers[at])
        if sort == "account":
            balance = students.balances[name]
            amounts, exists = balance.amounts[at].tolist(), balance.exists[at].tolist()
            told = ((key, x) for key, x, there in zip(balance.keys, amounts, exists, strict=True) if there)
            by_key = tuple((key, EXACT.scaleb(Decimal(x), -decimals)) for key, x in told)
            return by_key, EXACT.scaleb(Decimal(int(balance.whole[at])), -decimals)
        period, columns = students.known.policy.facts[name].period, students.facts[name].by_period
        if period is None:
            return (("", columns[""].plain(at)),)
        had = {each.key: who for each, who in students.begun(period)}
        return tuple((key, column.plain(at)) for key, column in columns.items() if had[key][at])

    def _of_kind(self, name: str) -> tuple[Numbers, Numbers, Numbers]:
        if name not in self._records:
            students = self.students
            places, states = students.judged[name]
            owners = students.known.cohort.owners[places] - students.first
            self._records[name] = places, np.searchsorted(owners, np.arange(students.size + 1)), states
        return self._records[name]

    def _run(self, at: int, kinds: Sequence[str], values: Sequence[tuple[str, str]]) -> Run:
        """A student as the interpreter sees them, with what it is told."""
        students, known = self.students, self.students.known
        if at not in self._runs:
            names = [name for code, name in enumerate(known.calendar.names) if code and students.enrolled[at, code]]
            group = known.filler.interpreter.group(known.cohort.of_student(students.first + at))
            self._runs[at] = group.new_run({}, names)
        run = self._runs[at]
        for name in kinds:
            if name not in run.judged:
                run.judged[name] = self._judged(at, name)
        for sort, name in values:
            value = self._value(at, sort, name)
            if sort == "account":
                run.balances[name], run.wholes[name] = dict(value[0]), value[1]
            elif sort == "fact":
                run.facts[name] = dict(value)
            else:
                run.requirements[name] = value
        return run

    def _judged(self, at: int, name: str) -> Judged:
        known = self.students.known
        places, starts, states = self._of_kind(name)
        own = slice(int(starts[at]), int(starts[at + 1]))
        cohort, fields = known.cohort, known.cohort.kinds[name].fields
        records = cohort.records(name, places[own], known.calendar, fields, cohort.identifiers(places[own]))
        plain: list[Record] = []
        even_void: list[Record] = []
        for record, state in zip(records, states[own].tolist(), strict=True):
            even_void += [record] * (state in (LIVE, VOID))
            plain += [record] * (state == LIVE)
        return Judged(plain, even_void)
