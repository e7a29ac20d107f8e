"""Rows without a student number find exactly one student or none; nobody is guessed at, and nobody is named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from creditlang import driver
from creditlang.cohort import Settings, run_cohort
from creditlang.data.people.name_matching import plain_name, same_name
from creditlang.schema import RawRow, RawTable

Reader = Callable[..., Any]
HEAD = "姓名,班级,项目,日期\n"
DAY = ",学术讲座,2024-10-08\n"


def counts(found: Any) -> tuple[int, int, int, int]:
    """Matched, ambiguous, unmatched, duplicate: as noted, and as told after the run."""
    (joined,) = found.dataset.joined
    told = (joined.matched, joined.ambiguous, joined.unmatched, joined.duplicate)
    note = found.said("CR680").arguments
    assert tuple(int(note[name]) for name in ("matched", "ambiguous", "unmatched", "duplicate")) == told
    return told


def test_one_student_with_that_name_in_that_class(read: Reader) -> None:
    found = read(活动=f"{HEAD}林知夏,软件2401{DAY}温书瑶,软件2402{DAY}")
    assert counts(found) == (2, 0, 0, 0)
    assert found.codes == []
    assert found.rows == [(2, "2024010101", ""), (3, "2024010104", "")]
    assert found.dataset.joined[0].columns == ("姓名", "班级")


@pytest.mark.parametrize(("row", "code", "wanted"), [
    ("李明,软件2402", "CR681", (0, 1, 0, 0)),
    ("林知夏,软件2402", "CR682", (0, 0, 1, 0)),
    ("林知,软件2401", "CR682", (0, 0, 1, 0)),
    ("林知夏,", "CR682", (0, 0, 1, 0)),
    ("林**,软件2401", "CR682", (0, 0, 1, 0)),
    ("林＊夏,软件2401", "CR682", (0, 0, 1, 0)),
])  # fmt: skip
def test_nobody_is_guessed_at(read: Reader, row: str, code: str, wanted: tuple[int, ...]) -> None:
    """Several, none, a class that is not filled in, a name that is masked: the record is nobody's and stays counted."""
    found = read(活动=HEAD + row + DAY)
    assert counts(found) == wanted
    assert found.codes == [code]
    assert found.said(code).place.row == 2
    assert found.rows == [(2, "", code)]
    assert found.cohort.results.equation["invalid"] == found.cohort.read == 1


@pytest.mark.parametrize("name", ["顾　承宇", " 顾 承 宇 ", "阿依古丽•买买提", "阿依古丽 · 买买提", "阿依古丽．买买提"])
def test_a_name_may_be_spaced_and_dotted(read: Reader, name: str) -> None:
    school_class = "软件2401" if "顾" in name else "软件2402"
    assert counts(read(活动=f"{HEAD}{name},{school_class}{DAY}")) == (1, 0, 0, 0)


def test_all_columns_of_students_count(read: Reader) -> None:
    """Other sheets have the year as well; it is compared as the number that it is."""
    found = read(
        活动=f"班级,年级,姓名,项目,日期\n软件2401,2024.0,林知夏{DAY}软件2401,2023,顾承宇{DAY}软件2401,大一,温书瑶{DAY}"
    )
    assert counts(found) == (1, 0, 2, 0)
    assert found.dataset.joined[0].columns == ("姓名", "班级", "年级")


def test_a_name_alone_will_do_if_there_is_one_such(read: Reader) -> None:
    found = read(活动=f"姓名,项目,日期\n林知夏{DAY}温书瑶{DAY}")
    assert counts(found) == (1, 1, 0, 0)


def test_a_class_without_a_name_is_no_person(read: Reader) -> None:
    found = read(活动=f"班级,项目,日期\n软件2401{DAY}")
    assert found.codes == ["CR653", "CR658"]


def test_the_same_row_twice_counts_once(read: Reader) -> None:
    """The running number makes no difference; any other cell does, also one that the policy does not read."""
    rows = f"1,林知夏,软件2401{DAY}2,林知夏,软件2401{DAY}3,林知夏,软件2401,学术讲座,2024-10-09\n"
    found = read(活动="序号," + HEAD + rows)
    assert counts(found) == (2, 0, 0, 1)
    assert found.codes == ["CR683"]
    assert found.rows == [(2, "2024010101", ""), (3, "2024010101", "CR683"), (4, "2024010101", "")]
    row = f"林知夏,软件2401{DAY}".strip()
    found = read(活动=f"{HEAD.strip()},题目\n{row},甲\n{row},乙\n")
    assert counts(found) == (2, 0, 0, 0)


