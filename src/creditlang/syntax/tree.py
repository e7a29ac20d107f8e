"""The syntax tree: what was written, in either dialect, and where.

A value type. It holds no facts beyond the text: names are unresolved, types unknown, sugar still sugar. Spans take no
part in equality, so the two dialects of one policy compare equal. Each node is frozen and cannot be built wrong where a
validator can say so; lines that do not belong in their body are reported by `core/lower`.
"""

from decimal import Decimal
from typing import Literal

from attrs import Factory, field, frozen

from creditlang.nodes import Written, node
from creditlang.source import Span


@node
class Node(Written):
    """Anything written at a place."""

    span: Span = field(eq=False, kw_only=True)


@node
class Identifier(Node):
    """A name as written."""

    text: str


@node
class Citation(Node):
    """An article in brackets, without them: ``第八条(二)6``."""

    text: str


@node
class PeriodName(Node):
    """A period: the code of one that is built in (`semester`, `calendar year` …), or a declared name."""

    text: str
    builtin: bool


Cites = tuple[Citation, ...]
Labels = tuple[str, ...]


# ---- expressions ----------------------------------------------------------------------------------------------------
@node
class Expression(Node):
    """An expression; `depth` bounds every walk."""

    depth: int = field(default=1, eq=False, kw_only=True)


@node
class Number(Expression):
    """A number as written, a percentage already divided by 100, with its unit if one follows."""

    value: Decimal
    unit: Identifier | None = None


@node
class Text(Expression):
    """A text in quotation marks."""

    value: str


@node
class Date(Expression):
    """A date, year-month-day."""

    value: str


@node
class Semester(Expression):
    """A semester by its name: ``2024-2025-1``."""

    value: str


@node
class YesNo(Expression):
    """Yes or no."""

    value: bool


@node
class Name(Expression):
    """A name in an expression: a field, an attribute, a named number, an account, a fact or a value of a scale."""

    text: str


@node
class Member(Expression):
    """Something of a thing: `class_rank.ranked`, `class_rank.all`."""

    owner: Identifier
    name: Identifier


@node
class ThisField(Expression):
    """A field of the record at hand (of the person, in a search of people), inside the `where` of a query."""

    field: Identifier


@node
class Lookup(Expression):
    """A table read at its keys."""

    table: Identifier
    keys: tuple[Expression, ...]


@node
class Call(Expression):
    """A function of a plugin."""

    function: Identifier
    arguments: tuple[Expression, ...]


@node
class Compare(Expression):
    """A comparison: ``=``, ``!=``, ``<``, ``<=``, ``>``, ``>=``."""

    operator: str
    left: Expression
    right: Expression


@node
class OneOf(Expression):
    """Membership in a list."""

    operand: Expression
    options: tuple[Expression, ...]


@node
class Presence(Expression):
    """``is present`` or ``is missing``."""

    operand: Expression
    present: bool


@node
class UsedIn(Expression):
    """Whether a field's value stands in a counted record of an account."""

    field: Identifier
    account: Identifier


@node
class NotLater(Expression):
    """A date no later than another; a line of it is a deadline."""

    date: Expression
    latest: Expression


@node
class Logical(Expression):
    """``and`` or ``or``."""

    operator: Literal["and", "or"]
    left: Expression
    right: Expression


@node
class Not(Expression):
    """Negation."""

    operand: Expression


@node
class Arithmetic(Expression):
    """``+``, ``-``, ``*`` or ``/``."""

    operator: str
    left: Expression
    right: Expression


@node
class Negate(Expression):
    """A minus sign."""

    operand: Expression


@node
class Rounding(Node):
    """How to round: down, up or half up, to a step."""

    mode: Literal["down", "up", "half"]
    step: Decimal


@node
class Round(Expression):
    """A value rounded."""

    operand: Expression
    rounding: Rounding


@node
class Length(Node):
    """A length of time; in units of months and years the day of a month is kept, clamped to its end."""

    count: Expression
    unit: Literal["working days", "days", "weeks", "months", "years"]
    depth: int = field(default=1, eq=False, kw_only=True)


@node
class Shift(Expression):
    """A date so long after another, or before it."""

    start: Expression
    length: Length
    back: bool


