"""Balances at other times than at hand: as of a day, before a record, in a window, in the worst of all windows.

What a run as of a day shows is another run, whose data end there. A window adds up what falls in it.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core.dependencies import references
from creditlang.diagnostics import Phrase
from creditlang.interpreter.booked_amounts import Booked, as_it_was, booked
from creditlang.interpreter.student_run import Environment, Run
from creditlang.ledger import Entry, Window
from creditlang.values import Undetermined

Read = Callable[[e.Expression, Environment], Any]
Length = e.LastWindow | e.AnyWindow
_DAY: Final = timedelta(1)
_LEAST: Final = Decimal("-Infinity")


@frozen
class Then:
    """A balance at another time, and the window that it comes from, if it does."""

    amount: v.Number
    window: Window | None = None


def windows_in(part: Any) -> tuple[e.Value, ...]:
    """The balances in windows that a part of a policy reads."""
    windows = (e.LastWindow, e.AnyWindow)
    return tuple(x for x in references(part, e.Value) if any(isinstance(at, windows) for at in e.parts_of(x.at)))


def window_of(balances: Iterable[e.Value], env: Environment, read: Read) -> Window | None:
    """The window of the first of some balances in windows, if there is one and it can be said."""
    with suppress(Undetermined):
        for x in balances:
            return balance_then(x, env, read).window
    return None


def balance_then(x: e.Value, env: Environment, read: Read) -> Then:
    """The balance of an account at another time. Raises `Undetermined` where there is no such time."""
    if isinstance(at := x.at, e.AnyWindow):
        key = ("any window", env.run.stage, x.name, at, env.period)
        found: Then = env.run.once(key, lambda: _highest(x.name, at, env))
        return found
    parts, run, end, day = e.parts_of(x.at), env.run, env.run.window_end(env), None
    windows = [part for part in parts if not isinstance(part, (e.BeforeThis, e.AsOf))]
    for part in parts:
        if isinstance(part, e.BeforeThis) and env.record is None:
            raise Undetermined("period", Phrase("there is no record at hand", "此处没有所针对的记录"))
        if isinstance(part, e.AsOf):
            end = day = v.settled(read(part.day, env))
    quick = _from_sums(x.name, parts, windows, env, end, day)
    if quick is not None:
        return quick
    for part in parts:
        if isinstance(part, e.BeforeThis):
            assert env.record is not None
            then = run.before(env.record, x.name)
        elif isinstance(part, e.AsOf):
            then = run.as_of_day(end, x.name)
        else:
            continue
        if then is None:
            return Then(_anything(run, x.name))
        run = then
    if windows:
        return _in_window(x.name, windows, env, run, end, read)
    return Then(_balance(x.name, run, env, day))


def _from_sums(
    account: str, parts: Sequence[e.Extent], windows: list[e.Extent], env: Environment, end: date, day: date | None
) -> Then | None:  # fmt: skip
    """The same as a difference of sums, where all is settled and no later record changes what an earlier one has."""
    run, before = env.run, any(isinstance(part, e.BeforeThis) for part in parts)
    looks_back = before or (day is not None and (run.as_of is None or day < run.as_of))
    window = windows[0] if windows else None
    if len(windows) > 1 or not (window is None or isinstance(window, e.LastWindow)) or (before and day is not None):
        return None
    period = run.policy.accounts[account].period if window is None else None
    if not looks_back and (window is None or day is not None):
        return None
    key = None
    if period is not None:
        at = Environment(run, env.record) if day is None else Environment(run, None, ("day", day.isoformat()))
        key = run.period_of(period, at)
    found = as_it_was(run, account, key) if looks_back else booked(run, account)
    if found is None:
        return None
    last = found.before(env.record) if before and env.record is not None else found.until(end)
    if last is None:
        return None
    if window is None:
        return Then(found.amount(0, last))
    first = min(last, found.since(end, lambda on: run.calendar.later(on, window.count, window.unit)))
    return Then(found.amount(first, last), Window(_first_day(run, end, window), end, found.counted(first, last)))


def _balance(account: str, run: Run, env: Environment, day: date | None) -> v.Number:
    """The balance of a run; of what has periods, in the one of the record at hand, or in which the day lies."""
    period = run.policy.accounts[account].period
    if period is None:
        return run.whole(account)
    at = Environment(run, env.record) if day is None else Environment(run, None, ("day", day.isoformat()))
    return run.balance(account, run.period_of(period, at))


def _in_window(account: str, windows: list[e.Extent], env: Environment, run: Run, end: date, read: Read) -> Then:
    """What the entries of a run that lie in all of some windows come to; the windows end on a day."""
    first, found = date.min, [x for x in run.everything(account) if run.day_of_entry(x) < date.max]
    for window in windows:
        match window:
            case e.LastWindow():
                found = [x for x in found if _lies_in(run, run.day_of_entry(x), end, window)]
                first = max(first, _first_day(run, end, window))
            case e.Since():
                since = v.settled(read(window.day, env))
                found, first = [x for x in found if run.day_of_entry(x) >= since], max(first, since)
            case e.SamePeriod():
                key = env.run.period_of(window.period, env)
                found = [x for x in found if run.periods.key(window.period, x.on, x.semester) == key]
    return Then(v.add(run.sum(found), _undated(run, account)), Window(first, end, _counted(found)))


def _counted(entries: Iterable[Entry]) -> int:
    """The records of which something counts."""
    return len({id(entry.record) for entry in entries if entry.state == "live" and v.high(entry.amount)})


def _first_day(run: Run, end: date, window: Length) -> date:
    """The first day of the window that ends on a day."""
    first = run.calendar.later(end, -window.count, window.unit)
    while run.calendar.later(first, window.count, window.unit) <= end:
        first += _DAY
    return first


def _lies_in(run: Run, day: date, end: date, window: Length) -> bool:
    """Whether a day lies in the window that ends on another: so long after it is later than the end."""
    return day <= end < run.calendar.later(day, window.count, window.unit)


def _highest(account: str, window: e.AnyWindow, env: Environment) -> Then:
    """The most that an account has had in a window that ends on a day with an entry, as a run as of that day has it.

    In a line about a period, on a day of the period.
    """
    run, here = env.run, env.run.periods.called(*env.period) if env.period is not None else None
    days = {run.day_of_entry(entry) for entry in run.everything(account)} - {date.max}
    best: Then | None = None
    days = {day for day in days if here is None or here.first <= day <= here.last}
    sums = as_it_was(run, account)
    if sums is not None and days:
        return _highest_of_sums(sums, window, sorted(days), run)
    for day in sorted(days):
        then = run.as_of_day(day, account)
        if then is None:
            return Then(_anything(run, account))
        found = [x for x in then.everything(account) if _lies_in(then, then.day_of_entry(x), day, window)]
        amount, worst = then.sum(found), Window(_first_day(run, day, window), day, _counted(found), True)
        if best is not None:
            worst = worst if v.high(amount) > v.high(best.amount) else best.window or worst
            amount = v.larger(best.amount, amount)
        best = Then(amount, worst)
    best = best or Then(v.ZERO)
    return Then(v.add(best.amount, _undated(run, account)), best.window)


def _highest_of_sums(sums: Booked, window: e.AnyWindow, days: Sequence[date], run: Run) -> Then:
    """The same where one run says all: of the sums of all windows the highest, of equal ones the first."""
    found = []
    for day in days:
        last, first = sums.until(day), sums.since(day, lambda on: run.calendar.later(on, window.count, window.unit))
        found.append((sums.amount(min(first, last), last), day, sums.counted(min(first, last), last)))
    amount, day, records = max(found, key=lambda each: each[0])
    return Then(amount, Window(_first_day(run, day, window), day, records, True))


def _undated(run: Run, account: str) -> v.Number:
    """What entries without a day may add to a window: nothing, or all that they come to."""
    parts = (v.hull(v.ZERO, run.sum([x])) for x in run.everything(account) if run.day_of_entry(x) == date.max)
    return v.total(parts)


def _anything(run: Run, account: str) -> v.Number:
    """All that a balance may be of which nothing is known but which signs its entries have."""
    signs = {entry.sign for entry in run.everything(account)}
    both = run.policy.accounts[account].sort == "score" or not signs
    return v.Interval(_LEAST if both or -1 in signs else v.ZERO, v.UNBOUNDED if both or 1 in signs else v.ZERO)
