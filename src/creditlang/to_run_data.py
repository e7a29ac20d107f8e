"""Collects what a run knows for the outputs that people read: the policy's words, the students, their records.

`Collector.keep` sees each student's result while the run goes on, since a student's records are let go afterwards.
"""

from functools import partial

from attrs import define, evolve, field

from creditlang.cohort import Cohort
from creditlang.diagnostics import Language, message
from creditlang.diagnostics.person_words import spoken
from creditlang.ledger import Record, StudentResult
from creditlang.plugin.run_data import RecordRow, RunData
from creditlang.policy_lines import PolicyLines
from creditlang.policy_words import Given
from creditlang.resolve import Program
from creditlang.ruling import Ruling
from creditlang.schema import RESULT_TABLES
from creditlang.to_policy_words import policy_words
from creditlang.words import both


@define
class Collector:
    """Keeps the records of the students of a run, whose results are in `language`, and the reasons in both."""

    language: Language = "zh"
    records: dict[tuple[str, str], RecordRow] = field(factory=dict)
    told: dict[tuple[str, str, str], str] = field(factory=dict)
    standings: dict[str, dict[str, str]] = field(factory=dict)
    rulings: dict[tuple[str, str, str], Ruling] = field(factory=dict)

    def keep(self, result: StudentResult) -> None:
        """Take in one student's records, and how their requirements stand."""
        if result.applies:
            self.standings[result.student] = dict(result.requirements)
        for entry in result.entries:
            self._take(entry.record)
            if (ruling := entry.record.ruling) is not None:
                self.rulings[result.student, entry.record.kind, entry.record.identifier] = ruling
            if entry.told:
                self.told[entry.record.kind, entry.record.identifier, entry.rule] = entry.told

    def _take(self, record: Record) -> None:
        values: dict[str, Given] = {
            "record_id": record.identifier, "student_id": record.student, "kind": record.kind, "date": record.on,
            "semester": record.semester,
        }  # fmt: skip
        values.update({name: value for name, value in record.values.items() if name not in values})  # type: ignore[misc]
        self.records.setdefault((record.kind, record.identifier), values)

    def run_data(self, cohort: Cohort, program: Program) -> RunData:
        """Everything, once the run is over."""
        results, people = cohort.results, self.people(cohort, program)
        for record in cohort.dataset.orphans:
            self._take(record)
            if record.problem is not None:
                self.told[record.kind, record.identifier, ""] = both(partial(message, record.problem))
        tables = {
            name: [dict(zip((x.name for x in results.columns(name)), row, strict=True)) for row in results.tables[name]]
            for name in RESULT_TABLES
        }
        written = PolicyLines(results.policy, people.language)
        lines = {text: written.line(text) for row in tables["steps"] if isinstance(text := row["step"], str)}
        return evolve(
            people, records=self.records, results=tables, told=self.told, standings=self.standings,
            rulings=self.rulings, lines=lines,
        )  # fmt: skip

    def people(self, cohort: Cohort, program: Program) -> RunData:
        """Whom a run is about, and what everything is called."""
        results, language = cohort.results, spoken(self.language, cohort.results.policy.person)
        written = PolicyLines(results.policy, language)
        parts = {(name, part.label) for name, x in results.policy.requirements.items() for part in x.cases}
        known = {row[0] for row in results.tables["students"]}
        return RunData(
            policy=policy_words(results.policy, program, self.language),
            chinese=policy_words(results.policy, program),
            language=language,
            as_of=cohort.as_of,
            students={
                name: {"student_id": name, **student.attributes}
                for name, student in sorted(cohort.dataset.students.items())
                if name in known
            },
            records={},
            results={},
            parts={(name, part): written.part(name, part) for name, part in parts},
        )
