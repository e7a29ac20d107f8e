"""The book about a policy: clauses beside rules, examples worked out; as a page and as a PDF."""

import io
import re
from functools import cache
from pathlib import Path

import pypdf
import pytest
from attrs import evolve
from click.testing import CliRunner

from creditlang import driver
from creditlang.cli import main
from creditlang.diagnostics import Language, render
from creditlang.plugin.rulebook_data import AccountNode, Flow, Rulebook, RuleInWords
from creditlang.resources import policy_path
from creditlang.rule_words import DeclarationWords
from creditlang.rulebook import clause_file, read_clauses, rulebook_of
from creditlang.rulebook.worked_examples import WorkedExamples
from creditlang.source import SourceFile
from creditlang_builtin.rulebook.account_diagram import account_diagram
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
def compiled_of(name: str, with_examples: bool = True) -> driver.Compiled:
    path = policy_path(name)
    assert path is not None
    source = driver.read_source(path)
    assert isinstance(source, SourceFile)
    files = driver.example_files(path) if with_examples else ()
    examples = [found for x in files if isinstance(found := driver.read_source(x), SourceFile)]
    return driver.compile_source(source, examples=examples)


@cache
def book(name: str, language: Language, with_examples: bool = True) -> Rulebook:
    path = policy_path(name)
    assert path is not None
    clauses = driver.read_source(clause_file(path))
    assert isinstance(clauses, SourceFile)
    return rulebook_of(compiled_of(name, with_examples), read_clauses(clauses), "clauses", language)


def of_items(found: Rulebook) -> list[RuleInWords]:
    return [rule for clause in found.clauses for rule in clause.rules if rule.sort == "项目"]


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
    found = book(name, "zh", with_examples=False)
    assert not found.without_text and of_items(found)
    assert sum(clause.known for clause in found.clauses) >= REGULATIONS[name]


@pytest.mark.parametrize("name", REGULATIONS)
def test_every_item_has_an_example_short_enough_to_show(name: str) -> None:
    compiled = compiled_of(name)
    words = DeclarationWords.of(compiled.policy, compiled.compilation.program, "zh")
    examples = WorkedExamples(compiled, "zh", words.words)
    without = {rule.name for rule in compiled.policy.rules.values() if not examples.of_item.get(rule.name)}
    assert {name for name in without if not examples.of_kind.get(compiled.policy.rules[name].kind)} == set()


def test_every_item_is_shown_at_work() -> None:
    items = of_items(book("volunteer_hours", "zh"))
    assert items and [rule.name for rule in items if not rule.examples] == []
    assert all(example.records for rule in items for example in rule.examples)


def test_an_item_shows_one_that_counts_before_one_that_does_not() -> None:
    policy = f"""{CLUB}
example "nothing yet" [Art. 1]
    expect talks = 0
example "none of them" [Art. 1]
    activity talk, on 2024-05-01, 4 times
    expect talks = 4
"""
    compiled = driver.compile_text(policy)
    found = rulebook_of(compiled, None, "", "en")
    talks, talk = found.clauses[0].rules
    assert [example.title for example in talks.examples] == ["three talks"]
    assert talk.examples[0].records == (
        ("talk, 2025-03-01 (3 times)", "counted 2 points; reduced 0 points: the limit of 4 is reached"),
    )


def test_rows_of_one_table_are_one_example() -> None:
    table = (
        'examples "rates" of activity, talk [Art. 1]\n    on          counts\n    2025-03-01  2\n    2025-03-02  2\n'
    )
    void = CLUB.replace("2 per event, cap", 'void when on = 2025-03-02, "a holiday"\n        2 per event, cap')
    found = rulebook_of(driver.compile_text(void + table.replace("03-02  2", "03-02  void")), None, "", "en")
    talk = found.clauses[0].rules[1]
    assert [(one.title, one.records) for one in talk.examples] == [
        ("rates", (("talk, 2025-03-01", "counted 2 points"), ("talk, 2025-03-02", "void: a holiday")))
    ]


@pytest.mark.parametrize("form", ["Rule {}", "第{}条"])
def test_articles_stand_in_the_order_of_their_numbers(form: str) -> None:
    numbers = "一二三" if "第" in form else "123"
    cites = [form.format(x) for x in (*numbers, "二十" if "第" in form else "20")]
    policy = "unit point\nrecord activity\n    item : item\n    on : date\ncategory talks in point from activity\n"
    items = [f"    item talk_{number} [{cite}] : 1 per event\n" for number, cite in enumerate(cites)]
    compiled = driver.compile_text(policy + "".join([items[3], *items[:3]]))
    assert not compiled.errors
    assert [clause.citation for clause in rulebook_of(compiled, None, "", "en").clauses if clause.citation] == cites


def test_what_has_no_article_stands_at_the_end() -> None:
    compiled = driver.compile_text(CLUB.replace("from activity [Art. 1]", "from activity"))
    found = rulebook_of(compiled, read_clauses(SourceFile("club.clauses.txt", CLAUSES)), "club.clauses.txt", "en")
    assert [(x.citation, x.known) for x in found.clauses][::4] == [("", True), ("", False)]
    page = rulebook_page(found)
    assert 'id="beginning"' in page and 'id="without-article"' in page and 'id="clause-Art.1"' in page


def test_a_printed_table_has_no_empty_columns() -> None:
    (clause,) = read_clauses(SourceFile("x", "[Art. 1]\nKind\t\tPoints\nTalk\t\t2\n\t\t\n")).clauses
    assert clause.text == ((("Kind", "Points"), ("Talk", "2"), ("", "")),)


def test_flows_run_beside_the_accounts() -> None:
    """Between whole accounts, into parts of them and out: no line of the picture meets the box of another."""
    accounts = [AccountNode(name, name, "", parent, 0) for name, parent in (
        ("all", ""), ("one", "all"), ("two", "all"), ("three", "all"), ("bank", ""), ("other", ""), ("last", ""),
    )]  # fmt: skip
    flows = [
        Flow(*pair, "moved", "taken") for pair in (("all", "last"), ("bank", "last"), ("bank", "two"), ("all", "bank"))
    ]
    accounts.append(AccountNode("part", "part", "", "one", 0))
    flows += [Flow(name, "other", "moved", "spent") for name in ("one", "two", "three")]
    drawn = account_diagram(evolve(club(), accounts=tuple(accounts), flows=tuple(flows)))
    boxes = [
        [float(x) for x in found]
        for found in re.findall(r'<rect x="(.+?)" y="(.+?)" width="(.+?)" height="(.+?)"', drawn)
    ]
    lines = [[float(x) for x in found] for found in re.findall(r"M([\d.-]+) ([\d.-]+) H([\d.-]+)", drawn)]
    assert len(lines) == 12
    for x, y, end in lines:
        across = [
            b for b in boxes if b[1] < y < b[1] + b[3] and min(x, end) < b[0] + b[2] - 1 and max(x, end) > b[0] + 1
        ]
        assert not across
    assert len(set(re.findall(r"V[\d.-]+", drawn))) == 5


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
