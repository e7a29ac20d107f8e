"""The ways to a mapping: commands, the library, the bundled ones by name."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import creditlang
from creditlang.cli import main
from creditlang.data.mappings.mapping_file import open_mapping
from creditlang.resources import mapping_names, mapping_path

PLAIN = """[[table]]
headings = ["工号", "讲座"]
kind     = "活动"
[table.columns]
student_id = ["工号", "学工号"]
"姓名"     = "人员"
item       = "讲座"
"日期"     = "时间"
"""
SHEET = "工号,人员,讲座,时间\n2024010101,林知夏,学术讲座,2024-10-08\n"


def run(*words: object) -> Any:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a policy, a mapping, and a sheet that needs it."""
    tmp_path.joinpath("own.credit").write_text(
        """use "common/calendar"
unit credit "学分"
student "学生"
    name "姓名" : text, optional
record activity "活动"
    item "项目" : item
    on   "日期" : date
category academic "学术科技类" in credit
    item lecture "学术讲座": 0.2 per event
""",
        encoding="utf-8",
    )
    data = tmp_path / "data"
    data.mkdir()
    data.joinpath("学生.csv").write_text("学号,姓名\n2024010101,林知夏\n", encoding="utf-8")
    data.joinpath("导出.csv").write_text(SHEET, encoding="utf-8")
    tmp_path.joinpath("own.toml").write_text(PLAIN, encoding="utf-8")
    return tmp_path


def test_run_why_and_the_manifest(folder: Path) -> None:
    policy, data, mapping = folder / "own.credit", folder / "data", folder / "own.toml"
    assert run("run", policy, "--data", data).exit_code == 3
    result = run("run", policy, "--data", data, "--mapping", mapping, "--format", "json", "--lang", "en")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)["tables"]
    assert document["students"] == [{"student_id": "2024010101", "academic": "0.2"}]
    (entry,) = [row["value"] for row in document["manifest"] if row["entry"] == "mapping"]
    name, digest = entry.split()
    assert (name, len(digest)) == ("own.toml", 64)
    told = run("why", policy, "academic", "--data", data, "--mapping", mapping, "--student", "2024010101")
    assert "导出.csv:2" in told.output


def test_a_program_gives_a_mapping(folder: Path) -> None:
    policy = creditlang.load(folder / "own.credit")
    cohort = policy.run(str(folder / "data"), mapping=folder / "own.toml")
    assert cohort.reliable
    with pytest.raises(creditlang.DataError) as caught:
        policy.run(str(folder / "data"), mapping=["zhengfang"])
    assert caught.value.diagnostics[0].code == "CR687"


@pytest.mark.parametrize(("name", "code"), [("nowhere", 2), ("zhengfang", 2), ("bad.toml", 1)])
def test_a_mapping_that_cannot_be_used(folder: Path, name: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    Path("bad.toml").write_text("[[table]]\nkinds = 'x'\n", encoding="utf-8")
    for command in (["run", "own.credit", "--data", "data"], ["schema", "own.credit"]):
        result = run(*command, "--mapping", name)
        assert result.exit_code == code, result.output
        assert "error[CR6" in result.stderr


def test_schema_shows_a_mapping(folder: Path) -> None:
    shown = run("schema", folder / "own.credit", "--mapping", folder / "own.toml", "--lang", "zh").output
    assert "要有的列：工号，讲座" in shown
    assert any(line.split() == ["学号", "工号", "/", "学工号"] for line in shown.splitlines())
    refused = run("schema", folder / "own.credit", "--mapping", folder / "own.toml", "--out", folder / "t.xlsx")
    assert refused.exit_code == 2


@pytest.mark.parametrize("command", ["run", "why", "schema"])
def test_help_lists_the_bundled_mappings(command: str) -> None:
    shown = "".join(run(command, "--help").output.split())
    assert all(name in shown for name in mapping_names())


@pytest.mark.parametrize("name", ["../hengyang/hengyang", "", "a/b", "nowhere", "学" * 61])
def test_other_names_lead_nowhere(name: str) -> None:
    assert mapping_path(name) is None


def test_each_bundled_mapping_is_for_a_bundled_policy() -> None:
    for name in mapping_names():
        fits = [policy for policy in ("hengyang", "shangrao", "volunteer_hours")
                if not isinstance(open_mapping(name, creditlang.load(policy).core), list)]  # fmt: skip
        assert len(fits) == 1, name
