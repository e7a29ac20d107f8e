"""What a condition comes to in a period that still runs, as it stands.

What holds today is met. What fails and can still come to hold is open: a lower bound, or a condition of which nobody
can say which way it goes. An upper bound that is exceeded stays exceeded, since what is measured only grows.
"""

from typing import Final

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core.dependencies import references
from creditlang.interpreter.expression_meanings import answer
from creditlang.interpreter.student_run import Environment

_OPPOSITE: Final = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "=", "!=": "!="}


def so_far(condition: e.Expression, env: Environment) -> v.Answer:
    """Whether a condition holds in a period that still runs."""
    holds = answer(condition, env)
    return v.OPEN if holds is False and not _settled(condition, env, False) else holds


def _settled(x: e.Expression, env: Environment, holds: bool) -> bool:
    """Whether a condition that has this answer will keep it, whatever comes in the rest of the period."""
    match x:
        case e.Not():
            return _settled(x.operand, env, not holds)
        case e.Logical():
            sides = [_settled(side, env, holds) for side in (x.left, x.right) if answer(side, env) is holds]
            return all(sides) if (x.operator == "or") is not holds else any(sides)
        case e.Compare():
            operator = x.operator if any(references(x.left)) or not any(references(x.right)) else _OPPOSITE[x.operator]
            zero = operator == "=" and e.Constant(v.ZERO) in (x.left, x.right)
            return operator in (("<", "<=") if not holds else (">", ">=")) or (zero and not holds)
        case e.Query(function="any"):
            return holds
    return False
