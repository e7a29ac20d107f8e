"""The parts of a code: runs of letters and of digits, with blanks and - _ . / between them passed over."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from creditlang.core import operators as o
from creditlang.interpreter.student_run import Run, missing

_BETWEEN: Final = re.compile(r"[\s\-_./]*")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_DIGITS: Final = re.compile(r"\d+")


def part_of(name: str, columns: Iterable[o.Column], values: Mapping[str, Any], run: Run) -> str | Decimal:
    """A part by the names of its field and its own; a code that is not made of just its parts has none of them."""
    field, _, part = name.partition(".")
    parts = next(column.parts for column in columns if column.name == field)
    code = values.get(field)
    if code is None:
        raise missing(field)
    found: Mapping[str, str | Decimal] | None = run.once(("parts", parts, code), lambda: _split(code, parts))
    if found is None:
        raise missing(part)
    return found[part]


def _split(code: str, parts: Iterable[tuple[str, bool]]) -> Mapping[str, str | Decimal] | None:
    """The parts from left to right, by name, each with whether it is a number; None unless all is used up."""
    found: dict[str, str | Decimal] = {}
    place = _after(_BETWEEN, code, 0)
    for name, is_number in parts:
        end = _after(_DIGITS if is_number else _LETTERS, code, place)
        if end == place:
            return None
        found[name] = Decimal(int(code[place:end])) if is_number else code[place:end]
        place = _after(_BETWEEN, code, end)
    return found if place == len(code) else None


def _after(run: re.Pattern[str], code: str, place: int) -> int:
    """Where a run of characters that begins at a place ends; there, if there is none."""
    found = run.match(code, place)
    return found.end() if found is not None else place
