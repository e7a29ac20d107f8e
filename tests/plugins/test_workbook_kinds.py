"""Workbooks that other programs read: XML of Excel 2003, packages without optional parts; and those without a table."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from creditlang.plugin import Source
from creditlang_builtin.workbook.workbook_source import WorkbookSource

Reader = Callable[[Source], Any]

XML_2003 = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:h="http://www.w3.org/TR/REC-html40">
 <Worksheet ss:Name="活动"><Table>
  <Row ss:Index="2"><Cell><Data ss:Type="String">学号</Data></Cell><Cell><Data ss:Type="String">日期</Data></Cell>
   <Cell ss:Index="4"><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>时</B>长</ss:Data></Cell></Row>
  <Row><Cell ss:MergeDown="1"><Data ss:Type="String">1</Data></Cell>
   <Cell><Data ss:Type="DateTime">2024-10-08T00:00:00.000</Data></Cell>
   <Cell ss:Index="4"><Data ss:Type="Number">2.5</Data></Cell></Row>
  <Row><Cell ss:Index="2"><Data ss:Type="DateTime">2024-10-08T19:30:00.000</Data></Cell>
   <Cell ss:Index="4"><Data ss:Type="Boolean">1</Data></Cell></Row>
  <Row><Cell><Data ss:Type="Error">#N/A</Data></Cell></Row>
 </Table></Worksheet>
 <Worksheet ss:Name="旧"><Table/>
  <WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions>
 </Worksheet>
</Workbook>"""


def test_the_xml_of_excel_2003(tmp_path: Path, read_source: Reader) -> None:
    path = tmp_path / "导出.xls"
    path.write_text(XML_2003, encoding="utf-8")
    result = read_source(WorkbookSource(str(path)))
    ((name, (table, rows)),) = result.tables.items()
    assert (name, table.header, result.codes) == ("活动", ("学号", "日期", "", "时长"), ["CR724"])
    assert [(row.number, row.problem.code if row.problem else row.cells) for row in rows] == [
        (3, ("1", "2024-10-08", "", "2.5")), (4, ("1", "2024-10-08 19:30:00", "", "是")), (5, "CR731"),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [
    XML_2003.replace("<Row ss:Index", "<!DOCTYPE x><Row ss:Index"), XML_2003[:-40],
    XML_2003.replace('ss:Index="4"', 'ss:Index="1"', 1), XML_2003.replace('ss:Index="2"', 'ss:Index="0"'),
    XML_2003.replace('ss:Index="4"', 'ss:Index="x"', 1), XML_2003.replace('ss:Index="4"', 'ss:Index="4000"', 1),
])  # fmt: skip
def test_a_broken_xml_of_excel_2003_is_refused(tmp_path: Path, read_source: Reader, content: str) -> None:
    path = tmp_path / "导出.xls"
    path.write_text(content, encoding="utf-8")
    (code,) = [code for code in read_source(WorkbookSource(str(path))).codes if code != "CR724"]
    assert code in ("CR722", "CR723")


def repacked(tmp_path: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    """A workbook of one row, with each of its parts changed."""
    made, path = tmp_path / "made.xlsx", tmp_path / "活动.xlsx"
    book = xlsxwriter.Workbook(made)
    page = book.add_worksheet()
    page.write_row(0, 0, ["学号", "项目"])
    page.write_row(1, 0, ["1", "讲座"])
    book.close()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            if (found := change(part, old.read(part))) is not None:
                new.writestr(*found)
    return path


OPTIONAL = ("docProps/app.xml", "docProps/core.xml", "xl/theme/theme1.xml", "xl/styles.xml", "[Content_Types].xml")


@pytest.mark.parametrize("change", [
    lambda part, text: None if part in OPTIONAL else (part, text),
    lambda part, text: None if part.endswith(".rels") else (part, text),
    lambda part, text: (part, text.replace(b'r="A', b'r="a').replace(b'r="B', b'r="b')),
    lambda part, text: (part, text.replace(b'count="4" uniqueCount="4"', b'count="1" uniqueCount="99"')),
    lambda part, text: (
        part.replace("workbook.xml", "workbook2.xml"),
        text.replace(b"workbook.xml", b"workbook2.xml"),
    ),
])  # fmt: skip
def test_workbooks_that_other_programs_read(tmp_path: Path, read_source: Reader, change: Any) -> None:
    """Without parts that may be missing, with small letters, wrong counts, another name of the main part."""
    result = read_source(WorkbookSource(str(repacked(tmp_path, change))))
    assert (result.codes, [row.cells for row in result.all_rows]) == ([], [("1", "讲座")])


def test_a_workbook_of_pictures_alone_is_no_table(tmp_path: Path, read_source: Reader) -> None:
    path = tmp_path / "活动.xlsx"
    with xlsxwriter.Workbook(path) as book:
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Sheet1!$A$1:$A$2"})
        book.add_worksheet().insert_chart(0, 0, chart)
        book.add_worksheet()
    result = read_source(WorkbookSource(str(path)))
    assert (result.codes, result.problems[0].place.source) == (["CR725"], "活动.xlsx")
