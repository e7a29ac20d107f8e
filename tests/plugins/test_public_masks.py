"""Masks of names and numbers: nothing of a given name, no length, no more of a number than is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditlang.toolkit.public_masks import masked, public_rows

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
BLANKS = st.text(" \t\u3000\u00a0\u2009\u200b\u200d\ufeff\u00ad\ufe00\U000e0100", max_size=3)
NAMES = st.text(HAN, min_size=1, max_size=6) | st.text(max_size=20)
NUMBERS = st.from_regex(r"[0-9A-Za-z０-９-]{0,20}", fullmatch=True) | st.text(max_size=20)


@given(NAMES)
def test_nothing_of_a_given_name_survives_and_no_length_tells(name: str) -> None:
    shown = masked("", name)[1]
    first = shown.removesuffix("**")
    assert shown in ("", f"{first}**")
    assert len(first) <= 1 and first in name


@given(st.text(HAN, min_size=2, max_size=4), st.data())
def test_blanks_in_a_name_change_nothing(name: str, data: st.DataObject) -> None:
    """A name of two characters and one of four look alike, however they are set apart."""
    apart = "".join(data.draw(BLANKS) + character for character in name) + data.draw(BLANKS)
    assert masked("", apart)[1] == f"{name[0]}**"


@given(
    st.text(HAN, max_size=4),
    st.text("·•‧∙⋅・．﹒●.-'’*（）()/A1ａ１", min_size=1, max_size=3),
    st.text(HAN, max_size=4),
)
def test_of_a_name_in_parts_or_other_letters_nothing_is_shown(before: str, sign: str, after: str) -> None:
    assert masked("", before + sign + after)[1] == "**"


@given(NUMBERS)
def test_of_a_number_at_most_a_third_and_two_digits(number: str) -> None:
    shown = masked(number, "")[0]
    last = shown.removeprefix("****")
    assert shown in ("", f"****{last}")
    assert len(last) <= min(2, len(number) // 3)
    assert all(x.isdecimal() for x in last)
    assert last in number


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), max_size=6).flatmap(
    lambda rows: st.tuples(st.just(rows), st.permutations(rows))
))  # fmt: skip
def test_the_order_of_rows_tells_nothing(both: tuple[list[tuple[str, int]], list[tuple[str, int]]]) -> None:
    given_rows, shuffled = both
    assert public_rows(map(list, given_rows)) == public_rows(map(list, shuffled))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("number", "name", "shown"),
    [
        ("2022010101", "张三", ("****01", "张**")), ("2022010102", "张 三", ("****02", "张**")),
        ("20200107", "欧阳　娜娜", ("****07", "欧**")), ("12", "王", ("****", "**")),
        ("S0017", "李㛃", ("****7", "李**")),
        ("wangxm", "Tom Lee", ("****", "**")), ("1234567", "阿依古丽·买买提", ("****67", "**")), ("", "", ("", "")),
        ("2022-01-0X", "张*", ("****", "**")), ("张三01", "𠮷田", ("****1", "𠮷**")), ("　", " ", ("", "")),
    ],
)  # fmt: skip
def test_by_hand(number: str, name: str, shown: tuple[str, str]) -> None:
    assert masked(number, name) == shown
