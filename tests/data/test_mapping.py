"""Mapping files: read strictly, checked against the policy, and doing what they say and nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from creditlang.core.operators import Policy
from creditlang.data.mappings.mapping import MappingFile
from creditlang.data.mappings.mapping_file import open_mapping, read_mapping
from creditlang.data.mappings.mapping_rule import Fit, _captured, fit
from creditlang.data.sheets.sheet_heading import Sheet
from creditlang.diagnostics import Language, fix, render
from creditlang.schema import RawRow, RawTable

Reader = Callable[..., Any]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
PLAIN = """[[table]]
headings = ["工号", "讲座"]
kind     = "活动"
[table.columns]
student_id = ["工号", "学工号"]
"姓名"     = "人员"
item       = "讲座"
"日期"     = "时间"
"""

SHEET = "工号,人员,讲座,时间\n2024010101,林知夏,学术讲座,2024-10-08\n"


# ---- strictness
@pytest.mark.parametrize(("text", "code", "line", "words"), [
    ("", "CR676", 1, "[[table]]"),
    ("titel = 'x'\n" + PLAIN, "CR676", 1, "titel"),
    ("title = 3\n" + PLAIN, "CR676", 1, "title"),
    (PLAIN.replace("kind ", "kinds"), "CR676", 3, "kinds"),
    (PLAIN.replace('"活动"', '"活动表"'), "CR677", 3, "活动表"),
    (PLAIN.replace('"日期"', '"日起"'), "CR677", 8, "日起"),
    (PLAIN.replace("headings", "heading"), "CR676", 2, "heading"),
    (PLAIN.replace('headings = ["工号", "讲座"]\n', ""), "CR676", 1, "table"),
    (PLAIN.replace('"讲座"\n"日', '7\n"日'), "CR676", 7, "item"),
    (PLAIN.replace('"时间"', '{ column = "时间", part = "month" }'), "CR676", 8, "part"),
    (PLAIN.replace('"时间"', '{ columns = "时间" }'), "CR676", 8, "columns"),
    (PLAIN.replace('"时间"', '{ year = "学年" }'), "CR676", 8, "日期"),
    (PLAIN.replace('"时间"', '{ column = "时间", part = "before" }'), "CR676", 8, "mark"),
    (PLAIN.replace('"时间"', '{ column = "时间", mark = "-" }'), "CR676", 8, "mark"),
    (PLAIN.replace('"时间"', '{ column = "时间", decimals = -1 }'), "CR676", 8, "decimals"),
    (PLAIN.replace('"时间"', '{ column = "时间", above = 1 }'), "CR676", 8, "above"),
    (PLAIN + 'on = "另一列"\n', "CR676", 9, "on"),
    (PLAIN + "[table.values]\nitem = '讲座'\n", "CR676", 10, "item"),
    (PLAIN + "[table.constants]\nhours = 1.5\n", "CR676", 10, "hours"),
    (PLAIN + "[[table.record]]\ncolumn = {}\n", "CR676", 10, "column"),
    (PLAIN + "[[table.record]]\ncolumns = { name = '姓名' }\n", "CR677", 10, "name"),
    (PLAIN + "[[table.rows]]\ncolumn = '状态'\n", "CR676", 9, "rows"),
    (PLAIN + "[table.gather]\nshare = 'hours'\ncounted = '课程'\n", "CR676", 9, "gather"),
    (PLAIN + "[table.gather]\nshare = 'hours'\ncounted = 'x'\nday = 'x'\nnumber = { '24' = 3 }\n", "CR677", 13, "24"),
    ("policy = 'other-1'\n" + PLAIN, "CR687", 1, "other-1"),
    ("[[table]\n", "CR686", 1, "TOML"),
    ("[[table]]\nname = '{未知}'\nkind = '活动'\n", "CR677", 2, "未知"),
    ("[[table]]\nname = '*活*动*'\nkind = '活动'\n", "CR676", 2, "two *"),
])  # fmt: skip
def test_what_a_mapping_may_not_say(refused: Any, text: str, code: str, line: int, words: str) -> None:
    """Each with the place in the file."""
    found = refused(text)
    assert [problem.code for problem in found][:1] == [code]
    said = render(found[0])
    assert words in said
    assert f"own.toml:{line}:" in said


@pytest.mark.parametrize("text", ["学号 = '工号'\n", "[table]\ncolumns = { 学号 = '工号' }\n"])
def test_chinese_names_without_quotes_are_told_what_to_do(refused: Any, text: str) -> None:
    (problem,) = refused(text)
    assert "quotes" in render(problem, "en")
    assert "引号" in render(problem, "zh")


@pytest.mark.parametrize("text", ["Student ID", "STUDENT_ID", "学号 "])
def test_columns_are_named_as_headings_are_read(policy: Policy, text: str) -> None:
    found = read_mapping(PLAIN.replace("student_id ", f'"{text}" ').encode(), "own.toml", policy)
    assert not isinstance(found, list)
    assert "student_id" in found.rules[0].records[0].columns


def test_what_is_no_mapping_at_all(policy: Policy, tmp_path: Path) -> None:
    assert isinstance(read_mapping(b"\xff\xfe", "own.toml", policy), list)
    assert isinstance(read_mapping(b"#" * 300_000, "own.toml", policy), list)
    assert isinstance(read_mapping(b"x = " + b"[" * 5000, "own.toml", policy), list)
    assert isinstance(open_mapping(str(tmp_path), policy), list)
    (missing,) = open_mapping("nowhere", policy)  # type: ignore[misc]
    assert "bundled" not in render(missing), "none is for this policy"
    for_another = evolve(policy, identifier="shangrao-2022-27")
    (missing,) = open_mapping("nowhere", for_another)  # type: ignore[misc]
    assert "bundled for this policy: campus_list, pu, qingniandaxuexi, zhengfang" in render(missing)
    (other,) = open_mapping("zhiyuanhui", for_another)  # type: ignore[misc]
    assert fix(other, "zh") == "内置的、适用于这份办法的有：campus_list、pu、qingniandaxuexi、zhengfang"


def test_everything_that_is_wrong_is_said_at_once(refused: Any) -> None:
    assert len(refused(PLAIN.replace("item ", "itme ").replace('"日期"', '"日起"'))) == 2


# ---- finding the sheet


@pytest.mark.parametrize("name", ["*活动", "活*动*"])
def test_two_stars_are_not_too_many(policy: Policy, name: str) -> None:
    text = PLAIN.replace("headings", f"name = '{name}'\nheadings")
    assert isinstance(read_mapping(text.encode(), "own.toml", policy), MappingFile)


def test_a_column_that_the_mapping_leaves_out_is_missed_as_in_a_sheet_of_the_policys(read: Reader) -> None:
    """Its kind is read all the same: that there are no records of it is not said beside it."""
    found = read(PLAIN.replace('"日期"     = "时间"\n', ""), 导出=SHEET)
    assert "CR653" in found.codes
    assert found.dataset.read["activity"] == 1
    found = read(PLAIN, 导出="工号,人员,讲座,时间\n")
    assert found.dataset.read == {"activity": 0}


def test_what_a_column_may_have_been_meant_for_is_said(read: Reader) -> None:
    found = read(PLAIN, 导出=SHEET.replace("人员", "讲坐,人员").replace("林知夏", ",林知夏"))
    assert [found.said("CR646").arguments[name] for name in ("name", "nearest")] == ["讲坐", "讲座"]


def test_columns_by_other_names(read: Reader) -> None:
    found = read(PLAIN, 导出=SHEET)
    assert found.codes == []
    assert found.rows == [(2, "2024010101", "")]
    note = found.said("CR675")
    assert (note.arguments["kinds"], note.arguments["rows"]) == ("活动", "1")


def test_messages_speak_of_the_sheet_as_it_is(read: Reader) -> None:
    """The place is the foreign column, and the true row."""
    found = read(PLAIN, 导出="导出表,,,\n" + SHEET.replace("2024-10-08", "八月"))
    place = found.said("CR605").place
    assert (place.source, place.row, place.column) == ("导出.csv", 3, "时间")


def test_only_what_is_named_is_read_and_the_rest_is_said(read: Reader) -> None:
    """A column of the policy's own name is no exception."""
    found = read(PLAIN, 导出="工号,人员,讲座,时间,时长,序号\n2024010101,林知夏,学术讲座,2024-10-08,500,1\n")
    assert found.codes == ["CR645"], "it may change a result"
    assert found.records[0].values["hours"] is None
    for ignored in ('["时长"]', '["*"]'):
        mapping = PLAIN.replace("kind ", f"ignore = {ignored}\nkind ")
        assert read(mapping, 导出=SHEET.replace("时间", "时间,时长").replace("08", "08,500")).codes == []


