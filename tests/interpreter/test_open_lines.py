"""Whatever lines stand together, a decision lies within what was open before it.

Policies are generated: items of awards and deductions with missing decisions, limits, choices and conditions that are
open, facts by cases over all of them. Each is run with decisions missing and with decisions made,
at the ends and in between; every decided amount must be one that was possible before.
"""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from creditlang.core.operators import Policy
from creditlang.data.given_rows import GivenRows
from creditlang.diagnostics import Place
from creditlang.driver import compile_text
from creditlang.interpreter import Interpreter, StudentData
from creditlang.ledger import StudentResult
from creditlang.values import OPEN, Interval, add

pytestmark = pytest.mark.adds_up_itself

HEAD = """calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    semester 2024-2025-2 from 2025-02-19 teaching until 2025-07-04
    ends 2025-08-31
unit point
record enrolment marks enrolment
    semester : semester
record activity
    item : item
    on : date
    decided : number, optional
    proof : text, optional
    team : text, optional
    n : number
    moved : date
    used : number, required when used
category base in point from activity
    item seed : 0 to 4 as decided in decided
    item plain : 1 per event
record clean_run : each full 60 days without base from 2024-09-20
category rewards in point from clean_run
    item reward : 1 per event
category c in point from activity
    item note : 0 per event
"""
DAYS = ("2024-10-07", "2024-10-08", "2024-10-15", "2025-03-04", "2025-03-05")
RANGES = {"seed": (0, 4), "award": (0, 4), "prize": (1, 3), "loss": (0, 3), "fine": (0, 3), "gain": (0, 4)}
SIGNS = (">=", "<", ">", "<=", "=")
PARTIAL_HEAD = """table cells (n)
    0  1
    1  2
table bands (whole)
    0-1  1
    3-4  2
fact maybe : 2 when base >= 1
fact often per semester : 3 when base >= 2
"""
PARTIAL = ("used", "cells[n]", "bands[base]", "maybe", "often", "(6 / base rounded down to 0.5)", "(maybe + 1)")
"""Of which there may be none, for a record or before a decision."""
GROUPS = ("in total", "per semester", "per team", "per semester and team", "per week")
Records = list[dict[str, str]]


def condition(source: random.Random, depth: int = 0, also: Sequence[str] = ()) -> str:
    """A condition that may be open; it asks `also` for some values."""
    sign, limit = source.choice(SIGNS), source.choice(["0.5", "1", "2", "2.5", "3"])
    now = ["total base", "base", "n", "highest of base", "total base - n", "proof"]
    then = [
        "base before this",
        "base as of 2025-01-01",
        "base in the last 8 days",
        "base in the last 6 months before this",
        "count(counted activity in base ever)",
        "count(counted activity in base in the last 8 days)",
        "total(amount of counted activity in base before this)",
    ]
    asked = source.choice([*now, source.choice(then), *also])
    simple = "proof is used in base" if asked == "proof" else f"{asked} {sign} {limit}"
    if depth or source.random() < 0.7:
        return f"not ({simple})" if source.random() < 0.2 else simple
    return f"({condition(source, 1, also)} {source.choice(['and', 'or'])} {condition(source, 1, also)})"


