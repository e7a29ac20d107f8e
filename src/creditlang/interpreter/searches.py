"""Queries: what is found among records or periods, and what is made of it.

What a query looks at is put in groups by what it must have in common with the record that asks: the same values of
fields, the same period. Each group is in order of time and looked through once, so that all records that ask cost
together no more than one that asks for all; a window is cut out of it by halving, and where things are counted or added
up its sum is the difference of two sums. A query that asks in another way about the record at hand, or about what
changes during the run, is looked through anew each time, over the records that there are.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any, Final

from attrs import define, evolve, field, fields_dict, frozen

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core.dependencies import references
from creditlang.diagnostics import Phrase
from creditlang.interpreter.student_run import Environment, Run
from creditlang.ledger import Record
from creditlang.values import Undetermined

Read = Callable[[e.Expression, Environment], Any]
Meets = Callable[[e.Expression | None, Environment], v.Answer]


@frozen
class _Way:
    """How a query is done: what one found has in common with the record that asks, and what else holds."""

    same: tuple[tuple[str, str], ...]
    """Fields of the record looked at, each with the field of the record that asks."""
    other: bool
    """Whether the record that asks is left out."""
    rest: e.Expression | None
    alone: bool
    """Whether what one adds hangs neither on the record that asks nor on what changes during the run."""


@frozen
class Seen:
    """A record or period that is looked at."""

    env: Environment
    order: tuple[date, bool, str]
    sure: bool = True
    """Whether no guard may still take it out."""


@frozen
class Part:
    """What one of those looked at adds."""

    seen: Seen
    holds: v.Answer | Undetermined
    """Whether the condition holds of it."""
    value: Any = None
    weight: Any = None

    @property
    def found(self) -> v.Answer:
        """Whether it is among those asked for. Raises `Undetermined` if that cannot be said."""
        holds: v.Answer = _determined(self.holds)
        return holds if self.seen.sure else v.both(holds, v.OPEN)


@define(eq=False)
class _Group:
    """What is looked at together, in order, and what each adds; its sums up to each, where they are asked for."""

    parts: list[Part]
    sums: list[tuple[int, int, Decimal, Decimal]] = field(factory=list)

    def between(self, first: int, last: int, own: int | None) -> tuple[int, int, Decimal, Decimal] | None:
        """How many there are surely and perhaps, and the least and most they add; None if that is no difference."""
        if not self.sums:
            self.sums = list(_sums(self.parts))
        if len(self.sums) <= len(self.parts):
            return None
        (a, b, c, d), (sure, possible, least, most) = self.sums[first], self.sums[last]
        found = (sure - a, possible - b, v.EXACT.subtract(least, c), v.EXACT.subtract(most, d))
        if own is None:
            return found
        sure, possible, least, most = next(_added([self.parts[own]]))
        return found[0] - sure, found[1] - possible, found[2] - least, found[3] - most


def _sums(parts: Sequence[Part]) -> Iterator[tuple[int, int, Decimal, Decimal]]:
    """The sums before each of some parts and after the last, as far as they can be said and are finite."""
    sums = 0, 0, v.ZERO, v.ZERO
    yield sums
    try:
        for sure, possible, least, most in _added(parts):
            if most.is_infinite() or least.is_infinite():
                return
            low, high = v.exactly(v.EXACT.add, sums[2], least), v.exactly(v.EXACT.add, sums[3], most)
            sums = sums[0] + sure, sums[1] + possible, low, high
            yield sums
    except Undetermined:
        return


def _added(parts: Iterable[Part]) -> Iterator[tuple[int, int, Decimal, Decimal]]:
    for part in parts:
        found = part.found
        if found is False:
            yield 0, 0, v.ZERO, v.ZERO
            continue
        value = _determined(part.value) if part.value is not None else v.ZERO
        value = value if found is True else v.hull(v.ZERO, value)
        yield int(found is True), 1, v.low(value), v.high(value)


def _determined(value: Any) -> Any:
    if isinstance(value, Undetermined):
        raise value
    return value


# ---- what is looked at
def _way(x: e.Query) -> _Way:
    parts: list[e.Expression] = []
    waiting = [x.where] if x.where is not None else []
    while waiting:
        part = waiting.pop()
        if isinstance(part, e.Logical) and part.operator == "and":
            waiting += reversed(part.parts)
        else:
            parts.append(part)
    same = {id(part): pair for part in parts if (pair := _same(part))}
    others = [part for part in parts if id(part) not in same and part != _OTHER]
    rest = reduce(lambda one, two: e.Logical("and", (one, two)), others) if others else None
    inside = (*others, x.value, x.weight)
    inner = any(True for _ in references(inside, e.Query))
    windows = any(not isinstance(scope, (e.Whole, e.SamePeriod)) for scope in x.scopes)
    changing = any(_changes(part) for part in references(inside, e.Expression)) or isinstance(x.source, e.Periods)
    alone = not (_asks_outside(inside) or changing or (inner and windows))
    return _Way(tuple(same.values()), _OTHER in parts, rest, alone)


_OTHER: Final = e.Read("other")


def _same(part: e.Expression) -> tuple[str, str] | None:
    match part:
        case e.Compare(operator="=", left=e.Read(what="field", name=own), right=e.Read(what="this", name=asking)):
            return own, asking
        case e.Compare(operator="=", left=e.Read(what="this", name=asking), right=e.Read(what="field", name=own)):
            return own, asking
    return None


def _changes(part: e.Expression) -> bool:
    if isinstance(part, e.Value):
        return part.sort in ("account", "requirement")
    return isinstance(part, e.Query) and isinstance(part.level, e.Counted)


def _asks_outside(part: object) -> bool:
    """Whether a condition asks about the record at hand; a query inside it asks about the one looked at."""
    if isinstance(part, tuple):
        return any(map(_asks_outside, part))
    if isinstance(part, e.Query) or not isinstance(part, e.Expression):
        return False
    if isinstance(part, e.Read) and part.what in ("this", "other"):
        return True
    return any(_asks_outside(getattr(part, name)) for name in fields_dict(type(part)))


def _periods_at_hand(x: e.Query, at: Environment) -> tuple[tuple[str, str | None], ...]:
    """The periods in which what is looked at must lie."""
    run = at.run
    found = [(scope.period, run.period_of(scope.period, at)) for scope in x.scopes if isinstance(scope, e.SamePeriod)]
    if x.scopes:
        return tuple(found)
    if at.record is not None:
        return (("semester", at.semester),)
    return (at.period,) if at.period is not None else ()


def _index(x: e.Query, run: Run, way: _Way, periods: tuple[str, ...], asked: bool) -> dict[Any, list[Seen]]:
    """The records of a query's source in order, by the values of fields and by the periods they lie in."""
    assert isinstance(x.source, e.Records)
    found: dict[Any, list[Seen]] = {}

    def put(seen: Seen, record: Record, on: date | None, semester: str | None) -> None:
        values = tuple(record.values.get(name) for name, _ in way.same)
        keys = tuple(run.calendar.period_key(period, on, semester) for period in periods)
        found.setdefault((values, keys), []).append(seen)

    if isinstance(x.level, e.Counted):
        for entry, counted, sure in run.counted(x.level.account, x.source.kind):
            record = entry.record
            order = record.order if entry.on == record.on else (entry.on or date.max, *record.order[1:])
            seen = Seen(Environment(run, record, asked=asked, counted=counted), order, sure)
            put(seen, record, entry.on, entry.semester)
        for group in found.values():
            group.sort(key=lambda seen: seen.order)
        return found
    for record in run.records_of(x.source.kind, x.level == "even void"):
        sure = x.level != "plain" or id(record) not in run.doubtful
        put(Seen(Environment(run, record, asked=asked), record.order, sure), record, record.on, record.semester)
    return found


