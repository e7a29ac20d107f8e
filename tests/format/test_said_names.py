"""Names said by the labels of the other language: the policy stays the same, and what cannot be said stays."""

from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from creditlang.cli import main
from creditlang.core.same_policy import same_policy
from creditlang.driver import compile_text

POLICY = """policy "p"

scale level: school "校级" > college "院级"

student
    college "学院": text, optional

record activity "活动"
    item  "项目": item
    on    "日期": date
    level "级别": level
    cap   "上限": number, optional
    hours "时长": number, at least 0
    void when hours < 1, "{hours}小时太短，{on}"

record course "课程"
    item  "课程类别": item
    hours "学时": number
    on    "开课日期": date

fact busy "忙"
    yes when count(activity where hours > 2) > 1
    no otherwise

category talks "讲座" from activity
    item talk "专题讲座" from activity
        2 per event when level is college
        1 per event otherwise
        cap 3 per semester

category lessons "授课" from course
    item lesson "一节课" from course
        hours per event when on >= 2024-09-01

require done "完成"
    "讲座": talks at least 1

example "例一"
    student college "外语学院"
    activity talk, on 2024-10-08, level college, hours 2, as talks
    course lesson, on 2024-10-08, hours 2
    expect talks counted 2
    expect done = met
"""


def said(text: str, language: str, folder: Path) -> str:
    file = folder / "policy.credit"
    file.write_text(text)
    CliRunner().invoke(main, ["fmt", str(file), "--lang", language], catch_exceptions=False)
    return file.read_text()


def test_names_are_said_by_their_labels_and_back(tmp_path: Path) -> None:
    chinese = said(POLICY, "zh", tmp_path)
    assert '时长 < 1 时不计，"{时长}小时太短，{日期}"' in chinese
    assert "级别 为 院级 时：每次2" in chinese, "the value, not the college of the student"
    assert "开课日期 >= 2024-09-01 时：每次 学时" in chinese, "the day and the hours of the course"
    assert "活动 专题讲座，日期 2024-10-08，级别 院级，时长 2，作为 talks" in chinese, "a record keeps its name"
    assert "应得 talks 计入" in chinese
    assert "应得 完成 = 符合" in chinese
    assert said(chinese, "en", tmp_path) == said(POLICY, "en", tmp_path)
    assert same_policy(compile_text(POLICY).policy, compile_text(chinese).policy)


def test_a_name_stays_whose_label_something_else_has_too(tmp_path: Path) -> None:
    text = POLICY.replace('"忙"', '"时长"').replace("hours < 1", "busy")
    assert "busy 时不计" in said(text, "zh", tmp_path)


def test_names_stay_where_the_policy_would_be_another(tmp_path: Path) -> None:
    text = POLICY.replace("cap 3", "cap nobody_knows")
    assert "hours < 1 时不计" in said(text, "zh", tmp_path), "it has errors"


def test_policies_are_the_same_whatever_their_lines_are_called() -> None:
    policy = compile_text(POLICY).policy
    assert same_policy(policy, evolve(policy, fingerprint="another"))
    for old, new in [("level is college", "level is school"), ("{hours}", "{on}"), ("at least 1", "at least 2")]:
        assert not same_policy(policy, compile_text(POLICY.replace(old, new)).policy)


@pytest.mark.parametrize(("old", "new"), [("0.4", "0.5"), ("10-99", "10-98")])
def test_policies_whose_tables_differ_are_not_the_same(old: str, new: str) -> None:
    text = f"""{POLICY.replace("cap 3 per semester", "cap 3 in total")}
table rate (hours)
    0-9    0.4
    10-99  1
category lectures from activity
    item lecture from activity
        rate[hours] per event
"""
    policy, other = (compile_text(x) for x in (text, text.replace(old, new)))
    assert not policy.errors
    assert same_policy(policy.policy, compile_text(text).policy)
    assert not same_policy(policy.policy, other.policy)
