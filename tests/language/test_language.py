"""The language by example: each section of each Markdown file here is one test.

A section under a `##` heading holds a policy in a `credit` fence, written after the file's own `credit shared` fence,
with its expectations as examples in the language. It may also hold

* `findings`: lines `CODE words`; each is found in the policy, with its place beginning at the words. Without this fence
  the policy has no errors.
* `data` and `expected`: tables. A line `[name]  heading  heading …` begins a table, rows follow, cells stand two or
more spaces apart, `-` is an empty cell. A line `as of DATE` or `set NAME = VALUE` in the data is a setting of the run.
An expected table is compared row by row, in its columns only, with what each engine makes of the data.

What is expected was worked out by hand from the meaning that the language reference gives, never copied from a run; so
there is nothing for `--update` to do here.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from attrs import define, field, frozen

from creditlang.cohort import Cohort, Settings, run_cohort
from creditlang.diagnostics import render
from creditlang.driver import Compiled, compile_text
from creditlang.examples import run_examples
from creditlang.one_student import Engine
from creditlang.schema import RESULT_TABLES, RawRow, RawTable

HERE = Path(__file__).parent
FENCE = re.compile(r"^```(\w+)( shared)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^\[(\w+)\]\s+(.*)$")
SETTING = re.compile(r"^set (\w+) = (\S+)$")
ENGINES: tuple[Engine, ...] = tuple(name for name in get_args(Engine) if name != "auto")


@frozen
class Section:
    """One test: its heading, and its fences by name."""

    title: str
    fences: dict[str, str]


@define
class Sheets:
    """Tables as a `data` or `expected` fence gives them: headings and rows by name, and the settings."""

    tables: dict[str, tuple[list[str], list[list[str]]]] = field(factory=dict)
    as_of: date | None = None
    overrides: dict[str, object] = field(factory=dict)


def sections(path: Path) -> Iterator[Section]:
    """The tests of a file."""
    head, *parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    shared = "".join(body for name, is_shared, body in FENCE.findall(head) if name == "credit" and is_shared)
    for part in parts:
        fences = {name: body for name, _, body in FENCE.findall(part)}
        fences["credit"] = shared + fences.get("credit", "")
        yield Section(part.split("\n", 1)[0].strip(), fences)


def sheets(text: str) -> Sheets:
    """The tables of a fence."""
    found = Sheets()
    rows: list[list[str]] = []
    for line in filter(str.strip, text.splitlines()):
        if match := HEADING.match(line):
            rows = []
            found.tables[match[1]] = (match[2].split(), rows)
        elif line.startswith("as of "):
            found.as_of = date.fromisoformat(line.removeprefix("as of ").strip())
        elif match := SETTING.match(line):
            found.overrides[match[1]] = Decimal(match[2])
        else:
            rows.append(["" if cell == "-" else cell for cell in re.split(r" {2,}", line.strip())])
    return found


EVERY_SECTION = [
    pytest.param(section, id=f"{path.stem}: {section.title}")
    for path in sorted(HERE.glob("*.md"))
    for section in sections(path)
]


@pytest.mark.parametrize("section", EVERY_SECTION)
def test_section(section: Section) -> None:
    """The policy has the findings, its examples hold and its data give the tables that the section states."""
    unknown = section.fences.keys() - {"credit", "findings", "data", "expected"}
    assert not unknown, f"fences that nobody reads: {unknown}"
    compiled = compile_text(section.fences["credit"], "policy.credit")
    if "findings" in section.fences:
        check_findings(compiled, section.fences["findings"])
    else:
        assert not compiled.errors, told(compiled.errors)
    if compiled.errors:
        return
    outcomes = list(run_examples(compiled.policy, compiled.compilation.program))
    failures = [failure for outcome in outcomes for failure in outcome.failures]
    assert not failures, told(failures)
    if "data" in section.fences:
        for engine in ENGINES:
            found = run(compiled, sheets(section.fences["data"]), engine)
            check_tables(found, sheets(section.fences["expected"]), engine)
    assert outcomes or section.fences.keys() & {"data", "findings"}, "the section states nothing"


def told(found: object) -> str:
    """Diagnostics as people see them."""
    return "\n" + "\n".join(render(diagnostic) for diagnostic in found)  # type: ignore[attr-defined]


def check_findings(compiled: Compiled, text: str) -> None:
    """Every finding that is stated is made, and no error that is not."""
    wanted = [line.split(" ", 1) for line in text.splitlines() if line.strip()]
    for code, words in wanted:
        places = [x.span.source.text[x.span.start :] for x in compiled.diagnostics if x.code == code and x.span]
        assert any(place.startswith(words) for place in places), f"{code} {words}, but:{told(compiled.diagnostics)}"
    strangers = [found for found in compiled.errors if found.code not in {code for code, _ in wanted}]
    assert not strangers, told(strangers)


def run(compiled: Compiled, data: Sheets, engine: Engine) -> Cohort:
    """The results of a policy on the data of a section; every row of it is accounted for."""
    tables = []
    for name, (headings, rows) in data.tables.items():
        raw = [RawRow(number, tuple(row)) for number, row in enumerate(rows, start=2)]
        tables.append(RawTable(name, f"{name}.csv", tuple(headings), raw))
    settings = Settings(data.as_of, data.overrides, frozenset(), "en", engine=engine)
    cohort = run_cohort(compiled.policy, tables, settings, lambda: (), {})
    assert cohort.balanced, cohort.results.equation_text(cohort.read)
    return cohort


def check_tables(cohort: Cohort, expected: Sheets, engine: Engine) -> None:
    """The tables of the results, in the columns that are stated."""
    results = cohort.results
    for name, (headings, rows) in expected.tables.items():
        names = [column.name for column in results.columns(name)]
        assert name in RESULT_TABLES
        places = [names.index(heading) for heading in headings]
        found = [["" if row[i] is None else str(row[i]) for i in places] for row in results.tables[name]]
        assert written(found) == written(rows), f"[{name}] {' '.join(headings)}, {engine}"


def written(rows: list[list[str]]) -> str:
    """Rows as the fences have them."""
    return "\n".join("  ".join(cell or "-" for cell in row) for row in rows)
