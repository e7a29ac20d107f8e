"""Outputs: CSV that is harmless in a spreadsheet, JSON that is exact, tables that line up; no foreign file lost."""

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditlang.plugin import PluginError, text_of
from creditlang.schema import DYNAMIC_TABLES, RESULT_TABLES, Column, Row, Value
from creditlang.toolkit.staged_folder import OWNED, StagedFolder
from creditlang_builtin.csv.csv_output import CsvOutput, neutralise, restore
from creditlang_builtin.json.json_output import JsonOutput
from creditlang_builtin.tables.table_output import TableOutput, width

COLUMNS = (Column("student_id"), Column("amount", "number"), Column("remark"))
ROWS: list[Row] = [("001", Decimal("-1.50"), "=1+1"), ("002", None, "张伟")]


def write_csv(folder: Path, tables: dict[str, list[Row]]) -> None:
    with CsvOutput(str(folder), io.StringIO()) as output:
        for name, rows in tables.items():
            output.write(name, COLUMNS, rows)


def test_the_result_tables_are_those_of_the_contract() -> None:
    names = {name: " ".join(column.name for column in columns) for name, columns in RESULT_TABLES.items()}
    assert names["accounts"] == "student_id account period amount unit"
    assert names["records"] == (
        "kind record_id student_id disposition reason rule account period raw counted unit article"
    )
    assert list(names) == [
        "students", "accounts", "facts", "groups", "requirements", "records", "steps", "issues", "manifest",
    ]  # fmt: skip
    assert names["groups"] == "fact period group_name value ranked people"
    assert names["steps"] == "record_id rule number step before after article"
    assert set(names) >= DYNAMIC_TABLES
    with pytest.raises(ValueError, match="name"):
        Column("")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1.50"), "1.50"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("-0.0"), "0.0"),
        (None, ""),
        (7, "7"),
        (True, "true"),
        (False, "false"),
        (date(2024, 10, 8), "2024-10-08"),
        (" x ", " x "),
    ],
)
def test_values_have_one_spelling(value: Value, text: str) -> None:
    assert text_of(value) == text


def test_an_amount_is_a_finite_number() -> None:
    with pytest.raises(ValueError, match="finite"):
        text_of(Decimal("NaN"))
    with pytest.raises(TypeError, match="float"):
        text_of(0.5)  # type: ignore[arg-type]


def test_a_csv_folder(tmp_path: Path) -> None:
    write_csv(tmp_path / "out", {"accounts": ROWS, "manifest": []})
    assert (tmp_path / "out" / "accounts.csv").read_bytes() == (
        "\ufeffstudent_id,amount,remark\n001,-1.50,'=1+1\n002,,张伟\n".encode()
    )
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [OWNED, "accounts.csv", "manifest.csv"]


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠"))
def test_formulas_are_neutralised(start: str) -> None:
    for text in (f"{start}cmd", start, f"'{start}cmd", f"''{start}"):
        assert neutralise(text) == f"'{text}"
        assert restore(neutralise(text)) == text


