"""The book about a policy: clauses beside rules, examples worked out; as a page and as a PDF."""

import io
import re
from functools import cache
from pathlib import Path

import pypdf
import pytest
from click.testing import CliRunner

from creditlang import driver
from creditlang.cli import main
from creditlang.diagnostics import Language, render
from creditlang.plugin.rulebook_data import Rulebook
from creditlang.resources import policy_path
from creditlang.rulebook import clause_file, read_clauses, rulebook_of
from creditlang.source import SourceFile
from creditlang_builtin.rulebook.rulebook_output import rulebook_page, rulebook_pdf

REGULATIONS = {"hengyang": 130, "shangrao": 140, "volunteer_hours": 15}
"""The three regulations, and how many clauses each has at least."""
CLUB = """
policy "club"
    title "Reading club"
articles "Art. 1" to "Art. 3"
unit point "分"
record activity
    item : item
    on : date
category talks in point from activity [Art. 1]
    item talk [Art. 1]
        2 per event, cap 4 per calendar year
        reading "a talk to two classes is one talk" [Art. 1]
    item visit [Art. 2]
        1 per event
example "three talks" [Art. 1]
    activity talk, on 2025-03-01, 3 times
    expect talks = 4
"""
CLAUSES = """Rules of the club
# Chapter 1
[Art. 1]
A talk earns two points.
Kind\tPoints
Talk\t2
[Art. 3]
The board decides.
"""


@cache
def book(name: str, language: Language) -> Rulebook:
    path = policy_path(name)
    assert path is not None
    source, clauses = driver.read_source(path), driver.read_source(clause_file(path))
    assert isinstance(source, SourceFile) and isinstance(clauses, SourceFile)
    examples = [found for x in driver.example_files(path) if isinstance(found := driver.read_source(x), SourceFile)]
    return rulebook_of(driver.compile_source(source, examples=examples), read_clauses(clauses), "clauses", language)


def club(clauses: str | None = CLAUSES) -> Rulebook:
    compiled = driver.compile_text(CLUB)
    assert not compiled.errors, [render(x) for x in compiled.errors]
    texts = None if clauses is None else read_clauses(SourceFile("club.clauses.txt", clauses))
    return rulebook_of(compiled, texts, "club.clauses.txt", "en")


def test_a_clause_has_its_text_its_rules_and_its_examples() -> None:
    beginning, first, second, third = club().clauses
    assert (beginning.citation, beginning.text) == ("", ("Rules of the club",))
    assert (first.heading, first.text[0]) == ("Chapter 1", "A talk earns two points.")
    assert first.text[1] == (("Kind", "Points"), ("Talk", "2"))
    talks, talk = first.rules
    assert [x.text for x in talk.sentences] == ["Gives 2 points", "At most 4 points per calendar year"]
    assert talks.examples[0].outcome == ("talks: 4 points",)
    (worked,) = talks.examples
    assert worked.records == (
        ("talk, 2025-03-01 (3 times)", "counted 2 points; reduced 0 points: the limit of 4 is reached"),
    )
    assert [x.text for x in first.readings] == ["a talk to two classes is one talk"]
    assert not second.known and second.citation == "Art. 2" and second.rules
    assert third.known and third.empty
    assert club().without_text == ("Art. 2",)


def test_without_a_file_of_clauses_the_articles_stand_in_their_order() -> None:
    found = club(None)
    assert not found.has_clause_file
    assert [clause.citation for clause in found.clauses] == ["Art. 1", "Art. 2", "Art. 3"]


def test_a_clause_that_stands_twice_is_an_error() -> None:
    found = read_clauses(SourceFile("club.clauses.txt", "[Art. 1]\nOne.\n[Art. 1]\nTwo.\n"))
    assert [(x.code, x.span and x.span.source.line_number(x.span.start)) for x in found.problems] == [("CR118", 3)]


@pytest.mark.parametrize("name", REGULATIONS)
def test_the_regulations_are_there_to_the_last_clause(name: str) -> None:
    found = book(name, "zh")
    assert not found.without_text
    assert sum(clause.known for clause in found.clauses) >= REGULATIONS[name]
    examples = [example for clause in found.clauses for rule in clause.rules for example in rule.examples]
    assert len(examples) >= 10 and all(example.records or example.outcome for example in examples)
    items = [rule for clause in found.clauses for rule in clause.rules if rule.sort == "项目"]
    without = [rule.name for rule in items if not rule.examples]
    assert items and without in ([], ["passed_public_elective"]), (
        "counted among courses, in examples longer than are shown"
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_needs_nothing_else(language: Language) -> None:
    page = rulebook_page(book("volunteer_hours", language))
    assert page == rulebook_page(book("volunteer_hours", language))
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert not re.search(r'(?:src|href)="(?!#)|url\((?!#)|<script|https?://(?!www\.w3\.org/2000/svg|vms\.)', page)


def test_texts_are_no_markup() -> None:
    page = rulebook_page(club(CLAUSES.replace("two points", "<b>two</b> #points *_")))
    assert "&lt;b&gt;two&lt;/b&gt; #points *_" in page


def test_the_pdf_says_the_same() -> None:
    drawn = rulebook_pdf(club(CLAUSES.replace("two points", "<b>two</b> #points *_")))
    assert drawn == rulebook_pdf(club(CLAUSES.replace("two points", "<b>two</b> #points *_")))
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(drawn)).pages)
    for said in ("<b>two</b> #points *_", "At most 4 points per calendar year", "talks: 4 points", "Art. 2"):
        assert said in text


def test_the_command_writes_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "club.credit").write_text(CLUB, encoding="utf-8")
    (tmp_path / "club.clauses.txt").write_text(CLAUSES, encoding="utf-8")
    run = CliRunner().invoke(
        main, ["rulebook", "club.credit", "--out", "club.html", "--out", "club.pdf", "--lang", "en"]
    )
    assert run.exit_code == 0, run.output
    assert "CR119" in run.output and "Art. 2" in run.output
    assert (tmp_path / "club.pdf").read_bytes().startswith(b"%PDF")
    assert "A talk earns two points." in (tmp_path / "club.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["rulebook", "volunteer_hours", "--out", "book.docx"], "CR718"),
        (["rulebook", "volunteer_hours", "--out", "xlsx:book.xlsx"], "CR717"),
        (["run", "volunteer_hours", "--data", "sample:volunteer_hours", "--out", "rulebook:book.html"], "CR717"),
    ],
)
def test_outputs_for_something_else_are_refused(
    words: list[str], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(main, words)
    assert run.exit_code in (2, 4) and code in run.output
    assert not list(tmp_path.iterdir())
