"""The XML of Excel 2003, one file that campus systems call .xls: its sheets as cells.

A cell stands after the one before it, or where `ss:Index` says; a value is of the type that it names, so that nothing
has to be told from a format. Values are read by the same rules as those of other workbooks.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from creditlang_builtin.workbook.cell_values import Trouble, number_text
from creditlang_builtin.workbook.sheet_table import Cells, Merge
from creditlang_builtin.workbook.workbook_limits import (
    LARGEST_PAGE,
    LAST_ROW,
    MOST_CELLS,
    MOST_COLUMNS,
    damaged,
    too_large,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NAMESPACE: Final = "{urn:schemas-microsoft-com:office:spreadsheet}"
_OPTIONS: Final = "{urn:schemas-microsoft-com:office:excel}"
_LOOKED_AT: Final = 4096


def is_xml_workbook(content: bytes) -> bool:
    """Whether a file begins as Excel 2003 writes its XML."""
    return _NAMESPACE[1:-1].encode() in content[:_LOOKED_AT] and b"Workbook" in content[:_LOOKED_AT]


def xml_sheets(content: bytes) -> Iterator[tuple[str, bool, Cells]]:
    """The sheets: name, whether it is visible, cells. Raises `WorkbookError` CR722 or CR723."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if len(content) > LARGEST_PAGE:
        raise too_large("bytes of XML", "字节（XML）", LARGEST_PAGE)
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise damaged("its XML is broken or not allowed", "内部 XML 已损坏或不被允许") from error
    for sheet in root.iter(f"{_NAMESPACE}Worksheet"):
        visible = sheet.findtext(f"{_OPTIONS}WorksheetOptions/{_OPTIONS}Visible", "")
        yield sheet.get(f"{_NAMESPACE}Name", ""), not visible.startswith("SheetHidden"), _cells(sheet)


def _cells(sheet: "Element") -> Cells:
    rows: list[list[str | Trouble]] = []
    merges: list[Merge] = []
    for line in sheet.iterfind(f"{_NAMESPACE}Table/{_NAMESPACE}Row"):
        number, covered = _whole(line, "Index", len(rows) + 1), 0
        if not len(rows) < number <= min(LAST_ROW, MOST_CELLS // MOST_COLUMNS):
            raise damaged("its rows do not stand in their order", "行的顺序不正确")
        rows += [[] for _ in range(number - len(rows))]
        for cell in line.iterfind(f"{_NAMESPACE}Cell"):
            column = _whole(cell, "Index", covered + 1)
            across, down = _whole(cell, "MergeAcross", 0), _whole(cell, "MergeDown", 0)
            covered = column + across
            if covered > MOST_COLUMNS:
                raise too_large("columns", "列", MOST_COLUMNS)
            if len(rows[-1]) >= column:
                raise damaged("a cell of it stands in a place that is not its own", "有单元格的位置与所在行不符或重复")
            rows[-1] += [""] * (column - 1 - len(rows[-1])) + [_text(cell.find(f"{_NAMESPACE}Data"))]
            if across or down:
                merges.append((number, column, number + down, covered))
    return Cells.of(rows, merges)


def _whole(element: "Element", name: str, otherwise: int) -> int:
    text = element.get(f"{_NAMESPACE}{name}", str(otherwise))
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        raise damaged("a cell stands where no cell can be", "有单元格的位置不存在")
    return int(text)


def _text(data: "Element | None") -> str | Trouble:
    """What a value is as text."""
    text = "" if data is None else "".join(data.itertext())
    match "" if data is None else data.get(f"{_NAMESPACE}Type", "String"):
        case "Number" if text.strip():
            return number_text(text.strip())
        case "DateTime":
            day, _, time = text.strip().partition("T")
            return day if not time.rstrip("0").strip(":0.") else f"{day} {time.partition('.')[0]}"
        case "Boolean":
            return {"1": "是", "0": "否"}.get(text.strip(), text)
        case "Error":
            return Trouble("CR731", text.strip())
        case _:
            return text
