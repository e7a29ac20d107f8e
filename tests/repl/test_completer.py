"""What is offered inside each command, in both dialects."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from creditlang.ide import Completion
from creditlang_repl.commands import commands
from creditlang_repl.completer import Completer, entries_of

Offered = Callable[..., list[str]]


def test_commands_by_their_beginning_and_pinyin(offered: Offered) -> None:
    assert offered("stu")[:2] == ["student", "students"]
    assert offered("xiansh", "zh") == ["显示"]
    assert offered("what") == ["what if"]
    assert offered("save ") == ["save example", "save policy", "save patch"]
    assert offered("学", "zh")[0] == "学生"
    assert offered("", "zh")[:2] == ["载入", "数据"]
    assert offered("")[:2] == ["load", "data"]


def test_every_command_is_offered_and_explained(completed: Callable[..., list[Completion]]) -> None:
    for language in ("en", "zh"):
        for command in commands().values():
            form = (command.en if language == "en" else command.zh)[0]
            found = [one for one in completed(form[:-1], language) if one.text == form]
            assert found or len(form) == 1, form
            assert all(one.about for one in found)


def test_students_by_number_name_and_pinyin(completed: Callable[..., list[Completion]], offered: Offered) -> None:
    assert offered("student 2024") == ["2024010101", "2024010102", r"2024020101"]
    for typed in ("student 张", "student zhang", "student zw", "学生 张", "学生张"):
        assert offered(typed) == ["2024010101"], typed
    assert offered("student chongy") == offered("student zhongy") == ["2024010102"]
    assert completed("student 202402")[0].about == r"\x1b[31m李\x1b[0m"
    assert offered("student") == ["students"]


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        ("load h", "en", "hengyang"), ("load ", "en", "driver_demerits"), ("load ru", "en", "rules.credit"),
        ("data sample:", "en", "sample:driver_demerits"), ("data sample:hengyang da", "en", "data/"),
        ("data data/", "en", "data/a.csv"), ("data my", "en", "'my notes.txt'"),
        ("show mo", "en", "moral"), ("show ", "zh", "德育类"), ("why ", "en", "graduation"), ("why biye", "zh", "毕业"),
        ("why A0", "en", "A000121"), ("drop ", "en", "A000121"), ("drop lec", "en", "lecture"),
        ("records ", "en", "activity"), ("records activity where le", "en", "level"),
        ("records activity where level = ", "en", "national"), ("记录清单第二课堂活动其中级别为", "zh", "国家级"),
        ("add ", "en", "activity"), ("add activity lec", "en", "lecture"),
        ("add activity lecture, level ", "en", "national"),
        ("增加第二课堂活动 学术讲座，级别", "zh", "国家级"), ("add makeup ", "en", "on"),
        ("change ", "en", "A000121"), ("change A000121 ", "en", "item"), ("change M1 ", "en", "on"),
        ("change A000121 level to ", "en", "national"), ("change student ", "en", "cohort"), ("更改学生", "zh", "年级"),
        ("set ", "en", "lecture_cap"), ("设定讲座", "zh", "讲座上限"), ("in mo", "en", "moral"),
        ("in moral it", "en", "item"), ("在德育类项", "zh", "项目"), ("what if s", "en", "set"),
        ("what if set l", "en", "lecture_cap"),
        ("what if add makeup h", "en", "hours"), ("count ", "en", "activity"),
        ("count activity where level = sc", "en", "school"),
        ("students where gr", "en", "graduation"), ("students where graduation is ", "en", "met"),
        ("top 10 ", "en", "students by"), ("top 10 students by mor", "en", "moral"), ("前10名学生按德", "zh", "德育类"),
        ("top 10 students by moral where gr", "en", "graduation"), ('save example "a" t', "en", "to"),
        ('save example "a" to ru', "en", "rules.credit"), ("save policy ru", "en", "rules.credit"),
        ("language ", "en", "en"), ("help ca", "en", "category"), ("帮助 最", "zh", "最高"),
        ("mor", "en", "moral"), ("moral + con", "en", "conduct"), ("item lec", "en", "lecture"),
    ],
)  # fmt: skip
def test_the_operands_decide(offered: Offered, text: str, language: str, first: str) -> None:
    assert offered(text, language)[0] == first


def test_no_command_is_offered_where_operands_stand(completed: Callable[..., list[Completion]]) -> None:
    for text in ("show st", "student st", "add activity lecture, le", "moral + st"):
        assert "command" not in {one.sort for one in completed(text)}, text


def test_english_commands_need_a_blank_and_chinese_none(offered: Offered) -> None:
    assert "2024010101" not in offered("student")
    assert "2024010101" in offered("学生", "zh")


def test_rules_are_of_the_kind_of_their_account(offered: Offered) -> None:
    assert offered("in moral item x: 0.2 per event when ")[:3] == ["item", "on", "level"]


def test_files_are_looked_for_only_where_a_path_is_typed(session: Any) -> None:
    asked: list[str] = []

    def listing(folder: str) -> list[tuple[str, bool]]:
        asked.append(folder)
        return []

    completer = Completer(session, listing)
    for text in ("", "show ", "add activity ", "moral ", "student 2"):
        completer.complete(text, len(text))
    assert asked == []
    completer.complete("load ~/x", 8)
    assert asked == [str(Path.home())]


def test_files_that_cannot_be_shown_or_read(tmp_path: Path) -> None:
    for name in ("b.credit", ".hidden", "a\x1b[31m.credit"):
        (tmp_path / name).touch()
    (tmp_path / "sub").mkdir()
    assert entries_of(str(tmp_path)) == [("b.credit", False), ("sub", True)]
    assert entries_of(str(tmp_path / "missing")) == []
    assert entries_of("\x00") == []


def test_another_policy_gives_other_names(session: Any, fake: Any) -> None:
    from creditlang.driver import compile_text

    completer = Completer(session)
    assert [found.text for found in completer.complete("show ", 5)] == ["moral", "conduct"]
    session.compiled = compile_text(
        "unit u\nrecord r\n    item : item\n    on : date\ncategory other in u\n    item x : 1 per event\n"
    )
    assert [found.text for found in completer.complete("show ", 5)] == ["other"]
    session.compiled = None
    assert completer.complete("show ", 5) == []
    assert [found.text for found in completer.complete("lo", 2)][:1] == ["load"]


def test_people_are_offered_and_told_of_by_their_own_word(session: Any) -> None:
    from creditlang.diagnostics.person_words import spoken
    from creditlang.driver import compile_text

    session.compiled = compile_text(
        'person driver "驾驶人"\nunit u\nrecord r\n    item : item\n    on : date\n'
        "category other in u\n    item x : 1 per event\n"
    )
    completer = Completer(session)
    for language, typed, form in (("en", "dri", "driver"), ("en", "drivers", "drivers"), ("zh", "驾驶", "驾驶人名单")):
        session.language = spoken(language, session.compiled.policy.person)
        assert form in {found.text for found in completer.complete(typed[:-1], len(typed) - 1)}
    assert "驾驶人" in next(found.about for found in completer.complete("驾驶", 2) if found.text == "驾驶人")
    assert "名驾驶人按" in {found.text for found in completer.complete("top 3 ", 6)}


def test_it_knows_no_terminal() -> None:
    import creditlang_repl.completer as module

    assert "prompt_toolkit" not in inspect.getsource(module).split('"""', 2)[2]
