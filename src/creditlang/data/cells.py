"""The one grammar for cells: what text in data means as a number, a date, yes or no, a semester, a text.

Every reader goes through here, whatever file the cell came from, so that a value never depends on the format it
travelled in. Each function takes the cell's text and either returns the value or raises `CellError` with the code
that says why not. An empty cell is missing, which is the caller's affair: ask `strip_cell` first.

Invariants: nothing is rounded, guessed or repaired. Full-width forms of ASCII mean the same as ASCII in every kind
but text; digits of other scripts are not digits. Text is cut of surrounding blanks and otherwise untouched: never
Unicode-normalised, because that changes characters in people's names. The values of texts are never quoted in
messages, for the same reason.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeVar

from creditlang.diagnostics import Diagnostic, Phrase, Place, report
from creditlang.values import low, quotient

MOST_DIGITS: Final = 12
"""Digits that a number may have, zeros that do not matter left out."""

LONGEST_TEXT: Final = 4_000
"""Code points that a text may have."""

LONGEST_DIVIDED: Final = 200
"""Code points of a cell that is divided: more are no number and no name."""

LONGEST_QUOTE: Final = 20
"""Code points of a bad cell that a message repeats."""

DATE_ORDERS: Final = ("day/month/year", "month/day/year")
"""What the order of a day with the year at its end may be."""

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100

BLANKS: Final = (
    " \t\r\n\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\ufeff"
)
"""What may stand around a cell and is no part of it."""
T = TypeVar("T")

_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

# Control characters, line separators, marks that turn the direction of writing, blanks without width, halves of broken
# characters. The joiners U+200C and U+200D stay: some scripts need them in names.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_NUMBER: Final = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?")
_DATE: Final = re.compile(
    r"(?:([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{4}) ?年 ?([0-9]{1,2}) ?月 ?([0-9]{1,2}) ?[日号]"
    r"|([0-9]{4})([0-9]{2})([0-9]{2}))"
    r"(?P<time>[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})(?P<time>[ T].*)?")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_NAMED_MONTH: Final = (
    re.compile(rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH},?[ -](?P<year>[0-9]{{4}})", re.IGNORECASE),
    re.compile(rf"{_MONTH} (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,? (?P<year>[0-9]{{4}})", re.IGNORECASE),
)
_MIDNIGHT: Final = re.compile(r"[ T]0?0:00(?::00)?")
_SEMESTER: Final = re.compile(
    r"([0-9]{4})[-—–]([0-9]{4})(?:-(1|2|3|12)| ?(?:学年度?)? ?第 ?([一二12]) ?学期| ?学年度? ?([上下]) ?学期)"
)
_SEASON: Final = re.compile(
    r"\b(?:semester ([12])|(first|second|1st|2nd) semester|(fall|autumn|spring)(?: semester| term)?)\b"
    r"|(?<=[0-9]|年) ?([春秋])季?(?:学期)?"
)
_YEARS: Final = re.compile(r"([0-9]{4})(?:[-—–/]([0-9]{4}|[0-9]{2}))? ?年?")
_SECOND: Final = frozenset({"2", "second", "2nd", "spring", "春"})
_TERMS: Final = {"1": 1, "2": 2, "3": 1, "12": 2, "一": 1, "二": 2, "上": 1, "下": 2}
_WEEKDAYS: Final = "一二三四五六日"
_DAY_AND_TIME: Final = re.compile(
    r"(?P<day>.*?)"
    r"(?:[ T]*[（(]?(?:星期|周|礼拜)(?P<weekday>[一二三四五六日天])[)）]?)?"
    r"(?:[ T]+(?:上午|下午|中午|晚上|凌晨|[AaPp][Mm])? ?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"(?: ?[AaPp][Mm])?)?"
)
_YEAR: Final = re.compile(r"([0-9]{4})(?:[-—–]([0-9]{4}))?(?: ?学年度?)?")
_DIVIDED: Final = re.compile(
    r"([A-Za-z]*[0-9][0-9A-Za-z.]*)\s*([^0-9A-Za-z.\s][^0-9]*)?"
    r"|([^0-9]+?)\s*([A-Za-z]*[0-9][0-9A-Za-z.]*)|([^0-9]*)"
)
_BETWEEN: Final = " -—–_/、:：,，|"
"""What may stand between a number and a name, and belongs to neither."""

# What spreadsheets and programs make of a number of many digits.
_REWRITTEN: Final = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]+|[0-9]+\.0+")
_YES: Final = frozenset({"是", "有", "真", "yes", "true", "y", "1", "√"})
_NO: Final = frozenset({"否", "无", "假", "no", "false", "n", "0", "×"})


class CellError(ValueError):
    """A cell that cannot be read. `code` and `arguments` make the message once the cell's place is known.

    As an exception it shows the code alone: a traceback must not carry values out of people's records.
    """

    def __init__(self, code: str, arguments: dict[str, str] | None = None) -> None:
        """`arguments` fill the sentence on the code's page."""
        super().__init__(code)
        self.code = code
        self.arguments = arguments or {}

    def diagnostic(self, place: Place) -> Diagnostic:
        """The message for the cell at `place`."""
        return report(self.code, place, **self.arguments)


