"""The types of values: numbers with a unit and a scale, texts, dates, yes or no, values of scales and choices.

A number's `decimals` is its scale: how many digits after the point it can have at most, known before any student is
touched. Sums keep the larger scale, products add them, a division says how it rounds. `unit` is None for a plain
number, which goes with every unit.
"""

from decimal import Decimal
from typing import Literal

from attrs import evolve, frozen

TypeName = Literal["number", "text", "yes or no", "date", "semester", "value", "item", "account", "unknown"]


@frozen
class Type:
    """A type; `enumeration` names the scale or choice of a value."""

    name: TypeName
    unit: str | None = None
    decimals: int = 0
    enumeration: str | None = None

    def with_unit(self, unit: str | None) -> "Type":
        """The same number in a unit."""
        return evolve(self, unit=unit)


TEXT = Type("text")
YES_OR_NO = Type("yes or no")
DATE = Type("date")
SEMESTER = Type("semester")
ITEM = Type("item")
ACCOUNT = Type("account")
WEEKDAY = Type("value", enumeration="weekday")
"""The names of weekdays, known only beside one."""
UNKNOWN = Type("unknown")
WHOLE = Type("number")
NUMBER = Type("number", decimals=2)


def number_type(value: Decimal, unit: str | None = None) -> Type:
    """The type of a number as written: its scale is the number of its decimals."""
    exponent = value.as_tuple().exponent
    return Type("number", unit, max(0, -exponent) if isinstance(exponent, int) else 0)


BUILTIN_TYPES = {
    "text": TEXT, "文本": TEXT, "文字": TEXT, "date": DATE, "日期": DATE, "number": NUMBER, "数字": NUMBER,
    "数": NUMBER, "数值": NUMBER, "whole number": WHOLE, "yes or no": YES_OR_NO, "semester": SEMESTER,
    "学期": SEMESTER, "item": ITEM, "项目": ITEM, "account": ACCOUNT, "账户": ACCOUNT,
}  # fmt: skip
"""Types by name, in both languages."""


def type_word(text: str) -> str:
    """The first name of the built-in type that a word names, which is English; a word that names none, as it is."""
    named = BUILTIN_TYPES.get(text)
    return next((name for name, found in BUILTIN_TYPES.items() if found is named), text)
