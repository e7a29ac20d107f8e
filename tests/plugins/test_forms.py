"""The annexes of 衡科院发〔2024〕14号: cells where the print has them, contents recomputed from the result tables."""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdf
import pytest
from attrs import evolve
from click.testing import CliRunner

from creditlang.cli import main
from creditlang.plugin import Form, PluginError
from creditlang.plugin.contract_tests_of_extensions import RUN
from creditlang.plugin.document import Document, Page
from creditlang.plugin.run_data import RunData
from creditlang.toolkit.open_amounts import Amount
from creditlang.toolkit.page_layout import laid_out
from creditlang_builtin.forms.to_pdf import PdfDrawer
from creditlang_regulation_forms import creditlang_forms
from creditlang_regulation_forms.hengyang_lists import (
    ClassDeductions,
    CollegeDeductions,
    MakeupRequests,
    MakeupResults,
    Scores,
)
from creditlang_regulation_forms.hengyang_slips import CreditApplication, SanctionSlip

ANNEXES = (CreditApplication, ClassDeductions, CollegeDeductions, MakeupRequests, MakeupResults, Scores, SanctionSlip)
Run = Callable[..., RunData]
Placed = Mapping[tuple[int, int], Any]


@pytest.fixture
def run(sample_run: Run) -> RunData:
    return sample_run("hengyang", "2027-07-31")


def cells(page: Page) -> dict[tuple[int, int], Any]:
    """Texts by line and column, as printed: a cell stands where it begins."""
    return {(line, column): cell.text for line, row in enumerate(page.places()) for column, cell in row}


def one(form: Form, run: RunData, *words: str) -> Document:
    (found,) = [document for document in form.documents(run) if all(word in document.name for word in words)]
    return found


def filled(document: Document, width: int, first: int = 3) -> list[list[Any]]:
    """The rows of a list that are not empty, without their numbers; what stands once for several rows is repeated."""
    rows: list[list[Any]] = []
    for page in document.pages:
        placed = cells(page)
        last: list[Any] = [""] * width
        for line in range(first, first + 20):
            row = [placed.get((line, column), last[column]) for column in range(1, width)]
            last = ["", *row]
            if any(text != "" for text in row):
                rows.append(row)
    return rows


def conduct(run: RunData) -> dict[tuple[str, str], Amount]:
    rows = (row for row in run.results["accounts"] if row["account"] == "conduct")
    return {(str(row["student_id"]), str(row["period"])): Amount.of(row["amount"]) for row in rows}


def number_of(run: RunData, name: str, school_class: str) -> str:
    (found,) = [
        key for key, person in run.students.items() if (person["name"], person["class"]) == (name, school_class)
    ]
    return found


# ---------------------------------------------------------------- the printed layout


@pytest.mark.parametrize(
    ("form", "title", "head", "signed"),
    [
        (ClassDeductions, "附件 3： 学生文明素质养成学分扣分认定汇总表（班级）",
         "序号 姓名 班级 扣分理由 单项扣分 总扣分", "班级认定工作小组成员签名： 班级认定工作组组长签名："),
        (CollegeDeductions, "附件 4： 学生文明素质养成学分扣分认定汇总表（二级学院）",
         "序号 姓名 班级 学生文明素质养成学分总扣分", "二级学院（盖章） 填报日期："),
        (MakeupRequests, "附件 5： 学生文明素质养成学分重修申请表（二级学院）",
         "序号 二级学院 学生姓名 所在班级 申请重修时间 申请重修项目 重修得分", "二级学院（盖章） 填报日期："),
        (MakeupResults, "附件 6： 学生文明素质养成学分重修情况汇总表",
         "序号 二级学院 学生姓名 所在班级 申请重修时间 申请重修项目 重修得分", "学生处（团委）（盖章） 填报日期："),
        (Scores, "附件 7： 学生文明素质养成学分得分汇总表",
         "序号 二级学院 学生姓名 所在班级 本学期得分 是否已重修", "二级学院（盖章） 填报日期："),
    ],
)  # fmt: skip
def test_lists_are_laid_out_as_printed(
    run: RunData, form: type[Form], title: str, head: str, signed: str
) -> None:  # fmt: skip
    found = list(form().documents(run))
    assert found
    for document in found:
        for number, page in enumerate(document.pages):
            placed = cells(page)
            assert f"{placed[0, 0]} {placed[1, 0]}" == title
            assert [placed[2, column] for column in range(page.columns)] == head.split()
            assert [placed[line, 0] for line in range(3, 23)] == list(range(20 * number + 1, 20 * number + 21))
            below = [text for (line, _), text in sorted(placed.items()) if line > 22 and text]
            assert below == signed.split()
        assert laid_out(document).scale > 0.97
        assert document.formats == ("xlsx", "pdf")


