"""Two dialects, one tree: the pairs of `dialects.md` are equal after parsing, and so are full-width forms."""

import re
from pathlib import Path

import pytest

from creditlang.source import SourceFile
from creditlang.syntax import parse
from creditlang.syntax.tree import Module

TEXT = (Path(__file__).parent / "dialects.md").read_text(encoding="utf-8")
DECLARATIONS = re.findall(r"```en\n(.*?)```\n\n```zh\n(.*?)```", TEXT, re.DOTALL)
LINES = [line.split("  ≡  ") for line in re.findall(r"^.*  ≡  .*$", TEXT, re.MULTILINE)]
NAMES = (
    "级别", "校级", "核定", "天数", "内容", "事由", "甲", "乙", "丙", "团队", "减免", "分钟", "通过", "来源", "去向",
    "佐证", "结束日", "申报", "重修", "日", "证", "学分",
)  # fmt: skip
ASCII_TO_WIDE = {ord(char): ord(char) + 0xFEE0 for char in "0123456789.,:()=<>+-*/%[]"} | {ord(" "): 0x3000}


def tree(text: str) -> Module:
    """The tree of a text without errors; `NAMES` are known, as if a used file declared them."""
    parsed = parse(SourceFile("policy", text), NAMES)
    assert not parsed.diagnostics, (text, parsed.diagnostics)
    assert parsed.module.declarations
    return parsed.module


@pytest.mark.parametrize(("english", "chinese"), DECLARATIONS, ids=[pair[0].split("\n")[0] for pair in DECLARATIONS])
def test_declarations(english: str, chinese: str) -> None:
    """Spans take no part in equality: the trees are equal."""
    assert tree(english) == tree(chinese)


@pytest.mark.parametrize(("english", "chinese"), LINES, ids=[english for english, _ in LINES])
def test_lines_of_a_body(english: str, chinese: str) -> None:
    """Also where the Chinese is written closed up."""
    assert tree(f"category c\n    item x\n        {english}\n") == tree(f"类别 c\n    项目 x\n        {chinese}\n")


@pytest.mark.parametrize("line", [line for pair in LINES for line in pair])
def test_full_width_is_half_width(line: str) -> None:
    """Digits, spaces and punctuation in full width give the same tree; texts keep their own."""
    parts = line.split('"')
    parts[::2] = [part.translate(ASCII_TO_WIDE) for part in parts[::2]]
    head = "category c\n    item x\n        "
    assert tree(head + line + "\n") == tree(head + '"'.join(parts) + "\n")


def test_different_texts_differ() -> None:
    """Equality of trees is not vacuous: every line of the list has a tree of its own."""
    english = list(dict.fromkeys(english for english, _ in LINES))
    trees = [tree(f"category c\n    item x\n        {line}\n") for line in english]
    assert all(one != other for position, one in enumerate(trees) for other in trees[:position])
