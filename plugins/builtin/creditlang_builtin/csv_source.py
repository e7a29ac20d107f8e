"""One CSV file as a source. The folder of them is `folder_source`; the strict reading itself is `csv_rows`.

The file is read whole, hashed, decoded, and then handed over row by row. A file with an unusable header, or that is
no CSV file at all, leaves an error and no table; a broken row is handed over with its problem and costs nothing but
itself.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from creditlang.diagnostics import Diagnostic
from creditlang.plugin import Source
from creditlang.schema import RawRow, RawTable
from creditlang_builtin.csv_rows import CsvRows
from creditlang_builtin.decoding import decode
from creditlang_builtin.stable_file import Reading, read_file


class CsvSource(Source):
    """A file with a header and one row a line, comma-separated; UTF-8, or GB18030 as Excel in Chinese writes it."""

    def __init__(self, where: str) -> None:
        """`where` is the file's path."""
        super().__init__(where)
        self.path = Path(where)
        self._digest = sha256().hexdigest()

    def tables(self) -> Iterator[RawTable]:
        """The one table, named after the file."""
        reading = read_file(self.path)
        if isinstance(reading, Diagnostic):
            self.problems.append(reading)
            return
        self._digest = reading.digest
        text, found = decode(reading.content, self.path.name)
        self.problems.extend(found)
        if text is None:
            return
        parsed = CsvRows(text, self.path.name)
        header = parsed.header()
        if header is None:
            self.problems.extend(parsed.problems)
            return
        yield RawTable(self.path.stem, self.path.name, header, self._rows(parsed, reading))

    def _rows(self, parsed: CsvRows, reading: Reading) -> Iterator[RawRow]:
        yield from parsed.rows()
        self.problems.extend(parsed.problems)
        if (changed := reading.changed()) is not None:
            self.problems.append(changed)

    def fingerprint(self) -> str:
        """SHA-256 of the file's bytes, as `sha256sum` prints it."""
        return self._digest
