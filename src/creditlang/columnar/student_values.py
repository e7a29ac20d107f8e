"""Expressions about students, all students of a chunk at once.

What hangs on attributes alone is asked of the interpreter once for each combination of them. Above that stand balances
and facts, which are columns already, and what is made of them: sums, comparisons, cases. An expression that this file
does not know keeps the whole policy from being worked out in columns; a student for whom one has no value is left to be
worked out alone.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

import numpy as np
from attrs import define, field

from creditlang.columnar.asked_alone import AskedAlone, is_asked_alone
from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.distinct_numbers import distinct_numbers
from creditlang.columnar.line_tables import MOST
from creditlang.columnar.local_questions import attributes_of, is_local
from creditlang.columnar.record_questions import answers, kinds_asked
from creditlang.columnar.student_columns import FURTHEST, Balance, StudentColumn, StudentState
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references
from creditlang.core.parts import expressions
from creditlang.interpreter.expression_meanings import evaluate, met
from creditlang.interpreter.student_run import Environment
from creditlang.ledger import Period
from creditlang.nodes import changed
from creditlang.values import EXACT, Interval, Open, Undetermined, plain

Asking = Callable[[Any, Environment], Any]
"""Puts a question to the interpreter."""


@define(eq=False)
class Students(StudentState):
    """The students of a chunk, of whom expressions can be asked."""

    alone: AskedAlone = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.alone = AskedAlone(self)

    def value(self, x: e.Expression, period: Period | None) -> StudentColumn:
        """The value of an expression in a period, or over the whole time."""
        return self._asked(x, period, evaluate) or MEANING[type(x)](self, x, period)

    def holds(self, x: e.Expression | None, period: Period | None) -> StudentColumn:
        """Whether a condition holds."""
        if x is None:
            return StudentColumn(np.ones(self.size, bool), np.ones(self.size, bool))
        return self._asked(x, period, met) or self.value(x, period)

    def _asked(self, x: e.Expression, period: Period | None, ask: Asking) -> StudentColumn | None:
        """The answer to a question that is put to the interpreter; None for one that columns answer."""
        known = self.known
        if id(x) not in known.manners:
            local = is_local(x, known.policy)
            known.manners[id(x)] = x, local, not local and is_asked_alone(x, known.policy)
        _, local, alone = known.manners[id(x)]
        if local:
            return self.local(x, period, ask)
        return self.alone.answer(x, period, ask) if alone else None

    def local(self, x: e.Expression, period: Period | None, ask: Asking) -> StudentColumn:
        """What hangs on attributes, asked once for each combination of them."""
        cohort, known = self.known.cohort, self.known
        if id(x) not in known.local:
            reads_enrolled = any(each.what == "enrolled" for each in references(x, e.Read))
            known.local[id(x)] = x, tuple(sorted(attributes_of(x, known.policy))), reads_enrolled, {}
        _, attributes, reads_enrolled, answers = known.local[id(x)]
        if not (attributes or reads_enrolled):
            if (ask, period) not in answers:
                answers[ask, period] = self._local_answer(x, period, ask, 0)
            return StudentColumn.same(answers[ask, period], self.size)
        keys = np.zeros(self.size, np.int64)
        for name in attributes:
            column = cohort.attributes[name]
            codes = distinct_numbers(column.codes[self.first : self.first + self.size])[2]
            keys = distinct_numbers(keys * (int(codes.max(initial=0)) + 1) + codes)[2]
        if period is not None and reads_enrolled:
            number = known.calendar.names.index(period.key) if period.kind == "semester" else 0
            keys = keys * 2 + (self.enrolled[:, number] if number else 1)
        _, first, back = distinct_numbers(keys)
        found: list[Any] = []
        for at in first.tolist():
            own = (int(cohort.attributes[name].codes[self.first + at]) for name in attributes)
            key = ask, period, (*self.enrolled[at].tolist(),) if reads_enrolled else None, *own
            if key not in answers:
                answers[key] = self._local_answer(x, period, ask, at)
            found.append(answers[key])
        return StudentColumn.of(found, back)

    def _local_answer(self, x: e.Expression, period: Period | None, ask: Asking, at: int) -> Any:
        """What the interpreter says of one student; None for nothing, or what is open."""
        known = self.known
        names = [name for code, name in enumerate(known.calendar.names) if code and self.enrolled[at, code]]
        run = known.filler.interpreter.group(known.cohort.of_student(self.first + at)).new_run({}, names)
        try:
            value = ask(x, Environment(run, None, (period.kind, period.key) if period is not None else None))
        except Undetermined:
            return None
        return None if isinstance(value, (Interval, Open)) else value


# ---- each expression
def _of(students: Students, x: e.Value, period: Period | None) -> StudentColumn:
    if x.sort == "requirement":
        return students.requirements[x.name]
    if x.sort == "fact":
        own = students.known.policy.facts[x.name].period
        key = "" if own is None else _around(students, own, period)
        none = StudentColumn(np.zeros(students.size, np.int64), np.zeros(students.size, bool))
        return students.facts[x.name].by_period.get(key, none) if key is not None else none
    account, balance = students.known.policy.accounts[x.name], students.balances[x.name]
    all_known = np.ones(students.size, bool)
    decimals = students.known.decimals
    if not isinstance(x.at, e.Whole) and period is not None:
        _undated_aside(students, account, balance)
    if isinstance(x.at, e.Whole) or period is None:
        known = all_known if isinstance(x.at, e.Whole) or account.period is None else ~all_known
        return StudentColumn(balance.whole, known, decimals)
    if period.kind != account.period and not (period.kind == "semester" and account.period is None):
        students.aside(all_known)
        return StudentColumn(balance.whole, all_known, decimals)
    place = balance.keys.index(period.key) if period.key in balance.keys else None
    zero = account.sort not in ("score", "credit")
    if place is None:
        return StudentColumn(np.zeros(students.size, np.int64), all_known & zero, decimals)
    return StudentColumn(balance.amounts[:, place], all_known if zero else balance.exists[:, place], decimals)


def _undated_aside(students: Students, account: o.Account, balance: Balance) -> None:
    """Leave aside who has earned something in no known period: if its day is not filled in, it may be of any."""
    dated = any(kind.date_field for kind in students.known.policy.kinds.values())
    if account.sort == "category" and dated and "" in balance.keys:
        students.aside(balance.exists[:, balance.keys.index("")])


def _around(students: Students, kind: str, period: Period | None) -> str | None:
    if period is None:
        return None
    if period.kind == kind:
        return period.key
    if period.kind == "semester" and kind == "year":
        return students.known.calendar.plain.academic_year(period.key)
    return None


def _query(students: Students, x: e.Query, period: Period | None) -> StudentColumn:
    if isinstance(x.source, e.RecordsOf):
        if not kinds_asked(x) <= students.judged.keys():
            return students.nobody()
        here = students.first, students.size
        return answers(students.known, x, students.judged, period, here, students.odd)
    assert isinstance(x.value, e.Value) and isinstance(x.source, e.Periods)
    all_known, decimals = np.ones(students.size, bool), students.known.decimals
    if x.value.sort == "account":
        account, balance = students.known.policy.accounts[x.value.name], students.balances[x.value.name]
        if x.function == "total" and account.sort == "category" and period is None:
            return StudentColumn(balance.whole, all_known, decimals)
        _undated_aside(students, account, balance)
        inside = _inside(students, account.period or "semester", balance.keys, period)
        if account.sort == "category" and account.period not in (None, "semester"):
            students.aside(all_known)
        amounts, exists = balance.amounts[:, inside], balance.exists[:, inside]
    else:
        known = students.facts[x.value.name].by_period
        inside = _inside(students, x.source.period, list(known), period)
        columns = [list(known.values())[place] for place in inside]
        if not columns:
            return StudentColumn(np.zeros(students.size, np.int64), ~all_known)
        decimals = max(column.decimals for column in columns)
        amounts = np.stack([students.scaled(column, decimals) for column in columns], 1)
        exists = np.stack([column.known for column in columns], 1)
        had = {key.key: had for key, had in students.begun(x.source.period)}
        for at, key in enumerate(list(known)[place] for place in inside):
            students.aside(had[key] & ~exists[:, at])
    if x.function == "total":
        return StudentColumn(np.where(exists, amounts, 0).sum(axis=1), all_known, decimals)
    if not amounts.shape[1]:
        return StudentColumn(np.zeros(students.size, np.int64), ~all_known, decimals)
    lowest = x.function == "lowest"
    filled = np.where(exists, amounts, 2**62 if lowest else -(2**62))
    found = filled.min(axis=1) if lowest else filled.max(axis=1)
    some: Numbers = np.logical_or.reduce(exists, axis=1)
    return StudentColumn(np.where(some, found, 0), some, decimals)


def _inside(students: Students, kind: str, keys: list[str], period: Period | None) -> list[int]:
    """Which of some periods lie in the one at hand."""
    plain = students.known.calendar.plain
    if period is None or period.kind == kind:
        return [place for place, key in enumerate(keys) if period is None or key == period.key]
    if kind == "semester" and period.kind == "year":
        return [place for place, key in enumerate(keys) if plain.academic_year(key) == period.key]
    students.aside(np.ones(students.size, bool))
    return []


def _aligned(students: Students, one: StudentColumn, two: StudentColumn) -> tuple[Numbers, Numbers, int]:
    """Two columns of numbers with as many decimals."""
    decimals = max(one.decimals, two.decimals)
    return students.scaled(one, decimals), students.scaled(two, decimals), decimals


def _compare(students: Students, x: e.Compare, period: Period | None) -> StudentColumn:
    one, two = students.value(x.left, period), students.value(x.right, period)
    known = one.known & two.known
    if one.values is None and two.values is None and x.ranks is None:
        if one.is_answer and two.is_answer:
            return StudentColumn(_COMPARE[x.operator](one.numbers, two.numbers), known)
        left, right, _ = _aligned(students, one, two)
        return StudentColumn(_COMPARE[x.operator](left, right), known)
    pairs = one.numbers.astype(np.int64) * (1 << 31) + two.numbers.astype(np.int64)
    _, first, back = np.unique(pairs, return_index=True, return_inverse=True)
    run = Environment(students.known.filler.interpreter.group({}).run)
    found = []
    for at in first.tolist():
        ends = [column.plain(at) for column in (one, two)]
        if None in ends:
            found.append(False)
            continue
        asked = e.Compare(x.operator, e.Constant(ends[0]), e.Constant(ends[1]), x.ranks)
        found.append(evaluate(asked, run) is True)
    return StudentColumn(np.array(found, bool)[back], known)


_COMPARE: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "=": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}  # fmt: skip


def _logical(students: Students, x: e.Logical, period: Period | None) -> StudentColumn:
    """Parts that have no answer do not matter where the others decide."""
    parts = [students.value(part, period) for part in x.parts]
    if x.operator == "at least":
        parts = [students.holds(part, period) for part in x.parts]
        sums = np.sum([part.numbers & part.known for part in parts], axis=0)
        return StudentColumn(sums >= x.least, np.logical_and.reduce([part.known for part in parts]))
    decisive = x.operator == "or"
    decided = np.logical_or.reduce([part.known & (part.numbers == decisive) for part in parts])
    known = decided | np.logical_and.reduce([part.known for part in parts])
    return StudentColumn(decided if decisive else ~decided, known)


def _not(students: Students, x: e.Not, period: Period | None) -> StudentColumn:
    operand = students.value(x.operand, period)
    return StudentColumn(~operand.numbers, operand.known)


def _arithmetic(students: Students, x: e.Arithmetic, period: Period | None) -> StudentColumn:
    one, two = students.value(x.left, period), students.value(x.right, period)
    known = one.known & two.known
    if one.values is not None or two.values is not None or x.ranks is not None:
        return _by_values(students, x, period)
    if x.operator == "*":
        large = np.abs(one.numbers).astype(float) * np.abs(two.numbers) > MOST
        found = np.where(large, 0, one.numbers * two.numbers)
        return StudentColumn(found, known & ~large, one.decimals + two.decimals)
    left, right, decimals = _aligned(students, one, two)
    found = _ARITHMETIC[x.operator](left, right)
    return StudentColumn(found, known & (np.abs(found) <= FURTHEST), decimals)


_ARITHMETIC: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": np.add, "-": np.subtract, "higher": np.maximum, "lower": np.minimum,
}  # fmt: skip


def _cases(students: Students, x: e.Cases, period: Period | None) -> StudentColumn:
    left, parts = np.ones(students.size, bool), []
    unsaid = np.zeros(students.size, bool)
    for condition, value in x.branches:
        holds = students.holds(condition, period)
        unsaid |= left & ~holds.known
        who = left & holds.known & holds.numbers
        if who.any():
            parts.append((who, students.value(value, period)))
        left = left & ~who
    if x.otherwise is not None and left.any():
        parts.append((left, students.value(x.otherwise, period)))
    found = students.joined(parts)
    return StudentColumn(found.numbers, found.known & ~unsaid, found.decimals, found.values)


def _rounded(students: Students, x: e.Rounded, period: Period | None) -> StudentColumn:
    value = students.value(x.operand, period)
    if x.divisor is not None and not isinstance(x.divisor, e.Constant):
        students.aside(np.ones(students.size, bool))
    by = x.divisor.value if isinstance(x.divisor, e.Constant) else Decimal(1)
    assert isinstance(by, Decimal)
    unit, step = plain(EXACT.multiply(by, x.step)), plain(x.step)
    decimals = max(value.decimals, *(max(0, -int(each.as_tuple().exponent)) for each in (unit, step)))
    amounts = students.scaled(value, decimals)
    whole, rest = np.divmod(amounts, int(EXACT.scaleb(unit, decimals)))
    if x.mode == "up":
        whole = whole + (rest > 0)
    elif x.mode == "half":
        whole = whole + (rest * 2 >= int(EXACT.scaleb(unit, decimals)))
    return StudentColumn(whole * int(EXACT.scaleb(step, decimals)), value.known, decimals)


def _by_values(students: Students, x: e.Expression, period: Period | None) -> StudentColumn:
    """What hangs on the values of its parts, asked of the interpreter once for each combination of them."""
    columns = [students.value(part, period) for part in expressions(x)]
    known: Numbers = np.logical_and.reduce([column.known for column in columns])
    keys = np.zeros(students.size, np.int64)
    for column in columns:
        codes = np.unique(column.numbers, return_inverse=True)[1]
        keys = np.unique(keys * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)[1]
    _, first, back = np.unique(np.where(known, keys, -1), return_index=True, return_inverse=True)
    run = students.known.filler.interpreter.group({}).run
    env = Environment(run, None, (period.kind, period.key) if period is not None else None)
    found: list[Any] = []
    for at in first.tolist():
        parts = [column.plain(at) for column in columns]
        value = None
        if None not in parts:
            with suppress(Undetermined):
                value = evaluate(_PUT_IN[type(x)](x, *map(e.Constant, parts)), env)
        found.append(None if isinstance(value, (Interval, Open)) else value)
    return StudentColumn.of(found, back)


_PUT_IN: Final[Mapping[type, Callable[..., e.Expression]]] = {
    e.Lookup: lambda x, *keys: changed(x, keys=keys), e.Call: lambda x, *given: changed(x, arguments=given),
    e.Arithmetic: lambda x, left, right: changed(x, left=left, right=right),
    e.Distance: lambda x, *days: changed(x, **dict(zip(("start", "end")[-len(days) :], days, strict=True))),
    e.Shift: lambda x, *parts: changed(
        x, **dict(zip([name for name in ("start", "count") if getattr(x, name) is not None], parts, strict=True))
    ),
}  # fmt: skip
"""An expression with values in the place of its parts."""


def _present(students: Students, x: e.Present, period: Period | None) -> StudentColumn:
    return StudentColumn(students.value(x.operand, period).known, np.ones(students.size, bool))


MEANING: Final[Mapping[type, Callable[[Students, Any, Period | None], StudentColumn]]] = {
    e.Value: _of, e.Query: _query, e.Compare: _compare, e.Logical: _logical, e.Not: _not, e.Arithmetic: _arithmetic,
    e.Cases: _cases, e.Rounded: _rounded, e.Present: _present,
    **dict.fromkeys((e.Lookup, e.Call, e.Shift, e.Distance), _by_values),
}  # fmt: skip
"""What is worked out in columns; what hangs on attributes alone is asked of the interpreter."""
