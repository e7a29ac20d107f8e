"""What is laid out, or said in the other language, is the same policy: bundled ones, lines of the reference, and
derivations of the grammar that nobody would write.
"""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from lark import Lark

from creditlang.driver import names_beside, read_source
from creditlang.format import formatted
from creditlang.format.concrete_tree import concrete
from creditlang.format.keyword_forms import is_of
from creditlang.source import SourceFile
from creditlang.syntax import parse
from creditlang.syntax.generated import grammar_file
from creditlang.syntax.keywords import keywords

BUNDLED = sorted(Path(__file__).parents[2].joinpath("stdlib_policies").rglob("*.credit"))


@pytest.mark.parametrize("language", [None, "zh", "en"])
@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_bundled_files_keep_their_trees_and_change_only_once(path: Path, language: str | None) -> None:
    source = read_source(path)
    assert isinstance(source, SourceFile)
    names = names_beside(path, source)
    result = formatted(source, names, language)  # raises where the tree is not the same
    again = SourceFile("again", result)
    assert formatted(again, names, language) == result
    assert re.findall("#.*", result) == [comment.rstrip() for comment in re.findall("#.*", source.text)]
    if language is None:
        assert result == source.text, "lay it out: creditlang fmt"


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_no_keyword_of_the_other_language_is_left(path: Path) -> None:
    source = read_source(path)
    assert isinstance(source, SourceFile)
    names = names_beside(path, source)
    for language, other in (("en", "zh"), ("zh", "en")):
        words = concrete(SourceFile(language, formatted(source, names, language)), names).root.words()
        assert [word.text for word in words if is_of(word, other)] == []


_MARKS = {"_NL": "⏎", "_INDENT": "⇥", "_DEDENT": "⇤"}
_NAMES = st.sampled_from(["alpha", "bravo", "delta", "申酉", "寅卯"]).map(lambda name: f"{name} ")
_WRITTEN = {
    "NAME": _NAMES,
    "STRING": st.sampled_from(['"a" ', "“乙” "]),
    "NUMBER": st.sampled_from(["1 ", "2 ", "12.5 "]),
    "PERCENT": st.just("50% "),
    "DATE": st.sampled_from(["2024-09-01 ", "2024年9月2日 "]),
    "SEMESTER_NAME": st.just("2024-2025-1 "),
    "ORDINAL": st.sampled_from(["2nd ", "第3次 "]),
    "CITATION": st.sampled_from(["[1] ", "【第一条】 "]),
    "BAND": st.sampled_from(["1-10 ", "46+ "]),
    **{terminal: st.just(text) for terminal, text in _MARKS.items()},
    **{
        terminal: st.just(f"{text} ")
        for terminal, text in {
            "COLON": ":", "COMMA": ",", "CLAUSE_COMMA": ",", "BAR": "|", "LPAR": "(", "RPAR": ")", "RSQB": "]",
            "LSQB": "\b[", "EQUAL": "=", "NOT_EQUAL": "!=", "LESS": "<", "MORE": ">", "AT_LEAST": ">=", "AT_MOST": "<=",
            "PLUS": "+", "MINUS": "-", "STAR": "*", "SLASH": "/", "DOT": "\b.\b",
        }.items()
    },
}  # fmt: skip


def _strategies() -> dict[str, st.SearchStrategy[str]]:
    forms = {
        name: st.sampled_from([form for group in entry.values() for form in group]).map(lambda form: f"{form} ")
        for name, entry in keywords().forms.items()
    }
    both = {name: st.one_of(_WRITTEN[name], forms[name]) for name in _WRITTEN.keys() & forms.keys()}
    return {**forms, **_WRITTEN, **both}


def _laid(text: str) -> str:
    """The marks of a derivation as lines."""
    lines, depth = [""], 0
    for part in re.split("([⏎⇥⇤])", text):
        if part == "⏎":
            lines.append("")
        elif part in ("⇥", "⇤"):
            depth += 1 if part == "⇥" else -1
        else:
            lines[-1] += "    " * depth + part
    return re.sub(" *\b *", "", "\n".join(lines))


def _derivations(start: str) -> st.SearchStrategy[str]:
    text = grammar_file("creditlang.lark")
    lark = Lark(text, parser="lalr", start=start)
    used = {symbol.name for rule in lark.rules for symbol in rule.expansion}
    explicit = {name: found for name, found in _strategies().items() if name in used}
    return from_lark(lark, start=start, explicit=explicit).map(_laid)


@pytest.mark.parametrize("language", [None, "zh", "en"])
@pytest.mark.parametrize("start", ["start", "typed_line"])
def test_derivations_of_the_grammar_keep_their_trees(start: str, language: str | None) -> None:
    taken = 0

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(_derivations(start))
    def check(text: str) -> None:
        nonlocal taken
        if start == "typed_line":
            text = "category alpha\n    " + text.replace("\n", "\n    ")
        source = SourceFile("generated", text)
        assume(not parse(source).diagnostics)
        taken += 1
        result = formatted(source, (), language)
        assert formatted(SourceFile("again", result), (), language) == result

    check()
    assert taken >= 20


def test_an_amount_over_events_is_closed_up_and_said_in_english() -> None:
    text = "计量单位 分\n类别 甲 单位 分\n    项目 乙：扣3分/次\n"
    source = SourceFile("policy", text)
    assert formatted(source, ()) == text
    assert formatted(source, (), "en").endswith("    item 乙: deduct 3分 per event\n")