@node
class Distance(Expression):
    """How far from one date to another, whole units only; negative days where the second is earlier."""

    unit: Literal["days", "working days", "full weeks", "full months", "full years"]
    start: Expression
    end: Expression


@node
class Weekday(Expression):
    """The day of the week of a date; beside it, `monday` … `sunday` (星期一/周一 …) are known as values."""

    date: Expression


@node
class DayTest(Expression):
    """Whether a date is a working day, or a day off."""

    date: Expression
    working: bool


@node
class Between(Expression):
    """A value between two others, both included."""

    operand: Expression
    low: Expression
    high: Expression


@node
class TextTest(Expression):
    """Whether a text starts with, or contains, another."""

    operand: Expression
    which: Literal["starts", "contains"]
    text: str


@node
class Pick(Expression):
    """The highest or lowest (latest or earliest) of several values, two at least."""

    which: Literal["higher", "lower"]
    values: tuple[Expression, ...]


@node
class Enough(Expression):
    """At least so many of several conditions, two at least."""

    count: int
    conditions: tuple[Expression, ...]


@node
class OneStep(Expression):
    """The value of a scale one step below or above another; at the end of the scale, the same."""

    value: Expression
    up: bool


@node
class EachEvent(Expression):
    """`10分/次`: the amount of one event. It means something only as the whole of an amount."""

    value: Expression


@node
class Among(Expression):
    """Whether a rank is among the first so many, or in the top share of those ranked, rounded as said.

    A share always says how it is rounded: half up, down (不足1人不计) or up (不足1人按1人).
    """

    rank: Expression
    first: Decimal
    rounded: Literal["half", "down", "up"] | None
    """None: `first` is a number of places; else a share of 1."""


@node
class DayOf(Expression):
    """A numbered day of the record's month."""

    day: int


@node
class WeekOf(Expression):
    """The number of the teaching week that a date falls in."""

    date: Expression


@node
class Boundary(Expression):
    """The first or last day of the record's period; of a semester, its first and last teaching day."""

    which: Literal["start", "end"]
    period: PeriodName


@node
class Aggregate(Expression):
    """The sum, highest, lowest or average of an account or fact over its periods in the one at hand."""

    function: Literal["total", "highest", "lowest", "average"]
    name: Identifier


@node
class Ever(Node):
    """The whole time, up to the as-of day."""


@node
class SamePeriod(Node):
    """The period of this kind that the record at hand lies in."""

    period: PeriodName


@node
class PreviousPeriod(Node):
    """The period of this kind just before the one at hand."""

    period: PeriodName


@node
class InPeriod(Node):
    """A semester or academic year by its name: `2024-2025-1`, `2024-2025`."""

    name: str


@node
class LastWindow(Node):
    """The last so many days, months …, ending at the record at hand, the period at hand or the as-of day."""

    length: Length


@node
class AnyWindow(Node):
    """The window of this length, ending on any day, that holds most; `some`: asked whether there is one with enough.

    After `in any` stand upper bounds only, after `in some` (某个连续12个月内) lower bounds only.
    """

    length: Length
    some: bool


@node
class BeforeThis(Node):
    """What comes before the record at hand."""


@node
class Since(Node):
    """From a day on."""

    day: Expression


@node
class AsOfDay(Node):
    """As a run as of this day has it."""

    day: Expression


At = Ever | SamePeriod | PreviousPeriod | InPeriod | LastWindow | AnyWindow | BeforeThis | Since | AsOfDay


@node
class ValueAt(Expression):
    """An account or fact at another time than at hand: `points in the last 12 months before this`, 上一学年 的 等级.

    One scope at least; two are combined.
    """

    name: Identifier
    scopes: tuple[At, ...]


@node
class Source(Node):
    """What a query runs over: records of a kind, periods of a kind, or people.

    `level` for records: `plain` (those that no guard of their kind takes out), `even void` (those too) or `counted`
    (what counted; in `account`, where one is named). For periods: `plain` are those that have ended, `begun` all that
    have begun. `other`: without the record (or person) at hand.
    """

    name: Identifier
    """The name of a kind or of a declared period, the code of a built-in period, or `student`."""
    sort: Literal["name", "period", "student"]
    """`name`: a kind of record, a declared period or the person's word; names decide."""
    level: Literal["plain", "even void", "counted", "begun"]
    other: bool
    account: Identifier | None


