"""Nothing that a user can get wrong ends in a traceback: each has an exit code and a message in both languages."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Folder = Callable[..., Path]
HEAD = "record_id,student_id,item,on,level,share\n"
GOOD = "a1,s1,lecture,2024-10-08,school,\n"
LANGUAGES = ("en", "zh")


def has_chinese(text: str) -> bool:
    """Whether a text has Chinese characters."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.mark.parametrize("command", ["run", "why", "check", "test", "readings", "schema", "debug"])
@pytest.mark.parametrize("name", ["no_such_policy", "nowhere/none.credit", "", ".", "a\x00b", "x" * 300])
def test_an_unknown_policy(cli: Any, folder: Folder, command: str, name: str) -> None:
    """Usage: exit code 2, with the names that there are; the message is in the language that was asked for."""
    words = ["--data", folder(), "--student", "s1"] if command == "why" else []
    words = ["--data", folder()] if command == "run" else words
    for language in LANGUAGES:
        result = cli(command, name, *words, "--lang", language)
        assert result.exit_code == 2, result.output
        assert "hengyang" in result.output
        assert has_chinese(result.output) == (language == "zh")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "data", ["单位 学分".encode("gb18030"), b"\xff\xfe\x00", b"\x00" * 100, b"\xed\xa0\x80", b"unit"]
)
def test_a_policy_that_is_no_text(cli: Any, tmp_path: Path, data: bytes, language: str) -> None:
    """Findings: exit code 1."""
    path = tmp_path / "bad.credit"
    path.write_bytes(data)
    for command in ("check", "test", "readings", "schema"):
        result = cli(command, path, "--lang", language)
        assert result.exit_code == 1, result.output
        assert "[CR0" in result.output


@pytest.mark.parametrize("text", ["2024-13-01", "2024-02-30", "yesterday", "", "1e5", "2024-10-08T12:00", "9999-01-01"])
def test_a_bad_date(cli: Any, policy: Path, folder: Folder, text: str) -> None:
    """Usage."""
    data = folder()
    for language in LANGUAGES:
        result = cli("run", policy, "--data", data, "--as-of", text, "--lang", language)
        assert result.exit_code == 2, result.output
        assert has_chinese(result.output) == (language == "zh")


@pytest.mark.parametrize(
    "text", ["rate", "=", "=1", "rate=", "rate=abc", "rate=NaN", "rate=1e5", "rat=1", "标准=x", "rate=1=2"]
)
def test_a_bad_setting(cli: Any, policy: Path, folder: Folder, text: str) -> None:
    """Usage."""
    data = folder()
    for language in LANGUAGES:
        result = cli("run", policy, "--data", data, "--set", text, "--lang", language)
        assert result.exit_code == 2, result.output
        assert has_chinese(result.output.replace("标准", "")) == (language == "zh")


