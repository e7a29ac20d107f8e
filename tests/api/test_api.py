"""The library as programs use it."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy
import polars
import pytest
from attrs import frozen

import creditlang

STUDENT = {"programme": "two_year", "cohort": 2024, "major_group": "其他"}
LECTURE = {"item": "学术讲座", "on": date(2024, 10, 8), "level": "school"}
HUGE = 10**5000


@frozen
class Lecture:
    """A record as an attrs object."""

    item: str
    on: date
    level: str


@pytest.fixture(scope="module")
def policy() -> creditlang.Policy:
    return creditlang.load("hengyang")


def lectures(count: int) -> list[dict[str, object]]:
    return [{**LECTURE, "record_id": f"A{number}"} for number in range(count)]


def test_one_student(policy: creditlang.Policy) -> None:
    result = policy.evaluate(STUDENT, {"enrolment": [{"semester": "2024-2025-1"}], "activity": lectures(6)})
    assert result.account("academic") == Decimal(1)
    assert result.account("学术科技类", "2024-2025-1") == Decimal(1)
    assert result.requirement("graduation").status == "unmet"
    assert result.requirement("毕业").short["德育类"] == Decimal("1.5")
    assert "A5" in result.why("academic")


def test_attrs_objects_are_records_too(policy: creditlang.Policy) -> None:
    records = {
        "enrolment": [{"semester": "2024-2025-1"}],
        "activity": [Lecture("lecture", date(2024, 10, 8), "college")],
    }
    assert policy.evaluate(STUDENT, records).account("academic") == Decimal("0.1")


def test_what_if_shows_the_difference(policy: creditlang.Policy) -> None:
    result = policy.evaluate(STUDENT, {"enrolment": [{"semester": "2024-2025-1"}], "activity": lectures(6)})
    change = result.what_if(drop=["A0", "A1"])
    assert change.accounts["academic", ""] == (Decimal(1), Decimal("0.8"))
    assert "1.00 → 0.80" in str(change)
    assert not result.what_if(drop=["A0"]).accounts


def test_a_policy_is_picklable_and_shared_between_threads(policy: creditlang.Policy) -> None:
    again = pickle.loads(pickle.dumps(policy))
    records = {"enrolment": [{"semester": "2024-2025-1"}], "activity": lectures(3)}
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(each.evaluate, STUDENT, records) for each in (policy, again) * 4]
    assert {future.result().account("academic") for future in futures} == {Decimal("0.6")}


def test_what_is_wrong_is_said(policy: creditlang.Policy) -> None:
    with pytest.raises(creditlang.PolicyError) as failed:
        creditlang.load("category academic in credit\n    item lecture: 0.2 per evnt\n")
    assert failed.value.diagnostics
    with pytest.raises(creditlang.DataError, match="four_year"):
        policy.evaluate({**STUDENT, "programme": "four_year"}, {})
    with pytest.raises(creditlang.DataError, match="CR734"):
        policy.evaluate(STUDENT, {"activities": []} | {"activitys": [LECTURE]})
    bad = policy.evaluate(STUDENT, {"activity": [{**LECTURE, "days": 0.125}]})
    assert set(bad.ledger.records.values()) == {"invalid"}


@pytest.mark.parametrize(
    "given",
    [HUGE, -HUGE, Decimal("1E+999999"), Decimal("NaN"), float("inf"), float("nan"), 1e300, [1], None],
    ids=lambda given: type(given).__name__,
)
def test_a_named_value_that_is_none_is_told(policy: creditlang.Policy, given: object) -> None:
    name = next(name for name, kind in policy.core.setting_types.items() if kind.name == "number")
    with pytest.raises(creditlang.DataError) as found:
        policy.evaluate(STUDENT, {}, set={name: given})
    assert found.value.diagnostics[0].code in ("CR600", "CR602", "CR612")


@pytest.mark.parametrize(
    "given",
    [20250831.0, "yesterday", datetime(2025, 8, 31, 14), HUGE, Decimal("Infinity")],
    ids=lambda given: type(given).__name__,
)
def test_a_day_that_is_none_is_told(policy: creditlang.Policy, given: Any) -> None:
    with pytest.raises(creditlang.DataError):
        policy.evaluate(STUDENT, {}, as_of=given)
    assert policy.evaluate(STUDENT, {}, as_of=datetime(2025, 8, 31)).as_of == date(2025, 8, 31)


def test_values_of_records_that_are_none_are_invalid(policy: creditlang.Policy) -> None:
    """A time of day is not cut off in silence, and no length of a number ends the program."""
    wrong = [datetime(2024, 10, 8, 19, 30), HUGE, 1.5, Decimal("NaN"), object()]
    records = {"activity": [{**LECTURE, "on": on} for on in (*wrong, datetime(2024, 10, 8))]}
    entries = policy.evaluate(STUDENT, records).ledger.entries
    codes = {entry.record.place.row: entry.record.problem and entry.record.problem.code for entry in entries}
    assert codes == {1: "CR606", 2: "CR602", 3: "CR612", 4: "CR605", 5: "CR612", 6: None}
    with pytest.raises(creditlang.DataError):
        policy.evaluate({**STUDENT, "student_id": HUGE}, {})


def test_what_frames_hold_is_taken_or_sent_to_run(policy: creditlang.Policy) -> None:
    frame = polars.DataFrame([{"semester": "2024-2025-1"}])
    with pytest.raises(creditlang.DataError, match="a list of records for each kind, not DataFrame"):
        policy.evaluate(STUDENT, {"enrolment": frame})
    cohort = numpy.int64(2024)
    assert policy.evaluate({**STUDENT, "cohort": cohort}, {"enrolment": frame.to_dicts()}).ledger.applies


EXPIRING = """
unit point
record licence
    item : item
    on   : date
