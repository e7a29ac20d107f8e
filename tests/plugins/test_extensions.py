"""What plugins add to the language: functions, calendars, checks, and commands of the command line."""

import pickle
import shutil
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner

from creditlang.api import Policy
from creditlang.cli import main
from creditlang.cli.installed_plugins import only_built_in
from creditlang.diagnostics import Diagnostic, message, render
from creditlang.driver import Compiled, compile_source
from creditlang.plugin import Extensions, PluginManager
from creditlang.source import SourceFile

CAMPUS = """
from datetime import date
from decimal import Decimal
from creditlang.diagnostics import Phrase
from creditlang.plugin import Calendar, Day, Finding, Function, hookimpl

def full_months(start, end):
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    return Decimal(months)

def third(number):
    return number / 3

def broken(number):
    raise ZeroDivisionError("Zhang San")

class Holidays(Calendar):
    known = (date(2024, 1, 1), date(2024, 12, 31))

    def days(self, first, last):
        found = [Day(date(2024, 10, 1), False, Phrase("National Day", "国庆节")),
                 Day(date(2024, 10, 8), False, Phrase("a day off", "放假")),
                 Day(date(2024, 10, 12), True, Phrase("made up", "调休"))]
        return [day for day in found if first <= day.on <= last]

def labelled(policy):
    for item in policy.items.values():
        if item.label == item.name:
            yield Finding(("item", item.name), Phrase("it has no label", "没有标签"), serious=item.name == "bare")

def failing(policy):
    raise RuntimeError("no")

@hookimpl
def creditlang_functions():
    number = ("number",)
    return {
        "full_months": Function(("date", "date"), "number", full_months, Phrase("full months", "足月数")),
        "third": Function(number, "number", third, Phrase("a third", "三分之一"), decimals=2),
        "broken": Function(number, "number", broken, Phrase("fails", "出错")),
        "is_even": Function(number, "yes or no", lambda x: x % 2 == 0, Phrase("even", "偶数")),
    }

@hookimpl
def creditlang_calendars():
    return {"campus": Holidays}

@hookimpl
def creditlang_checks():
    return {"failing": failing, "labelled": labelled}

@hookimpl
def creditlang_commands():
    def hello():
        import click
        return click.Command("hello", callback=lambda: click.echo("good day"))
    return {"hello": hello}
"""

POLICY = """
unit credit
record internship
    item  : item
    start : date
    end   : date
    hours : number, 2 decimals, optional
category practice in credit
    item placement "实习"
        1 * full_months(start, end) per event
"""


@pytest.fixture
def campus(site: Any) -> PluginManager:
    site.install("creditlang-campus", "1.2", CAMPUS, campus="creditlang_campus")
    return PluginManager(entry_points=site.entry_points())


def compiled(text: str, manager: PluginManager) -> Compiled:
    return compile_source(SourceFile("policy.credit", text), True, (), manager.extensions)


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [diagnostic.code for diagnostic in found if diagnostic.code not in ("CR344", "CR701", "CR333")]


def practice(text: str, manager: PluginManager, **record: object) -> tuple[object, Mapping[str, str], list[str]]:
    found = compiled(text, manager)
    assert not found.errors or {x.code for x in found.errors} == {"CR701"}, [render(x) for x in found.errors]
    policy = Policy(pickle.loads(pickle.dumps(found.policy)) if "is_even" not in text else found.policy)
    given = {"record_id": "r1", "item": "placement", "start": date(2025, 1, 31), "end": date(2025, 7, 30), **record}
    result = policy.evaluate({"student_id": "s"}, {"internship": [given]})
    return (
        result.account("practice"),
        result.ledger.records,
        [message(problem) for problem in result.ledger.problems]
        + [entry.reason for entry in result.ledger.entries if entry.reason],
    )


def test_a_function_gives_an_exact_value(campus: PluginManager) -> None:
    amount, dispositions, _ = practice(POLICY, campus)
    assert (amount, dict(dispositions)) == (Decimal(5), {"internship r1": "counted"})
    assert practice(POLICY, campus, end=date(2025, 7, 31))[0] == 6


def test_a_function_that_fails_or_breaks_its_word_leaves_the_record_undetermined(campus: PluginManager) -> None:
    for call in ("broken(2)", "third(2)"):
        amount, dispositions, reasons = practice(POLICY.replace("full_months(start, end)", call), campus)
        assert (amount, dict(dispositions)) == (0, {"internship r1": "invalid"})
        assert any(call.split("(")[0] in reason for reason in reasons)
        assert not any("Zhang" in reason for reason in reasons)
    assert practice(POLICY.replace("full_months(start, end)", "third(3)"), campus)[0] == 1


