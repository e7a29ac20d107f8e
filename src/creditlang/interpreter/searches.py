"""Queries: the records or periods that one looks at, and what each adds to the answer.

What a query looks at is put in groups by what it must have in common with the record that asks: the same values of
fields, the same period. Each group is in order of time and looked through once, so that all records that ask cost
together no more than one that asks for all; a window is cut out of it by halving, and where things are counted or added
up its sum is the difference of two sums. A query that asks in another way about the record at hand, or about what
changes during the run, is looked through anew each time, over the records that there are.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial, reduce
from itertools import product
from typing import Any, Final

from attrs import evolve, fields_dict, frozen

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core.dependencies import references
from creditlang.diagnostics import Phrase
from creditlang.interpreter.looked_groups import Group, Looked, Seen, day_of
from creditlang.interpreter.running_periods import so_far
from creditlang.interpreter.student_run import UNKNOWN_PERIOD, Environment, Run
from creditlang.ledger import Entry, Record
from creditlang.values import Undetermined

Read = Callable[[e.Expression, Environment], Any]
Meets = Callable[[e.Expression | None, Environment], v.Answer]


@frozen
class Way:
    """How a query is done: what one found has in common with the record that asks, and what else holds."""

    same: tuple[tuple[str, str], ...]
    """Fields of the record looked at, each with the field of the record that asks."""
    other: bool
    """Whether the record that asks is left out."""
    rest: e.Expression | None
    alone: bool
    """Whether what one adds hangs neither on the record that asks nor on what changes during the run."""


# ---- what is looked at
def way_of(x: e.Query) -> Way:
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
    return Way(tuple(same.values()), _OTHER in parts, rest, alone)


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
    return isinstance(part, e.Query) and isinstance(part.level, e.CountedIn)


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


def _index(x: e.Query, run: Run, way: Way, periods: tuple[str, ...], asked: bool) -> dict[Any, list[Seen]]:
    """The records of a query's source in order, by the values of fields and by the periods they lie in."""
    assert isinstance(x.source, e.RecordsOf)
    found: dict[Any, list[Seen]] = {}

    def put(seen: Seen, record: Record, on: date | None, semester: str | None) -> None:
        values = tuple(record.values.get(name) for name, _ in way.same)
        keys = tuple(run.periods.key(period, on, semester) for period in periods)
        found.setdefault((values, keys), []).append(seen)

    if isinstance(x.level, e.CountedIn):
        for entry, counted, sure in _counted(run, x.level.account, x.source.kind):
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


def _counted(run: Run, account: str, kind: str) -> list[tuple[Entry, v.Number, bool]]:
    """The records of a kind that have counted in an account, each with its entry, its amount and whether surely.

    Of several entries of a record the first stands for it, unless they may fall on different days: then each may. What
    a rule gives nothing has counted; what was cut to nothing has not.
    """
    own: dict[int, list[Entry]] = {}
    for entry in run.everything(account):
        if entry.record.kind == kind and entry.state == "live":
            own.setdefault(id(entry.record), []).append(entry)
    found = []
    for entries in own.values():
        given = [(x, x.raw if x.raw is not None else v.ZERO) for x in entries]
        if any(x.amount != v.ZERO or v.low(raw) <= 0 <= v.high(raw) for x, raw in given):
            surely = any(
                not x.doubtful and (v.low(x.amount) > 0 or v.high(x.amount) < 0 or raw == v.ZERO) for x, raw in given
            )
            if not surely and len({x.on for x in entries}) > 1:
                found += [(x, run.sum([x]), False) for x in entries]
            else:
                found.append((entries[0], run.sum(entries), bool(surely)))
    return found


def _records_seen(x: e.Query, env: Environment, way: Way, read: Read, meets: Meets) -> Group:
    """The group of records that a query looks at."""
    assert isinstance(x.source, e.RecordsOf)
    run, at, kind = env.run, env.search or env, x.source.kind
    own = env.record.values if env.record is not None else {}
    values = tuple(own.get(asking) for _, asking in way.same)
    if None in values:
        return Group([])
    periods = _periods_at_hand(x, at)
    names, keys = tuple(name for name, _ in periods), tuple(key for _, key in periods)
    state = (id(x), kind in run.judged, run.stage if isinstance(x.level, e.CountedIn) else 0, env.asked, names)
    index = run.once(("index", *state), lambda: _index(x, run, way, names, env.asked))

    def look() -> Group:
        found = list(index.get((values, keys), ()))
        if keys and None not in keys and run.policy.kinds[kind].date_field:  # what has no day may lie in any period
            others = (other for other in product(*((key, None) for key in keys)) if other != keys)
            perhaps = [one for other in others for one in index.get((values, other), ()) if one.order[1]]
            found = sorted([*found, *(evolve(one, sure=False) for one in perhaps)], key=lambda one: one.order)
        seen = [Seen(evolve(one.env, outer=env.record, search=at), one.order, one.sure) for one in found]
        return Group([_part(x, one, way.rest, read, meets) for one in seen], shared=way.alone)

    return run.once(("group", *state, values, keys), look) if way.alone else look()


