"""`run` and `why` on good data: what is printed, what is written, and the exit codes."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from creditlang.schema import RESULT_TABLES

Folder = Callable[..., Path]


@pytest.mark.parametrize(("language", "met", "equation"), [
    ("en", "not met", "read 3 = counted 3 + reduced 0 + void 0 + pending 0 + unmatched 0 + invalid 0"),
    ("zh", "不符合", "读入 3 = 计入 3 + 核减 0 + 不计 0 + 待定 0 + 无对应规则 0 + 无效 0"),
])  # fmt: skip
def test_a_summary(cli: Any, policy: Path, folder: Folder, language: str, met: str, equation: str) -> None:
    """A table of students, and the record equation on the error stream."""
    result = cli("run", policy, "--data", folder(), "--lang", language)
    assert result.exit_code == 0, result.output
    assert "s1" in result.stdout
    assert "1.20" in result.stdout
    assert met in result.stdout
    assert equation in result.stderr


def test_json(cli: Any, policy: Path, folder: Folder) -> None:
    """One valid document of all tables, with the documented columns; amounts are exact text."""
    result = cli("run", policy, "--data", folder(), "--format", "json")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["version"] == 1
    assert document["tables"].keys() == RESULT_TABLES.keys()
    for name, columns in RESULT_TABLES.items():
        for row in document["tables"][name]:
            assert row.keys() >= {column.name for column in columns}, name
    students = document["tables"]["students"]
    assert students == [
        {"student_id": "s1", "graduation": "met", "academic": "1.2"},
        {"student_id": "s2", "graduation": "unmet", "academic": "0.1"},
    ]
    manifest = {row["entry"]: row["value"] for row in document["tables"]["manifest"]}
    assert manifest["policy"] == "small"
    assert manifest["policy_hash"]
    assert manifest["data_hash"]
    assert "= counted 3 +" in manifest["equation"]


def test_csv(cli: Any, policy: Path, folder: Folder) -> None:
    """The table of students."""
    result = cli("run", policy, "--data", folder(), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout.removeprefix("\ufeff"))))
    assert [(row["student_id"], row["graduation"], row["academic"]) for row in rows] == [
        ("s1", "met", "1.2"),
        ("s2", "unmet", "0.1"),
    ]


def test_two_runs_write_the_same_bytes(cli: Any, policy: Path, folder: Folder) -> None:
    """To the last byte."""
    data = folder()
    first, second = (cli("run", policy, "--data", data, "--format", "json").stdout_bytes for _ in range(2))
    assert first == second


def test_the_seed_of_hashes_does_not_matter(policy: Path, folder: Folder) -> None:
    """Two processes that order their sets otherwise write the same bytes."""
    words = [sys.executable, "-m", "creditlang", "run", policy, "--data", folder(), "--format", "json", "--lang", "zh"]
    outputs = {
        subprocess.run(words, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_written_to_a_folder_and_a_file(cli: Any, policy: Path, folder: Folder, tmp_path: Path) -> None:
    """A file for each table, or one document; several targets at once."""
    result = cli("run", policy, "--data", folder(), "--out", tmp_path / "out", "--out", tmp_path / "all.json")
    assert result.exit_code == 0, result.output
    assert {path.stem for path in (tmp_path / "out").glob("*.csv")} == RESULT_TABLES.keys()
    assert json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))["version"] == 1


def test_only_some_students(cli: Any, policy: Path, folder: Folder) -> None:
    """The others do not appear, and the equation speaks of their records only."""
    result = cli("run", policy, "--data", folder(), "--student", "s2", "--format", "json", "--lang", "en")
    tables = json.loads(result.stdout)["tables"]
    assert [row["student_id"] for row in tables["students"]] == ["s2"]
    assert [row["record_id"] for row in tables["records"]] == ["a3"]
    assert "read 1 = counted 1 +" in result.stderr


def test_a_value_set(cli: Any, policy: Path, folder: Folder) -> None:
    """`--set` is used, and told in the manifest."""
    result = cli("run", policy, "--data", folder(), "--set", "rate=0.4", "--format", "json")
    tables = json.loads(result.stdout)["tables"]
    assert tables["students"][0]["academic"] == "1.4"
    settings = next(row["value"] for row in tables["manifest"] if row["entry"] == "settings")
    assert settings.startswith("rate=0.4")


def test_as_of(cli: Any, policy: Path, folder: Folder) -> None:
    """Records after the date are out of scope."""
    result = cli("run", policy, "--data", folder(), "--as-of", "2024-10-08", "--format", "json", "--lang", "en")
    assert json.loads(result.stdout)["tables"]["students"][0]["academic"] == "0.2"
    assert "out of scope 1" in result.stderr
    assert {"entry": "as_of", "value": "2024-10-08"} in json.loads(result.stdout)["tables"]["manifest"]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "students who need a decision: s1"), ("zh", "有待认定的学生：s1")]
)
def test_an_undetermined_student(cli: Any, policy: Path, folder: Folder, language: str, words: str) -> None:
    """Something pending decides graduation: exit code 3, and the student is named."""
    head = "record_id,student_id,item,on,level,share\n"
    data = folder(activity=f"{head}a1,s1,paper,2024-10-08,school,\n")
    result = cli("run", policy, "--data", data, "--lang", language)
    assert result.exit_code == 3
    assert words in result.stderr


def test_several_sources(cli: Any, policy: Path, folder: Folder, tmp_path: Path) -> None:
    """Sheets may come from several places."""
    data = folder()
    elsewhere = tmp_path / "活动.csv"
    (data / "activity.csv").rename(elsewhere)
    result = cli("run", policy, "--data", data, "--data", elsewhere, "--format", "json")
    assert result.exit_code == 0, result.output
    assert len(json.loads(result.stdout)["tables"]["records"]) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_encodings(cli: Any, policy: Path, folder: Folder, encoding: str) -> None:
    """Sheets in UTF-8 with or without a mark, and in GBK, with Chinese headings and values."""
    student, activity = "学号,年级\ns1,2024\n", "编号,学号,项目,日期,级别\na1,s1,讲座,2024年10月8日,校级\n"
    data = folder(encoding, student=None, activity=None, 学生=student, 活动=activity)
    result = cli("run", policy, "--data", data, "--format", "json", "--lang", "zh")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["tables"]["students"][0]["academic"] == "0.2"


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("have 1.20, need 1.00", "counted 0.20", "第二条(一)")),
    ("zh", ("已有 1.20", "需要 1.00", "计入 0.20", "第二条(一)")),
])  # fmt: skip
def test_why(cli: Any, policy: Path, folder: Folder, language: str, words: tuple[str, ...]) -> None:
    """Everything about a student, with records, amounts and articles."""
    result = cli("why", policy, "--data", folder(), "--student", "s1", "--lang", language)
    assert result.exit_code == 0
    for word in words:
        assert word in result.output


@pytest.mark.parametrize("topic", ["academic", "学术科技类", "lecture", "讲座", "graduation", "毕业", "a1"])
def test_why_of_a_topic(cli: Any, policy: Path, folder: Folder, topic: str) -> None:
    """An account, item, requirement or record, by name or label."""
    result = cli("why", policy, topic, "--data", folder(), "--student", "s1")
    assert result.exit_code == 0
    assert "0.20" in result.output or "1.20" in result.output


def test_the_environment_chooses_the_language(cli: Any, policy: Path, folder: Folder) -> None:
    """Its own variable first, then the system's."""
    data = folder()
    assert "读入 3" in cli("run", policy, "--data", data, env={"CREDITLANG_LANG": "zh"}).stderr
    assert "读入 3" in cli("run", policy, "--data", data, env={"LANG": "zh_CN.UTF-8"}).stderr
    assert "read 3" in cli("run", policy, "--data", data, env={"CREDITLANG_LANG": "en", "LANG": "zh_CN"}).stderr
    assert "read 3" in cli("run", policy, "--data", data, env={"LANG": "C.UTF-8"}).stderr


