"""Two results of one student, and two versions of a policy over all students: what differs, and which rules did it.

`differences` compares two results of a student; `causes` follows what a total or a requirement reads, down to the
rules; `changes` holds what both speak of. `collected_changes` takes in two results at a time and keeps what differs;
`comparison` shows it as tables and text; `cohorts` evaluates both sides over data. Nothing here reads or writes: the
command, the library and the session bring the results.
"""

from creditlang.comparison.changes import Change, Differences, RecordChange
from creditlang.comparison.cohorts import Compared, Side, compare_cohorts, one_reading
from creditlang.comparison.collected_changes import Numbers
from creditlang.comparison.comparison import Comparison
from creditlang.comparison.differences import Finder, differences

__all__ = [
    "Change", "Compared", "Comparison", "Differences", "Finder", "Numbers", "RecordChange", "Side", "compare_cohorts",
    "differences", "one_reading",
]  # fmt: skip
