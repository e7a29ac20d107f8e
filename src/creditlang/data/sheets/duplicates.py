"""Tables told apart: two of one name get names of their own, and one that is given twice is not read twice.

Two folders may both have an `activity.csv`: then messages call the second `activity.csv（2）`, and so do the ids of
records that have none of their own.

An export that was downloaded twice, or a later one that begins with all of an earlier one, would count every record
twice. So a table that is read as the same thing as an earlier one, with the same heading and the same first rows, is
reported and not read. Of a table that may be passed over no row is looked at here.

Rows that are the same may be a copy, or two lessons missed on one day: they count, and a warning names them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from attrs import evolve

from creditlang.data.sheets.sheet_heading import RUNNING_NUMBERS, Heading, Sheet, plain_heading
from creditlang.data.sheets.totals_rows import numbered
from creditlang.diagnostics import Diagnostic, Place, report
from creditlang.schema import RawRow, RawTable

if TYPE_CHECKING:
    from creditlang.data.coded.coded_sheet import CodedSheet, Numbers

_COMPARED: Final = 20
"""Rows of the beginning."""


class Apart:
    """What has been read so far."""

    def __init__(self) -> None:
        """Nothing."""
        self.sources: dict[str, int] = {}
        """How many tables there were by each name."""
        self._beginnings: dict[object, str] = {}

    def named(self, table: RawTable) -> RawTable:
        """The table, under a name that no other has."""
        count = self.sources[table.source] = self.sources.get(table.source, 0) + 1
        return table if count == 1 else _renamed(table, f"{table.source}（{count}）")

    def twice(self, sheet: Sheet, meaning: object, heading: Heading) -> Diagnostic | None:
        """CR691 if a table with this meaning begins like an earlier one."""
        rows = tuple(row.cells for row in sheet.first[:_COMPARED])
        if not rows:
            return None
        earlier = self._beginnings.setdefault((meaning, heading.cells, rows), sheet.table.source)
        if earlier == sheet.table.source:
            return None
        return report("CR691", Place(sheet.table.source), earlier=earlier, rows=sheet.count())


class Repeated:
    """Rows of one table that have a student number, no record id, and an earlier row that is the same: they count."""

    def __init__(self, heads: Sequence[str]) -> None:
        """`heads` is the heading; running numbers make no difference."""
        self._compared = [at for at, head in enumerate(heads) if plain_heading(head) not in RUNNING_NUMBERS]
        self._seen: set[int] = set()
        self.rows: list[int] = []
        """The numbers of those that are like an earlier one."""

    def look(self, row: RawRow) -> None:
        """Look at a row."""
        key = hash(tuple(row.cells[at] for at in self._compared if at < len(row.cells)))
        if key in self._seen:
            self.rows.append(row.number)
        self._seen.add(key)

    def look_at(self, sheet: "CodedSheet", rows: "Numbers") -> None:
        """Look at all rows of a sheet, in place of one after the other; `rows` are the positions of those."""
        self.rows += sheet.repeated(self._compared, rows)

    def note(self, source: str) -> list[Diagnostic]:
        """CR693 if there are any."""
        if not self.rows:
            return []
        return [report("CR693", Place(source), count=len(self.rows), rows=numbered(self.rows))]


def _renamed(table: RawTable, source: str) -> RawTable:
    rows = (row if row.problem is None else evolve(row, problem=_moved(row.problem, source)) for row in table.rows)
    return evolve(
        table,
        source=source,
        rows=rows,
        columnar=None,
        doubts=tuple(_moved(found, source) for found in table.doubts),
        unread={name: _moved(found, source) for name, found in table.unread.items()},
    )


def _moved(found: Diagnostic, source: str) -> Diagnostic:
    return found if found.place is None else evolve(found, place=evolve(found.place, source=source))
