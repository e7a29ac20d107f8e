"""Queries over records and periods of whom everything is settled: each looks its records through once for a student.

Records are put in groups by what they must have in common with the record that asks. What those of a group add is
worked out when it is first asked for, as by the reference, and an answer is then looked up. Where a record does not say
what is asked, or a query is of another sort, the reference is asked.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import define, field, frozen

from creditlang import values as v
from creditlang.compiled.light_entries import (
    ACCOUNT,
    AMOUNT,
    DAY,
    MEMBER,
    ON,
    ORDER,
    RAW,
    RECORD,
    ROW,
    SEMESTER,
    STATE,
    TERM,
    Row,
)
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.core.dependencies import references
from creditlang.interpreter.searches import Way
from creditlang.values import Undetermined

Read = Callable[..., Any]


@frozen
class TimeAsked:
    """What a query asks of the time: the period at hand, or all of it, up to a day if one is given."""

    period: str | None
    day: Read | None


@define(eq=False)
class Found:
    """The records of a group, in order: how many there are, what they add together, and each by itself."""

    count: int = 0
    total: Decimal = v.ZERO
    days: list[date] = field(factory=list)
    values: list[Any] = field(factory=list)
    own: dict[int, Any] = field(factory=dict)
    """What each adds, by its place."""
    unsaid: bool = False
    """Whether one does not say what is asked."""


@frozen
class Groups:
    """The records of a query's source, each with its day, by what they have in common with one that asks."""

    rows: dict[tuple[Any, ...], list[tuple[Row, Any]]] = field(factory=dict)
    found: dict[tuple[Any, ...], Found] = field(factory=dict)
    """Those that have been asked for."""


_NONE = Found()


def is_settled(x: e.Query, way: Way) -> bool:
    """Whether a query over records can be answered here."""
    simple = x.function in ("any", "count", "total", "first", "latest") and not x.distinct
    scopes = not x.scopes or (len(x.scopes) == 1 and isinstance(x.scopes[0], (e.Whole, e.AsOf)))
    up_to = bool(x.scopes) and isinstance(x.scopes[0], e.AsOf)
    whole = not (way.other and (up_to or x.function in ("first", "latest")))  # there the record itself is not left out
    inside = (way.rest, x.value)
    counted = any(read.what == "amount" for read in references(inside, e.Read))
    return (
        simple and scopes and whole and way.alone and not counted and not any(True for _ in references(inside, e.Query))
    )


