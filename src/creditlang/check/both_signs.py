"""Lines that have two readings where awards and deductions meet: does `plus 1` make a deduction larger or smaller?"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references, within
from creditlang.diagnostics import Diagnostic, report


def check_both_signs(policy: o.Policy) -> Iterator[Diagnostic]:
    """One finding for each line that adds, rounds, or limits one entry after the other, over entries of both signs."""
    for rule in policy.rules.values():
        yield from _lines(policy, rule.operators, (rule.name,))
    for account in policy.accounts.values():
        inside = [rule for name in within(policy.accounts, account.name) for rule in policy.accounts[name].items]
        yield from _lines(policy, account.operators, inside)


def _lines(policy: o.Policy, operators: Iterable[o.Operator], inside: Iterable[str]) -> Iterator[Diagnostic]:
    for operator in operators:
        match operator:
            case o.Rescale(group=group) if operator.operation != "times":
                pass
            case o.Limit(of="amount", group=group) if operator.sequential or group.window:
                pass
            case _:
                continue
        if {-1, 1} <= set(_signs(policy, group.over or inside)):
            yield report("CR325", operator.span)


def _signs(policy: o.Policy, rules: Iterable[str]) -> Iterator[int]:
    for name in rules:
        for operator in policy.rules[name].operators:
            if isinstance(operator, o.Amount):
                yield from (case.sign for case in operator.cases if case.value != e.Constant(Decimal(0)))


def check_own_limits(policy: o.Policy) -> Iterator[Diagnostic]:
    """A limit that each entry brings along itself means something only where one entry is done after the other."""
    bodies = [rule.operators for rule in policy.rules.values()]
    bodies += [account.operators for account in policy.accounts.values()]
    for body in bodies:
        for operator in body:
            if (
                isinstance(operator, o.Limit)
                and not (operator.sequential or operator.group.window)
                and any(
                    (isinstance(x, e.Value) and x.sort == "record fact")
                    or (isinstance(x, e.Read) and x.what == "field" and x.name not in operator.group.fields)
                    for x in references(operator.room, e.Expression)
                )
            ):
                yield report("CR326", operator.span)
