"""The calendar keeps its promises, and knows some days that everybody remembers."""

from datetime import date

import pytest

pytest.importorskip("chinese_calendar")

from creditlang_china_holidays import ChinaHolidays

from creditlang.plugin import Calendar
from creditlang.testing import CalendarContract


class TestChinaHolidays(CalendarContract):
    def make(self) -> Calendar:
        return ChinaHolidays()


def test_national_day_2024() -> None:
    days = {day.on: (day.working, day.label.zh) for day in ChinaHolidays().days(date(2024, 9, 28), date(2024, 10, 13))}
    assert days == {
        date(2024, 9, 29): (True, "国庆节"),
        **{date(2024, 10, day): (False, "国庆节") for day in (1, 2, 3, 4, 7)},
        date(2024, 10, 12): (True, "国庆节"),
    }
