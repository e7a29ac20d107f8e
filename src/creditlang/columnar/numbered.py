"""Numbers for keys, found by asking about the first that has each."""

from collections.abc import Callable
from typing import Final

import numpy as np
from attrs import define, field

from creditlang.columnar.coded_periods import Numbers

_DENSE: Final = 1 << 20
"""Fewer keys than this stand in an array."""


@define(eq=False)
class Numbered:
    """Numbers for keys: of each key that has not been met before, `ask` is told the place of a record with it."""

    ask: Callable[[int], int]
    size: int
    _dense: Numbers | None = None
    _known: dict[int, int] = field(factory=dict)

    def of(self, keys: Numbers, places: Numbers) -> Numbers:
        """The number for each key; `places` are those of the records that have them."""
        if self.size <= _DENSE:
            if self._dense is None:
                self._dense = np.full(self.size, -1, np.int32)
            found = self._dense[keys]
            new = np.flatnonzero(found < 0)
            if len(new):
                for key, at in zip(*np.unique(keys[new], return_index=True), strict=True):
                    self._dense[key] = self.ask(int(places[new[at]]))
                found = self._dense[keys]
            return found
        distinct, first, back = np.unique(keys, return_index=True, return_inverse=True)
        for key, at in zip(distinct.tolist(), first.tolist(), strict=True):
            if key not in self._known:
                self._known[key] = self.ask(int(places[at]))
        numbers = np.fromiter((self._known[key] for key in distinct.tolist()), np.int32, len(distinct))
        return numbers[back]
