"""A document as one web page that needs nothing else: the style is in it, nothing is loaded, printing gives its pages.

Every text is escaped by the template, and the page forbids itself scripts and addresses, so that a name is a name.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from creditlang.plugin.document import Document
from creditlang.toolkit.page_layout import MARGINS, PADDING, PAPER, Layout, Placed, Sheet, clean, scaled

if TYPE_CHECKING:
    from jinja2 import Template

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


def _lines(sheet: Sheet) -> list[tuple[float, list[Placed]]]:
    """Each line's height and the cells that begin in it."""
    lines: list[tuple[float, list[Placed]]] = [(height, []) for height in sheet.heights]
    for one in sheet.cells:
        lines[one.line][1].append(one)
    return lines