def _records_seen(x: e.Query, env: Environment, way: _Way, read: Read, meets: Meets) -> _Group:
    """The group of records that a query looks at."""
    assert isinstance(x.source, e.Records)
    run, at = env.run, env.search or env
    own = env.record.values if env.record is not None else {}
    values = tuple(own.get(asking) for _, asking in way.same)
    if None in values:
        return _Group([])
    periods = _periods_at_hand(x, at)
    names, keys = tuple(name for name, _ in periods), tuple(key for _, key in periods)
    state = (id(x), x.source.kind in run.judged, run.stage if isinstance(x.level, e.Counted) else 0, env.asked, names)
    index = run.once(("index", *state), lambda: _index(x, run, way, names, env.asked))

    def look() -> _Group:
        found = index.get((values, keys), ())
        seen = [Seen(evolve(one.env, outer=env.record, search=at), one.order, one.sure) for one in found]
        return _Group([_part(x, one, way.rest, read, meets) for one in seen])

    return run.once(("group", *state, values, keys), look) if way.alone else look()  # type: ignore[no-any-return]


def _part(x: e.Query, seen: Seen, condition: e.Expression | None, read: Read, meets: Meets) -> Part:
    """What one of those looked at adds. Of a question from outside the policy, what does not say is not found."""
    try:
        holds: Any = meets(condition, seen.env)
    except Undetermined as why:
        holds = False if seen.env.asked else why
    if holds is False or isinstance(holds, Undetermined):
        return Part(seen, holds)
    found: list[Any] = []
    for wanted in (x.value, x.weight):
        try:
            found.append(read(wanted, seen.env) if wanted is not None else None)
        except Undetermined as why:
            found.append(why)
    return Part(seen, holds, *found)


