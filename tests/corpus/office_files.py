"""What offices really send: files as spreadsheets, databases and campus systems leave them behind, made when asked."""

import gzip
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from pyarrow import feather, parquet

HEAD = ["student_id", "record_id", "item", "on", "size"]
ROW = ["1", "a", "hike", "2024-10-08", "2"]
CHINESE = ["学号", "记录编号", "项目", "日期", "大小"]


def lines(*rows: list[str], end: str = "\r\n", mark: str = "", by: str = ",") -> bytes:
    """Rows of text as a file."""
    return (mark + "".join(by.join(row) + end for row in rows)).encode()


def changed(column: str, cell: str) -> bytes:
    """One record with another cell."""
    row = [cell if name == column else text for name, text in zip(HEAD, ROW, strict=True)]
    return lines(HEAD, row)


CSV: dict[str, bytes] = {
    "a title, an empty line and a date above": lines(["2024年远足登记表"], [""], ["制表日期：2024-11-01"], HEAD, ROW),
    "a heading over two lines": lines(["学生", "记录", "活动", "", ""], HEAD, ROW),
    "a heading in quotes with line breaks": lines(['"student_id\n学号"', *HEAD[1:]], ROW),
    "a heading in capitals": lines([x.upper() for x in HEAD], ROW),
    "a heading with blanks around it": lines([f" {x} " for x in HEAD], ROW),
    "a heading with ideographic blanks": lines([f"\u3000{x}" for x in HEAD], ROW),
    "a heading with a zero-width blank": lines([f"{x}\u200b" for x in HEAD], ROW),
    "a heading with a star": lines([f"{x}*" for x in HEAD], ROW),
    "a heading with a note in brackets": lines(["student_id（必填）", *HEAD[1:]], ROW),
    "a heading in full width": lines(["ｓｔｕｄｅｎｔ＿ｉｄ", *HEAD[1:]], ROW),
    "headings in Chinese": lines(["学号", *HEAD[1:]], ROW, mark="\ufeff"),
    "no heading": lines(ROW),
    "a running number in front": lines(["序号", *HEAD], ["1", *ROW], ["2", "1", "b", *ROW[2:]]),
    "a sum below": lines(HEAD, ROW, ["合计", "", "", "", "2"]),
    "a sum below in another column": lines(HEAD, ROW, ["", "", "", "小计", "2"]),
    "a remark below": lines(HEAD, ROW, ["注：以上数据经班委核对"]),
    "signatures below": lines(HEAD, ROW, ["", "", "", "", ""], ["班长签字：", "", "日期：", "", ""]),
    "two tables one below the other": lines(HEAD, ROW, [""], ["student_id", "name"], ["1", "N"]),
    "the same table twice": lines(HEAD, ROW, [""], HEAD, ["1", "b", *ROW[2:]]),
    "a BOM in the middle": lines(HEAD, ["\ufeff1", *ROW[1:]]),
    "a BOM before a cell of words": lines(HEAD, ["1", "a", "\ufeffhike", *ROW[3:]]),
    "UTF-16 big-endian with its mark": b"\xfe\xff" + lines(HEAD, ROW).decode().encode("utf-16-be"),
    "UTF-16 with tabulators, as Excel saves": lines(HEAD, ROW, by="\t").decode().encode("utf-16"),
    "UTF-7": lines(["+W2ZT9w-", *HEAD[1:]], ROW),
    "GB18030 of rare characters": lines(HEAD, ["1", "𠮷", *ROW[2:]]).decode().encode("gb18030"),
    "two encodings in one file": lines(HEAD, ["1", "学", *ROW[2:]]) + "1,学生会,hike,2024-10-08,2\r\n".encode("gb18030"),
    "UTF-8 read and saved again": lines(HEAD, ["1", "学".encode().decode("latin-1"), *ROW[2:]]),
    "question marks for characters": lines(HEAD, ["1", "??", *ROW[2:]]),
    "replacement characters": lines(HEAD, ["1", "\ufffd\ufffd", *ROW[2:]]),
    "a control Z at the end": lines(HEAD, ROW) + b"\x1a",
    "pipes": lines(HEAD, ROW, by="|"),
    "full-width semicolons": lines(HEAD, ROW, by="；"),
    "commas and semicolons": lines(HEAD) + lines(ROW, by=";"),
    "single quotes": lines(HEAD, [f"'{x}'" for x in ROW]),
    "typographic quotes": lines(HEAD, [f"“{x}”" for x in ROW]),
    "everything in quotes": lines([f'"{x}"' for x in HEAD], [f'"{x}"' for x in ROW]),
    "blanks before quotes": lines(HEAD, [f' "{x}"' for x in ROW]),
    "a backslash before a quote": lines(HEAD, ["1", '"a\\"b"', *ROW[2:]]),
    "lines that end in two carriage returns": lines(HEAD, ROW, end="\r\r\n"),
    "a separator at each end of a line": lines([*HEAD, ""], [*ROW, ""]),
    "an empty line between all": lines(HEAD, ROW, ["1", "b", *ROW[2:]], end="\r\n\r\n"),
    "a line of separators in the middle": lines(HEAD, ROW, [""] * 5, ["1", "b", *ROW[2:]]),
    "a line of dashes": lines(HEAD, ["---"] * 5, ROW),
    "Markdown": lines(["", *HEAD, ""], [""] + ["---"] * 5 + [""], ["", *ROW, ""], by="|"),
    "a number with its thousands": changed("size", '"1,000"'),
    "a number with a comma for a point": changed("size", '"2,5"'),
    "a number with a unit": changed("size", "2分"),
    "a number in words": changed("size", "二"),
    "a number in full width": changed("size", "２"),
    "a number with a blank in front": changed("size", " 2"),
    "a number with a blank that does not break": changed("size", "2\u00a0"),
    "a number with an apostrophe": changed("size", "'2"),
    "a number with a plus": changed("size", "+2"),
    "a minus of another sort": changed("size", "−2"),
    "an amount in brackets, as accountants write": changed("size", "(2)"),
    "a percentage": changed("size", "50%"),
    "a fraction": changed("size", "1/2"),
    "a range": changed("size", "2-3"),
    "about": changed("size", "约2"),
    "an error of a spreadsheet": changed("size", "#REF!"),
    "not available": changed("size", "#N/A"),
    "a row of hash signs": changed("size", "####"),
    "a formula for a size": changed("size", "=SUM(E1:E3)"),
    "an exponent": changed("size", "2E+00"),
    "a number of forty digits": changed("size", "9" * 40),
    "many decimals": changed("size", "2.0000000001"),
    "a date as a number": changed("on", "45573"),
    "a date with slashes": changed("on", "2024/10/8"),
    "a date with points": changed("on", "2024.10.8"),
    "a date in Chinese": changed("on", "2024年10月8日"),
    "a date in Chinese numerals": changed("on", "二〇二四年十月八日"),
    "a date with the day first": changed("on", "08/10/2024"),
    "a date with a month in words": changed("on", "8-Oct-24"),
    "a date with two digits of a year": changed("on", "24-10-08"),
    "a date without a year": changed("on", "10月8日"),
    "a date without a day": changed("on", "2024年10月"),
    "a date and a time": changed("on", "2024-10-08 09:30:00"),
    "a date and midnight": changed("on", "2024-10-08 00:00:00"),
    "a date and a zone": changed("on", "2024-10-08T09:30:00+08:00"),
    "a date at a change of days": changed("on", "2024-10-08T23:30:00Z"),
    "a date without separators": changed("on", "20241008"),
    "a day that there is not": changed("on", "2024-09-31"),
    "two days": changed("on", "2024-10-08至2024-10-09"),
    "a weekday behind": changed("on", "2024-10-08（周二）"),
    "the zeroth day of spreadsheets": changed("on", "1900-01-00"),
    "the end of time": changed("on", "9999-12-31"),
    "a year of an era": changed("on", "民国113年10月8日"),
    "a person made a power": changed("student_id", "2.02E+11"),
    "a person of full width": changed("student_id", "１"),
    "a person with a blank": changed("student_id", "1 "),
    "a person with an ideographic blank": changed("student_id", "\u30001"),
    "a person with zeros in front": changed("student_id", "0001"),
    "a person with an apostrophe": changed("student_id", "'1"),
    "a person with a tabulator, to be kept as text": changed("student_id", "\t1"),
    "a person as a formula of text": changed("student_id", '"=""1"""'),
    "a look-alike of a one": changed("student_id", "l"),
    "a person and a name": changed("student_id", "1 张三"),
    "two persons in one cell": changed("student_id", "1、2"),
    "a person who writes right to left": changed("student_id", "\u202e1"),
    "an item with a blank inside": changed("item", "hi ke"),
    "an item with a look-alike letter": changed("item", "hikе"),
    "an item in capitals": changed("item", "HIKE"),
    "an item of full width": changed("item", "ｈｉｋｅ"),
    "an item with a full stop": changed("item", "hike。"),
    "an item with a trailing line break": changed("item", '"hike\n"'),
    "two items in one cell": changed("item", "hike、swim"),
    "an item with a soft hyphen": changed("item", "hi\u00adke"),
    "an item decomposed": changed("item", "e\u0301"),
    "a record id of blanks": changed("record_id", "   "),
    "a record id made a date": changed("record_id", "3月5日"),
    "gzip by another name": gzip.compress(lines(HEAD, ROW), mtime=0),
    "RTF by another name": b"{\\rtf1\\ansi student_id}",
    "a picture by another name": b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
    "a database by another name": b"SQLite format 3\x00" + b"\x00" * 84,
    "an old workbook by another name": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504,
    "a mail by another name": b"From: a@b.example\r\nSubject: list\r\n\r\nsee enclosed\r\n",
    "a login page by another name": b"<!DOCTYPE html><html><title>\xe7\x99\xbb\xe5\xbd\x95</title></html>",
    "XML by another name": b'<?xml version="1.0"?><act><row/></act>',
    "a shortcut by another name": b"[InternetShortcut]\r\nURL=https://school.example/\r\n",
    "a lock file of a word processor": b"\x05admin" + b" " * 60,
}  # fmt: skip


