"""Lines that are wider than the screen."""

import pytest

from creditlang.source import display_width
from creditlang_repl.line_folding import folded

LONG = "Type a command, a rule of the language to try it, or an expression to ask the student about it."


@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [
        ("short", 10, ["short"]),
        ("  one two three", 10, ["  one two", "      thre", "      e"]),
        ("load POLICY   Work with a policy: a file", 28, ["load POLICY   Work with a", "              policy: a file"]),
        ("    甲乙丙，丁戊己庚", 14, ["    甲乙丙，丁", "        戊己庚"]),
        ("一二三四五，六", 10, ["一二三四", "    五，六"]),
        ("a" * 12, 5, ["a" * 5, "   aa", "   aa", "   aa", "   a"]),
        ("  志愿活动：0.40  [第八条(一)1]", 30, ["  志愿活动：0.40  [第八", "      条(一)1]"]),
        ("", 5, [""]),
        ("──────  ──────", 9, ["──────  ─"]),
    ],
)
def test_rows(text: str, columns: int, rows: list[str]) -> None:
    found = ["".join(piece for _, piece in row) for row in folded((("title", text),), columns)]
    assert [row.rstrip() for row in found] == rows


@pytest.mark.parametrize("columns", range(1, 60))
@pytest.mark.parametrize(
    "text", [LONG, "✗ 第二课堂活动学分：已有 2.10，需要 7.50，还差 5.40  [第五条]", "  学" + "é́" * 40]
)
def test_no_row_is_wider_and_nothing_is_lost(text: str, columns: int) -> None:
    rows = list(folded((("title", text[:7]), ("", text[7:])), columns))
    shown = ["".join(piece for _, piece in row) for row in rows]
    assert columns < 2 or all(display_width(row) <= columns for row in shown if len(row.strip()) > 1)
    assert "".join("".join(shown).split()) == "".join(text.split())


def test_styles_stay_with_their_signs() -> None:
    rows = list(folded((("title", "one two"), ("loss", " three")), 9))
    assert rows == [(("title", "one two"),), (("", "    "), ("loss", "three"))]
