"""The same student worked out as of other days, or with data that stop just before a record; each once."""

from collections.abc import Callable
from datetime import date
from typing import Final, Generic, TypeVar

from attrs import define, field

from creditlang.diagnostics import Phrase
from creditlang.ledger import Record
from creditlang.values import Undetermined

R = TypeVar("R")
MOST_RUNS: Final = 2_000
"""On how many days, and before how many records, one student is worked out anew."""


@define(eq=False)
class OtherRuns(Generic[R]):
    """All runs of one student up to the moves, which share what each has worked out."""

    work_out: Callable[[date, Record | None], R]
    known: dict[tuple[date, str, str], R] = field(factory=dict)

    def then(self, day: date, before: Record | None = None) -> R:
        """The run as of a day, its data stopping before a record if one is given. Raises `Undetermined` after many."""
        key = (day, before.kind, before.identifier) if before is not None else (day, "", "")
        if key not in self.known:
            if len(self.known) >= MOST_RUNS:
                raise Undetermined("case", Phrase("there are too many days to look back on", "需要回溯的日子过多"))
            self.known[key] = self.work_out(day, before)
        return self.known[key]
