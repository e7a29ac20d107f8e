"""What outputs are told of a comparison: the page with pictures, and outputs of others, old ones and new ones."""

import io
import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner
from lxml import etree

from creditlang.cli import main
from creditlang.cohort import Settings
from creditlang.comparison import Comparison, Side, compare_cohorts
from creditlang.comparison.to_comparison_data import comparison_data
from creditlang.driver import compile_source
from creditlang.plugin import ComparisonData, Output, PluginManager
from creditlang.plugin.guard import GuardedOutput
from creditlang.resources import policy_path
from creditlang.schema import COMPARISON_TABLES, Column
from creditlang.source import SourceFile
from creditlang_builtin.report.comparison_findings import comparison_findings
from creditlang_builtin.report.comparison_pictures import ComparisonPictures
from creditlang_builtin.report.report_output import ReportOutput, comparison_page

SAMPLES = {
    "hengyang": ("德育类 至少1.5 ", "德育类 至少2 "),
    "shangrao": ("每学期最高10", "每学期最高1"),
    "volunteer_hours": ("= 1 学时", "= 0.5 学时"),
}


@cache
def compared(name: str) -> ComparisonData:
    """A bundled policy compared with an edit of itself, over its sample."""
    path = policy_path(name)
    assert path is not None
    text = path.read_text(encoding="utf-8")
    old, new = SAMPLES[name]
    assert old in text
    compiled = [compile_source(SourceFile(path.name, each)) for each in (text, text.replace(old, new))]
    sources = [PluginManager().source(f"sample:{name}") for _ in compiled]
    sides = [
        Side(
            one.policy,
            Settings(date(2027, 10, 31), language="zh"),
            source.tables,
            lambda source=source: source.problems,
        )  # type: ignore[misc]
        for one, source in zip(compiled, sources, strict=True)
    ]
    comparison: Comparison = compare_cohorts(*sides).comparison  # type: ignore[arg-type]
    comparison.names = (name, f"{name}.credit")
    return comparison_data(comparison, *(one.compilation.program for one in compiled), "zh")


@pytest.fixture(scope="module")
def pictures() -> ComparisonPictures:
    return ComparisonPictures()


@pytest.mark.parametrize("name", SAMPLES)
def test_the_findings_are_those_of_the_tables(name: str) -> None:
    data = compared(name)
    found = comparison_findings(data)
    totals = [row for row in data.results["changes"] if row["sort"] == "total"]
    assert len(found.losers) + found.losers_left_out == sum(row["way"] == "less" for row in totals)
    assert len(found.gainers) + found.gainers_left_out == sum(row["way"] == "more" for row in totals)
    crossings = [row for row in data.results["crossings"] if not row["part"]]
    assert sum(x.count for x in found.crossed) == len(found.crossings) + found.crossings_left_out == len(crossings)
    assert len(found.movers) + found.movers_left_out == len(data.results["rules"])
    assert all(x.rules for x in (*found.losers, *found.gainers, *found.crossings))
    ended = [row for row in data.results["dispositions"] if row["before"] != row["after"]]
    assert sum(count for _, _, count in found.ended) == len(ended)


def test_a_raised_minimum_is_told_in_words() -> None:
    """德育类至少1.5改为2：因此不再毕业的六人，原因都是这一部分的应有。"""
    found = comparison_findings(compared("hengyang"))
    assert [(x.label, x.before, x.after, x.better) for x in found.crossed] == [
        ("毕业", "符合", "不符合", False), ("毕业", "未定", "不符合", False)
    ]  # fmt: skip
    assert {x.rules for x in found.crossings} == {"毕业：德育类（需要）"}
    (mover,) = found.movers
    assert (mover.label, mover.gained, mover.largest) == ("毕业：德育类（需要）", 0, "0.5")
    assert mover.lost == mover.crossings == len(found.crossings)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_stands_alone(pictures: ComparisonPictures, name: str) -> None:
    text = comparison_page(compared(name), pictures)
    HTMLParser().feed(text)
    drawings = re.findall("<svg.*?</svg>", text, re.DOTALL)
    assert drawings
    for drawing in drawings:
        root = etree.fromstring(drawing)
        assert root.get("role") == "img"
        assert len(str(root.get("aria-label"))) > 10
    assert len(re.findall('id="([^"]+)"', text)) == len(set(re.findall('id="([^"]+)"', text)))
    assert "<script" not in text
    assert re.findall(r'(?:src|href)="(?!#)', text) == []
    assert "default-src 'none'" in text
    assert all(equation in text for equation in compared(name).equations)
    assert text == comparison_page(compared(name), ComparisonPictures())


