"""The help on keywords tells the truth: it is complete, its examples are policies, and both dialects say the same."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import indent

import attrs
import pytest
from lark import Tree

from creditlang.diagnostics import Language, render
from creditlang.driver import Compiled, compile_source
from creditlang.examples import run_examples
from creditlang.source import SourceFile
from creditlang.syntax import tree as t
from creditlang.syntax.keyword_help import KeywordHelp, help_text, keyword_help, of
from creditlang.syntax.keywords import keywords
from creditlang.syntax.lark_grammar import grammar
from creditlang.syntax.lexer import PlacedToken, prepare
from creditlang.types import BUILTIN_TYPES

GROUND = (Path(__file__).parent / "keyword_help.credit").read_text(encoding="utf-8")
AROUND = {
    "alone": (),
    "file": (),
    "policy": ('policy "p"',),
    "record": (
        'record document "材料"',
        '    ended_on "结束日期" : date, optional',
        '    filed_on "申报日期" : date, optional',
    ),
    "category": ("category culture in credit from activity",),
    "item": ("category culture in credit from activity", "    item show"),
    "score": (
        "score discipline per semester in point from violation",
        '    category dorm "宿舍文明"',
        "        item mess : deduct 10 per event",
        '    category sanction "处分"',
        "        item warning : deduct 5 per event",
    ),
    "credit": ("credit labour_credit per semester in credit",),
    "offset": (
        "offset conduct_credit per semester up to 1",
        "    from moral, on request offset_request",
        "    at 1 for 1",
    ),
    "fact_of_record": ("fact derived of activity",),
    "fact_per_year": ("fact derived per year",),
    "require": ("require done",),
    "calendar": (
        "calendar",
        "    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17",
        "    ends 2025-02-16",
    ),
    "example": ('example "e"',),
}
"""The lines right before an example, by the name that its entry gives to what it stands in."""
BY_ITSELF = {"alone", "calendar"}
"""Where no ground lies under an example."""
LANGUAGES: tuple[Language, ...] = ("en", "zh")
ENTRIES = list(keyword_help().values())
BOTH = [(entry, language) for entry in ENTRIES for language in LANGUAGES]
UNUSED = "CR333"
"""What is declared and not used: of a column in an example alone that is no wonder."""
JARGON = {
    "en": r"\b(tokens?|terminals?|booleans?|strings?|integers?|pars(e|er|es|ed)|syntax|operators?|expressions?)\b",
    "zh": "布尔|令牌|终结符|字符串|整型|解析|语法|算子|词法|变量|参数",
}
COMMONEST = {
    "in": "IN_UNIT", "void": "VOID", "pending": "PENDING", "invalid": "INVALID", "working day": "WORKING_DAY",
    "week": "PERIOD", "month": "PERIOD", "year": "PERIOD", "day": "DAY", "after": "AFTER",
    "作废": "VOID", "待定": "PENDING", "无效": "INVALID", "周": "PERIOD", "日": "PERIOD", "按": "BY", "于": "IN",
    "自": "FROM", "从": "FROM", "是": "YES", "晚于": "MORE", "至多": "AT_MOST", "达到": "AT_LEAST", "不计": "VOID",
    "的": "OF", "每": "PER", "同一": "SAME", "项": "EVENTS", "每满": "PER_FULL", "all": "ALL", "before": "LESS",
    "不晚于": "ON_OR_BEFORE", "at least": "AT_LEAST", "至少": "AT_LEAST", "工作日": "DURATION",
    "counted": "DISPOSITION", "最高": "CAP", "平均": "AVERAGE", "on or before": "ON_OR_BEFORE",
    "上一个": "PREVIOUS_OF", "上一": "PREVIOUS_OF", "连续": "IN_A_ROW",
}  # fmt: skip
"""Of each form that several keywords share, the one that it mostly is in the rules of the bundled and the documented
policies; 于 hardly stands in rules, and in examples says of which semester something is expected."""


def named(case: object) -> str | None:
    """A case as a test names it."""
    return case.terminal if isinstance(case, KeywordHelp) else case if isinstance(case, str) else None


def written(entry: KeywordHelp, language: Language) -> str:
    return entry.example.zh if language == "zh" else str(entry.example)


def said(entry: KeywordHelp, language: Language) -> str:
    return entry.says.zh if language == "zh" else str(entry.says)


@cache
def policy(entry: KeywordHelp, language: Language) -> tuple[SourceFile, int]:
    """The example in what is around it, and where it begins."""
    around = AROUND[entry.around]
    before = ("" if entry.around in BY_ITSELF else f"{GROUND}\n") + "".join(f"{line}\n" for line in around)
    depth = 2 if entry.around == "item" else min(len(around), 1)
    text = before + indent(written(entry, language), "    " * depth)
    return SourceFile(f"{entry.terminal}.{language}", text), len(before)


@cache
def compiled(entry: KeywordHelp, language: Language) -> Compiled:
    return compile_source(policy(entry, language)[0])


@cache
def tokens(entry: KeywordHelp, language: Language) -> tuple[tuple[str, str, bool], ...]:
    """Terminal and text of all that the lexer makes of a policy, and whether it is a part of the example."""
    source, start = policy(entry, language)
    known = {name for used in compiled(entry, language).sources[:-1] for name in chinese_names(used)}
    found = grammar(build=False).parse(prepare(source, known), start="start")
    return tuple((token.type, str(token), token.start_pos >= start) for token in leaves(found))


def chinese_names(source: SourceFile) -> Iterator[str]:
    return (name for group in prepare(source).names.values() for name in group)


def leaves(node: Tree[PlacedToken]) -> Iterator[PlacedToken]:
    return (leaf for leaf in node.scan_values(lambda value: isinstance(value, PlacedToken)))


def test_every_keyword_is_told_of_and_nothing_else() -> None:
    assert list(keyword_help()) == list(keywords().forms)
    assert {entry.around for entry in ENTRIES} == AROUND.keys()


@pytest.mark.parametrize(("entry", "language"), BOTH, ids=named)
def test_nothing_is_found_wrong_with_an_example(entry: KeywordHelp, language: Language) -> None:
    """Neither an error nor, in the example itself, anything that the checker would say of it in a whole policy."""
    source, start = policy(entry, language)
    found = compiled(entry, language)
    inside = (one for one in found.diagnostics if one.span and one.span.source is source and one.span.end > start)
    told = [*found.errors, *(finding for finding in inside if finding.code != UNUSED)]
    assert not told, "\n\n".join(render(finding, language) for finding in told)


@pytest.mark.parametrize(("entry", "language"), BOTH, ids=named)
def test_what_an_example_expects_happens(entry: KeywordHelp, language: Language) -> None:
    found = compiled(entry, language)
    outcomes = list(run_examples(found.policy, found.compilation.program))
    told = "\n\n".join(render(failure, language) for outcome in outcomes for failure in outcome.failures)
    assert not told, told
    assert outcomes or "expect" not in entry.example


@pytest.mark.parametrize(("entry", "language"), BOTH, ids=named)
def test_an_example_shows_its_keyword_and_stays_in_its_dialect(entry: KeywordHelp, language: Language) -> None:
    """As the lexer sees it: a name that looks like the keyword does not do, nor does a symbol that stands for it."""
    forms = keywords().forms
    found = [(kind, text) for kind, text, inside in tokens(entry, language) if inside and kind in forms]
    pairs = [(kind, " ".join(text.split())) for kind, text in found]
    own = forms[entry.terminal][language]
    assert not own or any(kind == entry.terminal and text in own for kind, text in pairs), pairs
    foreign = [text for kind, text in pairs if text[0].isalpha() and text not in forms[kind][language]]
    assert foreign == []


@pytest.mark.parametrize(("entry", "language"), BOTH, ids=named)
def test_an_example_is_short(entry: KeywordHelp, language: Language) -> None:
    lines = written(entry, language).splitlines()
    assert 1 <= len(lines) <= 4
    assert all(line.strip() and line == line.rstrip() and len(line) <= 100 for line in lines)


@pytest.mark.parametrize(("entry", "language"), BOTH, ids=named)
def test_what_is_said_is_short_and_plain(entry: KeywordHelp, language: Language) -> None:
    text = said(entry, language)
    assert text == text.strip() and "\n" not in text
    assert 10 <= len(text) <= (120 if language == "zh" else 240)
    assert text.endswith("。" if language == "zh" else ".")
    assert not re.search(JARGON[language], text, re.IGNORECASE)
    assert re.search("[\u4e00-\u9fff]", text) if language == "zh" else text.isascii()


def shape(value: object, words: frozenset[str]) -> object:
    """A tree in which all words that people chose, those of `words`, are alike; spans take no part."""
    match value:
        case t.Node():
            own = words - BUILTIN_TYPES.keys()
            fields = (
                shape(getattr(value, field.name), own if field.name == "type" else words)
                for field in attrs.fields(type(value))
                if field.eq
            )
            return (type(value).__name__, *fields)
        case tuple() | list():
            return [shape(one, words) for one in value]
        case str():
            return "…" if value in words else value
    return value


@cache
def declared(entry: KeywordHelp, language: Language) -> object:
    """The shapes of an example's declarations: those after the ground that they stand on."""
    chosen = {"NAME", "STRING", "CITATION"}
    words = frozenset(text.strip('"[]【】') for kind, text, _ in tokens(entry, language) if kind in chosen)
    ground = 0 if entry.around in BY_ITSELF else len(GROUND)
    own = [node for node in compiled(entry, language).modules[-1].declarations if node.span.start >= ground]
    assert own
    return [shape(node, words) for node in own]


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_both_dialects_say_the_same(entry: KeywordHelp) -> None:
    """They give one tree, but for the names, texts and articles in it."""
    assert declared(entry, "en") == declared(entry, "zh")


