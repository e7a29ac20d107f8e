"""Students and their records side by side, as columns of codes, each record in the semester and order of a run.

Records are sorted once: by student, then as `Record.order` says. What is odd about a student (an attribute or record
that could not be read, a record outside the calendar) is only noted: such students are worked out alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
from attrs import define

from creditlang.columnar.coded_periods import CodedCalendar
from creditlang.core import operators as o
from creditlang.interpreter.evaluate import StudentData
from creditlang.ledger import Record

Numbers = np.ndarray[Any, np.dtype[Any]]
"""One-dimensional: positions and codes as whole numbers, amounts as int64."""
_LAST_DAY: Final = date.max.toordinal()


@define(eq=False)
class CodedField:
    """Values by code, and the code of each record or student; code 0 is for no value."""

    values: list[Any]
    codes: Numbers

    @staticmethod
    def of(values: Iterable[Any]) -> "CodedField":
        """The column of some values."""
        known: dict[Any, int] = {None: 0}
        codes = np.fromiter((known.setdefault(value, len(known)) for value in values), np.int32)
        return CodedField(list(known), codes)


@define(eq=False)
class KindColumns:
    """The records of a kind in the order of all: where each stands among all records, and its fields."""

    kind: o.RecordKind
    places: Numbers
    """Among all records, rising."""
    fields: dict[str, CodedField]


@define(eq=False)
class Cohort:
    """Students, and all their records in order; what is an array about records has one number for each of them."""

    students: Sequence[StudentData]
    attributes: dict[str, CodedField]
    kinds: dict[str, KindColumns]
    records: list[Record]
    owners: Numbers
    """The position of each record's student, rising."""
    ranks: Numbers
    """What orders a student's records; two that are of one day and id have the same."""
    inside: Numbers
    """Where each record stands among those of its kind."""
    kind_numbers: Numbers
    days: Numbers
    """Ordinals, 0 without a date."""
    semesters: Numbers
    """By `CodedCalendar`, 0 without one."""
    named: Numbers
    odd: Numbers
    """For each student, whether they have to be worked out alone."""

    @staticmethod
    def of(policy: o.Policy, students: Sequence[StudentData], calendar: CodedCalendar) -> "Cohort":
        """Code, place and sort what has been read."""
        records = [record for student in students for record in student.records]
        sizes = np.fromiter((len(student.records) for student in students), np.int64, len(students))
        owners = np.repeat(np.arange(len(students), dtype=np.int32), sizes)
        days = np.fromiter((x.on.toordinal() if x.on is not None else 0 for x in records), np.int32, len(records))
        semesters, strange = _semesters(policy, records, days, calendar)
        odd = np.fromiter((student.unreadable for student in students), bool, len(students))
        strange |= np.fromiter((x.problem is not None for x in records), bool, len(records))
        odd[owners[strange]] = True
        undated = days == 0
        ordering = np.where(undated, calendar.last_days[semesters], days)
        order, ranks = _ordered(owners, ordering, undated, records)
        numbers = {name: number for number, name in enumerate(policy.kinds)}
        kind_numbers = np.fromiter((numbers[x.kind] for x in records), np.int16, len(records))[order]
        sorted_records = [records[at] for at in order.tolist()]
        inside, kinds = np.zeros(len(records), np.int32), {}
        for name, number in numbers.items():
            places = np.flatnonzero(kind_numbers == number)
            inside[places] = np.arange(len(places))
            own = [sorted_records[at].values for at in places.tolist()]
            fields = {x.name: CodedField.of(map(_getter(x.name), own)) for x in policy.kinds[name].columns}
            kinds[name] = KindColumns(policy.kinds[name], places, fields)
        attributes = {
            x.name: CodedField.of(student.attributes.get(x.name) for student in students) for x in policy.attributes
        }
        return Cohort(
            students=students, attributes=attributes, kinds=kinds, records=sorted_records, owners=owners[order],
            ranks=ranks, inside=inside, kind_numbers=kind_numbers, days=days[order], semesters=semesters[order],
            named=np.fromiter((x.named for x in sorted_records), bool, len(records)), odd=odd,
        )  # fmt: skip


def _getter(name: str) -> Any:
    return lambda values: values.get(name)


def _semesters(
    policy: o.Policy, records: Sequence[Record], days: Numbers, calendar: CodedCalendar
) -> tuple[Numbers, Numbers]:
    """The semester of each record, as the interpreter places it, and which ones it cannot place."""
    unknown = len(calendar.names)
    codes: Mapping[str | None, int] = {None: 0, **{name: code for code, name in enumerate(calendar.names) if code}}
    given = np.fromiter((codes.get(x.semester, unknown) for x in records), np.int32, len(records))
    strange = given == unknown
    given[strange] = 0
    if not calendar.semesters:
        return given, strange
    placed = calendar.of_days(days)
    missing = (given == 0) & (days > 0)
    if policy.by_calendar:
        strange |= missing & (placed == 0)
    return np.where(missing, placed, given), strange


def _ordered(
    owners: Numbers, days: Numbers, undated: Numbers, records: Sequence[Record]
) -> tuple[Numbers, Numbers]:
    """The order of all records, and what each is ordered by; ids are looked at only where days are the same."""
    key = (owners.astype(np.int64) << 24) | (days.astype(np.int64) << 1) | undated
    order = np.argsort(key, kind="stable")
    key = key[order]
    same = np.zeros(len(key) + 1, bool)
    same[1:-1] = key[1:] == key[:-1]
    first = np.flatnonzero(same[1:] & ~same[:-1])
    last = np.flatnonzero(same[:-1] & ~same[1:]) + 1
    ranks = np.arange(len(key), dtype=np.int64)
    for start, end in zip(first.tolist(), last.tolist(), strict=True):
        tied = sorted(order[start:end].tolist(), key=lambda at: records[at].identifier)
        order[start:end] = tied
        for place in range(start + 1, end):
            if records[tied[place - start]].identifier == records[tied[place - start - 1]].identifier:
                ranks[place] = ranks[place - 1]
    return order, ranks
