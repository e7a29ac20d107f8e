"""The tutorial and the pages beside it tell the truth: each is followed in an empty folder, block by block.

Every fenced block is one of these, and nothing else can stand on a page:

* ```console: commands after `$`, each with all that it prints; `…` stands for the rest of an answer. An exit code other
  than 0 follows the word: ```console exit 1. What is typed into a session stands after `> `.
* ```credit, ```csv, ```toml or ```text: lines for a file. The line of prose before the block says for which and where,
  in the words of `TASKS`.
* ```python: is run, and its assertions hold.
* ```sh: to be read, not called; but what `pip install -e FOLDER` installs is there from then on.

Commands in the prose are called as well, after the rest; of those only the exit code is asked.

To follow a page is to write it anew as it ought to be; `pytest tests/docs --update` keeps that.
"""

import re
import shlex
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from creditlang.cli import main

DOCS = Path(__file__).resolve().parents[2] / "docs"
ENDINGS = {"en": ".md", "zh": ".zh.md"}
PAGES = {language: DOCS / f"tutorial{ending}" for language, ending in ENDINGS.items()}
NAMES = ("tutorial", "card", "office", "data", "comparing", "spreadsheet", "plugin", "architecture", "rulebook",
         "disputed")  # fmt: skip
FOLLOWED = [(DOCS / f"{name}{ending}", language) for name in NAMES for language, ending in ENDINGS.items()]
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

    def __init__(self, language: str, patch: pytest.MonkeyPatch) -> None:
        self.language, self.patch = language, patch
        self.policy = Path()
        self.blocks = 0

    def follow(self, block: re.Match[str]) -> str:
        """Do what a block says; the block as it ought to be."""
        self.blocks += 1
        before, kind, text = block["before"], block["kind"], block["text"]
        if kind.split()[:1] == ["console"]:
            kind, text = self.called(text)
        elif kind == "python":
            exec(compile(text, "page", "exec"), {})
        elif kind in ("credit", "csv", "toml", "text"):
            text = self.written(before, text)
        elif kind == "sh":
            for folder in re.findall("^pip install -e (.+)$", text, re.MULTILINE):
                self.installed(Path(folder))
            return block[0]
        else:
            pytest.fail(f"no block of a page: ```{kind}")
        return block[0][: block.start("kind") - block.start()] + f"{kind}\n{text}```"

    def installed(self, folder: Path) -> None:
        """Let a distribution be found, as an installation in place does: its package, its name and its entry points."""
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        about = folder / "src" / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8")
        entries = project["entry-points"]["creditlang"].items()
        lines = ["[creditlang]", *(f"{name} = {module}" for name, module in entries)]
        (about / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
        self.patch.syspath_prepend(str(folder.resolve() / "src"))
        for _, module in entries:  # forgotten with the patch: another test may have a package of this name
            self.patch.setitem(sys.modules, module, sys)
            del sys.modules[module]

    def called(self, text: str) -> tuple[str, str]:
        """Call the commands of a block; its kind and text as they ought to be."""
        lines: list[str] = []
        codes = set()
        commands = re.findall(r"^\$ (creditlang .+)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
        assert len(commands) == text.count("$ "), f"a block of commands and answers:\n{text}"
        for command, shown in commands:
            result = self.call(command, "".join(f"{typed}\n" for typed in re.findall(r"^> (.+)", shown, re.MULTILINE)))
            codes.add(result.exit_code)
            answer = result.output.splitlines()
            if shown.endswith("…\n"):
                answer[shown.count("\n") - 1 :] = ["…"]
            lines += [f"$ {command}", *answer]
        assert len(codes) == 1, f"one exit code for a block:\n{text}"
        code = codes.pop()
        return f"console exit {code}" if code else "console", "".join(f"{line}\n" for line in lines)

    def call(self, command: str, typed: str = "") -> Result:
        """Call a command; `typed` goes into its session, if it holds one."""
        words, environment = shlex.split(command)[1:], {"CREDITLANG_LANG": self.language}
        result = CliRunner().invoke(main, words, input=typed, env=environment)
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
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new, encoding="utf-8")
        return new if task == "whole" else text


@pytest.mark.parametrize(("page", "language"), FOLLOWED, ids=lambda given: getattr(given, "name", given))
def test_a_page_can_be_followed(
    page: Path, language: str, update: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = page.read_text(encoding="utf-8")
    reader = Reader(language, monkeypatch)
    true = FENCE.sub(reader.follow, shown)
    assert len(re.findall("```|~~~", shown)) == 2 * reader.blocks, "a block that is not read"
    commands = re.findall(r"`(creditlang [^`]+)`", FENCE.sub("", shown)) if page.name.startswith("tutorial") else []
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


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_parts(name: str) -> None:
    texts = {language: (DOCS / f"{name}{ending}").read_text(encoding="utf-8") for language, ending in ENDINGS.items()}
    shapes = {language: re.findall(r"^#+(?= )|^```\w.*", text, flags=re.MULTILINE) for language, text in texts.items()}
    assert shapes["en"] == shapes["zh"]
    assert f"]({name}.zh.md)" in texts["en"]
    assert f"]({name}.md)" in texts["zh"]
