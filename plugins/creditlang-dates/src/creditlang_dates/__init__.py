"""Functions of dates: full months, full years and days between two dates.

A month is full on the same day of a later month, or on the last day of a shorter one: from 31 January a month is full
on 28 February (29 in a leap year). What ends before it begins is counted below zero, like the way back.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from creditlang.diagnostics import Phrase
from creditlang.plugin import Function, hookimpl

creditlang_hook_version = 1

_MONTHS = 12


def full_months(start: date, end: date) -> Decimal:
    """The full months from one date to another."""
    if end < start:
        return -full_months(end, start)
    months = (end.year - start.year) * _MONTHS + end.month - start.month
    last = monthrange(end.year, end.month)[1]
    return Decimal(months - (end.day < min(start.day, last)))


def full_years(start: date, end: date) -> Decimal:
    """The full years from one date to another, as ages are counted: 周岁."""
    months = full_months(start, end)
    return Decimal(int(months / _MONTHS))


def days_between(start: date, end: date) -> Decimal:
    """The days from one date to another; the next day is one day."""
    return Decimal((end - start).days)


@hookimpl
def creditlang_functions() -> Mapping[str, Function]:
    """`full_months(start, end)` and the others."""
    both = ("date", "date")
    return {
        "full_months": Function(
            both, "number", full_months, Phrase("full months between two dates", "两日之间的足月数")
        ),
        "full_years": Function(both, "number", full_years, Phrase("full years between two dates", "两日之间的足年数")),
        "days_between": Function(both, "number", days_between, Phrase("days between two dates", "两日之间的天数")),
    }
