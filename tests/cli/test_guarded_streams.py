"""Whatever the terminal or file can take, a command ends as it should and writes nothing that acts on a terminal."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

COMMANDS = {
    "run": ("run", "POLICY", "--data", "DATA"),
    "why": ("why", "POLICY", "--data", "DATA", "--student", "s1"),
    "test": ("test", "-v", "POLICY"),
    "check": ("check", "POLICY", "--format", "json"),
    "diff": ("diff", "POLICY", "POLICY", "--set-new", "rate=0.3", "--data", "DATA"),
    "repl": ("repl", "POLICY", "--data", "DATA", "--student", "s1", "--script", "SCRIPT"),
    "help": ("run", "--help"),
}
SCRIPT = "show\nwhy\nhelp\nrecords\nwhat if\nnothing of the kind\n"


@pytest.fixture
def called(
    policy: Path, folder: Callable[..., Path], tmp_path: Path
) -> Callable[..., "subprocess.CompletedProcess[bytes]"]:
    """Call the real program; its exit code, and what it wrote as bytes."""
    script = tmp_path / "script.txt"
    script.write_text(SCRIPT, encoding="utf-8")
    places = {"POLICY": str(policy), "DATA": str(folder()), "SCRIPT": str(script)}

    def call(name: str, stdout: Any = subprocess.PIPE, **variables: str) -> "subprocess.CompletedProcess[bytes]":
        words = [places.get(word, word) for word in COMMANDS[name]]
        environment = {**os.environ, "COLUMNS": "100", **variables}
        command = [sys.executable, "-m", "creditlang", *words]
        return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, env=environment, timeout=60, check=False)

    return call


@pytest.mark.parametrize("name", COMMANDS)
def test_a_console_that_cannot_show_everything(called: Any, name: str) -> None:
    """The exit code is that of a console that can, and no character is in the way."""
    usual = called(name, PYTHONIOENCODING="utf-8", CREDITLANG_LANG="zh")
    narrow = called(name, PYTHONIOENCODING="gbk", CREDITLANG_LANG="zh")
    assert b"Traceback" not in narrow.stderr
    assert narrow.returncode == usual.returncode
    assert bool(narrow.stdout) == bool(usual.stdout)
    if name == "check":
        assert json.loads(narrow.stdout) == json.loads(usual.stdout)
    if name == "test":
        assert "√" in narrow.stdout.decode("gbk")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk(called: Any, name: str) -> None:
    """Exit code 4, and one sentence in the reader's language."""
    for language, word in (("en", "could not be written"), ("zh", "磁盘已满")):
        with open("/dev/full", "wb") as full:
            ended = called(name, full, CREDITLANG_LANG=language, PYTHONIOENCODING="utf-8")
        told = ended.stderr.decode()
        assert (ended.returncode, word in told, "Traceback" in told, "Exception" in told) == (4, True, False, False), (
            told
        )


@pytest.mark.parametrize("name", COMMANDS)
def test_a_reader_that_has_gone_away(called: Any, name: str) -> None:
    """Not a word about it."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        told = called(name, writing).stderr.decode()
    finally:
        os.close(writing)
    assert not any(word in told for word in ("Traceback", "Exception", "pipe", "written")), told


def test_characters_that_gbk_lacks_in_json(called: Any, policy: Path) -> None:
    """They are spelled as JSON spells them, those of two units as well."""
    from creditlang.cli.guarded_streams import _spelled

    sign = UnicodeEncodeError("gbk", "\U0001f600", 0, 1, "")
    assert json.loads(f'"{_spelled(sign)[0]}"') == "\U0001f600"
