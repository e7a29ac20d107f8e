"""Workbooks as offices make them, and as nobody should."""

import csv
import os
import random
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from creditlang.cli import main
from creditlang.plugin import Source
from creditlang.resources import sample_path
from creditlang.testing import SourceContract
from creditlang_builtin.workbook.cell_values import number_text
from creditlang_builtin.workbook.workbook_source import WorkbookSource

Reader = Callable[[Source], Any]
Rows = Iterable[Sequence[object]]


def book(path: Path, rows: Rows, sheet: str = "Sheet1", merge: Sequence[str] = ()) -> Path:
    """A workbook of one sheet."""
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for cells in merge:
        page.merge_cells(cells)
    made.save(path)
    return path


class TestWorkbook(SourceContract):
    def write_sample(self, folder: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        path = folder / "sample.xlsx"
        made = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
        page = made.add_worksheet()
        for number, row in enumerate((header, *rows)):
            for column, cell in enumerate(row):
                page.write_string(number, column, cell)
        made.close()
        return str(path)

    def open(self, address: str) -> Source:
        return WorkbookSource(address)


def test_values_are_what_people_see(tmp_path: Path, read_source: Reader) -> None:
    rows = [
        ("学号", "分数", "日期", "时刻", "是否", "混合"),
        (20240001, 0.1 + 0.2, date(2024, 10, 8), datetime(2024, 10, 8, 12, 30), True, "a"),
        ("0020240002", 5.0, date(2024, 10, 9), None, False, 1.5),
        (None, 1e-3, None, None, None, "=1+1 is text"),
    ]
    result = read_source(WorkbookSource(str(book(tmp_path / "活动.xlsx", rows))))
    table, _ = result.tables["活动"]
    assert table.header == rows[0]
    assert result.good == [
        (2, ("20240001", "0.3", "2024-10-08", "2024-10-08 12:30:00", "是", "a")),
        (3, ("0020240002", "5", "2024-10-09", "", "否", "1.5")),
    ]
    assert result.bad == [(4, "CR730")]


def test_a_number_of_18_digits_is_no_student_number(tmp_path: Path, read_source: Reader) -> None:
    rows = [("学号", "项目"), (123456789012345678, "讲座"), ("123456789012345678", "讲座")]
    result = read_source(WorkbookSource(str(book(tmp_path / "活动.xlsx", rows))))
    assert result.bad == [(2, "CR729")]
    assert result.good == [(3, ("123456789012345678", "讲座"))]
    assert result.all_rows[0].problem.place.column == "学号"


def test_formulas_errors_and_padded_numbers(tmp_path: Path, read_source: Reader) -> None:
    path = tmp_path / "活动.xlsx"
    made = xlsxwriter.Workbook(path)
    page, padded = made.add_worksheet(), made.add_format({"num_format": "0000000000"})
    page.write_row(0, 0, ["学号", "分数", "错"])
    page.write_number(1, 0, 20240001, padded)
    page.write_formula(1, 1, "=1+1", None, 2)
    page.write_string(1, 2, "ok")
    page.write_number(2, 0, 20240002, padded)
    page.write_formula(2, 1, "=1/0", None, "#DIV/0!")
    made.close()
    result = read_source(WorkbookSource(str(path)))
    assert result.good == [(2, ("0020240001", "2", "ok"))]
    assert result.bad == [(3, "CR731")]


def test_a_title_blank_rows_and_a_merged_class(tmp_path: Path, read_source: Reader) -> None:
    rows = [
        (), (None, "2024年讲座学时"), (), (None, "班级", "学号", "学时"),
        (None, "会计2401", "1", 2), (None, None, "2", 3), (None, "会计2402", "3", 4), (),
    ]  # fmt: skip
    path = book(tmp_path / "名单.xlsx", rows, merge=("B2:D2", "B5:B6"))
    result = read_source(WorkbookSource(str(path)))
    table, _ = result.tables["名单"]
    assert table.header == ("2024年讲座学时", "", "")
    assert [doubt.code for doubt in table.doubts] == ["CR625", "CR625"]
    assert result.good == [
        (4, ("班级", "学号", "学时")),
        (5, ("会计2401", "1", "2")),
        (6, ("会计2401", "2", "3")),
        (7, ("会计2402", "3", "4")),
    ]


def test_sheets_have_their_names_and_hidden_ones_are_said(tmp_path: Path, read_source: Reader) -> None:
    path = tmp_path / "全部.xlsx"
    made = openpyxl.Workbook()
    for name, state in (("学生", "visible"), ("活动", "visible"), ("代码", "hidden"), ("空", "visible")):
        page = made.create_sheet(name)
        page.sheet_state = state
        if name != "空":
            page.append(["学号"])
            page.append(["1"])
    del made["Sheet"]
    made.save(path)
    result = read_source(WorkbookSource(str(path)))
    assert {name: table.source for name, (table, _) in result.tables.items()} == {
        "学生": "全部.xlsx（学生）",
        "活动": "全部.xlsx（活动）",
    }
    assert result.codes == ["CR724", "CR725"]
    assert result.problems[1].place.source == "全部.xlsx（空）"


def test_an_old_workbook(tmp_path: Path, read_source: Reader) -> None:
    path = tmp_path / "成绩.xls"
    made = xlwt.Workbook()
    page = made.add_sheet("Sheet1")
    day, padded = xlwt.XFStyle(), xlwt.XFStyle()
    day.num_format_str, padded.num_format_str = "YYYY-MM-DD", "0000000000"
    for column, text in enumerate(("学号", "分数", "日期", "班级")):
        page.write(0, column, text)
    for row in (1, 2):
        page.write(row, 0, 20240000 + row, padded)
        page.write(row, 1, 0.1 + 0.2)
        page.write(row, 2, date(2024, 10, 8), day)
    page.write_merge(1, 2, 3, 3, "会计2401")
    made.save(path)
    for name in ("成绩.xls", "成绩 新.xlsx"):
        path = path.rename(tmp_path / name)
        result = read_source(WorkbookSource(str(path)))
        assert result.good == [
            (2, ("0020240001", "0.3", "2024-10-08", "会计2401")),
            (3, ("0020240002", "0.3", "2024-10-08", "会计2401")),
        ]


def test_a_web_page_and_a_new_workbook_called_xls(tmp_path: Path, read_source: Reader) -> None:
    page = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body><table>'
        "<tr><th>学号</th><th>姓名</th><th>班级</th></tr>"
        "<tr><td>0020240001</td><td>张&nbsp;三</td><td rowspan=2>会计2401</td></tr>"
        "<tr><td>0020240002</td><td>李四</td></tr></table></body></html>"
    )
    path = tmp_path / "名单.xls"
    path.write_bytes(page.encode("gb18030"))
    expected = [(2, ("0020240001", "张 三", "会计2401")), (3, ("0020240002", "李四", "会计2401"))]
    assert read_source(WorkbookSource(str(path))).good == expected
    path.write_bytes(book(tmp_path / "x.xlsx", [("学号",), ("1",)]).read_bytes())
    assert read_source(WorkbookSource(str(path))).good == [(2, ("1",))]


