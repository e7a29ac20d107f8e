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

Plain = Decimal | str | bool | date


@node
class Expression(Written):
    """An expression of the core."""


@node
class Constant(Expression):
    """A value."""

    value: Plain


@node
class Read(Expression):
    """What is known before anything is worked out, by its sort.

    `field`: a field of the record; inside a query, of the record looked at. `part`: a part of such a field, a code
    (`code.subject`); of one of the person, `part of person`. `this`: a field of the record that asks.
    `amount`: what the record looked at has counted for, in the account whose entries are asked. `other`: whether it is
    another record than the one that asks. `attribute`: of the person. `setting`: a named value, at the record's date
    where it changes at dates. `enrolled`: whether the person is, in the semester at hand. `ended`: whether that has
    ended on the as-of date. `named`: whether the record itself names its person. `as of`: the as-of date.
    """

    what: Literal[
        "field", "part", "this", "amount", "other", "attribute", "part of person", "setting", "enrolled", "ended",
        "named", "as of",
    ]  # fmt: skip
    name: str = ""


# ---- when
@node
class Extent(Written):
    """The part of the time that a value or a query looks at."""


@node
class Here(Extent):
    """The period at hand; of what has no periods, the whole time."""


@node
class Whole(Extent):
    """The whole time up to the as-of date; for a query in a line about a record, later records too."""


@node
class Previous(Extent):
    """The period of a kind just before the one at hand."""

    period: str


@node
class InPeriod(Extent):
    """A period by its name: ``2024-2025-1``."""

    name: str


@node
class SamePeriod(Extent):
    """The period of a kind that the record or period at hand lies in."""

    period: str


@node
class AsOf(Extent):
    """Up to a day, that day included."""

    day: Expression


@node
class Since(Extent):
    """From a day on, that day included."""

    day: Expression


@node
class BeforeThis(Extent):
    """Before the record at hand: on an earlier day, or on its day with an earlier id of the same kind."""


@node
class LastWindow(Extent):
    """The last so many days, weeks, months or years, up to the record at hand or the end of the period at hand."""

    count: int
    unit: str


@node
class AnyWindow(Extent):
    """Of all stretches of so many days, weeks, months or years that end on a day with an entry, the one with the most,
    as a run as of that day has it.
    """

    count: int
    unit: str


@node
class AllOf(Extent):
    """What lies in several of these at once: `in the last 12 months before this`."""

    parts: tuple[Extent, ...]


def parts_of(extent: Extent) -> tuple[Extent, ...]:
    """What something must lie in."""
    return extent.parts if isinstance(extent, AllOf) else (extent,)


def of_another_run(extent: Extent) -> bool:
    """Whether it is read as a run has it that ends earlier: before the record at hand, or as of a day."""
    return any(isinstance(part, (BeforeThis, AsOf, AnyWindow)) for part in parts_of(extent))


# ---- what is worked out
@node
class Value(Expression):
    """What is worked out elsewhere, by its name: the balance of an account, a fact, whether a requirement is met.

    A `record fact` is one of the record, worked out once for each.
    """

    sort: Literal["account", "fact", "record fact", "requirement", "ranking"]
    name: str
    at: Extent = Here()


@node
class RecordsOf(Written):
    """The records of a kind."""

    kind: str


@node
class Periods(Written):
    """The periods of a kind; those that have begun, or only those that have ended."""

    period: str
    ended: bool = False


@node
class People(Written):
    """The people of a cohort."""


@node
class CountedIn(Written):
    """Of the records of a kind, those of which an account counted something; before moves, for what they wait for."""

    account: str


