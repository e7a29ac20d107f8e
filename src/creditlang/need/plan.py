"""Records that fill what is short: those that a solver finds, or found by always adding what helps most.

What helps most first is right where one record more never helps more than it would have before, as limits and sums do
it; nothing here relies on it, or on the solver's model: each plan is worked out whole before it is shown. Source: the
greedy algorithm with lazy evaluation of M. Minoux, Accelerated greedy algorithms for maximizing submodular set
functions, 1978.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from heapq import heappop, heappush
from itertools import combinations_with_replacement
from math import ceil, comb
from typing import Final, Literal

from attrs import evolve, frozen

from creditlang.core import operators as o
from creditlang.need.addition import Addition
from creditlang.need.choice import Choice, What
from creditlang.need.trials import Part, Trials
from creditlang.values import EXACT, ZERO

MOST_ADDED: Final = 60
"""Plans of more records are not looked for."""
MOST_TRIED: Final = 150
"""So many combinations are tried to show that there is no shorter one."""
_MOST_IDLE: Final = 6
"""After so many days on which something does not help it is given up."""
_HALVINGS: Final = 14
_WHOLE_FROM: Final = 100
Sort = Literal["as before", "small", "few"]
"""What a plan is made of: what the student has done before; of each item what gives least; whatever makes it short."""


@frozen
class Plan:
    """Records that together fill the requirement; whether no plan of fewer records does."""

    records: tuple[Addition, ...]
    fewest: bool
    sort: Sort = "few"


def filled(
    trials: Trials, choices: Sequence[Choice], helping: frozenset[What], start: Sequence[Addition] = ()
) -> list[Addition]:  # fmt: skip
    """Records of some choices, in the order in which they were added, that bring all parts as far as these can, from
    those in `start` on; none that does not help. What is not known to be `helping` is tried when nothing else helps.
    """
    first = trials.gap(())

    def left(added: Sequence[Addition]) -> Fraction:
        gaps = trials.gap(added).items()
        whole = trials.needed  # of a part that is short only with what is added
        return Fraction(sum(Fraction(far) / Fraction(first.get(part) or whole.get(part, far)) for part, far in gaps))

    added = list(start)
    now = left(added)
    if start and now >= left(()):
        added, now = [], left(())
    queue = _Queue(choices, first, helping)
    while now > 0 and len(added) < MOST_ADDED:
        best = queue.best(lambda one: (now - left([*added, *one])) / len(one))  # noqa: B023 - asked at once
        if best is None:
            break
        added += best
        now = left(added)
    for one in list(dict.fromkeys(map(id, added))) if now == 0 else ():  # what others have made needless
        while True:
            place = next((n for n, x in enumerate(added) if id(x) == one), None)
            rest = [x for n, x in enumerate(added) if n != place]
            if place is None or left(rest) > now:
                break
            added = rest
    return added


class _Queue:
    """Choices by how much they helped when last asked; what helped less than another does now is not asked again. What
    does not help on a day, or no more, is asked about the next one.
    """

    def __init__(
        self, choices: Sequence[Choice], gap: Mapping[Part, Decimal], helping: frozenset[What]
    ) -> None:  # fmt: skip
        """What has not been asked yet stands where it cannot be better: every part filled as far as it goes."""
        self.choices = choices
        self.days = [0] * len(choices)
        most = [
            sum(min(Fraction(1), Fraction(x.amount) / Fraction(far)) for far in gap.values()) / x.size
            if x.amount
            else Fraction(len(gap))
            for x in choices
        ]
        last = [x.what not in helping for x in choices]
        self.heap = sorted((Fraction(0) if last[n] else -amount, n) for n, amount in enumerate(most))

    def best(self, gain: Callable[[Sequence[Addition]], Fraction]) -> Sequence[Addition] | None:
        """What helps most now."""
        heap = self.heap
        while heap:
            _, place = heappop(heap)
            places = self.choices[place].places
            now = gain(places[self.days[place]])
            for _ in range(min(_MOST_IDLE, len(places) - 1 - self.days[place]) if now <= 0 else 0):
                self.days[place] += 1
                now = gain(places[self.days[place]])
                if now > 0:
                    break
            if now > 0:
                heappush(heap, (-now, place))
                if heap[0] == (-now, place):
                    return places[self.days[place]]
        return None


def shrunk(trials: Trials, policy: o.Policy, added: Sequence[Addition]) -> list[Addition]:
    """The same records with numbers no greater than they have to be, the same in records that are alike."""
    target = trials.gap(added)
    best = list(added)
    for sort in dict.fromkeys((one.what, tuple(one.values.items())) for one in added):
        places = [place for place, one in enumerate(added) if (one.what, tuple(one.values.items())) == sort]
        for column in policy.kinds[added[places[0]].kind].columns:
            value = added[places[0]].values.get(column.name)
            if column.type.name != "number" or not isinstance(value, Decimal) or column.name in added[places[0]].like:
                continue
            steps = 1 if value >= _WHOLE_FROM else 10 ** min(column.type.decimals, 2)
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
    return tuple(sorted(added, key=lambda x: (order.get(x.item, order[x.kind]), x.day, x.semester or "")))


def none_is_shorter(
    trials: Trials, choices: Sequence[Choice], size: int, most_of_one: Mapping[Part, Decimal | None],
    fillers: Mapping[Part, frozenset[What]], bound: tuple[int, frozenset[Part]] = (0, frozenset()),
) -> bool:  # fmt: skip
    """Whether no fewer than `size` records of these choices can do: by the fewest that some parts surely take together,
    `bound`, and the most that one record can bring to each other part (None where that is not known), summed over parts
    that no record fills together; else by trying all combinations.
    """
    least, together = bound
    taken = {what for part in together for what in fillers[part]}
    others = [(part, far) for part, far in trials.gap(()).items() if part not in together]
    for part, far in sorted(others, key=lambda x: len(fillers[x[0]])):
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
    every = [one for choice in choices for day in choice.places for one in day]
    if sum(comb(len(every) + n - 1, n) for n in sizes) > MOST_TRIED:
        return False
    return all(trials.gap(tried) for n in sizes for tried in combinations_with_replacement(every, n))
