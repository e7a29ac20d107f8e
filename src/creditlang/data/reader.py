"""Raw tables to students and records, by the columns that a policy declares, or by the rules of a mapping.

A table is found by its name or label (see `sheet_names`), or by a rule of a mapping; its heading by the names that are
known there; a column by its name or label. Each cell is read once by the type of its column; whatever cannot be read
becomes the problem of its record, with file, row and column, and the record stays in the count. Students may come
before or after their records: rows that name their student, and rows to be gathered, wait until all tables have been
read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from creditlang.core import operators as o
from creditlang.data.cells import CellError
from creditlang.data.columns import Columns, given_text
from creditlang.data.dataset import RECORD_ID, Dataset, Student, number_columns
from creditlang.data.mappings.mapping import MappingFile
from creditlang.data.mappings.mapping_rule import Fit, Misfit, fit
from creditlang.data.people.name_matching import People
from creditlang.data.people.record_owners import Owners
from creditlang.data.records import Records
from creditlang.data.sheets.column_layout import Layouts
from creditlang.data.sheets.sheet_heading import Sheet
from creditlang.data.sheets.sheet_names import SheetNames
from creditlang.data.sheets.sheet_records import Tables
from creditlang.data.sheets.unread_sheet_hints import names_hint, rules_hint
from creditlang.diagnostics import Diagnostic, Phrase, Place, Severity, listed, nearest, report
from creditlang.ledger import Record
from creditlang.schema import RawTable
from creditlang.words import SORTS

if TYPE_CHECKING:
    from creditlang.data.coded.coded_records import CodedRecords

_EMPTY: Final = ("CR621", "CR643", "CR725")
"""Errors about what has no rows."""
_SHOWN: Final = 12
"""Names that a message lists."""


class DataReader:
    """Reads the tables of one policy."""

    def __init__(self, policy: o.Policy, mappings: Sequence[MappingFile] = ()) -> None:
        """Look up every table and column name of the policy."""
        self.policy = policy
        self.mappings = tuple(mappings)
        self.dataset = Dataset()
        self.numbers = number_columns(policy)
        self.word = policy.person.name if policy.person is not None else "student"
        orders = {mapping.date_order for mapping in self.mappings if not mapping.rules}
        self.columns = Columns(policy, orders.pop() if len(orders) == 1 else "")
        self.layouts = Layouts(policy, self.columns)
        self.names = SheetNames(policy, self.layouts)
        self.records = Records(policy, self.columns, self.dataset)
        self.people = People(self.layouts, self.dataset)
        self.tables = Tables(policy, self.layouts, self.records, self.people, self.dataset)
        self.passed_over: list[RawTable] = []
        self.lists_of_students = 0

    def read(self, tables: Iterable[RawTable]) -> Dataset:
        """Read all tables."""
        found: list[Record | CodedRecords] = []
        for table in tables:
            found.extend(self.read_table(Sheet(self.tables.apart.named(table))))
        for table in self.passed_over:
            self.nearly_named(table)
        self.people.settle()
        found.extend(self.tables.gathered())
        if found and not self.dataset.students and not self.lists_of_students:
            self.note([report("CR694", None, count=sum(self.dataset.read.values()))])
        Owners(self.policy, self.dataset).assign(found)
        return self.dataset

    def note(self, found: Iterable[Diagnostic]) -> None:
        """Keep what is wrong or worth knowing."""
        self.dataset.problems.extend(found)

    def note_of_sources(self, problems: Iterable[Diagnostic]) -> None:
        """What the sources found wrong, once all tables have been read; an error without a table is a table unread."""
        for found in problems:
            self.note([found])
            source = found.place.source if found.place and found.severity is Severity.ERROR else ""
            if source and found.code not in _EMPTY and source not in self.tables.apart.sources:
                self.dataset.unread.setdefault(source, None)

    # ---- which table is what
    def read_table(self, sheet: Sheet) -> "Iterator[Record | CodedRecords]":
        """The records of a table; those of a rule that names it go before those of its own name."""
        kind = self.names.exact(sheet.table.name)
        fits = [(mapping, fit(rule, sheet, self.numbers)) for mapping in self.mappings for rule in mapping.rules]
        chosen = [(mapping, found) for mapping, found in fits if isinstance(found, Fit) and found.is_named]
        if not chosen and (kind is None or not self.names.is_whole(sheet, kind)):
            chosen = [(mapping, found) for mapping, found in fits if isinstance(found, Fit)]
        if len(chosen) > 1:
            rules = [f"{mapping.title} {found.rule.number}" for mapping, found in chosen]
            rows = self.tables.refuse(sheet)
            self.note([report("CR685", Place(sheet.table.source), rules=listed(rules), rows=rows)])
        elif chosen:
            yield from self.tables.mapped(sheet, *chosen[0])
        elif kind is not None:
            yield from self.plain(sheet, kind)
        elif not sheet.table.optional and (inside := self.names.inside(sheet)) is not None:
            place = Place(sheet.table.source)
            self.note([report("CR665", place, name=sheet.table.name, kind=inside[1])])
            yield from self.plain(sheet, inside[0])
        else:
            self.unread(sheet, [(mapping, found) for mapping, found in fits if isinstance(found, Misfit)])

    def plain(self, sheet: Sheet, kind: str) -> "Iterator[Record | CodedRecords]":
        """A table under the policy's own names."""
        self.lists_of_students += not kind
        yield from self.tables.plain(sheet, kind)

    def unread(self, sheet: Sheet, misfits: Sequence[tuple[MappingFile, Misfit]]) -> None:
        """Say that a table is not read, and why."""
        table, place = sheet.table, Place(sheet.table.source)
        doubt = next((misfit.doubt for _, misfit in misfits if misfit.doubt is not None), None)
        if table.optional:
            self.passed_over.append(table)
        elif self.names.is_for_people(sheet):
            self.note([report("CR678", place, rows=sheet.count())])
        elif doubt is not None:
            self.note([doubt.problem(sheet.table.source, self.tables.refuse(sheet))])
        elif any(mapping.rules for mapping in self.mappings):
            rows = self.tables.refuse(sheet)
            self.note([report("CR679", place, name=table.name, rows=rows, hint=rules_hint(misfits))])
        else:
            hint, rows = names_hint(self.policy, self.names.close(table.name)), self.tables.refuse(sheet)
            self.note([report("CR651", place, name=table.name, rows=rows, hint=hint)])

    def nearly_named(self, table: RawTable) -> None:
        """Report a table that was passed over, if its name is nearly that of something of which there was no table."""
        kinds = self.names.kinds
        close = nearest(table.name, [*kinds, *self.names.students])
        found = self.dataset.students if close in self.names.students else kinds.get(close or "") in self.dataset.read
        if close and not found:
            self.note([report("CR782", Place(table.source), name=table.name, nearest=close)])

    # ---- rows from programs
    def not_understood(self, kind: str, given: Mapping[Any, object], where: Place) -> Iterator[Diagnostic]:
        """The fields of a row of a kind, or of the student (no kind), that there are not, or that are given twice."""
        columns = self.columns.of[kind] if kind else self.columns.attributes
        known = {text: names[0] for names in (self.numbers, RECORD_ID if kind else ()) for text in names}
        known |= {text: reader.column.name for reader in columns for text in reader.texts}
        first: dict[str, str] = {}
        for name in given:
            meant = known.get(name) if isinstance(name, str) else None
            if meant is None:
                yield unknown_name("field", name, [*(reader.column.name for reader in columns), *known], where)
            elif (other := first.setdefault(meant, name)) != name:
                yield report("CR736", where, first=other, second=name, sort=SORTS["field"])

    def student_from(self, given: Mapping[str, object], where: Place) -> Student:
        """A student from a mapping of names or labels to values."""
        identifier, wrong = _identifier(given, self.numbers, self.word, where)
        student = Student(identifier, {}, where, wrong)
        for reader in self.columns.attributes:
            value, wrong = reader.value(_named(given, reader.texts), where)
            student.attributes[reader.column.name] = value
            student.problem = student.problem or wrong
        return student

    def record_from(self, kind: str, given: Mapping[str, object], student: str, where: Place) -> Record:
        """A record from a mapping of names or labels to values."""
        before = self.records.used.get(kind)
        own = f"{kind}-{(len(before.given) if before else 0) + 1}"
        identifier, problem = _identifier(given, RECORD_ID, own, where)
        values: dict[str, object] = {}
        for reader in self.columns.of[kind]:
            at = Place(where.source, where.row, reader.shown)
            value, wrong = reader.value(_named(given, reader.texts), at)
            values[reader.column.name] = value
            problem = problem or wrong
        record = self.records.finished(kind, identifier, student, values, where, problem)
        group = self.policy.kinds[kind].group
        record.named = group is None or values.get(group) is None or _named(given, self.numbers) is not None
        return record


