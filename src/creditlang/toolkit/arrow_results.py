"""A result table as Arrow columns, for programs: Parquet files, data frames, databases that speak Arrow.

Amounts are decimals, exact: all of a column share the smallest number of decimals that holds each of them, with 38
digits in all. A decimal is one number, and an open amount, `1 … 2.5`, is not; so every column of numbers has two
companions:

| column | decided | open, `1 … 2.5` | open without an upper end, `1 …` |
|---|---|---|---|
| `amount` | 1.5 | null | null |
| `amount_low` | 1.5 | 1 | 1 |
| `amount_high` | 1.5 | 2.5 | null |

A sum of the lows and one of the highs thus bound the sum whatever is still decided. A column of numbers that can hold
words as well, as facts do, has a third companion, `value_text`, with the words; the others are null there. Counts are
64-bit whole numbers, days are days, the rest is text; an empty cell is null.

Invariants: nothing is rounded; an amount that does not fit is an error (CR752). The same rows give the same columns.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from creditlang.arrow_texts import ArrowTexts
from creditlang.diagnostics import Place, report
from creditlang.plugin.plugin_error import PluginError
from creditlang.plugin.value_text import text_of
from creditlang.schema import Column, Row, Value
from creditlang.table_columns import FEW, CodedCells, TableColumns, TablePieces

if TYPE_CHECKING:
    import pyarrow

MOST_DIGITS: Final = 38

WITH_WORDS: Final = frozenset({("facts", "value"), ("groups", "value"), ("changes", "before"), ("changes", "after")})
"""Columns of numbers, by table and name, that have a companion for words whether or not there are any."""

_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_RANGE: Final = re.compile(r"(?:(-?[0-9]+(?:\.[0-9]+)?) )?…(?: (-?[0-9]+(?:\.[0-9]+)?))?")


def arrow_table(name: str, columns: Sequence[Column], rows: Iterable[Row]) -> "pyarrow.Table":
    """A result table as an Arrow table. Raises `PluginError` CR752 for an amount of more than 38 digits."""
    return next(arrow_tables(name, columns, rows))


def arrow_tables(
    name: str, columns: Sequence[Column], rows: Iterable[Row], size: int = 0, dictionaries: bool = False
) -> Iterator["pyarrow.Table"]:
    """A result table as Arrow tables of one schema and `size` rows each but the last, or one; at least one comes.

    The rows are gone through twice. With `dictionaries`, texts of which there are few are dictionaries of texts. Raises
    `PluginError` CR752 for an amount of more than 38 digits.
    """
    import pyarrow

    pieces = rows if isinstance(rows, TablePieces) else TableColumns.of(rows, len(columns))
    shapes = [_Shape(name, column) for column in columns]
    for piece in pieces.pieces():
        for shape, cells in zip(shapes, piece.cells, strict=True):
            shape.look_at(cells.at(cells.there))
    taken, schema = {column.name for column in columns}, None
    names = [
        [_free(f"{x.name}{suffix}", taken) if suffix else x.name for suffix in shape.suffixes]
        for x, shape in zip(columns, shapes, strict=True)
    ]
    for piece in cut(pieces.pieces(), size) if len(pieces) else [TableColumns.of([], len(columns))]:
        arrays = [
            array
            for shape, cells in zip(shapes, piece.cells, strict=True)
            for array in shape.arrays(cells, dictionaries)
        ]
        schema = schema or pyarrow.schema(
            [
                pyarrow.field(title, array.type, metadata={"label": x.label} if x.label and title == x.name else None)
                for (x, title), array in zip(
                    ((x, title) for x, own in zip(columns, names, strict=True) for title in own), arrays, strict=True
                )
            ]
        )
        yield pyarrow.Table.from_arrays(arrays, schema=schema)


def cut(pieces: Iterable[TableColumns], size: int) -> Iterator[TableColumns]:
    """The same rows, `size` together, or all."""
    waiting: list[TableColumns] = []
    for piece in pieces:
        start = 0
        while size and (lacking := size - sum(map(len, waiting))) <= len(piece) - start:
            here = piece.chosen(slice(start, start + lacking))
            yield TableColumns.joined([*waiting, here]) if waiting else here
            waiting, start = [], start + lacking
        if start < len(piece):
            waiting.append(piece.chosen(slice(start, None)) if start else piece)
    if waiting:
        yield TableColumns.joined(waiting) if len(waiting) > 1 else waiting[0]


def _free(name: str, taken: set[str]) -> str:
    """A name for a companion that no column has."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name


