"""The heading is found wherever an office puts it, never guessed; what is no record is said; row numbers stay true."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditlang.data.sheets.sheet_heading import Doubt, Heading, Sheet, find_heading, plain_heading
from creditlang.schema import RawBatch, RawRow, RawTable

Reader = Callable[..., Any]
ROW = "2024010101,学术讲座,2024-10-08\n"
HEAD = "学号,项目,日期\n"
KNOWN = {"学号", "姓名", "项目", "日期", "时长/信用", "时长/荣誉", "时长"}


def sheet(*lines: tuple[str, ...], columnar: bool = False) -> Sheet:
    """A sheet of these lines, numbered from 1, as rows or as columns."""
    header, *rest = lines
    rows = [RawRow(number, cells) for number, cells in enumerate(rest, start=2)]
    if not columnar:
        return Sheet(RawTable("活动", "活动.csv", header, rows))

    def batches() -> Iterator[RawBatch]:
        for start in range(0, len(rows), 2):
            yield RawBatch.of(rows[start : start + 2], len(header))

    return Sheet(RawTable.of_batches("活动", "活动.csv", header, batches))


# ---- the first line
def test_the_first_line_is_the_heading_where_it_is_one(read: Reader) -> None:
    found = read(活动=HEAD + ROW)
    assert found.codes == []
    assert found.rows == [(2, "2024010101", "")]


def test_a_sheet_of_which_nothing_is_known_is_reported_as_ever(read: Reader) -> None:
    """The columns that are missing, those that are unknown, and each row that belongs to nobody."""
    found = read(活动="甲,乙,丙\n1,2,3\n")
    assert found.codes == ["CR653", "CR653", "CR653", "CR652", "CR652", "CR652", "CR654"]
    assert found.rows == [(2, "", "CR654")]


# ---- titles
@pytest.mark.parametrize(
    "title", ["讲座签到表,,\n", "讲座签到表,,\n请于12月1日前填好,,\n", '"讲座,签到表",,\n,,（2024年）\n']
)
def test_a_title_above_the_heading(read: Reader, title: str) -> None:
    lines = title.count("\n")
    found = read(活动=title + HEAD + ROW)
    assert found.codes == ["CR670"]
    note = found.said("CR670")
    assert (note.place.row, note.arguments["count"]) == (lines + 1, str(lines))
    assert found.rows == [(lines + 2, "2024010101", "")]


@pytest.mark.parametrize(
    "title", ["讲座签到表\n", "请填写学号，姓名，项目；不要合并单元格\n", "讲座签到表\n填表说明：见下\n\n"]
)
def test_a_title_of_another_length(read: Reader, title: str) -> None:
    """In a CSV file the rows below seemed too long; under their own heading they are not."""
    found = read(活动=title + HEAD + ROW + "2024010102,学术讲座\n2024010103,学术讲座,2024-10-08,多一格\n" + ROW)
    first = title.count("\n") + 2
    assert found.rows == [
        (first, "2024010101", ""), (first + 1, "2024010102", "CR627"), (first + 2, "2024010103", "CR627"),
        (first + 3, "2024010101", ""),
    ]  # fmt: skip
    assert [x.arguments["columns"] for x in found.problems if x.code == "CR627"] == ["3", "3"]
    assert "CR637" not in found.codes


def test_a_doubtful_heading_is_an_error_if_there_is_no_better_line(read: Reader) -> None:
    assert read(活动="学号,,日期\n" + ROW).codes == ["CR653", "CR625", "CR654"]
    assert read(活动="学号,日期,日期\n" + ROW).codes == ["CR626", "CR648"]
    assert read(活动="学号;项目;日期\n2024010101;学术讲座;2024-10-08\n").codes == ["CR637", "CR648"]


def test_the_heading_is_looked_for_in_twenty_rows(read: Reader) -> None:
    assert read(活动="标题,,\n" + "填表说明,,\n" * 19 + HEAD + ROW).codes == ["CR670"]
    found = read(活动="标题,,\n" + "填表说明,,\n" * 20 + HEAD + ROW)
    assert "CR625" in found.codes


def test_a_list_of_one_column_under_a_title(read: Reader) -> None:
    found = read(students="2024级学生名单\n学号\n2024010101\n2024010102\n")
    assert found.codes == ["CR670"]
    assert list(found.dataset.students) == ["2024010101", "2024010102"]


def test_headings_as_offices_write_them(read: Reader) -> None:
    """Blanks, line breaks and marks for what must be filled in make no difference."""
    found = read(活动='*学 号,"项\n目（必填）",日期：,备注\n2024010101,学术讲座,2024-10-08,x\n')
    assert found.codes == ["CR652"]
    assert found.rows == [(3, "2024010101", "")]


@pytest.mark.parametrize(("text", "plain"), [
    ("学 号", "学号"), ("信用\n时数", "信用时数"), ("*姓名", "姓名"),
    ("姓名*", "姓名"),
    ("姓名（必填）", "姓名"), ("姓名(选填)*", "姓名"),
    ("日期：", "日期"), ("成绩（五级）", "成绩(五级)"), ("", ""), ("*", ""),
    ("Student ID", "studentid"), ("STUDENT_ID*", "studentid"), ("Student No.", "studentno"), ("ＩＤ (required)", "id"),
])  # fmt: skip
def test_how_headings_are_compared(text: str, plain: str) -> None:
    assert plain_heading(text) == plain


# ---- doubts
def test_two_headings_with_equally_many_names_are_in_doubt(read: Reader) -> None:
    found = read(活动=HEAD + ROW + "学号,活动日期,项目\n" + ROW)
    assert found.codes == ["CR671"]
    doubt = found.said("CR671")
    assert doubt.arguments["rows"] == "the first line, 3"
    assert doubt.arguments["count"] == "3"
    assert found.records == []


def test_a_record_above_the_heading_is_a_doubt_and_never_lost(read: Reader) -> None:
    found = read(活动="甲,乙,丙\n2024010102,学术讲座,2024-10-08\n" + HEAD + ROW)
    assert found.codes == ["CR671"]
    assert found.said("CR671").arguments["rows"] == "2, 3"


def test_a_row_needs_two_names_to_be_a_heading_elsewhere(read: Reader) -> None:
    """`日期` as the text of a cell makes no heading of its row."""
    found = read(活动="学号,甲,乙\n2024010101,日期,x\n")
    assert "CR670" not in found.codes
    assert "CR671" not in found.codes


def test_a_heading_that_is_repeated_on_each_page_is_one(read: Reader) -> None:
    found = read(活动=HEAD + ROW + HEAD + ROW.replace("-08", "-09"))
    assert found.codes == ["CR672"]
    assert found.said("CR672").arguments["rows"] == "3"
    assert [row for row, _, _ in found.rows] == [2, 4]


# ---- two lines
def test_a_heading_over_two_lines() -> None:
    """The upper names run on to the right; a lower name is known by itself or together with the upper."""
    found = find_heading(
        sheet(("汇总表", "", "", ""), ("学号", "姓名", "时长", ""), ("", "", "信用", "荣誉"), ("1", "甲", "2", "3")),
        KNOWN,
    )
    assert isinstance(found, Heading)
    assert found.cells == ("学号", "姓名", "时长/信用", "时长/荣誉")
    assert (found.line, found.lines, found.row, found.above) == (1, 2, 2, ("汇总表",))


def test_a_lower_line_that_has_all_names_is_the_heading_alone() -> None:
    """As a workbook hands down cells that are merged over both lines."""
    found = find_heading(sheet(("学号", "活动", ""), ("学号", "项目", "日期"), ("1", "甲", "2")), KNOWN)
    assert isinstance(found, Heading)
    assert (found.cells, found.line, found.lines) == (("学号", "项目", "日期"), 1, 1)


def test_a_row_under_a_heading_is_no_second_line_of_it() -> None:
    found = find_heading(sheet(("学号", "项目", "备注"), ("20240101", "学术讲座", "日期"), ("", "", "日期")), KNOWN)
    assert isinstance(found, Heading)
    assert (found.line, found.lines) == (0, 1)


def test_a_heading_over_two_lines_is_read(read: Reader) -> None:
    found = read(活动="学号,活动,,\n,项目,日期,时长\n2024010101,学术讲座,2024-10-08,2\n")
    assert found.codes == []
    assert found.rows == [(3, "2024010101", "")]


# ---- rows that are no records
@pytest.mark.parametrize("line", [
    "填表人：张老师,,,", "说明：以上名单经核对无误。,,,", "以上情况属实,,,",
    "合计,,,12", "合 计,,,", "12,,,",
    "注：本表一式两份,,,", "序号,学号,项目,日期",
    ",填表人：张老师,,", "填表人：张老师", ",,,填表人：张老师",
    "制表人：李老师,,填报日期：2026年7月10日,", ",,二级学院（盖章）,2026年7月10日",
])  # fmt: skip
def test_what_cannot_be_a_record_is_passed_over_and_said(read: Reader, line: str) -> None:
    found = read(
        活动=f"序号,学号,项目,日期\n1,2024010101,学术讲座,2024-10-08\n{line}\n2,2024010102,学术讲座,2024-10-08\n"
    )
    assert found.codes == ["CR672"]
    assert found.said("CR672").arguments == {"count": "1", "rows": "3"}
    assert [row for row, _, _ in found.rows] == [2, 4]


@pytest.mark.parametrize("line", [
    ",林知夏,,", ",,学术讲座,", "1,,,2024-10-08", ",2024010101,,",
    ",,,2024-10-08", "合计,,学术讲座,", "填表人：张老师,,学术讲座,",
    "3,,,12",
    ",,,2024年10月8日", "填表人,张老师,,", "合计,2024010101,,", "1,2024010101", ",张三,,",
])  # fmt: skip
def test_what_could_be_a_record_is_one_if_need_be_invalid(read: Reader, line: str) -> None:
    found = read(活动=f"序号,学号,项目,日期\n{line}\n")
    assert "CR672" not in found.codes
    assert [row for row, _, _ in found.rows] == [2]
    assert found.rows[0][2]


def test_a_sheet_of_names_is_passed_over_by_the_same_rule(read: Reader) -> None:
    found = read(活动="姓名,班级,项目,日期\n林知夏,软件2401,学术讲座,2024-10-08\n班主任：王老师,,,\n林知夏,,,\n")
    assert found.said("CR672").arguments["rows"] == "3"
    assert [row for row, _, _ in found.rows] == [2, 4]


def test_many_rows_are_named_by_the_first_ten(read: Reader) -> None:
    found = read(活动="序号,学号,项目,日期\n" + "".join(f"{n},,,\n" for n in range(1, 15)))
    assert found.said("CR672").arguments == {"count": "14", "rows": "2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 4 more"}


def test_cells_without_a_heading_are_said_once(read: Reader) -> None:
    found = read(活动="讲座,,,\n学号,项目,日期,\n" + "".join(ROW.replace("-08\n", f"-0{day},校级\n") for day in (8, 9)))
    assert found.codes == ["CR670", "CR674"]
    assert (found.said("CR674").place.row, found.said("CR674").arguments["position"]) == (3, "4")


def test_the_sheet_that_explains_a_template_is_passed_over(read: Reader) -> None:
    found = read(活动=HEAD + ROW, 说明="工作表,列\n活动,项目\n")
    assert found.codes == ["CR678"]
    assert found.cohort.reliable


def test_messages_name_the_columns_as_the_sheet_does(read: Reader) -> None:
    found = read(活动="学号,项目,活动日期\n2024010101,学术讲座,八月\n")
    assert found.said("CR605").place.column == "活动日期"


# ---- columns
@pytest.mark.parametrize("columnar", [False, True])
def test_nothing_is_lost_on_the_way(columnar: bool) -> None:
    lines = [("标题", "", ""), ("学号", "项目", "日期"), *((str(n), "a", "b") for n in range(40))]
    looked_at = sheet(*lines, columnar=columnar)
    found = find_heading(looked_at, KNOWN)
    assert isinstance(found, Heading)
    assert [(row.number, row.cells) for row in looked_at.below(found).rows] == list(enumerate(lines, 1))[2:]


@pytest.mark.parametrize("columnar", [False, True])
def test_a_sheet_that_is_not_read_is_counted(columnar: bool) -> None:
    assert sheet(("a",), *((str(n),) for n in range(45)), columnar=columnar).count() == 45


@pytest.mark.parametrize("columnar", [False, True])
def test_no_row_is_lost_where_the_first_line_is_the_heading(columnar: bool) -> None:
    looked_at = sheet(("学号", "项目", "日期"), *((str(n), "a", "b") for n in range(45)), columnar=columnar)
    found = find_heading(looked_at, KNOWN)
    assert isinstance(found, Heading)
    assert [row.number for row in looked_at.below(found).rows] == [*range(2, 47)]


cells = st.sampled_from(["", "学号", "项目", "日期", "时长", "信用", "20240101", "甲", "填表人：乙"])


@given(lines=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=30))
def test_every_row_is_above_the_heading_part_of_it_or_below(lines: list[tuple[str, str, str]]) -> None:
    looked_at = sheet(*lines)
    found = find_heading(looked_at, KNOWN, {"学号"})
    if isinstance(found, Doubt):
        return
    assert [row.cells for row in looked_at.below(found).rows] == lines[found.line + found.lines :]


# ---- workbooks
def test_a_workbook_with_a_title_and_merged_headings(tmp_path: Path, cli: Any) -> None:
    """Title over all columns, then headings merged downwards beside a heading over three columns."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "第二课堂活动"
    for row in (
        ["2024年秋季学期活动登记表"], ["填表单位：学工处"],
        ["学号", "姓名", "活动", "", ""], ["", "", "项目", "活动日期", "级别"],
        ["2024010101", "陈思远", "学术讲座", "2024.10.8", "校级"],
        ["2024010102", "刘雨桐", "学术讲座", "2024年10月8日", "院级"],
        ["填表人：张老师"],
    ):  # fmt: skip
        page.append(row)
    for area in ("A1:E1", "A3:A4", "B3:B4", "C3:E3"):
        page.merge_cells(area)
    folder = tmp_path / "data"
    folder.mkdir()
    book.save(folder / "活动.xlsx")
    (folder / "学生.csv").write_text(
        "学号,姓名,学制,年级\n2024010101,陈思远,三年制,2024\n2024010102,刘雨桐,三年制,2024\n", encoding="utf-8"
    )
    (folder / "在籍学期.csv").write_text(
        "学号,学期\n2024010101,2024-2025-1\n2024010102,2024-2025-1\n", encoding="utf-8"
    )
    result = cli("run", "hengyang", "--data", folder, "--format", "json")
    rows = {row["record_id"]: row for row in result["records"] if row["kind"] == "activity"}
    assert [(key.rpartition(":")[2], row["counted"]) for key, row in rows.items()] == [("5", "0.2"), ("6", "0.1")]
    assert {row["code"]: row["place"] for row in result["issues"] if row["code"] in ("CR670", "CR672")} == {
        "CR670": "4",
        "CR672": "",
    }


