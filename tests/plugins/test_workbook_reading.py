"""Sheets give what their writer meant."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from unittest.mock import patch
from xml.sax.saxutils import escape

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from creditlang.schema import RawTable
from creditlang.values import plain
from creditlang_builtin.workbook import sheet_table as workbook_table
from creditlang_builtin.workbook import xlsx_package as workbook_package
from creditlang_builtin.workbook.sheet_table import table_of
from creditlang_builtin.workbook.workbook_limits import WorkbookError, column_letters
from creditlang_builtin.workbook.xlsx_workbook import XlsxBook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FORMATS = {"date": "yyyy-mm-dd", "moment": "yyyy/m/d h:mm:ss", "time": "h:mm", "zeros": "0000000000", "part": "0.00%"}
STYLES = {name: number for number, name in enumerate(FORMATS, start=1)}

Merge = tuple[int, int, int, int]


def workbook(sheet: str | bytes, shared: Sequence[str | bytes] = (), since_1904: bool = False) -> bytes:
    """A workbook of one sheet with this XML, written without a library."""
    codes = "".join(f'<numFmt numFmtId="{164 + n}" formatCode="{code}"/>' for n, code in enumerate(FORMATS.values()))
    cells = "".join(f'<xf numFmtId="{number}"/>' for number in (0, *range(164, 164 + len(FORMATS))))
    kinds = {"worksheet": "worksheets/sheet1.xml", "styles": "styles.xml", "sharedStrings": "sharedStrings.xml"}
    links = "".join(
        f'<Relationship Id="{kind}" Type="{LINKS}/{kind}" Target="{part}"/>' for kind, part in kinds.items()
    )
    sort = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = "".join(
        f'<Override PartName="/xl/{part}" ContentType="{sort}.{kind}+xml"/>'
        for kind, part in {**kinds, "sheet.main": "workbook.xml"}.items()
    )
    items = b"".join(b"<si>%s</si>" % (item if isinstance(item, bytes) else item.encode()) for item in shared)
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="a" '
        f'Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{links}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><workbookPr date1904="{int(since_1904)}"/>'
        '<sheets><sheet name="s" sheetId="1" r:id="worksheet"/></sheets></workbook>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><fonts><font/></fonts><fills><fill>'
        '<patternFill patternType="none"/></fill></fills><borders><border/></borders><cellStyleXfs><xf numFmtId="0"/>'
        f"</cellStyleXfs><cellXfs>{cells}</cellXfs><cellStyles>"
        '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
        "xl/sharedStrings.xml": b'<sst xmlns="%s">%s</sst>' % (MAIN.encode(), items),
        "xl/worksheets/sheet1.xml": sheet,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def sheet_of(rows: str, merges: Sequence[Merge] = ()) -> str:
    """The XML of a sheet with these rows."""
    ranges = (f"{column_letters(left)}{top}:{column_letters(right)}{bottom}" for top, left, bottom, right in merges)
    merged = "".join(f'<mergeCell ref="{cells}"/>' for cells in ranges)
    after = f"<mergeCells>{merged}</mergeCells>" if merged else ""
    return f'<?xml version="1.0"?>\r\n<worksheet xmlns="{MAIN}"><cols/><sheetData>{rows}</sheetData>{after}</worksheet>'


Content = tuple[tuple[str, ...], list[tuple[int, tuple[str, ...] | str]]]


def content_of(table: RawTable | None) -> Content | None:
    """The heading, and each row's number with its cells or the code of its problem."""
    if table is None:
        return None
    rows = [(row.number, row.problem.code if row.problem else row.cells) for row in table.rows]
    return table.header, rows


def read(content: bytes) -> Content | None:
    """The only sheet of a workbook."""
    opened = XlsxBook(content)
    (sheet,) = opened.sheets
    return content_of(table_of(opened.cells(sheet), "s", "s"))


# ---- what cells may hold, each with what it means
@frozen
class Written:
    """A cell as XML, in which `{at}` is its reference, and the text that it means or the code of its trouble."""

    xml: str
    text: str = ""
    code: str = ""


TEXTS = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x1F9FF, exclude_categories=("Cs", "Cn"), exclude_characters="_\x7f")
    | st.sampled_from("\n&<>\"'学分"),
    min_size=1,
    max_size=6,
)
ESCAPED = st.sampled_from([escape, lambda text: "".join(f"&#{ord(sign)};" for sign in text)])
KEPT = 'xml:space="preserve"'


def element(kind: str, value: str, formula: str = "", style: str = "") -> str:
    """A cell with a value."""
    attributes = (f' s="{STYLES[style]}"' if style else "") + (f' t="{kind}"' if kind else "")
    return f'<c r="{{at}}"{attributes}>{formula}<v>{value}</v></c>'


