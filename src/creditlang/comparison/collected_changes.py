"""What differs between two results, over all students: who gains, who loses, and by which rule.

Students are compared by number. A student gains whose totals or requirements became more and none less; the totals are
those of the table of students, accounts that stand alone over the whole time. What differs is kept as rows of tables,
what does not is counted only, so that memory grows with the differences and not with the students.

Invariants: results come in any order and give the same tables; every total and status that differs has a cause.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from attrs import define, field, frozen

from creditlang.comparison.changes import Change, Differences, paired
from creditlang.comparison.comparison_rows import change_row, crossing_rows, record_row, scope_row
from creditlang.comparison.differences import Finder
from creditlang.comparison.rule_sums import Sum
from creditlang.core import operators as o
from creditlang.ledger import StudentResult
from creditlang.results import total_accounts
from creditlang.schema import Row

Name = TypeVar("Name", bound=Hashable)


_Cause = tuple[str, str, str]
_WAYS: Final = ("gained", "lost", "mixed", "otherwise")


@frozen
class Numbers:
    """How many students: with results on both sides, or only on one; and of those on both, who changed and how.

    `changed` = `gained` + `lost` + `mixed` + `otherwise`: more only, less only, both, and neither, as where only a fact
    changed, or it is open which way. A requirement that asks for more, and has the same status, is no change.
    """

    compared: int
    only_old: int
    only_new: int
    changed: int
    gained: int
    lost: int
    mixed: int
    otherwise: int


@define(eq=False)
class CollectedChanges:
    """The differences between what two policies, or two versions of anything, give. Call `add` for each student."""

    old: o.Policy
    new: o.Policy
    set_old: Mapping[str, Any] = field(factory=dict)
    """Named values that were set to others than the policy has, on each side."""
    set_new: Mapping[str, Any] = field(factory=dict)
    names: tuple[str, str] = ("", "")
    """What people call the two sides; empty where that needs no telling."""
    manifest: list[tuple[str, str]] = field(factory=list)
    """What was compared: entries and values, for the table of that name."""
    equations: tuple[str, ...] = ()
    """The record equations of both sides, once they have been counted."""
    reliable: bool = True
    """Whether everything read is accounted for and every student decided, on both sides, as far as that is known."""
    changes: list[Row] = field(factory=list)
    crossings: list[Row] = field(factory=list)
    records: list[Row] = field(factory=list)
    crossed: Counter[tuple[str, str, str]] = field(factory=Counter)
    """Students by requirement, status before and status after; a status is empty where a side has no such thing."""
    dispositions: Counter[tuple[str, str]] = field(factory=Counter)
    """Records, under each rule, by what became of them before and after, where the two differ."""
    rules: dict[_Cause, Sum] = field(factory=dict)
    """By sort, name and account: rules, and what is its own cause."""
    totals: dict[str, Sum] = field(factory=dict)
    """By account."""
    _counts: Counter[str] = field(factory=Counter)
    _finder: Finder = field(init=False)
    _total_accounts: Collection[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._finder = Finder(self.old, self.new, self.set_old, self.set_new)
        self._total_accounts = frozenset((*total_accounts(self.old), *total_accounts(self.new)))

    @property
    def numbers(self) -> Numbers:
        """How many students."""
        counts = {name: self._counts[name] for name in ("compared", "only_old", "only_new", *_WAYS)}
        return Numbers(**counts, changed=sum(counts[way] for way in _WAYS))

    def add(self, before: StudentResult | None, after: StudentResult | None) -> None:
        """Take in the results of one student; None, or a result that does not apply, where a side has none."""
        before, after = (x if x is not None and x.applies else None for x in (before, after))
        if before is not None and after is not None:
            self._counts["compared"] += 1
            found = self._finder.differences(before, after)
            if found.accounts or found.facts or found.requirements or found.records:
                self._take(before, after, found)
        elif (known := before or after) is not None:
            self._counts["only_old" if before else "only_new"] += 1
            self.changes.append(scope_row(known.student, before is not None, after is not None))

    def add_unchanged(self, count: int) -> None:
        """Take in so many students who have the same results on both sides."""
        self._counts["compared"] += count

    def _take(self, before: StudentResult, after: StudentResult, found: Differences) -> None:
        student, policies = after.student, (self.new, self.old)
        totals = [change for change in found.accounts if not change.period and change.name in self._total_accounts]
        for sort, changes in (("total", totals), ("account", found.accounts), ("fact", found.facts)):
            known = totals if sort == "account" else ()
            self.changes.extend(
                change_row(student, sort, change, found.because[change.key])
                for change in changes
                if not any(change is other for other in known)
            )
        self.crossings.extend(crossing_rows(before, after, found))
        self.records.extend(record_row(policies, student, change) for change in found.records)
        for change in found.requirements:
            self.crossed[change.name, str(change.before or ""), str(change.after or "")] += 1
        for record in paired(found.records):
            one, two = (x.disposition() if x else "" for x in (record.before, record.after))
            self.dispositions[one, two] += one != two
        _sum(self.totals, ((change.name, change) for change in totals))
        self._causes(found, totals)
        self._counts[_way(change.direction for change in (*totals, *found.requirements))] += 1

    def _causes(self, found: Differences, totals: Sequence[Change]) -> None:
        """What did it; something that is no amount goes by what it did to the totals and requirements."""
        effects: dict[_Cause, set[int]] = {}
        for change in (*totals, *found.requirements):
            for cause in found.because[change.key]:
                effects.setdefault(_cause(cause), set()).add(change.direction)
        amounts = [x for x in found.rules if x.sort in ("rule", "account")]
        _sum(self.rules, ((_cause(x), x) for x in amounts))
        for cause in found.rules:
            key = _cause(cause)
            if cause.sort not in ("rule", "account") and key in effects:
                _known(self.rules, key, cause).note(cause, effects[key])
        for key in {_cause(x) for change in found.requirements for x in found.because[change.key]}:
            self.rules[key].crossings += 1


def _cause(change: Change) -> _Cause:
    return change.sort, change.name, change.account


def _sum(sums: dict[Name, Sum], changes: Iterable[tuple[Name, Change]]) -> None:
    """Add the changes of one student to sums."""
    found: dict[Name, list[Change]] = {}
    for key, change in changes:
        found.setdefault(key, []).append(change)
    for key, some in found.items():
        _known(sums, key, some[0]).add(some)


def _known(sums: dict[Name, Sum], key: Name, change: Change) -> Sum:
    if key not in sums:
        sums[key] = Sum(change.unit, change.article)
    return sums[key]


def _way(directions: Iterable[int]) -> str:
    """What happened to a student whose totals and requirements went these ways."""
    ways = set(directions)
    if {1, -1} <= ways:
        return "mixed"
    return "gained" if 1 in ways else "lost" if -1 in ways else "otherwise"
