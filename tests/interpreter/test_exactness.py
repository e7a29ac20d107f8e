"""Numbers are exact or refused, whatever context of decimals the caller happens to have."""

from decimal import ROUND_UP, Context, Decimal, localcontext

import pytest

from creditlang.core.operators import Policy
from creditlang.data.given_rows import GivenRows
from creditlang.diagnostics import Place
from creditlang.driver import compile_text
from creditlang.explain import Explanation
from creditlang.interpreter import Interpreter, StudentData
from creditlang.ledger import StudentResult
from creditlang.results import amount_value
from creditlang.values import Interval, add, multiply, plain, quotient, subtract

HOSTILE = [
    Context(prec=5, rounding=ROUND_UP, traps=[]),
    Context(prec=1, traps=[]),
    Context(prec=28, Emax=2, Emin=-2, traps=[]),
]
LONG = Decimal("123456789012.123456789012345678901")
POLICY = """
unit point
record activity
    item : item
    on : date
    n : number, 6 decimals
    decided : number, 6 decimals, optional
let factor = 1.00000000001
fact wide of activity
    n * factor * factor * factor
category c in point from activity
    item x : wide per event
    item y : 0.000001 to 123456.123456 as decided in decided
    item z
        n per event
    times 1.00000000001
category d in point from activity
    item w : n per event
    cap 99999.9999999 in total
fact rate
    total c * factor rounded down to 0.00000000001
require enough
    c at least 123456.123457
"""


def policy() -> Policy:
    compiled = compile_text(POLICY)
    assert not compiled.errors, [(error.code, error.arguments, error.span) for error in compiled.errors]
    return compiled.policy


def result(of: Policy) -> StudentResult:
    """A student with a record of each item, one of them undecided."""
    reader = GivenRows(of)
    rows = [
        {"item": item, "on": "2024-10-08", "n": "98765.123456", "decided": "", "record_id": f"r{number}"}
        for number, item in enumerate("xxyzww")
    ]
    records = tuple(reader.record_from("activity", row, "s", Place("t")) for row in rows)
    return Interpreter(of).evaluate(StudentData("s", {}, records))


def told(of: Policy) -> list[str]:
    """Everything that is told of the student."""
    found = result(of)
    amounts = [str(amount_value(line.amount)) for line in found.accounts]
    amounts += [str(amount_value(step.after)) for entry in found.entries for step in entry.steps]
    amounts += [str(amount_value(end)) for line in found.parts for end in (line.needed, line.have, line.short)]
    facts = [str(amount_value(line.value)) for line in found.facts]
    return [*amounts, *facts, *found.requirements.values(), *Explanation(of, found, "en").everything()]


@pytest.mark.parametrize("context", HOSTILE)
def test_a_run_does_not_hang_on_the_context(context: Context) -> None:
    wanted = told(policy())
    with localcontext(context):
        assert told(policy()) == wanted


@pytest.mark.parametrize("context", [None, *HOSTILE])
def test_operations_are_exact(context: Context | None) -> None:
    with localcontext(context):
        wide = Interval(LONG, Decimal("Infinity"))
        narrow = Interval(Decimal(0), LONG)
        assert str(add(narrow, LONG)).count("246913578024.246913578024691357802") == 1
        assert str(subtract(wide, Decimal("1E-21"))).count("123456789012.123456789012345678900")
        assert str(multiply(narrow, LONG)).count(str(int(LONG) ** 2)[:12])
        assert str(plain(LONG)) == str(LONG)
        assert quotient(LONG, Decimal(1), "half", Decimal("1E-21")) == LONG
        assert str(quotient(LONG, Decimal(3), "down", Decimal("0.01"))) == "41152263004.04"


def test_an_open_requirement_is_not_met_by_rounding() -> None:
    """The upper end lies below what is needed by less than 28 digits can say."""
    text = """
unit point
record a
    item : item
    on : date
    n : number, 6 decimals, optional
category c in point from a
    item x : 0 to 100000000000 as decided in n
    times 1.00000000001
    times 1.00000000001
    times 1.00000000001
let factor = 1.00000000001
let needed = 100000000000 * factor * factor * factor + 0.00000000001 * 0.00000000001 * 0.00000000001
require enough
    c at least needed
"""
    compiled = compile_text(text)
    assert not compiled.errors
    cells = {"item": "x", "on": "2024-10-08", "record_id": "r"}
    record = GivenRows(compiled.policy).record_from("a", cells, "s", Place("t"))
    assert Interpreter(compiled.policy).evaluate(StudentData("s", {}, (record,))).requirements == {"enough": "unmet"}
