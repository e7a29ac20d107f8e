"""A function that policies may call."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from creditlang.diagnostics import Phrase
from creditlang.plugin import Function, hookimpl

creditlang_hook_version = 1


def weekday_of(day: date) -> Decimal:
    """1 for a Monday, 7 for a Sunday."""
    return Decimal(day.isoweekday())


@hookimpl
def creditlang_functions() -> Mapping[str, Function]:
    """`weekday_of(on)`."""
    summary = Phrase("the day of the week, from 1 for Monday", "星期几，星期一为1")
    return {"weekday_of": Function(("date",), "number", weekday_of, summary)}
