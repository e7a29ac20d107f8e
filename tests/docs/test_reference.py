"""The documents tell the truth: every policy in them is sound, its examples hold, and both languages say the same.

A ```credit block is a whole policy: it must have neither errors nor warnings, and its examples are run. A block that is
there to show findings names their codes after ```credit, and has these and no others.

A ```text block of a README shows what a command prints, lines left out: the command after `$`, or the demo.

The table of keywords in the two references is that of `grammar/keywords.toml`; `pytest --update` writes it anew.
"""

import re
import shlex
import tomllib
from functools import cache
from pathlib import Path

import pytest
from attrs import frozen
from click.testing import CliRunner

from creditlang.cli import main
from creditlang.diagnostics import Severity, render
from creditlang.driver import Compiled, compile_source
from creditlang.examples import run_examples
from creditlang.resources import grammar_path
from creditlang.source import SourceFile

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted((*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")))
REFERENCES = [ROOT / "docs" / "reference.md", ROOT / "docs" / "reference.zh.md"]
PAIRS = [(ROOT / "README.md", ROOT / "README.zh.md"), tuple(REFERENCES)]
FENCE = re.compile(r"^```(?P<kind>\w*)(?P<options>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
KEYWORDS = re.compile(r"(?<=<!-- keywords -->\n).*?(?=<!-- end of keywords -->)", re.DOTALL)
COMMANDS = ("pip install '.[office]' && creditlang demo", "pip install -e '.[dev]' && python -m pytest")


@frozen
class Block:
    """A fenced block of a document."""

    document: str
    line: int
    kind: str
    options: tuple[str, ...]
    text: str


@cache
def blocks(document: Path) -> tuple[Block, ...]:
    """The fenced blocks of a document, in order."""
    text = document.read_text(encoding="utf-8")
    return tuple(
        Block(
            document.name,
            text.count("\n", 0, match.start()) + 1,
            match["kind"],
            tuple(match["options"].split()),
            match["text"],
        )
        for match in FENCE.finditer(text)
    )


WITH_PLUGIN = ("plugin.md", "plugin.zh.md")
"""Pages whose policies call a plugin that is installed on the way: `test_tutorial` follows them."""
PLAIN = [document for document in DOCUMENTS if document.name not in WITH_PLUGIN]
POLICIES = [block for document in PLAIN for block in blocks(document) if block.kind == "credit"]


def named(block: Block) -> str:
    """A block as a test names it."""
    return f"{block.document}:{block.line}"


@cache
def compiled(block: Block) -> Compiled:
    """The policy of a block."""
    return compile_source(SourceFile(named(block), block.text))


@pytest.mark.parametrize("block", POLICIES, ids=named)
def test_a_policy_has_the_findings_that_it_says_it_has(block: Block) -> None:
    found = [
        finding for finding in compiled(block).diagnostics if finding.severity is not Severity.NOTE or block.options
    ]
    told = "\n\n".join(render(finding, "zh" if ".zh." in block.document else "en") for finding in found)
    assert {finding.code for finding in found} == set(block.options), told


@pytest.mark.parametrize("block", [block for block in POLICIES if not block.options], ids=named)
def test_the_examples_of_a_policy_hold(block: Block) -> None:
    policy = compiled(block)
    outcomes = list(run_examples(policy.policy, policy.compilation.program))
    told = "\n\n".join(render(failure, "en") for outcome in outcomes for failure in outcome.failures)
    assert not told, told
    assert outcomes, "a policy in a document shows by an example what it means"


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=lambda path: path.name)
def test_both_languages_have_the_same_parts(english: Path, chinese: Path) -> None:
    def shape(document: Path) -> list[str]:
        prose = FENCE.sub(lambda match: f"```{match['kind']}{match['options']}", document.read_text(encoding="utf-8"))
        return re.findall(r"^(?:#+(?= )|```.*)", prose, flags=re.MULTILINE)

    assert shape(english) == shape(chinese)
    assert f"]({chinese.name})" in english.read_text(encoding="utf-8")
    assert f"]({english.name})" in chinese.read_text(encoding="utf-8")


@pytest.mark.parametrize("document", REFERENCES, ids=lambda path: path.name)
def test_the_table_of_keywords_is_that_of_the_grammar(document: Path, update: bool) -> None:
    text = document.read_text(encoding="utf-8")
    table = tomllib.loads(grammar_path("keywords.toml").read_text(encoding="utf-8"))
    rows = [
        f"| `{name}` | " + " | ".join(", ".join(f"`{form}`" for form in entry[key]) for key in ("en", "zh")) + " |"
        for name, entry in table.items()
    ]
    match = KEYWORDS.search(text)
    assert match is not None
    heading = match.group().split("\n")[:2]
    wanted = "\n".join([*heading, *rows, ""])
    if update and match.group() != wanted:
        document.write_text(text[: match.start()] + wanted + text[match.end() :], encoding="utf-8")
    assert update or match.group() == wanted, "pytest tests/docs --update writes the table anew"


@cache
def printed(command: str) -> tuple[str, ...]:
    """The lines that a command prints."""
    return tuple(CliRunner().invoke(main, shlex.split(command)[1:]).output.splitlines())


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_outputs_in_the_readme_are_those_of_the_program(name: str) -> None:
    language = "zh" if ".zh." in name else "en"
    wrong = []
    for block in blocks(ROOT / name):
        command = f"creditlang demo --lang {language}"
        for line in block.text.splitlines() if block.kind == "text" else ():
            if line.startswith("$ "):
                command = f"{line[2:]} --lang {language}"
            elif line.strip() != "…" and line not in printed(command):
                wrong.append(f"{command}: {line}")
    assert wrong == []


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_readme_has_the_two_commands(name: str) -> None:
    commands = [block.text.strip() for block in blocks(ROOT / name) if block.kind == "sh"]
    assert [command for command in COMMANDS if command not in commands] == []
