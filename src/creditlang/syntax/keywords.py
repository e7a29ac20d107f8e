"""The keyword table of `grammar/keywords.toml`, arranged for the lexer.

A keyword may have several words ("at least") and several forms; a form may serve several terminals ("in"), and the
parser's state decides between them. The table holds no grammar.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from attrs import frozen

from creditlang.syntax.generated import generated, grammar_file, made_from


@frozen
class Form:
    """One written form of keywords, and the terminals that it may stand for."""

    text: str
    terminals: tuple[str, ...]
    several: bool
    """Whether it has several words."""


@frozen
class Keywords:
    """Forms by their first word (English) or first character (Chinese), longest first."""

    english: Mapping[str, tuple[Form, ...]]
    chinese: Mapping[str, tuple[Form, ...]]
    forms: Mapping[str, Mapping[str, tuple[str, ...]]]
    words: frozenset[str]
    """Every form."""

    def is_form(self, text: str) -> bool:
        """Whether a keyword is written like this, or begins with it."""
        return text in self.english or any(form.text == text for form in self.chinese.get(text[:1], ()))

    def written(self, terminal: str, language: str) -> str:
        """The first form of a terminal in a language, else its form in the other, else its name."""
        entry = self.forms.get(terminal, {})
        for choice in (language, "en", "zh"):
            if entry.get(choice):
                return entry[choice][0]
        return terminal


def _arranged(forms: dict[str, list[str]], english: bool) -> dict[str, tuple[Form, ...]]:
    arranged: dict[str, list[Form]] = {}
    for text, terminals in forms.items():
        key = text.split()[0] if english else text[0]
        arranged.setdefault(key, []).append(Form(text, tuple(terminals), " " in text))
    return {key: tuple(sorted(group, key=lambda form: -len(form.text))) for key, group in arranged.items()}


@cache
def spaced(text: str) -> re.Pattern[str]:
    """The pattern of a form of several words, with any spaces between them."""
    return re.compile(r"[ \t]+".join(text.split()) + r"(?!\w)")


@cache
def keywords() -> Keywords:
    """The table, read once."""
    text = grammar_file("keywords.toml")
    table: dict[str, Any] = generated()["keywords"]
    if generated()["keywords_file"] != made_from(text):
        import tomllib

        table = tomllib.loads(text)
    by_form: dict[str, dict[str, list[str]]] = {"en": {}, "zh": {}}
    for terminal, entry in table.items():
        for language in ("en", "zh"):
            for form in entry[language]:
                by_form[language].setdefault(form, []).append(terminal)
    return Keywords(
        english=_arranged(by_form["en"], english=True),
        chinese=_arranged(by_form["zh"], english=False),
        forms={name: {key: tuple(value) for key, value in entry.items()} for name, entry in table.items()},
        words=frozenset(form for forms in by_form.values() for form in forms),
    )
