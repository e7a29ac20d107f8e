"""Where an expression stands, as far as its names depend on it."""

from typing import Final, NamedTuple, Protocol

from creditlang.core import expressions as e
from creditlang.core.lower.scope import Scope
from creditlang.diagnostics import Phrase
from creditlang.resolve import Kind, Program
from creditlang.syntax import tree as t
from creditlang.types import UNKNOWN, Type

Typed = tuple[e.Expression, Type]
NOTHING: Typed = (e.Unknown(), UNKNOWN)
MOST_SEARCHES: Final = 2
"""How many searches for records may stand inside one another."""
A_CONDITION: Final = Phrase("a condition", "条件“其中……”")


class Context(NamedTuple):  # made so often that it is no attrs class
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
    """Whether it is enough that what has no value does not fulfil the line: a requirement of at least so much."""
    asked: bool = False
    """Whether it is asked from outside the policy."""
    body: str | None = None
    """The account in whose body it stands."""
    sequential: bool = False
    """Whether it stands below `one by one`."""
    placed: bool = True
    """Whether it stands where it is worked out; a named value is worked out where it is used."""


class AboutPeople(Protocol):
    """Elaborates expressions about people among others."""

    def is_of_one(self, node: t.Expression) -> bool: ...
    def symbol(self, node: t.Name, groups: frozenset[str], context: Context) -> Typed | None: ...
    def rank_part(self, node: t.Member, context: Context) -> Typed: ...
    def among(self, node: t.Among, context: Context) -> Typed: ...
    def query(self, node: t.Query, context: Context) -> Typed: ...
    def ranked(self, compared: e.Compare) -> e.Expression: ...


class Expressions(Protocol):
    """What elaborates expressions, for those who elaborate some sort of them."""

    scope: Scope
    program: Program
    people: AboutPeople

    def expression(self, node: t.Expression, context: Context, expected: Type | None = None) -> Typed: ...
    def condition(self, node: t.Expression, context: Context) -> e.Expression: ...
    def number(self, node: t.Expression, context: Context, unit: str | None = None) -> Typed: ...
    def a_date(self, node: t.Expression, context: Context) -> e.Expression: ...
    def name(self, node: t.Name, context: Context, expected: Type | None) -> Typed: ...
    def need(self, kind: Type, name: str, node: t.Node) -> bool: ...
    def compared(self, comparison: e.Compare, node: t.Node) -> Typed: ...
    def ranks_of(self, kind: Type) -> dict[str, int] | None: ...
    def known_present(self, node: t.Expression, holds: bool, context: Context) -> frozenset[object]: ...
    def check_value(self, node: t.Expression, context: Context) -> None: ...
    def check_day(self, period: t.PeriodName, context: Context, node: t.Expression) -> None: ...
    def check_time(self, period: t.PeriodName, context: Context, node: t.Node) -> None: ...
    def at_hand(self, period: str, context: Context) -> bool: ...
    def begins(self, period: str) -> bool: ...
    def check_begins(self, period: t.PeriodName, form: Phrase) -> None: ...
