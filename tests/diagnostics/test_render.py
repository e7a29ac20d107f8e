"""Carets under the right words, whatever the width of what stands before them; and nothing raw for the terminal."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from creditlang.diagnostics import Diagnostic, Label, Phrase, Place, Severity, catalogue, render, report, to_json
from creditlang.source import HIDDEN, SourceFile, Span

LANGUAGES: tuple[Literal["en", "zh"], ...] = ("en", "zh")
PAGE = (
    "---\ncode: CR999\nname: no-such-item\nseverity: error\n"
    "en: There is no item called “{name}”.\nzh: 没有名为“{name}”的项目。\n"
    "fix_en: did you mean “{nearest}”?\nfix_zh: 是否指“{nearest}”？\n---\n## English\nE\n## 中文\n中\n"
)


@pytest.fixture(autouse=True, scope="module")
def one_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A catalogue of one page, for a code that no stage reports."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "CR999.md").write_text(PAGE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "_PAGES", folder)
        catalogue.page.cache_clear()
        yield
    catalogue.page.cache_clear()


def span(source: SourceFile, words: str) -> Span:
    """Where the words stand first."""
    start = source.text.index(words)
    return Span(source, start, start + len(words))


def diagnose(text: str, words: str, *labels: Label, **arguments: object) -> Diagnostic:
    """A finding about some words of a text."""
    source = SourceFile("hengyang.credit", text)
    return report("CR999", span(source, words), *labels, **{"name": words, **arguments})


def marked(rendered: str, mark: str = "^") -> str:
    """The characters that stand above the marks, found by walking over the cells of the terminal."""
    lines = rendered.split("\n")
    row = next(index for index, line in enumerate(lines) if line.partition("|")[2].strip().startswith(mark))
    start = wcswidth(lines[row][: lines[row].index(mark)])
    end = start + lines[row].count(mark)
    covered, column = "", 0
    for character in lines[row - 1]:
        if start <= column < end or (column == end and covered and wcswidth(character) == 0):
            covered += character
        column += wcswidth(character)
    return covered


def test_the_whole_message() -> None:
    text = "unit credit\n" + "\n" * 10 + '    item lectrue "学术讲座"\n'
    assert render(diagnose(text, "lectrue", nearest="lecture")).split("\n") == [
        "error[CR999]: There is no item called “lectrue”.",
        "  --> hengyang.credit:12:10",
        "   |",
        '12 |     item lectrue "学术讲座"',
        "   |          ^^^^^^^",
        "   = fix: did you mean “lecture”?",
    ]
    assert render(diagnose(text, "lectrue", nearest="lecture"), "zh").split("\n")[::5] == [
        "错误[CR999]：没有名为“lectrue”的项目。",
        "   = 建议：是否指“lecture”？",
    ]


@pytest.mark.parametrize(
    ("text", "words", "caret"),
    [
        ("项目 讲座 每次 0.2", "讲座", "  |      ^^^^"),
        ("项目 讲座 每次 0.2", "0.2", "  |                ^^^"),
        ("“讲座”—①…x", "x", "  |          ^"),
        ("\t项目\tx", "x", "  |             ^"),
        ("cafe\u0301 x", "x", "  |      ^"),
        ("a\x1b[31mb\u202e x", "x", "  |                  ^"),
        ("（１．０）x", "x", "  |           ^"),
        ("𠀀x", "x", "  |   ^"),
        ("ab", "", "  | ^"),
    ],
)
def test_carets(text: str, words: str, caret: str) -> None:
    assert render(diagnose(text, words)).split("\n")[4] == caret


@given(st.text(st.sampled_from("ab 学分“①…é\t，👍"), max_size=150), st.text(st.sampled_from("a学"), max_size=150))
def test_the_caret_is_under_the_words(before: str, after: str) -> None:
    words = "讲座X"
    rendered = render(diagnose(before + words + after, words))
    assert marked(rendered) == words
    assert max(wcswidth(line) for line in rendered.split("\n")) <= 160 + len("1 | ")


def test_a_long_line_is_cut_around_the_caret() -> None:
    text = "学" * 5000 + "讲座X" + "y" * 5000
    line = render(diagnose(text, "讲座X")).split("\n")[3]
    assert line.startswith("1 | …学") and line.endswith("y…")
    assert wcswidth(line) == 160 + len("1 | ")


@pytest.mark.parametrize("words", ["FIRST", "LAST"])
def test_the_ends_of_a_long_line(words: str) -> None:
    text = "FIRST" + " 学术" * 100 + "LAST"
    rendered = render(diagnose(text, words))
    assert marked(rendered) == words
    assert rendered.split("\n")[3].count("…") == 1
    assert wcswidth(rendered.split("\n")[3]) >= 150


def test_endless_accents_are_cut_as_well() -> None:
    rendered = render(diagnose("a" + "\u0301" * 100_000 + "X", "X"))
    assert len(rendered) < 2000
    assert marked(rendered) == "X"


def test_labels_have_rows_of_their_own() -> None:
    source = SourceFile("a.credit", "category 学术 in credit\n\n\n\n    项目 讲座 cap 讲座上限 per week")
    diagnostic = report(
        "CR999",
        span(source, "讲座上限"),
        Label(span(source, "讲座上限"), "is in credit"),
        Label(span(source, "讲座"), Phrase("this item", "这个项目")),
        Label(span(source, "学术")),
        name="x",
    )
    assert render(diagnostic).split("\n")[1:] == [
        " --> a.credit:5:15",
        "  |",
        "1 | category 学术 in credit",
        "  |          ----",
        "...",
        "5 |     项目 讲座 cap 讲座上限 per week",
        "  |                   ^^^^^^^^ is in credit",
        "  |          ---- this item",
    ]
    assert render(diagnostic, "zh").endswith("---- 这个项目")


def test_a_label_may_lie_in_another_file() -> None:
    other = SourceFile("common/levels.credit", "\n" * 99 + "scale level: 校级")
    rendered = render(diagnose("item 讲座", "讲座", Label(span(other, "level"), "the scale")))
    assert rendered.split("\n")[1:] == [
        "   --> hengyang.credit:1:6",
        "    |",
        "  1 | item 讲座",
        "    |      ^^^^",
        "   ::: common/levels.credit:100:7",
        "    |",
        "100 | scale level: 校级",
        "    |       ----- the scale",
    ]


def test_a_span_over_several_lines_says_where_it_ends() -> None:
    rows = render(diagnose("  项目 a\n    b\n  c", "项目 a\n    b\n")).split("\n")
    assert rows[3:] == ["1 |   项目 a", "  |   ^^^^^^ (down to line 2)"]
    rows = render(diagnose("  项目 a\n    b\n  c", "项目 a\n    b\n"), "zh").split("\n")
    assert rows[4] == "  |   ^^^^^^ （直到第2行）"


def test_the_end_of_the_file_can_be_marked() -> None:
    source = SourceFile("a.credit", "项目 a\n")
    rendered = render(report("CR999", Span(source, 7, 7), name="x"))
    assert rendered.endswith("2 |\n  | ^")


@pytest.mark.parametrize(
    ("place", "english", "chinese"),
    [
        (Place("a.csv", 17, "活动日期"), "a.csv, row 17, column 活动日期", "a.csv，第17行，列“活动日期”"),
        (Place("a.csv", 17), "a.csv, row 17", "a.csv，第17行"),
        (Place("a.csv"), "a.csv", "a.csv"),
        (Place("a\x1b.csv", 1, "b\n"), "a\\x1b.csv, row 1, column b\\n", "a\\x1b.csv，第1行，列“b\\n”"),
    ],
)
def test_places_in_data(place: Place, english: str, chinese: str) -> None:
    diagnostic = report("CR999", place, name="x", nearest="y")
    assert render(diagnostic).split("\n")[1:] == [f"  --> {english}", "   = fix: did you mean “y”?"]
    assert render(diagnostic, "zh").split("\n")[1] == f"  --> {chinese}"


def test_data_can_point_at_the_policy() -> None:
    source = SourceFile("a.credit", "level: level")
    rendered = render(report("CR999", Place("a.csv", 2), Label(span(source, "level"), "declared here"), name="x"))
    assert rendered.split("\n")[1:] == [
        " --> a.csv, row 2",
        " ::: a.credit:1:1",
        "  |",
        "1 | level: level",
        "  | ----- declared here",
    ]


def test_a_finding_may_have_no_place() -> None:
    assert render(report("CR999", None, name="x")) == "error[CR999]: There is no item called “x”."


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_nothing_raw_reaches_the_terminal(text: str, name: str, words: str) -> None:
    source = SourceFile(name, text)
    here = Span(source, 0, len(text))
    for diagnostic in (
        report("CR999", here, Label(here, words), name=name, nearest=words),
        report("CR999", Place(name, 1, words), Label(here, words), name=words),
    ):
        for language in LANGUAGES:
            assert not HIDDEN.search(render(diagnostic, language).replace("\n", ""))


def test_colour_only_adds_colour() -> None:
    diagnostic = diagnose("项目 讲座", "讲座", nearest="y")
    coloured = render(diagnostic, colour=True)
    assert coloured.startswith("\x1b[1;31merror[CR999]\x1b[0m")
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render(diagnostic)


def test_severities() -> None:
    heads = [
        render(Diagnostic("CR999", {"name": "x"}, severity=severity), language).partition("[")[0]
        for severity in Severity
        for language in LANGUAGES
    ]
    assert heads == ["error", "错误", "warning", "警告", "note", "提示"]


def test_json() -> None:
    source = SourceFile("a.credit", "项目\n  讲座 x")
    diagnostic = report("CR999", span(source, "讲座"), Label(span(source, "x"), "this"), name="讲座", nearest="讲")
    assert to_json(diagnostic) == {
        "code": "CR999",
        "name": "no-such-item",
        "severity": "error",
        "message": "There is no item called “讲座”.",
        "fix": "did you mean “讲”?",
        "file": "a.credit",
        "line": 2,
        "column": 3,
        "end_line": 2,
        "end_column": 5,
        "row": None,
        "field": None,
        "labels": [{"file": "a.credit", "line": 2, "column": 6, "end_line": 2, "end_column": 7, "text": "this"}],
        "edits": [],
    }
    in_data = to_json(report("CR999", Place("a.csv", 17, "日期"), name="x"), "zh")
    assert [in_data[key] for key in ("file", "line", "row", "field", "fix")] == ["a.csv", None, 17, "日期", None]
    assert list(in_data) == list(to_json(diagnostic)) == list(to_json(report("CR999", None)))
