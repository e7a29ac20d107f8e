"""What is decided of students once entries are posted: levels of scores, credits, facts, requirements."""

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.student_columns import FURTHEST, Balance, FactColumns, StudentColumn
from creditlang.columnar.student_values import Students
from creditlang.core import operators as o
from creditlang.ledger import Period


def scaled(column: StudentColumn, students: Students) -> Numbers:
    """A column of numbers with the decimals of amounts; who has more of them is left aside."""
    decimals = students.known.decimals
    if column.decimals <= decimals:
        return students.scaled(column, decimals)
    numbers: Numbers = column.numbers.astype(np.int64)
    below = min(10 ** (column.decimals - decimals), FURTHEST)
    students.aside(column.known & (numbers % below != 0))
    numbers //= below
    return numbers


def level(students: Students, account: o.Account, total: Numbers, period: Period | None, who: Numbers) -> Numbers:
    """What a score has with the sum of its entries."""
    decide = account.decide
    assert decide is not None
    value = total.copy()

    def known(x: StudentColumn) -> Numbers:
        students.aside(who & ~x.known)
        return scaled(x, students)

    for case in decide.cases:
        value = value + known(students.value(case.value, period))
    if decide.least is not None:
        value = np.maximum(value, known(students.value(decide.least, period)))
    return np.minimum(value, known(students.value(decide.most, period))) if decide.most is not None else value


def decided(students: Students, decide: o.Decide, period: Period | None, who: Numbers) -> StudentColumn:
    """The value of the case that applies, within bounds; where none does, nobody has one."""
    left, parts = np.ones(students.size, bool), []
    for case in sorted(decide.cases, key=lambda case: case.otherwise):
        holds = students.holds(case.condition, period)
        students.aside(who & left & ~holds.known)
        applies = left & holds.known & holds.numbers
        if applies.any():
            value = students.value(case.value, period)
            students.aside(who & applies & ~value.known)
            parts.append((applies, value))
        if decide.mode == "one":
            again = who & ~left & holds.known & holds.numbers
            students.aside(again if not case.otherwise else again & False)
        left = left & ~applies
    found = students.joined(parts)
    for bound, pick in ((decide.least, np.maximum), (decide.most, np.minimum)):
        if bound is not None and found.values is None and not found.is_answer:
            limit = students.value(bound, period)
            students.aside(who & found.known & ~limit.known)
            decimals = max(limit.decimals, found.decimals)
            one, two = (students.scaled(x, decimals) for x in (found, limit))
            found = StudentColumn(pick(one, two), found.known, decimals)
    return found


def credit(students: Students, account: o.Account) -> None:
    """What a credit brings in each period that has ended, or altogether."""
    decide, everybody = account.decide, np.ones(students.size, bool)
    assert decide is not None
    nothing = np.zeros(students.size, np.int64)
    if account.period is None:
        value = decided(students, decide, None, everybody)
        whole = np.where(value.known, scaled(value, students), 0)
        whole = _diverted(students, account, whole, value.known, None)
        students.balances[account.name] = Balance([], nothing[:, None][:, :0], everybody[:, None][:, :0], whole)
        return
    keys, amounts, exists = [], [], []
    for period, had in students.begun(account.period):
        if students.has_ended(period):
            value = decided(students, decide, period, had)
            keys.append(period.key)
            exists.append(value.known & had)
            brought = np.where(exists[-1], scaled(value, students), 0)
            amounts.append(_diverted(students, account, brought, exists[-1], period))
    students.balances[account.name] = balance_of(keys, amounts, exists, students.size)


def _diverted(
    students: Students, account: o.Account, amounts: Numbers, who: Numbers, period: Period | None
) -> Numbers:  # fmt: skip
    """What stays of a credit; what is above its limits goes to other accounts."""
    for limit, target, _ in account.diverts:
        most = students.value(limit, period)
        students.aside(who & ~most.known)
        room, balance = scaled(most, students), students.balances[target]
        above = np.where(who, np.maximum(0, amounts - room), 0)
        amounts = np.where(who, np.minimum(amounts, room), amounts)
        key = period.key if period is not None else ""
        place = balance.keys.index(key) if key in balance.keys else len(balance.keys)
        if place == len(balance.keys):
            balance.keys.append(key)
            balance.amounts = np.column_stack([balance.amounts, np.zeros(students.size, np.int64)])
            balance.exists = np.column_stack([balance.exists, np.zeros(students.size, bool)])
        balance.amounts[:, place] += above
        balance.exists[:, place] |= who
        balance.whole = balance.whole + above
    return amounts


def balance_of(keys: list[str], amounts: list[Numbers], exists: list[Numbers], size: int) -> Balance:
    """A balance of periods, which are added up."""
    if not keys:
        return Balance([], np.zeros((size, 0), np.int64), np.zeros((size, 0), bool), np.zeros(size, np.int64))
    table = np.stack(amounts, 1)
    return Balance(keys, table, np.stack(exists, 1), table.sum(axis=1))


