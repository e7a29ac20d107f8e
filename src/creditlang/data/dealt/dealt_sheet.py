"""The rows of one sheet put aside, each with whose it is, and handed over again for a range of students' numbers.

Rows keep their numbers and their order. A row without a number belongs to nobody, and comes before all others. What is
broken stays in memory, by row number; the rest is on disk, and of each batch it is known from which number to which it
goes, so that a sheet in order of its students is read once in all.
"""

from collections.abc import Iterator
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Any, Final

from attrs import define, evolve, field

from creditlang.arrow_texts import ArrowTexts, most_differ
from creditlang.data.cells import LONGEST_TEXT, CellError, parse_identifier, strip_cell, text_at
from creditlang.data.sheets.sheet_heading import Heading
from creditlang.diagnostics import Diagnostic
from creditlang.schema import RawBatch, RawTable
from creditlang.toolkit.batch_shelf import BatchShelf

if TYPE_CHECKING:
    import pyarrow

_ROW, _PERSON = "row", "person"
"""The columns beside those of the sheet, which are called by their position."""
_NARROW: Final = 1 << 16
_IN_NUMBERS: Final = ascii_letters + digits
"""A text of these alone is the number that it stands for."""


@define(eq=False)
class DealtSheet:
    """A sheet under a heading in its first line."""

    table: RawTable
    kind: str
    """Empty for the list of students."""
    heading: Heading
    identity: int
    """The column of numbers."""
    record_id: int | None
    shelf: BatchShelf
    batches: list[tuple[int, str, str]] = field(factory=list)
    """The number of each on the shelf, and its first and last person."""
    broken: dict[int, tuple[Diagnostic, tuple[str, ...]]] = field(factory=dict)
    """Rows that are so, by number: why, and what could be read."""
    rows: int = 0

    def put(self, batch: RawBatch) -> "pyarrow.StringArray":
        """Put a batch aside; whose its rows are."""
        import numpy
        import pyarrow
        from pyarrow import compute

        numbers = numpy.asarray(batch.numbers, numpy.int64)
        for at, problem in batch.problems.items():
            self.broken[int(numbers[at])] = problem, batch.broken.get(at, ())
        columns = {str(at): _compact(column) for at, column in enumerate(batch.columns)}
        texts = columns[str(self.identity)].dictionary_encode()
        known = texts.dictionary
        long = (compute.max(compute.binary_length(known)).as_py() or 0) > LONGEST_TEXT
        if long or not ArrowTexts(known).only_of(_IN_NUMBERS):
            known = pyarrow.array([person_of(text) for text in known.to_pylist()], pyarrow.string())
        people = known.take(texts.indices)
        if batch.problems:
            given = people.to_pylist()
            for at in batch.problems:
                given[at] = person_of(text_at(batch.broken.get(at, ()), self.identity))
            people = pyarrow.array(given, pyarrow.string())
        columns |= {_ROW: pyarrow.array(numbers), _PERSON: _compact(people)}
        first, last = compute.min_max(people).values()
        self.batches.append((self.shelf.put(pyarrow.table(columns)), first.as_py(), last.as_py()))
        self.rows += len(numbers)
        return people

    def of(self, first: str, last: str | None) -> RawTable:
        """The rows of the people from a number on, those of another and further ones not among them."""
        return evolve(self.table, rows=(), columnar=lambda: self._of(first, last))

    def _of(self, first: str, last: str | None) -> Iterator[RawBatch]:
        from pyarrow import compute

        for number, lowest, highest in self.batches:
            if highest < first or (last is not None and lowest >= last):
                continue
            rows = self.shelf.table(number)
            if lowest < first or (last is not None and highest >= last):
                people = rows.column(_PERSON)
                here = compute.greater_equal(people.cast("string"), first)
                rows = rows.filter(
                    here if last is None else compute.and_(here, compute.less(people.cast("string"), last))
                )
            if rows.num_rows:
                yield self._batch(rows)

    def _batch(self, rows: "pyarrow.Table") -> RawBatch:
        numbers = rows.column(_ROW).to_numpy()
        columns = [rows.column(str(at)).combine_chunks() for at in range(len(self.table.header))]
        found = self.broken and [at for at, number in enumerate(numbers.tolist()) if number in self.broken]
        places = {at: self.broken[int(numbers[at])] for at in found or ()}
        return RawBatch(
            numbers, tuple(columns), {at: problem for at, (problem, _) in places.items()},
            {at: cells for at, (_, cells) in places.items()},
        )  # fmt: skip

    def identifiers(self) -> Iterator[tuple["pyarrow.StringArray", Any]]:
        """The cells of record ids, and the numbers of their rows, batch by batch."""
        for number, _, _ in self.batches:
            rows = self.shelf.table(number)
            yield rows.column(str(self.record_id)).cast("string").combine_chunks(), rows.column(_ROW).to_numpy()


def person_of(text: str) -> str:
    """The number by which a row is dealt out; what is no number stays as it is, and is nobody's."""
    text = strip_cell(text)
    try:
        return parse_identifier(text) if text else ""
    except CellError:
        return text


def _compact(column: Any) -> Any:
    """Texts as they take least room: a dictionary where there are few."""
    import pyarrow

    if not isinstance(column, pyarrow.Array):
        column = pyarrow.array(column, pyarrow.string())
    if not pyarrow.types.is_dictionary(column.type) and most_differ(column):
        return column
    encoded = column if pyarrow.types.is_dictionary(column.type) else column.dictionary_encode()
    if len(encoded.dictionary) * 2 > len(encoded):
        return encoded.dictionary_decode().cast(pyarrow.string())
    indices = encoded.indices.cast(pyarrow.uint16()) if len(encoded.dictionary) <= _NARROW else encoded.indices
    return pyarrow.DictionaryArray.from_arrays(indices, encoded.dictionary.cast(pyarrow.string()))
