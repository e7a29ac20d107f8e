"""Workbooks of results: texts stay texts, numbers are exact, nothing is cut, nobody else's workbook is replaced."""

import hashlib
import io
import tracemalloc
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastexcel
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditlang.plugin import Output, PluginError, PluginManager
from creditlang.plugin.contract_tests import OutputContract
from creditlang.schema import Column, Row
from creditlang_builtin.workbook import results_recount as xlsx_count
from creditlang_builtin.workbook import results_sheet as xlsx_sheet
from creditlang_builtin.workbook import xlsx_output
from creditlang_builtin.workbook.results_recount import SheetCount, counted, is_marked
from creditlang_builtin.workbook.results_sheet import shown_exactly
from creditlang_builtin.workbook.workbook_source import WorkbookSource
from creditlang_builtin.workbook.xlsx_output import XlsxOutput


def written(target: Path, *values: Any, columns: tuple[Column, ...] = (Column("value", "number"),)) -> list[Any]:
    """Write values into one column and read the cells."""
    with XlsxOutput(str(target), io.StringIO()) as output:
        output.write("facts", columns, [(value,) for value in values])
    return [row[0] for row in openpyxl.load_workbook(target)["facts"].iter_rows(min_row=2)]


class TestXlsx(OutputContract):
    """One file, a sheet a table."""

    target_name = "results.xlsx"
    zeros_survive = False

    def make(self, target: str, stream: io.StringIO) -> Output:
        return XlsxOutput(target, stream)

    def read(self, target: str) -> dict[str, list[list[str]]]:
        if not Path(target).exists():
            return {}
        pages = openpyxl.load_workbook(target).worksheets
        return {page.title: [[self.shown(cell) for cell in row] for row in page.iter_rows(min_row=2)] for page in pages}

    def shown(self, cell: Any) -> str:
        if cell.value is None:
            return ""
        if cell.is_date:
            return str(cell.value.date())
        return f"{Decimal(repr(cell.value)):f}" if isinstance(cell.value, float) else str(cell.value)


def test_a_sheet_is_printed_with_all_columns_on_a_page_and_the_heading_on_each(tmp_path: Path) -> None:
    written(tmp_path / "x.xlsx", Decimal(1))
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["facts"]
    assert (int(sheet.page_setup.paperSize), sheet.page_setup.orientation) == (9, "landscape")
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, int(sheet.page_setup.fitToHeight)) == (True, 0)
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.oddFooter.center.text == "&A　&P / &N"


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "{=A1}", "http://example.edu.cn", "mailto:x@y", "007", "1e5", "TRUE", "#N/A", "'x", " x ", "\t"),
        *("a\nb", "&<>\"'", "]]>", "<r><t>x</t></r>", "<r></r>", "\U00020bb7" * 5, "e\u0301", "123456789012345678"),
    ],
)
def test_texts_stay_texts(tmp_path: Path, text: str) -> None:
    (cell,) = written(tmp_path / "x.xlsx", text, columns=(Column("value"),))
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\ufffe\uffff"), min_size=1)))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    target = tmp_path_factory.mktemp("x") / "x.xlsx"
    with XlsxOutput(str(target), io.StringIO()) as output:
        output.write("facts", (Column("n"), Column("value")), [("x", text) for text in texts])
    sheet = fastexcel.read_excel(target.read_bytes()).load_sheet(0, dtypes="string")
    assert [text or "" for text in sheet.to_arrow().column(1).to_pylist()] == texts


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("1.50"), 1.5),
        (Decimal("9.95"), 9.95),
        (Decimal("-0.000001"), -0.000001),
        (Decimal("123456789012.123"), 123456789012.123),
        (Decimal("123456789012.1234"), "123456789012.1234"),
        (Decimal("0.1000000000000000000000000000000000001"), "0.1000000000000000000000000000000000001"),
        (Decimal("1E+3"), 1000),
        (Decimal("0.00"), 0),
        (999_999_999_999_999, 999_999_999_999_999),
        (1_000_000_000_000_000, "1000000000000000"),
        (Decimal("1E-20"), "0.00000000000000000001"),
        ("1.0 … 2.5", "1.0 … 2.5"),
        (True, "true"),
    ],
)
def test_a_number_is_one_only_if_it_is_shown_exactly(tmp_path: Path, value: Any, shown: object) -> None:
    (cell,) = written(tmp_path / "x.xlsx", value)
    assert (cell.value, type(cell.value) is str) == (shown, isinstance(shown, str))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**13), max_value=10**13))
