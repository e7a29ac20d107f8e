"""A decision that is missing makes an interval, and no decision can lead out of it.

For generated records with missing decisions the policy is run once as they are, and once with each decision made within
its range. Whatever was shown before must still be possible: decided amounts lie in the open intervals, what was decided
stays, and a requirement that was met or unmet stays so.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditlang.core.operators import Policy
from creditlang.data.given_rows import GivenRows
from creditlang.diagnostics import Place
from creditlang.driver import compile_text
from creditlang.interpreter import Interpreter, StudentData
from creditlang.ledger import StudentResult
from creditlang.values import OPEN

pytestmark = pytest.mark.adds_up_itself

Record = dict[str, str]
RANGES = {
    "prize": ("0", "2"), "project": ("0.5", "1"), "book": ("0", "1"), "unlawful": ("10", "30"),
    "probation": ("15", "40"),
}  # fmt: skip
ITEMS = (*RANGES, *RANGES, "lecture", "run", "run", "office", "bonus", "only_good", "counted", "late", "demerit")
OF_VIOLATIONS = ("unlawful", "probation", "late", "demerit")
DAYS = ("2024-10-07", "2024-10-08", "2024-10-10", "2024-10-15", "2025-03-04")
CENTS = st.integers(0, 4).map(lambda quarters: Decimal(quarters) / 4)


@cache
def small() -> Policy:
    """The policy, compiled once."""
    compiled = compile_text((Path(__file__).parent / "small.credit").read_text(encoding="utf-8"), "small.credit")
    assert not compiled.errors
    return compiled.policy


@st.composite
def students(draw: st.DrawFn) -> list[Record]:
    """One student's records, some of them undecided, and requests that feed on them."""
    records = [{"kind": "enrolment", "semester": name} for name in ("2024-2025-1", "2024-2025-2")]
    for _ in range(draw(st.integers(1, 9))):
        item = draw(st.sampled_from(ITEMS))
        record = {"item": item, "on": draw(st.sampled_from(DAYS))}
        if item in OF_VIOLATIONS:
            record |= {"kind": "violation", "case": draw(st.sampled_from(["", "x"]))}
        else:
            record |= {
                "kind": "activity", "level": "school", "leader": draw(st.sampled_from(["yes", "no"])),
                "content": draw(st.sampled_from(["", "a"])), "evidence": draw(st.sampled_from(["", "", "p"])),
            }  # fmt: skip
        records.append(record)
    for _ in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["request", "offset_request"]))
        semester = draw(st.sampled_from(["2024-2025-1", "2024-2025-2"]))
        record = {
            "kind": kind,
            "semester": semester,
            "credits": str(draw(CENTS)),
            "filed_on": draw(st.sampled_from(DAYS)),
        }
        record["source"] = draw(st.sampled_from(["moral", "fitness", "reading_credits"]))
        if kind == "request":
            record |= {"item": "course", "target": draw(st.sampled_from(["", "moral"]))}
        records.append(record)
    return records


def evaluate(records: list[Record], programme_credits: str) -> StudentResult:
    """The results of one student."""
    reader = GivenRows(small())
    place = Place("test")
    who = reader.student_from({"student_id": "s1", "room": "A", "programme_credits": programme_credits}, place)
    read = [
        reader.record_from(record["kind"], {**record, "record_id": f"r{number:02d}"}, "s1", place)
        for number, record in enumerate(records)
    ]
    return Interpreter(small()).evaluate(StudentData("s1", who.attributes, tuple(read)))


def inside(value: Any, interval: Any) -> bool:
    """Whether every value that `value` may have is one that `interval` may have."""
    if interval is OPEN or value == interval:
        return True
    if isinstance(interval, Decimal) or not hasattr(interval, "low"):
        return False
    return interval.low <= getattr(value, "low", value) and getattr(value, "high", value) <= interval.high


def left_open(before: StudentResult, after: StudentResult) -> Iterator[str]:
    """What is not as was shown before the decisions."""
    old = {(line.account, line.period): line.amount for line in before.accounts}
    for line in after.accounts:
        if not inside(line.amount, old.get((line.account, line.period), Decimal(0))):
            yield f"{line.account} {line.period}: {line.amount} outside {old.get((line.account, line.period))}"
    facts = {(line.fact, line.period): line.value for line in before.facts}
    for fact in after.facts:
        if not inside(fact.value, facts[fact.fact, fact.period]):
            yield f"{fact.fact} {fact.period}: {fact.value} outside {facts[fact.fact, fact.period]}"
    for name, status in before.requirements.items():
        if status not in ("open", after.requirements[name]):
            yield f"{name}: {status}, then {after.requirements[name]}"


@given(records=students(), steps=st.lists(st.integers(0, 5), min_size=9, max_size=9), credits_known=st.booleans())
@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_decisions_stay_inside_what_was_open(records: list[Record], steps: list[int], credits_known: bool) -> None:
    """Decisions at the ends and between them."""
    before = evaluate(records, "4" if credits_known else "")
    decided = []
    for number, record in enumerate(records):
        low, high = map(Decimal, RANGES.get(record.get("item", ""), ("0", "0")))
        step = low + (high - low) * steps[number % len(steps)] / 5
        decided.append({**record, "decided": str(step)} if low != high else record)
    assert not list(left_open(before, evaluate(decided, "4")))


@given(records=students())
@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_with_everything_decided_nothing_is_open(records: list[Record]) -> None:
    """A student with nothing pending has decimals and decided requirements only."""
    decided = [
        {**record, "decided": RANGES[record["item"]][0]} if record.get("item") in RANGES else record
        for record in records
    ]
    result = evaluate(decided, "4")
    assert all(isinstance(line.amount, Decimal) for line in result.accounts)
    assert "open" not in result.requirements.values()
    assert "pending" not in result.records.values()
