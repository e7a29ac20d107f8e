"""What an office has decided of a record acts where it is said to act, and everything later sees it."""

import sys
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import creditlang
from creditlang.diagnostics import in_language
from creditlang.diagnostics.nearest import NearestNames
from creditlang.explain import Explanation

CLUB = """
use "common/calendar"
unit point
scale stage: school > class
student
    name : text
record activity
    item  : item
    on    : date
    level : stage
    late  : yes or no, default no
    given : number, optional
record day_off
    on : date
    approved : yes or no
    void when not approved, "not approved"
category club in point from activity
    item lecture
        void when late, "handed in late"
        2 per event when level is school
        1 per event otherwise
        half when level is class
        cap 3 in total
    item talk: 2 per event, at most 1 event in total
    item essay
        1 per event
        highest once per semester
    item prize: 1 to 5 as decided in given
    cap 9 in total
fact days: count(day_off)
fact lectures: count(activity where item is lecture)
"""
DECIDED = {"decided_by": "Dean", "decided_on": "2024-12-01", "reason": "heard"}
POLICY = creditlang.load(CLUB)


def row(name: str, item: str = "lecture", day: int = 8, level: str = "school", **more: Any) -> dict[str, Any]:
    return {"record_id": name, "item": item, "on": date(2024, 10, day), "level": level, **more}


def worked_out(
    activities: list[dict[str, Any]], *rulings: dict[str, Any], as_of: str | None = None, **kinds: Any
) -> creditlang.Result:
    given = [{**DECIDED, **ruling} for ruling in rulings]
    return POLICY.evaluate({"name": "A"}, {"activity": activities, "rulings": given, **kinds}, as_of=as_of)


def amounts(result: creditlang.Result) -> dict[str, Any]:
    return {line.record_id: line.amount if line.disposition != "void" else "void" for line in result.records}


def test_void_is_a_guard_before_all_others() -> None:
    days = [{"record_id": "D1", "on": "2024-10-01", "approved": True}]
    ruling = {"record_id": "D1", "decision": "void"}
    assert worked_out([], day_off=days).fact("days") == 1
    assert worked_out([], ruling, day_off=days).fact("days") == 0
    result = worked_out([row("A1"), row("A2", late=True)], {"record_id": "A2", "decision": "void"})
    assert result.records[1].reason == "does not count, decided by Dean on 2024-12-01: heard"
    assert result.fact("lectures") == 1


def test_void_of_one_item_leaves_the_record_to_be_found() -> None:
    result = worked_out([row("A1")], {"record_id": "A1", "decision": "void", "item": "lecture"})
    assert (result.account("club"), result.fact("lectures")) == (0, 1)


def test_count_lets_guards_pass_the_record_by() -> None:
    days = [{"record_id": "D1", "on": "2024-10-01", "approved": False}]
    assert worked_out([], {"record_id": "D1", "decision": "count"}, day_off=days).fact("days") == 1
    result = worked_out([row("A1", late=True)], {"record_id": "A1", "decision": "count"})
    assert (amounts(result), result.findings) == ({"A1": 2}, ())


LIMITED = {
    "cap": [row("A1"), row("A2", day=9), row("A3", day=10)],
    "at most": [row("A1", "talk"), row("A2", "talk", 9), row("A3", "talk", 10)],
    "highest once": [row("A1", "essay"), row("A2", "essay", 9), row("A3", "essay", 10)],
}


@pytest.mark.parametrize("limit", LIMITED)
@pytest.mark.parametrize("name", ["A1", "A2", "A3"])
def test_a_limit_takes_nothing_from_it_and_gives_the_others_neither_more_nor_less(limit: str, name: str) -> None:
    before, after = worked_out(LIMITED[limit]), worked_out(LIMITED[limit], {"record_id": name, "decision": "count"})
    whole = {"cap": 2, "at most": 2, "highest once": 1}[limit]
    assert amounts(after) == {**amounts(before), name: whole}
    assert bool(after.findings) == (amounts(before)[name] == whole)


def test_an_amount_stands_in_place_of_the_lines_and_factors_and_under_the_limits() -> None:
    rows = [row("A1", level="class"), row("A2", level="class", day=9)]
    set_to = {"record_id": "A1", "decision": "amount", "amount": 2.5}
    assert amounts(worked_out(rows)) == {"A1": Decimal("0.5"), "A2": Decimal("0.5")}
    assert amounts(worked_out(rows, set_to)) == {"A1": Decimal("2.5"), "A2": Decimal("0.5")}
    assert amounts(worked_out(rows, {**set_to, "amount": 8})) == {"A1": 3, "A2": 0}
    assert amounts(worked_out(rows, {**set_to, "amount": 8, "decision": "count"})) == {"A1": 8, "A2": 0}
    late = worked_out([row("A0"), row("A1", late=True)], set_to)
    assert (amounts(late), [found.code for found in late.findings]) == ({"A0": 2, "A1": "void"}, ["CR895"])