def test_rows_with_record_ids_are_different_records(read: Reader) -> None:
    found = read(活动=f"记录编号,{HEAD}A1,林知夏,软件2401{DAY}A2,林知夏,软件2401{DAY}A2,顾承宇,软件2401{DAY}")
    assert counts(found) == (3, 0, 0, 0)
    assert found.codes == ["CR657"]


def test_an_empty_number_in_a_sheet_with_numbers(read: Reader) -> None:
    found = read(
        活动=f"学号,{HEAD}2024010101,林知夏,软件2401{DAY},顾承宇,软件2401{DAY},,软件2401{DAY},李明,软件2402{DAY}"
    )
    assert counts(found) == (1, 1, 0, 0)
    assert found.rows == [(2, "2024010101", ""), (3, "2024010102", ""), (4, "", "CR658"), (5, "", "CR681")]


def test_a_number_with_the_name_of_somebody_else_is_invalid(read: Reader) -> None:
    found = read(活动=f"学号,{HEAD}2024010102,林知夏,软件2401{DAY}2024010101,林知夏,软件2402{DAY}")
    assert found.codes == ["CR684"]
    assert found.rows == [(2, "2024010102", "CR684"), (3, "2024010101", "")]
    assert found.dataset.joined == []
    assert not found.cohort.reliable


@pytest.mark.parametrize("name", ["林知夏", "林 知夏", "林**", "林*夏", "林＊＊", ""])
def test_a_number_with_the_same_name_or_a_masked_one(read: Reader, name: str) -> None:
    assert read(活动=f"学号,{HEAD}2024010101,{name},软件2401{DAY}").codes == []


