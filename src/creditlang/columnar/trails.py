"""The first lines of a body taken together: what they make of one record, for each combination of what they read.

Most lines of a rule speak of the record alone. Together they read few different things, so the way that an entry goes
through them, its *trail*, is found once for each combination, by doing the lines to one entry of each that is new. An
entry then takes its amount, its fate and its steps from its trail.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import define, field

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.entry_columns import Entries, LaterSteps, Steps
from creditlang.columnar.line_tables import EffectTable, Known
from creditlang.plan.inputs import Reads

_MOST: Final = 1 << 16
"""The most combinations of which lines are taken together."""
_TAKEN: Final = ("amounts", "raw", "states", "signs", "reasons", "articles")


@define(eq=False)
class _Probes(Entries):
    """One entry for each new combination; who has it may have to be worked out alone."""

    left: Numbers = field(factory=lambda: np.zeros(0, bool))

    def set_aside(self, entries: Numbers, odd: Numbers) -> None:
        self.left[entries] = True


@define(eq=False)
class TrailSteps:
    """The steps of entries that go by trails."""

    entries: Numbers
    ids: Numbers
    trails: "Trails"

    def chosen(self, moved: Numbers) -> LaterSteps:
        """Those of some entries, by where each entry stands now; -1 for those that are left out."""
        kept = moved[self.entries] >= 0
        return TrailSteps(moved[self.entries[kept]], self.ids[kept], self.trails)

    def behind(self, count: int) -> LaterSteps:
        """The same behind so many other entries."""
        return TrailSteps(self.entries + count, self.ids, self.trails)

    def plain(self) -> Steps:
        """One by one."""
        of, sizes = self.trails.steps, self.trails.sizes[self.ids]
        within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows = np.repeat(self.trails.starts[self.ids], sizes) + within
        return Steps(np.repeat(self.entries, sizes), of.texts[rows], of.before[rows], of.after[rows], of.articles[rows])


class Trails:
    """The trails of some lines, for entries of one rule, or of the guards of a kind."""

    def __init__(self, known: Known, tables: Sequence[EffectTable], entries: Entries) -> None:
        """Of as many of the lines as can be taken together; they are the first that are done to these entries."""
        self.known, self.kind = known, tables[0].kind
        self.tables, self.reads = _together(known, tables)
        size = known.keys(self.kind, self.reads, np.zeros(0, np.int64))[1]
        self.numbers = np.full(size, -1, np.int32)
        self.article = int(entries.articles[0]) if len(entries.articles) else 0
        nothing = np.zeros(0, np.int64)
        self.columns = {name: getattr(entries, name)[:0] for name in _TAKEN}
        self.left = np.zeros(0, bool)
        self.steps = Steps(nothing, nothing, nothing, nothing, nothing)
        self.sizes = self.starts = nothing

    def apply(self, entries: Entries, odd: Numbers) -> None:
        """Take live entries, of which nothing is known yet, through the lines."""
        at = entries.live()
        if not len(at):
            return
        everything = len(at) == len(entries.places)
        places = entries.places if everything else entries.places[at]
        keys, _ = self.known.keys(self.kind, self.reads, places)
        ids = self.numbers[keys]
        new = np.flatnonzero(ids < 0)
        if len(new):
            self._find(keys[new], places[new], entries)
            ids = self.numbers[keys]
        for name, column in self.columns.items():
            getattr(entries, name)[slice(None) if everything else at] = column[ids]
        left = self.left[ids]
        if left.any():
            entries.set_aside(at[left], odd)
        if len(self.steps.entries):
            entries.steps.append(TrailSteps(at, ids, self))

    def _find(self, keys: Numbers, places: Numbers, entries: Entries) -> None:
        """Do the lines to one record of each new combination."""
        distinct, first = np.unique(keys, return_index=True)
        before = len(self.left)
        self.numbers[distinct] = before + np.arange(len(distinct))
        rule, account = int(entries.rules[0]), int(entries.accounts[0])
        probes = _Probes.of(self.known, places[first], rule, account)
        assert isinstance(probes, _Probes)
        probes.left = np.zeros(len(distinct), bool)
        probes.articles[:] = self.article
        for table in self.tables:
            probes.apply(table, probes.left)
        self.left = np.concatenate([self.left, probes.left])
        self.columns = {name: np.concatenate([x, getattr(probes, name)]) for name, x in self.columns.items()}
        steps = Entries.steps_of(probes.steps)
        sizes = np.bincount(steps.entries, minlength=len(distinct))
        self.starts = np.concatenate([self.starts, len(self.steps.entries) + np.cumsum(sizes) - sizes])
        self.sizes = np.concatenate([self.sizes, sizes])
        self.steps = Entries.steps_of([self.steps, steps.behind(before)])


def _together(known: Known, tables: Sequence[EffectTable]) -> tuple[list[EffectTable], Reads]:
    """The first lines whose combinations are few enough, and all that they read."""
    taken: list[EffectTable] = []
    reads = Reads()
    for table in tables:
        own = table.reads
        answers = tuple(dict.fromkeys((*reads.answers, *own.answers)))
        both = Reads(reads.inputs | own.inputs, answers)
        inputs = own.inputs.union(*map(known.readers[table.kind].inputs, own.answers))
        if own.asks or any(each.what == "account" for each in inputs):
            break
        if known.keys(table.kind, both, np.zeros(0, np.int64))[1] > _MOST:
            break
        taken.append(table)
        reads = both
    return taken, reads
