"""Many rows to one record: of what there was to do in a semester, how much a student has done, in percent.

A platform exports a row for each lesson that somebody has watched; the regulation wants the rate of a semester. What
there was to do are the different texts of one column (or as many as the mapping says), each in the semester of the day
on which anybody in the sheet did it first. The rate is cut, not rounded, to the decimals of its field, so that a rate
just below a limit stays below it.

Rows are gathered by student, not by what is written: so first all rows find their students, by number or by name. A
row that finds none, or that cannot be read, is an invalid record of its own. How many there were in each semester is
said, so that an office sees at once whether the export was complete.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_DOWN, Decimal

from attrs import define, field, frozen

from creditlang.core import operators as o
from creditlang.data.cells import CellError, day_text, parse_date, strip_cell
from creditlang.data.mapped import Fit, Projection
from creditlang.data.mapping import Gather
from creditlang.data.people import JoinedSheet, People
from creditlang.data.records import Records, cell
from creditlang.diagnostics import Diagnostic, Phrase, Place, report
from creditlang.ledger import Record
from creditlang.schema import RawRow


@frozen(eq=False)
class _Done:
    """A row: who did what on which day. `record` stands for the row until it is gathered."""

    row: RawRow
    what: str
    day: date
    record: Record


@define(eq=False)
class Gathering:
    """The rows of one sheet that are to be gathered."""

    policy: o.Policy
    gather: Gather
    fitted: Fit
    projection: Projection
    records: Records
    people: People
    sheet: JoinedSheet | None
    done: list[_Done] = field(factory=list)
    alone: list[Record] = field(factory=list)

    @staticmethod
    def names(gather: Gather, kind: o.RecordKind) -> tuple[str, ...]:
        """The fields that a gathered record gets here."""
        return tuple(filter(None, (gather.share, kind.date_field, kind.semester_field)))

    def take(self, row: RawRow) -> None:
        """Take in a row of the sheet."""
        projected = self.projection.row(row)
        layout = self.projection.layout
        what = cell(row, self.fitted.position(self.gather.counted))
        if projected.problem is None:
            problem, day = self._day(row, what)
            projected = RawRow(row.number, projected.cells, problem)
        if projected.problem is not None:
            self.alone.append(self.records.record(projected, layout))
            return
        student, where = cell(projected, layout.identity), Place(layout.source, row.number)
        record = Record(layout.kind, f"{layout.source}:{row.number}", student, {}, None, None, where)
        if self.sheet is not None:
            self.people.meet(self.sheet, record, projected, layout, None)
        self.done.append(_Done(projected, what, day, record))

    def _day(self, row: RawRow, what: str) -> tuple[Diagnostic | None, date]:
        """The day of a row, and what is wrong with it."""
        heads, source = self.fitted.heading.cells, self.projection.source
        if not what:
            shown = strip_cell(heads[self.fitted.position(self.gather.counted) or 0])
            return report("CR654", Place(source, row.number, shown), name=shown), date.min
        place = Place(source, row.number, strip_cell(heads[self.fitted.position(self.gather.day) or 0]))
        try:
            day = parse_date(day_text(cell(row, self.fitted.position(self.gather.day))))
        except CellError as error:
            return error.diagnostic(place), date.min
        if self._semester(day) is None:
            return report("CR659", place, date=day.isoformat()), day
        return None, day

    def _semester(self, day: date) -> str | None:
        text = day.isoformat()
        found = (x.name for x in self.policy.calendar.semesters if x.start <= text < x.end)
        return next(found, None)

    # ---- once all students are known
    def gathered(self) -> Iterator[Record]:
        """The records, those of rows that stand alone first."""
        yield from self.alone
        known = [one for one in self.done if one.record.problem is None]
        for one in self.done:
            if one.record.problem is not None:
                projected = RawRow(one.row.number, one.row.cells, one.record.problem)
                yield self.records.record(projected, self.projection.layout)
        semesters = self._semesters(known)
        groups: dict[tuple[str, str], list[_Done]] = {}
        for one in known:
            groups.setdefault((one.record.student, semesters[one.what]), []).append(one)
        offered = self._offered(semesters)
        for (student, semester), rows in groups.items():
            yield self._record(student, semester, rows, offered[semester])

    def _semesters(self, known: list[_Done]) -> Mapping[str, str]:
        """The semester of each thing to do: that of the day on which it was first done."""
        first: dict[str, date] = {}
        for one in known:
            first[one.what] = min(one.day, first.get(one.what, one.day))
        return {what: self._semester(day) or "" for what, day in first.items()}

    def _offered(self, semesters: Mapping[str, str]) -> Mapping[str, int]:
        """How many things there were to do in each semester."""
        found: dict[str, int] = {}
        for semester in semesters.values():
            found[semester] = found.get(semester, 0) + 1
        return {semester: self.gather.number.get(semester, count) for semester, count in found.items()}

    def _record(self, student: str, semester: str, rows: list[_Done], offered: int) -> Record:
        kind, layout = self.policy.kinds[self.projection.record.kind], self.projection.layout
        reader = next(x.reader for x in layout.columns if x.reader.column.name == self.gather.share)
        share = Decimal(100 * len({one.what for one in rows})) / offered
        texts = {self.gather.share: f"{share.quantize(Decimal(1).scaleb(-reader.column.type.decimals), ROUND_DOWN):f}"}
        latest = max(rows, key=lambda one: (one.day, one.row.number))
        if kind.date_field:
            texts[kind.date_field] = latest.day.isoformat()
        if kind.semester_field:
            texts[kind.semester_field] = semester
        cells = [texts.get(name, old) for name, old in zip(self.projection.names, latest.row.cells, strict=True)]
        record = self.records.record(RawRow(rows[0].row.number, tuple(cells)), layout)
        record.student = student
        return record

    def notes(self) -> list[Diagnostic]:
        """How many things to do were counted, by semester: CR673."""
        known = [one for one in self.done if one.record.problem is None]
        offered = sorted(self._offered(self._semesters(known)).items())
        if not offered:
            return []
        english = ", ".join(f"{semester}: {count}" for semester, count in offered)
        chinese = "，".join(f"{semester}共{count}项" for semester, count in offered)
        column = strip_cell(self.fitted.heading.cells[self.fitted.position(self.gather.counted) or 0])
        return [report("CR673", Place(self.projection.source), column=column, counts=Phrase(english, chinese))]