# ---- hostile files
def with_sheet(path: Path, xml: str) -> Path:
    """A workbook whose only sheet has this XML."""
    sound = book(path.with_name("sound.xlsx"), [("学号",), ("1",)])
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, xml if part.startswith("xl/worksheets/sheet") else old.read(part))
    return path


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "CR723"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="ZZ1"><v>1</v></c></row>', "CR723"),
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="IV1048576"><v>1</v></c></row>', "CR723"),
        ('<row r="1"><c r="A1"><v>1</v></c', "CR722"),
    ],
)
def test_far_cells_and_broken_sheets(tmp_path: Path, read_source: Reader, rows: str, code: str) -> None:
    result = read_source(WorkbookSource(str(with_sheet(tmp_path / "far.xlsx", SHEET.format(rows)))))
    assert (result.codes, result.tables) == ([code], {})


def test_a_cell_that_is_formatted_right_of_the_data_moves_nothing(tmp_path: Path, read_source: Reader) -> None:
    rows = '<row r="1"><c r="H1" s="0"/></row><row r="3"><c r="B3"><v>1</v></c></row>'
    rows += '<row r="5"><c r="B5"><v>2</v></c></row>'
    result = read_source(WorkbookSource(str(with_sheet(tmp_path / "x.xlsx", SHEET.format(rows)))))
    assert result.good == [(5, ("2",))]


def test_a_cell_with_an_error_costs_its_row_alone(tmp_path: Path, read_source: Reader) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2" t="e"><v>#N/A</v></c></row>'
    rows += '<row r="3"><c r="A3"><v>3</v></c></row>'
    result = read_source(WorkbookSource(str(with_sheet(tmp_path / "x.xlsx", SHEET.format(rows)))))
    assert (result.good, result.bad) == ([(3, ("3",))], [(2, "CR731")])


def test_a_number_keeps_its_fifteen_digits(tmp_path: Path, read_source: Reader) -> None:
    rows = [("学时",), (1 / 3,), (99999999999.1234,)]
    result = read_source(WorkbookSource(str(book(tmp_path / "x.xlsx", rows))))
    assert result.good == [(2, ("0.333333333333333",)), (3, ("99999999999.1234",))]


