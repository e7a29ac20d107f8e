"""A document as one web page that needs nothing else: the style is in it, nothing is loaded, printing gives its pages.

On a wide screen it shows its sheets as they are printed, on a narrow one its lines one below the other.

Every text is escaped by the template, and the page forbids itself scripts and addresses, so that a name is a name.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from creditlang.plugin.document import Document
from creditlang.toolkit.page_layout import MARGINS, PADDING, PAPER, Layout, Placed, Sheet, clean, scaled

if TYPE_CHECKING:
    from jinja2 import Template

OURS: Final = b'<meta name="generator" content="creditlang">'
_TEMPLATE: Final = Path(__file__).with_name("page.html")
_VERTICAL: Final = {"top": "top", "center": "middle", "bottom": "bottom"}


def draw(document: Document, layout: Layout) -> bytes:
    """The page, UTF-8."""
    sheets = [scaled(sheet, layout.scale) for sheet in layout.sheets]
    text = _template().render(
        title=clean(document.title),
        footer=clean(document.footer),
        language={"zh": "zh-CN"}.get(document.language, document.language),
        number=document.page_number,
        landscape=document.landscape,
        paper=PAPER[::-1] if document.landscape else PAPER,
        margins=MARGINS,
        padding=round(PADDING * layout.scale, 1),
        vertical=_VERTICAL,
        sheets=[{"widths": sheet.widths, "lines": _lines(sheet)} for sheet in sheets],
    )
    return text.encode()


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))


@frozen
class _Line:
    """A line of a sheet: its height, what it is on a phone, and its cells, each with the heading of its column."""

    height: float
    sort: str
    cells: tuple[tuple[Placed, str], ...]


def _lines(sheet: Sheet) -> list[_Line]:
    """The lines. A phone, too narrow for a table, shows each row by itself, with the headings before its cells."""
    lines: list[list[Placed]] = [[] for _ in sheet.heights]
    for one in sheet.cells:
        lines[one.line].append(one)
    found: list[_Line] = []
    headings: dict[int, str] = {}
    for height, cells in zip(sheet.heights, lines, strict=True):
        sort = _sort(cells)
        if sort == "heading":
            headings = {x.column: x.text for x in cells}
        elif sort == "text":
            headings = {}
        named = headings if sort == "row" and headings.keys() == {x.column for x in cells} else {}
        found.append(_Line(height, sort, tuple((x, named.get(x.column, "")) for x in cells)))
    return found


def _sort(cells: Sequence[Placed]) -> str:
    """What a line is: text, the heading of a table, a row of one, names with values, or a row that parts a table."""
    if len(cells) < 2 or not all(x.cell.border for x in cells):
        return "text"
    bold = [x.cell.bold for x in cells]
    if all(bold):
        return "heading" if all(x.cell.align == "center" for x in cells) else "parting"
    return "pairs" if bold[0] and bold[::2] == [True] * len(bold[::2]) and not any(bold[1::2]) else "row"