def _periods_seen(x: e.Query, env: Environment, read: Read, meets: Meets) -> _Group:
    """The periods that a query looks at: those of the person inside the one at hand."""
    assert isinstance(x.source, e.Periods)
    run, here = env.run, env.period if env.record is None and not x.scopes else None
    own = x.value if isinstance(x.value, e.Value) and x.where is None else None
    period, parts = x.source.period, []
    for key in run.keys(period, here, own):
        if x.source.ended and not run.period_has_ended(period, key):
            continue
        inner = Environment(run, None, (period, key), env.record, None, env.asked, around=here)
        parts.append(_part(x, Seen(inner, (date.min, False, key)), x.where, read, meets))
    return _Group(parts)


# ---- windows
def _window(x: e.Query, group: _Group, at: Environment, read: Read) -> tuple[int, int]:
    """The first and one after the last of a group that all scopes let in."""
    orders = [part.seen.order for part in group.parts]
    first, last = 0, len(orders)
    for scope in x.scopes:
        match scope:
            case e.Since():
                first = max(first, bisect_left(orders, read(scope.day, at), key=_day))
            case e.AsOf():
                last = min(last, bisect_right(orders, read(scope.day, at), key=_day))
            case e.BeforeThis():
                last = min(last, _before(x, orders, at))
            case e.LastWindow():
                end = at.run.window_end(at)
                later = at.run.calendar.later
                last = min(last, bisect_right(orders, end, key=_day))
                first = max(first, bisect_right(orders, end, key=lambda at: later(at[0], scope.count, scope.unit)))
    return first, max(first, last)


def _day(order: tuple[date, bool, str]) -> date:
    return order[0]


def _before(x: e.Query, orders: Sequence[tuple[date, bool, str]], at: Environment) -> int:
    """How many come before the record at hand, or before the period at hand.

    Ids put records of one kind in order; those of another kind on its day are not before it.
    """
    if at.record is None:
        return bisect_left(orders, (date.min, False, at.period[1] if at.period else ""))
    if isinstance(x.source, e.Records) and x.source.kind == at.record.kind:
        return bisect_left(orders, at.record.order)
    return bisect_left(orders, at.record.order[0], key=_day)


# ---- what is made of it
def ask(x: e.Query, env: Environment, read: Read, meets: Meets) -> Any:
    """The answer to a query. Raises `Undetermined` when it has none; an average is asked for by `averages`."""
    group, first, last, own = _looked_at(x, env, read, meets)
    if x.function in ("count", "any", "total") and not x.distinct:
        sums = group.between(first, last, own)
        if sums is not None:
            return _summed(x, *sums)
    parts = [part for place, part in enumerate(group.parts[first:last], first) if place != own]
    return _ANSWER[x.function](x, parts)


