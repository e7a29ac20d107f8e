"""Whole runs with a database as source and output."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from creditlang.resources import sample_path
from creditlang.schema import RESULT_TABLES
from creditlang.toolkit.safe_cells import restore

SPORT = """use "common/calendar"
unit credit
record activity
    item : item
    on   : date
category sport in credit [Article 3]
    item run [Article 3(1)] : 0.2 per event
"""

TABLES = ("students", "accounts", "facts", "requirements")
"""The result tables in which nothing says where the data came from."""

WHERE = re.compile(r"(?:public|campus[0-9]+)\.([^:,.()]+):([0-9]+)")
"""A row of a database in the number of a record that has none of its own, or one that another has."""


def test_the_manifest_shows_no_password(campus: Any, tmp_path: Path) -> None:
    campus.make("student", ("student_id",), [("1",)], key="student_id")
    campus.make("activity", ("student_id", "item", "on"), [("1", "run", "2024-10-08")])
    many = "(SELECT item FROM activity UNION ALL SELECT item FROM activity)" if campus.is_mysql else "1 / 0"
    campus.execute(f"CREATE VIEW a_view_that_cannot_be_read AS SELECT {many} AS x FROM activity")
    campus.make("books", ("x",), [(str(number),) for number in range(10_000)])
    policy = tmp_path / "sport.credit"
    policy.write_text(SPORT, encoding="utf-8")
    for mode in ("--out", "--format"):
        target = str(tmp_path / "results") if mode == "--out" else "json"
        done = subprocess.run(
            [sys.executable, "-m", "creditlang", "run", str(policy), "--data", campus.address(), mode, target,
             "--lang", "en"],
            capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"},
        )  # fmt: skip
        assert (done.returncode, campus.server.password in done.stdout + done.stderr) == (0, False), done.stderr
    written = {path.name: path.read_text(encoding="utf-8-sig") for path in (tmp_path / "results").glob("*.csv")}
    assert not any(campus.server.password in text for text in written.values())
    shown = campus.address().replace(f":{campus.server.password}@", "@")
    assert f"data,{shown}\n" in written["manifest.csv"]
    assert "CR784" not in written["issues.csv"]
    assert re.search(r"^note,CR786,.*a_view_that_cannot_be_read, books", written["issues.csv"], re.MULTILINE)
    assert "0.2" in written["students.csv"]


def run_hengyang(data: str, out: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "creditlang", "run", "hengyang", "--data", data, "--out", out, "--lang", "zh"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def from_csv(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The results of the Hengyang sample from its CSV files: the folder, and the summary on the screen."""
    folder = tmp_path_factory.mktemp("csv")
    done = run_hengyang("sample:hengyang", str(folder))
    return folder, done.stdout


