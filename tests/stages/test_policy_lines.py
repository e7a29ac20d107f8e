"""Every line that an answer may quote is a line in the language of its reader, wherever it stands in the policy."""

import pytest

from creditlang.core.parts import inside
from creditlang.driver import compile_source, read_source
from creditlang.policy_lines import PolicyLines
from creditlang.resources import policy_path
from creditlang.source import SourceFile


@pytest.mark.parametrize("name", ["hengyang", "shangrao", "volunteer_hours", "driver_demerits", "house_points"])
def test_lines_in_both_languages(name: str) -> None:
    path = policy_path(name)
    source = read_source(path) if path is not None else None
    assert isinstance(source, SourceFile)
    policy = compile_source(source, check=False).policy
    english, chinese = PolicyLines(policy, "en"), PolicyLines(policy, "zh")
    things = (policy.rules, policy.accounts, policy.facts, policy.requirements)
    parts = (*(part for group in things for part in group.values()), *policy.moves, *policy.uniques)
    for text in {text for part in inside(parts) if (text := getattr(part, "text", ""))}:
        assert english.line(text) != chinese.line(text)
