"""An XLSX workbook: surveyed first, then read by fastexcel, or cell by cell by openpyxl where the survey asks for it.

fastexcel gives whole columns of text, quickly: numbers as short as they can be, dates, text untouched. What it cannot
tell apart (a formula without a value, a number of more than fifteen digits, one shown with zeros in front) is read by
openpyxl, which knows each cell's type and format. A property test holds the two to the same texts elsewhere.

Macros are never looked at, links to other files never followed; a formula counts for the value that was saved with it.
"""

import io
import posixpath
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import unquote

from attrs import frozen

from creditlang_builtin.workbook_limits import MOST_CELLS, MOST_COLUMNS, MOST_SHEETS, WorkbookError, damaged, too_large
from creditlang_builtin.workbook_package import Package
from creditlang_builtin.workbook_survey import Survey, survey
from creditlang_builtin.workbook_table import Cells, Trouble
from creditlang_builtin.workbook_values import format_of, number_text

_ZEROS: Final = re.compile(rb"formatCode=\"0{2,20}\"")
_MIDNIGHT: Final = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$"


@frozen
class Sheet:
    """A sheet as the workbook lists it."""

    position: int
    name: str
    visible: bool
    part: str


class XlsxBook:
    """One workbook. Raises `WorkbookError` CR721, CR722 or CR723 when it cannot be read."""

    def __init__(self, content: bytes) -> None:
        """Look at what there is; no sheet is read yet."""
        self.content = content
        self.package = Package(content)
        self.sheets = tuple(self._sheets())
        self.padded = "xl/styles.xml" in self.package and bool(_ZEROS.search(self.package.read("xl/styles.xml")))

    def _sheets(self) -> Iterator[Sheet]:
        relations = {
            relation.get("Id"): unquote(relation.get("Target") or "")
            for relation in self.package.xml("xl/_rels/workbook.xml.rels")
            if (relation.get("Type") or "").endswith("/worksheet")
        }
        listed = [node for node in self.package.xml("xl/workbook.xml").iter() if _local(node.tag) == "sheet"]
        if len(listed) > MOST_SHEETS:
            raise too_large("sheets", "个工作表", MOST_SHEETS)
        for position, node in enumerate(listed):
            target = next((relations.get(value) for key, value in node.attrib.items() if _local(key) == "id"), None)
            if target is None:
                continue  # a sheet that is a chart
            part = posixpath.normpath(target if target.startswith("/") else posixpath.join("xl", target))
            yield Sheet(position, node.get("name") or "", node.get("state", "visible") == "visible", part)

    def cells(self, sheet: Sheet) -> Cells:
        """What is in a sheet."""
        found = survey(self.package.pieces(sheet.part))
        if found.plain and not self.padded and found.first is not None:
            quick = self._quickly(sheet, found)
            if quick is not None:
                return quick
        return self._exactly(sheet, found)

    def _quickly(self, sheet: Sheet, found: Survey) -> Cells | None:
        """By fastexcel; None if a cell holds an error, which only the exact reader can name."""
        import fastexcel
        import pyarrow
        from pyarrow import compute

        try:
            reader = fastexcel.read_excel(self.content)
            loaded = reader.load_sheet(sheet.position, header_row=None, dtypes="string")
            batch, errors = loaded.to_arrow_with_errors()
        except Exception as error:  # the library has many kinds, all of which say that the file is not sound
            raise damaged("a sheet of it cannot be read", "有工作表无法读取") from error
        if errors is not None and errors.errors:
            return None
        columns: list[pyarrow.StringArray] = []
        for column in batch.columns:
            texts = compute.fill_null(column.cast(pyarrow.string()), "")
            if compute.any(compute.match_substring(texts, " 00:00:00")).as_py():
                texts = compute.replace_substring_regex(texts, _MIDNIGHT, r"\1")
            if found.booleans:
                texts = compute.replace_substring_regex(
                    compute.replace_substring_regex(texts, "^true$", "是"), "^false$", "否"
                )
            columns.append(texts)
        row, _ = found.first or (1, 1)
        first_column = self._first_column(found, len(columns))
        return Cells(row, first_column, columns, found.merges)

    @staticmethod
    def _first_column(found: Survey, width: int) -> int:
        """The reader hands over the columns up to the last used one."""
        return max(1, found.columns - width + 1)

    def _exactly(self, sheet: Sheet, found: Survey) -> Cells:
        """By openpyxl, every cell by itself."""
        import pyarrow
        from openpyxl import load_workbook

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
        return Cells(1, 1, columns, found.merges, troubles)


def _index(book: Any, name: str) -> int:
    return next(position for position, page in enumerate(book.worksheets) if page.title == name)


def _text(cell: Any, written: Any) -> str | Trouble:
    """The text of a cell, or what is wrong with it; `written` is the same cell with its formula."""
    value = cell.value
    if value is None:
        has_formula = getattr(written, "data_type", "n") == "f" or written.value is not None
        return ("CR730", "") if has_formula else ""
    if cell.data_type == "e":
        return ("CR731", str(value))
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
        case timedelta():
            return str(value)
        case _:
            return str(value)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
