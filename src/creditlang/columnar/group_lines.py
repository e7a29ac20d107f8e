"""Lines that are done to a group of entries: limits, the nth of a group, the higher of two sides, gathering.

Each works on all groups of all students at once: entries are sorted by their groups, in the order of their records
inside each, and what is summed up along them starts anew with each group. Where awards and deductions stand in one
group, or a value is open, the student is left to be worked out alone.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import numpy as np
from attrs import frozen

from creditlang import values as v
from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.distinct_numbers import distinct_numbers
from creditlang.columnar.effect_tables import EffectTable
from creditlang.columnar.entry_columns import NOTHING, Entries
from creditlang.columnar.line_tables import Known, whole
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.parts import expressions
from creditlang.diagnostics import Phrase
from creditlang.interpreter.amounts import counts_together, too_few
from creditlang.interpreter.limits import counts_instead
from creditlang.nodes import changed
from creditlang.values import EXACT


@frozen(eq=False)
class Grouped:
    """Entries sorted by group: which, where each group starts, and in which group each is."""

    entries: Numbers
    starts: Numbers
    groups: Numbers

    @property
    def places(self) -> Numbers:
        """The place of each inside its group, from 0."""
        found: Numbers = np.arange(len(self.entries)) - self.starts[self.groups]
        return found

    def before(self, amounts: Numbers) -> Numbers:
        """The sum of what those before each in its group have."""
        sums = np.cumsum(amounts) - amounts
        found: Numbers = sums - sums[self.starts][self.groups]
        return found

    @property
    def sizes(self) -> Numbers:
        """How many are in each group."""
        return np.diff(self.starts, append=len(self.entries))


class GroupLines:
    """Does the lines of groups of one policy."""

    def __init__(self, known: Known) -> None:
        """Over a cohort."""
        self.known = known
        self.effects: dict[tuple[int, str], EffectTable] = {}
        policy = known.policy
        self.sides = np.array([*(policy.sign_of(name) for name in policy.rules), 0], np.int8)

    def apply(self, operator: o.Operator, entries: Entries, odd: Numbers) -> Entries:
        """Do a line; returns the entries, with those it added."""
        return _MEANING[type(operator)](self, operator, entries, odd)

    # ---- what is said of one record
    def kinds(self, entries: Entries, at: Numbers) -> Mapping[str, Numbers]:
        """Some entries, apart by the kinds of their records; each as places among them."""
        if not len(at):
            return {}
        cohort = self.known.cohort
        numbers = cohort.numbers_of_kinds(entries.places[at])
        names = list(cohort.kinds)
        if len(at) and (numbers == numbers[0]).all():
            return {names[numbers[0]]: np.arange(len(at))}
        return {
            names[number]: np.flatnonzero(numbers == number) for number in np.flatnonzero(np.bincount(numbers)).tolist()
        }

    def where(self, x: e.Expression | None, entries: Entries, at: Numbers, odd: Numbers) -> Numbers:
        """Those of some entries for which a condition holds."""
        if x is None or not len(at):
            return at
        holds = np.zeros(len(at), bool)
        for kind, own in self.kinds(entries, at).items():
            holds[own] = self.known.table(x, kind, True).true(entries.places[at[own]], odd)
        return at[holds]

    def amounts(self, x: e.Expression, entries: Entries, at: Numbers, odd: Numbers) -> Numbers:
        """A number for each of some entries."""
        if isinstance(x, e.Constant) and (number := whole(x.value, self.known.decimals)) is not None:
            return np.full(len(at), number, np.int64)
        found = np.zeros(len(at), np.int64)
        for kind, own in self.kinds(entries, at).items():
            found[own] = self.known.table(x, kind).amounts(entries.places[at[own]], odd)
        return found

    def field_codes(self, name: str, entries: Entries, at: Numbers) -> tuple[Numbers, int]:
        """A number for the value of a field in each entry's record, 0 for none; the same in all kinds."""
        cohort, codes = self.known.cohort, np.zeros(len(at), np.int64)
        values: dict[Any, int] = {None: 0}
        kinds = self.kinds(entries, at)
        for kind, own in kinds.items():
            column = cohort.kinds[kind].fields.get(name)
            if column is not None:
                numbers = column.codes[entries.places[at[own]] - cohort.kinds[kind].first]
                if len(kinds) == 1:
                    return numbers.astype(np.int64), len(column.values)
                alike = np.array([values.setdefault(value, len(values)) for value in column.values], np.int64)
                codes[own] = alike[numbers]
        return codes, len(values)

    def grouped(self, group: o.Group, entries: Entries, at: Numbers, order: Numbers | None = None) -> Grouped:
        """Some entries by group; inside each in the order of their records, or of rising numbers."""
        keys, alone = entries.owners[at].astype(np.int64), np.zeros(len(at), bool)
        parts = [
            (self.known.calendar.periods(period, entries.days[at], entries.semesters[at]), 0)
            for period in group.periods
        ]
        parts += [self.field_codes(name, entries, at) for name in group.fields]
        for codes, many in parts:
            alone |= codes == 0
            size = many or int(codes.max(initial=0)) + 1
            if size * (int(keys.max(initial=0)) + 1) >= 1 << 62:
                keys = np.unique(keys, return_inverse=True)[1]
            keys = keys * size + codes
        keys = np.where(alone, -1 - np.arange(len(at)), keys)
        if order is not None:
            sorting = np.lexsort((order, keys))
        elif len(keys) > 1 and (keys[1:] < keys[:-1]).any():
            sorting = np.argsort(keys, kind="stable")
        else:
            sorting = np.arange(len(keys))
        keys = keys[sorting]
        new = np.ones(len(keys), bool)
        new[1:] = keys[1:] != keys[:-1]
        return Grouped(at[sorting], np.flatnonzero(new), np.cumsum(new) - 1)

    def one_sided(self, grouped: Grouped, entries: Entries, odd: Numbers) -> None:
        """Leave aside whose groups have awards and deductions; what comes to nothing is on the side of its rule."""
        at = grouped.entries
        worth = np.sign(entries.signs[at] * entries.amounts[at])
        worth = np.where(worth == 0, self.sides[entries.rules[at]], worth)
        if not len(at) or (worth == worth[0]).all():
            return
        both = (np.maximum.reduceat(worth, grouped.starts) > 0) & (np.minimum.reduceat(worth, grouped.starts) < 0)
        entries.set_aside(at[both[grouped.groups]], odd)

    def one_room(self, grouped: Grouped, entries: Entries, rooms: Numbers, odd: Numbers) -> None:
        """Leave aside whose groups have several rooms where the first is everybody's."""
        own = rooms[grouped.entries]
        other = own != own[grouped.starts][grouped.groups]
        entries.set_aside(grouped.entries[other], odd)


