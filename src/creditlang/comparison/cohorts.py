"""Both sides of a comparison evaluated over all students, side by side, one student at a time.

Each side reads the data by its own policy, for the two may ask for other columns; where both make the same records of
the same tables, as when only a limit is another one, the data are read once. What is held at once is the rows read, one
student's results on both sides, and what differs. Where both sides are worked out in columns, whoever has the same
results is found there, and nothing else is asked of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from itertools import compress
from typing import Final

from attrs import evolve, frozen

from creditlang.cohort import EVERY, Cohort, Evaluation, Progress, Settings, fewer_collections
from creditlang.comparison.comparison import Comparison
from creditlang.comparison.comparison_tables import COMPARISON_VERSION
from creditlang.core import operators as o
from creditlang.data.dataset import Dataset
from creditlang.data.reader import reads_alike
from creditlang.diagnostics import Diagnostic
from creditlang.ledger import StudentResult
from creditlang.schema import RawTable


@frozen(eq=False)
class Side:
    """One side: a policy, how to run it, and its data. `problems` gives what a source found wrong."""

    policy: o.Policy
    settings: Settings
    tables: Callable[[], Iterable[RawTable]]
    problems: Callable[[], Sequence[Diagnostic]]


@frozen
class Compared:
    """A comparison, and each side's record equation and problems; their result tables are empty."""

    comparison: Comparison
    old: Cohort
    new: Cohort


def one_reading(old: Side, new: Side) -> bool:
    """Whether both sides read the data in the same way."""
    same_mappings = [x.digest for x in old.settings.mappings] == [x.digest for x in new.settings.mappings]
    return same_mappings and reads_alike(old.policy, new.policy)


def compare_cohorts(old: Side, new: Side, progress: Progress = lambda done, of: None) -> Compared:
    """Compare the results of all students, or of those that `settings` choose."""
    with fewer_collections():
        before, after = _begun(old, new, progress)
        comparison = Comparison(old.policy, new.policy, old.settings.overrides, new.settings.overrides)
        students = sorted({*before.chosen, *after.chosen})
        same, outside, counted = _in_columns(before, after) if one_reading(old, new) else _NOBODY
        comparison.add_unchanged(len(same))
        for position, identifier in enumerate(students):
            both = list(zip((before, after), counted, strict=True))
            if identifier in same or identifier in outside:
                for side, known in both:
                    side.note(identifier, known[identifier])
                continue
            comparison.add(*(_evaluated(side, identifier, identifier in known) for side, known in both))
            for side in (before, after):
                if identifier in side.dataset.students:
                    side.release(identifier)
            if position % EVERY == 0:
                progress(position, len(students))
    progress(len(students), len(students))
    sides = [side.finish({}) for side in (before, after)]
    comparison.equations = tuple(side.results.equation_text(side.read) for side in sides)
    comparison.manifest = [("tables", f"comparison {COMPARISON_VERSION}"), *_manifest(*sides)]
    comparison.reliable = all(side.reliable for side in sides)
    return Compared(comparison, *sides)


def _begun(old: Side, new: Side, progress: Progress) -> tuple[Evaluation, Evaluation]:
    """Both sides with their data read."""
    before = Evaluation.begin(old.policy, old.tables(), old.settings, old.problems, progress)
    if one_reading(old, new):
        return before, Evaluation.over(new.policy, _same(before.dataset), new.settings, progress)
    return before, Evaluation.begin(new.policy, new.tables(), new.settings, new.problems, progress)


def _same(dataset: Dataset) -> Dataset:
    """The same data, with a list of problems of its own."""
    return evolve(dataset, problems=list(dataset.problems), owners=dict(dataset.owners))


_Counted = Mapping[str, Sequence[Diagnostic]]
"""Whose records have been counted, with what is said of them."""
_NOBODY: Final[tuple[Set[str], Set[str], Sequence[_Counted]]] = (frozenset(), frozenset(), ({}, {}))


def _in_columns(before: Evaluation, after: Evaluation) -> tuple[Set[str], Set[str], Sequence[_Counted]]:
    """Who has the same results on both sides, of whom neither speaks, and on each side whose records have been counted:
    as far as both are worked out in columns.
    """
    engines = [side.one_student.columns() for side in (before, after)]
    if None in engines:
        return _NOBODY
    from creditlang.columnar.chunk_tables import ChunkTables
    from creditlang.comparison.columns_compared import changed_in_columns
    from creditlang.data.coded.coded_dataset import CodedDataset

    coded, tables = CodedDataset.of(before.policy, before.dataset), list[ChunkTables]()
    same, outside = set[str](), set[str]()
    counted: tuple[dict[str, Sequence[Diagnostic]], ...] = ({}, {})
    for chunks in zip(*(engine.chunks(coded) for engine in engines if engine is not None), strict=True):
        tables = tables or [
            ChunkTables(chunk.students.known.cohort, side.results, side.settings.students)
            for chunk, side in zip(chunks, (before, after), strict=True)
        ]
        settled = [table.count(chunk) for table, chunk in zip(tables, chunks, strict=True)]
        people = coded.students[chunks[0].students.places]
        both, left_out = settled[0] & settled[1], [chunk.outside for chunk in chunks]
        same.update(compress(people, both & ~(left_out[0] | left_out[1] | changed_in_columns(*chunks))))
        outside.update(compress(people, both & left_out[0] & left_out[1]))
        for known, own, table in zip(counted, settled, tables, strict=True):
            known |= {name: table.told.get(name, ()) for name in compress(people, own)}
    for side in (before, after):
        side.one_student.note_in_columns(len(same) + len(outside))
    return same, outside, counted


def _evaluated(side: Evaluation, identifier: str, counted: bool) -> StudentResult | None:
    """A student on one side, if they are there; what became of the records is counted, if it has not been."""
    if identifier not in side.dataset.students:
        return None
    result = side.evaluate(identifier)
    if not counted:
        side.results.tally(result)
    return result


def _manifest(old: Cohort, new: Cohort) -> list[tuple[str, str]]:
    """The manifests of both sides; what is the same on both stands there once."""
    found = []
    one, two = ([(str(row[0]), str(row[1])) for row in side.results.tables["manifest"]] for side in (old, new))
    for entry, value in one:
        if (entry, value) in two and entry not in ("policy", "policy_hash", "settings", "equation"):
            found.append((entry, value))
        else:
            found.append((f"old_{entry}", value))
    found += [(f"new_{entry}", value) for entry, value in two if (entry, value) not in found]
    return found
