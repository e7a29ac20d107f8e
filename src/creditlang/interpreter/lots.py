"""Lots: what is taken from an account whose entries count for a time only.

A request takes from what a run as of its day shows, less what earlier requests took of it: what runs out first, then
the oldest. What was taken stays taken: of an entry that has run out since, just that much counts.
"""

from collections.abc import Iterator
from datetime import date

from attrs import frozen

from creditlang import values as v
from creditlang.core.account_trees import within
from creditlang.core.dependencies import expires
from creditlang.diagnostics import Phrase, in_language
from creditlang.interpreter.student_run import Run
from creditlang.ledger import Entry, Step
from creditlang.values import Undetermined

Key = tuple[str, str, str]


@frozen
class Taken:
    """What has been taken of an entry, of how much, and where and until when the entry counts: a line that is written
    after the one by which it runs out is not done to it any more.
    """

    account: str
    period: str
    on: date | None
    semester: str | None
    of: v.Number
    amount: v.Number
    until: date | None


def has_lots(run: Run, account: str) -> bool:
    """Whether what is taken from an account is taken from entries that may run out."""
    return bool(run.once(("expires", account), lambda: expires(run.policy.accounts, run.policy.rules, account)))


def held_in_lots(run: Run, account: str, day: date | None) -> v.Number:
    """What an account holds on a day, or as of the run's, after what earlier requests took; never less than nothing."""
    then = _as_of(run, day)
    left = v.total(rest for _, rest in _lots(run, account, day))
    inside = set(within(run.policy.accounts, account))
    gone = [taken.amount for taken in run.taken.values() if taken.account in inside and _counts(taken, day)]
    balance = v.subtract(then.sum(then.everything(account)), v.total(gone))
    return v.larger(v.ZERO, v.smaller(left, balance))


def take_from_lots(
    run: Run, account: str, amount: v.Number, day: date | None
) -> Iterator[tuple[Entry, v.Number, bool]]:  # fmt: skip
    """The entries that an amount is taken from, each with what is taken of it, and whether it has run out since."""
    rest = amount
    for entry, left in _lots(run, account, day):
        part = v.smaller(rest, left)
        if v.high(part):
            rest = v.larger(v.ZERO, v.subtract(rest, left))
            before = run.taken.get(_key(entry))
            run.taken[_key(entry)] = Taken(
                account=entry.account, period=entry.period, on=entry.on, semester=entry.semester, of=entry.amount,
                amount=v.add(part, before.amount) if before else part, until=entry.until,
            )  # fmt: skip
            own = (x for x in run.entries.get(entry.rule, ()) if _key(x) == _key(entry))
            yield entry, part, any(_has_run_out(run, x) for x in own)


def settle(run: Run) -> None:
    """Let what was taken of entries that have run out since count for them, where and when they counted: of the account
    it is gone again.
    """
    for entries in run.entries.values() if run.taken else ():
        for entry in entries:
            if _has_run_out(run, entry):
                taken = run.taken[_key(entry)]
                zh = in_language(entry.reason, "zh")
                reason = Phrase(
                    f"{v.written(taken.amount)} of it was taken before; {entry.reason}",
                    f"其中{v.written(taken.amount)}已先行扣用；{zh}",
                )
                entry.steps.append(Step("cap", "", taken.of, taken.amount, entry.article, reason))
                entry.state, entry.cut, entry.reason = "live", True, reason
                entry.account, entry.period, entry.on, entry.semester = (
                    taken.account, taken.period, taken.on, taken.semester,
                )  # fmt: skip
                entry.amount, entry.raw = taken.amount, taken.of
                entry.pending = isinstance(taken.amount, v.Interval)
                run.post(entry, whole=False)


def _lots(run: Run, account: str, day: date | None) -> list[tuple[Entry, v.Number]]:
    """The entries of an account that count on a day, by when they run out, with what is left of each."""
    then = _as_of(run, day)
    found = []
    for entry in then.everything(account):
        if entry.state == "live" and entry.sign > 0 and v.high(entry.amount):
            taken = run.taken.get(_key(entry))
            left = v.larger(v.ZERO, v.subtract(entry.amount, taken.amount)) if taken else entry.amount
            found.append((entry, left))
    return sorted(found, key=lambda lot: (lot[0].until or date.max, lot[0].record.order))


def _as_of(run: Run, day: date | None) -> Run:
    then = run.as_of_day(day) if day is not None else run
    if then is None:
        raise Undetermined("case", Phrase("there are too many days to look back on", "需要回溯的日子过多"))
    return then


def _has_run_out(run: Run, entry: Entry) -> bool:
    """Whether an entry that was taken from has run out by the day of the run."""
    taken = run.taken.get(_key(entry))
    return taken is not None and entry.state == "void" and not _counts(taken, run.as_of)


def _counts(taken: Taken, day: date | None) -> bool:
    """Whether the entry that was taken from counts on a day still."""
    return taken.until is None or day is None or taken.until > day


def _key(entry: Entry) -> Key:
    return entry.record.kind, entry.record.identifier, entry.rule
