"""From Arrow columns to the text of raw batches: each value as people would write it, exact to the last digit.

A policy reads text, whatever the data came from, so that the same record gives the same amount from a CSV file, from
Parquet and from a data frame. Whole columns are turned by Arrow itself wherever it writes what people write; only
floats, and decimals of many digits, are looked at one by one.

| type | text |
|---|---|
| text, also as dictionary, run-end encoded or view | as it is |
| whole numbers, yes or no, days, times of day | `7`, `true`, `2024-10-08`, `09:30:00` |
| decimals | all digits, without zeros at the end: `1.5` |
| double floats | what a spreadsheet shows: 15 digits, without zeros at the end, never an exponent |
| single and half floats | the shortest decimal that reads back as the same float |
| points in time | `2024-10-08T09:30:00`, a midnight as the day alone; in the time zone of the column |
| no value | the empty cell |

Invariants: a float that may have lost digits, such as a student number of 16 digits, is a problem of its row and never
a number; so is one that is no number, and text that is broken. A column of a type that has no text (lists, structures,
bytes, durations) is a problem of its table, which is then not read. Buffers are validated before anything looks into
them, so that a damaged file cannot bring down the process.
"""

import re
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from creditlang.diagnostics import Diagnostic, Phrase, Place, report
from creditlang.schema import RawBatch, Texts, text_column
from creditlang.toolkit.table_heading import BLANKS, heading_problems

if TYPE_CHECKING:
    import pyarrow

LONGEST_CELL: Final = 65_536
"""Bytes of a text. A few kilobytes of dictionary can otherwise unfold to more than any memory holds."""


@frozen
class BadCell:
    """What is wrong with a cell: a code, and what stands there."""

    code: str
    found: Phrase | None = None


Wrong = dict[int, BadCell]
"""The bad cells of a column, by their position."""

_UNNAMED_INDEX: Final = re.compile(r"__index_level_\d+__")
_FEWEST_DIGITS: Final = {"d": 15, "f": 6, "e": 3}
_LARGEST_EXACT: Final = {"d": 10**15 - 1, "f": 2**24, "e": 2**11}
BROKEN_TEXT: Final = BadCell("CR743", Phrase("broken characters", "损坏的字符"))
LONG_TEXT: Final = BadCell(
    "CR743", Phrase(f"a text of more than {LONGEST_CELL:,} bytes", f"超过 {LONGEST_CELL:,} 字节的文字")
)
NO_NUMBER: Final = BadCell("CR743", Phrase("a float that is no number", "不是数的浮点值"))
LOST_DIGITS: Final = BadCell("CR746")
_LARGEST_PLAIN_SCALE: Final = 6
_LARGEST_SCALE: Final = 76
_FEW: Final = 16
"""Rows for each text of a dictionary, at least, where it is handed on with all that it has."""


@frozen
class TextColumns:
    """The columns of a table that are read: their names, and where they stand in its batches."""

    source: str
    header: tuple[str, ...]
    positions: tuple[int, ...]

    @staticmethod
    def of(schema: "pyarrow.Schema", source: str) -> "TextColumns | list[Diagnostic]":
        """The columns of a schema, or what is wrong with it: CR621, CR625, CR626, CR635, or CR744 for a type.

        The numbers that pandas gives to rows, `__index_level_0__`, are no column.
        """
        chosen = [place for place, name in enumerate(schema.names) if not _UNNAMED_INDEX.fullmatch(name)]
        header = tuple(schema.names[place].strip(BLANKS) for place in chosen)
        found = heading_problems(header, Place(source))
        found += [
            report("CR744", Place(source, None, name), type=str(schema.field(place).type))
            for name, place in zip(header, chosen, strict=True)
            if name and not _has_text(schema.field(place).type)
        ]
        return found or TextColumns(source, header, tuple(chosen))

    def batch(self, batch: "pyarrow.RecordBatch", first: int) -> RawBatch:
        """The same rows as text; `first` is the number of the first. Raises `pyarrow.ArrowException` if damaged."""
        cells = [_few_texts(batch.column(place)) or texts_of(batch.column(place)) for place in self.positions]
        return raw_batch(self.source, self.header, range(first, first + batch.num_rows), cells)


