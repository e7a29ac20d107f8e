"""A student's own periods against their definition, day by day."""

from datetime import date, timedelta

import pytest

from creditlang.core import operators as o
from creditlang.core.expressions import Constant
from creditlang.interpreter.calendar_days import SchoolCalendar, add_months
from creditlang.interpreter.student_periods import MOST_PERIODS, StudentPeriods

SEMESTERS = o.CalendarData(
    (
        o.Semester("Fall 2024", ("fall",), "2024-2025", "2024-08-26", "2024-12-13", "2025-01-13"),
        o.Semester("Winter 2025", (), "2024-2025", "2025-01-13", "2025-01-24", "2025-01-27"),
        o.Semester("Spring 2025", (), "2024-2025", "2025-01-27", "2025-05-30", "2025-08-25"),
        o.Semester("Fall 2025", (), "2025-2026", "2025-08-25", "2025-12-12", "2026-01-12"),
    )
)


def kind(count: int = 12, unit: str = "months", own: str | None = None) -> o.PeriodKind:
    """A declared kind; its anchor is worked out elsewhere."""
    return o.PeriodKind("cycle", ("记分周期",), count, unit, own, Constant(date.min), None, "", None)  # type: ignore[arg-type]


def periods(
    of: o.PeriodKind, anchor: str, as_of: str, until: str | None = None, enrolled: tuple[str, ...] = ()
) -> StudentPeriods:
    """The periods of a student for whom a kind begins."""
    found = StudentPeriods(SchoolCalendar(SEMESTERS), date.fromisoformat(as_of), enrolled, {of.name: of})
    assert found.begin(of, date.fromisoformat(anchor), date.fromisoformat(until) if until else None) is None
    return found


def test_a_leap_day_stays_the_last_day_of_february() -> None:
    """Each end is counted from the anchor itself, not from the end before."""
    found = periods(kind(), "2024-02-29", "2028-03-01").begun("cycle")
    assert [str(period.first) for period in found] == [
        "2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"
    ]  # fmt: skip
    assert found[0].key == "2024-02-29/2025-02-27"


@pytest.mark.parametrize("anchor", ["2023-01-31", "2023-02-28", "2024-02-29", "2023-08-30", "2023-12-31"])
@pytest.mark.parametrize(
    ("count", "unit"), [(1, "months"), (5, "months"), (12, "months"), (36, "months"), (10, "days")]
)
def test_every_day_lies_in_the_period_that_the_definition_gives(anchor: str, count: int, unit: str) -> None:
    """Period k is [A + k·N, A + (k+1)·N)."""
    begins = date.fromisoformat(anchor)
    found = periods(kind(count, unit), anchor, "2028-12-31")
    starts = [
        add_months(begins, k * count) if unit == "months" else begins + timedelta(k * count) for k in range(600)
    ]  # fmt: skip
    for offset in range(-3, 1500):
        day = begins + timedelta(offset)
        expected = max((start for start in starts if start <= day), default=None)
        period = found.of_day("cycle", day)
        assert (period and period.first) == expected
        assert period is None or period.first <= day <= period.last
        assert period is None or found.called("cycle", period.key) == period


def test_the_calendars_own_years_begin_with_the_one_that_holds_the_anchor() -> None:
    """They are whole, and called what calendar years are called."""
    found = periods(kind(own="calendar year", count=0), "2023-07-01", "2025-06-30")
    assert [period.key for period in found.begun("cycle")] == ["2023", "2024", "2025"]
    assert found.of_day("cycle", date(2022, 12, 31)) is None
    assert found.key("cycle", date(2023, 1, 1), None) == "2023"
    assert [found.has_ended(period) for period in found.begun("cycle")] == [True, True, False]


def test_nothing_begins_after_the_last_day() -> None:
    """The period that holds the last day is cut at it."""
    found = periods(kind(), "2023-03-01", "2026-12-31", until="2024-08-31")
    assert [period.key for period in found.begun("cycle")] == ["2023-03-01/2024-02-29", "2024-03-01/2024-08-31"]
    assert found.outside("cycle", date(2024, 9, 1)) == "after the last cycle"
    assert found.outside("cycle", date(2023, 2, 28)) == "before the first cycle"
    assert found.outside("cycle", date(2024, 8, 31)) is None


def test_an_anchor_that_cannot_be_right_gives_no_periods() -> None:
    """More than two thousand of them, an end before the beginning, or a day outside the calendar."""
    of = kind(1, "days")
    found = StudentPeriods(SchoolCalendar(SEMESTERS), date(2025, 1, 1), (), {of.name: of})
    assert found.begin(of, date(2025, 1, 1) - timedelta(MOST_PERIODS - 1), None) is None
    assert "more than" in str(found.begin(of, date(2025, 1, 1) - timedelta(MOST_PERIODS), None))
    assert found.begun("cycle") == ()
    assert "before it begins" in str(found.begin(of, date(2024, 5, 1), date(2024, 4, 30)))
    assert "outside the calendar" in str(found.begin(kind(own="semester"), date(2020, 5, 1), None))


def test_a_beginning_in_the_future_has_begun_nothing() -> None:
    """It is no fault of the data."""
    found = periods(kind(), "2026-01-01", "2025-06-30")
    assert found.begun("cycle") == ()
    assert found.outside("cycle", date(2025, 6, 1)) == "before the first cycle"


def test_terms_belong_to_the_academic_year_that_is_written_beside_them() -> None:
    """Three terms in a year, found by their names; a vacation belongs to the term before it."""
    found = periods(kind(), "2024-09-01", "2025-09-30", enrolled=("Fall 2024", "Spring 2025", "Fall 2025"))
    assert found.around("semester", "Winter 2025", "year") == "2024-2025"
    assert [period.key for period in found.begun("year")] == ["2024-2025", "2025-2026"]
    assert found.begun("year")[0].closes == date(2025, 5, 30)
    assert [found.has_ended(period) for period in found.begun("semester")] == [True, True, False]
    assert found.before("semester", "Fall 2025").key == "Spring 2025"  # type: ignore[union-attr]
    assert found.before("semester", "Spring 2025") is None, "in the winter term the student was away"
    assert found.before("year", "2025-2026").key == "2024-2025"  # type: ignore[union-attr]
    assert found.before("cycle", "2024-09-01/2025-08-31") is None


def test_quarters_months_and_days_are_those_of_enrolment() -> None:
    """They begin with the first day of the first semester of enrolment, and go no further than the as-of day."""
    found = periods(kind(), "2024-09-01", "2025-02-10", enrolled=("Fall 2024", "Spring 2025"))
    assert [period.key for period in found.begun("quarter")] == ["2024-Q3", "2024-Q4", "2025-Q1"]
    assert [period.key for period in found.begun("month")][:2] == ["2024-08", "2024-09"]
    assert found.around("month", "2024-12", "quarter") == "2024-Q4"
    assert found.begun("quarter")[1].last == date(2024, 12, 31)
    assert found.begun("day")[-1].first == date(2025, 2, 10)
