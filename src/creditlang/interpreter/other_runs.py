"""The same student worked out as of other days, or with data that stop just before a record; each once."""

from collections.abc import Callable
from datetime import date
from typing import Final, Generic, TypeVar

from attrs import define, field

from creditlang.ledger import Record

R = TypeVar("R")
MOST_RUNS: Final = 2_000
"""On how many days, and before how many records, an account of one student is worked out anew."""


@define(eq=False)
class OtherRuns(Generic[R]):
    """All runs of one student that end earlier, which share what each has worked out.

    Each goes as far as an account needs that is asked for; for none, up to the moves.
    """

    work_out: Callable[[str, date, Record | None], R] | None
    """None once nothing more is asked."""
    known: dict[str, dict[tuple[date, str, str], R]] = field(factory=dict)
    too_many: set[str] = field(factory=set)
    """The accounts that were asked for on more days than can be looked back on."""

    def then(self, account: str, day: date, before: Record | None = None) -> R | None:
        """The run as of a day, its data stopping before a record if one is given; none beyond the most there may be."""
        known = self.known.setdefault(account, {})
        key = (day, before.kind, before.identifier) if before is not None else (day, "", "")
        if key not in known and len(known) >= MOST_RUNS:
            self.too_many |= {account} - {""}
            return None
        if key not in known and self.work_out is not None:
            known[key] = self.work_out(account, day, before)
        return known[key]

    def close(self, close: Callable[[R], None]) -> None:
        """Let all of them go, each closed."""
        runs = [run for known in self.known.values() for run in known.values()]
        self.known, self.work_out = {}, None
        for run in runs:
            close(run)
