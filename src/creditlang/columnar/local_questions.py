"""Questions about students that hang on attributes alone."""

from typing import Any

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references


def attributes_of(x: Any, policy: o.Policy) -> set[str]:
    """The attributes that an expression reads, in what named values are too."""
    found: set[str] = set()
    for read in references(x, e.Read):
        if read.what in ("attribute", "part of person"):
            found.add(read.name.partition(".")[0])
        elif read.what == "setting":
            found |= set().union(*(attributes_of(dated.value, policy) for dated in policy.settings[read.name]))
    return found


def is_local(x: Any, policy: o.Policy) -> bool:
    """Whether an expression about a student hangs on attributes alone."""
    if any(True for _ in references(x, e.Value)) or any(True for _ in references(x, e.Query)):
        return False
    named = {read.name for read in references(x, e.Read) if read.what == "setting"}
    return all(is_local(dated.value, policy) for name in named for dated in policy.settings[name])
