"""No window of a rolling limit anywhere holds more than the limit, and nothing is cut that had room."""

import random
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

import pytest

from creditlang.driver import compile_text
from creditlang.interpreter import Interpreter, StudentData
from creditlang.ledger import Record

POLICY = """unit point
record deed
    item : item
    on : date
    n : number
category c in point from deed
    item help
        n per event
        {line}
"""


def months_later(day: date, months: int) -> date:
    """The same day of a later month, its last day where it is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def amounts(line: str, days: list[date], worth: list[int]) -> list[Decimal]:
    """What each deed counts, in order of the days."""
    compiled = compile_text(POLICY.format(line=line))
    assert not compiled.errors
    records = tuple(
        Record("deed", f"r{number:03}", "s", {"item": "help", "on": day, "n": Decimal(n)}, on=day)
        for number, (day, n) in enumerate(zip(days, worth, strict=True))
    )
    result = Interpreter(compiled.policy).evaluate(StudentData("s", {}, records))
    entries = sorted(result.entries, key=lambda entry: entry.record.order)
    return [entry.amount for entry in entries if isinstance(entry.amount, Decimal)]


@pytest.mark.parametrize("seed", range(40))
def test_rolling_limits(seed: int) -> None:
    source = random.Random(seed)
    months, limit = source.choice([1, 3, 12]), source.randint(3, 9)
    days = sorted(date(2024, 1, 1) + timedelta(source.randint(0, 900)) for _ in range(source.randint(2, 40)))
    worth = [source.randint(0, 5) for _ in days]
    counted = amounts(f"cap {limit} per any {months} months", days, worth)
    kept = amounts(f"at most {limit} events per any {months} months", days, worth)
    for place, day in enumerate(days):
        inside = [x for x in range(place) if months_later(days[x], months) > day]
        left = limit - sum(counted[x] for x in inside)
        assert left >= 0
        assert counted[place] == min(worth[place], left)
        has_room = sum(kept[x] > 0 for x in inside) < limit
        assert kept[place] == (worth[place] if has_room else 0)