@st.composite
def texts(draw: st.DrawFn, shared: list[str]) -> Written:
    """Texts, wherever a file may keep them."""
    text, escaped = draw(TEXTS), draw(ESCAPED)
    half = len(text) // 2
    parts = "".join(f"<r><rPr><b/></rPr><t {KEPT}>{escaped(part)}</t></r>" for part in (text[:half], text[half:]))
    rich = parts + '<rPh sb="0" eb="1"><t>reading aid</t></rPh><phoneticPr fontId="0"/>'
    item = draw(st.sampled_from([f"<t {KEPT}>{escaped(text)}</t>", rich]))
    match draw(st.sampled_from(["inline", "shared", "formula"])):
        case "inline":
            return Written(f'<c r="{{at}}" t="inlineStr"><is>{item}</is></c>', text)
        case "shared":
            shared.append(item)
            return Written(element("s", str(len(shared) - 1)), text)
        case _:
            return Written(element("str", escaped(text), '<f t="shared" si="0"/>'), text)


@st.composite
def numbers(draw: st.DrawFn) -> Written:
    """Numbers as programs write them: short, with a power of ten, with the error of a binary fraction."""
    number = draw(st.decimals(-(10**9), 10**9, places=draw(st.integers(0, 4)), allow_nan=False, allow_infinity=False))
    text = f"{plain(number):f}"
    raw = draw(st.sampled_from([text, repr(float(number)), f"{float(number):.17g}", f"{float(number):.14E}"]))
    formula = draw(st.sampled_from(["", "<f>A1+1</f>"]))
    return Written(element(draw(st.sampled_from(["", "n"])), raw, formula, draw(st.sampled_from(["", "part"]))), text)


@st.composite
def days(draw: st.DrawFn, since_1904: bool) -> Written:
    """Days, moments and times of day."""
    day = draw(st.dates(date(1904, 1, 2), date(2099, 12, 31)))
    seconds = draw(st.integers(0, 86_399))
    whole = (day - (date(1904, 1, 1) if since_1904 else date(1899, 12, 30))).days
    clock = f"{timedelta(seconds=seconds)!s:0>8}"
    match draw(st.sampled_from(["date", "moment", "time", "iso"])):
        case "date":
            return Written(element("", str(whole), "", "date"), str(day))
        case "moment":
            text = f"{day} {clock}" if seconds else str(day)
            return Written(element("", repr(whole + seconds / 86_400), "", "moment"), text)
        case "time":
            return Written(element("", repr(seconds / 86_400), "<f>B1</f>", "time"), clock)
        case _:
            return Written(element("d", f"{day}T{clock}"), f"{day} {clock}" if seconds else str(day))


OTHERS = st.sampled_from([
    Written(element("b", "1"), "是"),
    Written(element("b", "0", "<f>A1=1</f>"), "否"),
    Written(element("", "20240001", "", "zeros"), "0020240001"),
    Written(element("e", "#N/A", "<f>X()</f>"), code="CR731"),
    Written(element("e", "#DIV/0!"), code="CR731"),
    Written(element("", "123456789012345678"), code="CR729"),
    Written(element("", "1.23456789012346E+17"), code="CR729"),
    Written('<c r="{at}"><f>1+1</f></c>', code="CR730"),
    Written('<c r="{at}"><f>1+1</f><v></v></c>', code="CR730"),
    Written('<c r="{at}" t="str"><f>1+1</f></c>', code="CR730"),
    Written('<c r="{at}" t="str"><f>IF(A1="","",1)</f><v></v></c>'),
    Written('<c r="{at}" t="str"><f>IF(A1="","",1)</f><v /></c>'),
    Written('<c r="{at}" s="1" t="str"><!-- a remark --><f t="shared" si="0"/><v></v></c>'),
    Written('<c r="{at}" s="1"/>'),
    Written('<c r="{at}" s="1" t="s"></c>'),
    Written('<c r="{at}"><v/></c>'),
    Written('<c r="{at}" t="inlineStr"><is><t></t></is></c>'),
    Written(element("", "5", "<!-- a remark --><f>1</f>"), "5"),
])  # fmt: skip

Grid = dict[tuple[int, int], Written]


