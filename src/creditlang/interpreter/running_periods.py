"""What a condition comes to in a period that still runs, as it stands.

What holds today is met. What fails and can still come to hold is open: a lower bound, or a condition of which nobody
can say which way it goes. An upper bound that is exceeded stays exceeded, since what is measured only grows.
"""

from collections.abc import Callable
from typing import Final

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core.dependencies import references
from creditlang.interpreter.student_run import Environment

Meets = Callable[[e.Expression, Environment], v.Answer]
_OPPOSITE: Final = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "=", "!=": "!="}


def so_far(condition: e.Expression, env: Environment, meets: Meets) -> v.Answer:
    """Whether a condition holds in a period that still runs; `meets` says whether it does as it stands."""
    holds = meets(condition, env)
    return v.OPEN if holds is False and not _settled(condition, env, False, meets) else holds


def _settled(x: e.Expression, env: Environment, holds: bool, meets: Meets) -> bool:
    """Whether a condition that has this answer will keep it, whatever comes in the rest of the period."""
    match x:
        case e.Not():
            return _settled(x.operand, env, not holds, meets)
        case e.Logical(operator="and" | "or"):
            sides = [_settled(side, env, holds, meets) for side in x.parts if meets(side, env) is holds]
            return all(sides) if (x.operator == "or") is not holds else any(sides)
        case e.Compare():
            turned = not _measures(x.left) and _measures(x.right)
            operator = _OPPOSITE.get(x.operator, x.operator) if turned else x.operator
            zero = operator == "=" and e.Constant(v.ZERO) in (x.left, x.right)
            return operator in (("<", "<=") if not holds else (">", ">=")) or (zero and not holds)
        case e.Query(function="any"):
            return holds
    return False


def _measures(x: e.Expression) -> bool:
    """Whether a side of a comparison is something that is worked out."""
    return any(True for kind in (e.Value, e.Query) for _ in references(x, kind))
