"""Which rules made something another one: from a total or a requirement down to what it is worked out from.

An account changed because rules count another sum for it. Where rules do not explain it, as with a credit that depends
on a score, what it reads is followed as long as it changed too. What changed although nothing that it reads did is its
own cause: there, the policy says something else. So there is always a cause. Named values that differ are followed like
everything else.

What is followed is what a policy can read, not what a student's case did read: where two things changed that a fact
reads, both are named.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from attrs import define, field

from creditlang.comparison.changes import NEEDED, Change, Key
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.core.dependencies import reads, worked_out
from creditlang.values import total


@define(eq=False)
class Readings:
    """What everything in two policies is worked out from; looked up once and kept."""

    policies: tuple[o.Policy, ...]
    values: tuple[Change, ...] = ()
    """Named values that differ."""
    known: dict[Key, frozenset[Key]] = field(factory=dict)
    members: dict[str, frozenset[str]] = field(factory=dict)

    def of(self, key: Key) -> frozenset[Key]:
        """The accounts, facts and requirements that something reads, in either policy."""
        if key not in self.known:
            found = (
                read for policy in self.policies for part in _definition(policy, key) for read in _read(policy, part)
            )
            self.known[key] = frozenset(found) - {key}
        return self.known[key]

    def inside(self, account: str) -> frozenset[str]:
        """An account and all inside it, in either policy."""
        if account not in self.members:
            found = (within(policy.accounts, account) for policy in self.policies if account in policy.accounts)
            self.members[account] = frozenset(name for names in found for name in names) | {account}
        return self.members[account]

    def sort_of(self, account: str) -> str:
        """Of which sort an account is."""
        return next((x.accounts[account].sort for x in self.policies if account in x.accounts), "category")


def _definition(policy: o.Policy, key: Key) -> Iterator[Any]:
    """The expressions that say what something is; of an account, the credits whose surplus it gets as well."""
    sort, name = key
    if sort == "fact" and name in policy.facts:
        yield policy.facts[name]
    elif sort == "requirement" and name in policy.requirements:
        yield policy.requirements[name]
    elif sort == "part":
        requirement, _, label = name.partition(": ")
        if requirement in policy.requirements:
            yield tuple(part for part in policy.requirements[requirement].cases if part.label == label)
    elif sort == "account" and name in policy.accounts:
        account = policy.accounts[name]
        yield account.decide, tuple(x for x, _, _ in account.diverts)
        for other in policy.accounts.values():
            if any(target == name for _, target, _ in other.diverts):
                yield e.Value("account", other.name, e.Whole())


def _read(policy: o.Policy, part: Any) -> Iterator[Key]:
    for setting in reads(part, "setting"):
        yield "value", setting.name
    for found in worked_out(part):
        match found:
            case e.Value(sort="record fact"):
                yield from _read(policy, policy.record_facts[found.name])
            case e.Value(sort="account" | "fact" | "requirement" as sort):
                yield sort, found.name
            case e.Value(sort="ranking"):
                yield "fact", found.name.partition(".")[0]
            case e.Query(level=e.CountedIn(account=account)):
                yield "account", account


class Causes:
    """Finds the causes of the changes of one student."""

    def __init__(
        self, readings: Readings, rules: Sequence[Change], others: Iterable[Change], turned: Mapping[str, int]
    ) -> None:
        """`rules` are the sums that are other ones, `others` all other changes.

        `turned` tells of parts of requirements, by `requirement: part`, whether they are met now (1) or no more (-1).
        """
        self.readings, self.turned = readings, turned
        self.rules = rules
        self.changed: dict[Key, list[Change]] = {}
        for change in (*others, *readings.values):
            self.changed.setdefault(change.key, []).append(change)
        self.parts: dict[str, list[Key]] = {}
        for sort, name in self.changed:
            if sort == "part":
                self.parts.setdefault(name.partition(": ")[0], []).append((sort, name))
        self.found: dict[Key, tuple[Change, ...]] = {}

    def all(self) -> dict[Key, tuple[Change, ...]]:
        """The causes of everything that changed, the largest first."""
        return {key: self.of(key) for key in self.changed if key[0] != "value"}

    def of(self, key: Key) -> tuple[Change, ...]:
        """The causes of one thing; a circle, which only two policies together can make, ends where it began."""
        if key not in self.found:
            self.found[key] = ()
            own = list(self._followed(key))
            if not own or self._contrary(key, own):
                own.append(self._itself(key))
            self.found[key] = tuple(sorted(_distinct(own), key=lambda change: (change.size.copy_negate(), change.name)))
        return self.found[key]

    def _followed(self, key: Key) -> Iterator[Change]:
        sort, name = key
        if sort == "account":
            counted = self._counted(name)
            yield from counted
            if self._explained(name, counted):
                return
        if sort == "requirement":
            parts = self._turned(key)
            for part in parts:
                yield from self.of(part)
            if parts:
                return
        if sort == "part":
            yield from (change for change in self.changed[key] if change.period == NEEDED)
        for read in sorted(self.readings.of(key)):
            if read in self.changed:
                yield from self.of(read)

    def _turned(self, requirement: Key) -> list[Key]:
        """The parts of a requirement whose status went the way of the whole; where none did, all that changed."""
        way = self._itself(requirement).direction
        parts = self.parts.get(requirement[1], [])
        return [key for key in parts if way and self.turned.get(key[1]) == way] or parts

    def _counted(self, account: str) -> list[Change]:
        """The rules that count another sum for an account, or for one inside it."""
        inside = self.readings.inside(account)
        return [change for change in self.rules if change.account in inside]

    def _explained(self, account: str, counted: Sequence[Change]) -> bool:
        """Whether rules alone made an account another one."""
        sort = self.readings.sort_of(account)
        if sort != "credit":
            return bool(counted)
        whole = next((change for change in self.changed["account", account] if not change.period), None)
        moved = [change.difference for change in counted]
        if whole is None or not isinstance(whole.difference, Decimal):
            return False
        decided = [x for x in moved if isinstance(x, Decimal)]
        return bool(moved) and len(decided) == len(moved) and total(decided) == whole.difference

    def _contrary(self, key: Key, causes: Sequence[Change]) -> bool:
        """Whether a credit or status became less though all its causes are more, or the other way round.

        Then they are consequences, as a resit that now counts because the pass mark was raised.
        """
        way = self._itself(key).direction
        if way == 0 or key[0] not in ("account", "requirement"):
            return False
        return all(_way(change) == -way for change in causes)

    def _itself(self, key: Key) -> Change:
        changes = self.changed[key]
        return next((change for change in changes if not change.period), changes[0])


def _way(change: Change) -> int:
    """Whether a change is good for a student: to ask for more is not; of a named value nobody knows."""
    if change.sort == "value":
        return 0
    return -change.direction if change.period == NEEDED else change.direction


def _distinct(changes: Iterable[Change]) -> Iterator[Change]:
    return iter({id(change): change for change in changes}.values())