@pytest.mark.parametrize("row", [
    "Total,,,", "合计,2人,,", "合计：,2,,", ",本页合计,,", "全班平均分,88.5,,", ",及格率,90%,", "SUM,2,,", "合计2人,,,",
])  # fmt: skip
def test_a_row_of_totals_is_nobody(read: Reader, row: str) -> None:
    """Neither a student nor a record, and said."""
    students = f"学号,姓名,班级,年级\n2024010101,林知夏,软件2401,2024\n{row}\n"
    found = read(None, 学生=students)
    assert list(found.dataset.students) == ["2024010101"]
    assert found.codes == ["CR672"]


@pytest.mark.parametrize("name", ["总小计", "平均", "和平", "共计划"])
def test_a_name_that_is_like_a_total_is_a_name(read: Reader, name: str) -> None:
    students = f"学号,姓名,班级,年级\n2024010101,{name},软件2401,2024\n"
    assert list(read(None, 学生=students).dataset.students) == ["2024010101"]


@pytest.mark.parametrize(("sheet", "codes", "unread", "read_rows"), [
    ("学号,项目,日期,\n2024010101,讲座,2024-10-08,\n", [], 0, 1),
    ("学号,项目,日期,\n2024010101,讲座,2024-10-08,x\n", ["CR625"], 0, 1),
    ("学号,项目,日期,日期\n2024010101,讲座,2024-10-08,\n2024010102,讲座,2024-10-08,\n", ["CR626", "CR648"], 2, 0),
    ("学号;项目;日期\n2024010101;讲座;2024-10-08\n", ["CR637", "CR648"], 1, 0),
    ("学号,项目\0,日期\n2024010101,讲座,2024-10-08\n", ["CR624", "CR648"], 1, 0),
])  # fmt: skip
def test_rows_that_are_not_read_are_counted(
    read: Reader, sheet: str, codes: list[str], unread: int, read_rows: int
) -> None:
    """A column without a name is no reason to refuse a sheet; what is refused is at the end of the equation."""
    found = read(None, 活动=sheet)
    assert (found.codes, found.cohort.read) == (codes, read_rows)
    said = found.cohort.results.equation_text(found.cohort.read)
    assert said.endswith(f"；另有{unread}行没有读取" if unread else " + 不在范围 0")
    assert sum(count or 0 for count in found.dataset.unread.values()) == unread