def _over(entries: Entries, over: frozenset[str] | None) -> Numbers:
    at = entries.live()
    if over is None:
        return at
    wanted = np.array([name in over for name in entries.known.policy.rules] or [False], bool)
    found: Numbers = at[wanted[entries.rules[at]]]
    return found


# ---- limits
def _limit(lines: GroupLines, operator: o.Limit, entries: Entries, odd: Numbers) -> Entries:
    at = lines.where(operator.condition, entries, _over(entries, operator.group.over), odd)
    if len(at):
        fill(lines, operator, entries, at, odd)
    return entries


def fill(lines: GroupLines, operator: o.Limit, entries: Entries, at: Numbers, odd: Numbers) -> None:
    """Give some entries, group by group, the room there is."""
    rooms = np.zeros(len(entries.places), np.int64)
    rooms[at] = np.maximum(0, lines.amounts(operator.room, entries, at, odd))
    grouped = lines.grouped(operator.group, entries, at)
    if operator.dropped:
        lines.one_room(grouped, entries, rooms, odd)
    if operator.of == "amount":
        _fill_amount(lines, operator, entries, grouped, rooms, odd)
        return
    if operator.order == "highest" and operator.by is None:
        lines.one_sided(grouped, entries, odd)
    if not operator.dropped:  # only groups that are larger than their room are put in order
        least = np.minimum.reduceat(rooms[grouped.entries], grouped.starts)
        full = (grouped.sizes - 1) * 10**lines.known.decimals >= least
        at = np.sort(grouped.entries[full[grouped.groups]])
    if len(at):
        order = _order(lines, operator, entries, at, odd)
        _fill_number(lines, operator, entries, lines.grouped(operator.group, entries, at, order), rooms)


def _fill_amount(
    lines: GroupLines, operator: o.Limit, entries: Entries, grouped: Grouped, rooms: Numbers, odd: Numbers
) -> None:  # fmt: skip
    lines.one_sided(grouped, entries, odd)
    at = grouped.entries
    amounts, own = entries.amounts[at], rooms[at]
    after = np.minimum(amounts, np.maximum(0, own - grouped.before(amounts)))
    cut = np.flatnonzero(after != amounts)
    if len(cut):
        text = lines.known.texts.number
        reasons = _of_rooms(lines, own[cut], limit_reached)
        entries.cut_to(at[cut], text(operator.text or "cap"), after[cut], reasons, text(operator.article))


