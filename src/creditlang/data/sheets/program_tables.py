"""Tables that a program has in memory, as a source: data frames, Arrow tables, queries of an embedded database.

Whatever speaks the Arrow stream interface is a table, and is gone through once, batch by batch. Its values become text
as those of every other source do (`creditlang.toolkit.arrow_text`), so that a frame gives the results of the file that
it was read from. Messages call a table by its name; its rows are counted from 1.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from creditlang.diagnostics import Diagnostic, Place, report
from creditlang.plugin import Source
from creditlang.schema import BATCH_ROWS, RawBatch, RawTable
from creditlang.toolkit.arrow_text import TextColumns
from creditlang.toolkit.digest import TablesDigest
from creditlang.toolkit.extras import need


def no_tables(tables: Mapping[str, object]) -> list[Diagnostic]:
    """What is given as a table and is none: CR749."""
    return [
        report("CR749", Place(name), name=name, found=type(table).__name__)
        for name, table in tables.items()
        if not hasattr(table, "__arrow_c_stream__")
    ]


class FramesSource(Source):
    """Tables by name."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        """Each has `__arrow_c_stream__`. Raises `PluginError` CR787 without Arrow."""
        need("arrow")
        super().__init__("tables")
        self._tables = dict(tables)
        self._digest = TablesDigest()

    def tables(self) -> Iterator[RawTable]:
        """The tables, in the order in which they were given."""
        import pyarrow

        for name, table in self._tables.items():
            reader = pyarrow.RecordBatchReader.from_stream(table)
            columns = TextColumns.of(reader.schema, name)
            if isinstance(columns, TextColumns):
                yield RawTable.of_batches(name, name, columns.header, partial(self._batches, name, columns, reader))
            else:
                self.problems += columns

    def fingerprint(self) -> str:
        """SHA-256 over the text of the tables."""
        return self._digest.hexdigest()

    def _batches(self, name: str, columns: TextColumns, reader: Any) -> Iterator[RawBatch]:
        self._digest.table(name, columns.header)
        rows = 0
        for batch in reader:
            for start in range(0, batch.num_rows, BATCH_ROWS):
                piece = columns.batch(batch.slice(start, BATCH_ROWS), rows + 1)
                rows += len(piece.numbers)
                yield self._digest.add(piece)
        if rows == 0:
            self.problems.append(report("CR639", Place(name)))
