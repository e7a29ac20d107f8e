"""The answers to queries: what is made of the records or periods that one looks at.

Where it is open whether one is among those asked for, or what it is worth, the answer is all that it may be.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial, reduce
from typing import Any, Final

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.diagnostics import Phrase
from creditlang.interpreter.looked_groups import Looked, Seen, added, determined
from creditlang.interpreter.searches import Meets, Read, looked_at
from creditlang.interpreter.student_run import Environment
from creditlang.values import Undetermined


def ask(x: e.Query, env: Environment, read: Read, meets: Meets) -> Any:
    """The answer to a query. Raises `Undetermined` when it has none; an average is asked for by `averages`."""
    if isinstance(x.source, e.People):
        return _ANSWER[x.function](x, _of_people(x, env))
    group, first, last, own, perhaps = looked_at(x, env, read, meets)
    if group.shared and own is None and not perhaps:
        if x.function == "in a row":
            return _longest(group.gone_through(first, last, _runs))
        if x.distinct or x.function not in ("count", "any", "total"):
            return _ANSWER[x.function](x, group.gone_through(first, last, partial(_enough, x)))
    if x.function in ("count", "any", "total") and not x.distinct:
        sums = group.between(first, last, own) if not perhaps else None
        if sums is not None:
            return _summed(x, *sums)
    parts = [*group.parts[first:last], *perhaps]
    if own is not None:
        del parts[own - first]
    return _ANSWER[x.function](x, parts)


def _enough(x: e.Query, before: Sequence[Looked] | None, parts: Sequence[Looked]) -> Sequence[Looked]:
    """Of what a query looks at, as few as give the same answer: of those that are certain one stands for others."""
    parts = [*(before or ()), *parts]
    if x.function in ("first", "latest"):
        ordered = parts if x.function == "first" else parts[::-1]
        places = (place for place, part in enumerate(ordered) if part.seen.sure and part.holds not in _MAY_NOT)
        found = [part for part in ordered[: next(places, len(parts)) + 1] if part.holds is not False]
        return found if x.function == "first" else found[::-1]
    others: list[Looked] = []
    stand: dict[Any, Looked] = {}
    for part in parts:
        value = part.holds if x.function == "every" else part.value
        if x.function != "every" and part.holds is False:
            continue
        if not part.seen.sure or isinstance(part.holds, _UNSAID) or isinstance(value, (v.Interval, *_UNSAID)):
            others.append(part)
        elif x.function in ("highest", "lowest"):
            held = stand.get(None)
            stand[None] = part if held is None or _best(x, [held, part]) is not held.value else held
        else:
            stand.setdefault(value, part)
    return [*others, *stand.values()]


_UNSAID: Final = (v.Open, Undetermined)
_MAY_NOT: Final = (False, v.OPEN)
"""What a condition comes to where one is not surely the one that is asked for, and others have to be looked at."""


def _of_people(x: e.Query, env: Environment) -> list[Looked]:
    """What the people of a group come to, who have been asked before."""
    return [Looked(Seen(env, (date.min, False, "")), *part) for part in env.run.people[x]]


def _summed(x: e.Query, sure: int, possible: int, least: Decimal, most: Decimal) -> Any:
    if x.function == "total":
        return v.interval(least, most)
    if x.function == "count":
        return v.interval(Decimal(sure), Decimal(possible))
    return True if sure else v.OPEN if possible else False


def _count(x: e.Query, parts: Sequence[Looked]) -> Any:
    """How many, or how many different values; one that is open may be like any other or unlike all."""
    if not x.distinct:
        each = list(added(parts))
        least, most = v.total(one[2] for one in each), v.total(one[3] for one in each)
        return _summed(x, sum(one[0] for one in each), sum(one[1] for one in each), v.low(least), v.low(most))
    found = [(part.found, determined(part.value)) for part in parts if part.found is not False]
    settled = [(holds, value) for holds, value in found if not isinstance(value, (v.Interval, v.Open))]
    sure = {value for holds, value in settled if holds is True}
    possible = len({value for _, value in settled}) + len(found) - len(settled)
    fewest = max(len(sure), int(any(holds is True for holds, _ in found)))
    return v.interval(Decimal(fewest), Decimal(possible))


def _every(x: e.Query, parts: Sequence[Looked]) -> Any:
    """Whether the condition holds of each; of nothing it is open, for nothing cannot show it."""
    answers = [(determined(part.holds), part.seen.sure) for part in parts]
    found: v.Answer = True if any(sure for _, sure in answers) else v.OPEN
    return reduce(v.both, (holds if sure else v.either(holds, v.OPEN) for holds, sure in answers), found)


def _in_a_row(x: e.Query, parts: Sequence[Looked]) -> Any:
    """The longest run in order; what lacks what is asked for breaks it, and so does a period without the person."""
    return _longest(_runs(None, parts))


Runs = tuple[list[int], list[int], Seen | None]
"""The longest run, surely and perhaps; the one that goes on; and what was last in it."""


def _longest(runs: Runs) -> v.Number:
    return v.interval(*map(Decimal, runs[0]))


def _runs(before: Runs | None, parts: Sequence[Looked]) -> Runs:
    longest, run, previous = before or ([0, 0], [0, 0], None)
    for part in parts:
        holds: Any = False if isinstance(part.holds, Undetermined) else part.holds
        run = [*run] if _follows(part.seen, previous) else [0, 0]
        previous = part.seen
        if holds is not True or part.seen.sure:
            run[0] = run[0] + 1 if holds is True else 0
        if holds is not False or part.seen.sure:
            run[1] = run[1] + 1 if holds is not False else 0
        longest = [max(pair) for pair in zip(longest, run, strict=True)]
    return longest, run, previous


def _follows(seen: Seen, previous: Seen | None) -> bool:
    """Whether nothing lies between: of periods, none that the person has not had."""
    if previous is None or seen.env.period is None or previous.env.period is None:
        return True
    before = seen.env.run.periods.before(*seen.env.period)
    return before is not None and before.key == previous.env.period[1]


def _chosen(x: e.Query, parts: Sequence[Looked]) -> Any:
    """The first or the latest; of those that may be it, all that the value may be."""
    values: list[Any] = []
    for part in parts if x.function == "first" else reversed(parts):
        found = part.found
        if found is not False:
            values.append(part.value)
        if found is True:
            return _either(x, [determined(value) for value in values])
    raise _nothing(x, bool(values))


def _best(x: e.Query, parts: Sequence[Looked]) -> Any:
    """The highest or the lowest of those found; of numbers all that it may be."""
    found = [(part.found, part.value) for part in parts]
    values = [(holds is True, determined(value)) for holds, value in found if holds is not False]
    sure = [value for surely, value in values if surely]
    if not sure:
        raise _nothing(x, bool(values))
    better = v.larger if x.function == "highest" else v.smaller
    if all(isinstance(value, (Decimal, v.Interval)) for _, value in values):
        best: Any = reduce(better, sure)
        for surely, value in values:
            best = best if surely else v.hull(best, better(best, value))
        return best
    values = [(surely, v.OPEN if isinstance(value, v.Interval) else value) for surely, value in values]
    if all(isinstance(value, (bool, v.Open)) for _, value in values):
        joined = v.either if x.function == "highest" else v.both
        best = reduce(joined, sure)
        return reduce(
            lambda one, two: one if joined(one, two) is one else v.OPEN, (y for s, y in values if not s), best
        )
    if any(value is v.OPEN for _, value in values):  # of somebody who may be in the group, anything
        return _either(x, [v.OPEN, *sure])
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


def _nothing(x: e.Query, perhaps: bool) -> Undetermined:
    """There is nothing to take the value of, or `perhaps` there is."""
    name = x.value.name if isinstance(x.value, (e.Read, e.Value)) else ""
    periods = isinstance(x.source, e.Periods)
    if perhaps:
        reason = Phrase("it is open whether there is any", "是否有符合的记录尚未确定")
    elif periods:
        reason = Phrase(f"{name} has no value here", f"“{name}”在此没有值")
    else:
        reason = Phrase(f"{name} is empty", f"“{name}”没有填")
    sort, name = ("period", "") if periods else ("missing", name)
    return Undetermined(sort, reason, name, v.OPEN if perhaps else None)


_ANSWER: Final[dict[str, Callable[[e.Query, Sequence[Looked]], Any]]] = {
    "any": _count, "count": _count, "total": _count, "every": _every, "in a row": _in_a_row, "first": _chosen,
    "latest": _chosen, "highest": _best, "lowest": _best,
}  # fmt: skip


# ---- averages
Ratio = tuple[v.Number, Decimal]
"""A sum and what it is divided by: exact where a quotient would not be."""


def averages(x: e.Query, env: Environment, read: Read, meets: Meets) -> tuple[Ratio, Ratio]:
    """The least and the most that an average may be. Raises `Undetermined` if there may be nothing to average."""
    total = weights = v.ZERO
    if isinstance(x.source, e.People):
        parts: Sequence[Looked] = _of_people(x, env)
    else:
        group, first, last, own, perhaps = looked_at(x, env, read, meets)
        total, weights, parts = group.average(first, last, own)
        parts = [*parts, *perhaps]
    sure: list[tuple[v.Number, v.Number]] = []
    unsure: list[tuple[v.Number, v.Number]] = []
    for part in parts:
        if part.found is not False:
            weight = Decimal(1) if x.weight is None else determined(part.weight)
            if v.low(weight) < 0:
                raise Undetermined("case", Phrase("a weight is below zero", "权重小于零"))
            (sure if part.found is True else unsure).append((determined(part.value), weight))
    if not (weights or any(v.low(weight) for _, weight in sure)):
        raise _nothing(x, bool(unsure) or any(v.high(weight) for _, weight in sure))
    if not (sure or unsure):
        return (total, weights), (total, weights)
    least, most = (_extreme(total, weights, sure, unsure, highest) for highest in (False, True))
    return least, most


def _extreme(
    total: Decimal, weights: Decimal, sure: Iterable[tuple[v.Number, v.Number]],
    unsure: Iterable[tuple[v.Number, v.Number]], highest: bool,
) -> Ratio:  # fmt: skip
    """The highest or lowest average, beside what is certain: what is open in weight is added from the best on, as long
    as it helps.
    """
    end = v.high if highest else v.low
    more: list[tuple[Decimal, Decimal]] = []
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
