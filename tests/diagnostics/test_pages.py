"""Every code has a page and a test, in both languages, and the examples on the pages tell the truth.

A test is a Markdown file named after its code. A ```credit block holds policy text; the ```text block after it holds
all findings as they are rendered in English, and a ```text zh block, where there is one, in Chinese. Words after
```credit:

* ``escapes``: Python escapes such as \\u200b stand for the character,
* ``repeat=8320``: the block is repeated, to test limits,
* ``encoding=gb18030``: the block reaches the program as bytes in that encoding, through `driver.check_bytes`,
* ``run``: the examples of the policy are run as well,
* ``mended``: the advice of the page was followed; nothing is wrong with the policy any more, and the code is gone,
* ``file=common/one``: the block is a file that the policies after it can use.

Codes that come from data have ```csv blocks after their policy, each with the name of the table: ```csv activity. What
is found is what a run of the policy on all of them finds. Codes that come from elsewhere have a ```diagnostic block
instead, with ``key: value`` lines (source, row, column; every other key is an argument, ``one | 一`` where it is said
in both languages); it tests the sentence only, and the stage that reports the code tests the rest.
`pytest --update` writes what the program says into the ```text blocks.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import pytest
from attrs import frozen

from creditlang import driver
from creditlang.cohort import Settings, run_cohort
from creditlang.diagnostics import Diagnostic, Phrase, Place, Severity, codes, explain, render, report
from creditlang.diagnostics.catalogue import page, placeholders
from creditlang.examples import run_examples
from creditlang.resources import use_path
from creditlang.schema import RawRow, RawTable

HERE = Path(__file__).parent
SOURCES = [HERE.parents[1] / folder for folder in ("src", "plugins", "repl")]
LANGUAGES: tuple[Literal["en", "zh"], ...] = ("en", "zh")
FENCE = re.compile(r"^```(?P<kind>\w+)(?P<options>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TESTS = sorted(path.stem for path in HERE.glob("CR*.md"))


@frozen
class Block:
    """A fenced block of a Markdown file."""

    kind: str
    options: dict[str, str]
    text: str
    start: int
    end: int


def blocks(markdown: str) -> Iterator[Block]:
    """The fenced blocks of a file, with the place of their text."""
    for match in FENCE.finditer(markdown):
        words = (word.partition("=") for word in match["options"].split())
        options = {name: value for name, _, value in words}
        yield Block(match["kind"], options, match["text"], match.start("text"), match.end("text"))


def findings(block: Block) -> list[Diagnostic]:
    """What the program says about a ```credit or ```diagnostic block."""
    if block.kind == "diagnostic":
        return [built(block.text)]
    text = block.text * int(block.options.get("repeat", 1))
    if "escapes" in block.options:
        text = re.sub(r"\\(?:x\w\w|u\w{4}|U\w{8})", lambda match: match.group().encode().decode("unicode_escape"), text)
    if "encoding" in block.options:
        return list(driver.check_bytes(text.encode(block.options["encoding"]), "policy.credit"))
    if "run" in block.options:
        compiled = driver.compile_text(text, "policy.credit")
        outcomes = run_examples(compiled.policy, compiled.compilation.program)
        return [*compiled.diagnostics, *(failure for outcome in outcomes for failure in outcome.failures)]
    return list(driver.check_text(text, "policy.credit"))


def findings_in_data(policy: str, sheets: Mapping[str, str]) -> list[Diagnostic]:
    """What a run of a policy on sheets finds, given as CSV by the name of their tables."""
    compiled = driver.compile_text(policy, "policy.credit")
    assert not compiled.errors, [render(error) for error in compiled.errors]
    tables = []
    for name, text in sheets.items():
        header, *rows = csv.reader(text.splitlines())
        raw = [RawRow(number, tuple(row)) for number, row in enumerate(rows, start=2)]
        tables.append(RawTable(name, f"{name}.csv", tuple(header), raw))
    return run_cohort(compiled.policy, tables, Settings(), lambda: (), {}).dataset.problems


def built(text: str) -> Diagnostic:
    """The diagnostic that a ```diagnostic block describes."""
    keys = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}
    code, source, row, column = (keys.pop(key, None) for key in ("code", "source", "row", "column"))
    assert code is not None
    place = Place(source, int(row) if row else None, column) if source else None
    said = {key: Phrase(*value.split(" | ")) if " | " in value else value for key, value in keys.items()}
    return report(code, place, **said)


@pytest.mark.parametrize("code", TESTS)
def test_findings(code: str, update: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def a_file(name: str) -> Path | None:
        own = tmp_path / f"{name}.credit"
        return own if own.is_file() else use_path(name)

    monkeypatch.setattr(driver, "use_path", a_file)
    path = HERE / f"{code}.md"
    markdown = path.read_text(encoding="utf-8")
    found: list[Diagnostic] = []
    seen: set[str] = set()
    sheets: dict[str, str] = {}
    policy = wanted = ""
    cursor = 0
    for block in blocks(markdown):
        if "file" in block.options:
            own = tmp_path / f"{block.options['file']}.credit"
            own.parent.mkdir(parents=True, exist_ok=True)
            own.write_text(block.text, encoding="utf-8")
        elif "mended" in block.options:
            left = findings(block)
            assert code not in {diagnostic.code for diagnostic in left}, block.text
            assert not [render(diagnostic) for diagnostic in left if diagnostic.severity is Severity.ERROR]
        elif block.kind in ("credit", "diagnostic"):
            found, policy, sheets = findings(block), block.text, {}
        elif block.kind == "csv":
            sheets[next(iter(block.options))] = block.text
            found = findings_in_data(policy, sheets)
        elif block.kind == "text":
            language = LANGUAGES["zh" in block.options]
            said = "\n\n".join(render(diagnostic, language) for diagnostic in found)
            wanted += markdown[cursor : block.start] + (said + "\n" if said else "")
            cursor = block.end
        seen |= {diagnostic.code for diagnostic in found}
    wanted += markdown[cursor:]
    if update and wanted != markdown:
        path.write_text(wanted, encoding="utf-8")
        markdown = wanted
    assert markdown == wanted, f"pytest {path.name} --update rewrites it, if the new words are right"
    assert code in seen, f"no block of {path.name} brings about {code}"


@pytest.mark.parametrize("code", TESTS)
def test_advice_helps(code: str) -> None:
    """A form that is advised was tried, in a ```credit mended block; the nearest name, put in its place, is known."""
    tests = [block for block in blocks((HERE / f"{code}.md").read_text(encoding="utf-8")) if block.kind == "credit"]
    if tests and "`" in page(code).fixes.get("en", ""):
        assert any("mended" in block.options for block in tests), f"the advice of {code} is not tried"
    for block in tests:
        for found in findings(block) if not block.options else ():
            if found.span is not None and (meant := str(found.arguments.get("nearest") or "")):
                text = found.span.source.text
                better = text[: found.span.start] + meant + text[found.span.end :]
                left = driver.check_text(better, "policy.credit")
                there = {(again.code, again.span.start) for again in left if again.span is not None}
                assert (found.code, found.span.start) not in there, f"{meant} is advised, and not understood"


def test_every_page_has_a_test() -> None:
    assert [code for code in codes() if code not in TESTS] == []


def test_every_test_has_a_page() -> None:
    assert [code for code in TESTS if code not in codes()] == []


def test_every_code_in_the_sources_has_a_page() -> None:
    files = [path for folder in SOURCES for path in folder.rglob("*.py")]
    used = {code for path in files for code in re.findall(r"\"(CR\d{3})\"", path.read_text(encoding="utf-8"))}
    assert sorted(used.difference(codes())) == []


def test_names_are_different() -> None:
    names = [page(code).name for code in codes()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("code", codes())
def test_a_page_says_the_same_in_both_languages(code: str) -> None:
    about = page(code)
    assert about.code == code
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", about.name)
    assert CHINESE.search(about.sentences["zh"])
    for templates in filter(None, (about.sentences, about.fixes)):
        assert all(templates.values()), "in one language only"
        assert set(placeholders(templates["en"])) == set(placeholders(templates["zh"]))


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_explains_with_an_example(code: str, language: Literal["en", "zh"]) -> None:
    body = explain(code, language)
    assert body
    assert bool(CHINESE.search(body.split("```")[0])) == (language == "zh")
    examples = list(blocks(body))
    assert examples, "no example: ```credit for a policy, ```csv or ```text for data"
    policies = [block.options for block in examples if block.kind == "credit"]
    assert all(("right" in options) != ("wrong" in options) for options in policies), "each is either right or wrong"
    assert not policies or any("right" in options for options in policies), "no ```credit right block"


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_on_a_page_are_true(code: str, language: Literal["en", "zh"]) -> None:
    for block in blocks(explain(code, language) or ""):
        if block.kind == "credit":
            found = {diagnostic.code for diagnostic in findings(block)}
            assert (code in found) == ("wrong" in block.options), f"{sorted(found)} in\n{block.text}"
