"""Sessions as they are typed, each a Markdown file: files to begin with, inputs behind `> `, and every answer.

* ```credit NAME and ```csv NAME: a file of the folder in which the session runs,
* ```session, or ```session zh: inputs, each behind `> ` (further lines behind `… `), with what is answered; the
  sessions of a file go on where the one before ended, unless it says ```session zh new,
* ```file NAME: what the session wrote into a file.

An answer that ends in `…` is shown up to there. The pages of the documentation about sessions are followed as well.

`pytest tests/repl --update` writes the answers anew.
"""

import re
from pathlib import Path

import pytest

from creditlang.plugin import PluginManager
from creditlang_repl.session import Session

HERE = Path(__file__).parent / "transcripts"
SHOWN = 8
"""Lines of an answer that `…` alone stands for, when it is written anew."""
FENCE = re.compile(r"^```(?P<kind>\w+)(?P<words>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def inputs(text: str) -> list[tuple[str, int | None]]:
    """What is typed in a block, and how many lines of each answer are shown: None for all."""
    found: list[tuple[str, int | None]] = []
    answered = 0
    for line in text.splitlines():
        if line.startswith("> "):
            found.append((line[2:], None))
            answered = 0
        elif line.startswith("… ") and not answered:
            found[-1] = (found[-1][0] + "\n" + line[2:], None)
        elif line == "…":
            found[-1] = (found[-1][0], answered)
        else:
            answered += 1
    return found


def carried_out(session: Session, typed: str, most: int | None) -> str:
    """An input and its answer, as they stand in a block."""
    first, *others = typed.split("\n")
    shown = [f"> {first}", *(f"… {line}" for line in others)]
    reply = session.answer(typed)
    assert "CR915" not in reply.text, reply.text
    lines = reply.text.splitlines()
    if most is not None and len(lines) > most:
        lines = [*lines[: most or SHOWN], "…"]
    return "\n".join([*shown, *lines]) + "\n"


PAGES = [*HERE.glob("*.md"), *(HERE.parents[2] / "docs").glob("session*.md")]


@pytest.mark.parametrize("path", sorted(PAGES), ids=lambda path: path.stem)
def test_a_session_goes_as_it_is_written(
    path: Path, update: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    session = Session("en", PluginManager(no_plugins=True))

    def block(match: re.Match[str]) -> str:
        nonlocal session
        words, text = match["words"].split(), match["text"]
        if match["kind"] in ("credit", "csv"):
            target = tmp_path / words[0]
            target.parent.mkdir(exist_ok=True)
            target.write_text(text, encoding="utf-8")
        elif match["kind"] == "session":
            if "new" in words:
                session = Session("zh" if "zh" in words else "en", PluginManager(no_plugins=True))
            text = "".join(carried_out(session, typed, most) for typed, most in inputs(text))
        elif match["kind"] == "file":
            target = tmp_path / words[0]
            text = target.read_text(encoding="utf-8") if target.exists() else "(nothing)\n"
        return f"```{match['kind']}{match['words']}\n{text}```"

    written = path.read_text(encoding="utf-8")
    true = FENCE.sub(block, written)
    if update and true != written:
        path.write_text(true, encoding="utf-8")
    assert update or written == true, f"pytest {path.name} --update writes the answers anew, if they are right"
