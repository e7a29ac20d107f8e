"""What a student still needs for a requirement: the parts that are short, what could fill each, the fewest records.

Nothing is told that has not been worked out: what an item gives and what its limits leave is found by adding records to
the student and working him out, as of the day that is asked about; a plan is shown when the requirement is met with it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from attrs import evolve, frozen

from creditlang.core import operators as o
from creditlang.data.given_rows import GivenRows
from creditlang.ledger import PartLine, Record, Status, worst
from creditlang.need.addition import Addition, Fillable, days, sources, variants
from creditlang.need.most_possible import Bounds
from creditlang.need.plan import Choice, Plan, filled, in_order, none_is_shorter, several, shrunk
from creditlang.need.trials import PLACE, Part, Trials
from creditlang.one_student import StudentData, period_on
from creditlang.values import add, low, quotient, subtract

MOST_PLANS: Final = 3
MOST_FIELDS: Final = 2
MOST_SORTS: Final = 48
_CENT: Final = Decimal("0.01")
_FEW: Final = 8
MOST_TOGETHER: Final = 6
"""So many records of one sort are tried together where one alone changes nothing."""
MOST_AMOUNTS: Final = 4
"""So many amounts that a record of one item can come to are tried, the highest and the lowest."""
Progress = Callable[[int, int], None]


@frozen
class Filler:
    """An item, or a kind of record, that helps a part."""

    what: tuple[str, str]
    least: Decimal
    most: Decimal
    """What one record comes to before limits, at least and at most, of those that bring something."""
    leaves: Decimal
    """What it can bring on its own by the day that is asked about, as far as the part needs it."""
    alone: tuple[Addition, ...]
    """The records that bring it."""
    fills: bool
    """Whether the part is met with these."""


@frozen
class ShortPart:
    """A part of a requirement that is not met."""

    line: PartLine
    """As of the day that is asked about, when nothing is added."""
    gap: Decimal
    fillers: tuple[Filler, ...]
    most: Decimal | None
    """What it can be at most by then, where that is certain and not enough."""


@frozen
class Need:
    """What is short of a requirement by a day, and plans that meet it, the shortest first."""

    requirement: str
    status: Status
    by: date
    assumed: tuple[str, ...]
    """The later semesters in which the student is taken to be enrolled."""
    parts: tuple[ShortPart, ...]
    plans: tuple[Plan, ...]

    @property
    def out_of_reach(self) -> bool:
        """Whether it is certain that it cannot be met by then."""
        return any(part.most is not None for part in self.parts)


def needed(
    policy: o.Policy, student: StudentData, requirement: str, today: date, by: date,
    overrides: Mapping[str, Any] | None = None, without: Sequence[str] = (),
    progress: Progress = lambda done, of: None,
) -> Need:  # fmt: skip
    """What a student needs for a requirement by the end of a day, with records from the day after `today` on.

    `overrides` are typed named values; items in `without` are not made use of. `progress` is told how many of the items
    that may help have been tried.
    """
    assumed = _enrolments(policy, student, today, by)
    student = evolve(student, records=(*student.records, *assumed))
    trials = Trials(policy, student, requirement, by, overrides or {})
    lines = trials.parts(trials.result(()))
    semesters = tuple(dict.fromkeys(x.semester for x in assumed if x.semester is not None))
    short = trials.gap(())
    if not short:
        return Need(requirement=requirement, status=worst(lines), by=by, assumed=semesters, parts=(), plans=())
    cases = policy.requirements[requirement].cases
    of = {part: cases_of(cases, part) for part in short}
    from_sources = sources(policy, tuple(case for found in of.values() for case in found))
    from_sources = tuple(x for x in from_sources if not {x.kind, x.item} & set(without))
    choices: list[Choice] = []
    helps: dict[Part, list[Filler]] = {part: [] for part in short}
    amounts: dict[int, Decimal | None] = {}
    for done, found in enumerate(_tried(trials, policy, from_sources, today, by, amounts).values()):
        progress(done, len(from_sources))
        choices += found
        for part, filler in _fillers(trials, policy, found, amounts).items():
            helps[part].append(filler)
    bounds = Bounds(policy, today, by)
    parts = tuple(
        ShortPart(
            line, short[line.number, line.part], tuple(helps[line.number, line.part]), _out_of_reach(bounds, of, line)
        )
        for line in _each(lines, short)
    )
    plans = _plans(
        trials, policy, choices, {part: bounds.most_of_one(_have(found)) for part, found in of.items()}, helps
    )
    return Need(requirement=requirement, status=worst(lines), by=by, assumed=semesters, parts=parts, plans=plans)


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


def _have(cases: Sequence[o.Case]) -> Any:
    return cases[0].have if len(cases) == 1 and cases[0].each is None and not cases[0].of else None


def _each(lines: Sequence[PartLine], short: Mapping[Part, Decimal]) -> list[PartLine]:
    """A line for each part that is short."""
    found: dict[Part, PartLine] = {}
    for line in lines:
        if (line.number, line.part) in short and line.status in ("unmet", "open"):
            found.setdefault((line.number, line.part), line)
    return list(found.values())


def _out_of_reach(bounds: Bounds, of: Mapping[Part, Sequence[o.Case]], line: PartLine) -> Decimal | None:
    cases = of[line.number, line.part]
    more = bounds.still(_have(cases)) if cases[0].at_least else None
    if more is None or not isinstance(line.have, Decimal) or not isinstance(line.needed, Decimal):
        return None
    most = low(add(line.have, more))
    return most if most < line.needed else None


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


def _tried(
    trials: Trials, policy: o.Policy, from_sources: Sequence[Fillable], today: date, by: date,
    amounts: dict[int, Decimal | None],
) -> dict[Fillable, list[Choice]]:  # fmt: skip
    """For each source the records that are worth trying: one for each amount that a record of it can come to, at first
    without the fields that may be missing. All are worked out together, each seen by the amount it has before limits,
    which is put into `amounts` by the `id` of the first.
    """
    found: dict[Fillable, list[Choice]] = {}
    left = {source: when for source in from_sources if (when := days(policy, source, today, by))}
    for more in range(MOST_FIELDS + 1):
        own = {
            source: [Addition(source.kind, source.item, x, when[0]) for x in variants(policy, source, more)]
            for source, when in left.items()
        }
        raw = trials.amounts([one for found_here in own.values() for one in found_here])
        for source, tried in own.items():
            when = left[source]
            different: dict[object, Addition] = {}
            for one in tried:
                if raw[id(one)]:
                    different.setdefault(raw[id(one)], one)
            few = sorted(different.values(), key=lambda one: raw[id(one)] or 0, reverse=True)
            few = few if len(few) <= MOST_AMOUNTS else [*few[: MOST_AMOUNTS - 1], few[-1]]
            if few:
                amounts.update((id(one), raw[id(one)]) for one in few)
                found[source] = [((one,), *((evolve(one, day=day),) for day in when[1:])) for one in few]
            elif together := _together(trials, [x for x in tried if raw[id(x)] is not None] or tried[:_FEW], when):
                amounts[id(together[0][0])] = None
                found[source] = [together]
        left = {source: when for source, when in left.items() if source not in found}
    return {source: found[source] for source in from_sources if source in found}


def _together(trials: Trials, tried: Sequence[Addition], when: Sequence[date]) -> Choice | None:
    """The fewest records of one sort that help together where one alone does not: every third, at least five."""
    first = trials.gap(())

    def help_together(one: Addition, times: int) -> bool:
        groups = [several(evolve(one, day=day), times) for day in when[:2]]  # the first may be near a period's end
        gaps = [trials.gap(group) for group in groups]
        return any(gap.get(part, Decimal(0)) < far for gap in gaps for part, far in first.items())

    for one in tried[:MOST_SORTS]:
        if help_together(one, MOST_TOGETHER):
            times = next(times for times in range(2, MOST_TOGETHER + 1) if help_together(one, times))
            return tuple(several(evolve(one, day=day), times) for day in when)
    return None


def _fillers(
    trials: Trials, policy: o.Policy, choices: Sequence[Choice], amounts: Mapping[int, Decimal | None]
) -> dict[Part, Filler]:  # fmt: skip
    """How a source on its own helps each part."""
    first = trials.gap(())
    added = filled(trials, choices)
    found: dict[Part, Filler] = {}
    for part, far in first.items():
        steps = [trials.gap(added[:count]).get(part, Decimal(0)) for count in range(len(added) + 1)]
        if not added or min(steps) >= far:
            continue
        count = steps.index(min(steps))
        gained = low(subtract(far, steps[count]))
        each = low(quotient(gained, Decimal(count), "down", _CENT))
        some = [amount for choice in choices if (amount := amounts[id(choice[0][0])])] or [each]
        alone = in_order(policy, added[:count])
        what = choices[0][0][0].what
        found[part] = Filler(what, min(some), max(some), gained, alone, not steps[count])
    return found


def _plans(
    trials: Trials, policy: o.Policy, choices: Sequence[Choice], most_of_one: Mapping[Part, Decimal | None],
    helps: Mapping[Part, Sequence[Filler]],
) -> tuple[Plan, ...]:  # fmt: skip
    """The shortest plan that was found, one that asks no more of an item than the least that it gives anything for, and
    others that make do without an item of the first.
    """
    fillers = {part: frozenset(x.what for x in found) for part, found in helps.items()}
    found: list[Plan] = []
    lowest = {choice[0][0].what: choice for choice in choices}  # the last of each item comes to least
    waiting: list[Sequence[Choice]] = [choices, list(lowest.values())]
    while waiting and len(found) < MOST_PLANS:
        allowed = waiting.pop(0)
        added = filled(trials, allowed)
        if not added or trials.gap(added):
            continue
        shortest = allowed is choices and none_is_shorter(trials, allowed, len(added), most_of_one, fillers)
        plan = Plan(in_order(policy, shrunk(trials, policy, added)), shortest)
        if plan.records not in [x.records for x in found]:
            found.append(plan)
        if allowed is choices:
            used = dict.fromkeys(one.what for one in plan.records)
            waiting += [[choice for choice in choices if choice[0][0].what != what] for what in used]
    if found and min(len(x.records) for x in found) < len(found[0].records):
        found[0] = evolve(found[0], fewest=False)
    return tuple(sorted(found, key=lambda plan: len(plan.records)))
