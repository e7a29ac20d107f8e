"""A run over many students: data in, results out, one student at a time.

What is held at once is the rows read, the student at hand and the results; each student's records are let go when they
have been evaluated. Where a policy ranks people, or decides something for groups of them, all are gone through before,
whoever is asked for; of each only what is ranked or added up is kept.
"""

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from creditlang.core.operators import Policy
from creditlang.data.dataset import Dataset
from creditlang.data.mappings.mapping import MappingFile
from creditlang.data.reader import DataReader
from creditlang.diagnostics import Diagnostic, Language, Severity, in_language, report
from creditlang.errors import DataError
from creditlang.frozen_mapping import freezing
from creditlang.html_views import cohort_view
from creditlang.ledger import StudentResult
from creditlang.one_student import Engine, OneStudent, StudentData, as_read, day_not_said
from creditlang.plugin import text_of
from creditlang.results import Results, fact_value
from creditlang.schema import RESULT_TABLES, RawTable
from creditlang.toolkit.result_table import ResultTable

if TYPE_CHECKING:
    from creditlang.columnar import ColumnarEngine

Progress = Callable[[int, int], None]
"""Told how many students of how many are done."""


@frozen(field_transformer=freezing)
class Settings:
    """How to run: as of which day, with which named values, for which students, in which language."""

    as_of: date | None = None
    overrides: Mapping[str, Any] = {}
    students: frozenset[str] = frozenset()
    language: Language = "zh"
    mappings: tuple[MappingFile, ...] = ()
    """How to read sheets that have not the policy's own names."""
    engine: Engine = "auto"
    tables: tuple[str, ...] = tuple(RESULT_TABLES)
    """The result tables that are made, as `Results.wanted`."""


@frozen
class Cohort:
    """A run's results and whether they can be relied on."""

    results: Results
    dataset: Dataset
    read: int
    balanced: bool
    as_of: date | None = None
    at_once: int = 0
    """About how many rows were worked out together, where not all were."""
    parts: int = 1

    def __repr__(self) -> str:
        results = self.results
        of = f" of {len(results.tables['students'])} students" if "students" in results.tables else ""
        return f"<Cohort{of} by {results.policy.identifier}>"

    def _repr_html_(self) -> str:
        """What the students have come to, for notebooks."""
        return cohort_view(self.results)

    @property
    def tables(self) -> dict[str, ResultTable]:
        """The result tables by name, in the order of the contract; data frames take them as they are."""
        return result_tables(self.results)

    @property
    def parts_rows(self) -> list[tuple[str, str]]:
        """What the manifest says of parts, if there were some."""
        return [("at_once", str(self.at_once)), ("parts", str(self.parts))] if self.at_once else []

    @property
    def reliable(self) -> bool:
        """Everything read is accounted for, and every student is decided."""
        errors = any(found.severity is Severity.ERROR for found in self.dataset.problems)
        return self.balanced and not errors and not self.results.undetermined


def result_tables(results: Results) -> dict[str, ResultTable]:
    """The tables of finished results by name, in the order of the contract."""
    return {name: ResultTable(name, results.columns(name), results.tables[name]) for name in results.wanted}


