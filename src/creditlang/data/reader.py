"""Raw tables to students and records, by the columns that a policy declares.

A table is found by its name or label, a column likewise. Each cell is read once by the type of its column; whatever
cannot be read becomes the problem of its record, with file, row and column, and the record stays in the count. Nothing
is rounded, guessed or dropped. Values from programs (dates, decimals, whole numbers) pass as they are; floats do not.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import frozen

from creditlang.core import operators as o
from creditlang.data.cells import (
    CellError,
    parse_date,
    parse_number,
    parse_semester,
    parse_text,
    parse_yes_no,
    quote,
    strip_cell,
)
from creditlang.data.dataset import RECORD_ID, STUDENT_ID, STUDENT_TABLE, Dataset, Student
from creditlang.diagnostics import Diagnostic, Place, nearest, report
from creditlang.ledger import Record, group_on
from creditlang.schema import RawRow, RawTable


@frozen
class _Reader:
    """How to read the cells of one column: text to value, remembered because the same texts come again and again."""

    column: o.Column
    parse: Callable[[str], Any]
    known: dict[str, Any]

    def __call__(self, text: str) -> Any:
        value = self.known.get(text, self)
        if value is self:
            value = self.parse(text)
            if len(self.known) < _REMEMBERED:
                self.known[text] = value
        return value


_REMEMBERED = 100_000


class DataReader:
    """Reads the tables of one policy."""

    def __init__(self, policy: o.Policy) -> None:
        """Look up every table and column name of the policy."""
        self.policy = policy
        self.kinds: dict[str, str] = {}
        for name, kind in policy.kinds.items():
            for text in (*kind.labels, name):
                self.kinds.setdefault(text, name)
        self.attributes = tuple(self.reader(column) for column in policy.attributes)
        self.columns = {
            name: tuple(self.reader(column) for column in kind.columns) for name, kind in policy.kinds.items()
        }
        self.dataset = Dataset()
        self.seen: dict[str, set[str]] = {}
        self.by_attribute: dict[str, dict[str, list[Student]]] = {}

    # ---- cells
    def reader(self, column: o.Column) -> _Reader:
        """How to read a column."""
        match column.type.name:
            case "number":
                decimals = column.type.decimals
                return _Reader(column, lambda text: _bounded(column, parse_number(text, decimals)), {})
            case "date":
                return _Reader(column, parse_date, {})
            case "yes or no":
                return _Reader(column, parse_yes_no, {})
            case "semester":
                return _Reader(column, self.semester, {})
            case "value" | "account":
                return _Reader(column, lambda text: _chosen(column, text), {})
            case "item":
                return _Reader(column, self.item, {})
            case _:
                return _Reader(column, parse_text, {})

    def semester(self, text: str) -> str:
        for semester in self.policy.calendar.semesters:
            if strip_cell(text) in semester.labels:
                return semester.name
        name = parse_semester(text)
        names = [semester.name for semester in self.policy.calendar.semesters]
        if names and name not in names:
            raise CellError("CR655", {"value": quote(name), "name": "semester", "nearest": nearest(name, names) or ""})
        return name

    def item(self, text: str) -> str:
        """An item by name or label, or the one that an unlisted code is treated as; an unknown code stays as it is."""
        code = parse_text(text)
        if code in self.policy.treats:
            return self.policy.treats[code][0]
        return self.items().get(code, code)

    def items(self) -> Mapping[str, str]:
        """Items by name and label."""
        for kind in self.policy.kinds.values():
            for column in kind.columns:
                if column.type.name == "item":
                    return column.values or {}
        return {}

    def value(self, reader: _Reader, given: object, place: Place) -> tuple[Any, Diagnostic | None]:
        """The typed value of a cell, or None, and what is wrong with it."""
        column = reader.column
        if given is None or (isinstance(given, str) and not strip_cell(given)):
            if column.default is not None or column.optional or column.if_used:
                return column.default, None
            return None, report("CR654", place, name=_shown(column))
        try:
            return reader(given) if isinstance(given, str) else _typed(reader, given), None
        except CellError as error:
            return None, error.diagnostic(place)

    # ---- tables
    def read(self, tables: Iterable[RawTable]) -> Dataset:
        """Read all tables; students may come before or after their records."""
        records: list[Record] = []
        for table in tables:
            if table.name in STUDENT_TABLE or table.name in self.policy.student_labels:
                self.read_students(table)
                continue
            kind = self.kinds.get(table.name)
            if kind is None:
                close = nearest(table.name, [*self.kinds, *STUDENT_TABLE]) or ""
                rows = sum(1 for _ in table.rows)
                self.problem(report("CR651", Place(table.source), name=table.name, rows=rows, nearest=close))
            else:
                records.extend(self.read_records(table, kind))
        self.assign(records)
        return self.dataset

    def problem(self, found: Diagnostic, student: str = "") -> None:
        """Note what is wrong, and with whose data."""
        self.dataset.problems.append(found)
        if student:
            self.dataset.owners[id(found)] = student

    def layout(
        self, table: RawTable, readers: tuple[_Reader, ...], builtin: Mapping[str, tuple[str, ...]]
    ) -> tuple[dict[str, int], list[tuple[_Reader, int | None]]]:
        """Where the built-in columns and the policy's columns stand in a table."""
        heads = {strip_cell(head): position for position, head in enumerate(table.header)}
        places: dict[str, int] = {}
        for name, texts in builtin.items():
            found = next((heads[text] for text in texts if text in heads), None)
            if found is not None:
                places[name] = found
        taken = set(places.values())
        columns: list[tuple[_Reader, int | None]] = []
        for reader in readers:
            column = reader.column
            position = next((heads[text] for text in (column.name, *column.labels) if text in heads), None)
            if position is None and not (column.optional or column.if_used or column.default is not None):
                self.problem(report("CR653", Place(table.source), kind=table.name, name=_shown(column)))
            columns.append((reader, position))
            if position is not None:
                taken.add(position)
        names = [text for reader in readers for text in (reader.column.name, *reader.column.labels)]
        for head, position in heads.items():
            if position not in taken and head:
                close = nearest(head, names) or ""
                self.problem(report("CR652", Place(table.source, 1, head), name=head, kind=table.name, nearest=close))
        return places, columns

    def read_students(self, table: RawTable) -> None:
        """One student for each row."""
        places, columns = self.layout(table, self.attributes, {"student_id": STUDENT_ID})
        if "student_id" not in places:
            self.problem(report("CR653", Place(table.source), kind=table.name, name="学号"))
        for row in table.rows:
            where = Place(table.source, row.number)
            identifier = _cell(row, places.get("student_id"))
            if row.problem is not None:
                self.problem(row.problem)
                continue
            if not identifier:
                self.problem(report("CR654", Place(table.source, row.number, "学号"), name="学号"))
                continue
            if identifier in self.dataset.students:
                self.problem(report("CR660", where))
                continue
            student = Student(identifier, {}, where)
            for reader, position in columns:
                given = _cell(row, position)
                value, wrong = self.value(reader, given, Place(table.source, row.number, _shown(reader.column)))
                student.attributes[reader.column.name] = value
                if wrong is not None:
                    self.problem(wrong, identifier)
                    student.problem = student.problem or wrong
            self.dataset.students[identifier] = student

    def read_records(self, table: RawTable, kind: str) -> Iterable[Record]:
        """One record for each row, sound or not."""
        declared = self.policy.kinds[kind]
        builtin = {"student_id": STUDENT_ID, "record_id": RECORD_ID}
        if declared.group is not None and declared.membership is None:
            column = next(column for column in self.policy.attributes if column.name == declared.group)
            builtin["student_id"] = (column.name, *column.labels)
        places, columns = self.layout(table, self.columns[kind], builtin)
        if "student_id" not in places:
            self.problem(
                report(
                    "CR653",
                    Place(table.source),
                    kind=table.name,
                    name=builtin["student_id"][min(1, len(builtin["student_id"]) - 1)],
                )
            )
        count = 0
        for row in table.rows:
            count += 1
            yield self.record(kind, row, table.source, places, columns)
        self.dataset.read[kind] = self.dataset.read.get(kind, 0) + count

    def record(
        self, kind: str, row: RawRow, source: str, places: Mapping[str, int], columns: list[tuple[_Reader, int | None]]
    ) -> Record:  # fmt: skip
        identifier = _cell(row, places.get("record_id")) or f"{source}:{row.number}"
        values: dict[str, object] = {}
        problem = row.problem
        for reader, position in columns if problem is None else ():
            given = _cell(row, position)
            if not given and (reader.column.optional or reader.column.if_used or reader.column.default is not None):
                values[reader.column.name] = reader.column.default
                continue
            value, wrong = self.value(reader, given, Place(source, row.number, _shown(reader.column)))
            values[reader.column.name] = value
            if wrong is not None:
                problem = problem or wrong
        student, where = _cell(row, places.get("student_id")), Place(source, row.number)
        self.check_item(kind, values, student, where)
        return self.finished(kind, identifier, student, values, where, problem)

    def check_item(self, kind: str, values: Mapping[str, object], student: str, where: Place) -> None:
        """Report a code that no rule speaks of; its record is unmatched."""
        name = self.policy.kinds[kind].item_field
        code = values.get(name or "")
        if isinstance(code, str) and code not in self.policy.rules:
            column = next(column for column in self.policy.kinds[kind].columns if column.name == name)
            place, close = Place(where.source, where.row, _shown(column)), nearest(code, self.items()) or ""
            self.problem(report("CR661", place, value=quote(code), nearest=close), student)

    def finished(
        self,
        kind: str,
        identifier: str,
        student: str,
        values: dict[str, object],
        where: Place,
        problem: Diagnostic | None,
    ) -> Record:
        """A record with its date and semester; an id that was used before is an error."""
        seen = self.seen.setdefault(kind, set())
        if identifier in seen:
            problem = problem or report("CR657", where, identifier=identifier)
            identifier = f"{identifier} ({where.source}:{where.row})"
        seen.add(identifier)
        declared = self.policy.kinds[kind]
        on = values.get(declared.date_field or "")
        semester = values.get(declared.semester_field or "")
        return Record(
            kind, identifier, student, values, on if isinstance(on, date) else None,
            semester if isinstance(semester, str) else None, where, problem,
        )  # fmt: skip

    # ---- students and their records
    def assign(self, records: Iterable[Record]) -> None:
        """Give each record to its student, a group's record to every student of the group."""
        waiting: list[Record] = []
        for record in records:
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
        everybody = self.dataset.students.values()
        return [student for student in everybody if group is not None and self.group_of(student, kind, record) == group]

    def group_of(self, student: Student, kind: o.RecordKind, record: Record) -> object:
        """The group of a student on the day of a record."""
        memberships = [other for other in student.records if other.kind == kind.membership and other.problem is None]
        return group_on(memberships, kind.group or "", record.on)

    def share(self, record: Record, students: list[Student]) -> None:
        """Give a record to students; one that nobody gets is an error."""
        if not students:
            record.problem = record.problem or report("CR658", record.place)
            self.dataset.orphans.append(record)
        if record.problem is not None:
            self.problem(record.problem, students[0].identifier if students else "")
        for student in students:
            student.records.append(record if record.student == student.identifier else _copy_for(record, student))

    # ---- rows from programs
    def student_from(self, given: Mapping[str, object], where: Place) -> Student:
        """A student from a mapping of names or labels to values."""
        identifier = str(_named(given, STUDENT_ID) or "student")
        student = Student(identifier, {}, where)
        for reader in self.attributes:
            value, wrong = self.value(reader, _named(given, (reader.column.name, *reader.column.labels)), where)
            student.attributes[reader.column.name] = value
            student.problem = student.problem or wrong
        return student

    def record_from(self, kind: str, given: Mapping[str, object], student: str, where: Place) -> Record:
        """A record from a mapping of names or labels to values."""
        identifier = str(_named(given, RECORD_ID) or f"{kind}-{len(self.seen.get(kind, ())) + 1}")
        values: dict[str, object] = {}
        problem = None
        for reader in self.columns[kind]:
            column = reader.column
            at = Place(where.source, where.row, _shown(column))
            value, wrong = self.value(reader, _named(given, (column.name, *column.labels)), at)
            values[column.name] = value
            problem = problem or wrong
        return self.finished(kind, identifier, student, values, where, problem)


