"""Parquet files and Arrow files (also called Feather) as sources, batch by batch.

The file is read whole and hashed, so that what is counted is what was hashed; only one batch at a time is unpacked.
What a value becomes as text is said in `creditlang.toolkit.arrow_text`. Rows are counted from 1 through the whole file.

Both formats can promise more than any memory holds in a few kilobytes: billions of rows of nothing, or one long text
that every row points at. So the number of rows is bounded, batches are cut before anything is done with them, texts
stay in their dictionaries, and a text has a longest length. A file that is damaged in the middle stops there, with an
error that says after how many rows; one that cannot be opened, or has a column that is no text, gives no table.
"""

from collections.abc import Iterator
from typing import Any, Final

from attrs import frozen

from creditlang.diagnostics import Diagnostic, Phrase, Place, report
from creditlang.schema import BATCH_ROWS, RawBatch, RawTable
from creditlang.toolkit.arrow_text import TextColumns
from creditlang.words import OTHER_BEGINNING
from creditlang_builtin.files.stable_file import FileContent, WholeFileSource

MOST_ROWS: Final = 100_000_000

RESULTS_KEY: Final = b"creditlang"
"""The key in a schema's metadata by which the result tables that creditlang writes are known."""

_TOO_MANY: Final = Phrase(f"it has more than {MOST_ROWS:,} rows", f"超过 {MOST_ROWS:,} 行")
_DAMAGED: Final = Phrase("the file is damaged or incomplete", "文件损坏或不完整")
_OLD_FEATHER: Final = Phrase("it is a Feather file of the first version", "它是第 1 版 Feather 文件")


@frozen
class _Opened:
    """A file's schema, and its rows as Arrow batches."""

    schema: Any
    batches: Iterator[Any]


class _Refused(Exception):
    """Why a file is not read."""

    def __init__(self, reason: Phrase) -> None:
        super().__init__(reason)
        self.reason = reason


class _ArrowFile(WholeFileSource):
    """What both formats share."""

    kind: str

    def _tables(self, reading: FileContent) -> Iterator[RawTable]:
        """The one table, named after the file."""
        try:
            opened = self._opened(reading.content)
            columns = self._columns(opened.schema)
        except _errors():
            columns = [self._refused(_DAMAGED)]
        except _Refused as refused:
            columns = [self._refused(refused.reason)]
        if not isinstance(columns, TextColumns):
            self.problems += columns
            return
        yield RawTable.of_batches(
            self.path.stem, self.path.name, columns.header, lambda: self._batches(columns, opened.batches, reading)
        )

    def _batches(self, columns: TextColumns, batches: Iterator[Any], reading: FileContent) -> Iterator[RawBatch]:
        rows = 0
        try:
            for batch in batches:
                if rows + batch.num_rows > MOST_ROWS:
                    self._stopped(rows, _TOO_MANY)
                    return
                for start in range(0, batch.num_rows, BATCH_ROWS):
                    piece = columns.batch(batch.slice(start, BATCH_ROWS), rows + 1)
                    rows += len(piece.numbers)
                    yield piece
        except _errors():
            self._stopped(rows, _DAMAGED)
            return
        if rows == 0:
            self.problems.append(report("CR639", Place(self.path.name)))
        self._look_again(reading)

    def _columns(self, schema: Any) -> TextColumns | list[Diagnostic]:
        if RESULTS_KEY in (schema.metadata or {}):
            return [report("CR745", Place(self.path.name))]
        return TextColumns.of(schema, self.path.name)

    def _stopped(self, rows: int, reason: Phrase) -> None:
        self.problems.append(report("CR748", Place(self.path.name), rows=f"{rows:,}", reason=reason))

    def _refused(self, reason: Phrase) -> Diagnostic:
        return report("CR740", Place(self.path.name), kind=self.kind, reason=reason)

    def _opened(self, content: bytes) -> _Opened:
        """The file. Raises `_Refused`, or what pyarrow raises."""
        raise NotImplementedError


class ParquetSource(_ArrowFile):
    """A Parquet file."""

    kind = "Parquet"

    def _opened(self, content: bytes) -> _Opened:
        import pyarrow
        from pyarrow import parquet

        if content[:4] not in (b"PAR1", b"PARE"):
            raise _Refused(OTHER_BEGINNING)
        texts = [
            field.name
            for field in parquet.read_schema(pyarrow.BufferReader(content))
            if pyarrow.types.is_string(field.type) or pyarrow.types.is_large_string(field.type)
        ]
        file = parquet.ParquetFile(pyarrow.BufferReader(content), read_dictionary=texts)
        if file.metadata.num_rows > MOST_ROWS:
            raise _Refused(_TOO_MANY)
        return _Opened(file.schema_arrow, file.iter_batches(batch_size=BATCH_ROWS))


class ArrowSource(_ArrowFile):
    """An Arrow file or stream."""

    kind = "Arrow"

    def _opened(self, content: bytes) -> _Opened:
        import pyarrow

        if content[:6] == b"ARROW1":
            file = pyarrow.ipc.open_file(pyarrow.BufferReader(content))
            return _Opened(file.schema, (file.get_batch(place) for place in range(file.num_record_batches)))
        if content[:4] == b"\xff\xff\xff\xff":
            stream = pyarrow.ipc.open_stream(pyarrow.BufferReader(content))
            return _Opened(stream.schema, iter(stream))
        raise _Refused(_OLD_FEATHER if content[:4] == b"FEA1" else OTHER_BEGINNING)


def _errors() -> tuple[type[Exception], ...]:
    """What pyarrow raises for a file that is not as it should be; its own words may quote the content."""
    import pyarrow

    return (pyarrow.ArrowException, OSError, ValueError, MemoryError)
