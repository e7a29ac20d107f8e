"""Records fall into the same period of a kind in columns as they do one by one."""

import random
from collections import defaultdict
from datetime import date

import numpy as np
import pytest

from creditlang.columnar.coded_periods import CodedCalendar
from creditlang.driver import compile_text

CALENDAR = """unit point
calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    semester 2024-2025-2 from 2025-02-17 teaching until 2025-07-04
    semester 2025-2026-1 from 2025-09-01 teaching until 2026-01-16
    ends 2026-02-15
"""


@pytest.mark.parametrize("kind", ["day", "week", "month", "quarter", "calendar year", "semester", "year"])
def test_numbers_of_periods_are_their_names(kind: str) -> None:
    coded = CodedCalendar(compile_text(CALENDAR).policy.calendar)
    first, last = date(2024, 9, 2).toordinal(), date(2026, 2, 14).toordinal()
    days = np.array(random.Random(kind).choices(range(first, last + 1), k=300), np.int32)
    semesters = coded.of_days(days)
    names: dict[int, set[str]] = defaultdict(set)
    for number, day, semester in zip(coded.periods(kind, days, semesters), days, semesters, strict=True):
        names[int(number)].add(coded.key(kind, int(day), int(semester)))
    assert all(len(each) == 1 for each in names.values())
    assert len(names) == len(set.union(*names.values())) > 1
