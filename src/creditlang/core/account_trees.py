"""Accounts inside and around others: a category has categories inside, and those are filled together, as one tree."""

from collections.abc import Iterator, Mapping

from creditlang.core import operators as o


def root_of(accounts: Mapping[str, o.Account], name: str) -> str:
    """The outermost account around an account."""
    parent = accounts[name].parent
    return root_of(accounts, parent) if parent else name


def within(accounts: Mapping[str, o.Account], name: str) -> Iterator[str]:
    """An account and all inside it."""
    yield name
    for child in accounts[name].children:
        yield from within(accounts, child)


def around(accounts: Mapping[str, o.Account], name: str) -> Iterator[str]:
    """The accounts around an account, the inner before the outer."""
    parent = accounts[name].parent
    if parent:
        yield parent
        yield from around(accounts, parent)
