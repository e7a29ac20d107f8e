"""The fewest records that fill what is short: found by always adding what helps most, and proven where that can be.

What helps most first is right where one record more never helps more than it would have before, as limits and sums do
it; nothing here relies on it: each plan is worked out whole before it is shown, and that none of fewer records does is
said only where a bound shows it or all of them have been tried. Source: the greedy algorithm with lazy evaluation of
M. Minoux, Accelerated greedy algorithms for maximizing submodular set functions, 1978.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from heapq import heappop, heappush
from itertools import combinations_with_replacement
from math import ceil, comb
from typing import Final

from attrs import evolve, frozen

from creditlang.core import operators as o
from creditlang.need.addition import Addition
from creditlang.need.trials import Part, Trials
from creditlang.values import EXACT, ZERO

MOST_ADDED: Final = 60
"""Plans of more records are not looked for."""
MOST_TRIED: Final = 2500
"""So many combinations are tried to show that there is no shorter one."""
_MOST_IDLE: Final = 4
"""After so many days on which something does not help it is given up."""
_HALVINGS: Final = 12
_FIRST: Final = Fraction(-(10**18))
"""Where what has not been asked yet stands."""


@frozen
class Plan:
    """Records that together fill the requirement; whether no plan of fewer records does."""

    records: tuple[Addition, ...]
    fewest: bool


Choice = tuple[tuple[Addition, ...], ...]
"""A record that could be added, or several like it that only help together, from each of the days that are tried on."""


def filled(trials: Trials, choices: Sequence[Choice], wanted: Iterable[Part] | None = None) -> list[Addition]:
    """Records of some choices, in the order in which they were added, that bring the wanted parts, or all, as far as
    these can; none that does not help.
    """
    first = trials.gap(())
    parts = list(first) if wanted is None else [part for part in wanted if part in first]

    def left(added: Sequence[Addition]) -> Fraction:
        gap = trials.gap(added)
        return Fraction(sum(Fraction(gap.get(part, ZERO)) / Fraction(first[part]) for part in parts))

    added: list[Addition] = []
    now = left(added)
    queue = _Queue(choices)
    while now > 0 and len(added) < MOST_ADDED:
        best = queue.best(lambda one: now - left([*added, *one]))  # noqa: B023 - asked at once
        if best is None:
            break
        added += best
        now = left(added)
    for one in reversed(added[:-1]):  # what later ones have made needless
        rest = list(added)
        rest.remove(one)
        if left(rest) <= now:
            added = rest
    return added


class _Queue:
    """Choices by how much they helped when last asked; what helped less than another does now is not asked again. What
    does not help on a day, or no more, is asked about the next one.
    """

    def __init__(self, choices: Sequence[Choice]) -> None:
        self.choices = choices
        self.days = [0] * len(choices)
        self.heap = [(_FIRST, place) for place in range(len(choices))]

    def best(self, gain: Callable[[Sequence[Addition]], Fraction]) -> Sequence[Addition] | None:
        """What helps most now."""
        heap = self.heap
        while heap:
            _, place = heappop(heap)
            choice = self.choices[place]
            now = gain(choice[self.days[place]])
            for _ in range(min(_MOST_IDLE, len(choice) - 1 - self.days[place]) if now <= 0 else 0):
                self.days[place] += 1
                now = gain(choice[self.days[place]])
                if now > 0:
                    break
            if now > 0:
                heappush(heap, (-now, place))
                if heap[0] == (-now, place):
                    return choice[self.days[place]]
        return None


def shrunk(trials: Trials, policy: o.Policy, added: Sequence[Addition]) -> list[Addition]:
    """The same records with numbers no greater than they have to be, the same in records that are alike."""
    target = trials.gap(added)
    best = list(added)
    for sort in dict.fromkeys((one.what, tuple(one.values.items())) for one in added):
        places = [place for place, one in enumerate(added) if (one.what, tuple(one.values.items())) == sort]
        for column in policy.kinds[added[places[0]].kind].columns:
            value = added[places[0]].values.get(column.name)
            if column.type.name != "number" or not isinstance(value, Decimal):
                continue
            steps = 10**column.type.decimals
            low, high = ceil(Fraction(column.minimum or ZERO) * steps), ceil(Fraction(value) * steps)
            for _ in range(_HALVINGS):
                if low >= high:
                    break
                middle = (low + high) // 2
                tried = list(best)
                number = EXACT.divide(Decimal(middle), Decimal(steps))
                for place in places:
                    tried[place] = evolve(best[place], values={**best[place].values, column.name: number})
                if trials.gap(tried) == target:
                    best, high = tried, middle
                else:
                    low = middle + 1
    return best


def in_order(policy: o.Policy, added: Iterable[Addition]) -> tuple[Addition, ...]:
    """Records in the order of the policy and of their days."""
    order = {name: place for place, name in enumerate([*policy.kinds, *policy.rules])}
    return tuple(sorted(added, key=lambda x: (order.get(x.item, order[x.kind]), x.day)))


def several(one: Addition, times: int) -> tuple[Addition, ...]:
    """So many records like one, on the days from its own on."""
    return (one, *(evolve(one, day=one.day + timedelta(more)) for more in range(1, times)))


def none_is_shorter(
    trials: Trials, choices: Sequence[Choice], size: int, most_of_one: Mapping[Part, Decimal | None],
    fillers: Mapping[Part, frozenset[tuple[str, str]]],
) -> bool:  # fmt: skip
    """Whether no fewer than `size` records of these choices can do: by the most that one record can bring to each part
    (None where that is not known), summed over parts that no record fills together; else by trying all combinations.
    """
    least, taken = 0, set[tuple[str, str]]()
    for part, far in sorted(trials.gap(()).items(), key=lambda x: len(fillers[x[0]])):
        one = most_of_one[part]
        needed = ceil(Fraction(far) / Fraction(one)) if one else 1
        if fillers[part] & taken:
            least = max(least, needed)
        else:
            least += needed
            taken |= fillers[part]
    if least >= size:
        return True
    sizes = range(max(1, least), size)
    every = [one for choice in choices for day in choice for one in day]
    if sum(comb(len(every) + n - 1, n) for n in sizes) > MOST_TRIED:
        return False
    return all(trials.gap(tried) for n in sizes for tried in combinations_with_replacement(every, n))
