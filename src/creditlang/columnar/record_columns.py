"""A cohort as it is gone through: all records of a dataset kind by kind, each in its semester.

The records of a kind stand by student, then as `Record.order` says; in which order those of several kinds are is found
once somebody asks. What is wrong with a record by itself (it could not be read, or lies outside the calendar) is noted;
students of whom an attribute could not be read, or a record was decided by an office, are worked out alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import chain, repeat
from typing import Any, Final

import numpy as np
from attrs import define

from creditlang.arrow_texts import ArrowTexts
from creditlang.columnar.coded_periods import CodedCalendar, Numbers
from creditlang.columnar.side_by_side import SideBySide
from creditlang.core import operators as o
from creditlang.data.coded.coded_dataset import UNDATED, CodedDataset, CodedKind
from creditlang.data.coded.coded_records import TypedColumn
from creditlang.data.coded.coded_sheet import coded
from creditlang.diagnostics import Diagnostic, Place, report
from creditlang.ledger import Record
from creditlang.table_columns import FEW

OUTSIDE: Final = "CR659"
_AT_ONCE: Final = 1 << 15
"""Records that are looked up together."""


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

    def of(self, records: Numbers) -> list[Any]:
        """The values of some records or students."""
        values, codes = self._alike
        return [values[code] for code in codes[self.raw(records)].tolist()]

    @property
    def alike(self) -> Numbers:
        """The code of each value of the column."""
        return self._alike[1]

    def raw(self, records: Numbers | slice) -> Numbers:
        """Which of the values of the column some records have."""
        found: Numbers = self.column.codes[records if self.rows is None else self.rows[records]]
        return found

    def part(self, records: slice) -> Numbers:
        """The codes of some records in a row, whole numbers of the smallest type that holds them."""
        found: Numbers = self.raw(records)
        if self._shift is None:
            return self.alike.take(found)
        return np.add(found, self._shift, dtype=self.alike.dtype) if self._shift else found

    @cached_property
    def _shift(self) -> int | None:
        """By how much each code is more than its place among the values of the column, if that is the same for all."""
        shifts = self.alike.astype(np.int64) - np.arange(len(self.alike))
        return int(shifts[0]) if (shifts == shifts[0]).all() else None

    @cached_property
    def codes(self) -> Numbers:
        """Those of all."""
        return self.part(slice(None))


@define(eq=False)
class KindColumns:
    """The records of a kind, and its fields."""

    kind: o.RecordKind
    first: int
    """Where they begin among all records."""
    fields: dict[str, CodedField]
    rows: Numbers | None
    """Where each stands among those of the dataset; without it in the same place."""
    source: CodedKind

    @cached_property
    def places(self) -> Numbers:
        """Among all records, rising."""
        return np.arange(self.first, self.first + len(self.source), dtype=np.int64)

    def within(self, students: slice) -> slice:
        """The records of some students in a row, among all records."""
        starts = self.source.starts
        return slice(self.first + int(starts[students.start]), self.first + int(starts[students.stop]))

    def in_source(self, places: Numbers) -> Numbers:
        """Where some of its records stand in the dataset."""
        inside: Numbers = places - self.first
        return inside if self.rows is None else self.rows[inside]


@define(eq=False)
class RecordColumns:
    """Students, and all their records; what is an array about records has one number for each of them."""

    students: Sequence[str]
    attributes: dict[str, CodedField]
    kinds: dict[str, KindColumns]
    owners: SideBySide
    """The position of each record's student, rising in each kind."""
    days: SideBySide
    """Ordinals, 0 without a date."""
    semesters: SideBySide
    """By `CodedCalendar`, 0 without one."""
    named: SideBySide
    odd: Numbers
    """For each student, whether they have to be worked out alone."""
    unsound: Mapping[str, Numbers]
    """By kind, for each student whether it is for one of these records."""
    wrong: Mapping[int, Diagnostic]
    """By place, what is wrong with records that count for nothing, as far as it was known before any rule."""
    _last_days: Numbers
    """Of semesters."""
    _ranks: Numbers | None = None

    @staticmethod
    def of(policy: o.Policy, dataset: CodedDataset, calendar: CodedCalendar) -> "RecordColumns":
        """Place and sort what has been read."""
        kinds, unsound, first = {}, {}, 0
        wrong: dict[int, Diagnostic] = {}
        memberships = {kind.membership for kind in policy.kinds.values()}
        columns: list[tuple[Numbers, ...]] = []
        for name, kind in policy.kinds.items():
            source = dataset.kinds[name]
            owners, days, named, rows = source.students, source.days, source.named, None
            undated = days == UNDATED if _may_be_undated(kind, source) else np.zeros(0, bool)
            some = bool(undated.any())
            days = np.where(undated, 0, days) if some else days
            semesters, strange, outside = _placed(policy, _semesters(kind, source, calendar), days, calendar)
            problems = _problems(source, days, outside if name not in memberships else outside[:0])
            decided = [row for row, problem in problems.items() if problem is None]
            left = np.concatenate([strange, outside]) if name in memberships else strange
            unsound[name] = np.zeros(len(dataset.students), bool)
            unsound[name][owners[decided]] = unsound[name][owners[left]] = True
            if some:
                keys = _keys(owners, days, calendar.last_days[semesters])
                if (keys[1:] < keys[:-1]).any():
                    rows = np.argsort(keys, kind="stable")
                    days, semesters, named = days[rows], semesters[rows], named[rows]
            back = np.argsort(rows) if rows is not None and problems else np.arange(len(source))
            wrong |= {first + int(back[row]): told for row, told in problems.items() if told is not None}
            fields = {each: CodedField(column, rows) for each, column in source.fields.items()}
            kinds[name] = KindColumns(kind, first, fields, rows, source)
            columns.append((owners, days, semesters, named))
            first += len(source)
        owners_, days_, semesters_, named_ = (SideBySide(x) for x in zip(*columns, strict=True))
        attributes = {name: CodedField(column) for name, column in dataset.attributes.items()}
        return RecordColumns(
            students=dataset.students, attributes=attributes, kinds=kinds, owners=owners_, days=days_,
            semesters=semesters_, named=named_, odd=np.logical_or.reduce([dataset.unreadable, *unsound.values()]),
            unsound=unsound, wrong=wrong, last_days=calendar.last_days,
        )  # fmt: skip

    @property
    def ranks(self) -> Numbers:
        """What orders all records; two of a student that are of one day and id have the same."""
        if self._ranks is None:
            self._ranks = self._ranked()
        return self._ranks

    def order(self, places: Numbers) -> Numbers:
        """The order of some records; where that says nothing, as they are."""
        if not len(places):
            return np.zeros(0, np.int64)
        if len(set(self.numbers_of_kinds(places[[places.argmin(), places.argmax()]]).tolist())) == 1:
            return np.argsort(places, kind="stable")
        return np.argsort(self.ranks[places], kind="stable")

    def numbers_of_kinds(self, places: Numbers) -> Numbers:
        """The number of the kind of each of some records."""
        firsts = [kind.first for kind in self.kinds.values()]
        if len(places):
            least, most = np.searchsorted(firsts, (places.min(), places.max()), "right") - 1
            if least == most:
                return np.full(len(places), least, np.min_scalar_type(least))
        return np.searchsorted(firsts, places, "right") - 1

    def _ranked(self) -> Numbers:
        """By student, day and id. Those of a kind are in order of their ids already, so these are looked at only where
        several kinds have records of one day.
        """
        key = _keys(self.owners.whole, self.days.whole, self._last_days[self.semesters.whole])
        order = np.argsort(key, kind="stable")
        key, kinds = key[order], self.numbers_of_kinds(order)
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
            parts = groups[places].tolist(), self.identifiers(tied), range(len(places)), tied.tolist()
            told = sorted(zip(*parts, strict=True))
            order[places] = [at for *_, at in told]
            for place, one, two in zip(places[1:].tolist(), told, told[1:], strict=False):
                if one[:2] == two[:2]:
                    ranks[place] = ranks[place - 1]
        found = np.empty_like(ranks)
        found[order] = ranks
        return found

    def shared(self) -> Numbers:
        """For each record whether it may stand there for other students as well."""
        found = np.zeros(len(self.owners), bool)
        for kind in self.kinds.values():
            found[kind.first : kind.first + len(kind.source)] = kind.source.sheet[kind.in_source(kind.places)] < 0
        return found

    def identifiers(self, places: Numbers) -> Sequence[str]:
        """The ids of some records."""
        numbers = self.numbers_of_kinds(places)
        own = [np.flatnonzero(numbers == number) for number in range(len(self.kinds))]
        found: Sequence[Any] = ArrowTexts.joined(
            kind.source.identifiers(kind.in_source(places[rows]))
            for kind, rows in zip(self.kinds.values(), own, strict=True)
        ).at(np.argsort(np.concatenate(own)))
        return found if len(found) > FEW else list(found)

    def written_at(self, place: int) -> Place | None:
        """Where a record stands in the data."""
        kind = list(self.kinds.values())[int(self.numbers_of_kinds(np.array([place]))[0])]
        return kind.source.written_at(int(kind.in_source(np.array([place]))[0]))

    def records(
        self, name: str, places: Numbers, calendar: CodedCalendar, names: Iterable[str], identifiers: Iterable[str] = ()
    ) -> Iterator[Record]:
        """Some records of a kind as the interpreter sees them, in their semesters, with some of their fields."""
        kind, names = self.kinds[name], list(names)
        number, inside = list(self.kinds).index(name), places - kind.first
        columns = [kind.fields[each].of(inside) for each in names]
        values = zip(*columns, strict=True) if columns else repeat(())
        parts = (x.parts[number][inside].tolist() for x in (self.owners, self.days, self.semesters, self.named))
        told = zip(*parts, values, chain(identifiers, repeat("")), strict=False)
        for owner, day, semester, named, own, identifier in told:
            found = Record(
                kind=kind.kind.name, identifier=identifier, student=self.students[owner],
                values=dict(zip(names, own, strict=True)), on=date.fromordinal(day) if day else None,
                semester=calendar.names[semester] or None, named=named,
            )  # fmt: skip
            if not day and found.semester in calendar.plain.last_days:
                found.order = (calendar.plain.last_days[found.semester], True, identifier)
            yield found

    def of_student(self, at: int) -> Mapping[str, Any]:
        """The attributes of a student."""
        return {name: column.of(np.array([at]))[0] for name, column in self.attributes.items()}


