"""Arrays of several kinds of records as one, which is laid out only where somebody looks at several kinds at once."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from creditlang.columnar.coded_periods import Numbers


class SideBySide:
    """The arrays of all kinds in their order, one behind the other; taken from as one array is."""

    def __init__(self, parts: Sequence[Numbers]) -> None:
        """`parts`, none of which is changed later."""
        self.parts = parts
        self._firsts = np.cumsum([0, *map(len, parts)])

    def __len__(self) -> int:
        return int(self._firsts[-1])

    @cached_property
    def whole(self) -> Numbers:
        """All of them."""
        return self.parts[0] if len(self.parts) == 1 else np.concatenate(self.parts)

    def __getitem__(self, places: Numbers | slice | int) -> Numbers:
        """Those at some places; of a slice within one kind as they stand there."""
        ends: tuple[int, int] = (0, 0)
        if isinstance(places, slice):
            ends = places.start, max(places.start, places.stop - 1)
        elif isinstance(places, int):
            ends = places, places
        elif places.dtype == np.bool_:
            return self.whole[places]
        elif len(places):
            ends = int(places.min()), int(places.max())
        number, last = np.searchsorted(self._firsts, ends, "right").tolist()
        if number != last:
            return self.whole[places]
        first = int(self._firsts[number - 1])
        own = slice(places.start - first, places.stop - first) if isinstance(places, slice) else places - first
        found: Numbers = self.parts[number - 1][own]
        return found
