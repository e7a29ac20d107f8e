"""Findings about a compiled policy, before any student is touched.

Each check reads the core and reports; none changes anything, none depends on another.
"""

from collections.abc import Iterable

from creditlang.check.acceptance import accept
from creditlang.check.both_signs import check_both_signs, check_own_limits
from creditlang.check.chained_moves import check_chains
from creditlang.check.citations import check_citations, check_examples, check_fields
from creditlang.check.conditions import check_conditions
from creditlang.check.order_of_cuts import check_cuts
from creditlang.check.periods import check_periods
from creditlang.check.plugin_checks import check_by_plugins
from creditlang.check.printed_text import check_references, check_values
from creditlang.check.rate_order import check_listed, check_shares, check_tables
from creditlang.check.reachable_limits import check_caps, check_minima
from creditlang.check.unseen_records import check_unseen
from creditlang.check.without_amount import check_amounts
from creditlang.core import Compilation, Policy
from creditlang.diagnostics import Diagnostic, Severity
from creditlang.extensions import Extensions
from creditlang.syntax import tree as t


def check_policy(
    policy: Policy, compilation: Compilation, modules: Iterable[t.Module], extensions: Extensions, finished: bool = True
) -> list[Diagnostic]:
    """Everything the checks find, those of plugins included, that the policy does not accept; of one that is not
    `finished`, since something in it is wrong, only errors: what is missing may answer the rest.
    """
    program = compilation.program
    if not finished:
        found = [
            *check_conditions(policy),
            *check_both_signs(policy),
            *check_own_limits(policy),
            *check_chains(policy),
            *check_unseen(policy),
            *check_examples(policy, program),
            *check_periods(policy, program),
            *check_by_plugins(policy, program, extensions),
        ]
        return [finding for finding in found if finding.severity is Severity.ERROR]  # which no reading accepts
    ranks = {name: tuple(scale.values) for name, scale in program.enumerations.items() if scale.ordered}
    labels = {
        value: texts[0] for scale in program.enumerations.values() for value, texts in scale.values.items() if texts
    }
    found = [
        *check_conditions(policy),
        *check_amounts(policy, program),
        *check_tables(policy, ranks, labels),
        *check_listed(policy, program),
        *check_shares(program, compilation.scope.tables),
        *check_caps(policy),
        *check_minima(policy),
        *check_both_signs(policy),
        *check_own_limits(policy),
        *check_cuts(policy),
        *check_chains(policy),
        *check_unseen(policy),
        *check_citations(policy, program),
        *check_examples(policy, program),
        *check_fields(policy, program, compilation.scope.used),
        *check_periods(policy, program),
        *check_values(program),
        *check_references(policy, program),
        *check_by_plugins(policy, program, extensions),
    ]
    return accept(found, modules)


__all__ = ["check_policy"]
