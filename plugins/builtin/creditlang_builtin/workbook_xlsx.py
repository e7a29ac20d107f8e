"""An XLSX workbook: its sheets, read in blocks of rows, or cell by cell by openpyxl where XML is written unusually.

Office programs and the libraries that imitate them write sheets in one narrow form, which is read in columns. XML
allows more: prefixes, cells without references, rows in any order. Such a sheet is read by openpyxl, slowly and as a
whole, after a survey has found it small enough. Both ways take their texts from `workbook_values` as far as openpyxl
leaves them a choice, and a property test holds the two to the same.

Macros are never looked at, links to other files never followed; a formula counts for the value that was saved with it.
"""

import io
import posixpath
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from attrs import frozen

from creditlang_builtin.workbook_blocks import SheetReader
from creditlang_builtin.workbook_limits import MOST_CELLS, MOST_COLUMNS, MOST_SHEETS, WorkbookError, damaged, too_large
from creditlang_builtin.workbook_package import Package
from creditlang_builtin.workbook_styles import formats
from creditlang_builtin.workbook_survey import survey
from creditlang_builtin.workbook_table import Cells, Trouble
from creditlang_builtin.workbook_texts import shared_texts
from creditlang_builtin.workbook_values import ERRORS, Format, format_of, number_text, time_text

if TYPE_CHECKING:
    import pyarrow


@frozen
class Sheet:
    """A sheet as the workbook lists it."""

    name: str
    visible: bool
    part: str


class XlsxBook:
    """One workbook. Raises `WorkbookError` CR721, CR722 or CR723 when it cannot be read."""

    def __init__(self, content: bytes) -> None:
        """Look at what there is; no sheet is read yet."""
        self.content = content
        self.package = Package(content)
        self.book = self.package.xml("xl/workbook.xml")
        self.relations = list(self.package.xml("xl/_rels/workbook.xml.rels"))
        self.sheets = tuple(self._sheets())

    def _sheets(self) -> Iterator[Sheet]:
        targets = dict(self._targets("worksheet"))
        listed = [node for node in self.book.iter() if _local(node.tag) == "sheet"]
        if len(listed) > MOST_SHEETS:
            raise too_large("sheets", "个工作表", MOST_SHEETS)
        for node in listed:
            part = next((targets.get(value) for key, value in node.attrib.items() if _local(key) == "id"), None)
            if part is not None:  # else a sheet that is a chart
                yield Sheet(node.get("name") or "", node.get("state", "visible") == "visible", part)

    def _targets(self, kind: str) -> Iterator[tuple[str, str]]:
        """The parts of a kind that the workbook refers to, by the names by which it does."""
        for relation in self.relations:
            if (relation.get("Type") or "").endswith(f"/{kind}"):
                target = unquote(relation.get("Target") or "")
                target = target if target.startswith("/") else posixpath.join("xl", target)
                yield relation.get("Id") or "", posixpath.normpath(target)

    def cells(self, sheet: Sheet) -> Cells:
        """What is in a sheet. Going through its blocks raises `Unusual` if it is to be read `exactly`."""
        reader = SheetReader(self._formats, self._shared, self._since_1904)
        return Cells(lambda: reader.blocks(self.package.pieces(sheet.part)), reader.merges)

    @cached_property
    def _formats(self) -> list[Format]:
        parts = [part for _, part in self._targets("styles") if part in self.package]
        return formats(self.package.xml(parts[0])) if parts else []

    @cached_property
    def _shared(self) -> "pyarrow.StringArray":
        """The shared texts."""
        import pyarrow

        parts = [part for _, part in self._targets("sharedStrings") if part in self.package]
        return shared_texts(self.package.pieces(parts[0])) if parts else pyarrow.array([], pyarrow.string())

    @cached_property
    def _since_1904(self) -> bool:
        settings = (node for node in self.book if _local(node.tag) == "workbookPr")
        return any(node.get("date1904") in ("1", "true") for node in settings)

    def exactly(self, sheet: Sheet) -> Cells:
        """What is in a sheet that is not written as office programs write it, by openpyxl, every cell by itself."""
        import pyarrow
        from openpyxl import load_workbook

        found = survey(self.package.pieces(sheet.part))
        rows: list[list[str]] = []
        troubles: dict[tuple[int, int], Trouble] = {}
        widest = 0
        try:
            values = load_workbook(io.BytesIO(self.content), read_only=True, data_only=True, keep_links=False)
            formulas = load_workbook(io.BytesIO(self.content), read_only=True, keep_links=False)
            pages = [book.worksheets[_index(book, sheet.name)] for book in (values, formulas)]
            for page in pages:
                page.reset_dimensions()
            for number, (row, written) in enumerate(zip(*(page.iter_rows() for page in pages), strict=True), start=1):
                texts = []
                for column, (cell, source) in enumerate(zip(row, written, strict=True), start=1):
                    text = _text(cell, source)
                    if not isinstance(text, str):
                        troubles[number, column] = text
                    texts.append(text if isinstance(text, str) else "?")
                rows.append(texts)
                widest = max(widest, len(texts))
                if widest > MOST_COLUMNS or len(rows) * widest > MOST_CELLS:
                    raise too_large("cells", "个单元格", MOST_CELLS)
        except WorkbookError:
            raise
        except Exception as error:  # openpyxl raises whatever its parser ran into
            raise damaged("a sheet of it cannot be read", "有工作表无法读取") from error
        padded = [row + [""] * (widest - len(row)) for row in rows]
        columns = [pyarrow.array(column, pyarrow.string()) for column in zip(*padded, strict=True)]
        return Cells.of(columns, found.merges, troubles)


def _index(book: Any, name: str) -> int:
    return next(position for position, page in enumerate(book.worksheets) if page.title == name)


def _text(cell: Any, written: Any) -> str | Trouble:
    """The text of a cell, or what is wrong with it; `written` is the same cell with its formula."""
    value = cell.value
    if value is None:
        has_formula = getattr(written, "data_type", "n") == "f" or written.value is not None
        return ("CR730", "") if has_formula else ""
    if cell.data_type == "e":
        return ("CR731", value if value in ERRORS else "#?")
    match value:
        case bool():
            return "是" if value else "否"
        case int() | float():
            text = number_text(repr(value))
            if not isinstance(text, str):
                return (text.code, "")
            shown = format_of(-1, cell.number_format)
            return text.zfill(shown.digits) if shown.shown == "zeros" and text.isdecimal() else text
        case datetime():
            midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
            return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
        case timedelta() if value < timedelta(0):
            return ("CR732", "")
        case timedelta():
            return time_text(round(value.total_seconds() * 1000) // 1000)
        case _:
            return str(value)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
