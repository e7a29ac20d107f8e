"""Is anything taken from an account that itself takes? What it holds is not known before the queue is done."""

from collections.abc import Iterator

from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.core.moved_accounts import takes
from creditlang.diagnostics import Diagnostic, report


def check_chains(policy: o.Policy) -> Iterator[Diagnostic]:
    """A source of a move in which, or around which, something is taken from elsewhere."""
    takers = {name for name, account in policy.accounts.items() if takes(account)}
    moves = [(move, move.sources) for move in policy.moves]
    moves += [(move, move.sources) for name in takers for move in takes(policy.accounts[name])]
    for move, sources in moves:
        for source in sources:
            if any(takers.intersection(within(policy.accounts, name)) for name in _around(policy, source)):
                yield report("CR328", move.span, name=source)


def _around(policy: o.Policy, name: str) -> Iterator[str]:
    """An account, and the one around it that takes by itself."""
    yield name
    outer = policy.accounts[name].parent
    while outer is not None:
        if takes(policy.accounts[outer]):
            yield outer
        outer = policy.accounts[outer].parent