def test_a_sheet_that_no_rule_fits(read: Reader) -> None:
    found = read(PLAIN, 导出="工号,人员,项目,时间\n1,2,3,4\n")
    assert found.codes == ["CR679"]
    hints = [fix(found.said("CR679"), language) for language in LANGUAGES]
    assert hints == ["for “own.toml” these headings are not there: 讲座", "按“own.toml”读，缺少这些列：讲座"]
    assert not found.cohort.reliable


@pytest.mark.parametrize(("more", "sheets", "hint"), [
    ("name = '{项目} {日期}'\n", {"签到": SHEET}, "名称应像“{项目} {日期}”这样"),
    ("title = '题目：{说明文字}'\n", {"签到": SHEET}, "标题应像“题目：{说明文字}”这样"),
    ("without = '人员'\n", {"签到": SHEET}, "不能有这些列：人员"),
])  # fmt: skip
def test_why_a_rule_does_not_fit_is_said(read: Reader, more: str, sheets: dict[str, str], hint: str) -> None:
    found = read(PLAIN.replace("kind ", f"{more}kind "), **sheets)
    assert fix(found.said("CR679"), "zh") == f"按“own.toml”读，{hint}"


def test_of_the_rules_of_a_mapping_the_nearest_speaks(read: Reader) -> None:
    farther = PLAIN.replace('["工号", "讲座"]', '["工号", "甲", "乙"]')
    found = read(farther + PLAIN, 导出="工号,人员,项目,时间\n1,2,3,4\n")
    assert fix(found.said("CR679"), "zh") == "按“own.toml”读，缺少这些列：讲座"


