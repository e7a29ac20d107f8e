"""What a cell may hold, by column: `cells.csv` says what each text is read as, or the code that refuses it.

Every line was read by people; `pytest --update` writes what the program says now, to be read again in the difference.
"""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from tests.differential.outcomes import outcome
from tests.differential.people import World

from creditlang.driver import compile_text

TABLE = Path(__file__).with_name("cells.csv")
POLICY = """
calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    semester 2024-2025-2 from 2025-02-17 teaching until 2025-07-04
    ends 2025-08-31
unit point
scale level "级别": school "校级" > college "院级"
choice side "方": left "左" | right "右"
record act
    item    : item
    number  : number, optional, at least 0, at most 1000
    whole   : whole number, optional
    date    : date, optional
    agreed  : yes or no, optional
    semester: semester, optional
    level   : level, optional
    side    : side, optional
    text    : text, optional
    account : account, optional
category fun "乐" in point from act
    item hike "远足": 1 per event
"""
COLUMNS = (
    "number", "whole", "date", "agreed", "semester", "level", "side", "text", "account", "item", "record_id",
    "student_id",
)  # fmt: skip


def read(cells: list[str]) -> list[list[str]]:
    """For each text, what each column makes of it: `= value`, or the codes of what is found."""
    compiled = compile_text(POLICY)
    assert not compiled.errors, compiled.errors
    places = [(cell, column) for cell in cells for column in COLUMNS]
    found = []
    for number, (cell, column) in enumerate(places):
        record = {"student_id": "1", "record_id": f"r{number}", "item": "hike", column: cell}
        world = World({"student": [{"student_id": "1"}], "act": [record]}, date(2025, 8, 31))
        result = outcome(compiled.policy, world)
        assert not result.raised, (cell, column, result.raised)
        codes = [str(row[1]) for row in result.tables["issues"]]
        assert result.results is not None
        entries = result.results["1"].entries if "1" in result.results else []
        value = entries[0].record.values.get(column) if entries else None
        found.append(" ".join(codes) or ("taken" if column.endswith("_id") or value is None else f"= {value}"[:60]))
    return [[cell, *found[at * len(COLUMNS) : (at + 1) * len(COLUMNS)]] for at, cell in enumerate(cells)]


def test_cells(request: pytest.FixtureRequest) -> None:
    rows = list(csv.reader(io.StringIO(TABLE.read_text(encoding="utf-8"))))
    assert len(rows) * len(COLUMNS) > 1000
    cells = [row[0].encode("ascii", "backslashreplace").decode("unicode_escape") for row in rows[1:]]
    again = [["cell", *COLUMNS], *([_plain(row[0]), *row[1:]] for row in read(cells))]
    if request.config.getoption("--update"):
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(again)
        TABLE.write_text(out.getvalue(), encoding="utf-8")
        return
    assert again == rows


def _plain(cell: str) -> str:
    """The text with what cannot be seen, and backslashes, as escapes."""
    return "".join(x if x.isprintable() and x not in "\\" and (x == " " or not x.isspace()) else
                   x.encode("unicode_escape").decode() for x in cell)  # fmt: skip
