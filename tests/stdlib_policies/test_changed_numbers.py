"""Every named value of the bundled regulations is changed, and what comes out is what a plain computation makes of it.

The computations are written from the clauses, for small data made so that the value matters; they ask nothing of the
interpreter. Each value is tried as printed, by a factor and by one.
"""

import calendar
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from functools import cache
from typing import Any

import pytest

import creditlang
from creditlang.api import Policy, Result
from creditlang.values import Interval

pytestmark = pytest.mark.adds_up_itself


Record = dict[str, Any]
Change = dict[str, Any]
D = Decimal
HALF = D("0.5")


@cache
def loaded(name: str) -> Policy:
    return creditlang.load(name, plugins=False)


def by_semester(result: Result, account: str) -> dict[str, Any]:
    """What an account has in its semesters, where that is not nothing."""
    return {x.period: x.amount for x in result.ledger.accounts if x.account == account and x.period and x.amount}


# ---- volunteer hours
PROFILES = [
    (date(2021, 9, 1), True),
    (date(2022, 8, 23), False),
    (date(2022, 9, 25), True),
    (date(2022, 10, 21), False),
]
"""From when a profile is right or wrong."""
SIGNED = [
    (date(2022, 3, 1), D(5)), (date(2022, 8, 24), D(2)), (date(2022, 8, 26), D(3)), (date(2022, 8, 31), D(1)),
    (date(2022, 9, 1), D(7)), (date(2022, 9, 23), D("1.5")), (date(2022, 10, 5), D(4)), (date(2022, 11, 2), D(6)),
]  # fmt: skip
BACKFILLS = [
    ("甲", date(2021, 12, 20), date(2022, 4, 6), D(3)),
    ("乙", date(2021, 12, 31), date(2022, 4, 7), D(4)),
    ("丙", date(2022, 1, 1), date(2022, 2, 1), D(9)),
    ("丁", date(2022, 1, 1), date(2022, 2, 2), D(2)),
]
"""Activity, last day, day of the request, hours asked for; six hours were to be had, one was signed for."""
VOLUNTEER: Change = {
    "hour_rate": D(1), "monthly_from": date(2022, 9, 1), "collective_day": date(2022, 8, 25),
    "profile_deadline": date(2022, 8, 22), "backfill_2021_deadline": date(2022, 4, 6),
}  # fmt: skip
VOLUNTEER_CHANGES: list[Change] = [
    {},
    {"hour_rate": D(2)},
    {"hour_rate": D("0.5")},
    {"monthly_from": date(2022, 10, 1)},
    {"monthly_from": date(2022, 11, 1)},
    {"collective_day": date(2022, 8, 26)},
    {"collective_day": date(2022, 8, 23)},
    {"profile_deadline": date(2022, 8, 23)},
    {"profile_deadline": date(2021, 8, 31)},
    {"backfill_2021_deadline": date(2022, 4, 7)},
    {"backfill_2021_deadline": date(2022, 4, 5)},
    {"hour_rate": D(3), "collective_day": date(2022, 8, 31), "profile_deadline": date(2022, 8, 22)},
]


def next_month(day: date) -> date:
    year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def profile_right(day: date) -> bool:
    return [right for since, right in PROFILES if since <= day][-1:] == [True]


def learning_hours(let: Change) -> dict[str, Decimal]:
    """Hours by the day on which they are converted, from 二.2, 二.3, 三 and annex B."""
    found: Counter[str] = Counter()
    accepted = [(date(2022, 3, 1) - timedelta(days=10), D(1)) for _ in BACKFILLS] + SIGNED
    for _, ended, filed, hours in BACKFILLS:
        deadline = let["backfill_2021_deadline"] if ended.year == 2021 else next_month(ended)
        if filed <= deadline:
            accepted.append((date(2022, 5, 1), min(hours, D(6) - D(1))))
    for on, hours in accepted:
        if on <= let["collective_day"]:
            days, checked = (let["collective_day"],), (let["profile_deadline"],)
        elif on < let["monthly_from"]:
            days = checked = (let["monthly_from"] + timedelta(days=21), let["monthly_from"] + timedelta(days=27))
        else:
            batch = on.replace(day=1) if on.day <= 22 else next_month(on.replace(day=1))
            days = checked = (batch.replace(day=22), batch.replace(day=28))
        converted = next((day for day, look in zip(days, checked, strict=True) if profile_right(look)), None)
        if converted is not None:
            found[converted.isoformat()] += hours * let["hour_rate"]  # type: ignore[assignment]
    return dict(found)  # type: ignore[arg-type]