def strip_cell(text: str) -> str:
    """The text without surrounding blanks, full-width blanks and byte order marks. Empty means the cell is missing."""
    return text.strip(BLANKS)


def text_at(cells: Sequence[str], position: int | None) -> str:
    """The text of a cell of a row, empty where the row has none."""
    return strip_cell(cells[position]) if position is not None and position < len(cells) else ""


def quote(text: str) -> str:
    """A bad cell's text as a message may repeat it: at most 20 characters and none that controls a terminal."""
    shown = _FORBIDDEN.sub("", text)
    return shown if len(shown) <= LONGEST_QUOTE else shown[: LONGEST_QUOTE - 1] + "…"


def _plain(text: str) -> str:
    """Without surrounding blanks, full-width forms made plain."""
    stripped = strip_cell(text)
    return stripped if stripped.isascii() else stripped.translate(_FULL_WIDTH)


def folded(text: str) -> str:
    """A text as it is compared with what a policy calls things: without regard to case and width."""
    return _plain(text).casefold()


def alike(text: str, texts: Iterable[str], fold: Callable[[str], str] = folded) -> list[str]:
    """Those of some texts that are the same as this one without regard to case and width."""
    wanted = fold(text)
    return [other for other in texts if fold(other) == wanted]


def spelled(values: Mapping[str, T], fold: Callable[[str], str] = folded) -> Callable[[str], T | None]:
    """How a text is found among some: as it stands, else as `fold` compares it, if that leaves one thing only."""
    loose: dict[str, T | None] = {}
    for text, value in values.items():
        key = fold(text)
        loose[key] = value if loose.setdefault(key, value) == value else None

    def find(text: str) -> T | None:
        stripped = strip_cell(text)
        return values[stripped] if stripped in values else loose.get(fold(stripped))

    return find


def _bad(code: str, text: str, **arguments: str) -> CellError:
    return CellError(code, {"value": quote(strip_cell(text)), **arguments})


def parse_number(text: str, decimals: int) -> Decimal:
    """The number, exact, always with `decimals` decimals so that equal numbers are written alike.

    Digits, one point between digits, one sign in front; no exponent, no separators of thousands, no underscore. At
    most 12 digits in all, zeros in front and at the end left out. More decimals than `decimals` are an error, never
    rounded, unless they are zeros. Raises `CellError`: CR600 not a number, CR601 too many decimals, CR602 too many
    digits, CR603 not whole where no decimals are allowed.
    """
    match = _NUMBER.fullmatch(_plain(text))
    if match is None:
        raise _bad("CR600", text)
    sign, whole, fraction = match[1], match[2].lstrip("0"), (match[3] or "").rstrip("0")
    if len(fraction) > decimals:
        raise _bad("CR601", text, decimals=str(decimals)) if decimals else _bad("CR603", text)
    if len(whole) + len(fraction) > MOST_DIGITS:
        raise _bad("CR602", text, digits=str(MOST_DIGITS))
    minus = "-" if sign == "-" and (whole or fraction) else ""
    return Decimal(f"{minus}{whole or '0'}.{fraction.ljust(decimals, '0')}")