def test_without_a_mapping_the_names_of_sheets_are_said(read: Reader) -> None:
    found = read(导出=SHEET).said("CR651")
    assert fix(found, "en") == "give it one of these names: student, activity, exam"
    assert fix(found, "zh") == "把名称改为其中之一：学生、活动、考试"
    assert fix(read(活洞=SHEET).said("CR651"), "zh") == "是不是“活动”？"


def test_a_heading_in_doubt_is_said_as_such(read: Reader) -> None:
    found = read(PLAIN, 导出=SHEET + "讲座,工号,人员,时间\n")
    assert found.codes == ["CR671"]


def test_two_rules_that_fit_are_one_too_many(read: Reader) -> None:
    found = read(PLAIN + PLAIN, 导出=SHEET)
    assert found.codes == ["CR685"]
    found = read(PLAIN + PLAIN.replace("kind ", 'without = ["人员"]\nkind '), 导出=SHEET)
    assert found.codes == []


def test_a_sheet_that_has_all_of_the_policys_names_is_the_policys(read: Reader) -> None:
    rule = PLAIN.replace('["工号", "讲座"]', '["学号", "项目"]')
    own = "学号,项目,日期,讲座,时间\n2024010101,学术讲座,2024-10-08,讲座,2024-10-09\n"
    assert read(rule, 活动=own).records[0].values["on"].day == 8
    assert [row[2] for row in read(PLAIN, 活动=SHEET).rows] == [""], "and one that has not is the rule's"
    assert read("[[table]]\nname = '活动'\n" + PLAIN.partition("\n")[2], 活动=SHEET).codes == []


@pytest.mark.parametrize(("pattern", "name", "fits"), [
    ("导出", "导出", True), ("导出*", "导出2024", True), ("*导出*", "志愿导出（1）", True), ("导出", "导出2", False),
    ("导.", "导x", False),
])  # fmt: skip
def test_a_rule_by_name(read: Reader, pattern: str, name: str, fits: bool) -> None:
    found = read(PLAIN.replace("kind ", f"name = '{pattern}'\nkind "), **{name: SHEET})
    assert (found.codes == []) == fits


@pytest.mark.parametrize(("pattern", "text", "wanted"), [
    ("{a} {b}", "讲座 2024.10.08", ("讲座", "2024.10.08")), ("{a} {b}", "讲 座 10", ("讲", "座 10")),
    ("{a}期*", "1期2期", ("1",)), ("{a}期", "1期2期", ("1期2",)), ("*{a}（{b}）", "x讲（8）", ("讲", "8")),
    ("{a}{b}", "xyz", ("x", "yz")), ("{a}x{b}y", "1x2y3y", ("1", "2y3")), ("{a} {b}", " 8", None), ("{a}", "", None),
])  # fmt: skip
def test_a_field_ends_where_the_text_after_it_first_comes(
    pattern: str, text: str, wanted: tuple[str, ...] | None
) -> None:
    found = _captured([pattern], [text])
    assert (None if found is None else tuple(found.values())) == wanted