def test_a_zip_bomb(tmp_path: Path, read_source: Reader) -> None:
    path = tmp_path / "bomb.xlsx"
    sound = book(tmp_path / "sound.xlsx", [("学号",), ("1",)])
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for part in old.namelist():
            if not part.startswith("xl/worksheets/sheet"):
                new.writestr(part, old.read(part))
        with new.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b"<worksheet><sheetData>")
            for _ in range(300):
                sheet.write(b" " * 1024 * 1024)
    assert path.stat().st_size < 1_000_000
    assert read_source(WorkbookSource(str(path))).codes == ["CR723"]


def test_entities_and_links_are_not_followed(tmp_path: Path, read_source: Reader) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    sound = book(tmp_path / "sound.xlsx", [("学号",), ("1",)])
    path = tmp_path / "entity.xlsx"
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            new.writestr(part, bomb.encode() + text if part == "xl/workbook.xml" else text)
    assert read_source(WorkbookSource(str(path))).codes == ["CR722"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "CR720"),
        (b"a,b\n1,2\n", "CR720"),
        (b"%PDF-1.7", "CR720"),
        (b"PK\x03\x04 and nothing", "CR722"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "CR722"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "CR721"),
        (b"<html><body>no table", "CR725"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "CR720"),
    ],
)
def test_what_is_no_workbook(tmp_path: Path, read_source: Reader, content: bytes, code: str) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    result = read_source(WorkbookSource(str(path)))
    assert (result.codes, result.tables) == ([code], {})


def test_a_workbook_cut_anywhere_never_crashes(tmp_path: Path, read_source: Reader) -> None:
    content = book(tmp_path / "sound.xlsx", [("学号", "项目"), *((str(n), "讲座") for n in range(50))]).read_bytes()
    path, chance = tmp_path / "cut.xlsx", random.Random(1)
    for _ in range(60):
        damaged = bytearray(content[: chance.randrange(len(content))])
        for _ in range(chance.randrange(4)):
            damaged[chance.randrange(max(1, len(damaged))) : 0] = bytes([chance.randrange(256)])
        path.write_bytes(bytes(damaged))
        read_source(WorkbookSource(str(path)))


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = book(tmp_path / "x.xlsx", [("学号",), ("1",)])
    source = WorkbookSource(str(path))
    for table in source.tables():
        list(table.rows)
        os.utime(path, ns=(1, 1))
    assert [problem.code for problem in source.problems] == ["CR632"]


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e14, max_value=1e14))
def test_fifteen_digits(value: float) -> None:
    text = number_text(repr(value))
    assert isinstance(text, str)
    assert float(text) == pytest.approx(value, rel=1e-14)
    assert "e" not in text.lower()


# ---- from end to end
def test_a_whole_sample_as_one_workbook_and_as_many(tmp_path: Path) -> None:
    sample = sample_path("hengyang")
    assert sample is not None
    whole, folder = xlsxwriter.Workbook(tmp_path / "全部.xlsx"), tmp_path / "books"
    folder.mkdir()
    for path in sorted(sample.glob("*.csv")):
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        single = xlsxwriter.Workbook(folder / f"{path.stem}.xlsx")
        for page in (whole.add_worksheet(path.stem), single.add_worksheet()):
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    page.write_string(number, column, cell)
        single.close()
    whole.close()
    results = {}
    for name, data in (("csv", "sample:hengyang"), ("one", str(tmp_path / "全部.xlsx")), ("many", str(folder))):
        target = tmp_path / f"results {name}"
        done = CliRunner().invoke(main, ["run", "hengyang", "--data", data, "--out", f"csv:{target}"])
        assert done.exit_code == 3, done.output
        results[name] = {path.name: path.read_bytes() for path in sorted(target.glob("*.csv"))}
    for name in ("one", "many"):
        for table in ("students", "accounts", "facts", "requirements", "steps"):
            assert results[name][f"{table}.csv"] == results["csv"][f"{table}.csv"], (name, table)


def test_a_sheet_without_a_name_that_holds_only_pictures_is_said(tmp_path: Path, read_source: Reader) -> None:
    path = tmp_path / "活动.xlsx"
    made = xlsxwriter.Workbook(path)
    page, pictures = made.add_worksheet(), made.add_worksheet()
    made.add_worksheet()
    page.write_row(0, 0, ["学号"])
    page.write_row(1, 0, ["s1"])
    pictures.insert_textbox(1, 1, "见附图")
    made.close()
    source = WorkbookSource(str(path))
    assert read_source(source).good == [(2, ("s1",))]
    assert [(found.code, str(found.place.source)) for found in source.problems if found.place] == [
        ("CR725", "活动.xlsx（Sheet2）")
    ]
