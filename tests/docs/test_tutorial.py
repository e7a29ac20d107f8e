"""The tutorial and the page on comparing tell the truth: they are followed as a reader follows them.

Every fenced block is one of these, and nothing else can stand on a page:

* ```console: commands after `$`, each with all that it prints; `…` stands for the rest of an answer. An exit code other
  than 0 follows the word: ```console exit 1.
* ```sh or ```python: to be read, not called.
* ```credit, ```csv or ```text: lines for a file. The line of prose before the block says for which and where, in the
  words of `TASKS`.

Commands in the prose are called as well, after the rest; of those only the exit code is asked.

To follow a page is to write it anew as it ought to be; `pytest tests/docs --update` keeps that.
"""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from creditlang.cli import main

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {"en": DOCS / "tutorial.md", "zh": DOCS / "tutorial.zh.md"}
FOLLOWED = [(name, language) for name in ("tutorial", "comparing") for language in PAGES]
FENCE = re.compile(r"^(?P<before>[^\n]*)\n\n?```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
TASKS = {
    "en": {
        "new": "New file `(.+)`:",
        "fill in": "Fill in `(.+)`:",
        "whole": "`(.+)` is now:",
        "top": "At the top of `(.+)`:",
        "end": "At the end of `(.+)`:",
        "below": "Below the line `(.+)`:",
        "above": "Above the line `(.+)`:",
        "change": "Change the line `(.+)` to:",
    },
    "zh": {
        "new": "新建文件 `(.+)`：",
        "fill in": "填写 `(.+)`：",
        "whole": "`(.+)` 的全文：",
        "top": "在 `(.+)` 的开头加上：",
        "end": "在 `(.+)` 的末尾加上：",
        "below": "在 `(.+)` 这一行下面加上：",
        "above": "在 `(.+)` 这一行上面加上：",
        "change": "把 `(.+)` 这一行改成：",
    },
}
ARTICLE = re.compile(r"^(?:> \*\*|    # |# )(Article \d|第.条)[.　]?(?:\*\*)?(.+)$", re.MULTILINE)


class Reader:
    """Follows a page in the current folder; `policy` is the file that lines are added to."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.policy = Path()
        self.blocks = 0

    def follow(self, block: re.Match[str]) -> str:
        """Do what a block says; the block as it ought to be."""
        self.blocks += 1
        before, kind, text = block["before"], block["kind"], block["text"]
        if kind.split()[:1] == ["console"]:
            kind, text = self.called(text)
        elif kind in ("credit", "csv", "text"):
            text = self.written(before, text)
        elif kind in ("sh", "python"):
            return block[0]
        else:
            pytest.fail(f"no block of a tutorial: ```{kind}")
        return block[0][: block.start("kind") - block.start()] + f"{kind}\n{text}```"

    def called(self, text: str) -> tuple[str, str]:
        """Call the commands of a block; its kind and text as they ought to be."""
        lines: list[str] = []
        codes = set()
        commands = re.findall(r"^\$ (creditlang .+)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
        assert len(commands) == text.count("$ "), f"a block of commands and answers:\n{text}"
        for command, shown in commands:
            result = self.call(command)
            codes.add(result.exit_code)
            answer = result.output.splitlines()
            if shown.endswith("…\n"):
                answer[shown.count("\n") - 1 :] = ["…"]
            lines += [f"$ {command}", *answer]
        assert len(codes) == 1, f"one exit code for a block:\n{text}"
        code = codes.pop()
        return f"console exit {code}" if code else "console", "".join(f"{line}\n" for line in lines)

    def call(self, command: str) -> Result:
        """Call a command."""
        result = CliRunner().invoke(main, shlex.split(command)[1:], env={"CREDITLANG_LANG": self.language})
        assert isinstance(result.exception, SystemExit | None), repr(result.exception)
        return result

    def written(self, before: str, text: str) -> str:
        """Write the lines of a block where the line before it says; the lines as they ought to be."""
        found = [
            (task, match[1])
            for task, words in TASKS[self.language].items()
            if (match := re.search(rf"{words}$", before)) is not None
        ]
        assert len(found) == 1, f"where does this belong? “{before}”"
        task, name = found[0]
        if task in ("below", "above", "change"):
            lines = self.policy.read_text(encoding="utf-8").splitlines(keepends=True)
            places = [number for number, line in enumerate(lines) if line.split() == name.split()]
            assert len(places) == 1, f"{len(places)} lines “{name}”"
            line = lines[places[0]]
            lines[places[0]] = {"below": line + text, "above": f"{text}\n{line}", "change": text}[task]
            self.policy.write_text("".join(lines), encoding="utf-8")
            return text
        path = Path(name)
        old = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        if task == "new":
            assert not path.exists(), name
            self.policy = path
        elif task == "fill in":
            assert text.splitlines()[:1] == old.splitlines(), f"the headings of {name}"
        else:
            assert path == self.policy, name
        new = {"new": text, "fill in": text, "whole": old, "top": text + old, "end": old + text}[task]
        path.write_text(new, encoding="utf-8")
        return new if task == "whole" else text


def page_of(name: str, language: str) -> Path:
    """The file of a page."""
    return DOCS / PAGES[language].name.replace("tutorial", name)


@pytest.mark.parametrize(("name", "language"), FOLLOWED)
def test_a_page_can_be_followed(
    name: str, language: str, update: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = page_of(name, language)
    shown = page.read_text(encoding="utf-8")
    reader = Reader(language)
    true = FENCE.sub(reader.follow, shown)
    assert len(re.findall("```|~~~", shown)) == 2 * reader.blocks, "a block that is not read"
    commands = re.findall(r"`(creditlang [^`]+)`", FENCE.sub("", shown)) if name == "tutorial" else []
    for command in commands:
        assert reader.call(command).exit_code in (0, 3), command
    if update and shown != true:
        page.write_text(true, encoding="utf-8")
    assert update or shown == true, "pytest tests/docs --update writes the answers anew"


@pytest.mark.parametrize("language", PAGES)
def test_the_policy_stands_beside_the_printed_rules(language: str) -> None:
    """The printed sentences and those above the rules are the same five, in the same order."""
    before, _, after = PAGES[language].read_text(encoding="utf-8").partition("## 1 ")
    printed = [(name, sentence.strip()) for name, sentence in ARTICLE.findall(before)]
    whole = max((match["text"] for match in FENCE.finditer(after) if match["kind"] == "credit"), key=len)
    assert len(printed) == 5
    assert [(name, sentence.strip()) for name, sentence in ARTICLE.findall(whole)] == printed


@pytest.mark.parametrize("name", ["tutorial", "comparing"])
def test_both_languages_have_the_same_parts(name: str) -> None:
    texts = {language: page_of(name, language).read_text(encoding="utf-8") for language in PAGES}
    shapes = {language: re.findall(r"^#+(?= )|^```\w.*", text, flags=re.MULTILINE) for language, text in texts.items()}
    assert shapes["en"] == shapes["zh"]
    assert f"]({name}.zh.md)" in texts["en"]
    assert f"]({name}.md)" in texts["zh"]
