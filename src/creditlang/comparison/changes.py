"""Changes: something before and after, how much more it is, and whether that is a gain."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final, Literal

from attrs import field, frozen

from creditlang import values as v
from creditlang.ledger import Entry
from creditlang.policy_lines import ARROW
from creditlang.values import ZERO, Interval

Sort = Literal["account", "fact", "requirement", "part", "rule", "value"]
Key = tuple[Sort, str]
"""What changed, whatever the period: its sort and name."""

NEEDED: Final = "needed"
"""The `period` of a change of what a part of a requirement asks for."""


@frozen
class Change:
    """Something that is another one: before and after, None where it is only in the other result.

    A change of sort `value` is a named value of the policy, such as a pass mark. A change of sort `rule` is the sum of
    what a rule counts for one account; an offset is a rule that has the name of the credit it fills. Where only the
    periods are other ones and the sum is the same, there is one for each period.
    """

    sort: Sort
    name: str
    period: str
    before: object
    after: object
    unit: str = ""
    article: str = ""
    account: str = ""
    """Of a rule: the account that it adds to, or takes from."""
    line: str = ""
    """Of a rule: the line that treated its records otherwise, `cap 1 per semester → cap 2 per semester`."""

    lowest: bool = False
    """Whether less is better: a rank."""

    @property
    def key(self) -> Key:
        """Its sort and name."""
        return self.sort, self.name

    @property
    def difference(self) -> v.Number | None:
        """How much more it is: where it is open, all that it may be; None if there is no end to that, or no number."""
        was, now = (ZERO if x is None else x for x in (self.before, self.after))
        if not isinstance(was, (Decimal, Interval)) or not isinstance(now, (Decimal, Interval)):
            return None
        if not all(end.is_finite() for x in (was, now) for end in (v.low(x), v.high(x))):
            return None
        return v.subtract(now, was)

    @property
    def direction(self) -> int:
        """1 where it is better: more, met instead of not, a rank before; -1 where it is worse; 0 where that is open."""
        was, now = ends(self.before), ends(self.after)
        if was is None or now is None:
            return 0
        up = now[0] >= was[0] and now[1] >= was[1]
        down = now[0] <= was[0] and now[1] <= was[1]
        return down - up if self.lowest else up - down

    @property
    def size(self) -> Decimal:
        """How large it is; of open amounts, that of the end that moved more."""
        was, now = ends(self.before), ends(self.after)
        if was is None or now is None:
            return ZERO
        finite = [pair for pair in zip(was, now, strict=True) if pair[0].is_finite() and pair[1].is_finite()]
        return max((v.low(v.subtract(max(pair), min(pair))) for pair in finite), default=ZERO)


@frozen
class RecordChange:
    """A record that ended differently under a rule: its entries before and after, None where there is none."""

    before: Entry | None
    after: Entry | None

    @property
    def entry(self) -> Entry:
        """The entry that there is."""
        entry = self.after or self.before
        assert entry is not None
        return entry

    @property
    def line(self) -> tuple[str, str]:
        """The line of the policy that treated it otherwise, and its article; empty where a record is only in one."""
        if self.before is None or self.after is None:
            return "", ""
        was, now = self.before.steps, self.after.steps
        place = next(
            (number for number, (one, two) in enumerate(zip(was, now, strict=False))
             if (one.text, one.before, one.after) != (two.text, two.before, two.after)),
            min(len(was), len(now)),
        )  # fmt: skip
        steps = [steps[place] for steps in (was, now) if place < len(steps)]
        texts = list(dict.fromkeys(step.text for step in steps if step.text))
        return ARROW.join(texts), steps[-1].article if steps else ""


@frozen
class Differences:
    """All that differs between two results."""

    requirements: tuple[Change, ...]
    parts: tuple[Change, ...]
    """Parts of requirements, called `requirement: part`: what the student has, or (period `needed`) what is asked."""
    accounts: tuple[Change, ...]
    facts: tuple[Change, ...]
    rules: tuple[Change, ...]
    """What made the difference: rules, the largest first; named values; accounts, facts and parts that nothing else
    explains."""
    records: tuple[RecordChange, ...]
    because: Mapping[Key, tuple[Change, ...]] = field(factory=dict)
    """Which of `rules` made each account, fact, requirement and part another one; never empty for one that changed."""

    def __bool__(self) -> bool:
        return bool(self.requirements or self.parts or self.accounts or self.facts or self.records)


_RANK: Final = {"unmet": Decimal(0), "open": Decimal(1), "met": Decimal(2), "does not apply": Decimal(2)}


def ends(value: object) -> tuple[Decimal, Decimal] | None:
    """The lowest and the highest that a value can be; a status by its rank; None where more and less mean nothing."""
    match value:
        case None:
            return ZERO, ZERO
        case bool():
            return Decimal(value), Decimal(value)
        case Decimal():
            return value, value
        case Interval():
            return value.low, value.high
        case str() if value in _RANK:
            return _RANK[value], _RANK[value]
    return None


def paired(changes: Iterable[RecordChange]) -> Iterator[RecordChange]:
    """Changes of records, those that left one rule and came to another, or to none, as one change."""
    changes = list(changes)
    gone = {(x.entry.record.kind, x.entry.record.identifier): x for x in changes if x.after is None}
    come = {(x.entry.record.kind, x.entry.record.identifier): x for x in changes if x.before is None}
    for change in changes:
        key = (change.entry.record.kind, change.entry.record.identifier)
        if change.before is None and gone.get(key) is not None:
            continue
        if change.after is None and key in come and gone[key] is change:
            yield RecordChange(change.before, come[key].after)
        else:
            yield change
