"""Sentences with values in them, and numbers that know their plural."""

from collections.abc import Callable
from typing import Final

from creditlang.diagnostics import Language, Phrase, in_language

_PLURALS: Final = {"entry": "entries", "category": "categories", "policy": "policies", "person": "people"}


SEMICOLON: Final = Phrase("; ", "；")
IN_BRACKETS: Final = Phrase(" ({note})", "（{note}）")
STANDING: Final = Phrase(
    "{label}: {met} met, {unmet} not met, {open} open", "{label}：符合{met}人，不符合{unmet}人，未定{open}人"
)
"""How a requirement stands over students."""
OVER: Final = Phrase("{short} too much", "超出 {short}")
"""By how much a part of a requirement is above what it allows."""
OTHER_BEGINNING: Final = Phrase("it does not begin like one", "文件开头不是这种格式")
TOO_DEEP: Final = Phrase("it is nested too deeply", "嵌套太深")
NONE: Final = Phrase("none", "无")
NOTHING: Final = Phrase("—", "—")


class Counted(int):
    """A number that is written with the word behind its colon, `{count:student}`: 1 student, 2 students."""

    def __format__(self, word: str) -> str:
        """The number, and the word as many as there are."""
        if not word:
            return str(int(self))
        return f"{int(self)} {word if self == 1 else _PLURALS.get(word) or f'{word}s'}"


def both(write: Callable[[Language], str]) -> Phrase:
    """What `write` makes of it in each language."""
    return Phrase(write("en"), write("zh"))


def said(text: str, language: Language, /, **values: object) -> str:
    """A sentence, usually a `Phrase`, in a language; `{name}` stands for a value, `{count:student}` for so many."""
    shown = {name: _shown(value, language) for name, value in values.items()}
    return in_language(text, language).format(**shown)


def _shown(value: object, language: Language) -> object:
    if isinstance(value, str):
        return in_language(value, language)
    return Counted(value) if type(value) is int else value
