"""The two loops in which a record spends its time, for machine code: what it is by itself, and in its group.

Both go by arrays, so that one machine code does for every policy. `decide` finds the trail of each record: a rule by
its item, a cell by what the rule reads. `accumulate` goes student by student: limits and nths of each rule, then those
of accounts, then balances by period. What a line takes away is noted as an event, in the order in which it was done.
`plain_kernels` has the same with arrays as a whole; they come to the same in everything but the order of events of
different records.
"""

from typing import Final

import numpy as np

from creditlang.columnar.coded_periods import Numbers

MOST_RECORDS: Final = 4096
"""Of a student; who has more is worked out alone."""
STREAMED: Final = 64
"""A limit alone whose groups have smaller codes than this is filled while records go by."""
LIVE_BIT, LEFT_BIT, SIGN_SHIFT, MET_SHIFT = 1, 2, 2, 4
"""Of a trail: whether its entry takes part, whether it is left to be worked out alone, the sign and one, and from the
last on which conditions hold.
"""
CAP, ROOM, NTH = 0, 1, 2
FORM, KEY, KEY_TOO, NUMBER, BELOW, ORDER, VOIDS, MET, ORDINAL = range(9)
"""What stands in the columns of lines: the form; the rows of keys by which entries are grouped, or -1; the room, the
factor or what is added; what one entry needs of a room, or by what a factor is divided, 0 where it is added; the order;
whether what finds no room is void; which condition has to hold, or -1; from which place on, or 1 for a room for one.
"""
FIRST, LAST, HIGHEST = 0, 1, 2
_WIDE: Final = 1 << 31
_OTHER, _VOID, _POSTED, _FILLED, _CHAINED = range(5)
_WAY, _SLOT, _PERIOD, _AMOUNT, _SIGN, _RULE, _CAP_KEY, _CAP, _LEFT = range(9)
"""What stands in the columns of ways, by trail: which way a record takes (of another rule, void, only posted, filled
into a limit of one side while records go by, put aside for the lines of its rule); where it is posted and the row of
its period; its amount, sign and rule; of the limit the row of keys and the room; who is left because of it.
"""


def decide(
    by_item: Numbers, items: Numbers, codes: Numbers, starts: Numbers, columns: Numbers, strides: Numbers,
    bases: Numbers, cells: Numbers, found: Numbers,
) -> int:  # fmt: skip
    """The trail of each record: one less than its cell, or below zero one less than the negative of a cell without one.

    A rule by the code of the item; its cell is the base of the rule and the sum of codes by strides, of its columns.
    """
    rules, wide, unknown = len(bases), 0, 0
    for place in range(rules):
        wide = max(wide, starts[place + 1] - starts[place])
    rows, by = np.zeros((rules, wide), np.uint64), np.zeros((rules, wide), np.int64)
    for place in range(rules):  # as many for each rule, so that all records take one way
        for part in range(starts[place], starts[place + 1]):
            rows[place, part - starts[place]], by[place, part - starts[place]] = columns[part], strides[part]
    for at in range(len(items)):
        rule = np.uint32(by_item[items[at]])
        cell = bases[rule]
        for each in range(np.uint64(wide)):
            cell += codes[rows[rule, each], at] * by[rule, each]
        trail = cells[np.uint64(cell)]
        unknown += trail == 0
        found[at] = trail - 1 if trail != 0 else -1 - cell
    return unknown


