"""Rows to students and records: each cell read by its column, whatever is wrong kept with the row.

A row of which something cannot be read is an invalid record, with file, row and column; it stays in the count. Each
record has an id of its own within its kind, given or made of its file and row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from attrs import evolve

from creditlang.core import operators as o
from creditlang.data.cells import CellError, parse_identifier, parse_text, quote, text_at
from creditlang.data.columns import Columns
from creditlang.data.dataset import Dataset, Student
from creditlang.data.sheets.column_layout import Layout
from creditlang.diagnostics import Diagnostic, Place, nearest, report
from creditlang.ledger import Record
from creditlang.schema import RawRow


class Identifiers:
    """The ids of records of one kind that have been used. Those of a whole sheet are gathered once somebody asks, those
    made of file and row are written out once one is asked for that may be such.
    """

    def __init__(self) -> None:
        """None yet."""
        self._given: set[str] = set()
        self._of_sheets: list[Iterable[str]] = []
        self._made: list[tuple[str, Sequence[int]]] = []
        self.first: Mapping[str, tuple[str, int]] = {}
        """Where not all records are at hand: of those that are known to stand in several rows, the first sheet and row.
        """

    @property
    def given(self) -> set[str]:
        """Those that are known by name."""
        while self._of_sheets:
            self._given.update(self._of_sheets.pop())
        return self._given

    def __contains__(self, identifier: str) -> bool:
        """Whether it has been used."""
        while self._made and ":" in identifier:
            source, rows = self._made.pop()
            self.given.update(f"{source}:{row}" for row in rows)
        return identifier in self.given

    def used_before(self, identifier: str, where: Place) -> bool:
        """Whether an earlier row than this one has it."""
        first = self.first.get(identifier)
        return identifier in self if first is None else first != (where.source, where.row)

    def of_sheet(self, identifiers: Iterable[str]) -> None:
        """Some stand in a sheet."""
        self._of_sheets.append(identifiers)

    def made(self, source: str, rows: Sequence[int]) -> None:
        """Some are called by file and row."""
        self._made.append((source, rows))


class Records:
    """Makes the students and records of one dataset."""

    def __init__(self, policy: o.Policy, columns: Columns, dataset: Dataset) -> None:
        """`dataset` gets the students, and what is wrong."""
        self.policy = policy
        self.columns = columns
        self.dataset = dataset
        self.used: dict[str, Identifiers] = {}
        self._near: dict[str, str] = {}
        """For codes that no rule speaks of, the nearest one of which a rule does."""

    def student(self, row: RawRow, layout: Layout) -> None:
        """A row of the list of students."""
        where = Place(layout.source, row.number)
        if row.problem is not None:
            self.dataset.problem(row.problem)
            return
        identifier = text_at(row.cells, layout.identity)
        if not identifier:
            self.dataset.problem(
                report("CR654", Place(layout.source, row.number, layout.identity_shown), name=layout.identity_shown)
            )
            return
        try:
            identifier = parse_identifier(identifier)
        except CellError as error:
            self.dataset.problem(error.diagnostic(Place(layout.source, row.number, layout.identity_shown)))
            return
        student = Student(identifier, {}, where)
        for column in layout.columns:
            value, wrong = column.reader.value(text_at(row.cells, column.position), where)
            student.attributes[column.reader.column.name] = value
            if wrong is not None:
                wrong = evolve(wrong, place=Place(layout.source, row.number, column.shown))
                self.dataset.problem(wrong, identifier)
                student.problem = student.problem or wrong
        self._listed(student, where)

    def _listed(self, student: Student, where: Place) -> None:
        """Put a student on the list. Where another row says something else of the same one, neither can be trusted."""
        first = self.dataset.students.setdefault(student.identifier, student)
        if first is not student:
            twice = report("CR660", where)
            self.dataset.problem(twice, student.identifier)
            if first.attributes != student.attributes:
                first.problem = first.problem or twice

    def record(self, row: RawRow, layout: Layout, suffix: str = "") -> Record:
        """A row of records; `suffix` tells several records of one row apart."""
        values: dict[str, object] = {}
        problem, where = row.problem, Place(layout.source, row.number)
        for column in layout.columns if problem is None else ():
            reader = column.reader
            given = text_at(row.cells, column.position)
            if not given and not reader.needed:
                values[reader.column.name] = reader.column.default
                continue
            value, wrong = reader.value(given, where)
            values[reader.column.name] = value
            if wrong is not None:
                problem = problem or evolve(wrong, place=Place(layout.source, row.number, column.shown))
        student, identifier = text_at(row.cells, layout.identity), text_at(row.cells, layout.record_id)
        if problem is None:
            number = parse_identifier if layout.of_students else parse_text
            problem = _wrong(student, number, evolve(where, column=layout.identity_shown))
            student = student if problem is None else quote(student)
        wrong = _wrong(identifier, parse_text, evolve(where, column=layout.record_id_shown))
        identifier, problem = identifier if wrong is None else "", problem or wrong
        identifier = (identifier or f"{layout.source}:{row.number}") + suffix
        self.check_item(layout.kind, values, ((x.reader.column.name, x.shown) for x in layout.columns), student, where)
        return self.finished(layout.kind, identifier, student, values, where, problem)

    def check_item(
        self, kind: str, values: Mapping[str, object], shown: Iterable[tuple[str, str]], student: str, where: Place
    ) -> None:
        """Report a code that no rule speaks of; its record is unmatched. `shown` is what each column is called."""
        name = self.policy.kinds[kind].item_field
        code = values.get(name or "")
        if isinstance(code, str) and code not in self.policy.rules:
            if code not in self._near:
                self._near[code] = nearest(code, self.columns.items) or ""
            place = Place(where.source, where.row, dict(shown)[name or ""])
            self.dataset.problem(report("CR661", place, value=quote(code), nearest=self._near[code]), student)

    def finished(
        self, kind: str, identifier: str, student: str, values: dict[str, object], where: Place,
        problem: Diagnostic | None,
    ) -> Record:  # fmt: skip
        """A record with its date and semester; an id that was used before is an error."""
        used = self.used.setdefault(kind, Identifiers())
        if used.used_before(identifier, where):
            problem = problem or report("CR657", where, identifier=identifier)
            identifier = f"{identifier} ({where.source}:{where.row})"
        used.given.add(identifier)
        declared = self.policy.kinds[kind]
        on = values.get(declared.date_field or "")
        semester = values.get(declared.semester_field or "")
        return Record(
            kind=kind, identifier=identifier, student=student, values=values, on=on if isinstance(on, date) else None,
            semester=semester if isinstance(semester, str) else None, place=where, problem=problem,
        )  # fmt: skip


def _wrong(text: str, read: Callable[[str], str], where: Place) -> Diagnostic | None:
    """What is wrong with a number, if there is one."""
    try:
        read(text)
    except CellError as error:
        return error.diagnostic(where)
    return None