def test_what_is_shown_is_never_markup(pictures: ComparisonPictures) -> None:
    data, label = compared("hengyang"), "<script>alert(1)</script>\"'"
    requirements = {name: evolve(words, label=label) for name, words in data.new.requirements.items()}
    new = evolve(data.new, title=label, requirements=requirements)
    text = comparison_page(evolve(data, new=new, names=(label, label)), pictures)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_nothing_differs(pictures: ComparisonPictures) -> None:
    data = compared("hengyang")
    empty: dict[str, Any] = {name: [] for name in data.results}
    students = dict.fromkeys(data.students, 0)
    text = comparison_page(evolve(data, results=empty, students=students), pictures)
    assert "没有合计发生变化" in text
    assert "没有学生的结论改变" in text


def test_nothing_shows_before_closing(tmp_path: Path) -> None:
    output = ReportOutput(str(tmp_path / "a.html"), io.StringIO())
    output.about_comparison(compared("volunteer_hours"))
    output.discard()
    output.close()
    assert list(tmp_path.iterdir()) == []


class _Kept(Output):
    """An output of others, as old as the hooks."""

    def __init__(self, target: str, stream: Any, wants: Sequence[str] = ()) -> None:
        super().__init__(target, stream)
        self.told: list[ComparisonData] = []
        self.names: list[str] = []
        for name in wants:
            setattr(self, name, True)

    def about_comparison(self, comparison: ComparisonData) -> None:
        self.told.append(comparison)

    def write(self, name: str, columns: Sequence[Column], rows: Any) -> None:
        self.names.append(name)

    def close(self) -> None:
        pass


def _diff(monkeypatch: pytest.MonkeyPatch, output: Output) -> Any:
    """Compare with an output as a plugin offers it."""
    guarded = GuardedOutput(output, "plugin `kept`", io.StringIO())
    real = PluginManager.output

    def chosen(manager: PluginManager, address: str, stream: Any) -> Output:
        return guarded if address == "kept:here" else real(manager, address, stream)

    monkeypatch.setattr(PluginManager, "output", chosen)
    words = [
        "diff",
        "volunteer_hours",
        "volunteer_hours",
        "--set-new",
        "hour_rate=2",
        "--data",
        "sample:volunteer_hours",
        "--as-of",
        "2023-06-26",
    ]
    return CliRunner().invoke(main, [*words, "--out", "kept:here"])


def test_an_old_output_of_tables_gets_those_of_a_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    output = _Kept("here", io.StringIO())
    assert _diff(monkeypatch, output).exit_code in (0, 3)
    assert output.names == list(COMPARISON_TABLES)
    assert output.told == []


def test_an_old_output_that_wants_a_run_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    output = _Kept("here", io.StringIO(), ["wants_run"])
    result = _diff(monkeypatch, output)
    assert result.exit_code == 2
    assert "CR716" in result.output
    assert output.names == []


@pytest.mark.parametrize("wants", [["wants_comparison"], ["wants_run", "wants_comparison"]])
def test_an_output_that_wants_comparisons_is_told(monkeypatch: pytest.MonkeyPatch, wants: Sequence[str]) -> None:
    output = _Kept("here", io.StringIO(), wants)
    assert _diff(monkeypatch, output).exit_code in (0, 3)
    (told,) = output.told
    assert (told.language, told.label("hour_rate")) == ("en", "hour_rate")
    assert told.names == ("volunteer_hours", "volunteer_hours (hour_rate=2)")
    assert set(told.results) == set(COMPARISON_TABLES)
    assert told.label("nothing of this name") == "nothing of this name"
