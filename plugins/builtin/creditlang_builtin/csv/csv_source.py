"""One CSV file as a source. The folder of them is `folder_source`; the strict reading itself is `csv_rows`.

The file is gone through twice, a piece at a time, so that a million rows need no more memory than a hundred: once for
its hash and its encoding, of which only the last byte makes sure, and once for the rows: those of a large file come as
columns (`csv_columns`), which are the same rows. A file that is no CSV file at
all leaves an error and no table; what is wrong with a header is handed over as a doubt, since the line may be a title;
a broken row is handed over with its problem and costs nothing but itself.
"""

import os
from collections.abc import Iterator
from hashlib import file_digest
from io import BufferedReader, TextIOWrapper
from typing import TYPE_CHECKING, Final, TypeVar

from creditlang.diagnostics import Diagnostic
from creditlang.schema import RawTable, has_arrow
from creditlang_builtin.csv.csv_rows import CsvRows, numbered_lines
from creditlang_builtin.files.decoding import Encoding, encoding_of
from creditlang_builtin.files.stable_file import FileSource, changed_since, open_file, stamp_of, unreadable

if TYPE_CHECKING:
    from creditlang_builtin.csv.csv_columns import CsvBlocks


LARGE: Final = 1024 * 1024
"""Bytes of a file that is read as columns: it takes longer to read it line by line than to load what reads columns."""

Content = TypeVar("Content")


class CsvSource(FileSource):
    """A file with a header and one row a line, comma-separated; UTF-8, or GB18030 as Excel in Chinese writes it."""

    def __init__(self, where: str) -> None:
        """`where` is the file's path."""
        super().__init__(where)
        self._blocks: CsvBlocks | None = None
        """The lines of a large file."""

    def tables(self) -> Iterator[RawTable]:
        """The one table, named after the file."""
        file = open_file(self.path)
        if isinstance(file, Diagnostic):
            self.problems.append(file)
            return
        stamp = stamp_of(os.fstat(file.fileno()))
        parsed = self._headed(file, stamp)
        if parsed is None:
            file.close()
            return
        name, source, names, doubts = self.path.stem, self.path.name, parsed.names, parsed.doubts
        if self._blocks is not None and parsed.width > 1:
            from creditlang_builtin.csv.csv_columns import CsvColumns

            columns = CsvColumns(self._blocks, parsed)
            yield RawTable.of_batches(
                name, source, names, lambda: self._read(file, columns.batches(), parsed, stamp), doubts
            )
        else:
            yield RawTable(name, source, names, self._read(file, parsed.rows(), parsed, stamp), doubts=doubts)

    def _lines(self, file: BufferedReader, encoding: Encoding, size: int) -> Iterator[tuple[int, str]]:
        """The file's lines; of a large one those of its blocks."""
        file.seek(encoding.mark)
        if size >= LARGE and has_arrow() and not encoding.name.startswith("utf-16"):
            from creditlang_builtin.csv.csv_columns import CsvBlocks

            self._blocks = CsvBlocks(file, encoding)
            return self._blocks
        # A byte that cannot be decoded after all is in a file that was changed: that is said at the end.
        return numbered_lines(TextIOWrapper(file, encoding.name, errors="replace"))

    def _headed(self, file: BufferedReader, stamp: tuple[int, ...]) -> CsvRows | None:
        """The file's text with its header read, or None with the reason in `problems`."""
        try:
            self._digest = file_digest(file, "sha256").hexdigest()
            file.seek(0)
            encoding, said = encoding_of(file, self.path.name)
        except OSError as error:
            self.problems.append(unreadable(self.path, error))
            return None
        if (changed := changed_since(self.path, stamp)) is not None:
            self.problems.append(changed)
            return None
        self.problems.extend(said)
        if encoding is None:
            return None
        parsed = CsvRows(self._lines(file, encoding, stamp[0]), self.path.name)
        if parsed.header() is not None:
            return parsed
        self.problems.extend(parsed.problems)
        return None

    def _read(
        self, file: BufferedReader, content: Iterator[Content], parsed: CsvRows, stamp: tuple[int, ...]
    ) -> Iterator[Content]:
        """The rows or batches, and then what there is to say of them."""
        with file:
            yield from content
        self.problems.extend(parsed.problems)
        if (changed := changed_since(self.path, stamp)) is not None:
            self.problems.append(changed)
