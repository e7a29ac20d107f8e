"""The operators of the core, and what a compiled policy is made of.

select, amount, gather, scale, choose, clip, post, level, move, decide: each is a class here, a few lines in the
interpreter, and nothing in the surface language means anything but a combination of them. `number` counts the operators
of a policy, so that a step and the coverage of examples can name them.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from attrs import field, frozen

from creditlang.core.expressions import Expression, Table
from creditlang.frozen_mapping import freezing
from creditlang.nodes import Written, node
from creditlang.source import Span
from creditlang.types import Type

AccountSort = Literal["category", "score", "credit", "account"]


@node
class Operator(Written):
    """Something done to entries: its articles, and its line in the policy as it is written."""

    number: int = field(kw_only=True)
    text: str = field(default="", kw_only=True)
    article: str = field(default="", kw_only=True)
    span: Span | None = field(default=None, kw_only=True, eq=False)


@node
class Group(Written):
    """What is taken together: entries of the same periods and the same values of fields.

    No periods and no fields mean the whole time. A record without a value in one of the fields is a group of its own.
    """

    periods: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


@node
class Fallback(Written):
    """What becomes of an entry for which an operator finds no value."""

    disposition: Literal["void", "invalid", "pending"]
    low: Expression | None
    high: Expression | None
    reason: str


# ---- select
@node
class Guard(Operator):
    """Records for which the condition holds (`keeps`: does not hold) become void, invalid or pending."""

    disposition: Literal["void", "invalid", "pending", "warn"]
    condition: Expression
    reason: str
    keeps: bool
    values: tuple[tuple[str, Expression], ...] = ()
    """What stands for the names in braces in the reason."""


# ---- amount, gather
@node
class Decided(Written):
    """A decision within a range; without it the amount is open from low to high."""

    low: Expression
    high: Expression
    field: str


@node
class Gather(Written):
    """One entry for each group of at least so many records in a period."""

    period: str
    at_least: int


@node
class Branch(Written):
    """One case of an amount. A branch without a condition always matches; `otherwise` only when no other does."""

    number: int
    condition: Expression | None
    otherwise: bool
    value: Expression | Decided
    times_field: str | None
    gather: Gather | None
    sign: int
    since: str | None
    until: str | None
    article: str
    text: str
    span: Span | None = field(eq=False)


@node
class Amount(Operator):
    """The raw amount of each record, by cases."""

    branches: tuple[Branch, ...]
    mode: Literal["one", "first", "all"]
    fallback: Fallback | None


# ---- scale
@node
class Scale(Operator):
    """Multiply by, or add, a value; from the nth entry of a group on, if `ordinal` is given."""

    operation: Literal["times", "plus"]
    value: Expression
    condition: Expression | None
    fallback: Fallback | None = None
    ordinal: int | None = None
    group: Group | None = None
    over: frozenset[str] | None = None


@node
class Round(Operator):
    """Round the amount to a step."""

    mode: Literal["down", "up", "half"]
    step: Decimal


# ---- choose
@node
class Choose(Operator):
    """Keep one entry of each group: the highest, the first or the last; the rest are void."""

    which: Literal["highest", "first", "last"]
    group: Group
    condition: Expression | None
    over: frozenset[str] | None


@node
class ChooseSide(Operator):
    """Of two sums of entries in a group keep the higher, on a tie the left; the other side is void."""

    group: Group
    left: frozenset[str]
    right: frozenset[str]
    reason: str


# ---- clip
@node
class Clip(Operator):
    """Cut a group's running total at a limit, the last entries first; or keep a number of events."""

    limit: Expression
    group: Group
    condition: Expression | None
    over: frozenset[str] | None
    events: bool
    fallback: Fallback | None


# ---- move
@node
class Take(Operator):
    """The amount is taken from an account, or the one a field names; what follows runs entry by entry in one queue."""

    field: str | None
    account: str | None
    condition: Expression | None


@node
class FallsOn(Operator):
    """The entry belongs to the periods of a date of its own."""

    date: Expression
    condition: Expression | None


@node
class OneByOne(Operator):
    """What follows is done to one entry after the other, against what those before it have counted."""


@node
class PostTo(Operator):
    """The amount is posted to the account that a field names."""

    field: str


@node
class Ratio(Written):
    """So much taken for so much given."""

    number: int
    taken: Decimal
    given: Decimal
    condition: Expression | None
    article: str
    text: str
    span: Span | None = field(eq=False)


@node
class Move(Written):
    """Credits taken from accounts and given to another, on request."""

    number: int
    target: str
    kind: str
    sources: tuple[str, ...]
    source_field: str
    amount_field: str
    order_field: str | None
    limit: Expression | None
    ratios: tuple[Ratio, ...]
    rounding: Round | None
    guards: tuple[Guard, ...]
    labels: tuple[str, ...]
    article: str
    text: str
    span: Span | None = field(eq=False)


# ---- post, level, decide
@node
class Rule(Written):
    """An item: which records it takes and what is done to them, until they are posted to its account."""

    name: str
    labels: tuple[str, ...]
    account: str
    kind: str
    where: Expression | None
    falls_on_group: bool
    operators: tuple[Operator, ...]
    article: str
    number: int
    span: Span | None = field(eq=False)


