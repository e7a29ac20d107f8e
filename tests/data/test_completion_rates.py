"""Many rows to one rate: gathered over all sheets, cut and not rounded, nothing lost on the way."""

from collections.abc import Callable
from typing import Any

Reader = Callable[..., Any]
RATE = """[[table]]
headings = ["课程", "学号"]
kind     = "活动"
constants = { item = "讲座" }
[table.columns]
student_id = { column = "学号", part = "number" }
"姓名"     = { column = "学号", part = "words" }
"班级"     = "班级"
[table.gather]
share   = "时长"
counted = "课程"
day     = "学习时间"
"""


def test_rows_become_a_rate(read: Reader) -> None:
    """Of three lessons of the first semester and one of the second; one row has a name, one both, and one is double."""
    found = read(
        RATE,
        记录="""课程,班级,学号,学习时间
一,软件2401,2024010101,2024-09-10 20:00:00
二,软件2401,2024010101林知夏,2024-09-17 20:00
二,软件2401,林知夏,2024-09-18 20:00
三,软件2401,顾承宇2024010102,2024-09-24 20:00
一,软件2401,2024010102,2025-03-05 20:00
四,软件2401,2024010102,2025-03-12 20:00
""",
    )
    assert found.codes == ["CR673"]
    assert found.said("CR673").arguments["counts"] == "2024-2025-1: 3, 2024-2025-2: 1"
    rates = sorted((x.student, str(x.values["hours"]), x.place.row, str(x.on)) for x in found.records)
    assert rates == [
        ("2024010101", "66.66", 2, "2024-09-18"),
        ("2024010102", "100.00", 7, "2025-03-12"),
        ("2024010102", "66.66", 5, "2025-03-05"),
    ]


def test_a_rate_is_cut_and_not_rounded(read: Reader) -> None:
    rows = "".join(f"课{n},软件2401,{2024010101 if n < 2 else 2024010102},2024-09-10\n" for n in range(3))
    found = read(RATE, 记录="课程,班级,学号,学习时间\n" + rows)
    assert sorted(str(record.values["hours"]) for record in found.records) == ["33.33", "66.66"]


def test_how_many_there_were_can_be_told(read: Reader) -> None:
    sheet = "课程,班级,学号,学习时间\n一,软件2401,2024010101,2024-09-10\n"
    found = read(RATE + "number = { '2024-2025学年第一学期' = 4 }\n", 记录=sheet)
    assert str(found.records[0].values["hours"]) == "25.00"


def test_rows_that_cannot_be_gathered_stand_alone(read: Reader) -> None:
    found = read(
        RATE,
        记录="""课程,班级,学号,学习时间
一,软件2401,2024010101,2024-09-10
二,软件2401,2024010101,九月
,软件2401,2024010101,2024-09-10
三,软件2402,李明,2024-09-10
四,软件2401,2024010101,1999-09-10
五,软件2401,2024010102林知夏,2024-09-10
六,软件2401
""",
    )
    assert found.rows == [
        (2, "2024010101", ""), (3, "2024010101", "CR605"), (4, "2024010101", "CR654"), (5, "", "CR681"),
        (6, "2024010101", "CR659"), (7, "2024010102", "CR684"), (8, "", "CR627"),
    ]  # fmt: skip
    assert found.said("CR673").arguments["counts"] == "2024-2025-1: 3", "whoever did it, it was there to be done"
    assert [str(record.values["hours"]) for record in found.records if not record.problem] == ["33.33"]


def test_an_export_in_parts_gives_the_rates_of_the_whole(read: Reader) -> None:
    heading = "课程,班级,学号,学习时间\n"
    first = "一,软件2401,2024010101,2024-09-10\n二,软件2401,2024010102,2024-09-17\n"
    second = "三,软件2401,2024010101,2024-10-15\n三,软件2401,2024010102,2024-10-15\n"
    parts = [read(RATE, 一=heading + first, 二=heading + second), read(RATE, 一=heading + second, 二=heading + first)]
    for found in (read(RATE, 全部=heading + first + second), *parts):
        rates = sorted((x.student, str(x.values["hours"]), str(x.on)) for x in found.records)
        assert rates == [("2024010101", "66.66", "2024-10-15"), ("2024010102", "66.66", "2024-10-15")]
        assert found.said("CR673").arguments["counts"] == "2024-2025-1: 3"
    assert parts[0].said("CR673").place.source == "一.csv …"


def test_more_lessons_than_the_mapping_says_make_every_rate_invalid(read: Reader) -> None:
    rule = RATE + "number = { '2024-2025学年第一学期' = 1 }\n"
    found = read(rule, 记录="""课程,班级,学号,学习时间
一,软件2401,2024010101,2024-09-10
二,软件2401,2024010102,2024-09-17
三,软件2401,2024010102,2025-03-17
""")  # fmt: skip
    assert found.codes.count("CR690") == 3, "once for the sheet, and for both records"
    assert found.rows == [(2, "2024010101", "CR690"), (3, "2024010102", "CR690"), (4, "2024010102", "")]


def test_what_was_done_may_stand_in_the_name_of_the_sheet(read: Reader) -> None:
    """A list for each lesson, with number and name in one cell, set apart by a hyphen."""
    rate = RATE.replace("[[table]]", '[[table]]\nname = ["{期次} {那天}"]').replace('"课程", ', "")
    rate = rate.replace('"课程"\n', '"{期次}"\n').replace('day     = "学习时间"', 'day     = "{那天}"')
    first, second = "班级,学号\n软件2401,2024010101-林知夏\n软件2401,2024010102\n", "班级,学号\n软件2401,2024010101\n"
    found = read(rate, **{"第一期 2024-09-10": first, "第二期 2024-09-17": second})
    assert found.codes == ["CR673"]
    assert found.said("CR673").arguments["counts"] == "2024-2025-1: 2"
    rates = sorted((x.student, str(x.values["hours"]), str(x.on)) for x in found.records)
    assert rates == [("2024010101", "100.00", "2024-09-17"), ("2024010102", "50.00", "2024-09-10")]
