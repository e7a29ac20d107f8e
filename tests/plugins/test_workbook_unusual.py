"""Sheets that are written as XML allows and hardly a program does: read right or refused, and in time."""

import io
import random
import time
import zipfile
from collections.abc import Sequence

import openpyxl
import pytest
import xlsxwriter

from creditlang_builtin.workbook.sheet_table import table_of
from creditlang_builtin.workbook.workbook_limits import WorkbookError
from creditlang_builtin.workbook.xlsx_workbook import XlsxBook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
Content = tuple[tuple[str, ...], list[tuple[int, tuple[str, ...] | str]]]


def workbook(sheet: str | bytes, shared: Sequence[str] = ()) -> bytes:
    """A workbook whose only sheet has this XML; its styles 1 and 2 are those of a day and of a time."""
    sound, made = io.BytesIO(), io.BytesIO()
    book = xlsxwriter.Workbook(sound)
    page = book.add_worksheet()
    for row, style in enumerate(("yyyy-mm-dd", "h:mm")):
        page.write_blank(row, 0, None, book.add_format({"num_format": style}))
    page.write_string(2, 0, "text")
    book.close()
    items = "".join(f"<si>{item}</si>" for item in shared)
    parts = {"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{items}</sst>'}
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
    return made.getvalue()


def sheet_of(rows: str, merges: Sequence[str] = ()) -> str:
    """The XML of a sheet with these rows."""
    merged = "".join(f'<mergeCell ref="{cells}"/>' for cells in merges)
    after = f"<mergeCells>{merged}</mergeCells>" if merged else ""
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def read(content: bytes) -> Content | None:
    """The heading of the only sheet, and each row's number with its cells or the code of its problem."""
    opened = XlsxBook(content)
    (sheet,) = opened.sheets
    table = table_of(opened.cells(sheet), "s", "s")
    if table is None:
        return None
    return table.header, [(row.number, row.problem.code if row.problem else row.cells) for row in table.rows]


PLAIN = sheet_of("".join(
    f'<row r="{number}"><c r="A{number}"><v>{number}</v></c><c r="B{number}" t="str"><v>讲座</v></c></row>'
    for number in (1, 2, 4)
))  # fmt: skip
SAME = (("1", "讲座"), [(2, ("2", "讲座")), (4, ("4", "讲座"))])


def below(cells: str) -> bytes:
    """A workbook with a heading in A1 and these cells in the second row."""
    return workbook(sheet_of(f'<row r="1"><c r="A1" t="str"><v>学号</v></c></row><row r="2">{cells}</row>'))


def found_in(content: bytes) -> Content | str | None:
    """What a workbook holds, or the code of what is wrong."""
    try:
        return read(content)
    except WorkbookError as error:
        return error.code


# ---- nothing is lost
@pytest.mark.parametrize(
    ("cells", "row"),
    [
        ('<c r="C2"><v>3</v></c><c r="A2"><v>1</v></c>', ("1", "", "3")),
        ('<c><v>3</v></c><c r="D2"><v>1</v></c><c><v>5</v></c>', ("3", "", "", "1", "5")),
        (f'<c r="A2"><v xmlns="{MAIN}">3</v></c>', ("3",)),
        (f'<c r="A2" t="inlineStr"><is><r xmlns="{MAIN}"><t>3</t></r></is></c>', ("3",)),
        ('<c r="A2" xmlns="urn:other"><v>3</v></c><c r="B2"><v>4</v></c>', ("", "4")),
        ('<c r="A2" t="str"><v><![CDATA[</sheetData>]]></v></c>', ("</sheetData>",)),
        ('<c r="A2" t="str"><v><![CDATA[<row r="3"><c r="A3">]]></v></c>', ('<row r="3"><c r="A3">',)),
        ("<c r='A2' t='inlineStr'><is><r><t>a </t></r><r><t> b</t></r><rPh><t>c</t></rPh></is></c>", ("a  b",)),
        ("<c r='A2' s='1'><v>45573</v></c><c r='B2' s='2'><v>0.50000578</v></c>", ("2024-10-08", "12:00:00")),
        ('<!-- <c r="A2"><v>9</v></c> --><c r="A2"><v>3</v></c>', ("3",)),
        ('<c r="A2"><?x </c> ?><v>3</v></c>', ("3",)),
        ('<c r="A2"><v>1E3</v></c><c r="B2"><v>-0</v></c><c r="C2"><v> +5 </v></c>', ("1000", "0", "5")),
        ('<c r="A2" t="b"><v>true</v></c><c r="B2"><v/></c><c r="C2" t="s"><v></v></c>', ("是", "", "")),
    ],
)
def test_cells_that_hardly_a_program_writes(cells: str, row: Sequence[str]) -> None:
    content = found_in(below(cells))
    assert isinstance(content, tuple)
    width = len(content[0])
    assert [found for _, found in content[1]] == [tuple(row)[:width]]
    assert not any(tuple(row)[width:])


@pytest.mark.parametrize("quote", ["'", '"'])
def test_empty_text_that_a_formula_gave_is_an_empty_cell(quote: str) -> None:
    formula = '<f>IF(A1="","",1)</f>'
    saved = (f"{formula}<v></v>", f"{formula}<v/>", f"<!-- -->{formula}<v></v>")
    for value in saved:
        cells = f'<c r="A2"><v>5</v></c><c r={quote}B2{quote} t="str">{value}</c><c r="C2"><v>6</v></c>'
        assert found_in(below(cells)) == (("学号", "", ""), [(2, ("5", "", "6"))])
    for cell in (f' t="str">{formula}', f">{formula}<v></v>", f">{formula}", f' t="s">{formula}<v/>'):
        assert found_in(below(f"<c r={quote}A2{quote}{cell}</c>")) == (("学号",), [(2, "CR730")])


@pytest.mark.parametrize(
    "sheet",
    [
        PLAIN.replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16"),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.replace("</row><", "</row><!-- </row> --><"),
        PLAIN.replace("</row><", "</row><?x <row r='9'>?><"),
        PLAIN.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main").replace('r="A2"', "r='A2'"),
        PLAIN.replace("</sheetData>", '</sheetData><!-- <mergeCell ref="A1:A2"/> -->'),
    ],
)
def test_sheets_in_other_forms(sheet: str | bytes) -> None:
    assert found_in(workbook(sheet)) == SAME


@pytest.mark.parametrize("merged", ["<mergeCell ref='B2:B4'/>", '<mergeCell\n ref="B2:B4" />'])
def test_merged_cells_in_other_forms(merged: str) -> None:
    sheet = PLAIN.replace("讲座", "甲", 2).replace("</sheetData>", f"</sheetData><mergeCells>{merged}</mergeCells>")
    assert found_in(workbook(sheet)) == (("1", "甲"), [(2, ("2", "甲")), (4, ("4", "甲"))])


def test_shared_texts_in_another_form() -> None:
    items = ["<t>a</t><!-- -->", "<t/>", f'<r xmlns="{MAIN}"><t>b</t></r>']
    sheet = sheet_of("".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{n % 3}</v></c></row>' for n in range(3, 7)))
    assert found_in(workbook(sheet, items)) == (("a",), [(5, ("b",)), (6, ("a",))])


# ---- nothing is guessed
@pytest.mark.parametrize(
    "rows",
    [
        '<row r="3"><c r="A3"><v>3</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>',
        '<row r="3"><c r="A3"><v>3</v></c></row><row r="3"><c r="B3"><v>2</v></c></row>',
        '<row r="3"><c r="A3"><v>3</v></c><c r="A3"><v>4</v></c></row>',
        '<row r="3"><c r="A5"><v>3</v></c></row>',
        '<row r="99999999999"><c><v>3</v></c></row>',
        '<row r="1048577"><c r="A1048577"><v>3</v></c></row>',
        '<row r="0"><c r="A1"><v>3</v></c></row>',
        '<row r="3"><c r="A3" t="s"><v>0</v></c></row>',
    ],
)
def test_cells_without_a_certain_place_or_text(rows: str) -> None:
    assert found_in(workbook(sheet_of(rows))) == "CR722"


@pytest.mark.parametrize(
    "sheet", [PLAIN.replace("</worksheet>", ""), "<html><body/></html>", f'<!DOCTYPE a [<!ENTITY b "c">]>{PLAIN}']
)
def test_what_is_no_whole_sheet(sheet: str) -> None:
    assert found_in(workbook(sheet)) == "CR722"


@pytest.mark.parametrize(
    "cell",
    [
        ' s="99"><v>45573</v>', ' t="d"><v>12:30:00</v>', ' t="b"><v>2</v>', "><v>1_000</v>",
        ' t="str"><is><t>a</t></is>',
        ' t="inlineStr"><v>a</v>', ' t="inlineStr"><is><t>a</t></is><is><t>b</t></is>', ' t="x"><v>1</v>',
    ],
)  # fmt: skip
def test_values_that_may_mean_several_things(cell: str) -> None:
    assert found_in(below(f'<c r="A2"{cell}</c>')) == (("学号",), [(2, "CR733")])


def test_merged_cells_hand_down_what_is_wrong_and_must_not_overlap() -> None:
    wrong = {2: '<c r="B2" t="e"><v>#N/A</v></c>'}
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c>{wrong.get(n, "")}</row>' for n in range(1, 5))
    content = workbook(sheet_of(rows, ["B2:B3"]))
    assert found_in(content) == (("1", ""), [(2, "CR731"), (3, "CR731"), (4, ("4", ""))])
    assert found_in(workbook(sheet_of(rows, ["B2:B3", "B2:B3"]))) == found_in(content)
    with pytest.raises(WorkbookError, match="CR722"):
        read(workbook(sheet_of(rows, ["B2:B3", "B3:B4"])))


# ---- in time: each of these took minutes, or all memory, where time grew with the square
@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        (PLAIN.replace("</sheetData>", "</sheetData>" + "<mergeCell " * 400_000), "CR722"),
        ("<?xml " * 400_000 + PLAIN, "CR722"),
        (sheet_of("<a>" * 200_000), "CR723"),
        (sheet_of(f"<!--{'a>' * 10_000_000}-->"), "CR723"),
        (sheet_of(f"<row r='1'><c r='A1' t='str'><v>{'a' * 18_000_000}</v></c></row>"), "CR723"),
        (sheet_of("<row r='1'>" + "<c/>" * 400_000 + "</row>"), "CR723"),
    ],
)
def test_sheets_that_are_made_to_take_long(sheet: str, code: str) -> None:
    content, begin = workbook(sheet), time.process_time()
    with pytest.raises(WorkbookError, match=code):
        read(content)
    assert time.process_time() - begin < 10


