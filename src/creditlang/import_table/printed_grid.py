"""A printed table as it comes: out of a workbook, a CSV file, or pasted, to headings and rows of text.

What is merged over several cells stands in each of them. A row that holds one text alone is none of the table: above
the headings it is the title, below it a remark. Headings that a page break repeats are passed over.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from attrs import frozen

from creditlang.toolkit.extras import need

Rows = list[list[str]]


@frozen
class Grid:
    """A table: its title, the headings of its columns, what stands over several of them, rows, and remarks."""

    title: str
    above: tuple[str, ...]
    """What stands above the heading of each column, if anything does."""
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...]


def pasted_rows(text: str) -> Rows:
    """The cells of pasted text: parted by tabs, else by bars, else by several blanks."""
    lines = [line.strip("\r\n") for line in text.splitlines()]
    parting = next((mark for mark in (r"\t", r"\s*\|\s*") if any(re.search(mark, x) for x in lines)), r"[ 　]{2,}")
    framed = re.compile(r"\s*\|(.*)\|\s*")
    if all(framed.fullmatch(line) for line in lines if line.strip()):
        lines = [framed.sub(r"\1", line) for line in lines]
    return [re.split(parting, line) for line in lines]


def csv_rows(text: str) -> Rows:
    """The cells of a CSV file."""
    return list(csv.reader(text.splitlines()))


def workbook_rows(path: Path, sheet: str) -> Rows:
    """The cells of a sheet, of the first if none is named. Raises `KeyError` where there is no such sheet,
    `PluginError` CR787 without the extra `office`.
    """
    need("office", "openpyxl")
    from openpyxl import load_workbook

    book = load_workbook(path, data_only=True)
    page = book[sheet] if sheet else book.worksheets[0]
    merged = {
        (row, column): (area.min_row, area.min_col)
        for area in page.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }
    cells = ((row, column) for row in range(1, page.max_row + 1) for column in range(1, page.max_column + 1))
    rows: Rows = [[] for _ in range(page.max_row)]
    for row, column in cells:
        value = page.cell(*merged.get((row, column), (row, column))).value
        rows[row - 1].append("" if value is None else str(value))
    return rows


def grid(rows: Iterable[Sequence[str]]) -> Grid | None:
    """The table in rows of cells; None if there is none with two columns."""
    cleaned = [[_clean(cell) for cell in row] for row in rows]
    width = max(map(len, cleaned), default=0)
    full = [row + [""] * (width - len(row)) for row in cleaned if any(row)]
    first = next((place for place, row in enumerate(full) if _texts(row) > 1), None)
    if first is None:
        return None
    title = " ".join(next(filter(None, row)) for row in full[:first])
    above = [""] * width
    if first + 2 < len(full) and _spans(full[first], full[first + 1]):
        above, first = full[first], first + 1
    headings = [own or over for own, over in zip(full[first], above, strict=True)]
    above = [over if over != own else "" for over, own in zip(above, headings, strict=True)]
    found: list[tuple[str, ...]] = []
    remarks = []
    for row in full[first + 1 :]:
        if row in (headings, full[first]):
            continue
        if _texts(row) == 1:
            remarks.append(next(filter(None, row)))
            continue
        found.append((row[0] or (found[-1][0] if found else ""), *row[1:]))
    return Grid(title, tuple(above), tuple(headings), tuple(found), tuple(remarks)) if found else None


_NARROW: Final = {
    code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if re.match(r"[\w./%+~-]", chr(code - 0xFEE0))
} | {0x3000: 0x20}
"""Full-width digits, letters, blanks and what stands in numbers."""


def _clean(cell: str) -> str:
    """A cell on one line, its full-width digits as the usual ones."""
    return " ".join(cell.translate(_NARROW).split())


def _texts(row: Sequence[str]) -> int:
    return len(set(filter(None, row)))


def _spans(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether the upper of two rows stands over several columns of the lower, which has no numbers."""
    repeated = any(
        a and (a == b or (not b and under)) for (a, b), under in zip(pairwise(upper), lower[1:], strict=True)
    )
    below = [cell for cell in lower if cell]
    return repeated and len(below) > 1 and not any(re.match(r"\d+(\.\d+)?(?![-~\w])", cell) for cell in below)
