"""Lines that have two readings where awards and deductions meet: does `plus 1` make a deduction larger or smaller, and
what does a number below zero do to one?
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.core.dependencies import references
from creditlang.diagnostics import Diagnostic, Phrase, report


def check_both_signs(policy: o.Policy) -> Iterator[Diagnostic]:
    """One finding for each line that adds, rounds, or limits one entry after the other, over entries of both signs; and
    for each that deducts a number below zero, or adds one to deductions.
    """
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
            case o.Amount(cases=cases):
                for case in cases:
                    if case.sign < 0 and any(_below_zero(policy, x) for x in (case.value, *(case.between or ()))):
                        yield report("CR114", case.span, written=case.text, forms=_DEDUCTED)
                continue
            case _:
                continue
        signs = set(_signs(policy, group.over or inside))
        if {-1, 1} <= signs:
            yield report("CR325", operator.span)
        elif isinstance(operator, o.Rescale) and signs == {-1} and _below_zero(policy, operator.value):
            yield report("CR114", operator.span, written=operator.span and operator.span.text, forms=_ADDED)


def _below_zero(policy: o.Policy, x: e.Expression) -> bool:
    """Whether what is written is a number below zero, has one by name, or is a table with one."""
    match x:
        case e.Arithmetic(
            operator="-", left=e.Constant(value=Decimal() as left), right=e.Constant(value=Decimal() as right)
        ):
            return left < right
        case e.Read(what="setting", name=name):
            return any(_below_zero(policy, dated.value) for dated in policy.settings[name])
        case e.Lookup(table=table):
            return any(cell < 0 for cell in table.cells.values())
    return False


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


_DEDUCTED = Phrase(
    "a number from 0 after `deduct`, or the amount that is given without `deduct`",
    "“扣”和不小于0的数，或者不写“扣”，只写所加的数额",
)
_ADDED = Phrase(
    "a number from 0 to deduct more, or the smaller deduction itself to deduct less",
    "不小于0的数（多扣），或者直接写较小的扣分（少扣）",
)
