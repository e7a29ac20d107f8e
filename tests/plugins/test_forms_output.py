"""Forms as files: drawn in three formats from one layout, harmless, published together or not at all."""

import io
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
from attrs import evolve
from lxml import html

from creditlang.diagnostics import Phrase
from creditlang.plugin import Form, PluginError
from creditlang.plugin.contract_tests_of_extensions import RUN
from creditlang.plugin.document import Cell, Document, Line, Page, UnevenPage, listing, plain
from creditlang.plugin.run_data import RunData
from creditlang.toolkit.page_layout import SMALLEST, clean, flowing, laid_out, printable
from creditlang.toolkit.staged_folder import OWNED
from creditlang_builtin.forms import chinese_fonts as fonts
from creditlang_builtin.forms import to_html, to_xlsx
from creditlang_builtin.forms.file_names import LONGEST, Names, safe_name
from creditlang_builtin.forms.font_characters import coverage
from creditlang_builtin.forms.forms_output import FormsOutput, split_target
from creditlang_builtin.forms.to_pdf import PdfDrawer, breakable

HOSTILE = [
    '=cmd|"/c calc"!A1', "@SUM(1)", "＝1", "-2+3", "+1", "<script>alert(1)</script>", "&amp; &lt;b&gt;", "{{ 7*7 }}",
    '#eval("1") #read("/etc/passwd")', "*b* _i_ $x^2$ `r` = h", "@ref <label> // c /* d */ \\u{41} \\", "http://a.example",
    "#import \"@preview/x:1.0\": y", "]#panic()[", "阿依古丽·买买提", "李㛃", "O'Neil", "007", "1e5", " 张 伟 ",
]  # fmt: skip


class Listed(Form):
    """A list of texts, two documents."""

    title = Phrase("A list", "名单")

    def __init__(self, texts: list[Any], per_page: int = 20, **options: Any) -> None:
        self.texts, self.per_page, self.options = texts, per_page, options

    def documents(self, run: RunData) -> Iterator[Document]:
        rows = [(text, Decimal(place)) for place, text in enumerate(self.texts)]
        before = [plain("名单", 3, align="center", bold=True, size=16, height=40)]
        pages = listing(("序号", "姓名", "数"), rows, self.per_page, before, left=(1,))
        formats = ("xlsx", "html", "pdf")
        yield Document("名单", "名单", (6, 40, 8), pages, **{"formats": formats, **self.options})
        yield Document("名单二", "名单", (6, 40, 8), pages[:1], **{"formats": formats, **self.options})


@pytest.fixture(scope="module")
def pdf() -> PdfDrawer:
    try:
        return PdfDrawer()
    except PluginError as error:
        pytest.skip(f"no Chinese font: {error}")


def document(texts: list[Any], per_page: int = 20, **options: Any) -> Document:
    return next(Listed(texts, per_page, **options).documents(RUN))


def write(folder: Path, *targets: str, run: RunData = RUN, **forms: Callable[[], Form]) -> None:
    target = str(folder) + ("#" + ",".join(targets) if targets else "")
    with FormsOutput(
        target, io.StringIO(), lambda: {name.replace("_", "-"): form for name, form in forms.items()}
    ) as x:
        x.about(run)
        x.write("students", (), ())


def codes(error: pytest.ExceptionInfo[PluginError]) -> list[str]:
    return [found.code for found in error.value.diagnostics]


def files(folder: Path) -> dict[str, bytes]:
    return {x.relative_to(folder).as_posix(): x.read_bytes() for x in sorted(folder.rglob("*")) if x.is_file()}


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


# ---------------------------------------------------------------- drawing


def test_a_workbook_holds_every_text_as_text() -> None:
    shown = document([*HOSTILE])
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx.draw(shown, laid_out(shown)))).active
    cells = [sheet.cell(row, 2) for row in range(3, 3 + len(HOSTILE))]
    assert [(cell.value, cell.data_type) for cell in cells] == [(text, "s") for text in HOSTILE]
    assert [cell.quotePrefix for cell in cells] == [text[0] in "=+-@＝" for text in HOSTILE]
    assert all(cell.hyperlink is None for cell in cells)
    assert (sheet["C4"].value, sheet["C4"].data_type) == (1, "n")


