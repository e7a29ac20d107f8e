"""The ledger: records, the entries that rules made of them, every step, and what became of each record.

Each input record ends in exactly one disposition. Entries carry their amount before and after each step with the
article of the step, so every balance can be walked back to records, rules and articles. What there are many of for each
student are named tuples, which are made in a fifth of the time of other frozen classes.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, Literal, NamedTuple

from attrs import define, field, frozen

from creditlang.diagnostics import Diagnostic, Language, Phrase, Place, in_language
from creditlang.ruling import Ruling
from creditlang.values import ZERO, Number
from creditlang.words import said

Disposition = Literal["counted", "reduced", "void", "pending", "unmatched", "invalid", "out of scope"]
DISPOSITIONS: tuple[Disposition, ...] = (
    "counted", "reduced", "void", "pending", "unmatched", "invalid", "out of scope",
)  # fmt: skip
Status = Literal["met", "unmet", "open"]
PartStatus = Literal["met", "unmet", "open", "does not apply"]
State = Literal["live", "void", "invalid", "unmatched"]
_STRONGEST: tuple[Disposition, ...] = ("invalid", "pending", "reduced", "counted", "void", "unmatched", "out of scope")


@define(eq=False)
class Record:
    """A record of a student, its cells read as typed values."""

    kind: str
    identifier: str
    student: str
    values: dict[str, object]
    on: date | None = None
    semester: str | None = None
    place: Place | None = None
    problem: Diagnostic | None = None
    named: bool = True
    """Whether it names its student; a record of a group that names none is everybody's."""
    order: tuple[date, bool, str] = (date.max, True, "")
    """By date, undated ones after those of their day, then by record id."""
    ruling: Ruling | None = None
    """What an office has decided of it."""

    @property
    def key(self) -> str:
        """What it is known by among all records of its student: its kind and id."""
        return f"{self.kind} {self.identifier}"

    def copy(self) -> "Record":
        """The same record, to be placed and judged anew; the values are shared. There are many, so it is made bare."""
        made = Record.__new__(Record)
        made.kind, made.identifier, made.student, made.values = self.kind, self.identifier, self.student, self.values
        made.on, made.semester, made.place, made.problem = self.on, self.semester, self.place, self.problem
        made.named = self.named
        made.order = self.order if self.on is not None else (date.max, True, self.identifier)
        made.ruling = self.ruling
        return made

    def comes_before(self, other: "Record") -> bool:
        """Whether it lies on an earlier day; on one day ids order the records of one kind."""
        return self.order[0] < other.order[0] or (self.kind == other.kind and self.order < other.order)

    def __attrs_post_init__(self) -> None:
        self.order = (self.on or date.max, self.on is None, self.identifier)


RULED: Final = "ruled"
SET_ASIDE: Final = "set aside"
"""The sorts of steps that an office's ruling makes: its own, and a line that it lets pass an entry by."""


_NOTED: Final = Phrase("{line} ({note})", "{line}（{note}）")


class Step(NamedTuple):
    """What one line of the policy did to an entry."""

    sort: str
    text: str
    before: Number | None
    after: Number | None
    article: str
    note: str = ""
    fields: tuple[str, ...] = ()
    """Of a guard: the fields that those of its parts ask by which it took the record out."""

    def in_words(self, line: str, language: Language, quoted: bool = False) -> str:
        """What it did: its line, as somebody reads it, with the note; `quoted`, only with what an office decided."""
        if self.sort == RULED:
            return in_language(self.note, language)
        if not self.note or (quoted and self.sort != SET_ASIDE):
            return line or self.sort
        return said(_NOTED, language, line=line, note=self.note)


@define(eq=False)
class Entry:
    """What a rule made of a record: an amount on its way to an account."""

    record: Record
    rule: str
    account: str
    period: str
    sign: int = 1
    amount: Number = ZERO
    raw: Number | None = None
    state: State = "live"
    reason: str = ""
    article: str = ""
    pending: bool = False
    cut: bool = False
    member: bool = False
    gathered: bool = False
    carriers: "tuple[Entry, ...]" = ()
    """For a member of a group that counts together: the entries that stand for the group, one for each line it fits."""
    doubtful: bool = False
    """Whether it may still turn out that the record does not count at all."""
    steps: list[Step] = field(factory=list)
    until: date | None = None
    """The first day on which it counts no longer."""
    on: date | None = None
    semester: str | None = None

    def __attrs_post_init__(self) -> None:
        self.on, self.semester = self.record.on, self.record.semester

    @property
    def told(self) -> str:
        """The reason; a member of a group that does not simply count has its group's."""
        own = self.disposition()
        group = next((carrier for carrier in self.carriers if carrier.disposition() == own), None)
        return self.reason if group is None or own == "counted" else group.reason

    def disposition(self) -> Disposition:
        """What became of the entry; a member shares what became of its group."""
        if self.carriers:
            return strongest([carrier.disposition() for carrier in self.carriers])
        if self.state != "live":
            return self.state
        if self.pending:
            return "pending"
        return "reduced" if self.cut else "counted"


