"""A whole dataset as columns of codes, in the order in which an engine for many students goes through it.

Students are sorted by their numbers. The records of one kind stand student by student, those of a student by day,
undated ones after those of their last day, then by record id: as `Record.order` says. So the records of student `s`
are those from `starts[s]` to `starts[s + 1]`.

A field has its distinct values, as the reader gives them (`Decimal`, `date`, `bool`, `str`, None for an empty cell),
and for each record the position of its own among them. An engine works out once for each value what it needs of it. A
record of which something could not be read, or of which an office has decided something, is marked as unsound, and its
fields mean nothing. Whoever needs a record or a student as an object, to hand them to the reference, takes them from
the `Dataset` that this was made of.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy
from attrs import define, evolve, field, frozen

from creditlang.arrow_texts import ArrowTexts
from creditlang.core import operators as o
from creditlang.data.coded.coded_records import CodedRecords, TypedColumn
from creditlang.data.coded.coded_sheet import Numbers, coded
from creditlang.data.dataset import Dataset, Student
from creditlang.diagnostics import Place
from creditlang.ledger import Record

_MANY: Final = 1000
_AS_THEY_ARE: Final = frozenset({str, date, type(None)})
"""Types of which equal values are the same to the last character, and equal to none of another type."""
UNDATED: Final = date.max.toordinal() + 1
"""The day of a record without a date."""


@frozen(eq=False)
class CodedKind:
    """All records of one kind that belong to a student; one of a group is there for each student of the group."""

    name: str
    students: Numbers
    """int64, rising: the position of its student in `CodedDataset.students`."""
    starts: Numbers
    """int64, one more than there are students: where the records of each begin."""
    days: Numbers
    """int32: the day as `date.toordinal` counts, or `UNDATED`."""
    fields: Mapping[str, TypedColumn]
    """By the names of the kind's columns."""
    unsound: Numbers
    """bool: whether something about the record could not be read, or was decided by itself."""
    named: Numbers
    """bool: `Record.named`."""
    sheets: tuple[CodedRecords, ...]
    loose: tuple[Record, ...]
    """Records that were made when they were read: of small sheets, and odd ones."""
    sheet: Numbers
    """int32: the position in `sheets` of the one that each record comes from, -1 for loose ones."""
    row: Numbers
    """int64: the position in that sheet, or in `loose`."""

    def __len__(self) -> int:
        """How many there are."""
        return len(self.days)

    def written_at(self, row: int) -> Place | None:
        """Where a record stands in the data."""
        sheet, at = int(self.sheet[row]), int(self.row[row])
        if sheet < 0:
            return self.loose[at].place
        return Place(self.sheets[sheet].source, int(self.sheets[sheet].numbers[at]))

    def identifiers(self, rows: Numbers) -> Sequence[str]:
        """The ids of some records."""
        sheet = int(self.sheet[rows[0]]) if len(rows) else -1
        if len(rows) > _MANY and sheet >= 0 and (self.sheet[rows] == sheet).all():
            return self.sheets[sheet].identifiers_at(self.row[rows])
        pairs = zip(self.sheet[rows].tolist(), self.row[rows].tolist(), strict=True)
        return [self.loose[at].identifier if sheet < 0 else self.sheets[sheet].identifier(at) for sheet, at in pairs]


@frozen(eq=False)
class CodedDataset:
    """Students and records as columns."""

    students: tuple[str, ...]
    """Their numbers, sorted."""
    attributes: Mapping[str, TypedColumn]
    unreadable: Numbers
    """bool, for each student: whether an attribute could not be read."""
    kinds: Mapping[str, CodedKind]

    @staticmethod
    def of(policy: o.Policy, dataset: Dataset) -> "CodedDataset":
        """A dataset that was read for a policy; no record of it is made."""
        students = tuple(sorted(dataset.students))
        people = [dataset.students[identifier] for identifier in students]
        gathered = {name: _Gathered(kind) for name, kind in policy.kinds.items()}
        places, taken = {each: place for place, each in enumerate(students)}, [person.taken for person in people]
        for place, person in enumerate(people):
            for record in person.loose:
                gathered[record.kind].take(place, record)
        for number, sheet in enumerate(dataset.sheets):
            gathered[sheet.kind].take_sheet(sheet, places, numpy.array(taken, numpy.int64) <= number)
        return CodedDataset(
            students, {column.name: _attribute(column.name, people) for column in policy.attributes},
            numpy.array([person.problem is not None for person in people], bool),
            {name: found.kind_of(len(students)) for name, found in gathered.items()},
        )  # fmt: skip


@define(eq=False)
class _Values:
    """The distinct values of a field. Two are the same if they are so to the last zero."""

    found: list[Any] = field(factory=list)
    _places: dict[Any, int] = field(factory=dict)

    def code(self, value: object) -> int:
        """The position of a value; a new one comes at the end."""
        key = value if value.__class__ in _AS_THEY_ARE else (type(value), str(value))
        place = self._places.setdefault(key, len(self.found))
        if place == len(self.found):
            self.found.append(value)
        return place


