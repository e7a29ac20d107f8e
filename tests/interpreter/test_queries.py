"""Queries against their definition, over generated records; what stands elsewhere in a policy changes none of them.

The definition is written down here once more, record by record and without any index: which records a scope lets in,
and what a function makes of them. Where a decision is missing, every answer that a decision could lead to is still
possible.
"""

import random
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from creditlang import values as v
from creditlang.core.operators import Policy
from creditlang.data.given_rows import GivenRows
from creditlang.diagnostics import Place
from creditlang.driver import compile_text
from creditlang.interpreter import Interpreter, StudentData
from creditlang.ledger import StudentResult

Row = dict[str, str]
CALENDAR = """calendar
    semester 2023-2024-1 from 2023-09-04 teaching until 2024-01-19
    semester 2023-2024-2 from 2024-02-26 teaching until 2024-07-05
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    semester 2024-2025-2 from 2025-02-17 teaching until 2025-07-04
    ends 2025-08-31
"""
EARLIER = """calendar
    semester 2022-2023-1 from 2022-09-05 teaching until 2023-01-13
    semester 2022-2023-2 from 2023-02-13 teaching until 2023-06-30
""" + CALENDAR.removeprefix("calendar\n")
KINDS = """unit point
record enrolment marks enrolment
    semester : semester
record course
    on    : date
    code  : text
    n     : number
    w     : number
    fraud : yes or no, default no
    void when fraud, "fraud"
record note
    on : date
    n  : number
"""
SEMESTERS = {
    "2023-2024-1": ("2023-09-04", "2024-02-26"), "2023-2024-2": ("2024-02-26", "2024-09-02"),
    "2024-2025-1": ("2024-09-02", "2025-02-17"), "2024-2025-2": ("2025-02-17", "2025-09-01"),
}  # fmt: skip
AS_OF = date(2025, 8, 1)


@cache
def compiled(text: str) -> Policy:
    """A policy without errors."""
    found = compile_text(text, "policy.credit")
    assert not found.errors, [(x.code, x.span.text if x.span else "") for x in found.errors]
    return found.policy


def rows(seed: int, enrolled: Iterable[str] = SEMESTERS) -> list[Row]:
    """The records of a student, some on one day, some with one code, at the ends of months too."""
    rng = random.Random(seed)
    days = [date(2023, 9, 4) + timedelta(rng.randrange(690)) for _ in range(6)] + [
        date(2023, 11, 30),
        date(2024, 2, 29),
    ]
    found: list[Row] = [{"kind": "enrolment", "semester": name} for name in enrolled]
    for number in range(rng.randrange(1, 14)):
        found.append(
            {"kind": "course", "id": f"c{number:02}", "on": str(rng.choice(days)), "code": rng.choice("ab"),
             "n": str(rng.randrange(-3, 9)), "w": str(rng.randrange(0, 4)), "fraud": rng.choice(["no", "no", "yes"])}
        )  # fmt: skip
    for number in range(rng.randrange(3)):
        found.append({"kind": "note", "id": f"n{number}", "on": str(rng.choice(days)), "n": str(rng.randrange(5))})
    return found


def result(text: str, records: Iterable[Row], as_of: date | None = AS_OF) -> StudentResult:
    """The results of a student."""
    policy = compiled(text)
    reader, place = GivenRows(policy), Place("test")
    who = reader.student_from({"student_id": "s1"}, place)
    read = [
        reader.record_from(row["kind"], {**row, "record_id": row.get("id", f"r{number}")}, "s1", place)
        for number, row in enumerate(records)
    ]
    assert all(record.problem is None for record in read)
    return Interpreter(policy, as_of).evaluate(StudentData("s1", who.attributes, tuple(read)))


