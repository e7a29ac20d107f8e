"""Schemas of what policies take and give: real data and results are what they say, and what they refuse is refused."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyarrow
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator, FormatChecker

import creditlang
from creditlang.cli import main
from creditlang.data.dataset import Dataset, number_columns
from creditlang.data.reader import DataReader
from creditlang.plugin import PluginManager
from creditlang.resources import policy_names
from creditlang.schema import RESULT_TABLES

AS_OF: Final = "2026-08-31"
FEW: Final = 4
"""Students of a sample that are looked at one by one."""


def validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


@cache
def sample(name: str) -> tuple[creditlang.Policy, Dataset, creditlang.Cohort]:
    """A policy, its sample as read, and the results of that."""
    policy = creditlang.load(name)
    with PluginManager().opened([f"sample:{name}"]) as (source,):
        dataset = DataReader(policy.core).read(source.tables())
    return policy, dataset, policy.run(f"sample:{name}", as_of=AS_OF)


def as_json(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("name", policy_names())
def test_what_one_student_has_is_what_the_schema_says(name: str) -> None:
    policy, dataset, cohort = sample(name)
    check, number = validator(creditlang.input_schema(policy)), number_columns(policy.core)[0]
    for student in list(dataset.students.values())[:FEW]:
        given: dict[str, Any] = {"student": {number: student.identifier}, "records": {}, "as_of": AS_OF}
        given["student"] |= {key: as_json(value) for key, value in student.attributes.items()}
        sound = [record for record in student.records if record.problem is None]
        for record in sound:
            values = {key: as_json(value) for key, value in record.values.items()}
            given["records"].setdefault(record.kind, []).append({"record_id": record.identifier, **values})
        again = json.loads(json.dumps(given))
        assert [x.message for x in check.iter_errors(again)] == []
        result = policy.evaluate(again["student"], again["records"], as_of=again["as_of"])
        assert {x.code for x in result.findings} <= {x.code for x in cohort.dataset.problems}
        if len(sound) == len(student.records) and not any(x.among_others for x in policy.core.facts.values()):
            own = {row[1:3]: row[3] for row in cohort.tables["accounts"] if row[0] == student.identifier}
            assert own == {x[1:3]: x[3] for x in result.tables["accounts"].rows}


@pytest.mark.parametrize("name", policy_names())
def test_results_are_what_the_schema_says(name: str, tmp_path: Path) -> None:
    policy, _, _ = sample(name)
    target = tmp_path / "results.json"
    CliRunner().invoke(main, ["run", name, "--data", f"sample:{name}", "--as-of", AS_OF, "--out", str(target)])
    document = json.loads(target.read_bytes())
    assert set(document["tables"]) == set(RESULT_TABLES)
    assert [x.message for x in validator(creditlang.result_schema(policy)).iter_errors(document)] == []


@pytest.mark.parametrize("name", policy_names())
def test_tables_fit_the_arrow_schemas(name: str) -> None:
    policy, dataset, cohort = sample(name)
    schemas = creditlang.arrow_schemas(policy)
    for table, schema in schemas["results"].items():
        assert cohort.tables[table].to_arrow().cast(schema).num_rows == len(cohort.tables[table])
    people, *kinds = schemas["sheets"]
    number = number_columns(policy.core)[0]
    sheets = {people: [{number: x.identifier, **x.attributes} for x in dataset.students.values()]}
    for record in (record for student in dataset.students.values() for record in student.records):
        if record.problem is None and policy.core.kinds[record.kind].group is None:
            row = {number: record.student, "record_id": record.identifier, **record.values}
            sheets.setdefault(record.kind, []).append(row)
    assert set(sheets) - {people} <= set(kinds)
    given = {name: pyarrow.Table.from_pylist(rows, schemas["sheets"][name]) for name, rows in sheets.items()}
    again = policy.run(tables=given, as_of=AS_OF)
    known = {x.code for x in cohort.dataset.problems} | {"CR897"}  # records of groups are not given again
    assert {x.code for x in again.dataset.problems} <= known
    assert again.read == sum(map(len, sheets.values())) - len(sheets[people])


CLUB: Final = """
unit point
choice side: red | blue
student
    side : side
record talk "讲座"
    item  : item
    on    : date
    hours : number, at least 0.5, required when used
category moral in point from talk
    item lecture : hours
let rate = 1 point
ranking place of moral per side
require pass
    moral at least 3
"""
TALK: Final = {"item": "lecture", "on": "2024-10-08", "hours": 2.5}


@pytest.mark.parametrize(
    ("change", "right"),
    [
        ({}, True),
        ({"student": {"side": "red", "student_id": 7}}, True),
        ({"set": {"rate": 2, "place": 1, "place.ranked": 30}}, True),
        ({"records": {"talk": [{**TALK, "hours": "2.5"}]}}, True),
        ({"records": {"talk": [{**TALK, "hours": None}]}}, True),
        ({"student": {"side": "green"}}, False),
        ({"student": {}}, False),
        ({"student": {"side": "red", "sise": 1}}, False),
        ({"records": {"tolk": []}}, False),
        ({"records": {"talk": TALK}}, False),
        ({"records": {"talk": [{**TALK, "houres": 1}]}}, False),
        ({"records": [TALK]}, False),
        ({"set": {"rat": 2}}, False),
        ({"set": {"place": 1.5}}, False),
        ({"as_of": 2024}, False),
    ],
)
def test_the_schema_and_the_library_refuse_the_same(change: dict[str, Any], right: bool) -> None:
    policy = creditlang.load(CLUB)
    given: dict[str, Any] = {"student": {"side": "red"}, "records": {"talk": [TALK]}, **change}
    assert validator(creditlang.input_schema(policy)).is_valid(given) is right
    if right:
        policy.evaluate(**given)
    else:
        with pytest.raises(creditlang.DataError):
            policy.evaluate(**given)


@pytest.mark.parametrize(
    ("hours", "right"), [(0.25, False), (2.5, True), ("2,5", False), ("1.125", False), (True, False)]
)
def test_values_of_records_that_the_schema_refuses_are_invalid(hours: object, right: bool) -> None:
    policy = creditlang.load(CLUB)
    given = {"student": {"side": "red"}, "records": {"talk": [{**TALK, "hours": hours}]}}
    assert validator(creditlang.input_schema(policy)).is_valid(given) is right
    assert ("invalid" not in policy.evaluate(**given).ledger.records.values()) is right


def test_the_command_shows_both() -> None:
    shown = CliRunner().invoke(main, ["schema", "hengyang", "--format", "json"])
    document = json.loads(shown.output)
    assert document == {"input": creditlang.input_schema("hengyang"), "results": creditlang.result_schema("hengyang")}
    types = CliRunner().invoke(main, ["schema", "hengyang", "--format", "python"])
    assert types.output == creditlang.generate_types("hengyang")
    assert document["input"]["x-creditlang"]["version"] == document["results"]["x-creditlang"]["version"] == 1
