"""Queries over a student's records that ask each record alone: how many, whether any, sums, the highest."""

from typing import Final

import numpy as np

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.entry_columns import LIVE, VOID
from creditlang.columnar.line_tables import Known
from creditlang.columnar.student_columns import StudentColumn
from creditlang.core import expressions as e
from creditlang.ledger import Period

_FURTHEST: Final = 2**62


Judged = tuple[Numbers, Numbers]
"""The places of the records of a kind, and what its guards have made of them."""


def looked_at(known: Known, x: e.Query, judged: Judged, period: Period | None, odd: Numbers) -> Numbers:
    """The places of the records that a query finds."""
    assert isinstance(x.source, e.RecordsOf)
    given, states = judged
    places: Numbers = given[(states == LIVE) | (states == VOID) if x.level == "even void" else states == LIVE]
    if period is not None and not x.scopes:
        names = known.calendar.names if period.kind == "semester" else known.calendar.years
        numbers = known.calendar.periods(period.kind, known.cohort.days[places], known.cohort.semesters[places])
        places = places[numbers == names.index(period.key)]
    if x.where is not None:
        places = places[known.table(x.where, x.source.kind, True).true(places, odd)]
    return places


def answers(
    known: Known, x: e.Query, judged: Judged, period: Period | None, students: tuple[int, int], odd: Numbers
) -> StudentColumn:  # fmt: skip
    """The answer for each of some students, given by the first and how many."""
    assert isinstance(x.source, e.RecordsOf)
    places = looked_at(known, x, judged, period, odd)
    first, size = students
    owners = known.cohort.owners[places] - first
    count = np.bincount(owners, minlength=size)
    everybody = np.ones(size, bool)
    if x.function == "any":
        return StudentColumn(count > 0, everybody)
    if x.function == "count" or x.value is None:
        return StudentColumn(count, everybody)
    if x.function in ("first", "latest"):
        chosen = np.zeros(size, np.int64)
        at = slice(None, None, -1) if x.function == "first" else slice(None)
        chosen[owners[at]] = places[at]  # of several of a student, the last that is put there stays
        table = known.table(x.value, x.source.kind)
        there = np.flatnonzero(count)
        numbers = np.zeros(size, np.int64)
        numbers[there] = 1 + table.of(chosen[there], odd)
        return StudentColumn.of([None, *table.values], numbers)
    amounts = known.table(x.value, x.source.kind).amounts(places, odd)
    if x.function == "total":
        sums = np.zeros(size, np.int64)
        np.add.at(sums, owners, amounts)
        return StudentColumn(sums, everybody, known.decimals)
    found = np.full(size, -_FURTHEST if x.function == "highest" else _FURTHEST, np.int64)
    (np.maximum if x.function == "highest" else np.minimum).at(found, owners, amounts)
    return StudentColumn(np.where(count > 0, found, 0), count > 0, known.decimals)
