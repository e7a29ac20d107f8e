"""Balances at other times are what other runs show; clean stretches are those that a walk from day to day finds.

Policies of limits, choices and expiry are run over random records; what a fact or requirement reads of another day is
compared with a run as of that day, and the most of any window with the highest of all such runs.
"""

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Any

import pytest

from creditlang.core.operators import CalendarData, Policy
from creditlang.data.given_rows import GivenRows
from creditlang.diagnostics import Place
from creditlang.driver import compile_text
from creditlang.interpreter import Interpreter, StudentData, balances_then, clean_stretches, other_runs
from creditlang.interpreter.calendar_days import SchoolCalendar
from creditlang.interpreter.clean_stretches import full_days
from creditlang.ledger import StudentResult

pytestmark = pytest.mark.adds_up_itself

HEAD = """unit point
record offence
    item : item
    on   : date
    case : text
    n    : number
record request
    item : item
    on   : date
fact like_it of offence
    count(offence ever where case = this.case)
category demerits in point from offence
    item phone : n per event
{lines}
category taken in point from request
    item redeem : 2 per event
    {take}
"""
LINES = ("highest once per case", "cap 6 in total", "at most 2 events per case", "cap 5 per any 3 months", "times 0.5",
         "expires on 2 months after on", "last once per case", "best 3 in total",
         'void when like_it > 3, "too many"')  # fmt: skip
FIRST, DAYS = date(2024, 1, 1), 200
NOW = FIRST + timedelta(DAYS)


def compiled(text: str) -> Policy:
    found = compile_text(text, "policy")
    assert not found.errors, [error.code for error in found.errors]
    return found.policy


def student(policy: Policy, rows: Iterable[dict[str, str]]) -> StudentData:
    reader = GivenRows(policy)
    cells = ({**row, "record_id": f"r{number:04}"} for number, row in enumerate(rows))
    return StudentData("s", {}, tuple(reader.record_from(row.pop("kind"), row, "s", Place("test")) for row in cells))


def random_rows(source: random.Random, count: int) -> list[dict[str, str]]:
    def day() -> str:
        return (FIRST + timedelta(source.randrange(DAYS))).isoformat()

    rows = [
        {"kind": "offence", "item": "phone", "on": day(), "case": source.choice("AB"), "n": source.choice("123")}
        for _ in range(count)
    ]
    return rows + [{"kind": "request", "item": "redeem", "on": day()} for _ in range(2)]


def whole(result: StudentResult, account: str) -> Any:
    return next(line.amount for line in result.accounts if line.account == account and not line.period)


def have(result: StudentResult, requirement: str) -> Any:
    return next(line.have for line in result.parts if line.requirement == requirement)


@pytest.mark.parametrize("seed", range(40))
def test_a_balance_as_of_a_day_is_that_of_a_run(seed: int) -> None:
    source = random.Random(seed)
    days = sorted(FIRST + timedelta(source.randrange(DAYS)) for _ in range(3))
    lines = "\n".join(f"    {x}" for x in source.sample(LINES, source.randint(0, 3)))
    facts = "".join(f"fact then_{n}\n    demerits as of {day}\n" for n, day in enumerate(days))
    take = source.choice(["take from demerits", ""])
    policy = compiled(HEAD.format(lines=lines, take=take) + facts)
    rows = random_rows(source, 8)
    result = Interpreter(policy, NOW).evaluate(student(policy, rows))
    for number, day in enumerate(days):
        expected = whole(Interpreter(policy, day).evaluate(student(policy, rows)), "demerits")
        assert next(line.value for line in result.facts if line.fact == f"then_{number}") == expected


@pytest.mark.parametrize("seed", range(40))
def test_the_most_of_any_window_is_the_highest_of_all_runs(seed: int) -> None:
    source = random.Random(seed)
    lines = "\n".join(f"    {x}" for x in source.sample(LINES, source.randint(0, 3)))
    asked = "require few\n    demerits in any 50 days below 9\nfact recent\n    demerits in the last 50 days\n"
    policy = compiled(HEAD.format(lines=lines, take="") + asked)
    rows = random_rows(source, 8)
    result = Interpreter(policy, NOW).evaluate(student(policy, rows))
    highest = Decimal(0)
    for row in rows[:-2]:
        then = Interpreter(policy, date.fromisoformat(row["on"])).evaluate(student(policy, rows))
        highest = max(highest, next(line.value for line in then.facts if line.fact == "recent"))  # type: ignore[type-var]
    assert have(result, "few") == highest


