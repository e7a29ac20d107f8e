"""Printed tables to the core: headings become keys, cells numbers.

A table of one dimension has a row for each label; a table of two has its column labels in the first row. A dash is an
empty cell. A triangle, in which each row may be one cell longer than the one above, needs no dashes. Cells are counted
from the left, and compared with the place of their heading on the page.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from creditlang.core.expressions import Band, Table
from creditlang.core.lower.scope import Scope
from creditlang.diagnostics import Phrase, either, nearest
from creditlang.frozen_mapping import FrozenMapping
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.types import UNKNOWN, WHOLE, YES_OR_NO, Type
from creditlang.values import EXACT, plain
from creditlang.words import EXPECTED

ONE_OR_TWO = Phrase("one or two", "一至两")
"""How many dimensions a table has."""


def build_table(
    scope: Scope, name: str, dimensions: Sequence[Type], names: Sequence[str], rows: Sequence[t.Row], span: Span
) -> Table:
    """The table of `rows` over `dimensions`, whose labels are values of those types."""
    if len(dimensions) == 1:
        labels, cells = _column(scope, dimensions[0], names[0], rows)
        bands = _bands(scope, [row.cells[0] for row in rows])
        return Table(name, tuple(names), (labels,), cells, {names[0]: bands} if bands else {})
    if len(dimensions) != 2 or not rows:
        scope.report("CR206", span, table=name, needed=ONE_OR_TWO, given=len(dimensions))
        return Table(name, tuple(names), tuple(() for _ in dimensions), {})
    return _grid(scope, name, dimensions, names, rows)


def dimension_type(scope: Scope, name: str, labels: Sequence[t.Cell]) -> Type:
    """What a dimension's labels are values of: the scale or choice of that name, numbers, or what fits them all."""
    enumeration = scope.program.canonical("enumeration", name)
    if enumeration:
        return Type("value", enumeration=enumeration)
    if all(label.kind in ("NUMBER", "BAND") for label in labels):
        return WHOLE
    if all(label.kind in ("YES", "NO") for label in labels):
        return YES_OR_NO
    attribute = scope.program.canonical("attribute", name)
    if attribute and scope.program.attributes[attribute].type.enumeration:
        return scope.program.attributes[attribute].type
    fitting = [
        key
        for key, candidate in scope.program.enumerations.items()
        if all(candidate.value(_written(label)) for label in labels)
    ]
    named = [key for key in fitting if key.split("@")[0] == name]
    if len(named) == 1 or len(fitting) == 1:
        return Type("value", enumeration=(named or fitting)[0])
    where = labels[0].span if labels else None
    scope.report("CR109", where, name=name, choices=", ".join(key.split("@")[0] for key in fitting) or "-")
    return UNKNOWN


def _written(cell: t.Cell) -> str:
    """A heading as a name: a choice may have a value that is called 是."""
    return cell.span.text if cell.kind in ("YES", "NO") else cell.text


def _label(scope: Scope, kind: Type, dimension: str, cell: t.Cell) -> str | None:
    if kind.name == "number" and cell.kind in ("NUMBER", "BAND"):
        return key_text(Decimal(cell.text)) if cell.kind == "NUMBER" else cell.text
    if kind.name == "yes or no" and cell.kind in ("YES", "NO"):
        return "yes" if cell.kind == "YES" else "no"
    value = scope.value_of(kind, _written(cell))
    if value is None and kind is not UNKNOWN:
        near = nearest(cell.text, scope.texts_of(kind)) or ""
        scope.report("CR305", cell.span, label=cell.text, dimension=dimension, nearest=near)
    return value


def _bands(scope: Scope, cells: Sequence[t.Cell]) -> Mapping[str, Band]:
    """The bands that headings are, by their labels, if one of them is a band; bands that meet are reported."""
    if not any(cell.kind == "BAND" for cell in cells):
        return {}
    found: dict[str, Band] = {}
    for cell in cells:
        match = _BAND.fullmatch(cell.text)
        if match is None:  # reported as no value of the dimension
            continue
        below, low, high, and_more = match.groups()
        band = Band(Decimal(low), Decimal(high or low))
        if below is not None:
            band = Band(high=band.low, open=True) if below == "不足" else Band(band.low, open=True)
        elif and_more is not None:
            band = Band(high=band.low) if and_more.endswith("下") else Band(band.low)
        if and_more == "以下":
            forms = either([Phrase(f"“{low}及以下”", f"“{low}及以下”"), Phrase(f"“不足{low}”", f"“不足{low}”")])
            scope.report("CR114", cell.span, written=cell.text, forms=forms)
        if band.low > band.high:
            scope.report("CR110", cell.span, value=cell.text, expected=EXPECTED["range"])
        other = next((label for label, known in found.items() if _meet(band, known)), None)
        if other is not None and cell.text not in found:
            scope.report("CR306", cell.span, label=cell.text, other=other)
        found[_label_text(cell)] = band
    return FrozenMapping(found)


def _label_text(cell: t.Cell) -> str:
    return key_text(Decimal(cell.text)) if cell.kind == "NUMBER" else cell.text


