"""Transcripts of every bundled policy: sums, requirements, what is open, how they are verified."""

import io
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pypdf
import pytest
from attrs import evolve

from creditlang.plugin import Form, PluginError
from creditlang.plugin.contract_tests_of_extensions import FormContract
from creditlang.plugin.document import Document
from creditlang.plugin.run_data import RunData
from creditlang.toolkit.open_amounts import Amount
from creditlang.toolkit.page_layout import laid_out
from creditlang_builtin.forms.to_pdf import PdfDrawer
from creditlang_builtin.forms.transcript import Transcript
from creditlang_builtin.forms.transcript_rows import Gathered

SAMPLES = (("hengyang", "2027-07-31"), ("shangrao", "2027-10-31"), ("volunteer_hours", "2023-06-25"))
Run = Callable[..., RunData]
COLUMNS = ("needed", "have", "short")


@pytest.fixture
def run(sample_run: Run) -> RunData:
    return sample_run("hengyang", "2027-07-31")


def of_student(run: RunData, number: str) -> Document:
    (found,) = [document for document in Transcript().documents(run) if document.name.startswith(f"{number} ")]
    return found


@pytest.mark.parametrize(("policy", "as_of"), SAMPLES)
def test_rows_add_up_to_their_categories(sample_run: Run, policy: str, as_of: str) -> None:
    run = sample_run(policy, as_of)
    gathered = Gathered(run)
    checked = 0
    for student in run.students:
        earned, totals = gathered.earned(student), gathered.totals(student)
        for name, account in run.policy.accounts.items():
            inside = [row.amount for inner in run.policy.inside(name) for row in earned.get(inner, ())]
            if account.sort == "category" and name in totals and not any(x.is_open for x in (*inside, totals[name])):
                assert Amount.total(inside) == totals[name], (student, name)
                checked += bool(inside)
    assert checked > 50


def lines(document: Document) -> list[list[Any]]:
    return [[cell.text for cell in line.cells] for page in document.pages for line in page.lines]


@pytest.mark.parametrize(("policy", "as_of"), SAMPLES)
def test_requirements_stand_as_in_the_results(sample_run: Run, policy: str, as_of: str) -> None:
    run = sample_run(policy, as_of)
    found = list(Transcript().documents(run))
    assert [x.name.split(" ")[0] for x in found] == list(run.students)
    assert {x.formats for x in found} == {("html", "pdf", "xlsx")}
    parts = run.by_student("requirements")
    words = {"met": "符合", "unmet": "不符合", "open": "未定"}
    for document in found:
        rows = lines(document)
        for part in parts[document.name.split(" ")[0]]:
            needed, have, short = ("" if part[x] is None else Amount.of(part[x]).cell for x in COLUMNS)
            if part["part"] in run.policy.requirements[str(part["requirement"])].limits:
                needed = f"至多 {needed}"
                short = short if part["status"] == "met" else f"超出 {short}"
            assert [part["part"], needed, have, short, words[str(part["status"])], part["article"]] in rows
        hashed = next(x["value"] for x in run.results["manifest"] if x["entry"] == "policy_hash")
        assert any(str(hashed) in str(row[0]) for row in rows[-2:])
        noted = any("尚未最终确定" in str(row[0]) for row in rows)
        texts = [str(text) for row in rows for text in row if "尚未最终确定" not in str(text)]
        assert noted == any(re.search("[0-9] …|未定$", text) for text in texts)


def test_a_transcript_by_hand(run: RunData) -> None:
    """吴一帆：跑步两学期各一周0.1；其余几乎都没有通过。"""
    rows = lines(of_student(run, "2024010108"))
    assert rows[:3] == [
        ["衡阳科技职业学院"],
        ["第二课堂成绩单"],
        ["依据：学生第二课堂活动及文明素质养成学分认定与转换实施细则（试行）"],
    ]
    assert rows[3] == ["姓名", "吴一帆", "学号", "2024010108"]
    assert ["统计截止", "2027-07-31"] in rows
    assert ["毕业：不符合"] in rows
    assert ["学术科技类", Decimal("0.5"), Decimal("0.2"), Decimal("0.3"), "不符合", "第八条(二)"] in rows
    assert ["2025-2026-1", Decimal(80), Decimal(5), Decimal(85), Decimal(1)] in rows
    assert ["2025-2026-2", Decimal(80), "5 … 90", "85 … 170", Decimal(1)] in rows
    assert ["　　跑步", "合计 0.2 学分"] in rows
    runs = ["2024-2025-1", "晨、晚跑活动", "", "2024-09-10\n至2024-09-13", "", 4, Decimal("0.1"), "第八条(四)1"]
    assert runs in rows
    assert any("尚未最终确定" in str(row[0]) for row in rows)


