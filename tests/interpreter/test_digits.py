"""No number is longer than the core says, and one that could be too long is refused when the policy is compiled."""

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from creditlang.core.scales import Scales, Size
from creditlang.data.columns import setting_value
from creditlang.data.given_rows import GivenRows
from creditlang.diagnostics import Place
from creditlang.driver import compile_text
from creditlang.interpreter import Interpreter, StudentData
from creditlang.ledger import StudentResult
from creditlang.values import high, low, plain

NUMBERS = ("999999999999", "0.999999", "123456.123456", "0", "7")
HEAD = """
calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    ends 2025-02-18
unit point
table rate (w)
    x 99999.9999999
    y 0.000000001
record activity
    item : item
    on : date
    w : x | y
    n : number, 6 decimals
    decided : number, 6 decimals, optional
let a = 999999.999999
let b = 0.00000000001
    999999999999 from 2024-10-08
"""


def product(source: random.Random, names: list[str], most: int) -> str:
    """A product, sum or quotient of some of the names."""
    parts = [source.choice(names) for _ in range(source.randint(1, most))]
    text = parts[0]
    for part in parts[1:]:
        text = f"({text}) {source.choice('+*')} {part}" if source.random() < 0.2 else f"{text} * {part}"
    if source.random() < 0.3:
        step = source.choice(["0.01", "1000", "0.00000001"])
        rounding = source.choice(["rounded down", "rounded up", "half up"])
        text = f"({text}) {source.choice(['/ a ', ''])}{rounding} to {step}"
    return text


def policy(source: random.Random) -> str:
    """Named values, facts and lines that multiply what was worked out before them."""
    lines, names = [HEAD], ["a", "b", "99.999999", "7"]
    for number in range(source.randint(2, 10)):
        lines.append(f"let l{number} = {product(source, names[-3:], 4)}")
        names.append(f"l{number}")
    own = [*names, "n", "rate[w]"]
    for number in range(source.randint(0, 3)):
        lines.append(f"fact f{number} of activity\n    {product(source, own, 3)}")
        own.append(f"f{number}")
    lines.append("category c in point from activity")
    for item in "xyz":
        lines.append(f"    item {item}")
        if item == "z":
            lines.append(f"        0 to {product(source, own, 2)} as decided in decided")
        else:
            lines.append(f"        {product(source, own, 4)} per event")
        for _ in range(source.randint(0, 3)):
            line = source.choice(
                ["times {}", "plus {}", "cap {} per semester", "half up to 0.01", 'void when n * 1.5 > {}, "v"']
            )
            limit = product(source, names if line.startswith("cap") else own, 2)
            lines.append("        " + line.format(limit))
    lines.append(f"    cap {product(source, names, 3)} in total")
    before = "c"
    for number in range(source.randint(0, 5)):
        lines.append(f"fact g{number} in point\n    {before} * {product(source, names, 3)}")
        before = f"g{number}"
    search = f"total(n of activity where n * a > {product(source, own, 2)})"
    lines.append(f"fact h\n    {search} * {product(source, names, 3)}")
    lines.append(f"require enough\n    {before} at least {product(source, names, 3)}")
    return "\n".join(lines) + "\n"


def records(source: random.Random) -> list[dict[str, str]]:
    """Records with the longest numbers that can be read, some undecided."""
    return [
        {"item": source.choice("xyz"), "on": source.choice(["2024-10-07", "2024-10-09"]), "w": source.choice("xy")}
        | {"n": source.choice(NUMBERS), "decided": source.choice(["", "0", "3"]), "record_id": f"r{number}"}
        for number in range(source.randint(1, 6))
    ]


def ends(value: Any) -> Iterator[Decimal]:
    """The finite ends of a number."""
    return (end for end in (low(value), high(value)) if end.is_finite())


def fits(value: Any, size: Size) -> bool:
    """Whether a number is no longer than a size says."""
    for end in ends(value):
        _, digits, exponent = plain(end).as_tuple()
        assert isinstance(exponent, int)
        if max(0, -exponent) > size.decimals or len(digits) + exponent > size.whole:
            return False
    return True


def check(result: StudentResult, found: Scales, source: str) -> None:
    """Every number of a student is as short as was said."""
    for line in result.accounts:
        assert fits(line.amount, found.accounts[line.account]), (line, source)
    for fact in result.facts:
        assert fact.value is not None, (fact, source)
        assert fits(fact.value, found.facts[fact.fact]), (fact, source)
    for entry in result.entries:
        assert entry.reason != "the number is too long", source
        assert entry.state != "live" or fits(entry.amount, found.rules[entry.rule]), (entry, source)


@pytest.mark.parametrize("block", range(4))
def test_no_number_is_longer_than_the_core_says(block: int) -> None:
    """Of generated policies some are refused; all others are worked out whatever is read and whatever is set."""
    source = random.Random(block)
    refused = 0
    for _ in range(60):
        text = policy(source)
        compiled = compile_text(text)
        assert {error.code for error in compiled.errors} <= {"CR213"}, (text, compiled.errors)
        refused += bool(compiled.errors)
        if compiled.errors:
            continue
        found = Scales(compiled.policy)
        reader = GivenRows(compiled.policy)
        rows = tuple(reader.record_from("activity", row, "s", Place("t")) for row in records(source))
        check(Interpreter(compiled.policy).evaluate(StudentData("s", {}, rows)), found, text)
        core = compiled.policy
        kind = core.setting_types["b"]
        for given in ("999999999999", "123456.999999"):
            result = Interpreter(core, None, {"b": setting_value(kind, given, core.choices)}).evaluate(
                StudentData("s", {}, rows)
            )
            assert not [fact for fact in result.facts if fact.value is None], text
    assert 5 < refused < 55