def test_what_is_shown_exactly_is_the_number(number: Decimal) -> None:
    shown = shown_exactly(number)
    if shown is None:
        assert len(number.as_tuple().digits) > 15
    else:
        assert shown == number
        assert Decimal(f"{float(f'{shown:.16G}'):.15g}") == number


def test_days_are_days(tmp_path: Path) -> None:
    cells = written(tmp_path / "x.xlsx", date(2024, 10, 8), date(1900, 2, 28), columns=(Column("day", "date"),))
    assert [(cell.is_date, cell.number_format) for cell in cells] == [(True, "yyyy-mm-dd"), (False, "General")]
    assert cells[1].value == "1900-02-28"


def test_how_a_sheet_looks(tmp_path: Path) -> None:
    target = tmp_path / "x.xlsx"
    columns = (Column("student_id", label="学号"), Column("article"), Column("amount", "number"))
    with XlsxOutput(str(target), io.StringIO()) as output:
        output.write("students", columns, [("2024010101", "第八条第（一）项第1目", "1 … 2"), ("1", "x" * 500, None)])
    page = openpyxl.load_workbook(target)["students"]
    assert [cell.value for cell in page[1]] == ["学号", "article", "amount"]
    assert all(cell.font.bold for cell in page[1])
    assert not page["A2"].font.bold
    assert (page.freeze_panes, page.auto_filter.ref) == ("B2", "A1:C3")
    widths = [page.column_dimensions[letter].width for letter in "ABC"]
    assert 11 <= widths[0] < 14
    assert 60 <= widths[1] < 62
    assert page["C2"].alignment.horizontal == "right"


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_sheet, "MOST_ROWS", 300)
    with XlsxOutput(str(tmp_path / "x.xlsx"), io.StringIO()) as output:
        output.write("steps", (Column("a"),), ((str(number),) for number in range(900)))
        output.write("issues", (Column("a"),), ((str(number),) for number in range(301)))
        output.write("manifest", (Column("a"),), [])
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    sizes = {page.title: page.max_row - 1 for page in book.worksheets}
    assert sizes == {"steps": 300, "steps (2)": 300, "steps (3)": 300, "issues": 300, "issues (2)": 1, "manifest": 0}
    rows = [row[0].value for page in book.worksheets[:3] for row in page.iter_rows(min_row=2)]
    assert rows == [str(number) for number in range(900)]
    assert {page["A1"].value for page in book.worksheets} == {"a"}


def test_a_sheet_is_full_where_the_library_says_so(tmp_path: Path) -> None:
    import xlsxwriter

    page = xlsxwriter.Workbook(tmp_path / "x.xlsx", {"constant_memory": True, "tmpdir": tmp_path}).add_worksheet()
    assert page.write_string(xlsx_sheet.MOST_ROWS, 0, "x") == 0
    assert page.write_string(xlsx_sheet.MOST_ROWS + 1, 0, "x") == -1


@pytest.mark.parametrize("text", ["长" * 32_768, "\U00020bb7" * 16_384])
def test_a_text_that_no_cell_holds_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PluginError) as raised, XlsxOutput(str(tmp_path / "x.xlsx"), io.StringIO()) as output:
        output.write("records", (Column("reason"),), [(text,)])
    (found,) = raised.value.diagnostics
    assert (found.code, found.arguments["table"], found.arguments["column"]) == ("CR750", "records", "reason")
    assert list(tmp_path.iterdir()) == []
    (cell,) = written(tmp_path / "x.xlsx", text[:-1], columns=(Column("value"),))
    assert cell.value == text[:-1]