def limit_reached(room: str) -> Phrase:
    """Why an entry has less than it had."""
    return Phrase(f"the limit of {room} is reached", f"已达上限{room}")


def more_events(room: str) -> Phrase:
    """Why an entry has nothing left."""
    return Phrase(f"more than {room} events", f"超过{room}次")


def _of_rooms(lines: GroupLines, rooms: Numbers, say: Callable[[str], str]) -> Numbers:
    distinct, _, back = distinct_numbers(rooms)
    said = [say(v.written(EXACT.scaleb(Decimal(room), -lines.known.decimals))) for room in distinct.tolist()]
    return np.array([lines.known.texts.number(text) for text in said], np.int64)[back]


def _order(lines: GroupLines, operator: o.Limit, entries: Entries, at: Numbers, odd: Numbers) -> Numbers | None:
    """A rising number by which entries have room."""
    if operator.order == "first":
        return None
    if operator.order == "last":
        return -np.arange(len(at))
    if operator.by is None:
        return -entries.amounts[at]
    ranks = operator.ranks

    def rank(value: Any) -> Any:
        if isinstance(value, date):
            return value.toordinal()
        return ranks[value] if ranks is not None else value

    found = np.zeros(len(at), np.int64)
    kinds = lines.kinds(entries, at)
    if len(kinds) > 1:
        entries.set_aside(at, odd)
        return found
    for kind, own in kinds.items():
        found[own] = lines.known.table(operator.by, kind).standings(entries.places[at[own]], odd, rank)
    return -found


