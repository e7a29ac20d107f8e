"""Collects what a run knows for the outputs that people read: the policy's words, the students, their records.

`Collector.keep` sees each student's result while the run goes on, since a student's records are let go afterwards.
"""

from collections.abc import Iterable, Mapping

from attrs import define, field

from creditlang.cohort import Cohort
from creditlang.core.operators import Account, Column, Policy
from creditlang.diagnostics import Language
from creditlang.ledger import Record, StudentResult
from creditlang.plugin.run_data import (
    AccountWords,
    FieldWords,
    Given,
    ItemWords,
    KindWords,
    PolicyWords,
    RecordRow,
    RequirementWords,
    RunData,
)
from creditlang.resolve import Program
from creditlang.schema import RESULT_TABLES


def policy_words(policy: Policy, program: Program) -> PolicyWords:
    """What a policy and everything in it is called."""
    return PolicyWords(
        identifier=policy.identifier,
        title=policy.title or policy.identifier,
        issuer=policy.issuer,
        student=_fields(policy.attributes),
        kinds={
            name: KindWords(name, _label(kind.labels, name), _fields(kind.columns))
            for name, kind in policy.kinds.items()
        },
        accounts={name: _account(account) for name, account in policy.accounts.items()},
        items={
            name: ItemWords(name, _label(rule.labels, name), rule.account, rule.kind, rule.article)
            for name, rule in policy.rules.items()
        },
        requirements={
            name: RequirementWords(name, _label(x.labels, name), tuple(part.label for part in x.parts))
            for name, x in policy.requirements.items()
        },
        facts={name: _label(fact.labels, name) for name, fact in policy.facts.items()},
        units={name: policy.unit_labels.get(name, name) for name in program.units},
        values={
            value: _label(labels, value)
            for enumeration in program.enumerations.values()
            for value, labels in enumeration.values.items()
        },
    )


def _label(labels: tuple[str, ...], name: str) -> str:
    return labels[0] if labels else name


def _account(account: Account) -> AccountWords:
    return AccountWords(
        account.name, _label(account.labels, account.name), account.sort, account.parent or "", account.unit or "",
        account.period or "", account.article,
    )  # fmt: skip


def _fields(columns: Iterable[Column]) -> tuple[FieldWords, ...]:
    return tuple(
        FieldWords(column.name, _label(column.labels, column.name), column.type.name, _value_labels(column))
        for column in columns
    )


def _value_labels(column: Column) -> Mapping[str, str]:
    """The first label of each value of a column, where it has one."""
    found: dict[str, str] = {}
    for text, value in (column.values or {}).items():
        if found.get(value, value) == value:
            found[value] = text
    return found


@define
class Collector:
    """Keeps the records of the students of a run."""

    records: dict[tuple[str, str], RecordRow] = field(factory=dict)

    def keep(self, result: StudentResult) -> None:
        """Take in one student's records."""
        for entry in result.entries:
            self._take(entry.record)

    def _take(self, record: Record) -> None:
        values: dict[str, Given] = {
            "record_id": record.identifier, "student_id": record.student, "kind": record.kind, "date": record.on,
            "semester": record.semester,
        }  # fmt: skip
        values.update({name: value for name, value in record.values.items() if name not in values})  # type: ignore[misc]
        self.records.setdefault((record.kind, record.identifier), values)

    def run_data(self, cohort: Cohort, program: Program, language: Language) -> RunData:
        """Everything, once the run is over."""
        results = cohort.results
        for record in cohort.dataset.orphans:
            self._take(record)
        tables = {
            name: [dict(zip((x.name for x in results.columns(name)), row, strict=True)) for row in results.tables[name]]
            for name in RESULT_TABLES
        }
        known = {row["student_id"] for row in tables["students"]}
        return RunData(
            policy=policy_words(results.policy, program),
            language=language,
            as_of=cohort.as_of,
            students={
                name: {"student_id": name, **student.attributes}
                for name, student in sorted(cohort.dataset.students.items())
                if name in known
            },
            records=self.records,
            results=tables,
        )