def test_shapes_tell_trees_apart() -> None:
    """Equality of shapes is not vacuous: entries whose examples differ in more than names have shapes of their own."""
    shapes = [
        declared(keyword_help()[name], "en") for name in ("ONCE", "CAP", "HALF", "MET", "UNMET", "OPEN", "START_OF")
    ]
    assert all(one != other for place, one in enumerate(shapes) for other in shapes[:place])


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_see_leads_to_other_keywords(entry: KeywordHelp) -> None:
    assert entry.see
    assert len(set(entry.see)) == len(entry.see)
    assert set(entry.see) <= keyword_help().keys() - {entry.terminal}
    assert set(entry.first_for) <= set(entry.forms)


@pytest.mark.parametrize("form", sorted({form for entry in ENTRIES for form in entry.forms}))
def test_every_form_finds_all_its_keywords(form: str) -> None:
    wanted = {entry.terminal for entry in ENTRIES if form in entry.forms}
    for asked in (form, form.upper(), f"  {form.replace(' ', '   ')} "):
        assert {entry.terminal for entry in of(asked)} == wanted


@pytest.mark.parametrize(("form", "terminal"), COMMONEST.items())
def test_the_commonest_keyword_of_a_form_comes_first(form: str, terminal: str) -> None:
    assert of(form)[0].terminal == terminal


