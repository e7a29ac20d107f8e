"""The rows of a sheet to a table: heading, rows with their true numbers, merged cells, empty rows and columns.

The first row with anything in it is the heading, every further one a row. The table reaches from the first used column
to the last. A cell merged downwards is in each of its rows that has something of its own; one merged sideways stands in
its first column alone.

How far the table reaches is known when all rows have been seen, and only then is anything handed over, so that a sheet
that cannot be read to its end gives no table. A sheet of usual size is kept meanwhile; a longer one is read a second
time, and no more of it is in memory than a few rows.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from attrs import define, field, frozen

from creditlang.diagnostics import Place, report
from creditlang.schema import RawRow, RawTable
from creditlang.toolkit.table_heading import BLANKS, heading_problems
from creditlang_builtin.workbook.cell_values import Trouble
from creditlang_builtin.workbook.workbook_limits import column_letters, damaged

SheetRow = tuple[int, Sequence[str | Trouble]]
"""A row's number as the program shows it, and its cells from the first column."""

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column."""

MOST_KEPT: Final = 4_000_000
"""Cells of a sheet that are kept so that it need not be read twice."""

_SHEET_NAMES: Final = ("sheet", "工作表")
_BROKEN: Final = "?"


@frozen(eq=False)
class Cells:
    """The content of a sheet: `rows` gives those that have cells, as often as asked; then `merges` are known, too."""

    rows: Callable[[], Iterable[SheetRow]]
    merges: Sequence[Merge] = ()

    @staticmethod
    def of(rows: Sequence[Sequence[str | Trouble]], merges: Sequence[Merge] = ()) -> "Cells":
        """A sheet that is in memory as a whole, from its first row."""
        return Cells(lambda: enumerate(rows, 1), merges)


def table_name(sheet: str, stem: str, alone: bool) -> str:
    """What a sheet is called: a sheet with the name that programs give has the file's."""
    return stem if alone and has_default_name(sheet) else sheet


def has_default_name(sheet: str) -> bool:
    """Whether a sheet has a name that programs give, such as `Sheet1`."""
    plain = sheet.strip().casefold()
    return any(plain.removeprefix(name).strip().isdecimal() for name in _SHEET_NAMES if plain.startswith(name))


def table_of(cells: Cells, name: str, source: str) -> RawTable | None:
    """The table of a sheet, or None if there is nothing in it. Raises what `cells.rows` raises."""
    reach = _Reach.of(_used(cells.rows()))
    downwards = _downwards(cells.merges, reach)
    if downwards:
        reach = _Reach.of(_handed_down(reach.rows(cells), downwards))
    if not reach.heading:
        return None
    first, last = reach.first, reach.last
    header = tuple(_shown(cell).strip(BLANKS) for cell in _between(reach.heading, first, last))
    doubts = tuple(heading_problems(header, Place(source, reach.heading_row)))

    def rows() -> Iterator[RawRow]:
        found = reach.rows(cells)
        if downwards and reach.kept is None:
            found = _handed_down(found, downwards)
        for number, row in found:
            if number != reach.heading_row:
                yield _raw_row(number, _between(row, first, last), header, first, source)

    return RawTable(name, source, header, rows(), doubts=doubts)


def _downwards(merges: Iterable[Merge], reach: "_Reach") -> list[Merge]:
    """The merged cells that hand something down, in their order. Raises `WorkbookError` CR722 if they overlap."""
    downwards = sorted(
        {merge for merge in merges if merge[2] > merge[0] and reach.first < merge[1] <= reach.last + 1},
        key=lambda merge: (merge[1], merge[0]),
    )
    if any(one[1] == other[1] and other[0] <= one[2] for one, other in pairwise(downwards)):
        raise damaged("merged cells of it overlap", "合并单元格互相重叠")
    return sorted(downwards)


@define(eq=False)
class _Reach:
    """How far the used part of a sheet reaches: its first row, its columns by position; and its rows, if few."""

    heading_row: int = 0
    heading: Sequence[str | Trouble] = ()
    first: int = 0
    last: int = -1
    kept: list[SheetRow] | None = field(factory=list)

    @staticmethod
    def of(rows: Iterable[SheetRow]) -> "_Reach":
        """Go through all rows."""
        reach, size = _Reach(), 0
        for number, cells in rows:
            if not reach.heading:
                reach.heading_row, reach.heading, reach.first = number, cells, len(cells)
            filled = [place for place, cell in enumerate(cells) if cell]
            reach.first, reach.last = min(reach.first, filled[0]), max(reach.last, filled[-1])
            size += len(cells)
            if size > MOST_KEPT:
                reach.kept = None
            if reach.kept is not None:
                reach.kept.append((number, cells))
        return reach

    def rows(self, cells: Cells) -> Iterable[SheetRow]:
        """The used rows once more."""
        return _used(cells.rows()) if self.kept is None else self.kept


def _used(rows: Iterable[SheetRow]) -> Iterator[SheetRow]:
    """The rows that have anything in them."""
    for number, cells in rows:
        if any(cell and (isinstance(cell, Trouble) or cell.strip(BLANKS)) for cell in cells):
            yield number, cells


def _between(cells: Sequence[str | Trouble], first: int, last: int) -> Sequence[str | Trouble]:
    """The cells from a position to another one, also where the row is shorter."""
    return [*cells[first : last + 1], *[""] * (last + 1 - max(len(cells), first))]


def _shown(cell: str | Trouble) -> str:
    return _BROKEN if isinstance(cell, Trouble) else cell


def _raw_row(number: int, cells: Sequence[str | Trouble], header: Sequence[str], first: int, source: str) -> RawRow:
    """A row, with the first thing that is wrong in it."""
    problem = None
    for place, cell in enumerate(cells) if Trouble in map(type, cells) else ():
        if isinstance(cell, Trouble) and problem is None:
            column = header[place] or column_letters(first + place + 1)
            problem = report(cell.code, Place(source, number, column), value=cell.value)
    return RawRow(number, tuple(map(_shown, cells)), problem)


def _handed_down(rows: Iterable[SheetRow], downwards: Sequence[Merge]) -> Iterator[SheetRow]:
    """The used rows with vertically merged cells in each row that they reach into."""
    waiting, tops = deque(downwards), dict[Merge, str | Trouble]()
    width = max(merge[1] for merge in downwards)
    for number, cells in rows:
        while waiting and waiting[0][0] <= number:
            tops[waiting.popleft()] = ""
        tops = {merge: top for merge, top in tops.items() if merge[2] >= number}
        filled = [*cells, *[""] * (width - len(cells))] if tops else cells
        for merge, top in tops.items():
            if merge[0] == number:
                tops[merge] = filled[merge[1] - 1]
            else:
                filled[merge[1] - 1] = top  # type: ignore[index]
        yield number, filled
