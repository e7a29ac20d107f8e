"""What hangs on a fact of which it is open whether it has a value is open too, and holds all that decisions make."""

from decimal import Decimal
from typing import Any

import pytest

import creditlang
from creditlang.values import OPEN, Interval

POLICY = creditlang.load("""
calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    semester 2024-2025-2 from 2025-02-17 teaching until 2025-07-04
unit point
record act
    item: item
    on: date
    decided: number, optional
    size: number, optional
record enrolment marks enrolment
    term: semester
category talks in point from act
    item talk: 0 to 2 as decided in decided
fact going_on per semester
    first that applies
    going_on of previous semester + 1 when going_on of previous semester is present
    1.7 when talks = 0.25
fact given: 1.7 when talks = 0.25
fact empty
    first that applies
    latest(size of act where size is present) when talks >= 1
    3 otherwise
credit by_presence per semester in point
    given when given is present
    2 otherwise
credit by_value per semester in point
    given + 1 when talks >= 0.25
    at most 5
""")
TERMS = ("2024-2025-1", "2024-2025-2")
ACCOUNTS = [(name, term) for name in ("by_presence", "by_value") for term in TERMS]
FACTS = [("going_on", term) for term in TERMS] + [("given", ""), ("empty", "")]


def found(decided: str | None) -> tuple[dict[Any, Any], dict[Any, Any]]:
    act = {"item": "talk", "on": "2024-10-23", **({"decided": decided} if decided else {})}
    ledger = POLICY.evaluate({}, {"act": [act], "enrolment": [{"term": term} for term in TERMS]}).ledger
    accounts = {(line.account, line.period): line.amount for line in ledger.accounts}
    facts = {(line.fact, line.period): line.value for line in ledger.facts}
    return {place: accounts.get(place, Decimal(0)) for place in ACCOUNTS}, {place: facts.get(place) for place in FACTS}


@pytest.mark.parametrize("decided", ["0", "0.25", "1", "2"])
def test_what_is_open_holds_what_is_decided(decided: str) -> None:
    open_accounts, open_facts = found(None)
    accounts, facts = found(decided)
    for place, amount in accounts.items():
        shown = open_accounts[place]
        low, high = (shown.low, shown.high) if isinstance(shown, Interval) else (shown, shown)
        assert low <= amount <= high, place
    for place, value in facts.items():
        assert open_facts[place] in (value, OPEN), place
