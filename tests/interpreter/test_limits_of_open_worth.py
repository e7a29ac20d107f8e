"""Entries by their worth where that of some is open: who comes before whom, as it is defined, and at what cost."""

import random
from collections.abc import Sequence
from decimal import Decimal

import pytest

from creditlang import values as v
from creditlang.interpreter.limits import _ranked


def defined(worth: Sequence[v.Number], sure: Sequence[bool], place: int) -> tuple[list[int], int]:
    """The places of those that surely come before one, and how many may."""
    least, most = v.low(worth[place]), v.high(worth[place])
    may = [x for x, y in enumerate(worth) if x != place and (v.high(y) > least or (v.high(y) == least and x < place))]
    return [x for x in may if sure[x] and (v.low(worth[x]) > most or (v.low(worth[x]) == most and x < place))], len(may)


def some_worth(rng: random.Random) -> v.Number:
    one, two = sorted(Decimal(rng.randrange(-2, 4)) for _ in range(2))
    return rng.choice((v.interval(one, two), one, -v.UNBOUNDED))


@pytest.mark.parametrize("seed", range(400))
def test_who_comes_before_whom(seed: int) -> None:
    rng = random.Random(seed)
    worth = [some_worth(rng) for _ in range(rng.randrange(1, 9))]
    sure = [rng.random() < 0.7 for _ in worth]
    rooms = [Decimal(rng.randrange(5)) for _ in worth]
    for place, (first, surely, may) in enumerate(_ranked(worth, sure, rooms)):
        before, most = defined(worth, sure, place)
        assert (surely, may) == (len(before), most)
        if surely >= rooms[place]:
            assert first == before[: int(rooms[place])]


def test_each_worth_is_asked_for_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many others there are: not each of each."""
    asked: list[v.Number] = []
    for end in (v.low, v.high):
        monkeypatch.setattr(v, end.__name__, lambda x, end=end: asked.append(x) or end(x))
    rng = random.Random(1)
    worth = [some_worth(rng) for _ in range(500)]
    _ranked(worth, [True] * 500, [Decimal(2)] * 500)
    assert len(asked) <= 5 * 500
