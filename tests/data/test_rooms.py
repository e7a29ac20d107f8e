"""Records of a room: in a sheet without student numbers, and given by a program."""

from pathlib import Path
from typing import Any

import pytest

import creditlang

POLICY = """calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    ends 2025-08-31
unit point "分"
record residence "住宿"
    on "日期" : date
    room "寝室" : text
record violation "违纪" for room of latest residence
    item "项目" : item
    on "日期" : date
    room "寝室" : text, optional
score conduct "操行" per semester in point from violation
    starts at 100
    item noise "喧哗" : deduct 3 per event
    item litter "卫生差"
        deduct 5 per event
        falls on room
"""


def test_a_sheet_of_rooms_needs_no_numbers(tmp_path: Path) -> None:
    """One without rooms does."""
    sheets = {
        "student": "学号\n1\n2\n", "residence": "学号,日期,寝室\n1,2024-09-02,A101\n2,2024-09-02,A102\n",
        "violation": "项目,日期,寝室\n卫生差,2024-10-08,A101\n",
    }  # fmt: skip
    for name, text in sheets.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    cohort = creditlang.load(POLICY).run(str(tmp_path))
    assert [found.code for found in cohort.dataset.problems] == []
    amounts = {row["student_id"]: row["amount"] for row in map(dict, rows(cohort, "accounts"))}
    assert amounts == {"1": "95", "2": "100"}
    (tmp_path / "violation.csv").write_text("项目,日期\n卫生差,2024-10-08\n", encoding="utf-8")
    problems = creditlang.load(POLICY).run(str(tmp_path)).dataset.problems
    assert [found.code for found in problems] == ["CR653", "CR658"]


def rows(cohort: Any, table: str) -> list[dict[str, str]]:
    """The rows of a result table."""
    names = [column.name for column in cohort.results.columns(table)]
    return [dict(zip(names, map(str, row), strict=True)) for row in cohort.results.tables[table]]


@pytest.mark.parametrize(("given", "amount"), [
    ({"room": "A101"}, "95"), ({"room": "A102"}, "100"), ({}, "95"), ({"room": "A102", "student_id": "1"}, "95"),
])  # fmt: skip
def test_a_record_of_a_room_is_only_theirs_who_live_there(given: dict[str, str], amount: str) -> None:
    records = {
        "residence": [{"on": "2024-09-02", "room": "A101"}],
        "violation": [{"item": "litter", "on": "2024-10-08", **given}],
    }
    result = creditlang.load(POLICY).evaluate({"student_id": "1"}, records)
    assert str(result.account("conduct", "2024-2025-1")) == amount
    found = [entry.record.problem and entry.record.problem.code for entry in result.ledger.entries]
    assert ("CR658" in found) == (amount == "100")
