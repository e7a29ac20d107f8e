"""What the value of a cell means as text: what people see, without what they cannot rely on.

A spreadsheet keeps every number as a binary fraction and shows fifteen digits of it. So those fifteen digits are the
number: 0.30000000000000004 is 0.3, as its author saw it, and a whole number of more digits is none at all, because the
program that saved it has already rounded what somebody typed. A date is a number that counts days, and only its format
says so; it becomes an ISO date, with the time where there is one. A format of nothing but zeros is how offices keep the
zeros in front of a student number, and they are put in front. Percentages and all other formats leave the number.

Every reader of workbooks gets its texts here, so that the old format and the new one cannot differ in a value. Nothing
is guessed: what has no certain text becomes `Trouble`, and its row is invalid.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from attrs import frozen

MOST_DIGITS: Final = 15
"""Digits that a spreadsheet keeps of a number."""

ERRORS: Final = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"}
)

Shown = Literal["number", "date", "time", "elapsed", "zeros"]

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,4})?|[+-]?\.[0-9]+(?:[eE][+-]?[0-9]{1,4})?")
_SIMPLE: Final = re.compile(r"-?(?:[1-9][0-9]{0,14}|(?:0|[1-9][0-9]{0,8})\.[0-9]{0,5}[1-9])|0")
"""A number that is its own text."""
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?)?Z?")
_DAY: Final = 86_400_000
_LAST_DAY: Final = 2_958_465
_FALSE_LEAP_DAY: Final = 60
_BEFORE_IT: Final = date(1899, 12, 31)
_AFTER_IT: Final = date(1899, 12, 30)
_BETWEEN_SYSTEMS: Final = 1_462

_NOT_LETTERS: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|e[+-]|am/pm|a/p|g/通用格式|general')
_ZEROS: Final = re.compile(r"0{2,20}")
_DATE_FORMATS: Final = frozenset({14, 15, 16, 17, 22, *range(27, 32), 36, 50, 51, 52, 53, 54, 57, 58})
_TIME_FORMATS: Final = frozenset({18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56})
_ELAPSED_FORMAT: Final = 46


@frozen
class Trouble:
    """Why a cell has no text: the code of the diagnostic, and what else its sentence wants."""

    code: str
    value: str = ""


@frozen
class Format:
    """What a cell's number format makes of a number; `digits` are those of a format of zeros."""

    shown: Shown = "number"
    digits: int = 0


PLAIN: Final = Format()

_TYPES: Final = frozenset({"n", "s", "str", "inlineStr", "b", "e", "d"})


@frozen
class Reading:
    """How to read a value: the cell's type as XLSX names it, its format, whether a formula gave it.

    `since_1904` counts days as old Macintosh programs do.
    """

    kind: str = "n"
    format: Format = PLAIN
    formula: bool = False
    since_1904: bool = False

    @staticmethod
    def of(attributes: Mapping[str, str], formats: Sequence[Format], since_1904: bool) -> "Reading":
        """How to read a cell with these attributes, without a formula; `formats` are those of the workbook's styles."""
        style, kind = attributes.get("s", "0"), attributes.get("t", "n")
        if kind not in _TYPES:
            return Reading("")
        if kind != "n":
            return Reading(kind, since_1904=since_1904)
        if style.isascii() and style.isdecimal() and len(style) < 10 and int(style) < len(formats):
            return Reading(kind, formats[int(style)], since_1904=since_1904)
        # A number with a style that the file does not have may be a day as well.
        return Reading(kind if style == "0" else "", since_1904=since_1904)

    def text(self, raw: str | None) -> "str | Trouble":
        """The text of a value that is not in the shared texts, or of none at all.

        A formula may give the empty text, and programs save it as a text that is empty; any other formula without a
        value has never been worked out.
        """
        if not raw and self.kind != "e":
            worked_out = self.kind == "str" and raw is not None
            return Trouble("CR730") if self.formula and not worked_out else ""
        raw = raw or ""
        match self.kind:
            case "n":
                return self._number(raw)
            case "b":
                return _BOOLEANS.get(raw) or Trouble("CR733")
            case "e":
                return Trouble("CR731", raw if raw in ERRORS else "#?")
            case "d":
                return _iso_text(raw)
            case "str" | "inlineStr":
                return unescaped(raw)
            case _:
                return Trouble("CR733")

    def _number(self, raw: str) -> "str | Trouble":
        match self.format.shown:
            case "number":
                return number_text(raw)
            case "zeros":
                text = number_text(raw)
                return text.zfill(self.format.digits) if isinstance(text, str) and text.isdecimal() else text
            case shown:
                return _moment_text(raw, shown, self.since_1904)


