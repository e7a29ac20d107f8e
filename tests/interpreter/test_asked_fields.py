"""What takes a record out names the fields by which it did, and no others."""

import pytest
from tests.interpreter.test_balances_then import compiled

from creditlang.data.given_rows import GivenRows
from creditlang.diagnostics import Place
from creditlang.interpreter import Interpreter, StudentData

POLICY = """unit point
record work
    item  : item
    late  : yes or no
    hours : number
category c in point from work
    item task
        void when {condition}, "no"
        1 per event
"""


@pytest.mark.parametrize(
    ("condition", "late", "hours", "fields"),
    [
        ("late or hours < 2", "yes", "3", ("late",)),
        ("late or hours < 2", "no", "1", ("hours",)),
        ("late or hours < 2", "yes", "1", ("late", "hours")),
        ("late and hours < 2", "yes", "1", ("late", "hours")),
        ("not (late and hours >= 2)", "yes", "1", ("hours",)),
        ("not (late and hours >= 2)", "no", "2", ("late",)),
    ],
)
def test_fields_by_which_a_record_is_taken_out(condition: str, late: str, hours: str, fields: tuple[str, ...]) -> None:
    policy = compiled(POLICY.format(condition=condition))
    cells = {"record_id": "r", "item": "task", "late": late, "hours": hours}
    record = GivenRows(policy).record_from("work", cells, "s", Place("test"))
    (entry,) = Interpreter(policy).evaluate(StudentData("s", {}, (record,))).entries
    assert (entry.state, entry.steps[-1].fields) == ("void", fields)
