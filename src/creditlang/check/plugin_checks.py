"""The checks of plugins: what they find is told by the plugin's name, at the place of what it is about."""

from collections.abc import Iterator, Mapping
from typing import Any

from creditlang.core.operators import Policy
from creditlang.diagnostics import Diagnostic, report
from creditlang.extensions import Extensions, Finding
from creditlang.resolve import Program
from creditlang.source import Span
from creditlang.to_policy_words import policy_words


def check_by_plugins(policy: Policy, program: Program, extensions: Extensions) -> Iterator[Diagnostic]:
    """The findings of every check; one that fails is named and costs nothing but itself."""
    if not extensions.checks:
        return
    words = policy_words(policy, program)
    for name, check in extensions.checks.items():
        try:
            found = list(check(words))
        except Exception as error:  # a plugin may raise anything, and is named
            yield report("CR701", None, owner=extensions.owners[name], error=type(error).__name__)
            continue
        for finding in found:
            span = _place(program, finding)
            yield report("CR343" if finding.serious else "CR344", span, check=name, sentence=finding.sentence)


def _place(program: Program, finding: Finding) -> Span | None:
    sort, name = finding.about
    tables: dict[str, Mapping[str, Any]] = {
        "item": program.items, "account": program.accounts, "fact": program.facts, "requirement": program.requires,
        "kind": program.kinds,
    }  # fmt: skip
    found = tables.get(sort, {}).get(name)
    node = getattr(found, "node", found)
    if node is not None:
        span: Span = node.name.span
        return span
    return program.policy.span if program.policy else None