def test_an_open_argument_gives_an_open_value(campus: PluginManager) -> None:
    text = (
        "unit credit\nrecord work\n    item : item\n    decided : number, optional\n"
        "category practice in credit from work\n"
        "    item placement : 1 to 3 as decided in decided\nrequire done\n    is_even(practice)\n"
    )
    policy = Policy(compiled(text, campus).policy)
    for decided, status in ((None, "open"), ("2", "met"), ("3", "unmet")):
        given = {"item": "placement"} | ({"decided": decided} if decided else {})
        assert policy.evaluate({"student_id": "s"}, {"work": [given]}).requirement("done").status == status


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("full_mnths(start, end)", "CR341"),
        ("full_months(start)", "CR207"),
        ("full_months(start, 3)", "CR201"),
        ("is_even(3)", "CR201"),
    ],
)
def test_a_wrong_call_is_said_before_any_student_is_touched(campus: PluginManager, call: str, code: str) -> None:
    found = compiled(POLICY.replace("full_months(start, end)", call), campus)
    assert code in codes(found.diagnostics)


def test_without_its_plugin_a_function_is_unknown(site: Any) -> None:
    site.install("creditlang-campus", "1.2", CAMPUS, campus="creditlang_campus")
    for manager in (
        PluginManager(entry_points=site.entry_points(), no_plugins=True),
        PluginManager(entry_points=site.entry_points(), allow=["other"]),
    ):
        assert "CR341" in codes(compiled(POLICY, manager).diagnostics)


CALENDAR = """
calendar
    semester 2024-2025-1 from 2024-09-02 teaching until {until}
    holiday from "campus"
    working day 2024-10-08
unit credit
record activity
    item  : item
    on    : date
    filed : date
    filed no later than 5 working days after on
category sport in credit
    item run "跑步" : 1 per event
"""


def test_a_calendar_knows_holidays_and_what_the_policy_says_goes_before(campus: PluginManager) -> None:
    found = compiled(CALENDAR.format(until="2024-12-31"), campus)
    assert codes(found.diagnostics) == []
    calendar = found.policy.calendar
    assert calendar.days_off == {"2024-10-01"}
    assert calendar.made_up == {"2024-10-08", "2024-10-12"}


def test_a_calendar_that_ends_early_says_so(campus: PluginManager) -> None:
    assert codes(compiled(CALENDAR.format(until="2025-01-17"), campus).diagnostics) == ["CR345"]


def test_an_unknown_calendar_is_named(campus: PluginManager) -> None:
    found = compiled(CALENDAR.format(until="2024-12-31").replace('"campus"', '"campsu"'), campus)
    assert codes(found.diagnostics) == ["CR342"]
    assert "campus" in render(found.diagnostics[0])


def test_checks_report_at_the_place_and_a_broken_one_is_named(campus: PluginManager) -> None:
    text = """unit credit
record a
    item : item
category c in credit
    item named "有名" : 1 per event
    item bare : 1 per event
    item short : 1 per event
    item fine
        1 per event
        reading "short for a reason" accepts CR344
"""
    found = compiled(text, campus).diagnostics
    assert [(x.code, x.span.source.position(x.span.start).line if x.span else 0) for x in found] == [
        ("CR701", 0),
        ("CR343", 6),
        ("CR344", 7),
    ]
    assert "failing" in message(found[0]) or "campus" in message(found[0])
    assert message(found[1]) == "The check labelled warns: it has no label."
    assert message(found[1], "zh") == "检查“labelled”提出警告：没有标签。"


def test_a_command_of_a_plugin_is_a_command(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    site.install("creditlang-campus", "1.2", CAMPUS, campus="creditlang_campus")
    points = tuple(site.entry_points())
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
    assert CliRunner().invoke(main, ["hello"]).output == "good day\n"
    assert "hello" in CliRunner().invoke(main, ["--help"]).output
    monkeypatch.setenv("CREDITLANG_PLUGINS", "none")
    assert CliRunner().invoke(main, ["hello"]).exit_code == 2


def test_plugins_of_others_are_found_without_loading_any(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [str(site.folder), str(site.folder / "missing")])
    assert only_built_in()
    assert PluginManager(entry_points=site.entry_points()).extensions() == Extensions()
    for name in ("creditlang-campus-1.2.dist-info", "campus.egg-info", "EGG-INFO"):
        information = site.folder / name
        information.mkdir()
        information.joinpath("entry_points.txt").write_text("[other]\na = b\n")
        assert only_built_in()
        information.joinpath("entry_points.txt").write_text("[other]\na = b\n[creditlang]\na = b\n")
        assert not only_built_in()
        shutil.rmtree(information)
    archive = site.folder / "archive.zip"
    archive.touch()
    monkeypatch.setattr("sys.path", [str(archive)])
    assert not only_built_in()


def test_the_listing_shows_every_kind(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    site.install("creditlang-campus", "1.2", CAMPUS, campus="creditlang_campus")
    points = tuple(site.entry_points())
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
    shown = CliRunner().invoke(main, ["plugins", "--lang", "zh"]).output
    for words in (
        "creditlang-campus 1.2",
        "函数",
        "broken full_months is_even third",
        "日历",
        "campus",
        "检查",
        "命令",
    ):
        assert words in shown
