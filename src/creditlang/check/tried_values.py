"""The numbers and days that are tried of a variable: enough to tell all cases apart, no more."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.values import EXACT


def step_of(x: e.Expression, column: o.Column | None) -> Decimal:
    """How far apart two values of a variable are at least."""
    if isinstance(x, e.Distance) or (isinstance(x, e.Query) and x.function in ("count", "in a row")):
        return Decimal(1)
    return Decimal((0, (1,), -column.type.decimals)) if column is not None else Decimal("0.01")


def numbers_tried(cuts: Sequence[Decimal], step: Decimal, column: o.Column | None) -> tuple[Decimal, ...]:
    """Below, at, between and above the constants; nothing between two neighbours of a whole number."""
    if not cuts:
        return (Decimal(0),)
    tried = [EXACT.subtract(cuts[0], step)]
    for cut, following in zip(cuts, [*cuts[1:], None], strict=True):
        tried.append(cut)
        if following is None or EXACT.subtract(following, cut) > step:
            tried.append(EXACT.add(cut, step))
    low = column.minimum if column is not None else None
    high = column.maximum if column is not None else None
    return tuple(x for x in tried if (low is None or x >= low) and (high is None or x <= high))


def days_tried(cuts: Sequence[date]) -> Iterator[date]:
    """Before, at, between and after the constants."""
    day = timedelta(days=1)
    if cuts[0] > date.min:
        yield cuts[0] - day
    for cut, following in zip(cuts, [*cuts[1:], None], strict=True):
        yield cut
        if cut < date.max and (following is None or following - cut > day):
            yield cut + day