def test_annex_8_is_laid_out_as_printed(run: RunData) -> None:
    found = one(SanctionSlip(), run, "V0035")
    (page,) = found.pages
    placed = cells(page)
    assert placed == {
        (0, 0): "附件 8：", (1, 0): "学生文明素质养成学分处置（处罚）单",
        (2, 0): "学生姓名", (2, 1): "胡雪莹", (2, 2): "所在班级", (2, 3): "电子商务2401班",
        (2, 4): "受处置时间", (2, 5): "2024年11月5日",
        (3, 0): "处置部门", (3, 1): "",
        (4, 0): "处置事由", (4, 1): "给予警告处分（事由编号：2024-017）。\n2024-10-24 宿舍文明（第十二条表1(2)）",
        (5, 0): "处置人签名", (5, 1): "", (5, 2): "部门负责人签名", (5, 3): "",
    }  # fmt: skip


def test_annex_8_is_for_each_sanction(run: RunData) -> None:
    """警告、记过、严重警告、留校察看、严重警告：五张，不计分的也在内。"""
    names = [document.name for document in SanctionSlip().documents(run)]
    assert [name.split()[-1] for name in names] == ["V0035", "V0037", "V0039", "V0043", "V0045"]
    reason = cells(one(SanctionSlip(), run, "V0043").pages[0])[4, 1].split("\n")
    assert reason[0] == "给予留校察看处分（事由编号：2026-005）。"
    assert [line[:10] for line in reason[1:]] == ["2026-03-25", "2026-04-08", "2026-04-22"]
    assert cells(one(SanctionSlip(), run, "V0045").pages[0])[4, 1] == "给予严重警告处分（事由编号：2026-031）。"


def test_annex_1_is_laid_out_as_printed(run: RunData) -> None:
    (page,) = one(CreditApplication(), run, "2024010106", "2024-10-31").pages
    placed = cells(page)
    assert placed[1, 0] == "衡阳科技职业学院学生第二课堂活动学分认定申请表"
    assert placed[2, 0].split("\n") == [
        "所在二级学院：信息工程学院　班级：软件技术2401班　姓名：黄嘉怡　学号：2024010106",
        "时间范围：2024年10月至2024年10月",
    ]
    head = ["序号", "活动项目名称及主要内容", "归属类别", "基础学分/\n奖励学分", "申请学分", "核定学分"]
    assert [placed[3, column] for column in range(6)] == head
    assert [placed[line, 0] for line in range(4, 14)] == list(range(1, 11))
    assert placed[14, 0].startswith("本人郑重承诺所填内容真实，绝无弄虚作假。\n\n申请人签字：")
    assert (placed[14, 3], placed[14, 4], placed[15, 4]) == ("申请总学分", "申请日期", "2024年10月31日")
    assert placed[16, 0] == "教学科研审核意见"
    assert placed[16, 1].startswith("经审核，核定申请人拟予认定的总学分为：1\n\n经办人签字：\n")
    assert placed[16, 3].startswith("教务处负责人签字：\n")
    assert placed[17, 0].startswith("注：1. “归属类别”栏请填相应编号。基础学分：德育类01")


# ---------------------------------------------------------------- contents


def test_annex_1_has_the_rate_and_what_came_of_it(run: RunData) -> None:
    """省部级核心价值观奖2.0，行业协会主办减半为1.0；归属德育类。"""
    placed = cells(one(CreditApplication(), run, "2024010106", "2024-10-31").pages[0])
    assert placed[4, 1].startswith("2024年10月 ")
    assert placed[4, 1].endswith("省部级）")
    assert [placed[4, column] for column in range(2, 6)] == ["01", "基础学分", Decimal(2), Decimal(1)]
    assert placed[15, 3] == Decimal(2)


