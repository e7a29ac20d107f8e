"""The printed layout that the annexes of 衡科院发〔2024〕14号 share: number, title, table, who signs.

The print has no place for the semester and the day up to which records count; they stand in small type below the
page, where they change nothing of the form.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from creditlang.plugin.document import Cell, Line, Page, plain
from creditlang.schema import Value

ROWS: Final = 20
"""Numbered rows on a page."""

_ROW: Final = 28.0
_SIZE: Final = 10.0


def top(number: int, title: str, columns: int) -> list[Line]:
    """附件 3： and the title."""
    return [
        plain(f"附件 {number}：", columns, size=12, height=22),
        plain(title, columns, align="center", bold=True, size=16, height=40),
    ]


def stamp(*texts: str, columns: int, left: int) -> list[Line]:
    """Lines to stamp and date, at the right; `left` columns stay free."""
    return [
        Line((Cell("", left, border=False), Cell(text, columns - left, align="left", border=False)), 28)
        for text in texts
    ]


def table(
    head: Sequence[str], rows: Sequence[Sequence[Value]], before: Sequence[Line], after: Sequence[Line],
    left: Iterable[int] = (), tied: Iterable[int] = (),
) -> tuple[Page, ...]:  # fmt: skip
    """Pages of 20 numbered rows, the empty ones as well. Columns are counted from 0, the numbers being column 0.

    Columns in `left` are flush left. Rows of one student follow each other, their first value being the student's
    number, which is not printed: cells in columns `tied` are drawn once for all of a student's rows on a page.
    """
    flush, once = frozenset(left), frozenset(tied)
    pages = []
    for start in range(0, max(len(rows), 1), ROWS):
        part = rows[start : start + ROWS]
        lines = [*before, Line(tuple(Cell(text, bold=True, size=_SIZE) for text in head), 32)]
        for place in range(ROWS):
            cells = [Cell(start + place + 1, size=_SIZE)]
            if place >= len(part):
                cells += [Cell("", size=_SIZE)] * (len(head) - 1)
            else:
                same = _same(part, place)
                for column, text in enumerate(part[place][1:], start=1):
                    if column not in once:
                        cells.append(Cell(text, size=_SIZE, align="left" if column in flush else "center"))
                    elif same:
                        cells.append(Cell(text, down=same, size=_SIZE))
            lines.append(Line(tuple(cells), _ROW))
        pages.append(Page(len(head), (*lines, *after)))
    return tuple(pages)


def _same(part: Sequence[Sequence[Value]], place: int) -> int:
    """How many rows of the student begin here: none if one stands above."""
    student = part[place][0]
    if place and part[place - 1][0] == student:
        return 0
    end = place
    while end < len(part) and part[end][0] == student:
        end += 1
    return end - place


def day_text(day: date | None) -> str:
    """2024年10月8日; without a day the gaps to be filled in."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "　　年　　月　　日"