_BOOLEANS: Final = {"1": "是", "0": "否", "true": "是", "false": "否"}


def number_text(raw: str) -> str | Trouble:
    """The number in plain decimals, as short as it can be: `2.5E-3` is `0.0025`, and `-0` is `0`."""
    if _SIMPLE.fullmatch(raw):
        return raw
    if not _NUMBER.fullmatch(raw):
        return Trouble("CR733")
    shortest = format(float(raw), f".{MOST_DIGITS}g")
    if "inf" in shortest:
        return Trouble("CR729")
    text = format(Decimal(shortest), "f")
    if len(text.lstrip("-").partition(".")[0]) > MOST_DIGITS:
        return Trouble("CR729")
    return "0" if text == "-0" else text


def _moment_text(raw: str, shown: Shown, since_1904: bool) -> str | Trouble:
    """A number of days as a date, a date with a time, a time of day, or a length of time."""
    if not _NUMBER.fullmatch(raw):
        return Trouble("CR733")
    days = float(raw)
    if not 0 <= days < _LAST_DAY + 1:
        return Trouble("CR732")
    # Rounded first, since a second is no binary fraction of a day; then cut to whole seconds, as programs show them.
    whole, seconds = divmod(round(days * _DAY) // 1000, _DAY // 1000)
    if shown == "elapsed":
        return time_text(whole * _DAY // 1000 + seconds)
    if whole == 0:
        return time_text(seconds)
    if since_1904:
        whole += _BETWEEN_SYSTEMS
    if not 1 <= whole <= _LAST_DAY or whole == _FALSE_LEAP_DAY:
        return Trouble("CR732")
    day = (_AFTER_IT if whole > _FALSE_LEAP_DAY else _BEFORE_IT) + timedelta(whole)
    return f"{day} {time_text(seconds)}" if seconds else str(day)


def time_text(seconds: int) -> str:
    """A time of day, or a length of time, from its seconds."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _iso_text(raw: str) -> str | Trouble:
    """A date that the file keeps as text; programs that write such files add midnight to plain days."""
    match = _ISO.fullmatch(raw)
    if match is None:
        return Trouble("CR733")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        text = str(date(year, month, day))
    except ValueError:
        return Trouble("CR732")
    return f"{text} {hour:02}:{minute:02}:{second:02}" if hour or minute or second else text


_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """Text with `_x000A_` and the like read as the characters for which XLSX writes them."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: match[0] if match[1][0] in "dD" else chr(int(match[1], 16)), text)


@lru_cache(maxsize=4_096)
def format_of(number: int, code: str | None) -> Format:
    """The format with a code, or the built-in one with a number.

    The built-in ones from 27 to 58 are dates in Chinese programs, which are those that write them. Of a code, what is
    in quotes, after a backslash or in brackets is taken away first; then `y` and `d` are of a date, `h` and `s` of a
    time, and `m` of whichever it stands with.
    """
    if code is None:
        if number in _DATE_FORMATS:
            return Format("date")
        if number in _TIME_FORMATS:
            return Format("time")
        return Format("elapsed") if number == _ELAPSED_FORMAT else PLAIN
    if _ZEROS.fullmatch(code):
        return Format("zeros", len(code))
    letters = _NOT_LETTERS.sub("", code.lower())
    if "[" in letters:
        return Format("elapsed")
    if any(letter in letters for letter in ("y", "d", "e", "aaa")):
        return Format("date")
    if "h" in letters or "s" in letters:
        return Format("time")
    return Format("date") if "m" in letters else PLAIN
