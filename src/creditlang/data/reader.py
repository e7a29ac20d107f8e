"""Raw tables to students and records, by the columns that a policy declares, or by the rules of a mapping.

A table is found by its name or label (see `sheet_names`), or by a rule of a mapping; its heading by the names that are
known there; a column by its name or label. Each cell is read once by the type of its column; whatever cannot be read
becomes the problem of its record, with file, row and column, and the record stays in the count. Students may come
before or after their records: rows that name their student, and rows to be gathered, wait until all tables have been
read.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from attrs import evolve

from creditlang.core import operators as o
from creditlang.data.dataset import Dataset
from creditlang.data.given_rows import GivenRows
from creditlang.data.mappings.mapping import MappingFile
from creditlang.data.mappings.mapping_rule import Fit, Misfit, fit
from creditlang.data.people.name_matching import People
from creditlang.data.people.record_owners import Owners
from creditlang.data.read_rulings import RulingsOfStudents, apart, asked_of_item, only_records, with_rulings
from creditlang.data.sheets.column_layout import Layouts
from creditlang.data.sheets.sheet_heading import Sheet
from creditlang.data.sheets.sheet_names import SheetNames
from creditlang.data.sheets.sheet_records import Tables
from creditlang.data.sheets.unread_sheet_hints import names_hint, rules_hint
from creditlang.diagnostics import Diagnostic, Phrase, Place, Severity, listed, nearest, report
from creditlang.ledger import Record
from creditlang.schema import RawTable
from creditlang.words import label

if TYPE_CHECKING:
    from creditlang.data.coded.coded_records import CodedRecords

_EMPTY: Final = ("CR621", "CR643", "CR725")
"""Errors about what has no rows."""


class DataReader:
    """Reads the tables of one policy."""

    def __init__(self, policy: o.Policy, mappings: Sequence[MappingFile] = ()) -> None:
        """Look up every table and column name of the policy."""
        self.policy = policy
        self.mappings = tuple(mappings)
        policy = with_rulings(policy)
        orders = {mapping.date_order for mapping in self.mappings if not mapping.rules}
        self.rows = GivenRows(policy, orders.pop() if len(orders) == 1 else "")
        self.dataset, self.columns, self.numbers = self.rows.dataset, self.rows.columns, self.rows.numbers
        self.layouts = Layouts(policy, self.columns)
        self.names = SheetNames(policy, self.layouts)
        self.people = People(self.layouts, self.dataset)
        self.tables = Tables(policy, self.layouts, self.rows.records, self.people, self.dataset)
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
        records, rulings = apart(found, self.policy)
        self.dataset.read = only_records(self.policy, self.dataset.read)
        if records and not self.dataset.students and not self.lists_of_students:
            self.note([report("CR694", None, count=sum(self.dataset.read.values()))])
        else:
            self.note_of_missing_kinds()
        Owners(self.policy, self.dataset).assign(records)
        RulingsOfStudents(self.policy, self.dataset).give(rulings)
        return self.dataset

    def note(self, found: Iterable[Diagnostic]) -> None:
        """Keep what is wrong or worth knowing."""
        self.dataset.problems.extend(found)

    def note_of_missing_kinds(self) -> None:
        """Name the kinds of which no record was read: a file may have been forgotten."""
        missing = [kind for kind in self.policy.kinds.values() if not self.dataset.read.get(kind.name)]
        if missing:
            kinds = listed(Phrase(*(label(kind, language) for language in ("en", "zh"))) for kind in missing)
            self.note([report("CR897", None, kinds=kinds)])

    def note_of_sources(self, problems: Iterable[Diagnostic]) -> None:
        """What the sources found wrong, once all tables have been read; what has an error was not read to its end."""
        for found in problems:
            self.note([found])
            source = found.place.source if found.place and found.severity is Severity.ERROR else ""
            if source and found.code not in _EMPTY:
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
    rules = [(name, rule.falls_on_group, *asked_of_item(policy, rule)) for name, rule in policy.rules.items()]
    names = policy.identifier, policy.student_labels, policy.person, policy.treats
    return (*names, policy.calendar, policy.attributes, list(kinds.items()), values, rules)
