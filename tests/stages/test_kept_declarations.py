"""A text that has changed a little, parsed with what is kept of it: tree, places and findings as if nothing were."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditlang.resources import policy_path
from creditlang.source import SourceFile, Span
from creditlang.syntax import parse
from creditlang.syntax.kept_declarations import KeptDeclarations

CLOSED_UP = """\
记录 活动 "活动"
    日期 "活动日期" : 日期
    时长 "时长" : 数字
类别 德育 "德育类" 单位 学分 自 活动 [第二条]
    项目 讲座 "学术讲座"：每次0.2，每学期最高1
    项目 讲座周 "讲座周"：每次1
设 甲 = (1 + # 这里没有写完
2)
设 乙 = 甲 + 1
设 乙 = 甲 + 1
要求 毕业 "毕业"
    德育 至少 甲
"""


def text_of(name: str, first: str = "") -> str:
    """A part of a bundled policy, from the `first` line that begins so, so that a run is short."""
    path = policy_path(name)
    assert path is not None
    _, begins, rest = f"\n{path.read_text(encoding='utf-8')}".partition(f"\n{first}")
    return f"{begins[1:]}{rest}"[:6000].rpartition("\n")[0]


TEXTS = (CLOSED_UP, text_of("volunteer_hours"), text_of("shangrao"), text_of("hengyang", "类别 "))


def placed(part: Any) -> Any:
    """A tree as plain values, with the place of everything."""
    if isinstance(part, tuple):
        return tuple(map(placed, part))
    if isinstance(part, Span):
        return part.source.text, part.start, part.end
    names = [each.name for each in getattr(part, "__attrs_attrs__", ())]
    return (type(part), *(placed(getattr(part, name)) for name in names)) if names else part


def check(source: SourceFile, kept: KeptDeclarations) -> None:
    """What is kept makes no difference."""
    found, fresh = parse(source, ("讲座", "讲座月"), kept), parse(source, ("讲座", "讲座月"))
    assert placed(found.module.declarations) == placed(fresh.module.declarations)
    assert placed(found.diagnostics) == placed(fresh.diagnostics)
    assert (found.names, found.unread) == (fresh.names, fresh.unread)


SNIPPETS = st.sampled_from([
    "x", "\n", " ", "\t", "    ", "(", ")", "[", '"', "#", "：", "讲座", "讲座周", "学期", "\n设 讲座日 = 2\n",
    "\nlet cap = 2\n", "\n项目 表：每次1\n", "１", "、", "\nlet x = (1 +\n2)\n", "𠮷", "\n    项目 新：每次1\n",
    "\n    类别 丙 “丙”\n        项目 丁：每次1\n", "\n        每次计1\n", "\n    每学期最多(2 +\n",
])  # fmt: skip
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), SNIPPETS), min_size=1, max_size=4)


@pytest.mark.parametrize("text", TEXTS, ids=("closed up", "volunteer_hours", "shangrao", "hengyang"))
@settings(max_examples=20)
@given(edits=EDITS)
def test_any_edits(text: str, edits: list[tuple[float, int, str]]) -> None:
    kept = KeptDeclarations()
    parse(SourceFile("policy", text), (), kept)
    for share, cut, snippet in edits:
        at = int(share * len(text))
        text = text[:at] + snippet + text[at + cut :]
        check(SourceFile("policy", text), kept)


def test_what_has_not_changed_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    text = text_of("driver_demerits")
    kept = KeptDeclarations()
    parse(SourceFile("policy", text), (), kept)
    attempts: list[str] = []
    attempt = parse.__globals__["_attempt"]
    monkeypatch.setitem(parse.__globals__, "_attempt", lambda part: attempts.append(part.text) or attempt(part))
    parse(SourceFile("policy", text.replace("\nrecord ", "\nlet more = 1\n\nrecord ", 1)), (), kept)
    assert attempts == ["let more = 1\n\n"]
    before = parse(SourceFile("policy", text), (), kept).module.declarations[-1].span
    parse(SourceFile("policy", f"# a remark\n{text}"), (), kept)
    assert (before.source.text, before.text) == (text, text[before.start : before.end])


def test_items_that_have_not_changed_are_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptDeclarations()
    parse(SourceFile("policy", CLOSED_UP), ("讲座", "讲座月"), kept)
    attempts: list[str] = []
    attempt = parse.__globals__["_attempt"]
    monkeypatch.setitem(parse.__globals__, "_attempt", lambda part: attempts.append(part.text) or attempt(part))
    check(SourceFile("policy", CLOSED_UP.replace("每次0.2", "每次0.3")), kept)
    assert "讲座周" not in attempts[0] and "0.3" in attempts[0]


@pytest.mark.parametrize("after", [
    "category points in credit : n\n    item late : 1 per event\n",
    "category points in credit\n    cap (1 +\n    item late : 1 per event\n    2) per semester\n",
    "category points in credit # x : y\n    item late : 1 per event\n    cap 7 in total\n",
])  # fmt: skip
def test_items_that_may_not_stand_where_they_are(after: str) -> None:
    kept = KeptDeclarations()
    parse(SourceFile("policy", "category points in credit\n    item late : 1 per event\n"), (), kept)
    check(SourceFile("policy", after), kept)
