"""`creditlang repl`: scripts, what it hands to the session, exit codes."""

import builtins
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from creditlang.cli import main


@pytest.fixture
def sessions(fake: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The sessions that are opened: fake ones."""
    found: list[Any] = []

    def made(**options: Any) -> Any:
        found.append(fake.FakeSession(**options))
        return found[-1]

    monkeypatch.setattr("creditlang_repl.session.Session", made)
    return found


def call(*words: str, text: str | bytes = "") -> Result:
    """Call `creditlang repl`."""
    return CliRunner().invoke(main, ["repl", *words], input=text, env={"CREDITLANG_LANG": "en"})


def test_standard_input_is_a_script(sessions: list[Any]) -> None:
    result = call(text="why\nquit\nmoral\n")
    assert (result.exit_code, result.output) == (0, "> why\nyou said why\n> quit\n")


def test_a_failed_input_is_told_by_the_exit_code(sessions: list[Any], tmp_path: Path) -> None:
    script = tmp_path / "script.txt"
    script.write_text("fail\nwhy\n", encoding="utf-8")
    result = call("--script", str(script))
    assert (result.exit_code, result.output) == (1, "> fail\nno \\x1b[2J\n> why\nyou said why\n")


def test_the_command_line_opens_the_session(sessions: list[Any]) -> None:
    words = ("hengyang", "--data", "sample:hengyang", "--data", "my folder", "--student", "2024010101", "--script", "-")
    more = ("--mapping", "pu", "--as-of", "2025-07-31", "--set", "a = 1", "--lang", "zh", "--no-plugins")
    result = call(*words, *more, text="\ufeffwhy\n")
    assert (result.exit_code, result.output) == (0, "> why\nyou said why\n")
    session = sessions[0]
    assert session.inputs == ["load hengyang", "data sample:hengyang 'my folder'", "student 2024010101", "why"]
    assert session.language == "zh"
    options = {name: session.options[name] for name in ("mappings", "settings")}
    assert options == {"mappings": ("pu",), "settings": {"a": "1"}}
    assert str(session.options["as_of"]) == "2025-07-31"
    assert type(session.options["manager"]).__name__ == "PluginManager"


def test_an_opening_that_fails_is_told_and_counts(sessions: list[Any]) -> None:
    from creditlang_repl import run

    told: list[str] = []
    assert run(None, opening=["load x", "fail"], script=["why"], write=told.append)  # type: ignore[arg-type]
    assert "".join(told) == "no \\x1b[2J\n> why\nyou said why\n"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--set", "a"), ""), (("--as-of", "yesterday"), ""), (("--keys", "other"), ""),
        (("--script", "missing.txt"), ""), (("--script", "-"), b"\xff\xfe\xff"),
    ],
)  # fmt: skip
def test_usage(sessions: list[Any], words: tuple[str, ...], text: str | bytes) -> None:
    assert call(*words, text=text).exit_code == 2
    assert sessions == []


def test_without_the_parts_of_a_terminal(sessions: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """No entry point; one that cannot be loaded; no prompt_toolkit where somebody sits at a terminal."""

    class Broken:
        def load(self) -> object:
            raise ModuleNotFoundError("No module named 'creditlang_repl'", name="creditlang_repl")

    entry_points = metadata.entry_points
    for points in ((), (Broken(),)):
        monkeypatch.setattr(metadata, "entry_points", lambda group, points=points: points)
        assert call().exit_code == 4
    monkeypatch.setattr(metadata, "entry_points", entry_points)

    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "prompt_toolkit":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest, **more)

    monkeypatch.delitem(sys.modules, "creditlang_repl.prompt", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setattr("creditlang.cli.repl._script", lambda name: None)
    result = call()
    assert result.exit_code == 4
    assert "not installed" in result.output


def test_help_teaches_with_an_example() -> None:
    text = call("--help").output
    assert "> student 2024010102\n" in text and "> what if set pass_mark = 80 point\n" in text
    assert "repl" in CliRunner().invoke(main, ["--help"]).output


def test_the_library_does_not_load_the_session_until_it_is_asked_for() -> None:
    code = "import sys, creditlang.cli.repl, creditlang.ide\n"
    code += "print([name for name in sys.modules if name.startswith(('prompt_toolkit', 'creditlang_repl'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
