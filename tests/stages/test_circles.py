"""Names that stand for one another in a circle: the policy is refused, and whatever walks through them ends."""

import pytest

from creditlang.driver import check_text

ITEMS = """unit credit
record act
    item : item
    n    : number
category earned in credit
    item deducted from act : deduct a per event
    item compared from act
        1 per event when n > a
        2 per event when n < a
    cap a in total
fact kept_back of act
    yes when earned before this >= a
    no otherwise
"""
LINKS = 40
"""More names than may refer to each other in a row."""
LETS = {
    "itself": "let a = a\n",
    "two": "let a = b\nlet b = a\n",
    "one in two": "let a = b + 1\nlet b = b * 2\n",
    "later values": "let a = 1\n    a from 2025-01-01\n",
    "many": "".join(f"let a{x or ''} = a{(x + 1) % LINKS or ''}\n" for x in range(LINKS)),
}
FACTS = {
    "itself": "fact a of act\n    a + 1\n",
    "two": "fact a of act\n    b + 1\nfact b of act\n    a + 1 when n > 2\n    1 otherwise\n",
    "many": "".join(f"fact a{x or ''} of act\n    a{(x + 1) % LINKS or ''} + 1\n" for x in range(LINKS)),
}


@pytest.mark.parametrize("which", LETS)
@pytest.mark.parametrize("before", [True, False])
def test_named_values_in_a_circle(which: str, before: bool) -> None:
    text = f"{LETS[which]}{ITEMS}" if before else f"{ITEMS}{LETS[which]}"
    assert {x.code for x in check_text(text)} == {"CR002" if which == "many" else "CR321"}


@pytest.mark.parametrize("which", FACTS)
def test_facts_of_a_record_in_a_circle(which: str) -> None:
    body = ITEMS.replace("    cap a in total\n", "")
    assert {x.code for x in check_text(f"{body}{FACTS[which]}")} >= {"CR002" if which == "many" else "CR321"}
