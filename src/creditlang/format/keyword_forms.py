"""A keyword in the other language: the form that says the same, else the first."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from creditlang.diagnostics import Language, in_language
from creditlang.format.concrete_tree import Word
from creditlang.format.spacing import is_chinese
from creditlang.syntax.from_lark_examples import disposition_of
from creditlang.syntax.from_lark_expressions import DISTANCES, SHARE_ROUNDING, duration_of
from creditlang.syntax.keywords import keywords
from creditlang.syntax.lexer import half_width
from creditlang.types import type_word
from creditlang.words import PERIODS, TYPES, code_of

_MEANINGS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "PERIOD": lambda text: code_of(PERIODS, text),
    "DURATION": duration_of,
    "DISPOSITION": disposition_of,
    "DISTANCE": DISTANCES.get,
    "SHARE_ROUNDING": SHARE_ROUNDING.get,
}
"""What the forms of a keyword mean that say different things, as the tree has it."""
_ALIKE: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "PERIOD": (("academic year", "学年"),),
    "LESS": (("before", "早于"),),
    "MORE": (("after", "晚于"),),
    "THE_HIGHER_OF": (("the later of", "取较晚者"), ("the later of", "取晚")),
    "THE_LOWER_OF": (("the earlier of", "取较早者"), ("the earlier of", "取早")),
    "EVEN_VOID": (("recorded", "登记的"),),
    "AT_LEAST": (("on or after", "不早于"),),
    "AT_MOST": (("no more than", "不超过"), ("on or before", "不晚于")),
}
"""Forms that mean what others do and say it in another way, each with its form in Chinese."""
_IN_CHINESE: Final = {
    **{("AND", rule): "和" for rule in ("scope", "table_line", "higher_line", "ranked_in", "per_groups", "pick")},
    ("FOR", "record_for"): "归于",
}
"""How a keyword is said by a rule in which its first form would say something else."""
_ONE: Final = {"events": "event", "decimals": "decimal"}
_PUNCTUATION: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": {"COLON": "：", "COMMA": "，", "CLAUSE_COMMA": "，"},
    "en": {"COLON": ":", "COMMA": ",", "CLAUSE_COMMA": ",", "LPAR": "(", "RPAR": ")"},
}
_NUMBERED: Final = re.compile(r"\d+")


@cache
def _forms(kind: str, language: Language) -> frozenset[str]:
    return frozenset(keywords().forms.get(kind, {}).get(language, ()))


def is_of(word: Word, language: Language) -> bool:
    """Whether a keyword is of a language, and not of both."""
    text = half_width(" ".join(word.text.split()))
    other: Language = "en" if language == "zh" else "zh"
    return text in _forms(word.kind, language) and text not in _forms(word.kind, other)


def name_is_in(text: str, language: Language) -> bool:
    """Whether a name or a label is of a language."""
    return any(map(is_chinese, text)) == (language == "zh")


def said_in(word: Word, language: Language, before: Word | None) -> str:
    """How a word is written in a language; a name, a number or a text stays as it is. `before` tells how many."""
    text = half_width(" ".join(word.text.split()))
    if word.kind in _PUNCTUATION[language]:
        return _PUNCTUATION[language][word.kind]
    if word.kind == "CITATION":
        return word.text if language == "zh" else f"[{word.text[1:-1]}]"
    if word.rule == "type" and word.kind == "NAME":
        name = type_word(text)
        return in_language(TYPES[name], language) if name in TYPES else word.text
    if word.rule == "part_times" and word.kind in ("TIMES", "EVENTS"):  # here 6次 is `6 times`, not events
        return keywords().written("TIMES" if language == "en" else "EVENTS", language)
    if language == "zh" and (said := _IN_CHINESE.get((word.kind, word.rule))) is not None:
        return said
    if word.kind == "ORDINAL":
        return _ordinal(text, language, "次起" if word.rule == "nth_line" else "次")
    forms = _forms(word.kind, language)
    if not forms or not text[:1].isalnum() or (text in forms and not _is_plural_of_one(word.kind, text, before)):
        return word.text
    if text not in forms:
        text = _form(word.kind, text, language)
    if language == "en" and before is not None and before.kind == "NUMBER" and before.text == "1":
        text = _singular(word.kind, text)
    return text


def _form(kind: str, text: str, language: Language) -> str:
    for english, chinese in _ALIKE.get(kind, ()):
        if text == (chinese if language == "en" else english):
            return english if language == "en" else chinese
    meaning = _MEANINGS.get(kind)
    forms = keywords().forms[kind][language]
    return next(form for form in forms if meaning is None or meaning(form) == meaning(text))


def _is_plural_of_one(kind: str, text: str, before: Word | None) -> bool:
    return before is not None and before.text == "1" and before.kind == "NUMBER" and _singular(kind, text) != text


def _singular(kind: str, text: str) -> str:
    if kind == "DURATION" and text.isascii():
        return text.removesuffix("s")
    return _ONE.get(text, text)


def _ordinal(text: str, language: Language, times: str) -> str:
    number = _NUMBERED.search(text)
    if number is None or is_chinese(text) == (language == "zh"):
        return text
    if language == "zh":
        return f"第{number[0]}{times}"
    n = int(number[0])
    suffix = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"
