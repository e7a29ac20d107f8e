"""What a part of a policy has inside it: its operators and expressions, and the periods that they name."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain
from typing import Any, Literal, get_origin

import attrs

from creditlang.core import expressions as e
from creditlang.nodes import Written


def inside(part: Any) -> Iterator[Written]:
    """Every operator and expression that a part of a policy has in it, at any depth, the outer before the inner, and
    the part itself.
    """
    if isinstance(part, Written):
        return chain((part,), _inside(part))
    return chain.from_iterable(map(inside, part)) if type(part) is tuple else iter(())


def _inside(part: Written) -> tuple[Written, ...]:
    """What a node has inside it, not itself; kept with it, for all stages ask again and again."""
    try:
        return part._inside
    except AttributeError:
        found: list[Written] = []
        waiting: list[Any] = [part]
        while waiting:
            one = waiting.pop()
            if type(one) is tuple:
                waiting += one[::-1]
            elif isinstance(one, Written):
                found.append(one)
                waiting += [held for name in reversed(_parts_of(type(one))) if (held := getattr(one, name))]
        object.__setattr__(part, "_inside", kept := tuple(found[1:]))
        return kept


def expressions(part: Any) -> Iterator[e.Expression]:
    """The expressions that something holds, none of them inside another."""
    inner = part if isinstance(part, tuple) else ()
    if isinstance(part, Written):
        inner = tuple([getattr(part, name) for name in _parts_of(type(part))])
    for one in inner:
        if isinstance(one, e.Expression):
            yield one
        elif isinstance(one, (tuple, Written)):
            yield from expressions(one)


def periods_named(part: Any) -> set[str]:
    """Every kind of period that a part of the policy names: in groups, extents, queries, days, or as what it is per."""
    return periods_among(inside(part))


def periods_among(parts: Iterable[Written]) -> set[str]:
    """Those that the parts themselves name, not what is inside them."""
    found: set[str] = set()
    for part in parts:
        for name in _period_fields_of(type(part)):
            value = getattr(part, name)
            if isinstance(value, tuple):
                found.update(value[:1] if name == "together" else value)
            elif value is not None:
                found.add(value)
    return found


_PLAIN = (str, bool, int, Decimal, str | None, int | None, Decimal | None)
_PARTS: dict[type, tuple[str, ...]] = {}
_PERIOD_FIELDS: dict[type, tuple[str, ...]] = {}


def _parts_of(kind: type) -> tuple[str, ...]:
    """The fields of a class in which expressions can stand."""
    if kind not in _PARTS:
        skipped = {"span", "table", "number", "article"}
        fields = (field for field in attrs.fields(kind) if field.name not in skipped and field.type not in _PLAIN)
        _PARTS[kind] = tuple(field.name for field in fields if get_origin(field.type) is not Literal)
    return _PARTS[kind]


def _period_fields_of(kind: type) -> tuple[str, ...]:
    if kind not in _PERIOD_FIELDS:
        names = ("period", "each", "unit", "periods", "together")
        _PERIOD_FIELDS[kind] = tuple(name for name in names if hasattr(kind, name))
    return _PERIOD_FIELDS[kind]