def accumulate(
    offsets: Numbers, trails: Numbers, worth: Numbers, bits: Numbers, rule_of: Numbers, of_rules: Numbers,
    lines: Numbers, of_accounts: Numbers, members: Numbers, keys: Numbers, most: int, column: int, amounts: Numbers,
    voided: Numbers, sums: Numbers, exists: Numbers, bad: Numbers, events: Numbers, changes: Numbers,
) -> int:  # fmt: skip
    """Work out all groups of some students, whose records begin at `offsets`; returns how many events there are.

    Records have `trails`, below zero where nothing is said of them here; a trail has a `worth`, `bits`, and a rule, -1
    for none. `of_rules` has of each the first line and the one behind the last, the first place among `sums`, the row
    of `keys` that tells the period, the side on which nothing is, and its number for `bad`, which is told of students
    that have to be worked out alone. `of_accounts` has the line of each account, the row of `members` that tells of
    which rules, and the number for `bad`. An event is a record, a line, and the record that counts instead, or -1;
    `changes` are the amounts before and after. In `sums` and `exists` the students begin at `column`.
    """
    rules, done = len(of_rules), 0
    heads, tails = np.zeros(rules, np.int64), np.zeros(rules, np.int64)
    counts, present = np.zeros(rules, np.int64), np.zeros(rules, np.int64)
    following = np.zeros(MOST_RECORDS, np.int64)
    chosen, groups = np.zeros(MOST_RECORDS, np.int64), np.zeros(MOST_RECORDS, np.int64)
    known, totals = np.zeros(MOST_RECORDS, np.int64), np.zeros(MOST_RECORDS, np.int64)
    best, sides = np.zeros(MOST_RECORDS, np.int64), np.zeros(MOST_RECORDS, np.int64)
    running, seen = np.zeros(rules * STREAMED, np.int64), np.full(rules * STREAMED, -1, np.int64)
    outs = np.zeros(MOST_RECORDS, np.int64)
    at_once = len(of_accounts) == 0
    ways, mixed = np.zeros((len(worth), 9), np.int64), np.zeros(rules, np.bool_)
    for rule in range(rules):
        for line in range(of_rules[rule, 0], of_rules[rule, 1]):
            if lines[line, FORM] == NTH and (lines[line, BELOW] == 0 or lines[line, NUMBER] < 0):
                mixed[rule] = True
    for each in range(len(worth)):
        rule, amount = rule_of[each], worth[each]
        if rule >= 0 and bits[each] & LIVE_BIT and amount != 0:
            value = (((bits[each] >> SIGN_SHIFT) & 3) - 1) * amount
            if (value > 0) != (of_rules[rule, 4] > 0) or (value < 0) != (of_rules[rule, 4] < 0):
                mixed[rule] = True
    for each in range(len(worth)):
        rule, bit = rule_of[each], bits[each]
        if rule < 0:
            continue
        first, way = of_rules[rule, 0], _VOID
        lasting = of_rules[rule, 1] - first
        if bit & LIVE_BIT:
            way = _POSTED if lasting == 0 else _CHAINED
            if lasting == 1 and lines[first, FORM] == CAP:
                if lines[first, MET] >= 0 and not (bit >> (MET_SHIFT + lines[first, MET])) & 1:
                    way = _POSTED
                elif lines[first, KEY_TOO] < 0 and not mixed[rule]:
                    way = _FILLED
                    ways[each, _CAP_KEY], ways[each, _CAP] = lines[first, KEY], lines[first, NUMBER]
        ways[each, _WAY], ways[each, _RULE] = way, rule
        ways[each, _SLOT], ways[each, _PERIOD] = of_rules[rule, 2], of_rules[rule, 3]
        ways[each, _AMOUNT], ways[each, _SIGN] = worth[each], ((bit >> SIGN_SHIFT) & 3) - 1
        ways[each, _LEFT] = of_rules[rule, 5] if bit & LEFT_BIT else 0
    for student in range(len(offsets) - 1):
        begin, end, whose = offsets[student], offsets[student + 1], column + student
        if end - begin > MOST_RECORDS:
            for at in range(begin, end):
                if trails[at] >= 0 and rule_of[trails[at]] >= 0:
                    bad[student] = of_rules[rule_of[trails[at]], 5]
            continue
        many = 0
        for at in range(np.uint64(begin), np.uint64(end)):
            if trails[at] < 0:
                continue
            trail = np.uint32(trails[at])  # what may be below zero takes longer to look up
            way = ways[trail, _WAY]
            if way == _OTHER:
                continue
            amount = ways[trail, _AMOUNT]
            amounts[at] = amount
            if ways[trail, _LEFT]:
                bad[student] = ways[trail, _LEFT]
            slot = np.uint64(ways[trail, _SLOT] + keys[np.uint64(ways[trail, _PERIOD]), at])
            exists[slot, whose] = 1
            if way == _FILLED:
                row = ways[trail, _CAP_KEY]
                code = np.int64(1)
                if row >= 0:
                    code = np.int64(keys[np.uint64(row), at])
                if code < STREAMED:
                    room = ways[trail, _CAP]
                    if code > 0:
                        cell = np.uint64(ways[trail, _RULE] * STREAMED + code)
                        before = running[cell] if seen[cell] == student else 0
                        seen[cell] = student
                        running[cell] = before + amount
                        room -= before
                    room = max(room, 0)
                    if amount > room:
                        amounts[at] = room
                        events[done, 0], events[done, 1], events[done, 2] = at, of_rules[ways[trail, _RULE], 0], -1
                        changes[done, 0], changes[done, 1] = amount, room
                        done += 1
                        amount = room
                    if at_once:
                        sums[slot, whose] += ways[trail, _SIGN] * amount
                    continue
            elif way == _POSTED:
                if at_once:
                    sums[slot, whose] += ways[trail, _SIGN] * amount
                continue
            elif way == _VOID:
                continue
            rule = ways[trail, _RULE]
            if counts[rule] == 0:
                present[many] = rule
                many += 1
                heads[rule] = at
            else:
                following[tails[rule] - begin] = at
            tails[rule] = at
            counts[rule] += 1
        for place in range(many + len(of_accounts)):
            if place < many:
                rule = present[place]
                first, last, count, at = of_rules[rule, 0], of_rules[rule, 1], counts[rule], heads[rule]
                name = of_rules[rule, 5]
                for position in range(count):
                    chosen[position] = at
                    at = following[at - begin]
                counts[rule] = 0
                if count == 1:
                    at, line = heads[rule], first
                    while line < last and lines[line, FORM] != NTH:
                        if lines[line, MET] < 0 or (bits[trails[at]] >> (MET_SHIFT + lines[line, MET])) & 1:
                            after = amounts[at]
                            if lines[line, FORM] == CAP:
                                after = min(after, max(0, lines[line, NUMBER]))
                            elif lines[line, NUMBER] <= 0:
                                break
                            if after < amounts[at]:
                                events[done, 0], events[done, 1], events[done, 2] = at, line, -1
                                changes[done, 0], changes[done, 1] = amounts[at], after
                                amounts[at] = after
                                done += 1
                        line += 1
                    first = line
                    if line == last:
                        if at_once:
                            trail = trails[at]
                            sign = ((bits[trail] >> SIGN_SHIFT) & 3) - 1
                            sums[of_rules[rule, 2] + keys[of_rules[rule, 3], at], whose] += sign * amounts[at]
                        continue
            else:
                first = of_accounts[place - many, 0]
                last, count, name = first + 1, 0, of_accounts[place - many, 2]
                for at in range(begin, end):
                    if trails[at] >= 0 and not voided[at] and bits[trails[at]] & LIVE_BIT:
                        rule = rule_of[trails[at]]
                        if rule >= 0 and members[of_accounts[place - many, 1], rule]:
                            chosen[count] = at
                            count += 1
            for line in range(first, last):
                form, number, ordinal = lines[line, FORM], lines[line, NUMBER], lines[line, ORDINAL]
                order, met = lines[line, ORDER], lines[line, MET]
                size = 0
                for position in range(count):
                    at = chosen[position]
                    if voided[at]:
                        groups[position] = -1
                        continue
                    if met >= 0 and not (bits[trails[at]] >> (MET_SHIFT + met)) & 1:
                        groups[position] = -1
                        continue
                    key, alone = np.int64(0), False
                    if lines[line, KEY] >= 0:
                        key = np.int64(keys[lines[line, KEY], at])
                        alone = key == 0
                        if lines[line, KEY_TOO] >= 0:
                            also = keys[lines[line, KEY_TOO], at]
                            key = key * _WIDE + also
                            alone = alone or also == 0
                    group = size
                    if alone:
                        key = np.int64(-1)
                    else:
                        group = size - 1
                        while group >= 0 and known[group] != key:
                            group -= 1
                        if group < 0:
                            group = size
                    if group == size:
                        known[group], totals[group], sides[group], best[group] = key, 0, 0, at
                        size += 1
                    groups[position] = group
                    amount, rule = amounts[at], rule_of[trails[at]]
                    value = ((bits[trails[at]] >> SIGN_SHIFT) & 3) - 1
                    value = value * amount if amount != 0 else of_rules[rule, 4]
                    sides[group] |= 1 if value > 0 else 2 if value < 0 else 0
                    if form == CAP:
                        room = number - totals[group]
                        totals[group] += amount
                        room = max(room, 0)
                        if amount > room:
                            amounts[at] = room
                            events[done, 0], events[done, 1], events[done, 2] = at, line, -1
                            changes[done, 0], changes[done, 1] = amount, room
                            done += 1
                    elif form == NTH:
                        totals[group] += 1
                        if totals[group] >= ordinal:
                            below = lines[line, BELOW]
                            after = amount + number
                            if below > 0:
                                after = amount * number // below
                                if after * below != amount * number:
                                    bad[student] = name
                            if after > most or after < -most:
                                bad[student], after = name, 0
                            amounts[at] = after
                            events[done, 0], events[done, 1], events[done, 2] = at, line, -1
                            changes[done, 0], changes[done, 1] = amount, after
                            done += 1
                    else:
                        totals[group] += 1
                        if order == LAST or (order == HIGHEST and amount > amounts[best[group]]):
                            best[group] = at
                if form == CAP or (form == ROOM and order == HIGHEST):
                    for group in range(size):
                        if sides[group] == 3:
                            bad[student] = name
                if form != ROOM:
                    continue
                for position in range(count):
                    outs[position] = 0
                    group = groups[position]
                    if group < 0:
                        continue
                    at, before = chosen[position], 0
                    if ordinal == 1:  # room for one: all but the best are out
                        before = 0 if at == best[group] else 1
                    elif order == HIGHEST:
                        for other in range(count):
                            if groups[other] == group:
                                more = amounts[chosen[other]] - amounts[at]
                                before += 1 if more > 0 or (more == 0 and other < position) else 0
                    else:
                        for other in range(position):
                            before += 1 if groups[other] == group else 0
                        if order == LAST:
                            before = totals[group] - 1 - before
                    outs[position] = 1 if before * lines[line, BELOW] >= number else 0
                for position in range(count):
                    if not outs[position]:
                        continue
                    at = chosen[position]
                    events[done, 0], events[done, 1], events[done, 2] = at, line, best[groups[position]]
                    changes[done, 0], changes[done, 1] = amounts[at], 0
                    done += 1
                    if lines[line, VOIDS]:
                        voided[at] = 1
                    else:
                        amounts[at] = 0
            if at_once:
                for position in range(count):
                    at = chosen[position]
                    if not voided[at]:
                        trail = trails[at]
                        sign = ((bits[trail] >> SIGN_SHIFT) & 3) - 1
                        rule = rule_of[trail]
                        sums[of_rules[rule, 2] + keys[of_rules[rule, 3], at], whose] += sign * amounts[at]
        if not at_once:
            for at in range(begin, end):
                trail = trails[at]
                if trail >= 0 and rule_of[trail] >= 0 and not voided[at] and bits[trail] & LIVE_BIT:
                    rule = rule_of[trail]
                    sign = ((bits[trail] >> SIGN_SHIFT) & 3) - 1
                    sums[of_rules[rule, 2] + keys[of_rules[rule, 3], at], whose] += sign * amounts[at]
    return done
