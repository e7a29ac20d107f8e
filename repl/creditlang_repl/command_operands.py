"""How the operands of commands are cut: asked by completion and colours and, with the same answer, by what carries out.

Only the shape of the text is looked at, and which names there are.
"""

import os.path
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

from attrs import frozen

from creditlang.diagnostics.person_words import plural
from creditlang_repl.commands import goes_on

WHERE: Final = re.compile(r"(?<![A-Za-z0-9_])where(?![A-Za-z0-9_])|其中")
TITLE: Final = re.compile(r"(\"[^\"\n]*\"|“[^”\n]*”|＂[^＂\n]*＂)\s*")
"""The title of an example, in quotation marks."""
TO: Final = re.compile(r"to(?=[\s\"'“])\s*|到\s*", re.IGNORECASE)
"""What stands between a title and a file."""
_TO_FILE = re.compile(r"(?:to|到)(?:\s+|(?=[\"'“])|\Z)", re.IGNORECASE)
_PIECE = r"\"[^\"]*\"|'[^']*'|“[^”]*”|[^\s\"'“]"
_WORD = re.compile(rf"(?P<closed>(?:{_PIECE})+)(?P<open>[\"'“].*)?|[\"'“].*", re.DOTALL)
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'|“([^”]*)”")
_RECORD = re.compile(r"(?:\"([^\"\n]+)\"|“([^”\n]+)”|(\S+))")
_OF = re.compile(r"\s*(?:的\s*)?")
_STUDENT = re.compile(r"(?:student(?![\w])|学生)", re.IGNORECASE)
_AFTER_CONTAINER = " \t　，,：:"


@frozen
class Word:
    """A word of a text, without its quotation marks; None where they are not closed."""

    start: int
    end: int
    value: str | None


@cache
def top(people: tuple[str, ...]) -> re.Pattern[str]:
    """How many students are wanted, up to what puts them in order; `people` are words for them beside students."""
    words = "|".join(re.escape(form) for word in ("student", "学生", *people) for form in (plural(word), word))
    return re.compile(
        rf"(\d{{1,6}})\s*(?:(?:(?:{words})\s+)?by(?![A-Za-z0-9_])|(?:名(?:{words})?)?\s*[，,]?\s*按)\s*", re.IGNORECASE
    )


def words(text: str, start: int = 0) -> list[Word]:
    """The words from `start` on, blanks inside quotation marks kept. A backslash is one: paths may have them."""
    found = []
    for match in _WORD.finditer(text, start):
        closed = match["closed"] is not None and match["open"] is None
        value = _QUOTED.sub(lambda quoted: next(x for x in quoted.groups() if x is not None), match.group())
        found.append(Word(match.start(), match.end(), value if closed else None))
    return found


def file_of(text: str) -> str:
    """The name of a file, which may have blanks without quotation marks; `~` is the user's folder."""
    text = text.strip()
    found = words(text)
    if text[:1] in ("'", '"', "“") and len(found) == 1 and found[0].value is not None:
        text = found[0].value
    return os.path.expanduser(text)


def file_start(text: str, start: int) -> int:
    """Where a file to write to begins: `to`, which one command needs, may stand before it everywhere."""
    match = _TO_FILE.match(text, start)
    return match.end() if match else start


@frozen
class Target:
    """What `change` speaks of: a record by its number, or the student (empty), and where the field is written."""

    record: str
    end: int
    field: int


def target(text: str, start: int, is_kind: Callable[[str], bool], students: Iterable[str] = ()) -> Target | None:
    """A record, its kind in front or not, or the student, as one of `students` says as well."""
    first = _RECORD.match(text, start)
    if first is None:
        return None
    student = _STUDENT.match(text, start)
    if student is not None or first.group() in students:
        end = student.end() if student is not None else first.end()
        return Target("", end, _field(text, end))
    name, end = _number(first), first.end()
    if first[3] is not None and is_kind(name):
        second = _RECORD.match(text, _field(text, end))
        if second is not None:
            name, end = f"{name} {_number(second)}", second.end()
    return Target(name, end, _field(text, end))


def further(text: str, known: Target) -> Target | None:
    """The same with one word more, for a number that has a blank in it."""
    word = _RECORD.match(text, known.field)
    if word is None:
        return None
    return Target(f"{known.record} {_number(word)}", word.end(), _field(text, word.end()))


def _number(match: re.Match[str]) -> str:
    return match[1] or match[2] or match[3]


def _field(text: str, end: int) -> int:
    match = _OF.match(text, end)
    assert match is not None
    return match.end()


def container(text: str, start: int, names: Iterable[str]) -> tuple[int, int] | None:
    """Where the longest of `names` that stands at `start` ends, and where the line to stand in it begins."""
    here = [name for name in names if text.startswith(name, start) and not goes_on(text, start + len(name), name)]
    if not here:
        return None
    end = start + len(max(here, key=len))
    return end, after_container(text, end)


def after_container(text: str, end: int) -> int:
    """Where the line begins behind the name of what it is to stand in."""
    return end + len(text[end:]) - len(text[end:].lstrip(_AFTER_CONTAINER))
