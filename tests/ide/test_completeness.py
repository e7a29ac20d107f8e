"""Whether a text is whole, so that Enter hands it over."""

import pytest

from creditlang.ide import Beginning, completeness


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("unit credit", "policy"), ("let x = 1", "policy"), ("item run : 0.2 per event", "line"),
        ("moral + 1", "expression"),
        ("cap 1 per semester", "line"), ("项目 跑步：每次 0.2", "line"), ("activity run, 6 times", "record"),
        ("", "policy"),
        ("item run\n    0.2 per event\n", "line"), ("category x in credit\n    item a : 1\n    ", "policy"),
        ("count(\n  activity)", "expression"), ("# only a comment", "policy"), ("item x\n", "line"),
    ],
)  # fmt: skip
def test_whole(text: str, beginning: Beginning) -> None:
    assert completeness(text, beginning).state == "whole"


@pytest.mark.parametrize(
    ("text", "beginning", "indentation"),
    [
        ("item run", "line", 4), ("category sport in credit", "policy", 4), ("类别 体育 单位 学分", "policy", 4),
        ("table minimum (programme)", "policy", 4), ('example "a"', "policy", 4),
        ("item run\n    0.2 per event", "line", 4),
        ("category x\n    item y", "policy", 8), ("item run\n    per event by level", "line", 8),
        ("item run\n    per event by level\n        school 1", "line", 8), ("count(", "expression", 4),
        ("count(\n    activity where (", "expression", 4), ("item a\n  1 per event", "line", 2),
    ],
)  # fmt: skip
def test_more(text: str, beginning: Beginning, indentation: int) -> None:
    found = completeness(text, beginning)
    assert (found.state, found.indentation) == ("more", indentation)


@pytest.mark.parametrize(
    ("text", "beginning", "at"),
    [
        ("moral +", "expression", 7), ("moral moral", "expression", 6), ('let x = "open', "policy", 8),
        ("item x [第一条", "line", 7), ("item x\n    wrong wrong", "line", 17), ('example "a"\n\n', "policy", 13),
        ("cap , 1", "line", 4), ("item x\n    1\n  2", "line", 13), ("count(\n", "expression", 7),
    ],
)  # fmt: skip
def test_wrong_text_is_handed_over_so_that_its_error_is_told(text: str, beginning: Beginning, at: int) -> None:
    found = completeness(text, beginning)
    assert (found.state, found.at) == ("wrong", at)


def test_nobody_is_held_in_a_text_that_cannot_be_ended() -> None:
    """An empty line hands over whatever stands before it."""
    for text in ('example "a"', "item x", "count(", "category x\n    item y", "table t (a)", 'let x = "a'):
        assert completeness(f"{text}\n", "policy").state != "more"
        assert completeness(f"{text}\n    ", "policy").state != "more"