def _meet(one: Band, two: Band) -> bool:
    """Whether a number lies in both."""
    low, high = max(one.low, two.low), min(one.high, two.high)
    return low < high or (low == high and one.meets(low, low) and two.meets(low, low))


def check_gaps(scope: Scope, table: Table, kinds: Sequence[Type], span: Span) -> None:
    """Warn of numbers between two bands, where what is looked up can be one of them."""
    for name, kind in zip(table.dimensions, kinds, strict=False):
        in_order = sorted(table.bands.get(name, {}).values(), key=lambda band: band.low)
        for one, two in pairwise(in_order):
            between = EXACT.divide(EXACT.add(one.high, two.low), Decimal(2))
            if not kind.decimals:
                between = one.high if one.open and one.high > one.low else EXACT.add(one.high, 1)
            if not one.meets(between, between) and not two.meets(between, between) and one.high <= between <= two.low:
                shown = f"{plain(between):f}"
                scope.report("CR312", span, witness=Phrase(f"{name} is {shown}", f"{name}为{shown}"))


_BAND = re.compile(r"(不足|超过)?(\d+(?:\.\d+)?)(?:[-–—~](\d+(?:\.\d+)?)|(及?以[上下]|\+))?")


def key_text(value: object) -> str:
    """A key as the labels of tables write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{plain(value):f}"
    return str(value)


def _number(scope: Scope, cell: t.Cell) -> Decimal | None:
    if cell.kind in ("NUMBER", "PERCENT"):
        return Decimal(cell.text)
    if cell.kind != "EMPTY":
        scope.report("CR201", cell.span, found=EXPECTED["name"], expected=EXPECTED["number"])
    return None


def _column(
    scope: Scope, kind: Type, dimension: str, rows: Sequence[t.Row]
) -> tuple[tuple[str, ...], dict[tuple[str, ...], Decimal]]:
    labels: dict[str, None] = {}
    cells: dict[tuple[str, ...], Decimal] = {}
    for row in rows:
        if len(row.cells) != 2:
            _wrong_length(scope, row, len(row.cells), 2)
            continue
        label = _label(scope, kind, dimension, row.cells[0])
        number = _number(scope, row.cells[1])
        if label is None:
            continue
        if label in labels:
            scope.report("CR304", row.cells[0].span, label=row.cells[0].text)
        labels[label] = None
        if number is not None:
            cells[(label,)] = number
    return tuple(labels), cells


def _wrong_length(scope: Scope, row: t.Row, given: int, needed: int) -> None:
    empty = Phrase("write a dash - for an empty cell", "空着的格子请写一个减号 -")
    words = Phrase(
        "write only values and numbers: no units, and no names with blanks",
        "只写取值和数字，不写单位，名称里不要有空格",
    )
    scope.report("CR301", row.span, given=given, needed=needed, instead=empty if given < needed else words)


def _grid(scope: Scope, name: str, dimensions: Sequence[Type], names: Sequence[str], rows: Sequence[t.Row]) -> Table:
    heading, *body = rows
    across = [_label(scope, dimensions[1], names[1], cell) for cell in heading.cells]
    known: set[str] = set()
    for label, cell in zip(across, heading.cells, strict=True):
        if label in known:
            scope.report("CR304", cell.span, label=cell.text)
        known |= {label} if label else set()
    triangle = [len(row.cells) - 1 for row in body]
    is_triangle = all(later - earlier in (0, 1) for earlier, later in pairwise(triangle))
    down: dict[str, None] = {}
    middles = [_middle(cell) for cell in heading.cells]
    in_order = sorted(middles)
    cells: dict[tuple[str, ...], Decimal] = {}
    for row in body:
        label = _label(scope, dimensions[0], names[0], row.cells[0])
        given = len(row.cells) - 1
        if given > len(across) or (given < len(across) and not (is_triangle and triangle[0] < triangle[-1])):
            _wrong_length(scope, row, given, len(across))
        if label is None:
            continue
        if label in down:
            scope.report("CR304", row.cells[0].span, label=row.cells[0].text)
        down[label] = None
        for column, cell, own in zip(across, row.cells[1:], middles, strict=False):
            number = _number(scope, cell)
            _check_place(scope, cell, in_order, own)
            if number is not None and column is not None:
                cells[label, column] = number
    bands = zip(names, (_bands(scope, [row.cells[0] for row in body]), _bands(scope, heading.cells)), strict=True)
    found = {dimension: known for dimension, known in bands if known}
    return Table(name, tuple(names), (tuple(down), tuple(label for label in across if label)), cells, found)


def _check_place(scope: Scope, cell: t.Cell, headings: Sequence[int], own: int) -> None:
    """Warn when a cell stands under another heading than its own: a sign that one before it is missing.

    `headings` are the middles of all, from left to right, `own` that of its own.
    """
    middle = _middle(cell)
    place = bisect_left(headings, middle)
    closest = min(abs(heading - middle) for heading in headings[max(0, place - 1) : place + 1])
    if closest + 4 < abs(own - middle):
        scope.report("CR302", cell.span)


def _middle(cell: t.Cell) -> int:
    """Twice the column of a cell's middle."""
    source = cell.span.source
    start, end = source.position(cell.span.start), source.position(cell.span.end)
    return start.display_column + end.display_column
