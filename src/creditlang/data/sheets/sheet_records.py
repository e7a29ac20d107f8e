"""A sheet to its students or records, once it is known what it is: by the policy's own names, or by a mapping's rule.

What both ways share: the lines above the heading are passed over, rows that cannot be records are passed over, every
other row is a record; and all of it is said.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from attrs import define

from creditlang.core import operators as o
from creditlang.data.dataset import Dataset
from creditlang.data.mappings.completion_rates import Gathering
from creditlang.data.mappings.mapping import MappingFile, RecordRule
from creditlang.data.mappings.mapping_rule import Fit, Projection
from creditlang.data.people.name_matching import JoinedSheet, People, without_running_number
from creditlang.data.records import Identifiers, Records
from creditlang.data.sheets.column_layout import Layout, Layouts
from creditlang.data.sheets.duplicates import Apart, Repeated
from creditlang.data.sheets.sheet_heading import Doubt, Heading, Sheet, plain_heading
from creditlang.data.sheets.totals_rows import Unrecorded, numbered
from creditlang.diagnostics import Diagnostic, Place, listed, report
from creditlang.ledger import Record
from creditlang.schema import RawRow
from creditlang.words import first_fit, label

if TYPE_CHECKING:
    from creditlang.data.coded.coded_records import CodedRecords


AT_THE_END: Final = ("CR625", "CR672", "CR674", "CR693")
"""What is said of a table at its end."""


@define(eq=False)
class Ending:
    """What is said of a table once its rows have been gone through."""

    code: str
    """For a column without a heading."""
    nameless: Mapping[int, int]
    """The positions of such columns that have something, and in which row first."""
    unrecorded: Unrecorded
    repeated: Repeated | None = None

    def notes(self, source: str) -> list[Diagnostic]:
        """All but repeated rows, which are said after it."""
        filled = sorted(self.nameless.items())
        found = [report(self.code, Place(source, row), position=at + 1) for at, row in filled]
        return [*found, *self.unrecorded.note(source)]

    def with_rows_of(self, other: "Ending") -> "Ending":
        """What is said of this table and other rows of the same one together."""
        filled = [*self.nameless.items(), *other.nameless.items()]
        self.nameless = {at: row for at, row in sorted(filled, key=itemgetter(1), reverse=True)}
        self.unrecorded.rows = sorted([*self.unrecorded.rows, *other.unrecorded.rows])
        if self.repeated is not None and other.repeated is not None:
            self.repeated.rows = sorted([*self.repeated.rows, *other.repeated.rows])
        return self


class Tables:
    """Reads the sheets of one dataset."""

    def __init__(self, policy: o.Policy, layouts: Layouts, records: Records, people: People, dataset: Dataset) -> None:
        """What is wrong, and what is worth knowing, goes to `dataset`."""
        self.policy = policy
        self.layouts = layouts
        self.records = records
        self.people = people
        self.dataset = dataset
        self.apart = Apart()
        self.endings: dict[str, Ending] = {}
        """By the names of the tables."""
        self.gatherings: dict[tuple[str, int], Gathering] = {}

    def note(self, found: Iterable[Diagnostic]) -> None:
        """Keep what is wrong or worth knowing."""
        self.dataset.problems.extend(found)

    def counted(self, kind: str, records: Iterable[Record]) -> Iterator[Record]:
        """Count records as read."""
        for record in records:
            self.dataset.read[kind] = self.dataset.read.get(kind, 0) + 1
            yield record

    # ---- the policy's own names
    def plain(self, sheet: Sheet, kind: str) -> "Iterator[Record | CodedRecords]":
        """A table of the students, where `kind` is empty, or of records."""
        heading = self.heading_of(sheet, kind)
        if heading is not None:
            yield from self.under(sheet, kind, heading)

    def heading_of(self, sheet: Sheet, kind: str) -> Heading | None:
        """The heading of such a table, with what is to be said of it; None if the table is refused."""
        heading, source = self.layouts.heading(sheet, kind), sheet.table.source
        if isinstance(heading, Doubt):
            self.note([heading.problem(source, self.refuse(sheet))])
            return None
        if self._doubted(sheet, heading, set(map(plain_heading, self.layouts.names(kind)))):
            return None
        if (twice := self.apart.twice(sheet, kind, heading)) is not None:
            self.note([twice])
            return None
        layout = self.layouts.lay_out(source, kind, heading.cells)
        self.note([*self._above(sheet, heading), *layout.problems(sheet.table, heading.place_row)])
        if kind:
            self.dataset.read.setdefault(kind, 0)
        return heading

    def under(self, sheet: Sheet, kind: str, heading: Heading) -> "Iterator[Record | CodedRecords]":
        """The records under a heading, or the students, who are noted."""
        layout = self.layouts.lay_out(sheet.table.source, kind, heading.cells)
        unrecorded = self._unrecorded(heading, layout)
        if kind and sheet.is_columnar and heading.skipped == 0 and self.policy.kinds[kind].group is None:
            yield self._coded_records(sheet, heading, layout, unrecorded)
            return
        rows = self._rows(sheet, heading, unrecorded)
        if kind:
            yield from self.counted(kind, self._plain_records(rows, layout, heading))
            return
        for row in rows:
            self.records.student(row, layout)

    def _plain_records(self, rows: Iterator[RawRow], layout: Layout, heading: Heading) -> Iterator[Record]:
        joined = self.people.sheet(layout)
        repeated = Repeated(heading.cells)
        for row in rows:
            record = self._plain_record(row, layout, heading, joined)
            if record.student and layout.record_id is None and row.problem is None:
                repeated.look(row)
            yield record
        self._noted(layout.source, repeated)

    def _plain_record(self, row: RawRow, layout: Layout, heading: Heading, joined: JoinedSheet | None) -> Record:
        record = self.records.record(row, layout)
        if joined is not None and row.problem is None:
            cells = None if record.student else without_running_number(row.cells, heading.cells)
            self.people.meet(joined, record, row, layout, cells)
        return record

    def _coded_records(self, sheet: Sheet, heading: Heading, layout: Layout, unrecorded: Unrecorded) -> "CodedRecords":
        """The records of a sheet of which the source has columns; what is said of its rows is the same."""
        from creditlang.data.coded.coded_reading import filled_without_heading, read_records, read_sheet

        joined = self.people.sheet(layout)
        rows = read_sheet(sheet.batches(), unrecorded)
        used = self.records.used.setdefault(layout.kind, Identifiers())
        found = read_records(
            self.policy, rows, layout, used, lambda row: self._plain_record(row, layout, heading, joined)
        )
        self.dataset.read[layout.kind] += len(found)
        filled = ((at, filled_without_heading(rows, at)) for at in self._nameless(heading))
        self._end(sheet, heading, unrecorded, {at: row for at, row in filled if row is not None})
        repeated = Repeated(heading.cells)
        if layout.record_id is None:
            repeated.look_at(rows, found.with_student())
        self._noted(layout.source, repeated)
        name = next((x.position for x in layout.people if x.reader is self.people.name), None)
        if joined is not None and name is not None:
            self.people.coded.append((found, rows.columns[name].stripped()))
        return found

    def _unrecorded(self, heading: Heading, layout: Layout) -> Unrecorded:
        columns = (*layout.columns, *layout.people)
        item = self.policy.kinds[layout.kind].item_field if layout.kind else None
        places = {column.reader.column.name: column.position for column in columns}
        return Unrecorded(
            heading.cells, layout.identity, layout.record_id, _known([places.get(item or "")]),
            _known([*places.values(), layout.identity, layout.record_id]),
        )  # fmt: skip

    # ---- what both ways share
    def refuse(self, sheet: Sheet) -> int:
        """How many rows a sheet has that is not read, which the equation of records has to say."""
        self.dataset.unread[sheet.table.source] = rows = sheet.count()
        return rows

    def _doubted(self, sheet: Sheet, heading: Heading, known: Collection[str]) -> bool:
        """Whether a sheet is refused for its heading; one without a name matters only if its column has cells."""
        doubts = sheet.table.doubts if heading.line == 0 and heading.lines == 1 else ()
        found = [doubt for doubt in doubts if doubt.code not in ("CR625", "CR626")]
        found += heading.twice(known, sheet.table.source)
        if found:
            self.note([*found, report("CR648", Place(sheet.table.source), rows=self.refuse(sheet))])
        return bool(found)

    def _above(self, sheet: Sheet, heading: Heading) -> list[Diagnostic]:
        """Say that the heading is not the first line: CR670."""
        if heading.line == 0:
            return []
        return [report("CR670", Place(sheet.table.source, heading.place_row), count=heading.line)]

    def _rows(self, sheet: Sheet, heading: Heading, unrecorded: Unrecorded) -> Iterator[RawRow]:
        """The rows that are records; the others, and cells without a heading, are said at the end: CR672, CR674."""
        nameless = self._nameless(heading)
        found: dict[int, int] = {}
        for row in sheet.below(heading).rows:
            if unrecorded.passes_over(row):
                continue
            for at in nameless:
                if at not in found and at < len(row.cells) and row.cells[at].strip():
                    found[at] = row.number
            yield row
        self._end(sheet, heading, unrecorded, found)

    def _nameless(self, heading: Heading) -> list[int]:
        return [at for at, cell in enumerate(heading.cells) if not cell.strip()]

    def _end(self, sheet: Sheet, heading: Heading, unrecorded: Unrecorded, found: Mapping[int, int]) -> None:
        """Say which columns without a heading have something, in which row first; and which rows are no records."""
        doubts = {doubt.code for doubt in sheet.table.doubts}
        code = "CR625" if heading.line == 0 and "CR625" in doubts else "CR674"
        ending = self.endings[sheet.table.source] = Ending(code, found, unrecorded)
        self.note(ending.notes(sheet.table.source))

    def _noted(self, source: str, repeated: Repeated) -> None:
        """Say which rows of the table that has just ended stand there twice."""
        self.endings[source].repeated = repeated
        self.note(repeated.note(source))

    # ---- by a mapping
    def mapped(self, sheet: Sheet, mapping: MappingFile, fitted: Fit) -> Iterator[Record]:
        """A table that a rule reads."""
        rule, heading, source = fitted.rule, fitted.heading, sheet.table.source
        if self._doubted(sheet, heading, {plain_heading(head) for head in rule.read_headings()}):
            return
        meaning = (mapping.name, rule.number, *sorted(fitted.captured.items()))
        if (twice := self.apart.twice(sheet, meaning, heading)) is not None:
            self.note([twice])
            return
        self.note([*self._above(sheet, heading), *fitted.unknown(sheet.table, mapping.title, self.layouts)])
        more = Gathering.names(rule.gather, self.policy.kinds[rule.records[0].kind]) if rule.gather else ()
        projections = [Projection(record, fitted, self.layouts, source, more) for record in rule.records]
        for projection in projections:
            self.note(projection.layout.problems(sheet.table, heading.place_row))
            if projection.record.kind:
                self.dataset.read.setdefault(projection.record.kind, 0)
        joined = self.people.sheet(projections[0].layout) if rule.records[0].kind else None
        rows = _Passed(self._rows(sheet, heading, self._unrecorded_by(fitted)), fitted)
        if rule.gather is not None:
            made = Gathering(self.policy, rule.gather, self.records, self.people)
            gathering = self.gatherings.setdefault((mapping.name, rule.number), made)
            gathered = gathering.sheet(fitted, projections[0], joined)
            for row in rows:
                gathering.take(gathered, row)
        else:
            yield from self._mapped_records(rows, projections, joined)
        kinds = list(dict.fromkeys(self._shown(record) for record in rule.records))
        self.note([report(
            "CR675", Place(source), mapping=mapping.title, number=rule.number, rows=rows.read,
            kinds=listed(kinds),
        )])  # fmt: skip
        if rows.without:
            self.note([report("CR689", Place(source), count=len(rows.without), rows=numbered(rows.without))])

    def _mapped_records(
        self, rows: "_Passed", projections: list[Projection], joined: JoinedSheet | None
    ) -> Iterator[Record]:
        """The records of each row; of a row that is broken, one."""
        heads = rows.fitted.heading.cells
        repeated = Repeated(heads)
        for row in rows:
            broken = row.problem is not None
            there = [x for x in enumerate(projections, 1) if broken or x[1].exists(row.cells)]
            strange = None if broken else rows.fitted.not_known(row.cells, projections[0].source, row.number)
            if strange is not None:
                there.insert(0, next(x for x in enumerate(projections, 1) if x[1].record.rows))
            if not there:
                rows.pass_over(row)
            claim = None
            for number, projection in there[:1] if broken else there:
                projected = projection.row(row)
                if strange is not None and projection is there[0][1]:
                    projected = RawRow(row.number, projected.cells, strange)
                if not projection.record.kind:
                    self.records.student(projected, projection.layout)
                    continue
                suffix = f"#{number}" if len(projections) > 1 else ""
                record = self.records.record(projected, projection.layout, suffix)
                if joined is not None and not broken:
                    cells = None if record.student else without_running_number(row.cells, heads)
                    claim = self.people.meet(joined, record, projected, projection.layout, cells, claim)
                if record.student and projection is there[0][1] and projection.layout.record_id is None and not broken:
                    repeated.look(row)
                yield from self.counted(projection.record.kind, [record])
        self.note(repeated.note(projections[0].layout.source))

    def _unrecorded_by(self, fitted: Fit) -> Unrecorded:
        """The same as for the policy's own names, by the columns that a rule takes."""
        places: dict[str, int | None] = {}
        items = {self.policy.kinds[record.kind].item_field for record in fitted.rule.records if record.kind}
        for record in fitted.rule.records:
            for name, origin in record.columns.items():
                places.setdefault(name, fitted.position(origin.headings))
        codes = _known(place for name, place in places.items() if name in items)
        identity, record_id = places.get("student_id"), places.get("record_id")
        return Unrecorded(fitted.heading.cells, identity, record_id, codes, _known(places.values()))

    def _shown(self, record: RecordRule) -> str:
        """What people call the kind of a rule's record."""
        if record.kind:
            return label(self.policy.kinds[record.kind])
        person = self.policy.person
        return first_fit(person.name if person else "student", self.policy.student_labels)

    def gathered(self) -> Iterator[Record]:
        """The records of all sheets that were gathered, once the students of their rows are known."""
        for gathering in self.gatherings.values():
            self.note(gathering.notes())
            yield from self.counted(gathering.kind, gathering.gathered())


class _Passed:
    """The rows that a rule is about; the numbers of the others."""

    def __init__(self, rows: Iterator[RawRow], fitted: Fit) -> None:
        self.rows = rows
        self.fitted = fitted
        self.read = 0
        self.without: list[int] = []

    def __iter__(self) -> Iterator[RawRow]:
        for row in self.fitted.handed_down(self.rows):
            if row.problem is None and not self.fitted.wanted(row.cells):
                self.without.append(row.number)
            else:
                self.read += 1
                yield row

    def pass_over(self, row: RawRow) -> None:
        """A row from which no record came after all."""
        self.read -= 1
        self.without.append(row.number)


def _known(places: Iterable[int | None]) -> frozenset[int]:
    return frozenset(place for place in places if place is not None)
