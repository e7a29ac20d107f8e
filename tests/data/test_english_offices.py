"""Sheets of an English office: headings, values, days and terms as people type them; how the order of days is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from creditlang.cli import main
from creditlang.data.cells import DATE_ORDERS, CellError, parse_date, parse_semester, spelled, year_first

POLICY = """use "common/calendar"
unit point
choice class: p1 "P1" | p2 "P2" | learner "L"
person driver
    name : text, optional
    held : class, optional
record offence "Offences"
    item                        : item
    on     "Date of offence"    : date
    term                        : semester, optional
    km_over "km over the limit" : whole number, optional
category demerits "Demerit points" in point
    item phone "Mobile phone": 5 per event
    item red_light "Red light": 3 per event
"""
DRIVERS = "DRIVER ID,Name,HELD\nD001,Ann Lee,p1\nD002,Bo  Roe,l\n"


@pytest.fixture
def office(cli: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Run the policy over sheets, with the text of a mapping."""

    def run(offences: str, mapping: str = "", name: str = "offences") -> Any:
        (tmp_path / "points.credit").write_text(POLICY)
        data = tmp_path / "data"
        data.mkdir()
        (data / "Drivers.csv").write_text(DRIVERS)
        (data / f"{name}.csv").write_text(offences)
        (tmp_path / "own.toml").write_text(mapping)
        more = ("--mapping", tmp_path / "own.toml") if mapping else ()
        return cli("run", tmp_path / "points.credit", "--data", data, "--format", "json", *more)

    return run


def points(tables: Any) -> dict[str, str]:
    return {row["student_id"]: row["demerits"] for row in tables["students"]}


HEAD = "Driver Id,ITEM,Date Of Offence,Term,KM OVER,No.\n"


def test_case_blanks_and_underscores_make_no_difference(office: Callable[..., Any]) -> None:
    tables = office(HEAD + "D001,mobile phone,8 Oct 2024,Fall 2024,12,1\nD002,RED_LIGHT,2024-11-02,Autumn 2024,,2\n")
    assert points(tables) == {"D001": "5", "D002": "3"}
    assert tables["issues"] == []


def test_a_driver_is_found_by_name_however_it_is_written(office: Callable[..., Any]) -> None:
    tables = office("name,Item,date of offence\nANN LEE,phone,2024-10-08\nbo roe,Phone,2024-10-08\n")
    assert points(tables) == {"D001": "5", "D002": "5"}


@pytest.mark.parametrize("mapping", ["", "title = 'points'\n[[table]]\nname='x'\nkind='offence'\n"])
def test_without_a_word_on_their_order_days_are_refused(office: Callable[..., Any], mapping: str) -> None:
    tables = office(HEAD + "D001,phone,03/04/2025,,,1\nD002,phone,05/12/2024,,,2\n", mapping)
    assert [row["code"] for row in tables["issues"] if row["severity"] == "error"] == ["CR616", "CR616"]


def test_the_order_of_days_in_sheets_with_the_policys_own_headings(office: Callable[..., Any]) -> None:
    tables = office(HEAD + "D001,phone,03/04/2025,,,1\nD002,phone,25/12/2024,,,2\n", "dates = 'day/month/year'\n")
    assert points(tables) == {"D001": "5", "D002": "5"}


def test_the_order_of_days_in_an_export(office: Callable[..., Any]) -> None:
    mapping = """dates = "month/day/year"
[[table]]
headings = ["licence"]
kind     = "offence"
rows     = [{ column = "State", texts = ["Final"] }]
[table.columns]
driver_id = "Licence"
item      = "What"
on        = { column = "When", part = "day" }
[table.values]
item = { "RL" = "red_light" }
"""
    export = (
        "LICENCE,what,when,state\nD001,rl,04/03/2025 19:02,FINAL\nD001,Phone,13/13/2025,Final\nD002,RL,4/3/2025,void\n"
    )
    tables = office(export, mapping, "export")
    assert points(tables)["D002"] == "0"
    assert [row["code"] for row in tables["issues"] if row["severity"] == "error"] == ["CR604"]
    assert [row["period"] for row in tables["accounts"] if row["amount"] == "3" and row["period"]] == ["2024-2025-2"]


