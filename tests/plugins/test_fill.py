"""Filling a school's own form: values in their places, rows repeated with all that hangs on them, nothing a formula."""

import io
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from openpyxl import Workbook, load_workbook
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula

from creditlang.diagnostics import render
from creditlang.plugin import PluginError
from creditlang.plugin.run_data import RunData
from creditlang_builtin.fill.fill_output import FillOutput
from creditlang_builtin.fill.placeholders import Words

Run = Callable[..., RunData]
THIN = Side(style="thin")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)


@pytest.fixture
def shangrao(sample_run: Run) -> RunData:
    return only(sample_run("shangrao", "2027-10-31"), "2022010101", "2022020104", "2022020105")


def only(run: RunData, *students: str) -> RunData:
    """A run of some students."""
    results = {
        name: [row for row in rows if row.get("student_id", students[0]) in students]
        for name, rows in run.results.items()
    }
    return evolve(run, results=results, students={name: run.students[name] for name in students})


def template(folder: Path, cells: Mapping[str, Any], change: Callable[[Any], None] = lambda sheet: None) -> Path:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "审批表"
    for place, value in cells.items():
        sheet[place] = value
    change(sheet)
    path = folder / "form.xlsx"
    workbook.save(path)
    return path


def filled(run: RunData, form: Path, target: Path) -> Any:
    with FillOutput(f"{form}={target}", io.StringIO()) as output:
        output.about(run)
    return load_workbook(target) if target.suffix else None


def codes(run: RunData, form: Path, target: Path) -> list[str]:
    with pytest.raises(PluginError) as failure:
        filled(run, form, target)
    return [x.code for x in failure.value.diagnostics]


def test_a_sheet_for_each_student(shangrao: RunData, tmp_path: Path) -> None:
    form = template(
        tmp_path,
        {
            "A1": "{{policy.title}}",
            "A2": "姓名：{{student.name}}（{{ student.班级 }}）",
            "A3": "{{account.conduct@2023-2024-1}}",
            "A4": "{{account.操行学分}}",
            "A5": "{{fact.conduct_passed@2024-2025-1}}",
            "A6": "{{requirement.毕业}}",
            "A7": "{{requirement.graduation.总学分.have}}",
            "A8": "{{requirement.graduation.总学分}}",
            "A9": "{{fact.conclusion}}",
            "A10": "{{account.conduct@1999-2000-1}}",
            "A11": "{{student.cohort}}级，截止{{policy.as_of}}",
        },
    )
    workbook = filled(shangrao, form, tmp_path / "filled.xlsx")
    assert workbook.sheetnames == ["2022010101", "2022020104", "2022020105"]
    column = [[sheet[f"A{row}"].value for row in range(2, 12)] for sheet in workbook]
    # 姜宏博：51分扣分的学期84分；余承志：一学期待定
    assert column[1][:3] == ["姓名：姜宏博（大数据与会计2201班）", 84, 12]
    assert column[0][4:8] == ["符合", 198.5, "符合", "毕业"]
    assert column[1][3:5] == ["是", "不符合"]
    assert column[2][2:5] == ["10 … 12", "未定", "未定"]
    assert column[0][8:] == [None, "2022级，截止2027-10-31"]


