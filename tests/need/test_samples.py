"""Students of the samples, each with troubles of their own: plans that hold when added, or a proof that none does."""

from datetime import date
from functools import cache
from time import process_time

import pytest
from attrs import evolve
from tests.need.test_need import status, with_plan

from creditlang import load
from creditlang.core.operators import Policy
from creditlang.data.dataset import Dataset
from creditlang.data.given_rows import GivenRows
from creditlang.data.reader import DataReader
from creditlang.diagnostics import Place
from creditlang.need import Need, NeedQuestion, need_question
from creditlang.one_student import as_read
from creditlang.plugin import PluginManager

PLANS = {
    "short everywhere": ("hengyang", "2024010108", date(2025, 1, 10), None),
    "semesters not passed and credits given away for them": ("hengyang", "2024010109", date(2027, 3, 10), None),
    "short by a tenth": ("hengyang", "2024010111", date(2025, 1, 10), None),
    "two semesters not passed": ("hengyang", "2024020103", date(2027, 3, 1), None),
    "one semester is left": ("hengyang", "2024020302", date(2026, 3, 1), None),
    "required courses failed": ("shangrao", "2022020101", date(2025, 3, 1), None),
    "graduation deferred": ("shangrao", "2022020104", date(2025, 3, 1), None),
    "a semester more": ("shangrao", "2022030105", date(2025, 3, 1), date(2026, 2, 1)),
    "nothing is right": ("volunteer_hours", "20190103", date(2023, 7, 1), date(2023, 12, 31)),
}
PROOFS = {
    "more semesters than a credit each": ("hengyang", "2024010201", date(2025, 1, 10), None),
    "no time for a semester's credits": ("shangrao", "2022030105", date(2025, 3, 1), None),
    "enrolled too long": ("shangrao", "2022030101", date(2027, 10, 1), None),
    "not registered": ("shangrao", "2024010105", date(2027, 3, 1), None),
}


@cache
def sample(name: str) -> tuple[Policy, Dataset]:
    policy = load(name).core
    with PluginManager().opened([f"sample:{name}"]) as sources:
        return policy, DataReader(policy).read(table for source in sources for table in source.tables())


@cache
def asked(name: str, number: str, today: date, by: date | None) -> tuple[Need, NeedQuestion]:
    policy, dataset = sample(name)
    question = need_question(policy, as_read(dataset.students[number]), next(iter(policy.requirements)), today, by)
    if name == "shangrao":
        question = need_question(policy, as_read(dataset.students[number]), "graduation", today, by)
    assert isinstance(question, NeedQuestion)
    (need,) = question.answers(as_read(dataset.students[number]), {})
    return need, question


@pytest.mark.parametrize("title", PLANS)
def test_plans_hold_when_they_are_added(title: str) -> None:
    name, number, today, by = PLANS[title]
    start = process_time()
    need, question = asked(name, number, today, by)
    assert process_time() - start < 8, "about one second on a quiet machine"
    assert need.status == "unmet" and need.plans and not need.out_of_reach
    policy, dataset = sample(name)
    student = as_read(dataset.students[number])
    rows = GivenRows(policy)
    later = (rows.record_from("enrolment", {"semester": x}, number, Place("test")) for x in need.assumed)
    student = evolve(student, records=(*student.records, *later))
    for plan in need.plans:
        assert status(policy, with_plan(policy, student, plan), need.requirement, question.by) == "met"
        assert all(one.day > today for one in plan.records)


@pytest.mark.parametrize("title", PROOFS)
def test_that_none_does_is_proven(title: str) -> None:
    need, _ = asked(*PROOFS[title])
    assert need.out_of_reach and not need.plans
    assert any(part.most is not None or part.fixed for part in need.parts)


def test_advice_is_what_a_counsellor_would_give() -> None:
    need, _ = asked(*PLANS["required courses failed"])
    courses = [(one.item, one.values["course"], int(one.values["score"])) for one in need.plans[0].records]  # type: ignore[call-overload]
    assert courses == [("major_required", "会计综合模拟实训", 60), ("major_required", "审计基础", 60)]
    need, _ = asked(*PLANS["graduation deferred"])
    assert [(one.kind, one.semester) for one in need.plans[0].records] == [("deferral_decision", "2023-2024-1")]
    need, _ = asked(*PLANS["two semesters not passed"])
    requests = {one.semester for one in need.plans[0].records if one.kind == "offset_request"}
    assert requests == {"2025-2026-2", "2026-2027-1"}
