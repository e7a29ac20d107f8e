"""The calendar keeps its promises."""

from creditlang_campus import SchoolHolidays

from creditlang.plugin import Calendar
from creditlang.testing import CalendarContract


class TestCalendar(CalendarContract):
    def make(self) -> Calendar:
        return SchoolHolidays()
