"""What differs between two results of one student, and which rules made the difference.

The two may come from other records, other named values, another policy. What is compared has the same name in both: an
account in a period, a fact, a requirement, a record under a rule. A rule made the difference where the sum of what it
counts is another one; where no rule did, it was the account itself (a credit that depends on a score), and where
nothing that a student has changed, the requirement, which asks for something else.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final, Literal

from attrs import frozen

from creditlang.core import operators as o
from creditlang.core.dependencies import root_of
from creditlang.interpreter import values as v
from creditlang.interpreter.values import ZERO, Interval
from creditlang.ledger import Entry, PartLine, StudentResult
from creditlang.results import counted_amount

Sort = Literal["account", "fact", "requirement", "part", "rule", "record"]


@frozen
class Change:
    """Something that is another one: before and after, None where it is only in the other result."""

    sort: Sort
    name: str
    period: str
    before: object
    after: object
    unit: str = ""
    article: str = ""

    @property
    def difference(self) -> Decimal | None:
        """How much more it is; None where either is open or no number."""
        if isinstance(self.before, Decimal | None) and isinstance(self.after, Decimal | None):
            return (self.after or ZERO) - (self.before or ZERO)
        return None

    @property
    def direction(self) -> int:
        """1 where it is more, or met instead of not, -1 where it is less, 0 where that cannot be said."""
        return _direction(self.before, self.after)


@frozen
class RecordChange:
    """A record that another thing became of under a rule: its entries before and after, None where there is none."""

    before: Entry | None
    after: Entry | None

    @property
    def entry(self) -> Entry:
        """The entry that there is."""
        entry = self.after or self.before
        assert entry is not None
        return entry


@frozen
class Differences:
    """All that differs between two results."""

    requirements: tuple[Change, ...]
    parts: tuple[Change, ...]
    """Parts of requirements, called `requirement: part`: what the student has, or (period `needed`) what is asked."""
    accounts: tuple[Change, ...]
    facts: tuple[Change, ...]
    rules: tuple[Change, ...]
    """The rules that made the difference, the largest first."""
    records: tuple[RecordChange, ...]

    def __bool__(self) -> bool:
        return bool(self.requirements or self.parts or self.accounts or self.facts or self.records)


def differences(before: StudentResult, after: StudentResult, old: o.Policy, new: o.Policy) -> Differences:
    """What is another one in `after`, worked out by `new`, than in `before`, worked out by `old`."""
    records = tuple(_records(before.entries, after.entries))
    accounts = tuple(_accounts(before, after, old, new))
    parts = tuple(_parts(before.parts, after.parts))
    return Differences(
        tuple(_requirements(before, after, old, new)), parts, accounts, tuple(_facts(before, after, old, new)),
        tuple(_causes(records, accounts, parts, old, new)), records,
    )  # fmt: skip


def _changed(one: Mapping[tuple[str, str], object], two: Mapping[tuple[str, str], object]) -> Iterator[tuple[str, str]]:
    """The keys under which the two differ, those of the second in its order, then those of the first alone."""
    for key in (*two, *(key for key in one if key not in two)):
        if one.get(key) != two.get(key):
            yield key


def _accounts(before: StudentResult, after: StudentResult, old: o.Policy, new: o.Policy) -> Iterator[Change]:
    one, two = ({(x.account, x.period): x.amount for x in result.accounts} for result in (before, after))
    for name, period in _changed(one, two):
        account = new.accounts.get(name) or old.accounts[name]
        key = (name, period)
        yield Change("account", name, period, one.get(key), two.get(key), account.unit or "", account.article)


def _facts(before: StudentResult, after: StudentResult, old: o.Policy, new: o.Policy) -> Iterator[Change]:
    one, two = ({(x.fact, x.period): x.value for x in result.facts} for result in (before, after))
    for name, period in _changed(one, two):
        fact = new.facts.get(name) or old.facts[name]
        yield Change("fact", name, period, one.get((name, period)), two.get((name, period)), article=fact.article)


def _requirements(before: StudentResult, after: StudentResult, old: o.Policy, new: o.Policy) -> Iterator[Change]:
    one, two = ({(name, ""): status for name, status in x.requirements.items()} for x in (before, after))
    for name, _ in _changed(one, two):
        article = (new.requirements.get(name) or old.requirements[name]).article
        yield Change("requirement", name, "", one.get((name, "")), two.get((name, "")), article=article)


def _parts(before: Iterable[PartLine], after: Iterable[PartLine]) -> Iterator[Change]:
    one, two = ({(x.requirement, x.part): x for x in lines} for lines in (before, after))
    for key in (*two, *(key for key in one if key not in two)):
        was, now = one.get(key), two.get(key)
        known = now or was
        assert known is not None
        name = f"{key[0]}: {key[1]}"
        if was and now and (was.needed, was.have, was.status) == (now.needed, now.have, now.status):
            continue
        if was is None or now is None or was.needed != now.needed:
            needed = (was and (was.needed or was.status), now and (now.needed or now.status))
            yield Change("part", name, "needed", *needed, article=known.article)
        if was and now and was.have != now.have:
            yield Change("part", name, "", was.have, now.have, article=known.article)
        elif was and now and was.status != now.status and was.needed == now.needed:
            yield Change("part", name, "", was.status, now.status, article=known.article)


# ---- records and rules
_Key = tuple[str, str, str, str, int, int]


def _keyed(entries: Iterable[Entry]) -> dict[_Key, Entry]:
    """Entries by record, rule and account; a record may have several under one rule."""
    found: dict[_Key, Entry] = {}
    for entry in entries:
        record = entry.record
        number = 0
        while (key := (record.kind, record.identifier, entry.rule, entry.account, entry.sign, number)) in found:
            number += 1
        found[key] = entry
    return found


def _fate(entry: Entry | None) -> tuple[object, ...]:
    if entry is None:
        return ()
    return (entry.disposition(), None if entry.member else counted_amount(entry), entry.period)


def _records(before: Iterable[Entry], after: Iterable[Entry]) -> Iterator[RecordChange]:
    one, two = _keyed(before), _keyed(after)
    changed = [
        RecordChange(one.get(key), two.get(key)) for key in {**one, **two} if _fate(one.get(key)) != _fate(two.get(key))
    ]
    yield from sorted(changed, key=lambda change: (change.entry.record.order, change.entry.rule))


def _causes(
    records: Iterable[RecordChange], accounts: Iterable[Change], parts: Iterable[Change], old: o.Policy, new: o.Policy
) -> Iterator[Change]:
    """The rules whose sums are other ones; accounts that changed without a rule; requirements that ask for other."""
    rules = sorted(_rules(records, old, new), key=lambda change: (-_size(change), change.name))
    yield from rules
    explained = {name for change in rules for name in _around(change.name, old, new)}
    for change in accounts:
        account = new.accounts.get(change.name) or old.accounts[change.name]
        if change.name not in explained and account.sort == "credit" and not change.period:
            yield change
    asked = {change.name: change for change in parts if change.period == "needed"}
    yield from asked.values()


def _rules(records: Iterable[RecordChange], old: o.Policy, new: o.Policy) -> Iterator[Change]:
    sums: dict[str, list[v.Number]] = {}
    for change in records:
        for place, entry in enumerate((change.before, change.after)):
            if entry is not None and not entry.member:
                known = sums.setdefault(entry.rule or entry.account, [ZERO, ZERO])
                amount = counted_amount(entry)
                if isinstance(amount, (Decimal, Interval)):
                    known[place] = v.add(known[place], amount)
    for name, (was, now) in sums.items():
        if name and was != now:
            rule = new.rules.get(name) or old.rules.get(name)
            account = new.accounts.get(rule.account if rule else name) or old.accounts.get(
                rule.account if rule else name
            )
            unit = (account.unit if account else None) or ""
            yield Change("rule", name, "", was, now, unit, rule.article if rule else account.article if account else "")


def _around(name: str, old: o.Policy, new: o.Policy) -> set[str]:
    """The account of a rule and those around it."""
    for policy in (new, old):
        rule = policy.rules.get(name)
        account = rule.account if rule else name
        if account in policy.accounts:
            return {account, root_of(policy.accounts, account)}
    return set()


def _size(change: Change) -> Decimal:
    """How large a change is; of open amounts, that of the end that moved more."""
    was, now = _ends(change.before), _ends(change.after)
    if was is None or now is None:
        return ZERO
    return max(
        (abs(two - one) for one, two in zip(was, now, strict=True) if one.is_finite() and two.is_finite()), default=ZERO
    )


_RANK: Final = {"unmet": Decimal(0), "open": Decimal(1), "met": Decimal(2)}


def _ends(value: object) -> tuple[Decimal, Decimal] | None:
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


def _direction(before: object, after: object) -> int:
    was, now = _ends(before), _ends(after)
    if was is None or now is None:
        return 0
    up = now[0] >= was[0] and now[1] >= was[1]
    down = now[0] <= was[0] and now[1] <= was[1]
    return up - down