@define(eq=False)
class _Gathered:
    """The records of one kind, in any order."""

    kind: o.RecordKind
    sheets: list[tuple[CodedRecords, Numbers]] = field(factory=list)
    """The sheets, and the positions of those of their records that somebody has and nobody has made."""
    owners: list[Numbers] = field(factory=list)
    """Whose those are."""
    loose: list[Record] = field(factory=list)
    owners_of_loose: list[int] = field(factory=list)

    def take(self, owner: int, record: Record) -> None:
        """A record of a student."""
        self.owners_of_loose.append(owner)
        self.loose.append(record)

    def take_sheet(self, sheet: CodedRecords, places: Mapping[str, int], waiting: Numbers) -> None:
        """The records of a sheet: of students, by number, of whom those are still `waiting` that have not been made."""
        own = numpy.fromiter((places.get(each, -1) for each in sheet.people), numpy.int64, len(sheet.people))
        owners = numpy.append(own, -1)[sheet.owners]
        had = (owners >= 0) & waiting[owners] if len(waiting) else numpy.zeros(len(owners), bool)
        for at in sorted(sheet.odd):
            if had[at]:
                self.take(int(owners[at]), sheet.odd[at])
        had[list(sheet.odd)] = False
        rows = numpy.flatnonzero(had)
        self.sheets.append((sheet, rows))
        self.owners.append(owners[rows])

    def kind_of(self, students: int) -> CodedKind:
        """The kind's records in order."""
        sheets = self.sheets
        student = _joined([*self.owners, numpy.array(self.owners_of_loose, numpy.int64)])
        fields = {column.name: self._field(column.name, sheets) for column in self.kind.columns}
        days = self._days(fields, len(student))
        origin = _joined(
            [numpy.full(len(rows), at, numpy.int32) for at, (_, rows) in enumerate(sheets)]
            + [numpy.full(len(self.loose), -1, numpy.int32)]
        )
        row = _joined([*(rows for _, rows in sheets), numpy.arange(len(self.loose))])
        sound = [numpy.ones(len(rows), bool) for _, rows in sheets]
        found = CodedKind(
            name=self.kind.name, students=student, starts=student, days=days, fields=fields,
            unsound=~_joined([*sound, numpy.array([x.problem is None and x.ruling is None for x in self.loose], bool)]),
            named=_joined([*sound, numpy.array([x.named for x in self.loose], bool)]),
            sheets=tuple(sheet for sheet, _ in sheets), loose=tuple(self.loose), sheet=origin, row=row,
        )  # fmt: skip
        order = _order(found)
        student = student[order]
        return evolve(
            found, students=student, starts=numpy.searchsorted(student, numpy.arange(students + 1)), days=days[order],
            fields={name: evolve(field, codes=field.codes[order]) for name, field in fields.items()},
            unsound=found.unsound[order], named=found.named[order], sheet=origin[order], row=row[order],
        )  # fmt: skip

    def _field(self, name: str, sheets: list[tuple[CodedRecords, Numbers]]) -> TypedColumn:
        values, codes = _Values(), []
        for sheet, rows in sheets:
            column = next(column for column in sheet.columns if column.name == name)
            again = numpy.array([values.code(value) for value in column.values], numpy.int64)
            codes.append(again[column.codes[rows]])
        codes.append(numpy.array([values.code(x.values.get(name)) for x in self.loose], numpy.int64))
        return TypedColumn(name, values.found, coded(_joined(codes), len(values.found)))

    def _days(self, fields: Mapping[str, TypedColumn], count: int) -> Numbers:
        column = fields.get(self.kind.date_field or "")
        if column is None:
            return numpy.full(count, UNDATED, numpy.int32)
        ordinals = [value.toordinal() if isinstance(value, date) else UNDATED for value in column.values]
        days: Numbers = numpy.array(ordinals, numpy.int32)[column.codes]
        return days


def _joined(arrays: Sequence[Numbers]) -> Numbers:
    return numpy.concatenate(arrays)


def _order(found: CodedKind) -> Numbers:
    """By student, day and id. Ids are looked at only where several records of a student have one day."""
    key = found.students * (UNDATED + 1) + found.days
    rising = bool((key[1:] >= key[:-1]).all())
    order = numpy.arange(len(key)) if rising else numpy.argsort(key, kind="stable")
    key = key if rising else key[order]
    same = key[1:] == key[:-1]
    tied = numpy.flatnonzero(numpy.concatenate([same, [False]]) | numpy.concatenate([[False], same]))
    rows = order[tied]
    keys, ids = key[tied], found.identifiers(rows)
    if not (isinstance(ids, ArrowTexts) and ids.rise_within(keys)):
        by_id = sorted(zip(keys.tolist(), ids, rows.tolist(), strict=True))
        order[tied] = [row for _, _, row in by_id]
    return order


def _attribute(name: str, people: Iterable[Student]) -> TypedColumn:
    values = _Values()
    codes = [values.code(person.attributes.get(name)) for person in people]
    return TypedColumn(name, values.found, coded(codes, len(values.found)))
