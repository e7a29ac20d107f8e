"""What one rule, or one account, did to all students together."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from attrs import define, field

from creditlang import values as v
from creditlang.comparison.changes import Change
from creditlang.values import ZERO


@define
class Sum:
    """How many students gain and lose by something, how much in all, and at most; `largest` of a value is its own."""

    unit: str
    article: str
    students: int = 0
    gained: int = 0
    lost: int = 0
    open: int = 0
    """Students for whom it is not decided how much more or less it is."""
    sum: v.Number = ZERO
    largest: v.Number = ZERO
    """The difference, with its sign, of the student with the largest one."""
    measured: int = 0
    """Students for whom there is a number at all; some open amounts have no upper end."""
    crossings: int = 0
    """Students of whom a requirement has another status by it."""
    lines: "Counter[tuple[str, str]]" = field(factory=Counter)
    """The lines of the policy that did it, each with its article, by the number of students."""

    def add(self, changes: Sequence[Change]) -> None:
        """Take in the changes of one student; where there are several, they are of periods."""
        self.students += 1
        moved = [change.difference for change in changes]
        numbers = [x for x in moved if x is not None]
        total = v.total(numbers)
        way = _way(changes, total)
        self.gained += way > 0
        self.lost += way < 0
        self.open += len(numbers) < len(moved) or not isinstance(total, Decimal)
        self.measured += bool(numbers)
        self.sum = v.add(self.sum, total)
        self.largest = max(self.largest, total, key=_size)
        self.lines.update({(change.line, change.article) for change in changes if change.line})

    def note(self, cause: Change, effects: set[int]) -> None:
        """Take in something that is no amount, by whether what it did to one student is more (1) or less (-1)."""
        self.students += 1
        self.gained += effects == {1}
        self.lost += effects == {-1}
        if cause.difference is not None:
            self.measured += 1
            self.largest = max(self.largest, cause.difference, key=_size)

    @property
    def line(self) -> str:
        """The line that did it for most students."""
        return self._most[0]

    @property
    def place(self) -> str:
        """The article of that line."""
        return self._most[1] or self.article

    @property
    def _most(self) -> tuple[str, str]:
        return min(self.lines, key=lambda each: (-self.lines[each], each), default=("", ""))


def _size(number: v.Number) -> tuple[Decimal, Decimal]:
    return max(v.high(number), v.high(v.negative(number))), v.low(number)


def _way(changes: Sequence[Change], total: v.Number) -> int:
    if len(changes) > 1:
        return (v.low(total) > 0) - (v.high(total) < 0)
    return changes[0].direction
