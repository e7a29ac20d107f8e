"""Limits: each group of entries has so much room, filled in an order, at once or by one entry after the other.

At once, an order by time cuts the last entries first, and by worth the lowest. One after the other, a limit is what the
entry itself says it is, less what earlier entries of the group finally have; a proof is used up only by an earlier
entry that counts, and an entry that one line cuts to nothing leaves the others' room and proofs untouched. Limits of a
window are done so too: each entry has what is left by the counted ones in the window that ends at it.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import define, field

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Phrase
from creditlang.interpreter.expression_meanings import evaluate, met
from creditlang.interpreter.groups import group_key, groups, has_both_signs, magnitude, signed, tried_in_and_out
from creditlang.interpreter.ruled_entries import counts_anyway
from creditlang.interpreter.steps import EARLIER_OPEN, Entries, cut, dismiss, live, make_pending, undetermined
from creditlang.interpreter.student_run import Run
from creditlang.ledger import Entry
from creditlang.values import Undetermined
from creditlang.words import LENGTHS


def limit(run: Run, operator: o.Limit, entries: Entries) -> Entries:
    if operator.group.window is not None:
        rooms = Rooms(run)
        for entry in sorted(live(entries, operator.group.over), key=_by_day):
            rooms.limit(operator, entry)
            rooms.done(entry)
        return entries

    def fill_groups(members: Entries) -> None:
        for group in groups(run, operator.group, members):
            fill(run, operator, group)

    tried_in_and_out(run, operator, entries, fill_groups)
    return entries


def fill(run: Run, operator: o.Limit, members: Entries) -> None:
    """Give the entries of one group the room there is."""
    fixed = isinstance(operator.room, e.Constant)
    rooms: list[v.Number] = []
    limited: Entries = []
    for entry in members:
        try:
            known = rooms[0] if fixed and rooms else evaluate(operator.room, run.at(entry.record))
            rooms.append(v.larger(v.ZERO, known))
            limited.append(entry)
        except Undetermined as why:
            undetermined(run, entry, why, operator.fallback, operator)
            if why.is_open:  # once there is one, it takes room from others
                most = Decimal(len(members)) if operator.of == "entries" else v.UNBOUNDED
                rooms.append(v.interval(v.ZERO, most))
                limited.append(entry)
    if operator.of == "entries":
        _fill_by_number(run, operator, limited, rooms)
    elif limited and has_both_signs(run, limited):
        _cut_sum(run, operator, limited, rooms[-1])
    else:
        _cut_total(run, operator, limited, rooms)


# ---- room for so many entries
def _fill_by_number(run: Run, operator: o.Limit, members: Entries, rooms: Sequence[v.Number]) -> None:
    """Entries in their order, as many as there is room for; open are those of which it is open who comes before them.

    One that may not count at all surely comes before nobody.
    """
    if operator.void and len(members) > 1:
        run.covered.add(operator.number)
    sure = [not entry.doubtful for entry in members]
    if operator.dropped:
        left = [max(Decimal(1), size - v.high(rooms[0])) for size in map(Decimal, (sum(sure), len(members)))]
        rooms = [v.interval(*left)] * len(members)
    before = _before(run, operator, members, sure, rooms)
    fates = [
        "out" if surely >= v.high(room) else "open" if possibly >= v.low(room) else "in"
        for (_, surely, possibly), room in zip(before, rooms, strict=True)
    ]
    is_open = "open" in fates
    possible = [(entry, entry.amount) for entry, fate in zip(members, fates, strict=True) if fate != "out"]
    for entry, fate, room, (first, surely, _) in zip(members, fates, rooms, before, strict=True):
        if not operator.void:
            reason = too_many(room)
        elif operator.order == "highest" and is_open:
            reason = Phrase("which one is the highest is still open", "哪一项最高尚未确定")
        else:
            kept = [members[place] for place in first[: min(surely, int(v.high(room)))]]
            reason = EARLIER_OPEN if fate == "open" else counts_instead([each.record.identifier for each in kept])
        if fate == "open":
            sort = "once" if operator.void else "cap"
            make_pending(run, entry, v.hull(v.ZERO, entry.amount), reason, operator, sort, True)
        elif fate == "out" and operator.void:
            dismiss(entry, "void", reason, operator, "once")
        elif fate == "out":
            run.covered.add(operator.number)
            cut(run, operator, entry, v.ZERO, reason)
    same = all(room == rooms[0] for room in rooms)
    unknown = operator.order == "highest" and has_both_signs(run, members)
    if is_open and operator.void and same and not (unknown or any(map(counts_anyway, members))):
        _bind_chosen(run, operator, possible, rooms[0], any(sure))


def _bind_chosen(
    run: Run, operator: o.Limit, possible: Sequence[tuple[Entry, v.Number]], room: v.Number, sure: bool
) -> None:
    """What those that may be chosen have together: no more than the highest for which there may be room."""
    lows, highs = (sorted((end(amount) for _, amount in possible), reverse=True) for end in (v.low, v.high))
    fewest, most = (int(min(end, Decimal(len(possible)))) for end in (v.low(room), v.high(room)))
    if operator.order != "highest" or operator.by is not None:
        lows = lows[::-1]
    least = v.total(lows[:fewest]) if sure else v.ZERO
    run.bind([entry for entry, _ in possible], v.hull(least, v.total(highs[:most])), one=most == 1)


def _before(
    run: Run, operator: o.Limit, members: Entries, sure: Sequence[bool], rooms: Sequence[v.Number]
) -> Sequence[tuple[Sequence[int], int, int]]:
    """For each entry the places of others in their order, how many of these surely come before it, how many may."""
    places = range(len(members))
    order: Iterable[int] = reversed(places) if operator.order == "last" else places
    if operator.order == "highest":
        worth = _worths(run, operator, members)
        if worth is None:
            return [((), 0, len(members) - 1)] * len(members)
        if not all(sure) or any(isinstance(x, v.Interval) for x in worth):
            return _ranked(worth, sure, rooms)
        order = sorted(places, key=lambda place: v.low(worth[place]).copy_negate())
    found: dict[int, tuple[Sequence[int], int, int]] = {}
    first: list[int] = []
    for count, place in enumerate(order):
        found[place] = first, len(first), count
        if sure[place]:
            first.append(place)
    return [found[place] for place in places]


def _ranked(
    worth: Sequence[v.Number], sure: Sequence[bool], rooms: Sequence[v.Number]
) -> list[tuple[Sequence[int], int, int]]:
    """What `_before` says of entries, of which several have an open worth; of the places, as many as there is room for.

    One is surely before another if the least that it may be is more than the most of the other, or as much and written
    first; it may be if that holds of its most and of the other's least. The ends are in order, so that they are counted
    at once.
    """
    most = [(v.high(x), -place) for place, x in enumerate(worth)]
    least = [(v.low(x), -place) for place, x in enumerate(worth)]
    mosts, leasts = sorted(most), sorted(end for end, is_sure in zip(least, sure, strict=True) if is_sure)
    found: dict[int, tuple[Sequence[int], int, int]] = {}
    first: list[int] = []
    for end in sorted(most, reverse=True):
        place = -end[1]
        surely = len(leasts) - bisect_right(leasts, end)
        for _, other in leasts[len(leasts) - surely : len(leasts) - len(first)]:
            insort(first, -other)
        may = len(mosts) - bisect_right(mosts, least[place]) - (end > least[place])  # not itself
        room = v.high(rooms[place])
        found[place] = first[: int(room)] if surely >= room else (), surely, may
    return [found[place] for place in range(len(worth))]


def _worths(run: Run, operator: o.Limit, members: Entries) -> list[v.Number] | None:
    """What makes an entry higher than another; None where the sides that they are on are open."""
    if operator.by is not None:
        return [_rank(run, operator, entry) for entry in members]
    both = has_both_signs(run, members)
    if both and not has_both_signs(run, members, surely=True):
        return None
    return [signed(entry) if both else entry.amount for entry in members]


def _rank(run: Run, operator: o.Limit, entry: Entry) -> v.Number:
    """The rank of an entry by a field; one where it is empty is last."""
    assert operator.by is not None
    try:
        value = evaluate(operator.by, run.at(entry.record))
    except Undetermined:
        return -v.UNBOUNDED
    if isinstance(value, date):
        return Decimal(value.toordinal())
    return Decimal(operator.ranks[value]) if operator.ranks is not None else value


def reached(room: v.Number) -> Phrase:
    """Why an entry has less than it had."""
    return Phrase(f"the limit of {v.written(room)} is reached", f"已达上限{v.written(room)}")


def too_many(room: v.Number) -> Phrase:
    """Why an entry is not among those that count."""
    return Phrase(f"more than {v.written(room)} events", f"超过{v.written(room)}次")


def counts_instead(names: Sequence[str]) -> Phrase:
    """Why an entry does not count beside records of these ids."""
    verb = "counts" if len(names) == 1 else "count"
    return Phrase(f"{', '.join(names)} {verb} instead", f"已有{'、'.join(names)}，不重复计算")


# ---- room for so much
def _cut_sum(run: Run, operator: o.Limit, members: Entries, room: v.Number) -> None:
    """Of awards and deductions together the sum has a limit on either side; the latest lose what exceeds it."""
    total = run.sum(members)
    is_open = isinstance(total, v.Interval)
    for direction in (_as_it_is, v.negative):
        excess = v.larger(v.ZERO, v.subtract(direction(total), room))
        for entry in reversed(members):
            before = direction(signed(entry))
            taken = v.smaller(v.larger(v.ZERO, before), excess)
            if not v.high(taken):
                continue
            excess = v.larger(v.ZERO, v.subtract(excess, taken))
            after = direction(v.subtract(before, taken))
            _cut_to(run, operator, entry, after if entry.sign > 0 else v.negative(after), room)
    if is_open and not any(map(counts_anyway, members)):
        run.bind(members, v.larger(v.negative(room), v.smaller(total, room)), signed=True)


def _as_it_is(value: v.Number) -> v.Number:
    return value


def _cut_total(run: Run, operator: o.Limit, members: Entries, rooms: Sequence[v.Number]) -> None:
    """Each entry has what is left of its limit after all before it."""
    is_open = any(entry.pending for entry in members)
    same = all(room == rooms[0] for room in rooms)
    total = magnitude(run, members) if is_open else v.ZERO
    if is_open and same and v.high(total) <= v.low(rooms[0]):
        return
    running: v.Number = v.ZERO
    for entry, room in zip(members, rooms, strict=True):
        left = v.larger(v.ZERO, v.subtract(room, running))
        running = v.add(running, entry.amount)
        _cut_to(run, operator, entry, v.smaller(entry.amount, left), room)
    if is_open and same and not any(map(counts_anyway, members)):
        run.bind(members, v.smaller(total, rooms[0]))


def _cut_to(
    run: Run, operator: o.Limit, entry: Entry, after: v.Number, room: v.Number, left: v.Number | None = None
) -> None:
    """Leave an entry what there is room for, if that is less than it has."""
    if after == entry.amount:
        return
    run.covered.add(operator.number)
    reason = reached(room)
    if operator.group.window is not None:
        (count, unit), day = operator.group.window, _by_day(entry)[0]
        rest = Phrase("", "") if left is None else Phrase(f", {v.written(left)} left", f"，只剩{v.written(left)}")
        reason = Phrase(
            f"the limit of {v.written(room)} in the {count} {unit} to {day}{rest}",
            f"截至{day}的{count}{LENGTHS[unit].zh}内上限{v.written(room)}{rest.zh}",
        )
    cut(run, operator, entry, after, reason)


# ---- one entry after the other
Key = tuple[int, tuple[Any, ...]]


@define(eq=False)
class Rooms:
    """What the entries served so far have, by line and group."""

    run: Run
    running: dict[Key, v.Number] = field(factory=dict)
    served: dict[Key, list[tuple[Entry, bool]]] = field(factory=dict)
    """The entries that may count, and whether the line surely speaks of them."""
    open_keys: list[tuple[Key, bool]] = field(factory=list)

    def limit(self, operator: o.Limit, entry: Entry) -> None:
        """Leave an entry what is left of the room of its group."""
        if operator.group.over is not None and entry.rule not in operator.group.over:
            return
        key = (operator.number, group_key(self.run, operator.group, entry))
        env = self.run.at(entry.record)
        try:
            holds = met(operator.condition, env)
            if holds is False:
                return
            try:
                room = evaluate(operator.room, env)
            except Undetermined as why:
                why = why if holds is True else why.or_else(v.OPEN)
                undetermined(self.run, entry, why, operator.fallback, operator)
                if entry.state == "live":
                    self.open_keys.append((key, holds is True))
                return
        except Undetermined as why:
            undetermined(self.run, entry, why, None, operator)
            return
        self.open_keys.append((key, holds is True))
        if operator.of == "entries":
            self._number(operator, entry, key, room, holds)
            return
        left = v.larger(v.ZERO, v.subtract(room, self._had(operator, entry, key)))
        after = v.smaller(entry.amount, left)
        _cut_to(self.run, operator, entry, v.hull(entry.amount, after) if holds is v.OPEN else after, room, left)

    def _earlier(self, operator: o.Limit, entry: Entry, key: Key) -> list[tuple[Entry, bool]]:
        """Those of its group served before an entry, as far as they are in the window that ends at it."""
        found = self.served.get(key, [])
        if operator.group.window is None:
            return found
        day, (count, unit) = _by_day(entry)[0], operator.group.window
        return [(each, sure) for each, sure in found if self.run.calendar.later(_by_day(each)[0], count, unit) > day]

    def _had(self, operator: o.Limit, entry: Entry, key: Key) -> v.Number:
        """What those before an entry finally have."""
        if operator.group.window is None:
            return self.running.get(key, v.ZERO)
        return v.total(_had_of(each, sure) for each, sure in self._earlier(operator, entry, key))

    def _number(self, operator: o.Limit, entry: Entry, key: Key, room: v.Number, holds: v.Answer) -> None:
        """Take an entry out when enough earlier ones of its group count."""
        earlier = self._earlier(operator, entry, key)
        sure = [each for each, surely in earlier if surely and _surely_counts(each)]
        if len(earlier) < v.low(room):
            return
        full = len(sure) >= v.high(room)
        if not operator.void:
            after = v.ZERO if full else v.hull(v.ZERO, entry.amount)
            _cut_to(self.run, operator, entry, v.hull(entry.amount, after) if holds is v.OPEN else after, room)
            return
        self.run.covered.add(operator.number)
        if full and holds is True:
            dismiss(entry, "void", counts_instead([each.record.identifier for each in sure]), operator, "once")
            return
        make_pending(self.run, entry, v.hull(v.ZERO, entry.amount), EARLIER_OPEN, operator, "once", True)
        members = (*(each for each, _ in earlier), entry)
        certain = holds is True and all(surely for _, surely in earlier) and not any(map(counts_anyway, members))
        if v.high(room) == 1 and certain:
            self.run.bind(members, None, one=True)

    def done(self, entry: Entry) -> None:
        """Note what the entry finally has; what is void or nothing takes no room and uses nothing up."""
        for key, sure in self.open_keys:
            if entry.state == "live" and v.high(entry.amount):
                self.running[key] = v.add(self.running.get(key, v.ZERO), _had_of(entry, sure))
                self.served.setdefault(key, []).append((entry, sure))
        self.open_keys = []


def _had_of(entry: Entry, sure: bool) -> v.Number:
    return entry.amount if sure else v.hull(v.ZERO, entry.amount)


def _surely_counts(entry: Entry) -> bool:
    """Whether an entry counts for something, however what is open of it is decided."""
    return not entry.doubtful and v.low(entry.amount) > 0


def _by_day(entry: Entry) -> tuple[date, Any]:
    """The day that an entry falls on, the last of its semester where it has none; then the order of records."""
    return entry.on or entry.record.order[0], entry.record.order
