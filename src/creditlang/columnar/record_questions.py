"""Queries over a student's records that ask each record alone: how many, whether any, sums, the highest, the latest.

A condition may also ask whether there is another record with the same value of a field, or none.
"""

from collections.abc import Mapping
from functools import reduce
from typing import Any, Final

import numpy as np

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.entry_columns import LIVE, VOID
from creditlang.columnar.line_tables import Known
from creditlang.columnar.student_columns import StudentColumn
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references
from creditlang.interpreter.searches import way_of
from creditlang.ledger import Period
from creditlang.nodes import changed
from creditlang.plan.inputs import NotLocal, Reader

_FURTHEST: Final = 2**62


Judged = tuple[Numbers, Numbers]
"""The places of the records of a kind, and what its guards have made of them."""


def is_answered(x: e.Query, policy: o.Policy) -> bool:
    """Whether each record that a query looks at can be asked alone."""
    assert isinstance(x.source, e.RecordsOf)
    known = x.function in ("any", "count", "total", "highest", "lowest", "first", "latest")
    if not known or x.weight is not None or x.ranks is not None or x.distinct:
        return False
    if x.level not in ("plain", "even void") or any(not isinstance(scope, e.Whole) for scope in x.scopes):
        return False
    kind = policy.kinds[x.source.kind]
    numbers = {column.name for column in kind.columns if column.type.name == "number"}
    is_number = isinstance(x.value, e.Read) and x.value.what == "field" and x.value.name in numbers
    if x.function in ("highest", "lowest") and not is_number:
        return False
    alone, matches = apart(x.where)
    ways = [way_of(match) for match, _ in matches]
    for (match, _), way in zip(matches, ways, strict=True):
        itself = match.source == x.source and all(own == asking for own, asking in way.same)
        if not way.same or (way.other and not itself):
            return False
    inner = [(match.source.kind, way.rest) for (match, _), way in zip(matches, ways, strict=True)]  # type: ignore[union-attr]
    return all(
        _is_local(part, policy, name) for name, part in ((kind.name, alone), (kind.name, x.value), *inner)
    )  # fmt: skip


def kinds_asked(x: Any) -> set[str]:
    """The kinds of the records that something asks about, at any depth."""
    return {each.source.kind for each in references(x, e.Query) if isinstance(each.source, e.RecordsOf)}


def _is_local(part: e.Expression | None, policy: o.Policy, kind: str) -> bool:
    try:
        return part is None or not Reader(policy, policy.kinds[kind]).reads(part).asks
    except NotLocal:
        return False


def apart(where: e.Expression | None) -> tuple[e.Expression | None, list[tuple[e.Query, bool]]]:
    """What a condition asks of the record alone, and which others there have to be, or must not be."""
    parts = where.parts if isinstance(where, e.Logical) and where.operator == "and" else (where,)
    alone, matches = [], []
    for part in parts:
        inner = part.operand if isinstance(part, e.Not) else part
        if isinstance(inner, e.Query) and inner.function == "any" and _is_match(inner):
            matches.append((inner, inner is part))
        elif isinstance(part, e.Logical) and part.operator == "and":
            more, found = apart(part)
            alone += [more] if more is not None else []
            matches += found
        elif part is not None:
            alone.append(part)
    return (reduce(lambda one, two: e.Logical("and", (one, two)), alone) if alone else None), matches


def _is_match(x: e.Query) -> bool:
    simple = isinstance(x.source, e.RecordsOf) and x.level == "plain" and not x.scopes and not x.distinct
    return simple and not any(True for _ in references(x.where, e.Query))


def _matched(
    known: Known, kind: str, match: e.Query, judged: Mapping[str, Judged], period: Period | None, places: Numbers,
    odd: Numbers,
) -> Numbers:  # fmt: skip
    """For each of some records, whether its student has one such as is asked for."""
    assert isinstance(match.source, e.RecordsOf)
    way, cohort = way_of(match), known.cohort
    others = looked_at(known, changed(match, where=way.rest), judged, period, odd)
    count = len(places)
    keys = np.concatenate([cohort.owners[places], cohort.owners[others]]).astype(np.int64)
    there = np.ones(count, bool)
    for own, asking in way.same:
        values: dict[Any, int] = {None: 0}
        codes = []
        for name, field, some in ((kind, asking, places), (match.source.kind, own, others)):
            column = cohort.kinds[name].fields[field]
            alike = np.array([values.setdefault(value, len(values)) for value in column.values], np.int64)
            codes.append(alike[column.codes[some - cohort.kinds[name].first]])
        there &= codes[0] != 0
        keys = np.unique(keys * len(values) + np.concatenate(codes), return_inverse=True)[1]
    many = np.bincount(keys[count:], minlength=int(keys.max(initial=0)) + 1)[keys[:count]]
    found: Numbers = there & (many > (np.isin(places, others) if way.other else 0))
    return found


def looked_at(
    known: Known, x: e.Query, judged: Mapping[str, Judged], period: Period | None, odd: Numbers
) -> Numbers:  # fmt: skip
    """The places of the records that a query finds."""
    assert isinstance(x.source, e.RecordsOf)
    given, states = judged[x.source.kind]
    places: Numbers = given[(states == LIVE) | (states == VOID) if x.level == "even void" else states == LIVE]
    if period is not None and not x.scopes:
        names = known.calendar.names if period.kind == "semester" else known.calendar.years
        days, semesters = known.cohort.days[places], known.cohort.semesters[places]
        odd[known.cohort.owners[places[(days == 0) & (semesters == 0)]]] = True  # may be of any period
        places = places[known.calendar.periods(period.kind, days, semesters) == names.index(period.key)]
    if x not in known.apart:
        known.apart[x] = apart(x.where)
    alone, matches = known.apart[x]
    if alone is not None:
        places = places[known.table(alone, x.source.kind, True).true(places, odd)]
    for match, wanted in matches:
        places = places[_matched(known, x.source.kind, match, judged, period, places, odd) == wanted]
    return places


def answers(
    known: Known, x: e.Query, judged: Mapping[str, Judged], period: Period | None, students: tuple[int, int],
    odd: Numbers,
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
