"""The grammar is LALR(1) without a conflict, and the keyword table and the grammar know the same keywords."""

import re

from creditlang.resources import grammar_path
from creditlang.syntax.keywords import keywords
from creditlang.syntax.lark_grammar import grammar

NOT_WRITTEN = {"_NL", "_INDENT", "_DEDENT"}
FREE = {
    "NAME", "STRING", "NUMBER", "PERCENT", "DATE", "SEMESTER_NAME", "ORDINAL", "CITATION", "COLON", "COMMA", "BAR",
    "LPAR", "RPAR", "LSQB", "RSQB", "EQUAL", "NOT_EQUAL", "PLUS", "MINUS", "STAR", "SLASH",
    "DOT", "CLAUSE_COMMA", "BAND",
}  # fmt: skip
"""What the lexer makes of itself: names, literals and symbols without words."""
ENGLISH = {"DAY", "IN_ANY", "IN_THE", "OF_EACH_EVENT"}
CHINESE = {
    "BORNE_BY", "BY_ALL", "CONSECUTIVE", "DE_COLON", "EACH_PERIODS", "EACH_PER_FULL", "EACH_TERM", "END_DAY", "HOLDING",
    "IN_RANGE", "ITS_EXTREME", "MEASURE", "PASSED", "PREVIOUS_OF", "RANGE_END", "START_DAY", "STEP_DOWN", "STEP_UP",
    "THE_FOLLOWING", "THIS_MONTH", "VALID_FOR", "WHEN_AFTER",
}  # fmt: skip
"""Keywords of one word order, which the other language has not."""


def declared() -> set[str]:
    """The terminals that the grammar declares."""
    text = grammar_path("creditlang.lark").read_text(encoding="utf-8")
    return {name for line in re.findall(r"^%declare (.*)$", text, re.MULTILINE) for name in line.split()}


def rules() -> str:
    """The grammar without its declarations of terminals and its comments."""
    text = grammar_path("creditlang.lark").read_text(encoding="utf-8")
    return re.sub(r"^%declare .*$|//.*$", "", text, flags=re.MULTILINE)


def test_the_grammar_has_no_conflict() -> None:
    """Strict mode raises on any shift/reduce conflict (and needs interegular)."""
    assert grammar(strict=True, build=False).options.parser == "lalr"


def test_every_terminal_has_forms() -> None:
    """Every keyword that the grammar declares is written in both languages, or its place in the other has another."""
    wanted = declared() - FREE - NOT_WRITTEN
    assert wanted == keywords().forms.keys() - FREE
    assert {name for name in wanted if not keywords().forms[name]["zh"]} == ENGLISH
    assert {name for name in wanted if not keywords().forms[name]["en"]} == CHINESE


def test_every_terminal_is_used() -> None:
    """No terminal is declared that no rule reads."""
    used = set(re.findall(r"\b_?[A-Z][A-Z_]+\b", rules()))
    assert declared() - used == set()


def test_no_terminal_has_a_form_twice() -> None:
    """Forms of one terminal differ."""
    for name, entry in keywords().forms.items():
        for language, forms in entry.items():
            assert len(set(forms)) == len(forms), (name, language)


def test_forms_are_words_of_their_language() -> None:
    """English forms are ASCII words, Chinese forms Chinese characters (and 1) without blanks: the lexer finds each."""
    for name, entry in keywords().forms.items():
        assert all(re.fullmatch(r"[a-z]+( [a-z]+)*", form) for form in entry["en"]), name
        assert all(re.fullmatch(r"[\u4e00-\u9fff][\u4e00-\u9fff1]*", form) for form in entry["zh"]), name