def _looked_at(x: e.Query, env: Environment, read: Read, meets: Meets) -> tuple[_Group, int, int, int | None]:
    """A group, the first and one after the last in it that are asked for, and the place of what asks, if left out."""
    if isinstance(x.source, e.Periods):
        group = _periods_seen(x, env, read, meets)
        return group, *_window(x, group, env, read), None
    way: _Way = env.run.once(("way", id(x)), lambda: _way(x))
    group = _records_seen(x, env, way, read, meets)
    first, last = _window(x, group, env.search or env, read) if x.scopes else (0, len(group.parts))
    own = None
    if way.other and env.record is not None and first < last:
        place = bisect_left(group.parts, env.record.order, first, last, key=lambda part: part.seen.order)
        own = place if place < last and group.parts[place].seen.env.record is env.record else None
    return group, first, last, own


def _summed(x: e.Query, sure: int, possible: int, least: Decimal, most: Decimal) -> Any:
    if x.function == "total":
        return v.interval(least, most)
    if x.function == "count":
        return v.interval(Decimal(sure), Decimal(possible))
    return True if sure else v.OPEN if possible else False


def _count(x: e.Query, parts: Sequence[Part]) -> Any:
    """How many, or how many different values; one that is open may be like any other or unlike all."""
    if not x.distinct:
        added = list(_added(parts))
        ends = [v.low(v.total(one[place] for one in added)) for place in (2, 3)]
        return _summed(x, sum(one[0] for one in added), sum(one[1] for one in added), *ends)
    found = [(part.found, _determined(part.value)) for part in parts if part.found is not False]
    settled = [(holds, value) for holds, value in found if not isinstance(value, (v.Interval, v.Open))]
    sure = {value for holds, value in settled if holds is True}
    possible = len({value for _, value in settled}) + len(found) - len(settled)
    fewest = max(len(sure), int(any(holds is True for holds, _ in found)))
    return v.interval(Decimal(fewest), Decimal(possible))


def _every(x: e.Query, parts: Sequence[Part]) -> Any:
    """Whether the condition holds of each; of nothing it is open, for nothing cannot show it."""
    if not parts:
        return v.OPEN
    answers = [(_determined(part.holds), part.seen.sure) for part in parts]
    return reduce(v.both, (v.either(holds, v.OPEN) if not sure else holds for holds, sure in answers))


def _in_a_row(x: e.Query, parts: Sequence[Part]) -> Any:
    """The longest run in order; what lacks what is asked for breaks it, and so does a period without the person."""
    longest, run, keys = [0, 0], [0, 0], _sequence(parts)
    by_key = {part.seen.order: part for part in parts}
    for key in keys:
        part = by_key.get(key)
        holds: Any = False if part is None else part.holds
        holds = False if isinstance(holds, Undetermined) else holds
        sure = part is None or part.seen.sure
        if holds is not True or sure:
            run[0] = run[0] + 1 if holds is True else 0
        if holds is not False or sure:
            run[1] = run[1] + 1 if holds is not False else 0
        longest = [max(pair) for pair in zip(longest, run, strict=True)]
    return v.interval(Decimal(longest[0]), Decimal(longest[1]))


def _sequence(parts: Sequence[Part]) -> list[tuple[date, bool, str]]:
    """The places in order: of periods, those of the calendar between them too."""
    places = [part.seen.order for part in parts]
    env = parts[0].seen.env if parts else None
    if env is None or env.period is None:
        return places
    calendar = env.run.calendar.keys(env.period[0])
    return [(date.min, False, key) for key in sorted({*calendar, *(key for _, _, key in places)})]


def _chosen(x: e.Query, parts: Sequence[Part]) -> Any:
    """The first or the latest; of those that may be it, all that the value may be."""
    values: list[Any] = []
    for part in parts if x.function == "first" else reversed(parts):
        found = part.found
        if found is not False:
            values.append(part.value)
        if found is True:
            return _either(x, [_determined(value) for value in values])
    raise _nothing(x)


