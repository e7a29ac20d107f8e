"""Result tables as one workbook: a sheet a table, in the order of the contract, the heading bold and always in sight.

Texts are written as texts, so that nothing in a name becomes a formula or a link. An amount is a number where a
spreadsheet shows it to the last digit, otherwise text; an open amount is text. A table with more rows than a sheet has
goes on in the next one. Before the file gets its name it is opened again and its rows are counted.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TextIO
from unicodedata import east_asian_width

from creditlang.diagnostics import Phrase, Place, report
from creditlang.plugin import Output, PluginError, text_of
from creditlang.plugin.atomic import PendingFile, reporting
from creditlang.schema import Column, Row, Value

MOST_ROWS: Final = 1_048_575
"""Rows of a sheet under its heading."""

LONGEST_TEXT: Final = 32_767
"""Characters of a cell, as spreadsheets count them."""

_DIGITS: Final = 15
_WIDEST: Final = 60
_LOOKED_AT: Final = 200
_MADE: Final = datetime(2000, 1, 1)
_EXCEL_BEGINS: Final = date(1900, 3, 1)


class XlsxOutput(Output):
    """To a file."""

    def __init__(self, target: str, stream: TextIO) -> None:
        """Nothing is written yet."""
        super().__init__(target, stream)
        self._folder: Path | None = None
        self._book: Any = None
        self._counted: list[tuple[str, int]] = []

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """One table. Raises `PluginError` CR750 for a text that no cell holds."""
        if self.target == "-":
            raise PluginError(report("CR754", None, kind=Phrase("A workbook", "工作簿")))
        book, source = self._opened(), iter(rows)
        for part in range(1, 1_000):
            title = name if part == 1 else f"{name} ({part})"
            written, more = self._sheet(book, title, columns, source)
            self._counted.append((title, written))
            if not more:
                return
            source = more

    def close(self) -> None:
        """Save, count, publish. Raises `PluginError` CR710 or CR751."""
        if self._book is None or self._folder is None:
            return
        target = Path(self.target)
        made = self._folder / "results.xlsx"
        pending: PendingFile | None = None
        try:
            with reporting(target.name):
                self._book.close()
            self._book = None
            self._check(made)
            pending = PendingFile(target)
            with reporting(target.name), made.open("rb") as file:
                shutil.copyfileobj(file, pending.stream.buffer)
            pending.publish()
        finally:
            if pending is not None:
                pending.discard()
            self.discard()

    def discard(self) -> None:
        """Drop what was set aside."""
        if self._book is not None:
            with contextlib.suppress(Exception):
                self._book.close()
            self._book = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        self._counted = []

    def _opened(self) -> Any:
        if self._book is None:
            import xlsxwriter

            self._folder = Path(tempfile.mkdtemp(prefix="creditlang-"))
            options = {"constant_memory": True, "tmpdir": str(self._folder)}
            self._book = xlsxwriter.Workbook(self._folder / "results.xlsx", options)
            self._book.set_properties({"created": _MADE})
            self._bold = self._book.add_format({"bold": True, "bottom": 1})
            self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        return self._book

    def _sheet(
        self, book: Any, title: str, columns: Sequence[Column], rows: Iterator[Row]
    ) -> tuple[int, Iterator[Row] | None]:  # fmt: skip
        """A sheet with as many rows as it holds, and those left."""
        page = book.add_worksheet(title[:31])
        page.freeze_panes(1, 1)
        waiting = _ahead(rows, _LOOKED_AT)
        for position, column in enumerate(columns):
            texts = [column.label or column.name, *(text_of(row[position]) for row in waiting)]
            page.set_column(position, position, min(_WIDEST, max(map(_width, texts)) + 2))
        for position, column in enumerate(columns):
            self._cell(page, 0, position, column, column.label or column.name, title, heading=True)
        number = 0
        left = _chained(waiting, rows)
        for row in left:
            if number == MOST_ROWS:
                page.autofilter(0, 0, number, max(0, len(columns) - 1))
                return number, _chained([row], left)
            number += 1
            for position, (column, value) in enumerate(zip(columns, row, strict=True)):
                self._cell(page, number, position, column, value, title)
        page.autofilter(0, 0, number, max(0, len(columns) - 1))
        return number, None

    def _cell(
        self, page: Any, row: int, position: int, column: Column, value: Value, title: str, heading: bool = False
    ) -> None:  # fmt: skip
        result: object = 0
        match value:
            case None | "":
                return
            case Decimal() | int() if _is_shown_exactly(value):
                result = page.write_number(row, position, value)
            case date() if value >= _EXCEL_BEGINS:
                result = page.write_datetime(row, position, datetime(value.year, value.month, value.day), self._day)
            case _:
                text = text_of(value)
                if len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
                    place = Place(Path(self.target).name)
                    raise PluginError(
                        report("CR750", place, column=column.name, table=title, limit=f"{LONGEST_TEXT:,}")
                    )
                result = page.write_string(row, position, text, self._bold if heading else None)
        if result != 0:
            self._broken(Phrase("a cell was refused", "有单元格未能写入"))

    def _check(self, made: Path) -> None:
        """Count the rows of each sheet in the file as it is."""
        import fastexcel

        book = fastexcel.read_excel(made.read_bytes())
        if list(book.sheet_names) != [title[:31] for title, _ in self._counted]:
            self._broken(Phrase("sheets are missing", "缺少工作表"))
        for position, (_, rows) in enumerate(self._counted):
            if rows and book.load_sheet(position, header_row=None, dtypes="string").height != rows + 1:
                self._broken(Phrase("rows are missing", "缺少行"))

    def _broken(self, reason: Phrase) -> None:
        raise PluginError(report("CR751", Place(Path(self.target).name), reason=reason))


def _is_shown_exactly(value: Decimal | int) -> bool:
    """Whether a spreadsheet, which keeps 15 digits, shows this number and no other."""
    digits = value.normalize().as_tuple() if isinstance(value, Decimal) else Decimal(value).as_tuple()
    exponent = digits.exponent
    return isinstance(exponent, int) and len(digits.digits) <= _DIGITS and -_DIGITS < exponent < _DIGITS


def _width(text: str) -> int:
    first = text.split("\n", maxsplit=1)[0][:_WIDEST]
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in first)


def _ahead(rows: Iterator[Row], count: int) -> list[Row]:
    found = []
    for row in rows:
        found.append(row)
        if len(found) == count:
            break
    return found


def _chained(first: Sequence[Row], rest: Iterator[Row]) -> Iterator[Row]:
    yield from first
    yield from rest
