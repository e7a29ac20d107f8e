"""`run --at-once`: whatever the data, the tables of a run in parts are those of one over all, to the byte; or it is
said why there can be no parts, and where the disk gives no room nothing appears.
"""

import random
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from creditlang.cli.data_size import rows_about
from creditlang.resources import sample_path
from creditlang.table_columns import TableColumns
from creditlang.toolkit.batch_shelf import BatchShelf
from creditlang.toolkit.long_table import LongTable

WAYS = ("csv", "parquet", "arrow")
ACTIVITIES, STUDENTS = "第二课堂活动.csv", "学生.csv"


def tables(cli: Any, policy: object, data: Path, out: Path, at_once: int, *words: str) -> dict[str, bytes]:
    """The files of a run, by name, but those of the manifest."""
    targets = [word for way in WAYS for word in ("--out", f"{way}:{out / way}")]
    result = cli("run", policy, "--data", data, "--at-once", at_once, *words, *targets, "--lang", "en")
    assert result.exit_code in (0, 3), result.output
    return {f.name: f.read_bytes() for way in WAYS for f in sorted((out / way).glob("[!.m]*"))}


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    """The sample of the Hengyang regulation, with all that can be wrong with rows, far from each other."""
    folder, sample = tmp_path / "dirty", sample_path("hengyang")
    assert sample is not None
    folder.mkdir()
    for file in sample.glob("*.csv"):
        (folder / file.name).write_bytes(file.read_bytes())
    heading, *rows = (folder / ACTIVITIES).read_text(encoding="utf-8-sig").splitlines()
    rows = [f"{row}," for row in rows]
    random.Random(1).shuffle(rows)
    rows[7] = rows[900].split(",")[0] + "," + rows[7].split(",", 1)[1]
    rows[300] = rows[300].split(",")[0] + ",2023010101,晨跑"
    rows[500] = " " + rows[600].split(",")[0] + "　," + rows[500].split(",", 1)[1]
    rows[640] += "没有表头"
    rows[20] += "也没有"
    rows[1000] = f",{rows[1000].split(',', 1)[1]}"
    rows += ["合计,,123" + "," * 34, ",".join([rows[5].split(",")[0], "", *rows[5].split(",")[2:]]), heading + ","]
    (folder / ACTIVITIES).write_text("\n".join([heading + ",", *rows]) + "\n", encoding="utf-8")
    students = (folder / STUDENTS).read_text(encoding="utf-8-sig").splitlines()
    students = [students[0], *reversed(students[1:]), students[3].replace("2401", "2402"), "坏 号,某人" + "," * 6]
    (folder / STUDENTS).write_text("\n".join(students) + "\n", encoding="utf-8")
    violations = (folder / "违纪违规.csv").read_text(encoding="utf-8-sig").splitlines()
    without_ids = [row.partition(",")[2] for row in violations]
    decided = ("2024010101,A000004,予以认定,", "2024010101,A000004,不予认定,", "2024010102,A000086,改定数额,0.1",
               "2023010101,A000086,不予认定,", "2024010102,A000064,改定数额,0.0001", "2024010199,A000001,不予认定,",
               "2024010102,A000061,予以认定,")  # fmt: skip
    lines = [f"{line},教务处,{2034 if at == 3 else 2024}-12-01,复核" for at, line in enumerate(decided, 1)]
    ruled = "\n".join(["学号,记录编号,决定,数额,决定人,决定日期,理由", *lines, lines[0].replace("教务处", "")])
    (folder / "复核决定.csv").write_text(ruled + "\n", encoding="utf-8")
    (folder / "违纪违规.csv").write_text("\n".join([*without_ids, *without_ids[2:9:3]]) + "\n", encoding="utf-8")
    return folder


def test_parts_of_dirty_data_are_the_whole(cli: Any, dirty: Path, tmp_path: Path) -> None:
    whole = tables(cli, "hengyang", dirty, tmp_path / "whole", 0)
    issues = whole["issues.csv"].decode()
    for code in (
        "CR657",
        "CR660",
        "CR661",
        "CR627",
        "CR658",
        "CR625",
        "CR672",
        "CR693",
        "CR890",
        "CR892",
        "CR893",
        "CR894",
        "CR895",
    ):
        assert code in issues, code
    for at_once in (150,):
        assert tables(cli, "hengyang", dirty, tmp_path / str(at_once), at_once) == whole
    some = ("--student", "2024010101", "--student", "2023010101", "--engine", "columnar")
    one, other = (tables(cli, "hengyang", dirty, tmp_path / f"some{at}", at, *some) for at in (0, 300))
    assert one == other
    assert cli("verify", tmp_path / "150" / "csv").exit_code == 0


def test_a_policy_in_english_with_days_said(cli: Any, tmp_path: Path) -> None:
    sample = sample_path("volunteer_hours")
    assert sample is not None
    words = ("--as-of", "2023-06-26")
    one, other = (tables(cli, "volunteer_hours", sample, tmp_path / str(at), at, *words) for at in (0, 50))
    assert one == other
    unsaid = [cli("run", "volunteer_hours", "--data", sample, "--at-once", at) for at in (0, 50)]
    assert unsaid[0].output == unsaid[1].output
    assert unsaid[0].exit_code == unsaid[1].exit_code != 0


