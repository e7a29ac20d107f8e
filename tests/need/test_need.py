"""What a student still needs: every plan holds when it is added, and none of fewer records does where that is said."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations_with_replacement

import pytest
from attrs import evolve

from creditlang import load
from creditlang.core.operators import Policy
from creditlang.data.given_rows import GivenRows
from creditlang.data.reader import DataReader
from creditlang.diagnostics import Place
from creditlang.need import Need, NeedText, Plan, horizon, needed
from creditlang.need.need_data import record_data
from creditlang.one_student import OneStudent, StudentData, as_read
from creditlang.plugin import PluginManager

TODAY, BY = date(2025, 1, 10), date(2025, 3, 31)
HEAD = """
unit point
record activity
    item  : item
    on    : date
    level : low | middle | high, required when used
    hours : number, 1 decimal, required when used, at least 0
"""
POLICIES = {
    "a limit over two items": """
category club in point from activity
    item evening
        1 per event
    item outing
        0.6 per event
    cap 3 per month
require member
    club at least 5
""",
    "limits inside limits": """
category club in point from activity
    category talks
        item lecture
            per event by level
                low 0.2
                middle 0.5
                high 1
            cap 1 in total
        item debate
            0.8 per event
        cap 1.5 in total
    item service
        0.5 per event
        cap 1 per month
    cap 4 in total
require member
    "all": club at least 3
    "talks": talks at least 1.5
""",
    "a measure": """
category club in point from activity
    item service
        0.5 * hours per event
        cap 3 per month
    item evening
        1 per event, once per month
require member
    club at least 4
""",
    "several together": """
category club in point from activity
    item run
        1 per week with at least 3 events
        cap 1 per month
require member
    club at least 2
""",
    "a number of records": """
category club in point from activity
    item talk
        1 per event
require member
    "talks": count(activity where item is talk and level in (middle, high)) at least 3
    "club": club at least 2
""",
    "asked of every item": """
category club in point from activity
    item talk
        1 per event
    item visit
        2 per event
require member
    "high ones": count(activity where level is high) at least 2
    "club": club at least 3
""",
    "one counts once": """
category club in point from activity
    item talk
        per event by level
            low 1
            middle 2
            high 3
        highest once per month
require member
    club at least 7
