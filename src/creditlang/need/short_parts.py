"""What a student still needs for a requirement: the parts that are short, what could fill each, and records that do.

Nothing is told that has not been worked out: what an item gives and what its limits leave is found by adding records to
the student and working them out, as of the day that is asked about; a plan is shown when the requirement is met with
it, as the interpreter has it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any, Final

from attrs import evolve, frozen

from creditlang.core import operators as o
from creditlang.data.given_rows import GivenRows
from creditlang.ledger import PartLine, Record, Status, worst
from creditlang.need.addition import Addition, sources
from creditlang.need.choices import Choice, Choices, What, accounts_of, one_of_each
from creditlang.need.linear_model import LinearModel, SumPart, solver_is_installed
from creditlang.need.most_possible import Bounds
from creditlang.need.plan import MOST_ADDED, Plan, Sort, filled, in_order, none_is_shorter, shrunk
from creditlang.need.possible_days import PossibleDays
from creditlang.need.trials import PLACE, Part, Trials
from creditlang.one_student import StudentData, period_on
from creditlang.values import ZERO, low, quotient, subtract

Progress = Callable[[int, int], None]
_CENT: Final = Decimal("0.01")


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
        return Need(requirement, worst(lines), by, semesters, (), ())
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
    need = Need(requirement, worst(lines), by, semesters, parts, (), solver_is_installed())
    if need.out_of_reach or not all(helps.values()):
        return need
    search = _Search(
        trials, choices, helps, bounds, of, LinearModel(policy, base, sums_of(policy, short, of), overrides or {})
    )
    return evolve(need, plans=search.plans())


def horizon(policy: o.Policy, student: StudentData, today: date) -> date:
    """The last day of the last semester in which a student is enrolled, if that is to come; else of the calendar, if
    that is; else a year from now.
    """
    ends = {x.name: date.fromisoformat(x.end) - timedelta(1) for x in policy.calendar.semesters}
    kinds = {name for name, kind in policy.kinds.items() if kind.enrolment}
    own = [ends[x.semester] for x in student.records if x.kind in kinds and x.semester in ends]
    later = [day for day in (max(own, default=today), max(ends.values(), default=today)) if day > today]
    return later[0] if later else today + timedelta(365)


def cases_of(cases: Sequence[o.Case], part: Part) -> tuple[o.Case, ...]:
    """The lines of a requirement that a part of its result comes from."""
    return tuple(case for case in cases if case.number == part[0]) or tuple(cases)


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


def sums_of(
    policy: o.Policy, short: Mapping[Part, Decimal], of: Mapping[Part, tuple[o.Case, ...]]
) -> dict[Part, SumPart]:  # fmt: skip
    """The parts that are sums of accounts."""
    return {
        part: SumPart(far, accounts)
        for part, far in short.items()
        if len(of[part]) == 1 and (accounts := accounts_of(policy, of[part])) is not None
    }


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

    def left(times: int) -> Decimal:
        return trials.gap(best.spread(times)).get(part, ZERO)

    most_times = max(1, MOST_ADDED // best.size)
    guess = min(most_times, ceil(Fraction(far) / Fraction(best.amount))) if is_sum and best.amount else 1
    least, count = left(guess), guess
    if least:
        times = guess
        while times < most_times:  # as long as more of it helps
            times = min(most_times, times * (4 if is_sum else 2))
            more = left(times)
            if more >= least:
                break
            least, count = more, times
    if least >= far:
        return None
    low_end = (
        min(count, ceil(Fraction(low(subtract(far, least))) / Fraction(best.amount))) if is_sum and best.amount else 1
    )
    while low_end < count:
        middle = low_end if left(low_end) <= least else (low_end + count) // 2
        if left(middle) <= least:
            count = middle
        else:
            low_end = middle + 1
    gained = low(subtract(far, least))
    amounts = [x.amount for x in alike if x.amount] if is_sum or best.amount else []
    each = amounts or [low(quotient(gained, Decimal(count), "down", _CENT))]
    alone = in_order(trials.policy, best.spread(count))
    return Filler(best.what, min(each), max(each), gained, alone, not least, own)


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
    return Filler(alike[0].what, min(gains), max(gains), gained, records, not left, any(x.own for x in alike))


# ---- plans
@frozen
class _Search:
    """Looks for plans."""

    trials: Trials
    choices: Sequence[Choice]
    helps: Mapping[Part, Sequence[Filler]]
    bounds: Bounds
    of: Mapping[Part, tuple[o.Case, ...]]
    model: LinearModel

    def plans(self) -> tuple[Plan, ...]:
        """What the student has done before, if that does; what is least for each record; whatever makes it short."""
        together = [x for x in self.choices if x.amount is None]
        lowest = one_of_each((x for x in self.choices if x.amount is not None), last=True)  # the last comes to least
        highest = one_of_each(x for x in self.choices if x.amount is not None)
        own = [x for x in self.choices if x.own]
        never = {x.what for found in self.helps.values() if not any(x.own for x in found) for x in found}
        tried: list[tuple[Sort, Sequence[Choice]]] = [
            ("as before", [*own, *(x for x in lowest if x.what in never), *(x for x in together if not x.own)]),
            ("small", [*lowest, *together]),
            ("few", [*highest, *together]),
        ]
        found: list[Plan] = []
        for sort, allowed in tried:
            plan = self._plan(sort, allowed)
            if plan is not None:
                found = [x for x in found if x.records != plan.records or x.sort == "as before"]
                if plan.records not in [x.records for x in found]:
                    found.append(plan)
                elif plan.fewest:
                    found = [evolve(x, fewest=True) if x.records == plan.records else x for x in found]
        shortest = min((len(x.records) for x in found), default=0)
        found = [x for x in found if x.sort != "few" or len(x.records) == shortest]
        return tuple(evolve(x, fewest=x.fewest and len(x.records) == shortest) for x in found)

    def _plan(self, sort: Sort, allowed: Sequence[Choice]) -> Plan | None:
        trials = self.trials
        start = self._start(allowed)
        added = start if start and not trials.gap(start) else filled(trials, allowed, self._helping, start)
        if not added or trials.gap(added):
            return None
        added = shrunk(trials, trials.policy, added)
        if not trials.holds(added):
            return None
        return Plan(in_order(trials.policy, added), sort == "few" and self._is_fewest(len(added)), sort)

    @property
    def _helping(self) -> frozenset[What]:
        return frozenset(x.what for found in self.helps.values() for x in found)

    def _start(self, allowed: Sequence[Choice]) -> list[Addition]:
        """What parts need that are no sums, and records that a solver finds for the sums that are short with that."""
        trials, policy = self.trials, self.trials.policy
        whats = {x.what for part, found in self.helps.items() if part not in self.model.parts for x in found}
        others = [x for x in allowed if x.what in whats]
        first = filled(trials, others, frozenset(whats)) if others else []
        gap, cases = trials.gap(first), policy.requirements[trials.requirement].cases
        sums = sums_of(policy, gap, {part: cases_of(cases, part) for part in gap})
        if not sums or not solver_is_installed():
            return first
        model = LinearModel(policy, trials.result(first), sums, self.model.settings)
        found = model.fewest(allowed)
        return [*first, *found[1]] if found is not None else first

    def _is_fewest(self, size: int) -> bool:
        fillers = {part: frozenset(x.what for x in found) for part, found in self.helps.items()}
        most = {
            part: self.bounds.most_of_one(cases[0].have if len(cases) == 1 else None) for part, cases in self.of.items()
        }
        sure = {part: x for part, x in self.model.parts.items() if most[part] is not None and self._all_tried(x)}
        bound = 0, frozenset[Part]()
        if sure and solver_is_installed():
            model = LinearModel(self.trials.policy, self.model.base, sure, self.model.settings)
            found = model.fewest(self.choices)
            bound = (found[0], frozenset(sure)) if found is not None else bound
        return none_is_shorter(self.trials, self.choices, size, most, fillers, bound)

    def _all_tried(self, part: SumPart) -> bool:
        """Whether of each item the records that come to most are among those that were tried."""
        policy = self.trials.policy
        for name in part.accounts:
            for rule in (policy.rules[x] for x in policy.accounts[name].items if x in policy.rules):
                own = [x.amount for x in self.choices if x.what[1] == rule.name and x.amount is not None]
                most = self.bounds.one(rule)
                if own and (most is None or max(own) < most):
                    return False
        return True
