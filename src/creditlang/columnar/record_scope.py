"""Which records count on the as-of day."""

from datetime import date

import numpy as np

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.record_columns import RecordColumns

AHEAD, LATE, WRONG = range(3)
"""Why a record does not count: it lies ahead, it is of a semester to come, there is something wrong with it."""


class RecordScope:
    """The records that do not count: `out` by place, rising, and `why` each of them does not."""

    def __init__(self, cohort: RecordColumns, begun: Numbers, as_of: date | None) -> None:
        """`begun` tells of each semester whether it has."""
        self.cohort = cohort
        firsts = [(kind.first, days) for kind, days in zip(cohort.kinds.values(), cohort.days.parts, strict=True)]
        undated = np.concatenate([first + np.flatnonzero(days == 0) for first, days in firsts])
        semesters = cohort.semesters[undated]
        wrong = np.array(sorted(cohort.wrong), np.int64)
        late = np.setdiff1d(undated[(semesters > 0) & ~begun[semesters]], wrong)
        ahead = late[:0]
        if as_of is not None:
            last = as_of.toordinal()
            ahead = np.setdiff1d(np.concatenate([first + np.flatnonzero(days > last) for first, days in firsts]), wrong)
        out = np.concatenate([ahead, late, wrong])
        order = np.argsort(out)
        self.out: Numbers = out[order]
        self.why: Numbers = np.repeat([AHEAD, LATE, WRONG], [len(ahead), len(late), len(wrong)])[order]

    def within(self, records: slice) -> slice:
        """Which of those that do not count are among some records in a row."""
        return slice(*np.searchsorted(self.out, (records.start, records.stop)).tolist())

    def given(self, kind: str, students: slice) -> Numbers:
        """The records of a kind that count, of some students in a row, by place."""
        wanted = self.cohort.kinds[kind].within(students)
        places = np.arange(wanted.start, wanted.stop, dtype=np.int64)
        out = self.out[self.within(wanted)] - wanted.start
        return np.delete(places, out) if len(out) else places

    def have(self, name: str) -> Numbers:
        """For each student whether there are records of a kind that count."""
        kind, size = self.cohort.kinds[name], len(self.cohort.students)
        out = self.out[self.within(kind.within(slice(0, size)))]
        counts: Numbers = np.diff(kind.source.starts) - np.bincount(self.cohort.owners[out], minlength=size)
        return counts > 0
