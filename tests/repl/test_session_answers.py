"""What a session answers in cases that are easy to get wrong, over the bundled policies."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from creditlang.cli import main
from creditlang.comparison.columns_compared import unchanged
from creditlang.diagnostics import Language, in_language
from creditlang.plugin import PluginManager
from creditlang.resources import policy_path, sample_path
from creditlang_repl.commands import Command, commands
from creditlang_repl.conversation import Conversation
from creditlang_repl.session import Session
from creditlang_repl.workspace import View, Workspace

SANDBOXED = [command for command in commands().values() if command.name not in ("redo", "help")]


@cache
def read(name: str) -> Conversation:
    """What a session knows when a bundled policy and its sample have been read; done once, for it is not changed."""
    begun = Session("en", PluginManager(no_plugins=True))
    told(begun, f"load {name}", f"data sample:{name}")
    return begun.conversation


def session(name: str, student: str = "", language: Language = "en") -> Session:
    """A session with a bundled policy, its sample and a student."""
    begun, known = Session(language, PluginManager(no_plugins=True)), read(name)
    workspace = Workspace(begun.conversation.workspace.manager, (), known.workspace.policy, known.workspace.data)
    begun.conversation = evolve(known, workspace=workspace, reads=language)
    if student:
        told(begun, f"student {student}")
    return begun


def told(begun: Session, *typed: str) -> str:
    """The answer to the last of some inputs; none fails."""
    reply = None
    for text in typed:
        reply = begun.answer(text)
        assert not reply.failed, reply.text
    assert reply is not None
    return reply.text


@pytest.mark.parametrize("command", SANDBOXED, ids=lambda command: command.name)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_example_of_each_command_works(
    command: Command, language: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    begun = session("hengyang", "2024010101", language)
    told(begun, "set pass_mark = 90", in_language(command.example, language))


# ---- records of a room
def test_a_record_moved_to_another_room_falls_on_those_who_live_there() -> None:
    begun = session("shangrao", "2022010103")
    assert "V0004 (2022-11-10) dorm_hygiene: gone (counted -3.00)" in told(begun, "change V0004 room to “4栋201”")
    assert "V0004 (2022-11-10) dorm_hygiene: counted -3.00" in told(begun, "undo")
    moved = told(begun, "what if change V0004 room to “1栋401”")
    assert "9 changed" in moved
    assert "counted → –: 4" in moved
    assert "– → counted: 5" in moved


def test_a_student_who_moves_has_the_records_of_the_other_room() -> None:
    begun = session("shangrao", "2022010103")
    moved = told(begun, "change R00007 room to “1栋401”")
    assert "V0004 (2022-11-10) dorm_hygiene: gone" in moved
    assert "V0055 (2023-03-15) dorm_hygiene: counted -3.00" in moved
    assert "V0004" not in told(begun, "records violation")
    begun.answer("undo")
    assert "V0055" not in told(begun, "records violation")


def test_a_record_of_a_room_is_added_to_those_who_live_there() -> None:
    begun = session("shangrao", "2022010103")
    typed = "add violation dorm_hygiene, room “{room}”, on 2023-10-10"
    refused = begun.answer(typed.format(room="9栋999"))
    assert refused.failed
    assert "the record falls on others" in refused.text
    assert "new1 (2023-10-10) dorm_hygiene: counted -3.00" in told(begun, typed.format(room="4栋201"))
    begun.answer("undo")
    assert "– → counted: 4" in told(begun, "what if " + typed.format(room="4栋201"))


def test_dropping_where_somebody_lives_takes_the_records_of_the_room() -> None:
    begun = session("shangrao", "2022010101")
    assert "counted → –: 3" in told(begun, "what if drop R00001")


# ---- students to whom a policy does not apply
def test_a_student_to_whom_the_policy_no_longer_applies_is_told_of_in_few_lines() -> None:
    begun = session("shangrao", "2022010103", "zh")
    answer = told(begun, "更改 学生 年级 为 2021").splitlines()
    assert answer[0] == "本办法不再适用于2022010103，各项都不再计。"
    assert len(answer) < 5
    assert told(begun, "撤销").splitlines()[1] == "本办法改为适用于2022010103。"
    told(begun, "学生 2021010101")
    assert told(begun, "增加 操行扣分 旷课，日期 2023-10-10，数量 1") == "本办法不适用于2021010101。\n"


# ---- what is open
def test_what_is_open_is_said_in_the_language_of_the_session() -> None:
    begun = session("shangrao", "2022020105", "zh")
    assert "操行合格 2024-2025-1：未定" in told(begun, "显示")
    assert "操行合格 (conduct_passed) 2024-2025-1：未定 → 是" in told(begun, "去掉 V0045")


def test_who_cannot_be_read_is_told_and_may_be_said(tmp_path: Path) -> None:
    sample = sample_path("hengyang")
    assert sample is not None
    for sheet in sample.glob("*.csv"):
        text = sheet.read_text(encoding="utf-8")
        broken = text.replace(
            "张子轩,信息工程学院,软件技术2401班,三年制,2024", "张子轩,信息工程学院,软件技术2401班,三年制,二四"
        )
        (tmp_path / sheet.name).write_text(broken, encoding="utf-8")
    begun = session("hengyang", language="zh")
    told(begun, f"数据 {tmp_path}")
    assert "“二四”不是数字" in told(begun, "学生 张子轩")
    assert "另有1名尚不能确定：2024010105" in told(begun, "学生名单")
    assert "毕业 (graduation)：新增，符合" in told(begun, "更改 学生 年级 为 2024")
    assert "2024010105  张子轩" in told(begun, "学生名单")


def test_a_decision_of_the_office_is_told_with_who_made_it(tmp_path: Path) -> None:
    (tmp_path / "复核决定.csv").write_text(
        "学号,记录编号,决定,决定人,决定日期,理由\n2024010107,A000440,予以认定,教务处,2026-03-02,材料属实\n",
        encoding="utf-8",
    )
    begun = Session("zh", PluginManager(no_plugins=True))
    told(begun, "载入 hengyang", f"数据 sample:hengyang {tmp_path}", "学生 2024010107")
    assert "教务处于2026-03-02决定予以认定：材料属实" in told(begun, "为什么 A000440")


# ---- numbers of records
SMALL = """
use "common/calendar"
student
    name : text, optional
