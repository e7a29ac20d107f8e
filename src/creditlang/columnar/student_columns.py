"""Values of the students of a chunk side by side: of expressions, balances, facts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from attrs import define, frozen

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.line_tables import MOST
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
