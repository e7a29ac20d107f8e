"""Tables read at values: the cell that is printed for them."""

from collections.abc import Sequence
from decimal import Decimal
from functools import reduce
from itertools import product
from typing import Any

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core.lower.printed_tables import key_text
from creditlang.diagnostics import Phrase
from creditlang.interpreter.student_run import Run
from creditlang.values import Undetermined


def cell_of(table: e.Table, values: Sequence[Any], run: Run) -> v.Number:
    """The cell at some values; all that it may be where one is open. Raises `Undetermined` where nothing is printed, or
    may be.
    """
    labels = [_labels_of(table, place, value) for place, value in enumerate(values)]
    possible = list(product(*labels))
    known = [keys for keys in possible if keys in table.cells]
    run.cells.update((table.name, keys) for keys in known)
    if len(known) < len(possible):
        shown = " × ".join(run.shown(key_text(value)) for value in values)
        reason = Phrase(f"nothing is printed for {shown}", f"条文没有列出{shown}的标准")
        raise Undetermined("cell", reason, perhaps=v.OPEN if known else None)
    cells: list[v.Number] = [table.cells[keys] for keys in known]
    return reduce(v.hull, cells)


def _labels_of(table: e.Table, place: int, value: Any) -> list[str]:
    """The labels along a dimension that a value has; those that it may have, where it is open, and “” for none."""
    bands = table.bands.get(table.dimensions[place], {})
    if not isinstance(value, v.Interval) and not (bands and isinstance(value, Decimal)):
        if value is v.OPEN:
            return ["yes", "no"] if {"yes", "no"} & {*table.labels[place]} else list(table.labels[place])
        return [key_text(value)]
    own = bands or {label: e.Band(Decimal(label), Decimal(label)) for label in table.labels[place]}
    least, most = v.low(value), v.high(value)
    found = {label: band for label, band in own.items() if band.meets(least, most)}
    reached, step = least, int(all(end == end.to_integral_value() for end in (least, most)))
    for band in sorted(found.values(), key=lambda band: band.low):
        reached = reached if band.low > v.EXACT.add(reached, step) else max(reached, band.high)
    return [*found, *([""] if reached < most or not found else [])]
