"""The report: it tells what the result tables say, escapes what it shows, and gives the same bytes each time."""

import builtins
import io
import re
from collections.abc import Callable
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from lxml import etree

from creditlang.plugin import PluginError
from creditlang.plugin.run_data import RunData
from creditlang_builtin.report.report_findings import findings
from creditlang_builtin.report.report_output import ReportOutput, page
from creditlang_builtin.report.report_pictures import Pictures

Run = Callable[..., RunData]
SAMPLES = [("hengyang", None), ("shangrao", "2027-10-31"), ("volunteer_hours", "2023-06-25")]


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return Pictures()


def written(run: RunData, target: Path) -> str:
    with ReportOutput(str(target), io.StringIO()) as output:
        output.about(run)
    return target.read_text(encoding="utf-8")


@pytest.mark.parametrize(("policy", "as_of"), SAMPLES)
def test_the_findings_are_those_of_the_tables(sample_run: Run, policy: str, as_of: str | None) -> None:
    run = sample_run(policy, as_of)
    found = findings(run)
    assert found.students == len(run.results["students"])
    for name, words in run.policy.requirements.items():
        (standing,) = [x for x in found.standings if x.label == words.label and not x.part]
        statuses = [row[name] for row in run.results["students"]]
        assert standing.counts == tuple(statuses.count(word) for word in ("met", "unmet", "open"))
    told = re.findall("[0-9]+", found.equation)
    assert [count for _, count in found.dispositions] == [int(x) for x in told[1:]]
    by_kind = [sum(counts) for counts in zip(*(counts for _, counts in found.kinds), strict=True)]
    assert by_kind == [count for _, count in found.dispositions]


def test_who_lacks_little_is_listed(sample_run: Run) -> None:
    """徐沐瑶159.5学分，差0.5；恰好160的祝思琪不在内。"""
    close = [x for x in findings(sample_run("shangrao", "2027-10-31")).close if x.part == "总学分"]
    (one,) = [x for x in close if x.student == "2022020102"]
    assert (one.requirement, one.needed, one.have, one.short, one.status) == ("毕业", "160", "159.5", "0.5", "unmet")
    assert "2022020101" not in {x.student for x in close}
    for x in close:
        assert 0 < Decimal(x.short.split(" ")[-1]) <= 32


def test_more_than_allowed_is_not_close_to_a_minimum(sample_run: Run) -> None:
    """学习年限至多10学期：有人11学期，超出1，不是“还差1”。"""
    run = sample_run("shangrao", "2027-10-31")
    rows = [
        row for row in run.results["requirements"] if row["part"] == "学习年限（学期数）" and row["status"] == "unmet"
    ]
    assert [(row["have"], row["short"]) for row in rows] == [(Decimal(11), Decimal(1))]
    assert "学习年限（学期数）" not in {x.part for x in findings(run).close}


def test_those_who_are_close_are_drawn_by_how_much_they_lack(sample_run: Run, pictures: Pictures) -> None:
    """总学分：159.5差0.5，不到5%；150 … 164至多差10，即6.25%。"""
    found = findings(sample_run("shangrao", "2027-10-31"))
    (total,) = [x for x in found.shortages if x.label == "毕业：总学分"]
    assert total.counts == (1, 1, 0)
    assert sum(sum(x.counts) for x in found.shortages) == len(found.close)
    drawn = pictures.shortages(found.shortages)
    assert "毕业：总学分：差5%以内的1人，差5%至10%的1人，差10%至20%的0人" in drawn


@pytest.mark.parametrize(("policy", "as_of"), SAMPLES)
def test_reasons_are_told_once_however_many_records_they_name(sample_run: Run, policy: str, as_of: str | None) -> None:
    run = sample_run(policy, as_of)
    records = {str(row["record_id"]) for row in run.results["records"]}
    reasons = findings(run).reasons
    assert not [text for _, text, _, _ in reasons if records & set(re.findall(r"[\w-]+", text, re.ASCII))]
    if policy == "hengyang":
        assert ("不计", "已有另一条记录，不重复计算", "第十一条", 3) in reasons


def test_what_the_page_counts_is_what_was_read(sample_run: Run, pictures: Pictures) -> None:
    """衡阳读入2213条，其中28条属于办法不适用的学生，结果表里没有。"""
    run = sample_run("hengyang", None)
    text = page(run, pictures)
    assert "记录2213条" in text
    assert "读入 2213 = 计入 " in text


def test_where_limits_bite(sample_run: Run) -> None:
    """协助工作一学期10分：毛若楠的一条从3分减到1分。"""
    cuts = findings(sample_run("shangrao", "2027-10-31")).cuts
    (cut,) = [x for x in cuts if x.article == "操行二(七)5"]
    assert (cut.rule, cut.records, cut.students, cut.amounts) == (
        "3至5酌定于核定加分，每学期最高10", 1, 1, "2 分",
    )  # fmt: skip
    assert cut.items == "协助辅导员、班主任完成各项工作"