def test_of_many_errors_alike_the_first_are_shown(cli: Any, policy: Path, folder: Folder) -> None:
    """Nine records of nobody in one sheet: five are shown, and where the others are; all are in the table of issues."""
    rows = "".join(f"b{n},s9,lecture,2024-10-08,school,\n" for n in range(9))
    data = folder(activity=f"record_id,student_id,item,on,level,share\na1,s1,lecture,tomorrow,school,\n{rows}")
    result = cli("run", policy, "--data", data, "--lang", "en")
    assert result.stderr.count("error[CR658]") == 5
    assert "  … and CR658 4 more times in activity.csv" in result.stderr
    assert result.stderr.count("error[CR605]") == 1
    tables = json.loads(cli("run", policy, "--data", data, "--format", "json").stdout)["tables"]
    assert [row["code"] for row in tables["issues"]].count("CR658") == 9


def test_how_a_sheet_was_taken_and_warnings_are_told(cli: Any, policy: Path, folder: Folder) -> None:
    data = folder(
        activity=None, 活动登记="record_id,student_id,item,on,level,电话\na1,s1,lecture,2024-10-08,school,1\n"
    )
    result = cli("run", policy, "--data", data, "--lang", "en")
    assert "note[CR665]: “活动登记” was read as “活动”, which is part of its name." in result.stderr
    assert "warning[CR652]: “活动登记” has no column “电话”; it is not read." in result.stderr


def test_where_the_results_are_is_told(cli: Any, policy: Path, folder: Folder, tmp_path: Path) -> None:
    """Those that were written, and no others."""
    data, table, foreign = folder(), tmp_path / "r.json", tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "students.csv").write_text("mine", encoding="utf-8")
    result = cli(
        "run", policy, "--data", data, "--out", table, "--out", tmp_path / "r", "--out", foreign, "--lang", "en"
    )
    assert result.exit_code == 4
    assert f"written: {table}, {tmp_path / 'r'}\n" in result.stderr


@pytest.mark.parametrize("engine", ["auto", "reference"])
def test_the_manifest_says_which_engine_ran(cli: Any, policy: Path, folder: Folder, engine: str) -> None:
    result = cli("run", policy, "--data", folder(), "--format", "json", "--engine", engine)
    manifest = {row["entry"]: row["value"] for row in json.loads(result.stdout)["tables"]["manifest"]}
    assert manifest["engine"].split()[-1] == "reference"


def test_an_engine_that_there_is_not_is_a_usage_error(cli: Any, policy: Path, folder: Folder) -> None:
    result = cli("run", policy, "--data", folder(), "--engine", "abacus")
    assert result.exit_code == 2
    assert "reference" in result.stderr


def test_need_stands_on_transcripts_of_whom_something_is_short(
    cli: Any, policy: Path, folder: Any, tmp_path: Path
) -> None:
    words = ("run", policy, "--data", folder(), "--as-of", "2024-12-31", "--lang", "zh", "--out")
    assert cli(*words, f"forms:{tmp_path}/with#transcript", "--need").exit_code in (0, 3)
    assert cli(*words, f"forms:{tmp_path}/without#transcript").exit_code in (0, 3)
    told = {
        f"{run} {number}": "还差的怎样补足" in (tmp_path / run / "transcript" / f"{number}.html").read_text("utf-8")
        for run in ("with", "without")
        for number in ("s1", "s2")
    }
    assert told == {"with s1": False, "with s2": True, "without s1": False, "without s2": False}
