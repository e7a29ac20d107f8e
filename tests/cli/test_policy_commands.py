"""The commands without data: check, test, readings, schema, explain, debug, plugins, demo, help."""

import json
from pathlib import Path
from typing import Any

import pytest

from creditlang.resources import policy_names

LANGUAGES = ("en", "zh")
BROKEN = 'unit credit\ncategory academic in credt\n    item lecture "讲座": 1 per event\n'
SLOPPY = (
    "unit credit\nrecord activity\n    item : item\n    n : number\ncategory c in credit\n    item x: 1 per event\n"
)
KEYS = {
    "code", "name", "severity", "message", "fix", "file", "line", "column", "end_line", "end_column", "row", "field",
    "labels", "edits",
}  # fmt: skip


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A policy with an error."""
    path = tmp_path / "broken.credit"
    path.write_text(BROKEN, encoding="utf-8")
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_check_of_a_sound_policy(cli: Any, policy: Path, language: str) -> None:
    """Nothing is found and the exit code is 0."""
    result = cli("check", policy, "--lang", language)
    assert result.exit_code == 0, result.output
    assert {"en": "0 errors", "zh": "错误0处"}[language] in result.output


@pytest.mark.parametrize(("language", "word"), [("en", "error[CR101]"), ("zh", "错误[CR101]")])
def test_check_of_a_broken_policy(cli: Any, broken: Path, language: str, word: str) -> None:
    """The place, the line with a caret under the word, the code, and exit code 1."""
    result = cli("check", broken, "--lang", language)
    assert result.exit_code == 1
    assert word in result.output
    assert "broken.credit:2:" in result.output
    assert "^^^^^" in result.output


def test_warnings_make_a_finding(cli: Any, tmp_path: Path) -> None:
    """A field that nobody uses is a warning; warnings end in exit code 1."""
    path = tmp_path / "sloppy.credit"
    path.write_text(SLOPPY, encoding="utf-8")
    result = cli("check", path)
    assert (result.exit_code, "CR333" in result.output) == (1, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_check_as_json(cli: Any, broken: Path, policy: Path, language: str) -> None:
    """One valid document with the documented keys, for several policies at once."""
    result = cli("check", broken, policy, "--format", "json", "--lang", language)
    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert document["version"] == 1
    assert document["diagnostics"]
    assert all(found.keys() == KEYS for found in document["diagnostics"])
    first = document["diagnostics"][0]
    assert (first["code"], first["severity"], first["file"], first["line"]) == ("CR101", "error", "broken.credit", 2)
    assert json.loads(cli("check", policy, "--format", "json").stdout) == {"version": 1, "diagnostics": []}


@pytest.mark.parametrize("language", LANGUAGES)
def test_test_of_a_covered_policy(cli: Any, policy: Path, language: str) -> None:
    """All examples hold and every line has one."""
    result = cli("test", policy, "-v", "--lang", language)
    assert result.exit_code == 0, result.output
    assert "✓ 三次讲座" in result.output
    assert {"en": "3 examples passed, 0 failed", "zh": "通过3例，未通过0例"}[language] in result.output


@pytest.mark.parametrize("language", LANGUAGES)
def test_test_of_a_failing_example(cli: Any, policy: Path, tmp_path: Path, language: str) -> None:
    """Expected and found, and exit code 1."""
    path = tmp_path / "failing.credit"
    path.write_text(policy.read_text(encoding="utf-8").replace("academic = 0.5", "academic = 0.7"), encoding="utf-8")
    result = cli("test", path, "--lang", language)
    assert result.exit_code == 1
    assert "CR801" in result.output
    assert "0.7" in result.output
    assert {"en": "2 examples passed, 1 failed", "zh": "通过2例，未通过1例"}[language] in result.output


def test_test_of_an_uncovered_line(cli: Any, policy: Path, tmp_path: Path) -> None:
    """A line that no example exercises is named, once, and makes the exit code 1."""
    path = tmp_path / "uncovered.credit"
    text = policy.read_text(encoding="utf-8") + "category spare from activity\n    item seldom : 1 per event\n"
    path.write_text(text.replace("    activity lecture, level college, on 2024-10-08\n", ""), encoding="utf-8")
    result = cli("test", path)
    assert result.exit_code == 1
    assert "0.1 per event when level is college" in result.output
    assert result.output.count("item seldom : 1 per event") == 1


@pytest.mark.parametrize(
    ("language", "row"), [("en", "row: rows.credit:6 no"), ("zh", "表格行没有例子：rows.credit:6 否")]
)
def test_test_of_an_uncovered_row(cli: Any, tmp_path: Path, language: str, row: str) -> None:
    """Rows are called as they are written, answers too."""
    path = tmp_path / "rows.credit"
    rates = (
        "category a\n    item help from x where good\n        per event by good\n            yes 1\n            no 2\n"
    )
    path.write_text("record x\n    on : date\n    good : yes or no\n" + rates, encoding="utf-8")
    assert row in cli("test", path, "--lang", language).output


def test_test_of_a_broken_policy(cli: Any, broken: Path) -> None:
    """Its errors are shown and nothing is run."""
    result = cli("test", broken)
    assert (result.exit_code, "CR101" in result.output) == (1, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_readings(cli: Any, policy: Path, language: str) -> None:
    """The reading with its article, and the values that can be set."""
    result = cli("readings", policy, "--lang", language)
    assert result.exit_code == 0
    assert "校级讲座按标准计" in result.output
    assert "第二条" in result.output
    assert "rate" in result.output


@pytest.mark.parametrize("language", LANGUAGES)
def test_schema(cli: Any, policy: Path, language: str) -> None:
    """Sheets, columns, types and labels."""
    result = cli("schema", policy, "--lang", language)
    assert result.exit_code == 0
    for word in ("student_id", "activity", "level", "级别", "年级"):
        assert word in result.output


@pytest.mark.parametrize(("language", "name", "column"), [("en", "activity", "level"), ("zh", "活动", "级别")])
def test_templates(cli: Any, policy: Path, tmp_path: Path, language: str, name: str, column: str) -> None:
    """Empty files with a heading; existing ones are not overwritten (exit code 4); they can be run as they are."""
    target = tmp_path / "templates"
    assert cli("schema", policy, "--out", target, "--lang", language).exit_code == 0
    heading = (target / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    assert column in heading
    assert cli("schema", policy, "--out", target, "--lang", language).exit_code == 4
    result = cli("run", policy, "--data", target, "--lang", language)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("code", ["CR311", "cr311"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_explain(cli: Any, code: str, language: str) -> None:
    """An explanation with an example, for codes in any case."""
    result = cli("explain", code, "--lang", language)
    assert result.exit_code == 0
    assert len(result.output) > 100
    assert any("\u4e00" <= character <= "\u9fff" for character in result.output) or language == "en"


@pytest.mark.parametrize(("language", "words"), [("en", "There is no code"), ("zh", "没有代码")])
@pytest.mark.parametrize("code", ["CR999", "nonsense", "", "../CR001", "CR311.md"])
def test_explain_of_an_unknown_code(cli: Any, code: str, language: str, words: str) -> None:
    """Usage: exit code 2."""
    result = cli("explain", code, "--lang", language)
    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.parametrize("stage", ["tree", "core", "plan"])
def test_debug(cli: Any, policy: Path, broken: Path, stage: str) -> None:
    """Every stage can be printed, also of a broken policy."""
    assert cli("debug", policy, "--stage", stage).output.strip()
    cli("debug", broken, "--stage", stage)


@pytest.mark.parametrize("language", LANGUAGES)
def test_plugins(cli: Any, language: str) -> None:
    """The built-in ones are listed, with what they offer."""
    result = cli("plugins", "--lang", language)
    assert result.exit_code == 0
    assert "csv" in result.output


@pytest.mark.parametrize("language", LANGUAGES)
def test_demo(cli: Any, language: str) -> None:
    """It works without arguments."""
    result = cli("demo", "--lang", language)
    assert result.exit_code == 0, result.output
    assert "creditlang why" in result.output


def test_help_and_version(cli: Any) -> None:
    """The program, and every command of it, can be asked."""
    overview = cli("--help")
    assert overview.exit_code == 0
    for command in ("demo", "run", "check", "test", "why", "readings", "schema", "plugins", "explain"):
        assert command in overview.output
        assert cli(command, "--help").exit_code == 0
    assert cli("--version").exit_code == 0


@pytest.mark.parametrize("words", [("unheard_of",), ("check",), ("check", "--nothing"), ("run", "x"), ("explain",)])
def test_wrong_usage(cli: Any, words: tuple[str, ...]) -> None:
    """Exit code 2."""
    assert cli(*words).exit_code == 2


@pytest.mark.parametrize("name", policy_names())
def test_bundled_policies_by_name(cli: Any, name: str) -> None:
    """They are found without a path."""
    assert cli("readings", name).exit_code == 0
