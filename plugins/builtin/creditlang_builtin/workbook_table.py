"""The cells of a sheet to a table: heading, rows with their true numbers, merged cells, empty rows and columns.

The first row with anything in it is the heading, every further one a row. The table reaches from the first used column
to the last. A cell merged downwards is in each of its rows that has something of its own; one merged sideways stands in
its first column alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from attrs import frozen

from creditlang.diagnostics import Diagnostic, Place, report
from creditlang.plugin.heading import BLANKS, heading_problems
from creditlang.schema import BATCH_ROWS, RawBatch, RawTable
from creditlang_builtin.workbook_limits import column_letters

if TYPE_CHECKING:
    import pyarrow

Trouble = tuple[str, str]
"""The code of a diagnostic, and the value that its sentence shows."""

_SHEET_NAMES: Final = ("sheet", "工作表")


@frozen
class Cells:
    """The used part of a sheet: Arrow texts without nulls, column by column, and where it begins."""

    first_row: int
    first_column: int
    columns: Sequence["pyarrow.StringArray"]
    merges: Sequence[tuple[int, int, int, int]] = ()
    troubles: Mapping[tuple[int, int], Trouble] = {}
    """What is wrong with a cell, by row and column as the program shows them."""


def table_name(sheet: str, stem: str, alone: bool) -> str:
    """What a sheet is called: a sheet with the name that programs give has the file's."""
    plain = sheet.strip().casefold()
    default = any(plain.removeprefix(name).strip().isdecimal() for name in _SHEET_NAMES if plain.startswith(name))
    return stem if alone and default else sheet


def table_of(cells: Cells, name: str, source: str) -> RawTable | None:
    """The table of a sheet, or None if there is nothing in it."""
    columns = _merged(cells)
    used = _used_rows(columns)
    numbers: Sequence[int] = range(cells.first_row, cells.first_row + len(used))
    if used.false_count:
        numbers = [number for number, is_used in zip(numbers, used.to_pylist(), strict=True) if is_used]
        columns = [column.filter(used) for column in columns]
    if not numbers:
        return None
    first, last = _used_columns(columns)
    columns = columns[first : last + 1]
    header = tuple(column[0].as_py().strip(BLANKS) for column in columns)
    doubts = tuple(heading_problems(header, Place(source, numbers[0])))
    problems = _problems(cells, columns, first, source)

    def batches() -> Iterator[RawBatch]:
        for start in range(1, len(numbers), BATCH_ROWS):
            rows = numbers[start : start + BATCH_ROWS]
            here = {place: problems[number] for place, number in enumerate(rows) if number in problems}
            part = [column.slice(start, len(rows)) for column in columns]
            broken = {place: tuple(column[place].as_py() for column in part) for place in here}
            yield RawBatch(rows, tuple(_emptied(column, here) for column in part), here, broken)

    return RawTable.of_batches(name, source, header, batches, doubts)


def _problems(
    cells: Cells, columns: Sequence["pyarrow.StringArray"], first: int, source: str
) -> dict[int, Diagnostic]:  # fmt: skip
    """The first thing wrong in each row."""
    found: dict[int, Diagnostic] = {}
    for (row, column), (code, value) in sorted(cells.troubles.items()):
        position = column - cells.first_column - first
        if 0 <= position < len(columns):
            place = Place(source, row, columns[position][0].as_py().strip(BLANKS) or column_letters(column))
            found.setdefault(row, report(code, place, value=value))
    return found


def _emptied(column: "pyarrow.StringArray", problems: Mapping[int, Diagnostic]) -> "pyarrow.StringArray":
    """Broken rows have empty cells."""
    if not problems:
        return column
    import pyarrow

    texts = column.to_pylist()
    for position in problems:
        texts[position] = ""
    return pyarrow.array(texts, pyarrow.string())


def _merged(cells: Cells) -> list["pyarrow.StringArray"]:
    """The columns with vertically merged cells handed down."""
    import pyarrow

    columns = list(cells.columns)
    downwards = [merge for merge in cells.merges if merge[2] > merge[0]]
    if not downwards or not columns:
        return columns
    used = _used_rows(columns).to_pylist()
    texts: dict[int, list[str]] = {}
    for first_row, column, last_row, _ in downwards:
        position = column - cells.first_column
        if not 0 <= position < len(columns):
            continue
        cell = texts.setdefault(position, columns[position].to_pylist())
        top = first_row - cells.first_row
        for row in range(max(top + 1, 0), min(last_row - cells.first_row + 1, len(cell))):
            if used[row] and 0 <= top < len(cell):
                cell[row] = cell[top]
    for position, cell in texts.items():
        columns[position] = pyarrow.array(cell, pyarrow.string())
    return columns


def _used_rows(columns: Sequence["pyarrow.StringArray"]) -> "pyarrow.BooleanArray":
    """Which rows have anything in them."""
    import pyarrow
    from pyarrow import compute

    if not columns:
        return pyarrow.array([], pyarrow.bool_())
    used = _filled(columns[0])
    for column in columns[1:]:
        if compute.all(used).as_py():
            break
        used = compute.or_(used, _filled(column))
    return used


def _filled(column: "pyarrow.StringArray") -> "pyarrow.BooleanArray":
    from pyarrow import compute

    return compute.not_equal(compute.utf8_trim(column, BLANKS), "")


def _used_columns(columns: Sequence["pyarrow.StringArray"]) -> tuple[int, int]:
    from pyarrow import compute

    filled = [position for position, column in enumerate(columns) if compute.any(compute.not_equal(column, "")).as_py()]
    return filled[0], filled[-1]
