"""What has been booked in an account, in order of time: balances and windows as differences of two sums."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise

from attrs import frozen

from creditlang import values as v
from creditlang.interpreter.student_run import Run
from creditlang.ledger import Entry, Record


@frozen
class Booked:
    """The live entries of an account by day and record, all settled, and sums of amounts and records before each."""

    entries: list[Entry]
    days: list[date]
    sums: list[Decimal]
    records: list[int]
    kinds: frozenset[str]
    mixed: bool
    """Whether some add to the account and others take away."""

    def amount(self, first: int, last: int) -> Decimal:
        """What those from one place to before another add."""
        return v.EXACT.subtract(self.sums[last], self.sums[first])

    def counted(self, first: int, last: int) -> int:
        """The records of which something counts among those from one place to before another."""
        return self.records[last] - self.records[first]

    def until(self, day: date) -> int:
        """How many there are until a day."""
        return bisect_right(self.days, day)

    def before(self, record: Record) -> int | None:
        """How many come before a record; ids put those of its kind in order on a day, others of the day do not. None
        where both are among them.
        """
        if record.kind not in self.kinds:
            return bisect_left(self.days, record.order[0])
        if len(self.kinds) > 1:
            return None
        return bisect_left(self.entries, record.order, key=lambda x: x.record.order)

    def since(self, end: date, later: Callable[[date], date]) -> int:
        """How many lie so long before a day that the length after them is not later than it."""
        return bisect_right(self.days, end, key=later)


def booked(run: Run, account: str, period: str | None = None) -> Booked | None:
    """What has been booked in an account, or in one period of it; None where something is open, or has no day."""

    def found() -> Booked | None:
        entries = run.everything(account)
        if run.bounds or any(x.doubtful or isinstance(x.amount, v.Interval) or x.on is None for x in entries):
            return None
        live = [x for x in entries if x.state == "live" and period in (None, x.period)]
        return _summed(run, sorted(live, key=lambda x: (run.day_of_entry(x), x.record.order)))

    known: Booked | None = run.once(("booked", run.stage, account, period), found)
    return known


def as_it_was(run: Run, account: str, period: str | None = None) -> Booked | None:
    """What earlier runs of an account show, each until its day, where later records leave it as it is: one run says
    all. None where they may not.
    """
    if account not in run.policy.untouched or run.others is None or run.as_of is None:
        return None
    latest = run.others.then(account, run.as_of)
    found = booked(latest, account, period) if latest is not None else None
    return found if found is not None and not found.mixed else None


def _summed(run: Run, entries: list[Entry]) -> Booked:
    sums, records, seen = [v.ZERO], [0], set()
    for entry in entries:
        sums.append(v.low(v.add(sums[-1], run.sum([entry]))))
        counts = bool(v.high(entry.amount)) and id(entry.record) not in seen
        seen |= {id(entry.record)} if counts else set()
        records.append(records[-1] + counts)
    kinds = frozenset(entry.record.kind for entry in entries)
    mixed = len({one < two for one, two in pairwise(sums) if one != two}) > 1
    return Booked(entries, [run.day_of_entry(x) for x in entries], sums, records, kinds, mixed)
