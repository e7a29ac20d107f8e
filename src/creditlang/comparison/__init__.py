"""Two versions of a policy, or of anything that changes results, compared over all students.

`comparison` takes in two results of a student at a time and keeps what differs; `tables` and `text` show it; `cohorts`
evaluates both sides of a comparison over data. Nothing here reads or writes: the command, the library and the session
bring the results.
"""

from creditlang.comparison.cohorts import Compared, Side, compare_cohorts, one_reading
from creditlang.comparison.comparison import Comparison, Numbers

__all__ = ["Compared", "Comparison", "Numbers", "Side", "compare_cohorts", "one_reading"]
