"""What reads an account that moves change reads what they leave, unless the moves wait for it."""

import creditlang

POLICY = creditlang.load("""
calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    ends 2025-08-31
unit credit
unit point
fact proved of act
    yes when proof is used in taken
    no otherwise
record act
    on: date
    proof: text, optional
record conversion
    item: item
    on: date
    credits: number, at least 0
    proof: text, optional
category pool in credit
    item work from act
        1 per event
    void when proved, "used"
score conduct in point
    item marks from act
        1 per event when proved
        2 per event otherwise
category taken per semester in credit from conversion
    item exchange from conversion
        credits per event
    take from pool
fact here per semester
    taken
fact asked
    total(amount of counted conversion in taken ever)
""")
ACTS = [{"on": "2024-10-01", "proof": "A"}, {"on": "2024-10-02", "proof": "B"}]


def test_facts_read_what_the_queue_leaves() -> None:
    """The first request takes all that there is; nothing is left for the second, whose proof is not used in the end."""
    requests = [
        {"item": "exchange", "on": "2024-10-03", "credits": 3, "proof": "C"},
        {"item": "exchange", "on": "2024-10-04", "credits": 1, "proof": "A"},
    ]
    result = POLICY.evaluate({}, {"act": ACTS, "conversion": requests})
    rows = {row[1:4] for name in ("accounts", "facts") for row in result.tables[name]}
    assert {("taken", "2024-2025-1", 1), ("here", "2024-2025-1", 1), ("asked", "", 1)} <= rows
    assert result.account("pool") == 0  # before the moves the proof of A is asked for: used, and void
    assert result.account("conduct") == 4  # after them it is not
