"""The rules that a README prints are those that stand beside the policy's lines in its rulebook."""

import re
from pathlib import Path

import pytest

POLICIES = Path(__file__).parents[2] / "stdlib_policies"
PRINTED = [path.parent for path in POLICIES.glob("*/README.md") if "\n## The rules\n" in path.read_text("utf-8")]


@pytest.mark.parametrize("folder", PRINTED, ids=lambda folder: folder.name)
def test_the_rules_of_the_readme_are_the_clauses(folder: Path) -> None:
    rules = (folder / "README.md").read_text("utf-8").split("\n## The rules\n")[1].split("\n## ")[0]
    printed = [" ".join(rule.split()) for rule in re.findall(r"^(\d+\. .+(?:\n {3}.+)*)", rules, re.MULTILINE)]
    clauses = (folder / f"{folder.name}.clauses.txt").read_text("utf-8")
    assert re.findall(r"^\[Rule (\d+)\]\n(.+)$", clauses, re.MULTILINE) == [
        (rule.partition(".")[0], rule) for rule in printed
    ]