@node
class Query(Expression):
    """A function of what is found: `average([scopes] value of source [scopes] weighted by weight where C)`.

    `any`, `count`, `every` and `in a row` need no value; `different` counts different values of it. Where both value
    and source are bare names, they stand as written: in Chinese the kind may come first (违法 的 记分); names decide.
    """

    function: Literal["any", "count", "total", "average", "highest", "lowest", "first", "latest", "every", "in a row"]
    value: Expression | None
    different: bool
    source: Source
    scopes: tuple[At, ...]
    weight: Expression | None
    where: Expression | None


@node
class Latest(Expression):
    """A field of the latest record of a kind, on or before a date if one is given."""

    field: Identifier
    kind: Identifier
    before: Expression | None
    even_void: bool


@node
class AsOf(Expression):
    """The as-of date."""


@node
class Same(Expression):
    """Whether a record that is looked for has the value of a field of the record at hand."""

    field: Identifier


# ---- lines of bodies ------------------------------------------------------------------------------------------------
@node
class Line(Node):
    """A line of a body, with the articles it cites."""

    cites: Cites = field(default=(), kw_only=True)


@node
class Reading(Line):
    """An interpretation, and the findings of the checker that it accepts."""

    text: str
    accepts: tuple[Identifier, ...] = ()


@node
class Reference(Line):
    """A declaration that the text refers to; the articles it cites are those by which the text does so."""

    name: Identifier


@node
class PerEvent(Node):
    """Once for each record."""


@node
class PerField(Node):
    """Multiplied by a field of the record."""

    name: Identifier


@node
class PerGathered(Node):
    """Once for each period with at least so many records."""

    period: PeriodName
    at_least: int


@node
class PerFull(Node):
    """Once for each full so many of a field of the record, counted over a group of events; an item books it on the
    event that completes them.

    `1 per full 20 hours per semester`, 每学期累计每满 20 小时 计 1. What is full in each event by itself
    (`of each event`, 每次每满) is a product, rounded down, and no node of its own.
    """

    count: Decimal
    measure: Identifier
    scope: "Scope"


Per = PerEvent | PerField | PerGathered | PerFull


@node
class Decided(Node):
    """A range within which a person decides, and the field that carries the decision."""

    low: Expression
    high: Expression
    field: Identifier


@node
class Amount(Node):
    """An amount: an expression per something, or a decided one."""

    value: Expression | Decided
    per: Per | None
    deduct: bool


@node
class AmountLine(Line):
    """An amount, when it applies, and the first and last day on which a record must lie."""

    amount: Amount
    condition: Expression | None = None
    otherwise: bool = False
    since: str | None = None
    until: str | None = None


@node
class Deadline(Line):
    """A date that records must not miss; `if_present`, only those that have both dates."""

    not_later: NotLater
    if_present: bool = False
    reason: str | None = None


@node
class DecisionLine(Line):
    """A value of a fact or credit, and when it is the one."""

    value: Expression
    condition: Expression | None = None
    otherwise: bool = False


@node
class Cell(Node):
    """A cell of a table as written; an empty one is a dash."""

    text: str
    kind: str


@node
class Row(Node):
    """A row of cells."""

    cells: tuple[Cell, ...]


@node
class AmountTable(Line):
    """A rate for each event, printed as a table over fields of the record."""

    deduct: bool
    dimensions: tuple[Identifier, ...]
    condition: Expression | None
    rows: tuple[Row, ...]
    readings: tuple[Reading, ...]


@node
class Scope(Node):
    """What counts as one group: periods and fields; none of either means the whole time.

    A name among the fields may be a declared period. With a window the group rolls: each entry with those of the window
    that ends at it (`per any 12 months`).
    """

    periods: tuple[PeriodName, ...]
    fields: tuple[Identifier, ...]
    window: Length | None = None


@node
class Over(Node):
    """The accounts or items that a line speaks of together; empty means all."""

    names: tuple[Identifier, ...]


@node
class Grouped(Line):
    """A line that works on groups of entries."""

    scope: Scope | None = field(default=None, kw_only=True)
    over: Over | None = field(default=None, kw_only=True)
    condition: Expression | None = field(default=None, kw_only=True)


@node
class Cap(Grouped):
    """Cut a group's running total at a limit."""

    limit: Expression