def _may_be_undated(kind: o.RecordKind, source: CodedKind) -> bool:
    """Whether there may be records without a date."""
    column = source.fields.get(kind.date_field or "")
    return column is None or not all(isinstance(value, date) for value in column.values)


def _semesters(kind: o.RecordKind, source: CodedKind, calendar: CodedCalendar) -> Numbers:
    """The semester that each record names, one more than the last of the calendar if it has none such."""
    column, unknown = source.fields.get(kind.semester_field or ""), len(calendar.names)
    few = np.min_scalar_type(unknown)
    if column is None:
        return np.zeros(len(source), few)
    codes = {name: code for code, name in enumerate(calendar.names) if code}
    known = [codes.get(value, unknown) if isinstance(value, str) else 0 for value in column.values]
    table, found = np.array(known or [0], few), np.empty(len(source), few)
    for start in range(0, len(found), _AT_ONCE):  # numpy makes wide numbers of codes, which a cache is to hold
        part = slice(start, start + _AT_ONCE)
        table.take(column.codes[part], out=found[part], mode="clip")
    return found


def _placed(
    policy: o.Policy, given: Numbers, days: Numbers, calendar: CodedCalendar
) -> tuple[Numbers, Numbers, Numbers]:  # fmt: skip
    """The semester of each record, as the interpreter places it, where those are that it cannot place, and those that
    lie outside of the calendar where they should not.
    """
    strange, outside = np.flatnonzero(given == len(calendar.names)), np.zeros(0, np.int64)
    given[strange] = 0
    if not calendar.semesters:
        return given, strange, outside
    missing = np.flatnonzero((given == 0) & (days > 0)) if not given.all() else outside
    given[missing] = placed = calendar.of_days(days[missing])
    return given, strange, missing[placed == 0] if policy.by_calendar else outside


def _problems(source: CodedKind, days: Numbers, outside: Numbers) -> dict[int, Diagnostic | None]:
    """What is wrong with records, by row; None for one of which an office has decided something."""
    found: dict[int, Diagnostic | None] = {}
    for row in outside.tolist():
        found[row] = report(OUTSIDE, source.written_at(row), date=date.fromordinal(int(days[row])).isoformat())
    for row in np.flatnonzero(source.unsound).tolist():
        record = source.loose[int(source.row[row])]
        found[row] = record.problem if record.ruling is None else None
    return found


def _keys(owners: Numbers, days: Numbers, last_days: Numbers) -> Numbers:
    undated = days == 0
    keys: Numbers = (
        (owners.astype(np.int64) << 24) | (np.where(undated, last_days, days).astype(np.int64) << 1) | undated
    )
    return keys