def test_a_setting_by_its_label(cli: Any, policy: Path, folder: Folder) -> None:
    """Labels are names."""
    result = cli("run", policy, "--data", folder(), "--set", "标准=0.4", "--format", "json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["tables"]["students"][0]["academic"] == "1.4"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_student(cli: Any, policy: Path, folder: Folder, language: str) -> None:
    """Usage, and the number is named; also when it is one of several."""
    data = folder()
    for words in (("run", policy), ("why", policy), ("run", policy, "--student", "s1")):
        result = cli(*words, "--data", data, "--student", "nobody", "--lang", language)
        assert result.exit_code == 2, result.output
        assert "nobody" in result.output


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_topic(cli: Any, policy: Path, folder: Folder, language: str) -> None:
    """It is said that there is no such thing."""
    result = cli("why", policy, "nonsense", "--data", folder(), "--student", "s1", "--lang", language)
    assert "nonsense" in result.output
    assert has_chinese(result.output) == (language == "zh")


@pytest.mark.parametrize(
    "address", ["nowhere", "nowhere.csv", "nothing:there", "sample:none", "sample:../x", "csv:", "", "/dev/null/x"]
)
def test_data_that_is_not_there(cli: Any, policy: Path, address: str) -> None:
    """Input and output: exit code 4."""
    for language in LANGUAGES:
        result = cli("run", policy, "--data", address, "--lang", language)
        assert result.exit_code == 4, result.output
        assert result.output.strip()


BAD_SHEETS = {
    "a row too short": {"activity": HEAD + GOOD + "a2,s1,lecture\n"},
    "a row too long": {"activity": HEAD + GOOD + "a2,s1,lecture,2024-10-08,school,,,,more\n"},
    "an open quotation mark": {"activity": HEAD + GOOD + 'a2,s1,"lecture,2024-10-08,school,\n' + GOOD},
    "a column twice": {"activity": "record_id,student_id,item,on,level,level\na1,s1,lecture,2024-10-08,school,\n"},
    "a column missing": {"activity": "record_id,student_id,item,on\na1,s1,lecture,2024-10-08\n"},
    "no student column": {"activity": "record_id,item,on,level\na1,lecture,2024-10-08,school\n"},
    "a bad date": {"activity": HEAD + "a1,s1,lecture,2024-02-30,school,\n"},
    "a bad number": {"activity": HEAD + "a1,s1,paper,2024-10-08,school,1e3\n"},
    "too many decimals": {"activity": HEAD + "a1,s1,paper,2024-10-08,school,0.555\n"},
    "an unknown level": {"activity": HEAD + "a1,s1,lecture,2024-10-08,world,\n"},
    "an id twice": {"activity": HEAD + GOOD + GOOD},
    "a record of nobody": {"activity": HEAD + "a1,s9,lecture,2024-10-08,school,\n"},
    "a date outside of the calendar": {"activity": HEAD + "a1,s1,lecture,2020-10-08,school,\n"},
    "a control character": {"activity": HEAD + "a1,s1,lec\x07ture,2024-10-08,school,\n"},
    "neither utf-8 nor gbk": {"activity": HEAD.encode() + b"a1,s1,\xff\xfe\xff,2024-10-08,school,\n"},
    "a student twice": {"student": "student_id,cohort\ns1,2024\ns1,2025\ns2,2024\n"},
    "a student without a number": {"student": "student_id,cohort\ns1,2024\n,2025\ns2,2024\n"},
    "a student with a bad attribute": {"student": "student_id,cohort\ns1,many\ns2,2024\n"},
    "no students at all": {"student": None},
    "a sheet that nobody knows": {"activities": HEAD + GOOD},
    "an empty sheet": {"activity": ""},
    "an empty sheet of students": {"student": ""},
}


@pytest.mark.parametrize("name", BAD_SHEETS)
def test_bad_sheets(cli: Any, policy: Path, folder: Folder, name: str) -> None:
    """Data that does not reconcile: exit code 3 (4 where a file cannot be read at all); every finding has a code."""
    data = folder(**BAD_SHEETS[name])
    for language in LANGUAGES:
        result = cli("run", policy, "--data", data, "--lang", language)
        assert result.exit_code in (3, 4), result.output
        assert "[CR" in result.stderr
        assert {"en": "error[", "zh": "错误["}[language] in result.stderr


def test_no_names_in_messages(cli: Any, policy: Path, folder: Folder) -> None:
    """What a bad row says is told by its place, not by the values of its texts."""
    data = folder(
        student="student_id,cohort\ns1,2024\n", activity=HEAD + "a1,secret-person,lecture,2024-10-08,school,\n"
    )
    assert "secret-person" not in cli("run", policy, "--data", data).stderr


def test_an_empty_folder(cli: Any, policy: Path, tmp_path: Path) -> None:
    """There is nothing to run on."""
    (tmp_path / "empty").mkdir()
    result = cli("run", policy, "--data", tmp_path / "empty")
    assert result.exit_code in (3, 4)
    assert result.stderr.strip()


def test_results_that_cannot_be_written(cli: Any, policy: Path, folder: Folder, tmp_path: Path) -> None:
    """Exit code 4, in both languages, and nothing half written."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    data = folder()
    for target in (tmp_path / "file" / "inside", "nothing:there", tmp_path / "file" / "all.json"):
        for language in LANGUAGES:
            result = cli("run", policy, "--data", data, "--out", target, "--lang", language)
            assert result.exit_code == 4, result.output
            assert "[CR" in result.stderr
    assert (tmp_path / "file").read_text(encoding="utf-8") == "x"


def test_an_output_that_fails_does_not_take_the_others_with_it(
    cli: Any, policy: Path, folder: Folder, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    alone = cli("run", policy, "--data", folder(), "--out", tmp_path / "alone", "--format", "csv")
    targets = [word for name in ("file/inside", "good") for word in ("--out", tmp_path / name)]
    result = cli("run", policy, "--data", tmp_path / "data", *targets)
    assert (alone.exit_code, result.exit_code) == (0, 4)
    assert "error[CR710]" in result.stderr
    assert "read 3 = counted" in result.stderr, "and the summary is there"
    good, wanted = ({path.name: path.read_bytes() for path in (tmp_path / x).iterdir()} for x in ("good", "alone"))
    assert good == wanted
    assert "manifest.csv" in good


def test_control_characters_do_not_reach_the_terminal(cli: Any, policy: Path, folder: Folder) -> None:
    """Escape sequences in data are spelled out or refused."""
    data = folder(student="student_id,cohort\n\x1b[31ms1,2024\n", activity=HEAD)
    for words in (("run", policy, "--data", data), ("run", policy, "--data", data, "--student", "\x1b[31m")):
        assert "\x1b" not in cli(*words).output


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_that_is_not_said(cli: Any, language: str) -> None:
    """Usage: the newest date of the data is named, and not taken."""
    result = cli("run", "volunteer_hours", "--data", "sample:volunteer_hours", "--lang", language)
    assert result.exit_code == 2
    assert "CR613" in result.output and "--as-of 2023-06-26" in result.output
    assert has_chinese(result.output) == (language == "zh")


def test_the_end_of_the_calendar_is_not_taken_in_silence(cli: Any, tmp_path: Path) -> None:
    """Where a policy asks for the day, and only there."""
    (tmp_path / "talk.csv").write_text("student_id,record_id,item,on\n1,7,run,2025-10-14\n", encoding="utf-8")
    for asked, told in ((" when as of <= 1 year after on", True), ("", False)):
        (tmp_path / "club.credit").write_text(
            'use "common/calendar"\nunit hour\nrecord talk\n    item : item\n    on : date\n'
            f"category sport in hour from talk\n    item run : 1 per event{asked}\n",
            encoding="utf-8",
        )
        run = ("run", tmp_path / "club.credit", "--data", tmp_path)
        assert ("note[CR617]" in cli(*run).output) is told, cli(*run).output
        assert "CR617" not in cli(*run, "--as-of", "2026-01-01").output
