"""Tables of one name are told apart, and one that is given twice is read once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from creditlang.cohort import Settings, run_cohort
from creditlang.core.operators import Policy
from creditlang_builtin.csv.csv_source import CsvSource

Reader = Callable[..., Any]
RULE = """[[table]]
headings = ["工号", "讲座"]
kind     = "活动"
columns  = { student_id = "工号", "姓名" = "人员", item = "讲座", "日期" = "时间" }
"""
LATER = "工号,人员,讲座,时间\n2024010101,林知夏,讲座,2024-10-08\n"


def test_an_export_downloaded_twice_is_read_once(read: Reader) -> None:
    found = read(RULE, 导出=LATER, **{"导出(1)": LATER, "导出(2)": LATER.replace("10-08", "10-09")})
    assert found.codes == ["CR691"]
    twice = found.said("CR691")
    assert (twice.place.source, twice.arguments) == ("导出(1).csv", {"earlier": "导出.csv", "rows": "1"})
    assert [str(record.on) for record in found.records] == ["2024-10-08", "2024-10-09"]


def test_a_list_of_the_same_people_on_another_day_is_no_second_download(read: Reader) -> None:
    rule = """[[table]]
name     = "{项目} {日期}"
headings = ["姓名"]
kind     = "活动"
columns  = { "姓名" = "姓名", "班级" = "班级" }
"""
    names = "姓名,班级\n林知夏,软件2401\n"
    found = read(rule, **{"讲座 2024.10.08": names, "讲座 2024-10-09": names})
    assert found.codes == []
    assert [str(record.on) for record in found.records] == ["2024-10-08", "2024-10-09"]


def test_the_policys_own_table_twice_is_read_once(read: Reader) -> None:
    own = "学号,项目,日期\n2024010101,学术讲座,2024-10-08\n"
    found = read(活动=own, activity=own)
    assert found.codes == ["CR691"]
    assert len(found.records) == 1
    assert read(活动=own, activity="学号,项目,日期\n").codes == ["CR639"], "nothing is no double of anything"


@pytest.mark.parametrize("broken", ["2024010101,学术讲座\n", '2024010101,"学术讲座\n'])
def test_two_files_of_one_name_are_told_apart(policy: Policy, tmp_path: Path, broken: str) -> None:
    sources = []
    for day in ("08", "09"):
        folder = tmp_path / day
        folder.mkdir()
        (folder / "活动.csv").write_text(f"学号,项目,日期\n2024010101,学术讲座,2024-10-{day}\n{broken}")
        sources.append(CsvSource(str(folder / "活动.csv")))
    students = tmp_path / "学生.csv"
    students.write_text("学号\n2024010101\n")
    sources.append(CsvSource(str(students)))
    cohort = run_cohort(policy, (table for source in sources for table in source.tables()), Settings(), lambda: (), {})
    assert [(row[1], row[3]) for row in cohort.results.tables["records"]] == [
        ("活动.csv:2", "counted"), ("活动.csv:3", "invalid"),
        ("活动.csv（2）:2", "counted"), ("活动.csv（2）:3", "invalid"),
    ]  # fmt: skip
    places = {(found.place.source, found.place.row) for found in cohort.dataset.problems if found.place}
    assert places == {("活动.csv", 3), ("活动.csv（2）", 3)}


# ---- rows
def test_rows_that_are_the_same_count_and_are_said(read: Reader) -> None:
    rows = ["2024010101,学术讲座,2024-10-08", "2024010102,学术讲座,2024-10-08", "2024010101,学术讲座,2024-10-08"]
    found = read(活动="\n".join(["序号,学号,项目,日期", *(f"{at},{row}" for at, row in enumerate(rows)), ""]))
    assert found.codes == ["CR693"]
    assert found.said("CR693").arguments == {"count": "1", "rows": "4"}
    assert [row[2] for row in found.rows] == ["", "", ""]
    mapped = [f"{row.split(',')[0]},,讲座,2024-10-08" for row in rows]
    assert read(RULE, 导出="\n".join(["工号,人员,讲座,时间", *mapped, ""])).codes == ["CR693"]


def test_rows_with_ids_of_their_own_are_not_the_same(read: Reader) -> None:
    rows = "".join(f"R{at},2024010101,学术讲座,2024-10-08\n" for at in range(2))
    assert read(活动="记录编号,学号,项目,日期\n" + rows).codes == []
