"""What lines do to groups of light entries: from the nth on, the higher side, records gathered.

The settled form of what `interpreter.entries` and `amounts` do; limits are in `light_limits`. Each is made once for a
line and called with the entries of its body. What reads an expression is given it as a function of `w, row, V`.
"""

from collections.abc import Callable, Iterable, Sequence
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
    ORDER,
    PERIOD,
    RAW,
    REASON,
    RECORD,
    ROW,
    RULE,
    SEMESTER,
    SIGN,
    STATE,
    STEPS,
    LightEntry,
    light,
)
from creditlang.compiled.policy_at_hand import OPEN_VALUE, HandOver
from creditlang.compiled.student_work import Work
from creditlang.core import operators as o
from creditlang.interpreter.amounts import NO_LINE, by_now, counts_together, too_few
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
    parts = [*map(_period_part, group.periods), *map(_field_part, group.fields)]
    if len(parts) == 1:
        return parts[0]
    return lambda w, x: tuple([part(w, x) for part in parts])


def _period_part(period: str) -> Key:
    if period == "semester":
        return lambda w, x: x[SEMESTER] if x[SEMESTER] is not None else (_ALONE, id(x))

    def part(w: Work, x: LightEntry) -> Any:
        keys = w.at_hand.period_keys[period]
        found = keys[x[ON], x[SEMESTER]] if keys is not None else w.run.periods.key(period, x[ON], x[SEMESTER])
        return found if found is not None else (_ALONE, id(x))

    return part


def _field_part(name: str) -> Key:
    def part(w: Work, x: LightEntry) -> Any:
        found = x[ROW][2].get(name)
        return found if found is not None else (_ALONE, id(x))

    return part


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


def chosen(
    w: Work, condition: Read | None, entries: Entries, line: o.Operator, number: int, fallback: o.Fallback | None = None
) -> Entries:  # fmt: skip
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
            w.undetermined(entry, why, fallback, line, number)
    return kept


def signed(entry: LightEntry) -> Decimal:
    """What an entry adds to its account."""
    amount: Decimal = entry[AMOUNT]
    return amount if entry[SIGN] > 0 else v.EXACT.minus(amount)


def both_signs(w: Work, entries: Entries) -> bool:
    """Whether some entries add to their account and others take away; one that is nothing is on its rule's side."""
    plus = minus = False
    sign_of = w.at_hand.sign_of
    for entry in entries:
        amount, sign = entry[AMOUNT], entry[SIGN]
        if not amount:
            sign = sign_of[entry[RULE]]
        elif amount < 0:
            sign = -sign
        if sign > 0:
            plus = True
        elif sign < 0:
            minus = True
    return plus and minus


def by_record(entry: LightEntry) -> Any:
    """The place of an entry in the order of records."""
    return entry[ROW][ORDER]


def by_records(entries: Entries) -> None:
    """Put entries in the order of their records."""
    entries.sort(key=by_record)


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
    sides = (w.at_hand.sign_of[x[RULE]] or (x[SIGN] if x[AMOUNT] else 0) for x in entries)
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
    line: o.Amount, number: int, cases: Sequence[tuple[o.Case, Read, Read]], which: Read | None
) -> Callable[[Work, Entries], Entries]:
    """One entry for each period with enough records; the records themselves become its members.

    `cases` are those that gather, each with its condition and its value; `which` gives the places of those whose
    condition holds, where a record decides that by itself. Returns what is added.
    """
    together = [case.together or ("", 0) for case, _, _ in cases]
    sizes = [(key_of(o.Group((period,))), size) for period, size in together]
    joined, few = counts_together(together[0][0]), too_few(min(size for _, size in together), together[0][0])

    def act(w: Work, entries: Entries) -> Entries:
        waiting, added = live(entries), []
        spoken: set[int] = set()
        carriers: dict[int, Entries] = {}
        found = _places(w, which, waiting)
        if found is not None:
            sorted_out = _sorted_out(w, waiting, found, [key for key, _ in sizes])
            spoken.update(id(entry) for entry, places in zip(waiting, found, strict=True) if places)
        for place, ((case, condition, value), (key, size)) in enumerate(zip(cases, sizes, strict=True)):
            if found is not None:
                groups = sorted_out[place]
            else:
                matching = chosen(w, condition, waiting, line, number, line.fallback)
                spoken.update(map(id, matching))
                groups = _by_key(w, key, [entry for entry in matching if entry[STATE] == "live"])
            for members in groups.values():
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


def _by_key(w: Work, key: Key, entries: Entries) -> dict[Any, Entries]:
    groups: dict[Any, Entries] = {}
    for entry in entries:
        groups.setdefault(key(w, entry), []).append(entry)
    return groups


def _sorted_out(
    w: Work, entries: Entries, places: Sequence[tuple[int, ...]], keys: Sequence[Key]
) -> list[dict[Any, Entries]]:
    """By case, the groups of its entries; `places` are the cases of each entry."""
    groups: list[dict[Any, Entries]] = [{} for _ in keys]
    for entry, own in zip(entries, places, strict=True):
        for place in own:
            called, found = keys[place](w, entry), groups[place]
            if called in found:
                found[called].append(entry)
            else:
                found[called] = [entry]
    return groups


def _places(w: Work, which: Read | None, entries: Entries) -> list[tuple[int, ...]] | None:
    """The cases whose condition holds, of each entry; None where a condition has to be asked by itself."""
    if which is None:
        return None
    try:
        return [which(w, x[ROW], x[ROW][2]) for x in entries]
    except Undetermined:
        return None


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


def measured_by(full: o.Full, measure: Read) -> Callable[..., tuple[Any, Decimal]]:
    """The group that an entry completes so many of, and what it measures itself."""
    key = key_of(full.group)

    def own(w: Work, entry: LightEntry) -> tuple[Any, Decimal]:
        row = entry[ROW]
        return key(w, entry), max(_ZERO, measure(w, row, row[2]))

    return own


def completed(w: Work, entry: LightEntry, case: o.Case, place: Any, own: Decimal) -> Decimal:
    """How many times an entry completes so many of what its group measures, of which is kept what there is so far."""
    assert case.full is not None
    measured, one = w.known.setdefault(case.number, {}), Decimal(1)
    before = measured.get(place, _ZERO)
    after = measured[place] = before + own
    had, has, alone = (v.low(v.quotient(x, case.full.size, "down", one)) for x in (before, after, own))
    if entry[STEPS] is not None and (before or has != alone):
        entry[STEPS].append(("measured", case.text, before, after, case.article, by_now(after), ()))
    return has - had
