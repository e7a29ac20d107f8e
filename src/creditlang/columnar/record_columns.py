"""A cohort as it is gone through: all records of a dataset in one order, each in its semester.

Records are sorted by student, then as `Record.order` says, those of all kinds together. What is odd about a student (an
attribute or record that could not be read, a record outside the calendar) is only noted: such students are worked out
alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from attrs import define

from creditlang.columnar.coded_periods import CodedCalendar, Numbers
from creditlang.core import operators as o
from creditlang.data.coded.coded_dataset import UNDATED, CodedDataset, CodedKind
from creditlang.data.coded.coded_records import TypedColumn
from creditlang.data.coded.coded_sheet import coded
from creditlang.ledger import Record
from creditlang.table_columns import FEW, ArrowTexts


@define(eq=False)
class CodedField:
    """Values by code, and the code of each record or student, once somebody asks; code 0 is for no value, and equal
    values have one code.
    """

    column: TypedColumn
    rows: Numbers | None = None
    """Of the column, one for each record; all as they stand without it."""

    @cached_property
    def _alike(self) -> tuple[list[Any], Numbers]:
        known: dict[Any, int] = {None: 0}
        codes = [known.setdefault(value, len(known)) for value in self.column.values] or [0]
        return list(known), coded(codes)

    @property
    def values(self) -> list[Any]:
        """By code."""
        return self._alike[0]

    @cached_property
    def codes(self) -> Numbers:
        """Whole numbers of the smallest type that holds them."""
        codes = self.column.codes if self.rows is None else self.column.codes[self.rows]
        found: Numbers = self._alike[1][codes]
        return found


@define(eq=False)
class KindColumns:
    """The records of a kind in the order of all: where each stands among all records, and its fields."""

    kind: o.RecordKind
    places: Numbers
    """Among all records, rising."""
    fields: dict[str, CodedField]
    rows: Numbers
    """Where each stands among those of the dataset."""
    source: CodedKind


@define(eq=False)
class RecordColumns:
    """Students, and all their records in order; what is an array about records has one number for each of them."""

    students: Sequence[str]
    attributes: dict[str, CodedField]
    kinds: dict[str, KindColumns]
    owners: Numbers
    """The position of each record's student, rising."""
    ranks: Numbers
    """What orders all records; two of a student that are of one day and id have the same."""
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
    def of(policy: o.Policy, dataset: CodedDataset, calendar: CodedCalendar) -> "RecordColumns":
        """Place and sort what has been read."""
        sources = [dataset.kinds[name] for name in policy.kinds]
        owners = np.concatenate([source.students for source in sources]).astype(np.int32)
        days = np.concatenate([np.where(source.days == UNDATED, 0, source.days) for source in sources])
        unsound = np.concatenate([source.unsound for source in sources])
        numbers = np.repeat(np.arange(len(sources), dtype=np.int16), [len(source) for source in sources])
        rows = np.concatenate([np.arange(len(source), dtype=np.int64) for source in sources])
        given = [_semesters(policy.kinds[source.name], source, calendar) for source in sources]
        semesters, strange = _placed(policy, np.concatenate(given), days, calendar)
        odd = dataset.unreadable.copy()
        odd[owners[unsound | strange]] = True
        order, ranks = _ordered(owners, days, calendar.last_days[semesters], numbers, rows, sources)
        found = RecordColumns(
            students=dataset.students, kinds={}, owners=owners[order], ranks=ranks,
            attributes={name: CodedField(column) for name, column in dataset.attributes.items()},
            inside=np.zeros(len(order), np.int32), kind_numbers=numbers[order], days=days[order],
            semesters=semesters[order], named=np.concatenate([source.named for source in sources])[order], odd=odd,
        )  # fmt: skip
        rows = rows[order]
        for number, source in enumerate(sources):
            places = np.flatnonzero(found.kind_numbers == number)
            found.inside[places] = np.arange(len(places))
            own = rows[places]
            moved = own if (own[1:] < own[:-1]).any() else None
            fields = {name: CodedField(column, moved) for name, column in source.fields.items()}
            found.kinds[source.name] = KindColumns(policy.kinds[source.name], places, fields, own, source)
        return found

    def shared(self) -> Numbers:
        """For each record whether it may stand there for other students as well."""
        found = np.zeros(len(self.owners), bool)
        for kind in self.kinds.values():
            found[kind.places] = kind.source.sheet[kind.rows] < 0
        return found

    def identifiers(self, places: Numbers) -> Sequence[str]:
        """The ids of some records."""
        own = [np.flatnonzero(self.kind_numbers[places] == number) for number in range(len(self.kinds))]
        found: Sequence[Any] = ArrowTexts.joined(
            kind.source.identifiers(kind.rows[self.inside[places[rows]]])
            for kind, rows in zip(self.kinds.values(), own, strict=True)
        ).at(np.argsort(np.concatenate(own)))
        return found if len(found) > FEW else list(found)

    def record(self, place: int, calendar: CodedCalendar, names: Iterable[str], identifier: str = "") -> Record:
        """A record as the interpreter sees it, in its semester, with some of its fields."""
        kind = list(self.kinds.values())[self.kind_numbers[place]]
        at, day = self.inside[place], int(self.days[place])
        found = Record(
            kind=kind.kind.name, identifier=identifier, student=self.students[self.owners[place]],
            values={name: (column := kind.fields[name]).values[column.codes[at]] for name in names},
            on=date.fromordinal(day) if day else None, semester=calendar.names[self.semesters[place]] or None,
            named=bool(self.named[place]),
        )  # fmt: skip
        if not day and found.semester in calendar.plain.last_days:
            found.order = (calendar.plain.last_days[found.semester], True, identifier)
        return found

    def of_student(self, at: int) -> Mapping[str, Any]:
        """The attributes of a student."""
        return {name: column.values[column.codes[at]] for name, column in self.attributes.items()}


