"""One CSV file as a source. The folder of them is `folder_source`; the strict reading itself is `csv_rows`.

The file is gone through twice, a piece at a time, so that a million rows need no more memory than a hundred: once for
its hash and its encoding, of which only the last byte makes sure, and once for the rows. A file that is no CSV file at
all leaves an error and no table; what is wrong with a header is handed over as a doubt, since the line may be a title;
a broken row is handed over with its problem and costs nothing but itself.
"""

import os
from collections.abc import Iterator
from hashlib import file_digest
from io import BufferedReader, TextIOWrapper

from creditlang.diagnostics import Diagnostic
from creditlang.schema import RawRow, RawTable
from creditlang_builtin.csv.csv_rows import CsvRows
from creditlang_builtin.files.decoding import encoding_of
from creditlang_builtin.files.stable_file import FileSource, changed_since, open_file, stamp_of, unreadable


class CsvSource(FileSource):
    """A file with a header and one row a line, comma-separated; UTF-8, or GB18030 as Excel in Chinese writes it."""

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
        rows = self._rows(file, parsed, stamp)
        yield RawTable(self.path.stem, self.path.name, parsed.names, rows, doubts=parsed.doubts)

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
        file.seek(encoding.mark)
        # A byte that cannot be decoded after all is in a file that was changed: that is said at the end.
        parsed = CsvRows(TextIOWrapper(file, encoding.name, errors="replace"), self.path.name)
        if parsed.header() is not None:
            return parsed
        self.problems.extend(parsed.problems)
        return None

    def _rows(self, file: BufferedReader, parsed: CsvRows, stamp: tuple[int, ...]) -> Iterator[RawRow]:
        with file:
            yield from parsed.rows()
        self.problems.extend(parsed.problems)
        if (changed := changed_since(self.path, stamp)) is not None:
            self.problems.append(changed)
