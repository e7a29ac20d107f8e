"""A run over more students than memory holds: put aside, worked out part by part, its tables put in order from disk.

The students are taken in the order of their numbers, some rows' worth at a time, each part as in any run. What comes
out of a part waits on disk; the tables are those of one run over all, row by row. Only tables that are sorted by
something else than students are merged. Ranks, and what else is known only among all, cannot be worked out like this.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final, cast

from attrs import evolve

from creditlang.cohort import Cohort, Evaluation, Progress, Settings, fewer_collections
from creditlang.core.operators import Policy
from creditlang.data.dealt.dealt_data import DealtData, NotInParts, not_in_parts
from creditlang.diagnostics import Diagnostic
from creditlang.errors import DataError
from creditlang.one_student import OneStudent, day_not_said
from creditlang.results import MADE_AT_THE_END, Results
from creditlang.schema import RawTable
from creditlang.toolkit.batch_shelf import BatchShelf
from creditlang.toolkit.extras import need
from creditlang.toolkit.long_table import LongTable

__all__ = ["NotInParts", "not_in_parts", "run_in_parts"]

_KEYS: Final = {"records": 2}
"""Of tables that are not in the order of students, by how many columns they are."""


def run_in_parts(
    policy: Policy, tables: Iterable[RawTable], settings: Settings, problems: Callable[[], Iterable[Diagnostic]],
    manifest: Mapping[str, str], at_once: int, progress: Progress = lambda done, of: None,
) -> Cohort:  # fmt: skip
    """Evaluate every student of `tables` as `run_cohort` does, about `at_once` rows at a time.

    Raises `NotInParts` where the policy or the data do not allow it, `PluginError` CR787 where Arrow is not installed,
    CR867 where the disk has no room for what is put aside, and `DataError` where the as-of day has to be said.
    """
    need("arrow")
    dealt = DealtData(policy, settings.mappings)
    try:
        dealt.take(tables)
        if unsaid := day_not_said(policy, settings.as_of, dealt.records(at_once)):
            raise DataError([unsaid])
        with fewer_collections():
            return _worked_out(dealt, settings, problems, manifest, at_once, progress)
    finally:
        dealt.shelf.close()


def _worked_out(
    dealt: DealtData, settings: Settings, problems: Callable[[], Iterable[Diagnostic]], manifest: Mapping[str, str],
    at_once: int, progress: Progress,
) -> Cohort:  # fmt: skip
    policy, shelf = dealt.policy, BatchShelf()
    results = Results(policy, settings.language, settings.tables)
    expected = len(settings.students) or dealt.listed
    one_student = OneStudent(policy, settings.as_of, settings.overrides, engine=settings.engine, expected=expected)
    long = {
        name: LongTable(shelf, len(results.columns(name)), _KEYS.get(name, 0))
        for name in results.wanted
        if name not in MADE_AT_THE_END
    }
    parts = done = 0
    for dataset in dealt.parts(at_once):
        evaluation = Evaluation(policy, settings, dataset, results, one_student)
        evaluation.work_out(partial(_told, progress, done, expected))
        evaluation.take_orphans()
        for name, rows in results.part_in_order(evaluation.people_of_steps):
            long[name].add(rows)
        if settings.students:
            dealt.whole.dataset.students |= {name: dataset.students[name] for name in evaluation.chosen}
        parts, done = parts + 1, done + len(evaluation.chosen)
    whole = dealt.said(problems())
    results.unread = whole.unread
    cohort = Evaluation(policy, settings, whole, results, one_student).finish(manifest)
    results.tables |= cast("Any", long)  # gone through, never asked for a row
    return evolve(cohort, at_once=at_once, parts=parts)


def _told(progress: Progress, before: int, all_of_them: int, done: int, of: int) -> None:
    """Tell of a part how many of all are done."""
    progress(before + done, max(all_of_them, before + of))
