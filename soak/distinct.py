"""How many different things have been seen, counted without keeping them."""

from hashlib import blake2b
from typing import Final

from attrs import define, field

MOST_KEPT: Final = 8192
"""With the least so many numbers of things kept, the count is exact below, and above within one per cent or so."""
_ALL: Final = 2**56


@define
class Distinct:
    """Of numbers that are spread evenly over a range, the least tell how many there are; of two runs, those of both.

    Source: Bar-Yossef et al., Counting distinct elements in a data stream, 2002.
    """

    least: set[int] = field(factory=set, init=False)
    _bound: int = field(default=_ALL, init=True)

    def add(self, *parts: bytes) -> None:
        """See a thing, once more or for the first time."""
        digest = blake2b(digest_size=7)
        for part in parts:
            digest.update(part)
        number = int.from_bytes(digest.digest())
        if number < self._bound:
            self.least.add(number)
            if len(self.least) > 2 * MOST_KEPT:
                self.least = {*self._kept()}
                self._bound = max(self.least)

    def _kept(self) -> list[int]:
        return sorted(self.least)[:MOST_KEPT]

    @property
    def count(self) -> int:
        """How many there are."""
        kept = self._kept()
        return len(kept) if len(kept) < MOST_KEPT else round((MOST_KEPT - 1) * _ALL / kept[-1])
