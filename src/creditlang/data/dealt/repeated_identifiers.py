"""Which record ids of a kind stand in several rows, found without keeping any: by 64 bits of each.

Texts with equal bits are looked at once more, so what comes out is exact.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy
from attrs import define, field

from creditlang.arrow_texts import ArrowTexts
from creditlang.data.cells import BLANKS, strip_cell, text_at
from creditlang.data.dealt.dealt_sheet import DealtSheet

if TYPE_CHECKING:
    import pyarrow

_BLANK: Final = f"^[{BLANKS}]|[{BLANKS}]$"


@define(eq=False)
class RepeatedIdentifiers:
    """Of the sheets of one kind."""

    sheets: list[DealtSheet] = field(factory=list)
    strange: bool = False
    """Whether some look as if they were made of a file and a row, or of another id."""

    def find(self) -> dict[str, tuple[str, int]]:
        """Those that stand in several rows, and the first row of each: its sheet and number."""
        from pyarrow import compute

        bits, closed = [], False
        for texts, *_ in self._all():
            bits.append(ArrowTexts(texts).bits())
            made = (compute.any(compute.starts_with(texts, f"{sheet.table.source}:")) for sheet in self.sheets)
            self.strange |= any(found.as_py() for found in made)
            closed |= bool(compute.any(compute.ends_with(texts, ")")).as_py())
        ordered = numpy.sort(numpy.concatenate([*bits, numpy.empty(0, numpy.uint64)]))
        again = numpy.unique(ordered[1:][ordered[1:] == ordered[:-1]])
        del ordered, bits
        rows: dict[str, list[tuple[str, int]]] = {}
        for texts, numbers, source in self._all() if len(again) else ():
            for at in numpy.flatnonzero(numpy.isin(ArrowTexts(texts).bits(), again)).tolist():
                rows.setdefault(texts[at].as_py(), []).append((source, int(numbers[at])))
        found = {text: places[0] for text, places in rows.items() if len(places) > 1}
        self.strange |= bool(found) and closed
        return found

    def _all(self) -> "Iterator[tuple[pyarrow.StringArray, Any, str]]":
        """The ids that are there, their row numbers and sheet; in broken rows as far as they can be read."""
        import pyarrow
        from pyarrow import compute

        for sheet in self.sheets:
            for cells, rows in sheet.identifiers():
                texts, numbers = cells, rows
                if sheet.broken or compute.any(compute.match_substring_regex(texts, _BLANK)).as_py():
                    given = texts.to_pylist()
                    for at, number in enumerate(numbers.tolist()):
                        if number in sheet.broken:
                            given[at] = text_at(sheet.broken[number][1], sheet.record_id)
                    texts = pyarrow.array(map(strip_cell, given), pyarrow.string())
                there = compute.not_equal(texts, "")
                yield texts.filter(there), numbers[there.to_numpy(zero_copy_only=False)], sheet.table.source
