"""Values of the students of a chunk side by side: of expressions, balances, facts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import numpy as np
from attrs import define, field, frozen

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.line_tables import MOST, Known
from creditlang.ledger import Period
from creditlang.values import EXACT, plain


@frozen(eq=False)
class StudentColumn:
    """A value for each student: numbers as whole numbers of so many decimals, answers, or values by code.

    `known` says who has one.
    """

    numbers: Numbers
    known: Numbers
    decimals: int = 0
    values: Sequence[Any] | None = None
    """By code, unless it is a number or an answer."""

    @staticmethod
    def of(found: Sequence[Any], back: Numbers) -> "StudentColumn":
        """A column of values by code, None for none; who has a number that is too large has none."""
        known = np.array([value is not None for value in found], bool)[back]
        if all(value is None or isinstance(value, bool) for value in found):
            return StudentColumn(np.array([value is True for value in found], bool)[back], known)
        if all(value is None or isinstance(value, Decimal) for value in found):
            numbers = [plain(value) if value is not None else Decimal(0) for value in found]
            decimals = max(max(0, -int(x.as_tuple().exponent)) for x in numbers)
            scaled = [int(EXACT.scaleb(x, decimals)) for x in numbers]
            small = np.array([abs(x) <= MOST for x in scaled], bool)[back]
            fitting = np.array([x if abs(x) <= MOST else 0 for x in scaled], np.int64)[back]
            return StudentColumn(fitting, known & small, decimals)
        return StudentColumn(back, known, values=found)

    @staticmethod
    def same(value: Any, size: int) -> "StudentColumn":
        """A column of one value for everybody, None for none."""
        one = StudentColumn.of([value], np.zeros(1, np.int8))
        numbers, known = (np.broadcast_to(x, size) for x in (one.numbers, one.known))  # takes no room
        return StudentColumn(numbers, known, one.decimals, one.values)

    @property
    def is_answer(self) -> bool:
        return self.numbers.dtype == np.bool_

    def plain(self, at: int) -> Any:
        """The value of a student, as the interpreter has it; None where there is none."""
        if not self.known[at]:
            return None
        if self.values is not None:
            return self.values[int(self.numbers[at])]
        number = int(self.numbers[at])
        return bool(number) if self.is_answer else EXACT.scaleb(Decimal(number), -self.decimals)


@define(eq=False)
class Balance:
    """What an account has, for each student of a chunk: in each of its periods, and over the whole time."""

    keys: list[str]
    amounts: Numbers
    """Students by periods."""
    exists: Numbers
    whole: Numbers


@define(eq=False)
class FactColumns:
    """The value of a fact for each student, by period; "" where it has none."""

    by_period: dict[str, StudentColumn]


FURTHEST: Final = 2**55
"""No number that is added up or compared is larger; whoever has one is worked out alone."""


@define(eq=False)
class StudentState:
    """The students of a chunk, and what has been worked out for them so far."""

    known: Known
    first: int
    size: int
    enrolled: Numbers
    """Students by semesters of the calendar, as numbered there."""
    odd: Numbers
    balances: dict[str, Balance] = field(factory=dict)
    facts: dict[str, FactColumns] = field(factory=dict)
    requirements: dict[str, StudentColumn] = field(factory=dict)
    judged: dict[str, tuple[Numbers, Numbers]] = field(factory=dict)
    """The records of each kind, and what its guards have made of them."""

    @property
    def places(self) -> slice:
        """Where they stand among all students."""
        return slice(self.first, self.first + self.size)

    # ---- periods
    def begun(self, kind: str) -> list[tuple[Period, Numbers]]:
        """The semesters or academic years that have begun, in order, and which students have had each."""
        calendar = self.known.calendar
        found = []
        names = calendar.names if kind == "semester" else calendar.years
        for number, name in enumerate(names):
            if number:
                inside = [number] if kind == "semester" else np.flatnonzero(calendar.year_of == number)
                had: Numbers = np.logical_or.reduce(self.enrolled[:, inside], axis=1)
                span = calendar.plain.span(kind, name)
                if span is not None and had.any():
                    found.append((Period(kind, name, *span), had))
        return found

    def has_ended(self, period: Period) -> bool:
        as_of = self.known.filler.interpreter.as_of
        return as_of is None or period.closes < as_of

    def aside(self, who: Numbers) -> None:
        """Leave some students of the chunk to be worked out alone."""
        if who.any():
            self.odd[self.first + np.flatnonzero(who)] = True

    def nobody(self) -> StudentColumn:
        """No answer for anybody: what guards let stand is known later, and may hang on more than records."""
        self.aside(np.ones(self.size, bool))
        return StudentColumn(np.zeros(self.size, np.int64), np.zeros(self.size, bool))

    # ---- numbers
    def scaled(self, column: StudentColumn, decimals: int) -> Numbers:
        """A column of numbers with so many decimals, no fewer than it has; who has too large a one is left aside."""
        factor = 10 ** (decimals - column.decimals)
        numbers: Numbers = column.numbers.astype(np.int64, copy=False)
        if factor > 1:
            alike = numbers.strides == (0,)
            numbers = numbers[:1] if alike else numbers
            large = np.abs(numbers) > FURTHEST // factor
            if large.any():
                self.aside(column.known & large)
                numbers = np.where(large, 0, numbers)
            numbers = numbers * min(factor, FURTHEST)
            numbers = np.broadcast_to(numbers, self.size) if alike else numbers
        return numbers

    def joined(self, parts: Sequence[tuple[Numbers, StudentColumn]]) -> StudentColumn:
        """One column of several, each for some students; for the others nothing is known."""
        size = self.size
        known = np.zeros(size, bool)
        if not parts:
            return StudentColumn(np.zeros(size, np.int64), known)
        values: list[Any] | None = None
        decimals = max(column.decimals for _, column in parts)
        if any(column.values is not None for _, column in parts):
            values = []
        numbers = np.zeros(size, bool if all(column.is_answer for _, column in parts) else np.int64)
        for who, column in parts:
            own = column.numbers
            if values is not None:
                own = own + len(values)
                values += column.values or ()
            elif numbers.dtype != np.bool_:
                own = self.scaled(column, decimals)
            numbers, known = np.where(who, own, numbers), np.where(who, column.known, known)
        return StudentColumn(numbers, known, decimals, values)
