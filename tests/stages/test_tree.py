"""What the tree keeps: places with their brackets, articles and labels, one value for both dialects."""

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from creditlang.driver import compile_text
from creditlang.source import SourceFile
from creditlang.syntax import tree as t
from creditlang.syntax.parse import parse

BUNDLED = sorted((Path(__file__).resolve().parents[2] / "stdlib_policies").rglob("*.credit"))
PAIRS = {"(": ")", "（": "）", "[": "]", "【": "】"}


def module(text: str) -> t.Module:
    parsed = parse(SourceFile("policy", text))
    assert not parsed.diagnostics
    return parsed.module


def nodes(value: object) -> Iterator[t.Node]:
    if isinstance(value, (t.Node, t.Module)):
        if isinstance(value, t.Node):
            yield value
        for field in attrs.fields(type(value)):
            yield from nodes(getattr(value, field.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from nodes(one)


def balanced(text: str) -> bool:
    waiting: list[str] = []
    quoted = ""
    for character in text:
        if quoted:
            quoted = "" if character == quoted else quoted
        elif character in '"“＂':
            quoted = {"“": "”"}.get(character, character)
        elif character in PAIRS:
            waiting.append(PAIRS[character].translate({0xFF09: ")"}))
        elif character in ")）]】" and (not waiting or waiting.pop() != {"）": ")"}.get(character, character)):
            return False
    return not waiting


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.name)
def test_the_text_of_every_node_has_balanced_brackets(path: Path) -> None:
    parsed = parse(SourceFile(path.name, path.read_text(encoding="utf-8")))
    cut = [node.span.text for node in nodes(parsed.module) if not balanced(node.span.text)]
    assert cut == []


def test_brackets_belong_to_what_they_hold() -> None:
    (fact,) = module("fact f\n    1 when n > 5 and (n < 7 or (n > 9))\n").declarations
    assert isinstance(fact, t.Fact) and isinstance(fact.lines[0], t.DecisionLine)
    condition = fact.lines[0].condition
    assert isinstance(condition, t.Logical) and isinstance(condition.right, t.Logical)
    assert condition.span.text == "n > 5 and (n < 7 or (n > 9))"
    assert (condition.right.span.text, condition.right.right.span.text) == ("(n < 7 or (n > 9))", "(n > 9)")


def test_amounts_deadlines_and_decisions_are_told_apart_by_their_bodies() -> None:
    line = "    a no later than 3 days after b\n"
    item, fact, record = module(f"adjust x\n{line}fact f\n{line}record r\n{line}").declarations
    assert [type(one.lines[0]) for one in (item, fact, record) if isinstance(one, (t.Body, t.Record))] == [
        t.Deadline, t.DecisionLine, t.Deadline,
    ]  # fmt: skip


def test_articles_of_the_head_and_of_the_calendar_are_kept() -> None:
    policy, calendar = module(
        'policy "p"\n    effective from 2024-09-01 [第二条]\n    applies to student where n [第三条]\n'
        'calendar "c" [附件]\n    holiday 2024-10-01 "national day"\n    working day 2024-10-12, 2024-10-13 "made up"\n'
    ).declarations
    assert [cite.text for cite in policy.cites] == ["第二条", "第三条"]
    assert isinstance(calendar, t.Calendar) and [cite.text for cite in calendar.cites] == ["附件"]
    assert [holiday.labels for holiday in calendar.holidays] == [("national day",), ("made up",), ("made up",)]


def test_the_articles_of_a_line_are_those_of_the_adjustment_it_uses_where_that_has_none() -> None:
    found = compile_text(
        'articles 第一条 to 第三条\nunit credit\nrecord activity\n    item : item\ncategory c in credit [第一条]\n'
        "    item run [第二条]\n        2 per event\n        shared by half_of_it [第三条]\n"
        "adjust shared by half_of_it\n    half\n"
    ).policy  # fmt: skip
    assert [operator.article for operator in found.rules["run"].operators] == ["第二条", "第三条"]


def test_yes_is_one_value_in_both_dialects() -> None:
    english = module('example "a"\n    activity run, checked yes, on no\n    expect counted\n')
    chinese = module('例 "a"\n    activity run，checked 是，on 否\n    应为 计入\n')
    assert english == chinese
    (example,) = english.declarations
    assert isinstance(example, t.Example)
    assert [part.value and part.value.text for part in example.records[0].parts] == ["run", "yes", "no"]


def test_a_heading_may_be_a_value_that_is_called_yes() -> None:
    found = compile_text(
        "选项 答复：是 | 否\n计量单位 分\n记录 活动\n    项目：项目\n    答复：答复\n类别 甲 单位 分\n    项目 乙\n"
        "        每次 按 答复\n            是 2\n            否 1\n"
    )
    assert found.policy.tables[0].cells
