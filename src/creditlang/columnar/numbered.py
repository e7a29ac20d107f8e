"""Numbers for keys, found by asking about the first that has each."""

from collections.abc import Callable

import numpy as np
from attrs import define, field

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.distinct_numbers import first_places, is_narrow


@define(eq=False)
class Numbered:
    """Numbers for keys: of each key that has not been met before, `ask` is told the place of a record with it."""

    ask: Callable[[int], int]
    size: int
    _dense: Numbers | None = None
    _known: dict[int, int] = field(factory=dict)

    def of(self, keys: Numbers, places: Numbers) -> Numbers:
        """The number for each key; `places` are those of the records that have them."""
        if self._dense is None and is_narrow(self.size, len(keys)):
            self._dense = np.full(self.size, -1, np.int32)
        if self._dense is not None:
            found: Numbers = self._dense[keys]
            new = np.flatnonzero(found < 0)
            if len(new):
                keys = keys[new]
                first = first_places(keys, self._dense)
                for key, at in zip(keys[first].tolist(), new[first].tolist(), strict=True):
                    self._dense[key] = self._number(key, int(places[at]))
                found[new] = self._dense[keys]
            return found
        distinct, first, back = np.unique(keys, return_index=True, return_inverse=True)
        pairs = zip(distinct.tolist(), places[first].tolist(), strict=True)
        return np.fromiter((self._number(*pair) for pair in pairs), np.int32, len(distinct))[back]

    def _number(self, key: int, place: int) -> int:
        if key not in self._known:
            self._known[key] = self.ask(place)
        return self._known[key]
