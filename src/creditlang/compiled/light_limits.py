"""Limits of light entries: the settled form of what `interpreter.limits` does to a body's entries at once."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from creditlang import values as v
from creditlang.compiled.group_work import Act, Entries, Read, both_signs, by_record, chosen, grouped, live, signed
from creditlang.compiled.light_entries import AMOUNT, RECORD, ROW, SIGN, LightEntry
from creditlang.compiled.student_work import Work
from creditlang.core import operators as o
from creditlang.interpreter.limits import counts_instead, too_many
from creditlang.values import Undetermined

_ZERO = v.ZERO


def limit(
    line: o.Limit, number: int, room: Read, fixed: Decimal | None, condition: Read | None, by: Read | None,
    always: bool = False,
) -> Act:  # fmt: skip
    """A limit of a body. `fixed` is the room where it is the same for all; `by` what is highest, if not the amount,
    read `always` where it is noted what it reads.
    """
    groups = grouped(line.group)
    fill = filler(line, number, room, fixed, by, always)
    over = line.group.over
    least = 2 if fixed is not None and fixed >= 1 and line.void and not (line.dropped or always) else 1

    def act(w: Work, entries: Entries) -> None:
        members = chosen(w, condition, live(entries, over), line, number)
        if len(members) < least:
            return
        for group in groups(w, members):
            if len(group) >= least:
                fill(w, group)

    return act


def filler(
    line: o.Limit, number: int, room: Read, fixed: Decimal | None, by: Read | None, always: bool = False
) -> Act:  # fmt: skip
    """What gives the entries of one group the room there is."""
    least = max(_ZERO, fixed) if fixed is not None else None
    by_number = line.of == "entries"

    one_stays = by_number and line.void and least == 1 and not (line.dropped or always)

    def fill(w: Work, members: Entries) -> None:
        if one_stays:
            _one_stays(w, line, by, members)
            return
        if least is not None:
            rooms: Sequence[Decimal] = [least] * len(members)
        else:
            rooms, members = _rooms(w, line, number, room, members)
        if always:
            _worths(w, line, by, members)
        if by_number:
            _by_number(w, line, by, members, rooms)
        elif members and both_signs(w, members):
            _cut_sum(w, line, members, rooms[-1])
        else:
            _cut_total(w, line, members, rooms)

    return fill


def _one_stays(w: Work, line: o.Limit, by: Read | None, members: Entries) -> None:
    """All but one are taken out: but the first, the last, or the first of the highest."""
    if len(members) < 2:
        return
    kept = members[-1 if line.order == "last" else 0]
    if line.order == "highest":
        worth = _worths(w, line, by, members)
        kept = members[worth.index(max(worth))]
    w.covered.add(line.number)
    reason = counts_instead((kept[ROW][RECORD].identifier,))
    for entry in members:
        if entry is not kept:
            w.dismiss(entry, "void", reason, line, "once")


def _rooms(w: Work, line: o.Limit, number: int, room: Read, members: Entries) -> tuple[list[Decimal], Entries]:
    rooms: list[Decimal] = []
    limited: Entries = []
    for entry in members:
        row = entry[ROW]
        try:
            rooms.append(max(_ZERO, room(w, row, row[2])))
            limited.append(entry)
        except Undetermined as why:
            w.undetermined(entry, why, line.fallback, line, number)
    return rooms, limited


def _by_number(w: Work, line: o.Limit, by: Read | None, members: Entries, rooms: Sequence[Decimal]) -> None:
    count = len(members)
    if line.void and count > 1:
        w.covered.add(line.number)
    if line.dropped and members:
        rooms = [max(Decimal(1), count - rooms[0])] * count
    if not members or min(rooms) >= count:
        return
    order = list(range(count))
    if line.order == "last":
        order.reverse()
    elif line.order == "highest":
        worth = _worths(w, line, by, members)
        order.sort(key=lambda place: worth[place].copy_negate())
    reasons: dict[int, str] = {}
    out = sorted((place, rooms[place]) for before, place in enumerate(order) if before >= rooms[place])
    for place, room in out:
        if line.void:
            kept = int(room)
            if kept not in reasons:
                names = [members[x][ROW][RECORD].identifier for x in order[:kept]]
                reasons[kept] = counts_instead(names)
            w.dismiss(members[place], "void", reasons[kept], line, "once")
        else:
            w.cut(members[place], line, _ZERO, too_many(room))


def _worths(w: Work, line: o.Limit, by: Read | None, members: Entries) -> list[Decimal]:
    """What makes an entry higher than another; one without what it is ordered by is last."""
    if by is None:
        return [signed(x) for x in members] if both_signs(w, members) else [x[AMOUNT] for x in members]
    found: list[Decimal] = []
    for entry in members:
        row = entry[ROW]
        try:
            value = by(w, row, row[2])
        except Undetermined:
            found.append(-v.UNBOUNDED)
            continue
        if isinstance(value, date):
            value = Decimal(value.toordinal())
        elif line.ranks is not None:
            value = Decimal(line.ranks[value])
        found.append(value)
    return found


def _cut_total(w: Work, line: o.Limit, members: Entries, rooms: Sequence[Decimal]) -> None:
    """Each entry has what is left of its limit after all before it."""
    running = _ZERO
    for entry, room in zip(members, rooms, strict=True):
        amount = entry[AMOUNT]
        left = room - running
        if left < 0:
            left = _ZERO
        running += amount
        if left < amount:
            _cut_to(w, line, entry, left, room)


def _cut_sum(w: Work, line: o.Limit, members: Entries, room: Decimal) -> None:
    """Of awards and deductions together the sum has a limit on either side; the latest lose what exceeds it."""
    total = _ZERO
    for entry in members:
        total += signed(entry)
    for direction in (1, -1):
        excess = max(_ZERO, direction * total - room)
        for entry in reversed(members):
            before = direction * signed(entry)
            taken = min(max(_ZERO, before), excess)
            if not taken:
                continue
            excess = max(_ZERO, excess - taken)
            after = direction * (before - taken)
            _cut_to(w, line, entry, after if entry[SIGN] > 0 else -after, room)


def _cut_to(w: Work, line: o.Limit, entry: LightEntry, after: Decimal, room: Decimal) -> None:
    if after != entry[AMOUNT]:
        w.cut(entry, line, after, w.at_hand.limit_reason[room])


def unique(line: o.Limit, room: Read, fixed: Decimal | None, rules: Sequence[str]) -> Callable[[Work], None]:
    """A limit over accounts; the entries of one record alone need no room."""
    groups, fill = grouped(line.group), filler(line, 0, room, fixed, None)

    def act(w: Work) -> None:
        entries = [entry for name in rules for entry in live(w.entries.get(name, []))]
        entries.sort(key=by_record)
        for members in groups(w, entries):
            if len({id(entry[ROW]) for entry in members}) > 1:
                fill(w, members)

    return act
