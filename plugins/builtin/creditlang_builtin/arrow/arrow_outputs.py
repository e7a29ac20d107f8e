"""Result tables for data programs: a folder of Parquet files, or of Arrow files, one a table.

What the columns are is said in `creditlang.toolkit.arrow_results`: amounts are exact decimals, and each has two
companions for what is open. The files say in their metadata that they hold results, so that they are never read as
data; a column's metadata has its label.

As in a folder of CSV files, the manifest goes first and comes last: without it a folder is unfinished. A hidden file
lists what is ours, and no other file is ever replaced or removed.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO

from creditlang.diagnostics import Place, report
from creditlang.plugin import Output, PluginError
from creditlang.schema import BATCH_ROWS, Column, Row
from creditlang.toolkit.arrow_results import arrow_table
from creditlang.toolkit.atomic_files import PendingFile, clean_stale, reporting, sync_folder
from creditlang_builtin.arrow.arrow_sources import RESULTS_KEY

OWNED: Final = ".creditlang-output-"
"""How the hidden file begins that lists what is ours; then comes the format."""


class _FolderOutput(Output):
    """What both formats share: one file a table, published together."""

    kind: str
    ending: str

    def __init__(self, target: str, stream: TextIO) -> None:
        """`target` is the folder."""
        super().__init__(target, stream)
        self._folder = Path(target)
        self._files: dict[str, PendingFile] = {}

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Write the table to a temporary file.

        Raises `PluginError`: CR710 it cannot be written, CR712 it would replace a file that is not ours, CR752 an
        amount has too many digits, CR754 there is no folder.
        """
        if self.target == "-":
            raise PluginError(report("CR754", None, kind=self.kind))
        table = arrow_table(name, columns, rows).replace_schema_metadata({RESULTS_KEY: b"results"})
        file_name = f"{name}.{self.ending}"
        if not self._files:
            clean_stale(self._folder, f"*.{self.ending}")
        if (self._folder / file_name).exists() and file_name not in self._owned():
            raise PluginError(report("CR712", Place(file_name)))
        pending = PendingFile(self._folder / file_name)
        self._files[file_name] = pending
        with reporting(file_name):
            self._put(table, pending.stream.buffer)

    def close(self) -> None:
        """Give the files their names, the manifest last."""
        if not self._files:
            return
        try:
            self._publish(self._owned(), set(self._files))
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove the temporary files; what was in the folder stays."""
        while self._files:
            self._files.popitem()[1].discard()

    def _put(self, table: Any, file: BinaryIO) -> None:
        raise NotImplementedError

    def _publish(self, earlier: set[str], now: set[str]) -> None:
        """Replace the files of an earlier run. At every step the list of our files has all that are there."""
        manifest = f"manifest.{self.ending}"
        self._own(earlier | now)
        with reporting(self._folder.name):
            for name in sorted(earlier & ({manifest} | (earlier - now))):
                (self._folder / name).unlink(missing_ok=True)
            sync_folder(self._folder)
        for name in sorted(now, key=lambda name: (name == manifest, name)):
            self._files[name].publish()
        self._own(now)

    @property
    def _list(self) -> Path:
        return self._folder / f"{OWNED}{self.ending}"

    def _owned(self) -> set[str]:
        """The file names in the folder that an earlier run wrote."""
        try:
            lines = self._list.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError):
            return set()
        return {line for line in lines if re.fullmatch(rf"[^./\\][^/\\]*\.{self.ending}", line)}

    def _own(self, names: set[str]) -> None:
        pending = PendingFile(self._list)
        with reporting(self._list.name):
            pending.stream.write("".join(f"{name}\n" for name in sorted(names)))
        pending.publish()


class ParquetOutput(_FolderOutput):
    """A folder of Parquet files."""

    kind = "Parquet"
    ending = "parquet"

    def _put(self, table: Any, file: BinaryIO) -> None:
        from pyarrow import parquet

        parquet.write_table(table, file, compression="zstd", row_group_size=1 << 20)


class ArrowOutput(_FolderOutput):
    """A folder of Arrow files, which are also called Feather."""

    kind = "Arrow"
    ending = "arrow"

    def _put(self, table: Any, file: BinaryIO) -> None:
        import pyarrow

        with pyarrow.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table, max_chunksize=BATCH_ROWS)
