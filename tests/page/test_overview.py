"""One student in words, beside what they were before; a student of some data, as a form takes them."""

from typing import Any

import pytest

import creditlang
from creditlang.cohort import Cohort
from creditlang.data.reader import DataReader
from creditlang.errors import DataError
from creditlang.one_student import together_names
from creditlang.page.people import people_table, person_as_written
from creditlang.page.student_overview import student_overview
from creditlang.plugin import PluginManager
from creditlang.results import amount_value, fact_value

CLUB = """\
unit points "point" "分"

let most "至多" = 3 points

record activity "活动"
    item "项目": item
    on "日期": date

category club "俱乐部" in points [Article 1]
    item reading_evening "晚读" [Article 1]
        1 point per event
        cap most per academic year
    item talk "讲座" [Article 2]
        2 points per event

calendar
    semester 2025-2026-1 from 2025-09-01 teaching until 2026-01-16
    ends 2026-02-20

require certificate "证书" [Article 5]
    club >= 5 points
"""
ACTIVITIES = [{"item": "talk", "on": "2025-10-01"}] + [
    {"item": "reading_evening", "on": f"2025-10-0{day}"} for day in (2, 3, 4, 5)
]


def _result(text: str = CLUB, **other: Any) -> creditlang.Result:
    return creditlang.load(text).evaluate({"student_id": "1"}, {"activity": ACTIVITIES}, **other)


def test_a_student_in_words() -> None:
    told = student_overview(_result(), None, "en")
    (certificate,) = told["requirements"]
    assert (certificate["status"], certificate["word"], certificate["article"]) == ("met", "met", "Article 5")
    (club,) = told["accounts"]
    assert club["amounts"] == [{"period": "", "text": "5", "before": None}] and club["unit"] == "point"
    assert [(x["disposition"], x["counted"]) for x in told["records"]] == [
        ("counted", "2 points"), *[("counted", "1 point")] * 3, ("reduced", "")
    ]  # fmt: skip
    assert told["records"][-1]["reason"] and told["changes"] is None


def test_what_differs_has_its_rules_and_named_values() -> None:
    told = student_overview(_result(set={"most": 2}), _result(), "zh")
    (certificate,), (club,) = told["requirements"], told["accounts"]
    assert (certificate["word"], certificate["before"]) == ("不符合", "符合")
    assert club["amounts"] == [{"period": "", "text": "4", "before": "5"}]
    changes = {change["label"]: change for change in told["changes"]}
    assert changes["证书"]["way"] == changes["俱乐部"]["way"] == -1
    assert any("晚读" in cause or "至多" in cause for cause in changes["俱乐部"]["because"])


def test_other_policies_and_records_may_be_compared() -> None:
    fewer = creditlang.load(CLUB).evaluate({"student_id": "1"}, {"activity": ACTIVITIES[1:]})
    gone = student_overview(fewer, _result(CLUB.replace("2 points per", "9 points per")), "en")
    assert gone["accounts"][0]["amounts"][0] == {"period": "", "text": "3", "before": "12"}
    empty = creditlang.load(CLUB).evaluate({"student_id": "1"}, {})
    assert student_overview(empty, _result(), "en")["accounts"][0]["amounts"][0]["before"] == "5"
    assert student_overview(_result(), _result(), "en")["changes"] == []


SAMPLES = ("house_points", "volunteer_hours", "driver_demerits")


def _of_sample(name: str) -> tuple[creditlang.Policy, Cohort, Any]:
    policy = creditlang.load(name)
    day = "2024-12-31" if name != "house_points" else None
    with PluginManager(no_plugins=True).opened([f"sample:{name}"]) as sources:
        read = DataReader(policy.core).read(table for source in sources for table in source.tables())
    return policy, policy.run(f"sample:{name}", as_of=day, language="en"), read


@pytest.mark.parametrize("name", SAMPLES)
def test_a_student_taken_into_the_form_comes_to_what_the_cohort_gave(name: str) -> None:
    policy, cohort, read = _of_sample(name)
    among = {key.partition(".")[0] for key in together_names(policy.core)}
    compared = 0
    for identifier in list(read.students)[:12]:
        if read.students[identifier].problem is not None:
            continue
        form = person_as_written(policy.core, read, identifier, "en")
        records: dict[str, list[dict[str, str]]] = {}
        for record in form["records"]:
            records.setdefault(record["kind"], []).append(record["fields"])
        alone = policy.evaluate(form["student"], records, as_of=cohort.as_of)
        of_cohort = {row[1:4] for row in cohort.results.rows["accounts"] if row[0] == identifier}
        assert of_cohort == {(x.account, x.period, amount_value(x.amount)) for x in alone.ledger.accounts}, identifier
        facts = {row[1:4] for row in cohort.results.rows["facts"] if row[0] == identifier and row[1] not in among}
        own = {(x.fact, x.period, fact_value(x.value)) for x in alone.ledger.facts if x.fact not in among}
        assert facts == own, identifier
        compared += 1
    assert compared > 2


def test_records_that_cannot_be_read_are_told_and_left_out() -> None:
    policy, _, read = _of_sample("volunteer_hours")
    bad = next(x for x in read.students.values() if x.problem is None and any(r.problem for r in x.records))
    form = person_as_written(policy.core, read, bad.identifier, "zh")
    assert len(form["records"]) + len(form["diagnostics"]) == len(bad.records) and form["diagnostics"]
    with pytest.raises(DataError, match="nobody"):
        person_as_written(policy.core, read, "nobody", "zh")


def test_many_students_as_a_table_in_words() -> None:
    _, cohort, _ = _of_sample("volunteer_hours")
    table = people_table(cohort, "en")
    assert [len(row) for row in table["rows"]] == [len(table["columns"])] * len(table["rows"]) and table["rows"]
    assert all(isinstance(cell, str) for row in table["rows"] for cell in row)
    assert table["equation"].startswith("read ") and table["problems"] >= len(table["diagnostics"])
