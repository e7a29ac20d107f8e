"""Numbers that may be open: exact decimals, and intervals where a decision is missing.

A student with nothing pending meets only decimals. Every operation on an interval gives an interval that holds every
value the operation can have, so what is decided at both ends is decided; a comparison that is not is `OPEN`. The upper
end may be infinite: nothing is known above. Nothing is rounded unless a policy says so: every operation is done in
`EXACT`, whatever context of decimals the caller has. It holds all that a policy can reach, and as much again: values
set from outside may have more decimals than those they stand for, and sums over students are longer than those of one.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    Inexact,
    InvalidOperation,
    localcontext,
)
from enum import Enum
from typing import Any, Final, Literal

from attrs import frozen

from creditlang.diagnostics import Phrase

ZERO: Final = Decimal(0)
UNBOUNDED: Final = Decimal("Infinity")
MOST_DIGITS: Final = 1000
"""The most digits that a number of a policy may reach; the core finds out before any student is touched."""
EXACT: Final = Context(
    prec=2 * MOST_DIGITS, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999, capitals=1, clamp=0,
    flags=[], traps=[Inexact, InvalidOperation],
)  # fmt: skip


class Undetermined(Exception):
    """An expression has no value here. `sort`: missing (a field), cell (of a table), case, period, open (it has one,
    and what that goes by is open), or function (of a plugin).

    `perhaps` is None where that is certain. Where a decision may yet give it a value, it is `OPEN`, or the only answer
    that a condition may then come to.
    """

    def __init__(self, sort: str, reason: str, name: str = "", perhaps: "Answer | None" = None) -> None:
        super().__init__(sort)
        self.sort = sort
        self.reason = reason
        self.name = name
        self.perhaps = perhaps

    @property
    def is_open(self) -> bool:
        """Whether there may be a value, once what is missing is decided."""
        return self.sort == "open" or self.perhaps is not None

    def again(self) -> "Undetermined":
        """The same, to be raised once more by who keeps it. With a place where it was raised it would keep all that was
        worked out there, and be kept by it.
        """
        return Undetermined(self.sort, self.reason, self.name, self.perhaps)

    def or_else(self, answer: "Answer") -> "Undetermined":
        """The same, where it is open whether it comes to that, or to an answer."""
        return Undetermined(self.sort, self.reason, self.name, answer if self.perhaps in (None, answer) else OPEN)


class Open(Enum):
    """The answer to a question that a missing decision leaves open."""

    OPEN = "open"

    def __bool__(self) -> bool:
        raise TypeError("an open answer is neither yes nor no")


OPEN: Final = Open.OPEN
Answer = bool | Literal[Open.OPEN]


def settled(value: Any) -> Any:
    """A day, or a value of a list, that is not open. Raises `Undetermined` for one that is."""
    if value is OPEN:
        raise Undetermined("open", Phrase("what it goes by is still open", "所依据的值尚未确定"))
    return value


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


def exactly(work: Callable[..., Decimal], *numbers: Decimal | str) -> Decimal:
    """The result of an operation of `EXACT`. Raises `Undetermined` where it has none, or one of too many digits."""
    try:
        return work(*numbers)
    except (Inexact, InvalidOperation):
        raise Undetermined("case", Phrase("the number is too long", "数字过长")) from None


def exact_operators() -> AbstractContextManager[Context]:
    """Within it, operators of decimals do what `EXACT` does, and raise what it raises."""
    return localcontext(EXACT)


def by_others(work: Callable[..., Any], *arguments: Any) -> Any:
    """What a function that is not ours gives: with the digits of `EXACT` whatever the caller has, and free to round."""
    with localcontext(EXACT) as context:
        context.traps[Inexact] = False
        return work(*arguments)


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros or exponent."""
    return Decimal(f"{EXACT.normalize(value):f}") if value else ZERO


def written(value: Number) -> str:
    """A number for people; both ends of one that is open, without one that nothing is known of."""
    if isinstance(value, Interval):
        return " … ".join("" if end.is_infinite() else f"{plain(end):f}" for end in (value.low, value.high)).strip()
    return f"{plain(value):f}"


def add(one: Number, two: Number) -> Number:
    """The sum."""
    if isinstance(one, Decimal) and isinstance(two, Decimal):
        return exactly(EXACT.add, one, two)
    return interval(exactly(EXACT.add, low(one), low(two)), exactly(EXACT.add, high(one), high(two)))


def total(numbers: Iterable[Number]) -> Number:
    """The sum of any number of numbers."""
    found: Number = ZERO
    for number in numbers:
        found = add(found, number)
    return found


def negative(value: Number) -> Number:
    """The value with its sign turned."""
    if isinstance(value, Decimal):
        return exactly(EXACT.minus, value)
    return interval(exactly(EXACT.minus, value.high), exactly(EXACT.minus, value.low))


def subtract(one: Number, two: Number) -> Number:
    """The difference."""
    if isinstance(one, Decimal) and isinstance(two, Decimal):
        return exactly(EXACT.subtract, one, two)
    return add(one, negative(two))


def _product(one: Decimal, two: Decimal) -> Decimal:
    return exactly(EXACT.multiply, one, two) if one and two else ZERO


def multiply(one: Number, two: Number) -> Number:
    """The product; nothing times the unknown is nothing."""
    if isinstance(one, Decimal) and isinstance(two, Decimal):
        return exactly(EXACT.multiply, one, two)
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
    return exactly(_rounded_exactly, value, divisor, step, _MODES[mode])


def _rounded_exactly(value: Decimal, divisor: Decimal, step: Decimal, mode: str) -> Decimal:
    """Whole steps of the quotient: those of a remainder are found without one that never ends."""
    with localcontext(EXACT):
        unit = divisor * step
        whole, rest = divmod(value, unit)
        if rest < 0:
            whole, rest = whole - 1, rest + unit
        upwards = (mode == ROUND_CEILING and rest > 0) or (mode == ROUND_HALF_UP and rest * 2 >= unit)
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


def amount_text(value: object, places: int = 2) -> str:
    """An amount for people: two decimals, or as few as it can have at most, more only where they are needed."""
    if isinstance(value, Interval):
        ends = ("" if end.is_infinite() else amount_text(end, places) for end in (value.low, value.high))
        return " … ".join(ends).strip()
    if not isinstance(value, Decimal):
        return "" if value is None else str(value)
    whole, _, decimals = f"{plain(value):f}".partition(".")
    decimals = f"{decimals:0<{min(places, 2)}}"
    return f"{whole}.{decimals}" if decimals else whole
