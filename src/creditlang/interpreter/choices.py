"""Choosing within groups, and cutting them at limits."""

from typing import Any

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Phrase
from creditlang.interpreter.expression_meanings import evaluate
from creditlang.interpreter.groups import groups, has_both_signs, magnitude, on_groups, signed
from creditlang.interpreter.steps import EARLIER_OPEN, Entries, cut, dismiss, live, make_pending, undetermined
from creditlang.interpreter.student_run import Run
from creditlang.ledger import Entry
from creditlang.values import Undetermined


def choose(run: Run, operator: o.Choose, entries: Entries) -> Entries:
    def keep(members: Entries) -> None:
        if len(members) > 1:
            run.covered.add(operator.number)
            _keep_one(run, operator, members)

    on_groups(run, operator, entries, keep)
    return entries


def _keep_one(run: Run, operator: o.Choose, members: Entries) -> None:
    if operator.which != "highest":
        keep_first(run, operator, members if operator.which == "first" else members[::-1])
        return
    both = has_both_signs(members)
    if both and not has_both_signs(members, surely=True):
        _keep_open(run, operator, members, set(map(id, members)))
        return
    worth = {id(x): signed(x) if both else x.amount for x in members}
    kept = max(members, key=lambda entry: v.low(worth[id(entry)]))
    least, before = v.low(worth[id(kept)]), members.index(kept)
    rivals = [
        x
        for position, x in enumerate(members)
        if x is not kept and (v.high(worth[id(x)]) > least or (v.high(worth[id(x)]) == least and position < before))
    ]
    if kept.doubtful or (rivals and any(entry.pending for entry in (kept, *rivals))):
        _keep_open(run, operator, members, {id(kept), *map(id, rivals)} if rivals else set(map(id, members)))
        return
    for entry in members:
        if entry is not kept:
            dismiss(entry, "void", instead(kept), operator, "once")


def keep_first(run: Run, operator: o.Choose | o.Uniqueness, members: Entries) -> None:
    """Keep the first that surely counts; those before it only may, and those after it do not."""
    kept: Entry | None = None
    possible: list[tuple[Entry, v.Number]] = []
    for position, entry in enumerate(members):
        if kept is not None:
            dismiss(entry, "void", instead(kept), operator, "once")
            continue
        possible.append((entry, entry.amount))
        if position:
            reason = EARLIER_OPEN
            amount = v.hull(v.ZERO, entry.amount)
            certain = not entry.doubtful
            make_pending(run, entry, amount, reason, operator, "once", True)
        else:
            certain = not entry.doubtful
        if certain:
            kept = entry
    if len(possible) > 1:
        least = min(v.low(amount) for _, amount in possible) if kept is not None else v.ZERO
        most = max(v.high(amount) for _, amount in possible)
        run.bind([entry for entry, _ in possible], v.interval(least, most), one=True)


def instead(kept: Entry) -> Phrase:
    """Why an entry does not count beside another."""
    return Phrase(f"{kept.record.identifier} counts instead", f"已有{kept.record.identifier}，不重复计算")


def _keep_open(run: Run, operator: o.Choose, members: Entries, possible: set[int]) -> None:
    """Which entry is the highest is open: each that may be is pending from nothing to its whole amount."""
    floor = max(v.low(entry.amount) for entry in members)
    ceiling = max(v.high(entry.amount) for entry in members)
    reason = Phrase("which one is the highest is still open", "哪一项最高尚未确定")
    for entry in members:
        if id(entry) in possible:
            make_pending(run, entry, v.hull(v.ZERO, entry.amount), reason, operator, "once", True)
        else:
            dismiss(entry, "void", reason, operator)
    if not has_both_signs(members):
        run.bind([entry for entry in members if id(entry) in possible], v.interval(floor, ceiling), one=True)


