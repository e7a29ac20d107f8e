"""Groups of entries, and the lines of which it may be open whether they speak of an entry."""

from collections.abc import Callable, Iterable
from typing import Any

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.interpreter.expression_meanings import met
from creditlang.interpreter.steps import LINE_OPEN, Entries, live, make_pending, undetermined
from creditlang.interpreter.student_run import Run
from creditlang.ledger import Entry, State
from creditlang.values import Undetermined


def group_key(run: Run, group: o.Group, entry: Entry) -> tuple[Any, ...]:
    """What an entry's group is called; an entry without a value for a part is a group of its own."""
    record, key = entry.record, []
    for period in group.periods:
        part: Any = run.periods.key(period, entry.on, entry.semester)
        key.append(("alone", id(entry)) if part is None else part)
    for name in group.fields:
        part = record.values.get(name)
        key.append(("alone", id(entry)) if part is None else part)
    return tuple(key)


def groups(run: Run, group: o.Group, entries: Entries) -> Iterable[Entries]:
    """The entries by group, in order."""
    if not group.periods and not group.fields:
        return [entries] if entries else []
    found: dict[tuple[Any, ...], Entries] = {}
    for entry in entries:
        found.setdefault(group_key(run, group, entry), []).append(entry)
    return found.values()


def where(
    run: Run, condition: e.Expression | None, entries: Entries, operator: o.Operator
) -> tuple[Entries, frozenset[int]]:
    """The entries for which a condition holds or may hold, and which of them only may.

    Those for which it has no value are taken out, with the reason; those for which it may have none may be nothing.
    """
    if condition is None:
        return entries, frozenset()
    kept, unsure = [], set()
    for entry in entries:
        try:
            holds = met(condition, run.at(entry.record))
        except Undetermined as why:
            if not why.is_open:
                undetermined(run, entry, why, None, operator)
                continue
            make_pending(run, entry, v.hull(v.ZERO, entry.amount), why.reason, operator, "pending", True)
            holds = v.OPEN
        if holds is not False:
            kept.append(entry)
        if holds is v.OPEN:
            unsure.add(id(entry))
    return kept, frozenset(unsure)


def tried_in_and_out(run: Run, operator: o.Limit, entries: Entries, act: Callable[[Entries], None]) -> None:
    """Do `act` to the entries that a limit speaks of.

    Where it is open whether it speaks of some, they are tried in and out: a group loses only more by having more
    members, so every entry ends between the two. Where awards and deductions meet, or the lowest are dropped, each may
    also end whole, or as nothing.
    """
    members, unsure = where(run, operator.condition, live(entries, operator.group.over), operator)
    if not unsure:
        act(members)
        return
    both = operator.dropped or has_both_signs(run, members)
    before = [(entry, _state(entry)) for entry in members]
    bounds = list(run.bounds)
    act(members)
    inside = [_state(entry) for entry in members]
    for entry, state in before:
        _restore(entry, state)
    run.bounds = bounds
    act([entry for entry in members if id(entry) not in unsure])
    reason = LINE_OPEN
    for (entry, state), within in zip(before, inside, strict=True):
        least, most = _worth(within), _worth(_state(entry))
        if both:
            least, most = v.ZERO, v.hull(state[0], most)
        voided = "live" not in (within[1], _state(entry)[1]) or within[1] != _state(entry)[1]
        voided = voided or (within[2] and not state[2])
        if least != most or voided:
            _restore(entry, state)
            make_pending(run, entry, v.hull(least, most), reason, operator, "open", voided)


_Kept = tuple[v.Number, State, bool, bool, str, str, int]


def _state(entry: Entry) -> _Kept:
    return (
        entry.amount,
        entry.state,
        entry.pending,
        entry.cut,
        entry.reason,
        entry.article,
        len(entry.steps),
    )


def _worth(state: _Kept) -> v.Number:
    return v.ZERO if state[1] != "live" else state[0]


def _restore(entry: Entry, state: _Kept) -> None:
    entry.amount, entry.state, entry.pending, entry.cut, entry.reason, entry.article, steps = state
    del entry.steps[steps:]


def signed(entry: Entry) -> v.Number:
    """What an entry adds to its account."""
    return entry.amount if entry.sign > 0 else v.negative(entry.amount)


def has_both_signs(run: Run, entries: Entries, surely: bool = False) -> bool:
    """Whether some entries may add to their account and others take away; or surely do, however they are decided.

    One that comes to nothing is on the side that its rule is on.
    """
    end, found = v.low if surely else v.high, set()
    for entry in entries:
        for sign, worth in ((1, signed(entry)), (-1, v.negative(signed(entry)))):
            on_it = end(worth) > 0 or (end(worth) == 0 and run.policy.sign_of(entry.rule) == sign)
            if on_it and not (surely and entry.doubtful):
                found.add(sign)
    return len(found) > 1


def magnitude(run: Run, entries: Entries) -> v.Number:
    """What entries have together, by the side that the first of them is on; one that is nothing is on its rule's."""
    total = run.sum(entries)
    sides = (run.policy.sign_of(x.rule) or (x.sign if x.amount != v.ZERO else 0) for x in entries)
    return v.negative(total) if next(filter(None, sides), 1) < 0 else total