def line(source: random.Random, both: bool, also: Sequence[str] = ()) -> str:
    """One adjustment; `both` where awards and deductions may meet."""
    when = f" when {condition(source, also=also)}" if source.random() < 0.3 else ""
    group, limit = source.choice(GROUPS), source.choice(["1", "2", "2.5", "3", "5"])
    forms = [
        f"cap {limit} {group}{when}", f"cap total base {group}", "cap 4 - total base in total",
        f"highest once {group}{when}", f"once {group}{when}", f"last once {group}{when}",
        f"at most {source.choice('123')} events {group}{when}", "at most total base events in total",
        f"best 2 {group}{when}", f"drop the lowest {group}{when}", f"highest once {group} by n{when}",
        "valid until 3 weeks after on", f"expires on 150 days after on{when}",
        f"times {source.choice(['2', '0.5', '0'])}{when}",
        f"from the {source.choice(['2nd', '3rd'])} event {group}: times {source.choice(['2', '0'])}",
        f"falls on moved{when}", f'void when {condition(source, also=also)}, "v"',
        f'only events where {condition(source, also=also)}, "o"', *(f"cap {value} {group}{when}" for value in also[2:]),
    ]  # fmt: skip
    windows = [f"cap {limit} per any 2 weeks{when}", f"at most {source.choice('12')} events per any 6 months{when}"]
    alone = [*windows, f"plus 1{when}", "rounded down to 1", "rounded up to 1"]
    alone += [f"{source.choice(['plus', 'times'])} {value}{when}" for value in also]
    return source.choice(forms if both else [*forms, *alone])


def cases(source: random.Random, values: list[str]) -> str:
    """The lines of a fact."""
    told = "".join(
        f"    {source.choice(values)} when {source.choice(values)} {source.choice(SIGNS)} {source.choice('12349')}\n"
        for _ in range(source.randint(1, 3))
    )
    mode = source.choice(["first that applies", "all that apply"])
    bounds = source.choice(["", "", "    at least 1, at most 6\n"])
    return f"    {mode}\n{told}    {source.choice(values)} otherwise\n{bounds}"


def item(source: random.Random, name: str, sign: str = "", also: Sequence[str] = ()) -> str:
    """An item with its amount, decided or by cases, and perhaps lines under it."""
    if name in RANGES:
        low, high = RANGES[name]
        amount = f"        {sign}{low} to {high} as decided in decided\n"
    else:
        mode = source.choice(["first that applies", "all that apply"])
        last = source.choice(["2 per event otherwise", 'otherwise void "v"', 'otherwise pending from 2 to 3 "w"'])
        amount = f"        {mode}\n        {last}\n"
        for each in source.choice([["3"], ["n", "1"], ["1", "total base"], ["2", ""], *(["1", x] for x in also)]):
            rate = f"{each} per event" if each else "1 per full 2 n per semester"
            amount = amount.replace(last, f"{rate} when {condition(source, also=also)}\n        {last}")
    under = "".join(f"        {line(source, False, also)}\n" for _ in range(source.choice([0, 0, 1, 2])))
    return f"    item {name}\n{amount}{under}"


def policy(source: random.Random, also: Sequence[str] = ()) -> str:
    """A policy's text, which asks `also` for values that there may not be."""
    both = source.random() < 0.5
    text = HEAD.replace("category base", PARTIAL_HEAD + "category base") if also else HEAD
    text += "".join(item(source, name, also=also) for name in ("award", "chosen", "prize"))
    text += item(source, "loss", "deduct ", also) if both else ""
    for _ in range(source.randint(0, 3)):
        singly = source.choice(["", "", '    void when c before this >= 3, "w"\n'])
        text += (f"    one by one\n{singly}" if source.random() < 0.1 else "") + f"    {line(source, both, also)}\n"
    text += "unique proof over base, c\n" if source.random() < 0.2 else ""
    text += "score sc per semester in point from activity\n    starts at 3\n"
    text += source.choice(["", "    floor 0\n", "    ceiling 5\n"])
    text += "    item fine : deduct 0 to 3 as decided in decided\n    item gain : 0 to 4 as decided in decided\n"
    text += "".join(f"    {line(source, True, also)}\n" for _ in range(source.randint(0, 2)))
    text += "fact by_semester per semester\n" + cases(source, ["c", "2 * total c", "sc", "total base", *also[-3:]])
    text += "fact by_year per year\n" + cases(source, ["total c - total base", "lowest of c", "highest of sc"])
    text += "fact whole\n" + cases(
        source, ["total c", "total sc", "highest of by_semester", "total by_year", *also[3:4]]
    )
    return text + f"require enough\n    total c {source.choice(['at least', 'below'])} {source.choice('235')}\n"


