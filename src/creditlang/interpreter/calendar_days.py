"""The calendar at work: which period a date falls in, working days, teaching weeks, months.

A semester runs from its first day to the day before the next one's, so a vacation belongs to the semester before it. A
week runs from Monday to Sunday and is cut where its semester is. Months end on their last day: one month after the 31st
is the last day of a shorter month.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from creditlang.core.operators import CalendarData, Semester

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK = 7
_SATURDAY = 5


class SchoolCalendar:
    """A calendar for looking things up."""

    def __init__(self, data: CalendarData) -> None:
        """`data` holds its semesters in order."""
        self.semesters = data.semesters
        self.by_name = {semester.name: semester for semester in data.semesters}
        self.starts = [date.fromisoformat(semester.start) for semester in data.semesters]
        self.ends = [date.fromisoformat(semester.end) for semester in data.semesters]
        self.teaching = {semester.name: date.fromisoformat(semester.teaching_until) for semester in data.semesters}
        self.last_days = {name: end - timedelta(1) for name, end in zip(self.by_name, self.ends, strict=True)}
        self.first_days = dict(zip(self.by_name, self.starts, strict=True))
        self.days_off = frozenset(map(date.fromisoformat, data.days_off))
        self.made_up = frozenset(map(date.fromisoformat, data.made_up))
        self._known: dict[date, Semester | None] = {}

    @property
    def last_day(self) -> date | None:
        """The last day of the calendar."""
        return self.ends[-1] - timedelta(1) if self.ends else None

    def semester_of(self, day: date) -> Semester | None:
        """The semester that a date falls in, or None outside of all."""
        if day in self._known:
            return self._known[day]
        position = bisect_right(self.starts, day) - 1
        found = self.semesters[position] if position >= 0 and day < self.ends[position] else None
        self._known[day] = found
        return found

    def period_key(self, period: str, day: date | None, semester: str | None) -> str | None:
        """What names a record's period: a semester's name, a Monday in it, a month, an academic or calendar year."""
        if period == "semester":
            return semester
        if period == "year":
            return academic_year(semester) if semester else None
        if day is None:
            return None
        if period == "week":
            return f"{semester}/{(day - timedelta(day.weekday())).isoformat()}"
        if period == "month":
            return day.isoformat()[:7]
        return day.isoformat() if period == "day" else str(day.year)

    def has_ended(self, semester: str, as_of: date | None) -> bool:
        """Whether a semester's last teaching day has passed; without a date every day is past."""
        if as_of is None or semester not in self.teaching:
            return True
        return self.teaching[semester] < as_of

    def has_begun(self, semester: str, as_of: date | None) -> bool:
        """Whether a semester's first day has come."""
        if as_of is None or semester not in self.first_days:
            return True
        return self.first_days[semester] <= as_of

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday without holidays, and the working days made up for them."""
        if day in self.made_up:
            return True
        return day.weekday() < _SATURDAY and day not in self.days_off

    def later(self, start: date, count: int, unit: str) -> date:
        """The day `count` working days, days, weeks, months or years after `start`, before it if below zero.

        Beyond the first or last day there is, that day.
        """
        try:
            return self._later(start, count, unit)
        except (OverflowError, ValueError):
            return date.max if count > 0 else date.min

    def _later(self, start: date, count: int, unit: str) -> date:
        if unit == "working days":
            day, one, left = start, timedelta(1 if count > 0 else -1), abs(count)
            while left > 0:
                day += one
                left -= self.is_working_day(day)
            return day
        if unit in ("days", "weeks"):
            return start + timedelta(count * (_WEEK if unit == "weeks" else 1))
        return add_months(start, count * (12 if unit == "years" else 1))

    def full(self, start: date, end: date, unit: str) -> int:
        """How many full months or years lie between two days; none if the second is earlier."""
        size = 12 if unit == "years" else 1
        count = max(0, (end.year - start.year) * 12 + end.month - start.month) // size
        return count if not count or self.later(start, count, unit) <= end else count - 1

    def teaching_week(self, day: date) -> int | None:
        """The number of the week that a date falls in, the semester's first week being 1."""
        semester = self.semester_of(day)
        if semester is None:
            return None
        first = self.first_days[semester.name]
        return (day - (first - timedelta(first.weekday()))).days // _WEEK + 1

    def last_day_of(self, period: str, key: str) -> date | None:
        """The last day of a period by its key, of a semester or year its last teaching day; None outside of all."""
        if period == "semester":
            return self.teaching.get(key)
        if period == "year":
            return self.boundary("end", period, None, f"{key}-")
        day = date.fromisoformat(
            {"month": f"{key}-01", "calendar year": f"{key}-01-01"}.get(period, key.rpartition("/")[2])
        )
        return day if period == "day" else self.boundary("end", period, day, None)

    def keys(self, period: str) -> list[str]:
        """The periods of a kind in the whole calendar, in order."""
        if period in ("semester", "year"):
            return list(dict.fromkeys(self.period_key(period, None, name) or "" for name in self.by_name))
        inside = ((day, name) for name in self.by_name for day in days(self.first_days[name], self.last_days[name]))
        return list(dict.fromkeys(self.period_key(period, day, name) or "" for day, name in inside))

    def boundary(self, which: str, period: str, day: date | None, semester: str | None) -> date | None:
        """The first or last day of the record's period; of a semester, its first and last teaching day."""
        if period == "semester":
            if semester is None or semester not in self.by_name:
                return None
            return self.first_days[semester] if which == "start" else self.teaching[semester]
        if period == "year":
            inside = [name for name in self.by_name if semester and academic_year(name) == academic_year(semester)]
            if not inside:
                return None
            return self.first_days[inside[0]] if which == "start" else self.teaching[inside[-1]]
        if day is None:
            return None
        if period == "week":
            monday = day - timedelta(day.weekday())
            return monday if which == "start" else monday + timedelta(_WEEK - 1)
        if period == "month":
            return day.replace(day=1 if which == "start" else monthrange(day.year, day.month)[1])
        return date(day.year, 1, 1) if which == "start" else date(day.year, 12, 31)


def academic_year(semester: str) -> str:
    """The academic year of a semester: 2024-2025-1 belongs to 2024-2025."""
    return semester.rsplit("-", 1)[0]


def add_months(start: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def day_of_month(day: date, number: int) -> date:
    """The numbered day of a date's month, or its last."""
    return day.replace(day=min(number, monthrange(day.year, day.month)[1]))


def days(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last."""
    for number in range((last - first).days + 1):
        yield first + timedelta(number)
