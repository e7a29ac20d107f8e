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
from typing import TYPE_CHECKING, Any, Final

from creditlang.diagnostics import Place, report
from creditlang.plugin.plugin_error import PluginError
from creditlang.plugin.value_text import text_of
from creditlang.schema import Column, Row, Value
from creditlang.table_columns import FEW, CodedCells, TableColumns

if TYPE_CHECKING:
    import pyarrow

MOST_DIGITS: Final = 38

WITH_WORDS: Final = frozenset({("facts", "value"), ("groups", "value"), ("changes", "before"), ("changes", "after")})
"""Columns of numbers, by table and name, that have a companion for words whether or not there are any."""

_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_RANGE: Final = re.compile(r"(?:(-?[0-9]+(?:\.[0-9]+)?) )?…(?: (-?[0-9]+(?:\.[0-9]+)?))?")


def arrow_table(
    name: str, columns: Sequence[Column], rows: Iterable[Row] | TableColumns, dictionaries: bool = False
) -> "pyarrow.Table":
    """A result table as an Arrow table. Raises `PluginError` CR752 for an amount of more than 38 digits.

    With `dictionaries`, texts of which there are few are dictionaries of texts.
    """
    import pyarrow

    taken = {column.name for column in columns}
    fields, arrays = [], []
    for column, cells in zip(columns, TableColumns.of(rows, len(columns)).cells, strict=True):
        for suffix, array in _arrays(name, column, cells, dictionaries):
            title = column.name if not suffix else _free(f"{column.name}{suffix}", taken)
            metadata = {"label": column.label} if column.label and not suffix else None
            fields.append(pyarrow.field(title, array.type, metadata=metadata))
            arrays.append(array)
    return pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields))


def _free(name: str, taken: set[str]) -> str:
    """A name for a companion that no column has."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _arrays(table: str, column: Column, cells: CodedCells, dictionaries: bool) -> Iterator[tuple[str, Any]]:
    """A column, and its companions by what is added to its name; it is text if it holds what it does not promise."""
    import pyarrow

    if few := len(cells.values) <= FEW:
        cells = cells.first_come()
    codes = pyarrow.array(cells.codes)
    if column.kind == "number":
        for suffix, array in _amounts(table, column, [parts_of(value) for value in cells.values]):
            yield suffix, array.take(codes)
        return
    plain: dict[str, tuple[type, Any]] = {"whole": (int, pyarrow.int64()), "date": (date, pyarrow.date32())}
    kind, arrow = plain.get(column.kind, (str, pyarrow.string()))
    values = list(cells.values)
    if not {*map(type, values)} <= {kind, type(None)}:
        values, arrow = [None if value is None else text_of(value) for value in values], pyarrow.string()
    known = pyarrow.array(values, arrow)
    # Arrow writes dictionaries in which something is missing to Parquet with bytes that nobody has set.
    if dictionaries and few and arrow == pyarrow.string() and not known.null_count:
        yield "", pyarrow.DictionaryArray.from_arrays(codes, known)
    else:
        yield "", known.take(codes)


def _amounts(table: str, column: Column, parts: Sequence["Parts"]) -> Iterator[tuple[str, Any]]:
    """Exact amounts, the ends of open ones, all of one scale, and words."""
    import pyarrow

    sizes = [_size(number) for _, low, high, _ in parts for number in (low, high) if number is not None]
    whole, scale = max((digits for digits, _ in sizes), default=1), max((scale for _, scale in sizes), default=0)
    if whole + scale > MOST_DIGITS:
        raise PluginError(report("CR752", Place(table), column=column.name, digits=MOST_DIGITS))
    decimal, text = pyarrow.decimal128(MOST_DIGITS, scale), pyarrow.string()
    wordy = (table, column.name) in WITH_WORDS or any(word is not None for *_, word in parts)
    kinds = (("", decimal), ("_low", decimal), ("_high", decimal), *([("_text", text)] if wordy else []))
    for place, (suffix, arrow) in enumerate(kinds):
        yield suffix, pyarrow.array([part[place] for part in parts], arrow)


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