@st.composite
def sheets(draw: st.DrawFn) -> tuple[Grid, list[Merge], list[str], bool]:
    """Cells by row and column, merged cells, shared texts, and the day from which days are counted."""
    since_1904, shared = draw(st.booleans()), list[str]()
    cells = st.one_of(texts(shared), texts(shared), numbers(), days(since_1904), OTHERS)
    rows = draw(st.lists(st.integers(1, 30), min_size=1, max_size=7, unique=True).map(sorted))
    columns = draw(st.lists(st.integers(1, 30), min_size=1, max_size=4, unique=True).map(sorted))
    grid = {(row, column): draw(cells) for row in rows for column in columns if draw(st.integers(0, 3))}
    merges: list[Merge] = []
    if grid and draw(st.booleans()):
        top, left = draw(st.sampled_from(sorted(grid)))
        bottom = top + draw(st.integers(0, 9))
        right = left + draw(st.integers(0 if bottom > top else 1, 2))
        merges.append((top, left, bottom, right))
        covered = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)} - {(top, left)}
        grid = {place: cell for place, cell in grid.items() if place not in covered}
    return grid, merges, shared, since_1904


def xml_of(grid: Grid) -> str:
    """The rows; those without cells are there, too, in the ways in which programs write them."""
    lines = []
    for number in range(1, max((row for row, _ in grid), default=0) + 1):
        cells = "".join(
            cell.xml.replace("{at}", f"{column_letters(column)}{row}")
            for (row, column), cell in sorted(grid.items())
            if row == number
        )
        if cells or number % 3 == 0:
            lines.append(f'<row r="{number}" spans="1:3">{cells}</row>')
        elif number % 3 == 1:
            lines.append(f'<row r="{number}" ht="15"/>')
    return "".join(lines)


def meant(grid: Grid, merges: Sequence[Merge]) -> Content | None:
    """The table that the cells mean, worked out one by one."""
    shown = {place: cell.text for place, cell in grid.items()}
    codes = {place: cell.code for place, cell in grid.items() if cell.code}
    used = sorted(
        {row for (row, column), text in shown.items() if text.strip(" \t\r\n\u00a0\u3000\ufeff")}
        | {row for row, _ in codes}
    )
    for top, left, bottom, _ in merges:
        for row in used:
            if top < row <= bottom:
                shown[row, left] = shown[top, left]
                if (top, left) in codes:
                    codes[row, left] = codes[top, left]
    columns = [column for (row, column), text in shown.items() if row in used and (text or (row, column) in codes)]
    if not used:
        return None
    across = range(min(columns), max(columns) + 1)
    first, *others = used
    header = tuple(
        ("?" if (first, column) in codes else shown.get((first, column), "")).strip(" \t\r\n\u00a0\u3000\ufeff")
        for column in across
    )
    return header, [(row, _row_meant(row, across, shown, codes)) for row in others]


def _row_meant(
    row: int, across: range, shown: Mapping[tuple[int, int], str], codes: Mapping[tuple[int, int], str]
) -> tuple[str, ...] | str:
    wrong = next((codes[row, column] for column in across if (row, column) in codes), None)
    return wrong or tuple(shown.get((row, column), "") for column in across)


@settings(max_examples=150, deadline=None)
@given(sheets(), st.sampled_from([70, 700, workbook_package.PIECE]), st.sampled_from([0, workbook_table.MOST_KEPT]))
def test_cells_mean_what_was_written(drawn: tuple[Grid, list[Merge], list[str], bool], piece: int, kept: int) -> None:
    grid, merges, shared, since_1904 = drawn
    content = workbook(sheet_of(xml_of(grid), merges), shared, since_1904)
    with patch.object(workbook_package, "PIECE", piece), patch.object(workbook_table, "MOST_KEPT", kept):
        found = read(content)
    assert found == meant(grid, merges)


# ---- XML as libraries write it, and as hardly any does
NUMBER, TEXT = '<c r="A{0}"><v>{0}</v></c>', '<c r="B{0}" t="inlineStr"><is><t>讲座</t></is></c>'
ROWS = "".join(f'<row r="{number}">{NUMBER.format(number)}{TEXT.format(number)}</row>' for number in (1, 2, 4))
SAME = (("1", "讲座"), [(2, ("2", "讲座")), (4, ("4", "讲座"))])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'<row r="2">', b'<row spans="1:2" ht="12.5" r="2">'),
        (b"><c ", b">\n  <c "),
        (b"</row><row", b"</row>\r\n<row"),
        (b'<c r="A2">', b'<c r="A2" cm="1" s="0" t="n">'),
        (b"<v>2</v>", b"<v>2</v><extLst><ext/></extLst>"),
        (b"<v>2</v>", b"<v>&#50;</v>"),
        (b"<v>2</v>", b"<v >2</v >"),
        (b"<t>", b'<t xml:space="preserve">'),
        ("讲座".encode(), b"<![CDATA[\xe8\xae\xb2\xe5\xba\xa7]]>"),
    ],
)
def test_xml_that_libraries_write(old: bytes, new: bytes) -> None:
    sheet = sheet_of(ROWS).encode()
    assert old in sheet
    assert read(workbook(sheet.replace(old, new))) == SAME


