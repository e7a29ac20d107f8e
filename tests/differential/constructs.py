"""What a policy is made of, counted in its core: each class of node, each of its options, and how they meet.

The list of what there is comes from the classes themselves, so that an operator or expression that is added is missed
until policies with it are generated. Words that stand in fields of any text are listed here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import combinations
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import attrs
from attrs import define, field

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.nodes import Written

_PERIODS = ("semester", "year", "week", "month", "calendar year", "day", "quarter", "declared")
_PERIOD_FIELDS = {"periods", "period", "each", "together", "unit"}
_WORDS: Mapping[str, tuple[str, ...]] = {
    "Compare.operator": ("=", "!=", "<", "<=", ">", ">=", "starts with", "contains"),
    "Arithmetic.operator": ("+", "-", "*", "higher", "lower", "below"),
    "Group.periods": _PERIODS, "Decide.period": _PERIODS, "Account.period": _PERIODS, "Periods.period": _PERIODS,
    "Query.level": ("plain", "even void"), "Previous.period": _PERIODS, "SamePeriod.period": _PERIODS,
}  # fmt: skip
"""The words that a field of any text can have."""
_UNCOUNTED = {"number", "text", "article", "span", "name", "labels", "label", "reason", "title", "place", "articles"}
"""Fields of which nothing that is worked out depends, or that all have."""
OUT_OF_REACH: Mapping[str, str] = {
    "Operator": "what operators have in common", "Expression": "what expressions have in common",
    "Operator.sequential": "what operators have in common", "Extent": "what extents have in common",
    "Amount.sequential": "an amount stands above `one by one`", "Move.sequential": "a queue has an order of its own",
    "Unknown": "stands for an expression with an error",
    "Call": "needs a plugin", "ReadingNote": "a remark", "Objections": "a remark",
}  # fmt: skip
"""What no generated policy can have, and why."""
ROOTS = ("applies", "attributes", "kinds", "periods", "settings", "accounts", "rules", "facts", "record_facts",
          "moves", "requirements", "uniques", "calendar", "recurrences")  # fmt: skip


@cache
def _options(kind: type) -> tuple[tuple[str, tuple[str, ...] | None, Any], ...]:
    """The fields of a class that are options: each with its words, None where it is there or not, and its default."""
    hints, found = get_type_hints(kind), []
    for part in attrs.fields(kind):
        if part.name in _UNCOUNTED:
            continue
        words = _WORDS.get(f"{kind.__name__}.{part.name}") or _literals(hints[part.name])
        optional = (
            hints[part.name] is bool or part.default is not attrs.NOTHING or NoneType in get_args(hints[part.name])
        )
        if words or optional:
            found.append((part.name, words or None, part.default))
    return tuple(found)


def _literals(hint: Any) -> tuple[str, ...]:
    if get_origin(hint) is Literal:
        return tuple(x for x in get_args(hint) if isinstance(x, str))
    return tuple(word for inner in get_args(hint) for word in _literals(inner)) if NoneType in get_args(hint) else ()


@cache
def all_constructs() -> frozenset[str]:
    """Everything that a policy can be made of."""
    kinds = [
        x
        for module in (o, e)
        for x in vars(module).values()
        if isinstance(x, type) and issubclass(x, Written) and x is not Written
    ]
    found = {"several stages", "several recurrences"}
    for kind in (*kinds, o.RecordKind):
        found.add(kind.__name__)
        for name, words, _ in _options(kind):
            found |= {f"{kind.__name__}.{name}={word}" for word in words} if words else {f"{kind.__name__}.{name}"}
    return frozenset(found - OUT_OF_REACH.keys())


def constructs_of(policy: o.Policy) -> frozenset[str]:
    """What a policy is made of."""
    found: set[str] = set()
    for root in ROOTS:
        _collect(getattr(policy, root), found)
    if len(set(policy.stages.values())) > 1:
        found.add("several stages")
    if len(policy.recurrences) > 1:
        found.add("several recurrences")
    return frozenset(found & all_constructs())


def _collect(part: Any, found: set[str]) -> None:
    for node in nodes_in(part):
        found |= options_of(node)
        for inner in attrs.fields(type(node)):
            if inner.name != "span":
                _collect(getattr(node, inner.name), found)


def nodes_in(part: Any) -> Iterator[Any]:
    """The nodes that stand in a field of another, alone or as several."""
    if isinstance(part, (Written, o.RecordKind)):
        yield part
    elif isinstance(part, (tuple, frozenset, Mapping)):
        for inner in part.values() if isinstance(part, Mapping) else part:
            yield from nodes_in(inner)


def options_of(node: Any) -> frozenset[str]:
    """What a node is, and which of its options it has."""
    kind, found = type(node), {type(node).__name__}
    for name, words, default in _options(kind):
        value = getattr(node, name)
        if words is None:
            if value is not None and value is not False and value not in ((), "", {}, o.Group(), default):
                found.add(f"{kind.__name__}.{name}")
        else:
            said: Iterable[Any] = value if isinstance(value, tuple) else (value,)
            found |= {f"{kind.__name__}.{name}={_word(word, words)}" for word in said if isinstance(word, str)}
    return frozenset(found)


def _word(word: Any, words: tuple[str, ...]) -> str:
    return str(word) if word in words or "declared" not in words else "declared"


@define
class Coverage:
    """How many policies had what, and which two of it together."""

    policies: int = field(default=0, init=False)
    single: Counter[str] = field(factory=Counter, init=False)
    pairs: Counter[tuple[str, str]] = field(factory=Counter, init=False)

    def add(self, found: frozenset[str]) -> None:
        """Count a policy."""
        self.policies += 1
        self.single.update(found)
        self.pairs.update(combinations(sorted(found), 2))

    @property
    def missing(self) -> list[str]:
        """What no policy had."""
        return sorted(all_constructs() - self.single.keys())

    def lines(self) -> Iterator[str]:
        """The report."""
        there, seen = len(all_constructs()), len(self.single)
        yield f"constructs: {seen} of {there}; pairs: {len(self.pairs)} of {there * (there - 1) // 2}"
        often = sum(count >= 10 for count in self.pairs.values())
        yield f"pairs in 10 policies and more: {often}"
        if self.missing:
            yield f"missing: {', '.join(self.missing)}"
