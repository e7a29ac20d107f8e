"""What a student still needs for a requirement: the parts that are short, what could fill each, and records that do.

Nothing is told that has not been worked out: what an item gives and what its limits leave is found by adding records to
the student and working them out, as of the day that is asked about; a plan is shown when the requirement is met with
it, as the interpreter has it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any, Final

from attrs import evolve, frozen

from creditlang.core import operators as o
from creditlang.data.given_rows import GivenRows
from creditlang.ledger import PartLine, Record, Status, worst
from creditlang.need.addition import Addition, sources
from creditlang.need.choice import Choice, What, accounts_of
from creditlang.need.choices import Choices
from creditlang.need.linear_model import LinearModel, solver_is_installed
from creditlang.need.most_possible import Bounds
from creditlang.need.plan import MOST_ADDED, Plan, in_order
from creditlang.need.plan_search import PlanSearch, cases_of, sums_of
from creditlang.need.possible_days import PossibleDays
from creditlang.need.trials import PLACE, Part, Trials
from creditlang.one_student import StudentData, period_on
from creditlang.values import ZERO, low, quotient, subtract

Progress = Callable[[int, int], None]
_CENT: Final = Decimal("0.01")
_MOST_FIRST: Final = 4


@frozen
class Filler:
    """An item, or a kind of record, that helps a part."""

    what: What
    least: Decimal
    most: Decimal
    """What one record comes to before limits, at least and at most, of those that bring something."""
    leaves: Decimal
    """What it can bring on its own by the day that is asked about, as far as the part needs it."""
    alone: tuple[Addition, ...]
    """The records that bring it."""
    fills: bool
    """Whether the part is met with these."""
    own: bool
    """Whether the student has such records."""


@frozen
class ShortPart:
    """A part of a requirement that is not met."""

    line: PartLine
    """As of the day that is asked about, when nothing is added."""
    gap: Decimal
    fillers: tuple[Filler, ...]
    most: Decimal | None = None
    """What it can be at most by then, where that is certain and not enough."""
    fixed: bool = False
    """Whether it is certain that no record brings it any nearer."""


@frozen
class Need:
    """What is short of a requirement by a day, and plans that meet it."""

    requirement: str
    status: Status
    by: date
    assumed: tuple[str, ...]
    """The later semesters in which the student is taken to be enrolled."""
    parts: tuple[ShortPart, ...]
    plans: tuple[Plan, ...]
    """First what the student has done before, then what is least for each record, then whatever makes it short."""
    applies: bool = True
    """Whether the policy applies to the student; else nothing is said of them."""
    solver: bool = True
    """Whether a solver was at hand to find out that no fewer records do."""

    @property
    def out_of_reach(self) -> bool:
        """Whether it is certain that it cannot be met by then."""
        return any(part.most is not None or part.fixed for part in self.parts)


def needed(
    policy: o.Policy, student: StudentData, requirement: str, today: date, by: date,
    overrides: Mapping[str, Any] | None = None, without: Sequence[str] = (),
    progress: Progress = lambda done, of: None,
) -> Need:  # fmt: skip
    """What a student needs for a requirement by the end of a day, with records from the day after `today` on.

    `overrides` are typed named values; items in `without` are not made use of. `progress` is told how many of the parts
    that are short have been looked at.
    """
    assumed = _enrolments(policy, student, today, by)
    student = evolve(student, records=(*student.records, *assumed))
    trials = Trials(policy, student, requirement, by, overrides or {})
    base = trials.result(())
    lines = trials.parts(base)
    semesters = tuple(dict.fromkeys(x.semester for x in assumed if x.semester is not None))
    short = trials.gap(())
    if not short:
        return Need(
            requirement=requirement, status=worst(lines), by=by, assumed=semesters, parts=(), plans=(),
            applies=base.applies,
        )  # fmt: skip
    trials.leave_out({name for name, became in base.records.items() if became == "pending"})
    base = trials.result(())
    cases = policy.requirements[requirement].cases
    of = {part: cases_of(cases, part) for part in short}
    kinds = {name for name, kind in policy.kinds.items() if kind.enrolment}
    enrolled = frozenset(x.semester for x in student.records if x.kind in kinds and x.semester is not None)
    days = PossibleDays.of(policy, today, by, enrolled)
    bounds = Bounds(policy, today, by, days.semesters() if kinds else None, base)
    each = _each(lines, short)
    most = {(x.number, x.part): _out_of_reach(bounds, of[x.number, x.part], x) for x in each}
    fixed = {part for part, own in of.items() if bounds.is_fixed(own)}
    beyond = {part for part in of if most[part] is not None}
    movable = {part: own for part, own in of.items() if part not in fixed}
    choices = Choices(trials, days, base).found(movable, beyond, set(without), progress)
    helps = {part: tuple(_fillers(trials, choices, part, own)) for part, own in of.items()}
    parts = tuple(
        ShortPart(line, short[part], helps[part], most[part], part in fixed)
        for line in each
        for part in [(line.number, line.part)]
    )
    need = Need(
        requirement=requirement, status=worst(lines), by=by, assumed=semesters, parts=parts, plans=(),
        solver=solver_is_installed(),
    )  # fmt: skip
    if need.out_of_reach or not all(helps.values()):
        return need
    model = LinearModel(policy, base, sums_of(policy, short, of), overrides or {})
    own = {part: {x.what: x.own for x in found} for part, found in helps.items()}
    search = PlanSearch(trials=trials, choices=choices, helps=own, bounds=bounds, of=of, model=model)
    return evolve(need, plans=search.plans())


def _each(lines: Sequence[PartLine], short: Mapping[Part, Decimal]) -> list[PartLine]:
    """Each part that is short once."""
    found: dict[Part, PartLine] = {}
    for line in lines:
        if (line.number, line.part) in short and line.status not in ("met", "does not apply"):
            found.setdefault((line.number, line.part), line)
    return list(found.values())


def _out_of_reach(bounds: Bounds, cases: tuple[o.Case, ...], line: PartLine) -> Decimal | None:
    have = cases[0].have if len(cases) == 1 else None
    if have is None or not isinstance(line.have, Decimal) or not isinstance(line.needed, Decimal):
        return None
    if not cases[0].at_least:
        return None
    most = bounds.most(have, line.have)
    return most if most is not None and most < line.needed else None


def _enrolments(policy: o.Policy, student: StudentData, today: date, by: date) -> list[Record]:
    """Enrolments like the latest one, in the later semesters until a day, of who is enrolled today."""
    found: list[Record] = []
    now = period_on(policy, "semester", today)
    later = [x.name for x in policy.calendar.semesters if today < date.fromisoformat(x.start) <= by]
    rows = GivenRows(policy)
    for kind in policy.kinds.values():
        own = [record for record in student.records if record.kind == kind.name and record.problem is None]
        if not kind.enrolment or kind.semester_field is None or now not in {record.semester for record in own}:
            continue
        latest = max(own, key=lambda record: record.semester or "")
        have = {record.semester for record in own}
        for semester in (x for x in later if x not in have):
            values = {**latest.values, kind.semester_field: semester, "record_id": f"need-{semester}"}
            given = {name: value for name, value in values.items() if value is not None}
            found.append(rows.record_from(kind.name, given, student.identifier, PLACE))
    return found


# ---- what fills a part
def _fillers(
    trials: Trials, choices: Sequence[Choice], part: Part, cases: tuple[o.Case, ...]
) -> list[Filler]:  # fmt: skip
    """How each source helps a part on its own, the best of its records so often as that helps."""
    accounts = accounts_of(trials.policy, cases)
    names = {(x.kind, x.item) for x in sources(trials.policy, cases)}
    found = []
    for what in dict.fromkeys(x.what for x in choices if x.what in names):
        rule = trials.policy.rules.get(what[1])
        if accounts is not None and (rule is None or rule.account not in accounts):
            continue
        alike = [x for x in choices if x.what == what]
        if accounts is None and any(x.amount is None for x in alike):
            alike = [x for x in alike if x.amount is None]
        best = max(alike, key=lambda x: x.amount or ZERO)
        filler = _filler(trials, best, part, accounts is not None, alike)
        if filler is not None:
            found.append(filler)
    return found


def _filler(
    trials: Trials, best: Choice, part: Part, is_sum: bool, alike: Sequence[Choice]
) -> Filler | None:  # fmt: skip
    far = trials.gap(())[part]
    own = any(x.own for x in alike)
    if len(alike) > 1 and all(x.amount is None for x in alike):
        return _one_after_the_other(trials, part, alike)

    def left(times: int, first: int) -> Decimal:
        return trials.gap(best.spread(times, first)).get(part, ZERO)

    most_times = max(1, MOST_ADDED // best.size)
    guess = min(most_times, ceil(Fraction(far) / Fraction(best.amount))) if is_sum and best.amount else 1
    tried = range(min(_MOST_FIRST, len(best.places)) if guess < len(best.places) else 1)
    first = next((n for n in tried if not left(guess, n)), 0)  # on the first days there may be no room left
    least, count = left(guess, first), guess
    if least:
        times = guess
        while times < most_times:  # as long as more of it helps
            times = min(most_times, times * (4 if is_sum else 2))
            more = left(times, first)
            if more >= least:
                break
            least, count = more, times
    if least >= far:
        return None
    low_end = (
        min(count, ceil(Fraction(low(subtract(far, least))) / Fraction(best.amount))) if is_sum and best.amount else 1
    )
    while low_end < count:
        middle = low_end if left(low_end, first) <= least else (low_end + count) // 2
        if left(middle, first) <= least:
            count = middle
        else:
            low_end = middle + 1
    gained = low(subtract(far, least))
    amounts = [x.amount for x in alike if x.amount] if is_sum or best.amount else []
    each = amounts or [low(quotient(gained, Decimal(count), "down", _CENT))]
    alone = in_order(trials.policy, best.spread(count, first))
    return Filler(
        what=best.what, least=min(each), most=max(each), leaves=gained, alone=alone, fills=not least, own=own
    )  # fmt: skip


def _one_after_the_other(trials: Trials, part: Part, alike: Sequence[Choice]) -> Filler | None:
    """How records of one sort help that each help elsewhere, each taken once if it helps beside those before it."""
    far = left = trials.gap(())[part]
    alone: list[Addition] = []
    gains: list[Decimal] = []
    for records in (x for choice in sorted(alike, key=lambda x: x.size) for x in choice.places):
        then = trials.gap([*alone, *records]).get(part, ZERO)
        if then < left:
            gains.append(low(subtract(left, then)))
            alone, left = [*alone, *records], then
    if not gains:
        return None
    records = in_order(trials.policy, alone)
    gained = low(subtract(far, left))
    own = any(x.own for x in alike)
    return Filler(
        what=alike[0].what, least=min(gains), most=max(gains), leaves=gained, alone=records, fills=not left, own=own
    )  # fmt: skip