def test_a_workbook_is_set_up_for_printing() -> None:
    shown = document(["a"] * 41, footer="5班 & 6班")
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx.draw(shown, laid_out(shown)))).active
    assert (int(sheet.page_setup.paperSize), sheet.page_setup.orientation) == (9, "portrait")
    assert [one.id for one in sheet.row_breaks.brk] == [22, 44]
    assert sheet.print_area == "'名单'!$A$1:$C$66"
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, int(sheet.page_setup.fitToHeight)) == (True, 0)
    assert sheet.oddFooter.center.text == "5班 && 6班　第 &P 页　共 &N 页"
    assert (sheet.oddFooter.center.font, sheet.oddFooter.center.size) == ("宋体", 9)
    assert sheet["A1"].font.name == "宋体"
    assert (sheet["A1"].font.sz, sheet["A1"].font.b, sheet["A1"].border.left.style) == (16, True, None)
    assert (sheet["A3"].border.left.style, sheet["B3"].alignment.horizontal) == ("thin", "left")
    assert [sheet.row_dimensions[row].height for row in (1, 23, 45)] == [39.75] * 3
    assert "A1:C1" in map(str, sheet.merged_cells.ranges)


def test_the_paper_can_lie_on_its_side(pdf: PdfDrawer) -> None:
    shown = document(["a"], 5, landscape=True)
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx.draw(shown, laid_out(shown)))).active
    assert sheet.page_setup.orientation == "landscape"
    box = pypdf.PdfReader(io.BytesIO(pdf.draw(shown, laid_out(shown)))).pages[0].mediabox
    assert box.width > box.height
    assert b"A4 landscape" in to_html.draw(shown, laid_out(shown))


def test_a_web_page_shows_every_text_and_runs_none() -> None:
    shown = evolve(document([*HOSTILE]), title="</title><script>")
    content = to_html.draw(shown, laid_out(shown))
    page = html.fromstring(content.decode())
    assert [row.xpath("td[2]")[0].text_content() for row in page.xpath("//tr")[2 : 2 + len(HOSTILE)]] == HOSTILE
    assert page.xpath("//title")[0].text_content() == "</title><script>"
    assert not page.xpath("//script | //b | //body//*[not(self::section or ancestor::section)]")
    assert not page.xpath("//@href | //@src | //@onclick")
    assert "default-src 'none'" in content.decode()


def test_a_pdf_shows_every_text_and_obeys_none(pdf: PdfDrawer) -> None:
    shown = evolve(document([*HOSTILE]), title="#panic()")
    content = pdf.draw(shown, laid_out(shown))
    text = "".join(pdf_text(content).split())
    assert [name for name in HOSTILE if "".join(name.split()) not in text] == []
    assert (pypdf.PdfReader(io.BytesIO(content)).metadata or {}).get("/Title") == "#panic()"
    assert b"/CreationDate" not in content


@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (1, 1), (20, 1), (21, 2), (40, 2), (41, 3)])
def test_twenty_rows_to_a_page(pdf: PdfDrawer, rows: int, pages: int) -> None:
    shown = document(["张伟"] * rows)
    content = pdf.draw(shown, laid_out(shown))
    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) == pages
    assert ("第 1 页" in pdf_text(content)) == (pages > 1)
    assert len(html.fromstring(to_html.draw(shown, laid_out(shown)).decode()).xpath("//section")) == pages


def test_marks_that_turn_the_writing_are_taken_out(pdf: PdfDrawer) -> None:
    name = "张\u202e伟\u200f\u2067明\x00\x1b[31m\ufeff\ud800"
    shown = document([name])
    assert clean(name) == "张伟明[31m"
    assert "张伟明[31m" in pdf_text(pdf.draw(shown, laid_out(shown)))
    assert "张伟明[31m" in to_html.draw(shown, laid_out(shown)).decode()
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx.draw(shown, laid_out(shown)))).active
    assert sheet["B3"].value == "张伟明[31m"
    assert clean("a\tb\r\nc\u2028d") == "a b\nc\nd"


