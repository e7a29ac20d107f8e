"""Printed tables become policies that check clean and are laid out; what is not read is said."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from creditlang.driver import compile_text
from creditlang.import_table.printed_grid import Grid, grid, pasted_rows
from creditlang.import_table.table_to_policy import table_to_policy

CERTIFICATES = """\
证书类别\t高级\t中级\t初级\t备注
职业资格证书\t10\t6\t4\t至少获取一种证书
1+X 证书\t１０\t6分\t-
计算机等级证书\t10（三级）\t6（二级）\t四
备注：各二级学院可以调整
"""
ACTIVITIES = """\
项目\t级别\t学分标准\t项目要求
1. 主题党(团)日、班会\t无\t参加活动: 0.2/次 主题发言: 0.3/次\t全程参与
2. 党团网站\t校级\t成员: 0.5 负责人: 1.0
3. 志愿服务\t无\t0.3/天
4. 科研项目\t国家级\t3.0/项
\t省部级\t2.5/项
项目\t级别\t学分标准\t项目要求
5. 作品获三等奖及以上奖励\t国家级\t2.5/2.0/1.5 /件
\t省部级\t2.0/1.5/1.0 /件
"""
GROUPS = """\
项目\t形式\t标准\t要求
思想政治与道德素养\t骨干培训班\t完成任务。 省级：合格30学时/次 优秀40学时/次
\t优秀团学干部表彰\t国家级：50学时/次 省级：30学时/次
\t主题教育活动\t2学时/次
社会实践与志愿服务\t社会实践团队\t国家级：50学时/次 省级：30学时/次\t\t校团委
\t\t参赛者 2 学时/次 获奖者 3 学时/学期	以证书为准
"""
ENGLISH = """\
Activity  |  Level     |  Credits     |  Evidence
Lecture   |  -         |  0.2/event   |
Contest   |  National  |  4           |
          |  School    |  1           |