def _semesters(kind: o.RecordKind, source: CodedKind, calendar: CodedCalendar) -> Numbers:
    """The semester that each record names, one more than the last of the calendar if it has none such."""
    column = source.fields.get(kind.semester_field or "")
    if column is None:
        return np.zeros(len(source), np.int32)
    codes = {name: code for code, name in enumerate(calendar.names) if code}
    known = [codes.get(value, len(calendar.names)) if isinstance(value, str) else 0 for value in column.values]
    return np.array(known or [0], np.int32)[column.codes]


def _placed(policy: o.Policy, given: Numbers, days: Numbers, calendar: CodedCalendar) -> tuple[Numbers, Numbers]:
    """The semester of each record, as the interpreter places it, and which ones it cannot place."""
    strange = given == len(calendar.names)
    given[strange] = 0
    if not calendar.semesters:
        return given, strange
    missing = np.flatnonzero((given == 0) & (days > 0))
    given[missing] = placed = calendar.of_days(days[missing])
    if policy.by_calendar:
        strange[missing[placed == 0]] = True
    return given, strange


def _ordered(
    owners: Numbers, days: Numbers, last_days: Numbers, numbers: Numbers, rows: Numbers, sources: Sequence[CodedKind]
) -> tuple[Numbers, Numbers]:
    """The order of all records, and what orders each. Those of a kind are in order of their ids already, so these are
    looked at only where several kinds have records of one day.
    """
    undated = days == 0
    key = (owners.astype(np.int64) << 24) | (np.where(undated, last_days, days).astype(np.int64) << 1) | undated
    order = np.argsort(key, kind="stable")
    key, kinds = key[order], numbers[order]
    ranks = np.arange(len(key), dtype=np.int64)
    new = np.ones(len(key) + 1, bool)
    new[1:-1] = key[1:] != key[:-1]
    starts = np.flatnonzero(new)
    groups = np.cumsum(new[:-1]) - 1
    mixed = np.zeros(len(starts), bool)
    mixed[groups[1:][~new[1:-1] & (kinds[1:] != kinds[:-1])]] = True
    places = np.flatnonzero(mixed[groups])
    if len(places):
        tied = order[places]
        identifiers = np.zeros(len(places), object)
        for number, source in enumerate(sources):
            own = np.flatnonzero(numbers[tied] == number)
            identifiers[own] = source.identifiers(rows[tied[own]])
        tied_groups = groups[places]
        told = sorted(zip(tied_groups.tolist(), identifiers.tolist(), range(len(places)), tied.tolist(), strict=True))
        order[places] = [at for *_, at in told]
        for place, one, two in zip(places[1:].tolist(), told, told[1:], strict=False):
            if one[:2] == two[:2]:
                ranks[place] = ranks[place - 1]
    return order, ranks
