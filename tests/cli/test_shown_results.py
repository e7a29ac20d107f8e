"""`show`: which results the table of students, the screen and documents have, in both dialects."""

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

POLICIES = {
    "en": """
use "common/calendar"
unit point "分"
student
    name  "姓名" : text
    class "班级" : text
record deed "事迹"
    item "项目" : item
    on   "日期" : date
scale metal "奖级" : gold "金奖" > none "无奖"
category house_points "学院积分" in point from deed
    item help "帮忙" : 2 per event
category helper "中间账" in point from deed
    item tidy "打扫" : 1 per event
score conduct "操行" per academic year in point from deed
    starts at 100
    item late "迟到" : deduct 3 per event
fact doubled "两倍"
    house_points * 2
fact medal "奖章"
    gold when doubled >= 8
    none otherwise
ranking class_rank "班级名次" of house_points per class
require pass "达标"
    house_points at least 4
require other "其他"
    helper at least 1
""",
    "zh": """
引用 "common/calendar"
计量单位 point "分"
学生
    name  "姓名"：文本
    class "班级"：文本
记录 deed "事迹"
    item "项目"：项目
    on   "日期"：日期
等级 metal "奖级"：gold "金奖" > none "无奖"
类别 house_points "学院积分" 单位 分 自 事迹
    项目 help "帮忙"：每次 2
类别 helper "中间账" 单位 分 自 事迹
    项目 tidy "打扫"：每次 1
评分 conduct "操行" 每学年 单位 分 自 事迹
    基础分 100
    项目 late "迟到"：每次扣 3
认定 doubled "两倍"
    学院积分 * 2
认定 medal "奖章"
    金奖 当 两倍 >= 8
    无奖 否则
排名 class_rank "班级名次"：按 学院积分，每 班级
要求 pass "达标"
    学院积分 至少 4
要求 other "其他"
    中间账 至少 1
""",
}
SHOW = {
    "en": "show house_points, medal, class_rank\nshow conduct, pass\n",
    "zh": "显示 学院积分、奖章，班级名次\n显示 操行，达标\n",
}
NAMES = ["student_id", "house_points", "medal", "class_rank", "conduct", "pass"]
SHEETS = {
    "student": "student_id,name,class\na,Anna,1\nb,Ben,1\n",
    "deed": "record_id,student_id,item,on\n1,a,help,2023-10-08\n2,a,help,2024-10-09\n3,b,late,2025-03-03\n",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for name, text in SHEETS.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def written(tmp_path: Path, dialect: str, show: str) -> Path:
    path = tmp_path / "house.credit"
    path.write_text(POLICIES[dialect] + show, encoding="utf-8")
    return path


def heading(table: str) -> list[str]:
    return table.removeprefix("\ufeff").splitlines()[0].split(",")


@pytest.mark.parametrize("dialect", POLICIES)
def test_what_is_listed_is_shown_in_its_order(cli: Any, tmp_path: Path, data: Path, dialect: str) -> None:
    """Nothing else stands in the table of students; the other tables and `why` have it all."""
    policy = written(tmp_path, dialect, SHOW[dialect])
    run = cli("run", policy, "--data", data, "--as-of", "2025-07-01", "--format", "json")
    assert run.exit_code == 0, run.output
    tables = json.loads(run.stdout)["tables"]
    years = "; ".join(f"{year}-{year + 1}: 100" for year in (2022, 2023, 2024))
    less = years.removesuffix("100") + "97"
    assert [tuple(row[name] for name in NAMES) for row in tables["students"]] == [
        ("a", "4", "gold", "1", years, "met"), ("b", "0", "none", "2", less, "unmet"),
    ]  # fmt: skip
    assert heading(cli("run", policy, "--data", data, "--as-of", "2025-07-01", "--format", "csv").stdout) == NAMES
    assert {row["fact"] for row in tables["facts"]} == {"doubled", "medal", "class_rank"}
    assert {row["account"] for row in tables["accounts"]} == {"house_points", "helper", "conduct"}
    why = cli("why", policy, "doubled", "--student", "a", "--data", data, "--as-of", "2025-07-01", "--lang", "en")
    assert why.stdout.split()[:2] == ["doubled:", "8"]


@pytest.mark.parametrize("dialect", POLICIES)
def test_without_a_line_requirements_and_totals_are_shown(cli: Any, tmp_path: Path, data: Path, dialect: str) -> None:
    """As always."""
    run = cli("run", written(tmp_path, dialect, ""), "--data", data, "--as-of", "2025-07-01", "--format", "csv")
    assert heading(run.stdout) == ["student_id", "pass", "other", "house_points", "helper"]


@pytest.mark.parametrize(("language", "rows"), [
    ("en", ["house_points medal class_rank conduct pass", "4.00 gold 1", "not met"]),
    ("zh", ["学院积分 奖章 班级名次 操行 达标", "4.00 金奖 1", "不符合"]),
])  # fmt: skip
def test_the_screen_has_words_and_whole_ranks(
    cli: Any, tmp_path: Path, data: Path, language: str, rows: list[str]
) -> None:
    """Values by their labels."""
    policy = written(tmp_path, "en", SHOW["en"])
    screen = cli("run", policy, "--data", data, "--as-of", "2025-07-01", "--lang", language).stdout
    assert [row for row in rows if row not in " ".join(screen.split())] == []
    script = tmp_path / "script"
    script.write_text("student a\nstudents\nshow\n", encoding="utf-8")
    words = ("--data", data, "--as-of", "2025-07-01", "--lang", language, "--script", script)
    told = " ".join(cli("repl", policy, *words).stdout.split())
    assert [row for row in rows if row not in told] == []
    assert "中间账" not in told
    assert "helper" not in told


@pytest.mark.parametrize("dialect", POLICIES)
def test_documents_still_know_what_is_not_shown(cli: Any, tmp_path: Path, data: Path, dialect: str) -> None:
    """The notice has the same columns; transcripts and the report tell of every requirement."""
    policy, out = written(tmp_path, dialect, SHOW[dialect]), tmp_path / "out"
    targets = ("--out", f"forms:{out}#class-notice,transcript", "--out", tmp_path / "report.html")
    run = cli("run", policy, "--data", data, "--as-of", "2025-07-01", "--lang", "zh", *targets)
    assert run.exit_code == 0, run.output
    (notice,) = (out / "class-notice").glob("*.xlsx")
    cells = [str(cell) for row in load_workbook(notice).active.iter_rows(values_only=True) for cell in row if cell]
    assert {"金奖", "无奖", "班级名次", "符合", "不符合"} <= set(cells)
    (transcript,) = (out / "transcript").glob("a*.html")
    assert "其他" in transcript.read_text(encoding="utf-8")
    assert "其他" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("show", "code", "places"), [
    ("show medal, helpers", "CR101", ["helpers"]), ("show medal, help", "CR101", ["help"]),
    ("show medal, class_rank, 奖章", "CR112", ["奖章"]), ("show pass\nshow pass", "CR112", ["pass"]),
    ("fact pass\n    1\nshow pass", "CR102", ["pass"]), ("fact early of deed\n    1\nshow early", "CR101", ["early"]),
])  # fmt: skip
def test_what_cannot_be_shown(show: str, code: str, places: list[str]) -> None:
    """Unknown names, names of items and of facts of records, names of two things, names that come twice."""
    from creditlang.driver import compile_text

    found = [x for x in compile_text(POLICIES["en"] + show + "\n").diagnostics if x.severity.value == "error"]
    assert [(x.code, x.span.text) for x in found if x.span] == [(code, place) for place in places]
