"""One small policy a page, with what each stage makes of it: tree, core, order, results, and why.

A page has the policy in a `credit` fence and rows in a `data` fence, as the pages of `tests/language` have; what stands
below its line `---` is made by `pytest tests/snapshots --update`. Nothing here says what is right, as `tests/language`
does: the pages let a reviewer see what a change of any stage changes in all that follow.
"""

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from creditlang.cli import main
from creditlang.cohort import Settings, run_cohort
from creditlang.driver import compile_text
from creditlang.explain import Explanation
from creditlang.ledger import StudentResult
from creditlang.schema import RawRow, RawTable
from creditlang.text_table import table_text

HERE = Path(__file__).parent
PAGES = sorted(HERE.glob("*.md"))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COLUMNS = {
    "accounts": ("student_id", "account", "period", "amount"),
    "facts": ("student_id", "fact", "period", "value"),
    "requirements": ("student_id", "requirement", "part", "status"),
    "records": ("record_id", "disposition", "reason", "rule", "period", "raw", "counted"),
}
"""What is shown of the results."""


def tables(text: str) -> list[RawTable]:
    """The tables of a `data` fence: `[name]  heading …`, rows below, cells two or more spaces apart, `-` is empty."""
    found: list[RawTable] = []
    for line in filter(str.strip, text.splitlines()):
        if line.startswith("["):
            name, headings = line[1:].split("]")
            found.append(RawTable(name, f"{name}.csv", tuple(headings.split()), []))
        else:
            cells = tuple("" if cell == "-" else cell for cell in re.split(r" {2,}", line.strip()))
            rows = found[-1].rows
            assert isinstance(rows, list)
            rows.append(RawRow(len(rows) + 2, cells))
    return found


def stages(policy: str, data: str, language: str, folder: Path) -> str:
    """What the stages make of a policy, as the lower part of its page."""
    (folder / "policy.credit").write_text(policy, encoding="utf-8")
    compiled = compile_text(policy, "policy.credit")
    assert not compiled.errors, compiled.errors
    parts = {}
    for stage in ("tree", "core", "plan"):
        done = CliRunner().invoke(main, ["debug", "--stage", stage, str(folder / "policy.credit")])
        assert done.exit_code == 0, done.output
        parts[stage] = done.output
    kept: list[StudentResult] = []
    settings = Settings(date(2025, 8, 31), {}, frozenset(), language)  # type: ignore[arg-type]
    results = run_cohort(compiled.policy, tables(data), settings, lambda: (), {}, keep=kept.append).results
    for name, columns in COLUMNS.items():
        names = [column.name for column in results.columns(name)]
        places = [names.index(column) for column in columns]
        rows = [[row[place] for place in places] for row in results.tables[name]]
        if rows:
            parts[name] = table_text(columns, rows)
    for result in kept:
        explanation = Explanation(compiled.policy, result, language)  # type: ignore[arg-type]
        parts[f"why {result.student}"] = explanation.answer(None)
    return "".join(f"\n## {name}\n\n```text\n{part.strip()}\n```\n" for name, part in parts.items())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_page_shows_what_the_stages_make(page: Path, update: bool, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    head = text.partition("\n---\n")[0]
    fences = dict(FENCE.findall(head))
    language = "zh" if page.stem == "chinese" else "en"
    wanted = f"{head}\n---\n{stages(fences['credit'], fences['data'], language, tmp_path)}"
    if update and text != wanted:
        page.write_text(wanted, encoding="utf-8")
    assert update or text == wanted, "pytest tests/snapshots --update writes the page anew"