def records(source: random.Random) -> Records:
    """One student's records."""
    found = [{"kind": "enrolment", "semester": name} for name in ("2024-2025-1", "2024-2025-2")]
    items = source.choice([["award", "chosen", "loss", "seed"], [*RANGES, "chosen", "plain", "note"]])
    for _ in range(source.randint(1, 5)):
        found.append({
            "kind": "activity", "item": source.choice(items), "on": source.choice(DAYS), "n": source.choice("0123"),
            "proof": source.choice(["", "a", "b"]), "team": source.choice(["", "t", "t"]), "decided": "",
            "moved": source.choice(DAYS), "used": source.choice(["", "1", "2"]),
        })  # fmt: skip
    return decided(source, found, 0.3)


def decided(source: random.Random, given: Records, share: float = 1) -> Records:
    """The same with missing decisions made, or some of them."""
    found = []
    for record in given:
        low, high = RANGES.get(record.get("item", ""), (0, 0))
        missing = high and not record["decided"] and source.random() < share
        value = low + (high - low) * Decimal(source.randint(0, 4)) / 4
        found.append({**record, "decided": str(value)} if missing else record)
    return found


def evaluate(compiled: Policy, rows: Records, as_of: date | None = None) -> StudentResult:
    """The results of one student."""
    reader, place = GivenRows(compiled), Place("test")
    who = reader.student_from({"student_id": "s1"}, place)
    read = (
        reader.record_from(row["kind"], {**row, "record_id": f"r{n:02d}"}, "s1", place) for n, row in enumerate(rows)
    )
    return Interpreter(compiled, as_of).evaluate(StudentData("s1", who.attributes, tuple(read)))


def numbers(result: StudentResult) -> dict[tuple[str, str], Any]:
    """All amounts and facts, by name and period; and what each entry counts."""
    found: dict[tuple[str, str], Any] = {(line.account, line.period): line.amount for line in result.accounts}
    found |= {(line.fact, line.period): line.value for line in result.facts}
    for entry in result.entries:
        if entry.rule and not entry.member:
            worth = entry.amount if entry.state == "live" else Decimal(0)
            key = entry.rule, entry.record.identifier
            found[key] = add(found.get(key, Decimal(0)), worth)
    return found


def possible(value: Any, before: Any) -> bool:
    """Whether a value, where it is decided, is one of those that were open."""
    if before is OPEN or value == before or isinstance(value, Interval):
        return True
    return isinstance(before, Interval) and value is not None and before.low <= value <= before.high


@pytest.mark.parametrize("also", [(), PARTIAL], ids=["", "there may be none"])
@pytest.mark.parametrize("block", range(6))
def test_decisions_lie_within_what_was_open(block: int, also: Sequence[str]) -> None:
    tried = 0
    for seed in range(block * 30, block * 30 + 30):
        source = random.Random(seed)
        text = policy(source, also)
        compiled = compile_text(text)
        if {error.code for error in compiled.errors} - {"CR314"}:  # a line that never matches does no harm
            continue
        tried += 1
        for _ in range(8):
            given = records(source)
            first = evaluate(compiled.policy, given)
            before = numbers(first)
            for _ in range(4):
                made = decided(source, given)
                second = evaluate(compiled.policy, made)
                wrong = {
                    key: (value, before.get(key, Decimal(0)))
                    for key, value in numbers(second).items()
                    if not possible(value, before.get(key, Decimal(0)))
                }
                assert not wrong, (seed, wrong, made, text)
                assert settled(first, second), (seed, made, text)
    assert tried


def settled(first: StudentResult, second: StudentResult) -> bool:
    """Whether what was decided before is so after: requirements, and what became of records.

    Where there was no room at all a record was reduced, also if it turns out to be worth nothing; and one of several
    reasons for which a record does not count may come before another.
    """
    cut = {f"{x.record.kind} {x.record.identifier}" for x in first.entries if any(y.after == 0 for y in x.steps)}
    records = (
        before in ("pending", second.records[key])
        or (before == "reduced" and key in cut)
        or {before, second.records[key]} <= {"void", "unmatched", "invalid"}
        for key, before in first.records.items()
    )
    return all(records) and all(
        status in ("open", second.requirements[name]) for name, status in first.requirements.items()
    )


