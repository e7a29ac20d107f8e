"""A run over more students than memory holds: put aside, worked out part by part, its tables put in order from disk.

The students are taken in the order of their numbers, some rows' worth at a time, each part as in any run. What comes out
of a part waits on disk; the tables are those of one run over all, row by row. Only tables that are sorted by something
else than students are merged. Ranks, and what else is known only among all, cannot be worked out like this.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from attrs import define, field

from creditlang.cohort import Cohort, Evaluation, Progress, Settings, fewer_collections
from creditlang.core.operators import Policy
from creditlang.data.dealt.dealt_data import DealtData, NotInParts, not_in_parts
from creditlang.diagnostics import Diagnostic
from creditlang.errors import DataError
from creditlang.one_student import OneStudent, day_not_said
from creditlang.results import Results
from creditlang.schema import RawTable
from creditlang.toolkit.batch_shelf import BatchShelf
from creditlang.toolkit.long_table import LongTable

__all__ = ["CohortInParts", "NotInParts", "not_in_parts"]

_KEYS: Final = {"records": 2}
"""Of tables that are not in the order of students, by how many columns they are."""
_ALONE: Final = ("groups", "issues", "manifest")
"""Tables that are made at the end."""


@define(eq=False)
class CohortInParts:
    """A run in parts; its tables are on disk for as long as it is open."""

    policy: Policy
    settings: Settings
    at_once: int
    """Rows of a part, about."""
    _shelf: BatchShelf = field(factory=BatchShelf, init=False)
    parts: int = field(default=0, init=False)

    def __enter__(self) -> "CohortInParts":
        return self

    def __exit__(self, *_: object) -> None:
        self._shelf.close()

    def run(
        self, tables: Iterable[RawTable], problems: Callable[[], Iterable[Diagnostic]], manifest: Mapping[str, str],
        progress: Progress = lambda done, of: None,
    ) -> Cohort:  # fmt: skip
        """Evaluate every student, as `run_cohort` does. Raises `NotInParts` where the data or the policy do not allow
        it, and `PluginError` CR867 where the disk has no room for what is put aside.
        """
        policy, settings, dealt = self.policy, self.settings, DealtData(self.policy, self.settings.mappings)
        try:
            if unsaid := day_not_said(policy, settings.as_of, ()):
                raise DataError([unsaid])
            dealt.take(tables)
            with fewer_collections():
                return self._worked_out(dealt, problems, manifest, progress)
        finally:
            dealt.shelf.close()

    def _worked_out(
        self, dealt: DealtData, problems: Callable[[], Iterable[Diagnostic]], manifest: Mapping[str, str],
        progress: Progress,
    ) -> Cohort:  # fmt: skip
        policy, settings, results = self.policy, self.settings, Results(self.policy, self.settings.language)
        expected = len(settings.students) or dealt.listed
        one_student = OneStudent(policy, settings.as_of, settings.overrides, engine=settings.engine, expected=expected)
        long = {
            name: LongTable(self._shelf, len(results.columns(name)), _KEYS.get(name, 0))
            for name in results.rows
            if name not in _ALONE
        }
        done = 0
        for dataset in dealt.parts(self.at_once):
            evaluation = Evaluation(policy, settings, dataset, results, one_student)
            evaluation.work_out(lambda now, of: progress(done + now, expected))
            evaluation.take_orphans()
            done += len(evaluation.chosen)
            self.parts += 1
            for name, rows in results.part_in_order(evaluation.people_of_steps):
                long[name].add(rows)
        whole = dealt.said(problems())
        results.unread = whole.unread
        cohort = Evaluation(policy, settings, whole, results, one_student).finish(manifest)
        results.tables |= long
        return cohort
