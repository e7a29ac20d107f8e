"""Entries go only to accounts that add up their entries, in the same unit: anywhere else they would be lost."""

import pytest

import creditlang

POLICY = creditlang.load("""
unit point
unit hour
record act
    item : item
    into : account, optional
    then : account, optional
category walks in point from act
    item walk : 3 per event
    posts to into
account bank in point
score conduct in point
    starts at 80
category hours in hour
credit bonus in point
    2 otherwise
""")


def test_a_field_that_nothing_is_posted_by_names_any_account() -> None:
    for name in ("bank", "walks", "hours", "bonus", "conduct"):
        result = POLICY.evaluate({}, {"act": [{"item": "walk", "then": name}]})
        assert result.account("walks") == 3


@pytest.mark.parametrize(("name", "amount"), [("conduct", 83), ("walks", 3)])
def test_what_is_posted_is_in_the_account(name: str, amount: int) -> None:
    assert POLICY.evaluate({}, {"act": [{"item": "walk", "into": name}]}).account(name) == amount


@pytest.mark.parametrize("name", ["hours", "bonus", "bank"])
def test_nothing_is_posted_where_it_would_not_count(name: str) -> None:
    (record,) = POLICY.evaluate({}, {"act": [{"item": "walk", "into": name}]}).records
    assert (record.disposition, record.reason) == ("invalid", f"“{name}” is not a value of “into”.")
