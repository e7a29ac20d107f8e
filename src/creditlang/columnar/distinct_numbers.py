"""Which numbers stand in an array, without sorting it where they lie close together."""

from typing import Final

import numpy as np

from creditlang.columnar.coded_periods import Numbers

_NARROW: Final = 1 << 22
"""Numbers that lie closer together than this are looked up in a table, if there are enough of them."""
_SMALL: Final = 1 << 16
_ENOUGH: Final = 16


def is_narrow(span: int, count: int) -> bool:
    """Whether so many numbers that lie so close together are looked up in a table, rather than sorted."""
    return span <= max(_SMALL, min(_NARROW, _ENOUGH * count))


def distinct_numbers(numbers: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """The distinct numbers, rising; where each stands first; and for each number its position among them."""
    least = int(numbers.min()) if len(numbers) else 0
    span = int(numbers.max()) - least + 1 if len(numbers) else 1
    if not is_narrow(span, len(numbers)):
        values, first, codes = np.unique(numbers, return_index=True, return_inverse=True)
        return values, first, codes
    within = numbers - least
    firsts = np.full(span, -1, np.int64)
    firsts[within[::-1]] = np.arange(len(numbers) - 1, -1, -1)
    there = np.flatnonzero(firsts >= 0)
    codes = np.zeros(span, np.int32)
    codes[there] = np.arange(len(there))
    return there + least, firsts[there], codes[within]


def first_places(numbers: Numbers, marks: Numbers) -> Numbers:
    """Where each of some numbers from 0 stands first; what stands there in `marks` is overwritten."""
    places = -1 - np.arange(len(numbers), dtype=np.int32)
    marks[numbers[::-1]] = places[::-1]  # of several, the first is put there last
    found: Numbers = np.flatnonzero(marks[numbers] == places)
    return found
