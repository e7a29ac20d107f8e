"""Whether two policies are the same but for how their lines are written."""

import re
from collections.abc import Mapping
from typing import Any, Final

from creditlang.core.operators import Policy

_AS_WRITTEN: Final = frozenset({"text", "what", "label", "dimensions", "fingerprint"})
"""Fields of the core that repeat a line, or a name, as it stands in the policy."""
_NOT_HASHED: Final = frozenset({"cells", "bands"})
"""Fields of a table that expressions are not told apart by, in which policies may differ all the same."""
_PLACES: Final = re.compile(r"@\d+|\{\w+\}")
"""In names and texts: where a list of values stands, and the names that a reason has in braces."""


def same_policy(one: Policy, other: Policy) -> bool:
    """Whether two policies come to the same for any data, in the same words: their names stand for the same."""
    return _same(one, other)


def _same(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, str):
        return one == other or _PLACES.sub("", one) == _PLACES.sub("", other)
    if isinstance(one, Mapping):
        return _same(tuple(one.items()), tuple(other.items()))
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    parts = getattr(type(one), "__attrs_attrs__", None)
    if parts is None:
        return bool(one == other)
    return all(
        _same(_meant(part.name, getattr(one, part.name)), _meant(part.name, getattr(other, part.name)))
        for part in parts
        if (part.eq or part.name in _NOT_HASHED) and part.name not in _AS_WRITTEN
    )


def _meant(name: str, part: Any) -> Any:
    """A part of a node; of what a reason names, what it is."""
    return [value for _, value in part] if name == "values" and isinstance(part, tuple) else part