category licences in point
    item car
        void when 3 years after on <= as of, "expired"
        1 per event
example "a licence"
    licence car, on 2025-01-01
    expect licences = 1
"""


def test_the_day_is_said_and_never_taken_from_the_data() -> None:
    policy = creditlang.load(EXPIRING)
    records = {"licence": [{"item": "car", "on": "2025-01-01"}]}
    with pytest.raises(creditlang.DataError) as failed:
        policy.evaluate({}, records)
    assert [found.code for found in failed.value.diagnostics] == ["CR613"]
    assert "--as-of 2025-01-01" in str(failed.value)
    assert policy.evaluate({}, records, as_of=date(2027, 12, 31)).account("licences") == 1
    assert policy.evaluate({}, records, as_of=date(2028, 1, 1)).account("licences") == 0


@pytest.mark.parametrize(
    ("student", "records", "code"),
    [
        ({**STUDENT, "programe": "two_year"}, {}, "CR734"),
        ({**STUDENT, "年级": 2023}, {}, "CR736"),
        ({**STUDENT, "programme": "six_year"}, {}, "CR655"),
        (STUDENT, {"activity": [{**LECTURE, "itm": 1}]}, "CR734"),
        (STUDENT, {"activity": [{**LECTURE, "项目": "x"}]}, "CR736"),
        (STUDENT, [LECTURE], "CR735"),
        (STUDENT, {"activity": LECTURE}, "CR735"),
        (STUDENT, {"activity": ["x"]}, "CR735"),
        (STUDENT, {1: [LECTURE]}, "CR734"),
        (None, {}, "CR735"),
    ],
)
def test_what_is_not_understood_is_refused(policy: creditlang.Policy, student: Any, records: Any, code: str) -> None:
    with pytest.raises(creditlang.DataError, match=code) as failed:
        policy.evaluate(student, records)
    assert pickle.loads(pickle.dumps(failed.value)).diagnostics == failed.value.diagnostics


def test_questions_about_what_there_is_not_are_refused(policy: creditlang.Policy) -> None:
    result = policy.evaluate(STUDENT, {"activity": lectures(2)})
    asked: list[Any] = [
        lambda: result.account("acdemic"), lambda: result.account("academic", "y"), lambda: result.requirement("x"),
        lambda: result.fact("x"), lambda: result.what_if(drop=["A7"]), lambda: result.what_if(drop="A1"),
        lambda: result.what_if(add=[LECTURE]), lambda: result.what_if(set=[1]),
    ]  # fmt: skip
    for ask in asked:
        with pytest.raises(creditlang.DataError, match=r"CR73[45]"):
            ask()


def test_numbers_of_json_are_their_shortest_text(policy: creditlang.Policy) -> None:
    club = creditlang.load(EXPIRING.replace("    on   : date", "    on   : date\n    size : number, default 1"))
    for given, good in ((2.5, True), (0.1, True), (2.255, False), (float("nan"), False), (1e13, False)):
        result = club.evaluate(
            {}, {"licence": [{"item": "car", "on": "2025-01-01", "size": given}]}, as_of="2025-02-01"
        )
        assert ("invalid" not in result.ledger.records.values()) is good, given
    assert {"Cohort", "Interval", "load"} <= set(dir(creditlang))
    assert isinstance(creditlang.Interval, type)


def test_a_period_in_which_nothing_happened_is_no_mistake() -> None:
    result = creditlang.load("volunteer_hours").evaluate({"student_id": "1"}, {}, as_of=date(2023, 7, 1))
    account = next(iter(result.policy.core.accounts))
    for period in ("2019", "2019-10", "2019-Q4", "2019-W53", "2019-10-31"):
        assert result.account(account, period) is None
    for period in ("the last one", "2019-13", "2019-00", "2019-Q5", "2019-W54", "2019-10-32", "2019-W10-01"):
        with pytest.raises(creditlang.DataError):
            result.account(account, period)


def test_what_became_of_each_record_is_at_hand(policy: creditlang.Policy) -> None:
    records = {"activity": [*lectures(2), {**LECTURE, "item": "lectrue", "record_id": "B"}, {**LECTURE, "on": "soon"}]}
    result = policy.evaluate(STUDENT, {"enrolment": [{"semester": "2024-2025-1"}], **records})
    lines = {line.record_id: line for line in result.records}
    assert (lines["A0"].disposition, lines["A0"].amount, lines["A0"].rule) == ("counted", Decimal("0.2"), "lecture")
    assert (lines["B"].disposition, lines["B"].amount, lines["B"].account) == ("unmatched", None, "")
    assert lines["A1"].kind == "activity" and lines["activity-4"].disposition == "invalid"
    assert [(found.code, found.place and found.place.row) for found in result.findings] == [("CR605", 4), ("CR661", 3)]
    assert {f"{row[0]} {row[1]}": row[3] for row in result.tables["records"]} == result.ledger.records
    assert {row[1] for row in result.tables["issues"]} == {"CR605", "CR661"}
    assert all(len(repr(thing)) < 120 for thing in (result, policy, *result.tables.values()))