@node
class CountCap(Grouped):
    """Cut a group at a number of events."""

    limit: Expression


@node
class Choose(Grouped):
    """Keep the highest, the first or the last of a group; the highest `by` another field or scale than the amount."""

    which: Literal["highest", "first", "last"]
    by: Expression | None = None


@node
class Best(Grouped):
    """Keep the best so many of a group, by their amounts or `by` a field or scale; of equals the first in time."""

    count: int
    by: Expression | None = None


@node
class DropLowest(Grouped):
    """Leave out the lowest so many of a group, by their amounts or `by` a field or scale; one at least stays."""

    count: int
    by: Expression | None = None


@node
class Unique(Grouped):
    """A proof used once is used up."""

    field: Identifier


@node
class From(Grouped):
    """Multiply, or add, from the nth event of a group on."""

    ordinal: int
    factor: Expression
    operator: Literal["times", "plus"] = "times"


@node
class HigherOf(Grouped):
    """Of two sums in a group, keep the higher."""

    left: Expression
    right: Expression
    reason: str | None


@node
class Scale(Line):
    """Multiply by or add a value."""

    operator: Literal["times", "plus"]
    value: Expression
    condition: Expression | None


@node
class Shared(Line):
    """Use a named adjustment."""

    name: Identifier


@node
class Guard(Line):
    """Records that are void, invalid or pending."""

    disposition: Literal["void", "invalid", "pending", "warn"]
    condition: Expression | None
    reason: str | None
    keeps: bool = False


@node
class Fallback(Line):
    """What happens where the line before has no answer."""

    disposition: Literal["void", "invalid", "pending"]
    low: Expression | None
    high: Expression | None
    reason: str | None


@node
class Mode(Line):
    """How the cases of a body are read when several match."""

    which: Literal["first", "all"]


@node
class Level(Line):
    """The base, floor or ceiling of a score."""

    which: Literal["start", "floor", "ceiling"]
    value: Expression


@node
class Steps(Line):
    """An amount that grows in steps of a measure."""

    measure: Expression
    first: Decimal
    at: Decimal
    then: Decimal | None
    per_full: Decimal | None
    at_most: Decimal | None


@node
class GoesTo(Line):
    """What is above a limit goes to another account."""

    limit: Expression
    account: Identifier


@node
class FallsOn(Line):
    """The entry belongs to the periods of another date than the record's."""

    date: Expression
    condition: Expression | None


@node
class OneByOne(Line):
    """The lines after it are done to one entry after the other."""


@node
class TakeFrom(Line):
    """The amount is taken from an account, or from the one that a field names."""

    source: Identifier
    condition: Expression | None


@node
class PostsTo(Line):
    """The amount is posted to the account that a field names."""

    field: Identifier


@node
class InOrderOf(Line):
    """The date field that puts requests in order."""

    field: Identifier


@node
class Rounded(Line):
    """Round the amount."""

    rounding: Rounding


@node
class Lapse(Line):
    """Until when an entry counts: `valid until` D, the day included, or `expires on` D, the first day without it."""

    day: Expression
    included: bool
    condition: Expression | None


@node
class Bound(Line):
    """The least or the most that a fact or credit comes to."""

    which: Literal["least", "most"]
    value: Expression


BodyLine = Line


# ---- declarations ---------------------------------------------------------------------------------------------------
@node
class Declaration(Line):
    """A top-level declaration."""


@node
class Named(Declaration):
    """A declaration with a name and labels."""

    name: Identifier
    labels: Labels = ()


@node
class Objections(Line):
    """How to object to a result, in one language or several."""

    texts: tuple[str, ...]


@node
class Policy(Declaration):
    """The head of a policy."""

    identifier: str
    title: str | None = None
    issuer: str | None = None
    since: str | None = None
    until: str | None = None
    applies: Expression | None = None
    applies_to: Identifier | None = None
    """The person's word, where it is not `student`."""
    readings: tuple[Reading, ...] = ()
    objections: tuple[Objections, ...] = ()


@node
class Use(Declaration):
    """Another file whose declarations are read first."""

    path: str


@node
class Unit(Named):
    """A unit of amounts."""


@node
class Value(Node):
    """A value of a scale or choice."""

    name: Identifier
    labels: Labels


