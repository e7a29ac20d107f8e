"""Ranks and groups, whoever is asked for: in a run, of one student, in a comparison, in a session, by a program."""

import random
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import creditlang
from creditlang.cohort import Cohort, Settings, run_cohort
from creditlang.core.operators import Policy
from creditlang.driver import compile_text
from creditlang.plugin import PluginManager
from creditlang.schema import RawRow, RawTable
from creditlang.values import ZERO, add
from creditlang_repl.session import Session

POLICY = """
calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    semester 2024-2025-2 from 2025-02-17 teaching until 2025-07-04
    ends 2025-08-31
unit point
let bonus = 1
student
    class : text, optional
    house : text
record grade
    item   : item
    on     : date
    points : number, optional
category score in point from grade
    item exam
        0 to 5 as decided in points
category moral in point from grade
    item good : bonus per event
fact sum per semester
    score + moral
ranking place of sum per class and semester, ties by score
fact prize per semester
    first that applies
    "first"  when place in the top 40% rounded half up
    "second" when place <= 3
    "none"   otherwise
fact house_total per house
    total(score of student) + total(moral of student)
ranking cup of house_total
fact praised per semester
    yes when place = 1 and cup = 1
    no otherwise
ranking overall of best, lowest first
fact best
    lowest of place
require honour
    cup at most 1
    overall at most 4
"""
CLASSES = ("A", "B", "C", "")


def policy(text: str = POLICY) -> Policy:
    """The policy, which has no errors."""
    text = text.replace("record grade", "record enrolment marks enrolment\n    semester : semester\nrecord grade", 1)
    compiled = compile_text(text, "policy.credit")
    assert not compiled.errors, [found.code for found in compiled.errors]
    return compiled.policy


def sheets(seed: int, people: int = 14) -> dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """Sheets as somebody may have them; now and then a decision is missing, or a cell cannot be read."""
    chance = random.Random(seed)
    who = [f"s{number:02}" for number in range(people)]
    students: list[tuple[str, ...]] = [(name, chance.choice(CLASSES), chance.choice("RB")) for name in who]
    enrolled: list[tuple[str, ...]] = [(name, semester) for name in who for semester in ("2024-2025-1", "2024-2025-2")]
    grades: list[tuple[str, ...]] = []
    for number in range(people * 4):
        item = chance.choice(("exam", "good"))
        points = chance.choice(["1", "2", "3", "4", "5"] * 6 + ["", "many"]) if item == "exam" else ""
        day = chance.choice(("2024-10-08", "2025-03-03"))
        grades.append((f"g{number:03}", chance.choice(who), item, day, points))
    return {
        "student": (("student_id", "class", "house"), students),
        "enrolment": (("student_id", "semester"), enrolled),
        "grade": (("record_id", "student_id", "item", "on", "points"), grades),
    }


def tables(seed: int, mixed: random.Random | None = None) -> list[RawTable]:
    """The same as tables, the rows in another order if mixed."""
    found = []
    for name, (heading, rows) in sheets(seed).items():
        own = list(rows)
        if mixed is not None:
            mixed.shuffle(own)
        found.append(RawTable(name, f"{name}.csv", heading, [RawRow(at, row) for at, row in enumerate(own, start=2)]))
    return found


def run(seed: int, of: Policy | None = None, **settings: Any) -> Cohort:
    """A run over all, or those that the settings choose."""
    return run_cohort(of or policy(), tables(seed), Settings(**settings), lambda: (), {})


def rows(cohort: Cohort, table: str, student: str | None = None) -> list[tuple[Any, ...]]:
    """The rows of a table, or those of one student."""
    return [tuple(row) for row in cohort.results.tables[table] if student in (None, row[0])]


SEEDS = pytest.mark.parametrize("seed", range(12))


@SEEDS
def test_one_student_stands_among_all(seed: int) -> None:
    """Who is asked for changes nothing, and neither does the order of the rows."""
    everybody = run(seed)
    for student in ("s00", "s07", "s13"):
        alone = run(seed, students=frozenset({student}))
        for table in ("facts", "requirements", "students"):
            assert rows(alone, table) == rows(everybody, table, student)
        assert rows(alone, "groups") == rows(everybody, "groups")
    mixed = run_cohort(policy(), tables(seed, random.Random(seed)), Settings(), lambda: (), {})
    for table in ("facts", "groups", "requirements", "students"):
        assert rows(mixed, table) == rows(everybody, table)


