"""The kernels as loops and with arrays as a whole come to the same, for any lines of groups."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditlang.columnar import kernels, plain_kernels
from creditlang.columnar.machine_code import made
from creditlang.diagnostics.announcements import announced

MOST = 2**42
RULES = 3


@st.composite
def programs(draw):
    """Rules with lines, an account or two, trails, and the records of some students."""
    number, even = st.integers(0, 4), draw(st.booleans())

    def line():
        form = draw(st.sampled_from((kernels.CAP, kernels.ROOM, kernels.NTH)))
        voids = draw(st.booleans())
        room = 10 if voids and form == kernels.ROOM else draw(st.sampled_from((0, 5, 10, 15, 20, 30)))
        found = np.zeros(9, np.int64)
        found[kernels.FORM], found[kernels.KEY] = form, draw(st.integers(-1, 1))
        found[kernels.KEY_TOO] = draw(st.integers(-1, 1)) if found[kernels.KEY] >= 0 else -1
        found[kernels.NUMBER], found[kernels.BELOW] = room, 10
        found[kernels.ORDER], found[kernels.VOIDS] = draw(st.integers(0, 2)), voids
        found[kernels.MET], found[kernels.ORDINAL] = draw(st.integers(-1, 1)), room == 10
        if form == kernels.NTH:
            below = (1, 2) if even else (0, 1, 2)
            found[kernels.ORDINAL], found[kernels.BELOW] = draw(st.integers(1, 3)), draw(st.sampled_from(below))
        return found

    of_rules, lines = [], []
    for rule in range(RULES):
        first = len(lines)
        lines += [line() for _ in range(draw(st.integers(0, 2)))]
        of_rules.append((first, len(lines), 5 * draw(st.integers(0, 1)), 0, draw(st.integers(-1, 1)), 1 + rule % 2))
    of_accounts = [(len(lines) + at, at, 1) for at in range(draw(st.integers(0, 2)))]
    lines += [line() for _ in of_accounts]
    members = draw(st.lists(st.lists(st.integers(0, 1), min_size=RULES, max_size=RULES), min_size=2, max_size=2))
    trails = draw(st.integers(1, 8))
    worth = draw(st.lists(st.one_of(st.integers(-3, 30), st.just(MOST)), min_size=trails, max_size=trails))
    bits = draw(st.lists(st.integers(0, 63), min_size=trails, max_size=trails))
    bits = [bit & ~12 | draw(st.sampled_from((0, 4, 8))) for bit in bits]
    rule_of = draw(st.lists(st.integers(-1, RULES - 1), min_size=trails, max_size=trails))
    if even:  # every rule on one side
        worth = [abs(amount) for amount in worth]
        sides = [rule[4] or 1 for rule in of_rules]
        of_rules = [(*rule[:4], side, rule[5]) for rule, side in zip(of_rules, sides, strict=True)]
        bits = [bit & ~12 | (sides[rule] + 1) * 4 for bit, rule in zip(bits, rule_of, strict=True)]
    counts = draw(st.lists(st.integers(0, 7), min_size=1, max_size=4))
    total = sum(counts)
    own = draw(st.lists(st.integers(-1, trails - 1), min_size=total, max_size=total))
    keys = draw(st.lists(st.lists(number, min_size=total, max_size=total), min_size=2, max_size=2))
    return (
        np.cumsum([0, *counts], dtype=np.int64), np.array(own, np.int32), np.array(worth, np.int64),
        np.array(bits, np.int64), np.array(rule_of, np.int64), np.array(of_rules, np.int64),
        np.array(lines, np.int64).reshape(-1, 9), np.array(of_accounts, np.int64).reshape(-1, 3),
        np.array(members, np.int8), np.array(keys, np.int32).reshape(2, total), MOST,
    )  # fmt: skip


def worked_out(accumulate, given_):
    """What comes out for students who need not be worked out alone, and who has to be."""
    offsets, trails = given_[0], given_[1]
    count, students = len(trails), len(offsets) - 1
    amounts, voided = np.zeros(count, np.int64), np.zeros(count, np.int8)
    sums, exists = np.zeros((10, 1 + students), np.int64), np.zeros((10, 1 + students), bool)
    bad = np.zeros(students, np.int32)
    events, changes = np.empty((8 * count, 3), np.int32), np.empty((8 * count, 2), np.int64)
    done = accumulate(*given_, 1, amounts, voided, sums, exists, bad, events, changes)
    good = bad == 0
    assert not sums[:, 0].any()
    assert not exists[:, 0].any()
    sums, exists = sums[:, 1:], exists[:, 1:]
    of_good = np.repeat(good, np.diff(offsets))
    told = [
        (*event, *change)
        for event, change in zip(events[:done].tolist(), changes[:done].tolist(), strict=True)
        if of_good[event[0]]
    ]
    ends = [x.tolist() for x in (amounts[of_good], voided[of_good], sums[:, good], exists[:, good], good)]
    return ends, sorted(told, key=lambda x: x[0])


def decided(decide, items, codes):
    """Two rules: one reads both columns, the other the second; every third cell is known."""
    cells = np.zeros(12 + 4, np.int32)
    cells[::3] = 1 + np.arange(len(cells[::3]))
    found = np.empty(len(items), np.int32)
    parts = ([0, 2, 3], [0, 1, 1], [1, 3, 1], [0, 12])
    starts, columns, strides, bases = (np.array(x, np.int64) for x in parts)
    unknown = decide(np.array([1, 0, 1], np.int32), items, codes, starts, columns, strides, bases, cells, found)
    return unknown, found.tolist()


@given(programs())
@settings(max_examples=160, deadline=None)
def test_both_ways_come_to_the_same(program):
    assert worked_out(plain_kernels.accumulate, program) == worked_out(kernels.accumulate, program)


@pytest.mark.parametrize(("order", "kept"), [(kernels.FIRST, 0), (kernels.LAST, 4), (kernels.HIGHEST, 1)])
def test_of_all_in_a_group_one_is_kept(order, kept):
    line = np.zeros((1, 9), np.int64)
    line[0, [kernels.FORM, kernels.NUMBER, kernels.BELOW, kernels.ORDER]] = kernels.ROOM, 10, 10, order
    line[0, [kernels.KEY, kernels.KEY_TOO, kernels.MET]] = -1
    line[0, [kernels.VOIDS, kernels.ORDINAL]] = 1
    program = (
        np.array([0, 5]), np.arange(5, dtype=np.int32), np.array([3, 9, 9, 1, 5]), np.full(5, kernels.LIVE_BIT | 8),
        np.zeros(5, np.int64), np.array([(0, 1, 0, 0, 1, 1)]), line, np.zeros((0, 3), np.int64),
        np.zeros((2, 1), np.int8), np.zeros((2, 5), np.int32), MOST,
    )  # fmt: skip
    for accumulate in (plain_kernels.accumulate, kernels.accumulate):
        (_, voided, *_), _ = worked_out(accumulate, program)
        assert [at for at in range(5) if not voided[at]] == [kept]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 3)), max_size=12))
@settings(max_examples=40, deadline=None)
def test_both_ways_find_the_same_trails(records):
    items = np.array([x for x, *_ in records], np.uint32)
    codes = np.array([[x for _, x, _ in records], [x for *_, x in records]], np.uint16).reshape(2, len(records))
    assert decided(plain_kernels.decide, items, codes) == decided(kernels.decide, items, codes)


def test_students_with_very_many_records_are_worked_out_alone():
    count = kernels.MOST_RECORDS + 1
    program = (
        np.array([0, count, count + 1], np.int64), np.zeros(count + 1, np.int32), np.array([7]), np.array([9]),
        np.array([0]), np.array([[0, 0, 0, 0, 1, 1]]), np.zeros((0, 9), np.int64), np.zeros((0, 3), np.int64),
        np.zeros((1, 1), np.int8), np.ones((1, count + 1), np.int32), MOST,
    )  # fmt: skip
    for accumulate in (plain_kernels.accumulate, kernels.accumulate):
        ends, told = worked_out(accumulate, program)
        assert ends[-1] == [False, True]
        assert ends[2][1] == [7]
        assert not told


def test_machine_code_is_kept_for_oneself(tmp_path):
    pytest.importorskip("numba")
    said = []
    with announced(said.append):
        first = made(tmp_path / "own")
        again = made(tmp_path / "own")
    assert [found.code for found in said] == ["CR860"]
    (folder,) = (tmp_path / "own").iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    for way in (first, again):
        codes = np.array([[0, 1, 2], [3, 0, 1]], np.uint16)
        items = np.array([0, 1, 2], np.uint32)
        assert decided(way.decide, items, codes) == decided(plain_kernels.decide, items, codes)


def test_machine_code_is_not_taken_from_where_others_may_write(tmp_path, monkeypatch):
    numba = pytest.importorskip("numba")
    kept = []
    monkeypatch.setattr(
        numba, "njit", lambda signature, **way: kept.append(way["cache"]) or (lambda function: function)
    )
    made(tmp_path)
    (folder,) = tmp_path.iterdir()
    folder.chmod(0o770)
    said = []
    with announced(said.append):
        made(tmp_path)
    assert [found.code for found in said] == ["CR861", "CR860"]
    assert kept == [True, True, False, False]
