"""A run over many students: data in, results out, one student at a time.

What is held at once is the rows read, the student at hand and the results; each student's records are let go when they
have been evaluated.
"""

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from attrs import frozen

from creditlang.core.operators import Policy
from creditlang.data.dataset import Dataset
from creditlang.data.mapping import MappingFile
from creditlang.data.reader import DataReader
from creditlang.diagnostics import Diagnostic, Language, Severity, report
from creditlang.interpreter import Interpreter, StudentData
from creditlang.ledger import StudentResult
from creditlang.plugin.result_table import ResultTable
from creditlang.results import Results
from creditlang.schema import RESULT_TABLES, RawTable


@frozen
class Settings:
    """How to run: as of which day, with which named values, for which students, in which language."""

    as_of: date | None = None
    overrides: Mapping[str, Any] = {}
    students: frozenset[str] = frozenset()
    language: Language = "zh"
    mappings: tuple[MappingFile, ...] = ()
    """How to read sheets that have not the policy's own names."""


@frozen
class Cohort:
    """A run's results and whether they can be relied on."""

    results: Results
    dataset: Dataset
    read: int
    balanced: bool
    as_of: date | None = None

    @property
    def tables(self) -> dict[str, ResultTable]:
        """The result tables by name, in the order of the contract; data frames take them as they are."""
        results = self.results
        return {name: ResultTable(name, results.columns(name), results.tables[name]) for name in RESULT_TABLES}

    @property
    def reliable(self) -> bool:
        """Everything read is accounted for, and every student is decided."""
        errors = any(found.severity is Severity.ERROR for found in self.dataset.problems)
        return self.balanced and not errors and not self.results.undetermined


def run_cohort(
    policy: Policy, tables: Iterable[RawTable], settings: Settings, problems: Callable[[], Iterable[Diagnostic]],
    manifest: Mapping[str, str], progress: Callable[[int, int], None] = lambda done, of: None,
    keep: Callable[[StudentResult], None] = lambda result: None,
) -> Cohort:  # fmt: skip
    """Evaluate every student of `tables`.

    `problems` gives what the source found wrong once the tables have been read. `progress` is told how many students of
    how many are done; `keep` sees each student's full result.
    """
    dataset = DataReader(policy, settings.mappings).read(tables)
    dataset.problems.extend(problems())
    results = Results(policy, settings.language)
    interpreter = Interpreter(policy, settings.as_of, settings.overrides)
    chosen = _chosen(dataset, settings.students)
    with _fewer_collections():
        _evaluate(chosen, dataset, interpreter, results, progress, keep)
    progress(len(chosen), len(chosen))
    if not settings.students:
        for record in dataset.orphans:
            results.orphan(record)
    read = _rows(dataset, settings.students, results)
    balanced = results.balance(read)
    if not balanced:
        accounted = sum(results.equation.values())
        dataset.problems.append(report("CR664", None, read=read, accounted=accounted))
    for found in dataset.problems:
        results.issue(found, dataset.owners.get(id(found), ""))
    results.finish([*_manifest(policy, settings, interpreter, results.equation_text(read)), *sorted(manifest.items())])
    return Cohort(results, dataset, read, balanced, interpreter.as_of)


_EVERY = 50


def _evaluate(
    chosen: Sequence[str],
    dataset: Dataset,
    interpreter: Interpreter,
    results: Results,
    progress: Callable[[int, int], None],
    keep: Callable[[StudentResult], None],
) -> None:
    """Evaluate the students one after the other; each one's records are let go."""
    for position, identifier in enumerate(chosen):
        student = dataset.students[identifier]
        records = tuple(student.records)
        student.records = []
        result = interpreter.evaluate(StudentData(identifier, student.attributes, records))
        dataset.problems.extend(result.problems)
        dataset.owners.update({id(found): identifier for found in result.problems})
        if student.problem is not None:
            results.undetermined[identifier] = "invalid"
            result.requirements = {name: "open" for name in result.requirements}
        results.add(result)
        keep(result)
        if position % _EVERY == 0:
            progress(position, len(chosen))


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """Look for reference cycles less often: an evaluation leaves none behind, and the results only grow."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _chosen(dataset: Dataset, wanted: Collection[str]) -> list[str]:
    return sorted(identifier for identifier in dataset.students if not wanted or identifier in wanted)


def _rows(dataset: Dataset, wanted: Collection[str], results: Results) -> int:
    """The rows that the equation has to account for: all that were read, or those of the chosen students."""
    return len(results.dispositions) if wanted else sum(dataset.read.values())


def _manifest(policy: Policy, settings: Settings, interpreter: Interpreter, equation: str) -> list[tuple[str, str]]:
    overrides = ", ".join(f"{name}={value}" for name, value in sorted(settings.overrides.items()))
    return [
        ("policy", policy.identifier),
        ("policy_hash", policy.fingerprint),
        ("engine", f"creditlang {_version()} reference"),
        ("as_of", interpreter.as_of.isoformat() if interpreter.as_of else ""),
        ("settings", overrides),
        *(("mapping", f"{mapping.name} {mapping.digest}") for mapping in settings.mappings),
        ("equation", equation),
    ]


def _version() -> str:
    try:
        return version("creditlang")
    except PackageNotFoundError:
        return "unknown"
