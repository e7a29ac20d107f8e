"""What a case's own condition says of its value: where `points below 20` may hold, the points are below 20.

Only where it is open which case applies; the value is then read with what the condition, and the failing of the cases
before it, leave of each open number.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, cast

import attrs

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.interpreter.student_run import Environment
from creditlang.values import Undetermined

Bound = tuple[e.Expression, v.Number]
Read = Callable[[e.Expression, Environment], Any]


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
