"""How a value of a result table is written as text: exact, alike in every output, one spelling per value."""

from datetime import date
from decimal import Decimal

from creditlang.schema import Value


def text_of(value: Value) -> str:
    """The value as text: amounts in plain decimals without an exponent, days as 2024-10-08, None empty.

    Zeros at the end of an amount stay as the engine made them; minus zero is written as zero.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("an amount is a finite number")
        return format(value if value else value.copy_abs(), "f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | date):
        return str(value)
    raise TypeError(f"no value of a result table: {type(value).__name__}")
