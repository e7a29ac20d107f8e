"""Sentences are filled safely, and pages that do not have the right shape are refused."""

import copy
import pickle

import pytest

from creditlang.diagnostics import (
    BadPage,
    Diagnostic,
    Label,
    Phrase,
    Place,
    Severity,
    UnknownCode,
    catalogue,
    codes,
    either,
    explain,
    fix,
    message,
    report,
)
from creditlang.source import SourceFile, Span

GOOD = (
    "---\ncode: CR999\nname: n\nseverity: warning\nen: {a} and {b}\nzh: {b}和{a}\n---\n## English\nE\n\n## 中文\n中\n"
)


def filled(template: str, **arguments: str) -> str:
    """The message of a page whose English sentence is `template`."""
    page = catalogue.parse_page(GOOD.replace("{a} and {b}", template))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "page", lambda _: page)
        return message(Diagnostic("CR999", arguments))


def test_a_page_is_read() -> None:
    page = catalogue.parse_page(GOOD)
    assert (page.code, page.name, page.severity) == ("CR999", "n", Severity.WARNING)
    assert page.sentences == {"en": "{a} and {b}", "zh": "{b}和{a}"}
    assert page.bodies == {"en": "E", "zh": "中"}
    assert page.fixes == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# CR999\n",
        "---\ncode: CR999\n",
        GOOD.replace("name: n\n", ""),
        GOOD.replace("name: n\n", "name:\n"),
        GOOD.replace("name: n\n", "name: n\nname: n\n"),
        GOOD.replace("name: n\n", "name: n\ncolour: red\n"),
        GOOD.replace("name: n\n", "name\n"),
        GOOD.replace("warning", "catastrophe"),
    ],
)
def test_a_malformed_page_is_refused(text: str) -> None:
    with pytest.raises((BadPage, ValueError)):
        catalogue.parse_page(text)


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("{a}{b}", "{b}B"),
        ("{a.__class__} {a[0]} {a!r} {a:>9} {0} {} {{a}}", "{a.__class__} {a[0]} {a!r} {a:>9} {0} {} {{b}}"),
        ("$a %(a)s \\1 {c}", "$a %(a)s \\1 {c}"),
    ],
)
def test_templates_know_plain_names_only(template: str, wanted: str) -> None:
    assert filled(template, a="{b}", b="B") == wanted


def test_values_are_made_safe_and_short() -> None:
    assert filled("{a}", a="\x1b[2J\n\u202e") == "\\x1b[2J\\n\\u202e"
    assert filled("{a}", a="学" * 40_000) == "学" * 300 + "…"


def test_a_fix_needs_all_its_values() -> None:
    assert fix(report("CR005", None, found="x", expected="y")) == "write y here"
    assert fix(report("CR005", None, found="x", expected="")) is None
    assert fix(report("CR005", None, found="x", expected=None)) is None
    assert fix(report("CR004", None)) is not None


def test_report() -> None:
    span = Span(SourceFile("a", "abc"), 0, 1)
    label = Label(span, "l")
    at_span = report("CR005", span, label, found=Phrase("a word", "一个词"), code=1, where=None)
    assert at_span == Diagnostic("CR005", {"found": "a word", "code": "1"}, span, None, (label,), Severity.ERROR)
    assert (message(at_span), message(at_span, "zh")) == ("I do not understand a word here.", "这里的一个词无法理解。")
    assert report("CR005", Place("a.csv", 2)).place == Place("a.csv", 2)
    assert hash(at_span) == hash(report("CR005", span, label, found="other"))


def test_a_diagnostic_is_in_one_place() -> None:
    with pytest.raises(ValueError, match="not in both"):
        Diagnostic("CR005", {}, Span(SourceFile("a", "abc"), 0, 1), Place("a.csv"))


@pytest.mark.parametrize("code", ["CR998", "CR1", "../pages/CR001", "CR001.md", "", "CR００１"])
def test_unknown_codes(code: str) -> None:
    assert explain(code) is None
    with pytest.raises(UnknownCode):
        report(code, None)


def test_explain_is_lenient_about_case() -> None:
    assert explain(" cr001 ") == explain("CR001") != explain("CR001", "zh")


def test_codes_are_in_order() -> None:
    assert "CR001" in codes()
    assert list(codes()) == sorted(set(codes()))


def test_phrases() -> None:
    both = either([Phrase("a colon", "冒号"), "0.2", Phrase("a name", "名称")])
    assert (both, both.zh) == ("a colon, 0.2 or a name", "冒号、0.2或名称")
    assert (either([]), either(["x"]).zh, either(["x", "y"])) == ("", "x", "x or y")
    for again in (copy.deepcopy(both), pickle.loads(pickle.dumps(both))):
        assert (again, again.zh) == (both, both.zh)
