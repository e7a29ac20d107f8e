"""Every named value of the gallery is changed, and what comes out is what a plain computation makes of it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import creditlang
from creditlang.resources import policy_names

pytestmark = pytest.mark.adds_up_itself

Change = dict[str, Any]
D = Decimal
REGULATIONS = ("hengyang", "shangrao", "volunteer_hours")
"""The large ones, whose values are changed in tests/stdlib_policies."""
QUOTAS: list[Change] = [{}, {"落户规模": D(5)}, {"落户规模": D(5999)}]
DOUBLED: list[Change] = [{}, {"doubling": D(3)}, {"doubling": D("1.5")}]
HOURS: list[Change] = [{}, {"required_hours": D(150)}, {"required_hours": D(180)}, {"carried_at_most": D("30.5")}]
SPRINGS: list[Change] = [{}, {"spring_begins": date(2025, 2, 28)}, {"spring_begins": date(2024, 11, 5)}]


@pytest.mark.parametrize("change", QUOTAS, ids=str)
def test_how_many_may_settle(change: Change) -> None:
    quota = ({"落户规模": D(6000)} | change)["落户规模"]
    applicant = {"申请人编号": "P1", "出生日期": date(1980, 1, 1), "退休日期": date(2043, 1, 1), "居住证": True}
    for rank in (D(1), quota, quota + 1, D(6000)):
        given = {"就业": [{"日期": date(2025, 5, 31), "月数": 84}]}
        result = creditlang.load("jifen_luohu").evaluate(
            applicant, given, as_of=date(2025, 6, 30), set={**change, "落户名次": rank}
        )
        assert result.requirement("落户").status == ("met" if rank <= quota else "unmet")


@pytest.mark.parametrize("change", DOUBLED, ids=str)
def test_double_demerits(change: Change) -> None:
    given = {"offence": [{"item": "helmet", "on": date(2024, 11, 5)}, {"item": "red_light", "on": date(2024, 11, 5)}]}
    result = creditlang.load("driver_demerits").evaluate(
        {"driver_id": "D1"}, given, as_of=date(2025, 6, 30), set=change
    )
    assert result.account("demerits") == 3 * ({"doubling": D(1)} | change)["doubling"] + 3


@pytest.mark.parametrize("change", SPRINGS, ids=str)
def test_ten_demerits_in_one_term(change: Change) -> None:
    days = [date(2024, 11, 5)] * 6 + [date(2025, 2, 27)] * 4
    begins = ({"spring_begins": date(2025, 1, 6)} | change)["spring_begins"]
    autumn = sum(day < begins for day in days)
    given = {"demerit": [{"item": "demerit", "on": day} for day in days]}
    pupil = {"pupil_id": "1", "house": "Red", "form": "7A"}
    result = creditlang.load("house_points").evaluate(pupil, given, as_of=date(2025, 4, 21), set=change)
    assert result.fact("headteacher") == (max(autumn, 10 - autumn) >= 10)


@pytest.mark.parametrize("change", HOURS, ids=str)
def test_hours_that_are_carried(change: Change) -> None:
    let = {"required_hours": D(120), "carried_at_most": D(40)} | change
    given = {"cpe": [{"item": "live", "on": date(2023, 1, 10), "minutes": 170 * 50}]}
    member = {"member_id": "M1", "period_from": date(2022, 7, 1), "licensed_on": date(2015, 1, 1)}
    result = creditlang.load("professional_education").evaluate(member, given, as_of=date(2025, 7, 31), set=change)
    carried, *_ = (line.value for line in result.ledger.facts if line.fact == "carry_out")
    assert carried == min(let["carried_at_most"], max(D(0), 170 - let["required_hours"]))


def test_every_named_value_is_changed() -> None:
    policies = [creditlang.load(name) for name in policy_names() if name not in REGULATIONS]
    named = {let for policy in policies for let in policy.core.settings}
    assert named == {name for change in (*QUOTAS, *DOUBLED, *HOURS, *SPRINGS) for name in change}
