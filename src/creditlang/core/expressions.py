"""The expressions of the core: resolved, typed, without sugar.

Every name has become what it stands for. Values of scales and choices are texts, compared by the ranks that the
comparison carries. A field without a value makes the expression around it undetermined; `Present` asks first.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from attrs import field, frozen

from creditlang.extensions import Function
from creditlang.frozen_mapping import freezing

Value = Decimal | str | bool | date


@frozen
class Expression:
    """An expression of the core."""


@frozen
class Constant(Expression):
    """A value."""

    value: Value


@frozen
class Field(Expression):
    """A field of the record."""

    name: str


@frozen
class Attribute(Expression):
    """An attribute of the student."""

    name: str


@frozen
class Setting(Expression):
    """A named value, at the record's date where it changes at dates."""

    name: str


@frozen
class Enrolled(Expression):
    """Whether the student is enrolled in the record's semester."""


@frozen
class Named(Expression):
    """Whether the record itself names its student."""


@frozen
class Ended(Expression):
    """Whether the record's semester has ended on the as-of date."""


@frozen
class Balance(Expression):
    """The balance of an account: in the current period, or over the whole time."""

    account: str
    whole: bool


@frozen
class FactValue(Expression):
    """A fact, in the current period if it has periods."""

    name: str


@frozen
class RecordFact(Expression):
    """A fact of the record, worked out once for each record."""

    name: str


@frozen
class Aggregate(Expression):
    """The sum, highest or lowest over the periods of an account or fact inside the current period."""

    function: Literal["total", "highest", "lowest"]
    name: str
    is_fact: bool


@frozen(field_transformer=freezing)
class Table:
    """A table of numbers: labels along each dimension, and the cells that are printed."""

    name: str
    dimensions: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    cells: Mapping[tuple[str, ...], Decimal] = field(eq=False)


@frozen
class Lookup(Expression):
    """A table read at its keys; an empty cell leaves the record without a rate."""

    table: Table
    keys: tuple[Expression, ...]


@frozen
class Call(Expression):
    """A function of a plugin at its arguments."""

    name: str
    arguments: tuple[Expression, ...]
    function: Function = field(eq=False, repr=False)


@frozen(field_transformer=freezing)
class Compare(Expression):
    """A comparison; `ranks` orders the values of a scale, the higher rank being the greater."""

    operator: str
    left: Expression
    right: Expression
    ranks: Mapping[str, int] | None = field(default=None, eq=False)


@frozen
class OneOf(Expression):
    """Membership in a list of values."""

    operand: Expression
    options: tuple[Expression, ...]


@frozen
class Present(Expression):
    """Whether the operand has a value."""

    operand: Expression


@frozen
class Logical(Expression):
    """``and``, ``or``; the right side is read only if the left leaves it open."""

    operator: Literal["and", "or"]
    left: Expression
    right: Expression


@frozen
class Not(Expression):
    """Negation."""

    operand: Expression


@frozen
class Arithmetic(Expression):
    """``+``, ``-``, ``*``."""

    operator: str
    left: Expression
    right: Expression


@frozen
class Rounded(Expression):
    """A value, or a quotient, rounded to a step; `divisor` keeps a division exact until it is rounded."""

    operand: Expression
    divisor: Expression | None
    mode: Literal["down", "up", "half"]
    step: Decimal


@frozen
class Steps(Expression):
    """``first`` from ``at`` on, then ``then`` for each full ``per_full`` above it, at most ``at_most``."""

    measure: Expression
    first: Decimal
    at: Decimal
    then: Decimal
    per_full: Decimal
    at_most: Decimal | None


@frozen
class Cases(Expression):
    """The value of the case that applies."""

    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None
    what: str


@frozen
class Later(Expression):
    """A date so long after another."""

    start: Expression
    count: int
    unit: str


@frozen
class DayOfMonth(Expression):
    """A numbered day of the record's month, its last day where the month is shorter."""

    day: int


@frozen
class WeekOf(Expression):
    """The number of the teaching week of a date in its semester."""

    date: Expression


@frozen
class Boundary(Expression):
    """The first or last day of the record's period; of a semester, its first or last teaching day."""

    which: Literal["start", "end"]
    period: str


@frozen
class UsedIn(Expression):
    """Whether the value of the record's field stands in a counted record of an account, before any moves."""

    field: str
    account: str


@frozen
class CountRecords(Expression):
    """How many valid records of a kind there are in the current period."""

    kind: str
    where: Expression | None


@frozen
class Latest(Expression):
    """A field of the latest record of a kind, on or before a date if one is given."""

    field: str
    kind: str
    before: Expression | None


@frozen
class AsOf(Expression):
    """The as-of date; the last day there is, when none was given."""


@frozen
class Same(Expression):
    """Inside a search: whether the record looked at is another one, with the same value of a field."""

    field: str


@frozen
class RequirementStatus(Expression):
    """Whether a requirement is met."""

    name: str


@frozen
class SumRecords(Expression):
    """The sum of a value over the valid records of a kind in the current period; a record without it adds nothing."""

    value: Expression
    kind: str
    where: Expression | None


@frozen
class Unknown(Expression):
    """Stands for an expression with an error, so that the rest can be checked."""
