"""JSON, JSON Lines, Parquet, Arrow and SQLite as sources, and the workbook as an output."""

import io
import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow
import pyarrow.feather
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from creditlang.cli import main
from creditlang.plugin import Output, PluginError, PluginManager, Source
from creditlang.schema import Column
from creditlang.testing import OutputContract, SourceContract
from creditlang_builtin.arrow.arrow_sources import ArrowSource, ParquetSource
from creditlang_builtin.databases.sqlite_source import SqliteSource
from creditlang_builtin.json.json_source import JsonLinesSource, JsonSource
from creditlang_builtin.workbook import results_sheet as xlsx_sheet
from creditlang_builtin.workbook.xlsx_output import XlsxOutput

Header, Rows = Sequence[str], Sequence[Sequence[str]]
Reader = Callable[[Source], Any]


def arrow_table(header: Header, rows: Rows) -> pyarrow.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    return pyarrow.table(
        {name: pyarrow.array(column, pyarrow.string()) for name, column in zip(header, columns, strict=True)}
    )


class TestJsonLines(SourceContract):
    def write_sample(self, folder: Path, header: Header, rows: Rows) -> str:
        path = folder / "sample.jsonl"
        path.write_text("".join(json.dumps(dict(zip(header, row, strict=True))) + "\n" for row in rows), "utf-8")
        return str(path)

    def open(self, address: str) -> Source:
        return JsonLinesSource(address)

    def test_a_table_without_rows_is_a_table(self, tmp_path: Path) -> None:
        """A file of lines has no heading of its own: without a line there is nothing, and that is said."""
        assert [problem.code for problem in self._read(self.write_sample(tmp_path, ("a",), ()))[1]] == ["CR621"]


class TestParquet(SourceContract):
    def write_sample(self, folder: Path, header: Header, rows: Rows) -> str:
        pyarrow.parquet.write_table(arrow_table(header, rows), folder / "sample.parquet")
        return str(folder / "sample.parquet")

    def open(self, address: str) -> Source:
        return ParquetSource(address)


class TestArrow(SourceContract):
    def write_sample(self, folder: Path, header: Header, rows: Rows) -> str:
        pyarrow.feather.write_feather(arrow_table(header, rows), folder / "sample.feather")
        return str(folder / "sample.feather")

    def open(self, address: str) -> Source:
        return ArrowSource(address)


class TestSqlite(SourceContract):
    def write_sample(self, folder: Path, header: Header, rows: Rows) -> str:
        path = folder / "sample.db"
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as connection:
            connection.execute(f"CREATE TABLE sample ({', '.join(f'{name} TEXT' for name in header)})")
            connection.executemany(f"INSERT INTO sample VALUES ({', '.join('?' * len(header))})", rows)
        connection.close()
        return str(path)

    def open(self, address: str) -> Source:
        return SqliteSource(address)


def test_values_of_arrow_are_exact(tmp_path: Path, read_source: Reader) -> None:
    table = pyarrow.table(
        {
            "number": pyarrow.array([Decimal("1.50"), Decimal("-0.01")], pyarrow.decimal128(10, 2)),
            "float": [0.1 + 0.2, 5.0],
            "day": [date(2024, 10, 8), None],
            "yes": [True, False],
            "code": pyarrow.array(["a", "b"]).dictionary_encode(),
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "x.parquet")
    result = read_source(ParquetSource(str(tmp_path / "x.parquet")))
    texts = [cells for _, cells in result.good]
    assert [Decimal(cells[0]) for cells in texts] == [Decimal("1.5"), Decimal("-0.01")]
    assert [(cells[1], cells[2], cells[4]) for cells in texts] == [("0.3", "2024-10-08", "a"), ("5", "", "b")]
    assert {cells[3] for cells in texts} <= {"是", "否", "yes", "no", "true", "false"}


@pytest.mark.parametrize(
    "text",
    ['[{"a": NaN}]', '[{"a": 1, "a": 2}]', "[" * 100_000, '{"x": [{"a": [1]}]}', "[1]", "nonsense", "[{}"],
)
def test_json_that_is_no_data_is_said(tmp_path: Path, read_source: Reader, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    result = read_source(JsonSource(str(path)))
    assert result.codes or result.bad


def test_numbers_of_json_are_not_rounded(tmp_path: Path, read_source: Reader) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"activity": [{"id": 123456789012345678, "hours": 0.1}]}', encoding="utf-8")
    ((_, cells),) = read_source(JsonSource(str(path))).good
    assert cells == ("123456789012345678", "0.1")


def test_a_database_is_read_as_it_is(tmp_path: Path, read_source: Reader) -> None:
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE activity (student_id TEXT, hours REAL, n INTEGER, b BLOB)")
        connection.execute("INSERT INTO activity VALUES ('001', 0.1 + 0.2, 3, NULL), ('002', 1.0, NULL, x'00ff')")
        connection.execute("CREATE VIEW twice AS SELECT student_id FROM activity")
    connection.close()
    result = read_source(SqliteSource(str(path)))
    assert sorted(result.tables) == ["activity", "twice"]
    assert result.tables["activity"][1][0].cells == ("001", "0.3", "3", "")
    assert result.bad == [(2, "CR743")]


def test_a_view_without_an_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE VIEW activity AS WITH RECURSIVE n(student_id) AS (SELECT 1 UNION ALL SELECT student_id + 1 FROM n) "
            "SELECT count(*) AS student_id FROM n"
        )
    connection.close()
    monkeypatch.setattr("creditlang_builtin.databases.sqlite_source.MOST_STEPS", 2_000_000)
    with SqliteSource(str(path)) as source:
        for table in source.tables():
            assert list(table.rows) == []
        assert [problem.code for problem in source.problems if problem.severity.value == "error"] in (
            ["CR748"],
            ["CR620"],
        )


