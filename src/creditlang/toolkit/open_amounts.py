"""Amounts on forms that may still be open, `79 … 81`: added up, turned round and averaged without losing anything.

A result table has a decided amount as a number and an open one as the text `low … high`, `low …` or `… high` without a
limit. A sum is open if a part of it is. Averages are rounded half up, each end of an open one for itself.
"""

from collections.abc import Iterable
from decimal import Decimal

from attrs import frozen

from creditlang import values as v
from creditlang.plugin.run_data import shown
from creditlang.schema import Value


@frozen
class Amount:
    """What an amount is at least and at most."""

    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)

    @staticmethod
    def of(value: Value) -> "Amount":
        """A cell of a result table. Raises `ValueError` if it is no amount."""
        if value is None or value == "":
            return Amount()
        low, mark, high = str(value).partition("…")
        try:
            least = Decimal(low.strip() or ("-Infinity" if mark else ""))
            return Amount(least, Decimal(high.strip() or "Infinity") if mark else least)
        except ArithmeticError as error:
            raise ValueError("no amount") from error

    @staticmethod
    def total(amounts: Iterable["Amount"]) -> "Amount":
        """All of them together."""
        found = tuple(amounts)
        return Amount(v.low(v.total(x.low for x in found)), v.low(v.total(x.high for x in found)))

    @property
    def is_open(self) -> bool:
        """Whether it is not decided."""
        return self.low != self.high

    def __add__(self, other: "Amount") -> "Amount":
        return Amount.total((self, other))

    def __neg__(self) -> "Amount":
        return Amount(self.high.copy_negate(), self.low.copy_negate())

    def __mul__(self, factor: Decimal) -> "Amount":
        """So many times as much; the factor is finite and not below nothing."""
        return Amount(v.low(v.multiply(self.low, factor)), v.low(v.multiply(self.high, factor)))

    def at_least(self, limit: Decimal) -> "Amount":
        """No lower than a limit."""
        return Amount(max(self.low, limit), max(self.high, limit))

    def divided(self, count: int, places: str = "0.01") -> "Amount":
        """The average over so many, rounded half up."""
        ends = (v.quotient(end, Decimal(count or 1), "half", Decimal(places)) for end in (self.low, self.high))
        return Amount(*map(v.low, ends)) if count else self

    @staticmethod
    def shown_of(value: Value) -> Value:
        """A cell of a result table for a form; none at all is an empty cell, not a zero."""
        return "" if value is None or value == "" else Amount.of(value).cell

    @property
    def cell(self) -> Value:
        """For a form: a number if it is decided, otherwise both ends; no zeros behind the point."""
        if self.is_open:
            return " … ".join(shown(end) if end.is_finite() else "" for end in (self.low, self.high)).strip()
        return Decimal(shown(self.low))
