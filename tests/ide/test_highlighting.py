"""Colours come from the lexer: every keyword of the bundled policies, and nothing raised whatever the text."""

import re
import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditlang.ide import Beginning, Vocabulary, highlight
from creditlang.resources import policy_names
from creditlang.source import SourceFile
from creditlang.syntax.keywords import keywords

POLICY = """use "common/levels"   # shared
unit credit "学分"
category moral "德育类" in credit [第二条]
    item run [Article 3(1)] : 0.2 per event until 2024-10-08
    每学期最高１学分 【第三条】
"""


def pieces(text: str, beginning: Beginning = "policy", names: Vocabulary | None = None) -> list[tuple[str, str]]:
    """Each piece with its class."""
    found = highlight(text, beginning, names) if names else highlight(text, beginning)
    return [(text[span.start : span.end], span.kind) for span in found]


def check(text: str, beginning: Beginning = "policy") -> None:
    """Spans are in order, do not overlap, and leave out blanks and names only."""
    position = 0
    for span in highlight(text, beginning):
        assert position <= span.start < span.end <= len(text)
        assert not text[position : span.start].strip(" \t\n　")
        position = span.end


def test_each_class() -> None:
    assert pieces(POLICY) == [
        ("use", "keyword"), ('"common/levels"', "text"), ("# shared", "comment"),
        ("unit", "keyword"), ("credit", "name"), ('"学分"', "text"),
        ("category", "keyword"), ("moral", "name"), ('"德育类"', "text"), ("in", "keyword"), ("credit", "name"),
        ("[第二条]", "citation"),
        ("item", "keyword"), ("run", "name"), ("[Article 3(1)]", "citation"), (":", "operator"), ("0.2", "number"),
        ("per event", "keyword"), ("until", "keyword"), ("2024-10-08", "date"),
        ("每", "keyword"), ("学期", "keyword"), ("最高", "keyword"), ("１", "number"), ("学分", "name"),
        ("【第三条】", "citation"),
    ]  # fmt: skip


def test_names_are_told_apart_where_the_policy_is_known(names: Vocabulary) -> None:
    found = dict(pieces("moral + lecture_cap >= count(activity where level = school)", "expression", names))
    assert found == {
        "moral": "account", "+": "operator", "lecture_cap": "setting", ">=": "operator", "count": "keyword",
        "(": "operator", "activity": "kind", "where": "keyword", "level": "field", "=": "operator",
        "school": "value", ")": "operator",
    }  # fmt: skip


def test_at_least_is_a_word_and_its_sign_an_operator() -> None:
    assert pieces("a at least 1", "expression")[1] == ("at least", "keyword")
    assert pieces("a 至少 1", "expression")[1] == ("至少", "keyword")
    assert pieces("a ≥ 1", "expression")[1] == ("≥", "operator")


def test_wrong_and_unfinished_text() -> None:
    assert pieces("moral moral + 1", "expression")[1:] == [("moral", "error"), ("+", "operator"), ("1", "number")]
    assert pieces('let x = "open') == [("let", "keyword"), ("x", "name"), ("=", "operator"), ('"open', "text")]
    assert pieces("unit x ? y") == [("unit", "keyword"), ("x", "name"), ("?", "error"), ("y", "name")]
    assert pieces("unit x [第一")[-1] == ("[第一", "citation")


@pytest.mark.parametrize("name", policy_names())
def test_every_keyword_of_a_bundled_policy_is_found(
    name: str, policies: Callable[[str], tuple[SourceFile, Vocabulary]]
) -> None:
    source, names = policies(name)
    check(source.text)
    found = highlight(source.text, "policy", names)
    assert not [span for span in found if span.kind == "error"]
    forms = {form for entry in keywords().forms.values() for forms in entry.values() for form in forms}
    for span in found:
        if span.kind == "keyword":
            assert re.sub(r"\s+", " ", source.text[span.start : span.end]) in forms
    # The first word of each line is a keyword, a name or a number; those of declarations are keywords.
    starts = {span.start: span.kind for span in found}
    for match in re.finditer(r"^(?=[a-z])", source.text, re.MULTILINE):
        assert starts[match.start()] == "keyword", source.line_text(source.line_number(match.start()))


@given(st.text(max_size=120), st.sampled_from(["policy", "line", "expression", "record", "condition"]))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_text(text: str, beginning: Beginning) -> None:
    check(text, beginning)


@given(st.data())
@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_policy_with_pieces_missing_doubled_and_swapped(
    policies: Callable[[str], tuple[SourceFile, Vocabulary]], data: st.DataObject
) -> None:
    text = policies("volunteer_hours")[0].text[4000:6500]
    parts = re.findall(r"\w+|[^\w\s]|\n[ \t]*|[ \t]+", text)
    for _ in range(data.draw(st.integers(1, 12))):
        here, there = (data.draw(st.integers(0, len(parts) - 1)) for _ in range(2))
        parts[here] = data.draw(
            st.sampled_from(["", parts[there], "(", '"', "“", "[", "\n", "\n  ", "?", "item", "时"])
        )
    check("".join(parts))


@pytest.mark.parametrize("piece", ["(", "“\n", "[x\n", "unit a b\n", "? ", 'example "a"\n', "    item x\n", "a + "])
def test_the_time_is_linear(piece: str) -> None:
    """Eight times the text takes eight times the calls, also where all of it is wrong."""

    def calls(count: int) -> int:
        made = 0

        def count_calls(frame: FrameType, event: str, argument: object) -> None:
            nonlocal made
            made += event == "call"

        before = sys.getprofile()
        sys.setprofile(count_calls)
        try:
            highlight(piece * count)
        finally:
            sys.setprofile(before)
        return made

    calls(1)
    assert calls(800) < 8.5 * calls(100)
