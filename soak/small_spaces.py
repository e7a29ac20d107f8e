"""All people that there can be for a policy, with up to three records from a few days and bounds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations, islice, product

from attrs import evolve, frozen
from tests.differential.people import Rows, World

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references_of

MOST_RECORDS = 3
DAYS = ("2024-09-02", "2025-01-17", "2025-02-17", "2025-07-04")
"""First and last days of two semesters."""
AS_OF = date(2025, 8, 31)
PEOPLE = (3, 2)
"""So many at once, where a policy compares people or counts them together: three show a tie and who comes after it."""
MANY = 1000
"""Records and people that are listed; what has more is too large in any case."""

Record = tuple[str, Mapping[str, str]]
Given = tuple[int, Record]
"""A record, and whose it is: of the first person, of the next …, or of none of them."""
Person = tuple[Mapping[str, str], tuple[str, ...]]
"""Attributes, and the semesters of enrolment."""


@frozen
class Space:
    """Everybody that there can be, each with the records chosen: alone, or so many together."""

    policy: o.Policy
    records: Sequence[Record]
    persons: Sequence[Person]
    together: int
    """How many people are in a world; 0 where nobody asks about others, so that all are in one."""

    @property
    def size(self) -> int:
        """How many people, or worlds of a few people, there are."""
        ways = [1] + [0] * MOST_RECORDS
        for many in map(len, self._groups()):
            ways = [sum(ways[k] * many ** (n - k) for k in range(n + 1)) for n in range(MOST_RECORDS + 1)]
        return sum(ways) * len(self.persons) ** max(1, self.together)

    def worlds(self) -> Iterator[World]:
        """All people in one world, or each few people in one of their own."""
        chosen = [*_chosen(self._groups(), MOST_RECORDS)]
        if not self.together:
            yield self._world([(person, own) for person in self.persons for own in chosen])
            return
        for persons in product(self.persons, repeat=self.together):
            for records in chosen:
                shared = [record for who, record in records if who == self.together]
                own = [[record for who, record in records if who == place] for place in range(self.together)]
                yield self._world([*zip(persons, ([(0, x) for x in each] for each in own), strict=True)], shared)

    def _groups(self) -> list[list[Given]]:
        """The records of each day, by whose they are: of what is of one day every order is tried."""
        groups: dict[tuple[int, str], list[Given]] = {}
        for kind, cells in self.records:
            about = self.policy.kinds[kind]
            day = cells.get(about.date_field or "", "")
            # what is of a group of people may name none of them
            for who in range(max(1, self.together) + bool(about.group and self.together)):
                groups.setdefault((who, day), []).append((who, (kind, cells)))
        return [groups[key] for key in sorted(groups)]

    def _world(self, people: Iterable[tuple[Person, Sequence[Given]]], shared: Sequence[Record] = ()) -> World:
        rows: Rows = {"student": [], **{name: [] for name in self.policy.given_kinds}}
        numbers = iter(range(10**6))
        for (attributes, semesters), own in people:
            who = f"s{len(rows['student']):04}"
            rows["student"].append({"student_id": who, **attributes})
            for _, (kind, cells) in own:
                rows[kind].append({"record_id": f"r{next(numbers):06}", "student_id": who, **cells})
            for kind in _enrolments(self.policy):
                others = {x.name: bounds(self.policy, kind, x, False)[0] for x in kind.columns}
                rows[kind.name] += [
                    {"record_id": f"e{who}{n}", "student_id": who, **others, kind.semester_field or "": semester}
                    for n, semester in enumerate(semesters)
                ]
        for kind, cells in shared:
            rows[kind].append({"record_id": f"r{next(numbers):06}", "student_id": "", **cells})
        return World(rows, AS_OF)


def space_of(policy: o.Policy, most: int = MANY) -> Space:
    """Everybody that there can be over the bounds that a policy writes, of records and people up to so many."""
    few = any(fact.among_others for fact in policy.facts.values()) or any(x.group for x in policy.kinds.values())
    records, persons = ([*islice(all_of(policy), most)] for all_of in (every_record, every_person))
    return Space(policy, records, persons, PEOPLE[0] if few else 0)


def fitting(space: Space, most: int) -> Space:
    """With three people, or with two where three are too many."""
    sizes = [evolve(space, together=number) for number in PEOPLE] if space.together else [space]
    return next((one for one in sizes if one.size <= most), sizes[-1])


def _chosen(groups: Sequence[Sequence[Given]], most: int) -> Iterator[list[Given]]:
    """Each way to choose so many records at most; those of a group in every order."""
    if not groups:
        yield []
        return
    for count in range(most + 1):
        for own in product(groups[0], repeat=count):
            yield from ([*own, *others] for others in _chosen(groups[1:], most - count))


def _enrolments(policy: o.Policy) -> list[o.RecordKind]:
    return [kind for kind in policy.given_kinds.values() if kind.enrolment]


def _read_by(policy: o.Policy) -> set[str]:
    return {x.name for x in references_of(policy, e.Read)}


def every_record(policy: o.Policy) -> Iterator[Record]:
    """The records that there can be over the bounds that the policy writes, by kind; of a column that nothing
    reads, with the least value only.
    """
    read = _read_by(policy)
    for kind in policy.given_kinds.values():
        if not kind.enrolment:
            columns = {x.name: bounds(policy, kind, x, x.name in read) for x in kind.columns}
            yield from ((kind.name, dict(zip(columns, cells, strict=True))) for cells in product(*columns.values()))


def every_person(policy: o.Policy) -> Iterator[Person]:
    """The attributes that there can be, in the same way, with each choice of the semesters of enrolment."""
    read = _read_by(policy)
    columns = {x.name: bounds(policy, None, x, x.name in read) for x in policy.attributes}
    semesters = [x.name for x in policy.calendar.semesters[-2:]] if _enrolments(policy) else []
    enrolled = [some for count in range(len(semesters) + 1) for some in combinations(semesters, count)]
    for cells in product(*columns.values()):
        yield from ((dict(zip(columns, cells, strict=True)), some) for some in enrolled)


def bounds(policy: o.Policy, kind: o.RecordKind | None, column: o.Column, read: bool) -> list[str]:
    """The texts that a column has in a small world."""
    found: list[str]
    match column.type.name:
        case "item":
            return [x.name for x in policy.rules.values() if kind and x.kind == kind.name] or ["unheard_of"]
        case "date":
            found, read = [*DAYS], read or (kind is not None and kind.date_field == column.name)
        case "semester":
            found, read = [x.name for x in policy.calendar.semesters[-2:]] or ["2024-2025-1"], True
        case "yes or no":
            found = ["no", "yes"]
        case "value":
            found = list(dict.fromkeys((column.values or {}).values()))
        case "account":
            found, read = list(policy.accounts)[:2], True
        case "number":
            found = _numbers(policy, column)
        case _:
            found = ["A", "B"] if not column.parts else ["CS 301", "MA 101"]
    found = found if read else found[:1]
    return found if column.needed or not read else ["", *found]


def _numbers(policy: o.Policy, column: o.Column) -> list[str]:
    """The least and the most that the policy writes, and what lies a unit beside."""
    written = {x.value for x in references_of(policy, e.Constant)}
    numbers = sorted(x for x in written if isinstance(x, Decimal) and 0 <= x <= 400) or [Decimal(1)]
    unit = Decimal(1).scaleb(-min(column.type.decimals, 2))
    around = {x.quantize(unit) + step for x in (numbers[0], numbers[-1]) for step in (-unit, 0, unit)}
    low, high = column.minimum, column.maximum
    inside = [x for x in sorted(around) if (low is None or x >= low) and (high is None or x <= high)]
    return [f"{x:f}" for x in inside] or [f"{low if low is not None else high:f}"]