@node
class Query(Expression):
    """A question about all records, periods or people of a `source` for which `where` holds.

    Without `scopes` it looks at the period at hand, or at the whole time where none is; with several, at what lies in
    all of them. `any`, `every`, `count` and `in a row` ask how many there are, or, with `distinct`, how many different
    values; the others ask for a `value` of each, `average` weighted by another.
    `level`: plain, without the records that a guard of their kind takes out; even void, with those that its guards make
    void; or what an account has counted. Invalid records are seen by none.
    """

    function: Literal["any", "every", "count", "in a row", "total", "average", "highest", "lowest", "first", "latest"]
    source: RecordsOf | Periods | People
    where: Expression | None = None
    value: Expression | None = None
    weight: Expression | None = None
    distinct: bool = False
    level: Literal["plain", "even void"] | CountedIn = "plain"
    scopes: tuple[Extent, ...] = ()
    ranks: Mapping[str, int] | None = field(default=None, eq=False)


@node
class Band(Written):
    """The numbers from one to another: printed ends belong to it, unless they are `open`; there may be no end."""

    low: Decimal = Decimal("-Infinity")
    high: Decimal = Decimal("Infinity")
    open: bool = False

    def meets(self, least: Decimal, most: Decimal) -> bool:
        """Whether one of the numbers from `least` to `most` lies in it."""
        return self.low < most and least < self.high if self.open else self.low <= most and least <= self.high


@node
class Table(Written):
    """A table of numbers: labels along each dimension, and the cells that are printed."""

    name: str
    dimensions: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    cells: Mapping[tuple[str, ...], Decimal] = field(eq=False)
    bands: Mapping[str, Mapping[str, Band]] = field(factory=dict, eq=False)
    """By dimension the bands that its labels are, where they are no values."""


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
    """``=``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``starts with``, ``contains``."""
    left: Expression
    right: Expression
    ranks: Mapping[str, int] | None = field(default=None, eq=False)

    @property
    def of_averages(self) -> bool:
        """Whether a side is an average: these are compared without dividing, and have no number."""
        return any(isinstance(side, Query) and side.function == "average" for side in (self.left, self.right))


@node
class Logical(Expression):
    """``and``, ``or``, or at least so many of its parts; read in order until that is decided."""

    operator: Literal["and", "or", "at least"]
    parts: tuple[Expression, ...]
    least: int = 0


@node
class Arithmetic(Expression):
    """``+``, ``-``, ``*``; ``higher`` or ``lower`` of two numbers, days or values; so many steps ``below`` a value."""

    operator: str
    left: Expression
    right: Expression
    ranks: Mapping[str, int] | None = field(default=None, eq=False)


@node
class Present(Expression):
    """Whether the operand has a value."""

    operand: Expression


@node
class Not(Expression):
    """Negation."""

    operand: Expression


@node
class Rounded(Expression):
    """A value, or a quotient, rounded to a step; `divisor` keeps a division exact until it is rounded."""

    operand: Expression
    divisor: Expression | None
    mode: Literal["down", "up", "half"]
    step: Decimal


@node
class Cases(Expression):
    """The value of the case that applies."""

    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None
    what: str


@node
class Shift(Expression):
    """A day found from another, or from the day or period at hand where no `start` is given.

    `after`: `count` units later, earlier if below zero; the last day of a shorter month. `first`, `last`: the day with
    which a period begins or ends, a semester with its teaching. `nth`: the numbered day of its month, or the last.
    """

    which: Literal["after", "first", "last", "nth"]
    start: Expression | None
    count: Expression | None
    unit: str


@node
class Distance(Expression):
    """What lies between two days, or what a day is.

    `days`, `working days`: how many, below zero if the end is earlier. `weeks`, `months`, `years`: full ones, zero if
    it is earlier.
    `teaching week`: the number of the week of a day in its semester. `weekday`: its name. `working day`, `holiday`:
    whether it is one.
    """

    what: Literal[
        "days", "weeks", "months", "years", "working days", "teaching week", "weekday", "working day", "holiday"
    ]
    start: Expression | None
    end: Expression
    """Of what a day is, that day; there is no start then."""


@node
class Unknown(Expression):
    """Stands for an expression with an error, so that the rest can be checked."""
