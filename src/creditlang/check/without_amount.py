"""Items that say no amount."""

from collections.abc import Iterator

from creditlang.core.operators import Amount, Policy
from creditlang.diagnostics import Diagnostic, report
from creditlang.resolve import Program


def check_amounts(policy: Policy, program: Program) -> Iterator[Diagnostic]:
    """Items whose records all count, and come to nothing."""
    for name, rule in policy.rules.items():
        if name in program.items and not any(isinstance(operator, Amount) for operator in rule.operators):
            yield report("CR320", program.items[name].node.name.span, name=name)
