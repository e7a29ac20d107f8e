"""Workbooks as offices make them: XLSX, the old XLS, and the XML of Excel 2003 and web pages that are called .xls.

What a file is, its content says, not its ending. Sheets that are hidden are not read, and said; every other sheet with
anything in it is a table. A file without any, or a named sheet that is blank, is an error: an export that broke off
looks like that. What concerns a whole file or sheet is an error and costs just that; a cell without a certain meaning
makes its row a problem. A title above the heading is dealt with later, by whoever knows the policy.
"""

from collections.abc import Iterator
from typing import Final

from creditlang.diagnostics import Phrase, Place, Severity, report
from creditlang.schema import RawTable
from creditlang_builtin.files.stable_file import FileContent, WholeFileSource
from creditlang_builtin.workbook.results_recount import is_marked
from creditlang_builtin.workbook.sheet_table import Cells, has_default_name, table_name, table_of
from creditlang_builtin.workbook.workbook_limits import WorkbookError
from creditlang_builtin.workbook.xls_and_web_pages import html_tables, is_encrypted, xls_sheets
from creditlang_builtin.workbook.xlsx_workbook import XlsxBook
from creditlang_builtin.workbook.xml_workbook import is_xml_workbook, xml_sheets

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BLANKS: Final = b" \t\r\n\xef\xbb\xbf"
_ARCHIVE: Final = Phrase("a web archive (MHTML)", "网页存档（MHTML）")
_BLANK: Final = Phrase("there is nothing in its cells", "单元格里没有内容")
_PAGE: Final = Phrase(
    "it is a web page without a table, as systems send it when the session has ended",
    "它是没有表格的网页，登录超时后系统常会返回这样的网页",
)


class WorkbookSource(WholeFileSource):
    """A workbook, one table for each sheet that is shown and has anything in it."""

    def __init__(self, where: str) -> None:
        """`where` is the file's path."""
        super().__init__(where)
        self._blank: list[str] = []
        self._nothing = _BLANK

    def _tables(self, reading: FileContent) -> Iterator[RawTable]:
        """The tables, in the order of the sheets."""
        handed_over = 0
        try:
            for handed_over, table in enumerate(self._sheets(reading.content), 1):  # noqa: B007 - how many there were
                yield table
        except WorkbookError as error:
            self.problems.append(error.diagnostic(self.path.name))
        if handed_over:
            self.problems += [report("CR725", Place(source), found=_BLANK) for source in self._blank]
        elif not any(found.severity is Severity.ERROR for found in self.problems):
            self.problems.append(report("CR725", Place(self.path.name), found=self._nothing))
        self._look_again(reading)

    def _sheets(self, content: bytes) -> Iterator[RawTable]:
        if content.startswith(_ZIP):
            yield from self._xlsx(content)
        elif content.startswith(_OLE):
            if is_encrypted(content):
                raise WorkbookError("CR721")
            yield from self._shown(list(xls_sheets(content)))
        elif content[:256].lstrip(_BLANKS).startswith(b"<"):
            yield from self._shown(list(xml_sheets(content))) if is_xml_workbook(content) else self._page(content)
        elif content[:256].lstrip(_BLANKS).lower().startswith(b"mime-version"):
            self.problems.append(report("CR720", Place(self.path.name), found=_ARCHIVE))
        else:
            found = Phrase("plain text, such as a CSV file", "纯文本，例如 CSV 文件")
            if not content or b"\0" in content[:1024]:
                found = Phrase("something else", "其他内容")
            self.problems.append(report("CR720", Place(self.path.name), found=found))

    def _xlsx(self, content: bytes) -> Iterator[RawTable]:
        book = XlsxBook(content)
        if is_marked(content):
            self.problems.append(report("CR745", Place(self.path.name)))
            return
        shown = [sheet for sheet in book.sheets if sheet.visible]
        self._say_hidden([sheet.name for sheet in book.sheets if not sheet.visible])
        for sheet in shown:
            source = self._source(sheet.name, len(shown))
            name = table_name(sheet.name, self.path.stem, len(shown) == 1)
            try:
                table = table_of(book.cells(sheet), name, source)
            except WorkbookError as error:
                self.problems.append(error.diagnostic(source))
                continue
            yield from self._filled(table, sheet.name, source, table is None and book.has_drawings(sheet))

    def _filled(self, table: RawTable | None, sheet: str, source: str, meant: bool = False) -> Iterator[RawTable]:
        """The table of a sheet. One that is blank is kept in mind if somebody has given it a name, or `meant` it."""
        if table is not None:
            yield table
        elif meant or not has_default_name(sheet):
            self._blank.append(source)

    def _shown(self, sheets: list[tuple[str, bool, Cells]]) -> Iterator[RawTable]:
        shown = [(name, cells) for name, visible, cells in sheets if visible]
        self._say_hidden([name for name, visible, _ in sheets if not visible])
        for name, cells in shown:
            source = self._source(name, len(shown))
            table = table_of(cells, table_name(name, self.path.stem, len(shown) == 1), source)
            yield from self._filled(table, name, source)

    def _page(self, content: bytes) -> Iterator[RawTable]:
        text = _page_text(content)
        if text is None:
            raise WorkbookError("CR722", reason=Phrase("its text cannot be decoded", "文字编码无法识别"))
        tables, self._nothing = html_tables(text), _PAGE
        for number, cells in enumerate(tables, start=1):
            name = self.path.stem if len(tables) == 1 else f"{self.path.stem} {number}"
            table = table_of(cells, name, self._source(str(number), len(tables)))
            if table is not None:
                yield table

    def _source(self, sheet: str, sheets: int) -> str:
        return self.path.name if sheets == 1 else f"{self.path.name}（{sheet}）"

    def _say_hidden(self, names: list[str]) -> None:
        if names:
            self.problems.append(report("CR724", Place(self.path.name), names=", ".join(names)))


def _page_text(content: bytes) -> str | None:
    """A page's text: what its mark or its declaration says, else as any other text."""
    beginning = content[:2048].lower()
    for name in (b"gb2312", b"gbk", b"gb18030"):
        if b"charset=" + name in beginning or b'charset="' + name in beginning:
            try:
                return content.decode("gb18030")
            except UnicodeDecodeError:
                return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
