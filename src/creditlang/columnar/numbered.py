"""Numbers for keys, found by asking about the first that has each; and for texts."""

from collections.abc import Callable

import numpy as np
from attrs import define, field

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.distinct_numbers import first_places, is_narrow
from creditlang.core import operators as o
from creditlang.diagnostics import Diagnostic


@define(eq=False)
class Numbered:
    """Numbers for keys: of the keys that have not been met before, `ask` is told the place of a record with each."""

    ask: Callable[[Numbers], list[int]]
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
                self._dense[keys[first]] = self.ask(places[new[first]])
                found[new] = self._dense[keys]
            return found
        distinct, first, back = np.unique(keys, return_index=True, return_inverse=True)
        keys = distinct.tolist()
        unknown = [at for at, key in enumerate(keys) if key not in self._known]
        if unknown:
            self._known |= zip([keys[at] for at in unknown], self.ask(places[first[unknown]]), strict=True)
        return np.array([self._known[key] for key in keys], np.int32)[back]


class Texts:
    """Texts by number, each once; phrases with their other language; reasons with what else is said of a record."""

    def __init__(self) -> None:
        """With the empty text as number 0."""
        self.texts: list[str] = [""]
        self.told: dict[int, tuple[Diagnostic, o.Operator | None]] = {}
        """By the numbers of reasons: what is said of a record, and the line by which."""
        self._known: dict[tuple[str, str, Diagnostic | None, int], int] = {("", "", None, 0): 0}

    def number(self, text: str, told: Diagnostic | None = None, by: o.Operator | None = None) -> int:
        """The number of a text, or of a reason that has more `told` of a record, by a line."""
        key = (str(text), getattr(text, "zh", ""), told, id(by) if told is not None else 0)
        if key not in self._known:
            self._known[key] = len(self.texts)
            self.texts.append(text)
            if told is not None:
                self.told[len(self.texts) - 1] = told, by
        return self._known[key]