@SEEDS
def test_ranks_and_sums_are_what_they_are_by_definition(seed: int) -> None:
    """Where nothing is open, counted from the other tables."""
    cohort = run(seed)
    facts = {(row[0], row[1], row[2]): row[3] for row in rows(cohort, "facts")}
    students = {row[0]: row for row in sheets(seed)["student"][1]}
    sums: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    ties: dict[tuple[str, str], Any] = {}
    totals: dict[str, Any] = defaultdict(Decimal)
    open_ones = {row[2] for row in rows(cohort, "records") if row[3] in ("pending", "invalid")}
    for (who, name, period), value in facts.items():
        if name == "sum":
            sums[period, students[who][1]][who] = value
    for row in rows(cohort, "accounts"):
        if row[2] and row[1] == "score":
            ties[row[0], row[2]] = row[3]
        if not row[2]:
            own_total = row[3] if isinstance(row[3], Decimal) else ZERO
            totals[students[row[0]][2]] = add(totals[students[row[0]][2]], own_total)
    for (period, group), own in sums.items():
        if group and not open_ones & own.keys():
            key = {who: (value, ties.get((who, period), Decimal(0))) for who, value in own.items()}
            for who in own:
                assert facts[who, "place", period] == 1 + sum(other > key[who] for other in key.values())
        elif not group:
            assert all(facts[who, "place", period] is None for who in own)
    if not open_ones:
        assert {row[2]: row[3] for row in rows(cohort, "groups") if row[0] == "house_total"} == totals


@SEEDS
def test_a_comparison_sees_both_sides_among_their_own(seed: int) -> None:
    """What differs for each student is what differs between two runs."""
    data = {
        name: [dict(zip(heading, row, strict=True)) for row in own] for name, (heading, own) in sheets(seed).items()
    }
    polars = pytest.importorskip("polars")
    frames = {name: polars.DataFrame(own) for name, own in data.items()}
    one = creditlang.Policy(policy())
    found = creditlang.compare(one, one, tables=frames, set_new={"bonus": 3})
    before, after = run(seed), run(seed, overrides={"bonus": Decimal(3)})
    ranks = [
        {(row[0], row[1], row[2]): row[3] for row in rows(cohort, "facts") if row[1] in ("place", "cup", "overall")}
        for cohort in (before, after)
    ]
    changed = {key for key in ranks[0] if ranks[0][key] != ranks[1][key]}
    names = [column.name for column in found.tables["changes"].columns]
    changes = [dict(zip(names, row, strict=True)) for row in found.tables["changes"]]
    told = {(x["student_id"], x["name"], x["period"] or "") for x in changes if x["sort"] == "fact"}
    assert {key for key in told if key[1] in ("place", "cup", "overall")} == changed


def test_the_session_says_the_same(tmp_path: Path) -> None:
    """With data, each is one of all; what is tried of one changes the ranks of others."""
    (tmp_path / "policy.credit").write_text(
        POLICY.replace("record grade", "record enrolment marks enrolment\n    semester : semester\nrecord grade", 1)
    )
    for name, (heading, own) in sheets(3).items():
        lines = [",".join(heading), *(",".join(row) for row in own)]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines))
    session = Session("en", PluginManager())
    for text in (f"load {tmp_path / 'policy.credit'}", f"data {tmp_path}"):
        assert not session.answer(text).failed
    cohort = run(3)
    view = session.conversation.view()
    for student in view.numbers():
        facts = [(student, x.fact, x.period) for x in view.worked_out(student).facts]
        assert facts
        told = {(x.fact, x.period): creditlang.results.fact_value(x.value) for x in view.worked_out(student).facts}
        for row in rows(cohort, "facts", student):
            assert told[row[1], row[2]] == row[3]
    for text in ("student s00", "ranking other of score, lowest first", "why other"):
        reply = session.answer(text)
        assert not reply.failed, reply.text
    assert "14 in all" in reply.text


def test_one_person_by_a_program_is_open_unless_the_rank_is_given() -> None:
    """`set` gives what is known only among others, by name or label, and nothing else."""
    own = creditlang.Policy(policy())
    student = {"student_id": "s1", "class": "A", "house": "R"}
    records = {"enrolment": [{"semester": "2024-2025-1"}]}
    alone = own.evaluate(student, records)
    assert alone.fact("place", "2024-2025-1") == creditlang.values.Interval(Decimal(1), Decimal("Infinity"))
    assert alone.requirement("honour").status == "open"
    ranked = own.evaluate(student, records, set={"cup": 1, "overall": 2, "place": 1, "place.ranked": 30, "bonus": 2})
    assert ranked.fact("prize", "2024-2025-1") == "first"
    assert ranked.requirement("honour").status == "met"
    assert "rank 1 (A, 30 ranked" in ranked.why("place")
    fifth = own.evaluate(student, records, set={"place": 5})
    at_least = creditlang.values.Interval(Decimal(5), Decimal("Infinity"))
    (line,) = [line for line in fifth.ledger.ranks if line.fact == "place"]
    assert (line.rank, line.ranked, line.all) == (5, at_least, at_least)
    with pytest.raises(creditlang.DataError):
        own.evaluate(student, records, set={"place.rank": 1})
