"""A document as a workbook: one sheet, set up to print the document's pages on A4 with nothing to adjust.

How wide a column is depends on the digits of a font that the reader's system may not have; without it LibreOffice
makes columns a seventh wider, and a size that is reckoned here would leave the last of them to a sheet of their own. So
the spreadsheet is told to fit the width itself. One page is also fitted in height; several end with page breaks, which
spreadsheets follow as long as only the width is fitted. Pages that are too high at that size are the exception: they
are printed at the size at which the highest fits.

Texts are written as texts, whatever they begin with; a number stays a number where a spreadsheet can hold it exactly.
The properties have a fixed date, so the same document gives the same bytes.
"""

from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from creditlang.plugin import text_of
from creditlang.plugin.document import Cell, Document
from creditlang.toolkit.page_layout import MARGINS, Layout, Placed, Sheet, clean, points, printable
from creditlang_builtin.forms.file_names import safe_name

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FONT: Final = "宋体"
_CHINESE_CHARSET: Final = 134
_OPTIONS: Final = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False,
    "default_format_properties": {"font_name": "Arial", "font_size": 10},
}  # fmt: skip
_CREATED: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_EXACT_DIGITS: Final = 15
_LONGEST: Final = 32_767
_HIGHEST: Final = 409
_WIDER: Final = 1.07
_FORMULA: Final = frozenset("=+-@＝＋－＠")
_VERTICAL: Final = {"top": "top", "center": "vcenter", "bottom": "bottom"}


class CellNotWritten(ValueError):
    """A cell lies outside of what a sheet can hold."""


def draw(document: Document, layout: Layout) -> bytes:
    """The workbook."""
    from xlsxwriter import Workbook

    content = BytesIO()
    with Workbook(content, deepcopy(_OPTIONS)) as workbook:  # XlsxWriter changes what it is given
        workbook.set_properties({"title": clean(document.title)[:255], "created": _CREATED})
        sheet = workbook.add_worksheet(_sheet_name(document.title))
        _set_up(sheet, document, layout)
        formats: dict[tuple[Any, ...], Format] = {}
        first = 0
        for page in layout.sheets:
            _write_page(workbook, sheet, page, first, formats)
            first += len(page.heights)
    return content.getvalue()


def _sheet_name(title: str) -> str:
    """A name that sheets may have."""
    return safe_name(title.translate(dict.fromkeys(map(ord, "[]'"), "_")))[:31]


def _set_up(sheet: "Worksheet", document: Document, layout: Layout) -> None:
    """Paper, margins, breaks, widths."""
    sheet.set_paper(9)
    sheet.set_landscape() if document.landscape else sheet.set_portrait()
    side, above = (margin / 72 for margin in MARGINS)
    sheet.set_margins(side, side, above, above)
    sheet.center_horizontally()
    sheet.hide_gridlines(2)
    columns = max(len(page.widths) for page in layout.sheets)
    _fit(sheet, document, layout, columns)
    heights = [len(page.heights) for page in layout.sheets]
    if breaks := [sum(heights[: number + 1]) for number in range(len(heights) - 1)]:
        sheet.set_h_pagebreaks(breaks)
    sheet.print_area(0, 0, sum(heights) - 1, columns - 1)
    for column, width in enumerate(document.widths[:columns]):
        sheet.set_column(column, column, width)
    pages = document.page_number("&P", "&N")
    footer = clean(document.footer)[:80].replace("&", "&&")
    if footer or pages:
        sheet.set_footer(f'&C&"{FONT}"&9 {footer}{pages}')


def _fit(sheet: "Worksheet", document: Document, layout: Layout, columns: int) -> None:
    """The size at which it is printed."""
    fitting = printable(document.landscape)[0] / sum(points(width) for width in document.widths[:columns])
    if len(layout.sheets) == 1:
        sheet.fit_to_pages(1, 1)
    elif layout.scale >= min(fitting, 1.0):
        sheet.fit_to_pages(1, 0)
    else:
        sheet.set_print_scale(max(int(min(layout.scale, fitting / _WIDER) * 100), 10))


def _write_page(
    workbook: "Workbook", sheet: "Worksheet", page: Sheet, first: int, formats: "dict[tuple[Any, ...], Format]"
) -> None:
    """A page, from a row on."""
    for number, height in enumerate(page.heights):
        sheet.set_row(first + number, min(round(height, 2), _HIGHEST))
    for one in page.cells:
        shape = _format(workbook, one, formats)
        row, column, cell = first + one.line, one.column, one.cell
        if cell.across > 1 or cell.down > 1:
            _check(sheet.merge_range(row, column, row + cell.down - 1, column + cell.across - 1, "", shape))
        _write(sheet, row, column, one, shape)


def _write(sheet: "Worksheet", row: int, column: int, one: Placed, shape: "Format") -> None:
    value = one.cell.text
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and _exact(value):
        _check(sheet.write_number(row, column, value if isinstance(value, int) else float(value), shape))
    elif one.text:
        _check(sheet.write_string(row, column, one.text[:_LONGEST], shape))
    else:
        _check(sheet.write_blank(row, column, None, shape))


def _exact(value: int | Decimal) -> bool:
    """Whether a spreadsheet shows the number as it is: it keeps 15 digits."""
    return len(Decimal(value).as_tuple().digits) <= _EXACT_DIGITS


def _check(result: int | None) -> None:
    """The library says by a number, and by nothing else, that it left something out."""
    if result:
        raise CellNotWritten(str(result))


def _format(workbook: "Workbook", one: Placed, formats: "dict[tuple[Any, ...], Format]") -> "Format":
    cell: Cell = one.cell
    quoted = isinstance(cell.text, str | date) and text_of(cell.text)[:1] in _FORMULA
    key = (cell.align, cell.vertical, cell.bold, cell.border, one.size, quoted)
    if key not in formats:
        properties: dict[str, Any] = {
            "font_name": FONT, "font_charset": _CHINESE_CHARSET, "font_scheme": "none", "font_size": one.size,
            "bold": cell.bold, "align": cell.align, "valign": _VERTICAL[cell.vertical], "text_wrap": True,
            "border": 1 if cell.border else 0,
        }  # fmt: skip
        formats[key] = workbook.add_format(properties)
        if quoted:
            formats[key].set_quote_prefix()
    return formats[key]