class RecordQuery:
    """A query over the records of a kind, asked of a record (`row`), in a period (`key`) or of neither."""

    def __init__(
        self, policy: o.Policy, x: e.Query, way: Way, scope: TimeAsked, where: Read | None, value: Read | None,
        period: str | None,
    ) -> None:  # fmt: skip
        """`period` is the kind of period that it is asked in, if it is."""
        assert isinstance(x.source, e.RecordsOf)
        self.x, self.way, self.scope, self.where, self.value = x, way, scope, where, value
        self.period = period
        self.kind, self.function = x.source.kind, x.function
        self.fields = tuple(name for name, _ in way.same)
        self.asking = tuple(name for _, name in way.same)
        asks_one = len(self.asking) == 1 and not (way.other or scope.period or scope.day)
        self.plain = self.asking[0] if asks_one and x.function in ("any", "count") else ""
        self.undated = ("undated", self)
        """Stands for all groups where a record may lie in any of them."""
        self.account = x.level.account if isinstance(x.level, e.CountedIn) else None
        self.inside = frozenset(within(policy.accounts, self.account)) if self.account is not None else frozenset[str]()
        self.rules = tuple(name for name, rule in policy.rules.items() if rule.kind == self.kind)

    def of_record(self, w: Any, row: Row, values: dict[str, Any]) -> Any:
        """The answer to a record; one that counts is not asked where it does not have what it asks by."""
        if self.plain:
            groups = w.known.get(("query", id(self), w.run.stage if self.account is not None else 0))
            found = groups.found.get((values[self.plain],)) if groups is not None else None
            if found is not None and not found.unsaid:
                return found.count > 0 if self.function == "any" else Decimal(found.count)
        keys = tuple(map(values.get, self.asking))
        if None in keys:
            found = _NONE
        else:
            if self.scope.period is not None:
                keys = (*keys, row[TERM])
            found = self._found(w, keys)
            if found is None:
                return w.look().ask(self.x, row)
        own = found.own.get(id(row), _NONE) if self.way.other and row[RECORD].kind == self.kind else _NONE
        day = self.scope.day(w, row, values) if self.scope.day is not None else None
        answer = self._answer(found, own, day)
        return w.look().ask(self.x, row) if answer is None else answer

    def in_period(self, w: Any, key: str) -> Any:
        """The answer in a period."""
        found, answer = self._found(w, (key,) if self.scope.period is not None else ()), None
        if found is not None:
            answer = self._answer(found, _NONE, self.scope.day(w, key) if self.scope.day is not None else None)
        return w.look().ask_in(self.x, self.period, key) if answer is None else answer

    def alone(self, w: Any) -> Any:
        """The answer of neither."""
        found, answer = self._found(w, ()), None
        if found is not None:
            answer = self._answer(found, _NONE, self.scope.day(w) if self.scope.day is not None else None)
        return w.look().ask_alone(self.x) if answer is None else answer

    def _answer(self, found: Found, own: Any, day: date | None) -> Any:
        """None where the reference has to be asked."""
        if found.unsaid:
            return None
        if self.function in ("first", "latest"):
            last = len(found.days) if day is None else bisect_right(found.days, day)
            if not last:
                return None
            return found.values[0 if self.function == "first" else last - 1]
        if day is not None:
            last = bisect_right(found.days, day)
            count = last
            if self.function == "total":
                total = v.ZERO
                for value in found.values[:last]:
                    total += value
                return total
        else:
            count = found.count - (own is not _NONE)
            if self.function == "total":
                return found.total - own if own is not _NONE else found.total
        return count > 0 if self.function == "any" else Decimal(count)

    def _found(self, w: Any, keys: tuple[Any, ...]) -> Found | None:
        """The records of a group, and what they add; None while the guards of its kind have not been asked."""
        groups = self._groups(w)
        if groups is None:
            return None
        found = groups.found.get(keys)
        if found is None:
            found = groups.found[keys] = self._looked_through(w, groups.rows[keys]) if keys in groups.rows else _NONE
        return found

    def _groups(self, w: Any) -> Groups | None:
        """The groups of a student; None while its guards have not been asked."""
        stage = w.run.stage if self.account is not None else 0
        key = ("query", id(self), stage)
        groups: Groups | None = w.known.get(key)
        if groups is None:
            if self.account is not None and not w.theirs.isdisjoint(self.rules):
                return None
            if self.account is not None:
                looked: Iterable[tuple[Row, Any, str | None]] = self._counted(w)
            else:
                rows = (w.plain if self.x.level == "plain" else w.even_void).get(self.kind)
                if rows is None:
                    return None
                looked = ((row, row[DAY], row[TERM]) for row in rows)
            groups = w.known[key] = self._grouped(w, looked)
        return None if self.undated in groups.rows else groups

    def _grouped(self, w: Any, looked: Iterable[tuple[Row, Any, str | None]]) -> Groups:
        groups, period = Groups(), self.scope.period
        for row, on, term in looked:
            key = tuple(map(row[2].get, self.fields))
            if period is not None:
                inside = term if period == "semester" else w.period_key(period, on, term)
                if inside is None and self.kind in w.at_hand.dated:  # what has no day may lie in any period
                    return Groups({self.undated: []})
                key = (*key, inside)
            groups.rows.setdefault(key, []).append((row, on))
        return groups

    def _looked_through(self, w: Any, rows: Iterable[tuple[Row, Any]]) -> Found:
        """What the records of a group add."""
        found = Found()
        for row, on in rows:
            values = row[2]
            try:
                if self.where is not None and not self.where(w, row, values):
                    continue
                value = self.value(w, row, values) if self.value is not None else None
            except Undetermined:
                found.unsaid = True
                continue
            found.count += 1
            found.days.append(row[ORDER][0] if on == row[DAY] else on or date.max)
            found.values.append(value)
            found.own[id(row)] = value
            if self.function == "total" and value is not None:
                found.total += value
        return found

    def _counted(self, w: Any) -> Sequence[tuple[Row, Any, str | None]]:
        """The records that have counted in the account, each with the day and semester of its first entry."""
        own: dict[int, list[Any]] = {}
        for rule in self.rules:
            for entry in w.entries.get(rule, ()):
                if entry[STATE] == "live" and entry[ACCOUNT] in self.inside and not entry[MEMBER]:
                    own.setdefault(id(entry[ROW]), []).append(entry)
        found = [
            (entries[0][ROW], entries[0][ON], entries[0][SEMESTER])
            for entries in own.values()
            if any(entry[AMOUNT] or not entry[RAW] for entry in entries)
        ]
        return sorted(found, key=_order_of_counted)


def _order_of_counted(counted: tuple[Row, Any, str | None]) -> tuple[Any, ...]:
    """By the day that an entry falls on, which a line may have moved; then as records are."""
    row, on, _ = counted
    order: tuple[Any, ...] = row[ORDER]
    return order if on == row[DAY] else (on or date.max, *order[1:])


class PeriodQuery:
    """The total, lowest or highest of the values that an account or fact has in its periods."""

    def __init__(self, x: e.Query, around: str | None) -> None:
        """`around` is the kind of period that it is asked in, if it is."""
        assert isinstance(x.value, e.Value)
        assert isinstance(x.source, e.Periods)
        self.x, self.function, self.sort, self.name = x, x.function, x.value.sort, x.value.name
        self.period, self.around = x.source.period, around

    def alone(self, w: Any) -> Any:
        """The answer, asked of no record and in no period."""
        answer = self._answer(list(self._known(w).values()))
        return w.look().ask_alone(self.x) if answer is None else answer

    def in_period(self, w: Any, key: str) -> Any:
        """The answer in a period, to whose end those belong whose last day lies in it."""
        around, other = w.run.periods.around, self.around
        known = self._known(w).items()
        answer = self._answer([value for inside, value in known if around(self.period, inside, other) == key])
        return w.look().ask_in(self.x, other, key) if answer is None else answer

    def _known(self, w: Any) -> dict[str, Any]:
        known: dict[str, Any] = (w.run.balances if self.sort == "account" else w.run.facts).get(self.name, {})
        return known

    def _answer(self, values: list[Any]) -> Decimal | None:
        """None where the reference has to be asked."""
        if any(not isinstance(value, Decimal) for value in values) or not (values or self.function == "total"):
            return None
        if self.function == "total":
            total = v.ZERO
            for value in values:
                total += value
            return total
        best: Decimal = min(values) if self.function == "lowest" else max(values)
        return best
