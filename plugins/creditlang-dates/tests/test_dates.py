"""The functions keep their promises, and count as people do."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest
from creditlang_dates import creditlang_functions, days_between, full_months, full_years

from creditlang.plugin import Exact, Function
from creditlang.testing import FunctionContract

PAIRS = ((date(2024, 1, 31), date(2024, 2, 29)), (date(2024, 9, 2), date(2025, 1, 17)), (date(2025, 1, 1), date.min))


class TestDates(FunctionContract):
    def functions(self) -> Mapping[str, Function]:
        return creditlang_functions()

    def arguments(self, name: str) -> Sequence[tuple[Exact, ...]]:
        return PAIRS


@pytest.mark.parametrize(
    ("start", "end", "months", "years", "days"),
    [
        ("2024-01-31", "2024-02-28", 0, 0, 28),
        ("2024-01-31", "2024-02-29", 1, 0, 29),
        ("2023-01-31", "2023-02-28", 1, 0, 28),
        ("2024-03-01", "2024-08-31", 5, 0, 183),
        ("2024-03-01", "2024-09-01", 6, 0, 184),
        ("2006-02-28", "2024-02-27", 215, 17, 6573),
        ("2006-02-28", "2024-02-28", 216, 18, 6574),
        ("2024-09-01", "2024-03-01", -6, 0, -184),
    ],
)
def test_counting(start: str, end: str, months: int, years: int, days: int) -> None:
    one, two = date.fromisoformat(start), date.fromisoformat(end)
    assert (full_months(one, two), full_years(one, two), days_between(one, two)) == (
        Decimal(months),
        Decimal(years),
        Decimal(days),
    )
