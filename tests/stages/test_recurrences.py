"""Nodes that read their own earlier periods are put together, and only those."""

from graphlib import CycleError

import pytest

from creditlang.core.recurrences import in_order_of_time


def test_what_reads_its_earlier_self_stands_alone_as_a_recurrence() -> None:
    """What it reads comes before it, what reads it after."""
    found = in_order_of_time({"tier": {"miles"}, "status": {"tier"}}, {"tier": {"tier"}})
    assert found == [(("miles",), False), (("tier",), True), (("status",), False)]


def test_a_circle_through_time_holds_all_between_in_the_order_of_one_period() -> None:
    """Hours are read by it and stand outside."""
    after = {"carried": {"hours", "carried_in"}, "carried_in": set(), "enough": {"carried_in", "hours"}}
    found = in_order_of_time(after, {"carried_in": {"carried"}})
    assert (("carried_in", "carried"), True) in found
    assert found.index((("hours",), False)) < found.index((("carried_in", "carried"), True))
    assert found.index((("carried_in", "carried"), True)) < found.index((("enough",), False))


def test_an_earlier_period_of_what_does_not_read_back_is_a_plain_order() -> None:
    """Nothing hangs together."""
    found = in_order_of_time({"rise": {"score"}}, {"rise": {"score"}})
    assert found == [(("score",), False), (("rise",), False)]


def test_two_recurrences_that_share_a_node_are_one() -> None:
    """All of them are worked out in each period before the next."""
    found = in_order_of_time({"b": {"a"}, "c": {"a"}}, {"a": {"b", "c"}})
    assert len(found) == 1
    assert set(found[0][0]) == {"a", "b", "c"}
    assert found[0][0][0] == "a"


def test_a_circle_in_the_same_period_has_no_order() -> None:
    """An edge to an earlier period beside it does not help."""
    with pytest.raises(CycleError):
        in_order_of_time({"a": {"b"}, "b": {"a"}}, {"a": {"b"}})


def test_a_long_chain_takes_no_depth() -> None:
    """Ten thousand nodes in a row, the first of which reads the last of an earlier period."""
    count = 10_000
    after = {number: {number - 1} for number in range(1, count)}
    found = in_order_of_time(after, {0: {count - 1}})
    assert found == [(tuple(range(count)), True)]