@pytest.mark.parametrize("change", VOLUNTEER_CHANGES, ids=str)
def test_volunteer_hours(change: Change) -> None:
    services: list[Record] = [{"item": "sign_in", "on": on, "hours": hours} for on, hours in SIGNED]
    for activity, ended, filed, hours in BACKFILLS:
        services.append({"item": "sign_in", "on": date(2022, 2, 19), "hours": D(1), "activity": activity})
        services.append({
            "item": "backfill", "on": date(2022, 5, 1), "activity": activity, "ended_on": ended, "filed_on": filed,
            "hours": hours, "normal_hours": D(6), "worked_hours": D(7),
        })  # fmt: skip
    profiles: list[Record] = [
        {"on": since, "joined": True, "school_right": True, "number_right": right} for since, right in PROFILES
    ]
    records = {"profile": profiles, "service": services}
    who = {"entered_on": date(2020, 9, 1)}
    result = loaded("volunteer_hours").evaluate(who, records, as_of=date(2023, 6, 30), set=change)
    expected = learning_hours(VOLUNTEER | change)
    assert by_semester(result, "labour") == expected
    assert result.account("labour") == sum(expected.values())


# ---- Shangrao
SEMESTERS = [f"{year}-{year + 1}-{term}" for year in range(2022, 2028) for term in (1, 2)]
FIRST = SEMESTERS[0]


def shangrao(change: Change, records: dict[str, list[Record]], cohort: int = 2022, enrolled: int = 2) -> Result:
    enrolment: list[Record] = [{"semester": semester} for semester in SEMESTERS[:enrolled]]
    return loaded("shangrao").evaluate({"cohort": cohort}, {"enrolment": enrolment, **records}, set=change)


@pytest.mark.parametrize("trial", [2022, 2023, 2021, 1011])
@pytest.mark.parametrize("later", [True, False])
def test_cohorts_of_the_trial(trial: int, later: bool) -> None:
    for cohort in range(2020, 2026):
        applies = shangrao({"trial_cohort": trial, "later_cohorts": later}, {}, cohort).ledger.applies
        assert applies == (cohort >= trial if later else cohort == trial), cohort


@pytest.mark.parametrize("most", [10, 11, 5])
def test_years_of_study(most: int) -> None:
    for enrolled in (5, 6, 10, 11, 12):
        parts = shangrao({"most_semesters": most}, {}, enrolled=enrolled).requirement("graduation").parts
        part = next(each for each in parts if "学习年限" in each.part)
        assert part.status == ("met" if enrolled <= most else "unmet"), enrolled


COURSES = [(D(64), D(60)), (D(40), D("59.5")), (D(33), D(61)), (D(51), D(30)), (D(95), D(90))]
STATED = [(D(64), D(4)), (D(64), D("3.5")), (D(64), D("3.8")), (D(64), D("4.01")), (D(38), D(2)), (D(36), D(2))]