def test_rows_are_repeated_with_all_that_hangs_on_them(shangrao: RunData, tmp_path: Path) -> None:
    """姜宏博有11条加分记录：第4行变成11行，下面的一切下移10行。"""

    def change(sheet: Any) -> None:
        for row in sheet["A3:E6"]:
            for cell in row:
                cell.border = FRAME
        sheet["B4"].font = Font(bold=True, color="FF0000")
        sheet["C4"].number_format = "0.00"
        sheet["D4"].number_format = "yyyy/mm/dd"
        sheet.row_dimensions[4].height = 31
        sheet.row_dimensions[6].height = 47
        sheet.merge_cells("A1:E1")
        sheet.merge_cells("E3:E6")
        sheet.merge_cells("A4:B4")
        sheet.merge_cells("A6:B6")
        sheet["A6"].alignment = Alignment(horizontal="right")
        sheet.print_area = "A1:E8"
        sheet.conditional_formatting.add("C4:C4", CellIsRule(operator="lessThan", formula=["$C$8"], fill=PatternFill()))
        rule = DataValidation(type="whole", sqref="C4:C6")
        sheet.add_data_validation(rule)

    form = template(
        tmp_path,
        {
            "A1": "{{student.name}}操行加分",
            "A3": "情形", "C3": "分", "D3": "日期", "E3": "备注",
            "A4": "{{record.merit.number}}. {{record.merit.item}}", "C4": "{{record.merit.计入数}}",
            "D4": "{{record.merit.on}}", "F4": "=C4*2", "G4": "=$C$3", "H4": "=C8",
            "A6": "合计", "C6": "=SUM(C4:C4)", "D6": "=C4+C6", "F6": "=SUM(C:C)",
            "A8": "{{student.学号}}", "C8": 3, "D8": '=IF(C6>1,"C4","否")',
        },
        change,
    )  # fmt: skip
    sheet = filled(only(shangrao, "2022020104"), form, tmp_path / "filled.xlsx").active
    assert [sheet[f"C{row}"].value for row in range(4, 15)] == [3, 8, 10, 20, 5, 10, 5, 5, 5, 5, 10]
    assert sheet["A4"].value == "1. 参加班级、学院组织的各项活动"
    assert sheet["A14"].value == "11. 班干部"
    assert sheet["D14"].value.date() == date(2025, 1, 2)
    assert [sheet[f"D{row}"].number_format for row in (4, 14)] == ["yyyy/mm/dd"] * 2
    assert sheet["A16"].value == "合计"
    assert sheet["C16"].value == "=SUM(C4:C14)"
    assert sheet["D16"].value == "=C4+C16"
    assert sheet["F16"].value == "=SUM(C:C)"
    assert sheet["A18"].value == "2022020104"
    assert sheet["D18"].value == '=IF(C16>1,"C4","否")'
    assert [sheet[f"F{row}"].value for row in (4, 5, 14)] == ["=C4*2", "=C5*2", "=C14*2"]
    assert [sheet[f"G{row}"].value for row in (4, 14)] == ["=$C$3", "=$C$3"]
    assert [sheet[f"H{row}"].value for row in (4, 5)] == ["=C18", "=C19"]
    merged = {str(each) for each in sheet.merged_cells.ranges}
    assert merged == {"A1:E1", "E3:E16", "A16:B16", *(f"A{row}:B{row}" for row in range(4, 15))}
    assert [sheet.row_dimensions[row].height for row in (4, 9, 14, 15, 16)] == [31, 31, 31, None, 47]
    assert sheet["A16"].alignment.horizontal == "right"
    assert sheet["C14"].border.left.style == "thin"
    assert sheet["C14"].number_format == "0.00"
    assert sheet.print_area.endswith("$A$1:$E$18")
    ((conditions, (rule,)),) = [(str(x.sqref), x.rules) for x in sheet.conditional_formatting]
    assert (conditions, rule.formula) == ("C4:C14", ["$C$18"])
    assert str(sheet.data_validations.dataValidation[0].sqref) == "C4:C16"


def test_no_records_leave_an_empty_row(shangrao: RunData, tmp_path: Path) -> None:
    cells = {"A1": "{{student.name}}", "A2": "{{record.veto.number}}", "B2": "第{{record.veto.semester}}", "A3": "完"}
    sheet = filled(only(shangrao, "2022010101"), template(tmp_path, cells), tmp_path / "filled.xlsx").active
    assert [sheet["A2"].value, sheet["B2"].value, sheet["A3"].value] == [None, "第", "完"]


def test_a_sheet_of_all_students(shangrao: RunData, tmp_path: Path) -> None:
    form = template(
        tmp_path,
        {
            "A1": "{{policy.issuer}}",
            "A2": "{{students.序号}}", "B2": "{{students.学号}}", "C2": "{{students.name}}", "D2": "{{students.毕业}}",
            "E2": "{{students.conduct_credit}}", "F2": "{{students.account.conduct@2023-2024-1}}",
            "G2": "{{students.requirement.graduation.总学分.short}}",
            "A3": "=COUNTA(B2:B2)",
        },
        lambda sheet: sheet.parent.create_sheet("汇总").__setitem__("A1", "=审批表!A3+SUM('审批表'!E2:E2)"),
    )  # fmt: skip
    workbook = filled(shangrao, form, tmp_path / "filled.xlsx")
    sheet = workbook["审批表"]
    assert sheet["A1"].value == "上饶职业技术学院"
    rows = [[cell.value for cell in row] for row in sheet["A2:F4"]]
    assert rows[0] == [1, "2022010101", "许知意", "符合", 12, 100]
    assert rows[2][1:5] == ["2022020105", "余承志", "未定", "10 … 12"]
    assert sheet["A5"].value == "=COUNTA(B2:B4)"
    assert workbook["汇总"]["A1"].value == "=审批表!A5+SUM('审批表'!E2:E4)"


