"""What `kernels` does, with arrays as a whole: where there is no machine code, and to compare that with."""

from typing import Any

import numpy as np

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.distinct_numbers import is_narrow
from creditlang.columnar.kernels import (
    BELOW,
    CAP,
    FORM,
    HIGHEST,
    KEY,
    KEY_TOO,
    LAST,
    LEFT_BIT,
    LIVE_BIT,
    MET,
    MET_SHIFT,
    MOST_RECORDS,
    NTH,
    NUMBER,
    ORDER,
    ORDINAL,
    ROOM,
    SIGN_SHIFT,
    VOIDS,
)


def decide(
    by_item: Numbers, items: Numbers, codes: Any, starts: Numbers, columns: Numbers, strides: Numbers,
    bases: Numbers, cells: Numbers, found: Numbers,
) -> int:  # fmt: skip
    """As `kernels.decide`: rule after rule, the records of each together; of `codes` is asked what these read."""
    rules = by_item.astype(np.min_scalar_type(len(bases))).take(items)  # what is narrow is sorted without comparing
    counts = np.bincount(rules, minlength=len(bases)).tolist()
    order = np.argsort(rules, kind="stable") if max(counts) < len(rules) else None
    cell, end = np.empty(len(rules), np.int32), 0
    for rule, count in enumerate(counts):
        if not count:
            continue
        own: Any = slice(None) if order is None else order[end : end + count]
        place, end = np.full(count, bases[rule], np.int32), end + count
        for part in range(int(starts[rule]), int(starts[rule + 1])):
            place += np.multiply(codes[int(columns[part]), own], int(strides[part]), dtype=np.int32)
        cell[own] = place
    np.subtract(cells.take(cell), 1, out=found)
    new = np.flatnonzero(found < 0)
    found[new] = -1 - cell[new]
    return len(new)


