"""What lines do to groups of light entries: limits, from the nth on, the higher side, records gathered.

The settled form of what `interpreter.limits`, `entries` and `amounts` do; each is made once for a line and called with
the entries of its body. What reads an expression is given it as a function of `w, row, V`.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from creditlang import values as v
from creditlang.compiled.light_entries import (
    ACCOUNT,
    AMOUNT,
    CARRIERS,
    GATHERED,
    MEMBER,
    ON,
    OPEN_VALUE,
    PERIOD,
    RANK,
    RAW,
    REASON,
    RECORD,
    ROW,
    RULE,
    SEMESTER,
    SIGN,
    STATE,
    STEPS,
    HandOver,
    LightEntry,
    light,
)
from creditlang.compiled.student_work import Work
from creditlang.core import operators as o
from creditlang.diagnostics import Phrase
from creditlang.interpreter.amounts import NO_LINE
from creditlang.values import Undetermined

Read = Callable[..., Any]
Entries = list[LightEntry]
Key = Callable[[Work, LightEntry], Any]
Act = Callable[[Work, Entries], None]
_ZERO = v.ZERO
_ALONE = "alone"


def live(entries: Entries, over: frozenset[str] | None = None) -> Entries:
    """The entries that still take part."""
    if over is None:
        return [x for x in entries if x[STATE] == "live" and not x[MEMBER]]
    return [x for x in entries if x[STATE] == "live" and not x[MEMBER] and x[RULE] in over]


def key_of(group: o.Group) -> Key:
    """What an entry's group is called; an entry without a value for a part is a group of its own."""
    periods, fields = group.periods, group.fields
    if periods == ("semester",) and not fields:
        return lambda w, x: x[SEMESTER] if x[SEMESTER] is not None else (_ALONE, id(x))
    if not periods and len(fields) == 1:
        name = fields[0]

        def one(w: Work, x: LightEntry) -> Any:
            found = x[ROW][2].get(name)
            return found if found is not None else (_ALONE, id(x))

        return one

    def key(w: Work, x: LightEntry) -> Any:
        found = [
            x[SEMESTER] if period == "semester" else w.run.periods.key(period, x[ON], x[SEMESTER]) for period in periods
        ]
        values = x[ROW][2]
        found += [values.get(name) for name in fields]
        return tuple((_ALONE, id(x)) if part is None else part for part in found)

    return key


def grouped(group: o.Group) -> Callable[[Work, Entries], Iterable[Entries]]:
    """What puts entries in groups, in order."""
    if not group.periods and not group.fields:
        return lambda w, entries: (entries,) if entries else ()
    key = key_of(group)

    def groups(w: Work, entries: Entries) -> Iterable[Entries]:
        if len(entries) < 2:
            return (entries,) if entries else ()
        found: dict[Any, Entries] = {}
        for entry in entries:
            found.setdefault(key(w, entry), []).append(entry)
        return found.values()

    return groups


def chosen(w: Work, condition: Read | None, entries: Entries, line: o.Operator, number: int) -> Entries:
    """The entries for which a condition holds; those for which it has no value are taken out."""
    if condition is None:
        return entries
    kept = []
    for entry in entries:
        row = entry[ROW]
        try:
            if condition(w, row, row[2]):
                kept.append(entry)
        except Undetermined as why:
            w.undetermined(entry, why, None, line, number)
    return kept


def signed(entry: LightEntry) -> Decimal:
    """What an entry adds to its account."""
    amount: Decimal = entry[AMOUNT]
    return amount if entry[SIGN] > 0 else v.EXACT.minus(amount)


def both_signs(w: Work, entries: Entries) -> bool:
    """Whether some entries add to their account and others take away; one that is nothing is on its rule's side."""
    plus = minus = False
    for entry in entries:
        amount = entry[AMOUNT]
        side = (1 if (amount > 0) == (entry[SIGN] > 0) else -1) if amount else w.engine.policy.sign_of(entry[RULE])
        plus, minus = plus or side > 0, minus or side < 0
    return plus and minus


