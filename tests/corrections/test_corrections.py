"""Edited copies of the samples: what differs between two runs, and why, is what was edited, and nothing else."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from creditlang import values as v
from creditlang.cohort import Settings, run_cohort
from creditlang.core.operators import Policy
from creditlang.corrections import Correction, Corrections, RunSide, corrections_of
from creditlang.data.reader import DataReader
from creditlang.driver import compile_text, find_policy
from creditlang.plugin import PluginManager
from creditlang.schema import RawRow, RawTable

Sheets = dict[str, list[dict[str, str]]]
REGULATIONS = {
    "hengyang": ("第二课堂活动", "活动日期"), "shangrao": ("操行扣分", "发生日期"),
    "volunteer_hours": ("志愿服务时长", "记录日期"),
}  # fmt: skip
"""A sheet of each, and the column that puts its records in time."""
RULING = {"决定人": "教务处", "决定日期": "2025-01-10", "理由": "复核"}
LAST = date(2028, 1, 1)
SORTS = ("late", "withdrawn", "changed", "re-dated", "decided")


@cache
def text_of(name: str) -> str:
    path = find_policy(name)
    assert path is not None
    return path.read_text(encoding="utf-8")


@cache
def policy_of(name: str, before: str = "", after: str = "") -> Policy:
    assert before in text_of(name)
    compiled = compile_text(text_of(name).replace(before, after) if before else text_of(name), f"{name}.credit")
    assert not compiled.errors
    return compiled.policy


@cache
def sample(name: str, people: int = 3) -> Sheets:
    """The records of those students of a sample who have about 25 records in the sheet that is edited."""
    with PluginManager(no_plugins=True).opened([f"sample:{name}"]) as sources:
        sheets = {
            table.name: [dict(zip(table.header, row.cells, strict=False)) for row in table.rows]
            for source in sources for table in source.tables()
        }  # fmt: skip
    counts: dict[str, int] = {}
    for row in sheets[REGULATIONS[name][0]]:
        counts[row["学号"]] = counts.get(row["学号"], 0) + 1
    chosen = {*sorted(filter(None, counts), key=lambda who: (abs(counts[who] - 25), who))[:people]}
    return {sheet: [row for row in rows if row["学号"] in chosen] for sheet, rows in sheets.items()}


def copied(sheets: Sheets) -> Sheets:
    return {name: [dict(row) for row in rows] for name, rows in sheets.items()}


def tables(sheets: Sheets) -> Iterator[RawTable]:
    for name, rows in sheets.items():
        header = tuple(dict.fromkeys(column for row in rows for column in row)) or ("学号",)
        lines = [RawRow(at, tuple(row.get(x, "") for x in header)) for at, row in enumerate(rows, 2)]
        yield RawTable(name, f"{name}.csv", header, lines)


def corrected(
    policies: tuple[Policy, Policy], sheets: tuple[Sheets, Sheets], days: tuple[date, date] = (LAST, LAST)
) -> Corrections:
    def read(policy: Policy) -> Any:
        return lambda data: DataReader(policy).read(tables(sheets[data]))

    sides = [RunSide(policy, day, {}, read(policy)) for policy, day in zip(policies, days, strict=True)]
    return corrections_of(sides[0], sides[1])


def results(policy: Policy, sheets: Sheets) -> dict[tuple[str, ...], Any]:
    """Balances and requirements of everybody, as a run writes them."""
    cohort = run_cohort(policy, tables(sheets), Settings(LAST, language="en"), lambda: (), {})
    found = {("account", *map(str, row[:3])): row[3] for row in cohort.tables["accounts"].rows if row[3]}
    columns = [column.name for column in cohort.tables["students"].columns]
    for row in cohort.tables["students"].rows:
        given = dict(zip(columns, row, strict=True))
        found |= {("require", str(row[0]), name, ""): given[name] for name in policy.requirements if name in given}
    return found


def edited(
    rng: random.Random, name: str, sheets: Sheets, sort: str, taken: set[str], who: str = ""
) -> tuple[Sheets, str, str]:  # fmt: skip
    """A copy with one record edited; whose it is, and its id."""
    sheet, day = REGULATIONS[name]
    after = copied(sheets)
    rows = [row for row in after[sheet] if row["记录编号"] not in taken and row[day] and row["学号"]]
    row = rng.choice([row for row in rows if who in ("", row["学号"])])
    identifier = row["记录编号"]
    match sort:
        case "withdrawn":
            after[sheet].remove(row)
        case "late":
            identifier = f"{identifier}补"
            after[sheet].append({**row, "记录编号": identifier})
        case "re-dated":
            row[day] = (date.fromisoformat(row[day]) + timedelta(rng.choice((-190, -1, 190)))).isoformat()
        case "changed":
            other = rng.choice([x for x in after[sheet] if x["记录编号"] != identifier])
            fields = [x for x in row if x not in ("记录编号", "学号", day, "学期") and row[x] != other[x]]
            row |= {field: other[field] for field in fields} or {"内容": "另一项"}
        case "decided":
            ruling = {
                "学号": row["学号"],
                "记录编号": identifier,
                "决定": rng.choice(("不予认定", "予以认定")),
                **RULING,
            }
            after.setdefault("复核决定", []).append(ruling)
    return after, row["学号"], identifier


def agrees(found: Corrections, before: dict[tuple[str, ...], Any], after: dict[tuple[str, ...], Any]) -> None:
    """Whether what is said to differ is what two runs of their own have otherwise."""
    said = {
        (change.result[0], change.student, *change.result[1:])
        for change in found.changes if change.result[0] != "require" or change.result[1] in _shown(before)
    }  # fmt: skip
    assert said == {key for key in {**before, **after} if before.get(key) != after.get(key)}


def _shown(run: dict[tuple[str, ...], Any]) -> set[str]:
    return {key[2] for key in run if key[0] == "require"}


def adds_up(change: Correction) -> None:
    """Whether the shares of the causes, those of a group once, are the whole difference; if they have any."""
    shares = {cause.group if cause.group is not None else cause.piece: cause.share for cause in change.causes}
    assert change.causes
    if None not in shares.values():
        was, now = (x or v.ZERO for x in (change.before, change.after))
        assert v.total(filter(None, shares.values())) == v.subtract(now, was)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("name", REGULATIONS)
def test_one_edit_is_the_cause_of_all_that_differs(name: str, sort: str) -> None:
    policy, sheets, rng = policy_of(name), sample(name), random.Random(f"{name} {sort}")
    before, effects = results(policy, sheets), 0
    for attempt in range(20):
        if effects and attempt > 1:
            break
        after, student, record = edited(rng, name, sheets, sort, set())
        found = corrected((policy, policy), (sheets, after))
        agrees(found, before, results(policy, after))
        for change in found.changes:
            effects += 1
            assert change.student == student
            assert {(cause.piece.sort, cause.piece.record) for cause in change.causes} == {(sort, record)}
            adds_up(change)
        if not found.changes:
            assert {piece.sort for piece in found.without_effect[student]} == {sort}
    assert effects


@pytest.mark.parametrize("name", REGULATIONS)
def test_of_two_edits_each_has_its_share_or_they_are_named_together(name: str) -> None:
    policy, sheets, rng = policy_of(name), sample(name, 2), random.Random(name)
    before, both = results(policy, sheets), 0
    for attempt in range(20):
        if both and attempt > 3:
            break
        after, edits, who = sheets, set[tuple[str, str]](), ""
        for sort in rng.sample(SORTS, 2):
            after, who, record = edited(rng, name, after, sort, {record for _, record in edits}, who)
            edits.add((sort, record))
        found = corrected((policy, policy), (sheets, after))
        agrees(found, before, results(policy, after))
        for change in found.changes:
            causes = {(cause.piece.sort, cause.piece.record) for cause in change.causes}
            assert change.student == who and causes <= edits
            both += len(causes) > 1
            adds_up(change)
    assert both


def test_an_amended_policy_and_another_day() -> None:
    text = CLUB
    old, new = (compile_text(x).policy for x in (text, text.replace("2 per event", "3 per event")))
    sheets: Sheets = {"student": [{"student_id": "s1"}], "deed": [
        {"record_id": f"d{day}", "student_id": "s1", "item": "help", "on": f"2024-10-0{day}"} for day in range(1, 5)
    ]}  # fmt: skip
    days = date(2024, 10, 2), date(2024, 10, 3)
    (change, _) = corrected((old, new), (sheets, sheets), (days[0], days[0])).changes
    assert (change.before, change.after, _sorts(change)) == (4, 6, {"policy"})
    (change, _) = corrected((old, old), (sheets, sheets), days).changes
    assert (change.before, change.after, _sorts(change)) == (4, 6, {"date"})
    (change, _) = corrected((old, new), (sheets, sheets), days).changes
    assert (change.before, change.after, _sorts(change)) == (4, 9, {"policy", "date"})
    assert [cause.group for cause in change.causes] == [0, 0]  # three for each of three: neither alone, nor added up
    later = copied(sheets)
    later["deed"][0]["on"] = "2024-10-09"
    (change, _) = corrected((old, old), (sheets, later), (days[0], date(2024, 10, 4))).changes
    assert {(cause.piece.sort, cause.share) for cause in change.causes} == {("date", 4), ("re-dated", -2)}


CLUB = """unit point
record deed
    item : item
    on : date