def test_elements_with_a_prefix() -> None:
    sheet = re.sub("<(/?)([a-zA-Z])", r"<\1x:\2", sheet_of(ROWS, [(1, 1, 1, 2)]).replace("xmlns=", "xmlns:x="))
    for piece in (5, workbook_package.PIECE):
        with patch.object(workbook_package, "PIECE", piece):
            assert read(workbook(sheet)) == SAME


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (' r="A2"', ""),
        ('<c r="A2">', "<c r='A2'>"),
        ('<row r="2">', "<row>"),
        ("</row>", "</row><!-- a remark -->"),
        ("<sheetData>", "<sheetData >"),
    ],
)
def test_unusual_xml_is_read_alike(old: str, new: str) -> None:
    assert old in sheet_of(ROWS)
    assert read(workbook(sheet_of(ROWS).replace(old, new))) == SAME


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('r="A2"', 'r="A3"'),
        ('<row r="4">', '<row r="1">'),
        ("</is></c></row>", "</is></c></rox>"),
        ("</c>", ""),
        ("<v>2</v>", "<v>2"),
        ('<c r="A2">', '<c r="A2"/>'),
        ('<row r="2">', '<row r="2"/>'),
        ('<c r="A2">', '<c r="A2" r="A2">'),
        ("讲座", "&nbsp;"),
        ("讲座", "&#0;"),
        ("</row></sheetData>", "</sheetData>"),
        ("</sheetData>", ""),
    ],
)
def test_no_place_is_guessed_in_wrong_xml(old: str, new: str) -> None:
    assert old in sheet_of(ROWS)
    with pytest.raises(WorkbookError, match="CR722"):
        read(workbook(sheet_of(ROWS).replace(old, new, 1)))


@pytest.mark.parametrize("index", ["1", "-1", "x", "99999999999999999999"])
def test_a_shared_text_that_is_not_there(index: str) -> None:
    content = workbook(sheet_of(f'<row r="1"><c r="A1" t="s"><v>{index}</v></c></row>'), ["<t>学号</t>"])
    with pytest.raises(WorkbookError, match="CR722"):
        read(content)


@pytest.mark.parametrize("value", ["<v><v>2</v></v>", "<v>2</v><v>3</v>", "<v>2<!-- --><b/></v>"])
def test_a_cell_without_a_certain_value(value: str) -> None:
    content = workbook(sheet_of(ROWS).replace("<v>2</v>", value))
    assert read(content) == (SAME[0], [(2, "CR733"), SAME[1][1]])


def test_texts_that_are_no_utf8() -> None:
    sheet = sheet_of(ROWS).encode().replace("讲座".encode(), "讲座".encode("gb18030"))
    with pytest.raises(WorkbookError, match="CR722"):
        read(workbook(sheet))
    with pytest.raises(WorkbookError, match="CR722"):
        read(workbook(sheet_of('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), [b"<t>\xbd\xb2</t>"]))


def test_line_ends_and_what_xml_cannot_hold() -> None:
    text = "a\r\nb\rc&#13;_x0007__x005F_x0007_&lt;_xyz"
    content = workbook(sheet_of(f'<row r="1"><c r="A1" t="str"><v>{text}</v></c></row>'))
    assert read(content) == (("a\nb\nc\r\x07_x0007_<_xyz",), [])


def test_a_long_sheet_is_read_a_second_time_and_never_in_memory_as_a_whole() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="C{n}"><v>1</v></c></row>' for n in range(1, 5001))
    opened = XlsxBook(workbook(sheet_of(rows, [(4_998, 3, 4_999, 3)])))
    with patch.object(workbook_package, "PIECE", 10_000), patch.object(workbook_table, "MOST_KEPT", 5_000):
        table = table_of(opened.cells(opened.sheets[0]), "s", "s")
        assert table is not None
        counted = 0
        pieces = opened.package.pieces

        def watched(part: str) -> Iterator[bytes]:
            nonlocal counted
            for piece in pieces(part):
                counted += 1
                yield piece

        with patch.object(opened.package, "pieces", watched):
            found = [(row.number, counted) for row in table.rows]
    assert [number for number, _ in found] == list(range(2, 5001))
    assert (found[0][1], found[-1][1]) == (1, counted)
    assert counted > 10
    assert table.header == ("1", "", "1")
