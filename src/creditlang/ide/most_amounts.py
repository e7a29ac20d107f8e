"""What an item can give at most in a period, where its own limits say so: written behind its heading.

Only what follows from constants: a cap on the amount, or a number of events of a known amount. What multiplies or adds
after a limit may go beyond it, so that nothing is told then; nor of items that take away.
"""

from collections.abc import Iterator
from decimal import Decimal

from attrs import frozen

from creditlang.check.reachable_limits import most_of_one
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.driver import Compiled
from creditlang.source import SourceFile
from creditlang.values import low, multiply


@frozen
class MostAmount:
    """What an item gives at most in each period of a kind; `at` is the end of the line of its name in the text."""

    at: int
    amount: Decimal
    unit: str | None
    period: str


def most_amounts(compiled: Compiled, source: SourceFile) -> Iterator[MostAmount]:
    """What the items of a file can give at most, in the order of the policy."""
    policy, program = compiled.policy, compiled.compilation.program
    for name, rule in policy.rules.items():
        item = program.items.get(name)
        if item is None or item.node.span.source is not source or policy.sign_of(name) <= 0:
            continue
        for period, amount in _limits(rule).items():
            end = source.text.find("\n", item.node.name.span.end)
            at = end if end >= 0 else len(source.text)
            yield MostAmount(at, amount, policy.accounts[rule.account].unit, period)


def _limits(rule: o.Rule) -> dict[str, Decimal]:
    """The least limit of each kind of period."""
    one: Decimal | None = None
    found: dict[str, Decimal] = {}
    for operator in rule.operators:
        match operator:
            case o.Amount():
                one = most_of_one(operator)
            case o.Rescale():
                one = None
                found.clear()
            case o.Limit(condition=None, dropped=False, room=e.Constant(value=Decimal() as room)):
                group = operator.group
                limit = room if operator.of == "amount" else low(multiply(one, room)) if one is not None else None
                if limit is not None and len(group.periods) == 1 and not group.fields and group.window is None:
                    period = group.periods[0]
                    found[period] = min(limit, found.get(period, limit))
    return found