class _Shape:
    """What a column is in Arrow, as all its cells together make it; text if it holds what it does not promise."""

    def __init__(self, table: str, column: Column) -> None:
        self.table, self.column, self.is_amount = table, column, column.kind == "number"
        kinds: dict[str, type] = {"whole": int, "date": date}
        self.kind = kinds.get(column.kind, str)
        self.wordy = (table, column.name) in WITH_WORDS
        self.whole, self.scale = 1, 0
        self.has_gaps = False
        self.texts: set[str] | None = set()
        """The different ones; None if they are many."""

    def look_at(self, values: Sequence[Value]) -> None:
        """What stands in some of the cells."""
        if self.is_amount:
            self._look_at_amounts(values)
            return
        kinds = {str, type(None)} if isinstance(values, ArrowTexts) else {*map(type, values)}
        if self.kind is not str and not kinds <= {self.kind, type(None)}:
            self.kind = str
        if isinstance(values, ArrowTexts):
            self.has_gaps |= bool(values.array.null_count)
        else:
            self.has_gaps |= None in values
        if self.texts is not None:
            self.texts = None if len(values) > FEW else self.texts.union(map(text_of, values))
            self.texts = None if self.texts is not None and len(self.texts) > FEW else self.texts

    def _look_at_amounts(self, values: Sequence[Value]) -> None:
        parts = [parts_of(value) for value in values]
        sizes = [_size(number) for _, low, high, _ in parts for number in (low, high) if number is not None]
        self.whole = max([self.whole, *(digits for digits, _ in sizes)])
        self.scale = max([self.scale, *(scale for _, scale in sizes)])
        self.wordy |= any(word is not None for *_, word in parts)
        if self.whole + self.scale > MOST_DIGITS:
            raise PluginError(report("CR752", Place(self.table), column=self.column.name, digits=MOST_DIGITS))

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What is added to its name for the column and its companions."""
        return ("", "_low", "_high", *(["_text"] if self.wordy else [])) if self.is_amount else ("",)

    def arrays(self, cells: CodedCells, dictionaries: bool) -> "Iterator[pyarrow.Array]":
        """The column in some rows, and its companions: exact amounts, ends of open ones, all of one scale, words."""
        import pyarrow

        if isinstance(cells.values, ArrowTexts) and self.texts is None:
            yield cells.values.array.take(pyarrow.array(cells.codes))
            return
        # Arrow writes dictionaries in which something is missing to Parquet with bytes that nobody has set.
        if dictionaries and self.kind is str and not self.is_amount and self.texts is not None and not self.has_gaps:
            cells = cells.first_come(text_of)
            known = pyarrow.array(cells.values, pyarrow.string())
            yield pyarrow.DictionaryArray.from_arrays(pyarrow.array(cells.codes), known)
            return
        cells = cells.used()
        values, codes = cells.values, pyarrow.array(cells.codes)
        if self.is_amount:
            parts, decimal = [parts_of(value) for value in values], pyarrow.decimal128(MOST_DIGITS, self.scale)
            column, made = None, cast("Any", None)
            for place, suffix in enumerate(self.suffixes):
                kind = pyarrow.string() if suffix == "_text" else decimal
                if column != (column := [part[place] for part in parts]) or made.type != kind:
                    made = pyarrow.array(column, kind).take(codes)
                yield made  # the same once more where nothing is open
        elif isinstance(values, ArrowTexts):
            yield values.array.take(codes)
        else:
            arrow = {int: pyarrow.int64(), date: pyarrow.date32()}.get(self.kind, pyarrow.string())
            texts = [x if x is None or self.kind is not str else text_of(x) for x in values]
            yield pyarrow.array(texts, arrow).take(codes)


Parts = tuple[Decimal | None, Decimal | None, Decimal | None, str | None]
"""The exact number, the lower and the upper end, and a word."""


def parts_of(value: Value) -> Parts:
    """A value of a column of numbers as what stands in the column and in its companions."""
    match value:
        case None:
            return None, None, None, None
        case bool() | date():
            return None, None, None, text_of(value)
        case Decimal() | int():
            number = Decimal(value)
            return number, number, number, None
        case _:
            return _parts_of_text(value)


@lru_cache(maxsize=65_536)
def _parts_of_text(text: str) -> Parts:
    if _NUMBER.fullmatch(text):
        number = Decimal(text)
        return number, number, number, None
    if (ends := _RANGE.fullmatch(text)) is not None:
        low, high = (Decimal(end) if end else None for end in ends.groups())
        return None, low, high, None
    return None, None, None, text


@lru_cache(maxsize=65_536)
def _size(number: Decimal) -> tuple[int, int]:
    """How many digits a number has before the point, and how many after it that are not zeros at the end."""
    if not number.is_finite():
        raise ValueError("an amount is a finite number")
    if not number:
        return 1, 0
    _, digits, exponent = number.as_tuple()
    decimals = -int(exponent)
    zeros = next(place for place, digit in enumerate(reversed(digits)) if digit)
    return max(number.adjusted() + 1, 1), max(decimals - zeros, 0)