def test_no_name_makes_a_pattern_work_long() -> None:
    for length in (180, 30_000):
        assert _captured(["{a} {b} {c} {d} {e}x"], [" a" * (length // 2)]) is None
        assert _captured(["*a*b"], ["ab" * (length // 2) + "c"]) is None


def test_a_day_with_points_in_the_name_of_a_workbook(policy: Policy) -> None:
    """What stands behind the last point is the ending, and nothing before it."""
    rule = "[[table]]\nname = '{项目} {日期}'\nkind = '活动'\ncolumns = { student_id = '工号' }\n"
    found = read_mapping(rule.encode(), "own.toml", policy)
    assert not isinstance(found, list)
    for source in ("讲座 2024.10.08.xlsx", "讲座 2024.10.08.xlsx（Sheet1）", "讲座 2024.10.08.json rows"):
        table = RawTable("Sheet1", source, ("工号",), iter([RawRow(2, ("2024010101",))]))
        fitted = fit(found.rules[0], Sheet(table))
        assert isinstance(fitted, Fit)
        assert fitted.captured == {"项目": "讲座", "日期": "2024.10.08"}


def test_fields_out_of_name_and_title(read: Reader) -> None:
    rule = """[[table]]
name  = ["{项目} {日期}"]
title = ["题目：{说明文字}"]
kind  = "活动"
headings = ["工号"]
columns  = { student_id = "工号", hours = "学时" }
[table.values]
item = { "讲" = "学术讲座" }
"""
    found = read(rule, **{"讲 2024年10月8日": "通知,\n题目：智能时代,\n工号,学时\n2024010101,2\n"})
    assert found.codes == ["CR670"]
    values = found.records[0].values
    assert (values["item"], str(values["on"]), values["note"], str(values["hours"])) == (
        "lecture", "2024-10-08", "智能时代", "2.00",
    )  # fmt: skip
    assert read(rule, **{"讲 2024年10月8日": "通知,\n工号,学时\n2024010101,2\n"}).codes == ["CR679"]
    assert [row[2] for row in read(rule, **{"讲 某日": "题目：智能时代,\n工号,学时\n2024010101,2\n"}).rows] == ["CR605"]


# ---- fields
def rule(more: str) -> str:
    """A rule for a sheet with a student number, a day and one column more."""
    return f"""[[table]]
headings = ["工号", "列"]
kind     = "activity"
[table.columns]
student_id = "工号"
on         = {{ column = "日", part = "day" }}
{more}
"""


def values(read: Reader, more: str, cell: str, name: str) -> Any:
    """The value of a field, or the code that says why there is none."""
    found = read(rule(more), 导出=f"工号,日,列\n2024010101,2024-10-08 19:30:00,{cell}\n")
    ((_, _, code),) = found.rows
    return code or found.records[0].values[name]


@pytest.mark.parametrize(("more", "cell", "name", "wanted"), [
    ("[table.constants]\nitem = '讲座'\ndone = false", "x", "done", False),
    ("item = '列'\n[table.constants]\nitem = '志愿服务'", "", "item", "service"),
    ("item = '列'\n[table.constants]\nitem = '志愿服务'", "讲座", "item", "lecture"),
    ("item = ['甲', '列']", "讲座", "item", "lecture"),
    ("item = '列'\n[table.values]\nitem = { '会议' = '讲座' }", " 会议 ", "item", "lecture"),
    ("done = '列'\n[table.constants]\nitem = '讲座'\n[table.values]\ndone = { '缺' = '否' }", "缺", "done", False),
    ("done = '列'\n[table.constants]\nitem = '讲座'\n[table.values]\ndone = { '缺' = '否' }", "没有", "done", "CR607"),
    ("hours = { column = '列', part = 'number' }\n[table.constants]\nitem = '讲座'", "12小时", "hours", 12),
    ("hours = { column = '列', part = 'number' }\n[table.constants]\nitem = '讲座'", "免修", "hours", None),
    ("note = { column = '列', part = 'words' }\n[table.constants]\nitem = '讲座'", "12", "note", None),
    ("note = { column = '列', part = 'words' }\n[table.constants]\nitem = '讲座'", "林老师20240101", "note", "林老师"),
    ("note = { column = '列', part = 'words' }\n[table.constants]\nitem = '讲座'", "3班12号", "note", "CR688"),
    ("hours = '列'\n[table.constants]\nitem = '讲座'", "101", "hours", "CR656"),
    ("[table.constants]\nitem = '列'", "x", "item", "列"),
])  # fmt: skip
def test_where_a_field_comes_from(read: Reader, more: str, cell: str, name: str, wanted: object) -> None:
    assert values(read, more, cell, name) == wanted


@pytest.mark.parametrize(("year", "term", "wanted"), [
    ("2023", "3", "2023-2024-1"), ("2023", "12", "2023-2024-2"), ("2023-2024", "1", "2023-2024-1"),
    ("2023-2024学年", "第二学期", "2023-2024-2"), ("2023—2024", "上学期", "2023-2024-1"), ("2023", "16", "CR608"),
    ("", "3", "CR608"), ("2023-2025", "1", "CR608"), ("", "", "CR654"), ("1990", "1", "CR655"),
])  # fmt: skip
def test_a_semester_out_of_two_columns(read: Reader, year: str, term: str, wanted: str) -> None:
    text = """[[table]]
headings = ["xh", "xqm"]
kind     = "考试"
[table.columns]
student_id = "xh"
item       = "kcmc"
semester   = { year = "xnm", term = "xqm" }
"""
    found = read(text, 成绩=f"xh,kcmc,xnm,xqm\n2024010101,高等数学,{year},{term}\n")
    ((_, _, code),) = found.rows
    assert (code or found.records[0].semester) == wanted


# ---- rows and records
TWO = """[[table]]
headings = ["工号", "信用"]
kind     = "activity"
ignore   = ["状态"]
rows     = [{ column = "状态", texts = ["已通过", "通过"] }]
columns  = { student_id = "工号", "姓名" = "姓名", "班级" = "班级", on = "日" }
[[table.record]]
when      = "信用"
columns   = { hours = "信用" }
constants = { item = "讲座" }
[[table.record]]
when      = "荣誉"
columns   = { hours = "荣誉" }
constants = { item = "志愿服务" }
"""


def test_a_row_may_be_two_records_one_or_none(read: Reader) -> None:
    found = read(
        TWO,
        导出="""工号,姓名,班级,日,信用,荣誉,状态
2024010101,林知夏,软件2401,2024-10-08,3,1,通过
2024010102,顾承宇,软件2401,2024-10-08,0,2.5,已通过
2024010102,顾承宇,软件2401,2024-10-08,0.0,,通过
2024010102,顾承宇,软件2401,2024-10-08,9,9,未通过
""",
    )
    assert found.codes == ["CR689"]
    assert found.said("CR689").arguments == {"count": "2", "rows": "4, 5"}
    assert sorted((x.identifier, x.values["item"], str(x.values["hours"])) for x in found.records) == [
        ("导出.csv:2#1", "lecture", "3.00"), ("导出.csv:2#2", "service", "1.00"), ("导出.csv:3#2", "service", "2.50"),
    ]  # fmt: skip
    assert found.cohort.read == 3


def test_both_records_of_a_row_go_to_the_student_that_it_names(read: Reader) -> None:
    found = read(
        TWO,
        导出="""工号,姓名,班级,日,信用,荣誉,状态
,林知夏,软件2401,2024-10-08,3,1,通过
,李明,软件2402,2024-10-08,3,1,通过
""",
    )
    assert found.rows == [(2, "2024010101", ""), (2, "2024010101", ""), (3, "", "CR681"), (3, "", "CR681")]
    (joined,) = found.dataset.joined
    assert (joined.matched, joined.ambiguous) == (1, 1)


def test_a_broken_row_is_one_invalid_record(read: Reader) -> None:
    found = read(TWO, 导出="工号,姓名,班级,日,信用,荣誉,状态\n2024010101,林知夏,软件2401,2024-10-08,3\n")
    assert found.rows == [(2, "", "CR627")]


def test_a_column_by_which_rows_are_chosen_must_be_there(read: Reader) -> None:
    assert read(TWO, 导出="工号,姓名,班级,日,信用,荣誉\n1,2,3,4,5,6\n").codes == ["CR679"]


def test_students_may_come_through_a_mapping(read: Reader) -> None:
    text = """[[table]]
headings = ["工号", "所在班"]
kind     = "学生"
columns  = { student_id = "工号", "班级" = "所在班", name = "xm" }
"""
    found = read(text, students="学号\n1\n", 名单="工号,xm,所在班\n7,林知夏,软件2401\n")
    assert sorted(found.dataset.students) == ["1", "7"]
    assert found.dataset.students["7"].attributes["class"] == "软件2401"
