"""A chunk: students that are worked out together."""

from collections.abc import Callable

from attrs import define, field

from creditlang.columnar import decisions
from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.entry_columns import Entries
from creditlang.columnar.group_programs import Together
from creditlang.columnar.student_values import Students
from creditlang.core.dependencies import Node
from creditlang.diagnostics import Phrase


@define(eq=False)
class Chunk:
    """What has come out for the students of a chunk."""

    students: Students
    outside: Numbers
    """For each student whether the policy surely does not speak of them."""
    entries: list[Entries] = field(factory=list)
    """Of each tree, as far as its records were not worked out in one pass."""
    together: dict[str, Together] = field(factory=dict)
    """Of those that were, by kind."""
    extra: list[Callable[[], Entries]] = field(factory=list)
    """Of records that no rule has taken, in the order in which they are told."""
    parts: dict[str, list[decisions.PartColumns]] = field(factory=dict)
    inexact: dict[Node, Numbers] = field(factory=dict)
    """Where not everything is worked out: for each student whether what a node comes to is known only alone."""
    left: list[tuple[Phrase, Numbers]] = field(factory=list)
    """What has left students to be worked out alone, and for each student of the chunk whether it was that."""

    def taken(self) -> list[Entries]:
        """The entries of all records that rules have taken."""
        return [*self.entries, *(x.entries() for x in self.together.values())]