def book(change: Callable[[Any, Any], None], rows: list[list[Any]] | None = None) -> Callable[[], bytes]:
    """A workbook with a list of students and a sheet of records, changed by somebody."""

    def made() -> bytes:
        workbook = openpyxl.Workbook()
        students = workbook.active
        students.title = "student"
        for row in (["student_id"], ["1"]):
            students.append(row)
        sheet = workbook.create_sheet("act")
        for row in rows or [HEAD, ROW]:
            sheet.append(row)
        change(workbook, sheet)
        out = io.BytesIO()
        workbook.save(out)
        return out.getvalue()

    return made


def with_parts(
    made: Callable[[], bytes], parts: dict[str, bytes], swap: dict[bytes, bytes] | None = None
) -> Callable[[], bytes]:
    """A workbook with parts added, and words in its sheets exchanged."""

    def packed() -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(made())) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                for one, other in (swap or {}).items():
                    content = content.replace(one, other)
                new.writestr(name, content)
            for name, content in parts.items():
                new.writestr(name, content)
        return out.getvalue()

    return packed


def as_1904() -> bytes:
    """Days counted from 1904, as on a Macintosh."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": True}) as workbook:
        workbook.add_worksheet("student").write_column(0, 0, ["student_id", "1"])
        sheet = workbook.add_worksheet("act")
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ROW)
        sheet.write_datetime(1, 3, datetime(2024, 10, 8), workbook.add_format({"num_format": "yyyy/m/d"}))
    return out.getvalue()


def put(**cells: Any) -> Callable[[Any, Any], None]:
    """Cells of the sheet of records, by their addresses."""

    def change(workbook: Any, sheet: Any) -> None:
        for address, value in cells.items():
            sheet[address] = value

    return change


def formatted(address: str, value: Any, shape: str) -> Callable[[Any, Any], None]:
    """A cell with a format of its own."""

    def change(workbook: Any, sheet: Any) -> None:
        sheet[address] = value
        sheet[address].number_format = shape

    return change


def merged(*areas: str) -> Callable[[Any, Any], None]:
    """Cells that are one."""
    return lambda workbook, sheet: [sheet.merge_cells(area) for area in areas]  # type: ignore[return-value]


def hidden(what: str) -> Callable[[Any, Any], None]:
    """Something that is not shown."""

    def change(workbook: Any, sheet: Any) -> None:
        match what:
            case "sheet" | "very":
                sheet.sheet_state = "hidden" if what == "sheet" else "veryHidden"
            case "row":
                sheet.row_dimensions[2].hidden = True
            case "column":
                sheet.column_dimensions["E"].hidden = True
            case _:
                sheet.auto_filter.ref = "A1:E2"
                sheet.auto_filter.add_filter_column(2, ["swim"])
                sheet.row_dimensions[2].hidden = True

    return change


def renamed(name: str) -> Callable[[Any, Any], None]:
    """Another name of the sheet."""
    return lambda workbook, sheet: setattr(sheet, "title", name)


def twice(workbook: Any, sheet: Any) -> None:
    """The sheet again, as a copy."""
    workbook.copy_worksheet(sheet)


def same(workbook: Any, sheet: Any) -> None:
    """Nothing."""


def note(workbook: Any, sheet: Any) -> None:
    """A comment at a cell."""
    sheet["E2"].comment = Comment("3, not 2", "somebody")


def named(workbook: Any, sheet: Any) -> None:
    """A name that refers to nothing."""
    workbook.defined_names["rows"] = DefinedName("rows", attr_text="act!#REF!")


def locked(workbook: Any, sheet: Any) -> None:
    """A sheet that may not be changed."""
    sheet.protection.sheet = True
    sheet.protection.password = "x"


def struck(workbook: Any, sheet: Any) -> None:
    """A row that is struck out."""
    for cell in sheet[2]:
        cell.font = openpyxl.styles.Font(strike=True)


def beside(workbook: Any, sheet: Any) -> None:
    """Another table beside this one."""
    for row, cells in enumerate((["item", "points"], ["hike", 1]), start=1):
        for column, cell in enumerate(cells, start=8):
            sheet.cell(row, column, cell)


WORKBOOK: dict[str, Callable[[], bytes]] = {
    "days counted from 1904": as_1904,
    "a day as a day": book(put(D2=date(2024, 10, 8))),
    "a day with a time": book(put(D2=datetime(2024, 10, 8, 9, 30))),
    "a day as a number without a format": book(put(D2=45573)),
    "a day shown as a year": book(formatted("D2", 45573, "yyyy")),
    "a day shown as month and day": book(formatted("D2", 45573, 'm"月"d"日"')),
    "a day in an era": book(formatted("D2", 45573, "[$-404]e/m/d")),
    "a day before all days": book(formatted("D2", 0, "yyyy-mm-dd")),
    "the day that never was": book(formatted("D2", 60, "yyyy-mm-dd")),
    "a day below zero": book(formatted("D2", -1, "yyyy-mm-dd")),
    "a day after all days": book(formatted("D2", 9_999_999, "yyyy-mm-dd")),
    "a length of time": book(formatted("E2", 0.5, "[h]:mm")),
    "a percentage": book(formatted("E2", 0.5, "0%")),
    "a number shown with fewer decimals": book(formatted("E2", 2.49, "0")),
    "a number shown in thousands": book(formatted("E2", 2000, "0,")),
    "a number shown with a unit": book(formatted("E2", 2, '0"分"')),
    "a number shown as zero by its format": book(formatted("E2", 2, '"0"')),
    "a number that is not shown": book(formatted("E2", 2, ";;;")),
    "a person with zeros by a format": book(formatted("A2", 1, "0000")),
    "a person as a number": book(put(A2=1)),
    "a person as a number with a fraction": book(put(A2=1.5)),
    "a person of sixteen digits as a number": book(put(A2=1234567890123456)),
    "an item as a truth value": book(put(C2=True)),
    "a formula that was worked out nowhere": book(put(E2="=1+1")),
    "a formula over another file": book(put(E2="=[other.xlsx]Sheet1!A1")),
    "a formula over the web": book(put(E2='=WEBSERVICE("https://evil.example/")')),
    "a command in a formula": book(put(C2="=cmd|'/c calc'!A1")),
    "an error value": with_parts(book(put(E2="#REF!")), {}),
    "an error of a division": book(put(E2="#DIV/0!")),
    "merged heading": book(merged("A1:B1")),
    "a title over merged cells": book(merged("A1:E1"), [["Hikes", "", "", "", ""], HEAD, ROW]),
    "a person merged over three rows": book(merged("A2:A4"), [HEAD, ROW, ["", "b", *ROW[2:]], ["", "c", *ROW[2:]]]),
    "an item merged over three rows": book(
        merged("C2:C4"), [HEAD, ROW, ["1", "b", "", *ROW[3:]], ["1", "c", "", *ROW[3:]]]),
    "a size merged over three rows": book(
        merged("E2:E4"), [HEAD, ROW, ["1", "b", *ROW[2:4], ""], ["1", "c", *ROW[2:4], ""]]),
    "a person not repeated below": book(same, [HEAD, ROW, ["", "b", *ROW[2:]]]),
    "a heading over two rows, merged": book(
        merged("A1:A2", "B1:B2", "C1:E1"), [["student_id", "record_id", "act", "", ""], ["", "", *HEAD[2:]], ROW]),
    "a hidden sheet": book(hidden("sheet")),
    "a sheet hidden from everybody": book(hidden("very")),
    "a row that is hidden": book(hidden("row")),
    "a column that is hidden": book(hidden("column")),
    "rows behind a filter": book(hidden("filter")),
    "a row that is struck out": book(struck),
    "a comment that says otherwise": book(note),
    "a sheet called Sheet1": book(renamed("Sheet1")),
    "a sheet with a blank behind its name": book(renamed("act ")),
    "a sheet in capitals": book(renamed("ACT")),
    "a sheet with a year": book(renamed("act 2024")),
    "a sheet with a number, as copied": book(renamed("act (2)")),
    "a copy of the sheet": book(twice),
    "two tables side by side": book(beside),
    "a sum in a last row": book(same, [HEAD, ROW, ["合计", "", "", "", 2]]),
    "a sum as a formula": book(same, [HEAD, ROW, ["", "", "", "", "=SUM(E2:E2)"]]),
    "numbers of columns below the heading": book(same, [HEAD, ["1", "2", "3", "4", "5"], ROW]),
    "empty columns between": book(same, [[HEAD[0], "", *HEAD[1:]], [ROW[0], "", *ROW[1:]]]),
    "an empty first column and row": book(same, [[], ["", *HEAD], ["", *ROW]]),
    "rows and columns exchanged": book(same, [list(pair) for pair in zip(HEAD, ROW, strict=True)]),
    "line breaks in a heading": book(put(A1="student\n_id")),
    "a protected sheet": book(locked),
    "a name that refers to nothing": book(named),
    "a macro": with_parts(book(same), {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"\x00" * 60}),
    "an external link": with_parts(book(same), {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}),
    "a part with a name that climbs": with_parts(book(same), {"../../evil.xml": b"<x/>"}),
    "a part twice": with_parts(book(same), {"xl/workbook.xml": b"<x/>"}),
    "a document type in a part": with_parts(
        book(same), {}, {b"<worksheet": b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet'}),
    "a cell address that lies": with_parts(book(same), {}, {b'r="E2"': b'r="ZZZ9999999"'}),
    "a cell address that is none": with_parts(book(same), {}, {b'r="E2"': b'r="??"'}),
    "a row number that goes back": with_parts(book(same), {}, {b'<row r="2"': b'<row r="1"'}),
    "a string that is not in the list": with_parts(
        book(same), {}, {b't="inlineStr"><is><t>hike</t></is>': b't="s"><v>999</v>'}),
    "a cell of an unknown type": with_parts(book(same), {}, {b't="inlineStr"': b't="zz"'}),
    "a number that is not one": with_parts(
        book(put(E2=2)), {}, {b"<v>2</v></c></row></sh": b"<v>nan</v></c></row></sh"}),
    "a macro workbook's type": with_parts(book(same), {}, {b"sheet.main+xml": b"sheet.macroEnabled.main+xml"}),
    "an empty zip": lambda: b"PK\x05\x06" + b"\x00" * 18,
    "a zip without a workbook": lambda: _zipped({"readme.txt": b"x"}),
    "a word document by another name": lambda: _zipped(
        {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}),
    "an OpenDocument by another name": lambda: _zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
    "half of the file": lambda: (whole := book(same)())[: len(whole) // 2],
    "without its last byte": lambda: book(same)()[:-1],
    "something in front": lambda: b"\r\n" + book(same)(),
    "HTML as old systems export it": lambda: _web_page(HEAD, ROW),
    "HTML with a row too many": lambda: _web_page(HEAD, ROW, ["合计", "", "", "", "2"]),
    "XML of 2003": lambda: b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
    "tabulators by another name": lambda: lines(HEAD, ROW, by="\t"),
    "a lock file": lambda: b"\x05admin" + b" " * 160,
}  # fmt: skip


def _zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        for name, content in parts.items():
            written.writestr(name, content)
    return out.getvalue()


def _web_page(*rows: list[str]) -> bytes:
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<html><head><meta charset=utf-8></head><body><table>{cells}</table></body></html>".encode()


def table(**columns: Any) -> Any:
    """Records as columns, some of another type."""
    plain: dict[str, Any] = {name: [text] for name, text in zip(HEAD, ROW, strict=True)}
    return pyarrow.table({**plain, **columns})


def moment(hour: int, *kind: str) -> Any:
    """A moment of the day of the record."""
    return pyarrow.array([datetime(2024, 10, 8, hour)], pyarrow.timestamp(*kind))


def _parquet(content: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    parquet.write_table(content, out, **options)
    return out.getvalue()


def _feather(content: Any) -> bytes:
    out = io.BytesIO()
    feather.write_feather(content, out, compression="uncompressed")
    return out.getvalue()


PARQUET: dict[str, Callable[[], bytes]] = {
    "sound": lambda: _parquet(table()),
    "a day as a day": lambda: _parquet(table(on=[date(2024, 10, 8)])),
    "a moment with a zone": lambda: _parquet(table(on=moment(20, "us", "UTC"))),
    "a moment without one": lambda: _parquet(table(on=moment(20, "ns"))),
    "a moment at midnight": lambda: _parquet(table(on=moment(0, "s"))),
    "a decimal": lambda: _parquet(table(size=[Decimal("2.50")])),
    "a decimal of many digits": lambda: _parquet(table(size=[Decimal("1." + "1" * 30)])),
    "a double": lambda: _parquet(table(size=[0.1])),
    "not a number": lambda: _parquet(table(size=[float("nan")])),
    "infinity": lambda: _parquet(table(size=[float("inf")])),
    "a person as a whole number": lambda: _parquet(table(student_id=[1])),
    "a person as a double": lambda: _parquet(table(student_id=[1.0])),
    "nothing for a person": lambda: _parquet(table(student_id=pyarrow.array([None], pyarrow.string()))),
    "a list in a cell": lambda: _parquet(table(size=[[2]])),
    "a structure in a cell": lambda: _parquet(table(size=[{"a": 2}])),
    "bytes in a cell": lambda: _parquet(table(item=[b"hike"])),
    "dictionaries": lambda: _parquet(table(item=pyarrow.array(["hike"]).dictionary_encode())),
    "a column twice": lambda: _parquet(pyarrow.table([["1"], ["1"]], names=["student_id", "student_id"])),
    "no rows": lambda: _parquet(table().slice(0, 0)),
    "no columns": lambda: _parquet(pyarrow.table({})),
    "a time of day": lambda: _parquet(table(on=pyarrow.array([3600], pyarrow.time32("s")))),
    "a length of time": lambda: _parquet(table(size=pyarrow.array([2], pyarrow.duration("s")))),
    "cut off": lambda: _parquet(table())[:-9],
    "its end only": lambda: _parquet(table())[-40:],
    "CSV by another name": lambda: lines(HEAD, ROW),
    "a length that lies": lambda: _parquet(table())[:-8] + b"\xff\xff\xff\x7fPAR1",
    "empty": lambda: b"",
}  # fmt: skip
ARROW: dict[str, Callable[[], bytes]] = {
    "sound": lambda: _feather(table()),
    "cut off": lambda: _feather(table())[:-20],
    "Parquet by another name": lambda: _parquet(table()),
    "empty": lambda: b"",
}
LINES: dict[str, bytes] = {
    "sound": json.dumps(dict(zip(HEAD, ROW, strict=True))).encode() + b"\n",
    "an empty line between": b'{"student_id": "1"}\n\n{"student_id": "1"}\n',
    "a line that breaks off": b'{"student_id": "1", "record_id": "a"',
    "a line that is a list": b'["1", "a"]\n',
    "other columns in each line": b'{"student_id": "1"}\n{"item": "hike"}\n',
    "a BOM": b'\xef\xbb\xbf{"student_id": "1", "record_id": "a", "item": "hike", "on": "2024-10-08"}\n',
    "one document over many lines": json.dumps([dict(zip(HEAD, ROW, strict=True))], indent=1).encode(),
    "a name twice in a line": b'{"student_id": "1", "student_id": "2"}\n',
    "empty": b"",
}


def statements(*texts: str) -> Callable[[Path], None]:
    """A database with a list of students and what these make."""

    def write(path: Path) -> None:
        connection = sqlite3.connect(path)
        for text in ("create table student (student_id text)", "insert into student values ('1')", *texts):
            connection.execute(text)
        connection.commit()
        connection.close()

    return write


_ACT = 'create table act (student_id text, record_id text, item text, "on" text, size)'
_ONE = "insert into act values ('1', 'a', 'hike', '2024-10-08', 2)"


def _left_open(path: Path) -> None:
    """A log of writes that nobody has taken over into the file."""
    other = path.with_suffix(".other")
    connection = sqlite3.connect(other)
    connection.execute("pragma journal_mode=wal")
    for text in ("create table student (student_id text)", "insert into student values ('1')", _ACT):
        connection.execute(text)
    connection.commit()
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.execute(_ONE)
    connection.commit()
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").write_bytes(Path(f"{other}{ending}").read_bytes())
    connection.close()


def _log_lost(path: Path) -> None:
    _left_open(path)
    for ending in ("-wal", "-shm"):
        Path(f"{path}{ending}").unlink()


def _journal(path: Path) -> None:
    statements(_ACT, _ONE)(path)
    Path(f"{path}-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\x00" * 504)


def _called(name: str) -> Callable[[Path], None]:
    return statements(_ACT.replace("table act", f'table "{name}"'), _ONE.replace("into act", f'into "{name}"'))


DATABASE: dict[str, Callable[[Path], None]] = {
    "a log that was not taken over": _left_open,
    "a log that was left behind": _log_lost,
    "a journal of a run that broke off": _journal,
    "a table in capitals": _called("ACT"),
    "a table with a blank": _called("act "),
    "a table with a schema in its name": _called("main.act"),
    "columns in capitals": statements(_ACT.upper(), _ONE),
    "a generated column": statements(
        _ACT.replace("size)", "size as (2))"), "insert into act values ('1', 'a', 'hike', '2024-10-08')"),
    "a virtual table": statements("create virtual table act using fts5(student_id, record_id, item, size)"),
    "a trigger": statements(_ACT, _ONE, "create trigger t after insert on act begin delete from act; end"),
    "a view over itself": statements("create view act as select * from act"),
    "a view that never ends": statements(
        "create view act as with recursive n(x) as (select 1 union all select x + 1 from n where x < 100000)"
        " select '1' student_id, x record_id, 'hike' item, '2024-10-08' \"on\", 1 size from n limit 9"),
    "a day as a Julian number": statements(_ACT, _ONE.replace("'2024-10-08'", "2460591.5")),
    "a day as seconds": statements(_ACT, _ONE.replace("'2024-10-08'", "1728345600")),
    "a day as milliseconds": statements(_ACT, _ONE.replace("'2024-10-08'", "1728345600000")),
    "a text with a NUL": statements(_ACT, _ONE.replace("'a'", "'a' || char(0) || 'b'")),
    "a text of a megabyte": statements(_ACT, _ONE.replace("'a'", "printf('%.*c', 1000000, 'x')")),
    "a whole number of 64 bits": statements(_ACT, _ONE.replace("2)", "9223372036854775807)")),
    "minus nought": statements(_ACT, _ONE.replace("2)", "-0.0)")),
    "a very small number": statements(_ACT, _ONE.replace("2)", "1e-300)")),
    "no columns that are known": statements("create table act (x)", "insert into act values (1)"),
    "two tables of one kind": statements(_ACT, _ONE, _ACT.replace("table act", 'table "记录 act"')),
    "a table without a row": statements(_ACT),
    "strict types": statements(_ACT.replace("size)", "size real) strict"), _ONE),
    "without row numbers": statements(_ACT.replace("size)", "size, primary key (record_id)) without rowid"), _ONE),
}  # fmt: skip
