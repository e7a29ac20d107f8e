"""The semesters of the Hengyang sample, 2024 to 2027. Everywhere else a semester is its position among them."""

from typing import Final

from samples.sample_days import SEMESTERS as ALL_SEMESTERS
from samples.sample_days import Calendar, working_days_after

SEMESTERS: Final = ALL_SEMESTERS[4:10]

_CALENDAR: Final = Calendar(SEMESTERS)
day: Final = _CALENDAR.day
some_day: Final = _CALENDAR.some_day
week_days: Final = _CALENDAR.week_days

__all__ = ["SEMESTERS", "day", "some_day", "week_days", "working_days_after"]
