"""What stands together in one sentence of a policy, counted in its core.

That two constructs stand somewhere in the same policy says little: an amount by all the cases that apply has to meet
the case that applies when no other does. So pairs are counted of what one node has, of what it and one of its direct
parts have, of what two of its parts have, and of operators that are done one after the other.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations, product
from typing import Any

import attrs
from attrs import define, field
from tests.differential.constructs import OUT_OF_REACH, ROOTS, all_constructs, nodes_in, options_of
from tests.differential.policies_at_hand import policies_at_hand

from creditlang.core import operators as o

Pair = tuple[str, str]
MOST_TOLD = 24
_ORDERED = {"operators", "guards"}
"""Fields of which the order tells."""


def pairs_of(policy: o.Policy) -> frozenset[Pair]:
    """The pairs that stand together somewhere in a policy."""
    found: set[Pair] = set()
    seen: set[int] = set()
    for root in ROOTS:
        for node in nodes_in(getattr(policy, root)):
            _collect(node, found, seen)
    for rule in policy.rules.values():
        around = policy.accounts[rule.account].operators
        found |= {(x, f"in category {y}") for x, y in product(*map(_heads, (rule.operators, around)))}
    return frozenset(found)


def _collect(node: Any, found: set[Pair], seen: set[int]) -> None:
    if id(node) in seen:
        return
    seen.add(id(node))
    own, parts = _told(node), []
    found.update(combinations(sorted(own), 2))
    for each in attrs.fields(type(node)):
        inside = [] if each.name == "span" else [*nodes_in(getattr(node, each.name))]
        for part in inside:
            _collect(part, found, seen)
        theirs = [{f"{each.name}: {x}" for x in _told(part)} for part in inside]
        for told in theirs:
            found.update(product(own, told))
        if each.name in _ORDERED:
            found.update(_in_order(inside))
        else:
            parts += theirs
    for one, two in combinations(parts, 2):
        found.update((min(x, y), max(x, y)) for x, y in product(one, two))


def _in_order(operators: Sequence[Any]) -> Iterator[Pair]:
    for first, later in combinations(operators, 2):
        yield from ((x, f"then {y}") for x, y in product(_told(first), _told(later)))


def _heads(operators: Iterable[o.Operator]) -> set[str]:
    return {x for operator in operators for x in _told(operator)}


def _told(node: Any) -> set[str]:
    return {x for x in options_of(node) if x not in OUT_OF_REACH}


@cache
def at_hand() -> Counter[Pair]:
    """In how many of the policies that people wrote each pair stands together."""
    found: Counter[Pair] = Counter()
    for _, policy in policies_at_hand():
        found.update(pairs_of(policy))
    return found


@cache
def allowed() -> frozenset[Pair]:
    """Every two options that nodes of one class have, whether or not a policy can say both at once."""
    options: dict[str, list[str]] = {}
    for name in sorted(all_constructs()):
        options.setdefault(name.partition(".")[0], []).append(name)
    pairs = (pair for own in options.values() for pair in combinations(own, 2))
    return frozenset((one, two) for one, two in pairs if one.partition("=")[0] != two.partition("=")[0])


@define
class Together:
    """How many policies had what together."""

    pairs: Counter[Pair] = field(factory=Counter, init=False)

    def add(self, policy: o.Policy) -> None:
        """Count a policy."""
        self.pairs.update(pairs_of(policy))

    @property
    def missing(self) -> list[Pair]:
        """What stands together in policies at hand, and in none of these; what stands there oftenest first."""
        return [pair for pair, _ in at_hand().most_common() if pair not in self.pairs]

    def lines(self) -> Iterator[str]:
        """The report."""
        missing, seen = self.missing, len(allowed() & self.pairs.keys())
        yield f"together in one sentence: {len(self.pairs)}, of one node {seen} of {len(allowed())}"
        yield f"of {len(at_hand())} in policies that people wrote, {len(missing)} never"
        yield from (f"never: {one} with {two}" for one, two in missing[:MOST_TOLD])
