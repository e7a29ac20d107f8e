"""A small policy with students that have names and classes, and a way to read sheets with it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from creditlang import driver
from creditlang.cli import main
from creditlang.cohort import Cohort, Settings, run_cohort
from creditlang.core.operators import Policy
from creditlang.data.mappings.mapping import MappingFile
from creditlang.data.mappings.mapping_file import read_mapping
from creditlang.diagnostics import Diagnostic, Language, message, render
from creditlang.ledger import Record
from creditlang_builtin.csv.csv_source import CsvSource

POLICY = """use "common/calendar"
unit credit "学分"
student "学生"
    name  "姓名" : text, optional
    class "班级" "所在班级" : text, optional
    cohort "年级" : whole number, optional
record activity "活动"
    item  "项目" : item
    on    "日期" "活动日期" : date
    hours "时长" : number, optional, at least 0, at most 100
    done  "已完成" : yes or no, default yes
    note  "说明文字" : text, optional
record exam "考试"
    item  "科目" : item
    semester "学期" : semester
    score "分数" : number, optional
category academic "学术科技类" in credit from activity
    item lecture "学术讲座" "讲座": 0.2 per event
    item service "志愿服务": 0.1 per event
category exams "考试学分" in credit from exam
    item maths "高等数学": 1 per event
"""

STUDENTS = """学号,姓名,班级,年级
2024010101,林知夏,软件2401,2024
2024010102,顾承宇,软件2401,2024
2024010103,温书瑶,软件2401,2024
2024010104,温书瑶,软件2402,2024
2024010105,阿依古丽·买买提,软件2402,2024
2024010106,李明,软件2402,2024
2024010107,李明,软件2402,2024
"""


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The small policy."""
    compiled = driver.compile_text(POLICY, "small.credit")
    assert not compiled.errors, [render(error) for error in compiled.errors]
    return compiled.policy


class Read:
    """What came of some sheets."""

    def __init__(self, cohort: Cohort, kept: list[Any]) -> None:
        self.cohort = cohort
        self.dataset = cohort.dataset
        self.problems = cohort.dataset.problems
        self.records: list[Record] = [*cohort.dataset.orphans]
        for result in kept:
            self.records += [entry.record for entry in result.entries]
        for problem in self.problems:
            _speaks(problem)

    @property
    def codes(self) -> list[str]:
        """The codes of what was said, without the notes that a mapping was used and that a kind has no records."""
        return [problem.code for problem in self.problems if problem.code not in ("CR675", "CR680", "CR897")]

    def said(self, code: str) -> Diagnostic:
        """The one diagnostic with this code."""
        (found,) = [problem for problem in self.problems if problem.code == code]
        return found

    @property
    def rows(self) -> list[tuple[int | None, str, str]]:
        """Row, student and what became of each record, in the order of the rows."""
        found = {
            (record.place.row if record.place else None, record.identifier): (
                record.student,
                record.problem.code if record.problem else "",
            )
            for record in self.records
        }
        return [(row, *rest) for (row, _), rest in sorted(found.items(), key=lambda item: item[0])]  # type: ignore[type-var]


def _speaks(problem: Diagnostic) -> None:
    """Its sentence has a value for each placeholder; it names nobody, and no folder."""
    languages: tuple[Language, ...] = ("en", "zh")
    for language in languages:
        said = message(problem, language)
        assert "{" not in said
        assert not any(name in said for name in ("林知夏", "顾承宇", "温书瑶", "李明", "阿依古丽"))
    assert problem.place is None or "/" not in problem.place.source


@pytest.fixture
def read(policy: Policy, tmp_path: Path) -> Callable[..., Read]:
    """Read sheets, given as CSV by file name, with the list of students, and a mapping if one is given."""

    def reading(mapping: str | None = None, students: str = STUDENTS, **sheets: str | bytes) -> Read:
        mappings: tuple[MappingFile, ...] = ()
        if mapping is not None:
            found = read_mapping(mapping.encode(), "own.toml", policy)
            assert isinstance(found, MappingFile), [render(problem) for problem in found]
            mappings = (found,)
        sources = []
        for name, text in {"学生": students, **sheets}.items():
            path = tmp_path / f"{name}.csv"
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            sources.append(CsvSource(str(path)))
        kept: list[Any] = []
        cohort = run_cohort(
            policy, (table for source in sources for table in source.tables()), Settings(mappings=mappings),
            lambda: [problem for source in sources for problem in source.problems], {}, keep=kept.append,
        )  # fmt: skip
        assert cohort.balanced
        return Read(cohort, kept)

    return reading


@pytest.fixture
def refused(policy: Policy) -> Callable[[str], list[Diagnostic]]:
    """Read a mapping that cannot be used: what is wrong with it."""

    def reading(text: str) -> list[Diagnostic]:
        found = read_mapping(text.encode(), "own.toml", policy)
        assert isinstance(found, list)
        for problem in found:
            _speaks(problem)
        return found

    return reading


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, list[dict[str, str]]]]:
    """Call `creditlang` and return the tables it prints as JSON."""
    monkeypatch.setenv("CREDITLANG_LANG", "en")

    def call(*words: object) -> dict[str, list[dict[str, str]]]:
        result = CliRunner().invoke(main, [str(word) for word in words])
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        assert result.exit_code in (0, 3), result.output
        tables: dict[str, list[dict[str, str]]] = json.loads(result.stdout)["tables"]
        tables["screen"] = [{"line": line} for line in result.stderr.splitlines()]
        return tables

    return call