@pytest.mark.parametrize("change", [
    {}, {"course_pass": D(61)}, {"course_pass": D(30)}, {"hours_per_credit": D(17)}, {"hours_per_credit": D(8)},
    {"most_hours_per_credit": D(19)}, {"most_hours_per_credit": D(36)}, {"overlap_least": D(71)},
    {"overlap_least": D(35)},
], ids=str)  # fmt: skip
def test_credits_of_courses(change: Change) -> None:
    let: Change = {
        "course_pass": D(60),
        "hours_per_credit": D(16),
        "most_hours_per_credit": D(18),
        "overlap_least": D(70),
    } | change
    common = {"item": "major_required", "semester": FIRST}
    courses: list[Record] = [
        {**common, "course": f"一{at}", "hours": hours, "score": score} for at, (hours, score) in enumerate(COURSES)
    ]
    courses += [
        {**common, "course": f"二{at}", "hours": hours, "credits": stated, "score": D(100)}
        for at, (hours, stated) in enumerate(STATED)
    ]
    overlaps = [D(35), D("69.99"), D(70), D(71)]
    courses += [
        {**common, "course": f"三{at}", "credits": D(1), "score": D(100), "origin": "outside", "overlap": overlap}
        for at, overlap in enumerate(overlaps)
    ]
    result = shangrao(change, {"course": courses})
    expected = sum(
        ((hours / let["hours_per_credit"] / HALF).to_integral_value(ROUND_FLOOR) * HALF)
        for hours, score in COURSES
        if score >= let["course_pass"]
    )
    expected += sum(stated for _, stated in STATED)
    expected += sum(overlap >= let["overlap_least"] for overlap in overlaps)
    assert result.account("required_courses") == expected
    odd = sum(
        not hours / let["most_hours_per_credit"] <= stated <= hours / let["hours_per_credit"]
        for hours, stated in STATED
    )
    assert sum(found.code == "CR667" for found in result.ledger.problems) == odd


@pytest.mark.parametrize("change", [
    {}, {"load_least": D(25)}, {"load_least": D(12)}, {"load_most": D(41)}, {"load_most": D(20)}
], ids=str)  # fmt: skip
def test_load_of_a_semester(change: Change) -> None:
    let: Change = {"load_least": D(24), "load_most": D(40)} | change
    for credits in map(D, (11, 12, 23, 24, 25, 30, 40, "40.5", 41, 42)):
        course: Record = {
            "item": "major_required",
            "semester": FIRST,
            "course": "合计",
            "credits": credits,
            "score": D(0),
        }
        expected = "too_high" if credits > let["load_most"] else "too_low" if credits < let["load_least"] else "within"
        assert shangrao(change, {"course": [course]}).fact("load", FIRST) == expected


@pytest.mark.parametrize("change", [
    {}, {"conduct_base": D(101)}, {"conduct_base": D(50)}, {"conduct_pass": D(81)}, {"conduct_pass": D(40)},
    {"deducted_most": D(49)}, {"deducted_most": D(25)}, {"epidemic_control": False}, {"epidemic_control": True},
    {"conduct_base": D(200), "deducted_most": D(51)},
], ids=str)  # fmt: skip
def test_conduct(change: Change) -> None:
    let: Change = {"conduct_base": D(100), "conduct_pass": D(80), "deducted_most": D(50)} | change
    deductions = [(D(20), D(0)), (D(25), D(0)), (D(50), D(40)), (D(55), D(60)), (D(110), D(0))]
    for deducted, added in deductions:
        violations: list[Record] = [{"item": "damage", "on": date(2022, 9, 5)}] * int(deducted / 5)
        violations.append({"item": "isolation_left", "on": date(2022, 10, 10)})
        violations.append({"item": "isolation_left", "on": date(2023, 4, 10)})
        merits: list[Record] = [{"item": "commended_deed", "on": date(2022, 11, 1)}] * int(added / 5)
        result = shangrao(change, {"violation": violations, "merit": merits})
        control = let.get("epidemic_control")
        lost = {FIRST: deducted + (20 if control is not False else 0), SEMESTERS[1]: D(20 if control else 0)}
        for semester, gained in ((FIRST, added), (SEMESTERS[1], D(0))):
            conduct = max(D(0), let["conduct_base"] + gained - lost[semester])
            passed = conduct >= let["conduct_pass"]
            assert result.account("conduct", semester) == conduct
            assert result.account("conduct_credit", semester) == (2 if passed else 0)
            late = not passed or lost[semester] > let["deducted_most"]
            assert result.fact("deferral", semester) == (1 if late else 0)