@pytest.mark.parametrize("name", ["张" * 40_000, "W" * 40_000, "a\n" * 5_000])
def test_what_is_very_long_ends_with_dots_and_stays_on_its_page(pdf: PdfDrawer, name: str) -> None:
    shown = document([name, "王芳"])
    layout = laid_out(shown)
    assert len([one for one in layout.sheets[0].cells if one.text.endswith("…")]) == 1
    content = pdf.draw(shown, layout)
    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) == 1
    assert "王芳" in pdf_text(content)
    assert "王芳" in to_html.draw(shown, layout).decode()
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx.draw(shown, layout))).active
    assert sheet["B4"].value == "王芳"


def test_a_long_text_is_set_smaller_before_its_line_grows() -> None:
    page = Page(1, (Line((Cell("长" * 12, size=11),), 20), Line((Cell("长" * 60, size=11),), 20)))
    (sheet,) = laid_out(Document("d", "d", (20,), (page,))).sheets
    assert (sheet.cells[0].size < 11, sheet.heights[0]) == (True, 20)
    assert sheet.cells[1].size <= SMALLEST + 0.5
    assert sheet.heights[1] > 20


def test_pages_fill_up_and_what_belongs_together_stays_together() -> None:
    lines = [Line((Cell(str(number)),), 100, keep=number % 3 == 0) for number in range(10)]
    pages = flowing((20,), lines, [plain("续", 1, height=20)])
    texts = [[cell.text for line in page.lines for cell in line.cells] for page in pages]
    assert texts == [["0", "1", "2", "3", "4", "5"], ["续", "6", "7", "8", "9"]]
    wide, high = printable()
    layout = laid_out(Document("d", "d", (300,), pages))
    assert sum(layout.sheets[0].widths) * layout.scale <= wide
    assert all(sum(sheet.heights) * layout.scale <= high for sheet in layout.sheets)


def test_a_document_has_a_width_for_each_column() -> None:
    with pytest.raises(UnevenPage):
        Document("d", "d", (10,), (Page(2, (Line((Cell("a"), Cell("b"))),)),))


def test_words_longer_than_their_cell_may_break() -> None:
    assert breakable("x" * 20, 60, 10) == "\u200b".join(["x" * 10] * 2)
    assert breakable("张伟 is here", 30, 10) == "张伟 is here"


# ---------------------------------------------------------------- publishing


def test_each_form_has_a_folder_and_the_same_run_the_same_bytes(tmp_path: Path, pdf: PdfDrawer) -> None:
    for folder in (tmp_path / "a", tmp_path / "b"):
        write(folder, list_one=lambda: Listed([*HOSTILE, "龘"]), list_two=lambda: Listed([]))
    write(tmp_path / "a", list_one=lambda: Listed([*HOSTILE, "龘"]), list_two=lambda: Listed([]))
    found = files(tmp_path / "a")
    assert found == files(tmp_path / "b")
    named = [f"list-{one}/{name}.{ending}" for one in ("one", "two") for name in ("名单", "名单二")
             for ending in ("html", "pdf", "xlsx")]  # fmt: skip
    assert sorted(found) == sorted([*named, f"list-one/{OWNED}", f"list-two/{OWNED}"])
    with zipfile.ZipFile(tmp_path / "a" / "list-one" / "名单.xlsx") as book:
        assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_nothing_shows_before_closing_and_nothing_is_left_after_discarding(tmp_path: Path) -> None:
    write(tmp_path, list=lambda: Listed(["早"], formats=("html",)))
    before = files(tmp_path)
    output = FormsOutput(str(tmp_path), io.StringIO(), lambda: {"list": lambda: Listed(["晚"], formats=("html",))})
    output.about(RUN)
    assert {name: x for name, x in files(tmp_path).items() if not name.endswith(".tmp")} == before
    output.discard()
    output.discard()
    assert files(tmp_path) == before


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / ".creditlang-名单.pdf.4711-3.tmp").write_text("torn")
    write(tmp_path, list=lambda: Listed(["a"], formats=("html",)))
    assert not any(name.endswith(".tmp") for name in files(tmp_path))