def raw_batch(
    source: str,
    header: Sequence[str],
    numbers: Sequence[int],
    cells: Iterable[tuple["pyarrow.StringArray | pyarrow.DictionaryArray | Texts", Wrong]],
) -> RawBatch:
    """Columns of text and what is wrong with their cells as a batch: a row has the problem of its first bad cell."""
    columns = []
    problems: dict[int, Diagnostic] = {}
    for name, (texts, wrong) in zip(header, cells, strict=True):
        columns.append(texts)
        for position, what in wrong.items():
            if position not in problems:
                problems[position] = report(what.code, Place(source, numbers[position], name), found=what.found)
    if not problems:
        return RawBatch(numbers, tuple(columns))
    broken = {position: tuple(column.slice(position, 1).to_pylist()[0] for column in columns) for position in problems}
    return RawBatch(numbers, tuple(_emptied(column, problems) for column in columns), problems, broken)


def _emptied(
    column: "pyarrow.StringArray | pyarrow.DictionaryArray | Texts", rows: Mapping[int, object]
) -> "pyarrow.StringArray | Texts":
    cells = column.to_pylist()
    for position in rows:
        cells[position] = ""
    return text_column(cells)


def float_text(value: float, code: str = "d") -> str | BadCell:
    """A float as people would write it, or what is wrong with it. `code` is its size as in `struct`: d, f or e."""
    if not isfinite(value):
        return NO_NUMBER
    if abs(value) > _LARGEST_EXACT[code]:
        return LOST_DIGITS
    digits = _FEWEST_DIGITS[code]
    text = f"{value:.{digits}g}"
    while code != "d" and struct.unpack(code, struct.pack(code, float(text)))[0] != value:
        digits += 1
        text = f"{value:.{digits}g}"
    if "e" in text:
        text = f"{Decimal(text):f}"
    return "0" if text == "-0" else text


_float_text = lru_cache(maxsize=65_536)(float_text)


def texts_of(array: "pyarrow.Array") -> tuple["pyarrow.StringArray", Wrong]:
    """An array as text, without nulls, and what is wrong with some of its cells; those are empty."""
    import pyarrow
    from pyarrow import compute

    kind = array.type
    types = pyarrow.types
    if isinstance(kind, pyarrow.BaseExtensionType):
        return texts_of(array.storage)
    if types.is_dictionary(kind):
        return _looked_up(array)
    if types.is_run_end_encoded(kind):
        return texts_of(compute.run_end_decode(array))
    if types.is_null(kind):
        return pyarrow.array([""] * len(array), pyarrow.string()), {}
    if _is_text(kind):
        return _strings(array)
    array.validate()
    if types.is_floating(kind):
        return _floats(array)
    if types.is_decimal(kind):
        return _decimals(array), {}
    if types.is_timestamp(kind):
        return _moments(array), {}
    return _filled(array.cast(pyarrow.string())), {}


def _has_text(kind: Any) -> bool:
    """Whether values of a type can be written as text."""
    import pyarrow

    types = pyarrow.types
    if isinstance(kind, pyarrow.BaseExtensionType):
        return _has_text(kind.storage_type)
    if types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        return _has_text(kind.value_type)
    if types.is_decimal(kind):
        return bool(abs(kind.scale) <= _LARGEST_SCALE)
    asked: tuple[Callable[[Any], bool], ...] = (
        _is_text, types.is_integer, types.is_boolean, types.is_floating, types.is_date, types.is_time,
        types.is_timestamp, types.is_null,
    )  # fmt: skip
    return any(matches(kind) for matches in asked)


def _is_text(kind: Any) -> bool:
    import pyarrow

    types = pyarrow.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _filled(texts: Any) -> "pyarrow.StringArray":
    return texts.fill_null("") if texts.null_count else texts


def _strings(array: Any) -> tuple["pyarrow.StringArray", Wrong]:
    """Text as it is; cells that are too long or not UTF-8 are found one by one."""
    import pyarrow

    viewed = array.view(_bytes(array.type))
    viewed.validate(full=True)
    long = _long_cells(viewed)
    if not long and not _odd_nulls(viewed):
        try:
            array.validate(full=True)
            return _filled(array.cast(pyarrow.string())), {}
        except pyarrow.ArrowInvalid:
            pass
    cells: list[str] = []
    wrong: Wrong = {}
    for position, cell in enumerate(viewed):
        try:
            cells.append("" if position in long or not cell.is_valid else cell.as_py().decode("utf-8"))
        except UnicodeDecodeError:
            cells.append("")
            wrong[position] = BROKEN_TEXT
    return pyarrow.array(cells, pyarrow.string()), wrong | dict.fromkeys(long, LONG_TEXT)


def _long_cells(viewed: Any) -> frozenset[int]:
    """The positions of bytes that are too long, found without copying any."""
    import pyarrow
    from pyarrow import compute

    if pyarrow.types.is_binary_view(viewed.type):
        lengths = _view_lengths(viewed)
        if max(lengths, default=0) <= LONGEST_CELL:
            return frozenset()
    else:
        lengths = compute.binary_length(viewed)
        if (compute.max(lengths).as_py() or 0) <= LONGEST_CELL:
            return frozenset()
        lengths = lengths.fill_null(0).to_pylist()
    return frozenset(
        position for position in range(len(viewed)) if lengths[position] > LONGEST_CELL and viewed[position].is_valid
    )


