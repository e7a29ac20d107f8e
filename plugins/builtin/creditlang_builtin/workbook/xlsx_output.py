"""Result tables as one workbook: a sheet a table, in the order of the contract, the heading bold and always in sight.
Of a run, the first sheet is an overview for people, see `office_overview`, if the table of students is written.

Texts are written as texts, so that nothing in a name becomes a formula or a link. An amount is a number where a
spreadsheet, which keeps 15 digits, shows it to the last one; otherwise it is text, and so is an open amount. Days are
days. Headings are the labels of the columns where they have some, else their names; codes are told in words. A table
with more rows than a sheet holds goes on in the next, `steps (2)`; a text longer than a cell holds is refused, since
programs would cut it.

Rows are written through to temporary files, so that memory does not grow with them. Before the workbook gets its name
it is read again: every part must be sound, and every sheet have the rows and cells that were written. It carries a mark
by which it is known, and replaces no workbook without it.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, TextIO

from creditlang.diagnostics import Phrase, Place, report
from creditlang.plugin import Output, PluginError, RunData
from creditlang.schema import Column, Row
from creditlang.toolkit.atomic_files import PendingFile, reporting
from creditlang.words import said
from creditlang_builtin.workbook.office_overview import OF_PEOPLE, TITLE, Overview
from creditlang_builtin.workbook.results_recount import MARK, SheetCount, counted, may_be_replaced
from creditlang_builtin.workbook.results_sheet import LONGEST_TEXT, Formats, NotWritten, TooLong, XlsxSheet

_LOOKED_AT: Final = 200
_MADE: Final = datetime(2000, 1, 1)
_REFUSED: Final = Phrase("a cell was refused", "有单元格未能写入")


class XlsxOutput(Output):
    """To a file."""

    wants_people = True

    def __init__(self, target: str, stream: TextIO) -> None:
        """Nothing is written yet."""
        super().__init__(target, stream)
        self._path = Path(target)
        self._pending: PendingFile | None = None
        self._folder: Path | None = None
        self._book: Any = None
        self._formats: Formats | None = None
        self._sheets: list[XlsxSheet] = []
        self._overview: Overview | None = None

    def about(self, run: RunData) -> None:
        """Take who the people are, for the overview."""
        self._overview = Overview(run)

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Write the table.

        Raises `PluginError`: CR710 it cannot be written, CR750 a text is too long, CR753 it would replace a file that
        is not ours, CR754 there is no file.
        """
        book, formats = self._opened()
        if not self._sheets and name != OF_PEOPLE:
            self._overview = None
        if self._overview is not None:
            if not self._sheets:
                page = book.add_worksheet(said(TITLE, self._overview.run.language))
                self._sheets.append(XlsxSheet(page, (), formats))
            rows = self._overview.watch(name, columns, rows)
        source, part = iter(rows), 1
        following: Row | None = None
        while part == 1 or following is not None:
            first = [*([] if following is None else [following]), *islice(source, _LOOKED_AT)]
            source = chain(first, source)
            sheet = XlsxSheet(book.add_worksheet(name if part == 1 else f"{name} ({part})"), columns, formats)
            self._sheets.append(sheet)
            following = self._filled(sheet, name, first, source)
            part += 1

    def _filled(self, sheet: XlsxSheet, name: str, first: Sequence[Row], source: Iterator[Row]) -> Row | None:
        """Write a sheet; the first row that it does not hold."""
        try:
            with reporting(self._path.name):
                sheet.begin(first)
                return sheet.fill(source)
        except TooLong as error:
            place, limit = Place(self._path.name), f"{LONGEST_TEXT:,}"
            raise PluginError(report("CR750", place, column=error.column.name, table=name, limit=limit)) from None
        except NotWritten:
            raise self._broken(_REFUSED) from None

    def _finish_overview(self, overview: Overview) -> None:
        sheet, rows = self._sheets[0], overview.rows()
        sheet.columns, sheet.above = overview.columns(), overview.above()
        first = list(islice(rows, _LOOKED_AT))
        self._filled(sheet, sheet.page.name, first, chain(first, rows))

    def close(self) -> None:
        """Save, count, publish. Raises `PluginError` CR710 or CR751."""
        if self._book is None or self._pending is None:
            return
        try:
            if self._overview is not None:
                self._finish_overview(self._overview)
            self._save()
            found = counted(self._pending.temporary)
            if isinstance(found, Phrase):
                raise self._broken(found)
            wanted = [SheetCount(sheet.page.name, sheet.rows, sheet.cells) for sheet in self._sheets]
            if found != wanted:
                raise self._broken(_difference(found, wanted))
            self._pending.publish()
        finally:
            self.discard()

    def discard(self) -> None:
        """Drop everything that was written."""
        if self._book is not None:
            with contextlib.suppress(Exception):
                self._book.close()
            self._book = None
        if self._pending is not None:
            self._pending.discard()
            self._pending = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        self._sheets = []

    def _broken(self, reason: Phrase) -> PluginError:
        return PluginError(report("CR751", Place(self._path.name), reason=reason))

    def _opened(self) -> tuple[Any, Formats]:
        """The workbook, begun with the first table."""
        if self._book is not None and self._formats is not None:
            return self._book, self._formats
        if self.target == "-":
            raise PluginError(report("CR754", None, kind=Phrase("A workbook", "工作簿")))
        if not may_be_replaced(self._path):
            raise PluginError(report("CR753", Place(self._path.name)))
        import xlsxwriter

        self._pending = PendingFile(self._path)
        with reporting(self._path.name):
            self._folder = Path(tempfile.mkdtemp(prefix="creditlang-"))
        options = {"constant_memory": True, "tmpdir": str(self._folder), "use_zip64": True}
        self._book = xlsxwriter.Workbook(self._pending.stream.buffer, options)
        self._book.set_properties({"created": _MADE})
        self._book.set_custom_property(MARK, "results")
        self._formats = Formats.of(self._book)
        return self._book, self._formats

    def _save(self) -> None:
        import xlsxwriter.exceptions

        try:
            with reporting(self._path.name):
                self._book.close()
                self._pending.stream.flush()  # type: ignore[union-attr]
        except xlsxwriter.exceptions.FileCreateError as error:
            reason = getattr(error.args[0], "strerror", None) if error.args else None
            raise PluginError(report("CR710", Place(self._path.name), reason=reason or type(error).__name__)) from error
        finally:
            if getattr(self._book, "fileclosed", False):
                self._book = None


def _difference(found: Sequence[SheetCount], wanted: Sequence[SheetCount]) -> Phrase:
    """What of a workbook is not as it was written."""
    if [sheet.name for sheet in found] != [sheet.name for sheet in wanted]:
        return Phrase("sheets are missing", "缺少工作表")
    one, other = next(pair for pair in zip(found, wanted, strict=True) if pair[0] != pair[1])
    if one.rows != other.rows:
        return Phrase(
            f"{one.name} has {one.rows:,} rows of {other.rows:,}",
            f"{one.name} 只有 {other.rows:,} 行中的 {one.rows:,} 行",
        )
    return Phrase(
        f"{one.name} has {one.cells:,} cells of {other.cells:,}",
        f"{one.name} 只有 {other.cells:,} 个单元格中的 {one.cells:,} 个",
    )
