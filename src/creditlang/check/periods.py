"""Semesters need a calendar: without one no record would fall into any."""

from collections.abc import Iterator

from creditlang.core import operators as o
from creditlang.diagnostics import Diagnostic, Phrase, report
from creditlang.resolve import Program

_FROM_CALENDAR = {"semester", "week", "year"}
_USE = Phrase(
    'write `use "common/calendar"` at the top of the policy, or a `calendar` of your own',
    '在办法开头写 引用 "common/calendar"，或者自己写一段“校历”',
)


def check_periods(policy: o.Policy, program: Program) -> Iterator[Diagnostic]:
    """One finding when a policy speaks of semesters and has no calendar."""
    if policy.calendar.semesters:
        return
    operators = [x for rule in policy.rules.values() for x in rule.operators]
    operators += [x for account in policy.accounts.values() for x in account.operators]
    for operator in operators:
        group = getattr(operator, "group", None)
        if isinstance(group, o.Group) and _FROM_CALENDAR & set(group.periods):
            yield report("CR108", operator.span, what=Phrase("calendar", "校历"), instead=_USE)
            return
    for account in policy.accounts.values():
        if account.period in _FROM_CALENDAR:
            node = program.accounts[account.name].node
            yield report("CR108", node.name.span, what=Phrase("calendar", "校历"), instead=_USE)
            return
