"""The parts of a code: runs of letters and of digits, with blanks and - _ . / between them passed over."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

_BETWEEN: Final = re.compile(r"[\s\-_./]*")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_DIGITS: Final = re.compile(r"\d+")


def parts_of(code: str, parts: Iterable[tuple[str, bool]]) -> Mapping[str, str | Decimal] | None:
    """The parts of a code from left to right, by name, each with whether it is a number; None unless all is used up."""
    found: dict[str, str | Decimal] = {}
    place = _BETWEEN.match(code).end()  # type: ignore[union-attr]
    for name, is_number in parts:
        run = (_DIGITS if is_number else _LETTERS).match(code, place)
        if run is None:
            return None
        found[name] = Decimal(int(run.group())) if is_number else run.group()
        place = _BETWEEN.match(code, run.end()).end()  # type: ignore[union-attr]
    return found if place == len(code) else None