def _best(x: e.Query, parts: Sequence[Part]) -> Any:
    """The highest or the lowest of those found; of numbers all that it may be."""
    found = [(part.found, part.value) for part in parts]
    values = [(holds is True, _determined(value)) for holds, value in found if holds is not False]
    sure = [value for surely, value in values if surely]
    if not sure:
        raise _nothing(x)
    better = v.larger if x.function == "highest" else v.smaller
    if all(isinstance(value, (Decimal, v.Interval)) for _, value in values):
        best: Any = reduce(better, sure)
        for surely, value in values:
            best = best if surely else v.hull(best, better(best, value))
        return best
    if any(isinstance(value, (bool, v.Open)) for _, value in values):
        joined = v.either if x.function == "highest" else v.both
        best = reduce(joined, sure)
        return reduce(
            lambda one, two: one if joined(one, two) is one else v.OPEN, (y for s, y in values if not s), best
        )
    ordered = sorted((value for _, value in values), key=lambda value: (x.ranks or {}).get(value, value))
    best = ordered[-1 if x.function == "highest" else 0]
    return best if best in sure else _either(x, [best, *sure])


def _either(x: e.Query, values: Sequence[Any]) -> Any:
    """One value, or all that it may be."""
    if all(isinstance(value, (Decimal, v.Interval)) for value in values):
        return reduce(v.hull, values)
    if all(value == values[0] for value in values):
        return values[0]
    if all(isinstance(value, (bool, v.Open)) for value in values):
        return v.OPEN
    raise Undetermined("open", Phrase("it is open which record is meant", "以哪一条记录为准尚未确定"))


def _nothing(x: e.Query) -> Undetermined:
    """There is nothing to take the value of."""
    name = x.value.name if isinstance(x.value, (e.Read, e.Value)) else ""
    if isinstance(x.source, e.Periods):
        return Undetermined("period", Phrase(f"{name} has no value here", f"“{name}”在此没有值"))
    return Undetermined("missing", Phrase(f"{name} is empty", f"“{name}”没有填"), name)


_ANSWER: Final[dict[str, Callable[[e.Query, Sequence[Part]], Any]]] = {
    "any": _count, "count": _count, "total": _count, "every": _every, "in a row": _in_a_row, "first": _chosen,
    "latest": _chosen, "highest": _best, "lowest": _best,
}  # fmt: skip


# ---- averages
Ratio = tuple[v.Number, Decimal]
"""A sum and what it is divided by: exact where a quotient would not be."""


def averages(x: e.Query, env: Environment, read: Read, meets: Meets) -> tuple[Ratio, Ratio]:
    """The least and the most that an average may be. Raises `Undetermined` if there may be nothing to average."""
    group, first, last, own = _looked_at(x, env, read, meets)
    parts = [part for place, part in enumerate(group.parts[first:last], first) if place != own]
    sure: list[tuple[v.Number, v.Number]] = []
    unsure: list[tuple[v.Number, v.Number]] = []
    for part in parts:
        if part.found is not False:
            weight = Decimal(1) if x.weight is None else _determined(part.weight)
            if v.low(weight) < 0:
                raise Undetermined("case", Phrase("a weight is below zero", "权重小于零"))
            (sure if part.found is True else unsure).append((_determined(part.value), weight))
    if not sum((v.low(weight) for _, weight in sure), v.ZERO):
        raise Undetermined("missing", Phrase("there is nothing to average", "没有可以求平均的记录"))
    return _extreme(sure, unsure, highest=False), _extreme(sure, unsure, highest=True)


def _extreme(
    sure: Iterable[tuple[v.Number, v.Number]], unsure: Iterable[tuple[v.Number, v.Number]], highest: bool
) -> Ratio:
    """The highest or lowest average: what is open in weight is added from the best on, as long as it helps."""
    end = v.high if highest else v.low
    more: list[tuple[Decimal, Decimal]] = []
    total = weights = v.ZERO
    for value, weight in sure:
        least = v.low(weight)
        total = v.low(v.add(total, v.multiply(end(value), least)))
        weights = v.low(v.add(weights, least))
        more.append((end(value), v.low(v.subtract(v.high(weight), least))))
    more += [(end(value), v.high(weight)) for value, weight in unsure]
    for value, weight in sorted(more, reverse=highest):
        here, there = v.multiply(value, weights), total
        if not weight or (here <= there if highest else here >= there):  # type: ignore[operator]
            continue
        total = v.low(v.add(total, v.multiply(value, weight)))
        weights = v.low(v.add(weights, weight))
    return total, weights