UNDATED = """unit point
period cycle : 6 months from 2024-01-01
period third : 4 months from 2024-01-01
record activity
    item : item
    on : date, optional
    proof : text, optional
    n : number
category c in point from activity
    item plain : n per event
    item some
        1 per event when n > 1
        0 to 2 as decided in n otherwise
"""
SCOPES = ("in the last 60 days", "in the last 4 months", "since 2024-09-01", "as of 2024-10-01")
WHOLE = ("c {scope}", "count(activity {scope})", "total(n of activity {scope} where n > 1)",
         "count(counted activity in c {scope})", "count(different n of activity {scope})")  # fmt: skip
INSIDE = ("c", "count(activity)", "total(n of activity where proof is present)", "total(amount of counted activity)")


def undated_policy(source: random.Random) -> str:
    text = UNDATED
    for number in range(4):
        asked = source.choice(WHOLE).format(scope=source.choice(SCOPES))
        text += f"fact f{number}\n    {asked}\n"
    for number, period in enumerate(("cycle", "third")):
        text += f"fact p{number} per {period}\n    {source.choice(INSIDE)}\n"
    text += f"require each\n    in each cycle: c {source.choice(['at most', 'at least'])} {source.choice('2468')}\n"
    text += f"require count\n    in each cycle: count(activity) {source.choice(['<=', '>='])} {source.choice('123')}\n"
    return text + f"require any\n    c in any 40 days at most {source.choice('3579')}\n"


@pytest.mark.parametrize("seed", range(40))
def test_days_lie_within_what_was_open(seed: int) -> None:
    """A record without a day may lie on any."""
    source = random.Random(seed)
    text = undated_policy(source)
    compiled = compile_text(text)
    assert not compiled.errors, (text, [(error.code, error.arguments) for error in compiled.errors])

    def day() -> str:
        return (date(2024, 1, 1) + timedelta(source.randrange(360))).isoformat()

    for _ in range(4):
        given = [
            {"kind": "activity", "item": source.choice(["plain", "some"]), "n": source.choice("0123"),
             "on": source.choice(["", day()]), "proof": source.choice(["", "p"])}
            for _ in range(source.randint(1, 6))
        ]  # fmt: skip
        first = evaluate(compiled.policy, given, date(2024, 12, 31))
        before = numbers(first)
        for _ in range(6):
            made = [{**record, "on": record["on"] or day()} for record in given]
            second = evaluate(compiled.policy, made, date(2024, 12, 31))
            for key, value in numbers(second).items():
                known = before.get(key, Decimal(0))
                assert known is None or possible(value, known), (key, value, known, made, given, text)
            assert settled(first, second), (given, made, text)


@pytest.mark.parametrize("rounding", ["half up to 1", "rounded up to 1", "rounded down to 1"])
def test_what_is_rounded_after_a_limit_is_what_there_is(rounding: str) -> None:
    """An open amount that a limit cuts to one that is known, and is rounded then, has no closer total any more."""
    text = (
        HEAD + f"    item award\n        1 to 4 as decided in decided\n        cap 0.6 per semester\n    {rounding}\n"
    )
    compiled = compile_text(text)
    assert not compiled.errors
    record = {"kind": "activity", "item": "award", "on": "2024-10-08", "n": "0", "moved": "2024-10-08", "proof": ""}
    amounts = []
    for decided in ("", "1", "4"):
        result = evaluate(compiled.policy, [{**record, "decided": decided}], date(2024, 12, 31))
        found = numbers(result)
        assert found["c", ""] == found["award", "r00"]
        amounts.append(found["c", ""])
    assert amounts == [Decimal(0 if "down" in rounding else 1)] * 3
