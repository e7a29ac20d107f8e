"""The holidays of a school."""

from collections.abc import Iterable, Mapping
from datetime import date

from creditlang.diagnostics import Phrase
from creditlang.plugin import Calendar, CalendarFactory, Day, hookimpl

creditlang_hook_version = 1

_DAYS = (Day(date(2025, 5, 9), False, Phrase("sports day", "运动会")),)


class SchoolHolidays(Calendar):
    """Days off that no public calendar knows."""

    known = (date(2025, 1, 1), date(2025, 12, 31))

    def days(self, first: date, last: date) -> Iterable[Day]:
        """Those between two dates."""
        return [day for day in _DAYS if first <= day.on <= last]


@hookimpl
def creditlang_calendars() -> Mapping[str, CalendarFactory]:
    """`holiday from "campus"`."""
    return {"campus": SchoolHolidays}