@lru_cache(maxsize=65_536)
def parse_date(text: str) -> date:
    """The day: 2024-10-08, 2024/10/8, 2024.10.8, 2024年10月8日 (or 8号), 20241008, 8 October 2024, 8-Oct-2024 or
    October 8, 2024, in the years 1900 to 2100; 14/01/2025 too, as no month is the 14th.

    A time after it is accepted only if it is midnight (`2024-10-08T00:00:00`, `2024/10/8 0:00`), as programs add it
    to plain days. Raises `CellError`: CR604 no such day, CR605 not a date, CR606 with a time of day, CR616 the year at
    the end, and nothing that says whether day or month comes first.
    """
    plain = _plain(text)
    named = next(filter(None, (form.fullmatch(plain) for form in _NAMED_MONTH)), None)
    if named is not None:
        plain = f"{named['year']}-{_MONTHS.index(named['month'].lower()[:3]) + 1}-{named['day']}"
    elif (last := _YEAR_LAST.fullmatch(plain)) is not None:
        month, day = sorted((int(last[1]), int(last[3])))
        if month != day <= len(_MONTHS):
            raise _bad("CR616", text)
        plain = f"{last[4]}-{month}-{day}{last['time'] or ''}"
    match = _DATE.fullmatch(plain)
    if match is None:
        raise _bad("CR605", text)
    time = match["time"]
    if time is not None and (match[2] is None or not _MIDNIGHT.fullmatch(time)):
        raise _bad("CR606", text)
    year, month, day = (int(part) for part in (*match.group(1, 3, 4), *match.group(5, 6, 7, 8, 9, 10)) if part)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _bad("CR604", text)
    try:
        return date(year, month, day)
    except ValueError:
        raise _bad("CR604", text) from None


def year_first(text: str, order: str) -> str:
    """A day with the year at its end, `03/04/2025`, as `parse_date` reads it; `order` is one of `DATE_ORDERS`.

    What has another form stays as it is. Raises `CellError` CR604 where it is no day in this order.
    """
    match = _YEAR_LAST.fullmatch(_plain(text))
    if match is None:
        return text
    day, month = (match[1], match[3]) if order == DATE_ORDERS[0] else (match[3], match[1])
    if not 1 <= int(month) <= len(_MONTHS):
        raise _bad("CR604", text)
    return f"{match[4]}-{month}-{day}{match['time'] or ''}"


def parse_yes_no(text: str) -> bool:
    """是/否, 有/无, 真/假, yes/no, true/false, y/n, 1/0 or √/×; upper case as lower. Raises `CellError` CR607."""
    plain = _plain(text).lower()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise _bad("CR607", text)


@lru_cache(maxsize=4_096)
def parse_semester(text: str) -> str:
    """The semester in its normal form `2024-2025-1`.

    Also read: `2024-2025学年第一学期`, `2024-2025学年度第1学期`, `2024-2025第二学期`, `2024-2025学年下学期`, `2024秋`,
    `Fall 2024`, `Autumn term 2024/25`, `Semester 1 2024-25`, and the term codes of 正方, 3 for the first and 12 for the
    second. The second year follows the first; a spring is the end of its academic year. Raises `CellError` CR608.
    """
    plain = _plain(text)
    match = _SEMESTER.fullmatch(plain)
    if match is not None:
        first, second, term = int(match[1]), int(match[2]), _TERMS[match[3] or match[4] or match[5]]
    elif (found := _of_season(plain.lower())) is not None:
        first, second, term = found
    else:
        raise _bad("CR608", text)
    if second != first + 1 or not FIRST_YEAR <= first < LAST_YEAR:
        raise _bad("CR608", text)
    return f"{first}-{second}-{term}"


