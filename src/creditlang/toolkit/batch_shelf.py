"""Arrow tables put aside on disk, one by one, and taken back by number: what does not fit into memory waits here.

The file has no name, so nothing of it is left behind, whatever becomes of the run.
"""

from contextlib import suppress
from os import SEEK_END
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final

from creditlang.diagnostics import Phrase, report, system_reason
from creditlang.plugin.plugin_error import PluginError

if TYPE_CHECKING:
    import pyarrow

TORN: Final = Phrase("what was put aside is damaged", "暂存的内容已经损坏")


class BatchShelf:
    """Tables, each with a schema of its own."""

    def __init__(self) -> None:
        """Nothing yet; the file is made with the first."""
        self._file: IO[bytes] | None = None
        self._places: list[tuple[int, int]] = []

    def __len__(self) -> int:
        return len(self._places)

    def put(self, table: "pyarrow.Table") -> int:
        """Put a table aside; its number. Raises `PluginError` CR867 where there is no room for it."""
        import pyarrow

        sink = pyarrow.BufferOutputStream()
        with pyarrow.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        content = sink.getvalue()
        try:
            self._file = self._file or TemporaryFile(prefix="creditlang-")  # noqa: SIM115 - open for as long as the shelf
            place = self._file.seek(0, SEEK_END)
            self._file.write(content)
            self._file.flush()
        except OSError as error:
            raise PluginError(report("CR867", None, reason=system_reason(error))) from error
        self._places.append((place, len(content)))
        return len(self._places) - 1

    def table(self, number: int) -> "pyarrow.Table":
        """A table once more. Raises `PluginError` CR867 where it cannot be read."""
        import pyarrow

        place, length = self._places[number]
        try:
            assert self._file is not None, "something has been put aside"
            self._file.seek(place)
            return pyarrow.ipc.open_stream(self._file.read(length)).read_all()
        except (OSError, pyarrow.ArrowInvalid) as error:
            reason = system_reason(error) if isinstance(error, OSError) else TORN
            raise PluginError(report("CR867", None, reason=reason)) from error

    def close(self) -> None:
        """Let go of the file, and thereby of all that is in it."""
        if self._file is not None:
            with suppress(OSError):  # what had no room has been said, and is tried once more here
                self._file.close()
            self._file = None