def test_an_amount_settles_what_was_still_to_be_decided() -> None:
    rows = [row("A1", "prize")]
    assert isinstance(worked_out(rows).account("club"), creditlang.Interval)
    assert worked_out(rows, {"record_id": "A1", "decision": "amount", "amount": 4}).account("club") == 4


def test_a_later_limit_sees_what_was_decided() -> None:
    rows = [row(f"A{n}", "talk", n) for n in range(1, 6)]
    rulings = [{"record_id": f"A{n}", "decision": "count"} for n in range(2, 6)]
    assert worked_out(rows, *rulings).account("club") == 10
    assert worked_out([*rows, row("B1", "prize", 9, given=3)], *rulings).records[-1].amount == 0


@pytest.mark.parametrize("name", ["record_id", "decision", "amount", "decided_by", "decided_on", "reason"])
def test_a_decision_that_does_not_say_all_of_it_does_nothing(name: str) -> None:
    """What kind of record it is about may be left out, as may the item and the article."""
    said = {"record_id": "A", "decision": "amount", "amount": 5, **DECIDED}
    assert POLICY.evaluate({"name": "A"}, {"activity": [row("A")], "rulings": [said]}).account("club") == 3
    del said[name]
    assert POLICY.evaluate({"name": "A"}, {"activity": [row("A")], "rulings": [said]}).account("club") == 2


def test_a_decision_of_a_later_day_is_not_known_yet() -> None:
    ruling = {"record_id": "A1", "decision": "void"}
    rows = [row("A0", level="class"), row("A1")]
    before = worked_out(rows, ruling, as_of="2024-11-30")
    assert (before.account("club"), [found.code for found in before.findings]) == (Decimal("2.5"), ["CR893"])
    assert worked_out(rows, ruling, as_of="2024-12-01").account("club") == Decimal("0.5")


def test_a_balance_at_an_earlier_day_sees_it() -> None:
    policy = creditlang.load(CLUB + "fact then: club as of 2024-10-31\n")
    given = [{**DECIDED, "record_id": "A1", "decision": "void"}]
    assert policy.evaluate({"name": "A"}, {"activity": [row("A1")], "rulings": given}).fact("then") == 0


def test_the_answer_says_who_decided_when_and_why_in_both_languages() -> None:
    ruling = {"record_id": "A1", "decision": "count", "article": "Article 9"}
    result = worked_out([row("A1", late=True)], ruling)
    assert "void when late" in result.why("A1")
    assert (
        "handed in late; set aside: counts all the same, decided by Dean on 2024-12-01 (Article 9): heard"
        in result.why("A1")
    )
    assert "Dean于2024-12-01决定予以认定（Article 9）：heard" in Explanation(POLICY.core, result.ledger, "zh").answer(
        "A1"
    )
    entry = result.ledger.entries[0]
    assert in_language(entry.told, "zh") == "Dean于2024-12-01决定予以认定（Article 9）：heard"


def test_what_if_a_decision_were_made_or_not() -> None:
    result = worked_out([row("A1")])
    change = result.what_if(add=[("复核决定", {**DECIDED, "record_id": "A1", "decision": "不予认定"})])
    assert change.accounts[("club", "")] == (2, 0)


def test_a_policy_with_a_kind_of_that_name_keeps_it() -> None:
    policy = creditlang.load(
        "unit point\nrecord ruling\n    item : item\n    on : date\ncategory c in point\n    item i: 1 per event\n"
    )
    result = policy.evaluate({}, {"ruling": [{"item": "i", "on": "2024-10-08"}]})
    assert result.account("c") == 1


def test_near_ids_are_looked_for_in_so_many_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands nearest is told of as many wrong ids as can be compared, of each student; all of them are told."""
    compared: list[str] = []
    module = sys.modules[NearestNames.__module__]
    likeness = module._likeness  # type: ignore[attr-defined]
    monkeypatch.setattr(module, "_likeness", lambda name, other: compared.append(other) or likeness(name, other))
    rows = [row(f"activity-{n}") for n in range(300)]
    found = worked_out(rows, *({"record_id": f"aktivity-{n}", "decision": "void"} for n in range(300))).findings
    assert [x.code for x in found if x.code != "CR664"] == ["CR890"] * 300
    told = ["did you mean" in str(x.arguments["instead"]) for x in found if x.code == "CR890"]
    assert told == sorted(told, reverse=True)
    assert 0 < sum(told) < 300
    assert 300 < len(compared) <= 20_300
