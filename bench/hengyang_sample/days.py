"""School days of 2024 to 2027: semesters, holidays, made-up working days, as in `common/calendar.credit`.

A copy on purpose: the data must not change with the policy that judges it.
"""

from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Final

SEMESTERS: Final = (
    ("2024-2025-1", date(2024, 9, 2), date(2025, 1, 17)),
    ("2024-2025-2", date(2025, 2, 17), date(2025, 7, 4)),
    ("2025-2026-1", date(2025, 9, 1), date(2026, 1, 16)),
    ("2025-2026-2", date(2026, 3, 2), date(2026, 7, 10)),
    ("2026-2027-1", date(2026, 8, 31), date(2027, 1, 15)),
    ("2026-2027-2", date(2027, 2, 22), date(2027, 7, 9)),
)
"""Name, first day (a Monday), last teaching day. Everywhere else a semester is its position here."""

_HOLIDAYS: Final = (
    ("2024-09-15", 3), ("2024-10-01", 7), ("2025-01-01", 1), ("2025-04-04", 3), ("2025-05-01", 5), ("2025-05-31", 3),
    ("2025-10-01", 8), ("2026-01-01", 3), ("2026-04-04", 3), ("2026-05-01", 5), ("2026-06-19", 3), ("2026-09-25", 3),
    ("2026-10-01", 7), ("2027-01-01", 1), ("2027-04-05", 1), ("2027-05-01", 2),
)  # fmt: skip
_MADE_UP: Final = (
    "2024-09-14", "2024-09-29", "2024-10-12", "2025-04-27", "2025-09-28", "2025-10-11", "2026-01-04", "2026-05-09",
    "2026-09-20", "2026-10-10",
)  # fmt: skip

HOLIDAYS: Final = frozenset(date.fromisoformat(first) + timedelta(n) for first, days in _HOLIDAYS for n in range(days))
MADE_UP: Final = frozenset(map(date.fromisoformat, _MADE_UP))


def day(semester: int, week: int, weekday: int = 0) -> date:
    """A day of a teaching week, Monday being 0; instead of a holiday the first day after it."""
    found = SEMESTERS[semester][1] + timedelta((week - 1) * 7 + weekday)
    while found in HOLIDAYS:
        found += timedelta(1)
    return found


@cache
def is_working_day(on: date) -> bool:
    """Monday to Friday without holidays, and the days made up for them."""
    return on in MADE_UP or (on.weekday() < 5 and on not in HOLIDAYS)


@cache
def working_days_after(on: date, count: int) -> date:
    """The day `count` working days later."""
    while count > 0:
        on += timedelta(1)
        count -= is_working_day(on)
    return on


def some_day(
    chance: Random, semester: int, weeks: tuple[int, int], weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
) -> date:
    """A day of these weeks and weekdays that is no holiday."""
    while True:
        week, weekday = chance.randrange(weeks[0], weeks[1] + 1), chance.choice(weekdays)
        found = day(semester, week, weekday)
        if found.weekday() == weekday:
            return found


def week_days(semester: int, week: int) -> set[date]:
    """The seven days of a teaching week."""
    return {SEMESTERS[semester][1] + timedelta((week - 1) * 7 + weekday) for weekday in range(7)}