ASKED = (
    "demerits before this", "demerits as of on", "demerits in the last 40 days", "demerits as of 2024-03-01",
    "demerits in the last 2 months before this", "demerits in the last 20 days as of on",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_a_difference_of_sums_is_what_other_runs_show(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one run says all, no other is needed: the same results as with one for each day."""
    source = random.Random(seed)
    lines = "\n".join(f"    {x}" for x in source.sample((*LINES, 'void when n = 2, "v"'), source.randint(0, 3)))
    asked = "".join(f'        void when {source.choice(ASKED)} > {source.randint(2, 9)}, "v"\n' for _ in range(2))
    text = HEAD.format(lines=lines, take="").replace("redeem :", f"redeem\n{asked}       ")
    text = text.replace("category demerits", f"category demerits{source.choice(['', '', ' per month'])}", 1)
    text += f"fact recent\n    demerits in the last 50 days\nfact then\n    demerits as of {FIRST + timedelta(90)}\n"
    text += "require few\n    demerits in any 50 days below 9\n"
    policy, rows = compiled(text), random_rows(source, 12)
    rows += [{**row, "on": source.choice(rows)["on"]} for row in rows[-2:]]
    if source.random() < 0.2:
        rows[0]["on"] = ""
    quick = Interpreter(policy, NOW).evaluate(student(policy, [{**row} for row in rows]))
    monkeypatch.setattr(balances_then, "_from_sums", lambda *given: None)
    monkeypatch.setattr(balances_then, "as_it_was", lambda *given: None)
    slow = Interpreter(policy, NOW).evaluate(student(policy, rows))
    assert (quick.accounts, quick.facts, quick.parts, quick.records) == (
        slow.accounts, slow.facts, slow.parts, slow.records
    )  # fmt: skip


def test_beyond_the_most_days_the_value_is_open_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    once = "    highest once per case"
    policy = compiled(HEAD.format(lines=once, take="") + "require few\n    demerits in any 5 days below 9\n")
    rows = [
        {"kind": "offence", "item": "phone", "on": (FIRST + timedelta(n)).isoformat(), "case": case, "n": "1"}
        for n, case in enumerate("ABCD")
    ]
    assert have(Interpreter(policy, NOW).evaluate(student(policy, rows)), "few") == 4
    monkeypatch.setattr(other_runs, "MOST_RUNS", 3)
    result = Interpreter(policy, NOW).evaluate(student(policy, rows))
    assert result.requirements["few"] == "open"
    assert [problem.code for problem in result.problems] == ["CR614"]


# ---- clean stretches
def walked(start: date, breaches: set[date], until: date, length: int) -> set[date]:
    """The days on which a stretch is full, by walking from day to day."""
    found, clean, day = set(), 0, start
    while day < until:
        clean = 0 if day in breaches else clean + 1
        day += timedelta(1)
        if clean == length:
            found.add(day)
            clean = 0
    return found


@pytest.mark.parametrize("seed", range(200))
def test_clean_stretches_are_those_that_a_walk_finds(seed: int) -> None:
    """Decided or not: what surely is full is so however the open ones are decided, and nothing else may be."""
    source = random.Random(seed)
    length, start = source.randint(1, 9), FIRST + timedelta(source.randint(-3, 3))
    days = {FIRST + timedelta(source.randrange(60)): source.random() < 0.5 for _ in range(source.randint(0, 5))}
    until = FIRST + timedelta(60)

    def later(day: date, times: int) -> date:
        return day + timedelta(length * times)

    found: dict[date, bool] = {}
    for day, sure in full_days(start, list(days.items()), until, later):
        found[day] = found.get(day, False) or sure
    for _ in range(8):
        breaches = {day for day, sure in days.items() if sure or source.random() < 0.5}
        walk = walked(start, breaches, until, length)
        assert {day for day, sure in found.items() if sure} <= walk <= found.keys()
    assert all(found.values()) or not all(days.values())


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("unit", ["days", "working days", "months"])
def test_stretches_after_open_breaches_are_those_of_each_by_itself(seed: int, unit: str) -> None:
    """Those that fall together are not gone through again, and none is lost by that."""
    source, calendar = random.Random(seed), SchoolCalendar(CalendarData(()))
    count, until = source.randint(1, 3), FIRST + timedelta(200)
    breaches = {FIRST + timedelta(source.randrange(200)) for _ in range(9)}

    def chain(begin: date) -> Iterator[date]:
        days = (calendar.later(begin, count * times, unit) for times in range(1, 201))
        return takewhile(lambda day: day <= until, days)

    each = {day for begin in (FIRST, *(x + timedelta(1) for x in breaches)) for day in chain(begin)}
    found = full_days(
        FIRST, [(x, False) for x in breaches], until, lambda day, times: calendar.later(day, count * times, unit)
    )
    assert {day for day, _ in found} == each


def test_a_person_has_so_many_stretches_of_all_kinds_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """What there is no room for is told and left out; a later kind of fewer stretches has what is left."""
    monkeypatch.setattr(clean_stretches, "MOST_STRETCHES", 10)
    kinds = "".join(
        f"record clean{days} : each full {days} days without offence from 2024-01-01\n"
        f"category back{days} in point from clean{days}\n    item given{days} : 1 per event\n" for days in (5, 4, 10)
    )  # fmt: skip
    policy = compile_text(HEAD + kinds).policy
    assert policy is not None
    result = Interpreter(policy, date(2024, 1, 31)).evaluate(StudentData("s", {}, []))
    assert [problem.code for problem in result.problems] == ["CR615"]
    assert {line.account: line.amount for line in result.accounts if line.account.startswith("back")} == {
        "back5": 6, "back4": 0, "back10": 3,
    }  # fmt: skip


def test_stretches_after_open_breaches_cost_no_more_than_days() -> None:
    days = 2000
    breaches = [(FIRST + timedelta(number), number % 9 == 0) for number in range(days)]
    found = full_days(FIRST, breaches, FIRST + timedelta(2 * days), lambda day, times: day + timedelta(times))
    assert len(list(found)) < 31 * 2 * days