@define(eq=False)
class Evaluation:
    """A run in the making: one policy, the data as read for it, and what has come out so far."""

    policy: Policy
    settings: Settings
    dataset: Dataset
    results: Results
    one_student: OneStudent
    people_of_steps: list[int] = field(factory=list)
    """Where columns were taken in: the places of those whose steps were not among them, for each step."""

    @staticmethod
    def begin(
        policy: Policy, tables: Iterable[RawTable], settings: Settings, problems: Callable[[], Iterable[Diagnostic]],
        progress: Progress = lambda done, of: None,
    ) -> "Evaluation":  # fmt: skip
        """Read the data. `problems` gives what the source found wrong once the tables have been read."""
        reader = DataReader(policy, settings.mappings)
        dataset = reader.read(tables)
        reader.note_of_sources(problems())
        return Evaluation.over(policy, dataset, settings, progress)

    @staticmethod
    def over(
        policy: Policy, dataset: Dataset, settings: Settings, progress: Progress = lambda done, of: None
    ) -> "Evaluation":
        """Over data that have been read for this policy. Raises `DataError` where the as-of day has to be said.

        `progress` is told how many have been gone through, each time that all are before one is worked out.
        """
        records = (record for student in dataset.students.values() for record in student.records)
        if unsaid := day_not_said(policy, settings.as_of, records):
            raise DataError([unsaid])
        expected = len(settings.students or dataset.students)
        one_student = OneStudent(policy, settings.as_of, settings.overrides, engine=settings.engine, expected=expected)

        def everybody() -> Iterator[StudentData]:
            for done, student in enumerate(dataset.students.values()):
                if done % EVERY == 0:
                    progress(done, len(dataset.students))
                yield as_read(student)

        with fewer_collections():
            one_student.among(everybody)
        results = Results(policy, settings.language, settings.tables, unread=dataset.unread)
        return Evaluation(policy, settings, dataset, results, one_student)

    @property
    def chosen(self) -> list[str]:
        """The students of the run, sorted."""
        wanted = self.settings.students
        return sorted(identifier for identifier in self.dataset.students if not wanted or identifier in wanted)

    def evaluate(self, identifier: str) -> StudentResult:
        """The results of one student; what is wrong is noted."""
        student = self.dataset.students[identifier]
        result = self.one_student.result(as_read(student))
        self.note(identifier, result.problems)
        if student.problem is not None:
            self.results.undetermined[identifier] = "invalid"
        return result

    def note(self, identifier: str, problems: Iterable[Diagnostic]) -> None:
        """Note what is wrong with the data of a student."""
        for found in problems:
            self.dataset.problem(found, identifier)

    def in_columns(self, engine: "ColumnarEngine") -> Iterator[str | None]:
        """Take in the results of the chosen students in order; those to be worked out alone are given back instead."""
        from creditlang.columnar.chunk_tables import ChunkTables
        from creditlang.data.coded.coded_dataset import CodedDataset

        steps, wanted, tables = self.results.rows["steps"], self.settings.students, None
        for chunk in engine.chunks(CodedDataset.of(self.policy, self.dataset)):
            tables = tables or ChunkTables(chunk.students.known.cohort, self.results, wanted)
            settled = tables.add(chunk)
            here = slice(chunk.students.first, chunk.students.first + chunk.students.size)
            chosen = tables.wanted[here] if tables.wanted is not None else True
            self.one_student.note_in_columns(
                int(settled.sum()), ((why, int((who & chosen).sum())) for why, who in chunk.left)
            )
            for place, done in enumerate(settled.tolist(), chunk.students.first):
                identifier = tables.cohort.students[place]
                if done:
                    self.note(identifier, tables.told.get(identifier, ()))
                    yield None
                elif not wanted or identifier in wanted:
                    yield identifier
                    self.people_of_steps += [place] * (len(steps) - len(self.people_of_steps))

    def release(self, identifier: str) -> None:
        """Let a student's records go."""
        self.dataset.students[identifier].records = []

    def work_out(self, progress: Progress, keep: Callable[[StudentResult], None] | None = None) -> None:
        """Take in the results of the chosen students; `keep` sees each, so that nobody is worked out in columns."""
        chosen = self.chosen
        columns = self.one_student.columns() if keep is None and chosen else None
        done = enumerate(chosen) if columns is None else enumerate(self.in_columns(columns))
        for position, identifier in done:
            if identifier is not None:
                result = self.evaluate(identifier)
                self.release(identifier)
                self.results.add(result)
                if keep is not None:
                    keep(result)
            if position % EVERY == 0:
                progress(position, len(chosen))
        progress(len(chosen), len(chosen))

    def take_orphans(self) -> None:
        """Take in the records that are nobody's."""
        for record in self.dataset.orphans if not self.settings.students else ():
            self.results.orphan(record)

    def finish(self, manifest: Mapping[str, str]) -> "Cohort":
        """Count the record equation, and put what is wrong and the manifest into the tables."""
        settings, results, dataset = self.settings, self.results, self.dataset
        self.take_orphans()
        dataset.problems.extend(self.one_student.findings())
        results.add_groups(self.one_student.groups())
        read = _rows(dataset, settings.students, results)
        balanced = results.balance(read)
        if not balanced:
            accounted = sum(results.equation.values())
            dataset.problems.append(report("CR664", None, read=read, accounted=accounted))
        for found in dataset.problems:
            results.issue(found, dataset.owners.get(id(found), ""))
        own = _manifest(self.policy, settings, self.one_student, results.equation_text(read))
        results.finish([*own, *sorted(manifest.items())], self.people_of_steps)
        return Cohort(results, dataset, read, balanced, self.one_student.as_of)


def run_cohort(
    policy: Policy, tables: Iterable[RawTable], settings: Settings, problems: Callable[[], Iterable[Diagnostic]],
    manifest: Mapping[str, str], progress: Progress = lambda done, of: None,
    keep: Callable[[StudentResult], None] | None = None,
) -> Cohort:  # fmt: skip
    """Evaluate every student of `tables`.

    `problems` gives what the source found wrong once the tables have been read. `progress` is told how many students of
    how many are done; `keep` sees each student's full result, so that nobody is worked out in columns.
    """
    evaluation = Evaluation.begin(policy, tables, settings, problems, progress)
    with fewer_collections():
        evaluation.work_out(progress, keep)
        return evaluation.finish(manifest)


EVERY = 50
"""Students between two reports of progress."""


@contextmanager
def fewer_collections() -> Iterator[None]:
    """Look for reference cycles less often: an evaluation leaves none behind, and the results only grow."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _rows(dataset: Dataset, wanted: Collection[str], results: Results) -> int:
    """The rows that the equation has to account for: all that were read, or those of the chosen students."""
    return len(results.dispositions) + results.in_columns.total() if wanted else sum(dataset.read.values())


def _manifest(policy: Policy, settings: Settings, one_student: OneStudent, equation: str) -> list[tuple[str, str]]:
    as_of, engine = one_student.as_of, in_language(one_student.worked_out_by(), settings.language)
    overrides = [f"{name}={text_of(fact_value(value))}" for name, value in sorted(settings.overrides.items())]
    return [
        ("policy", policy.identifier),
        ("policy_hash", policy.fingerprint),
        ("engine", f"creditlang {own_version()} {engine}"),
        ("as_of", as_of.isoformat() if as_of else ""),
        *(("settings", override) for override in overrides or [""]),
        *(("mapping", f"{mapping.name} {mapping.digest}") for mapping in settings.mappings),
        ("equation", equation),
    ]


def asked_rows(tables: Sequence[str]) -> list[tuple[str, str]]:
    """What a manifest says of the tables that were made, where not all were."""
    return [("table", name) for name in tables[:-1] or tables] if len(tables) < len(RESULT_TABLES) else []


@cache
def own_version() -> str:
    """The version of creditlang that runs."""
    try:
        return version("creditlang")
    except PackageNotFoundError:
        return "unknown"
