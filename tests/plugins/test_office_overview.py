"""The first sheet of a workbook of results is one that an office can use, in the language of the run."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from creditlang.cli import main

POLICY = """policy "road-points"
    title "Points register"
use "common/calendar"
unit point
choice class: full "Full licence" | learner "Learner"
person driver "驾驶人"
    name "姓名" : text
    held "准驾" : class, optional
    born : date, optional
record course "课程"
    item  : item
    hours : number
category training_hours "学时" in point
    item lesson: 1 per hours
require trained "培训"
    training_hours at least 3
    training_hours at most 5
"""


LEAST, MOST = "training_hours at least 3", "training_hours at most 5"


@pytest.mark.parametrize(("language", "sheet", "wanted"), [
    ("en", "overview", [
        ("Driver ID", "name", "held", "trained", "training hours", "Still lacking"),
        ("D1", "Ann Lee", "Full licence", "not met", 1, f"{LEAST}: 2"),
        ("D2", "Bo Roe", "Learner", "not met", 7, f"{MOST}: 2 too much"), ("D3", "Cy Poe", None, "met", 4, None),
    ]),
    ("zh", "总览", [
        ("驾驶人编号", "姓名", "准驾", "培训", "学时", "还差"),
        ("D1", "Ann Lee", "Full licence", "不符合", 1, f"{LEAST}：2"),
        ("D2", "Bo Roe", "Learner", "不符合", 7, f"{MOST}：超出 2"), ("D3", "Cy Poe", None, "符合", 4, None),
    ]),
])  # fmt: skip
def test_a_line_a_person(tmp_path: Path, language: str, sheet: str, wanted: list[tuple[Any, ...]]) -> None:
    (tmp_path / "points.credit").write_text(POLICY, encoding="utf-8")
    data, target = tmp_path / "data", tmp_path / "results.xlsx"
    data.mkdir()
    (data / "driver.csv").write_text("Driver ID,Name,Held\nD1,Ann Lee,full\nD2,Bo Roe,LEARNER\nD3,Cy Poe,\n")
    (data / "course.csv").write_text("Driver ID,Item,Hours\nD1,lesson,1\nD2,lesson,7\nD3,lesson,4\n")
    words = ("run", tmp_path / "points.credit", "--data", data, "--lang", language, "--as-of", "2025-07-31")
    found = CliRunner().invoke(main, [*map(str, words), "--out", str(target)])
    assert found.exit_code == 0, found.output
    book = openpyxl.load_workbook(target)
    page, *tables = book.worksheets
    rows = list(page.iter_rows(values_only=True))
    assert (page.title, tables[0].title, book.active.title) == (sheet, "students", sheet)
    assert rows[0][0] == "Points register"
    assert str(rows[2][0]).startswith("read 3 = counted 3" if language == "en" else "读入 3 = 计入 3")
    assert rows[3:] == wanted
    assert (page.freeze_panes, page.auto_filter.ref, page.print_title_rows) == ("B5", "A4:F7", "$4:$4")
