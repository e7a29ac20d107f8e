"""Of lines of which the first that applies counts, those after it are not asked: drafted, through every engine.

The expected amounts are found here, from the outcome that each condition is known to have: that it holds, fails, or has
no answer, for want of a cell, of a field or of a divisor.
"""

import random
from decimal import Decimal
from typing import get_args

import pytest
from tests.differential.drafts import compiled
from tests.differential.outcomes import differences, outcome
from tests.differential.people import World

from creditlang.one_student import Engine
from creditlang.values import ZERO, high, low

pytestmark = pytest.mark.adds_up_itself

LINES = 4
FIELDS = "".join(f"    x{n} : number\n    u{n} : number, required when used\n" for n in range(LINES))
HEAD = f"""unit point
table cells (x)
    0  0
    1  1
record activity
    item : item
    on : date
    decided : number, optional
{FIELDS}"""
ANSWERS = {
    "x{n} >= 1": {"0": False, "1": True, "6": True},
    "cells[x{n}] >= 1": {"0": False, "1": True, "6": None},
    "(6 / x{n} rounded down to 1) >= 6": {"0": None, "1": True, "6": False},
    "u{n} >= 1": {"": None, "0": False, "1": True},
    "not (u{n} < 1 or cells[x{n}] < 1)": {"0": False, "1": True, "6": None},
}
"""By value of the field, what a condition comes to; both fields of the last have the same."""


def drafted(source: random.Random) -> tuple[list[str], str]:
    """The conditions of some lines, and how the amounts of both items go on after them."""
    asked = [source.choice([*ANSWERS]) for _ in range(source.randint(2, LINES))]
    return asked, source.choice(["9 per event otherwise", 'otherwise void "none"', ""])


def policy(asked: list[str], last: str) -> str:
    """An amount by its lines, and by a fact that has the same lines."""
    whens = [f" when {condition.format(n=n)}" for n, condition in enumerate(asked)]
    lines = "".join(f"        {2**n} per event{when}\n" for n, when in enumerate(whens))
    told = "".join(f"    {2**n}{when}\n" for n, when in enumerate(whens))
    otherwise = "    9 otherwise\n" if last.startswith("9") else ""
    return (
        f"{HEAD}fact worth of activity\n    first that applies\n{told}{otherwise}"
        f"category c in point from activity\n    item by_lines\n        first that applies\n{lines}"
        + (f"        {last}\n" if last else "")
        + '    item by_fact\n        worth per event\n        otherwise void "none"\n'
    )


def expected(asked: list[str], values: list[str], last: str) -> Decimal | None:
    """The amount; None where the record has none."""
    for n, condition in enumerate(asked):
        holds = ANSWERS[condition][values[n]]
        if holds is not False:
            return Decimal(2**n) if holds else None
    return Decimal(9) if last.startswith("9") else None


@pytest.mark.parametrize("seed", range(24))
def test_lines_after_the_first_that_applies_do_not_matter(seed: int) -> None:
    source = random.Random(seed)
    asked, last = drafted(source)
    text = policy(asked, last)
    found = compiled(text, check=False)
    assert found is not None, text
    drawn = [[source.choice([*ANSWERS[condition]]) for condition in asked] for _ in range(60)]
    rows = []
    for number, values in enumerate(drawn):
        fields = dict.fromkeys((f"{sort}{n}" for sort in "xu" for n in range(LINES)), "0")
        for n, value in enumerate(values):
            fields |= {f"x{n}": value or "0", f"u{n}": value}
        for item in ("by_lines", "by_fact"):
            rows.append({"record_id": f"{item}{number}", "student_id": f"s{number}", "item": item, "on": "2024-10-08",
                         "decided": "", **fields})  # fmt: skip
    world = World({"student": [{"student_id": f"s{n}"} for n in range(len(drawn))], "activity": rows}, None)
    reference = outcome(found, world)
    assert reference.results
    for number, values in enumerate(drawn):
        amounts = {x.rule: x.amount if x.state == "live" else None for x in reference.results[f"s{number}"].entries}
        amount = expected(asked, values, last)
        assert amounts == {"by_lines": amount, "by_fact": amount}, (values, text)
    for engine in get_args(Engine):
        assert differences(reference, outcome(found, world, engine)) == [], f"{engine}\n{text}"


@pytest.mark.parametrize(
    "last", ["9 per event otherwise", 'otherwise void "none"', 'otherwise pending from 3 to 5 "w"']
)
@pytest.mark.parametrize("later", ["cells[x1] >= 1", "u1 >= 1", "(6 / x1 rounded down to 1) >= 6"])
@pytest.mark.parametrize("before", ["", "        4 per event when x0 >= 1\n"])
def test_lines_after_one_that_may_apply_are_among_what_is_open(later: str, last: str, before: str) -> None:
    """What each decision gives lies within what was open before it."""
    text = (
        f"{HEAD}category base in point from activity\n    item seed : 0 to 4 as decided in decided\n"
        f"category c in point from activity\n    item a\n        first that applies\n{before}"
        f"        1 per event when total base >= 2\n        2 per event when {later}\n"
        f"        8 per event when x2 >= 1\n        {last}\n"
    )
    found = compiled(text, check=False)
    assert found is not None
    fields = dict.fromkeys((f"{sort}{n}" for sort in "xu" for n in range(LINES)), "0")
    common = {"student_id": "s", "on": "2024-10-08", **fields}
    answers = ANSWERS[later.replace("1", "{n}", 1)]
    for value in answers:
        for first, third in (("0", "0"), ("0", "1"), ("1", "1")):
            own = {
                "record_id": "own",
                "item": "a",
                "decided": "",
                "x0": first,
                "x1": value or "0",
                "u1": value,
                "x2": third,
            }

            def amount(decided: str, own: dict[str, str] = own) -> object:
                seed = {**common, "record_id": "seed", "item": "seed", "decided": decided}
                world = World({"student": [{"student_id": "s"}], "activity": [seed, {**common, **own}]}, None)
                entries = (outcome(found, world).results or {})["s"].entries
                entry = next(x for x in entries if x.rule == "a")
                return entry.amount if entry.state == "live" else ZERO

            shown = amount("")
            made = [amount(decided) for decided in ("0", "4")]
            if before and first == "1":
                assert [shown, *made] == [Decimal(4)] * 3
            assert low(shown) <= min(map(low, made)), (value, third, shown, made)
            assert high(shown) >= max(map(high, made)), (value, third, shown, made)
            nothing = answers[value] is None and not (before and first == "1")
            assert not nothing or high(shown) == max(Decimal(1), *map(high, made)), "no line after it can apply"
