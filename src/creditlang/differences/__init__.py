"""What differs between two results of one student, and which rules made the difference.

`find` compares two results; `causes` follows what a total or a requirement reads, down to the rules; `changes` holds
what both speak of.
"""

from creditlang.differences.changes import Change, Differences, RecordChange
from creditlang.differences.find import Finder, differences

__all__ = ["Change", "Differences", "Finder", "RecordChange", "differences"]