def _fill_number(
    lines: GroupLines, operator: o.Limit, entries: Entries, grouped: Grouped, rooms: Numbers
) -> None:  # fmt: skip
    at, one = grouped.entries, 10**lines.known.decimals
    own = rooms[at]
    if operator.dropped:
        first = rooms[at][grouped.starts]
        own = np.maximum(one, grouped.sizes * one - first)[grouped.groups]
    out = np.flatnonzero(grouped.places * one >= own)
    if not len(out):
        return
    number = lines.known.texts.number
    article = number(operator.article)
    if not operator.void:
        reasons = _of_rooms(lines, own[out], more_events)
        entries.cut_to(at[out], number(operator.text or "cap"), np.zeros(len(out), np.int64), reasons, article)
        return
    first = at[grouped.starts[grouped.groups[out]]]
    reasons = -1 - entries.places[first].astype(np.int64)
    for place in np.flatnonzero(own[out] != one).tolist():
        start = grouped.starts[grouped.groups[out[place]]]
        kept = at[start : start + min(int(grouped.places[out[place]]), int(own[out[place]] // one))]
        reasons[place] = number(_instead(lines, entries, kept))
    entries.end(at[out], number(operator.text or "once"), reasons, article)


def _instead(lines: GroupLines, entries: Entries, kept: Numbers) -> str:
    return counts_instead(lines.known.cohort.identifiers(entries.places[kept]))


# ---- the higher of two sides
def _keep(lines: GroupLines, operator: o.Keep, entries: Entries, odd: Numbers) -> Entries:
    assert operator.sides is not None
    left, right = operator.sides
    at = _over(entries, left | right)
    grouped = lines.grouped(operator.group or o.Group(), entries, at)
    lines.one_sided(grouped, entries, odd)
    at = grouped.entries
    if not len(at):
        return entries
    is_left = np.array([name in left for name in entries.known.policy.rules], bool)[entries.rules[at]]
    is_right = np.array([name in right for name in entries.known.policy.rules], bool)[entries.rules[at]]
    one, two = (np.add.reduceat(entries.amounts[at] * side, grouped.starts) for side in (is_left, is_right))
    here = np.logical_or.reduceat(is_left, grouped.starts) & np.logical_or.reduceat(is_right, grouped.starts)
    gone = np.where((one >= two)[grouped.groups], is_right, is_left) & here[grouped.groups]
    number = lines.known.texts.number
    entries.end(
        at[gone], number(operator.text or "higher"), number(operator.reason), number(operator.article)
    )  # fmt: skip
    return entries


# ---- from the nth on
def _rescale(lines: GroupLines, operator: o.Rescale, entries: Entries, odd: Numbers) -> Entries:
    at = _over(entries, operator.group.over)
    each = changed(operator, ordinal=None, group=o.Group())
    chosen = []
    for kind, own in lines.kinds(entries, at).items():
        if (id(operator), kind) not in lines.effects:
            reads = lines.known.readers[kind].reads(*expressions(each))
            lines.effects[id(operator), kind] = EffectTable(lines.known, each, None, kind, reads)
        table = lines.effects[id(operator), kind]
        lines.known.aside(kind, table.reads.asks, entries.places[at[own]], odd)
        effects = table.of(entries.places[at[own]])
        entries.set_aside(at[own[(table.those("more") | table.those("ends"))[effects]]], odd)
        chosen.append(own[~table.those("nothing")[effects]])
    if not chosen:
        return entries
    grouped = lines.grouped(operator.group, entries, at[np.sort(np.concatenate(chosen))])
    assert operator.ordinal is not None
    late = np.sort(grouped.entries[grouped.places + 1 >= operator.ordinal])
    for kind, own in lines.kinds(entries, late).items():
        entries.apply(lines.effects[id(operator), kind], odd, late[own])
    return entries


# ---- gathering
def _amount(lines: GroupLines, operator: o.Amount, entries: Entries, odd: Numbers) -> Entries:
    """One entry for each period with enough records; the records themselves stand behind it, and take part no more.

    So what is added comes behind all others, in the order of its records.
    """
    waiting = entries.live()
    spoken, served = np.zeros(len(entries.places), bool), np.zeros(len(entries.places), bool)
    added: list[Entries] = []
    pairs: list[tuple[Numbers, Numbers]] = []
    number, total = lines.known.texts.number, 0
    for case in operator.cases:
        if case.together is None:
            continue
        period, many = case.together
        if case.since or case.until or case.between:
            entries.set_aside(waiting, odd)
            continue
        matching = lines.where(case.condition, entries, waiting, odd)
        spoken[matching] = True
        grouped = lines.grouped(o.Group((period,)), entries, matching)
        enough = (grouped.sizes >= many)[grouped.groups]
        carriers = grouped.entries[enough & (grouped.places == many - 1)]
        members = grouped.entries[enough]
        served[members] = True
        made = Entries.of(lines.known, entries.places[carriers], 0, 0)
        for name in ("rules", "accounts", "days", "semesters", "periods"):
            setattr(made, name, getattr(entries, name)[carriers])
        amounts = lines.amounts(case.value, entries, carriers, odd)
        made.amounts[:] = made.raw[:] = amounts
        made.signs[:], made.articles[:] = case.sign, number(case.article)
        made.step(
            np.arange(len(carriers)), number(case.text or "amount"), np.full(len(carriers), NOTHING, np.int64), amounts,
            number(case.article),
        )  # fmt: skip
        of_group = np.cumsum(grouped.sizes >= many) - 1
        pairs.append((members, total + of_group[grouped.groups[enough]]))
        total += len(carriers)
        added.append(made)
    _members(lines, operator, entries, waiting, spoken, served, odd)
    if not added:
        return entries
    joined = Entries.joined(added)
    order = lines.known.cohort.order(joined.places)
    moved = len(entries.places) + np.argsort(order)
    found = Entries.joined([entries, joined.chosen(order)])
    found.carried += [(members, moved[carriers]) for members, carriers in pairs]
    return found


def _members(
    lines: GroupLines, operator: o.Amount, entries: Entries, waiting: Numbers, spoken: Numbers, served: Numbers,
    odd: Numbers,
) -> None:  # fmt: skip
    number = lines.known.texts.number
    together = [case.together for case in operator.cases if case.together is not None]
    period, least = together[0][0], min(many for _, many in together)
    in_it = waiting[served[waiting]]
    entries.members[in_it], entries.raw[in_it] = True, 0
    entries.reasons[in_it] = number(counts_together(period))
    rest = waiting[~served[waiting]]
    entries.set_aside(rest[~spoken[rest]], odd)
    few = rest[spoken[rest]]
    entries.end(few, number(operator.text or "void"), number(too_few(least, period)), number(operator.article))


_MEANING: Final[Mapping[type, Callable[[GroupLines, Any, Entries, Numbers], Entries]]] = {
    o.Keep: _keep, o.Amount: _amount, o.Rescale: _rescale, o.Limit: _limit,
}  # fmt: skip
