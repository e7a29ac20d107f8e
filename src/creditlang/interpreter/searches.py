"""Searches for records: what one finds, worked out once for all records that ask.

The records are put in groups by what they must have in common with the one at hand, and each group is looked through
once: all records that ask cost together no more than one that asks for all. A search that asks in another way about the
record at hand, or about what changes during the run, is done anew each time.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any, Final

from attrs import field, fields_dict, frozen

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core.dependencies import references
from creditlang.interpreter.student_run import Environment
from creditlang.ledger import Record
from creditlang.values import Undetermined


@frozen
class _Search:
    """How a search is done: the fields that a record found has in common with the one at hand, and what else holds."""

    expression: e.CountRecords | e.SumRecords
    same: tuple[str, ...] | None
    """None where the search asks in another way about the record at hand, or about what changes during the run."""
    rest: e.Expression | None


@frozen
class Tally:
    """Records found, or one of them: how many surely, how many perhaps, and the sum of what is asked for.

    `parts` has the share of each record, by identity; `failed`, of which ones that cannot be said, and why.
    """

    sure: int = 0
    possible: int = 0
    amount: v.Number = v.ZERO
    parts: "Mapping[int, Tally]" = field(factory=dict)
    failed: Mapping[int, Undetermined] = field(factory=dict)

    def without(self, record: Record | None) -> "Tally":
        """What is found beside a record. Raises `Undetermined` if that cannot be said of another."""
        for key, why in self.failed.items():
            if key != id(record):
                raise why
        own = self.parts.get(id(record))
        if own is None:
            return self
        ends = [v.low(v.subtract(end(self.amount), end(own.amount))) for end in (v.low, v.high)]
        return Tally(self.sure - own.sure, self.possible - own.possible, v.interval(ends[0], ends[1]))


NOTHING_FOUND: Final = Tally()
_CHANGING: Final = (e.Balance, e.Aggregate, e.UsedIn, e.RequirementStatus)


Look = Callable[[e.CountRecords | e.SumRecords, Environment, e.Expression | None], Tally]


def _way(x: e.CountRecords | e.SumRecords) -> _Search:
    parts: list[e.Expression] = []
    waiting = [x.where] if x.where is not None else []
    while waiting:
        part = waiting.pop()
        if isinstance(part, e.Logical) and part.operator == "and":
            waiting += [part.right, part.left]
        else:
            parts.append(part)
    same = tuple(part.field for part in parts if isinstance(part, e.Same))
    others = [part for part in parts if not isinstance(part, e.Same)]
    rest = reduce(lambda one, two: e.Logical("and", one, two), others) if others else None
    outside = any(map(_asks_outside, others)) or any(True for _ in references(x, _CHANGING))
    return _Search(x, None if outside else same, rest)


def _asks_outside(part: object) -> bool:
    """Whether a condition asks about the record at hand; a search inside it asks about the one looked at."""
    if isinstance(part, tuple):
        return any(map(_asks_outside, part))
    if isinstance(part, (e.CountRecords, e.SumRecords)) or not isinstance(part, e.Expression):
        return False
    return isinstance(part, e.Same) or any(_asks_outside(getattr(part, name)) for name in fields_dict(type(part)))


def tally(x: e.CountRecords | e.SumRecords, env: Environment, look: Look) -> Tally:
    """What a search finds in the period at hand; `look` says what one record adds, if a condition holds of it."""
    run, search = env.run, env.search or env
    way: _Search = run.once(("way", id(x)), lambda: _way(x))
    if way.same is None:
        return _looked_through(x, env, run.records_of(x.kind, x.even_void), x.where, look).without(None)
    own = env.record.values if env.record is not None else {}
    values = tuple(own.get(name) for name in way.same)
    if None in values:
        return NOTHING_FOUND
    period = ("semester", search.semester) if search.record is not None else search.period
    key = (id(x), x.kind in run.judged, period, env.asked)
    groups = run.once(("groups", *key), lambda: _grouped(x, search, way.same or ()))
    group = groups.get(values, ())
    found: Tally = run.once(("found", *key, values), lambda: _looked_through(x, env, group, way.rest, look))
    return found.without(env.record if way.same else None)


def _grouped(
    x: e.CountRecords | e.SumRecords, search: Environment, names: tuple[str, ...]
) -> Mapping[tuple[Any, ...], list[Record]]:
    groups: dict[tuple[Any, ...], list[Record]] = {}
    for record in search.run.records_of(x.kind, x.even_void):
        groups.setdefault(tuple(record.values.get(name) for name in names), []).append(record)
    return groups


def _looked_through(
    x: e.CountRecords | e.SumRecords, env: Environment, records: Iterable[Record], condition: e.Expression | None,
    look: Look,
) -> Tally:  # fmt: skip
    search = env.search or env
    parts: dict[int, Tally] = {}
    failed: dict[int, Undetermined] = {}
    for record in records:
        if env.run.same_period(record, search):
            inner = Environment(env.run, record, None, env.record, search, env.asked)
            try:
                parts[id(record)] = look(x, inner, condition)
            except Undetermined as why:
                if not env.asked:
                    failed[id(record)] = why
    found = parts.values()
    sure, possible = sum(part.sure for part in found), sum(part.possible for part in found)
    return Tally(sure, possible, v.total(part.amount for part in found), parts, failed)
