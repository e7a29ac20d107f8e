"""What has been read: students by number, records that belong to none, and what is wrong."""

from typing import Any

from attrs import define, field

from creditlang.diagnostics import Diagnostic, Place
from creditlang.ledger import Record

STUDENT_ID = ("student_id", "学号", "学生学号", "学号/卡号/工号", "XH", "xh")
RECORD_ID = ("record_id", "记录编号", "编号", "记录号")
STUDENT_TABLE = ("student", "students", "学生")
"""What the columns of numbers, and the sheet of students, may be called beside the policy's own labels."""


@define(eq=False)
class Student:
    """A student as read; `problem` keeps the first cell that could not be."""

    identifier: str
    attributes: dict[str, Any]
    place: Place | None = None
    problem: Diagnostic | None = None
    records: list[Record] = field(factory=list)


@define(eq=False)
class Dataset:
    """Everything read: students by number, records that belong to none, and what is wrong."""

    students: dict[str, Student] = field(factory=dict)
    orphans: list[Record] = field(factory=list)
    problems: list[Diagnostic] = field(factory=list)
    owners: dict[int, str] = field(factory=dict)
    """Whose problem it is, by the identity of the problem, where a student is known."""
    read: dict[str, int] = field(factory=dict)
    """Rows read, by kind of record."""
