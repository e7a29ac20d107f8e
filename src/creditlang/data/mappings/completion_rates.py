"""Many rows to one record: of what there was to do in a semester, how much a student has done, in percent.

A platform exports a row for each lesson that somebody has watched; the regulation wants the rate of a semester. What
there was to do are the different texts of one column (or as many as the mapping says), each in the semester of the day
on which anybody did it first. All sheets that a rule fits are gathered together, so that an export in monthly parts
gives the rates of the export as a whole. The rate is cut, not rounded, to the decimals of its field, so that a rate
just below a limit stays below it.

Rows are gathered by student, not by what is written: so first all rows find their students, by number or by name. A
row that finds none, or that cannot be read, is an invalid record of its own. How many there were in each semester is
said, so that an office sees at once whether the export was complete; if there were more than the mapping says, the
rates of that semester are invalid.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from attrs import define, field, frozen

from creditlang.core import operators as o
from creditlang.data.cells import CellError, day_text, parse_date, strip_cell, text_at, year_first
from creditlang.data.mappings.mapping import Gather
from creditlang.data.mappings.mapping_file import placeholders
from creditlang.data.mappings.mapping_rule import Fit, Projection
from creditlang.data.people.name_matching import JoinedSheet, People
from creditlang.data.records import Records
from creditlang.diagnostics import Diagnostic, Phrase, Place, report
from creditlang.ledger import Record
from creditlang.schema import RawRow
from creditlang.values import quotient


@frozen(eq=False)
class _Done:
    """A row: who did what on which day. `record` stands for the row until it is gathered."""

    projection: Projection
    row: RawRow
    what: str
    day: date
    record: Record


@frozen(eq=False)
class GatheredSheet:
    """One of the sheets, and how its rows find their students."""

    gather: Gather
    fitted: Fit
    projection: Projection
    joined: JoinedSheet | None

    @property
    def counted(self) -> str:
        """What the sheet calls the column of what there was to do."""
        return self._shown(self.gather.counted)

    def _shown(self, headings: tuple[str, ...]) -> str:
        position = self.fitted.position(headings)
        return headings[0].strip("{}") if position is None else strip_cell(self.fitted.heading.cells[position])

    def _text(self, row: RawRow, headings: tuple[str, ...]) -> str:
        """What a row, or the name of its sheet, says."""
        named = (self.fitted.captured.get(name) for text in headings for name in placeholders(text))
        return next(filter(None, named), "") or text_at(row.cells, self.fitted.position(headings))

    def what(self, row: RawRow) -> str:
        """What a row says was done."""
        return self._text(row, self.gather.counted)

    def day(self, row: RawRow, policy: o.Policy) -> tuple[Diagnostic | None, date]:
        """The day of a row, and what is wrong with it."""
        source = self.projection.source
        if not self.what(row):
            return report("CR654", Place(source, row.number, self.counted), name=self.counted), date.min
        place = Place(source, row.number, self._shown(self.gather.day))
        try:
            text = day_text(self._text(row, self.gather.day))
            day = parse_date(year_first(text, order) if (order := self.fitted.rule.date_order) else text)
        except CellError as error:
            return error.diagnostic(place), date.min
        if _semester(policy, day) is None:
            return report("CR659", place, date=day.isoformat()), day
        return None, day


@define(eq=False)
class Gathering:
    """The rows of all sheets of one rule, which are to be gathered."""

    policy: o.Policy
    gather: Gather
    records: Records
    people: People
    sheets: list[GatheredSheet] = field(factory=list)
    done: list[_Done] = field(factory=list)
    alone: list[tuple[Projection, RawRow]] = field(factory=list)

    @staticmethod
    def names(gather: Gather, kind: o.RecordKind) -> tuple[str, ...]:
        """The fields that a gathered record gets here."""
        return tuple(filter(None, (gather.share, kind.date_field, kind.semester_field)))

    @property
    def kind(self) -> str:
        """The kind of its records."""
        return self.sheets[0].projection.record.kind

    def sheet(self, fitted: Fit, projection: Projection, joined: JoinedSheet | None) -> GatheredSheet:
        """One more sheet."""
        self.sheets.append(GatheredSheet(self.gather, fitted, projection, joined))
        return self.sheets[-1]

    def take(self, sheet: GatheredSheet, row: RawRow) -> None:
        """Take in a row of a sheet."""
        projection, layout = sheet.projection, sheet.projection.layout
        projected, day = projection.row(row), date.min
        if projected.problem is None:
            problem, day = sheet.day(row, self.policy)
            projected = RawRow(row.number, projected.cells, problem)
        if projected.problem is not None:
            self.alone.append((projection, projected))
            return
        student, where = text_at(projected.cells, layout.identity), Place(layout.source, row.number)
        record = Record(
            kind=layout.kind, identifier=f"{layout.source}:{row.number}", student=student, values={}, place=where
        )
        if sheet.joined is not None:
            self.people.meet(sheet.joined, record, projected, layout, None)
        self.done.append(_Done(projection, projected, sheet.what(row), day, record))

    # ---- once all students are known
    def gathered(self) -> Iterator[Record]:
        """The records, those of rows that stand alone first."""
        for projection, row in self.alone:
            yield self.records.record(row, projection.layout)
        for one in self.done:
            if one.record.problem is not None:
                projected = RawRow(one.row.number, one.row.cells, one.record.problem)
                yield self.records.record(projected, one.projection.layout)
        semesters = self._semesters()
        found = _counted(semesters)
        groups: dict[tuple[str, str], list[_Done]] = {}
        for one in self.done:
            if one.record.problem is None:
                groups.setdefault((one.record.student, semesters[one.what]), []).append(one)
        for (student, semester), rows in groups.items():
            record = self._record(student, semester, rows, self.gather.number.get(semester, found[semester]))
            record.problem = record.problem or self._exceeded(semester, found[semester])
            yield record

    def _semesters(self) -> Mapping[str, str]:
        """The semester of each thing to do: that of the day on which it was first done, known student or not."""
        first: dict[str, date] = {}
        for one in self.done:
            first[one.what] = min(one.day, first.get(one.what, one.day))
        return {what: _semester(self.policy, day) or "" for what, day in first.items()}

    def _exceeded(self, semester: str, count: int) -> Diagnostic | None:
        """CR690 if there were more things to do than the mapping says: then it is wrong, and so would be every rate."""
        said = self.gather.number.get(semester, count)
        if count <= said:
            return None
        sheet = self.sheets[0]
        return report("CR690", self._place, semester=semester, heading=sheet.counted, count=count, said=said)

    @property
    def _place(self) -> Place:
        first, *others = self.sheets
        return Place(first.projection.source + " …" * bool(others))

    def _record(self, student: str, semester: str, rows: list[_Done], offered: int) -> Record:
        first = rows[0]
        kind, layout = self.policy.kinds[self.kind], first.projection.layout
        reader = next(x.reader for x in layout.columns if x.reader.column.name == self.gather.share)
        step = Decimal((0, (1,), -reader.column.type.decimals))
        share = quotient(Decimal(100 * len({one.what for one in rows})), Decimal(offered), "down", step)
        texts = {self.gather.share: f"{share:f}"}
        latest = max(rows, key=lambda one: (one.day, one.row.cells))
        if kind.date_field:
            texts[kind.date_field] = latest.day.isoformat()
        if kind.semester_field:
            texts[kind.semester_field] = semester
        written = {**dict(zip(latest.projection.names, latest.row.cells, strict=True)), **texts}
        cells = tuple(written.get(name, "") for name in first.projection.names)
        record = self.records.record(RawRow(first.row.number, cells), layout)
        record.student = student
        return record

    def notes(self) -> list[Diagnostic]:
        """How many things to do were counted, by semester: CR673. If there were more than was said, CR690."""
        found = sorted(_counted(self._semesters()).items())
        if not found:
            return []
        offered = [(semester, self.gather.number.get(semester, count)) for semester, count in found]
        english = ", ".join(f"{semester}: {count}" for semester, count in offered)
        chinese = "，".join(f"{semester}共{count}项" for semester, count in offered)
        said = report("CR673", self._place, heading=self.sheets[0].counted, counts=Phrase(english, chinese))
        return [said, *filter(None, (self._exceeded(semester, count) for semester, count in found))]


def _semester(policy: o.Policy, day: date) -> str | None:
    text = day.isoformat()
    return next((x.name for x in policy.calendar.semesters if x.start <= text < x.end), None)


def _counted(semesters: Mapping[str, str]) -> dict[str, int]:
    """How many things there were to do in each semester."""
    found: dict[str, int] = {}
    for semester in semesters.values():
        found[semester] = found.get(semester, 0) + 1
    return found
