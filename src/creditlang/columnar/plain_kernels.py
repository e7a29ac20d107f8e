"""What `kernels` does, with arrays as a whole: where there is no machine code, and to compare that with."""

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
        self.name: int | None = None
        self.events: list[tuple[Numbers, Numbers, Numbers, Numbers, Numbers]] = []

    def do(self, at: Numbers, line: Numbers, name: int | None) -> None:
        """The line of each of some records, rising; only those of one line can be of one group. `name` is told of who
        has to be worked out alone, without it that of the rule.
        """
        self.name = name
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
        order, starts, groups = self._sorted(self._key(at, line))
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
    student = np.repeat(np.arange(len(counts)), counts)
    rule = np.where(trails >= 0, rule_of.take(trails, mode="wrap"), -1)
    if counts.max(initial=0) > MOST_RECORDS:
        large = np.flatnonzero((rule >= 0) & (counts > MOST_RECORDS)[student])
        bad[student[large]] = of_rules[rule[large], 5]
        rule[large] = -1
    here = np.flatnonzero(rule >= 0)
    own, trail, who = rule.take(here), trails.take(here), student.take(here)
    amounts[here] = worth.take(trail)
    bit = bits.take(trail)
    left = here[bit & LEFT_BIT > 0]
    bad[student[left]] = of_rules[rule[left], 5]
    rows = of_rules[:, 3].take(own)
    periods = keys[rows[0]].take(here) if len(rows) and (rows == rows[0]).all() else keys[rows, here]
    places = (of_rules[:, 2].take(own) + periods) * sums.shape[1] + who
    exists |= (np.bincount(places, minlength=sums.size) > 0).reshape(sums.shape)
    live = bit & LIVE_BIT > 0
    groups = _Groups(
        student=student, trails=trails, bits=bits, rule=rule, of_rules=of_rules, lines=lines, keys=keys, most=most,
        amounts=amounts, voided=voided, bad=bad,
    )  # fmt: skip
    lasting = (of_rules[:, 1] - of_rules[:, 0]).take(own)
    for depth in range(int(lasting.max(initial=0))):
        at = here[live & (lasting > depth) & (voided.take(here) == 0)]
        groups.do(at, of_rules[:, 0].take(rule.take(at)) + depth, None)
    for line, row, name in of_accounts.tolist():
        at = here[live & (voided.take(here) == 0) & (members[row].take(own) > 0)]
        if len(at):
            groups.do(at, np.full(len(at), line), name)
    counted = live & (voided.take(here) == 0)
    signed = np.where(counted, ((bit >> SIGN_SHIFT & 3) - 1) * amounts.take(here), 0)
    if np.abs(signed).sum(dtype=float) < 1 << 52:  # exact as floats too
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