def test_the_bytes_depend_on_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[Row] = [("1", Decimal("1.5")), ("2", "1 … 2")]

    def digest(name: str) -> str:
        with XlsxOutput(str(tmp_path / name), io.StringIO()) as output:
            output.write("accounts", (Column("a"), Column("b", "number")), iter(rows))
        return hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()

    first = digest("a.xlsx")
    monkeypatch.setenv("USER", "somebody")
    assert digest("b.xlsx") == first
    properties = openpyxl.load_workbook(tmp_path / "a.xlsx").properties
    assert str(properties.created) == "2000-01-01 00:00:00"


def spoilt(pending: Path, old: bytes, new: bytes) -> None:
    """Change the first sheet of a workbook."""
    with zipfile.ZipFile(pending) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(old, new)
    with zipfile.ZipFile(pending, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'<row r="3"><c r="A3" t="inlineStr"><is><t>2</t></is></c></row>', b"", "2 rows of 3"),
        (b'<c r="A3" t="inlineStr"><is><t>2</t></is></c>', b"", "2 cells of 3"),
        (b"</sheetData>", b"", "damaged"),
    ],
)
def test_a_workbook_is_counted_before_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bytes, new: bytes, reason: str
) -> None:
    def counted_after_damage(path: Path) -> object:
        spoilt(path, old, new)
        return counted(path)

    monkeypatch.setattr(xlsx_output, "counted", counted_after_damage)
    with pytest.raises(PluginError) as raised:
        written(tmp_path / "x.xlsx", "1", "2", columns=(Column("value"),))
    (found,) = raised.value.diagnostics
    assert found.code == "CR751"
    assert reason in found.arguments["reason"]
    assert list(tmp_path.iterdir()) == []


def test_tags_are_counted_across_the_ends_of_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "x.xlsx", *map(str, range(50)))
    for size in (1, 2, 3, 5, 7, 64):
        monkeypatch.setattr(xlsx_count, "_CHUNK", size)
        assert counted(tmp_path / "x.xlsx") == [SheetCount("facts", 51, 51)]


def test_a_cell_that_the_library_passes_over_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlsxwriter.worksheet.Worksheet.write_string", lambda *given: -1)
    with pytest.raises(PluginError) as raised:
        written(tmp_path / "x.xlsx", "1")
    assert [found.code for found in raised.value.diagnostics] == ["CR751"]


def test_a_workbook_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "students.xlsx"
    book = openpyxl.Workbook()
    book.save(target)
    for content in (target.read_bytes(), b"not a workbook", b"PK\x03\x04"):
        target.write_bytes(content)
        with pytest.raises(PluginError) as raised:
            written(target, "1")
        assert [found.code for found in raised.value.diagnostics] == ["CR753"]
        assert target.read_bytes() == content
    target.write_bytes(b"")
    assert [cell.value for cell in written(target, "1")] == ["1"]
    assert is_marked(target)


def test_a_workbook_of_results_is_no_data(tmp_path: Path) -> None:
    written(tmp_path / "x.xlsx", "1")
    with WorkbookSource(str(tmp_path / "x.xlsx")) as source:
        assert list(source.tables()) == []
    assert [problem.code for problem in source.problems] == ["CR745"]


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PluginError) as raised:
        written(tmp_path / "file" / "x.xlsx", "1")
    assert [found.code for found in raised.value.diagnostics] == ["CR710"]
    with pytest.raises(PluginError) as raised, PluginManager(no_plugins=True).output("xlsx:-", io.StringIO()) as output:
        output.write("facts", (Column("a"),), [])
    assert [found.code for found in raised.value.diagnostics] == ["CR754"]


def test_a_million_rows_do_not_stay_in_memory(tmp_path: Path) -> None:
    columns = (Column("record_id"), Column("amount", "number"), Column("article"))
    output = XlsxOutput(str(tmp_path / "x.xlsx"), io.StringIO())
    output.write("facts", columns, [])
    tracemalloc.start()
    output.write("steps", columns, ((f"A{number:09}", Decimal(number), "第八条") for number in range(10_000)))
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    output.discard()
