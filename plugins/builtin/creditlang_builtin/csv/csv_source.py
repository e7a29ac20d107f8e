"""One CSV file as a source. The folder of them is `folder_source`; the strict reading itself is `csv_rows`.

A file in UTF-8 is handed over block by block (`csv_stream`); any other is read whole, hashed, decoded, and handed over
row by row. A file that is no CSV file at all leaves an error and no table; what is wrong with a header is handed over
as a doubt, since the line may be a title; a broken row is handed over with its problem and costs nothing but itself.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from creditlang.diagnostics import Diagnostic
from creditlang.plugin import Source
from creditlang.schema import RawBatch, RawRow, RawTable
from creditlang_builtin.csv.csv_rows import CsvRows
from creditlang_builtin.csv.csv_stream import CsvStream, Scan, scan
from creditlang_builtin.files.decoding import decode
from creditlang_builtin.files.stable_file import Reading, read_file


class CsvSource(Source):
    """A file with a header and one row a line, comma-separated; UTF-8, or GB18030 as Excel in Chinese writes it."""

    def __init__(self, where: str) -> None:
        """`where` is the file's path."""
        super().__init__(where)
        self.path = Path(where)
        self._digest = sha256().hexdigest()

    def tables(self) -> Iterator[RawTable]:
        """The one table, named after the file."""
        found = scan(self.path)
        if isinstance(found, Diagnostic):
            self.problems.append(found)
            return
        if found is not None:
            yield from self._streamed(found)
            return
        reading = read_file(self.path)
        if isinstance(reading, Diagnostic):
            self.problems.append(reading)
            return
        self._digest = reading.digest
        text, said = decode(reading.content, self.path.name)
        self.problems.extend(said)
        if text is None:
            return
        parsed = CsvRows(text, self.path.name)
        header = parsed.header()
        if header is None:
            self.problems.extend(parsed.problems)
            return
        rows = self._rows(parsed, reading)
        yield RawTable(self.path.stem, self.path.name, header, rows, doubts=parsed.doubts)

    def _streamed(self, found: Scan) -> Iterator[RawTable]:
        self._digest = found.digest
        stream = CsvStream.of(found, self.path.name)
        header = stream.header()
        if header is None:
            self.problems.extend(stream.rows.problems)
            return

        def batches() -> Iterator[RawBatch]:
            yield from stream.batches()
            self.problems.extend(stream.rows.problems)

        yield RawTable.of_batches(self.path.stem, self.path.name, header, batches, stream.rows.doubts)

    def _rows(self, parsed: CsvRows, reading: Reading) -> Iterator[RawRow]:
        yield from parsed.rows()
        self.problems.extend(parsed.problems)
        if (changed := reading.changed()) is not None:
            self.problems.append(changed)

    def fingerprint(self) -> str:
        """SHA-256 of the file's bytes, as `sha256sum` prints it."""
        return self._digest
