"""What groups of open entries have together, where that is closer than the sum of what each may have."""

from collections.abc import Iterable

from attrs import define

from creditlang import values as v
from creditlang.ledger import Entry


@define(eq=False)
class Bound:
    """The total that entries of a group have together, closer than the sum of their intervals."""

    entries: frozenset[int]
    total: v.Number | None
    """None where an entry has changed by itself since, and it is only known that one of them counts at most."""
    signed: bool
    """Whether the total is what they add to their account; else it is that of their amounts, which have one sign."""
    one: bool
    """Whether at most one of them counts, so that the others add nothing, whatever is done to them."""


def known_apart(bounds: Iterable[Bound], live: list[Entry]) -> tuple[list[Entry], v.Number]:
    """The entries that are in no group of which all are there, and what such groups add, the largest first."""
    total: v.Number = v.ZERO
    left = {id(entry): entry for entry in live}
    for bound in sorted(bounds, key=lambda bound: -len(bound.entries)):
        if bound.entries <= left.keys():
            if bound.total is None:
                worth: v.Number = v.ZERO
                for key in bound.entries:
                    entry = left.pop(key)
                    worth = v.hull(worth, entry.amount if entry.sign > 0 else v.negative(entry.amount))
                total = v.add(total, worth)
                continue
            signs = {1} if bound.signed else {left[key].sign for key in bound.entries}
            if len(signs) == 1:
                total = v.add(total, bound.total if signs == {1} else v.negative(bound.total))
                for key in bound.entries:
                    del left[key]
    return list(left.values()), total