def fact(students: Students, decide: o.Decide) -> None:
    """The value of a fact, once or in each period that has begun."""
    everybody = np.ones(students.size, bool)
    if decide.period is None:
        students.facts[decide.name] = FactColumns({"": decided(students, decide, None, everybody)})
        return
    found = {}
    for period, had in students.begun(decide.period):
        value = decided(students, decide, period, had)
        found[period.key] = StudentColumn(value.numbers, value.known & had, value.decimals, value.values)
    students.facts[decide.name] = FactColumns(found)


@frozen(eq=False)
class PartColumns:
    """How one part of a requirement stands, for each student: the status by `STATUSES`, and what is shown with it."""

    part: o.Case
    statuses: Numbers
    have: StudentColumn | None
    needed: StudentColumn | None
    short: StudentColumn | None
    periods: Sequence[str] = ("",)
    chosen: Numbers | None = None
    """Which of the periods is shown of each student; the first without it."""


STATUSES = ("does not apply", "met", "open", "unmet")
_DOES_NOT_APPLY, _MET, _, _UNMET = range(4)


def require(students: Students, requirement: o.Decide) -> list[PartColumns]:
    """How each part of a requirement stands, and whether all of it is met."""
    parts = [_whole(students, part) for part in requirement.cases]
    worst = np.maximum.reduce([part.statuses for part in parts]) if parts else np.zeros(students.size, np.int8)
    students.requirements[requirement.name] = StudentColumn(worst != _UNMET, np.ones(students.size, bool))
    return parts


def _whole(students: Students, part: o.Case) -> PartColumns:
    """How a part stands: by itself, in each period, or as so many of several."""
    if part.each is not None:
        return _in_each(students, part, part.each)
    if part.of:
        return _enough(students, part, [_whole(students, each) for each in part.of])
    return _part(students, part, None, np.ones(students.size, bool))


def _in_each(students: Students, part: o.Case, kind: str) -> PartColumns:
    """The period in which a part stands worst; one that still runs may yet be mended."""
    begun = students.begun(kind)
    worst, most = np.full(students.size, -1, np.int64), np.full(students.size, -1, np.int64)
    chosen, lines = np.full(students.size, -1, np.int64), []
    for number, (period, had) in enumerate(begun):
        if not students.has_ended(period):
            students.aside(had)
        lines.append(_in(students, part, period, had))
        short = scaled(lines[-1].short, students) if lines[-1].short is not None else np.zeros(students.size, np.int64)
        statuses = lines[-1].statuses
        worse = had & ((statuses > worst) | ((statuses == worst) & (short > most)))
        worst, most = np.where(worse, statuses, worst), np.where(worse, short, most)
        chosen[worse] = number
    students.aside(chosen < 0)

    def shown(name: str) -> StudentColumn | None:
        parts = [(chosen == number, getattr(line, name)) for number, line in enumerate(lines)]
        told = [(who, column) for who, column in parts if column is not None]
        return students.joined(told) if told else None

    return PartColumns(
        part=part, statuses=np.maximum(worst, 0).astype(np.int8), have=shown("have"), needed=shown("needed"),
        short=shown("short"), periods=[period.key for period, _ in begun] or [""], chosen=np.maximum(chosen, 0),
    )  # fmt: skip


def _in(students: Students, part: o.Case, period: Period, who: Numbers) -> PartColumns:
    """How a part stands in one period, of those who have had it."""
    if part.of:
        return _enough(students, part, [_in(students, each, period, who) for each in part.of])
    return _part(students, part, period, who)


def _enough(students: Students, part: o.Case, inner: Sequence[PartColumns]) -> PartColumns:
    """How several parts stand of which so many have to hold."""
    have = np.sum([line.statuses == _MET for line in inner], axis=0).astype(np.int64)
    needed = students.value(part.value, None)
    students.aside(~needed.known)
    short = np.maximum(0, needed.numbers - have * 10**needed.decimals)
    statuses = np.where(short > 0, _UNMET, _MET).astype(np.int8)
    everybody = np.ones(students.size, bool)
    return PartColumns(
        part, statuses, StudentColumn(have, everybody), needed, StudentColumn(short, everybody, needed.decimals)
    )


def _part(students: Students, part: o.Case, period: Period | None, who: Numbers) -> PartColumns:
    """How a part stands over the whole time, or in a period; it asks nothing of whom its condition leaves out."""
    applies = students.holds(part.condition, period)
    students.aside(who & ~applies.known)
    holds = students.holds(part.value, period)
    students.aside(who & applies.numbers & ~holds.known)
    statuses = np.where(~applies.numbers, _DOES_NOT_APPLY, np.where(holds.numbers, _MET, _UNMET)).astype(np.int8)
    if part.have is None or part.needed is None:
        return PartColumns(part, statuses, None, None, None)
    have, needed = students.value(part.have, period), students.value(part.needed, period)
    shown = have.known & needed.known & applies.numbers  # nothing is short where it is not: the worst goes by that
    decimals = max(have.decimals, needed.decimals)
    one, two = (students.scaled(x, decimals) for x in (have, needed))
    short = np.where(shown, np.maximum(0, two - one if part.at_least else one - two), 0)
    students.aside(who & applies.numbers & ~shown)
    three = [StudentColumn(numbers, shown, decimals) for numbers in (one, two, short)]
    return PartColumns(part, statuses, three[0], three[1], three[2])
