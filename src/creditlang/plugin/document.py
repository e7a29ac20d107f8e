"""Printed sheets, before it is known whether they become a workbook, a page on the screen or a PDF.

A document is pages, a page is lines of cells on one grid, as in a spreadsheet: widths of columns, heights of lines,
cells that stretch across and down. A form says what stands where, and nothing else; the outputs that draw it are
written once for all forms.

Invariants: cells fill a line from the left, passing over places that a cell above covers; no line is wider than the
page, no page wider than its document, checked when they are made. Texts are texts: nothing in them is markup. How
much room everything takes is reckoned in `page_layout`.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from attrs import field, frozen

from creditlang.diagnostics import Language, Phrase
from creditlang.schema import Value
from creditlang.words import said

Align = Literal["left", "center", "right"]
Vertical = Literal["top", "center", "bottom"]
Format = Literal["xlsx", "pdf", "html"]


@frozen
class Cell:
    """A cell. `across` and `down` are the columns and lines that it covers. Long text breaks, also at line feeds."""

    text: Value = ""
    across: int = 1
    down: int = 1
    align: Align = "center"
    bold: bool = False
    border: bool = True
    size: float = 11
    """Points."""
    vertical: Vertical = "center"


@frozen
class Line:
    """A line of cells. `height` in points; None leaves it to the text.

    In a line with a height a long text is set smaller before the line grows. `keep` holds it on one page with the next.
    """

    cells: tuple[Cell, ...]
    height: float | None = None
    keep: bool = False


class UnevenPage(ValueError):
    """The cells of a page lie outside its grid."""


@frozen
class Page:
    """What is printed on one sheet of paper."""

    columns: int
    lines: tuple[Line, ...] = field()

    @lines.validator
    def _fill_the_grid(self, _attribute: object, lines: tuple[Line, ...]) -> None:
        for number, placed in enumerate(self.places(), start=1):
            last = max((column + cell.across for column, cell in placed), default=0)
            if last > self.columns:
                raise UnevenPage(f"line {number} is {last} columns wide, the page {self.columns}")

    def places(self) -> list[list[tuple[int, Cell]]]:
        """For each line its cells with the columns in which they begin, counted from 0."""
        covered: dict[int, int] = {}
        found: list[list[tuple[int, Cell]]] = []
        for line in self.lines:
            column, placed = 0, []
            blocked = {place for place, left in covered.items() if left > 0}
            for cell in line.cells:
                while column in blocked:
                    column += 1
                placed.append((column, cell))
                for place in range(column, column + cell.across):
                    covered[place] = cell.down
                column += cell.across
            covered = {place: left - 1 for place, left in covered.items() if left > 1}
            found.append(placed)
        return found


_PAGE: Final = Phrase("  page {page} of {pages}", "　第 {page} 页　共 {pages} 页")


@frozen
class Document:
    """One file on A4: its name without an ending, a title for readers, the widths of the columns in Latin characters.

    What does not fit on its sheet of paper is drawn smaller. `footer` is small print below each page, where a document
    of several pages also has their numbers.
    """

    name: str
    title: str
    widths: tuple[float, ...]
    pages: tuple[Page, ...] = field()
    landscape: bool = False
    formats: tuple[Format, ...] = ("xlsx", "pdf")
    footer: str = ""
    language: Language = "zh"
    """In which the numbers of pages are told."""

    def page_number(self, page: object, pages: object = None) -> str:
        """Which of how many pages it is, behind the footer; nothing where there is one page only."""
        return said(_PAGE, self.language, page=page, pages=pages or len(self.pages)) if len(self.pages) > 1 else ""

    @pages.validator
    def _have_widths(self, _attribute: object, pages: tuple[Page, ...]) -> None:
        for number, page in enumerate(pages, start=1):
            if page.columns > len(self.widths):
                raise UnevenPage(f"page {number} has {page.columns} columns, the document {len(self.widths)} widths")


def plain(
    text: str, columns: int, align: Align = "left", bold: bool = False, size: float = 11, height: float | None = None
) -> Line:
    """A line of text without a frame, over the whole width."""
    return Line((Cell(text, across=columns, align=align, bold=bold, border=False, size=size),), height)


def listing(
    head: Sequence[str], rows: Iterable[Sequence[Value]], per_page: int,
    before: Sequence[Line] = (), after: Sequence[Line] = (), numbered: bool = True, left: Iterable[int] = (),
) -> tuple[Page, ...]:  # fmt: skip
    """Pages of a list: on each the lines `before`, the heading, `per_page` rows with the empty ones drawn, and `after`.

    A numbered list has the rows' numbers, going on from page to page, in a first column that `rows` do not have; empty
    rows are numbered as well, as on printed forms. Columns named in `left`, counted from 0, are set flush left.
    """
    columns = len(head)
    flush = frozenset(left)
    body = [tuple(row) for row in rows]
    pages = []
    for start in range(0, max(len(body), 1), per_page):
        lines = [*before, Line(tuple(Cell(text, bold=True) for text in head))]
        for position in range(start, start + per_page):
            row = body[position] if position < len(body) else ("",) * (columns - numbered)
            cells = (position + 1, *row) if numbered else row
            lines.append(
                Line(tuple(Cell(x, align="left" if place in flush else "center") for place, x in enumerate(cells)))
            )
        pages.append(Page(columns, (*lines, *after)))
    return tuple(pages)
