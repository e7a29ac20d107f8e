"""How much room a document takes: the same for every way of drawing it, and known before it is drawn.

No font is asked. A Chinese character is as wide as it is high, another one somewhat more than half of that, a line of
text as high as the tallest of the usual Chinese fonts needs; so what is reckoned is rather too much than too little. A
text that is too long for its cell is set smaller where its line has a height of its own, then the line grows, and at a
quarter of the page the text is cut and ends with `…`. A page that is higher or wider than the paper is drawn smaller
as a whole, all pages of a document alike.

Invariants: nothing on a sheet is cut without a `…`; what is printed on one page stays on one page; characters that
would turn the direction of writing, or that no file can hold, are taken out.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import ceil
from typing import Final
from unicodedata import combining, east_asian_width

from attrs import evolve, frozen

from creditlang.plugin.document import Cell, Document, Line, Page
from creditlang.plugin.value_text import text_of

PAPER: Final = (595.0, 842.0)
"""A4, in points."""
MARGINS: Final = (48.0, 52.0)
"""At the sides, and above and below, in points."""
PADDING: Final = 3.0
"""Between a cell's text and its frame, in points."""
SMALLEST: Final = 7.0
"""Points to which a text is set smaller."""
LINE_HEIGHT: Final = 1.45
"""Of a line of text, by its size."""

_LATIN: Final = 0.58
_HIGHEST: Final = 0.25
_SLACK: Final = 0.98
_WORDS: Final = re.compile("[\u2e80-\uffef]| |[^ \u2e80-\uffef]+")
_BREAK: Final = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_HARMFUL: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


@frozen
class Placed:
    """A cell in its place: line and column counted from 0, its text as it is drawn, the size in points."""

    line: int
    column: int
    cell: Cell
    text: str
    size: float


@frozen
class Sheet:
    """A page measured: widths of columns and heights of lines in points, before scaling."""

    widths: tuple[float, ...]
    heights: tuple[float, ...]
    cells: tuple[Placed, ...]


@frozen
class Layout:
    """A document measured: its pages, and how much smaller than life they are drawn, 1 or less."""

    sheets: tuple[Sheet, ...]
    scale: float


def laid_out(document: Document) -> Layout:
    """Measure a document."""
    widths = tuple(points(width) for width in document.widths)
    sheets = tuple(_sheet(page, widths, document.landscape) for page in document.pages)
    wide, high = printable(document.landscape)
    scale = min(1.0, wide / sum(widths), *(high * _SLACK / sum(sheet.heights) for sheet in sheets))
    return Layout(sheets, scale)


def points(width: float) -> float:
    """A column's width in points, given in Latin characters as spreadsheets do."""
    return width * 5.25 + 3.75


def printable(landscape: bool = False) -> tuple[float, float]:
    """Width and height of what can be printed on a page, in points."""
    wide, high = (PAPER[1], PAPER[0]) if landscape else PAPER
    return wide - 2 * MARGINS[0], high - 2 * MARGINS[1]


def clean(text: str) -> str:
    """A text without characters that turn the direction of writing, steer a printer, or that no file can hold."""
    return text if text.isprintable() else _HARMFUL.sub("", _BREAK.sub("\n", text.replace("\t", " ")))


def text_width(text: str, size: float) -> float:
    """About how wide a text without line feeds is, in points."""
    if text.isascii():
        return len(text) * size * _LATIN
    return size * sum(1.0 if east_asian_width(x) in "WFA" else 0.0 if combining(x) else _LATIN for x in text)


@lru_cache(maxsize=32_768)
def text_height(text: str, width: float, size: float) -> float:
    """About how high a cell so wide has to be for a text, both in points."""
    return _lines(text, width, size) * size * LINE_HEIGHT + PADDING


def flowing(
    widths: Sequence[float], lines: Iterable[Line], before: Sequence[Line] = (), landscape: bool = False
) -> tuple[Page, ...]:
    """Pages filled with lines, as many to a page as fit; `before` stands on top of every page but the first.

    Lines that a cell ties together, and a line that is to be kept with the next, stay on one page.
    """
    return flowing_parts(widths, ((before, lines),), landscape)