def choose_side(run: Run, operator: o.ChooseSide, entries: Entries) -> Entries:
    both = operator.left | operator.right
    for members in groups(run, operator.group, live(entries, both)):
        left = [entry for entry in members if entry.rule in operator.left]
        right = [entry for entry in members if entry.rule in operator.right]
        if not left or not right:
            continue
        run.covered.add(operator.number)
        one, two = magnitude(run, left), magnitude(run, right)
        holds = v.compare(">=", one, two)
        if holds is v.OPEN:
            reason = Phrase("which side is higher is still open", "哪一方扣分更高尚未确定")
            for entry in members:
                make_pending(run, entry, v.hull(v.ZERO, entry.amount), reason, operator, "higher", True)
            run.bind(members, v.larger(one, two))
            continue
        for entry in right if holds else left:
            dismiss(entry, "void", operator.reason, operator, "higher")
    return entries


# ---- clip
def clip_groups(run: Run, operator: o.Clip, entries: Entries) -> Entries:
    fixed = isinstance(operator.limit, (e.Constant, e.Setting))

    def clip(members: Entries) -> None:
        limits: list[v.Number] = []
        limited: Entries = []
        for entry in members:
            try:
                known = limits[0] if fixed and limits else evaluate(operator.limit, run.at(entry.record))
                limits.append(v.larger(v.ZERO, known))
                limited.append(entry)
            except Undetermined as why:
                undetermined(run, entry, why, operator.fallback, operator)
        if operator.events:
            _clip_events(run, operator, limited, limits)
        elif limited and has_both_signs(limited):
            _clip_sum(run, operator, limited, limits[-1])
        else:
            _clip_total(run, operator, limited, limits)

    on_groups(run, operator, entries, clip)
    return entries


def _clip_events(run: Run, operator: o.Clip, members: Entries, limits: list[v.Number]) -> None:
    certain = 0
    for position, (entry, limit) in enumerate(zip(members, limits, strict=True)):
        reason, present = (
            Phrase(f"more than {v.written(limit)} events", f"超过{v.written(limit)}次"),
            not entry.doubtful,
        )
        if certain >= v.high(limit):
            run.covered.add(operator.number)
            cut(run, operator, entry, v.ZERO, reason)
        elif position >= v.low(limit):
            make_pending(run, entry, v.hull(v.ZERO, entry.amount), reason, operator, "cap", True)
        certain += present


def _clip_sum(run: Run, operator: o.Clip, members: Entries, limit: v.Number) -> None:
    """Of awards and deductions together the sum has a limit on either side; the latest lose what exceeds it."""
    total = run.sum(members)
    is_open = isinstance(total, v.Interval)
    for direction in (_as_it_is, v.negative):
        excess = v.larger(v.ZERO, v.subtract(direction(total), limit))
        for entry in reversed(members):
            before = direction(signed(entry))
            taken = v.smaller(v.larger(v.ZERO, before), excess)
            if not v.high(taken):
                continue
            run.covered.add(operator.number)
            excess = v.larger(v.ZERO, v.subtract(excess, taken))
            after = direction(v.subtract(before, taken))
            reason = Phrase(f"the limit of {v.written(limit)} is reached", f"已达上限{v.written(limit)}")
            cut(run, operator, entry, after if entry.sign > 0 else v.negative(after), reason)
    if is_open:
        run.bind(members, v.larger(v.negative(limit), v.smaller(total, limit)), signed=True)


def _as_it_is(value: v.Number) -> v.Number:
    return value


def _clip_total(run: Run, operator: o.Clip, members: Entries, limits: list[v.Number]) -> None:
    """Each entry has what is left of its limit after all before it."""
    is_open = any(entry.pending for entry in members)
    same = all(limit == limits[0] for limit in limits)
    total = magnitude(run, members) if is_open else v.ZERO
    if is_open and same and v.high(total) <= v.low(limits[0]):
        return
    running: v.Number = v.ZERO
    for entry, limit in zip(members, limits, strict=True):
        amount: Any = entry.amount
        room = v.larger(v.ZERO, v.subtract(limit, running))
        running = v.add(running, amount)
        after = v.smaller(amount, room)
        if after != amount:
            run.covered.add(operator.number)
            reason = Phrase(f"the limit of {v.written(limit)} is reached", f"已达上限{v.written(limit)}")
            cut(run, operator, entry, after, reason)
    if is_open and same:
        run.bind(members, v.smaller(total, limits[0]))