def test_a_folder_is_of_one_run(tmp_path: Path) -> None:
    write(tmp_path, list=lambda: Listed(["早"], formats=("html", "xlsx")))
    (tmp_path / "list" / "notes.pdf").write_text("mine")
    write(tmp_path, list=lambda: Listed(["晚"], formats=("html",)))
    assert sorted(files(tmp_path)) == [f"list/{OWNED}", "list/notes.pdf", "list/名单.html", "list/名单二.html"]
    assert "晚" in (tmp_path / "list" / "名单.html").read_text(encoding="utf-8")


def test_a_file_that_is_not_ours_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "名单.html").write_text("mine")
    with pytest.raises(PluginError) as error:
        write(tmp_path, one=lambda: Listed(["a"], formats=("html",)), two=lambda: Listed(["a"], formats=("html",)))
    assert codes(error) == ["CR712"]
    found = files(tmp_path)
    assert found.pop("one/名单.html") == b"mine"
    assert sorted(found) == [f"two/{OWNED}", "two/名单.html", "two/名单二.html"]


class Failing(Form):
    """Draws one document, then fails."""

    title = Phrase("Failing", "失败")

    def documents(self, run: RunData) -> Iterator[Document]:
        yield document(["a"], formats=("html",))
        raise KeyError("张伟")


