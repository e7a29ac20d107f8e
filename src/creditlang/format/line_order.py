"""The order of lines and rates in the other language: what stands after in English stands before in Chinese."""

from collections.abc import Mapping
from typing import Final

from creditlang.format.branch_parts import (
    Order,
    Part,
    asked_first,
    expression_of,
    has,
    inner,
    made,
    taken,
    when_word,
    without,
)
from creditlang.format.concrete_tree import Branch, kind_of
from creditlang.format.expression_order import following, following_in_chinese

_SCOPES = ("scope", "IN_TOTAL")
_CONDITIONS = ("when", "unless", "otherwise")


# ---- lines
def _scope_first(parts: list[Part]) -> list[Part]:
    """每学期最高5."""
    scopes = taken(parts, *_SCOPES)
    if not scopes:
        return parts
    return [*scopes, *taken(parts, "over"), *without(parts, *_SCOPES, "over")]


def _scope_last(parts: list[Part]) -> list[Part]:
    """`cap 5 per semester`."""
    if kind_of(parts[0]) != "scope":
        return parts
    scope, after = parts[0], ("by_value", *_CONDITIONS, "cites")
    rest = without(parts[1:], "IN_TOTAL")
    return [*without(rest, "over", *after), scope, *taken(rest, "over"), *taken(rest, *after)]


def _condition_first(parts: list[Part]) -> list[Part]:
    """成绩不低于90时：每次5."""
    if has(parts, "reason", "if_present", "unless") or not has(parts, "when", "otherwise"):
        return parts
    condition = taken(parts, "when", "otherwise")[0]
    if kind_of(condition) == "when":
        front: Part = Branch("when_before", [*asked_first(expression_of(condition)), made("COLON", "：")])
    else:
        front = Branch("otherwise_before", [*inner(condition), made("COLON", "：")])
    return [front, *(part for part in parts if part is not condition)]


def _condition_last(parts: list[Part]) -> list[Part]:
    """`5 per event when grade at least 90`."""
    front, amount, *rest = parts
    if kind_of(front) == "otherwise_before":
        condition: Part = Branch("otherwise", [made("OTHERWISE", "otherwise", "otherwise")])
    else:
        condition = Branch("when", [when_word(), expression_of(front)])
    return [amount, condition, *rest]


def _ordinal_first(parts: list[Part]) -> list[Part]:
    """每学期自第3次起：乘2."""
    if kind_of(parts[0]) == "scope":
        return parts
    return [*taken(parts, "scope"), *without(parts, "EVENTS", "scope")]


def _ordinal_last(parts: list[Part]) -> list[Part]:
    """`from the 3rd event per semester: times 2`."""
    start, ordinal = taken(parts, "FROM_THE", "ORDINAL")
    rest = without(parts, "FROM_THE", "ORDINAL", "EVENTS", "scope", "over")
    return [start, ordinal, made("EVENTS", "event"), *taken(parts, "scope", "over"), *rest]


def _guard_last(parts: list[Part]) -> list[Part]:
    """未经批准时不计."""
    guard, keyword, condition, *rest = parts
    if kind_of(keyword) != "WHEN":
        return parts
    return [*asked_first(condition), guard, *rest]


def _guard_first(parts: list[Part]) -> list[Part]:
    """`void when not approved`."""
    guard = taken(parts, "guard")[0]
    if has(parts, "otherwise_before"):
        return parts
    before = parts[: parts.index(guard)]
    condition = taken(before, "when_before", "when_bare")
    marks = ("WHEN", "WHEN_AFTER")
    asked = expression_of(condition[0]) if condition else without(before, *marks)[0]
    return [guard, made("WHEN", "when", "guard_line"), asked, *parts[parts.index(guard) + 1 :]]


def _measure_last(parts: list[Part]) -> list[Part]:
    """成绩不低于60时：…, 每学期：…."""
    for place, part in enumerate(parts):
        if kind_of(part) == "when":
            front: list[Part] = [Branch("when_before", [*asked_first(expression_of(part)), made("COLON", "：")])]
        elif kind_of(part) == "in_each" and place and kind_of(parts[place - 1]) != "part_label":
            front = [part, made("COLON", "：")]
        else:
            continue
        others = [other for other in parts if other is not part]
        labels = len(taken(others, "part_label"))
        return [*others[:labels], *front, *others[labels:]]
    return parts


def _measure_first(parts: list[Part]) -> list[Part]:
    """`… when …`, `… in each semester`."""
    cites = taken(parts, "cites")
    for part in parts:
        others = [other for other in without(parts, "cites") if other is not part]
        if kind_of(part) == "when_before":
            return [*others, Branch("when", [when_word(), expression_of(part)]), *cites]
        if kind_of(part) == "in_each" and has(others, "COLON"):
            return [*without(others, "COLON"), part, *cites]
    return parts