def test_annex_1_is_of_what_others_organised_each_record_once(run: RunData) -> None:
    pages = [cells(page) for document in CreditApplication().documents(run) for page in document.pages]
    rows = len([line for placed in pages for line in range(4, 14) if placed[line, 1]])
    others = {
        key for key, x in run.records.items()
        if x["student_id"] in run.students and (
            (key[0] == "conversion" and x.get("recognised_as"))
            or (key[0] == "activity" and (
                x.get("level") in ("national", "provincial", "municipal", "county")
                or x.get("organiser") == "association"
                or any(x.get(name) for name in ("journal", "patent_type", "exam_grade", "qualification", "mandarin"))
            ))
        )
    }  # fmt: skip
    invalid = {(x["kind"], x["record_id"]) for x in run.results["records"] if x["disposition"] == "invalid"}
    assert rows == len(others - invalid)
    assert rows > 80


def test_annex_1_leaves_open_what_nobody_has_decided(run: RunData) -> None:
    pending = next(
        x
        for x in run.results["records"]
        if (x["kind"], x["student_id"], x["disposition"]) == ("activity", "2024010112", "pending")
    )
    filed_on = run.records["activity", str(pending["record_id"])]["filed_on"]
    placed = cells(one(CreditApplication(), run, "2024010112", str(filed_on)).pages[0])
    assert "" in [placed[line, 5] for line in range(4, 14) if placed[line, 1]]
    assert "总学分为：＿＿＿＿" in placed[16, 1]


def test_annex_3_by_hand(run: RunData) -> None:
    """2025-2026-2：污损墙壁10；插队抢座10；上课早退第3次，加倍20；不参加升旗第4次，加倍20。共60。"""
    rows = filled(one(ClassDeductions(), run, "软件技术2401班", "2025-2026-2"), 6)
    assert [row for row in rows if row[0] == "何俊杰"] == [
        ["何俊杰", "软件技术2401班", reason, Decimal(points), Decimal(60)]
        for reason, points in (
            ("2026-03-24 宿舍文明（第十二条表1(3)）", 10), ("2026-04-15 公共文明（第十二条表3(2)）", 10),
            ("2026-05-07 上课迟到或早退，第3次起加倍", 20), ("2026-05-26 无故不参加升旗仪式，第3次起加倍", 20),
        )
    ]  # fmt: skip
    assert ["唐梓萱", "软件技术2401班", "2026-04-08 违反国家法律法规", "10 … 30", "10 … 30"] in rows


def test_a_breach_is_told_in_the_words_of_its_record(run: RunData) -> None:
    """晚归 is one of the eight breaches that its printed row names."""
    records = {key: {**x, "item_text": "晚归"} if key[1] == "V0040" else x for key, x in run.records.items()}
    spoken = evolve(run, records=records)
    assert "晚归、" not in str([filled(x, 6) for x in ClassDeductions().documents(run)])
    assert "\n2026-03-25 晚归\n" in cells(one(SanctionSlip(), spoken, "V0043").pages[0])[4, 1]


def test_annex_3_draws_a_student_once_and_again_on_the_next_page(run: RunData) -> None:
    page = one(ClassDeductions(), run, "软件技术2401班", "2025-2026-2").pages[0]
    tied = {cell.text: cell.down for row in page.places() for column, cell in row if column == 1 and cell.down > 1}
    assert tied == {"何俊杰": 4}
    rows = [{**x, "record_id": f"{x['record_id']}-{n}"} for n in range(8) for x in run.results["records"]
            if x["record_id"] in ("V0008", "V0009", "V0010")]  # fmt: skip
    records = {**run.records, **{("violation", str(x["record_id"])): run.records["violation", "V0008"] for x in rows}}
    many = evolve(run, records=records, results={**run.results, "records": rows})
    first, second = one(ClassDeductions(), many, "2025-2026-2").pages
    for page, count in ((first, 20), (second, 4)):
        assert [(cell.text, cell.down) for column, cell in page.places()[3] if column == 1] == [("何俊杰", count)]


def test_annexes_3_and_4_are_what_the_scores_lack(run: RunData) -> None:
    lacking = {key: Amount(Decimal(100), Decimal(100)) + -score for key, score in conduct(run).items()}
    wanted = {key: lost.cell for key, lost in lacking.items() if lost != Amount()}
    single: dict[tuple[str, str], list[Amount]] = {}
    total: dict[tuple[str, str], Any] = {}
    for document in ClassDeductions().documents(run):
        semester = document.name.split(" ")[-1]
        for name, school_class, _, points, together in filled(document, 6):
            key = (number_of(run, name, school_class), semester)
            single.setdefault(key, []).append(Amount.of(points))
            total[key] = together
    assert total == wanted
    assert {key: Amount.total(points).cell for key, points in single.items()} == wanted
    college = {
        (number_of(run, name, school_class), document.name.split(" ")[-1]): points
        for document in CollegeDeductions().documents(run)
        for name, school_class, points in filled(document, 4)
    }
    assert college == wanted