# ---- the definition
def later(day: date, months: int) -> date:
    """So many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_of(row: Row) -> date:
    return date.fromisoformat(row["on"])


def semester_of(row: Row) -> str:
    return next(name for name, (first, end) in SEMESTERS.items() if first <= row["on"] < end)


def order_of(row: Row) -> tuple[str, str]:
    return row["on"], row["id"]


SCOPES: dict[str, Callable[[Row, Row], bool]] = {
    "ever": lambda x, this: True,
    "before this": lambda x, this: (
        order_of(x) < order_of(this) if x["kind"] == this["kind"] else x["on"] < this["on"]
    ),
    "in the same semester": lambda x, this: semester_of(x) == semester_of(this),
    "in the same year": lambda x, this: semester_of(x)[:9] == semester_of(this)[:9],
    "in the last 3 months": lambda x, this: x["on"] <= this["on"] and later(day_of(x), 3) > day_of(this),
    "since 2024-02-29": lambda x, this: x["on"] >= "2024-02-29",
    "as of on": lambda x, this: x["on"] <= this["on"],
}  # fmt: skip
WHERES: dict[str, Callable[[Row, Row], bool]] = {
    "": lambda x, this: True,
    " where n > 2": lambda x, this: int(x["n"]) > 2,
    " where code = this.code": lambda x, this: x["code"] == this["code"],
    " where same code": lambda x, this: x["code"] == this["code"] and x is not this,
    " where n >= this.n and code is \"a\"": lambda x, this: int(x["n"]) >= int(this["n"]) and x["code"] == "a",
}  # fmt: skip


def longest(found: Iterable[bool]) -> int:
    best = run = 0
    for one in found:
        run = run + 1 if one else 0
        best = max(best, run)
    return best


def half_up(value: Decimal) -> Decimal:
    return (value + Decimal("0.005")).quantize(Decimal("0.01"), "ROUND_FLOOR")


def mean(found: list[Row]) -> Decimal | None:
    weights = sum(Decimal(row["w"]) for row in found)
    return half_up(sum(Decimal(row["w"]) * int(row["n"]) for row in found) / weights) if weights else None


FUNCTIONS: dict[str, Callable[[list[Row]], object]] = {
    "count({scope} course{where})": len,
    "total({scope} n of course{where})": lambda found: sum(int(row["n"]) for row in found),
    "count({scope} different code of course{where})": lambda found: len({row["code"] for row in found}),
    "highest({scope} n of course{where})": lambda found: max((int(row["n"]) for row in found), default=None),
    "lowest({scope} (n * w) of course{where})": lambda found: min(
        (int(row["n"]) * int(row["w"]) for row in found), default=None
    ),
    "first({scope} n of course{where})": lambda found: int(min(found, key=order_of)["n"]) if found else None,
    "latest({scope} n of course{where})": lambda found: int(max(found, key=order_of)["n"]) if found else None,
    "average({scope} n of course weighted by w{where}) half up to 0.01": mean,
}  # fmt: skip
MISSING = Decimal("-99")


@pytest.mark.adds_up_itself
@pytest.mark.parametrize("scope", SCOPES)
def test_a_query_finds_what_its_definition_says(scope: str) -> None:
    """Every function and condition with every scope, asked by each record that counts."""
    written = [(f, w) for f in FUNCTIONS for w in WHERES if "{where}" in f]
    facts = "".join(
        f"fact f{number} of course\n    {f.format(scope=scope, where=w)} otherwise\n"
        for number, (f, w) in enumerate(written)
    )
    items = "".join(
        f"category c{number} in point\n    item i{number} from course where n >= -9\n"
        f"        f{number} per event when f{number} is present\n        0 - 99 per event otherwise\n"
        for number in range(len(written))
    )
    text = CALENDAR + KINDS + facts + items
    for seed in range(12):
        records = rows(seed)
        seen = [row for row in records if row["kind"] == "course" and row["fraud"] == "no"]
        found = result(text, records)
        for number, (function, where) in enumerate(written):
            for entry in (x for x in found.entries if x.rule == f"i{number}" and x.state == "live"):
                this = next(row for row in seen if row["id"] == entry.record.identifier)
                asked = sorted((x for x in seen if SCOPES[scope](x, this) and WHERES[where](x, this)), key=order_of)
                wanted = FUNCTIONS[function](asked)
                wanted = MISSING if wanted is None else Decimal(wanted)  # type: ignore[arg-type]
                assert entry.amount == wanted, (seed, function, where, entry.record.identifier)


@pytest.mark.adds_up_itself
def test_runs_of_records_and_of_semesters() -> None:
    """A run over semesters ends where the student was not there."""
    text = (
        CALENDAR
        + KINDS
        + """fact load per semester
    total(w of course)
