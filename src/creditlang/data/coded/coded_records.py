"""The records of one sheet as columns of typed values, and the records themselves once somebody asks for them.

Of a sheet of many rows nearly every one is as it should be: a record that differs from its columns in nothing. Such
*plain* records are made when their student is looked at, and an engine that reads columns never makes them. A record
of which there is more to say (a cell that cannot be read, an id used twice, a code that no rule speaks of, a student
who is found by name or not at all) is *odd*: it was made from its row when the sheet was read, as in a small sheet.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy
from attrs import define, field, frozen

from creditlang.arrow_texts import ArrowTexts
from creditlang.data.coded.coded_sheet import CodedColumn, Numbers
from creditlang.diagnostics import Place
from creditlang.ledger import Record


@frozen(eq=False)
class TypedColumn:
    """A field of records: its values by code, as `ColumnReader.value` gives them, and for each row its code.

    A value may stand there twice, since several texts can mean it. Of odd records the code means nothing.
    """

    name: str
    values: Sequence[Any]
    codes: Numbers

    def of(self, rows: Numbers) -> list[Any]:
        """The values of some rows."""
        return [self.values[code] for code in self.codes[rows].tolist()]


@define(eq=False)
class CodedRecords:
    """The records of one sheet, in the order of its rows; what is an array has one number for each of them."""

    kind: str
    source: str
    numbers: Numbers
    """Row numbers."""
    students: CodedColumn
    """Whose they are, as their rows say."""
    identifiers: CodedColumn | None
    """Their ids; None where the sheet has none, and they are called by file and row."""
    columns: tuple[TypedColumn, ...]
    date_field: str | None
    semester_field: str | None
    odd: dict[int, Record]
    """By position."""
    people: Mapping[str, int] = field(factory=dict)
    """The numbers of all students, with their positions in the dataset; once they are known."""
    owners: Numbers = field(factory=lambda: numpy.empty(0, numpy.int64))
    """The position of its student, -1 for an orphan; once it is known."""
    _by_owner: tuple[Numbers, Numbers] | None = None
    """The positions of the records, by their owners, and where those of each begin."""

    def __len__(self) -> int:
        """How many there are."""
        return len(self.numbers)

    def identifier(self, at: int) -> str:
        """The id of a plain record."""
        return f"{self.source}:{self.numbers[at]}" if self.identifiers is None else self.identifiers[at]

    def identifiers_at(self, rows: Numbers) -> Sequence[str]:
        """The ids of plain records."""
        if self.identifiers is None:
            return [f"{self.source}:{number}" for number in self.numbers[rows].tolist()]
        codes = self.identifiers.codes[rows]
        texts = self.identifiers.texts
        found: Sequence[Any] = texts.at(codes) if isinstance(texts, ArrowTexts) else [texts[x] for x in codes.tolist()]
        return found

    def record(self, at: int) -> Record:
        """The record at a position, made an odd one: whoever asks may have something to say of it."""
        if at not in self.odd:
            self.odd[at] = next(self._made(numpy.asarray([at]), self.students[at]))
        return self.odd[at]

    def of(self, student: str, rows: Numbers) -> Iterator[Record]:
        """The records of a student, which are at these positions."""
        made = self._made(rows, student)
        if not self.odd:
            return made
        return (self.odd.get(at, record) for at, record in zip(rows.tolist(), made, strict=True))

    def with_student(self) -> Numbers:
        """The positions of the records whose rows are sound and name a student."""
        named = self.students.those(bool(text) for text in self.students.texts)
        for at, record in self.odd.items():
            named[at] &= bool(record.student)
        return numpy.flatnonzero(named)

    def with_others(self, names: CodedColumn, may_be: Callable[[str, str], bool]) -> list[int]:
        """The positions of plain records beside whose number stands a name that the student cannot have."""
        pairs = self.students.codes.astype(numpy.int64) * len(names.texts) + names.codes
        found, places = numpy.unique(pairs, return_inverse=True)
        wrong = [
            bool(name := names.texts[pair % len(names.texts)])
            and not may_be(self.students.texts[pair // len(names.texts)], name)
            for pair in found.tolist()
        ]
        return [at for at in numpy.flatnonzero(numpy.array(wrong, bool)[places]).tolist() if at not in self.odd]

    def find_owners(self, students: Iterable[str]) -> Iterator[Record]:
        """Find whose the records are, among students by number; in order those of which something has to be said: odd
        ones, and those that are nobody's.
        """
        self.people = places = {identifier: place for place, identifier in enumerate(students)}
        of_text = numpy.array([places.get(text, -1) for text in self.students.texts], numpy.int64)
        self.owners = of_text[self.students.codes]
        for at in sorted({*self.odd, *numpy.flatnonzero(self.owners < 0).tolist()}):
            record = self.record(at)
            self.owners[at] = places.get(record.student, -1)
            yield record

    def rows_of(self, identifier: str) -> Numbers:
        """The positions of a student's records, rising."""
        if self._by_owner is None:
            order = numpy.argsort(self.owners, kind="stable")
            self._by_owner = order, numpy.searchsorted(self.owners[order], numpy.arange(len(self.people) + 1))
        order, starts = self._by_owner
        place = self.people[identifier]
        return order[starts[place] : starts[place + 1]]

    def _made(self, rows: Numbers, student: str) -> Iterator[Record]:
        names = [column.name for column in self.columns]
        cells = zip(*(column.of(rows) for column in self.columns), strict=True) if names else iter([()] * len(rows))
        numbers = self.numbers[rows].tolist()
        for number, identifier, row in zip(numbers, self.identifiers_at(rows), cells, strict=True):
            values = dict(zip(names, row, strict=True))
            on, semester = values.get(self.date_field or ""), values.get(self.semester_field or "")
            yield Record(
                kind=self.kind, identifier=identifier, student=student, values=values,
                on=on if isinstance(on, date) else None, semester=semester if isinstance(semester, str) else None,
                place=Place(self.source, number),
            )  # fmt: skip
