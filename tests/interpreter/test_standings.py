"""Ranks against their definition: one more than the number of those who are better, in every world that is possible."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditlang import values as v
from creditlang.interpreter.standings import Candidate, RankedGroup, Standings, unknown

GROUP = ("one",)


def ranks(*measures: tuple[int, ...]) -> list[v.Number]:
    """The ranks of people with these measures, ties included."""
    places = [Candidate(GROUP, True, tuple(map(Decimal, own)), tuple(map(Decimal, own))) for own in measures]
    standing = _standing(places)
    return [standing.rank(place) for place in places]


def _standing(places: list[Candidate]) -> RankedGroup:
    standings = Standings()
    standings.places["rank", ""] = {str(number): place for number, place in enumerate(places)}
    standings.close_ranking(("rank", ""))
    return standings.groups["rank", ""][GROUP]


def test_equal_by_all_has_one_rank_and_the_next_is_skipped() -> None:
    assert ranks((90, 80), (90, 85), (85, 70), (85, 70), (70, 90)) == [2, 1, 3, 3, 5]


def test_an_open_value_opens_its_own_rank_and_that_of_those_whom_it_may_pass() -> None:
    ends = [(90, 90), (68, 70), (69, 69), (60, 60), (75, 75)]
    places = [Candidate(GROUP, True, (Decimal(low),), (Decimal(high),)) for low, high in ends]
    standing = _standing(places)
    assert [standing.rank(place) for place in places] == [
        1, v.interval(Decimal(3), Decimal(4)), v.interval(Decimal(3), Decimal(4)), 5, 2,
    ]  # fmt: skip


def test_who_could_not_be_worked_out_may_be_anywhere() -> None:
    places = [
        Candidate(GROUP, True, (Decimal(5),), (Decimal(5),)),
        Candidate(GROUP, v.OPEN, *unknown(1), doubt=True),
        Candidate(v.OPEN, v.OPEN, *unknown(1), doubt=True),
    ]
    standing = _standing(places)
    assert standing.rank(places[0]) == v.interval(Decimal(1), Decimal(3))
    assert standing.ranked == v.interval(Decimal(1), Decimal(3))
    assert standing.all == v.interval(Decimal(2), Decimal(3))


_ENDS = st.tuples(st.integers(0, 2), st.integers(0, 2)).map(sorted)
_PLACES = st.lists(st.tuples(_ENDS, _ENDS, st.sampled_from([True, v.OPEN])), min_size=1, max_size=4)


@settings(max_examples=200, deadline=None)
@given(_PLACES)
def test_a_rank_reaches_from_the_best_to_the_worst_that_is_possible(
    people: list[tuple[list[int], list[int], v.Answer]],
) -> None:
    """Every world is gone through: each value in its range, who may be ranked or not."""
    places = [
        Candidate(GROUP, ranked, (Decimal(one[0]), Decimal(tie[0])), (Decimal(one[1]), Decimal(tie[1])))
        for one, tie, ranked in people
    ]  # fmt: skip
    standing = _standing(places)
    choices = [
        [None] * (ranked is v.OPEN) + list(product(range(one[0], one[1] + 1), range(tie[0], tie[1] + 1)))
        for one, tie, ranked in people
    ]
    seen: list[set[int]] = [set() for _ in people]
    for world in product(*choices):
        for number, own in enumerate(world):
            if own is not None:
                seen[number].add(1 + sum(other is not None and other > own for other in world))
    for place, found in zip(places, seen, strict=True):
        rank = standing.rank(place)
        assert (v.low(rank), v.high(rank)) == (Decimal(min(found)), Decimal(max(found)))


@pytest.mark.parametrize(("shares", "most"), [("down", 0), ("half", 1), ("up", 1)])
def test_a_share_of_nineteen(shares: str, most: int) -> None:
    assert v.quotient(Decimal("0.95"), Decimal(1), shares, Decimal(1)) == most