# ---- the same as openpyxl
def written(chance: random.Random) -> bytes:
    """A workbook of texts and numbers anywhere, by openpyxl."""
    made = openpyxl.Workbook()
    page = made.worksheets[0]
    for _ in range(40):
        value = chance.choice(["讲座", " a\n&<b>", 20240001, 0.1, True, 1e-7, "]]>", "<row r='3'>"])
        page.cell(chance.randrange(1, 60), chance.randrange(1, 9), value)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def shown(value: object) -> str:
    """A value as text."""
    return {None: "", True: "是", 0.1: "0.1", 1e-7: "0.0000001"}.get(value, str(value))  # type: ignore[call-overload]


@pytest.mark.parametrize("seed", range(20))
def test_rows_stand_where_openpyxl_finds_them(seed: int) -> None:
    content = written(random.Random(seed))
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    there = {row[0].row: [shown(cell.value) for cell in row] for row in page.iter_rows()}
    used = {number: tuple(row) for number, row in there.items() if any(row)}
    found = found_in(content)
    assert isinstance(found, tuple)
    assert [number for number, _ in found[1]] == list(used)[1:]
    first = min(row.index(text) for row in used.values() for text in row if text)
    assert [row for _, row in found[1]] == [row[first : first + len(found[0])] for row in list(used.values())[1:]]
