"""Policies that people wrote, and drafts, changed by the grammar's own rules, so that constructs meet as nobody put
them: what a draft says of a construct, its generator thought of.
"""

import random

from tests.differential.drafts import Draft, compiled, drafted
from tests.differential.grammatical_changes import GrammaticalChanges
from tests.differential.policies_at_hand import policies_at_hand
from tests.differential.sentences import lines_of

OF_A_DRAFT = 0.3
"""The share of policies that were drafted."""
CHANGES = (1, 1, 2, 2, 3, 4, 6, 9)
TRIES = 4
"""For each change: most are refused."""


def changed_policy(rng: random.Random) -> Draft | None:
    """A policy with some changes after each of which it still compiles; None where none was found."""
    if rng.random() < OF_A_DRAFT:
        draft = drafted(rng, rng.choice(("en", "zh")))
        text = draft.text if draft is not None else ""
    else:  # of two the shorter: a long one says the same more often
        text = min((rng.choice(policies_at_hand())[0] for _ in range(2)), key=len)
    found, wanted = None, rng.choice(CHANGES)
    changes = GrammaticalChanges.of(text)
    for _ in range(TRIES * wanted):
        other = changes.changed(rng, 1)
        policy = compiled(other) if other != changes.text else None
        if policy is not None and policy.rules:
            found, wanted = Draft(tuple(lines_of(other)), "en", other, policy), wanted - 1
            if not wanted:
                break
            changes = GrammaticalChanges.of(other)
    return found
