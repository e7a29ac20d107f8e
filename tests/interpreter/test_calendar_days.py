"""Working days are counted without walking over them; here they are walked over."""

import random
from datetime import date, timedelta

import pytest

from creditlang.core.operators import CalendarData
from creditlang.interpreter.calendar_days import SchoolCalendar

FIRST = date(2024, 1, 1)
DAY = timedelta(1)


def some_days(source: random.Random, most: int) -> frozenset[str]:
    return frozenset((FIRST + timedelta(source.randrange(60))).isoformat() for _ in range(source.randrange(most)))


@pytest.mark.parametrize("seed", range(100))
def test_working_days_are_those_that_a_walk_finds(seed: int) -> None:
    source = random.Random(seed)
    calendar = SchoolCalendar(CalendarData((), some_days(source, 30), some_days(source, 10)))
    start = FIRST + timedelta(source.randrange(-20, 80))
    for count in (0, 1, -1, 2, -2, source.randrange(-60, 60)):
        day, left = start, abs(count)
        while left > 0:
            day += DAY if count > 0 else -DAY
            left -= calendar.is_working_day(day)
        assert calendar.later(start, count, "working days") == day
        between = sum(calendar.is_working_day(min(start, day) + number * DAY) for number in
                      range(1, abs((day - start).days) + 1))  # fmt: skip
        assert calendar.working_days(start, day) == (between if start <= day else -between)


def test_beyond_all_days_is_the_last_or_first() -> None:
    calendar = SchoolCalendar(CalendarData(()))
    assert calendar.later(date.max - DAY, 9, "working days") == date.max
    assert calendar.later(date.min + DAY, -9, "working days") == date.min
    assert calendar.later(FIRST, 10**30, "working days") == date.max
    assert calendar.working_days(date.min, date.max) == 5 * (date.max.toordinal() // 7) + 4
