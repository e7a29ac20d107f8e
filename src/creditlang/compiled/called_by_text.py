"""What generated texts call by name, beside the functions that are made for them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from creditlang import values as v
from creditlang.compiled.light_entries import TERM, Row
from creditlang.compiled.policy_at_hand import BELOW_ZERO, INVALID, OPEN_VALUE, PENDING, HandOver, closed
from creditlang.interpreter.expression_meanings import not_above_zero
from creditlang.interpreter.limits import counts_instead
from creditlang.interpreter.narrowing import no_case
from creditlang.interpreter.student_run import missing
from creditlang.values import Undetermined


def _no_value(name: str) -> Any:
    raise missing(name)


def _no_case(what: str) -> Any:
    raise no_case(what)


def _above_zero(divisor: Decimal) -> Decimal:
    if divisor <= 0:
        raise not_above_zero()
    return divisor


def _rounded_down(value: Decimal, step: Decimal) -> Decimal:
    whole = value // step
    if value >= 0:
        return whole * step
    found = v.quotient(value, Decimal(1), "down", step)
    assert isinstance(found, Decimal)
    return found


def _enrolled(w: Any, semester: str | None) -> bool:
    if semester is None or semester in w.run.enrolled:
        return True
    if w.at_hand.has_begun(semester):
        return False
    raise HandOver(OPEN_VALUE)


def _fact_here(w: Any, name: str, key: str) -> Any:
    """The value of a fact. Raises `HandOver` where it is open, or open whether there is one."""
    if (name, key) in w.run.in_doubt:
        raise HandOver(OPEN_VALUE)
    return closed(w.run.fact(name, key))


def _known(found: Mapping[str, Any], name: str, unsaid: Any) -> Any:
    return closed(found.get(name, unsaid))


def _term_of(w: Any, row: Row) -> str:
    """The semester of a record. Raises `Undetermined` where it has none."""
    found: str = row[TERM] or w.run.period_of("semester", w.run.at(w.record(row)))
    return found


def _required(w: Any, name: str) -> Any:
    return closed(w.run.requirements.get(name, v.OPEN))


CALLED: Final[Mapping[str, Any]] = {
    "Decimal": Decimal, "HandOver": HandOver, "BELOW_ZERO": BELOW_ZERO, "INVALID": INVALID, "ONE": Decimal(1),
    "OPEN_VALUE": OPEN_VALUE, "PENDING": PENDING, "Undetermined": Undetermined, "ZERO": v.ZERO,
    "above_zero": _above_zero, "enrolled": _enrolled, "fact_here": _fact_here, "here": closed,
    "instead": counts_instead, "known": _known, "no_case": _no_case, "no_value": _no_value, "quotient": v.quotient,
    "required": _required, "rounded_down": _rounded_down, "term_of": _term_of,
}  # fmt: skip
