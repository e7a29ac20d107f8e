"""How the cells of a policy's columns are read: each column's text to its typed value, by the column's type.

Whatever a column holds goes through `cells`; here stands only what a policy adds: bounds of numbers, the values of
scales and choices, names and labels of items and semesters. Nothing is rounded, guessed or dropped. Values from
programs (dates, decimals, whole numbers) pass as they are; a float, where a number is wanted, by its shortest text.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from math import isfinite
from numbers import Integral
from typing import Any, Final

from attrs import frozen

from creditlang.core import operators as o
from creditlang.data.cells import (
    MOST_DIGITS,
    CellError,
    alike,
    parse_date,
    parse_number,
    parse_semester,
    parse_text,
    parse_yes_no,
    quote,
    spelled,
    strip_cell,
    year_first,
)
from creditlang.diagnostics import Diagnostic, Phrase, Place, either, nearest, report
from creditlang.types import Type
from creditlang.words import SORTS, label

_REMEMBERED: Final = 100_000
_FEW: Final = 16
_SETTING_DECIMALS: Final = 6
_LEAST: Final = -100
_MOST: Final = 100
"""Powers of ten between which a number from a program is one that somebody can have meant."""


@frozen
class ColumnReader:
    """How to read the cells of one column: text to value, remembered because the same texts come again and again."""

    column: o.Column
    parse: Callable[[str], Any]
    known: dict[str, Any]

    def __call__(self, text: str) -> Any:
        """The value of a text that is not empty. Raises `CellError`."""
        value = self.known.get(text, self)
        if value is self:
            try:
                value = self.parse(text)
            except CellError as error:
                value = error.with_traceback(None)
            if len(self.known) < _REMEMBERED:
                self.known[text] = value
        if isinstance(value, CellError):
            raise CellError(value.code, value.arguments)
        return value

    @property
    def needed(self) -> bool:
        """Whether every row has to have a value here."""
        return self.column.needed

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What the column may be called."""
        return (self.column.name, *self.column.labels)

    @cached_property
    def shown(self) -> str:
        """What messages call the column."""
        return label(self.column)

    def value(self, given: object, place: Place) -> tuple[Any, Diagnostic | None]:
        """The typed value of a cell, or None, and what is wrong with it."""
        if given is None or (isinstance(given, str) and not strip_cell(given)):
            if not self.needed:
                return self.column.default, None
            return None, report("CR654", place, name=self.shown)
        try:
            return self(given_text(given, self.column.type.name == "number")), None
        except CellError as error:
            return None, error.diagnostic(place)


class Columns:
    """The columns of a policy: `attributes` of its students, and `of` each kind of record."""

    def __init__(self, policy: o.Policy, date_order: str = "") -> None:
        """Prepare a reader for every column; `date_order`, if any, is that of days with the year at the end."""
        self.policy = policy
        self.date_order = date_order
        self.items = _items(policy)
        self._item = spelled(self.items)
        self._treated = spelled({code: item for code, (item, _) in policy.treats.items()})
        self._semester = spelled({
            text: semester.name for semester in policy.calendar.semesters for text in (*semester.labels, semester.name)
        })  # fmt: skip
        self.attributes = tuple(map(self._reader, policy.attributes))
        self.of = {name: tuple(map(self._reader, kind.columns)) for name, kind in policy.kinds.items()}

    def _reader(self, column: o.Column) -> ColumnReader:
        match column.type.name:
            case "number":
                decimals = column.type.decimals
                return ColumnReader(column, lambda text: _bounded(column, parse_number(text, decimals)), {})
            case "date":
                order = self.date_order
                return ColumnReader(
                    column, (lambda text: parse_date(year_first(text, order))) if order else parse_date, {}
                )
            case "yes or no":
                return ColumnReader(column, parse_yes_no, {})
            case "semester":
                return ColumnReader(column, self.semester, {})
            case "value" | "account":
                find = spelled(column.values or {})
                values = column.values or {}
                return ColumnReader(column, lambda text: _chosen(label(column), values, find(text), text), {})
            case "item":
                return ColumnReader(column, self.item, {})
            case _:
                return ColumnReader(column, parse_text, {})

    def semester(self, text: str) -> str:
        """A semester of the policy's calendar, by its name or a label, or in any form that `parse_semester` knows."""
        if (named := self._semester(text)) is not None:
            return named
        name = parse_semester(text)
        names = [semester.name for semester in self.policy.calendar.semesters]
        if names and name not in names:
            raise CellError(
                "CR655",
                {
                    "value": quote(name),
                    "name": SORTS["semester"],
                    "hint": _hint(name, dict(zip(names, names, strict=True))),
                },
            )
        return name

    def item(self, text: str) -> str:
        """An item by name or label, or the one that an unlisted code is treated as; an unknown code stays as it is."""
        code = parse_text(text)
        return self._treated(code) or self._item(code) or code


