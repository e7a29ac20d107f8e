"""Whose a record is: the student whose number it carries, or every student of the group that it speaks of.

Records that make somebody a member of a group, such as who lives in which room, come first; a record of a group then
falls on those who were members on its day. A record that nobody gets is an error and stays in the count.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from creditlang.core import operators as o
from creditlang.data.dataset import Dataset, Student
from creditlang.diagnostics import report
from creditlang.ledger import Record, group_on

if TYPE_CHECKING:
    from creditlang.data.coded.coded_records import CodedRecords


class Owners:
    """Gives the records of a dataset to its students."""

    def __init__(self, policy: o.Policy, dataset: Dataset) -> None:
        """All students have been read."""
        self.policy = policy
        self.dataset = dataset
        self.by_attribute: dict[str, dict[str, list[Student]]] = {}
        self.memberships: dict[str, dict[str, list[Record]]] = {}
        self.once_members: dict[str, dict[object, list[Student]]] = {}

    def assign(self, records: "Iterable[Record | CodedRecords]") -> None:
        """Give each record to its student, a group's record to every student of the group."""
        waiting: list[Record] = []
        for record in records:
            if not isinstance(record, Record):
                self.give(record)
                continue
            kind = self.policy.kinds[record.kind]
            record.named = kind.group is None or (kind.membership is not None and bool(record.student))
            if kind.group is not None and kind.membership is None:
                self.share(record, self.members(kind.group, record.student))
            elif kind.membership is not None:
                waiting.append(record)
            else:
                owner = self.dataset.students.get(record.student)
                self.share(record, [owner] if owner is not None else [])
        for record in waiting:
            self.share(record, self.bearers(record, self.policy.kinds[record.kind]))

    def give(self, coded: "CodedRecords") -> None:
        """Give the records of a coded sheet to the students whose numbers they have."""
        students, sheets = self.dataset.students, self.dataset.sheets
        for record in coded.find_owners(students):
            self.note(record, students.get(record.student))
        if not sheets:
            for student in students.values():
                student.share(sheets)
        sheets.append(coded)

    def members(self, attribute: str, value: str) -> list[Student]:
        """The students with a value of an attribute."""
        if attribute not in self.by_attribute:
            found: dict[str, list[Student]] = {}
            for student in self.dataset.students.values():
                found.setdefault(str(student.attributes.get(attribute)), []).append(student)
            self.by_attribute[attribute] = found
        return self.by_attribute[attribute].get(value, [])

    def bearers(self, record: Record, kind: o.RecordKind) -> list[Student]:
        """Whom a record falls on: the student it names, or all of the group that it, or its item, speaks of."""
        owner = self.dataset.students.get(record.student)
        group = record.values.get(kind.group or "")
        rule = self.policy.rules.get(str(record.values.get(kind.item_field or "")))
        spreads = rule is not None and rule.falls_on_group
        if record.student and not (spreads and group is not None):
            group = self.group_of(owner, kind, record) if spreads and owner is not None else None
            if group is None:
                return [owner] if owner is not None else []
        if group is None:
            return []
        found = [one for one in self.ever_in(kind, group) if self.group_of(one, kind, record) == group]
        if not found and owner is not None and self.group_of(owner, kind, record) is None:
            return [owner]  # of whom it is not known where they are: so it is pending
        return found

    def group_of(self, student: Student, kind: o.RecordKind, record: Record) -> object:
        """The group of a student on the day of a record."""
        return group_on(self.memberships_in(kind).get(student.identifier, ()), kind.group or "", record.on)

    def memberships_in(self, kind: o.RecordKind) -> dict[str, list[Record]]:
        """The sound records of who is in which group, by student; gathered once."""
        name = kind.membership or ""
        if name not in self.memberships:
            self.memberships[name] = {
                student.identifier: [other for other in student.records if other.kind == name and other.problem is None]
                for student in self.dataset.students.values()
            }
        return self.memberships[name]

    def ever_in(self, kind: o.RecordKind, group: object) -> list[Student]:
        """Everybody who was in a group at some time."""
        name = kind.membership or ""
        if name not in self.once_members:
            found: dict[object, list[Student]] = {}
            for identifier, records in self.memberships_in(kind).items():
                for value in dict.fromkeys(record.values.get(kind.group or "") for record in records):
                    found.setdefault(value, []).append(self.dataset.students[identifier])
            self.once_members[name] = found
        return self.once_members[name].get(group, [])

    def share(self, record: Record, students: list[Student]) -> None:
        """Give a record to students; one that nobody gets is an error."""
        self.note(record, students[0] if students else None)
        for student in students:
            student.give(record if record.student == student.identifier else _copy_for(record, student))

    def note(self, record: Record, owner: Student | None) -> None:
        """Say what is wrong with a record."""
        if owner is None:
            record.problem = record.problem or report("CR658", record.place)
            self.dataset.orphans.append(record)
        if record.problem is not None:
            self.dataset.problem(record.problem, "" if owner is None else owner.identifier)


def _copy_for(record: Record, student: Student) -> Record:
    copy = record.copy()
    copy.student = student.identifier
    return copy