def test_a_form_that_fails_is_named_and_the_others_are_written(tmp_path: Path) -> None:
    write(tmp_path, bad=lambda: Listed(["早"], formats=("html",)))
    before = files(tmp_path)
    with pytest.raises(PluginError) as error:
        write(tmp_path, bad=Failing, good=lambda: Listed(["a"], formats=("html",)), worse=lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    assert codes(error) == ["CR760", "CR760"]
    assert [dict(found.arguments) for found in error.value.diagnostics] == [
        {"form": "bad", "error": "KeyError"},
        {"form": "worse", "error": "ZeroDivisionError"},
    ]
    found = files(tmp_path)
    assert {name: x for name, x in found.items() if name.startswith("bad/")} == before
    assert "good/名单.html" in found
    assert not any(name.endswith(".tmp") for name in found)


def test_a_document_that_cannot_be_drawn_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = to_html.draw
    monkeypatch.setattr(to_html, "draw", lambda x, layout: 1 / 0 if x.name == "名单" else draw(x, layout))
    with pytest.raises(PluginError) as error:
        write(tmp_path, list=lambda: Listed(["a"], formats=("html", "xlsx")))
    assert codes(error) == ["CR764"]
    assert dict(error.value.diagnostics[0].arguments) == {
        "form": "list", "number": "1", "format": "html", "error": "ZeroDivisionError",
    }  # fmt: skip
    assert sorted(files(tmp_path)) == [f"list/{OWNED}", "list/名单.xlsx", "list/名单二.html", "list/名单二.xlsx"]


def test_forms_can_be_chosen_by_name(tmp_path: Path) -> None:
    class Other(Listed):
        policies = ("another",)

    forms = {"one": lambda: Listed(["a"], formats=("html",)), "two": lambda: Listed(["a"], formats=("html",))}
    write(tmp_path / "x", "two", **forms)
    assert {name.partition("/")[0] for name in files(tmp_path / "x")} == {"two"}
    write(tmp_path / "y", **forms, other=lambda: Other(["a"]))
    assert {name.partition("/")[0] for name in files(tmp_path / "y")} == {"one", "two"}
    with pytest.raises(PluginError) as error:
        write(tmp_path / "z", "one", "other", **forms, other=lambda: Other(["a"]))
    assert codes(error) == ["CR763"]
    assert "one/名单.html" in files(tmp_path / "z")
    with pytest.raises(PluginError) as error:
        write(tmp_path / "z", "three", **forms)
    assert codes(error) == ["CR762"]
    with pytest.raises(PluginError) as error:
        FormsOutput("-", io.StringIO(), dict)
    assert codes(error) == ["CR767"]


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("out/", ("out/", ())),
        ("out/#one,two", ("out/", ("one", "two"))),
        ("out#one, two", ("out", ("one", "two"))),
        ("a#1/out", ("a#1/out", ())),
        ("a#1/out#one", ("a#1/out", ("one",))),
        ("#one", ("#one", ())),
    ],
)
def test_targets(target: str, wanted: tuple[str, tuple[str, ...]]) -> None:
    assert split_target(target) == wanted


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("../../etc/passwd", "_.._etc_passwd"), ("a/b\\c:d*?\"<>|e", "a_b_c_d_e"), ("...", "_"), ("", "_"),
        (".hidden", "hidden"), ("CON", "_CON"), ("com1.txt", "_com1.txt"), ("a\n\u202eb", "a_b"), ("张三. ", "张三"),
    ],
)  # fmt: skip
def test_names_are_safe(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_names_are_different_and_short() -> None:
    names = Names()
    assert [names.unused(x) for x in ("A", "a", "é", "e\u0301", "张" * 500)][:4] == ["A", "a (2)", "é", "e\u0301 (2)"]
    assert len(f"{Names().unused('张' * 500)}.xlsx".encode()) <= LONGEST


# ---------------------------------------------------------------- fonts


def test_without_a_chinese_font_the_other_formats_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FAMILIES", ())
    monkeypatch.delenv(fonts.SETTING, raising=False)
    with pytest.raises(PluginError) as error:
        write(tmp_path, one=lambda: Listed(["a"]), two=lambda: Listed(["a"]))
    assert codes(error) == ["CR761"]
    assert {Path(name).suffix for name in files(tmp_path)} == {"", ".html", ".xlsx"}
    assert len(files(tmp_path)) == 2 * (2 * 2 + 1)


def test_a_system_without_fonts_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(fonts.SETTING, raising=False)
    with pytest.raises(PluginError) as error:
        fonts.chinese_fonts(folders=(), system=False)
    assert codes(error) == ["CR761"]


@pytest.mark.parametrize("setting", ["No Such Font", "/nowhere/simsun.ttc", "DejaVu Sans", __file__])
def test_a_setting_that_leads_to_no_chinese_font_is_an_error(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fonts.SETTING, setting)
    with pytest.raises(PluginError) as error:
        fonts.chinese_fonts()
    assert codes(error) == ["CR765"]


def test_the_setting_goes_first(pdf: PdfDrawer, monkeypatch: pytest.MonkeyPatch) -> None:
    family, (path, _) = list(pdf.fonts.families.items())[-1]
    monkeypatch.setenv(fonts.SETTING, family)
    assert next(iter(fonts.chinese_fonts().families)) == family
    monkeypatch.setenv(fonts.SETTING, str(path))
    assert next(iter(fonts.chinese_fonts(folders=(), system=False).families.values()))[0] == path


def test_a_character_that_no_font_has_is_told(tmp_path: Path, pdf: PdfDrawer) -> None:
    assert pdf.fonts.missing("张伟 李㛃\nabc") == set()
    with pytest.raises(PluginError) as error:
        write(tmp_path, list=lambda: Listed(["张\U0010fffd"]))
    assert codes(error) == ["CR766"]
    assert error.value.diagnostics[0].arguments["characters"] == "U+10FFFD"
    assert "list/名单.pdf" in files(tmp_path)


def test_coverage_of_files_that_are_no_fonts(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_bytes(b"ttcf\x00")
    assert coverage(tmp_path / "a.ttf") == coverage(tmp_path / "none.ttf") == frozenset()
