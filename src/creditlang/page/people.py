"""Many students for people: the table of them, and one of them as they would be written into a form."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from creditlang.cohort import Cohort
from creditlang.core.operators import Policy
from creditlang.data.dataset import Dataset, number_columns
from creditlang.diagnostics import Language, Severity, in_language, report, to_json
from creditlang.errors import DataError
from creditlang.ledger import Record
from creditlang.page.in_words import PeopleTable, StudentAsWritten
from creditlang.values import plain
from creditlang.words import NOTHING, STANDING, label, said

MOST_PROBLEMS = 50
"""What is wrong with the data, as far as it is told one by one."""


def people_table(cohort: Cohort, language: Language) -> PeopleTable:
    """The students of a cohort and what they come to, in words; errors in the data first."""
    results, policy = cohort.results, cohort.results.policy
    rows = results.screen_rows(results.tables["students"])
    problems = sorted(cohort.dataset.problems, key=lambda found: list(Severity).index(found.severity))
    counts = results.requirement_counts
    return {
        "columns": [{"label": x.label or x.name, "numeric": x.numeric} for x in results.columns("students")],
        "rows": [[in_language(NOTHING, language) if cell is None else str(cell) for cell in row] for row in rows],
        "standings": [
            said(STANDING, language, label=label(declared, language),
                 **{status: counts[name, status] for status in ("met", "unmet", "open")})
            for name, declared in policy.requirements.items()
        ],
        "equation": results.equation_text(cohort.read),
        "reliable": cohort.reliable,
        "problems": len(problems),
        "diagnostics": [to_json(found, language) for found in problems[:MOST_PROBLEMS]],
    }  # fmt: skip


def person_as_written(policy: Policy, dataset: Dataset, identifier: str, language: Language) -> StudentAsWritten:
    """One student of a dataset: the fields of the student and of each record as text, by name.

    Records of which something could not be read are left out, and what is wrong with them is told. Raises `DataError`
    for a number that nobody has, and where the student's own row could not be read.
    """
    student = dataset.students.get(identifier)
    if student is None:
        raise DataError([report("CR904", None, name=identifier)])
    if student.problem is not None:
        raise DataError([student.problem])
    number = number_columns(policy)[0]
    bad = [record.problem for record in student.records if record.problem is not None]
    return {
        "student": {number: identifier, **_written(student.attributes)},
        "records": [
            {"kind": record.kind, "fields": _fields(policy, record, number)}
            for record in student.records
            if record.problem is None
        ],
        "diagnostics": [to_json(found, language) for found in bad],
    }


def _fields(policy: Policy, record: Record, number: str) -> dict[str, str]:
    """The fields of a record; of one that a group has only if it names the student."""
    named = {number: record.student} if policy.kinds[record.kind].group is not None and record.named else {}
    return {"record_id": record.identifier, **named, **_written(record.values)}


def _written(values: Mapping[str, object]) -> dict[str, str]:
    return {name: _text(value) for name, value in values.items() if value is not None}


def _text(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{plain(value):f}"
        case date():
            return value.isoformat()
        case _:
            return str(value)
