"""Which accounts the queue of moves changes, and which entries: what reads them is read before it, or after it."""

from collections.abc import Iterable, Iterator, Mapping

from creditlang.core import operators as o
from creditlang.core.account_trees import around, root_of, within
from creditlang.core.posted_elsewhere import posts_elsewhere

Accounts = Mapping[str, o.Account]
Rules = Mapping[str, o.Rule]


def takes(account: o.Account) -> tuple[o.Move, ...]:
    """The lines of a category by which its entries take from other accounts."""
    return tuple(operator for operator in account.operators if isinstance(operator, o.Move))


def touched(accounts: Accounts, rules: Rules, moves: tuple[o.Move, ...]) -> frozenset[str]:
    """The accounts that moves take from or give to, with all around and inside them."""
    ends = {name for move in moves for name in (*move.sources, move.target)}
    for account in accounts.values():
        for take in takes(account):
            ends |= {*take.sources} if take.sources else _may_be_taken_from(accounts)
    return _with_trees(accounts, ends) | served(accounts, rules)


def served(accounts: Accounts, rules: Rules) -> frozenset[str]:
    """The accounts that have entries which the queue serves, with all around and inside them.

    These entries bring no more than the queue leaves them, in each period; where others are taken from, their periods
    stay as they were earned.
    """
    ends: set[str] = set()
    for account in accounts.values():
        if takes(account):
            ends.add(account.name)
            if posts_elsewhere(accounts, rules, [*within(accounts, root_of(accounts, account.name))]):
                ends |= {
                    x.name for x in accounts.values() if x.sort in ("category", "score") and x.unit == account.unit
                }
    return _with_trees(accounts, ends)


def queued(policy: o.Policy) -> frozenset[str]:
    """The rules whose entries take: these stand in the queue of moves, which posts what goes to another account."""
    takers = [name for name, account in policy.accounts.items() if takes(account)]
    return frozenset(rule for taker in takers for name in policy.inside[taker] for rule in policy.accounts[name].items)


def _may_be_taken_from(accounts: Accounts) -> set[str]:
    return {name for name, account in accounts.items() if account.sort in ("category", "account")}


def _with_trees(accounts: Accounts, ends: Iterable[str]) -> frozenset[str]:
    def found() -> Iterator[str]:
        for name in ends:
            yield from within(accounts, name)
            yield from around(accounts, name)

    return frozenset(found())