class _Groups:
    """What `accumulate` works on, and the events so far."""

    def __init__(
        self, student: Numbers, trails: Numbers, bits: Numbers, rule: Numbers, of_rules: Numbers, lines: Numbers,
        keys: Numbers, most: int, amounts: Numbers, voided: Numbers, bad: Numbers, mixed: bool, rising: bool,
    ) -> None:  # fmt: skip
        """`mixed` if a group of one rule may have awards and deductions, `rising` if no amount is below zero."""
        self.student, self.trails, self.bits, self.rule, self.of_rules = student, trails, bits, rule, of_rules
        self.lines, self.keys, self.most = lines, keys, most
        self.amounts, self.voided, self.bad = amounts, voided, bad
        self.mixed, self.rising = mixed, rising
        self.name: int | None = None
        self.events: list[tuple[Numbers, Numbers, Numbers, Numbers, Numbers]] = []

    def do(self, here: Any, wanted: Numbers, first: Numbers, name: int | None) -> None:
        """Those records `here` that are wanted, each with the line of its rule; only those of one line can be of one
        group. `name` is told of who has to be worked out alone, without it that of the rule.
        """
        self.name = name
        at = np.flatnonzero(wanted)
        at = at if isinstance(here, slice) else here.take(at)
        if self.events:
            at = at[self.voided.take(at) == 0]
        line = first.take(self.rule.take(at))
        if (self.lines[:, MET] >= 0).any():
            met = self.lines[:, MET].take(line)
            bit = self.bits.take(self.trails.take(at))
            holds = np.flatnonzero((met < 0) | (bit >> (MET_SHIFT + np.maximum(met, 0)) & 1 > 0))
            at, line = at.take(holds), line.take(holds)
        forms = self.lines[:, FORM].take(line)
        for form, act in ((CAP, self._cap), (NTH, self._nth), (ROOM, self._room)):
            own = np.flatnonzero(forms == form)
            if len(own):
                act(at.take(own), line.take(own))

    def _mark(self, at: Numbers) -> None:
        names = self.of_rules[self.rule[at], 5] if self.name is None else self.name
        self.bad[self.student[at]] = names

    def _key(self, at: Numbers, line: Numbers) -> Numbers:
        """A number for the group of each."""
        key = self.student.take(at) * len(self.lines) + line
        alone: Numbers | None = None
        for column in (KEY, KEY_TOO):
            rows = self.lines[:, column].take(line)
            if (rows >= 0).any():
                same = (rows == rows[0]).all()
                codes = self.keys[rows[0]].take(at) if same else np.where(rows >= 0, self.keys[rows, at], 1)
                alone = (codes == 0) if alone is None else alone | (codes == 0)
                many = int(codes.max()) + 1
                if many * (int(key.max()) + 1) >= 1 << 62:
                    key = np.unique(key, return_inverse=True)[1]
                key = key * many + codes
        return key if alone is None or not alone.any() else np.where(alone, -1 - np.arange(len(at)), key)

    def _sorted(self, key: Numbers, *then: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """The order by group, the places where groups start, and the number of the group of each."""
        order = np.lexsort((*then, key)) if then else np.argsort(key, kind="stable")
        new = np.ones(len(key), bool)
        new[1:] = key[order][1:] != key[order][:-1]
        return order, np.flatnonzero(new), np.cumsum(new) - 1

    def _one_sided(self, at: Numbers, starts: Numbers) -> None:
        if self.name is None and not self.mixed:
            return
        signs = (self.bits.take(self.trails.take(at)) >> SIGN_SHIFT & 3) - 1
        amounts = self.amounts.take(at)
        side = np.sign(signs * amounts)
        if not amounts.all():
            side = np.where(amounts == 0, np.sign(self.of_rules[self.rule[at], 4]), side)
        if side.min() < 0 < side.max():
            both = (np.maximum.reduceat(side, starts) > 0) & (np.minimum.reduceat(side, starts) < 0)
            self._mark(at[starts[both]])

    def _note(self, at: Numbers, line: Numbers, other: Numbers, after: Numbers) -> None:
        self.events.append((at, line, other, self.amounts[at], after))

    def _cap(self, at: Numbers, line: Numbers) -> None:
        key = self._key(at, line)
        grows = self.rising and not self.mixed and self.name is None and len(key) > 0
        if grows and key.min() >= 0 and is_narrow(int(key.max()), len(key)):
            over = np.bincount(key, self.amounts.take(at)).take(key) > self.lines[:, NUMBER].take(line)
            at, line, key = at[over], line[over], key[over]  # only groups that come to more than their room matter
        order, starts, groups = self._sorted(key)
        at, line = at.take(order), line.take(order)
        self._one_sided(at, starts)
        amounts = self.amounts.take(at)
        before = np.cumsum(amounts) - amounts
        room = np.maximum(0, self.lines[:, NUMBER].take(line) - (before - before.take(starts).take(groups)))
        cut = np.flatnonzero(amounts > room)
        at = at[cut]
        self._note(at, line[cut], np.full(len(cut), -1), room[cut])
        self.amounts[at] = room[cut]

    def _nth(self, at: Numbers, line: Numbers) -> None:
        order, starts, groups = self._sorted(self._key(at, line))
        late = np.sort(order[np.arange(len(at)) - starts[groups] + 1 >= self.lines[line[order], ORDINAL]])
        at, line = at[late], line[late]
        number, below = self.lines[line, NUMBER], self.lines[line, BELOW]
        amounts = self.amounts[at]
        after = np.where(below > 0, amounts * number // np.maximum(below, 1), amounts + number)
        large = np.abs(after) > self.most
        self._mark(at[large | ((below > 0) & (after * below != amounts * number))])
        after = np.where(large, 0, after)
        self._note(at, line, np.full(len(at), -1), after)
        self.amounts[at] = after

    def _room(self, at: Numbers, line: Numbers) -> None:
        key, kind = self._key(at, line), self.lines[:, ORDER].take(line)
        order, starts, groups = self._sorted(key)
        own = np.flatnonzero((kind.take(order).take(starts) == HIGHEST).take(groups))
        if len(own):
            inner = np.flatnonzero(np.diff(groups[own], prepend=-1))
            self._one_sided(at[order][own], inner)
        several = np.zeros(len(at), bool)
        several[order] = (np.diff(starts, append=len(at)) > 1)[groups]
        several |= self.lines[:, NUMBER].take(line) <= 0
        at, line, key, kind = at[several], line[several], key[several], kind[several]
        if not len(at):
            return
        then = np.where(kind == HIGHEST, -self.amounts[at], 0)
        place = np.arange(len(at))
        order, starts, groups = self._sorted(key, np.where(kind == LAST, -place, place), then)
        rank = np.empty(len(at), np.int64)
        rank[order] = place - starts[groups]
        best = np.empty(len(at), np.int64)
        best[order] = at[order][starts][groups]
        out = np.flatnonzero(rank * self.lines[line, BELOW] >= self.lines[line, NUMBER])
        at, line = at[out], line[out]
        self._note(at, line, best[out], np.zeros(len(out), np.int64))
        voids = self.lines[line, VOIDS] > 0
        self.voided[at[voids]] = 1
        self.amounts[at[~voids]] = 0


def accumulate(
    offsets: Numbers, trails: Numbers, worth: Numbers, bits: Numbers, rule_of: Numbers, of_rules: Numbers,
    lines: Numbers, of_accounts: Numbers, members: Numbers, keys: Numbers, most: int, column: int, amounts: Numbers,
    voided: Numbers, sums: Numbers, exists: Numbers, bad: Numbers, events: Numbers, changes: Numbers,
) -> int:  # fmt: skip
    """As `kernels.accumulate`: line after line."""
    counts = np.diff(offsets)
    sums, exists = (x[:, column : column + len(counts)] for x in (sums, exists))
    student, trail = np.repeat(np.arange(len(counts)), counts), trails.astype(np.intp)
    rule = np.append(rule_of, -1).take(trail)  # what is below zero is of no rule
    if counts.max(initial=0) > MOST_RECORDS:
        large = np.flatnonzero((rule >= 0) & (counts > MOST_RECORDS)[student])
        bad[student[large]] = of_rules[rule[large], 5]
        rule[large] = -1
    here: Any = np.flatnonzero(rule >= 0)
    if len(here) == len(rule):
        here = slice(None)
    own, by, who = rule[here], trail[here], student[here]
    amounts[here] = worth.take(by)
    if (bits & LEFT_BIT).any():
        left = (bits & LEFT_BIT > 0).take(by)
        bad[who[left]] = of_rules[own[left], 5]
    rows = of_rules[:, 3]
    places = of_rules[:, 2].take(own)
    places += keys[rows[0]][here] if (rows == rows[0]).all() else keys[rows.take(own), np.arange(len(rule))[here]]
    places *= sums.shape[1]
    places += who
    there = np.zeros(sums.size, bool)
    there[places] = True
    exists |= there.reshape(sums.shape)
    live, value = bits & LIVE_BIT > 0, ((bits >> SIGN_SHIFT & 3) - 1) * worth
    ours = live & (rule_of >= 0)
    nth = lines[:, FORM] == NTH
    mixed = (ours & (worth != 0) & (np.sign(value) != np.sign(of_rules[:, 4]).take(rule_of, mode="wrap"))).any()
    mixed |= (nth & ((lines[:, BELOW] == 0) | (lines[:, NUMBER] < 0))).any()
    groups = _Groups(
        student=student, trails=trail, bits=bits, rule=rule, of_rules=of_rules, lines=lines, keys=keys, most=most,
        amounts=amounts, voided=voided, bad=bad, mixed=bool(mixed), rising=worth[ours].min(initial=0) >= 0,
    )  # fmt: skip
    lasting = np.where(live, (of_rules[:, 1] - of_rules[:, 0]).take(rule_of, mode="wrap"), 0).take(by)
    for depth in range(int(lasting.max(initial=0))):
        groups.do(here, lasting > depth, of_rules[:, 0] + depth, None)
    for line, row, name in of_accounts.tolist():
        inside = live & (members[row] > 0).take(rule_of, mode="wrap")
        groups.do(here, inside.take(by), np.full(len(of_rules), line), name)
    signed = amounts[here] * np.where(live, (bits >> SIGN_SHIFT & 3) - 1, 0).take(by)
    signed[voided[here] > 0] = 0
    if np.abs(signed).max(initial=0) * len(signed) < 1 << 52:  # exact as floats too
        sums += np.bincount(places, signed, sums.size).astype(np.int64).reshape(sums.shape)
    else:
        np.add.at(sums, np.divmod(places, sums.shape[1]), signed)
    done = 0
    for one, line_of, other, before, after in groups.events:
        last = done + len(one)
        events[done:last, 0], events[done:last, 1], events[done:last, 2] = one, line_of, other
        changes[done:last, 0], changes[done:last, 1] = before, after
        done = last
    return done
