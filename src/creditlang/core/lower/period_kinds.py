"""How long periods are, and which kinds of them lie whole in others."""

from collections.abc import Mapping

from creditlang.resolve import Program
from creditlang.syntax import tree as t

_UNITS: Mapping[str, tuple[int, str]] = {
    "days": (1, "days"),
    "weeks": (7, "days"),
    "months": (1, "months"),
    "years": (12, "months"),
}
_WITHIN = {
    "week": ("semester", "year"), "month": ("quarter", "calendar year"), "quarter": ("calendar year",),
    "semester": ("year",),
}  # fmt: skip
"""In which other kinds a built-in one lies whole; days lie in all, and a week is cut where its semester is."""


def lies_in(program: Program, inner: str, outer: str) -> bool:
    """Whether every period of a kind lies whole in one of another kind, whoever it is."""
    if inner in (outer, "day"):
        return True
    one, two = program.periods.get(inner), program.periods.get(outer)
    if one is not None and two is not None and (one.start, one.until) == (two.start, two.until):
        count, unit = length_of(one)
        whole, other = length_of(two)
        if count and unit == other:
            return whole % count == 0
    within, around = _own(one, inner), _own(two, outer)
    return within == around or around in _WITHIN.get(within, ())


def _own(node: t.Period | None, name: str) -> str:
    """The built-in kind that a kind has its periods of, else its own name."""
    return node.length.text if node is not None and isinstance(node.length, t.PeriodName) else name


def length_of(node: t.Period) -> tuple[int, str]:
    """How long each period is, in months or days; 0 where that is no whole number above zero."""
    if isinstance(node.length, t.PeriodName):
        return 0, node.length.text
    count, unit = node.length.count, _UNITS.get(node.length.unit)
    if unit is None or not isinstance(count, t.Number) or count.value != int(count.value):
        return 0, node.length.unit
    return int(count.value) * unit[0], unit[1]
