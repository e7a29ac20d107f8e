"""What is called a workbook and is none: the old binary format, read by xlrd, and a web page with a table, by lxml."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from creditlang_builtin.workbook.cell_values import Trouble, format_of, number_text
from creditlang_builtin.workbook.sheet_table import Cells
from creditlang_builtin.workbook.workbook_limits import (
    LARGEST_PAGE,
    MOST_CELLS,
    MOST_COLUMNS,
    WorkbookError,
    damaged,
    too_large,
)

_SPAN: Final = 10_000
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")


def is_encrypted(content: bytes) -> bool:
    """Whether an OLE file holds a workbook with a password."""
    return _ENCRYPTED in content


def xls_sheets(content: bytes) -> Iterator[tuple[str, bool, Cells]]:
    """The sheets of an old workbook: name, whether it is visible, cells. Raises `WorkbookError`."""
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=_Silence())
        pages = [(sheet.name, sheet.visibility == 0, _xls_cells(book, sheet)) for sheet in book.sheets()]
    except WorkbookError:
        raise
    except Exception as error:  # xlrd raises whatever its parser ran into
        if "ncrypt" in str(error):
            raise WorkbookError("CR721") from error
        raise damaged("it cannot be read as an old workbook", "无法作为旧版工作簿读取") from error
    yield from pages


class _Silence:
    """xlrd writes its doubts somewhere; they may quote cells."""

    def write(self, _text: str) -> None:
        """Nothing."""

    def flush(self) -> None:
        """Nothing."""


def _xls_cells(book: Any, sheet: Any) -> Cells:
    if sheet.ncols > MOST_COLUMNS:
        raise too_large("columns", "列", MOST_COLUMNS)
    rows = [[_xls_text(book, cell) for cell in sheet.row(row)] for row in range(sheet.nrows)]
    merges = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells]
    return Cells.of(rows, merges)


def _xls_text(book: Any, cell: Any) -> str | Trouble:
    import xlrd

    match cell.ctype:
        case xlrd.XL_CELL_EMPTY | xlrd.XL_CELL_BLANK:
            return ""
        case xlrd.XL_CELL_BOOLEAN:
            return "是" if cell.value else "否"
        case xlrd.XL_CELL_ERROR:
            return Trouble("CR731", xlrd.error_text_from_code.get(cell.value, "#?"))
        case xlrd.XL_CELL_DATE:
            try:
                moment = datetime(*xlrd.xldate_as_tuple(cell.value, book.datemode))
            except (ValueError, xlrd.XLDateError):
                return Trouble("CR732")
            plain = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
            return moment.date().isoformat() if plain else moment.isoformat(" ", "seconds")
        case xlrd.XL_CELL_NUMBER:
            text = number_text(repr(cell.value))
            if not isinstance(text, str):
                return text
            code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
            shown = format_of(-1, code)
            return text.zfill(shown.digits) if shown.shown == "zeros" and text.isdecimal() else text
        case _:
            return str(cell.value)


def html_tables(text: str) -> list[Cells]:
    """The tables of a web page, in order. Raises `WorkbookError`."""
    from lxml import etree, html

    if len(text) > LARGEST_PAGE:
        raise too_large("characters of a web page", "个字符（网页）", LARGEST_PAGE)
    try:
        parser = html.HTMLParser(encoding="utf-8", no_network=True)
        root = html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise damaged("its page cannot be read", "网页无法读取") from error
    return [_html_cells(table) for table in root.iter("table") if not list(table.iterancestors("table"))]


def _html_cells(table: Any) -> Cells:
    """A cell over several rows stands in each of them, one over several columns in the first."""
    covered: dict[int, tuple[int, str]] = {}
    rows: list[list[str]] = []
    for line in table.iter("tr"):
        row: list[str] = []
        begun: dict[int, tuple[int, str]] = {}
        for cell in line.iter("td", "th"):
            _covered(row, covered)
            text = " ".join("".join(cell.itertext()).split())
            across, down = min(_span(cell, "colspan"), MOST_COLUMNS + 1), _span(cell, "rowspan")
            for offset in range(across):
                begun[len(row)] = (down - 1, text if not offset else "")
                row.append(text if not offset else "")
            if len(row) > MOST_COLUMNS:
                raise too_large("columns", "列", MOST_COLUMNS)
        _covered(row, covered)
        covered.update(begun)
        rows.append(row)
        if len(rows) * MOST_COLUMNS > MOST_CELLS:
            raise too_large("cells", "个单元格", MOST_CELLS)
    return Cells.of(rows)


def _covered(row: list[str], covered: dict[int, tuple[int, str]]) -> None:
    """Hand down what a cell above covers; what covers a further row stays noted under the rows still left."""
    while covered.get(len(row), (0, ""))[0] > 0:
        left, text = covered[len(row)]
        covered[len(row)] = (left - 1, text)
        row.append(text)


def _span(cell: Any, name: str) -> int:
    text = str(cell.get(name, "1")).strip()
    return min(int(text), _SPAN) if text.isascii() and text.isdecimal() and int(text[:6]) > 0 else 1
