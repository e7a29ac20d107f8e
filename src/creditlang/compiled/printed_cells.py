"""What is looked up by the values of a record: cells of tables, and named values from a day on."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from creditlang.compiled.policy_at_hand import MOST_KEPT, PolicyAtHand, closed
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.interpreter.table_cells import cell_of

Label = tuple[str, tuple[str, ...]]
"""A cell as the coverage of examples names it: its table, and its labels."""


class PrintedCells(dict[Any, Decimal]):
    """The cells of a table by the values that they are read at, each found by the interpreter when it is first asked.

    Raises `Undetermined` where nothing is printed.
    """

    def __init__(self, table: e.Table, shown: Callable[[str], str]) -> None:
        """`shown` gives a key as people call it."""
        super().__init__()
        self.table, self.shown = table, shown
        self.labels: dict[Any, Label] = {}

    def __missing__(self, keys: tuple[Any, ...]) -> Decimal:
        return self._found(keys)[0]

    def noted(self, read: set[Label], keys: tuple[Any, ...]) -> Decimal:
        """The cell at some values, of which it is noted that it was read."""
        label = self.labels.get(keys)
        if label is None:
            amount, label = self._found(keys)
        else:
            amount = self[keys]
        read.add(label)
        return amount

    def _found(self, keys: tuple[Any, ...]) -> tuple[Decimal, Label]:
        seen: Any = _Seen(self.shown)
        amount: Decimal = closed(cell_of(self.table, keys, seen))
        (label,) = seen.cells
        if len(self) < MOST_KEPT:
            self[keys], self.labels[keys] = amount, label
        return amount, label


class _Seen:
    """What a cell is looked up with in place of a run: which one it was is seen."""

    def __init__(self, shown: Callable[[str], str]) -> None:
        self.cells: set[Label] = set()
        self.shown = shown


class DatedConstants:
    """A named value that changes at dates, and is written as a value at each."""

    def __init__(self, dated: Sequence[o.DatedValue], hand: PolicyAtHand) -> None:
        """The first holds before all dates, too."""
        self.since = [date.fromisoformat(each.since) for each in dated[1:] if each.since is not None]
        self.values = [each.value.value for each in dated if isinstance(each.value, e.Constant)]
        self.teaching, self.otherwise = hand.calendar.teaching, hand.as_of or hand.calendar.last_day

    def on(self, day: date | None, term: str | None) -> Any:
        """The value at a record's day, or at the last teaching day of its semester."""
        at = day or self.teaching.get(term or "") or self.otherwise
        return self.values[bisect_right(self.since, at) if at is not None else 0]


def are_constants(dated: Sequence[o.DatedValue]) -> bool:
    """Whether a named value is written as a value at each of its days, in their order."""
    days = [each.since or "" for each in dated[1:]]
    return all(days) and days == sorted(days) and all(isinstance(each.value, e.Constant) for each in dated)
