"""What has been read: students by number, records that belong to none, and what is wrong."""

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

from creditlang.core.operators import Policy
from creditlang.diagnostics import Diagnostic, Place
from creditlang.ledger import Record

if TYPE_CHECKING:
    from creditlang.data.coded.coded_records import CodedRecords
    from creditlang.data.coded.coded_sheet import Numbers

STUDENT_ID = ("student_id", "学号", "学生学号", "学号/卡号/工号", "XH", "student_number", "student_no")
RECORD_ID = ("record_id", "记录编号", "编号", "记录号")
RULING: Final = "ruling"
RULING_LABELS: Final = ("rulings", "复核决定", "认定决定")
"""The kind of record that decisions of an office on records are read as."""
STUDENT_TABLE = ("student", "students", "学生")
"""What the columns of numbers, and the sheet of students, may be called beside the policy's own labels."""

FOR_PEOPLE: Final = ("说明", "填写说明", "选项", "explanation", "options")
"""Sheets that explain or serve a workbook, as in the templates; they hold no records."""


def number_columns(policy: Policy) -> tuple[str, ...]:
    """What a column of people's numbers may be called; first as the policy calls its people, if not students."""
    person = policy.person
    if person is None:
        return STUDENT_ID
    return tuple(dict.fromkeys((person.number, *person.numbers, person.number_zh, *STUDENT_ID)))


def people_tables(policy: Policy) -> tuple[str, ...]:
    """What the list of people may be called."""
    person = policy.person
    own = () if person is None else (person.name, person.en, person.plural, person.zh)
    return tuple(dict.fromkeys((*policy.student_labels, *own, *STUDENT_TABLE)))


@define(eq=False)
class Student:
    """A student as read; `problem` keeps the first cell that could not be."""

    identifier: str
    attributes: dict[str, Any]
    place: Place | None = None
    problem: Diagnostic | None = None
    _records: list[Record] = field(factory=list)
    _later: list[tuple[int, Record]] = field(factory=list)
    """Records that come after those, each with how many coded sheets come before it."""
    _sheets: "Sequence[CodedRecords]" = ()
    """All that the dataset has, whose records are made when they are asked for."""
    _taken: int = 0
    """From how many of them the records have been made."""

    @property
    def records(self) -> list[Record]:
        """The student's records, in the order in which they were read."""
        if self._later or self._taken < len(self._sheets):
            pieces = self.pieces[len(self._records) :]
            self._later, self._taken = [], len(self._sheets)
            for piece in pieces:
                self._records += [piece] if isinstance(piece, Record) else piece[0].of(self.identifier, piece[1])
        return self._records

    @records.setter
    def records(self, records: list[Record]) -> None:
        self._records, self._later, self._taken = records, [], len(self._sheets)

    @property
    def pieces(self) -> "list[Record | tuple[CodedRecords, Numbers]]":
        """The same, and those of a coded sheet, at some positions, that have not been made are left so."""
        found: list[Record | tuple[CodedRecords, Numbers]] = [*self._records]
        later = deque(self._later)
        for number, sheet in enumerate(self._sheets[self._taken :], self._taken):
            while later and later[0][0] <= number:
                found.append(later.popleft()[1])
            if len(rows := sheet.rows_of(self.identifier)):
                found.append((sheet, rows))
        return [*found, *(record for _, record in later)]

    @property
    def loose(self) -> list[Record]:
        """Those of the records that have been made, whoever made them."""
        return [*self._records, *(record for _, record in self._later)]

    @property
    def taken(self) -> int:
        """From how many of the dataset's coded sheets the records are among those."""
        return self._taken

    def give(self, record: Record) -> None:
        """Add a record."""
        self._later.append((len(self._sheets), record))

    def share(self, sheets: "Sequence[CodedRecords]") -> None:
        """Let the student have records in coded sheets, of which more may come."""
        self._sheets = sheets


@frozen
class Joined:
    """How the rows without a student number of one table found their students, by which columns."""

    source: str
    columns: tuple[str, ...]
    matched: int
    ambiguous: int
    unmatched: int
    duplicate: int


@define(eq=False)
class Dataset:
    """Everything read: students by number, records that belong to none, and what is wrong."""

    students: dict[str, Student] = field(factory=dict)
    sheets: "list[CodedRecords]" = field(factory=list)
    """Sheets of records that came as columns; each knows whose they are."""
    orphans: list[Record] = field(factory=list)
    problems: list[Diagnostic] = field(factory=list)
    owners: dict[int, str] = field(factory=dict)
    """Whose problem it is, by the identity of the problem, where a student is known."""
    read: dict[str, int] = field(factory=dict)
    """Records read, by kind."""
    unread: dict[str, int | None] = field(factory=dict)
    """Sheets and files that were refused, and how many rows each has; None where that cannot be told."""
    joined: list[Joined] = field(factory=list)
    """The tables of which rows without a student number were joined to students."""

    def problem(self, found: Diagnostic, student: str = "") -> None:
        """Note what is wrong, and with whose data."""
        self.problems.append(found)
        if student:
            self.owners[id(found)] = student