def _items(policy: o.Policy) -> Mapping[str, str]:
    """Items by name and label."""
    for kind in policy.kinds.values():
        for column in kind.columns:
            if column.type.name == "item":
                return column.values or {}
    return {}


def _bounded(column: o.Column, value: Decimal) -> Decimal:
    low, high = column.minimum, column.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = {"low": "…" if low is None else str(low), "high": "…" if high is None else str(high)}
        raise CellError("CR656", {"value": str(value), **bounds})
    return value


def _chosen(name: str, values: Mapping[str, str], found: str | None, text: str) -> str:
    if found is not None:
        return found
    stripped = strip_cell(text)
    raise CellError("CR655", {"value": quote(stripped), "name": name, "hint": _hint(stripped, values)})


def _hint(text: str, values: Mapping[str, str]) -> Phrase:
    """The value that was meant, or all that there are if they are few, each by the first word for it."""
    if same := alike(text, values):
        choices = either(f"“{other}”" for other in same)
        return Phrase(f"write it exactly as {choices}", f"大小写要写准：{choices.zh}")
    if close := nearest(text, values):
        return Phrase(f"did you mean “{close}”?", f"是不是“{close}”？")
    first: dict[str, str] = {}
    for word, name in values.items():
        first.setdefault(name, word)
    if len(first) > _FEW:
        return Phrase("", "")
    choices = either(reversed(list(first.values())))
    return Phrase(f"possible values: {choices}", f"这里可以填：{choices.zh}")


def given_text(given: object, number: bool = False) -> str:
    """The text of a value that a program gave: numbers and dates go through the same checks as text. A float is taken
    where a `number` is wanted, by its shortest decimal text, which is what JSON had: 0.1 is one tenth.

    Raises `CellError`: CR602 a number of no sensible length, CR612 a type of value that is not taken.
    """
    match given:
        case str():
            return given
        case bool():
            return "yes" if given else "no"
        case float() if number:
            return given_text(Decimal(float.__repr__(given))) if isfinite(given) else float.__repr__(given)
        case int() | Decimal() if Decimal(given).is_finite() and not _LEAST < Decimal(given).adjusted() < _MOST:
            raise CellError("CR602", {"value": f"{Decimal(given):.3E}", "digits": str(MOST_DIGITS)})
        case int() | Decimal():
            return f"{Decimal(given):f}"
        case Integral():
            return given_text(int(given))
        case datetime():
            return given.isoformat(" ", "seconds")
        case date():
            return given.isoformat()
        case _:
            raise CellError("CR612", {"type": type(given).__name__})


def setting_value(kind: Type, given: object, choices: Mapping[str, Mapping[str, tuple[str, ...]]]) -> object:
    """The value of a named value, given as text or by a program; `choices` are the policy's. Raises `CellError`."""
    text = given_text(given, kind.name == "number")
    match kind.name:
        case "yes or no":
            return parse_yes_no(text)
        case "date":
            return parse_date(text)
        case "number":
            value = parse_number(text, max(kind.decimals, _SETTING_DECIMALS))
            return value if isinstance(given, str) else Decimal(text)
        case "value" if kind.enumeration is not None:
            values = {word: name for name, labels in choices[kind.enumeration].items() for word in (*labels, name)}
            return _chosen(kind.enumeration, values, spelled(values)(text), text)
        case _:
            return parse_text(text)
