"""`correct`: whose results differ between two kept runs and why; what cannot be compared is refused before anything."""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

Folder = Callable[..., Path]
RULING = "student_id,record_id,decision,decided_by,decided_on,reason\ns2,a3,void,Dean,2024-11-01,not there\n"
ACTIVITIES = (
    "record_id,student_id,item,on,level,share\n"
    "a1,s1,lecture,2024-10-08,school,\n"
    "a2,s1,paper,2024-10-09,school,0.25\n"
    "a3,s2,lecture,2024-10-08,college,\n"
)


@pytest.fixture
def runs(cli: Any, policy: Path, folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two runs, `then` and `now`; between them a cell was changed and a record made void."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.credit").write_bytes(policy.read_bytes())
    folder().rename("old")
    folder(activity=ACTIVITIES, rulings=RULING).rename("new")
    for data, out in (("old", "then"), ("new", "now")):
        assert cli("run", "small.credit", "--data", data, "--as-of", "2024-12-31", "--out", f"{out}/").exit_code in (
            0,
            3,
        )
    return tmp_path


def codes(result: Any) -> list[str]:
    """The codes of what was found; the exit code is that of findings."""
    assert result.exit_code == 1, result.output
    return re.findall(r"CR\d+", result.stderr)


def test_before_after_and_why_in_both_languages(cli: Any, runs: Path) -> None:
    english, chinese = (cli("correct", "then", "now", "--lang", language) for language in ("en", "zh"))
    assert (english.exit_code, chinese.exit_code) == (0, 0)
    assert "share 0.5 → 0.25" in english.stdout
    assert "does not count, decided by Dean on 2024-11-01: not there" in english.stdout
    assert "2 students whose results differ" in english.stdout
    assert "内容更正" in chinese.stdout and "Dean于2024-11-01决定不予认定：not there" in chinese.stdout
    only = cli("correct", "then", "now", "--student", "s2", "--lang", "en").stdout
    assert "s1" not in only and "1 student whose results differ" in only
    assert cli("correct", "then", "now", "--student", "s9").exit_code == 2


def test_the_same_run_twice(cli: Any, runs: Path) -> None:
    result = cli("correct", "then", "then", "--lang", "en")
    assert (result.exit_code, result.stdout) == (0, "No result differs.\n")


def test_tables_and_letters(cli: Any, runs: Path) -> None:
    targets = ("--out", "table/", "--out", "table.xlsx", "--out", "forms:letters")
    result = cli("correct", "then", "now", *targets, "--lang", "en")
    assert result.exit_code == 0, result.output
    with open("table/corrections.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["student_id"], row["cause"], row["record_id"]) for row in rows} == {
        ("s1", "changed", "a2"), ("s2", "decided", "a3"),
    }  # fmt: skip
    assert "corrections" in load_workbook("table.xlsx").sheetnames
    pages = sorted(path.name for path in (runs / "letters" / "correction").glob("*.html"))
    assert [name.split()[0] for name in pages] == ["s1", "s2"]
    assert "decided by Dean on 2024-11-01" in (runs / "letters" / "correction" / pages[1]).read_text(encoding="utf-8")
    assert codes(cli("correct", "then", "now", "--out", "report.html")) == ["CR716"]


def test_runs_that_are_not_what_they_were_are_refused(cli: Any, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (runs / "new" / "rulings.csv").rename(runs / "kept.csv")
    assert codes(cli("correct", "then", "now")) == ["CR844"]
    (runs / "kept.csv").rename(runs / "new" / "rulings.csv")
    (runs / "now" / "students.csv").rename(runs / "students.csv")
    assert codes(cli("correct", "then", "now")) == ["CR847"]
    (runs / "students.csv").rename(runs / "now" / "students.csv")
    (runs / "old").rename(runs / "archive")
    assert cli("correct", "then", "now").exit_code != 0
    assert cli("correct", "then", "now", "--data-then", "archive").exit_code == 0
    text = (runs / "small.credit").read_text(encoding="utf-8")
    (runs / "small.credit").write_text(text.replace("cap 0.5", "cap 0.6"), encoding="utf-8")
    assert codes(cli("correct", "then", "now", "--data-then", "archive")) == ["CR843"]
    (runs / "small.credit").write_text(text, encoding="utf-8")
    monkeypatch.setattr("creditlang.cohort.own_version", lambda: "0.0.1")
    assert codes(cli("correct", "then", "now", "--data-then", "archive")) == ["CR842"]


def test_an_amended_policy_is_a_cause_and_another_policy_is_none(cli: Any, runs: Path) -> None:
    text = (runs / "small.credit").read_text(encoding="utf-8")
    amended = text.replace("cap 0.5 per semester", "cap 0.1 per semester")
    for name, other in (("amended", amended), ("other", text.replace('policy "small"', 'policy "other"'))):
        (runs / f"{name}.credit").write_text(other, encoding="utf-8")
        words = ("--data", "old", "--as-of", "2024-12-31", "--out", f"{name}/")
        assert cli("run", f"{name}.credit", *words).exit_code in (0, 3)
    result = cli("correct", "then", "amended", "--lang", "en")
    assert result.exit_code == 0
    assert "policy: another version of the policy" in result.stdout
    assert codes(cli("correct", "then", "other")) == ["CR896"]