def test_what_was_taken_stands_in_its_category(run: RunData) -> None:
    """何俊杰：社团类抵扣1和2，共扣3。"""
    rows = lines(of_student(run, "2024010109"))
    assert ["全程", "学分抵扣申请", "", "2025-07-01\n至2026-01-13", "", 2, Decimal(-3), "第十四条"] in rows
    assert not any("尚未最终确定" in str(row[0]) for row in rows)


def test_no_table_goes_on_without_its_heading(sample_run: Run) -> None:
    """A row of a semester or of a requirement stands on the page of its heading, as 许知意's second table does."""
    torn = 0
    for document in Transcript().documents(sample_run("shangrao", "2027-10-31")):
        for page in document.pages:
            texts = [[cell.text for cell in line.cells] for line in page.lines]
            first = next(row for row in texts[1:] if len(row) > 1)
            torn += first[0] not in ("学期", "要求", "姓名") and not str(first[0]).startswith(("　", "认定"))
    assert torn == 0


def test_the_pdf_has_the_names(run: RunData) -> None:
    try:
        drawer = PdfDrawer()
    except PluginError:
        pytest.skip("no Chinese font")
    for number, name in (("2024010104", "李㛃"), ("2024010205", "古丽娜·艾山")):
        document = of_student(run, number)
        pages = pypdf.PdfReader(io.BytesIO(drawer.draw(document, laid_out(document)))).pages
        assert len(pages) == len(document.pages)
        assert name in pages[0].extract_text()
        assert drawer.missing(document, laid_out(document)) == set()


class TestTranscripts(FormContract):
    """Of a small policy of which nothing is known."""

    def forms(self) -> Mapping[str, Form]:
        return {"transcript": Transcript()}


@pytest.mark.parametrize(("policy", "as_of"), SAMPLES)
def test_every_record_stands_somewhere_with_its_reason(sample_run: Run, policy: str, as_of: str) -> None:
    """What counts for something, what waits, and what brings nothing: none is left out, none told as two things."""
    run = sample_run(policy, as_of)
    gathered = Gathered(run)
    told = 0
    for student, rows in run.by_student("records").items():
        if student not in run.students:
            continue
        waiting, nothing = gathered.unearned(student)
        assert {one.disposition for one in waiting} <= {"pending"}
        assert all(one.reason for one in (*waiting, *nothing)), student
        wanted = {row["record_id"] for row in rows if row["disposition"] == "pending"}
        assert sum(one.times for one in waiting) >= len(wanted)
        lost = {row["record_id"] for row in rows}
        lost -= {row["record_id"] for row in rows if row["disposition"] in ("counted", "reduced", "pending")}
        assert sum(one.times for one in nothing) >= len(lost)
        told += len(waiting) + len(nothing)
    assert told > 20


def test_what_waits_and_what_brings_nothing_by_hand(run: RunData) -> None:
    rows = lines(of_student(run, "2024010108"))
    assert ["2025-2026-1", "读后感", "《边城》", "2025-10-28", "不计", "不足800字", "第八条(四)5读后感"] in rows
    waiting, nothing = (rows.index([text]) for text in ("等待核定的记录", "不计的记录"))
    (one,) = rows[waiting + 2 : nothing]
    assert (one[1], one[4], one[6]) == ("学生处（团委）确认的其他重修项目", "待定\n0 … 85", "第十三条注2")
    assert not any("还差的怎样补足" in str(row[0]) for row in rows)


def test_what_would_fill_what_is_short_stands_on_it_if_asked_for(run: RunData) -> None:
    asked = evolve(run, needs={"2024010108": ["毕业：不符合", "  跑步：还差 0.8", "    每次 0.02：晨、晚跑活动"]})
    rows = lines(of_student(asked, "2024010108"))
    start = rows.index(["还差的怎样补足"])
    assert rows[start + 1 : start + 4] == [["毕业：不符合"], ["　跑步：还差 0.8"], ["　　每次 0.02：晨、晚跑活动"]]
