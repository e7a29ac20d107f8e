"""What queries have found: records or periods in order, what each adds, and sums for all who ask for a part of them."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from attrs import define, evolve, field, frozen

from creditlang import values as v
from creditlang.interpreter.student_run import Environment
from creditlang.values import Undetermined


@frozen
class Seen:
    """A record or period that is looked at."""

    env: Environment
    order: tuple[date, bool, str]
    sure: bool = True
    """Whether no guard may still take it out, and the person has had the period."""


@frozen
class Looked:
    """What one of those looked at adds."""

    seen: Seen
    holds: v.Answer | Undetermined
    """Whether the condition holds of it."""
    value: Any = None
    weight: Any = None

    @property
    def found(self) -> v.Answer:
        """Whether it is among those asked for. Raises `Undetermined` if that cannot be said."""
        holds: v.Answer = determined(self.holds)
        return holds if self.seen.sure else v.both(holds, v.OPEN)


def day_of(order: tuple[date, bool, str]) -> date:
    return order[0]


@define(eq=False)
class Group:
    """What is looked at together, in order, and what each adds; its sums up to each, where they are asked for."""

    parts: list[Looked]
    shared: bool = False
    """Whether others that ask look at it too."""
    sums: list[tuple[int, int, Decimal, Decimal]] = field(factory=list)
    weighed: list[tuple[Decimal, Decimal]] = field(factory=list)
    """Before each and after the last, what those that are certain come to, each times its weight, and their weights."""
    uncertain: list[int] = field(factory=list)
    """The places of the others."""
    seen: tuple[int, int, Any] = (0, 0, None)
    """The window that was last gone through, and what was found in it."""

    @cached_property
    def orders(self) -> list[tuple[date, bool, str]]:
        """When each is."""
        return [part.seen.order for part in self.parts]

    @cached_property
    def dated(self) -> int:
        """How many have a day: those without are last."""
        return bisect_left(self.orders, date.max, key=day_of)

    @cached_property
    def undated(self) -> list[Looked]:
        """Those without a day, as what may be at any time."""
        return [evolve(part, seen=evolve(part.seen, sure=False)) for part in self.parts[self.dated :]]

    def between(self, first: int, last: int, own: int | None) -> tuple[int, int, Decimal, Decimal] | None:
        """How many there are surely and perhaps, and the least and most they add; None if that is no difference."""
        if not self.sums:
            self.sums = list(_sums(self.parts))
        if len(self.sums) <= len(self.parts):
            return None
        (a, b, c, d), (sure, possible, least, most) = self.sums[first], self.sums[last]
        minus = v.EXACT.subtract
        found = (sure - a, possible - b, minus(least, c), minus(most, d))
        if own is None:
            return found
        sure, possible, least, most = next(added([self.parts[own]]))
        return found[0] - sure, found[1] - possible, minus(found[2], least), minus(found[3], most)

    def gone_through(self, first: int, last: int, step: Callable[[Any, Sequence[Looked]], Any]) -> Any:
        """What a window comes to, going on from the last one where that is the beginning of it: where records ask for
        those before them, none is gone through twice. `step` is given what was found so far, or None, and what is next.
        """
        begin, end, found = self.seen
        if begin != first or end > last or found is None:
            end, found = first, None
        if found is None or end < last:
            found = step(found, self.parts[end:last])
            self.seen = first, last, found
        return found

    def average(self, first: int, last: int, own: int | None) -> tuple[Decimal, Decimal, list[Looked]]:
        """What those that are certain come to, each times its weight, their weights, and the others in order."""
        if not self.weighed:
            self._weigh()
        places = self.uncertain[bisect_left(self.uncertain, first) : bisect_left(self.uncertain, last)]
        ranges, sums = [(first, last)] if own is None else [(first, own), (own + 1, last)], self.weighed
        total, weights = (
            v.low(v.total(v.EXACT.subtract(sums[after][which], sums[before][which]) for before, after in ranges))
            for which in (0, 1)
        )
        return total, weights, [self.parts[place] for place in places if place != own]

    def _weigh(self) -> None:
        total = weights = v.ZERO
        self.weighed.append((total, weights))
        for place, part in enumerate(self.parts):
            weight = _ONE if part.weight is None else part.weight
            certain = isinstance(part.value, Decimal) and isinstance(weight, Decimal) and weight >= 0
            try:
                if part.found is True and certain and part.value.is_finite() and weight.is_finite():
                    added = v.exactly(v.EXACT.multiply, part.value, weight)
                    total, weights = v.exactly(v.EXACT.add, total, added), v.exactly(v.EXACT.add, weights, weight)
                elif part.found is not False:
                    self.uncertain.append(place)
            except Undetermined:
                self.uncertain.append(place)
            self.weighed.append((total, weights))


_ONE: Final = Decimal(1)


def _sums(parts: Sequence[Looked]) -> Iterator[tuple[int, int, Decimal, Decimal]]:
    """The sums before each of some parts and after the last, as far as they can be said and are finite."""
    sums = 0, 0, v.ZERO, v.ZERO
    yield sums
    try:
        for sure, possible, least, most in added(parts):
            if most.is_infinite() or least.is_infinite():
                return
            low, high = v.exactly(v.EXACT.add, sums[2], least), v.exactly(v.EXACT.add, sums[3], most)
            sums = sums[0] + sure, sums[1] + possible, low, high
            yield sums
    except Undetermined:
        return


def added(parts: Iterable[Looked]) -> Iterator[tuple[int, int, Decimal, Decimal]]:
    for part in parts:
        found = part.found
        if found is False:
            yield 0, 0, v.ZERO, v.ZERO
            continue
        value = determined(part.value) if part.value is not None else v.ZERO
        value = value if found is True else v.hull(v.ZERO, value)
        yield int(found is True), 1, v.low(value), v.high(value)


def determined(value: Any) -> Any:
    if isinstance(value, Undetermined):
        raise value.again()
    return value