@pytest.mark.parametrize(("one", "other", "same"), [
    ("张三", "张三", True), ("张三", "张 三", True), ("张三", "张*", True), ("张三丰", "张*", False),
    ("张三", "李*", False), ("Anna Maria", "AnnaMaria", False), ("Anna Maria", "Anna Maria", True), ("䶮", "龑", False),
    ("張三", "张三", False),
])  # fmt: skip
def test_when_names_are_the_same(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same
    assert same_name(other, one) is same


def test_names_are_otherwise_left_alone() -> None:
    assert plain_name(" O'Neil  Smith ") == plain_name("O'NEIL SMITH") != plain_name("O Neil Smith")
    assert plain_name("é") != plain_name("e\u0301")


def test_a_number_that_nobody_has_is_no_reason_to_look_for_the_name(read: Reader) -> None:
    found = read(活动=f"学号,{HEAD}2024999999,林知夏,软件2401{DAY}")
    assert found.codes == ["CR658"]


def test_a_row_that_is_broken_is_not_joined(read: Reader) -> None:
    found = read(活动=f"{HEAD}林知夏,软件2401,学术讲座\n林知夏,软件2401,学术讲座,八月\n")
    assert counts(found) == (1, 0, 0, 0)
    assert found.rows == [(2, "", "CR627"), (3, "2024010101", "CR605")]


def test_a_column_of_the_record_tells_nothing_about_the_student() -> None:
    """Where the record itself has a class, its class is not the student's."""
    text = """use "common/calendar"
unit credit "学分"
student "学生"
    name  "姓名" : text
    class "班级" : text
record visit "走访"
    item  "项目" : item
    on    "日期" : date
    visited "班级" "走访班级" : text
category house "内务" in credit from visit
    item walk "走访班级": 0.1 per event
"""
    compiled = driver.compile_text(text, "visits.credit")
    assert not compiled.errors
    tables = [
        RawTable(
            "走访", "走访.csv", ("姓名", "班级", "项目", "日期"), [RawRow(2, ("甲", "二班", "走访班级", "2024-10-08"))]
        ),
        RawTable("学生", "学生.csv", ("学号", "姓名", "班级"), [RawRow(2, ("1", "甲", "一班"))]),
    ]
    found = run_cohort(compiled.policy, tables, Settings(), lambda: (), {})
    assert found.dataset.joined[0].columns == ("姓名",)
    assert found.dataset.joined[0].matched == 1


def test_students_may_come_after_their_records(read: Reader, tmp_path: Path, cli: Any) -> None:
    """A folder is read by name; the list of a class comes as a workbook, the class merged over its rows."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "第二课堂活动"
    for row in (
        ["班级", "姓名", "项目", "活动日期", "级别"], ["软件2401", "林知夏", "学术讲座", "2024-10-08", "校级"],
        ["", "顾承宇", "学术讲座", "2024-10-08", "校级"], ["", "赵无名", "学术讲座", "2024-10-08", "校级"],
    ):  # fmt: skip
        page.append(row)
    page.merge_cells("A2:A4")
    book.save(tmp_path / "活动.xlsx")
    (tmp_path / "学生.csv").write_text(
        "学号,姓名,班级,学制,年级\n2024010101,林知夏,软件2401,三年制,2024\n2024010102,顾承宇,软件2401,三年制,2024\n",
        encoding="utf-8",
    )
    (tmp_path / "在籍学期.csv").write_text(
        "学号,学期\n2024010101,2024-2025-1\n2024010102,2024-2025-1\n", encoding="utf-8"
    )
    result = cli("run", "hengyang", "--data", tmp_path, "--format", "json")
    rows = [row for row in result["records"] if row["kind"] == "activity"]
    assert sorted((row["student_id"], row["disposition"], row["counted"] or "") for row in rows) == [
        ("", "invalid", ""), ("2024010101", "counted", "0.2"), ("2024010102", "counted", "0.2"),
    ]  # fmt: skip
    screen = [line["line"] for line in result["screen"]]
    assert any(line.endswith("by 姓名, 班级: 2 matched, 0 ambiguous, 1 unmatched, 0 duplicate") for line in screen)
    assert not any("林知夏" in line or "赵无名" in line for line in screen)


# ---- one student, two rows
@pytest.mark.parametrize(("second", "undetermined"), [
    ("2024010101,林知夏,软件2401,2024", {}), ("2024010101,林知夏,软件2402,2024", {"2024010101": "invalid"}),
    ("2024010101,林知秋,软件2401,2024", {"2024010101": "invalid"}),
])  # fmt: skip
def test_two_rows_that_differ_leave_a_student_undetermined(
    read: Reader, second: str, undetermined: dict[str, str]
) -> None:
    rows = ["2024010101,林知夏,软件2401,2024", second]
    for order in (rows, rows[::-1]):
        found = read(students="\n".join(["学号,姓名,班级,年级", *order, ""]))
        assert found.codes == ["CR660"]
        assert found.cohort.results.undetermined == undetermined


def test_a_long_number_stays_whole_and_a_broken_one_is_quoted(read: Reader) -> None:
    number = "2024-0101-0001-second-campus"
    found = read(students=f"学号,姓名\n{number},林知夏\n", 活动=f"学号,项目,日期\n{number}{DAY}a\u200bb{DAY}")
    assert found.rows == [(2, number, ""), (3, "ab", "CR609")]


@pytest.mark.parametrize(("declared", "shown"), [('name "Full name"', "Full name"), ('called "姓名"', "姓名")])
def test_the_name_of_a_student_is_known_in_either_language(declared: str, shown: str) -> None:
    """By what the column is called, or by its label: a number with the name of somebody else is invalid."""
    compiled = driver.compile_text(
        f"""use "common/calendar"
unit credit
student "学生"
    {declared} : text
record visit "走访"
    item "项目" : item
    on   "日期" : date
category house in credit from visit
    item walk: 0.1 per event
""",
        "visits.credit",
    )
    rows = [RawRow(2, ("1", "乙", "walk", "2024-10-08")), RawRow(3, ("1", "甲", "walk", "2024-10-08"))]
    tables = [
        RawTable("走访", "走访.csv", ("学号", shown, "项目", "日期"), rows),
        RawTable("学生", "学生.csv", ("学号", shown), [RawRow(2, ("1", "甲"))]),
    ]
    found = run_cohort(compiled.policy, tables, Settings(), lambda: (), {})
    assert [(x.code, x.place.row) for x in found.dataset.problems if x.place and x.code == "CR684"] == [("CR684", 2)]


def test_a_number_that_was_rewritten_or_has_hidden_characters_is_nobodys(read: Reader) -> None:
    students = "学号,姓名\n2024010101,林知夏\n2.02401E+09,顾承宇\n2024\u200b010103,温书瑶\n"
    rows = "学号,项目,日期\n2.02401E+09,讲座,2024-10-08\n2024010101.0,讲座,2024-10-08\n2024\u202e01,讲座,2024-10-08\n"
    found = read(students=students, 活动=rows)
    assert list(found.dataset.students) == ["2024010101"]
    assert found.codes == ["CR692", "CR609", "CR692", "CR692", "CR609"]
    assert {row[2] for row in found.rows} == {"CR692", "CR609"}