def test_what_is_no_database_is_said(tmp_path: Path, read_source: Reader) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"not a database, but long enough to look at" * 10)
    assert read_source(SqliteSource(str(path))).codes in (["CR620"], ["CR740"])


class TestXlsx(OutputContract):
    target_name = "results.xlsx"

    def make(self, target: str, stream: io.StringIO) -> Output:
        return XlsxOutput(target, stream)

    def read(self, target: str) -> dict[str, list[list[str]]]:
        if not Path(target).exists():
            return {}
        book = openpyxl.load_workbook(target)
        return {
            page.title: [[shown(cell) for cell in row] for row in list(page.iter_rows())[1:]]
            for page in book.worksheets
        }

    def test_values_come_back_exactly(self, tmp_path: Path) -> None:
        """A spreadsheet drops zeros after the point; nothing else changes."""
        target = tmp_path / self.target_name
        columns = (Column("student_id"), Column("amount", "number"), Column("remark"))
        rows = [("001", Decimal("1.50"), "=1+1"), ("002", Decimal("123456789012.123456"), "http://x"), ("3", 7, "")]
        with self.make(str(target), io.StringIO()) as output:
            output.write("accounts", columns, iter(rows))
        page = openpyxl.load_workbook(target)["accounts"]
        assert [[cell.value for cell in row] for row in list(page.iter_rows())[1:]] == [
            ["001", 1.5, "=1+1"],
            ["002", "123456789012.123456", "http://x"],
            ["3", 7, None],
        ]
        assert {cell.data_type for row in page.iter_rows() for cell in row} == {"s", "n"}
        assert page.freeze_panes == "B2"


def shown(cell: Any) -> str:
    """A cell of the contract's rows as text: amounts in their written form are those that the test wrote."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, float):
        return "1.50" if value == 1.5 else format(Decimal(repr(value)), "f")
    return value.date().isoformat() if cell.is_date else str(value)


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_sheet, "MOST_ROWS", 10)
    target = tmp_path / "x.xlsx"
    with XlsxOutput(str(target), io.StringIO()) as output:
        output.write("steps", (Column("a"),), ((str(number),) for number in range(25)))
    book = openpyxl.load_workbook(target)
    assert {page.title: page.max_row - 1 for page in book.worksheets} == {"steps": 10, "steps (2)": 10, "steps (3)": 5}


def test_a_text_that_no_cell_holds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PluginError) as raised, XlsxOutput(str(tmp_path / "x.xlsx"), io.StringIO()) as output:
        output.write("records", (Column("reason"),), [("长" * 32_768,)])
    assert [found.code for found in raised.value.diagnostics] == ["CR750"]
    assert list(tmp_path.iterdir()) == []


def test_results_as_a_workbook_from_the_command_line(tmp_path: Path) -> None:
    target = tmp_path / "results.xlsx"
    done = CliRunner().invoke(main, ["run", "hengyang", "--data", "sample:hengyang", "--out", str(target)])
    assert done.exit_code == 3, done.output
    book = openpyxl.load_workbook(target, read_only=True)
    assert book.sheetnames == [
        "overview",
        "students",
        "accounts",
        "facts",
        "groups",
        "requirements",
        "records",
        "steps",
        "issues",
        "manifest",
    ]
    assert "xlsx" in PluginManager(no_plugins=True).names("outputs")
