"""How large a sheet of an XLSX file is, found by looking through its XML before a library reads it cell by cell.

Libraries make room for every cell between the first and the last, so a file of five kilobytes with a cell in each
corner would take the machine down. The survey streams over the XML once, within the limits of `Package`, and counts
what is really there; what the sheet says of its own dimension is not looked at. It needs no order in what it meets.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from attrs import define, field

from creditlang_builtin.workbook_limits import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_MERGES,
    cell_position,
    column_number,
    too_large,
)
from creditlang_builtin.workbook_table import Merge

_ROW: Final = re.compile(rb"<row\b[^>]*?\br=\"([0-9]{1,7})\"")
_MERGE: Final = re.compile(rb"<mergeCell\b[^>]*?\bref=\"([A-Z]{1,3}[0-9]{1,7}):([A-Z]{1,3}[0-9]{1,7})\"")
_A: Final = ord("A")


@define
class Survey:
    """What was met in one sheet."""

    last_row: int = 0
    columns: int = 0
    merges: list[Merge] = field(factory=list)


def survey(pieces: Iterable[bytes]) -> Survey:
    """Look through a sheet's XML. Raises `WorkbookError` CR722 or CR723."""
    found, left = Survey(), b""
    for piece in pieces:
        text = left + piece
        end = text.rfind(b">") + 1
        text, left = text[:end], text[end:]
        _look(found, text)
        if found.last_row * max(found.columns, 1) > MOST_CELLS:
            raise too_large("cells", "个单元格", MOST_CELLS)
    return found


def _look(found: Survey, text: bytes) -> None:
    while (wider := _beyond(found.columns).search(text)) is not None:
        found.columns = column_number(wider[1].decode())
        if found.columns > MOST_COLUMNS:
            raise too_large("columns", "列", MOST_COLUMNS)
    rows = _ROW.findall(text, max(0, text.rfind(b"<row ")))
    if rows:
        found.last_row = max(found.last_row, int(rows[-1]))
    if b"<mergeCell " in text:
        for first, last in _MERGE.findall(text):
            found.merges.append((*cell_position(first.decode()), *cell_position(last.decode())))
            if len(found.merges) > MOST_MERGES:
                raise too_large("merged cells", "个合并单元格", MOST_MERGES)


@cache
def _beyond(columns: int) -> re.Pattern[bytes]:
    """A reference to a column further right than so many."""
    if columns < 26:
        return re.compile(rb"r=[\"']([%c-Z]|[A-Z]{2,3})[0-9]" % (_A + columns))
    high, low = divmod(columns, 26)
    first, second = _A + high - 1, _A + low
    same = rb"%c[%c-Z]" % (first, second) if low < 26 else rb"(?!)"
    return re.compile(rb"r=[\"'](" + same + rb"|[%c-Z][A-Z]|[A-Z]{3})[0-9]" % (first + 1))
