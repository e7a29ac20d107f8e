"""Which kind of record a sheet is by a name that says more than the policy's, and what is said if there is no list."""

from collections.abc import Callable
from typing import Any

import pytest

from creditlang import driver
from creditlang.cohort import Settings, run_cohort
from creditlang.core.operators import Policy
from creditlang.schema import RawRow, RawTable

Reader = Callable[..., Any]
GOOD = "学号,项目,日期\n2024010101,学术讲座,2024-10-08\n"


@pytest.mark.parametrize("name", ["活动汇总表", "2024级活动", "学生活动记录"])
def test_a_longer_name_is_taken_for_the_longest_inside_it(read: Reader, name: str) -> None:
    found = read(**{name: GOOD})
    assert found.codes == ["CR665"]
    assert found.said("CR665").arguments == {"name": name, "kind": "活动"}
    assert found.rows == [(2, "2024010101", "")]
    assert found.cohort.reliable


def test_several_sheets_may_be_of_one_kind(read: Reader) -> None:
    found = read(活动=GOOD, 活动十一月="学号,项目,日期\n2024010102,学术讲座,2024-11-08\n")
    assert found.codes == ["CR665"]
    assert found.dataset.read["activity"] == 2


def test_a_name_alone_is_not_enough(read: Reader) -> None:
    """The columns of the kind have to be there; otherwise the name is only what may have been meant."""
    found = read(活动经费="学号,金额\n2024010101,12\n")
    assert found.codes == ["CR651"]
    assert "是不是“活动”" in str(getattr(found.said("CR651").arguments["hint"], "zh", ""))
    assert not found.cohort.reliable


@pytest.mark.parametrize(("name", "text", "code"), [
    ("填报说明", "填报说明\n一、由二级学院填报。\n", "CR678"),
    ("活动填写须知", "须知\n按月填写\n", "CR678"),
    ("补充说明", GOOD, "CR651"),
])  # fmt: skip
def test_a_sheet_that_explains_has_no_heading(read: Reader, name: str, text: str, code: str) -> None:
    found = read(**{name: text})
    assert found.codes == [code]


def test_without_a_list_of_students_it_says_so(policy: Policy) -> None:
    rows = [RawRow(2, ("2024010101", "学术讲座", "2024-10-08"))]
    table = RawTable("活动", "活动.csv", ("学号", "项目", "日期"), rows)
    cohort = run_cohort(policy, [table], Settings(), list, {})
    assert [problem.code for problem in cohort.dataset.problems][:2] == ["CR694", "CR658"]
    assert not cohort.reliable


def test_an_empty_list_of_students_is_a_list(read: Reader) -> None:
    found = read(students="学号,姓名\n", 活动=GOOD)
    assert "CR694" not in found.codes


def test_without_records_no_list_is_missed() -> None:
    compiled = driver.compile_text("unit credit\ncategory a in credit\n", "empty.credit")
    assert run_cohort(compiled.policy, [], Settings(), list, {}).dataset.problems == []
