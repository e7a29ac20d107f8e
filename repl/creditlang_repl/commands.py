"""The commands that may be typed beside the language: their words in both dialects, and what people are told of them.

A command begins a line; the longest form that fits decides. In Chinese it may be closed up with what follows. What is
no command is a declaration, if it begins like one, else an expression.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from attrs import frozen

from creditlang.diagnostics import Phrase
from creditlang.syntax.keywords import keywords

Operand = Literal[
    "", "policy", "address", "student", "topic", "record", "kind", "account", "item", "setting", "declaration", "edit",
    "condition", "expression", "date", "field", "file", "word", "literal",
]  # fmt: skip
"""What an operand is, so that completion knows what to offer."""


@frozen
class Command:
    """One command. `operands` are what stands after it, the last one repeated."""

    name: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    operands: tuple[Operand, ...]
    usage: Phrase
    summary: Phrase
    example: Phrase

    @property
    def forms(self) -> tuple[str, ...]:
        """Everything that calls it."""
        return (*self.en, *self.zh)


@cache
def commands() -> Mapping[str, Command]:
    """All commands by name, in the order in which help lists them; read once."""
    table = tomllib.loads(Path(__file__).with_name("commands.toml").read_text(encoding="utf-8"))
    return {
        name: Command(
            name, tuple(entry["words"]["en"]), tuple(entry["words"]["zh"]), tuple(entry["operands"]),
            *(Phrase(entry[part]["en"], entry[part]["zh"]) for part in ("usage", "summary", "example")),
        )
        for name, entry in table.items()
    }  # fmt: skip


@cache
def by_form() -> Mapping[str, Command]:
    """The commands by everything that calls them, longest form first."""
    pairs = [(form, command) for command in commands().values() for form in command.forms]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))


def command_at(text: str) -> tuple[Command, int] | None:
    """The command that a text begins with, and where its operands begin; None where it begins with none.

    An English word is a command only as a whole word, and not before a bracket or an operator that makes it a name in
    an expression (`count(activity)`, `top + 1`).
    """
    start = len(text) - len(text.lstrip())
    for form, command in by_form().items():
        end = _end(text, start, form)
        if end is not None and not _is_name(text, end, form):
            return command, end + len(text[end:]) - len(text[end:].lstrip(" \t　"))
    return None


def _end(text: str, start: int, form: str) -> int | None:
    """Where a form ends that stands at `start`, blanks between its words taken as they come."""
    position = start
    for number, word in enumerate(form.split()):
        if number:
            space = len(text[position:]) - len(text[position:].lstrip(" \t"))
            if not space:
                return None
            position += space
        if text[position : position + len(word)].lower() != word:
            return None
        position += len(word)
    return position


def _is_name(text: str, end: int, form: str) -> bool:
    """Whether the word goes on, or is followed by what makes it a name."""
    following = text[end : end + 1]
    if form.isascii() and form.isalpha() and (following == "_" or following.isalnum()):
        return True
    return text[end:].lstrip()[:1] in tuple("(+*[=<>（＋＝")


_DECLARATIONS = (
    "LET", "UNIT", "SCALE", "CHOICE", "RECORD", "CATEGORY", "SCORE", "ITEM", "ADJUST", "TABLE", "FACT", "CREDIT",
    "ACCOUNT", "OFFSET", "REQUIRE", "TREAT", "UNIQUE", "READING", "CALENDAR", "USE",
)  # fmt: skip


def declaration_at(text: str) -> str | None:
    """The keyword that begins a declaration at the beginning of a text; None where the text is none."""
    start = len(text) - len(text.lstrip())
    for form, terminal in _declarations().items():
        end = _end(text, start, form)
        if end is not None and not _is_name(text, end, form) and text[end:].strip():
            return terminal
    return None


@cache
def _declarations() -> Mapping[str, str]:
    forms = keywords().forms
    pairs = [(form, name) for name in _DECLARATIONS for group in forms[name].values() for form in group]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))