def group_on(memberships: Iterable[Record], field_name: str, day: date | None) -> object:
    """The group of a student on a day: what the latest membership record until then says; None when it is not known."""
    known = [record for record in memberships if record.on is not None and (day is None or record.on <= day)]
    return max(known, key=lambda record: record.order).values.get(field_name) if known else None


def strongest(dispositions: list[Disposition]) -> Disposition:
    """The one disposition of a record with several entries."""
    return min(dispositions, key=_STRONGEST.index) if dispositions else "unmatched"


class AccountLine(NamedTuple):
    """A balance: of an account in a period, or (empty period) over the whole time."""

    account: str
    period: str
    amount: Number
    unit: str | None


@frozen
class Window:
    """A stretch of time that was looked at: its first and last day, and how many records counted in it."""

    first: date
    last: date
    records: int
    of_any: bool = False
    """Whether it is the one with the most of all that there are."""


class FactLine(NamedTuple):
    """The value of a fact in a period; None where it has none."""

    fact: str
    period: str
    value: object
    window: Window | None = None
    """What it looked at, where it asks about a window."""


@frozen
class Period:
    """A period of a kind: what tables call it, and its days."""

    kind: str
    key: str
    first: date
    last: date
    closes: date
    """The day after which it has ended: of a semester or academic year its last teaching day, else its last."""


@frozen
class RankLine:
    """Where a person stands in a ranking: in which group, at which rank, of how many ranked and how many in it.

    Without a group, and without all else, where nothing says to which one the person belongs; without a rank, where
    there is nothing to rank by or the person does not take part.
    """

    fact: str
    period: str
    group: tuple[object, ...] | None
    rank: Number | None
    ranked: Number | None
    all: Number | None
    sure: bool = True
    """Whether it is certain that the person is ranked at all, if there is a rank."""


@frozen
class GroupLine:
    """What has come out for a group of people: the value of a fact or its rank among groups, if it has one, and how
    many are ranked, and are in all, where people or groups are ranked in it.
    """

    fact: str
    period: str
    group: str
    value: object
    ranked: Number | None = None
    all: Number | None = None


class PartLine(NamedTuple):
    """One part of a requirement, and whether it is met."""

    requirement: str
    part: str
    number: int
    needed: Number | None
    have: Number | None
    short: Number | None
    status: PartStatus
    article: str
    period: str = ""
    """The period in which it stands so; of several the one in which it stands worst."""
    parts: "tuple[PartLine, ...]" = ()
    """What it is made up of: the same in each period, or several of which so many have to hold."""
    window: Window | None = None
    """What it looked at, where it asks about a window; of any window, the one with the most."""


WORST: tuple[PartStatus, ...] = ("does not apply", "met", "open", "unmet")


def worst(lines: Iterable[PartLine]) -> Status:
    """How a requirement stands whose parts stand so; one that asks nothing is met."""
    found = max((line.status for line in lines), key=WORST.index, default="met")
    return "unmet" if found == "unmet" else "open" if found == "open" else "met"


@define
class StudentResult:
    """All results of one student."""

    student: str
    applies: bool
    accounts: list[AccountLine] = field(factory=list)
    facts: list[FactLine] = field(factory=list)
    ranks: list[RankLine] = field(factory=list)
    parts: list[PartLine] = field(factory=list)
    requirements: dict[str, Status] = field(factory=dict)
    entries: list[Entry] = field(factory=list)
    records: dict[str, Disposition] = field(factory=dict)
    """The one disposition of each record, by its key."""
    problems: list[Diagnostic] = field(factory=list)
    covered: set[int] = field(factory=set)
    cells: set[tuple[str, tuple[str, ...]]] = field(factory=set)
    attributes: Mapping[str, object] = field(factory=dict)
    """What the data say of the student."""
    applied: Mapping[tuple[str, str], tuple[int, ...]] = field(factory=dict)
    """Which cases gave a fact or credit its value, by name and period."""
    periods: dict[str, tuple[Period, ...]] = field(factory=dict)
    """The student's periods that have begun, of the kinds that the policy declares."""

    def disposition(self, entry: Entry) -> Disposition:
        """What became of an entry: its own, unless its whole record is out of scope."""
        whole = self.records.get(entry.record.key)
        return whole if whole == "out of scope" else entry.disposition()
