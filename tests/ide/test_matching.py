"""What matches what has been typed, and in which order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditlang.ide.matching import BEGINS, CONTAINS, EXACT, LOOKS_ALIKE, SOUNDS, Index, sounds

THINGS = (
    ("lecture", "学术讲座"),
    ("late", "迟到"),
    ("plate",),
    ("重修", "makeup"),
    ("ＧＰＡ",),
    ("Late",),
    ("行长", "bank"),
)


def found(typed: str, limit: int = 10) -> list[tuple[str, int]]:
    """The forms that match, with their grades."""
    return [(match.form, match.grade) for match in Index((forms, forms) for forms in THINGS).search(typed, limit)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("la", [("late", BEGINS), ("Late", BEGINS), ("plate", CONTAINS)]),
        ("late", [("late", EXACT), ("Late", EXACT), ("plate", CONTAINS)]),
        ("学", [("学术讲座", BEGINS)]),
        ("讲座", [("学术讲座", CONTAINS)]),
        ("xueshu", [("学术讲座", SOUNDS)]),
        ("xsjz", [("学术讲座", SOUNDS)]),
        ("XS", [("学术讲座", SOUNDS)]),
        ("chongxiu", [("重修", SOUNDS)]),
        ("zhongxiu", [("重修", SOUNDS)]),
        ("hangz", [("行长", SOUNDS)]),
        ("xingc", [("行长", SOUNDS)]),
        ("gpa", [("ＧＰＡ", EXACT)]),
        ("e", []),
        ("zzzz", []),
        ("", [(forms[0], BEGINS) for forms in THINGS]),
    ],
)
def test_order(typed: str, expected: list[tuple[str, int]]) -> None:
    assert found(typed) == expected


def test_what_looks_alike_comes_only_where_nothing_else_does() -> None:
    assert found("lectrue")[0][0] == "lecture"
    assert found("lectrue")[0][1] > LOOKS_ALIKE
    assert not [grade for _, grade in found("lec") if grade >= LOOKS_ALIKE]


def test_the_limit_keeps_the_first() -> None:
    index = Index(((f"2024{number:06}", "张伟"), number) for number in range(1000))
    for typed in ("2024", "zhangw", "张", ""):
        assert [match.thing for match in index.search(typed, 5)] == [0, 1, 2, 3, 4]
    assert [match.thing for match in index.search("2024000999", 5)] == [999]


def test_the_readings_of_a_long_text_are_few_and_begin_differently() -> None:
    assert len(sounds("重" * 40)) < 60
    assert any(sound.startswith("chong") for sound in sounds("重行长乐重行长乐"))
    assert any(sound.startswith("zhong") for sound in sounds("重行长乐重行长乐"))


@given(st.lists(st.text(min_size=1, max_size=6), max_size=8), st.text(max_size=4))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_each_thing_is_found_once_by_its_own_beginning(names: list[str], typed: str) -> None:
    index = Index(((name,), number) for number, name in enumerate(names))
    matches = index.search(typed, 100)
    assert len({match.thing for match in matches}) == len(matches)
    assert [match.grade for match in matches] == sorted(match.grade for match in matches)
    for number, name in enumerate(names):
        assert number in [match.thing for match in index.search(name, 100)]
