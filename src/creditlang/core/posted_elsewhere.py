"""Entries that are posted to an account that a field names, in place of their own."""

from collections.abc import Iterable, Mapping

from creditlang.core import operators as o


def posts_elsewhere(accounts: Mapping[str, o.Account], rules: Mapping[str, o.Rule], held: Iterable[str]) -> bool:
    """Whether entries of some accounts may be posted to others."""
    bodies = [accounts[name].operators for name in held]
    bodies += [rules[rule].operators for name in held for rule in accounts[name].items]
    return any(isinstance(line, o.Post) and line.field for body in bodies for line in body)
