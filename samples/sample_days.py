"""School days of 2022 to 2028: semesters, holidays, made-up working days, as in `common/calendar.credit`.

A copy on purpose: the data must not change with the policy that judges it.
"""

from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Final

from attrs import frozen

Semester = tuple[str, date, date]
"""Name, first day (a Monday), last teaching day."""

SEMESTERS: Final[tuple[Semester, ...]] = (
    ("2022-2023-1", date(2022, 8, 29), date(2023, 1, 13)),
    ("2022-2023-2", date(2023, 2, 13), date(2023, 6, 30)),
    ("2023-2024-1", date(2023, 9, 4), date(2024, 1, 19)),
    ("2023-2024-2", date(2024, 2, 26), date(2024, 7, 5)),
    ("2024-2025-1", date(2024, 9, 2), date(2025, 1, 17)),
    ("2024-2025-2", date(2025, 2, 17), date(2025, 7, 4)),
    ("2025-2026-1", date(2025, 9, 1), date(2026, 1, 16)),
    ("2025-2026-2", date(2026, 3, 2), date(2026, 7, 10)),
    ("2026-2027-1", date(2026, 8, 31), date(2027, 1, 15)),
    ("2026-2027-2", date(2027, 2, 22), date(2027, 7, 9)),
    ("2027-2028-1", date(2027, 8, 30), date(2028, 1, 14)),
    ("2027-2028-2", date(2028, 2, 21), date(2028, 7, 7)),
)

_HOLIDAYS: Final = (
    ("2022-09-10", 3), ("2022-10-01", 7), ("2022-12-31", 3), ("2023-04-05", 1), ("2023-04-29", 5), ("2023-06-22", 3),
    ("2023-09-29", 8), ("2023-12-30", 3), ("2024-04-04", 3), ("2024-05-01", 5), ("2024-06-08", 3), ("2024-09-15", 3),
    ("2024-10-01", 7), ("2025-01-01", 1), ("2025-04-04", 3), ("2025-05-01", 5), ("2025-05-31", 3), ("2025-10-01", 8),
    ("2026-01-01", 3), ("2026-04-04", 3), ("2026-05-01", 5), ("2026-06-19", 3), ("2026-09-25", 3), ("2026-10-01", 7),
    ("2027-01-01", 1), ("2027-04-05", 1), ("2027-05-01", 2), ("2027-10-01", 3),
)  # fmt: skip
"""First day and number of days; those in vacations are left out."""

_MADE_UP: Final = (
    "2022-10-08", "2022-10-09", "2023-04-23", "2023-05-06", "2023-06-25", "2023-10-07", "2023-10-08", "2024-04-07",
    "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-05-09", "2026-09-20", "2026-10-10",
)  # fmt: skip

HOLIDAYS: Final = frozenset(date.fromisoformat(first) + timedelta(n) for first, days in _HOLIDAYS for n in range(days))
MADE_UP: Final = frozenset(map(date.fromisoformat, _MADE_UP))


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


@frozen
class Calendar:
    """Some semesters in a row. A semester is its position among them."""

    semesters: tuple[Semester, ...]

    def day(self, semester: int, week: int, weekday: int = 0) -> date:
        """A day of a teaching week, Monday being 0; instead of a holiday the first day after it."""
        found = self.semesters[semester][1] + timedelta((week - 1) * 7 + weekday)
        while found in HOLIDAYS:
            found += timedelta(1)
        return found

    def some_day(
        self, chance: Random, semester: int, weeks: tuple[int, int], weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    ) -> date:
        """A day of these weeks and weekdays that is no holiday."""
        while True:
            week, weekday = chance.randrange(weeks[0], weeks[1] + 1), chance.choice(weekdays)
            found = self.day(semester, week, weekday)
            if found.weekday() == weekday:
                return found

    def week_days(self, semester: int, week: int) -> set[date]:
        """The seven days of a teaching week."""
        return {self.semesters[semester][1] + timedelta((week - 1) * 7 + weekday) for weekday in range(7)}