def test_a_file_for_each_student(shangrao: RunData, tmp_path: Path) -> None:
    form = template(tmp_path, {"A1": "{{student.name}}", "A2": "{{counted.item}}", "B2": "{{counted.account}}"})
    filled(shangrao, form, tmp_path / "filled")
    files = sorted(path.name for path in (tmp_path / "filled").glob("*.xlsx"))
    assert files == ["2022010101.xlsx", "2022020104.xlsx", "2022020105.xlsx"]
    sheet = load_workbook(tmp_path / "filled" / files[0]).active
    assert (sheet.title, sheet["A1"].value) == ("审批表", "许知意")
    first = {path.name: path.read_bytes() for path in (tmp_path / "filled").iterdir()}
    filled(shangrao, form, tmp_path / "filled")
    assert {path.name: path.read_bytes() for path in (tmp_path / "filled").iterdir()} == first


def test_values_never_become_formulas(shangrao: RunData, tmp_path: Path) -> None:
    names = ('=HYPERLINK("http://x")', "+1", "-2", "@SUM", "＝1", "#N/A", "a\x00\u202eb")
    people = {"2022010101": {**shangrao.students["2022010101"]}}
    form = template(tmp_path, {"A1": "{{student.name}}", "A2": "=1+1", "A3": "={{student.name}}"})
    for number, name in enumerate(names):
        people["2022010101"]["name"] = name
        target = tmp_path / f"{number}.xlsx"
        sheet = filled(evolve(only(shangrao, "2022010101"), students=people), form, target).active
        assert sheet["A1"].data_type == "s"
        assert sheet["A1"].value == {"a\x00\u202eb": "ab"}.get(name, name)
        assert sheet["A2"].value == "=1+1"


def test_long_numbers_stay_as_they_are(sample_run: Run, tmp_path: Path) -> None:
    run = only(sample_run("shangrao", "2027-10-31"), "2022010101")
    people = {"2022010101": {**run.students["2022010101"], "class": "123456789012345678"}}
    sheet = filled(
        evolve(run, students=people), template(tmp_path, {"A1": "{{student.class}}"}), tmp_path / "f.xlsx"
    ).active
    assert sheet["A1"].value == "123456789012345678"


@pytest.mark.parametrize(
    "placeholder",
    ["student.nme", "account.nothing", "fact.x", "requirement.毕业.没有", "requirement.毕业.总学分.x", "record.nothing",
     "record.merit.weeks", "students.x", "x.y", "student", "policy.x", "record.nokind.on", "student.name.more"],
)  # fmt: skip
def test_an_unknown_placeholder_is_named_with_its_cell(shangrao: RunData, tmp_path: Path, placeholder: str) -> None:
    form = template(tmp_path, {"B7": f"x {{{{{placeholder}}}}}"})
    with pytest.raises(PluginError) as failure:
        filled(shangrao, form, tmp_path / "filled.xlsx")
    (problem,) = failure.value.diagnostics
    assert problem.code == "CR796"
    for language in ("en", "zh"):
        said = render(problem, language)
        assert placeholder in said
        assert "form.xlsx, 审批表!B7" in said
        assert str(tmp_path) not in said
    assert not (tmp_path / "filled.xlsx").exists()


def test_all_problems_are_told_at_once(shangrao: RunData, tmp_path: Path) -> None:
    form = template(tmp_path, {"A1": "{{student.x}}", "A2": "{{students.name}}", "A3": "{{record.x}}"})
    assert codes(shangrao, form, tmp_path / "f.xlsx") == ["CR796", "CR796", "CR797"]


@pytest.mark.parametrize(
    ("cells", "target", "code"),
    [
        ({"A1": "{{student.name}}", "A2": "{{students.name}}"}, "f.xlsx", "CR797"),
        ({"A2": "{{students.name}}"}, "folder", "CR797"),
        ({"A2": "{{record.merit.on}}", "B2": "{{record.violation.on}}"}, "f.xlsx", "CR797"),
        ({"A2": "nothing"}, "f.xlsx", "CR799"),
        ({"A2": "{{record.date}}", "B4": ArrayFormula("B4:B5", "=A1:A2")}, "f.xlsx", "CR798"),
    ],
)
def test_templates_that_cannot_be(
    shangrao: RunData, tmp_path: Path, cells: dict[str, Any], target: str, code: str
) -> None:
    assert codes(shangrao, template(tmp_path, cells), tmp_path / target) == [code]


