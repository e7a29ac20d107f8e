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
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from creditlang.diagnostics import Place, report
from creditlang.plugin.plugin_error import PluginError
from creditlang.plugin.value_text import text_of
from creditlang.schema import BATCH_ROWS, Column, Row, Value

if TYPE_CHECKING:
    import pyarrow

MOST_DIGITS: Final = 38

WITH_WORDS: Final = frozenset({("facts", "value"), ("changes", "before"), ("changes", "after")})
"""Columns of numbers, by table and name, that have a companion for words whether or not there are any."""

_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_RANGE: Final = re.compile(r"(?:(-?[0-9]+(?:\.[0-9]+)?) )?…(?: (-?[0-9]+(?:\.[0-9]+)?))?")


def arrow_table(name: str, columns: Sequence[Column], rows: Iterable[Row]) -> "pyarrow.Table":
    """A result table as an Arrow table. Raises `PluginError` CR752 for an amount of more than 38 digits."""
    import pyarrow

    parts = [_part(name, column) for column in columns]
    for batch in _batches(rows):
        for part, values in zip(parts, zip(*batch, strict=True), strict=True):
            part.add(values)
    taken = {column.name for column in columns}
    fields, arrays = [], []
    for part in parts:
        for suffix, array in part.arrays(name):
            title = part.column.name if not suffix else _free(f"{part.column.name}{suffix}", taken)
            label = part.column.label
            fields.append(pyarrow.field(title, array.type, metadata={"label": label} if label and not suffix else None))
            arrays.append(array)
    return pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(rows)
    while taken := list(islice(source, BATCH_ROWS)):
        yield taken


def _free(name: str, taken: set[str]) -> str:
    """A name for a companion that no column has."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name


@define
class _Texts:
    """A column of text, and of whatever is not what its column promises."""

    column: Column
    chunks: list[Any] = field(factory=list)

    def add(self, values: Sequence[Value]) -> None:
        """The next values."""
        import pyarrow

        texts = [None if value is None else text_of(value) for value in values]
        self.chunks.append(pyarrow.array(texts, pyarrow.string()))

    def arrays(self, _table: str) -> Iterator[tuple[str, Any]]:
        """The one column."""
        import pyarrow

        yield "", pyarrow.chunked_array(self.chunks, pyarrow.string())


@define
class _Plain:
    """A column of days or of whole numbers; it becomes one of text when anything else stands in it."""

    column: Column
    kind: type
    arrow: Callable[[], Any]
    values: list[Value] = field(factory=list)

    def add(self, values: Sequence[Value]) -> None:
        """The next values."""
        self.values.extend(values)

    def arrays(self, table: str) -> Iterator[tuple[str, Any]]:
        """The one column."""
        import pyarrow

        if all(value is None or type(value) is self.kind for value in self.values):
            yield "", pyarrow.chunked_array([pyarrow.array(self.values, self.arrow())])
            return
        texts = _Texts(self.column)
        texts.add(self.values)
        yield from texts.arrays(table)


@define
class _Amounts:
    """A column of amounts: exact ones, the ends of open ones, and words."""

    column: Column
    with_words: bool
    scale: int = 0
    whole: int = 1
    has_words: bool = False
    exact: list[Any] = field(factory=list)
    low: list[Any] = field(factory=list)
    high: list[Any] = field(factory=list)
    words: list[Any] = field(factory=list)

    def add(self, values: Sequence[Value]) -> None:
        """The next values, as decimals of the scale that they need among themselves."""
        import pyarrow

        parts = [parts_of(value) for value in values]
        scale = 0
        for _, low, high, word in parts:
            for number in (low, high):
                if number is not None:
                    digits, decimals = _size(number)
                    scale, self.whole = max(scale, decimals), max(self.whole, digits)
            self.has_words = self.has_words or word is not None
        self.scale = max(self.scale, scale)
        if self.whole + self.scale > MOST_DIGITS:
            return
        kind = pyarrow.decimal128(MOST_DIGITS, scale)
        for place, chunks in enumerate((self.exact, self.low, self.high)):
            chunks.append(pyarrow.array([part[place] for part in parts], kind))
        self.words.append(pyarrow.array([part[3] for part in parts], pyarrow.string()))

    def arrays(self, table: str) -> Iterator[tuple[str, Any]]:
        """The column and its companions, all of one scale."""
        import pyarrow

        if self.whole + self.scale > MOST_DIGITS:
            raise PluginError(report("CR752", Place(table), column=self.column.name, digits=MOST_DIGITS))
        kind = pyarrow.decimal128(MOST_DIGITS, self.scale)
        for suffix, chunks in (("", self.exact), ("_low", self.low), ("_high", self.high)):
            yield suffix, pyarrow.chunked_array([chunk.cast(kind) for chunk in chunks], kind)
        if self.with_words or self.has_words:
            yield "_text", pyarrow.chunked_array(self.words, pyarrow.string())


def _part(table: str, column: Column) -> _Texts | _Plain | _Amounts:
    import pyarrow

    match column.kind:
        case "number":
            return _Amounts(column, (table, column.name) in WITH_WORDS)
        case "whole":
            return _Plain(column, int, pyarrow.int64)
        case "date":
            return _Plain(column, date, pyarrow.date32)
        case _:
            return _Texts(column)


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
