"""What a comparison knows, for outputs that people read: what both versions are called, and what differs.

Invariants: everything is as in the tables of the comparison, nothing is computed anew. Names are those of the policies,
in every row; `label` says what people call them.
"""

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from creditlang.diagnostics import Language
from creditlang.plugin.run_data import ResultRow
from creditlang.policy_words import PolicyWords


@frozen(eq=False)
class ComparisonData:
    """Two versions of a policy, or of whatever else changes results, over the same students."""

    old: PolicyWords
    new: PolicyWords
    names: tuple[str, str]
    """What each version is called: a file or a bundled policy, with the named values that were set."""
    language: Language
    students: Mapping[str, int]
    """How many: compared, changed, gained, lost, mixed, otherwise, only_old, only_new."""
    equations: tuple[str, ...]
    """The record equation of each version."""
    results: Mapping[str, Sequence[ResultRow]]
    """The tables of `COMPARISON_TABLES`."""
    named_values: Mapping[str, str] = field(factory=dict)
    """Labels of the named values of the policies."""

    def label(self, name: str) -> str:
        """What people call an account, item, requirement, fact or named value; by the new version, if it has it."""
        for words in (self.new, self.old):
            for known in (words.accounts, words.items, words.requirements):
                if name in known:
                    return str(known[name].label)
            if name in words.facts:
                return words.facts[name]
        return self.named_values.get(name, name)

    def unit(self, name: str) -> str:
        """What people call a unit."""
        return self.new.units.get(name) or self.old.units.get(name, name)
