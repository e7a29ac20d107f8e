"""Where limits meet: what is cut goes by date, or by the amount at hand, and another choice might leave more.

Limits of which each lies within the next, as of an item, then its category, cut the same whatever the order. Others do
not: a record that one of them cuts may have been the better one for the other.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise

from creditlang.check.possible_cases import Grid
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import root_of
from creditlang.diagnostics import Diagnostic, report

_INSIDE: Mapping[str, frozenset[str]] = {
    "day": frozenset({"week", "month", "quarter", "calendar year", "semester", "year"}),
    "week": frozenset({"semester", "year"}),
    "month": frozenset({"quarter", "calendar year"}),
    "quarter": frozenset({"calendar year"}),
    "semester": frozenset({"year"}),
}
"""The periods that a period lies in as a whole."""


def check_cuts(policy: o.Policy) -> Iterator[Diagnostic]:
    """One note for each limit that cuts across an earlier one, each proof over several areas, each second choice."""
    told: set[int] = set()
    for rule in policy.rules.values():
        caps = [x for x in _lines(policy, rule) if isinstance(x, o.Limit) and x.of == "amount"]
        caps = [cap for cap in caps if cap.group.over is None or rule.name in cap.group.over]
        for one, two in pairwise(caps):
            if not _lies_within(one, two) and _may_meet(policy, rule, one, two) and two.number not in told:
                told.add(two.number)
                yield report("CR319", two.span)
    for unique in policy.uniques:
        if _may_differ([policy.rules[name] for name in unique.group.over or policy.rules]):
            yield report("CR319", unique.span)
    yield from _second_choices(policy)


def _may_differ(rules: Sequence[o.Rule]) -> bool:
    """Whether the first entry of some rules may not be the best: they are in several accounts, or their amounts are not
    all one number.
    """
    amounts = [x for rule in rules for x in rule.operators if isinstance(x, o.Amount)]
    values = {case.value.value if isinstance(case.value, e.Constant) else None for x in amounts for case in x.cases}
    return len({rule.account for rule in rules}) > 1 or len(values) > 1 or None in values


def _lines(policy: o.Policy, rule: o.Rule) -> Iterator[o.Operator]:
    """The lines that a rule's entries pass, its own first, then those of its category and outward."""
    yield from rule.operators
    name: str | None = rule.account
    while name:
        yield from policy.accounts[name].operators
        name = policy.accounts[name].parent


def _lies_within(one: o.Limit, two: o.Limit) -> bool:
    """Whether every group of one limit lies in a group of the other as a whole."""
    here, there = one.group, two.group
    if two.condition not in (None, one.condition) or there.window not in (None, here.window):
        return False
    if there.over is not None and (here.over is None or not here.over <= there.over):
        return False
    periods = all(any(x == y or y in _INSIDE.get(x, ()) for x in here.periods) for y in there.periods)
    return periods and set(there.fields) <= set(here.fields)


def _may_meet(policy: o.Policy, rule: o.Rule, one: o.Limit, two: o.Limit) -> bool:
    """Whether both limits may speak of one record."""
    conditions = [limit.condition for limit in (one, two) if limit.condition is not None]
    columns = {column.name: column for column in policy.kinds[rule.kind].columns}
    grid = Grid(policy, columns, {column.name: column for column in policy.attributes})
    cases = grid.cases([grid.condition(condition) for condition in conditions], len(conditions))
    return cases is None or bool(cases)


def _second_choices(policy: o.Policy) -> Iterator[Diagnostic]:
    """Where two areas choose among the same records, each by its own amount."""
    choices = [
        (rule, line)
        for rule in policy.rules.values()
        for line in _lines(policy, rule)
        if isinstance(line, o.Limit) and line.order == "highest" and rule.where is not None
    ]
    told: set[int] = set()
    for (rule, one), (other, two) in combinations(choices, 2):
        same = rule.kind == other.kind and one.number != two.number and (one.by is None or one.by != two.by)
        apart = root_of(policy.accounts, rule.account) != root_of(policy.accounts, other.account)
        if same and apart and one.group.fields == two.group.fields and two.number not in told:
            told.add(two.number)
            yield report("CR329", two.span)