# ---- rates
def _deduction_inside(parts: list[Part]) -> list[Part]:
    """每次扣1分; the amount of `deduct 1 per event`."""
    if kind_of(parts[0]) != "DEDUCT" or kind_of(parts[1]) not in ("suffix_per", "full_suffix"):
        return parts
    deduct, quantity = parts
    *amount, unit = inner(quantity)
    return [Branch(kind_of(quantity), [*amount, deduct, unit])]


def _rate_first(parts: list[Part]) -> list[Part]:
    """每次0.2."""
    return [parts[-1], *parts[:-1]]


def _rate_last(parts: list[Part]) -> list[Part]:
    """`0.2 per event`."""
    unit, *rest = without(parts, "COUNTS")
    return [*taken(rest, "DEDUCT"), *without(rest, "DEDUCT"), unit]


def _full_first(parts: list[Part]) -> list[Part]:
    """每学期每满20小时计1, 每次每满20小时计1."""
    amount, full, number, measure, *rest = parts
    front: list[Part] = [full]
    if has(rest, "OF_EACH_EVENT"):
        front = [made("EACH_PER_FULL", "每次每满")]
    elif rest:
        front = [rest[0], full]
    return [*front, number, measure, made("COUNTS", "计"), amount]


def _full_last(parts: list[Part]) -> list[Part]:
    """`1 per full 20 hours of each event`, `1 per full 20 hours per semester`."""
    rest = without(parts, "COUNTS", "scope", "IN_TOTAL", "PER_FULL", "EACH_PER_FULL")
    number, measure, *amount = rest
    end: list[Part] = taken(parts, "scope")
    if has(parts, "EACH_PER_FULL"):
        end = [made("OF_EACH_EVENT", "of each event")]
    return [*amount, made("PER_FULL", "per full"), number, measure, *end]


def _counted_first(parts: list[Part]) -> list[Part]:
    """`2 at 130, then 1 per full 60`: 130计2，此后每满60计1."""
    if not has(parts, "AT"):
        return parts
    steps, what, colon, amount, _, at, *rest = parts
    then = [
        Branch("then_counted", [comma, word, full, each, made("COUNTS", "计"), more])
        for part in taken(rest, "then")
        for comma, word, more, full, each in [inner(part)]
    ]
    return [steps, what, colon, at, made("COUNTS", "计"), amount, *then, *without(rest, "then")]


def _counted_last(parts: list[Part]) -> list[Part]:
    """130计2，此后每满60计1: `2 at 130, then 1 per full 60`."""
    steps, what, colon, at, _, amount, *rest = parts
    then = [
        Branch("then", [comma, word, more, full, each])
        for part in taken(rest, "then_counted")
        for comma, word, full, each, _, more in [inner(part)]
    ]
    return [steps, what, colon, amount, made("AT", "at"), at, *then, *without(rest, "then_counted")]


def _valid_until(parts: list[Part]) -> list[Part]:
    """`valid until 24 months after on`."""
    if not has(parts, "VALID_FOR"):
        return parts
    _, day, _, *rest = parts
    return [made("VALID_UNTIL", "valid until"), day, *rest]


def _borne(parts: list[Part]) -> list[Part]:
    """`falls on dormitory`."""
    return [made("FALLS_ON", "falls on"), *(part for part in parts if kind_of(part) not in ("BORNE_BY", "BY_ALL"))]


def _holding(parts: list[Part]) -> list[Part]:
    """`in the week of 2024-10-08`."""
    _, day, _, period = parts
    return [made("IN_THE", "in the"), period, made("OF", "of"), day]


def _held(parts: list[Part]) -> list[Part]:
    """于 2024-10-08 所在 周."""
    _, period, _, day = parts
    return [made("IN", "于"), day, made("HOLDING", "所在"), period]


_LIMITS = ("cap_line", "count_line", "once_line", "best_line", "drop_line")
CHINESE: Final[Mapping[str, Order]] = {
    **dict.fromkeys(_LIMITS, _scope_first),
    "case_line": _condition_first, "guard_line": _guard_last, "nth_line": _ordinal_first, "require_part": _measure_last,
    "amount": _deduction_inside, "suffix_per": _rate_first, "full_suffix": _full_first,
    "steps_line": _counted_first, "n_of": following_in_chinese, "in_period_of": _held,
}  # fmt: skip
ENGLISH: Final[Mapping[str, Order]] = {
    **dict.fromkeys(_LIMITS, _scope_last),
    "case_before": _condition_last, "guard_before": _guard_first, "require_part": _measure_first,
    "nth_line": _ordinal_last, "prefix_per": _rate_last, "full_prefix": _full_last, "valid_line": _valid_until,
    "borne_line": _borne, "steps_counted": _counted_last, "n_of": following, "in_period_of": _holding,
}  # fmt: skip
