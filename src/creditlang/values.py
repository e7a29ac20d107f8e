"""Numbers that may be open: exact decimals, and intervals where a decision is missing.

A student with nothing pending meets only decimals. Every operation on an interval gives an interval that holds every
value the operation can have, so what is decided at both ends is decided; a comparison that is not is `OPEN`. The upper
end may be infinite: nothing is known above. Nothing is rounded unless a policy says so.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, Inexact, localcontext
from enum import Enum
from typing import Any, Final, Literal

from attrs import frozen

from creditlang.diagnostics import Phrase

ZERO: Final = Decimal(0)
UNBOUNDED: Final = Decimal("Infinity")
EXACT: Final = Context(prec=1000, traps=[Inexact])


class Undetermined(Exception):
    """An expression has no value here. `sort`: missing (a field), cell (of a table), case, period,
    or function (of a plugin)."""

    def __init__(self, sort: str, reason: str, name: str = "") -> None:
        super().__init__(sort)
        self.sort = sort
        self.reason = reason
        self.name = name


class Open(Enum):
    """The answer to a question that a missing decision leaves open."""

    OPEN = "open"

    def __bool__(self) -> bool:
        raise TypeError("an open answer is neither yes nor no")


OPEN: Final = Open.OPEN
Answer = bool | Literal[Open.OPEN]


@frozen
class Interval:
    """All values from `low` to `high`, both included; `high` may be infinite."""

    low: Decimal
    high: Decimal

    def __attrs_post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"an interval runs from low to high, not from {self.low} to {self.high}")


Number = Decimal | Interval


def interval(low: Decimal, high: Decimal) -> Number:
    """The values from `low` to `high`; a single value is a decimal."""
    return low if low == high else Interval(low, high)


def low(value: Number) -> Decimal:
    """The lower end."""
    return value.low if isinstance(value, Interval) else value


def high(value: Number) -> Decimal:
    """The upper end."""
    return value.high if isinstance(value, Interval) else value


def hull(one: Number, two: Number) -> Number:
    """The smallest interval that holds both."""
    return interval(min(low(one), low(two)), max(high(one), high(two)))


def add(one: Number, two: Number) -> Number:
    """The sum."""
    if isinstance(one, Decimal) and isinstance(two, Decimal):
        return EXACT.add(one, two)
    return interval(low(one) + low(two), high(one) + high(two))


def negative(value: Number) -> Number:
    """The value with its sign turned."""
    if isinstance(value, Decimal):
        return EXACT.minus(value)
    return interval(-value.high, -value.low)


def subtract(one: Number, two: Number) -> Number:
    """The difference."""
    if isinstance(one, Decimal) and isinstance(two, Decimal):
        return EXACT.subtract(one, two)
    return add(one, negative(two))


def _product(one: Decimal, two: Decimal) -> Decimal:
    if not one or not two:
        return ZERO
    product = multiply(one, two)
    assert isinstance(product, Decimal)
    return product


def multiply(one: Number, two: Number) -> Number:
    """The product; nothing times the unknown is nothing."""
    if isinstance(one, Decimal) and isinstance(two, Decimal):
        try:
            return EXACT.multiply(one, two)
        except Inexact:
            raise Undetermined("case", Phrase("the number is too long", "数字过长")) from None
    corners = [_product(a, b) for a in (low(one), high(one)) for b in (low(two), high(two))]
    return interval(min(corners), max(corners))


def smaller(one: Number, two: Number) -> Number:
    """The smaller of two."""
    if isinstance(one, Decimal) and isinstance(two, Decimal):
        return min(one, two)
    return interval(min(low(one), low(two)), min(high(one), high(two)))


def larger(one: Number, two: Number) -> Number:
    """The larger of two."""
    if isinstance(one, Decimal) and isinstance(two, Decimal):
        return max(one, two)
    return interval(max(low(one), low(two)), max(high(one), high(two)))


_MODES = {"down": ROUND_FLOOR, "up": ROUND_CEILING, "half": ROUND_HALF_UP}


def quotient(value: Number, divisor: Number, mode: str, step: Decimal) -> Number:
    """`value` over a positive `divisor`, rounded to a multiple of `step`: down, up or half up, exactly."""
    if isinstance(value, Interval) or isinstance(divisor, Interval):
        corners = [_rounded(a, b, mode, step) for a in (low(value), high(value)) for b in (low(divisor), high(divisor))]
        return interval(min(corners), max(corners))
    return _rounded(value, divisor, mode, step)


def _rounded(value: Decimal, divisor: Decimal, mode: str, step: Decimal) -> Decimal:
    if value.is_infinite():
        return value
    if divisor.is_infinite():
        return ZERO
    unit = EXACT.multiply(divisor, step)
    with localcontext(EXACT):
        whole = (value // unit).quantize(Decimal(1), ROUND_FLOOR)
        rest = value - whole * unit
        if rest < 0:
            whole, rest = whole - 1, rest + unit
        upwards = (mode == "up" and rest > 0) or (mode == "half" and rest * 2 >= unit)
        return (whole + 1 if upwards else whole) * step


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def compare(operator: str, one: Number, two: Number) -> Answer:
    """A comparison of numbers; open unless it holds, or fails, for all values of both."""
    test = _COMPARE[operator]
    if isinstance(one, Decimal) and isinstance(two, Decimal):
        return test(one, two)
    apart = high(one) < low(two) or high(two) < low(one)
    if operator in ("=", "!="):
        return (operator == "!=") if apart else OPEN
    answers = {test(a, b) for a in (low(one), high(one)) for b in (low(two), high(two))}
    return answers.pop() if len(answers) == 1 else OPEN


def both(one: Answer, two: Answer) -> Answer:
    """And."""
    if one is False or two is False:
        return False
    return OPEN if one is OPEN or two is OPEN else True


def either(one: Answer, two: Answer) -> Answer:
    """Or."""
    if one is True or two is True:
        return True
    return OPEN if one is OPEN or two is OPEN else False


def opposite(answer: Answer) -> Answer:
    """Not."""
    return OPEN if answer is OPEN else not answer