def _copy_for(record: Record, student: Student) -> Record:
    copy = record.copy()
    copy.student = student.identifier
    return copy


def _named(given: Mapping[str, object], names: Iterable[str]) -> object:
    return next((given[name] for name in names if name in given), None)


def _cell(row: RawRow, position: int | None) -> str:
    return strip_cell(row.cells[position]) if position is not None and position < len(row.cells) else ""


def _shown(column: o.Column) -> str:
    return column.labels[0] if column.labels else column.name


def _bounded(column: o.Column, value: Decimal) -> Decimal:
    low, high = column.minimum, column.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = {"low": "…" if low is None else str(low), "high": "…" if high is None else str(high)}
        raise CellError("CR656", {"value": str(value), **bounds})
    return value


def _chosen(column: o.Column, text: str) -> str:
    values = column.values or {}
    stripped = strip_cell(text)
    if stripped in values:
        return values[stripped]
    close = nearest(stripped, values) or ""
    raise CellError("CR655", {"value": quote(stripped), "name": _shown(column), "nearest": close})


def _typed(reader: _Reader, given: object) -> object:
    """A value that a program gave; numbers and dates go through the same checks as text."""
    if isinstance(given, bool):
        return reader("yes" if given else "no")
    if isinstance(given, (int, Decimal)):
        return reader(f"{given:f}" if isinstance(given, Decimal) else str(given))
    if isinstance(given, date):
        return reader(given.isoformat()[:10])
    raise CellError("CR655", {"value": type(given).__name__, "name": _shown(reader.column), "nearest": ""})