fact of_records
    in a row(course where n > 2)
fact of_semesters
    in a row(semester where load >= 3)
fact heavy
    count(semester where load >= 3)
fact most
    highest(load of semester) otherwise
"""
    )
    rng = random.Random(5)
    for seed in range(40):
        there = [name for name in SEMESTERS if rng.random() < 0.75]
        records = rows(seed, there)
        begun = [x for x in records if x["kind"] == "course" and x["on"] <= "2025-06-01"]
        seen = sorted((x for x in begun if x["fraud"] == "no"), key=order_of)
        loads = {name: sum(int(x["w"]) for x in seen if semester_of(x) == name) for name in there}
        ended = [name for name in there if name != "2024-2025-2"]
        facts = {line.fact: line.value for line in result(text, records, date(2025, 6, 1)).facts if not line.period}
        assert facts["of_records"] == longest(int(x["n"]) > 2 for x in seen)
        assert facts["of_semesters"] == longest(loads[name] >= 3 if name in ended else False for name in SEMESTERS)
        assert facts["heavy"] == sum(loads[name] >= 3 for name in ended)
        assert facts["most"] == max((loads[name] for name in ended), default=None)


# ---- what stands elsewhere
LINES = (
    "fact a{k} per semester\n    total(n of course)\n",
    "fact a{k} per year\n    count(course where n > 1) + total c1\n",
    "fact a{k}\n    highest(n of course) otherwise\n",
    "fact a{k}\n    count(semester where c1 >= 2)\n",
    "fact a{k}\n    in a row(semester where c1 >= 1)\n",
    "fact a{k}\n    highest of c1 + lowest of c1\n",
    "fact a{k} per semester\n    average(n of course weighted by w) half up to 0.1 otherwise\n",
    "fact a{k}\n    total(amount of counted course in c1)\n",
    "require a{k}\n    in each semester: c1 at least 1\n",
    "require a{k}\n    every(year where total c1 >= 2)\n    any(course where n > 7)\n",
)
BODY = """category c1 in point from course
    item high where n >= 3
        void when count(course before this where same code) >= {least}, "again"
        1 per event when any(course {scope} where n > this.n)
        2 per event otherwise
        cap {cap} per {period}
    item low where n < 3
        n per event when count(note {scope}) >= 1
        0 per event otherwise
