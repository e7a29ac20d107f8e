"""The public holidays of China and the working days made up for them, as the State Council announces them year by year.

The days come from the package `chinesecalendar`, which has a new release after each announcement.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from creditlang.diagnostics import Phrase
from creditlang.plugin import Calendar, CalendarFactory, Day, hookimpl

creditlang_hook_version = 1

_SATURDAY = 5
_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日",
}


class ChinaHolidays(Calendar):
    """Holidays of the mainland."""

    @property
    def known(self) -> tuple[date, date]:
        """The years of which the installed release of `chinesecalendar` knows."""
        from chinese_calendar.constants import holidays

        return date(min(holidays).year, 1, 1), date(max(holidays).year, 12, 31)

    def days(self, first: date, last: date) -> Iterable[Day]:
        """Holidays on weekdays, and weekends that are worked."""
        from chinese_calendar import get_holiday_detail, is_workday

        for offset in range((last - first).days + 1):
            day = first + timedelta(offset)
            works, is_weekend = is_workday(day), day.weekday() >= _SATURDAY
            if works == is_weekend:
                _, name = get_holiday_detail(day)
                label = Phrase(name or "", _NAMES.get(name or "", name or ""))
                yield Day(day, works, label)


@hookimpl
def creditlang_calendars() -> Mapping[str, CalendarFactory]:
    """`holiday from "china"`."""
    return {"china": ChinaHolidays}