# ---- limits
def limit(
    line: o.Limit, number: int, room: Read, fixed: Decimal | None, condition: Read | None, by: Read | None
) -> Act:
    """A limit of a body. `fixed` is the room where it is the same for all; `by` what is highest, if not the amount."""
    groups = grouped(line.group)
    fill = filler(line, number, room, fixed, by)
    over = line.group.over
    least = 1 if fixed is None or fixed < 1 or line.of == "amount" or line.dropped else 2 if line.void else 1

    def act(w: Work, entries: Entries) -> None:
        members = chosen(w, condition, live(entries, over), line, number)
        if len(members) < least:
            return
        for group in groups(w, members):
            if len(group) >= least:
                fill(w, group)

    return act


def filler(line: o.Limit, number: int, room: Read, fixed: Decimal | None, by: Read | None) -> Act:
    """What gives the entries of one group the room there is."""
    least = max(_ZERO, fixed) if fixed is not None else None
    by_number = line.of == "entries"

    def fill(w: Work, members: Entries) -> None:
        if least is not None:
            rooms: Sequence[Decimal] = [least] * len(members)
        else:
            rooms, members = _rooms(w, line, number, room, members)
        if by_number:
            _by_number(w, line, by, members, rooms)
        elif members and both_signs(w, members):
            _cut_sum(w, line, members, rooms[-1])
        else:
            _cut_total(w, line, members, rooms)

    return fill


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
    before = {place: position for position, place in enumerate(order)}
    for place, entry in enumerate(members):
        room = rooms[place]
        if before[place] < room:
            continue
        if line.void:
            kept = [members[x][ROW][RECORD].identifier for x in order[: min(before[place], int(room))]]
            w.dismiss(entry, "void", _instead(kept), line, "once")
        else:
            w.covered.add(line.number)
            w.cut(entry, line, _ZERO, Phrase(f"more than {v.written(room)} events", f"超过{v.written(room)}次"))


def _instead(names: list[str]) -> Phrase:
    verb = "counts" if len(names) == 1 else "count"
    return Phrase(f"{', '.join(names)} {verb} instead", f"已有{'、'.join(names)}，不重复计算")


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
        w.covered.add(line.number)
        w.cut(entry, line, after, w.engine.limit_reason(room))


def unique(
    line: o.Limit, room: Read, fixed: Decimal | None, by: Read | None, rules: Sequence[str]
) -> Callable[[Work], None]:
    """A limit over accounts; the entries of one record alone need no room."""
    groups, fill = grouped(line.group), filler(line, 0, room, fixed, by)

    def act(w: Work) -> None:
        entries = [entry for name in rules for entry in live(w.entries[name])]
        entries.sort(key=_rank)
        for members in groups(w, entries):
            if len({entry[ROW][5] for entry in members}) > 1:
                fill(w, members)

    return act


def _rank(entry: LightEntry) -> int:
    rank: int = entry[ROW][RANK]
    return rank


def by_rank(entries: Entries) -> None:
    """Put entries in the order of their records."""
    entries.sort(key=_rank)


# ---- higher side, nth
def sides(line: o.Keep) -> Act:
    """Of the sums of two lists of rules in each group the higher stays, on a tie the left."""
    assert line.sides is not None
    left_rules, right_rules = line.sides
    both, groups = left_rules | right_rules, grouped(line.group or o.Group())

    def act(w: Work, entries: Entries) -> None:
        for members in groups(w, live(entries, both)):
            left = [entry for entry in members if entry[RULE] in left_rules]
            right = [entry for entry in members if entry[RULE] in right_rules]
            if left and right:
                w.covered.add(line.number)
                for entry in right if _magnitude(w, left) >= _magnitude(w, right) else left:
                    w.dismiss(entry, "void", line.reason, line, "higher")

    return act


def _magnitude(w: Work, entries: Entries) -> Decimal:
    total = _ZERO
    for entry in entries:
        total += signed(entry)
    sides = (w.engine.policy.sign_of(x[RULE]) or (x[SIGN] if x[AMOUNT] else 0) for x in entries)
    return v.EXACT.minus(total) if next(filter(None, sides), 1) < 0 else total