def test_parts_are_told_in_the_language_of_the_reader(sample_run: Run) -> None:
    """By what they ask, where they are called in Chinese only; documents in Chinese call them as they are called."""
    run = sample_run("volunteer_hours", "2023-06-25", "en")
    told = [x.label for x in findings(run).standings if x.part]
    titles = [title for words in run.policy.requirements.values() for title in words.parts if len(words.parts) > 1]
    assert told and not re.search("[\u3400-\u9fff]", "".join(told)), told
    assert [x.label for x in findings(run.in_chinese()).standings if x.part] == titles


def test_totals_are_told_exactly(sample_run: Run) -> None:
    spreads = {x.label: x for x in findings(sample_run("shangrao", "2027-10-31")).spreads}
    credits = spreads["操行学分"]
    assert (credits.unit, credits.open) == ("学分", 1)
    run = sample_run("shangrao", "2027-10-31")
    amounts = sorted(x for row in run.results["students"] if isinstance(x := row["conduct_credit"], Decimal))
    assert credits.amounts == tuple(amounts)
    assert credits.told[0] == f"{amounts[0].normalize():f}"


@pytest.mark.parametrize(("policy", "as_of"), SAMPLES)
def test_the_page_stands_alone(sample_run: Run, pictures: Pictures, policy: str, as_of: str | None) -> None:
    run = sample_run(policy, as_of)
    text = page(run, pictures)
    HTMLParser().feed(text)
    drawings = re.findall("<svg.*?</svg>", text, re.DOTALL)
    assert len(drawings) == 4 + bool(findings(run).close)
    for drawing in drawings:
        root = etree.fromstring(drawing)
        assert root.get("role") == "img"
        assert len(str(root.get("aria-label"))) > 10
    assert len(re.findall('id="([^"]+)"', text)) == len(set(re.findall('id="([^"]+)"', text)))
    assert "<script" not in text
    assert re.findall(r'(?:src|href)="(?!#)', text) == []
    assert "default-src 'none'" in text
    for person in run.students.values():
        assert str(person["name"]) not in text


def test_the_same_run_gives_the_same_bytes(sample_run: Run, tmp_path: Path) -> None:
    run = sample_run("volunteer_hours", "2023-06-25")
    first = written(run, tmp_path / "a.html")
    assert first == written(run, tmp_path / "b.html")
    assert "Matplotlib v" not in first
    assert str(tmp_path) not in first


def test_what_is_shown_is_never_markup(sample_run: Run, pictures: Pictures) -> None:
    run = sample_run("volunteer_hours", "2023-06-25")
    label = "<script>alert(1)</script>\"'"
    requirements = {name: evolve(words, label=label) for name, words in run.policy.requirements.items()}
    text = page(evolve(run, policy=evolve(run.policy, title=label, requirements=requirements)), pictures)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_run_with_nobody_in_it(sample_run: Run, pictures: Pictures) -> None:
    run = sample_run("hengyang", None)
    empty: dict[str, Any] = {name: [] for name in run.results}
    text = page(evolve(run, results=empty, students={}, records={}), pictures)
    assert "学生0人" in text
    assert "没有削减" in text


def test_nothing_shows_before_closing(sample_run: Run, tmp_path: Path) -> None:
    output = ReportOutput(str(tmp_path / "a.html"), io.StringIO())
    output.about(sample_run("volunteer_hours", "2023-06-25"))
    output.discard()
    output.close()
    assert list(tmp_path.iterdir()) == []


def test_the_screen_gets_the_page(sample_run: Run) -> None:
    stream = io.StringIO()
    with ReportOutput("-", stream) as output:
        output.about(sample_run("volunteer_hours", "2023-06-25"))
    assert stream.getvalue().startswith("<!DOCTYPE html>")


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *others: Any, **more: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *others, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(PluginError) as failure:
        ReportOutput("report.html", io.StringIO())
    assert [x.code for x in failure.value.diagnostics] == ["CR792"]


def test_without_a_font_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDITLANG_FONT", "No Such Family")
    with pytest.raises(PluginError) as failure:
        ReportOutput("report.html", io.StringIO())
    assert [x.code for x in failure.value.diagnostics] == ["CR793"]


def test_what_gives_way_to_something_higher_is_a_cut(sample_run: Run) -> None:
    """万俊峰：同一事由，通报批评3让打架5，作弊5让严重警告10，警告5与损坏公物5相等，严重警告10让3＋5＋3。"""
    run = sample_run("shangrao", "2027-10-31")
    some = {name: [x for x in rows if x.get("student_id") == "2023040102"] for name, rows in run.results.items()}
    run = evolve(run, results={**run.results, "records": some["records"]})
    (cut,) = [x for x in findings(run).cuts if x.article == "操行二(八)3"]
    assert (cut.records, cut.students, cut.amounts) == (4, 1, "23 分")


def test_what_refuses_a_record_is_no_cut(sample_run: Run) -> None:
    for policy, as_of in SAMPLES:
        assert not [x for x in findings(sample_run(policy, as_of)).cuts if x.rule.startswith(("void", "invalid"))]
