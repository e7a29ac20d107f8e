"""The expressions of the core: resolved, typed, without sugar.

Every name has become what it stands for. Values of scales and choices are texts, compared by the ranks that the
comparison carries. A field without a value makes the expression around it undetermined; `Present` asks first.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from attrs import field

from creditlang.extensions import Function
from creditlang.nodes import Written, node

Value = Decimal | str | bool | date


@node
class Expression(Written):
    """An expression of the core."""


@node
class Constant(Expression):
    """A value."""

    value: Value


@node
class Field(Expression):
    """A field of the record."""

    name: str


@node
class Attribute(Expression):
    """An attribute of the student."""

    name: str


@node
class Setting(Expression):
    """A named value, at the record's date where it changes at dates."""

    name: str


@node
class Enrolled(Expression):
    """Whether the student is enrolled in the record's semester."""


@node
class Named(Expression):
    """Whether the record itself names its student."""


@node
class Ended(Expression):
    """Whether the record's semester has ended on the as-of date."""


@node
class Balance(Expression):
    """The balance of an account: in the current period, or over the whole time."""

    account: str
    whole: bool


@node
class FactValue(Expression):
    """A fact, in the current period if it has periods."""

    name: str


@node
class RecordFact(Expression):
    """A fact of the record, worked out once for each record."""

    name: str


@node
class Aggregate(Expression):
    """The sum, highest or lowest over the periods of an account or fact inside the current period."""

    function: Literal["total", "highest", "lowest"]
    name: str
    is_fact: bool


@node
class Table(Written):
    """A table of numbers: labels along each dimension, and the cells that are printed."""

    name: str
    dimensions: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    cells: Mapping[tuple[str, ...], Decimal] = field(eq=False)


@node
class Lookup(Expression):
    """A table read at its keys; an empty cell leaves the record without a rate."""

    table: Table
    keys: tuple[Expression, ...]


@node
class Call(Expression):
    """A function of a plugin at its arguments."""

    name: str
    arguments: tuple[Expression, ...]
    function: Function = field(eq=False)


@node
class Compare(Expression):
    """A comparison; `ranks` orders the values of a scale, the higher rank being the greater."""

    operator: str
    left: Expression
    right: Expression
    ranks: Mapping[str, int] | None = field(default=None, eq=False)


@node
class OneOf(Expression):
    """Membership in a list of values."""

    operand: Expression
    options: tuple[Expression, ...]


@node
class Present(Expression):
    """Whether the operand has a value."""

    operand: Expression


@node
class Logical(Expression):
    """``and``, ``or``; the right side is read only if the left leaves it open."""

    operator: Literal["and", "or"]
    left: Expression
    right: Expression


@node
class Not(Expression):
    """Negation."""

    operand: Expression


@node
class Arithmetic(Expression):
    """``+``, ``-``, ``*``."""

    operator: str
    left: Expression
    right: Expression


@node
class Rounded(Expression):
    """A value, or a quotient, rounded to a step; `divisor` keeps a division exact until it is rounded."""

    operand: Expression
    divisor: Expression | None
    mode: Literal["down", "up", "half"]
    step: Decimal


@node
class Steps(Expression):
    """``first`` from ``at`` on, then ``then`` for each full ``per_full`` above it, at most ``at_most``."""

    measure: Expression
    first: Decimal
    at: Decimal
    then: Decimal
    per_full: Decimal
    at_most: Decimal | None


@node
class Cases(Expression):
    """The value of the case that applies."""

    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None
    what: str


@node
class Later(Expression):
    """A date so long after another."""

    start: Expression
    count: int
    unit: str


@node
class DayOfMonth(Expression):
    """A numbered day of the record's month, its last day where the month is shorter."""

    day: int


@node
class WeekOf(Expression):
    """The number of the teaching week of a date in its semester."""

    date: Expression


@node
class Boundary(Expression):
    """The first or last day of the record's period; of a semester, its first or last teaching day."""

    which: Literal["start", "end"]
    period: str


@node
class UsedIn(Expression):
    """Whether the value of the record's field stands in a counted record of an account, before any moves."""

    field: str
    account: str


@node
class CountRecords(Expression):
    """How many records of a kind there are in the current period: those that no guard of the kind takes out.

    With `even_void`, those that its guards make void too; never invalid ones.
    """

    kind: str
    where: Expression | None
    even_void: bool = False


@node
class Latest(Expression):
    """A field of the latest record of a kind, on or before a date if one is given."""

    field: str
    kind: str
    before: Expression | None
    even_void: bool = False


@node
class AsOf(Expression):
    """The as-of date; the last day there is, when none was given."""


@node
class Same(Expression):
    """Inside a search: whether the record looked at is another one, with the same value of a field."""

    field: str


@node
class RequirementStatus(Expression):
    """Whether a requirement is met."""

    name: str


@node
class SumRecords(Expression):
    """The sum of a value over the records that `CountRecords` counts; a record without it adds nothing."""

    value: Expression
    kind: str
    where: Expression | None
    even_void: bool = False


@node
class Unknown(Expression):
    """Stands for an expression with an error, so that the rest can be checked."""