def _of_season(plain: str) -> tuple[int, int, int] | None:
    """The two years and the number of a semester that is called by its season or half, with one year or both."""
    half = _SEASON.search(plain)
    if half is None:
        return None
    years = _YEARS.fullmatch(f"{plain[: half.start()]}{plain[half.end() :]}".strip(" ,"))
    if years is None or not (years[2] or half[3] or half[4]):
        return None
    year, term = int(years[1]), 2 if _SECOND.intersection(half.groups()) else 1
    if years[2]:
        return year, int(years[2]) if len(years[2]) > 2 else year // 100 * 100 + int(years[2]), term
    return (year, year + 1, term) if term == 1 else (year - 1, year, term)


def semester_text(year: str, term: str) -> str:
    """One text for `parse_semester` out of two cells: 2023 or 2023-2024学年, and 1, 3, 一, 第一学期 or 上学期.

    Raises `CellError` CR608.
    """
    match, short = _YEAR.fullmatch(_plain(year)), _plain(term).removeprefix("第").removesuffix("学期").strip()
    if match is None or short not in _TERMS:
        raise _bad("CR608", f"{strip_cell(year)} {strip_cell(term)}")
    return f"{match[1]}-{match[2] or int(match[1]) + 1}-{_TERMS[short]}"


def day_text(text: str) -> str:
    """The text without the weekday and the time of day after it, `2024-10-08 星期二 19:30:05`, if the weekday is right.

    What has none stays as it is; so does a time of another zone, `…T20:00:00Z`, whose day here may be the next one.
    """
    match = _DAY_AND_TIME.fullmatch(_plain(text))
    if match is None:
        return text
    weekday = match["weekday"]
    if weekday and parse_date(match["day"]).weekday() != _WEEKDAYS.index(weekday.replace("天", "日")):
        raise _bad("CR611", text)
    return match["day"]


def divided(text: str) -> tuple[str, str]:
    """The number in a cell and the words in it, either of which may be empty: `20240101张三`, `85`, `良好`.

    Raises `CellError` CR688, which does not quote the cell, where it has more than one of either.
    """
    match = _DIVIDED.fullmatch(_plain(text)) if len(text) <= LONGEST_DIVIDED else None
    if match is None:
        raise CellError("CR688")
    number, words = match[1] or match[4] or "", (match[2] or match[3] or match[5] or "").strip()
    return number, (words.strip(_BETWEEN) or words) if number else words


def rounded_text(text: str, decimals: int) -> str:
    """A number rounded half up, as offices round; what is none stays as it is."""
    plain = _plain(text)
    if len(plain) > LONGEST_DIVIDED or not _NUMBER.fullmatch(plain):
        return text
    number, step = Decimal(plain), Decimal((0, (1,), -decimals))
    return f"{low(quotient(number.copy_abs(), Decimal(1), 'half', step)).copy_sign(number):f}"


def parse_text(text: str) -> str:
    """The text without surrounding blanks, otherwise as it stands.

    Raises `CellError`: CR609 a control character, line break or invisible character within, CR610 over 4,000
    characters.
    """
    stripped = strip_cell(text)
    if len(stripped) > LONGEST_TEXT:
        raise CellError("CR610", {"limit": f"{LONGEST_TEXT:,}"})
    if not stripped.isprintable() and (found := _FORBIDDEN.search(stripped)):
        raise CellError("CR609", {"character": _character(found[0])})
    return stripped


def parse_identifier(text: str) -> str:
    """A student's number, which is text: one that a program has rewritten, `2.02401E+11` or `2024010101.0`, is none.

    Raises `CellError` CR692, or as `parse_text`.
    """
    if text.isascii() and text.isalnum() and len(text) <= LONGEST_TEXT:
        return text  # as nearly all are, and nothing below can be wrong with it
    identifier = parse_text(text)
    if _REWRITTEN.fullmatch(identifier):
        raise _bad("CR692", text)
    return identifier


def _character(character: str) -> str:
    if character in "\r\n\u2028\u2029":
        return Phrase("a line break", "换行")
    if character == "\t":
        return Phrase("a tab", "制表符")
    return f"U+{ord(character):04X}"
