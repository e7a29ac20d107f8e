"""The operators of the core, and what a compiled policy is made of.

keep, amount, rescale, limit, post and move are done to entries, decide to a student: each is a class here, a few lines
in the interpreter, and nothing in the surface language means anything but a combination of them. `number` counts the
operators of a policy, so that a step and the coverage of examples can name them.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Final, Literal

from attrs import field, frozen

from creditlang.core.expressions import Compare, Constant, Expression, Logical, Present, Table
from creditlang.diagnostics.person_words import PersonWord
from creditlang.frozen_mapping import freezing
from creditlang.nodes import Written, node
from creditlang.source import Span
from creditlang.types import UNKNOWN, Type

OF_THE_CALENDAR: Final = ("semester", "year", "week")
"""The kinds of period that only a calendar has."""
AccountSort = Literal["category", "score", "credit", "account"]


@node
class Operator(Written):
    """Something done to entries: its articles, and its line in the policy as it is written.

    A `sequential` one is done to one entry after the other, against what those before it have counted.
    """

    number: int = field(kw_only=True)
    text: str = field(default="", kw_only=True)
    article: str = field(default="", kw_only=True)
    span: Span | None = field(default=None, kw_only=True, eq=False)
    sequential: bool = field(default=False, kw_only=True)


# ---- what operators are made of
@node
class Group(Written):
    """What is taken together: entries of the same periods and the same values of fields, of some rules or of all.

    No periods and no fields mean the whole time. A record without a value in one of the fields is a group of its own.
    With a window, an entry stands together with those before it that are in the last so many days, months or years.
    """

    periods: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    over: frozenset[str] | None = None
    window: tuple[int, str] | None = None


@node
class Fallback(Written):
    """What becomes of an entry for which an operator finds no value."""

    disposition: Literal["void", "invalid", "pending"]
    low: Expression | None
    high: Expression | None
    reason: str


@node
class Full(Written):
    """A rate for each full so many of a measure, added up over the entries of a group in their order; the entry that
    completes them has it.
    """

    size: Decimal
    measure: Expression
    group: Group


@node
class Case(Written):
    """One case of a value. Without a condition it always matches; an `otherwise` only when no other does.

    Of a requirement the value is what has to hold, and the condition when that is asked at all.
    """

    number: int
    condition: Expression | None
    otherwise: bool
    value: Expression
    article: str
    span: Span | None = field(eq=False)
    text: str = ""
    label: str = ""
    labelled: bool = False
    """Of a requirement: whether the policy gives it the label; else that is the condition as it is written."""
    sign: int = 1
    between: tuple[Expression, Expression] | None = None
    """The bounds of a value that is decided record by record; without a decision it is open from one to the other."""
    together: tuple[str, int] | None = None
    """One entry for each period of a sort that has at least so many records."""
    full: Full | None = None
    since: str | None = None
    until: str | None = None
    measured: bool = False
    """Whether the value compares two numbers: what there is with what is needed."""
    each: str | None = None
    """Of a requirement: the kind of period in each of which it is asked."""
    of: tuple["Case", ...] = ()
    """Of a requirement: several, of which at least so many as the value says have to hold."""

    @property
    def comparison(self) -> Compare | None:
        """The value, if it is a comparison: of a rank also where it asks first whether there is one."""
        value = self.value
        if isinstance(value, Logical) and value.operator == "and":
            *before, value = value.parts
            value = value if all(isinstance(part, Present) for part in before) else self.value
        return value if isinstance(value, Compare) else None

    @property
    def have(self) -> Expression | None:
        """What a requirement measures."""
        return self.comparison.left if self.measured and self.comparison is not None else None

    @property
    def needed(self) -> Expression | None:
        """The bound of what is measured."""
        return self.comparison.right if self.measured and self.comparison is not None else None

    @property
    def at_least(self) -> bool:
        """Whether what is measured may not fall short of the bound; else it may not exceed it."""
        return self.comparison is None or self.comparison.operator in (">", ">=")


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


# ---- operators on entries
@node
class Keep(Operator):
    """Entries for which the condition holds stay; the others become void, invalid or pending, or are only warned of.

    With `sides`, of the sums of two lists of rules in each group the higher stays, on a tie the left.
    """

    otherwise: Literal["void", "invalid", "pending", "warn"]
    condition: Expression | None
    reason: str
    values: tuple[tuple[str, Expression], ...] = ()
    """What stands for the names in braces in the reason."""
    group: Group | None = None
    sides: tuple[frozenset[str], frozenset[str]] | None = None


@node
class Amount(Operator):
    """The raw amount of each record, by cases."""

    cases: tuple[Case, ...]
    mode: Literal["one", "first", "all"]
    fallback: Fallback | None


@node
class Rescale(Operator):
    """Multiply the amount by a value, add one, or round it to one; from the nth entry of a group on, if there is an
    `ordinal`.
    """

    operation: Literal["times", "plus", "down", "up", "half"]
    value: Expression
    condition: Expression | None = None
    fallback: Fallback | None = None
    ordinal: int | None = None
    group: Group = Group()


@node
class Limit(Operator):
    """Each group has room for an amount or for a number of entries, filled in an order; what finds none is cut.

    `dropped` leaves room for all but so many entries, and for one at least; `void` makes void what finds no room.
    """

    room: Expression
    of: Literal["amount", "entries"]
    group: Group
    order: Literal["first", "last", "highest"] = "first"
    by: Expression | None = None
    """What is highest; without it, the amount. The values of a scale go by `ranks`."""
    ranks: Mapping[str, int] | None = field(default=None, eq=False)
    condition: Expression | None = None
    dropped: bool = False
    void: bool = False
    fallback: Fallback | None = None


@node
class Post(Operator):
    """Where the amount is posted: to the account that a field names, in the periods of a day of its own, for as long as
    it counts.
    """

    field: str | None = None
    day: Expression | None = None
    until: Expression | None = None
    """The first day on which it counts no longer."""
    condition: Expression | None = None


@node
class Move(Operator):
    """Amounts taken from accounts, named or named by a field, in one queue over all entries that take.

    What stands in a category is taken by each of its entries. On a `kind` of request, `target` is given what the ratios
    say.
    """

    sources: tuple[str, ...] = ()
    source_field: str | None = None
    condition: Expression | None = None
    target: str = ""
    kind: str = ""
    amount_field: str = ""
    order_field: str | None = None
    limit: Expression | None = None
    ratios: tuple[Ratio, ...] = ()
    rounding: tuple[Literal["down", "up", "half"], Decimal] | None = None
    guards: tuple[Keep, ...] = ()
    labels: tuple[str, ...] = ()


# ---- rank, decide
RANK_WORDS: Mapping[str, str] = {"ranked": "ranked", "参评人数": "ranked", "all": "all", "总人数": "all"}
"""What may be asked of a ranking beside the rank: how many are ranked in the group, and how many are in it."""


@node
class Key(Written):
    """What people are put in groups by: an attribute, or a fact with a text or a value of a list."""

    name: str
    value: Expression


@node
class Criterion(Written):
    """What a ranking compares, the higher being the better unless it is `lowest`; values of a scale by their ranks."""

    value: Expression
    lowest: bool
    ranks: Mapping[str, int] | None = field(default=None, eq=False)


@node
class Rank(Written):
    """The order of people, or of groups of them, within each group of `keys`.

    The rank is one more than the number of those who are better by the first criterion and, where that is equal, by the
    next; who is equal by all has the same rank, and the next one is skipped. Ranked is who has a value and fulfils
    `where`.
    """

    keys: tuple[Key, ...]
    criteria: tuple[Criterion, ...]
    where: Expression | None
    groups: tuple[Key, ...] | None
    """What is ranked, if not people: the groups by these."""
    span: Span | None = field(eq=False)


@node
class Decide(Written):
    """A value by cases, within bounds, for a student once or in each period.

    Of a requirement each case is a condition, and every one has to hold. A score starts from the value.
    """

    name: str
    labels: tuple[str, ...]
    period: str | None
    unit: str | None
    cases: tuple[Case, ...]
    mode: Literal["one", "first", "all", "every"]
    article: str
    least: Expression | None = None
    most: Expression | None = None
    type: Type = UNKNOWN
    groups: tuple[Key, ...] | None = None
    """What the groups of people are made by that a fact is one of each, of everybody if by nothing."""
    rank: Rank | None = None
    """The value, in place of cases, of a ranking."""

    @property
    def among_others(self) -> bool:
        """Whether it is known only once all people are: a rank, or a fact of a group."""
        return self.rank is not None or self.groups is not None


# ---- what holds them
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
    decide: Decide | None
    """What a score starts from in each period and its bounds; what a credit is."""
    diverts: tuple[tuple[Expression, str, str], ...]
    order_field: str | None
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
    parts: tuple[tuple[str, bool], ...] = ()
    """Of a code, the names of its parts from left to right, and whether each is a number."""

    @property
    def needed(self) -> bool:
        """Whether every row has to have a value here."""
        return not (self.optional or self.if_used or self.default is not None)


@node
class CleanStretch(Written):
    """A stretch of so many days, weeks, months or years without a breach, counted from a day on, and afresh from the
    day after each breach: a valid record of a kind, or an amount above zero in an account.
    """

    count: int
    unit: str
    start: Expression
    kind: str | None
    account: str | None
    where: Expression | None
    """What else a record must fulfil to be a breach."""


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
    guards: tuple[Keep, ...]
    """They act before everything else: a record that they take out is not seen by a plain search."""
    item_field: str | None
    date_field: str | None
    semester_field: str | None
    clean: CleanStretch | None = None
    """Its records do not come with the data: one is made for each stretch."""

    @cached_property
    def column_by_word(self) -> Mapping[str, Column]:
        """Its columns by their names and labels."""
        return {word: column for column in self.columns for word in (column.name, *column.labels)}


@node
class PeriodKind(Written):
    """A kind of period that the policy declares: so many months or days, over and over from a student's anchor.

    With `own` they are the calendar's own of a built-in kind, from the one that holds the anchor on. After the day
    `until`, if there is one, there are no more.
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
class Recurrence(Written):
    """What reads its own earlier periods and is worked out period by period: nodes in the order of one period."""

    period: str
    nodes: tuple[tuple[str, str], ...]


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
class Objections(Written):
    """How to object to a result, in one language or several."""

    texts: tuple[str, ...]
    article: str


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
    person: PersonWord | None
    """What the people are called, where it is not students."""
    unit_labels: Mapping[str, str]
    attributes: tuple[Column, ...]
    kinds: Mapping[str, RecordKind]
    periods: Mapping[str, PeriodKind]
    settings: Mapping[str, tuple[DatedValue, ...]]
    setting_types: Mapping[str, Type]
    setting_labels: Mapping[str, str]
    record_fact_labels: Mapping[str, str]
    table_labels: Mapping[str, str]
    choices: Mapping[str, Mapping[str, tuple[str, ...]]]
    """The labels of each value, by scale or choice."""
    accounts: Mapping[str, Account]
    rules: Mapping[str, Rule]
    facts: Mapping[str, Decide]
    record_facts: Mapping[str, Expression]
    moves: tuple[Move, ...]
    requirements: Mapping[str, Decide]
    treats: Mapping[str, tuple[str, str]]
    uniques: tuple[Limit, ...]
    calendar: CalendarData
    readings: tuple[ReadingNote, ...]
    articles: tuple[str, ...]
    without_rule: Mapping[str, str]
    order: tuple[tuple[str, str], ...]
    shown: tuple[tuple[str, str], ...] = ()
    """Which results stand in the table of students, if the policy says: `require`, `account` or `fact`, and a name."""
    recurrences: tuple[Recurrence, ...] = ()
    stages: Mapping[tuple[str, str], int] = field(factory=dict)
    """In which pass over the people each node of `order` is worked out; all in the first where this is empty."""
    needs: Mapping[str, frozenset[str]] = field(factory=dict)
    """The kinds of records that a ranking, or a fact of a group, is worked out from."""
    behind: Mapping[str, tuple[tuple[str, str], ...]] = field(factory=dict)
    """For each account of which a balance at another time is read, the nodes of `order` that it is worked out from."""
    untouched: frozenset[str] = frozenset()
    """Those of these accounts that later records leave as they are."""
    objections: tuple[Objections, ...] = ()
    tables: tuple[Table, ...] = field(default=(), eq=False)
    article_of: Mapping[str, tuple[str, ...]] = field(factory=dict, eq=False)
    """Articles of what is no account, rule or fact of a person: named values, tables, facts of records, the head …"""
    searched: frozenset[str] = field(default=frozenset(), eq=False)
    """The kinds of record that queries look at."""
    by_calendar: bool = field(default=True, eq=False)
    """Whether records must lie in the calendar."""
    scales: Mapping[str, int] = field(factory=dict, eq=False)
    """The most decimals that a balance, or the value of a fact, can have, by name."""
    fingerprint: str = ""

    def sign_of(self, rule: str) -> int:
        """The side that all amounts of a rule are on, whatever an entry comes to: 1 where it awards, -1 where it takes
        away; 0 where it does both, or gives nothing.
        """
        lines = self.rules[rule].operators if rule in self.rules else ()
        cases = [case for line in lines if isinstance(line, Amount) for case in line.cases]
        signs = {case.sign for case in cases if case.value != Constant(Decimal(0))}
        return signs.pop() if len(signs) == 1 else 0

    @cached_property
    def inside(self) -> Mapping[str, tuple[str, ...]]:
        """For each account its name and those of all inside it, the outer before the inner."""

        def of(name: str) -> tuple[str, ...]:
            return (name, *(inner for child in self.accounts[name].children for inner in of(child)))

        return {name: of(name) for name in self.accounts}

    @cached_property
    def given_kinds(self) -> Mapping[str, RecordKind]:
        """The kinds of records that come with the data."""
        return {name: kind for name, kind in self.kinds.items() if kind.clean is None}

    @cached_property
    def given_kind_by_word(self) -> Mapping[str, str]:
        """Those kinds by their names and labels; the first has a word that two have."""
        kinds = reversed(tuple(self.given_kinds.values()))
        return {word: kind.name for kind in kinds for word in (kind.name, *kind.labels)}