@node
class Enumeration(Named):
    """A scale (highest first) or a choice."""

    values: tuple[Value, ...] = ()
    ordered: bool = False


@node
class DatedValue(Line):
    """A value from a date on."""

    value: Expression
    since: str | None


@node
class AlsoPrinted(Line):
    """A value that the text prints in another place for the same thing."""

    value: Expression


@node
class Let(Named):
    """A named value, which may change at dates."""

    values: tuple[DatedValue, ...] = ()
    printed: tuple[AlsoPrinted, ...] = ()
    references: tuple[Reference, ...] = ()
    readings: tuple[Reading, ...] = ()


@node
class FieldPart(Node):
    """A part of a code, read left to right: a run of letters (`text`) or of digits (`whole number`)."""

    name: Identifier
    labels: Labels
    type: Identifier


@node
class Field(Line):
    """A column of a kind of record, or an attribute of students."""

    name: Identifier
    labels: Labels
    type: Identifier | None
    choices: tuple[Value, ...] = ()
    optional: bool = False
    if_used: bool = False
    default: Expression | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int | None = None
    parts: tuple[FieldPart, ...] = ()


@node
class Student(Declaration):
    """The attributes of students, or of the persons that `person driver` names in their place."""

    word: Identifier | None
    labels: Labels
    numbers: Labels
    """What their numbers are called."""
    fields: tuple[Field, ...]
    readings: tuple[Reading, ...]


@node
class Record(Named):
    """A kind of record."""

    group: Identifier | None = None
    membership: Identifier | None = None
    enrolment: bool = False
    fields: tuple[Field, ...] = ()
    lines: tuple[BodyLine, ...] = ()


@node
class CleanRecord(Named):
    """A kind of record of which one is made at each full length without a valid record of a kind, or without an entry
    of an account above 0, counted from a day on and afresh from the day after each breach.
    """

    length: Length = field(kw_only=True)
    without: Identifier = field(kw_only=True)
    start: Expression = field(kw_only=True)
    where: Expression | None = None


@node
class Period(Named):
    """A kind of period: each so long as `length`, counted from an anchor (a date, an attribute, a fact without period),
    or each one of a built-in kind (`calendar year`) from the one that holds the anchor on; `until` a day included.
    """

    length: Length | PeriodName = field(kw_only=True)
    start: Expression = field(kw_only=True)
    until: Expression | None = None


@node
class Body(Named):
    """A declaration with a body of lines."""

    lines: tuple[BodyLine, ...] = ()


@node
class Category(Body):
    """An account that collects entries, with its items and parts."""

    unit: Identifier | None = None
    kind: Identifier | None = None
    period: PeriodName | None = None


@node
class Score(Category):
    """An account that starts at a base, in each period or once for the whole time."""


@node
class Item(Body):
    """A rule for one kind of event, or for the records that meet a condition."""

    kind: Identifier | None = None
    where: Expression | None = None


@node
class Adjust(Body):
    """A named adjustment."""


@node
class Fact(Body):
    """A value decided per period, per record or once, for a student, or once for all who share an attribute.

    `groups` are the names after `per` that are no built-in period: resolving leaves attributes there, and makes a
    declared period among them the `period`.
    """

    period: PeriodName | None = None
    groups: tuple[Identifier, ...] = ()
    kind: Identifier | None = None
    unit: Identifier | None = None


@node
class Tie(Node):
    """What tells apart those who are equal so far, the highest first unless `lowest_first`."""

    value: Expression
    lowest_first: bool


@node
class Ranking(Fact):
    """A rank of each person: 1 and as many as have a strictly better value, the highest first unless `lowest_first`.

    In the groups and the period of a fact. Equal values are told apart by `ties`, in order. Ranked is who has the value
    and fulfils `where`.
    """

    value: Expression = field(kw_only=True)
    ties: tuple[Tie, ...] = ()
    lowest_first: bool = False
    where: Expression | None = None
    readings: tuple[Reading, ...] = ()


@node
class Credit(Body):
    """An amount decided per period, or once, and posted to an account of its own."""

    period: PeriodName | None = None
    unit: Identifier | None = None


@node
class Account(Named):
    """An account that only moves fill."""

    unit: Identifier | None = None


@node
class Table(Named):
    """A table of numbers."""

    dimensions: tuple[Identifier, ...] = ()
    rows: tuple[Row, ...] = ()
    readings: tuple[Reading, ...] = ()