category club in point from deed
    item help: 2 per event
require enough
    club at least 5
"""


def _sorts(change: Correction) -> set[str]:
    return {cause.piece.sort for cause in change.causes}


def test_other_named_values_and_other_data_of_a_student() -> None:
    text = CLUB.replace("record deed", "let rate = 2\nstudent\n    group : text\nrecord deed").replace(
        "2 per", "rate per"
    )
    policy = compile_text(text.replace("at least 5", 'at least 5 when group is "A"')).policy
    sheets: Sheets = {"student": [{"student_id": "s1", "group": "A"}], "deed": [
        {"record_id": "d1", "student_id": "s1", "item": "help", "on": "2024-10-01"}
    ]}  # fmt: skip
    sides = [RunSide(policy, LAST, {"rate": rate}, lambda _: DataReader(policy).read(tables(sheets)))
             for rate in (Decimal(2), Decimal(3))]  # fmt: skip
    (change,) = corrections_of(sides[0], sides[1]).changes
    assert (change.before, change.after, _sorts(change)) == (2, 3, {"policy"})
    assert corrections_of(sides[0], sides[1], ["s2"]).changes == []
    later: Sheets = {**sheets, "student": [{"student_id": "s1", "group": "B"}]}
    (change,) = corrected((policy, policy), (sheets, later)).changes
    assert (change.before, change.after, _sorts(change)) == ("unmet", "met", {"student"})
    assert "group A → B" in change.causes[0].piece.told


def test_records_without_ids_are_known_by_what_they_say() -> None:
    policy = compile_text(CLUB).policy
    rows = [{"student_id": "s1", "item": "help", "on": f"2024-10-0{day}"} for day in (1, 3, 4)]
    sheets: Sheets = {"student": [{"student_id": "s1"}], "deed": rows}
    later: Sheets = {**sheets, "deed": [rows[0], {**rows[0], "on": "2024-10-02"}, *rows[1:]]}
    found = corrected((policy, policy), (sheets, later)).changes
    assert [_sorts(change) for change in found] == [{"late"}]
    moved = corrected((policy, policy), (sheets, {**sheets, "deed": [*rows[:2], {**rows[2], "on": "2024-10-08"}]}))
    assert [piece.sort for piece in moved.without_effect["s1"]] == ["withdrawn", "late"]


def test_where_people_are_compared_the_data_of_all_are_one_cause() -> None:
    policy = compile_text(CLUB + "ranking place of club\nshow place\n").policy
    sheets: Sheets = {"student": [{"student_id": "s1"}, {"student_id": "s2"}], "deed": [
        {"record_id": "d1", "student_id": "s1", "item": "help", "on": "2024-10-01"},
    ]}  # fmt: skip
    more = [{"record_id": f"e{day}", "student_id": "s2", "item": "help", "on": f"2024-10-0{day}"} for day in (2, 3)]
    found = corrected((policy, policy), (sheets, {**sheets, "deed": [*sheets["deed"], *more]})).changes
    ranks = {change.student: change for change in found if change.result[1] == "place"}
    assert (ranks["s1"].before, ranks["s1"].after, _sorts(ranks["s1"])) == (1, 2, {"others"})
    assert (ranks["s2"].before, ranks["s2"].after, _sorts(ranks["s2"])) == (2, 1, {"late", "others"})


def test_what_makes_up_for_each_other_is_no_cause() -> None:
    policy = compile_text(CLUB).policy
    sheets: Sheets = {"student": [{"student_id": "s1"}], "deed": [
        {"record_id": f"d{day}", "student_id": "s1", "item": "help", "on": f"2024-10-0{day}"} for day in (1, 2)
    ]}  # fmt: skip
    later = copied(sheets)
    later["deed"][1]["record_id"] = "e2"  # the same under another id
    assert {piece.sort for piece in corrected((policy, policy), (sheets, later)).without_effect["s1"]} == {
        "late", "withdrawn",
    }  # fmt: skip
    later["deed"].append({**later["deed"][0], "record_id": "d3", "on": "2024-10-03"})
    changes = {change.result[1]: change for change in corrected((policy, policy), (sheets, later)).changes}
    whole = changes["club"]
    assert (whole.before, whole.after) == (4, 6)
    assert all(cause.share for cause in whole.causes)


def test_who_is_on_one_list_only() -> None:
    policy = compile_text(CLUB).policy
    sheets: Sheets = {"student": [{"student_id": "s1"}], "deed": []}
    found = corrected((policy, policy), (sheets, {**sheets, "student": [{"student_id": "s2"}]})).changes
    assert [(change.student, change.before, change.after) for change in found] == [
        ("s1", "unmet", None), ("s2", None, "unmet"),
    ]  # fmt: skip