""",
}


def student(policy: Policy, *records: dict[str, object]) -> StudentData:
    rows = GivenRows(policy)
    found = [rows.record_from("activity", record, "s1", Place("test")) for record in records]
    return StudentData("s1", {}, tuple(found))


def with_plan(policy: Policy, who: StudentData, plan: Plan) -> StudentData:
    """The student with the records of a plan, read anew as programs are given them."""
    rows = GivenRows(policy)
    given = [record_data(policy, one, number) for number, one in enumerate(plan.records, start=1)]
    more = [
        rows.record_from(x["kind"], {**x["fields"], "record_id": f"new{n}"}, who.identifier, Place("test"))
        for n, x in enumerate(given)
    ]
    assert not any(record.problem for record in more)
    return evolve(who, records=(*who.records, *more))


def status(policy: Policy, who: StudentData, requirement: str, by: date) -> str:
    return OneStudent(policy, by, engine="reference").result(who).requirements[requirement]


@pytest.mark.parametrize("title", POLICIES)
def test_plans_hold_and_the_fewest_are(title: str) -> None:
    policy = load(HEAD + POLICIES[title]).core
    who = student(policy)
    need = needed(policy, who, "member", TODAY, BY)
    assert need.plans and need.status == "unmet" and not need.out_of_reach
    for plan in need.plans:
        assert status(policy, with_plan(policy, who, plan), "member", BY) == "met"
        for left_out in range(len(plan.records)):  # nothing in it is for nothing
            rest = evolve(plan, records=plan.records[:left_out] + plan.records[left_out + 1 :])
            assert status(policy, with_plan(policy, who, rest), "member", BY) != "met"
    if need.plans[-1].fewest:
        sizes = range(1, min(4, len(need.plans[-1].records)))
        assert not any(_met_by(policy, who, size) for size in sizes), title


def test_the_fewest_are_proven_where_they_can_be() -> None:
    proven = {
        title: needed(load(HEAD + text).core, student(load(HEAD + text).core), "member", TODAY, BY).plans[-1].fewest
        for title, text in POLICIES.items()
    }
    assert proven["a limit over two items"] and proven["one counts once"] and proven["a number of records"]


def _met_by(policy: Policy, who: StudentData, size: int) -> bool:
    """Whether some records meet it, of all values on a day of each month."""
    rows = GivenRows(policy)
    every = [
        {"item": item, "on": day.isoformat(), "level": level, "hours": hours}
        for item in policy.rules
        for day in (TODAY + timedelta(1), date(2025, 2, 3), date(2025, 3, 3))
        for level in ("low", "middle", "high")
        for hours in ("6",)
    ]
    one = OneStudent(policy, BY, engine="reference")
    for chosen in combinations_with_replacement(every, size):
        more = [rows.record_from("activity", given, "s1", Place("test")) for given in chosen]
        if one.result(evolve(who, records=(*who.records, *more))).requirements["member"] == "met":
            return True
    return False


def test_what_cannot_be_reached_is_said_only_where_it_is_certain() -> None:
    policy = load(HEAD + POLICIES["a limit over two items"]).core
    need = needed(policy, student(policy), "member", TODAY, date(2025, 1, 31))
    assert need.out_of_reach and need.parts[0].most == 3 and not need.plans
    assert "3.00 at most, whatever is done from now on" in "\n".join(NeedText(policy, "en").lines(need))
    counted = load(HEAD + POLICIES["a number of records"]).core
    assert not needed(counted, student(counted), "member", TODAY, BY, without=["talk"]).out_of_reach


def test_a_requirement_that_nothing_can_fill_is_said_plainly() -> None:
    policy = load(HEAD + "fact always\n    no\nrequire member\n    always is yes\n").core
    need = needed(policy, student(policy), "member", TODAY, BY)
    assert not need.plans and not need.parts[0].fillers
    assert list(NeedText(policy, "zh").lines(need))[-2:] == ["    试过的记录都不起作用", "试过的组合都不能使其符合"]


def test_what_is_met_or_not_gives_no_amounts_and_what_waits_says_so() -> None:
    """A part that is open waits for a decision; records fill what asks for yes or no, without giving anything."""
    asked = "record profile\n    on : date\n    right : yes or no\n"
    policy = load(HEAD + asked + 'require member\n    "right": right of latest profile\n').core
    need = needed(policy, student(policy), "member", TODAY, BY)
    assert "    one record fills it: profile" in NeedText(policy, "en").lines(need)
    waits = "category club in point from activity\n    item talk\n        1 per event\n"
    waits += '        pending when level is low, "asked"\nrequire member\n    "few": club at most 0\n'
    policy = load(HEAD + waits).core
    need = needed(policy, student(policy, {"item": "talk", "on": "2024-10-08", "level": "low"}), "member", TODAY, BY)
    assert need.status == "open"
    assert "    尚有事项待定或内容未填（可用 why 查看），试过的记录都不能替代" in NeedText(policy, "zh").lines(need)


def test_more_than_there_may_be_is_told_as_such() -> None:
    club = "category club in point from activity\n    item talk\n        1 per event\n"
    policy = load(f"{HEAD}{club}require member\n    club at most 1\n").core
    talk: dict[str, object] = {"item": "talk", "on": "2024-10-08", "level": "low", "hours": 1}
    need = needed(policy, student(policy, talk, talk, talk), "member", TODAY, BY)
    assert any("不得超过 1.00，多出 2.00" in line for line in NeedText(policy, "zh").lines(need))


def test_what_is_met_needs_nothing() -> None:
    policy = load(HEAD + POLICIES["a limit over two items"]).core
    met = student(policy, *({"item": "evening", "on": f"2024-0{month}-01"} for month in (1, 2, 3, 4, 5)))
    need = needed(policy, met, "member", TODAY, BY)
    assert (need.status, need.parts, need.plans) == ("met", (), ())


def test_numbers_are_no_greater_than_they_have_to_be() -> None:
    policy = load(HEAD + POLICIES["a measure"]).core
    need = needed(policy, student(policy), "member", TODAY, BY, without=["evening"])
    hours = sorted(Decimal(str(one.values["hours"])) for one in need.plans[-1].records)
    assert sum(hours) == 8 and len(hours) == 2


@pytest.mark.parametrize("who", ["2024010111"])
def test_a_student_of_the_sample(who: str) -> None:
    policy = load("hengyang").core
    with PluginManager().opened(["sample:hengyang"]) as sources:
        dataset = DataReader(policy).read(table for source in sources for table in source.tables())
    person = as_read(dataset.students[who])
    assert horizon(policy, person, TODAY) == date(2027, 8, 29)
    need: Need = needed(policy, person, "graduation", TODAY, date(2027, 7, 10))
    assert [part.line.part for part in need.parts] == ["第二课堂活动学分"] and need.plans[-1].fewest
    assert all(
        status(policy, with_plan(policy, person, plan), "graduation", date(2027, 7, 10)) == "met" for plan in need.plans
    )
