"""Clean stretches: each full length of time without a breach, and the day on which it is full.

They are counted from a day on, and afresh from the day after each breach. Of a breach that is open nobody knows whether
counting begins afresh: then whatever may be full on some day is, but not surely.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import takewhile
from typing import Any, Final

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.diagnostics import Phrase
from creditlang.interpreter.student_run import Environment, Run
from creditlang.values import Undetermined

MOST_STRETCHES: Final = 10_000
"""The most stretches that one person can have, of all kinds together; with more the first day is bad data."""
_DAY: Final = timedelta(1)
Breach = tuple[date, bool]
"""A day, and whether there surely was one."""


def clean_stretches(
    run: Run, clean: o.CleanStretch, read: Callable[[e.Expression, Environment], Any],
    meets: Callable[[e.Expression | None, Environment], v.Answer],
) -> list[tuple[date, bool]]:  # fmt: skip
    """The days on which a stretch is full, in order, and whether it surely is.

    Raises `Undetermined` where nothing says from when they are counted, or that cannot be right.
    """
    start, until = v.settled(read(clean.start, Environment(run))), run.as_of
    if until is None:
        raise Undetermined("period", Phrase("nothing says until when", "没有写明算到哪一天"))

    def later(day: date, times: int) -> date:
        return run.calendar.later(day, clean.count * times, clean.unit)

    found: dict[date, bool] = {}
    room = MOST_STRETCHES - run.stretches
    breaches = list(_breaches(run, clean, meets))
    dated = all(day < date.max for day, _ in breaches)  # what has no day may break any of them
    for day, sure in full_days(start, breaches, until, later):
        found[day] = found.get(day, False) or (sure and dated)
        if len(found) > room:
            en, zh = (" with those of other kinds", "连同其他种类") if run.stretches else ("", "这样")
            raise Undetermined(
                "period",
                Phrase(f"there would be more than {MOST_STRETCHES} of them{en}", f"{zh}会超过{MOST_STRETCHES}个"),
            )
    run.stretches += len(found)
    return sorted(found.items())


def full_days(
    start: date, breaches: Sequence[Breach], until: date, later: Callable[[date, int], date]
) -> Iterator[tuple[date, bool]]:
    """The days until a last one on which a stretch is full, and whether it surely is; a day may come twice.

    `later` gives the day so many stretches after another.
    """
    sure = sorted({day for day, surely in breaches if surely and start <= day <= until})
    unsure = sorted({day for day, surely in breaches if not surely and start <= day <= until} - set(sure))
    for begin, end in zip([start, *(day + _DAY for day in sure)], [*sure, until], strict=True):
        inside = unsure[bisect_left(unsure, begin) : bisect_left(unsure, end)]
        first, seen = inside[0] if inside else end, set[tuple[date, int]]()
        for day in _chain(begin, end, later):
            seen.add((day, begin.day))
            yield day, day <= first
        for breach in inside:
            again = breach + _DAY
            for day in _chain(again, end, later):
                if (day, again.day) in seen:  # from here on two that begin on the same day of a month are one
                    break
                seen.add((day, again.day))
                yield day, False


def _chain(begin: date, end: date, later: Callable[[date, int], date]) -> Iterable[date]:
    """The days on which a stretch is full that are counted from one day on, until another."""
    days = (later(begin, times) for times in range(1, MOST_STRETCHES + 2))
    return takewhile(lambda day: day <= end, days)


def _breaches(
    run: Run, clean: o.CleanStretch, meets: Callable[[e.Expression | None, Environment], v.Answer]
) -> Iterator[Breach]:
    """The days on which there was a breach, or may have been: of a record that cannot be read nobody knows."""
    accounts, found = run.policy.accounts, []
    kinds = {clean.kind}
    if clean.account is not None:
        kinds = {run.policy.rules[x].kind for name in within(accounts, clean.account) for x in accounts[name].items}
        for entry in run.everything(clean.account):
            if entry.state == "live" and entry.sign > 0 and v.high(entry.amount) > 0:
                surely = v.low(entry.amount) > 0 and not entry.doubtful
                found.append((entry.record, run.day_of_entry(entry), surely))
            elif entry.state == "invalid":
                yield run.day_of_entry(entry), False
    else:
        for record in run.records_of(clean.kind or ""):
            found.append((record, record.order[0], id(record) not in run.doubtful))
    for record in run.unreadable:
        if record.kind in kinds:
            yield record.order[0], False
    for record, day, surely in found:
        try:
            holds = meets(clean.where, run.at(record))
        except Undetermined:
            holds = v.OPEN
        if holds is not False:
            yield day, surely and holds is True
