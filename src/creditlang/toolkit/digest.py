"""A fingerprint of tables that come from no file of their own: a database, a program's memory.

Each column has two running hashes, of its text and of the lengths of its cells, which together say exactly what stands
where. Both only ever grow at their end, so it does not matter into which batches the rows were divided, nor how a
database has laid out its pages.
"""

from array import array
from collections.abc import Sequence
from hashlib import sha256
from itertools import chain
from typing import Any

from creditlang.schema import RawBatch, Texts


class TablesDigest:
    """SHA-256 over the names, headings and cells of tables, in their order."""

    def __init__(self) -> None:
        """Nothing read yet."""
        self._lines: list[str] = []
        self._columns: list[tuple[Any, Any]] = []

    def table(self, name: str, header: Sequence[str]) -> None:
        """Begin the next table."""
        self._end()
        self._lines.append(" ".join(f"{len(text)}:{text}" for text in (name, *header)))
        self._columns = [(sha256(), sha256()) for _ in header]

    def add(self, batch: RawBatch) -> RawBatch:
        """Take in the next rows of the table, and hand them on."""
        for (text, lengths), column in zip(self._columns, batch.columns, strict=True):
            if isinstance(column, Texts):
                contents = [cell.encode() for cell in column]
                text.update(b"".join(contents))
                lengths.update(array("i", map(len, contents)).tobytes())
                continue
            import pyarrow.compute

            column = column.dictionary_decode() if pyarrow.types.is_dictionary(column.type) else column  # noqa: PLW2901
            offsets, content = column.buffers()[1:]
            if len(column):
                ends = memoryview(offsets).cast("i")
                start, end = ends[column.offset], ends[column.offset + len(column)]
                text.update(memoryview(content)[start:end] if content is not None else b"")
                sizes = pyarrow.compute.binary_length(column)
                lengths.update(memoryview(sizes.buffers()[1])[: 4 * len(column)])
        return batch

    def hexdigest(self) -> str:
        """The fingerprint of what was taken in."""
        self._end()
        return sha256("\n".join(self._lines).encode("utf-8", "surrogatepass")).hexdigest()

    def _end(self) -> None:
        self._lines += [each.hexdigest() for each in chain.from_iterable(self._columns)]
        self._columns = []
