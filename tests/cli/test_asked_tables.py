"""`run --tables`: the tables asked for are those of the whole run, to the byte, and nothing else is otherwise."""

import csv
import json
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

import creditlang
from creditlang.resources import sample_path
from creditlang.results import Results
from creditlang.schema import RESULT_TABLES
from creditlang.words import TABLES

Folder = Callable[..., Path]
DIRTY = "record_id,student_id,item,on,level,share\na1,s1,lecture,2024-10-08,school,\na2,s1,paper,2024-13-09,school,\n"
NAMED = tuple(RESULT_TABLES)[:-1]


def files(folder: Path) -> dict[str, bytes]:
    return {file.stem: file.read_bytes() for file in folder.iterdir() if not file.name.startswith(".")}


def told(folder: Path) -> list[list[str]]:
    """What a manifest says that has nothing to do with which tables there are."""
    rows = list(csv.reader((folder / "manifest.csv").read_text(encoding="utf-8-sig").splitlines()))
    return [row for row in rows if row[0] not in ("table", "manifest_hash")]


@pytest.mark.parametrize("engine", ["compiled", "columnar"])
def test_every_table_alone(cli: Any, policy: Path, folder: Folder, engine: str, tmp_path: Path) -> None:
    """With a record that cannot be read: findings, equation and exit code are those of the whole run."""
    words = ("run", policy, "--data", folder(activity=DIRTY), "--engine", engine, "--lang", "en")
    whole = cli(*words, "--out", tmp_path / "whole")
    assert whole.exit_code == 3, whole.output
    for name in RESULT_TABLES:
        one = cli(*words, "--out", tmp_path / name, "--tables", TABLES[name].zh)
        assert (one.exit_code, one.stderr.replace(f"/{name}\n", "/whole\n")) == (3, whole.stderr)
        found = files(tmp_path / name)
        assert found.keys() == {name, "manifest"}
        assert found[name] == files(tmp_path / "whole")[name] or name == "manifest"
        assert told(tmp_path / name) == told(tmp_path / "whole")
    assert cli("verify", tmp_path / "manifest").exit_code == 0
    assert cli("verify", tmp_path / "accounts").exit_code == 0
    (tmp_path / "accounts" / "facts.csv").write_bytes(files(tmp_path / "whole")["facts"])
    assert "CR848" in cli("verify", tmp_path / "accounts").stderr


def test_of_a_regulation_at_once_and_in_parts(cli: Any, tmp_path: Path) -> None:
    """Some students in columns, some alone; a folder that had all tables keeps none of the others."""
    words = ("run", "hengyang", "--data", f"folder:{sample_path('hengyang')}", "--engine", "columnar", "--out")
    whole = cli(*words, tmp_path / "one")
    before = files(tmp_path / "one")
    for at_once, names in ((0, "students，records"), (700, "steps、requirements"), (700, "学生 accounts")):
        one = cli(*words, tmp_path / "one", "--at-once", at_once, "--tables", names)
        assert (one.exit_code, one.stderr) == (whole.exit_code, whole.stderr)
        found = files(tmp_path / "one")
        assert len(found) == 3
        assert all(content == before[name] for name, content in found.items() if name != "manifest")
    assert cli("verify", tmp_path / "one").exit_code == 0


def test_what_is_not_asked_for_is_not_made(cli: Any, policy: Path, folder: Folder, monkeypatch: Any) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("nobody asked for it")

    data = folder()
    for engine in ("reference", "columnar"):
        monkeypatch.setattr(Results, "entry", refused)
        monkeypatch.setattr("creditlang.columnar.chunk_tables.ChunkTables._entries", refused)
        assert cli("run", policy, "--data", data, "--engine", engine, "--tables", "students").exit_code == 0


def test_what_is_shown(cli: Any, policy: Path, folder: Folder) -> None:
    words = ("run", policy, "--data", folder(), "--lang", "en")
    assert cli(*words, "--tables", "students").stdout == cli(*words).stdout
    both = cli(*words, "--tables", "accounts", "--tables", "requirements").stdout
    assert both.startswith("accounts\n")
    assert "\nrequirements\n" in both
    assert "graduation" not in cli(*words, "--tables", "accounts").stdout
    assert set(json.loads(cli(*words, "--tables", "groups", "--format", "json").stdout)["tables"]) == {
        "groups",
        "manifest",
    }
    assert cli(*words, "--tables", "accounts", "--format", "csv").stdout.startswith("student_id,account,")


@pytest.mark.parametrize(("language", "words"), [("en", "no table “studens”"), ("zh", "没有名为“studens”的表")])
def test_another_name_is_refused(cli: Any, policy: Path, folder: Folder, language: str, words: str) -> None:
    result = cli("run", policy, "--data", folder(), "--tables", "accounts,studens", "--lang", language)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "“students”" in result.stderr


def test_forms_and_workbooks_get_what_they_need(cli: Any, policy: Path, folder: Folder, tmp_path: Path) -> None:
    """A report is the same; a workbook has no overview without students, and one without a column nobody asked for."""
    from openpyxl import load_workbook

    words = ("run", policy, "--data", folder(), "--lang", "en", "--out")
    reports = []
    for at, more in enumerate(([], ["--tables", "accounts"])):
        assert cli(*words, tmp_path / f"{at}.html", "--out", tmp_path / f"{at}.xlsx", *more).exit_code == 0
        reports.append((tmp_path / f"{at}.html").read_bytes())
    assert reports[0] == reports[1]
    assert load_workbook(tmp_path / "1.xlsx").sheetnames == ["accounts", "manifest"]
    assert cli(*words, tmp_path / "2.xlsx", "--tables", "students").exit_code == 0
    books = [load_workbook(tmp_path / f"{at}.xlsx") for at in (0, 2)]
    assert books[1].sheetnames == ["overview", "students", "manifest"]
    heads = [{*chain.from_iterable(book["overview"].iter_rows(values_only=True))} for book in books]
    assert ["Still lacking" in head for head in heads] == [True, False]


def test_from_programs(policy: Path, folder: Folder) -> None:
    rules, data = creditlang.load(policy), folder()
    whole, some = rules.run(data), rules.run(data, results=["账户", "students"])
    assert list(some.tables) == ["students", "accounts", "manifest"]
    assert [list(some.tables[name]) for name in some.tables][:2] == [
        list(whole.tables[name]) for name in ("students", "accounts")
    ]
    assert [row for row in some.tables["manifest"] if row[0] == "table"] == [
        ("table", "students"),
        ("table", "accounts"),
    ]
    one = rules.run(data, results="facts")
    assert "students" not in repr(one)
    assert "<table" in one._repr_html_()
    parts = rules.run(data, at_once=2, results=["students", "accounts"])
    assert [parts.tables[name].to_arrow() for name in ("students", "accounts")] == [
        some.tables[name].to_arrow() for name in ("students", "accounts")
    ]
    assert ("at_once", "2") in parts.tables["manifest"].rows
    assert "<table" in parts._repr_html_()
    with pytest.raises(creditlang.DataError, match="CR865"):
        creditlang.load("house_points").run("sample:house_points", at_once=100)
    with pytest.raises(creditlang.DataError, match="CR734"):
        rules.run(data, results=["student"])
    with pytest.raises(creditlang.DataError, match="CR735"):
        rules.run(data, results=3)  # type: ignore[arg-type]