def test_every_shared_form_has_a_commonest_keyword() -> None:
    forms = Counter(form for entry in ENTRIES for form in entry.forms)
    assert {form for form, keywords_of_it in forms.items() if keywords_of_it > 1} == COMMONEST.keys()


@pytest.mark.parametrize(
    ("asked", "terminals"),
    [
        ("cap 1 per semester", ["CAP"]),
        ("per event by level", ["PER_EVENT"]),
        ("最高1学分", ["CAP", "ITS_EXTREME"]),
        ("ｃａｐ", ["CAP"]),
        ("highest", ["HIGHEST"]),
        ("从高", ["HIGHEST_ONCE"]),
        ("caption", []),
        ("最高级别", []),
        ("lecture", []),
        ("", []),
    ],
)
def test_more_or_less_than_a_form(asked: str, terminals: list[str]) -> None:
    assert [entry.terminal for entry in of(asked)] == terminals


def test_the_text_in_a_language() -> None:
    assert help_text(keyword_help()["IF_USED"], "en").splitlines() == [
        "required when used",
        said(keyword_help()["IF_USED"], "en"),
        "",
        "    level : level, required when used",
        "",
        "In Chinese: 用到时必填.",
        "See also: optional, default, invalid.",
    ]
    assert help_text(keyword_help()["WHEN_AFTER"], "zh").splitlines()[-1] == "另见：当、否则。"
    assert help_text(keyword_help()["WHEN_AFTER"], "en").startswith("时\n")
