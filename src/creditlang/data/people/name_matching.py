"""Whose a row without a student number is: the one student with that name, in that class.

A sheet of a class often has names and no numbers. Such a row is compared with the list of students in all columns of
the sheet that are attributes of students and no fields of the record, the name among them: exactly one student fits,
and the row is matched; several, and it is ambiguous; none, or one of those columns is empty, and it is unmatched. Of
two rows that are the same in every cell but the running number, without a record id, the second is a duplicate. Only
matched rows count. The others are invalid records, each with its reason; nobody is guessed at.

A row with a student number and a name is the number's; but if the student of that number has another name, it is
invalid: a slip of one digit would give a credit to somebody else.

Names are the same when they differ only in case, in blanks beside Chinese characters (`张 三`), in the dot inside them
(`·`, `•`, `．`), or where one is masked with `*`. A masked name identifies nobody.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from attrs import define, field

from creditlang.data.cells import CellError, strip_cell, text_at
from creditlang.data.columns import ColumnReader
from creditlang.data.dataset import Dataset, Joined, Student
from creditlang.data.sheets.column_layout import Layout, Layouts
from creditlang.data.sheets.sheet_heading import RUNNING_NUMBERS, plain_heading
from creditlang.diagnostics import Phrase, Place, listed, report
from creditlang.ledger import Record
from creditlang.schema import RawRow

if TYPE_CHECKING:
    from creditlang.data.coded.coded_records import CodedRecords
    from creditlang.data.coded.coded_sheet import CodedColumn

_BLANKS: Final = re.compile(
    r"(?<=[\u2e80-\u9fff\U00020000-\U0003ffff·])\s+|(?<!\s)\s+(?=[\u2e80-\u9fff\U00020000-\U0003ffff·])"
)
_DOTS: Final = str.maketrans(dict.fromkeys("•‧∙⋅・．﹒●", "·"))
_MASK: Final = str.maketrans({"＊": "*"})

Key = tuple[object, ...]


def plain_name(name: str) -> str:
    """A name as it is compared."""
    return _BLANKS.sub("", " ".join(name.split()).translate(_DOTS).translate(_MASK)).casefold()


def same_name(one: str, other: str) -> bool:
    """Whether two names may be of one person."""
    one, other = plain_name(one), plain_name(other)
    if "*" not in one and "*" not in other:
        return one == other
    return len(one) == len(other) and all("*" in pair or pair[0] == pair[1] for pair in zip(one, other, strict=True))


@define(eq=False)
class Claim:
    """A row that names its student without a number, and the records that came of it."""

    place: Place
    key: Key | None
    """The values by which the student is found; None where one of them is empty or cannot be read."""
    cells: tuple[str, ...] | None
    """The row, to find its double; None where it has a record id."""
    records: list[Record] = field(factory=list)


@define(eq=False)
class JoinedSheet:
    """The rows of one sheet that are to be joined, and the columns by which they are."""

    source: str
    readers: tuple[ColumnReader, ...]
    shown: tuple[str, ...]
    claims: list[Claim] = field(factory=list)

    @property
    def columns(self) -> Phrase:
        """What the sheet calls the columns."""
        return listed(self.shown)


class People:
    """Collects the rows that name their students, and finds them once all students are known."""

    def __init__(self, layouts: Layouts, dataset: Dataset) -> None:
        """`dataset` gets the results."""
        self.name = layouts.name_of_people
        self.dataset = dataset
        self.sheets: list[JoinedSheet] = []
        self.named: list[tuple[Record, str]] = []
        self.coded: list[tuple[CodedRecords, CodedColumn]] = []
        """Records of coded sheets, and the names that stand beside their numbers."""
        self.found: dict[tuple[str, ...], Mapping[Key, Sequence[Student]]] = {}

    def sheet(self, layout: Layout) -> JoinedSheet | None:
        """A sheet of which the rows say the names of their students; None if they do not."""
        if all(column.reader is not self.name for column in layout.people):
            return None
        readers = tuple(column.reader for column in layout.people)
        sheet = JoinedSheet(layout.source, readers, tuple(column.shown for column in layout.people))
        self.sheets.append(sheet)
        return sheet

    def meet(
        self, sheet: JoinedSheet, record: Record, row: RawRow, layout: Layout, cells: tuple[str, ...] | None,
        claim: Claim | None = None,
    ) -> Claim | None:  # fmt: skip
        """Take note of a record; its claim, which is handed in again for a second record of the same row.

        `cells` are those by which a row is told to be the same as another; None where that does not matter.
        """
        name = next(text_at(row.cells, column.position) for column in layout.people if column.reader is self.name)
        if not name:
            return None
        if record.student:
            self.named.append((record, name))
            return None
        if claim is None:
            numbered = bool(text_at(row.cells, layout.record_id))
            claim = Claim(Place(layout.source, row.number), self.key(row, layout), None if numbered else cells)
            sheet.claims.append(claim)
        claim.records.append(record)
        return claim

    def key(self, row: RawRow, layout: Layout) -> Key | None:
        """The values by which the student of a row is found."""
        values: list[object] = []
        for column in layout.people:
            text = text_at(row.cells, column.position)
            if not text:
                return None
            try:
                values.append(plain_name(text) if column.reader is self.name else column.reader(text))
            except CellError:
                return None
            if column.reader is self.name and "*" in plain_name(text):
                return None
        return tuple(values)

    def students(self, readers: Iterable[ColumnReader], key: Key | None) -> Sequence[Student]:
        """The students with these values, in the order of the columns."""
        readers = tuple(readers)
        names = tuple(reader.column.name for reader in readers)
        if names not in self.found:
            found: dict[Key, list[Student]] = {}
            for student in self.dataset.students.values():
                found.setdefault(tuple(self._value(student, reader) for reader in readers), []).append(student)
            self.found[names] = found
        return () if key is None else self.found[names].get(key, ())

    def _value(self, student: Student, reader: ColumnReader) -> object:
        value = student.attributes.get(reader.column.name)
        return plain_name(value) if reader is self.name and isinstance(value, str) else value

    # ---- once all students are known
    def settle(self) -> None:
        """Find the students of all rows, and say how it went: CR680 for each sheet, CR681 to CR684 for rows."""
        for record, name in self.named:
            if not self._may_be(record.student, name):
                record.problem = record.problem or report("CR684", record.place)
        for coded, names in self.coded:
            for at in coded.with_others(names, self._may_be):
                record = coded.record(at)
                record.problem = record.problem or report("CR684", record.place)
        for sheet in self.sheets:
            if sheet.claims:
                self._settle(sheet)

    def _may_be(self, number: str, name: str) -> bool:
        """Whether the student of a number may have a name."""
        student = self.dataset.students.get(number)
        own = student.attributes.get(self.name.column.name) if student and self.name else None
        return not isinstance(own, str) or same_name(own, name)

    def _settle(self, sheet: JoinedSheet) -> None:
        counts = dict.fromkeys(("matched", "ambiguous", "unmatched", "duplicate"), 0)
        seen: set[tuple[str, ...]] = set()
        for claim in sheet.claims:
            counts[self._outcome(sheet, claim, seen)] += 1
        self.dataset.joined.append(Joined(sheet.source, sheet.shown, **counts))
        self.dataset.problem(report("CR680", Place(sheet.source), columns=sheet.columns, **counts))

    def _outcome(self, sheet: JoinedSheet, claim: Claim, seen: set[tuple[str, ...]]) -> str:
        found = self.students(sheet.readers, claim.key)
        if len(found) != 1:
            code = "CR681" if found else "CR682"
            for record in claim.records:
                record.problem = record.problem or report(code, claim.place, count=len(found), columns=sheet.columns)
            return "ambiguous" if found else "unmatched"
        doubled = claim.cells is not None and claim.cells in seen
        if claim.cells is not None:
            seen.add(claim.cells)
        for record in claim.records:
            record.student = found[0].identifier
            if doubled:
                record.problem = record.problem or report("CR683", claim.place)
        return "duplicate" if doubled else "matched"


def without_running_number(cells: Sequence[str], heads: Sequence[str]) -> tuple[str, ...]:
    """The cells of a row that make it the same as another."""
    pairs = zip(cells, heads, strict=False)
    return tuple(strip_cell(cell) for cell, head in pairs if plain_heading(head) not in RUNNING_NUMBERS)