Camp      |  -         |  one a day   |
"""
BANDS = "成绩  得分\n90分及以上  ４\n80～89分  3\n60-79  2分\n不足60  0\n59以下  0\n"


def read(text: str) -> tuple[str, tuple[str, ...]]:
    """What a pasted table becomes, and what of it is not read."""
    table = grid(pasted_rows(text))
    assert table is not None
    imported = table_to_policy(table)
    assert imported is not None
    return imported.text, imported.not_read


def test_a_table_of_numbers() -> None:
    text, not_read = read(CERTIFICATES)
    assert [line.split("：", 1)[1] for line in not_read] == [
        "备注：各二级学院可以调整", "职业资格证书，“备注”一栏：至少获取一种证书",
        "计算机等级证书，“高级”一栏：（三级）", "计算机等级证书，“中级”一栏：（二级）",
        "计算机等级证书，“初级”一栏：四",
    ]  # fmt: skip
    assert "表 标准 (证书类别，等次)" in text and "计算机等级证书  10    6     -" in text


def test_a_list_of_items() -> None:
    text, not_read = read(ACTIVITIES)
    assert not_read[0].endswith("“项目要求”一栏：全程参与") and "没有读入：3. 志愿服务：0.3/天" in not_read
    assert "每次按 级别 和 奖次" in text and "省部级  2.0     1.5     1.0" in text
    assert "每次按 角色 当 级别 为 校级\n            成员    0.5" in text


def test_items_in_groups() -> None:
    text, not_read = read(GROUPS)
    assert not_read == (
        "没有读入：社会实践与志愿服务，“要求”一栏：以证书为准",
        "没有读入：社会实践与志愿服务，“”一栏：校团委",
        "没有读入：骨干培训班：完成任务。 省级：合格30学时/次 优秀40学时/次",
        "没有读入：社会实践与志愿服务：参赛者 2 学时/次 获奖者 3 学时/学期",
    )
    assert "    类别 思想政治与道德素养\n        项目 优秀团学干部表彰\n            每次按 级别" in text
    assert "        项目 主题教育活动\n            每次2\n" in text and text.count("国家级  50\n") == 2


def test_english() -> None:
    text, not_read = read(ENGLISH)
    assert not_read == ("not read: Camp: one a day",)
    assert 'item lecture "Lecture"\n        0.2 per event' in text and 'national "National" | school "School"' in text


def test_bands_and_units() -> None:
    text, not_read = read(BANDS)
    assert "    90+     4\n    80-89   3\n    60-79   2\n    不足60  0\n" in text
    assert not_read == ("没有读入：成绩：59以下 0",)


def merged(path: Path) -> Path:
    """A workbook whose sheet has a title, a heading over three columns, and a label over two rows."""
    book = Workbook()
    book.create_sheet("竞赛")
    sheet = book["竞赛"]
    for row in (
        ("竞赛学分", None, None, None), ("级别", "奖次", None, None), (None, "一等奖", "二等奖", "三等奖"),
        ("国家级", 4, 3.5, "２"), ("省级", 2, 1, 0.5),
    ):  # fmt: skip
        sheet.append(row)
    for cells in ("A1:D1", "B2:D2", "A2:A3"):
        sheet.merge_cells(cells)
    book.save(path)
    return path


@pytest.mark.parametrize("name", ["certificates.txt", "activities.csv", "english.txt", "bands.txt", "rates.xlsx#竞赛"])
def test_what_comes_out_checks_clean(cli: Any, tmp_path: Path, name: str) -> None:
    path = tmp_path / name.partition("#")[0]
    texts = {"certificates.txt": CERTIFICATES, "english.txt": ENGLISH, "bands.txt": BANDS}
    if "#" in name:
        merged(path)
    elif path.suffix == ".csv":
        path.write_bytes(ACTIVITIES.replace(", ", "，").replace("\t", ",").encode("gb18030"))
    else:
        path.write_text(texts[name], encoding="utf-8")
    made = cli("import-table", tmp_path / name)
    assert made.exit_code == 0, made.output
    policy = tmp_path / "made.credit"
    policy.write_text(made.stdout, encoding="utf-8")
    for command in ("check", "fmt --check"):
        result = cli(*command.split(), policy)
        assert result.exit_code == 0, result.output
    if "#" in name:
        assert "表 竞赛学分 (级别，奖次)" in made.stdout and "国家级  4       3.5     2" in made.stdout


def test_what_cannot_be_imported(cli: Any, tmp_path: Path) -> None:
    assert cli("import-table", tmp_path / "none.xlsx").exit_code == 4
    assert cli("import-table", f"{merged(tmp_path / 'rates.xlsx')}#别的").exit_code == 2
    (tmp_path / "words.txt").write_text("a word\nand another\n", encoding="utf-8")
    assert cli("import-table", tmp_path / "words.txt").exit_code == 1


CELLS = st.sampled_from(
    [
        "",
        "级别",
        "一等奖",
        "国家级",
        "4",
        "2.5/次",
        "3/2/1",
        "成员: 1",
        "90-94",
        "５分",
        '"',
        "“",
        "每次",
        "项目",
        "a b",
        "学分",
    ]
)


@settings(max_examples=60)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=4), min_size=2, max_size=6))
def test_any_table_becomes_a_sound_policy_or_none(rows: list[list[str]]) -> None:
    table = grid(rows)
    imported = table_to_policy(table) if isinstance(table, Grid) else None
    assert imported is None or not compile_text(imported.text).errors


@pytest.mark.parametrize(("table", "lines"), [
    ("项目\t标准\n值班\t3分/学期\n讲座\t0.5分/次\n服务\t2分/小时\n", [
        "计量单位 分", "每次3", "每学期只计一次", "没有读入：服务：2分/小时",
    ]),
    ("Activity | Rate\nDuty | 2 points per academic year\nTalk | 1 point/event\nHelp | 1 point/hour\n", [
        "unit point", "2 per event", "once per academic year", "not read: Help: 1 point/hour",
    ]),
])  # fmt: skip
def test_rates_of_a_period_count_once_and_what_follows_a_stroke_is_no_unit(table: str, lines: list[str]) -> None:
    text, not_read = read(table)
    assert not compile_text(text).errors
    for line in lines:
        assert line in text or line in not_read