@node
class Ratio(Node):
    """So much taken for so much given, and when."""

    taken: Decimal
    given: Decimal
    condition: Expression | None
    cites: Cites


@node
class Offset(Named):
    """A move from accounts to a credit, on request."""

    period: PeriodName = field(kw_only=True)
    limit: Expression | None = None
    sources: tuple[Identifier, ...] = ()
    request: Identifier | None = None
    ratios: tuple[Ratio, ...] = ()
    lines: tuple[BodyLine, ...] = ()


@node
class Part(Line):
    """One condition of a requirement: of whom it asks anything (`applies`), and in each period of which kind."""

    label: str | None
    condition: Expression
    applies: Expression | None = None
    in_each: PeriodName | None = None


@node
class EnoughParts(Line):
    """At least so many of several conditions of a requirement."""

    label: str | None
    count: int
    parts: tuple[Part, ...]


@node
class Require(Named):
    """A requirement of several parts, once or per period."""

    period: PeriodName | None = None
    parts: tuple[Part | EnoughParts, ...] = ()
    readings: tuple[Reading, ...] = ()


@node
class Treat(Declaration):
    """An unlisted code that is judged like a listed item."""

    code: str
    item: Identifier
    decider: str | None


@node
class WithoutRule(Node):
    """Articles that carry no rule, and why."""

    articles: tuple[Identifier, ...]
    reason: str


@node
class Show(Declaration):
    """What the table of students has of the results, in this order."""

    names: tuple[Identifier, ...]


@node
class Articles(Declaration):
    """The articles of the regulation: named one by one, or (`counted`) the first and the last of a count."""

    names: tuple[Identifier, ...]
    counted: bool
    without: tuple[WithoutRule, ...]


@node
class CalendarSemester(Node):
    """A semester or another term of the calendar; its dates are written year-month-day.

    A name that does not tell the academic year (`"Fall 2024"`) has it beside it.
    """

    name: Identifier
    year: Identifier | None
    labels: Labels
    start: Identifier
    teaching_until: Identifier


@node
class Holiday(Node):
    """Days off, or working days made up for them."""

    first: Identifier
    last: Identifier
    working: bool
    labels: Labels


@node
class Calendar(Declaration):
    """Semesters, holidays and made-up working days; `known_to` names calendars of plugins that know more of these."""

    labels: Labels
    semesters: tuple[CalendarSemester, ...]
    ends: tuple[Identifier, ...]
    holidays: tuple[Holiday, ...]
    known_to: tuple[Identifier, ...] = ()


# ---- examples -------------------------------------------------------------------------------------------------------
@node
class RecordPart(Node):
    """A part of a record in an example: a field and its value, a bare word, a repetition or a name."""

    kind: Literal["word", "field", "value", "times", "named"]
    name: str
    value: Cell | None


@node
class ExampleRecord(Node):
    """A student or a record written in an example."""

    kind: Identifier
    parts: tuple[RecordPart, ...]


@node
class Setting(Node):
    """A named value set for an example, or a rank, or a count of a ranking (`class_rank.ranked`)."""

    name: Identifier
    part: Identifier | None
    value: Expression


@node
class Expectation(Node):
    """What an example expects of a balance, a fact or a requirement, or of records."""

    subject: str | None
    period: str | None = None
    around: PeriodName | None = None
    """Where `period` is a day: the kind of period that holds it."""
    low: Expression | None = None
    high: Expression | None = None
    status: str | None = None
    disposition: str | None = None
    count: int | None = None
    amount: Decimal | None = None
    by: str | None = None
    reason: str | None = None


@node
class Example(Declaration):
    """Records of a student and what is expected of them; without a title it holds for every example."""

    title: str | None
    student: ExampleRecord | None = None
    records: tuple[ExampleRecord, ...] = ()
    as_of: str | None = None
    settings: tuple[Setting, ...] = ()
    expectations: tuple[Expectation, ...] = ()


@node
class ExampleTable(Declaration):
    """Examples in rows: fields of one record, and what it counts."""

    title: str
    record: ExampleRecord
    rows: tuple[Row, ...]


@frozen
class Module:
    """A file's declarations, in order."""

    declarations: tuple[Line, ...] = Factory(tuple)