def _part(x: e.Query, seen: Seen, condition: e.Expression | None, read: Read, meets: Meets) -> Looked:
    """What one of those looked at adds. Of a question from outside the policy, what does not say is not found."""
    try:
        holds: Any = meets(condition, seen.env)
    except Undetermined as why:
        holds = False if seen.env.asked else why.with_traceback(None)
    if holds is False or isinstance(holds, Undetermined):
        return Looked(seen, holds)
    found: list[Any] = []
    for wanted in (x.value, x.weight):
        try:
            found.append(read(wanted, seen.env) if wanted is not None else None)
        except Undetermined as why:
            found.append(why.with_traceback(None))
    return Looked(seen, holds, *found)


def _periods_seen(x: e.Query, env: Environment, read: Read, meets: Meets) -> Group:
    """The periods that a query looks at: those of the person inside the one at hand."""
    assert isinstance(x.source, e.Periods)
    run, here = env.run, env.period if env.record is None and not x.scopes else None
    own = x.value if isinstance(x.value, e.Value) and x.where is None else None
    period, parts = x.source.period, []
    for key in run.keys(period, here, own):
        known = run.periods.called(period, key) if key else None
        if x.source.ended and known is not None and not run.periods.has_ended(known):
            continue
        inner = Environment(run, None, (period, key), env.record, None, env.asked, around=here)
        order = (known.first if known is not None else date.min, False, key)
        runs = x.function == "every" and known is not None and not run.periods.has_ended(known)
        sure = key != UNKNOWN_PERIOD or run.begins(period, here) is False
        if not sure and x.function == "average":
            raise Undetermined("open", Phrase("it is open since when it counts", "起算时间尚未确定"))
        parts.append(_part(x, Seen(inner, order, sure), x.where, read, partial(so_far, meets=meets) if runs else meets))
    return Group(sorted(parts, key=lambda part: part.seen.order))


# ---- windows
def _window(x: e.Query, group: Group, env: Environment, read: Read) -> tuple[int, int, list[Looked]]:
    """The first and one after the last of a group that all scopes let in, and those without a day that they may let in;
    before a record, or a period, is nothing without a day. Of a query inside another they are seen from where that one
    is asked, but a day is said by names, which are those of the record looked at.
    """
    at = env.search or env
    orders = group.orders
    if not any(isinstance(scope, (e.Since, e.AsOf, e.BeforeThis, e.LastWindow)) for scope in x.scopes):
        return 0, len(orders), []
    first, last = 0, group.dated
    kind = at.run.policy.kinds.get(getattr(x.source, "kind", ""))
    dated = kind is None or kind.date_field is None or any(isinstance(scope, e.BeforeThis) for scope in x.scopes)
    for scope in x.scopes:
        match scope:
            case e.Since():
                first = max(first, bisect_left(orders, v.settled(read(scope.day, env)), key=day_of))
            case e.AsOf():
                last = min(last, bisect_right(orders, v.settled(read(scope.day, env)), key=day_of))
            case e.BeforeThis():
                last = min(last, _before(x, orders, at))
            case e.LastWindow():
                end = at.run.window_end(at)
                later = at.run.calendar.later
                last = min(last, bisect_right(orders, end, key=day_of))
                first = max(first, bisect_right(orders, end, key=lambda at: later(at[0], scope.count, scope.unit)))
    return first, max(first, last), [] if dated else group.undated


def _before(x: e.Query, orders: Sequence[tuple[date, bool, str]], at: Environment) -> int:
    """How many come before the record at hand, or before the period at hand.

    Ids put records of one kind in order; those of another kind on its day are not before it.
    """
    if at.record is None:
        here = at.run.periods.called(*at.period) if at.period is not None else None
        return bisect_left(orders, here.first, key=day_of) if here is not None else len(orders)
    if isinstance(x.source, e.RecordsOf) and x.source.kind == at.record.kind:
        return bisect_left(orders, at.record.order)
    return bisect_left(orders, at.record.order[0], key=day_of)


def looked_at(
    x: e.Query, env: Environment, read: Read, meets: Meets
) -> tuple[Group, int, int, int | None, list[Looked]]:  # fmt: skip
    """A group, the first and one after the last in it that are asked for, the place of what asks, if left out, and
    those without a day that may be asked for too.
    """
    if isinstance(x.source, e.Periods):
        group = _periods_seen(x, env, read, meets)
        first, last, perhaps = _window(x, group, env, read)
        return group, first, last, None, perhaps
    way: Way = env.run.once(("way", id(x)), lambda: way_of(x))
    group = _records_seen(x, env, way, read, meets)
    first, last, perhaps = _window(x, group, env, read)
    own = None
    if way.other and env.record is not None and first < last:
        place = bisect_left(group.parts, env.record.order, first, last, key=lambda part: part.seen.order)
        own = place if place < last and group.parts[place].seen.env.record is env.record else None
    if way.other:
        perhaps = [part for part in perhaps if part.seen.env.record is not env.record]
    return group, first, last, own, perhaps
