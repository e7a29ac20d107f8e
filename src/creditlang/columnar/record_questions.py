"""Queries over a student's records that ask each record alone: how many, whether any, sums, the highest."""

from typing import TYPE_CHECKING, Final

import numpy as np

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.entry_columns import LIVE, VOID
from creditlang.core import expressions as e
from creditlang.ledger import Period

if TYPE_CHECKING:
    from creditlang.columnar.student_values import Students

_FURTHEST: Final = 2**62


def looked_at(students: "Students", x: e.Query, kind: str, period: Period | None) -> Numbers:
    """The places of the records that a query finds."""
    known, (judged, states) = students.known, students.judged[kind]
    places: Numbers = judged[(states == LIVE) | (states == VOID) if x.level == "even void" else states == LIVE]
    if period is not None and not x.scopes:
        names = known.calendar.names if period.kind == "semester" else known.calendar.years
        numbers = known.calendar.periods(period.kind, known.cohort.days[places], known.cohort.semesters[places])
        places = places[numbers == names.index(period.key)]
    if x.where is not None:
        places = places[known.table(x.where, kind, True).true(places, students.odd)]
    return places


def answers(students: "Students", x: e.Query, kind: str, period: Period | None) -> tuple[Numbers, Numbers, int]:
    """The answer for each student, who has one, and its decimals."""
    known, places = students.known, looked_at(students, x, kind, period)
    owners = known.cohort.owners[places] - students.first
    count = np.bincount(owners, minlength=students.size)
    everybody = np.ones(students.size, bool)
    if x.function == "any":
        return count > 0, everybody, 0
    if x.function == "count" or x.value is None:
        return count, everybody, 0
    amounts = known.table(x.value, kind).amounts(places, students.odd)
    if x.function == "total":
        sums = np.zeros(students.size, np.int64)
        np.add.at(sums, owners, amounts)
        return sums, everybody, known.decimals
    found = np.full(students.size, -_FURTHEST if x.function == "highest" else _FURTHEST, np.int64)
    (np.maximum if x.function == "highest" else np.minimum).at(found, owners, amounts)
    return np.where(count > 0, found, 0), count > 0, known.decimals
