"""The policies that show the language, with drafted people: engines agree, and no record is lost."""

import random
from pathlib import Path

import pytest
from tests.differential.drafts import compiled
from tests.differential.outcomes import differences, outcome
from tests.differential.people import world
from tests.differential.test_drafted_policies import ENGINES
from tests.language.test_language import sections

pytestmark = pytest.mark.adds_up_itself

FILES = sorted((Path(__file__).parent.parent / "language").glob("*.md"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_engines_agree_on_each_policy(path: Path) -> None:
    for number, section in enumerate(sections(path)):
        policy = compiled(section.fences["credit"], check=False)
        if policy is not None and policy.given_kinds:
            people = world(random.Random(number), policy, 5, 5)
            reference = outcome(policy, people)
            assert not reference.raised, section.title
            for engine in ENGINES:
                assert differences(reference, outcome(policy, people, engine)) == [], f"{section.title}, {engine}"