@pytest.mark.parametrize(
    ("name", "reason"),
    [("house_points", "ranks people"), ("shangrao", "belong to groups")],
)
def test_what_cannot_be_parted_is_said_before_anything_is_written(
    cli: Any, name: str, reason: str, tmp_path: Path
) -> None:
    result = cli("run", name, "--data", f"sample:{name}", "--at-once", 30, "--out", tmp_path / "out", "--lang", "en")
    assert result.exit_code == 1, result.output
    assert "CR865" in result.stderr
    assert reason in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("target", ["badges:badges", "report.html", "results.xlsx"])
def test_nor_can_a_run_for_an_output_that_wants_everybody(
    cli: Any, policy: Path, folder: Any, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = cli("run", policy, "--data", folder(), "--at-once", 30, "--out", target, "--lang", "en")
    assert result.exit_code == 1, result.output
    assert "asks for all that is known" in result.stderr


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"student": None}, "no list of the people"),
        ({"activity": "title\nrecord_id,student_id,item,on,level,share\na1,s1,lecture,2024-10-08,,\n"}, "first line"),
        ({"activity": "record_id,student_id,item,on,level,share\nactivity.csv:3,s1,lecture,2024-10-08,,\n"}, "made"),
    ],
)
def test_nor_can_these_data(cli: Any, policy: Path, folder: Any, changed: dict[str, str], reason: str) -> None:
    result = cli("run", policy, "--data", folder(**changed), "--at-once", 30, "--lang", "en")
    assert result.exit_code == 1, result.output
    assert reason in result.stderr


def alone(folder: Path, code: str, *words: str, largest: int = -1) -> "subprocess.CompletedProcess[str]":
    """A run in a process of its own after some code, whose files may grow to so many bytes."""
    (folder / "tmp").mkdir(exist_ok=True)
    command = ["run", "volunteer_hours", "--data", "sample:volunteer_hours", "--as-of", "2023-06-26", "--lang", "en"]
    return subprocess.run(
        [sys.executable, "-c", f"{code}\nfrom creditlang.cli import main\nmain()", *command, *words], check=False,
        capture_output=True, text=True, timeout=100, cwd=folder,
        env={"TMPDIR": str(folder / "tmp"), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
    )  # fmt: skip


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    """Where parts wait, and at every target, each of which is told."""
    targets = ["csv:csv", "parquet:parquet", "arrow:arrow", "all.json", "all.sqlite", "all.xlsx", "all.txt"]
    for words, told, count in ((["--at-once", "30"], "CR867", 1), ([], "CR7", len(targets))):
        out = [word for target in targets[: 2 if words else None] for word in ("--out", target)]
        done = alone(tmp_path, "", *words, *out, largest=1000)
        assert done.returncode == 4, done.stderr
        assert done.stderr.count(f"error[{told}") == count, done.stderr
        assert "Traceback" not in done.stderr
        assert "\nwritten: " not in done.stderr
        assert [x.name for x in tmp_path.rglob("*") if x.is_file() and not x.name.startswith(".creditlang")] == []


KILLED = """
import os, signal
from {module} import {name} as owner
before, calls = owner.{method}, []
def killed(*given):
    calls.append(given)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return before(*given)
owner.{method} = killed
"""


def test_a_run_that_is_killed_leaves_no_results(tmp_path: Path) -> None:
    """While parts are worked out, and while tables are written; the next run clears away what is left."""
    words = ("--at-once", "30", "--out", "csv:out")
    for module, name, method in (
        ("creditlang.toolkit.long_table", "LongTable", "add"),
        ("creditlang_builtin.csv.csv_output", "CsvOutput", "write"),
    ):
        assert alone(tmp_path, KILLED.format(module=module, name=name, method=method), *words).returncode == -9
        assert not [x.name for x in tmp_path.glob("out/[!.]*")]
        assert not list((tmp_path / "tmp").iterdir()), "what is put aside has no name"
    assert alone(tmp_path, "", *words).returncode == 3
    assert not [x for x in (tmp_path / "out").iterdir() if x.name.startswith(".") and x.name != ".creditlang-output"]
    assert len(list(tmp_path.glob("out/*.csv"))) == 9


def test_runs_in_any_order_are_merged() -> None:
    """Two thousand rows, among them many with one key, in runs that overlap wholly."""
    draw = random.Random(2)
    rows = [(draw.choice("abc"), str(draw.randrange(700)), draw.choice([None, 1, "x"])) for _ in range(200_000)]
    table = LongTable(BatchShelf(), 3, 2)
    for start in range(0, len(rows), 50_000):
        table.add(TableColumns.of(rows[start : start + 50_000], 3).in_order())
    assert len(table) == len(rows)
    assert list(table) == list(TableColumns.of(rows, 3).in_order())


def test_how_many_rows_there_are_is_seen_without_reading(tmp_path: Path) -> None:
    from pyarrow import parquet, table

    parquet.write_table(table({"a": range(1234)}), tmp_path / "one.parquet")
    (tmp_path / "two.csv").write_text("a,b\n" * 5000)
    (tmp_path / "torn.parquet").write_bytes(b"PAR1 and nothing else")
    assert rows_about([f"folder:{tmp_path}", str(tmp_path / "one.parquet"), "sqlite:nowhere"]) == 1234 + 5000 + 1234
