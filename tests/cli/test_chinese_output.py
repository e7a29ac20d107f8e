"""Under `--lang zh` every command and the session answer in Chinese: no English words outside names and policy text."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from creditlang.diagnostics import codes, explain

ENGLISH = re.compile(r"\b[a-z]{2,}(?: [a-z]{2,})+\b", re.IGNORECASE)
QUOTED = re.compile(
    r"(?s:```.*?```)|`[^`\n]*`|“[^”\n]*”|^\s*\$ .*$|^\s+creditlang .*$|^[>…] .*$|^ *\d* +[|].*$|-->.*$", re.MULTILINE
)
SESSION = (
    "student s1\nshow\nwhy\nwhy graduation\nrecords\nfacts\nset rate = 0.3\nhistory\nwhat if\nundo\nredo\nreset\n"
    "students\ncount activity\ntop 2 students by academic\nadd activity lecture, level school, on 2024-10-10\n"
    "drop a1\nreload\n"
    "student nobody\nfrobnicate\nload nothing\nhelp\nhelp why\nas of 2025-01-01\n"
    "what if in academic item x: 1 per event\n"
)
COMMANDS = (
    "run POLICY --data DATA", "run POLICY --data DATA --student nobody", "why POLICY --data DATA --student s1",
    "why POLICY a1 --data DATA --student s1", "why POLICY nothing --data DATA --student s1", "check POLICY",
    "check nothing",    "test POLICY", "test POLICY -v", "readings POLICY", "schema POLICY",
    "schema volunteer_hours --mapping zhiyuanhui",
    "diff POLICY POLICY --set-new rate=0.3 --data DATA", "run POLICY --data DATA --set no", "run POLICY --data nothing",
    "run POLICY --data DATA --as-of tomorrow", "run POLICY --data DATA --set rat=1", "explain CR999", "plugins", "demo",
    "run POLICY --data DATA --out x:y",
)  # fmt: skip


def english(text: str, policy: str) -> list[str]:
    """English words in a row that are neither quoted nor the policy's own."""
    own = re.sub(r"\W+", " ", policy)
    return [found for found in ENGLISH.findall(QUOTED.sub("", text)) if found not in own]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command(
    cli: Any, policy: Path, folder: Callable[..., Path], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is printed, right or wrong."""
    monkeypatch.chdir(tmp_path)
    places = {"POLICY": policy, "DATA": folder()}
    monkeypatch.chdir(tmp_path)
    output = cli(*(places.get(word, word) for word in words.split()), "--lang", "zh").output
    own = policy.read_text(encoding="utf-8") + " class notice common credit hour"
    lines = [line for line in output.splitlines() if not line.startswith(("builtin ", "regulation-forms "))]
    assert english("\n".join(lines), own) == [], output


def test_a_session(cli: Any, policy: Path, folder: Callable[..., Path], tmp_path: Path) -> None:
    """Replies, refusals and help."""
    script = tmp_path / "script.txt"
    script.write_text(SESSION, encoding="utf-8")
    output = cli("repl", policy, "--data", folder(), "--script", script, "--lang", "zh").output
    assert english(output, policy.read_text(encoding="utf-8") + SESSION) == [], output


@pytest.mark.parametrize("code", codes())
def test_an_explanation(code: str) -> None:
    """Outside code and quotations."""
    text = QUOTED.sub("", explain(code, "zh") or "")
    assert not re.search(r"\b[a-z]{2,}(?: [a-z]{2,}){2,}\b", text), text
