"""One broken line hides no other, and one broken stage does not hide the findings of the next."""

import pytest

from creditlang.driver import check_text, compile_text
from creditlang.examples import run_examples
from creditlang.syntax.keywords import keywords

SOUND = """unit credit
record activity
    item : item
    on : date
    n : number
    m : number, optional
"""


def places(text: str) -> set[tuple[str, int]]:
    """The code and line of each error and warning."""
    return {
        (found.code, found.span.source.line_number(found.span.start))
        for found in check_text(text)
        if found.span is not None and found.code != "CR333"
    }


def lines(text: str) -> set[int]:
    """The lines that something is said of."""
    return {line for _, line in places(text)}


def test_every_broken_line_of_a_body_is_told() -> None:
    """Three lines that cannot be read, in one item, between lines that can."""
    text = SOUND + (
        "category c in credit\n"  # line 7
        "    item x\n"
        "        1 per per event\n"  # 9
        "        cap 1 in in total\n"  # 10
        "        half half\n"  # 11
        "    item y\n"
        '        void when unknown_name, "x"\n'  # 13
        "        1 per event\n"
    )
    assert {9, 10, 11, 13} <= lines(text)


def test_a_broken_declaration_does_not_hide_its_neighbours() -> None:
    """Errors of names and types are found beside errors of syntax, before and after them."""
    text = SOUND + (
        "category a in credt\n"  # 7: unknown unit
        "    item x: 1 per event\n"
        "catgory b in credit\n"  # 9: syntax
        "    item y: 1 per event\n"
        "category d in credit\n"
        "    item z: missing_name per event\n"  # 12: unknown name
        "let l = 1 +\n"  # 13: syntax
        "require r\n"
        "    d at least nothing\n"  # 15: unknown name
        "category d in credit\n"  # 16: duplicate
    )
    assert {7, 9, 12, 13, 15, 16} <= lines(text)


def test_an_unclosed_text_or_citation_ends_with_its_line() -> None:
    """What follows is read."""
    text = SOUND + (
        'category a "label in credit\n'  # 7
        "    item x: 1 per event\n"
        "category b in credit [第一条\n"  # 9
        "    item y: 1 per event\n"
        "category d in credit\n"
        "    item z: nobody per event\n"  # 12
    )
    assert {7, 9, 12} <= lines(text)


def test_bad_indentation_is_told_and_the_rest_read() -> None:
    """A line that fits no block."""
    text = SOUND + (
        "category a in credit\n"
        "        item x: 1 per event\n"
        "    item y: 1 per event\n"  # 9
        "category d in credit\n"
        "    item z: nobody per event\n"  # 11
    )
    assert {9, 11} <= lines(text)


def test_errors_of_values_are_all_told() -> None:
    """Units, types, missing values and overlaps in one policy."""
    text = SOUND + (
        "unit point\n"
        "scale level: high > low\n"
        "category a in credit\n"
        "    item x: 1 point per event\n"  # 10: unit
        "    item y: 1 per event when n is high\n"  # 11: type
        "    item z: 1 per event when m > 1\n"  # 12: missing
        "    item v: n / 3 per event\n"  # 13: division
        "    item w\n"
        "        1 per event when n > 1\n"
        "        2 per event when n > 2\n"  # 16: overlap
    )
    assert {("CR202", 10), ("CR203", 12), ("CR204", 13), ("CR311", 16)} <= places(text)
    assert 11 in lines(text)


def test_an_error_is_told_once() -> None:
    """An unknown name is one finding, however often what stands on it is used."""
    text = SOUND + "let l = nobody + 1\ncategory a in credit\n    item x: l per event\n    item y: l + l per event\n"
    assert places(text) == {("CR101", 7)}


def test_the_end_of_the_file() -> None:
    """A file may end anywhere."""
    for text in ("category", "category a in", "category a in credit\n    item x:", 'unit "', "let x = (1"):
        found = check_text(text)
        assert found, text
        assert all(diagnostic.code.startswith("CR00") for diagnostic in found[:1]), text


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "\n\n   \n\t\n", "\ufeff".encode().decode("utf-8-sig")])
def test_an_empty_policy_says_nothing_yet(text: str) -> None:
    """That is a warning, and no error."""
    assert [(found.code, found.severity.value) for found in check_text(text)] == [("CR116", "warning")]


def test_places_are_inside_the_text() -> None:
    """Every span of a finding can be shown."""
    text = SOUND + "category a in credit\n    item x\n        1 per"
    for found in check_text(text):
        assert found.span is not None
        assert found.span.end <= len(text)


@pytest.mark.parametrize("lines", [
    'examples "t" of activity, x\n    on          n  counts\n    2024-10-08  1  yes\n',
    'example "t"\n    activity x, on 2024-10-08, n 1\n    set rate = 2024-10-08\n    expect a = 1\n',
    'example "t"\n    activity x, on 2024-10-08, n 1\n    expect a = "x" to 1\n',
    'example "t"\n    activity x, on 2024-10-08, n 1\n    as of 2024-02-31\n    expect a = 1\n',
    'example "t"\n    nothing x, on 2024-10-08\n    expect a = 1\n',
    'example "t"\n    activity x, on 2024-10-08, n 1\n    expect nothing = 1\n',
])  # fmt: skip
def test_examples_that_cannot_be_judged(lines: str) -> None:
    """They fail with a finding, here or when they are run."""
    compiled = compile_text(SOUND + "let rate = 1 credit\ncategory a in credit\n    item x: rate per event\n" + lines)
    if not compiled.errors:
        outcomes = list(run_examples(compiled.policy, compiled.compilation.program))
        assert {failure.code for outcome in outcomes for failure in outcome.failures} & {"CR801", "CR802"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_name_that_is_read_as_a_word_is_told(language: str) -> None:
    """Every word of the language as a field, a fact and an account: it can be read, or is told to be what it is."""
    words = {name: entry for name, entry in keywords().forms.items() if name != "SHARED_BY"}  # begins a declared name
    told = 0
    for form in sorted({form for entry in words.values() for form in entry.get(language, ()) if form.isidentifier()}):
        for text in (
            f"record a\n    item : item\n    {form} : number\ncategory c from a\n    item x\n"
            f"        void when {form} > 3, \"y\"\n        {form} per event\n",
            f"record a\n    item : item\nfact {form}\n    yes when any(a)\n    no otherwise\ncategory c from a\n"
            f"    item x\n        void when {form}, \"y\"\n        1 per event\n",
            f"record a\n    item : item\ncategory {form} from a\n    item x : 1 per event\nfact f\n    {form} + 1\n"
            f"require r\n    {form} at least 3\n",
        ):  # fmt: skip
            codes = {found.code for found in compile_text(text, "policy.credit").errors}
            assert "CR014" in codes or not codes & {"CR005", "CR011"}, f"{text}\n{codes}"
            told += "CR014" in codes
    assert told > 20