record activity "活动"
    item : item
    on   : date
record prize
    item : item
    on   : date
category club
    item talk from activity: 2 per event
    item medal from prize: 3 per event
"""


@pytest.fixture
def small(tmp_path: Path) -> Session:
    """A session with a student who has records of two kinds with one number, and one that is called new1."""
    (tmp_path / "small.credit").write_text(SMALL, encoding="utf-8")
    (tmp_path / "student.csv").write_text("student_id,name\n1,Ann\n", encoding="utf-8")
    (tmp_path / "activity.csv").write_text(
        "student_id,record_id,item,on\n1,7,talk,2025-10-14\n1,new1,talk,2025-10-15\n", encoding="utf-8"
    )
    (tmp_path / "prize.csv").write_text("student_id,record_id,item,on\n1,7,medal,2025-10-14\n", encoding="utf-8")
    begun = Session("en", PluginManager(no_plugins=True))
    told(begun, f"load {tmp_path / 'small.credit'}", f"data {tmp_path}", "student 1")
    return begun


def test_a_number_that_two_kinds_share_is_told_apart(small: Session) -> None:
    refused = small.answer("drop 7")
    assert "several records numbered “7”" in refused.text
    assert "activity 7, prize 7" in refused.text
    assert "7 (2025-10-14) medal: gone" in told(small, "drop prize 7")
    assert "7 (2025-10-14) talk: gone" in told(small, "drop 活动 7")
    assert "no record numbered “7”" in small.answer("drop 7").text


def test_a_record_that_is_added_gets_a_number_that_no_record_has(small: Session) -> None:
    assert "new2 (2025-10-20), new3 (2025-10-20) talk" in told(small, "add activity talk, on 2025-10-20, 2 times")


def test_what_ends_with_a_new_policy_is_told(small: Session) -> None:
    told(small, "drop prize 7")
    assert "no longer tried: 1 change" in told(small, "data sample:hengyang")


def test_a_rule_that_is_typed_anew_stays_about_the_same_records() -> None:
    begun = session("shangrao", "2022010103")
    assert "4.00 → 5.00" in told(begun, "item internship_reward: 5 per event")
    compiled = begun.compiled
    assert compiled is not None
    text = compiled.sources[-1].text
    kept = "自 实习 其中 优秀实习生 或 (实习月数 已填 且 实习月数 >= 6) [学分第八条3奖励]: 5 per event"
    assert f'internship_reward "优秀实习生或统一实习满6个月" {kept}' in text


def test_a_patch_for_a_file_with_other_ends_of_lines_fits_it(tmp_path: Path) -> None:
    path = tmp_path / "small.credit"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.rstrip().replace("\n", "\r\n").encode())
    begun = Session("en", PluginManager(no_plugins=True))
    told(begun, f"load {path}", "item talk: 4 per event", f"save policy {tmp_path / 'new.credit'}")
    told(begun, f"save patch {tmp_path / 'new.diff'}")
    subprocess.run(["patch", "-s", str(path), str(tmp_path / "new.diff")], check=True)
    assert path.read_bytes() == (tmp_path / "new.credit").read_bytes()
    assert b"4 per event\r\n" in path.read_bytes()


def test_a_patch_changes_the_file_beside_the_policy_too(tmp_path: Path) -> None:
    """Named values of both files; what cannot be kept says which file to change."""
    values = 'let mark "合格线" = 60\nlet top "上限" = 5\n'
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "values.credit").write_text(values, encoding="utf-8")
    policy = tmp_path / "club.credit"
    used = 'use "./lists/values"\nuse "common/levels"\n'
    policy.write_text(
        f"{used}record talk\n    item : item\nlet each = 2\nscore sport from talk\n    item run\n"
        "        each per event\n        cap top in total\nrequire done : sport at least mark\n",
        encoding="utf-8",
    )
    begun = Session("en", PluginManager(no_plugins=True))
    told(begun, f"load {policy}", "set each = 3", "set top = 6", "set mark = 61", "set top = 7")
    refused = begun.answer(f"save policy {tmp_path / 'new.credit'}").text
    assert "declared in lists/values.credit" in refused and "`save patch` changes both files" in refused
    told(begun, f"save patch {tmp_path / 'new.diff'}")
    subprocess.run(["patch", "-s", "-p0", "-i", "new.diff"], check=True, cwd=tmp_path)
    assert (tmp_path / "lists" / "values.credit").read_text(encoding="utf-8") == values.replace("60", "61").replace(
        "= 5", "= 7"
    )
    assert "let each = 3\n" in policy.read_text(encoding="utf-8")
    assert "change lists/values.credit in an editor" in begun.answer("let mark = 62").text
    assert 'write `use "./levels"` for it' in begun.answer("scale level: high > low").text


# ---- values
def test_a_named_value_keeps_its_unit() -> None:
    begun = session("hengyang", language="zh")
    refused = begun.answer("设定 文明素质合格分数 = 90 学分")
    assert refused.failed
    assert "计量单位“分”与“学分”不能合在一起" in refused.text
    assert "应是数字" in begun.answer("设定 文明素质合格分数 = 高").text
    assert not begun.answer("设定 文明素质合格分数 = 90 分").failed


def test_a_named_value_that_is_saved_keeps_its_unit(tmp_path: Path) -> None:
    begun = session("hengyang")
    told(begun, "set pass_mark = 90", f"save policy {tmp_path / 'new.credit'}")
    assert "= 90 分 " in (tmp_path / "new.credit").read_text(encoding="utf-8")


def test_students_are_put_in_order_by_a_number_alone() -> None:
    refused = session("hengyang").answer("top 3 students by graduation")
    assert refused.failed
    assert "students are put in order by a number" in refused.text


def test_what_is_not_understood_is_not_taken_for_the_command_before_it() -> None:
    assert "“毕业”无法理解" in session("hengyang", language="zh").answer("学生名单 毕业").text


# ---- long answers, and records told together
def test_records_of_different_rules_are_not_told_as_one() -> None:
    begun = session("hengyang", "2024010101")
    lines = told(begun, "as of 2024-10-01").splitlines()
    assert any("lecture: counted 0.20 → void" in line and "A000034" in line for line in lines)
    assert not any("A000032" in line and "A000034" in line for line in lines)


def test_a_long_answer_says_how_much_more_there_is() -> None:
    begun = session("shangrao", "2022010103")
    answer = told(begun, "as of 2022-09-02")
    assert answer.count("… ") >= 1
    assert "more\n" in answer
    assert len(answer.splitlines()) < 110


# ---- examples
def test_an_example_of_a_bundled_policy_is_kept_in_the_folder_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told(session("hengyang", "2024010101"), 'save example "as she is"')
    assert [path.name for path in tmp_path.iterdir()] == ["hengyang.examples.credit"]


@pytest.mark.parametrize("bundled", [True, False])
def test_an_example_that_is_kept_is_tested_from_then_on(
    bundled: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "[2022] policies"
    here.mkdir()
    there.mkdir()
    monkeypatch.chdir(here)
    name = "volunteer_hours" if bundled else str(there / "hours.credit")
    path = policy_path("volunteer_hours")
    assert path is not None
    (there / "hours.credit").write_bytes(path.read_bytes())
    before = CliRunner().invoke(main, ["test", name, "--lang", "en"]).output
    begun = Session("en", PluginManager(no_plugins=True))
    told(begun, f"load {name}", "data sample:volunteer_hours", "as of 2023-06-26", "student 20200102")
    assert "does not read" not in told(begun, 'save example "as she is"')
    after = CliRunner().invoke(main, ["test", name, "--lang", "en"]).output
    counts = [int(re.findall(r"(\d+) examples? passed, 0 failed", text)[0]) for text in (before, after)]
    assert counts[1] == counts[0] + 1
    assert "does not read" in told(begun, 'save example "elsewhere" to elsewhere.credit')


def test_an_example_names_nobody_not_even_in_its_title(tmp_path: Path) -> None:
    begun = session("hengyang", "2024010101", "zh")
    for title in ("陈思远的讲座", "2024010101"):
        refused = begun.answer(f"保存例 “{title}” 到 {tmp_path / 'a.credit'}")
        assert refused.failed
        assert "学号或姓名" in refused.text
    told(begun, f"保存例 “讲座” 到 {tmp_path / 'a.credit'}")
    kept = (tmp_path / "a.credit").read_text(encoding="utf-8")
    assert "2024010101" not in kept
    assert "Z某同学-02" in kept


def test_a_rule_of_another_account_is_not_replaced_by_one_that_is_put_in() -> None:
    begun = session("hengyang", "2024010101")
    for typed in ("in academic item 辩论赛: 0.5 per event", "在 学术科技类 项目 文体竞赛：每次 0.5"):
        refused = begun.answer(typed)
        assert refused.failed
        assert "CR102" in refused.text and "项目 culture_contest" in refused.text
    told(begun, "in academic item lecture: 0.1 per event")
    told(begun, "in academic item 学术讲座: 0.3 per event")
    assert begun.compiled is not None
    assert begun.compiled.sources[-1].text.count("item lecture") == 1


def test_a_question_counts_the_records_that_say_what_it_asks() -> None:
    """A field that a rule needs may be empty in a record of another rule; such a record is passed over."""
    begun = session("hengyang", "2024010108")
    rows = told(begun, "records activity where level is school").splitlines()[2:]
    assert told(begun, "count(activity where level is school)") == f"{len(rows)}.00\n"
    told(begun, "students where count(activity where level is school) > 5")


def test_what_is_still_needed_is_told_in_both_languages() -> None:
    begun = session("shangrao", "2022030101", "zh")
    assert "增加记录不能使其接近要求" in told(begun, "截至 2027-10-01", "还缺什么 毕业")
    refused = begun.answer("还缺什么 毕也")
    assert refused.failed and "CR101" in refused.text and "毕业" in refused.text
    without_calendar = session("volunteer_hours")
    told(without_calendar, "as of 2023-07-01", "student 20190103")
    refused = without_calendar.answer("need profile_complete")
    assert refused.failed and "CR882" in refused.text
    assert "none of fewer records does" in told(without_calendar, "need profile_complete by 2023-12-31")
    assert without_calendar.answer("need profile_complete by 2023-13-31").failed


def test_why_of_a_rule_without_records_says_so() -> None:
    begun = session("hengyang", "2024010108")
    assert "no records" in told(begun, "why business_contest")


@pytest.mark.parametrize("typed", [
    ("what if set pass_mark = 80",), ("set makeup_points = 9", "what if"), ("drop A000001", "what if"),
    ("drop A000001", "what if set assistant_credit = 1"), ("as of 2026-03-01", "what if set makeup_hours = 2"),
])  # fmt: skip
def test_what_if_says_the_same_whether_or_not_it_is_asked_in_columns(
    typed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    found = []

    def same(*given: object) -> tuple[frozenset[str], frozenset[str]]:
        found.append(unchanged(*given))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr("creditlang.comparison.columns_compared.unchanged", same)
    in_columns = told(session("hengyang", "2024010101"), *typed)
    assert len(found) == 1
    assert found[0][0]
    monkeypatch.setattr(View, "in_columns", None)
    assert told(session("hengyang", "2024010101"), *typed) == in_columns
