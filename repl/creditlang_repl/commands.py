"""The commands that may be typed beside the language: their words in both dialects, and what people are told of them.

A command begins a line; the longest form that fits decides. In Chinese it may be closed up with what follows. What is
no command is a declaration, if it begins like one, else an expression.
"""

import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from attrs import frozen

from creditlang.diagnostics import Phrase
from creditlang.diagnostics.person_words import plural
from creditlang.syntax.keywords import keywords

Operand = Literal[
    "", "policy", "address", "student", "topic", "requirement", "record", "kind", "account", "item", "setting",
    "declaration", "edit", "condition", "expression", "date", "field", "file", "word", "literal",
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
def by_form(people: tuple[str, ...] = ()) -> Mapping[str, Command]:
    """The commands by everything that calls them, longest form first; `people` are words for them beside students."""
    pairs = [(form, one) for one in commands().values() for form in (*of_people(one, people), *one.forms)]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))


def of_people(command: Command, people: tuple[str, ...]) -> tuple[str, ...]:
    """What else calls a command about a student, or about several, where they are called something else."""
    if command.name == "student":
        return people
    several = [(plural(word),) if word.isascii() else (f"{word}名单", f"哪些{word}") for word in people]
    return tuple(form for forms in several for form in forms) if command.name == "students" else ()


def command_at(text: str, names: Collection[str] = (), people: tuple[str, ...] = ()) -> tuple[Command, int] | None:
    """The command that a text begins with, and where its operands begin; None where it begins with none.

    An English word is a command only as a whole word, and not before a bracket or an operator that makes it a name in
    an expression (`count(activity)`, `top + 1`). A Chinese one is none if one of the policy's `names` is longer:
    学生助理 is not 学生 with an operand.
    """
    start = len(text) - len(text.lstrip())
    for form, command in by_form(people).items():
        end = _end(text, start, form)
        if end is not None and not _is_name(text, end, form, command) and not _is_longer(text, start, end, form, names):
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


_PATHS = ("policy", "address", "file", "word")


def _is_name(text: str, end: int, form: str, command: Command) -> bool:
    """Whether the word goes on, or is followed by what makes it a name. A path may begin with `/`."""
    if goes_on(text, end, form):
        return True
    if command.operands[:1] and command.operands[0] in _PATHS:
        return text[end:].lstrip()[:1] in ("=", "(") and command.operands[0] != "word"
    return _is_operand(text, end)


def goes_on(text: str, end: int, form: str) -> bool:
    """Whether a word in Latin letters that ends at `end` does not end there."""
    following = text[end : end + 1]
    return form.isascii() and (form[-1] == "_" or form[-1].isalnum()) and (following == "_" or following.isalnum())


def _is_operand(text: str, end: int) -> bool:
    """Whether an operator follows, or a bracket as behind a function."""
    rest = text[end:].lstrip()
    return rest[:1] in tuple("(+*/[=<>（＋＝") or rest[:2] == "!="


def _is_longer(text: str, start: int, end: int, form: str, names: Collection[str]) -> bool:
    return not form.isascii() and any(len(name) > end - start and text.startswith(name, start) for name in names)


_DECLARATIONS = (
    "LET", "UNIT", "SCALE", "CHOICE", "RECORD", "CATEGORY", "SCORE", "ITEM", "ADJUST", "TABLE", "FACT", "CREDIT",
    "ACCOUNT", "OFFSET", "REQUIRE", "TREAT", "UNIQUE", "READING", "CALENDAR", "USE", "RANKING",
)  # fmt: skip


def declaration_at(text: str, names: Collection[str] = ()) -> str | None:
    """The keyword that begins a declaration at the beginning of a text; None where the text is none.

    As with commands, a Chinese keyword is none if one of the policy's `names` is longer: 表演 is not 表 with a name.
    """
    start = len(text) - len(text.lstrip())
    for form, terminal in _declarations().items():
        end = _end(text, start, form)
        if end is None or not text[end:].strip() or goes_on(text, end, form) or _is_operand(text, end):
            continue
        if not _is_longer(text, start, end, form, names):
            return terminal
    return None


@cache
def _declarations() -> Mapping[str, str]:
    forms = keywords().forms
    pairs = [(form, name) for name in _DECLARATIONS for group in forms[name].values() for form in group]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))