def test_annexes_5_and_6_have_the_requests_and_what_counted(run: RunData) -> None:
    made = [x for x in run.results["records"] if x["kind"] == "makeup" and x["disposition"] != "invalid"]
    asked = [row for document in MakeupRequests().documents(run) for row in filled(document, 7)]
    done = [row for document in MakeupResults().documents(run) for row in filled(document, 7)]
    assert len(asked) == len(made)
    assert len(done) == len([x for x in made if x["disposition"] != "void"])
    assert sorted(str(row[5]) for row in asked) == sorted(str(Amount.of(x["counted"]).cell) for x in made)
    row = ["经济管理学院", "郭佳慧", "电子商务2401班", date(2026, 7, 16), "参加校园安全文明执勤", Decimal(0)]
    assert row in asked
    assert row not in done
    assert ["信息工程学院", "吴一帆", "软件技术2401班", date(2026, 5, 20)] in [row[:4] for row in done]


def test_annex_7_has_everybodys_last_score(run: RunData) -> None:
    wanted = {(str(x["student_id"]), str(x["period"])): Amount.of(x["value"]).cell
              for x in run.results["facts"] if x["fact"] == "conduct_final"}  # fmt: skip
    counted = {(x["student_id"], x["period"]) for x in run.results["records"]
               if x["kind"] == "makeup" and x["disposition"] in ("counted", "reduced", "pending")}  # fmt: skip
    found, again = {}, set()
    for document in Scores().documents(run):
        semester = document.name.split(" ")[-1]
        for college, name, school_class, score, made_up in filled(document, 6):
            key = (number_of(run, name, school_class), semester)
            assert run.students[key[0]]["college"] == college
            found[key] = score
            if made_up == "是":
                again.add(key)
    assert found == wanted
    assert again == counted


def many_scores(run: RunData, count: int) -> RunData:
    """A college of so many students, each with the full score."""
    person = run.students["2024010101"]
    students = {
        f"{number:03}": {**person, "student_id": f"{number:03}", "name": f"张{number}"} for number in range(count)
    }
    facts = [
        {"student_id": x, "fact": "conduct_final", "period": "2024-2025-1", "value": Decimal(100)} for x in students
    ]
    return evolve(run, students=students, results={**run.results, "facts": facts})


@pytest.mark.parametrize(("students", "pages"), [(1, 1), (20, 1), (21, 2)])
def test_twenty_students_to_a_page(run: RunData, students: int, pages: int) -> None:
    (document,) = Scores().documents(many_scores(run, students))
    assert len(document.pages) == pages
    assert [row[1] for row in filled(document, 6)] == [f"张{number}" for number in range(students)]
    try:
        content = PdfDrawer().draw(document, laid_out(document))
    except PluginError:
        pytest.skip("no Chinese font")
    read = pypdf.PdfReader(io.BytesIO(content)).pages
    assert len(read) == pages
    assert f"张{students - 1}" in read[-1].extract_text()


# ---------------------------------------------------------------- all of them


@pytest.mark.parametrize("form", ANNEXES)
def test_annexes_are_of_one_policy_and_each_document_has_a_name(run: RunData, form: type[Form]) -> None:
    assert form().fits(run)
    assert not form().fits(RUN)
    names = [document.name for document in form().documents(run)]
    assert len(set(names)) == len(names) > 0


def test_the_command_writes_the_forms(tmp_path: Path) -> None:
    names: Sequence[str] = ("hengyang-annex-4", "hengyang-annex-6")
    target = f"forms:{tmp_path / 'out'}#{','.join(names)}"
    done = CliRunner().invoke(main, ["run", "hengyang", "--data", "sample:hengyang", "--out", target])
    assert done.exit_code in (3, 4), done.output
    assert sorted(x.name for x in (tmp_path / "out").iterdir()) == list(names)
    assert (tmp_path / "out" / names[1] / "附件6 学生文明素质养成学分重修情况汇总表 2025-2026-2.xlsx").is_file()
    assert set(names) <= set(creditlang_forms())