def unknown_name(sort: str, name: object, known: Iterable[str], where: Place | None) -> Diagnostic:
    """A name in a program that stands for nothing there (CR734); if none is near it, those that there are, if few."""
    names = list(dict.fromkeys(known))
    text = name if isinstance(name, str) else type(name).__name__
    close = nearest(text, names)
    some = listed([*names[:_SHOWN], "…"] if len(names) > _SHOWN else names)
    hint = Phrase(f"there are: {some}", f"可用的有：{some.zh}") if names else Phrase("there are none", "这里一个也没有")
    if close:
        hint = Phrase(f"did you mean “{close}”?", f"是不是“{close}”？")
    return report("CR734", where, sort=SORTS[sort], name=text, hint=hint)


def reads_alike(one: o.Policy, two: o.Policy) -> bool:
    """Whether two policies make the same records of the same tables.

    A test holds that reading asks nothing else of a policy than what is compared here.
    """
    return one.fingerprint == two.fingerprint or _read_by(one) == _read_by(two)


def _read_by(policy: o.Policy) -> tuple[object, ...]:
    """All of a policy that reading asks for: guards of records and bodies of rules are not among it."""
    kinds = {name: evolve(kind, guards=()) for name, kind in policy.kinds.items()}
    columns = [*policy.attributes, *(column for kind in kinds.values() for column in kind.columns)]
    values = [column.values and list(column.values.items()) for column in columns]
    rules = [(name, rule.falls_on_group) for name, rule in policy.rules.items()]
    names = policy.identifier, policy.student_labels, policy.person, policy.treats
    return (*names, policy.calendar, policy.attributes, list(kinds.items()), values, rules)


def _identifier(
    given: Mapping[str, object], names: Iterable[str], otherwise: str, where: Place
) -> tuple[str, Diagnostic | None]:
    """A number that a program gave, or the one to take `otherwise`, and what is wrong with it."""
    value = _named(given, names)
    try:
        return ("" if value is None else given_text(value)) or otherwise, None
    except CellError as error:
        return otherwise, error.diagnostic(where)


def _named(given: Mapping[str, object], names: Iterable[str]) -> object:
    return next((given[name] for name in names if name in given), None)
