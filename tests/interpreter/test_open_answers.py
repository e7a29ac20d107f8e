"""What is asked of a day, or of a value of a list, of which it is open which it is: the answer is open, no guess."""

from collections.abc import Mapping

import pytest

from creditlang.data.given_rows import GivenRows
from creditlang.diagnostics import Place
from creditlang.driver import compile_text
from creditlang.interpreter import Interpreter, StudentData
from creditlang.values import OPEN

POLICY = """calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    semester 2024-2025-2 from 2025-02-17 teaching until 2025-07-04
    ends 2025-08-31
unit credit
scale tier: gold > silver > bronze
table share (tier)
    gold    2
    silver  1
    bronze  0
record act
    item : item
    on   : date
    d    : number, optional
category c in credit
    item a : 0 to 2 as decided in d
fact held
    gold   when c >= 1
    silver otherwise
fact day_of_it
    2024-10-01 when c >= 1
    2024-12-01 otherwise
fact asked
    yes when {}
    no  otherwise
"""


def value(condition: str, decided: str) -> object:
    """What a fact comes to that asks for the condition, with the decision made or missing."""
    compiled = compile_text(POLICY.format(condition))
    assert not compiled.errors, compiled.errors
    cells: Mapping[str, str] = {"record_id": "r", "item": "a", "on": "2024-10-08", "d": decided}
    record = GivenRows(compiled.policy).record_from("act", cells, "s", Place("test"))
    result = Interpreter(compiled.policy).evaluate(StudentData("s", {}, (record,)))
    return next(line.value for line in result.facts if line.fact == "asked")


@pytest.mark.parametrize(
    ("condition", "when_two"),
    [
        ("held = gold", True), ("held != gold", False), ("held >= gold", True), ("held in (gold, bronze)", True),
        ("one step below held = silver", True), ("the higher of (held, silver) = gold", True),
        ("share[held] >= 2", True), ("day_of_it < 2024-11-01", True), ("day_of_it = 2024-10-01", True),
        ("3 days after day_of_it < 2024-11-01", True), ("days from day_of_it to 2025-01-01 > 60", True),
        ("the later of (day_of_it, 2024-11-01) > 2024-11-15", False), ("day_of_it is a working day", True),
        ("weekday of day_of_it is tuesday", True), ("count(act since day_of_it) >= 1", True),
        ("day_of_it between 2024-09-01 and 2024-11-30", True),
    ],
)  # fmt: skip
def test_an_open_value_leaves_the_answer_open(condition: str, when_two: bool) -> None:
    assert value(condition, "2") is when_two
    assert value(condition, "") is OPEN


def test_what_does_not_hang_on_it_is_decided() -> None:
    assert value("held >= bronze or not any(act)", "") is OPEN
    assert value("held >= gold or any(act)", "") is True
    assert value("held is present", "") is True
    assert value("day_of_it > 2025-01-01 and not any(act)", "") is False
