"""Templates: what `creditlang schema --out` writes, how it looks, and that it is read back as it stands."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from creditlang.resources import sample_path
from creditlang.words import speaks_chinese

GROUPED = """use "common/calendar"
unit credit "学分"
unit point "分"
student "学生"
    name  "姓名" : text, optional
    class "班级" : text
    hours "学时" : number, 1 decimal, optional, at least 0, at most 10
record duty "班级值日/卫生[检查]" "值日" for class
    item "项目" : item
    on   "日期" : date
    done "完成" : yes or no, default no
category house "内务" in credit from duty
    item clean "卫生" "打扫": 0.1 per event
"""


@pytest.fixture
def workbook(cli: Any, tmp_path: Path) -> Callable[..., Any]:
    """Write a template and open it."""

    def made(policy: object, language: str = "zh") -> Any:
        path = tmp_path / "templates.xlsx"
        result = cli("schema", policy, "--out", path, "--lang", language)
        assert result.exit_code == 0, result.output
        return openpyxl.load_workbook(path)

    return made


def headings(sheet: Any) -> list[str]:
    return [cell.value for cell in sheet[1]]


def validation(sheet: Any, heading: str) -> Any:
    letter = sheet.cell(1, headings(sheet).index(heading) + 1).column_letter
    return next(x for x in sheet.data_validations.dataValidation if str(x.sqref).startswith(f"{letter}2:"))


def test_a_sheet_for_each_kind_one_that_explains_and_hidden_lists(workbook: Any) -> None:
    book = workbook("hengyang")
    assert book.sheetnames == [
        "学生", "在籍学期", "第二课堂活动", "违纪违规", "重修", "学分抵扣申请", "学分认定与转换申请", "说明", "选项",
    ]  # fmt: skip
    assert book["选项"].sheet_state == "hidden"
    assert headings(book["学生"]) == ["学号", "姓名", "二级学院", "班级", "学制", "年级", "专业大类", "专业毕业总学分"]
    for sheet in book.worksheets[:-2]:
        assert sheet.max_row == 1
        assert sheet.freeze_panes == "A2"


def test_numbers_stay_text_and_days_are_days(workbook: Any) -> None:
    sheet = workbook("hengyang")["第二课堂活动"]
    formats = {
        cell.value: sheet.column_dimensions[cell.column_letter].number_format
        for cell in sheet[1]
        if cell.column_letter in sheet.column_dimensions
    }
    assert formats["学号"] == formats["记录编号"] == "@"
    assert formats["活动日期"] == "yyyy-mm-dd"


def test_what_drops_down_is_what_the_policy_knows(workbook: Any) -> None:
    book = workbook("hengyang")
    sheet, lists = book["第二课堂活动"], {}
    for name, defined in book.defined_names.items():
        title, area = defined.attr_text.split("!")
        lists[name] = [cell[0].value for cell in book[title.strip("'")][area.replace("$", "")]]

    def words(heading: str) -> list[str]:
        found = validation(sheet, heading)
        assert (found.type, found.errorStyle) == ("list", "warning")
        return lists[found.formula1]

    assert words("奖次") == ["一等奖", "二等奖", "三等奖", "优秀奖"]
    assert words("审核通过") == ["是", "否"]
    assert "2024-2025-1" in words("学期")
    items = words("项目")
    assert "学术讲座" in items
    assert "晚归" not in items
    assert not any(item.startswith("晚归") for item in items)


def test_days_and_numbers_are_checked_as_they_are_typed(workbook: Any, tmp_path: Path) -> None:
    policy = tmp_path / "grouped.credit"
    policy.write_text(GROUPED, encoding="utf-8")
    book = workbook(policy)
    hours = validation(book["学生"], "学时")
    assert (hours.type, hours.operator, hours.formula1, hours.formula2) == ("decimal", None, "0", "10")
    assert "最多1位小数" in hours.prompt
    assert validation(book["值日"], "日期").type == "date"


def test_records_of_a_group_and_labels_that_are_no_sheet_names(workbook: Any, tmp_path: Path) -> None:
    """A record for a class has its class where others have a number; a label with a slash names no sheet."""
    policy = tmp_path / "grouped.credit"
    policy.write_text(GROUPED, encoding="utf-8")
    book = workbook(policy)
    assert book.sheetnames[:2] == ["学生", "值日"]
    assert headings(book["值日"]) == ["班级", "记录编号", "项目", "日期", "完成"]


@pytest.mark.parametrize(("language", "sheet", "row"), [
    ("zh", "说明", ("第二课堂活动", "审核通过", "approved", "是/否", None, "是、否", "是", "[第七条(一)]")),
    ("en", "Explanation", ("第二课堂活动", "审核通过", "approved", "yes or no", None, "是, 否", "yes", "[第七条(一)]")),
])  # fmt: skip
def test_every_column_is_explained(workbook: Any, language: str, sheet: str, row: tuple[str, ...]) -> None:
    book = workbook("hengyang", language)
    rows = list(book[sheet].iter_rows(values_only=True))
    assert row in rows
    explained = {(sheet, column) for sheet, column, *_ in rows[1:]}
    assert explained == {(page.title, heading) for page in book.worksheets[:-2] for heading in headings(page)}


def test_values_can_be_told_apart_where_they_are_explained(workbook: Any) -> None:
    """One item of the regulation is called 晚归、带烟酒…: no mark between items may stand in one."""
    rows = workbook("hengyang")["说明"].iter_rows(values_only=True)
    (values,) = [row[5] for row in rows if row[:2] == ("违纪违规", "违纪违规情形")]
    words = values.split("；")
    assert "晚归、带烟酒、喧哗、进入异性宿舍、养宠物等" in words
    assert len(words) > 20


@pytest.mark.parametrize(
    ("policy", "people", "number"),
    [
        ("driver_demerits", "driver", "Licence number"), ("professional_education", "member", "Member ID"),
        ("house_points", "pupil", "Pupil ID"), ("volunteer_hours", "学生", "学号"),
    ],
)  # fmt: skip
def test_a_template_speaks_as_the_policy_does(workbook: Any, policy: str, people: str, number: str) -> None:
    book = workbook(policy, "en")
    assert (book.sheetnames[0], headings(book[people])[0]) == (people, number)
    texts = [str(cell) for sheet in (*book.worksheets[:-2], book["Options"]) for row in sheet.values for cell in row]
    assert any(map(speaks_chinese, texts)) == (number == "学号")


def test_the_same_policy_gives_the_same_bytes(cli: Any, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        assert cli("schema", "volunteer_hours", "--out", tmp_path / name).exit_code == 0
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_what_is_there_is_not_written_over(cli: Any, tmp_path: Path) -> None:
    path = tmp_path / "templates.xlsx"
    path.write_bytes(b"mine")
    assert cli("schema", "hengyang", "--out", path).exit_code == 4
    assert path.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["x.json", "x.csv", "x.XLS"])
def test_other_formats_are_refused(cli: Any, tmp_path: Path, name: str) -> None:
    result = cli("schema", "hengyang", "--out", tmp_path / name)
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_an_empty_template_is_read(cli: Any, workbook: Any, tmp_path: Path) -> None:
    workbook("hengyang")
    result = cli("run", "hengyang", "--data", tmp_path / "templates.xlsx", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "read 0 = " in result.stderr
    assert "error" not in result.stderr


# ---- filled in
SHEETS = {
    "学生": "学生", "在籍学期": "在籍学期", "第二课堂活动": "第二课堂活动", "违纪违规": "违纪违规", "重修": "重修",
    "抵扣申请": "学分抵扣申请", "转换申请": "学分认定与转换申请",
}  # fmt: skip


def typed(text: str, kind: str) -> object:
    """A cell as somebody types it: days as days, numbers as numbers, everything else as text."""
    if not text:
        return None
    try:
        if kind == "date":
            return date.fromisoformat(text)
        if kind in ("integer", "decimal"):
            number = Decimal(text)
            return int(number) if number == int(number) else float(number)
    except (ValueError, ArithmeticError):
        return text
    return text


def tables(result: Any) -> dict[str, list[dict[str, str]]]:
    """The tables; a record id that was used twice names its file, which is not the same here and there."""
    found: dict[str, list[dict[str, str]]] = json.loads(result.stdout)["tables"]
    for row in (*found["records"], *found["steps"]):
        row["record_id"] = re.sub(r" \(.+:(\d+)\)$", r" (\1)", row["record_id"])
    return found


def test_a_filled_template_gives_what_the_same_values_give_as_csv(cli: Any, workbook: Any, tmp_path: Path) -> None:
    """The sample of Hengyang, typed into the workbook."""
    book = workbook("hengyang")
    sample = sample_path("hengyang")
    assert sample is not None
    for path in sample.glob("*.csv"):
        sheet = book[SHEETS[path.stem]]
        places = {heading: position for position, heading in enumerate(headings(sheet), 1)}
        kinds = {heading: validation(sheet, heading).type for heading in places}
        for number, row in enumerate(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))), start=2):
            for heading, text in row.items():
                cell = sheet.cell(number, places[heading])
                cell.value = typed(text, kinds[heading])
                if cell.is_date:
                    cell.number_format = "yyyy-mm-dd"
    filled = tmp_path / "filled.xlsx"
    book.save(filled)
    first = tables(cli("run", "hengyang", "--data", "sample:hengyang", "--format", "json", "--lang", "zh"))
    second = tables(cli("run", "hengyang", "--data", filled, "--format", "json", "--lang", "zh"))
    for name in ("students", "accounts", "facts", "requirements", "records", "steps"):
        assert second[name] == first[name], name
    assert [row for row in first["manifest"] if row["entry"] == "equation"] == [
        row for row in second["manifest"] if row["entry"] == "equation"
    ]


ODD = """use "common/calendar"
unit credit
record activity "证书/获奖" "证书"
    item "项目,名称" : item
    on   "日期"      : date
category sport in credit
    item run "跑步" : 0.2 per event
"""


def test_labels_with_a_slash_or_a_comma_stay_one_file_and_one_column(cli: Any, tmp_path: Path) -> None:
    policy = tmp_path / "odd.credit"
    policy.write_text(ODD)
    folder = tmp_path / "templates"
    assert cli("schema", policy, "--out", folder, "--lang", "zh").exit_code == 0
    assert sorted(path.name for path in folder.rglob("*")) == ["student.csv", "证书.csv"]
    assert (folder / "证书.csv").read_text("utf-8-sig") == '学号,记录编号,"项目,名称",日期\n'


def test_nothing_is_written_where_one_template_is_there(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "违纪违规.csv").write_text("mine")
    assert cli("schema", "hengyang", "--out", tmp_path, "--lang", "zh").exit_code == 4
    assert [path.name for path in tmp_path.iterdir()] == ["违纪违规.csv"]
