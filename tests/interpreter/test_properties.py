"""What holds of every run, whatever the records: generated records for a small policy with one of everything."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditlang.cohort import Cohort, Settings, run_cohort
from creditlang.core.account_trees import within
from creditlang.core.operators import Policy
from creditlang.core.scales import scale_of
from creditlang.driver import compile_text
from creditlang.ledger import DISPOSITIONS, StudentResult
from creditlang.schema import RawRow, RawTable

pytestmark = pytest.mark.adds_up_itself

Rows = dict[str, list[dict[str, str]]]
FEW = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

DAYS = st.integers(0, 380).map(lambda offset: (date(2024, 8, 30) + timedelta(offset)).isoformat())
NEAR = st.integers(0, 12).map(lambda offset: (date(2024, 10, 7) + timedelta(offset)).isoformat())
SEMESTERS = st.sampled_from(["2024-2025-1", "2024-2025-2"])
FLAGS = st.sampled_from(["", "yes", "no"])
NUMBERS = st.integers(0, 300).map(lambda hundredths: str(Decimal(hundredths) / 100))
STUDENTS = ("s1", "s2")


@cache
def small() -> Policy:
    """The policy, compiled once; not a fixture, because a failing example would print it."""
    compiled = compile_text((Path(__file__).parent / "small.credit").read_text(encoding="utf-8"), "small.credit")
    assert not compiled.errors
    return compiled.policy


def maybe(values: Sequence[str]) -> st.SearchStrategy[str]:
    """One of some values, or an empty cell."""
    return st.sampled_from(["", *values])


ITEMS = ("lecture", "paper", "prize", "project", "office", "run", "run", "run", "book", "bonus", "only_good", "counted")
ACCOUNTS = ("moral", "fitness", "running", "reading_credits", "extra")
KINDS: dict[str, dict[str, st.SearchStrategy[str]]] = {
    "activity": {
        "item": st.sampled_from([*ITEMS, "unheard_of"]), "on": st.one_of(NEAR, DAYS),
        "level": maybe(["national", "school", "college"]), "leader": FLAGS, "size": maybe("1234"),
        "place": maybe("123"), "decided": maybe(["0", "0.6", "1", "1.35", "2"]), "content": maybe("ab"),
        "evidence": maybe("pq"), "fraud": st.sampled_from(["", "", "", "yes"]),
    },
    "violation": {
        "item": st.sampled_from(["late", "unlawful", "demerit", "probation"]), "on": st.one_of(NEAR, DAYS),
        "decided": maybe(["10", "15", "22.5", "30", "40"]), "case": maybe("xy"),
    },
    "request": {
        "item": st.just("course"), "semester": SEMESTERS, "filed_on": st.one_of(st.just(""), NEAR),
        "source": maybe(ACCOUNTS), "target": maybe(["moral", "reading_credits"]), "credits": NUMBERS,
    },
    "offset_request": {
        "semester": SEMESTERS, "source": st.sampled_from([*ACCOUNTS[:4], "conduct_credit"]), "credits": NUMBERS,
        "filed_on": st.one_of(st.just(""), NEAR),
    },
}  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn, most: int = 9) -> Rows:
    """Two students and their records."""
    rows: Rows = {
        "student": [
            {"student_id": name, "room": draw(st.sampled_from("AB")), "programme_credits": draw(maybe(["2", "7"]))}
            for name in STUDENTS
        ],
        "enrolment": [{"student_id": name, "semester": "2024-2025-1"} for name in STUDENTS],
        "incident": [
            {"record_id": f"i{n}", "room": draw(st.sampled_from("AB")), "item": "dirty", "on": draw(NEAR)}
            for n in range(draw(st.integers(0, 2)))
        ],
    }
    rows["enrolment"] += [
        {"student_id": name, "semester": "2024-2025-2"} for name in draw(st.sets(st.sampled_from(STUDENTS)))
    ]
    for kind, columns in KINDS.items():
        rows[kind] = [
            {"record_id": f"{kind[0]}{n:02d}", "student_id": draw(st.sampled_from(STUDENTS))}
            | {name: draw(values) for name, values in columns.items()}
            for n in range(draw(st.integers(0, most)))
        ]
    for number, row in enumerate(rows["enrolment"]):
        row["record_id"] = f"e{number}"
    return rows


def tables(rows: Rows) -> list[RawTable]:
    """Rows as a source would hand them over."""
    found = []
    for kind, lines in rows.items():
        header = tuple(dict.fromkeys(name for line in lines for name in line)) or ("student_id",)
        raw = [RawRow(number, tuple(line[name] for name in header)) for number, line in enumerate(lines, start=2)]
        found.append(RawTable(kind, f"{kind}.csv", header, raw))
    return found


def run(rows: Rows, as_of: date | None = None) -> tuple[Cohort, dict[str, StudentResult]]:
    """The results of a run, as tables and by student."""
    kept: dict[str, StudentResult] = {}

    def keep(result: StudentResult) -> None:
        kept[result.student] = result

    return run_cohort(small(), tables(rows), Settings(as_of, language="en"), lambda: (), {}, keep=keep), kept


def ends(value: Any) -> tuple[Decimal, Decimal]:
    """The lower and upper end of an amount."""
    return (getattr(value, "low", value), getattr(value, "high", value))


@given(rows=worlds(), as_of=st.sampled_from([None, date(2024, 10, 12), date(2025, 1, 20)]))
@FEW
def test_every_row_has_one_disposition(rows: Rows, as_of: date | None) -> None:
    """The record equation: rows read = counted + reduced + void + pending + unmatched + invalid (+ out of scope)."""
    cohort, _ = run(rows, as_of)
    read = sum(len(lines) for kind, lines in rows.items() if kind != "student")
    assert cohort.read == read
    assert cohort.balanced
    assert sum(cohort.results.equation.values()) == read == len(cohort.results.dispositions)
    assert set(cohort.results.equation) <= set(DISPOSITIONS)


@given(rows=worlds())
@FEW
def test_entries_minus_cuts_are_totals(rows: Rows) -> None:
    """Each entry's amount follows from its steps, and each decided balance is the sum of its entries, exactly."""
    accounts = small().accounts
    for result in run(rows)[1].values():
        sums: dict[str, Decimal] = defaultdict(Decimal)
        is_open = set()
        for entry in result.entries:
            for one, following in zip(entry.steps, entry.steps[1:], strict=False):
                assert following.sort == "amount" or one.after == following.before
            if entry.state != "live" or entry.member or not entry.account:
                continue
            assert entry.steps[-1].after == entry.amount
            if isinstance(entry.amount, Decimal):
                sums[entry.account] += entry.amount * entry.sign
            else:
                is_open.add(entry.account)
        for line in result.accounts:
            finite = [end for end in ends(line.amount) if end.is_finite()]
            assert max(map(scale_of, finite), default=0) <= small().scales[line.account], line
            inside = set(within(accounts, line.account))
            if line.period or accounts[line.account].sort != "category" or inside & is_open:
                continue
            assert line.amount == sum((sums[name] for name in inside), Decimal(0)), line.account