def _view_lengths(viewed: Any) -> Sequence[int]:
    """The lengths of views: each is 16 bytes, of which the first four are the length."""
    content = viewed.buffers()[1]
    start, end = 16 * viewed.offset, 16 * (viewed.offset + len(viewed))
    return () if content is None else memoryview(content)[start:end].cast("i")[::4]


def _odd_nulls(viewed: Any) -> bool:
    """Whether views without a value have a length: Arrow does not validate those, and falls over them."""
    import pyarrow
    from pyarrow import compute

    if not viewed.null_count or not pyarrow.types.is_binary_view(viewed.type):
        return False
    lengths = _view_lengths(viewed)
    return any(lengths[position] for position in compute.indices_nonzero(viewed.is_null()).to_pylist())


def _bytes(kind: Any) -> Any:
    """The type of bytes that has the same layout as a type of text."""
    import pyarrow

    if pyarrow.types.is_string_view(kind):
        return pyarrow.binary_view()
    return pyarrow.large_binary() if pyarrow.types.is_large_string(kind) else pyarrow.binary()


def _looked_up(array: Any) -> tuple["pyarrow.StringArray", Wrong]:
    """Cells that are numbers of entries in a dictionary; each entry is turned to text once."""
    texts, wrong = texts_of(array.dictionary)
    indices = array.indices
    indices.validate()
    found = _filled(texts.take(indices))
    if not wrong:
        return found, {}
    return found, {place: wrong[entry] for place, entry in enumerate(indices.to_pylist()) if entry in wrong}


def _few_texts(array: Any) -> "tuple[pyarrow.DictionaryArray, Wrong] | None":
    """As `texts_of`, with each text once, where a dictionary has few of them and nothing is wrong with any."""
    import pyarrow

    if not pyarrow.types.is_dictionary(array.type) or len(array.dictionary) * _FEW > len(array):
        return None
    texts, wrong = texts_of(array.dictionary)
    array.indices.validate()
    indices = array.indices.cast(pyarrow.int32())
    if indices.null_count:
        indices = indices.fill_null(len(texts))
        texts = pyarrow.concat_arrays([texts, pyarrow.array([""])])
    return None if wrong else (pyarrow.DictionaryArray.from_arrays(indices, texts), {})


def _floats(array: Any) -> tuple["pyarrow.StringArray", Wrong]:
    import pyarrow
    from pyarrow import compute

    types = pyarrow.types
    code = "d" if types.is_float64(array.type) else "f" if types.is_float32(array.type) else "e"
    if code == "e":
        array = array.cast(pyarrow.float32())
    try:
        whole = array.cast(pyarrow.int64())
        ends = compute.min_max(whole).as_py()
        if max(abs(ends["min"] or 0), abs(ends["max"] or 0)) <= _LARGEST_EXACT[code]:
            return _filled(whole.cast(pyarrow.string())), {}
    except pyarrow.ArrowInvalid:
        pass
    cells: list[str] = []
    wrong: Wrong = {}
    for position, value in enumerate(array.to_pylist()):
        text = "" if value is None else _float_text(value, code)
        if isinstance(text, BadCell):
            wrong[position] = text
            text = ""
        cells.append(text)
    return pyarrow.array(cells, pyarrow.string()), wrong


def _decimals(array: Any) -> "pyarrow.StringArray":
    import pyarrow
    from pyarrow import compute

    if 0 <= array.type.scale <= _LARGEST_PLAIN_SCALE:
        texts = _filled(array.cast(pyarrow.string()))
        return compute.replace_substring_regex(texts, r"\.?0+$", "") if array.type.scale else texts
    cells = ["" if value is None else f"{value:f}" for value in array.to_pylist()]
    return pyarrow.array([cell.rstrip("0").rstrip(".") if "." in cell else cell for cell in cells], pyarrow.string())


def _moments(array: Any) -> "pyarrow.StringArray":
    import pyarrow
    from pyarrow import compute

    if array.type.tz is not None:
        array = compute.local_timestamp(array)
    texts = _filled(array.cast(pyarrow.string()))
    for pattern, instead in ((r"\.0+$", ""), (r"(\.[0-9]*[1-9])0+$", r"\1"), (" 00:00:00$", ""), (" ", "T")):
        texts = compute.replace_substring_regex(texts, pattern, instead)
    return texts
