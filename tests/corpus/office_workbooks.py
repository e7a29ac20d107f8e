"""What offices really send as workbooks, made when asked."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from tests.corpus.office_texts import HEAD, ROW, lines


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
