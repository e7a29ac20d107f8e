"""A result table that does not fit into memory: its rows are put aside as they come out, and gone through in order.

The rows come in runs, each sorted. Where runs follow each other they are gone through one by one; where they do not,
they are merged: rows are taken from all runs up to one key after the other, and those are sorted together.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from creditlang.arrow_texts import ArrowTexts
from creditlang.schema import Row, Value
from creditlang.table_columns import CodedCells, TableColumns, TablePieces
from creditlang.toolkit.batch_shelf import BatchShelf

if TYPE_CHECKING:
    import pyarrow

_ROWS: Final = 1 << 16
"""Rows that are put aside together."""
_FEW: Final = 4096
"""So many different values are kept as such; of more texts, each stands in its row."""
_MERGED: Final = 8
"""As many pieces are about as many rows as are sorted together."""
_KINDS: Final = b"kinds"
_OF_KIND: Final[dict[str, Any]] = {"s": str, "d": Decimal, "i": int, "t": date.fromisoformat, "n": lambda _: None}
"""By the letter for it, a value from its text."""

Key = tuple[str, ...]


class LongTable(TablePieces):
    """Rows of some width, in the order in which they come, or, with `keys`, in that of the texts of their cells."""

    def __init__(self, shelf: BatchShelf, width: int, keys: int = 0) -> None:
        """Runs are merged by their first columns, `keys` of them; without, they follow each other."""
        self.shelf, self.width, self.keys = shelf, width, keys
        self._runs: list[list[tuple[int, Key]]] = []
        """Of each run what is on the shelf, and the key of its first row."""
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, rows: Sequence[Row]) -> None:
        """Put a run aside. Raises `PluginError` CR867."""
        table = TableColumns.of(rows, self.width)
        run = []
        for start in range(0, len(table), _ROWS):
            piece = table.chosen(slice(start, start + _ROWS))
            run.append((self.shelf.put(_put(piece)), self.key(piece, 0)))
        self._runs += [run] if run else []
        self._count += len(table)

    def key(self, piece: TableColumns, at: int) -> Key:
        """What a row is sorted by."""
        found = (cells.values[cells.codes[at]] for cells in piece.cells[: self.keys])
        return tuple("" if value is None else str(value) for value in found)

    def pieces(self) -> Iterator[TableColumns]:
        """The rows in order."""
        if not self.keys:
            for run in self._runs:
                yield from (_taken(self.shelf.table(number)) for number, _ in run)
            return
        left = [_Run(self, run) for run in self._runs]
        for bound in [*sorted(key for run in self._runs for _, key in run)[_MERGED::_MERGED], None]:
            here = [piece for run in left for piece in run.until(bound)]
            if here:
                yield TableColumns.joined(here).in_order() if len(here) > 1 else here[0]


class _Run:
    """What is left of a sorted run."""

    def __init__(self, table: LongTable, run: Sequence[tuple[int, Key]]) -> None:
        self.table = table
        self.waiting = list(reversed(run))
        self.begun: TableColumns | None = None

    def until(self, bound: Key | None) -> Iterator[TableColumns]:
        """The rows before a key, or all."""
        while self.begun is not None or (self.waiting and (bound is None or self.waiting[-1][1] < bound)):
            piece = self.begun if self.begun is not None else _taken(self.table.shelf.table(self.waiting.pop()[0]))
            end = len(piece)
            if bound is not None:
                end = bisect_left(range(end), bound, key=partial(self.table.key, piece))
            self.begun = piece.chosen(slice(end, None)) if end < len(piece) else None
            if end:
                yield piece.chosen(slice(0, end))
            if self.begun is not None:
                return


def _put(piece: TableColumns) -> "pyarrow.Table":
    """Some rows as Arrow has them: what is not text as text, with its kind beside it."""
    import numpy
    import pyarrow

    fields: list[pyarrow.Field] = []
    arrays: list[pyarrow.Array] = []
    for cells in piece.cells:
        values, codes = cells.values, cells.codes
        kinds: dict[bytes, str] = {}
        if len(values) > _FEW:
            distinct, codes = numpy.unique(codes, return_inverse=True)
            if isinstance(values, ArrowTexts):
                values = ArrowTexts(values.array.take(pyarrow.array(distinct)))
            else:
                values = [values[at] for at in distinct.tolist()]
        if not isinstance(values, ArrowTexts) and not cells.is_text:
            kinds = {_KINDS: "".join(_kind(value) for value in values)}
            values = [None if value is None else str(value) for value in values]
        known, places = ArrowTexts.of(values).array, pyarrow.array(codes.astype(numpy.int32))
        few = kinds or len(known) <= _FEW
        arrays.append(pyarrow.DictionaryArray.from_arrays(places, known) if few else known.take(places))
        fields.append(pyarrow.field(str(len(fields)), arrays[-1].type, metadata=kinds))
    return pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields))


def _kind(value: Value) -> str:
    match value:
        case str():
            return "s"
        case Decimal():
            return "d"
        case int():
            return "i"
        case date():
            return "t"
        case None:
            return "n"


def _taken(table: "pyarrow.Table") -> TableColumns:
    """The rows once more."""
    import numpy
    import pyarrow

    columns = []
    for field, column in zip(table.schema, table.columns, strict=True):
        array = column.combine_chunks()
        array = array.chunk(0) if isinstance(array, pyarrow.ChunkedArray) else array
        if not pyarrow.types.is_dictionary(field.type):
            columns.append(CodedCells(ArrowTexts(array), numpy.arange(len(array))))
            continue
        values: list[Value] = array.dictionary.to_pylist()
        if field.metadata:
            kinds = field.metadata[_KINDS].decode()
            values = [_OF_KIND[kind](text) for kind, text in zip(kinds, values, strict=True)]
        columns.append(CodedCells(values, array.indices.to_numpy()))
    return TableColumns(columns)