@node
class Account(Written):
    """A category, score, credit or plain account."""

    name: str
    labels: tuple[str, ...]
    unit: str | None
    period: str | None
    sort: AccountSort
    parent: str | None
    children: tuple[str, ...]
    items: tuple[str, ...]
    operators: tuple[Operator, ...]
    start: Expression | None
    floor: Expression | None
    ceiling: Expression | None
    cases: "Decision | None"
    diverts: tuple[tuple[Expression, str, str], ...]
    order_field: str | None
    article: str


@node
class Case(Written):
    """One case of a decision."""

    number: int
    condition: Expression | None
    otherwise: bool
    value: Expression
    article: str
    span: Span | None = field(eq=False)


@node
class Decision(Written):
    """A value by cases."""

    cases: tuple[Case, ...]
    mode: Literal["one", "first", "all"]


@node
class Fact(Written):
    """A value decided for a student, once or in each period."""

    name: str
    labels: tuple[str, ...]
    period: str | None
    unit: str | None
    decision: Decision
    article: str


@node
class Part(Written):
    """One condition of a requirement: a yes or no, or a measure against a bound."""

    number: int
    label: str
    condition: Expression
    have: Expression | None
    needed: Expression | None
    at_least: bool
    article: str
    span: Span | None = field(eq=False)


@node
class Requirement(Written):
    """Conditions that all have to be met."""

    name: str
    labels: tuple[str, ...]
    parts: tuple[Part, ...]
    article: str


@node
class Column(Written):
    """A column of data."""

    name: str
    labels: tuple[str, ...]
    type: Type
    optional: bool
    if_used: bool
    default: object
    minimum: Decimal | None
    maximum: Decimal | None
    values: Mapping[str, str] | None = field(default=None, eq=False)
    """For a scale, choice, item or account: canonical values by name and label."""


@frozen
class RecordKind:
    """A kind of record, its columns, and what puts it in time."""

    name: str
    labels: tuple[str, ...]
    columns: tuple[Column, ...]
    group: str | None
    enrolment: bool
    membership: str | None
    """The kind of record whose latest tells a student's group, where that is no attribute."""
    guards: tuple[Guard, ...]
    """They act before everything else: a record that they take out is not seen by a plain search."""
    item_field: str | None
    date_field: str | None
    semester_field: str | None


@node
class PeriodKind(Written):
    """A kind of period that the policy declares: so many months or days, over and over from a student's anchor.

    With `own` they are the calendar's own of a built-in kind, from the one that holds the anchor. After the day `until`,
    if there is one, there are no more.
    """

    name: str
    labels: tuple[str, ...]
    count: int
    unit: Literal["months", "days"]
    own: str | None
    anchor: Expression
    until: Expression | None
    article: str
    span: Span | None = field(eq=False)


@node
class DatedValue(Written):
    """A named value from a date on."""

    since: str | None
    value: Expression


@node
class Semester(Written):
    """A semester, or term, of an academic year: ISO dates; `end` is the first day that is no longer in it."""

    name: str
    labels: tuple[str, ...]
    year: str
    start: str
    teaching_until: str
    end: str


@node
class CalendarData(Written):
    """The semesters in order, the days off and the working days made up for them."""

    semesters: tuple[Semester, ...] = ()
    days_off: frozenset[str] = frozenset()
    made_up: frozenset[str] = frozenset()


@node
class ReadingNote(Written):
    """An interpretation that the policy makes."""

    text: str
    article: str
    place: str
    span: Span | None = field(eq=False)


@node
class Uniqueness(Operator):
    """A value of a field earns once: of the records with one value, over accounts, the first stays."""

    field: str
    over: frozenset[str] | None


@frozen(field_transformer=freezing)
class Policy:
    """A compiled policy. `order` lists what is worked out, each after what it reads."""

    identifier: str
    title: str
    issuer: str
    applies: Expression | None
    since: str | None
    until: str | None
    student_labels: tuple[str, ...]
    unit_labels: Mapping[str, str]
    attributes: tuple[Column, ...]
    kinds: Mapping[str, RecordKind]
    periods: Mapping[str, PeriodKind]
    settings: Mapping[str, tuple[DatedValue, ...]]
    setting_types: Mapping[str, Type]
    setting_labels: Mapping[str, str]
    accounts: Mapping[str, Account]
    rules: Mapping[str, Rule]
    facts: Mapping[str, Fact]
    record_facts: Mapping[str, Expression]
    moves: tuple[Move, ...]
    requirements: Mapping[str, Requirement]
    treats: Mapping[str, tuple[str, str]]
    uniques: tuple[Uniqueness, ...]
    calendar: CalendarData
    readings: tuple[ReadingNote, ...]
    articles: tuple[str, ...]
    without_rule: Mapping[str, str]
    order: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...] = field(default=(), eq=False)
    article_of: Mapping[str, tuple[str, ...]] = field(factory=dict, eq=False)
    """Articles of what is not an account, rule or fact: named values, tables, the head, unlisted codes."""
    scales: Mapping[str, int] = field(factory=dict, eq=False)
    """The most decimals that a balance, or the value of a fact, can have, by name."""
    fingerprint: str = ""