def rescale_from(
    line: o.Rescale, number: int, condition: Read | None, rescale: Callable[[Work, LightEntry], None]
) -> Act:
    """Rescale from the nth entry of a group on."""
    groups, over, ordinal = grouped(line.group), line.group.over, line.ordinal or 1

    def act(w: Work, entries: Entries) -> None:
        members = chosen(w, condition, live(entries, over), line, number)
        if len(members) >= ordinal:
            for group in groups(w, members):
                for entry in group[ordinal - 1 :]:
                    rescale(w, entry)

    return act


# ---- gathered
def gather(
    line: o.Amount, number: int, cases: Sequence[tuple[o.Case, Read, Read]]
) -> Callable[[Work, Entries], Entries]:
    """One entry for each period with enough records; the records themselves become its members.

    `cases` are those that gather, each with its condition and its value. Returns what is added.
    """
    periods = [(case.together or ("", 0), grouped(o.Group(((case.together or ("", 0))[0],)))) for case, _, _ in cases]
    least, first = min(size for (_, size), _ in periods), periods[0][0][0]
    joined = Phrase(f"counts together with the others of its {first}", "与同一时段的其他记录合并计算")
    few = Phrase(f"fewer than {least} in its {first}", f"所在时段不足{least}次")

    def act(w: Work, entries: Entries) -> Entries:
        waiting, added = live(entries), []
        spoken: set[int] = set()
        carriers: dict[int, Entries] = {}
        for (case, condition, value), ((_, size), groups) in zip(cases, periods, strict=True):
            matching: Entries = []
            for entry in waiting:
                row = entry[ROW]
                try:
                    if condition(w, row, row[2]):
                        matching.append(entry)
                except Undetermined as why:
                    w.undetermined(entry, why, line.fallback, line, number)
            spoken.update(map(id, matching))
            for members in groups(w, [x for x in matching if x[STATE] == "live"]):
                if len(members) >= size:
                    carrier = _gathered(w, case, value, members, size)
                    added.append(carrier)
                    for member in members:
                        carriers.setdefault(id(member), []).append(carrier)
        for entry in waiting:
            if id(entry) in carriers:
                entry[MEMBER], entry[RAW], entry[CARRIERS] = True, _ZERO, tuple(carriers[id(entry)])
                entry[REASON] = joined
            elif id(entry) not in spoken and entry[STATE] == "live":
                w.undetermined(entry, Undetermined("case", NO_LINE), None, line, number)
            elif entry[STATE] == "live":
                w.dismiss(entry, "void", few, line)
        return added

    return act


def _gathered(w: Work, case: o.Case, value: Read, members: Entries, size: int) -> LightEntry:
    carrier = members[size - 1]
    row = carrier[ROW]
    try:
        amount = value(w, row, row[2])
    except Undetermined:
        raise HandOver(OPEN_VALUE) from None
    w.covered.add(case.number)
    entry = light(row, carrier[RULE], carrier[ACCOUNT], case.article, period=carrier[PERIOD])
    entry[SIGN], entry[AMOUNT], entry[RAW], entry[GATHERED] = case.sign, amount, amount, True
    entry[ON], entry[SEMESTER] = carrier[ON], carrier[SEMESTER]
    if carrier[STEPS] is not None:
        names = ", ".join(member[ROW][RECORD].identifier for member in members)
        entry[STEPS] = [("amount", case.text, None, amount, case.article, names, ())]
    return entry


def completed(case: o.Case, full: o.Full, measure: Read) -> Callable[..., Decimal]:
    """How many times an entry completes so many of what its group measures; `measured` has what there is so far."""
    key, one = key_of(full.group), Decimal(1)

    def times(w: Work, entry: LightEntry, measured: dict[Any, Decimal]) -> Decimal:
        row = entry[ROW]
        own = max(_ZERO, measure(w, row, row[2]))
        place = (case.number, key(w, entry))
        before = measured.get(place, _ZERO)
        after = measured[place] = before + own
        had, has, alone = (v.quotient(x, full.size, "down", one) for x in (before, after, own))
        if entry[STEPS] is not None and (before or has != alone):
            note = Phrase(f"{v.written(after)} by now", f"至此累计{v.written(after)}")
            entry[STEPS].append(("measured", case.text, before, after, case.article, note, ()))
        return has - had  # type: ignore[operator]

    return times
