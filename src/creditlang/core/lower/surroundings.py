"""Where an expression stands, as far as its names depend on it."""

from typing import Final

from attrs import frozen

from creditlang.core import expressions as e
from creditlang.resolve import Kind
from creditlang.types import UNKNOWN, Type

Typed = tuple[e.Expression, Type]
NOTHING: Typed = (e.Unknown(), UNKNOWN)
MOST_SEARCHES: Final = 2
"""How many searches for records may stand inside one another."""


@frozen
class Context:
    """Where an expression stands."""

    kind: Kind | None = None
    kinds: tuple[Kind, ...] = ()
    """Where records of several kinds meet: those kinds."""
    outer: Kind | None = None
    """Inside a query for records: the kind of the record at hand."""
    scopes: tuple[e.Extent, ...] = ()
    """Inside a query: what part of the time it looks at, and those inside it do."""
    counted: str | None = None
    """Inside a query for what has counted: the account in which it has."""
    searches: int = 0
    """How many searches for records this stands inside."""
    period: str | None = None
    present: frozenset[object] = frozenset()
    """What is known to have a value: fields and attributes by name, anything else as it is written."""
    tolerant: bool = False
    """Whether the body says what happens when a value is missing."""
    groups: frozenset[str] | None = None
    """Of a group of people: what it is made by. What people have is asked of it in queries only."""
    may_fail: bool = False
    """Whether it is enough that what has no value does not fulfil the line: of a requirement."""
    asked: bool = False
    """Whether it is asked from outside the policy."""
    body: str | None = None
    """The account in whose body it stands."""
    sequential: bool = False
    """Whether it stands below `one by one`."""
    placed: bool = True
    """Whether it stands where it is worked out; a named value is worked out where it is used."""
