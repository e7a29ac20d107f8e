"""What builds on its own earlier periods against a plain loop; and periods against a calendar that begins earlier."""

import random
import time
from datetime import date, timedelta
from decimal import Decimal

import pytest

from creditlang.driver import Compiled, compile_text
from creditlang.ledger import Record, StudentResult
from creditlang.one_student import OneStudent, StudentData

CARRIED = """
student
    joined_on : date
record course
    on    : date
    hours : number
unit hour
period cycle : {length} from joined_on
category hours_done per cycle in hour from course
    item any_course where hours > 0
        hours
        cap allowed per cycle
fact allowed per cycle
    50 when hours_done of previous cycle is missing
    60 when hours_done of previous cycle at least 40
    30 otherwise
fact carried_in per cycle
    carried of previous cycle when carried of previous cycle is present
    0 otherwise
fact carried per cycle
    the lower of (40, the higher of (0, hours_done + carried_in - 20))
require enough
    hours_done + carried_in at least 10 in each cycle
"""
STARTED = date(2020, 2, 29)


def compiled(text: str) -> Compiled:
    """A policy without errors."""
    found = compile_text(text, "policy.credit")
    assert not found.errors, [str(diagnostic) for diagnostic in found.errors]
    return found


def worked_out(policy: Compiled, as_of: date, courses: list[tuple[date, int]]) -> StudentResult:
    """The results of somebody who joined in 2020."""
    records = tuple(
        Record("course", f"r{number:05}", "s", {"on": on, "hours": Decimal(hours)}, on=on)
        for number, (on, hours) in enumerate(courses)
    )
    return OneStudent(policy.policy, as_of).result(StudentData("s", {"joined_on": STARTED}, records))


@pytest.mark.parametrize("seed", range(20))
def test_hours_carried_over_are_those_of_a_plain_loop(seed: int) -> None:
    """Each year's limit hangs on the year before, what is carried on all before."""
    chance = random.Random(seed)
    courses = [
        (STARTED + timedelta(chance.randrange(-100, 6 * 365)), chance.choice((1, 5, 20, 35)))
        for _ in range(chance.randrange(30))
    ]  # fmt: skip
    as_of = STARTED + timedelta(6 * 365 - 1)
    result = worked_out(compiled(CARRIED.format(length="12 months")), as_of, courses)
    begins = [STARTED, *(date(year, 2, 28) for year in (2021, 2022, 2023)), date(2024, 2, 29), date(2025, 2, 28)]
    carried, done, enough = 0, None, []
    for number, begin in enumerate(begins):
        end = begins[number + 1] if number + 1 < len(begins) else date.max
        if begin > as_of:
            break
        allowed = 50 if done is None else 60 if done >= 40 else 30
        done = min(allowed, sum(hours for on, hours in courses if begin <= on < end and on <= as_of))
        ended = end <= as_of
        enough.append("met" if done + carried >= 10 else "unmet" if ended else "open")
        carried = min(40, max(0, done + carried - 20))
        key = next(period.key for period in result.periods["cycle"] if period.first == begin)
        values = {line.fact: line.value for line in result.facts if line.period == key}
        assert (values["allowed"], values["carried"]) == (allowed, carried)
    expected = "unmet" if "unmet" in enough else "open" if "open" in enough else "met"
    assert result.requirements["enough"] == expected


def test_two_thousand_periods_cost_no_more_than_they_are() -> None:
    """Twice as many periods and records take about twice as long."""
    policy = compiled(CARRIED.format(length="1 days"))
    took = []
    for count in (450, 1800):
        courses = [(STARTED + timedelta(number), 5) for number in range(count)]
        start = time.process_time()
        result = worked_out(policy, STARTED + timedelta(count), courses)
        took.append(time.process_time() - start)
        assert len(result.periods["cycle"]) == count + 1
    assert took[1] < took[0] * 10


TERMS = """
calendar
    {earlier}semester 2023-2024-1 from 2023-09-04 teaching until 2024-01-12
    semester 2023-2024-2 from 2024-02-19 teaching until 2024-06-28
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    ends 2025-02-16
student
    joined_on : date
record course
    on    : date
    hours : number
unit hour
period own_year : calendar year from joined_on
category done per own_year in hour from course
    item any_course where hours > 0 : hours
category by_month per month in hour from course
    item same_course where hours > 0 : hours
require each_year
    in each own_year: done at least 20
fact lowest_year
    lowest of done
fact before per own_year
    done of previous own_year when done of previous own_year is present
    0 otherwise
"""


def test_a_calendar_that_begins_earlier_changes_nothing() -> None:
    """What is asked in each period begins with the day of one's own."""
    found = []
    for earlier in ("", "semester 2018-2019-1 from 2018-09-04 teaching until 2019-01-12\n    "):
        policy = compiled(TERMS.format(earlier=earlier))
        records = tuple(
            Record("course", f"r{year}", "s", {"on": date(year, 10, 1), "hours": Decimal(20)}, on=date(year, 10, 1))
            for year in (2023, 2024)
        )
        student = StudentData("s", {"joined_on": date(2023, 9, 10)}, records)
        result = OneStudent(policy.policy, date(2024, 12, 31)).result(student)
        found.append((result.requirements, result.facts, result.accounts))
    assert found[0] == found[1]
    assert found[0][0] == {"each_year": "met"}