def test_headings_that_only_case_tells_apart_are_refused(office: Callable[..., Any]) -> None:
    tables = office("driver_id,Item,ITEM,on\nD001,phone,red_light,2024-10-08\n")
    assert {"CR626", "CR648"} <= {row["code"] for row in tables["issues"]}


def read_or_code(parse: Callable[..., Any], *arguments: str) -> str:
    try:
        return str(parse(*arguments))
    except CellError as error:
        return error.code


@pytest.mark.parametrize(("text", "wanted"), [
    ("Fall 2024", "2024-2025-1"), ("AUTUMN TERM 2024/25", "2024-2025-1"), ("2025 spring", "2024-2025-2"),
    ("Semester 2, 2024–25", "2024-2025-2"), ("First semester 2024-2025", "2024-2025-1"), ("2025春", "2024-2025-2"),
    ("2024年秋季学期", "2024-2025-1"), ("2024夏", "CR608"), ("Summer 2024", "CR608"), ("Semester 1 2024", "CR608"),
    ("Fall 24", "CR608"), ("Term 2 2024/25", "CR608"), ("Spring 2024/26", "CR608"), ("Waterfall 2024", "CR608"),
])  # fmt: skip
def test_terms_by_their_season(text: str, wanted: str) -> None:
    assert read_or_code(parse_semester, text) == wanted


@pytest.mark.parametrize(("text", "wanted"), [
    ("8 October 2024", "2024-10-08"), ("8-Oct-2024", "2024-10-08"), ("OCT. 8th, 2024", "2024-10-08"),
    ("31 Apr 2024", "CR604"), ("8 Okt 2024", "CR605"), ("8 Oct 24", "CR605"), ("05.12.2024", "CR616"),
    ("14/01/2025", "2025-01-14"), ("01/14/2025", "2025-01-14"), ("14.1.2025 0:00", "2025-01-14"),
    ("05/05/2025", "2025-05-05"), ("31/04/2025", "CR604"), ("13/14/2025", "CR604"), ("14/01/2025 8:30", "CR606"),
])  # fmt: skip
def test_days_with_the_name_of_their_month(text: str, wanted: str) -> None:
    assert read_or_code(parse_date, text) == wanted


@pytest.mark.parametrize(("text", "day_first", "month_first"), [
    ("3/4/2025", "2025-04-03", "2025-03-04"), ("2025-04-03", "2025-04-03", "2025-04-03"),
    ("25/12/2025", "2025-12-25", "CR604"), ("31/4/2025", "CR604", "CR604"),
])  # fmt: skip
def test_the_order_of_day_and_month(text: str, day_first: str, month_first: str) -> None:
    orders = zip(DATE_ORDERS, (day_first, month_first), strict=True)
    for order, wanted in orders:
        assert read_or_code(lambda order=order: parse_date(year_first(text, order))) == wanted


@pytest.mark.parametrize(("text", "wanted"), [
    ("gold", 1), ("Gold", 1), (" GOLD ", 1), ("ＧＯＬＤ", 1), ("p1", 2), ("P1", 3), ("Ｐ１", None), ("go ld", None),
])  # fmt: skip
def test_texts_are_found_in_any_case_unless_two_things_could_be_meant(text: str, wanted: int | None) -> None:
    assert spelled({"gold": 1, "Gold": 1, "p1": 2, "P1": 3})(text) == wanted


def test_templates_of_an_english_policy_are_headed_in_english(tmp_path: Path) -> None:
    (tmp_path / "points.credit").write_text(POLICY)
    words = ("schema", tmp_path / "points.credit", "--out", tmp_path / "templates.xlsx")
    assert CliRunner().invoke(main, list(map(str, words))).exit_code == 0
    sheets = openpyxl.load_workbook(tmp_path / "templates.xlsx").worksheets
    heads = [[cell.value for cell in sheet[1]][:2] for sheet in sheets[:2]]
    assert heads == [["Driver ID", "name"], ["Driver ID", "Record ID"]]
