"""Arrays of several kinds of records as one, which is laid out only where somebody looks at several kinds at once."""

from bisect import bisect
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from creditlang.columnar.coded_periods import Numbers


class SideBySide:
    """The arrays of all kinds in their order, one behind the other; taken from as one array is."""

    def __init__(self, parts: Sequence[Numbers]) -> None:
        """`parts`, none of which is changed later."""
        self.parts = parts
        self._firsts = [0, *accumulate(map(len, parts))]

    def __len__(self) -> int:
        return self._firsts[-1]

    @cached_property
    def whole(self) -> Numbers:
        """All of them."""
        return self.parts[0] if len(self.parts) == 1 else np.concatenate(self.parts)

    def __getitem__(self, places: Numbers | slice | int) -> Any:
        """Those at some places; of a slice within one kind as they stand there."""
        if isinstance(places, int):
            number = bisect(self._firsts, places) - 1
            return self.parts[number][places - self._firsts[number]]
        if isinstance(places, slice):
            ends = places.start, max(places.start, places.stop - 1)
        elif places.dtype == np.bool_:
            return self.whole[places]
        else:
            ends = (int(places.min()), int(places.max())) if len(places) else (0, 0)
        number, last = (min(bisect(self._firsts, end), len(self.parts)) - 1 for end in ends)
        if number != last:
            return self.whole[places]
        first = self._firsts[number]
        own = slice(places.start - first, places.stop - first) if isinstance(places, slice) else places - first
        found: Numbers = self.parts[number][own]
        return found