@given(rows=worlds(), seed=st.randoms(use_true_random=False))
@FEW
def test_the_order_of_rows_does_not_matter(rows: Rows, seed: Any) -> None:
    """Shuffled rows, and tables in another order, give the same results."""
    shuffled = {kind: seed.sample(lines, len(lines)) for kind, lines in reversed(rows.items())}
    first, second = run(rows)[0].results.tables, run(shuffled)[0].results.tables
    for name in ("students", "accounts", "facts", "requirements", "records"):
        assert first[name] == second[name], name
    assert Counter(map(str, first["steps"])) == Counter(map(str, second["steps"]))


@given(rows=worlds())
@FEW
def test_two_runs_are_identical(rows: Rows) -> None:
    """The same input gives the same tables to the last byte."""
    assert repr(run(rows)[0].results.tables) == repr(run(rows)[0].results.tables)


@given(rows=worlds())
@FEW
def test_students_do_not_meet(rows: Rows) -> None:
    """A student's results are the same alone."""
    alone = {
        kind: [line for line in lines if line.get("student_id", "s1") == "s1"]
        for kind, lines in rows.items()
        if kind != "incident"
    }
    alone["incident"] = [line for line in rows["incident"] if line["room"] == rows["student"][0]["room"]]
    together, single = run(rows)[1]["s1"], run(alone)[1]["s1"]
    assert together.accounts == single.accounts
    assert together.facts == single.facts
    assert together.requirements == single.requirements


CAPS = [
    ("lecture", "semester", "0.5"), ("project", "", "1.5"), ("run", "semester", "0.4"),
    ("lecture paper prize project office", "semester", "3"), ("course", "semester", "4"),
]  # fmt: skip


@given(rows=worlds(most=14))
@FEW
def test_caps_hold(rows: Rows) -> None:
    """No group of entries has more than its cap, at either end; nothing is taken that is not there."""
    for result in run(rows)[1].values():
        for items, period, limit in CAPS:
            groups: dict[str, Decimal] = defaultdict(Decimal)
            for entry in result.entries:
                decided = entry.state == "live" and not entry.member and entry.sign > 0
                if decided and entry.rule in items.split() and isinstance(entry.amount, Decimal):
                    groups[entry.period if period else ""] += entry.amount
            assert all(total <= Decimal(limit) for total in groups.values()), items
        for line in result.accounts:
            low, high = ends(line.amount)
            assert low <= high
            if line.account in ("moral", "fitness", "extra", "conversion", "running", "conduct"):
                assert low >= 0, line
            if line.account == "conduct_credit" and line.period:
                assert high <= 1, line
            if line.account == "conversion" and not line.period:
                assert high <= 8


GARBAGE = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "NaN", "1e9", "-1", "１２", "0.001", "2024-02-30", "2024-10-08", "moral", "=1+1", "\x00"]),
    st.just("9" * 40),
)


@given(rows=worlds(most=4), data=st.data())
@FEW
def test_garbage_raises_nothing(rows: Rows, data: st.DataObject) -> None:
    """Whatever stands in the cells, every row is accounted for."""
    for _ in range(data.draw(st.integers(1, 8))):
        kind = data.draw(st.sampled_from([name for name, lines in rows.items() if lines]))
        line = data.draw(st.sampled_from(rows[kind]))
        line[data.draw(st.sampled_from(sorted(line)))] = data.draw(GARBAGE)
    cohort, _ = run(rows)
    assert cohort.balanced


@given(header=st.lists(GARBAGE, max_size=5), cells=st.lists(st.lists(GARBAGE, max_size=6), max_size=4))
@FEW
@pytest.mark.parametrize("name", ["student", "activity", "enrolment", "incident", "nothing"])
def test_garbage_tables_raise_nothing(name: str, header: list[str], cells: list[list[str]]) -> None:
    """Whatever the header says and however long the rows are."""
    raw = [RawRow(number, tuple(row)) for number, row in enumerate(cells, start=2)]
    table = RawTable(name, f"{name}.csv", tuple(header), raw)
    cohort = run_cohort(small(), [table], Settings(language="zh"), lambda: (), {})
    assert cohort.balanced