def test_hengyang_from_a_database_gives_the_same_bytes(campus: Any, from_csv: tuple[Path, str], tmp_path: Path) -> None:
    sample = sample_path("hengyang")
    assert sample is not None
    for path in sorted(sample.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        campus.make(path.stem, header, [[cell or None for cell in row] for row in rows if row])
        in_order(campus, path.stem)
    campus.make("books", ("isbn", "title"), [("1", "unrelated")])
    done = run_hengyang(campus.address(), str(tmp_path))
    folder, summary = from_csv
    assert done.stdout == summary
    for name in TABLES:
        assert (tmp_path / f"{name}.csv").read_bytes() == (folder / f"{name}.csv").read_bytes(), name
    for name in ("records", "steps"):
        text = (tmp_path / f"{name}.csv").read_text(encoding="utf-8-sig")
        lines = WHERE.sub(lambda where: f"{where[1]}.csv:{int(where[2]) + 1}", text).splitlines()
        assert sorted(lines) == sorted((folder / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()), name


def in_order(campus: Any, table: str) -> None:
    """Give a table a key in the order of its rows, of a type that is not read."""
    if campus.is_mysql:
        campus.execute(f"ALTER TABLE `{table}` ADD place int AUTO_INCREMENT PRIMARY KEY")
        campus.execute(f"ALTER TABLE `{table}` ADD place_bytes binary(4)")
        campus.execute(f"UPDATE `{table}` SET place_bytes = unhex(lpad(hex(place), 8, '0'))")
        campus.execute(f"ALTER TABLE `{table}` DROP COLUMN place, ADD PRIMARY KEY (place_bytes)")
    else:
        campus.execute(f'ALTER TABLE "{table}" ADD place serial')
        campus.execute(f'ALTER TABLE "{table}" ALTER place DROP DEFAULT, ALTER place TYPE bytea USING int4send(place)')
        campus.execute(f'ALTER TABLE "{table}" ADD PRIMARY KEY (place)')


def test_hengyang_into_a_database_gives_the_same_values(postgres_campus: Any, from_csv: tuple[Path, str]) -> None:
    done = run_hengyang("sample:hengyang", postgres_campus.address())
    assert done.stdout == from_csv[1]
    for name in RESULT_TABLES:
        with (from_csv[0] / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        columns = [
            column
            for (column,) in postgres_campus.execute(
                f"SELECT attname::text FROM pg_attribute WHERE attrelid = 'creditlang.{name}'::regclass AND attnum > 0 "
                "ORDER BY attnum"
            )
        ]
        assert [column for column in columns if column in header] == header
        cells = [cell(column, columns) for column in header]
        found = postgres_campus.execute(f"SELECT {', '.join(cells)} FROM creditlang.{name}")
        assert sorted(found) == sorted(tuple(map(restore, row)) for row in rows)
    ((met,),) = postgres_campus.execute("SELECT count(*)::text FROM creditlang.students WHERE graduation = 'met'")
    assert f"graduation: {met} met" in done.stderr or f"符合{met}人" in done.stderr


def issues_of(campus: Any, policy: Path, folder: Path) -> list[tuple[str, str, str]]:
    """Code, table and column of what a run finds."""
    subprocess.run(
        [sys.executable, "-m", "creditlang", "run", str(policy), "--data", campus.address(), "--out",
         str(folder / "issues")],
        capture_output=True, check=False,
    )  # fmt: skip
    with (folder / "issues" / "issues.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["code"], row["source"].partition(".")[2], row["place"]) for row in csv.DictReader(file)]


def test_a_table_nearly_named_and_a_column_without_text(campus: Any, tmp_path: Path) -> None:
    policy = tmp_path / "sport.credit"
    policy.write_text(SPORT, encoding="utf-8")
    campus.make("student", ("student_id",), [("1",)], key="student_id")
    campus.make("activities", ("student_id", "item", "on"), [("1", "run", "2024-10-08")])
    issues = issues_of(campus, policy, tmp_path)
    assert [(code, place) for code, place, _ in issues if code != "CR786"] == [
        ("CR782", "activities"), ("CR897", ""),
    ]  # fmt: skip
    binary = "varbinary(9)" if campus.is_mysql else "bytea"
    on = "`on`" if campus.is_mysql else '"on"'
    campus.execute(f"CREATE TABLE activity (student_id varchar(9), item varchar(9), {on} {binary})")
    issues = issues_of(campus, policy, tmp_path)
    assert [(code, place, column) for code, place, column in issues if code not in ("CR639", "CR786", "CR897")] == [
        ("CR785", "activity", "on")
    ]


def cell(column: str, columns: list[str]) -> str:
    """A column as a CSV file has it, put together from its companions."""
    own, low, high, words = (f'"{column}{suffix}"' for suffix in ("", "_low", "_high", "_text"))
    found = [f"{own}::text"]
    if f"{column}_low" in columns:
        found.append(f"{low}::text || ' …' || coalesce(' ' || {high}::text, '')")
    if f"{column}_text" in columns:
        found.append(words)
    return f"coalesce({', '.join(found)}, '')"
