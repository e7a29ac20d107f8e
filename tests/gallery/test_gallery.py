"""The gallery: bundled policies whose results on their samples were worked out by others' scripts.

`expected/NAME.csv` has a row for each person and a column for each account, fact or requirement, as `name` or
`name@period`, or a column for the period; `expected/groups/NAME.csv` has a row for each group of people,
`expected/years/NAME.csv` for each year of a person. The values come from scripts that were written from the printed
rules, one a rule set, without this program. In `sushe_kaohe` the four heads of a room have 0.5 more than there: the
script left out “寝室长再加0.5分” of 第八条.
"""

import csv
import re
import shlex
from decimal import Decimal, InvalidOperation
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner

from creditlang.cli import main
from creditlang.resources import policy_path, sample_path

EXPECTED = Path(__file__).parent / "expected"
NAMES = sorted(path.stem for path in EXPECTED.glob("*.csv"))
COMMAND = re.compile(r"^creditlang .+$", re.MULTILINE)
WORDS = {"是": "yes", "否": "no", "met": "yes", "unmet": "no"}
"""Answers as the Chinese scripts wrote them, and of a requirement where the script had a fact."""
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
    """Person or group, name and period to the value; a name that has one period only also stands without it."""
    found: dict[Key, str] = {}
    for table, name, value in (
        ("accounts", "account", "amount"),
        ("facts", "fact", "value"),
        ("groups", "fact", "value"),
    ):
        for row in rows(folder / f"{table}.csv"):
            found[row.get("student_id", row.get("group_name", "")), row[name], row["period"]] = row[value]
    whole = {(person, name) for person, name, period in found if period == ""}
    alone: dict[tuple[str, str], list[str]] = {}
    for (person, name, _), value in found.items():
        alone.setdefault((person, name), []).append(value)
    found.update({(*key, ""): values[0] for key, values in alone.items() if key not in whole and len(values) == 1})
    for row in rows(folder / "students.csv"):
        for name, value in row.items():  # a value of one period has its period in front there
            found.setdefault((row["student_id"], name, ""), value)
    for row in rows(folder / "records.csv"):
        key = (row["student_id"], "有待定", "")
        found[key] = str(row["disposition"] == "pending" or found.get(key) == "True")
    return found


def called(command: str) -> None:
    """Call a command; it must go well, as far as the sample has decided everything."""
    outcome = CliRunner().invoke(main, shlex.split(command)[1:])
    assert outcome.exit_code in (0, 3), f"{command}\n{outcome.output}"


@pytest.mark.parametrize("name", NAMES)
def test_every_expected_value_comes_out(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of the policy's page run; what its `run` writes has the values."""
    path = policy_path(name)
    assert path is not None
    monkeypatch.chdir(tmp_path)
    commands = COMMAND.findall(path.with_name("README.md").read_text(encoding="utf-8"))
    for command in commands:
        called(command)
    (folder,) = (Path(command.split(" --out ")[1]) for command in commands if " --out " in command)
    found = results(folder)
    expected = [row for path in EXPECTED.rglob(f"{name}.csv") for row in rows(path)]
    assert expected
    different = []
    for row in expected:
        person, *_ = row.values()
        for column in [column for column in list(row)[1:] if column != "period"]:
            name_, _, period = column.partition("@")
            period = row.get("period", period)
            # Tables of accounts leave out the periods in which nothing was posted.
            got = found.get((person, name_, period), "0" if period and (person, name_, "") in found else "")
            if plain(got) != plain(row[column]):
                different.append(f"{person} {column}: expected {row[column]!r}, got {got!r}")
    assert not different, "\n".join(different)


def test_a_class_with_many_failed_courses_has_half_the_scholarships(tmp_path: Path) -> None:
    """Two of five in 美术2401 fail a course, 40%: half of 30% of five is 0.75, one student, of half of 15% nobody."""
    sample = sample_path("zonghe_ceping")
    assert sample is not None
    data = tmp_path / "data"
    copytree(sample, data)
    with (data / "课程成绩.csv").open("a", encoding="utf-8") as file:
        file.write("K07,2024-2025-2,绘画,50,1\nK09,2024-2025-2,绘画,50,1\n")
    called(f"creditlang run zonghe_ceping --data {data} --as-of 2025-08-01 --out {tmp_path / 'out'}")
    found = results(tmp_path / "out")
    scholarships = {person: found[person, "奖学金", ""] for person in ("K02", "K06", "K08", "K10")}
    assert scholarships == {"K02": "三等奖学金", "K06": "三等奖学金", "K08": "", "K10": ""}