@given(text=st.text(st.sampled_from("'=+-@\t\ra1张 ＝"), max_size=8) | st.text(max_size=8))
def test_neutralising_is_reversible_and_complete(text: str) -> None:
    assert restore(neutralise(text)) == text
    assert neutralise(text)[:1] not in set("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (Decimal("-1"), "text", "-1"),
        ("-1", "text", "'-1"),
        ("-1", "number", "-1"),
        ("-1.0 … 2.0", "number", "-1.0 … 2.0"),
        ("-1+cmd", "number", "'-1+cmd"),
        ("=1", "number", "'=1"),
        (-3, "whole", "-3"),
    ],
)
def test_numbers_are_left_alone(value: Value, kind: str, written: str, tmp_path: Path) -> None:
    with CsvOutput(str(tmp_path), io.StringIO()) as output:
        output.write("facts", (Column("value", kind),), [(value,)])  # type: ignore[arg-type]
    with (tmp_path / "facts.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["value"], [written]]


def test_csv_to_a_stream() -> None:
    one, two = io.StringIO(), io.StringIO()
    with CsvOutput("-", one) as output:
        output.write("accounts", COLUMNS, ROWS[:1])
    assert one.getvalue() == "student_id,amount,remark\n001,-1.50,'=1+1\n"
    with CsvOutput("-", two) as output:
        output.write("accounts", COLUMNS[:1], [("1",)])
        output.write("facts", COLUMNS[:1], [])
    assert two.getvalue() == "# accounts\nstudent_id\n1\n\n# facts\nstudent_id\n"


def test_a_later_run_removes_the_tables_it_does_not_have(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("mine")
    write_csv(tmp_path, {"accounts": ROWS, "facts": ROWS, "manifest": ROWS})
    write_csv(tmp_path, {"accounts": ROWS})
    assert sorted(path.name for path in tmp_path.iterdir()) == [OWNED, "accounts.csv", "notes.csv"]


def test_a_foreign_file_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("precious")
    with pytest.raises(PluginError) as caught:
        write_csv(tmp_path, {"facts": ROWS, "accounts": ROWS})
    assert caught.value.diagnostics[0].code == "CR712"
    assert "CR712" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["accounts.csv"]
    assert (tmp_path / "accounts.csv").read_text() == "precious"


def test_the_list_of_our_files_cannot_lead_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("precious")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / OWNED).write_text("../other.csv\n.hidden.csv\n")
    write_csv(tmp_path / "out", {"accounts": ROWS})
    assert (tmp_path / "other.csv").read_text() == "precious"


@pytest.mark.parametrize("factory", [CsvOutput, JsonOutput, TableOutput])
def test_what_cannot_be_written_is_said(factory: type[CsvOutput], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PluginError) as caught, factory(str(tmp_path / "file" / "below"), io.StringIO()) as output:
        output.write("accounts", COLUMNS, ROWS)
    assert caught.value.diagnostics[0].code == "CR710"


def test_json_is_exact_and_sorted(tmp_path: Path) -> None:
    stream = io.StringIO()
    columns = (Column("student_id"), Column("amount", "number"), Column("day", "date"), Column("number", "whole"))
    with JsonOutput("-", stream) as output:
        output.write("steps", columns, [("1", Decimal("0.10"), date(2024, 10, 8), 3)])
        output.write("accounts", columns, [])
    assert stream.getvalue() == (
        '{"tables": {\n"accounts": [],\n"steps": [\n'
        '{"amount": "0.10", "day": "2024-10-08", "number": 3, "student_id": "1"}]\n}, "version": 1}\n'
    )
    assert json.loads(stream.getvalue())["version"] == 1


def test_json_of_nothing_writes_nothing(tmp_path: Path) -> None:
    with JsonOutput(str(tmp_path / "r.json"), io.StringIO()):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_table_lines_up() -> None:
    stream = io.StringIO()
    columns = (Column("student_id"), Column("name", label="姓名"), Column("total", "number"), Column("status"))
    with TableOutput("-", stream) as output:
        output.write("students", columns, [("1", "张三丰", Decimal("1.50"), "met"), ("22", "Li", Decimal("10"), "")])
    assert stream.getvalue() == (
        "student_id  姓名    total  status\n"
        "----------  ------  -----  ------\n"
        "1           张三丰   1.50  met\n"
        "22          Li         10\n"
    )


def test_several_tables_have_headings() -> None:
    stream = io.StringIO()
    with TableOutput("-", stream) as output:
        output.write("facts", COLUMNS[:1], [("1",)])
        output.write("steps", COLUMNS[:1], [])
    assert stream.getvalue() == "facts\n\nstudent_id\n----------\n1\n\nsteps\n\nstudent_id\n----------\n"


def test_a_name_cannot_rewrite_the_terminal(tmp_path: Path) -> None:
    with TableOutput(str(tmp_path / "r.txt"), io.StringIO()) as output:
        output.write("facts", COLUMNS[:1], [("\x1b[2J\u202eabc\nd",)])
    assert (tmp_path / "r.txt").read_text(encoding="utf-8") == "student_id\n----------\n[2Jabc d\n"


def test_no_table_no_text() -> None:
    stream = io.StringIO()
    with TableOutput("-", stream) as output:
        output.write("facts", COLUMNS[:1], [])
        output.discard()
    assert stream.getvalue() == ""


@given(text=st.text(max_size=5))
def test_width_is_never_negative(text: str) -> None:
    assert width(text) >= 0


def test_outputs_of_one_folder_leave_each_other_s_files(tmp_path: Path) -> None:
    for content in (b"1", b"2"):
        forms = StagedFolder(tmp_path, ["pdf"])
        forms.add("list.pdf", content)
        forms.publish()
        write_csv(tmp_path, {"accounts": ROWS})
    names = (tmp_path / OWNED).read_text().split()
    assert names == ["accounts.csv", "list.pdf"]
    assert (tmp_path / "list.pdf").read_bytes() == b"2"
