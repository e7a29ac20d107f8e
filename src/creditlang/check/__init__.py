"""Findings about a compiled policy, before any student is touched."""

from creditlang.core import Compilation, Policy
from creditlang.diagnostics import Diagnostic


def check_policy(policy: Policy, compilation: Compilation) -> list[Diagnostic]:
    return []
