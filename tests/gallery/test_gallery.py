"""The gallery: bundled policies whose results on their samples were worked out by others' scripts.

`expected/NAME.csv` has a row for each person and a column for each account, fact or requirement, as `name` or `name@period`. The
values come from scripts that were written from the printed rules, one a rule set, without this program.
"""

import csv
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest
from click.testing import CliRunner

from creditlang.cli import main

EXPECTED = Path(__file__).parent / "expected"
OPTIONS = {
    "zonghe_ceping": ["--as-of", "2025-08-01"],
    "jifen_luohu": ["--as-of", "2025-06-30", "--set", "落户规模=1"],
    "sushe_kaohe": ["--as-of", "2025-02-01"],
}
"""Those of the command that the policy's own page gives."""
WORDS = {"是": "yes", "否": "no"}
"""Answers as the Chinese scripts wrote them; result tables have the English words in both languages."""
Key = tuple[str, str, str]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def plain(value: str) -> tuple[Decimal | str, ...]:
    """A value or the two ends of a range; numbers as such, so that 75.8300 and 75.83 are the same."""
    parts = []
    for part in value.split(" … "):
        try:
            parts.append(Decimal(part))
        except InvalidOperation:
            parts.append(WORDS.get(part, part))
    return tuple(parts)


def results(folder: Path) -> dict[Key, str]:
    """Person, name and period to the value; a name that has one period only also stands without it."""
    found: dict[Key, str] = {}
    for table, name, value in (("accounts", "account", "amount"), ("facts", "fact", "value"), ("requirements", "requirement", "status")):
        for row in rows(folder / f"{table}.csv"):
            if row.get("part", "") == "":
                found[row["student_id"], row[name], row["period"]] = row[value]
    whole = {(person, name) for person, name, period in found if period == ""}
    alone: dict[tuple[str, str], list[str]] = {}
    for (person, name, _), value in found.items():
        alone.setdefault((person, name), []).append(value)
    found.update({(*key, ""): values[0] for key, values in alone.items() if key not in whole and len(values) == 1})
    for row in rows(folder / "records.csv"):
        key = (row["student_id"], "有待定", "")
        found[key] = str(row["disposition"] == "pending" or found.get(key) == "True")
    return found


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_every_expected_value_comes_out(name: str, tmp_path: Path) -> None:
    run = ["run", name, "--data", f"sample:{name}", "--out", str(tmp_path / "out"), "--lang", "en", *OPTIONS[name]]
    outcome = CliRunner().invoke(main, run)
    assert outcome.exit_code in (0, 3), outcome.output
    found = results(tmp_path / "out")
    expected = rows(EXPECTED / f"{name}.csv")
    assert expected
    different = []
    for row in expected:
        person, *_ = row.values()
        for column in list(row)[1:]:
            name_, _, period = column.partition("@")
            got = found.get((person, name_, period), "")
            if plain(got) != plain(row[column]):
                different.append(f"{person} {column}: expected {row[column]!r}, got {got!r}")
    assert not different, "\n".join(different)