def flowing_parts(
    widths: Sequence[float], parts: Iterable[tuple[Sequence[Line], Iterable[Line]]], landscape: bool = False
) -> tuple[Page, ...]:
    """Pages filled with parts, one after the other; what stands on top of a further page is that of its first line."""
    columns = tuple(points(width) for width in widths)
    wide, high = printable(landscape)
    room = high * _SLACK * max(1.0, sum(columns) / wide)
    pages: list[Page] = []
    current: list[Line] = []
    used = 0.0
    for before, block in ((before, block) for before, lines in parts for block in _blocks(lines)):
        height = sum(_sheet(Page(len(columns), tuple(block)), columns, landscape).heights)
        if current and used + height > room:
            pages.append(Page(len(columns), tuple(current)))
            current = list(before)
            used = sum(_sheet(Page(len(columns), tuple(before)), columns, landscape).heights)
        current += block
        used += height
    return (*pages, Page(len(columns), tuple(current)))


def _blocks(lines: Iterable[Line]) -> Iterable[list[Line]]:
    """Lines that stay together."""
    block: list[Line] = []
    tied = 0
    for line in lines:
        block.append(line)
        tied = max([tied - 1, *(cell.down - 1 for cell in line.cells)])
        if tied <= 0 and not line.keep:
            yield block
            block = []
    if block:
        yield block


def _sheet(page: Page, columns: Sequence[float], landscape: bool) -> Sheet:
    """Measure a page: first the sizes of the texts, then the heights of the lines, the tall cells last."""
    limit = printable(landscape)[1] * _HIGHEST
    heights = [line.height or 0.0 for line in page.lines]
    cells: list[Placed] = []
    for number, placed in enumerate(page.places()):
        for column, cell in placed:
            width = sum(columns[column : column + cell.across])
            given = [line.height for line in page.lines[number : number + cell.down] if line.height is not None]
            fixed = sum(given) if len(given) == cell.down else None
            cells.append(Placed(number, column, cell, *_fitted(cell, width, fixed, limit)))
    for one in sorted(cells, key=lambda one: one.cell.down):
        width = sum(columns[one.column : one.column + one.cell.across])
        last = min(one.line + one.cell.down, len(heights)) - 1
        missing = text_height(one.text, width, one.size) - sum(heights[one.line : last + 1])
        heights[last] += max(missing, 0.0)
    return Sheet(tuple(columns[: page.columns]), tuple(heights), tuple(cells))


def _fitted(cell: Cell, width: float, fixed: float | None, limit: float) -> tuple[str, float]:
    """A cell's text and size: smaller if that makes it fit, cut if nothing does."""
    text, size = clean(text_of(cell.text)), cell.size
    if fixed is not None:
        while size - 0.5 >= SMALLEST and text_height(text, width, size) > fixed:
            size -= 0.5
    return _cut(text, width, size, max(fixed or 0.0, limit)), size


def _cut(text: str, width: float, size: float, limit: float) -> str:
    """As much of a text as is not higher than `limit`, with `…` if that is not all."""
    if text_height(text, width, size) <= limit:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if text_height(text[:middle] + "…", width, size) <= limit else (low, middle - 1)
    return text[:low] + "…"


def _lines(text: str, width: float, size: float) -> int:
    """About how many lines a text takes; where a line cannot be filled to its end, the gap counts."""
    room = max(width - 2 * PADDING, size)
    lines = 0
    for part in text.split("\n"):
        length = text_width(part, size)
        if length <= room:
            lines += 1
        elif " " in part:
            lines += _lines_of_words(part, room, size)
        else:
            lines += ceil(length / max(room - size, size))
    return lines


def _lines_of_words(text: str, room: float, size: float) -> int:
    """How many lines words take that are put one after the other; Chinese may break anywhere."""
    lines, used = 1, 0.0
    for word in _WORDS.findall(text):
        wide = text_width(word, size)
        if used + wide > room and word != " ":
            lines += 1 if used else 0
            lines += ceil(wide / room) - 1
            used = wide - (ceil(wide / room) - 1) * room
        else:
            used += wide
    return lines


def scaled(sheet: Sheet, scale: float) -> Sheet:
    """A sheet as it is drawn."""
    return evolve(
        sheet,
        widths=tuple(width * scale for width in sheet.widths),
        heights=tuple(height * scale for height in sheet.heights),
        cells=tuple(evolve(one, size=one.size * scale) for one in sheet.cells),
    )
