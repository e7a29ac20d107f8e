"""An input is cut once: what completion and colours take it for is what is carried out."""

from pathlib import Path

import pytest

from creditlang.plugin import PluginManager
from creditlang_repl import command_operands as operands
from creditlang_repl.completer import Completer
from creditlang_repl.input_parts import parts, whole
from creditlang_repl.session import Session


@pytest.fixture(scope="module")
def session() -> Session:
    """A session with the sample of a bundled policy, and a student with few records."""
    begun = Session("en", PluginManager(no_plugins=True))
    for text in ("load hengyang", "data sample:hengyang", "student 2024010108"):
        assert not begun.answer(text).failed
    return begun


def carried_out(session: Session, text: str) -> str:
    """The answer to an input that is whole for completion too; what it tried is taken back."""
    assert whole(text, Completer(session).vocabulary).state == "whole"
    reply = session.answer(text)
    assert not reply.failed, reply.text
    session.answer("reset")
    return reply.text


@pytest.mark.parametrize(
    "texts",
    [
        ("top 3 students by moral", "top 3 by moral", "Top 3 Students BY moral", "前 3 名，按 德育类",
         "前3名学生按德育类", "前3按德育类"),
        ("top 2 students by moral where cohort = 2024", "前2名按德育类其中年级=2024"),
        ("change A000513 weeks to 2", "change activity A000513 weeks to 2", 'change "A000513" weeks to 2',
         "更改 A000513 的 周数 为 2", "更改 第二课堂活动 A000513 周数 为 2"),
        ("change student cohort to 2023", "更改学生年级为2023", "更改 学生 的 年级 为 2023"),
        ("in paper cap 1 per semester", "in paper: cap 1 per semester", "在 学术论文，cap 1 per semester"),
    ],
)  # fmt: skip
def test_the_same_is_written_in_several_ways(session: Session, texts: tuple[str, ...]) -> None:
    assert len({carried_out(session, text) for text in texts}) == 1


def test_an_expression_may_have_a_condition_of_its_own(session: Session) -> None:
    text = "top 1 students by count(activity where level is school) where cohort = 2024"
    cut = [text[part.start : part.end] for part in parts(text, Completer(session).vocabulary)]
    assert cut[-2:] == ["count(activity where level is school) ", "where cohort = 2024"]
    number, _, most = carried_out(session, text).splitlines()[2].split()
    counted = session.answer(f"student {number}"), session.answer("count(activity where level is school)")
    assert counted[1].text.strip() == most
    session.answer("student 2024010108")


@pytest.mark.parametrize(("label", "name"), [("表演", "performance"), ("设计作品", "artwork_award")])
def test_a_label_that_begins_like_a_declaration_is_a_name(session: Session, label: str, name: str) -> None:
    assert name in carried_out(session, label)


def test_what_stands_below_a_comment_is_carried_out(session: Session) -> None:
    assert session.answer("# what is it?\n\nmoral + academic").text == session.answer("moral + academic").text


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a 'b c' d", ["a", "b c", "d"]), (r"C:\data\x.csv", [r"C:\data\x.csv"]), ("“我 的”/数据", ["我 的/数据"]),
        ("""'it'"'"'s' "x y" """, ["it's", "x y"]), ('one "two three', ["one", None]), ("a'b", [None]), ("", []),
    ],
)  # fmt: skip
def test_words_keep_what_is_quoted_and_their_backslashes(text: str, values: list[str | None]) -> None:
    assert [word.value for word in operands.words(text)] == values


def test_a_file_may_follow_to_and_stand_in_the_folder_of_the_user(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    for text in ("save policy to one.credit", "保存办法 到 “two 2.credit”", "save policy ~/three.credit"):
        carried_out(session, text)
    carried_out(session, "save policy to.credit")
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.credit"))
    assert found == ["home/three.credit", "one.credit", "to.credit", "two 2.credit"]
    assert session.answer("save policy to").failed