@pytest.mark.parametrize("most", [D(100), D(101), D(50)])
def test_hours_of_a_national_contest(most: Decimal) -> None:
    contest: Record = {"item": "culture_contest", "level": "national", "award": "first", "on": date(2022, 10, 10)}
    second: Record = {**contest, "collective": True, "place": 2}
    for decided in (None, D(50), D("50.5"), D(100), D(101), D(102)):
        for record, share in ((contest, D(1)), (second, D("0.75"))):
            own = record if decided is None else {**record, "hours_decided": decided}
            have = shangrao({"national_most": most}, {"activity": [own]}).fact("semester_hours", FIRST)
            valid = decided is None or decided <= most
            assert have == (Interval(D(0), most * share) if decided is None else decided * share if valid else 0)


# ---- Hengyang
AUTUMN, SPRING = "2024-2025-1", "2024-2025-2"
STARTS = date(2024, 9, 2)


def hengyang(change: Change, records: dict[str, list[Record]], **student: object) -> Result:
    enrolment: list[Record] = [{"semester": AUTUMN}, {"semester": SPRING}]
    who = {"programme": "three_year", "cohort": 2024, "major_group": "computing", "programme_credits": 100} | student
    return loaded("hengyang").evaluate(who, {"enrolment": enrolment, **records}, set=change)


@pytest.mark.parametrize("earlier", [True, False])
def test_earlier_cohorts(earlier: bool) -> None:
    for cohort in (2022, 2023, 2024, 2025):
        applies = hengyang({"include_earlier_cohorts": earlier}, {}, cohort=cohort).ledger.applies
        assert applies == (cohort >= 2024 or earlier)


@pytest.mark.parametrize("change", [
    {}, {"pass_mark": D(86)}, {"pass_mark": D(60)}, {"conduct_start": D(101)}, {"conduct_start": D(200)},
    {"makeup_points": D(6)}, {"makeup_points": D("2.5")}, {"makeup_hours": D(7)}, {"makeup_hours": D(3)},
    {"conduct_start": D(90), "pass_mark": D(90), "makeup_points": D(1)},
], ids=str)  # fmt: skip
def test_score_and_makeup(change: Change) -> None:
    let: Change = {"pass_mark": D(85), "conduct_start": D(100), "makeup_points": D(5), "makeup_hours": D(6)} | change
    for deducted in range(0, 70, 5):
        violations: list[Record] = []
        left = deducted
        if left % 10:
            violations, left = [{"item": "hygiene", "on": date(2024, 10, 1)}], left - 5
        sanctions = [("probation", 30), ("demerit", 20), ("serious_warning", 10)]
        while left:
            name, points = next(each for each in sanctions if each[1] <= left)
            violations.append({"item": name, "on": date(2024, 10, 2)})
            left -= points
        hours = [D(3), D("5.5"), D(6), D("6.5"), D(7)]
        makeup: list[Record] = [
            {"item": "makeup_public_service", "on": date(2024, 11, 1), "hours": each} for each in hours
        ]
        makeup.append({"item": "makeup_inspection", "on": date(2024, 11, 2)})
        result = hengyang(change, {"violation": violations, "makeup": makeup})
        conduct = let["conduct_start"] - deducted
        final = conduct
        if conduct < let["pass_mark"]:
            final += let["makeup_points"] * (sum(each >= let["makeup_hours"] for each in hours) + 1)
        assert result.account("conduct", AUTUMN) == conduct
        assert result.fact("conduct_final", AUTUMN) == final
        assert result.account("conduct_credit", AUTUMN) == (1 if final >= let["pass_mark"] else 0)


