"""The calendar as arrays: the semester of a day, and the period of a kind in which a record falls, by number."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

import numpy as np

from creditlang.core.operators import CalendarData
from creditlang.interpreter.calendar_days import SchoolCalendar

Numbers = np.ndarray[Any, np.dtype[Any]]
"""One-dimensional: positions and codes as whole numbers, days as ordinals, amounts as int64."""
_LAST: Final = date.max.toordinal()
_EPOCH: Final = date(1970, 1, 1).toordinal()


class CodedCalendar:
    """Semesters by number, from 1 in the order of the calendar; 0 is none."""

    def __init__(self, data: CalendarData) -> None:
        """`data` as the policy has it."""
        self.plain = calendar = SchoolCalendar(data)
        self.semesters = calendar.semesters
        self.names = ["", *calendar.by_name]
        spans = [
            (start.toordinal(), end.toordinal()) for start, end in zip(calendar.starts, calendar.ends, strict=True)
        ]
        self._first_day = min((start for start, _ in spans), default=0)
        self._by_day = np.zeros(max((end for _, end in spans), default=0) - self._first_day + 1, np.int32)
        for number, (start, end) in enumerate(spans, 1):
            self._by_day[start - self._first_day :] = 0
            self._by_day[start - self._first_day : end - self._first_day] = number
        self.last_days = np.array([_LAST, *(day.toordinal() for day in calendar.last_days.values())], np.int32)
        self.years = ["", *dict.fromkeys(map(calendar.academic_year, calendar.by_name))]
        self.year_of = np.array([0, *(self.years.index(calendar.academic_year(x)) for x in calendar.by_name)], np.int32)

    def of_days(self, days: Numbers) -> Numbers:
        """The semester in which each day lies, 0 outside of all."""
        found: Numbers = self._by_day[np.clip(days - self._first_day, -1, len(self._by_day) - 1)]
        return found

    def periods(self, kind: str, days: Numbers, semesters: Numbers) -> Numbers:
        """A number for the period of a built-in kind in which each record falls, 0 where that is not known."""
        if kind == "semester":
            return semesters
        if kind == "year":
            found: Numbers = self.year_of[semesters]
            return found
        return np.where(days > 0, _BY_DAY[kind](days.astype(np.int64), semesters.astype(np.int64)), 0)

    def key(self, kind: str, day: int, semester: int) -> str:
        """What a period of a built-in kind is called, by any day and semester of a record in it."""
        on = date.fromordinal(day) if day else None
        return self.plain.period_key(kind, on, self.names[semester] or None) or ""


def _months(days: Numbers) -> Numbers:
    found: Numbers = (days - _EPOCH).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return found + 12 * 1970


_BY_DAY: Final[Mapping[str, Callable[[Numbers, Numbers], Numbers]]] = {
    "day": lambda days, semesters: days,
    "week": lambda days, semesters: ((days - 1) // 7 + 1) * 4096 + semesters,
    "month": lambda days, semesters: _months(days),
    "quarter": lambda days, semesters: _months(days) // 3,
    "calendar year": lambda days, semesters: _months(days) // 12,
}
