"""Values by cases, and what a case's own condition says of its value: where `points below 20` may hold, the points are
below 20.

Only where it is open which case applies; the value is then read with what the condition, and the failing of the cases
before it, leave of each open number.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import reduce
from itertools import pairwise, product
from math import prod
from typing import Any, Final, cast

import attrs

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.diagnostics import Phrase
from creditlang.interpreter.student_run import Environment
from creditlang.values import Undetermined

Bound = tuple[e.Expression, v.Number]
Read = Callable[[e.Expression, Environment], Any]
Meets = Callable[[e.Expression | None, Environment], v.Answer]
_HALF: Final = Decimal("0.5")
_MOST_WAYS: Final = 300
"""In which what is open in some conditions is tried."""


def value_by_cases(x: e.Cases, env: Environment, read: Read, meets: Meets) -> Any:
    """The value of the case that applies; where that is open, all that the values of those that may can be.

    Where one of those has none, it is open whether there is a value. `read` gives the value of an expression, `meets`
    says whether a condition holds.
    """
    found: list[Any] = []
    failed: list[e.Expression] = []
    nothing: Undetermined | None = None
    holds: v.Answer = False
    for condition, value in x.branches if x.otherwise is None else (*x.branches, (None, x.otherwise)):
        holds = True
        try:
            holds = meets(condition, env)
            if holds is not False:
                is_open = holds is v.OPEN or failed
                found.append(read(narrowed(value, condition, failed, env, read) if is_open else value, env))
        except Undetermined as why:
            if not failed and holds is True:
                raise
            if why.is_open:  # it may come to anything
                raise Undetermined("case", why.reason, why.name, v.OPEN) from None
            nothing = why.with_traceback(None)
        if holds is True:
            break
        if holds is v.OPEN and condition is not None:
            failed.append(condition)
    if nothing is not None:
        raise nothing.or_else(v.OPEN)
    if not found:
        raise no_case(x.what)
    if holds is True or one_applies((condition for condition, _ in x.branches), env, read, meets):
        return joined(found)
    reason = Phrase(f"it is open whether a case of {x.what} applies", f"“{x.what}”有没有适用的情形尚未确定")
    raise Undetermined("case", reason, perhaps=v.OPEN)


def joined(values: Sequence[Any]) -> Any:
    """One value, or all that it may be."""
    first = values[0]
    if all(isinstance(value, (Decimal, v.Interval)) for value in values):
        return reduce(v.hull, values)
    return first if all(value == first for value in values[1:]) else v.OPEN


def no_case(what: str) -> Undetermined:
    """A value by cases of which none applies."""
    return Undetermined("case", Phrase(f"no case of {what} applies", f"“{what}”没有适用的情形"))


def narrowed(
    value: e.Expression, condition: e.Expression | None, failed: Iterable[e.Expression], env: Environment, read: Read
) -> e.Expression:
    """The value of a case that holds by its condition, after others whose conditions have failed.

    `read` gives the value of an expression.
    """
    bounds: dict[e.Expression, v.Number] = {}
    try:
        for measure, known in (
            *_bounds(condition, True, env, read),
            *(x for c in failed for x in _bounds(c, False, env, read)),
        ):
            before = bounds.get(measure, known)
            least, most = max(v.low(before), v.low(known)), min(v.high(before), v.high(known))
            if least > most:  # the case cannot hold after all
                return value
            bounds[measure] = v.interval(least, most)
    except Undetermined:
        return value
    return cast(e.Expression, _with(value, bounds)) if bounds else value


def _bounds(condition: e.Expression | None, holds: bool, env: Environment, read: Read) -> Iterator[Bound]:
    """The open numbers of a condition, each with what is left of it when the condition holds, or fails."""
    match condition:
        case e.Compare(ranks=None, operator=sign) if sign in _OPPOSITE:
            operator = condition.operator if holds else _OPPOSITE[condition.operator]
            yield from _bound(condition.left, condition.right, operator, env, read)
            yield from _bound(condition.right, condition.left, _MIRRORED[operator], env, read)
        case e.Logical() if (condition.operator == "and") == holds:
            for part in condition.parts:
                yield from _bounds(part, holds, env, read)
        case e.Not():
            yield from _bounds(condition.operand, not holds, env, read)


def _bound(measure: e.Expression, limit: e.Expression, operator: str, env: Environment, read: Read) -> Iterator[Bound]:
    if any(isinstance(side, e.Query) and side.function == "average" for side in (measure, limit)):
        return  # compared without dividing, it has no number
    found, at = read(measure, env), read(limit, env)
    if not isinstance(found, v.Interval) or not isinstance(at, Decimal):
        return
    low = max(found.low, at) if operator in (">", ">=", "=") else found.low
    high = min(found.high, at) if operator in ("<", "<=", "=") else found.high
    if low <= high:
        yield measure, v.interval(low, high)


def one_applies(conditions: Iterable[e.Expression], env: Environment, read: Read, meets: Meets) -> bool:
    """Whether one of some conditions holds, whatever what is open in them comes to: as far as that can be told.

    They change at the numbers that they compare with only, so those, the ends of what is open and one point between
    each two of them stand for all. `meets` says whether a condition holds.
    """
    asked, points = tuple(conditions), dict[e.Expression, tuple[Any, ...]]()
    try:
        for leaf in (leaf for condition in asked for leaf in _leaves(condition)):
            if read(leaf, env) is v.OPEN:
                measure, at = _measured(leaf, env, read)
                points[measure] = (*points.get(measure, ()), *at)
        ways = [_points(measure, at) for measure, at in points.items()]
        if prod(map(len, ways)) > _MOST_WAYS:
            return False
        return all(
            any(meets(_with(condition, dict(zip(points, way, strict=True))), env) is True for condition in asked)
            for way in product(*ways)
        )
    except Undetermined:
        return False


def _leaves(condition: e.Expression) -> Iterator[e.Expression]:
    """The questions of which a condition is made."""
    match condition:
        case e.Logical():
            yield from (leaf for part in condition.parts for leaf in _leaves(part))
        case e.Not():
            yield from _leaves(condition.operand)
        case _:
            yield condition


def _measured(leaf: e.Expression, env: Environment, read: Read) -> tuple[e.Expression, tuple[Any, ...]]:
    """What is open in a question: a number, with its ends and what it is compared with, or the answer itself."""
    if isinstance(leaf, e.Compare) and leaf.ranks is None:
        for measure, limit in ((leaf.left, leaf.right), (leaf.right, leaf.left)):
            if isinstance(measure, e.Query) and measure.function == "average":
                break  # compared without dividing, it has no number
            found, at = read(measure, env), read(limit, env)
            if isinstance(found, v.Interval) and isinstance(at, Decimal):
                return measure, (found.low, found.high, min(max(at, found.low), found.high))
    return leaf, (True, False)


def _points(measure: e.Expression, at: Iterable[Any]) -> list[Any]:
    """The values to be tried of what is open."""
    ends = sorted({*at})
    if isinstance(ends[0], bool):
        return ends
    known = [end for end in ends if end.is_finite()]
    if not known:
        return [v.ZERO]
    outside = [v.EXACT.subtract(known[0], 1)] * (ends[0] < known[0]) + [v.EXACT.add(known[-1], 1)] * (
        ends[-1] > known[-1]
    )
    if isinstance(measure, e.Query) and measure.function in ("count", "in a row"):
        between = [v.EXACT.add(end, 1) for end in known[:-1]]
    else:
        between = [v.EXACT.multiply(v.EXACT.add(one, two), _HALF) for one, two in pairwise(known)]
    return [*known, *outside, *between]


def _with(part: Any, bounds: dict[e.Expression, v.Number]) -> Any:
    """A part of an expression in which open numbers are read as bounded."""
    if isinstance(part, tuple):
        return tuple(_with(inner, bounds) for inner in part)
    if not isinstance(part, e.Expression) or isinstance(part, e.Query):  # inside it, names are those of another
        return part
    if part in bounds:
        return e.Constant(bounds[part])  # type: ignore[arg-type]
    fields = [field.name for field in attrs.fields(type(part))]
    return type(part)(**{name: _with(getattr(part, name), bounds) for name in fields})


_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
