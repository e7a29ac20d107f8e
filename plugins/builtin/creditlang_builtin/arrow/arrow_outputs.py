"""Result tables for data programs: a folder of Parquet files, or of Arrow files, one a table.

What the columns are is said in `creditlang.toolkit.arrow_results`: amounts are exact decimals, and each has two
companions for what is open. The files say in their metadata that they hold results, so that they are never read as
data; a column's metadata has its label.

As in a folder of CSV files, the manifest goes first and comes last: without it a folder is unfinished. A hidden file
lists what is ours, and no other file is ever replaced or removed.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO

from creditlang.diagnostics import report
from creditlang.plugin import Output, PluginError
from creditlang.schema import BATCH_ROWS, Column, Row
from creditlang.toolkit.arrow_results import arrow_tables
from creditlang.toolkit.atomic_files import reporting
from creditlang.toolkit.staged_folder import OWNED, StagedFolder
from creditlang_builtin.arrow.arrow_sources import RESULTS_KEY

_TOGETHER: Final = 1 << 20
"""Rows that are written together: a row group."""
_LOOKED_AT: Final = 1024
"""Rows that say whether the texts of a column are many."""


class _FolderOutput(Output):
    """What both formats share: one file a table, published together."""

    kind: str
    ending: str
    dictionaries = False
    """Whether it takes texts as dictionaries."""

    def __init__(self, target: str, stream: TextIO) -> None:
        """`target` is the folder."""
        super().__init__(target, stream)
        owned = f"{OWNED}-{self.ending}"
        self._folder = StagedFolder(Path(target), [self.ending], last=f"manifest.{self.ending}", owned=owned)

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Write the table to a temporary file.

        Raises `PluginError`: CR710 it cannot be written, CR752 an amount has too many digits, CR754 there is no folder.
        """
        if self.target == "-":
            raise PluginError(report("CR754", None, kind=self.kind))
        tables = (
            table.replace_schema_metadata({RESULTS_KEY: b"results"})
            for table in arrow_tables(name, columns, rows, _TOGETHER, self.dictionaries)
        )
        file_name = f"{name}.{self.ending}"
        stream = self._folder.open(file_name)
        with reporting(file_name):
            self._put(next(tables), tables, stream.buffer)

    def close(self) -> None:
        """Give the files their names. Raises `PluginError` CR712 if one would replace a file that is not ours."""
        if not self._folder.is_empty:
            self._folder.publish()

    def discard(self) -> None:
        """Remove the temporary files; what was in the folder stays."""
        self._folder.discard()

    def _put(self, first: Any, others: Iterator[Any], file: BinaryIO) -> None:
        """Write tables of one schema behind each other."""
        raise NotImplementedError


class ParquetOutput(_FolderOutput):
    """A folder of Parquet files."""

    kind = "Parquet"
    ending = "parquet"

    dictionaries = True

    def _put(self, first: Any, others: Iterator[Any], file: BinaryIO) -> None:
        """Write dictionaries as they are, in a file that says it has texts."""
        import pyarrow
        from pyarrow import parquet

        plain = pyarrow.schema(
            [
                field.with_type(field.type.value_type) if pyarrow.types.is_dictionary(field.type) else field
                for field in first.schema
            ],
            first.schema.metadata,
        )
        said = {**first.schema.metadata, b"ARROW:schema": b64encode(plain.serialize().to_pybytes())}
        way: dict[str, Any] = {"compression": "zstd", "store_schema": False}
        way["write_statistics"] = [
            field.name for field in plain if pyarrow.types.is_string(field.type)
        ]  # to find rows by
        way["use_dictionary"] = [
            name
            for name, column in zip(first.column_names, first.columns, strict=True)
            if not (pyarrow.types.is_string(column.type) and _many(column.slice(0, _LOOKED_AT)))
        ]  # a dictionary of texts that hardly come again takes time and room
        with parquet.ParquetWriter(file, first.schema, **way) as writer:
            for table in chain([first], others):
                writer.write_table(table, row_group_size=_TOGETHER)
            writer.add_key_value_metadata(said)


def _many(head: Any) -> bool:
    """Whether every second row or so has a text of its own, as ids of records have."""
    return len(head.unique()) > len(head) // 4


class ArrowOutput(_FolderOutput):
    """A folder of Arrow files, which are also called Feather."""

    kind = "Arrow"
    ending = "arrow"

    def _put(self, first: Any, others: Iterator[Any], file: BinaryIO) -> None:
        import pyarrow

        with pyarrow.ipc.new_file(file, first.schema) as writer:
            for table in chain([first], others):
                writer.write_table(table, max_chunksize=BATCH_ROWS)
