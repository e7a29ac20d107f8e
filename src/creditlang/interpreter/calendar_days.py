"""The calendar at work: which period a date falls in, working days, teaching weeks, months.

A semester runs from its first day to the day before the next one's, so a vacation belongs to the semester before it. A
week runs from Monday to Sunday and is cut where its semester is. Months end on their last day: one month after the 31st
is the last day of a shorter month.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from creditlang.core.operators import OF_THE_CALENDAR, CalendarData, Semester
from creditlang.words import WEEKDAYS

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
        weekends = {day for day in self.made_up if day.weekday() >= _SATURDAY}
        off = {day for day in self.days_off - self.made_up if day.weekday() < _SATURDAY}
        self._unlike = sorted(day.toordinal() for day in weekends | off)
        """The days that are not what their weekday says; and how many more working days there are by each."""
        self._more = [0, *accumulate(1 if date.fromordinal(day) in weekends else -1 for day in self._unlike)]
        self._known: dict[date, Semester | None] = {}
        self._keys_until: dict[tuple[str, str, date], tuple[str, ...]] = {}
        self._spans: dict[tuple[str, str], tuple[date, date, date] | None] = {}

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
            return self.academic_year(semester) if semester else None
        if day is None:
            return None
        if period == "week":
            return f"{semester}/{(day - timedelta(day.weekday())).isoformat()}"
        if period == "month":
            return day.isoformat()[:7]
        if period == "quarter":
            return f"{day.year:04}-Q{(day.month + 2) // 3}"
        return day.isoformat() if period == "day" else f"{day.year:04}"

    def key_of_day(self, period: str, day: date) -> str | None:
        """What names the period that holds a day; None for a period of the calendar outside it."""
        semester = self.semester_of(day)
        if period in OF_THE_CALENDAR and semester is None:
            return None
        return self.period_key(period, day, semester.name if semester else None)

    def keys_until(self, period: str, semester: str, day: date) -> tuple[str, ...]:
        """What names the periods that hold the days of a semester up to a day, in order."""
        known = (period, semester, day)
        if known not in self._keys_until:
            inside = days(self.first_days[semester], min(self.last_days[semester], day))
            keys = (self.period_key(period, each, semester) or "" for each in inside)
            self._keys_until[known] = tuple(dict.fromkeys(keys))
        return self._keys_until[known]

    def span(self, period: str, key: str) -> tuple[date, date, date] | None:
        """The first and last day of a named period, and the day after which it has ended; None if there is none such.

        A vacation belongs to the semester before it, which has ended before, with its last teaching day.
        """
        if (period, key) not in self._spans:
            self._spans[period, key] = self._span(period, key)
        return self._spans[period, key]

    def _span(self, period: str, key: str) -> tuple[date, date, date] | None:
        if period in ("semester", "year"):
            inside = [name for name in self.by_name if key in (name, self.academic_year(name))]
            if not inside:
                return None
            return self.first_days[inside[0]], self.last_days[inside[-1]], self.teaching[inside[-1]]
        try:
            first, last = self._days_of(period, key)
        except ValueError:
            return None
        return first, last, last

    def _days_of(self, period: str, key: str) -> tuple[date, date]:
        if period == "week":
            semester, _, monday = key.rpartition("/")
            first = date.fromisoformat(monday)
            last = first + timedelta(_WEEK - 1)
            if semester in self.by_name:  # a week is cut where its semester is
                first, last = max(first, self.first_days[semester]), min(last, self.last_days[semester])
            return first, last
        if period == "day":
            return date.fromisoformat(key), date.fromisoformat(key)
        year, _, rest = key.partition("-")
        if period == "quarter":
            number = int(rest.removeprefix("Q"))
            return date(int(year), number * 3 - 2, 1), _month_end(int(year), number * 3)
        if period == "month":
            return date(int(year), int(rest), 1), _month_end(int(year), int(rest))
        return date(int(year), 1, 1), date(int(year), 12, 31)

    def academic_year(self, semester: str) -> str:
        """The academic year of a semester: 2024-2025-1, if no calendar says otherwise, belongs to 2024-2025."""
        known = self.by_name.get(semester)
        return known.year if known is not None else semester.rpartition("-")[0]

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
            if not count:
                return start
            first = start.toordinal() - (count < 0)
            wanted, most = self._working_until(first) + count + (count < 0), 2 * (abs(count) + len(self._unlike)) + 3
            near = range(first + 1, first + most) if count > 0 else range(first - most, first + 1)
            return date.fromordinal(near[0] + bisect_left(near, wanted, key=self._working_until))
        if unit in ("days", "weeks"):
            return start + timedelta(count * (_WEEK if unit == "weeks" else 1))
        return add_months(start, count * (12 if unit == "years" else 1))

    def full(self, start: date, end: date, unit: str) -> int:
        """How many full months or years lie between two days; none if the second is earlier."""
        size = 12 if unit == "years" else 1
        count = max(0, (end.year - start.year) * 12 + end.month - start.month) // size
        return count if not count or self.later(start, count, unit) <= end else count - 1

    def working_days(self, start: date, end: date) -> int:
        """How many working days lie after one day and up to another; below zero if that is earlier."""
        return self._working_until(end.toordinal()) - self._working_until(start.toordinal())

    def _working_until(self, day: int) -> int:
        """How many working days there are up to a day, by its number; day 1 is a Monday."""
        weeks, rest = divmod(day, _WEEK)
        return weeks * _SATURDAY + min(rest, _SATURDAY) + self._more[bisect_right(self._unlike, day)]

    def distance(self, what: str, start: date, end: date) -> Decimal | bool | str | None:
        """What lies between two days, or what the second is; None outside the calendar where that is asked."""
        match what:
            case "days":
                return Decimal((end - start).days)
            case "working days":
                return Decimal(self.working_days(start, end))
            case "weeks":
                return Decimal(max(0, (end - start).days // _WEEK))
            case "working day":
                return self.is_working_day(end)
            case "holiday":
                return end in self.days_off
            case "weekday":
                return tuple(WEEKDAYS)[end.weekday()]
            case "teaching week":
                week = self.teaching_week(end)
                return Decimal(week) if week is not None else None
        return Decimal(self.full(start, end, what))

    def teaching_week(self, day: date) -> int | None:
        """The number of the week that a date falls in, the semester's first week being 1."""
        semester = self.semester_of(day)
        if semester is None:
            return None
        first = self.first_days[semester.name]
        return (day - (first - timedelta(first.weekday()))).days // _WEEK + 1

    def boundary(self, which: str, period: str, day: date | None, semester: str | None) -> date | None:
        """The first or last day of the record's period; of a semester, its first and last teaching day."""
        if period == "semester":
            if semester is None or semester not in self.by_name:
                return None
            return self.first_days[semester] if which == "start" else self.teaching[semester]
        if period == "year":
            found = self.span("year", self.academic_year(semester)) if semester else None
            return None if found is None else found[0] if which == "start" else found[2]
        if day is None:
            return None
        if period == "week":
            monday = day - timedelta(day.weekday())
            return monday if which == "start" else monday + timedelta(_WEEK - 1)
        return self._days_of(period, self.period_key(period, day, semester) or "")[which == "end"]


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


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
