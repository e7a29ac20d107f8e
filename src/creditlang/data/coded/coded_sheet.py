"""The rows under a heading as columns of codes: for each cell the number of its text among the column's distinct texts.

A million rows of a sheet have a few thousand different cells. So what a cell means is worked out once for each distinct
text, and what is asked of every row is asked of numbers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Any, Final

import numpy
from attrs import frozen

from creditlang.arrow_texts import ArrowTexts, most_differ, only_of, some_match
from creditlang.data.cells import BLANKS, strip_cell
from creditlang.diagnostics import Diagnostic
from creditlang.schema import RawBatch, RawRow
from creditlang.table_columns import FEW

if TYPE_CHECKING:
    import pyarrow

_LARGEST_KEY: Final = 2**62
IN_CODES: Final = digits + ascii_letters + "_-./#"
"""Texts of these are neither blank nor broken."""

Numbers = numpy.ndarray[Any, numpy.dtype[Any]]
"""One-dimensional: row numbers as int64, codes as unsigned whole numbers of the smallest size that holds them."""


@frozen(eq=False)
class CodedColumn:
    """A column: its distinct texts, and for each row the position of its own among them."""

    texts: Sequence[str]
    codes: Numbers

    def __getitem__(self, row: int) -> str:
        """The text of a row."""
        return self.texts[int(self.codes[row])]

    def stripped(self) -> "CodedColumn":
        """The same column without blanks around its cells; texts that become one have one code."""
        if only_of(self.texts, IN_CODES) or not some_match(self.texts, f"[{BLANKS}]"):
            return self
        texts = [strip_cell(text) for text in self.texts]
        if texts == list(self.texts):
            return self
        places: dict[str, int] = {}
        found = [places.setdefault(text, len(places)) for text in texts]
        return CodedColumn(list(places), coded(found)[self.codes])

    def those(self, wanted: Iterable[bool]) -> Numbers:
        """For each row whether its text is one of those that are `wanted`, which is said by code."""
        said: Numbers = numpy.fromiter(wanted, bool, len(self.texts))[self.codes]
        return said

    def of(self, rows: Numbers) -> "CodedColumn":
        """The same column in some of the rows."""
        return CodedColumn(self.texts, self.codes[rows])


def coded(codes: Sequence[int] | Numbers, texts: int | None = None) -> Numbers:
    """Codes in the smallest type of numbers that holds them."""
    most = (max(codes, default=0) if texts is None else texts - 1) if len(codes) else 0
    return numpy.asarray(codes, dtype=numpy.min_scalar_type(max(most, 0)))


@frozen(eq=False)
class CodedSheet:
    """Rows of a sheet; `numbers` are their true row numbers, `problems` and `broken` as in `RawBatch`, by position."""

    numbers: Numbers
    columns: tuple[CodedColumn, ...]
    problems: Mapping[int, Diagnostic]
    broken: Mapping[int, tuple[str, ...]]

    @staticmethod
    def of(batches: Iterable[RawBatch], width: int) -> "CodedSheet":
        """All rows of some batches of `width` columns."""
        numbers: list[Numbers] = []
        chunks: list[list[pyarrow.DictionaryArray | pyarrow.StringArray]] = [[] for _ in range(width)]
        problems: dict[int, Diagnostic] = {}
        broken: dict[int, tuple[str, ...]] = {}
        rows = 0
        for batch in batches:
            own = batch.numbers
            rows_in_turn = numpy.arange(own.start, own.stop) if isinstance(own, range) else own
            numbers.append(numpy.asarray(rows_in_turn, numpy.int64))
            for chunk, column in zip(chunks, batch.columns, strict=True):
                chunk.append(_encoded(column))
            problems.update((rows + at, problem) for at, problem in batch.problems.items())
            broken.update((rows + at, cells) for at, cells in batch.broken.items())
            rows += len(batch.numbers)
        whole = numpy.concatenate(numbers) if numbers else numpy.empty(0, numpy.int64)
        return CodedSheet(whole, tuple(map(_column, chunks)), problems, broken)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.numbers)

    def row(self, at: int) -> RawRow:
        """A row as a source hands it over."""
        problem = self.problems.get(at)
        cells = tuple(column[at] for column in self.columns) if problem is None else self.broken.get(at, ())
        return RawRow(int(self.numbers[at]), cells, problem)

    def without(self, gone: Sequence[int]) -> "CodedSheet":
        """The same rows but those at some positions."""
        if not gone:
            return self
        kept = numpy.ones(len(self), bool)
        kept[gone] = False
        rows = numpy.flatnonzero(kept)
        moved = dict(zip(rows.tolist(), range(len(rows)), strict=True)) if self.problems else {}
        return CodedSheet(
            self.numbers[rows], tuple(column.of(rows) for column in self.columns),
            {moved[at]: problem for at, problem in self.problems.items() if at in moved},
            {moved[at]: cells for at, cells in self.broken.items() if at in moved},
        )  # fmt: skip

    def repeated(self, compared: Iterable[int], looked_at: Numbers) -> list[int]:
        """The numbers of those rows that are, in the columns to be compared, as an earlier one is.

        `looked_at` are the positions of the rows to be compared, rising. The codes of a row are taken together to one
        number, which is made small again before it could grow beyond 63 bits.
        """
        key, size = numpy.zeros(len(looked_at), numpy.int64), 1
        for column in (self.columns[at] for at in compared):
            if size * len(column.texts) > _LARGEST_KEY:
                key = numpy.unique(key, return_inverse=True)[1]
                size = len(key)
            key = key * len(column.texts) + column.codes[looked_at]
            size *= len(column.texts)
        order = numpy.argsort(key, kind="stable")
        again = order[1:][key[order][1:] == key[order][:-1]]
        return [int(number) for number in self.numbers[looked_at[numpy.sort(again)]]]

    def rows(self, places: Iterable[int]) -> Iterator[tuple[int, RawRow]]:
        """Some rows, each with its position."""
        return ((at, self.row(at)) for at in places)


def _encoded(column: Any) -> "pyarrow.DictionaryArray | pyarrow.StringArray":
    """A column with each distinct text once, unless most rows have one of their own."""
    import pyarrow

    if pyarrow.types.is_dictionary(column.type):
        return column.cast(pyarrow.dictionary(pyarrow.int32(), pyarrow.string()))
    return column if most_differ(column) else column.dictionary_encode()


def _column(chunks: "list[pyarrow.DictionaryArray | pyarrow.StringArray]") -> CodedColumn:
    import pyarrow

    if not chunks:
        return CodedColumn([], coded([]))
    kinds, count = [pyarrow.types.is_dictionary(chunk.type) for chunk in chunks], sum(map(len, chunks))
    pairs = list(zip(chunks, kinds, strict=True))
    if sum(len(chunk.dictionary if known else chunk) for chunk, known in pairs) > count // 2:
        whole = pyarrow.concat_arrays([chunk.cast(pyarrow.string()) if known else chunk for chunk, known in pairs])
        if ArrowTexts(whole).surely_differ():
            return CodedColumn(_texts(whole), coded(numpy.arange(count), count))
        chunks = [whole.dictionary_encode()]
    return _unified(
        [chunk if pyarrow.types.is_dictionary(chunk.type) else chunk.dictionary_encode() for chunk in chunks]
    )


def _unified(chunks: "list[pyarrow.DictionaryArray]") -> CodedColumn:
    """Chunks that each have their own codes as one column."""
    import pyarrow

    known: list[pyarrow.StringArray] = []
    starts = []
    for chunk in chunks:
        if not (known and known[-1].equals(chunk.dictionary)):
            known.append(chunk.dictionary)
        starts.append(sum(map(len, known[:-1])))
    whole = pyarrow.concat_arrays(known).dictionary_encode()
    again = coded(whole.indices.to_numpy(), len(whole.dictionary))
    codes = [again[start:][chunk.indices.to_numpy()] for start, chunk in zip(starts, chunks, strict=True)]
    return CodedColumn(_texts(whole.dictionary), numpy.concatenate(codes))


def _texts(array: "pyarrow.StringArray") -> Sequence[Any]:
    found: Sequence[Any] = ArrowTexts(array) if len(array) > FEW else array.to_pylist()
    return found