@pytest.mark.parametrize("mark", [D(85), D(86), D("42.5")])
def test_makeup_that_is_not_confirmed(mark: Decimal) -> None:
    violations: list[Record] = [{"item": "probation", "on": date(2024, 10, 2)}] * 2
    makeup: list[Record] = [{"item": "makeup_other", "on": date(2024, 11, 2)}]
    result = hengyang({"pass_mark": mark}, {"violation": violations, "makeup": makeup})
    assert result.account("makeup", AUTUMN) == Interval(D(0), mark)
    assert result.fact("conduct_final", AUTUMN) == Interval(D(40), 40 + mark)


@pytest.mark.parametrize("credit", [D("0.3"), D("0.5"), D("1.3"), D("0.6")])
def test_student_assistants(credit: Decimal) -> None:
    posts: list[Record] = [
        {"item": "student_assistant", "on": on, "level": "school"}
        for on in (date(2024, 10, 1), date(2024, 11, 1), date(2025, 4, 1))
    ]
    result = hengyang({"assistant_credit": credit}, {"activity": posts})
    assert result.account("society") == 2 * credit


@pytest.mark.parametrize("change", [
    {}, {"conversion_limit": D("0.51")}, {"conversion_limit": D("0.25")}, {"certificate_limit": D("0.26")},
    {"certificate_limit": D("0.125")}, {"achievement_limit": D("0.26")}, {"achievement_limit": D("0.5")},
    {"conversion_week": D(15)}, {"conversion_week": D(8)}, {"conversion_week": D(17)},
], ids=str)  # fmt: skip
def test_limits_of_conversion(change: Change) -> None:
    let: Change = {
        "conversion_limit": HALF, "certificate_limit": D("0.25"), "achievement_limit": D("0.25"),
        "conversion_week": D(16),
    } | change  # fmt: skip
    requests = [
        ("national_certificate", date(2024, 10, 8), D(10)), ("experience", date(2024, 10, 20), D(12)),
        ("national_certificate", date(2024, 10, 21), D(20)), ("online_course", date(2024, 10, 22), D("2.5")),
        ("experience", date(2024, 10, 27), D(20)), ("online_course", date(2024, 12, 8), D(1)),
        ("online_course", date(2024, 12, 15), D(1)), ("online_course", date(2024, 12, 16), D(1)),
        ("online_course", date(2024, 12, 22), D(1)), ("online_course", date(2024, 12, 23), D(1)),
    ]  # fmt: skip
    limits = {"national_certificate": let["certificate_limit"], "experience": let["achievement_limit"]}
    had: Counter[str] = Counter()
    for item, filed, credits in requests:
        if (filed - STARTS).days // 7 + 1 < let["conversion_week"]:
            given = min(credits, limits.get(item, D(1)) * 100 - had[item])
            had[item] += min(given, let["conversion_limit"] * 100 - sum(had.values()))  # type: ignore[assignment]
    rows: list[Record] = [
        {"item": item, "filed_on": filed, "credits": credits, "level": "national"} for item, filed, credits in requests
    ]
    result = hengyang(change, {"conversion": rows})
    assert result.account("certificates") == had["national_certificate"]
    assert result.account("achievements") == had["experience"]
    assert result.account("other_credits") == had["online_course"]


# ---- none is left out
def changed() -> Iterator[str]:
    """The names that stand in this file as values to change."""
    for name, value in globals().items():
        if name.endswith("_CHANGES"):
            yield from (key for change in value for key in change)
        for mark in getattr(value, "pytestmark", []) if isinstance(value, Callable) else []:  # type: ignore[arg-type]
            for given in mark.args[1]:
                yield from given if isinstance(given, dict) else ()


BY_NAME = {
    "trial_cohort",
    "later_cohorts",
    "most_semesters",
    "national_most",
    "include_earlier_cohorts",
    "assistant_credit",
}
"""Those whose tests give them themselves."""


def test_every_named_value_is_changed() -> None:
    named = {let for name in ("hengyang", "shangrao", "volunteer_hours") for let in loaded(name).core.settings}
    assert named == {*changed(), *BY_NAME}
