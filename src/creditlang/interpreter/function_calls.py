"""Functions of plugins: called at exact values, held to the type and number of decimals that they promised."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.diagnostics import Phrase
from creditlang.extensions import Function
from creditlang.values import Undetermined


def called(x: e.Call, values: Sequence[Any]) -> Any:
    """What a function of a plugin gives for some values. Raises `Undetermined` when it fails or breaks its promise."""
    if any(value is v.OPEN or isinstance(value, v.Interval) for value in values):
        if x.function.result == "number":
            return v.interval(-v.UNBOUNDED, v.UNBOUNDED)
        if x.function.result == "yes or no":
            return v.OPEN
        reason = Phrase(f"{x.name} has no value yet", f"“{x.name}”尚无结果")
        raise Undetermined("function", reason, x.name, v.OPEN)
    try:
        found = x.function(*values)
    except Exception as error:  # a plugin may raise anything, and is named
        raise _failed(x, type(error).__name__) from None
    if not _is_exact(found, x.function):
        raise _failed(x, "not an exact value of the promised type")
    return found


_MOST_DIGITS = 12
"""Digits before the point, as for numbers in policies and data."""


def _failed(x: e.Call, why: str) -> Undetermined:
    reason = Phrase(f"the function {x.name} failed ({why})", f"函数“{x.name}”出错（{why}）")
    return Undetermined("function", reason, x.name)


def _is_exact(value: object, function: Function) -> bool:
    """Whether a value is what a function promised; a number must be finite and have no more digits than promised."""
    if function.result == "number":
        if not isinstance(value, Decimal) or not value.is_finite():
            return False
        exponent = value.as_tuple().exponent
        return isinstance(exponent, int) and -exponent <= function.decimals and value.adjusted() < _MOST_DIGITS
    return type(value) is {"date": date, "text": str, "yes or no": bool}[function.result]
