"""What a mapping makes of the rows of a sheet: parts of cells, cells above, texts that tell one record from another."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

Reader = Callable[..., Any]
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


def test_an_empty_cell_stands_for_what_is_above_it(read: Reader) -> None:
    """Only where the mapping says so, through rows that are not read, and never past a row that is broken."""
    sheet = "工号,人员,讲座,时间\n2024010101,,学术讲座,2024-10-08\n2024010102,,,\n2024010103,,,2024-10-09\n"
    assert read(PLAIN, 导出=sheet).codes == ["CR654", "CR654"]
    above = PLAIN.replace('"讲座"\n"日', '{ column = "讲座", above = true }\n"日').replace(
        '"时间"', '{ column = "时间", above = true }'
    )
    found = read(above, 导出=sheet)
    assert found.codes == []
    assert [(x.student, x.values["item"], str(x.on)) for x in found.records] == [
        ("2024010101", "lecture", "2024-10-08"), ("2024010102", "lecture", "2024-10-08"),
        ("2024010103", "lecture", "2024-10-09"),
    ]  # fmt: skip
    broken = sheet.replace("2024010102,,,\n", "2024010102,,\n")
    assert read(above, 导出=broken).codes == ["CR627", "CR654"]


@pytest.mark.parametrize(("decimals", "wanted"), [(2, "80.79"), (0, "81")])
def test_a_number_is_rounded_if_the_mapping_says_so(read: Reader, decimals: int, wanted: str) -> None:
    sheet = SHEET.replace("时间", "时间,时长").replace("08", "08,80.791627565982")
    assert "CR601" in read(PLAIN + '"时长" = "时长"\n', 导出=sheet).codes
    found = read(PLAIN + f'"时长" = {{ column = "时长", decimals = {decimals} }}\n', 导出=sheet)
    assert found.codes == []
    assert found.records[0].values["hours"] == Decimal(wanted)


def test_a_cell_is_cut_at_a_mark(read: Reader) -> None:
    mapping = PLAIN.replace('"时间"', '{ column = "时间", part = "after", mark = "@" }')
    mapping += '"说明文字" = { column = "时间", part = "before", mark = "@" }\n'
    found = read(mapping, 导出=SHEET.replace("2024-10-08", "大礼堂@2024-10-08"))
    assert (found.codes, str(found.records[0].on), found.records[0].values["note"]) == ([], "2024-10-08", "大礼堂")


RECORDS = (
    PLAIN
    + """[[table.record]]
rows = [{ column = "状态", texts = ["", "到场"], optional = true }]
[[table.record]]
rows = [{ column = "状态", texts = ["迟到"] }]
constants = { "已完成" = "否" }
"""
)


def test_a_row_of_which_the_mapping_does_not_know_what_it_is_stays_in_the_count(read: Reader) -> None:
    """Not so one that the table's own `rows` leave out."""
    rows = [("2024010101", "到场"), ("2024010102", ""), ("2024010103", "迟到"), ("2024010104", "请假")]
    sheet = "工号,讲座,时间,状态\n" + "".join(f"{who},学术讲座,2024-10-08,{text}\n" for who, text in rows)
    found = read(RECORDS, 导出=sheet)
    assert found.codes == ["CR647"]
    assert (found.said("CR647").place.row, found.said("CR647").place.column) == (5, "状态")
    assert {x.student: x.values["done"] for x in found.records if x.problem is None} == {
        "2024010101": True, "2024010102": True, "2024010103": False,
    }  # fmt: skip
    assert found.cohort.results.undetermined == {"2024010104": "invalid"}
    assert read(RECORDS, 导出="工号,讲座,时间\n2024010101,学术讲座,2024-10-08\n").codes == []
    fewer = RECORDS.replace("kind ", 'rows = [{ column = "状态", texts = ["到场", "迟到"] }]\nkind ')
    assert read(fewer, 导出=sheet).codes == ["CR689"]
