"""The types that are made of policies: mypy takes what is right and names what is wrong."""

from pathlib import Path

import pytest
from mypy import api

import creditlang
from creditlang.resources import policy_names

POLICY = """
unit point
choice side: red | blue
student
    side  : side
    class : text, optional
record talk "讲座"
    item  : item
    on    : date
    hours : number, required when used
record house_visit
    on : date
record records
    on : date
category moral in point from talk
    item lecture : hours
let rate = 1 point
ranking place of moral per side
"""
USED = """
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from club import HouseVisit, Records, Records_, Settings, Student, Talk

student: Student = {"side": "red", "class": "7A", "student_id": 7}
talk: Talk = {"item": "lecture", "on": date(2024, 10, 8), "hours": Decimal("2.5")}
visit: HouseVisit = {"on": "2024-10-08", "record_id": "V1"}
records: Records = {"talk": [talk, {"item": "lecture", "on": "2024-10-08"}], "house_visit": [visit]}
settings: Settings = {"rate": 2, "place": 1, "place.ranked": 30}


def evaluate(student: Mapping[str, object], records: Mapping[str, object]) -> None: ...


evaluate(student, records)
"""
WRONG = """
from club import Records, Settings, Student, Talk

one: Student = {"side": "green"}
two: Student = {"class": "7A"}
three: Talk = {"item": "lecture", "on": "2024-10-08", "houres": 2}
four: Records = {"tolk": []}
five: Records = {"talk": {}}
six: Settings = {"rat": 1}
seven: Talk = {"item": "lecture", "on": 20241008}
"""


def test_mypy_takes_what_is_right_and_names_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("club.py").write_text(creditlang.generate_types(POLICY), "utf-8")
    Path("used.py").write_text(USED, "utf-8")
    Path("wrong.py").write_text(WRONG, "utf-8")
    for name in policy_names():
        Path(f"{name}.py").write_text(creditlang.generate_types(name), "utf-8")
    said, problems, _ = api.run(["--strict", "--no-error-summary", "--config-file", "", "."])
    assert problems == ""
    lines = [line for line in said.splitlines() if "error:" in line]
    places = {int(line.split(":")[1]) for line in lines}
    assert {line.split(":")[0] for line in lines} == {"wrong.py"}, said
    assert places == set(range(4, 4 + WRONG.count("= {")))


def test_the_same_policy_gives_the_same_text() -> None:
    assert creditlang.generate_types(POLICY) == creditlang.generate_types(creditlang.load(POLICY))
    assert "\nclass 就业(TypedDict):" in creditlang.generate_types("jifen_luohu")
