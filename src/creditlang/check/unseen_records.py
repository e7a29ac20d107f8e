"""Queries that find nothing, because the guards of the kind take out all that they ask for."""

from collections.abc import Iterator

from creditlang.check.possible_cases import Grid
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references
from creditlang.diagnostics import Diagnostic, report
from creditlang.source import Span


def check_unseen(policy: o.Policy) -> Iterator[Diagnostic]:
    """One finding for each plain query that no record can satisfy which its kind's guards let pass."""
    for span, part in _lines(policy):
        for query in dict.fromkeys(references(part, e.Query)):
            if not isinstance(query.source, e.RecordsOf) or query.level != "plain" or query.where is None:
                continue
            if _finds_nothing(policy, policy.kinds[query.source.kind], query.where):
                yield report("CR214", span, kind=query.source.kind)


def _lines(policy: o.Policy) -> Iterator[tuple[Span | None, object]]:
    """Everything that may ask, with its line."""
    bodies: list[tuple[o.Operator, ...]] = [kind.guards for kind in policy.kinds.values()]
    bodies += [rule.operators for rule in policy.rules.values()]
    bodies += [account.operators for account in policy.accounts.values()]
    for operator in dict.fromkeys(operator for body in bodies for operator in body):
        cases = operator.cases if isinstance(operator, o.Amount) else ()
        yield from ((case.span, case) for case in cases)
        if not cases:
            yield operator.span, operator
    decided = [account.decide for account in policy.accounts.values() if account.decide is not None]
    for decide in (*decided, *policy.facts.values(), *policy.requirements.values()):
        yield from ((case.span, case) for case in decide.cases)


def _finds_nothing(policy: o.Policy, kind: o.RecordKind, where: e.Expression) -> bool:
    """Whether some record satisfies a condition, but none that the guards of its kind let pass.

    Guards that ask for more than the condition does are left out, since nothing can be said of both then.
    """
    columns = {column.name: column for column in kind.columns}
    grid = Grid(policy, columns, {column.name: column for column in policy.attributes})
    condition = grid.condition(where)
    known = set(grid.variables)
    guards = (guard.condition for guard in kind.guards if guard.condition and guard.otherwise in ("void", "invalid"))
    stays = [grid.condition(guard) for guard in guards if grid.read_by(guard) <= known]
    cases = grid.cases((), 1)
    if cases is None or not stays:
        return False
    met = [case for case in cases if condition.test(case) is True]
    return bool(met) and not any(all(guard.test(case) is True for guard in stays) for case in met)
