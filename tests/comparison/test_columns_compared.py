"""Students who are the same on both sides are found in columns, and the comparison is that of the interpreter."""

import random
from typing import Any

import pytest

import creditlang
from creditlang.one_student import Engine

POLICY = """
policy "points"
let pass = 3 point
let worth = 2 point
unit point
record activity
    item : item
    hours : number
category work in point from activity
    item talk
        worth when hours >= 2
        1 otherwise
        cap 4 in total
    item help
        void when hours > 8, "too long"
        0.5 per hours
require graduation
    work at least pass
"""


def people(count: int) -> dict[str, Any]:
    pyarrow = pytest.importorskip("pyarrow")
    rng, rows = random.Random(count), []
    for number in range(count * 4):
        rows.append((f"r{number}", f"s{rng.randrange(count):04}", rng.choice(["talk", "help"]), str(rng.randrange(11))))
    names = ("record_id", "student_id", "item", "hours")
    activities = dict(zip(names, zip(*rows, strict=True), strict=True))
    students = {"student_id": [f"s{number:04}" for number in range(count)]}
    return {"student": pyarrow.table(students), "activity": pyarrow.table(activities)}


def tables(comparison: creditlang.Comparison) -> dict[str, list[Any]]:
    found = {name: list(table) for name, table in comparison.tables.items()}
    found["manifest"] = [row for row in found["manifest"] if "engine" not in str(row[0])]
    return found


@pytest.mark.parametrize(
    "change", [{"set_new": {"pass": 5}}, {"set_new": {"worth": 3}}, {"set_old": {"pass": 1}}, {"other": ("> 8", "> 7")}]
)
@pytest.mark.parametrize("count", [30, 300])
def test_the_comparison_is_that_of_the_interpreter(change: dict[str, Any], count: int) -> None:
    old = creditlang.load(POLICY)
    new = creditlang.load(POLICY.replace(*change["other"])) if "other" in change else old
    settings = {name: value for name, value in change.items() if name != "other"}
    data = people(count)

    def compared(engine: Engine) -> creditlang.Comparison:
        return creditlang.compare(old, new, tables=data, engine=engine, **settings)

    one, two = compared("reference"), compared("columnar")
    assert tables(one) == tables(two)
    assert (one.numbers, one.equations, one.reliable) == (two.numbers, two.equations, two.reliable)
    assert 0 < one.numbers.changed < one.numbers.compared
    assert "columnar" in str(two.manifest)