"""
ADDED = (
    "category elsewhere per week in point from note\n    item any_note\n        n per event\n        cap 1 per week\n",
    "record visit\n    on : date\ncategory elsewhere in point from visit\n    item any_other\n        1 per event\n"
    "fact visits per year\n    count(visit)\n",
    "fact elsewhere per semester\n    total(n of note ever)\nscore second per semester in point from note\n"
    "    starts at 100\n    item taken_off where n > 0\n        deduct n per event\n",
)


@pytest.mark.parametrize("enrolment", [True, False])
def test_what_is_added_elsewhere_changes_nothing(enrolment: bool) -> None:
    """An earlier calendar, and items, categories and facts of other records, leave every result as it was."""
    kinds = KINDS if enrolment else KINDS.replace(" marks enrolment", "")
    for seed in range(60):
        rng = random.Random(seed)
        own = [
            line
            for line in LINES
            if enrolment or not any(x in line for x in ("semester where", "each", "every", "of c1"))
        ]
        body = BODY.format(
            least=rng.randrange(1, 3), scope=rng.choice(list(SCOPES)), cap=rng.randrange(1, 6),
            period=rng.choice(["semester", "month", "year", "week"]),
        )  # fmt: skip
        text = body + "".join(line.format(k=k) for k, line in enumerate(rng.sample(own, 4)))
        records = rows(seed)
        before = told(result(CALENDAR + kinds + text, records))
        for calendar, more in (
            (EARLIER, ""),
            (CALENDAR, rng.choice(ADDED)),
            (EARLIER, "".join(ADDED[1:]).replace("elsewhere", "apart", 1)),
        ):
            after = told(result(calendar + kinds + text + more, records))
            assert before.items() <= after.items(), (seed, text, more, before.items() - after.items())


def told(found: StudentResult) -> dict[Any, Any]:
    """All that a result says of a student."""
    lines: dict[Any, Any] = {("account", x.account, x.period): x.amount for x in found.accounts}
    lines |= {("fact", x.fact, x.period): x.value for x in found.facts}
    lines |= {("require", name): status for name, status in found.requirements.items()}
    rules = ("high", "low")
    lines |= {
        ("entry", x.rule, x.record.identifier): (x.state, x.amount, x.period, str(x.reason))
        for x in found.entries if x.rule in rules
    }  # fmt: skip
    return lines


# ---- open values
OPEN_POLICY = (
    CALENDAR
    + """unit point
record enrolment marks enrolment
    semester : semester
record deed
    on      : date
    item    : item
    decided : number, optional
record claim
    on   : date
    n    : number
    w    : number
    code : text
    void when deeds < n, "too few"
category deeds in point from deed
    item work
        0 to 6 as decided in decided
fact counted_claims
    count(claim)
fact summed
    total(n of claim)
fact codes
    count(different code of claim)
fact best
    highest(n of claim) otherwise
fact worst
    lowest(n of claim) otherwise
fact last_claim
    latest(n of claim) otherwise
fact mean
    average(n of claim weighted by w) half up to 0.01 otherwise
fact run
    in a row(claim where n > 2)
fact found
    yes when any(claim where n > 3)
    no otherwise
require all_small
    every(claim where n < 5)
require good
    average(n of claim) at least 3
"""
)


def test_no_decision_leads_out_of_an_open_answer() -> None:
    """The guards of a kind hang on a sum that is open; each decision is tried, not only the least and the most."""
    rng = random.Random(11)
    for _ in range(120):
        deeds: list[Row] = [{"kind": "deed", "item": "work", "on": "2023-10-09"} for _ in range(rng.randrange(1, 3))]
        claims: list[Row] = [
            {"kind": "claim", "id": f"c{number}", "on": f"2023-10-{rng.randrange(10, 28)}",
             "n": str(rng.randrange(0, 9)), "w": str(rng.randrange(0, 3)), "code": rng.choice("xyz")}
            for number in range(rng.randrange(0, 6))
        ]  # fmt: skip
        start: list[Row] = [{"kind": "enrolment", "semester": "2023-2024-1"}]
        opened = result(OPEN_POLICY, [*start, *deeds, *claims])
        for _ in range(6):
            decided = [{**row, "decided": str(rng.choice(["0", "1.5", "2.5", "3", "4.5", "6"]))} for row in deeds]
            settled = result(OPEN_POLICY, [*start, *decided, *claims])
            for one, two in zip(opened.facts, settled.facts, strict=True):
                assert holds(one.value, two.value), (one, two, claims)
            for name, status in opened.requirements.items():
                assert status in ("open", settled.requirements[name]), (name, claims)


def holds(opened: Any, settled: Any) -> bool:
    """Whether a settled value is among those that an open one may be; what has no value yet may come to any."""
    if opened is None or opened is v.OPEN or opened == settled:
        return True
    return isinstance(opened, v.Interval) and settled is not None and opened.low <= v.low(settled) <= opened.high
