"""That no fewer records do is never said wrongly: small drafted policies of limits that overlap, all records tried."""

from datetime import date
from itertools import combinations_with_replacement

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.need.test_need import HEAD, status, student, with_plan

from creditlang import load
from creditlang.data.given_rows import GivenRows
from creditlang.diagnostics import Place
from creditlang.need import NeedText, linear_model, needed
from creditlang.one_student import OneStudent, StudentData

TODAY, BY = date(2025, 1, 31), date(2025, 3, 31)
DAYS = ("2025-02-01", "2025-03-01")
AMOUNTS = st.sampled_from(["0.5", "0.8", "1", "1.5", "2"])
ROOMS = st.sampled_from(["1 in total", "1.2 in total", "2 in total", "1 per month", "1.5 per month", "2.5 in total"])
OFTEN = st.sampled_from(["", ", once per month", ", once in total"])


@st.composite
def policies(draw: st.DrawFn) -> str:
    items = [f"        item {name}\n            {draw(AMOUNTS)} per event{draw(OFTEN)}\n" for name in "abc"]
    over = draw(st.sampled_from(["", "        cap {} over a, b\n", "        cap {} over b, c\n"])).format(draw(ROOMS))
    inner = f"        cap {draw(ROOMS)}\n" if draw(st.booleans()) else ""
    parts = f'    "all": club at least {draw(st.sampled_from(["1", "2", "2.5"]))}\n'
    parts += f'    "inner": inner at least {draw(st.sampled_from(["0.5", "1", "1.5"]))}\n'
    outer = f"    item d\n        {draw(AMOUNTS)} per event\n"
    head = f"{HEAD}category club in point from activity\n    category inner\n"
    return f"{head}{''.join(items)}{over}{inner}{outer}require member\n{parts}"


@given(policies())
@settings(max_examples=25, deadline=None)
def test_fewest_and_out_of_reach_by_trying_all(text: str) -> None:
    policy = load(text).core
    who = student(policy)
    need = needed(policy, who, "member", TODAY, BY)
    for plan in need.plans:
        assert status(policy, with_plan(policy, who, plan), "member", BY) == "met"
    one, rows = OneStudent(policy, BY, engine="reference"), GivenRows(policy)
    every = [{"item": item, "on": day} for item in "abcd" for day in DAYS]
    least = next(
        (
            len(chosen)
            for size in (1, 2, 3)
            for chosen in combinations_with_replacement(every, size)
            for more in [tuple(rows.record_from("activity", each, "s1", Place("test")) for each in chosen)]
            if one.result(StudentData("s1", {}, more)).requirements["member"] == "met"
        ),
        None,
    )
    if least is not None:
        assert need.plans and not need.out_of_reach, text
    if need.plans and need.plans[-1].fewest and (least is not None or len(need.plans[-1].records) <= 3):
        assert len(need.plans[-1].records) == least, text


def test_without_a_solver_it_is_said_what_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_model, "has", lambda extra: False)
    items = "    item a\n        1 per event\n        cap 3 per month\n    item b\n        0.6 per event\n"
    head = f"{HEAD}category club in point from activity\n"
    policy = load(f"{head}{items}require member\n    club at least 5\n    club at least 2\n").core
    need = needed(policy, student(policy), "member", TODAY, BY)
    assert need.plans and not need.solver
    for plan in need.plans:
        assert status(policy, with_plan(policy, student(policy), plan), "member", BY) == "met"
    told = "\n".join(NeedText(policy, "en").lines(need))
    assert any(plan.fewest for plan in need.plans) or "no solver is installed (creditlang[solver])" in told
