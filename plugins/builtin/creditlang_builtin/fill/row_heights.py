"""Rows that grow with what was put in: text that wraps would be cut where a row keeps the height of its placeholder.

Spreadsheets make a row fit its text while somebody types, not when they open a file that names a height, and some
never when they print. So the height that wrapped text takes is reckoned as for printed forms, and a row that is lower
gets it. No row becomes lower. Cells that are merged over several rows have room of their own, and are left alone.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from creditlang.toolkit.page_layout import points, text_height

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

_COLUMN: Final = 8.43
"""Characters of a column of which nothing is said."""
_ROW: Final = 15.0
_HIGHEST: Final = 409.0


def grow(sheet: "Worksheet", rows: Iterable[int]) -> None:
    """Make rows as high as their wrapped texts need."""
    across = {(x.min_row, x.min_col): x.max_col for x in sheet.merged_cells.ranges if x.min_row == x.max_row}
    tall = {(x.min_row, x.min_col) for x in sheet.merged_cells.ranges if x.min_row != x.max_row}
    widths = _widths(sheet)
    wanted = frozenset(rows)
    needed: dict[int, float] = {}
    for (row, column), cell in sheet._cells.items():
        if row in wanted and (row, column) not in tall and _wraps(cell):
            last = across.get((row, column), column)
            width = sum(widths.get(x, points(_default(sheet))) for x in range(column, last + 1))
            height = text_height(str(cell.value), width, float(cell.font.sz or 11))
            needed[row] = max(needed.get(row, 0.0), height)
    for row, height in sorted(needed.items()):
        if height > (sheet.row_dimensions[row].height or sheet.sheet_format.defaultRowHeight or _ROW):
            sheet.row_dimensions[row].height = min(round(height, 2), _HIGHEST)


def _wraps(cell: "Cell") -> bool:
    return isinstance(cell.value, str) and cell.data_type == "s" and bool(cell.alignment and cell.alignment.wrap_text)


def _default(sheet: "Worksheet") -> float:
    return float(sheet.sheet_format.defaultColWidth or _COLUMN)


def _widths(sheet: "Worksheet") -> dict[int, float]:
    """The columns that have a width of their own, in points; one entry may stand for several."""
    from openpyxl.utils import column_index_from_string

    found = {}
    for letter, column in sheet.column_dimensions.items():
        first = column.min or column_index_from_string(letter)
        for place in range(first, (column.max or first) + 1):
            found[place] = points(column.width or _COLUMN)
    return found
