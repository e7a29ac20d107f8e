"""“Did you mean …” finds slips of the finger and of the input method, and keeps quiet about other words."""

import pytest

from creditlang.diagnostics import nearest

CHINESE = "学分 学时 学期 学生 最高 项目 类别 讲座 学术讲座 学术科技类 校级 院级 国家级 省级 晚归"
ENGLISH = "lecture paper level role national conduct_final minimum programme cap per semester category item"
KNOWN = [*CHINESE.split(), *ENGLISH.split()]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("lectrue", "lecture"),
        ("Lecture", "lecture"),
        ("ｌｅｖｅｌ", "level"),
        ("semster", "semester"),
        ("papers", "paper"),
        ("final_conduct", "conduct_final"),
        ("学份", "学分"),
        ("最搞", "最高"),
        ("项木", "项目"),
        ("国级", "国家级"),
        ("学术科记类", "学术科技类"),
        ("学术类", "学术科技类"),
        ("jiangzuo", "讲座"),
    ],
)
def test_slips(written: str, meant: str) -> None:
    assert nearest(written, KNOWN) == meant


@pytest.mark.parametrize("written", ["", "x", "学", "banana", "weather", "足球", "系级", "年级", "score", "a" * 5000])
def test_other_words(written: str) -> None:
    assert nearest(written, KNOWN) is None


def test_the_name_itself_is_no_suggestion() -> None:
    assert nearest("lecture", ["lecture"]) is None
    assert nearest("lecture", []) is None


def test_more_than_one() -> None:
    assert nearest("papr", ["lecture", "papers", "paper"], limit=3) == "paper, papers"


def test_among_equals_the_first_given_wins() -> None:
    assert nearest("cat", ["car", "cap", "can"]) == "car"
