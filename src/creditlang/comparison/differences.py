"""Compares two results of one student.

The two may come from other records, other named values, another policy. What is compared has the same name in both: an
account in a period, a fact, a requirement, a part of it, a record under a rule. An account that only one policy has is
compared with nothing, so it differs unless it is zero; a fact that only one policy has says nothing about the student.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any

from attrs import define, evolve, field

from creditlang import values as v
from creditlang.comparison.causes import Causes, Readings
from creditlang.comparison.changes import NEEDED, Change, Differences, RecordChange
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.ledger import Entry, PartLine, StudentResult
from creditlang.results import counted_amount
from creditlang.values import ZERO, Interval

_Name = tuple[str, str]
_RecordKey = tuple[str, str, str, str, int, int]
_Sums = dict[_Name, dict[str, list[v.Number]]]


def differences(
    before: StudentResult, after: StudentResult, old: o.Policy, new: o.Policy,
    set_old: Mapping[str, Any] | None = None, set_new: Mapping[str, Any] | None = None,
) -> Differences:  # fmt: skip
    """What is another one in `after`, worked out by `new`, than in `before`, worked out by `old`.

    `set_old` and `set_new` are the named values that were set to others than the policies have.
    """
    return Finder(old, new, set_old or {}, set_new or {}).differences(before, after)


@define(eq=False)
class Finder:
    """Compares results of two policies; one finder serves many students."""

    old: o.Policy
    new: o.Policy
    set_old: Mapping[str, Any] = field(factory=dict)
    set_new: Mapping[str, Any] = field(factory=dict)
    readings: Readings = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.readings = Readings((self.old, self.new), tuple(self._values()))

    def _values(self) -> Iterator[Change]:
        """The named values that differ; one that changes at dates has no number of its own."""
        for name in sorted(self.old.settings.keys() & self.new.settings.keys()):
            one = self.set_old.get(name, self.old.settings[name])
            two = self.set_new.get(name, self.new.settings[name])
            was, now = _constant(one), _constant(two)
            if ((was, now) == (None, None) and one != two) or was != now:
                article = "".join(self.new.article_of.get(name, ())[:1])
                yield Change("value", name, "", was, now, article=article)

    def differences(self, before: StudentResult, after: StudentResult) -> Differences:
        """What is another one in `after`, worked out by `new`, than in `before`, worked out by `old`."""
        records = tuple(_records(before.entries, after.entries))
        accounts = tuple(self._accounts(before, after))
        facts = tuple(self._facts(before, after))
        requirements = tuple(self._requirements(before, after))
        parts = tuple(_parts(before.parts, after.parts))
        if not (records or accounts or facts or requirements or parts):
            return Differences((), (), (), (), (), ())
        rules = list(self._rules(before.entries, after.entries, records))
        others = (*accounts, *facts, *requirements, *parts)
        causes = Causes(self.readings, rules, others, _turned(before.parts, after.parts)).all()
        every = {id(change): change for change in (*rules, *(x for found in causes.values() for x in found))}
        order = ("rule", "value")
        ranked = sorted(
            every.values(),
            key=lambda x: (
                order.index(x.sort) if x.sort in order else 2,
                x.size.copy_negate(),
                x.name,
                x.account,
                x.period,
            ),
        )
        return Differences(
            requirements=requirements, parts=parts, accounts=accounts, facts=facts, rules=tuple(ranked),
            records=records, because=causes,
        )  # fmt: skip

    def _accounts(self, before: StudentResult, after: StudentResult) -> Iterator[Change]:
        one, two = ({(x.account, x.period): x.amount for x in result.accounts} for result in (before, after))
        for key in _changed(one, two):
            if (one.get(key) or ZERO) != (two.get(key) or ZERO):
                account = self._account(key[0])
                yield Change("account", *key, one.get(key), two.get(key), account.unit or "", account.article)

    def _account(self, name: str) -> o.Account:
        return self.new.accounts.get(name) or self.old.accounts[name]

    def _facts(self, before: StudentResult, after: StudentResult) -> Iterator[Change]:
        both = self.old.facts.keys() & self.new.facts.keys()
        one, two = ({(x.fact, x.period): x.value for x in y.facts if x.fact in both} for y in (before, after))
        for key in _changed(one, two):
            fact = self.new.facts[key[0]]
            pair = one.get(key), two.get(key)
            yield Change("fact", *key, *pair, fact.unit or "", fact.article, lowest=fact.rank is not None)

    def _requirements(self, before: StudentResult, after: StudentResult) -> Iterator[Change]:
        one, two = ({(name, ""): status for name, status in x.requirements.items()} for x in (before, after))
        for key in _changed(one, two):
            article = (self.new.requirements.get(key[0]) or self.old.requirements[key[0]]).article
            yield Change("requirement", *key, one.get(key), two.get(key), article=article)

    def _rules(
        self, before: Iterable[Entry], after: Iterable[Entry], records: Iterable[RecordChange]
    ) -> Iterator[Change]:
        """The rules that count another sum for an account, with the line of the policy that made most of it."""
        lines: dict[_Name, Counter[tuple[str, str]]] = {}
        touched: set[_Name] = set()
        for record in records:
            key = (record.entry.rule, record.entry.account)
            if record.entry.account:
                touched.add(key)
            if record.line != ("", ""):
                lines.setdefault(key, Counter())[record.line] += 1
        one, two = _sums(before, touched), _sums(after, touched)
        for key in sorted(one.keys() | two.keys()):
            for change in self._rule(key, one.get(key, {}), two.get(key, {})):
                (line, article), _ = (lines.get(key) or Counter({("", ""): 1})).most_common(1)[0]
                yield evolve(change, line=line, article=article or change.article)

    def _rule(
        self, key: _Name, one: Mapping[str, list[v.Number]], two: Mapping[str, list[v.Number]]
    ) -> Iterator[Change]:
        """What a rule counts for an account, before and after; by period where only that is another one."""
        name, account = key
        rule = self.new.rules.get(name) or self.old.rules.get(name)
        unit, article = self._account(account).unit or "", rule.article if rule else self._account(account).article

        def changed(period: str, before: Iterable[v.Number], after: Iterable[v.Number]) -> list[Change]:
            was, now = v.total(before), v.total(after)
            if was == now:
                return []
            return [Change("rule", name, period, before=was, after=now, unit=unit, article=article, account=account)]

        periods = sorted(one.keys() | two.keys())
        yield from changed("", chain(*one.values()), chain(*two.values())) or chain.from_iterable(
            changed(period, one.get(period, ()), two.get(period, ())) for period in periods
        )


def _constant(value: object) -> object:
    """A named value that was set, or the one that the policy has at all dates; None for one that changes at dates."""
    if not isinstance(value, tuple):
        return value
    only = value[0].value if len(value) == 1 and value[0].since is None else None
    return only.value if isinstance(only, e.Constant) else None


def _changed(one: Mapping[_Name, object], two: Mapping[_Name, object]) -> Iterator[_Name]:
    """The keys under which the two differ, those of the second in its order, then those of the first alone."""
    for key in (*two, *(key for key in one if key not in two)):
        if one.get(key) != two.get(key):
            yield key


# ---- requirements
def _parts(before: Iterable[PartLine], after: Iterable[PartLine]) -> Iterator[Change]:
    one, two = _numbered(before), _numbered(after)
    for key in (*two, *(key for key in one if key not in two)):
        was, now = one.get(key), two.get(key)
        known = now or was
        assert known is not None
        name = f"{key[0]}: {key[1]}"
        if was and now and (was.needed, was.have, was.status) == (now.needed, now.have, now.status):
            continue
        if was is None or now is None or was.needed != now.needed:
            needed = (was and (was.needed or was.status), now and (now.needed or now.status))
            yield Change("part", name, NEEDED, *needed, article=known.article)
        if was and now and was.have != now.have:
            yield Change("part", name, "", was.have, now.have, article=known.article)
        elif was and now and was.status != now.status and was.needed == now.needed:
            yield Change("part", name, "", was.status, now.status, article=known.article)


def _turned(before: Iterable[PartLine], after: Iterable[PartLine]) -> dict[str, int]:
    """Which parts are met more (1) or less (-1) than they were; one that is only on one side is met on the other."""
    one, two = ({key: x.status for key, x in _numbered(parts).items()} for parts in (before, after))
    found = {}
    for key in {**one, **two}:
        way = Change("part", "", "", one.get(key, "met"), two.get(key, "met")).direction
        if way:
            found[f"{key[0]}: {key[1]}"] = way
    return found


def _numbered(parts: Iterable[PartLine]) -> dict[tuple[str, str, int], PartLine]:
    """Parts by requirement and label; two parts of one requirement may have the same."""
    found: dict[tuple[str, str, int], PartLine] = {}
    for part in parts:
        number = 0
        while (part.requirement, part.part, number) in found:
            number += 1
        found[part.requirement, part.part, number] = part
    return found


# ---- records and rules
def _keyed(entries: Iterable[Entry]) -> dict[_RecordKey, Entry]:
    """Entries by record, rule and account; a record may have several under one rule."""
    found: dict[_RecordKey, Entry] = {}
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


def _sums(entries: Iterable[Entry], wanted: set[_Name]) -> _Sums:
    """What rules count for accounts, by period: the amounts of their entries."""
    sums: _Sums = {}
    for entry in entries:
        if not entry.member and (entry.rule, entry.account) in wanted:
            amount = counted_amount(entry)
            if isinstance(amount, (Decimal, Interval)):
                sums.setdefault((entry.rule, entry.account), {}).setdefault(entry.period, []).append(amount)
    return sums
