"""What `kernels` does, with arrays as a whole: for where there is no machine code, and as what that is compared with."""

from typing import Final

import numpy as np

from creditlang.columnar.coded_periods import Numbers
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

_AT_ONCE: Final = 1024
"""Students worked out together."""


def decide(
    by_item: Numbers, items: Numbers, codes: Numbers, starts: Numbers, columns: Numbers, strides: Numbers,
    bases: Numbers, cells: Numbers, found: Numbers,
) -> int:  # fmt: skip
    """As `kernels.decide`: the records of one rule after the other."""
    rules = by_item[items]
    order = np.argsort(rules.astype(np.min_scalar_type(len(bases))), kind="stable")
    bounds = np.searchsorted(rules[order], np.arange(len(bases) + 1))
    for rule, (start, end) in enumerate(zip(bounds.tolist(), bounds[1:].tolist(), strict=False)):
        if start < end:
            own = order[start:end]
            cell = np.full(end - start, bases[rule], np.int64)
            for part in range(starts[rule], starts[rule + 1]):
                cell += codes[columns[part]].take(own).astype(np.int64) * strides[part]
            trails = cells.take(cell)
            found[own] = np.where(trails == 0, -1 - cell, trails - 1)
    return int(np.count_nonzero(found < 0))


class _Groups:
    """What `accumulate` works on, and the events so far."""

    def __init__(
        self, student: Numbers, trails: Numbers, bits: Numbers, rule: Numbers, of_rules: Numbers, lines: Numbers,
        keys: Numbers, most: int, amounts: Numbers, voided: Numbers, bad: Numbers,
    ) -> None:  # fmt: skip
        self.student, self.trails, self.bits, self.rule, self.of_rules = student, trails, bits, rule, of_rules
        self.lines, self.keys, self.most = lines, keys, most
        self.amounts, self.voided, self.bad = amounts, voided, bad
        self.events: list[tuple[Numbers, Numbers, Numbers, Numbers, Numbers]] = []

    def do(self, at: Numbers, line: Numbers, apart: Numbers, name: Numbers) -> None:
        """The line of each of some records, rising; those with the same number of `apart` can be of one group."""
        met = self.lines[line, MET]
        holds = (met < 0) | (self.bits[self.trails[at]] >> (MET_SHIFT + np.maximum(met, 0)) & 1 > 0)
        at, line, apart, name = at[holds], line[holds], apart[holds], name[holds]
        for form, act in ((CAP, self._cap), (NTH, self._nth), (ROOM, self._room)):
            own = self.lines[line, FORM] == form
            if own.any():
                key = self._key(at[own], line[own], apart[own])
                act(at[own], line[own], key, name[own])

    def _key(self, at: Numbers, line: Numbers, apart: Numbers) -> Numbers:
        """A number for the group of each."""
        key, alone = self.student[at].astype(np.int64) * (int(apart.max()) + 1) + apart, np.zeros(len(at), bool)
        for column in (KEY, KEY_TOO):
            row = self.lines[line, column]
            if (row >= 0).any():
                codes = np.where(row >= 0, self.keys[row, at], 1)
                alone |= codes == 0
                many = int(codes.max()) + 1
                if many * (int(key.max()) + 1) >= 1 << 62:
                    key = np.unique(key, return_inverse=True)[1]
                key = key * many + codes
        return np.where(alone, -1 - np.arange(len(at)), key)

    def _sorted(self, key: Numbers, *then: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """The order by group, the places where groups start, and the number of the group of each."""
        order = np.lexsort((*then, key)) if then else np.argsort(key, kind="stable")
        new = np.ones(len(key), bool)
        new[1:] = key[order][1:] != key[order][:-1]
        return order, np.flatnonzero(new), np.cumsum(new) - 1

    def _one_sided(self, at: Numbers, starts: Numbers, name: Numbers) -> None:
        signs = (self.bits[self.trails[at]] >> SIGN_SHIFT & 3) - 1
        side = np.sign(signs * self.amounts[at])
        side = np.where(self.amounts[at] == 0, np.sign(self.of_rules[self.rule[at], 4]), side)
        both = (np.maximum.reduceat(side, starts) > 0) & (np.minimum.reduceat(side, starts) < 0)
        self.bad[self.student[at[starts[both]]]] = name[starts[both]]

    def _note(self, at: Numbers, line: Numbers, other: Numbers, after: Numbers) -> None:
        self.events.append((at, line, other, self.amounts[at], after))

    def _cap(self, at: Numbers, line: Numbers, key: Numbers, name: Numbers) -> None:
        order, starts, groups = self._sorted(key)
        at, line = at[order], line[order]
        self._one_sided(at, starts, name[order])
        amounts = self.amounts[at]
        before = np.cumsum(amounts) - amounts
        room = np.maximum(0, self.lines[line, NUMBER] - (before - before[starts][groups]))
        cut = np.flatnonzero(amounts > room)
        at = at[cut]
        self._note(at, line[cut], np.full(len(cut), -1), room[cut])
        self.amounts[at] = room[cut]

    def _nth(self, at: Numbers, line: Numbers, key: Numbers, name: Numbers) -> None:
        order, starts, groups = self._sorted(key)
        late = np.sort(order[np.arange(len(at)) - starts[groups] + 1 >= self.lines[line[order], ORDINAL]])
        at, line, name = at[late], line[late], name[late]
        number, below = self.lines[line, NUMBER], self.lines[line, BELOW]
        amounts = self.amounts[at]
        after = np.where(below > 0, amounts * number // np.maximum(below, 1), amounts + number)
        wrong = (below > 0) & (after * below != amounts * number)
        large = np.abs(after) > self.most
        self.bad[self.student[at[wrong | large]]] = name[wrong | large]
        after = np.where(large, 0, after)
        self._note(at, line, np.full(len(at), -1), after)
        self.amounts[at] = after

    def _room(self, at: Numbers, line: Numbers, key: Numbers, name: Numbers) -> None:
        kind = self.lines[line, ORDER]
        order, starts, groups = self._sorted(key)
        highest = kind[order][starts] == HIGHEST
        if highest.any():
            own = highest[groups]
            inner = np.flatnonzero(np.diff(groups[own], prepend=-1))
            self._one_sided(at[order][own], inner, name[order][own])
        several = np.zeros(len(at), bool)
        several[order] = (np.diff(starts, append=len(at)) > 1)[groups]
        several |= self.lines[line, NUMBER] <= 0
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
    lines: Numbers, of_accounts: Numbers, members: Numbers, keys: Numbers, most: int, amounts: Numbers,
    voided: Numbers, sums: Numbers, exists: Numbers, bad: Numbers, events: Numbers, changes: Numbers,
) -> int:  # fmt: skip
    """As `kernels.accumulate`: line after line, over as many students as a cache holds."""
    done = 0
    for first in range(0, len(offsets) - 1, _AT_ONCE):
        own = slice(first, first + _AT_ONCE)
        bounds = offsets[first : first + _AT_ONCE + 1]
        here = slice(int(bounds[0]), int(bounds[-1]))
        some = _accumulate(
            bounds - bounds[0], trails[here], worth, bits, rule_of, of_rules, lines, of_accounts, members, keys[:, here],
            most, amounts[here], voided[here], sums[:, own], exists[:, own], bad[own], events[done:], changes[done:],
        )  # fmt: skip
        events[done : done + some, 0] += here.start
        with_other = events[done : done + some, 2]
        with_other[with_other >= 0] += here.start
        done += some
    return done


def _accumulate(
    offsets: Numbers, trails: Numbers, worth: Numbers, bits: Numbers, rule_of: Numbers, of_rules: Numbers,
    lines: Numbers, of_accounts: Numbers, members: Numbers, keys: Numbers, most: int, amounts: Numbers,
    voided: Numbers, sums: Numbers, exists: Numbers, bad: Numbers, events: Numbers, changes: Numbers,
) -> int:  # fmt: skip
    counts = np.diff(offsets)
    student = np.repeat(np.arange(len(counts)), counts)
    rule = np.where(trails >= 0, rule_of[trails], -1)
    large = np.flatnonzero((rule >= 0) & (counts > MOST_RECORDS)[student])
    bad[student[large]] = of_rules[rule[large], 5]
    here = np.flatnonzero((rule >= 0) & (counts <= MOST_RECORDS)[student])
    own = rule[here]
    amounts[here] = worth[trails[here]]
    bit = bits[trails[here]]
    left = here[bit & LEFT_BIT > 0]
    bad[student[left]] = of_rules[rule[left], 5]
    slots = of_rules[own, 2] + keys[of_rules[own, 3], here]
    exists[slots, student[here]] = 1
    live = bit & LIVE_BIT > 0
    groups = _Groups(student, trails, bits, rule, of_rules, lines, keys, most, amounts, voided, bad)
    lasting = (of_rules[:, 1] - of_rules[:, 0])[own]
    for depth in range(int(lasting.max(initial=0))):
        at = here[live & (lasting > depth) & (voided[here] == 0)]
        groups.do(at, of_rules[rule[at], 0] + depth, rule[at], of_rules[rule[at], 5])
    for line, row, name in of_accounts.tolist():
        at = here[live & (voided[here] == 0) & (members[row][own] > 0)]
        if len(at):
            groups.do(at, np.full(len(at), line), np.zeros(len(at), np.int64), np.full(len(at), name))
    counted = live & (voided[here] == 0)
    at = here[counted]
    many = sums.shape[1]
    signed = ((bits[trails[at]] >> SIGN_SHIFT & 3) - 1) * amounts[at]
    places = slots[counted] * many + student[at]
    if np.abs(signed).sum(dtype=float) < 1 << 52:  # exact as floats too
        sums += np.bincount(places, signed, sums.size).astype(np.int64).reshape(sums.shape)
    else:
        np.add.at(sums, (slots[counted], student[at]), signed)
    done = 0
    for one, line_of, other, before, after in groups.events:
        last = done + len(one)
        events[done:last, 0], events[done:last, 1], events[done:last, 2] = one, line_of, other
        changes[done:last, 0], changes[done:last, 1] = before, after
        done = last
    return done
