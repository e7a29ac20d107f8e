"""Every line that a policy can have is said in words, in both languages."""

import random
import re
from collections.abc import Iterator

import pytest
from tests.differential.drafts import drafted

from creditlang import driver
from creditlang.core import operators as o
from creditlang.diagnostics import Language
from creditlang.resources import policy_path
from creditlang.rule_words import DeclarationWords
from creditlang.rule_words.line_words import _MEANINGS
from creditlang.source import SourceFile

POLICIES = (
    "driver_demerits", "hengyang", "house_points", "jifen_luohu", "professional_education", "shangrao", "sushe_kaohe",
    "volunteer_hours", "zonghe_ceping",
)  # fmt: skip
LANGUAGES: tuple[Language, ...] = ("en", "zh")
CLUB = """
unit point "分"
student
    house "社" : red "红社" | blue "蓝社"
record activity "活动"
    item : item
    on "日期" : date
    hours "小时" : number, default 1
    level "级别" : national "国家级" | school "校级", required when used
    whole_event "全程参与" : yes or no, default yes
category talks "讲座类" in point from activity
    item talk "讲座" [Art. 1]
        void when not whole_event, "left early"
        per event by level
            national  2
            school    1
        cap 5 per calendar year [Art. 2]
    item help "帮忙"
        0.5 per hours
        half when level is school
        highest once per calendar year
require member "合格"
    "enough": talks at least 3 [Art. 3]
"""
SAID = [
    ("未全程参与", "非全程参与的，不计", "Does not count if whole event is no"),
    ("by level", "按级别，依下表计", "Gives so much by level, as in the table"),
    ("cap", "每自然年最高5分", "At most 5 points per calendar year"),
    ("hours", "计0.5分 × 小时", "Gives 0.5 points × hours"),
    ("half", "级别为校级的，减半计算", "If level is school: counts half"),
    ("once", "每自然年只计最高的一次", "Only the highest one per calendar year counts"),
    ("requirement", "enough：讲座类不低于3", "enough: talks is at least 3"),
]


def texts(compiled: driver.Compiled, language: Language) -> Iterator[str]:
    """All that is said of a policy."""
    words = DeclarationWords.of(compiled.policy, compiled.compilation.program, language)
    for rule in words.all():
        yield rule.label
        for sentence in rule.sentences:
            yield from (sentence.text, *(cell for row in sentence.rows for cell in row)) if sentence.text else ()
    for kind in compiled.policy.given_kinds.values():
        yield from (cell for row in words.columns(kind.name, "", "", kind.columns).sentences[0].rows for cell in row)


def compiled_of(name: str) -> driver.Compiled:
    path = policy_path(name)
    assert path is not None
    source = driver.read_source(path)
    assert isinstance(source, SourceFile)
    return driver.compile_source(source)


def test_every_operator_has_a_phrase() -> None:
    assert {kind.__name__ for kind in _MEANINGS} == {kind.__name__ for kind in o.Operator.__subclasses__()}


@pytest.mark.parametrize(("about", "chinese", "english"), SAID)
def test_a_line_is_said_as_an_office_says_it(about: str, chinese: str, english: str) -> None:
    compiled = driver.compile_text(CLUB)
    assert not compiled.errors
    assert chinese in list(texts(compiled, "zh"))
    assert english in list(texts(compiled, "en"))


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_bundled_policies_are_said(name: str, language: Language) -> None:
    for text in texts(compiled_of(name), language):
        assert text and not re.search(r"None|\(\)|（）|[{}]|Decimal|Read\b|Compare", text)


def test_drafted_policies_are_said() -> None:
    """Between them the drafts have nearly every form of the core."""
    rng = random.Random(7)
    for draft in filter(None, (drafted(rng, "en") for _ in range(60))):
        compiled = driver.compile_source(SourceFile("policy.credit", draft.text), check=False)
        for language in LANGUAGES:
            assert all(text for text in texts(compiled, language))


@pytest.mark.parametrize("unit", ["point", "points", 'point "points"', 'points "point"', 'points "point" "分"'])
def test_a_unit_is_said_in_the_number_it_has(unit: str) -> None:
    """One point and three points, whichever of the two the policy declares and whichever is its label."""
    text = CLUB.replace('unit point "分"', f"unit {unit}").replace("in point", f"in {unit.split(maxsplit=1)[0]}")
    said = "\n".join(texts(driver.compile_text(text.replace("0.5 per", "1 per")), "en"))
    assert "At most 5 points per" in said and "Gives 1 point ×" in said and "pointses" not in said, said
