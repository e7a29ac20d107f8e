"""What lines do to entries, as tables: for each combination of inputs that occurs, what the interpreter makes of it."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import numpy as np
from attrs import define, field

from creditlang import values as v
from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.line_tables import Known, whole
from creditlang.columnar.numbered import Numbered
from creditlang.core import operators as o
from creditlang.ledger import State
from creditlang.plan.inputs import Input, Reads
from creditlang.plan.tables import MORE, Effect
from creditlang.values import EXACT

_MOST_FACTOR: Final = 2**18
STATES: Final[tuple[State, ...]] = ("live", "void", "unmatched", "invalid")
"""By number."""


@define(eq=False)
class EffectTable:
    """What a line does to entries of records of one kind, by the number of its effect."""

    known: Known
    operator: o.Operator
    rule: o.Rule | None
    kind: str
    reads: Reads
    effects: list[Effect] = field(factory=list)
    does: set[str] = field(factory=set)
    _inputs: frozenset[Input] | None = None
    _numbers: Numbered | None = None
    _columns: dict[str, Numbers] = field(factory=dict)
    _by_effect: dict[Effect, int] = field(factory=dict)

    def of(self, places: Numbers) -> Numbers:
        """The effect on each of some records."""
        keys, size = self.known.keys(self.kind, self.reads, places)
        if self._numbers is None or self._numbers.size != size:
            self._numbers = Numbered(self._ask, size)
        return self._numbers.of(keys, places)

    def _ask(self, places: Numbers) -> list[int]:
        if self._inputs is None:
            reader = self.known.readers[self.kind]
            self._inputs = self.reads.inputs.union(*map(reader.inputs, self.reads.answers))
        found = []
        for made in self.known.made(self.kind, places, self._inputs):
            effect = self.known.filler.effect(self.operator, self.rule, made)
            if effect.does in ("amount", "plus", "rounded") and whole(effect.value, self.known.decimals) is None:
                effect = MORE
            if effect.does == "times" and _factor(effect.value) is None:
                effect = MORE
            if effect not in self._by_effect:
                self._by_effect[effect] = len(self.effects)
                self.effects.append(effect)
                self.does.add(effect.does)
                self._columns.clear()
            found.append(self._by_effect[effect])
        return found

    def column(self, name: str) -> Numbers:
        """Something about each effect, by its number."""
        if name not in self._columns:
            self._columns[name] = np.array([_COLUMNS[name](x, self) for x in self.effects])
        return self._columns[name]

    def those(self, does: str) -> Numbers:
        """Which effects do something."""
        found: Numbers = self.column("does") == does
        return found


def _factor(value: Decimal) -> tuple[int, int] | None:
    """A factor as a fraction of whole numbers."""
    exponent = v.plain(value).as_tuple().exponent
    below = 10 ** max(0, -exponent) if isinstance(exponent, int) else 0
    number = whole(EXACT.multiply(value, Decimal(below)), 0) if below and below <= _MOST_FACTOR else None
    return (number, below) if number is not None and abs(number) <= _MOST_FACTOR else None


_COLUMNS: Final[Mapping[str, Callable[[Effect, EffectTable], Any]]] = {
    "does": lambda x, table: x.does,
    "value": lambda x, table: whole(x.value, table.known.decimals) or 0,
    "factor": lambda x, table: (_factor(x.value) or (0, 1))[0],
    "below": lambda x, table: (_factor(x.value) or (0, 1))[1],
    "sign": lambda x, table: x.sign,
    "text": lambda x, table: table.known.texts.number(x.text),
    "article": lambda x, table: table.known.texts.number(x.article),
    "reason": lambda x, table: table.known.texts.number(x.reason, x.told, table.operator),
    "state": lambda x, table: STATES.index(x.state),
    "told": lambda x, table: x.told is not None,
    "account": lambda x, table: table.known.texts.number(x.account),
    "day": lambda x, table: x.day.toordinal() if x.day is not None else 0,
}
