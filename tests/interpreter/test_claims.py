"""What the checker claims of lines is true: that two overlap, that one never matches. Tried on every record there is.

Bodies are generated; what the checker says of them is compared with a run over the whole grid of values.
"""

import random
import re
from datetime import date
from itertools import product

import pytest

from creditlang.data.given_rows import GivenRows
from creditlang.diagnostics import Place
from creditlang.driver import Compiled, compile_text
from creditlang.interpreter import Interpreter, StudentData
from creditlang.ledger import Record

HEAD = """unit credit
scale level: high > mid > low
let two = 2
let early = 2024-10-05
record activity
    item : item
    on : date
    level : level
    n : whole number, at least 0, at most 3
    f : yes or no
    m : whole number, optional, at least 0, at most 1
    k : whole number, at least 0, at most 2
category c in credit
    item x
"""
TODAY = [date(2024, 10, day) for day in (6, 8, 10)]
VALUES = {
    "level": ("high", "mid", "low"), "n": "0123", "f": ("yes", "no"), "m": ("", "0", "1"), "k": "012",
    "on": [f"2024-10-0{day}" for day in range(3, 9)],
}  # fmt: skip
SIGNS = ("=", ">=", "<=", ">", "<", "!=")


def condition(source: random.Random, depth: int = 0) -> str:
    """A condition over the fields."""
    sign = source.choice(SIGNS)
    form = source.randrange(11 if depth < 2 else 8)
    simple = {
        0: f"level {sign} {source.choice(['high', 'mid', 'low'])}",
        1: f"n {sign} {source.choice(['0', '1', '3', 'two', 'two - 1'])}",
        2: source.choice(["f", "not f"]),
        3: f"n in ({', '.join(map(str, source.sample(range(4), 2)))})",
        4: source.choice(["m is present", "m is missing", f"m >= {source.randrange(2)}", f"k {sign} m"]),
        5: source.choice([f"n {sign} k", f"k {sign} n", f"k {sign} 1"]),
        6: f"on {sign} {source.choice(['early', '2024-10-04', '2024-10-06'])}",
        7: f"{source.choice([2, 4])} days after on {sign} as of",
    }
    if form in simple:
        return simple[form]
    if form == 10:
        return f"not ({condition(source, depth + 1)})"
    return f"({condition(source, depth + 1)} {source.choice(['and', 'or'])} {condition(source, depth + 1)})"


def grid(compiled: Compiled, body: str) -> tuple[Record, ...]:
    """A record of every combination of values of the fields that a body asks about; of the others one will do."""
    reader = GivenRows(compiled.policy)
    asked = {name: values if re.search(rf"\b{name}\b", body) else values[:1] for name, values in VALUES.items()}
    return tuple(
        reader.record_from(
            "activity",
            dict(zip(asked, each, strict=True)) | {"item": "x", "record_id": f"{number:05d}"},
            "s",
            Place("t"),
        )
        for number, each in enumerate(product(*asked.values()))
    )


@pytest.mark.parametrize("block", range(10))
def test_claims_are_true(block: int) -> None:
    told = 0
    for seed in range(block * 30, block * 30 + 30):
        source = random.Random(seed)
        lines = [condition(source) for _ in range(source.randrange(1, 4))]
        body = "".join(f"        {10**place} per event when {each}\n" for place, each in enumerate(lines))
        both = compile_text(f"{HEAD}        all that apply\n{body}")
        if any(error.code == "CR203" for error in both.errors):
            body += "        otherwise invalid\n"
            both = compile_text(f"{HEAD}        all that apply\n{body}")
        found = [diagnostic.code for diagnostic in compile_text(HEAD + body).diagnostics]
        if {error.code for error in both.errors} - {"CR314"}:
            continue
        student, days = StudentData("s", {}, grid(both, body)), TODAY if "as of" in body else TODAY[-1:]
        entries = [entry for day in days for entry in Interpreter(both.policy, day).evaluate(student).entries]
        counted = {int(str(entry.amount)) for entry in entries if entry.state == "live"}
        applying = {tuple(place for place in range(len(lines)) if amount // 10**place % 10) for amount in counted}
        overlap = any(len(places) > 1 for places in applying)
        reached = {place for places in applying for place in places}
        assert ("CR311" in found) <= overlap, (seed, lines)
        assert found.count("CR314") <= len(lines) - len(reached), (seed, lines)
        if "days after" not in body:  # two days after a day and the day itself hang together, and it is let be
            assert ("CR311" in found) == overlap, (seed, lines)
            assert found.count("CR314") == len(lines) - len(reached), (seed, lines)
        told += overlap
    assert told
