"""What an input is made of, its colours, and whether it is whole."""

from typing import Any

import pytest

from creditlang.ide import Vocabulary, vocabulary
from creditlang_repl.command_operands import top
from creditlang_repl.commands import command_at, commands
from creditlang_repl.highlighter import highlight_input
from creditlang_repl.input_parts import parts, whole


@pytest.fixture
def names(session: Any) -> Vocabulary:
    """The names of the small policy."""
    return vocabulary(session.compiled)


def cut(text: str, names: Vocabulary) -> list[tuple[str, str]]:
    """Each piece with what it is."""
    return [(part.role, text[part.start : part.end]) for part in parts(text, names)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("load /tmp/x.credit", "load"), ("data /tmp", "data"), ("save policy /tmp/x", "save_policy"), ("? cap", "help"),
        ("what  if set x = 1", "what_if"), ("why", "why"), ("学生名单", "students"), ("学生2024", "student"),
        ("前10名", "top"),
        ("help >=", "help"), ("重新载入", "reload"), ("Show moral", "show"),
    ],
)  # fmt: skip
def test_commands(text: str, name: str) -> None:
    found = command_at(text)
    assert found is not None and found[0].name == name


@pytest.mark.parametrize(
    ("text", "name"), [("driver D01", "student"), ("drivers where x > 1", "students"), ("驾驶人D01", "student"),
    ("驾驶人名单", "students"), ("哪些驾驶人", "students"), ("student D01", "student")],
)  # fmt: skip
def test_people_are_chosen_and_listed_by_their_own_word(text: str, name: str) -> None:
    found = command_at(text, people=("driver", "驾驶人"))
    assert found is not None and found[0].name == name


def test_people_are_put_in_order_by_their_own_word() -> None:
    for text in ("3 drivers by other", "3名驾驶人按other", "3 students by other", "3 by other"):
        assert top(("driver", "驾驶人")).match(text), text
    assert top(()).match("3 drivers by other") is None


@pytest.mark.parametrize(
    "text", ["count(activity)", "top + 1", "set = 3", "students_total", "load = 1", "moral", "", "in[1]", "whyever"]
)
def test_what_is_no_command(text: str) -> None:
    assert command_at(text) is None


def test_a_name_of_the_policy_that_begins_like_a_command_is_a_name(names: Vocabulary) -> None:
    assert command_at("学生助理 + 1", names.known) is None
    found = command_at("学生 助理", names.known)
    assert found is not None and found[0].name == "student"


def test_the_examples_of_the_table_are_the_commands_they_explain() -> None:
    for command in commands().values():
        for text in (str(command.example), command.example.zh):
            found = command_at(text)
            assert found is not None and found[0] is command, text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("why graduation", [("command", "why"), ("topic", "graduation")]),
        ("data a 'b c' ", [("command", "data"), ("address", "a"), ("address", "'b c'"), ("address", "")]),
        ("add activity lecture", [("command", "add"), ("kind", "activity lecture")]),
        ("change A1 level to x", [("command", "change"), ("record", "A1"), ("field", "level to x")]),
        ("更改学生年级为2024", [("command", "更改"), ("record", "学生"), ("field", "年级为2024")]),
        ("in moral item x: 1", [("command", "in"), ("account", "moral"), ("declaration", "item x: 1")]),
        ("在德育类项目 x：1", [("command", "在"), ("account", "德育类"), ("declaration", "项目 x：1")]),
        ("what if set a = 1", [("command", "what if"), ("command", "set"), ("setting", "a = 1")]),
        ("what if item x: 1", [("command", "what if"), ("declaration", "item x: 1")]),
        ("前10名学生按德育类", [("command", "前"), ("literal", "10名学生按"), ("expression", "德育类")]),
        ("top 3 students by moral where graduation is met",
         [("command", "top"), ("literal", "3 students by "), ("expression", "moral "),
          ("condition", "where graduation is met")]),
        ('save example "a b" to x', [("command", "save example"), ("literal", '"a b" '), ("file", "x")]),
        ("moral + 1", [("expression", "moral + 1")]),
        ("item x: 1", [("declaration", "item x: 1")]),
        ("let x = 1", [("declaration", "let x = 1")]),
        ("  undo", [("command", "undo")]),
    ],
)  # fmt: skip
def test_pieces(names: Vocabulary, text: str, expected: list[tuple[str, str]]) -> None:
    assert cut(text, names) == expected


def test_colours(names: Vocabulary) -> None:
    text = "add activity lecture, level school, 6 times"
    assert [(text[start:end], kind) for start, end, kind in highlight_input(text, names)] == [
        ("add", "command"), ("activity", "kind"), ("lecture", "item"), (",", "operator"), ("level", "field"),
        ("school", "value"), (",", "operator"), ("6", "number"), ("times", "keyword"),
    ]  # fmt: skip
    text = "在德育类项目 x：每次 0.2"
    assert [(text[start:end], kind) for start, end, kind in highlight_input(text, names)] == [
        ("在", "command"), ("德育类", "operand"), ("项目", "keyword"), ("x", "name"), ("：", "operator"),
        ("每次", "keyword"), ("0.2", "number"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["why", "in moral item x: 1 per event", "moral", "", "what if set a = 1", "moral +", "add", "load x"]
)
def test_what_is_handed_over_at_once(names: Vocabulary, text: str) -> None:
    assert whole(text, names).state != "more"


@pytest.mark.parametrize(
    "text",
    [
        "in moral item x",
        "item x",
        "what if in moral item x",
        "category x in credit",
        "count(activity where (",
        "在德育类项目 x",
    ],
)
def test_what_goes_on(names: Vocabulary, text: str) -> None:
    assert (whole(text, names).state, whole(text, names).indentation) == ("more", 4)
    assert whole(text + "\n    ", names).state != "more"
