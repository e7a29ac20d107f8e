"""A comparison as outputs take it that people read: plain values and the words of both policies."""

import attrs

from creditlang.comparison.comparison import Comparison
from creditlang.diagnostics import Language
from creditlang.plugin.comparison_data import ComparisonData
from creditlang.policy_lines import PolicyLines
from creditlang.resolve import Program
from creditlang.to_policy_words import policy_words
from creditlang.words import first_fit


def comparison_data(comparison: Comparison, old: Program, new: Program, language: Language) -> ComparisonData:
    """Everything that an output can ask of a comparison; `old` and `new` are the programs of its policies."""
    tables = {name: table.to_dicts() for name, table in comparison.tables.items()}
    before, after = (PolicyLines(policy, language) for policy in (comparison.old, comparison.new))
    for row in (*tables["rules"], *tables["dispositions"]):
        row["line"] = after.change(str(row["line"] or ""), before)
    labels: dict[str, str] = {}
    for policy in (comparison.new, comparison.old):
        for label, name in policy.setting_labels.items():
            if first_fit(name, [label], language) != name:
                labels.setdefault(name, label)
    return ComparisonData(
        old=policy_words(comparison.old, old, language),
        new=policy_words(comparison.new, new, language),
        names=comparison.names,
        language=language,
        students=attrs.asdict(comparison.numbers),
        equations=comparison.equations,
        results=tables,
        named_values=labels,
    )