def test_a_repeated_cell_is_not_merged_with_rows_below(shangrao: RunData, tmp_path: Path) -> None:
    form = template(tmp_path, {"A2": "{{record.date}}"}, lambda sheet: sheet.merge_cells("A2:A3"))
    assert codes(shangrao, form, tmp_path / "f.xlsx") == ["CR798"]


@pytest.mark.parametrize(
    ("address", "code"),
    [("form.xlsx", "CR794"), ("form.xls=x.xlsx", "CR794"), ("-", "CR790"), ("missing.xlsx=x.xlsx", "CR795"),
     ("form.xlsx=-", "CR790"), ("form.xlsx=./form.xlsx", "CR794"), ("broken.xlsx=x.xlsx", "CR795"),
     ("zip.xlsx=x.xlsx", "CR795")],
)  # fmt: skip
def test_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, code: str) -> None:
    monkeypatch.chdir(tmp_path)
    template(tmp_path, {"A1": "{{student.name}}"})
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no")
    (tmp_path / "zip.xlsx").write_bytes(b"PK\x05\x06" + b"\x00" * 18)
    with pytest.raises(PluginError) as failure:
        FillOutput(address, io.StringIO())
    assert [x.code for x in failure.value.diagnostics] == [code]


def test_the_same_run_gives_the_same_bytes(shangrao: RunData, tmp_path: Path) -> None:
    form = template(tmp_path, {"A1": "{{student.name}}", "A2": "{{record.item}}"})
    filled(shangrao, form, tmp_path / "a.xlsx")
    filled(shangrao, form, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_nothing_shows_before_closing(shangrao: RunData, tmp_path: Path) -> None:
    form = template(tmp_path, {"A1": "{{student.name}}"})
    for target in ("a.xlsx", "folder"):
        output = FillOutput(f"{form}={tmp_path / target}", io.StringIO())
        output.about(shangrao)
        assert not (tmp_path / "a.xlsx").exists()
        output.discard()
        output.close()
        assert list(tmp_path.rglob("*.xlsx")) == [form]


def test_every_name_of_a_policy_is_known(sample_run: Run) -> None:
    for policy, as_of in (("hengyang", None), ("volunteer_hours", "2023-06-25")):
        words = Words(sample_run(policy, as_of))
        known = words.run.policy
        names = [f"student.{x.label}" for x in known.student]
        names += [f"account.{word}" for name, x in known.accounts.items() for word in (name, x.label)]
        names += [f"fact.{word}" for pair in known.facts.items() for word in pair]
        names += [f"record.{kind}.{x.name}" for kind, y in known.kinds.items() for x in y.fields]
        students = words.students
        for name in names:
            read = words.reader(name)
            for about in words.rows(name, students[0])[:3] if words.repeated(name)[0] else []:
                read(about)


def test_a_row_is_high_enough_for_what_wraps_in_it(shangrao: RunData, tmp_path: Path) -> None:
    """A long title in a narrow column takes many lines, across four columns fewer; without wrapping a row stays."""
    wraps = Alignment(wrap_text=True)

    def change(sheet: Any) -> None:
        sheet.column_dimensions["A"].width = 20
        for place in ("A1", "A2", "A4", "A5"):
            sheet[place].alignment = wraps
        sheet.merge_cells("A2:D2")
        sheet.row_dimensions[4].height = 200
        sheet.merge_cells("A5:A6")

    title = "{{policy.title}}"
    form = template(tmp_path, {f"A{row}": title for row in range(1, 6)}, change)
    sheet = filled(shangrao, form, tmp_path / "filled.xlsx").worksheets[0]
    heights = [sheet.row_dimensions[row].height for row in range(1, 6)]
    assert 80 < heights[0] < 130
    assert 30 < heights[1] < 60
    assert heights[2:] == [None, 200, None]


def test_reasons_are_in_chinese_whatever_the_language_of_the_run(shangrao: RunData, tmp_path: Path) -> None:
    row = next(row for row in shangrao.results["records"] if row["reason"])
    key = str(row["kind"]), str(row["record_id"]), str(row["rule"] or "")
    english = evolve(shangrao, told={key: "中文的原因"})
    form = template(tmp_path, {"A1": "{{record.记录编号}}", "B1": "{{record.原因}}"})
    sheets = filled(english, form, tmp_path / "filled.xlsx").worksheets
    assert (row["record_id"], "中文的原因") in [cells for sheet in sheets for cells in sheet.values]
