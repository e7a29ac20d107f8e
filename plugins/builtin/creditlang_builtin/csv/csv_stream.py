"""A CSV file in UTF-8, block by block, as columns: a million rows without holding the file.

The file is looked through once before (`scan`): its hash, and whether it is of the kind that can be cut at line ends.
UTF-8 is, with lines of ordinary length that end in LF or CRLF. Anything else is for `csv_rows` on the whole text.

Then each block without a quote is parsed by Arrow, for which a line without quotes is just cells between commas; what
Arrow refuses, and every block with a quote, goes line by line through `CsvRows`, which alone defines what a row is. A
record that stretches over several lines may reach into the next block; the rest of that block is read by lines, too.

Invariant: rows, numbers and problems are those that `CsvRows` gives for the whole text.
"""

import codecs
import os
import stat
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen

from creditlang.diagnostics import Diagnostic
from creditlang.schema import RawBatch
from creditlang_builtin.csv.csv_rows import BLANKS, LONGEST_LINE, CsvRows
from creditlang_builtin.files.decoding import is_container
from creditlang_builtin.files.stable_file import changed_since, stamp_of

if TYPE_CHECKING:
    import pyarrow

BLOCK: Final = 16 * 1024 * 1024
"""Bytes of a block: some 200,000 rows."""

_PIECE: Final = 1024 * 1024


@frozen
class Scan:
    """What a look through a file has found: its SHA-256, how it stood, and where its text begins after a mark."""

    path: Path
    digest: str
    stamp: tuple[int, ...]
    start: int

    def changed(self) -> Diagnostic | None:
        """CR632 if the file is no longer as it was."""
        return changed_since(self.path, self.stamp)


def scan(path: Path) -> Scan | Diagnostic | None:
    """A look through a file; None if it is not one to be read in blocks, whatever the reason, CR632 if it changed."""
    digest, decoder = sha256(), codecs.getincrementaldecoder("utf-8")()
    size, since_line_end, last = 0, 0, b""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            while piece := file.read(_PIECE):
                if not size and is_container(piece):
                    return None
                size += len(piece)
                digest.update(piece)
                decoder.decode(piece)
                joined = last + piece
                if b"\0" in piece or joined.count(b"\r") != joined.count(b"\r\n") + joined.endswith(b"\r"):
                    return None
                last = piece[-1:] if piece.endswith(b"\r") else b""
                end = piece.rfind(b"\n")
                since_line_end = since_line_end + len(piece) if end < 0 else len(piece) - end - 1
                if max(since_line_end, piece.find(b"\n")) > LONGEST_LINE // 2:
                    return None
            decoder.decode(b"", final=True)
            mark = len(codecs.BOM_UTF8) if _begins(path, codecs.BOM_UTF8) else 0
    except (OSError, UnicodeDecodeError):
        return None
    found = Scan(path, digest.hexdigest(), stamp_of(before), mark)
    return found.changed() or (found if size == before.st_size and not last else None)


def _begins(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(mark)) == mark


@define
class Lines:
    """The lines of a file: within the block at hand by iteration, beyond it with `further`."""

    blocks: Iterator[bytes]
    number: int = 0
    """Of the line handed out last."""
    lines: list[str] = field(factory=list)
    position: int = 0
    content: bytes | None = None
    """The block at hand while no line of it has been handed out."""

    def next_block(self) -> bytes | None:
        """The next block, when the one at hand is used up: its bytes, or None at the end."""
        self.content = next(self.blocks, None)
        self.lines, self.position = [], 0
        return self.content

    def skip(self, lines: int) -> None:
        """The block at hand has been read by somebody else."""
        self.number += lines
        self.content = None

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """The lines left of the block at hand."""
        self._open()
        while self.position < len(self.lines):
            yield self._hand_out()

    def further(self) -> Iterator[tuple[int, str]]:
        """All lines left, into the following blocks."""
        while True:
            yield from self
            if self.next_block() is None:
                return

    def rest(self) -> None:
        """Make a block of the lines left, so that it may be read by somebody else."""
        left = self.lines[self.position :]
        self.lines, self.position = [], 0
        self.content = "".join(f"{line}\n" for line in left).encode("utf-8") if left else b""

    def _open(self) -> None:
        if self.content is not None:
            text = self.content.decode("utf-8")
            self.lines, self.position, self.content = text.removesuffix("\n").split("\n") if text else [], 0, None

    def _hand_out(self) -> tuple[int, str]:
        line = self.lines[self.position]
        self.position += 1
        self.number += 1
        return self.number, line


def blocks_of(found: Scan) -> Iterator[bytes]:
    """The file from its text on, cut after line ends; every line ends in LF alone."""
    left = b""
    with found.path.open("rb") as file:
        file.seek(found.start)
        while piece := file.read(BLOCK):
            piece = left + piece
            end = piece.rfind(b"\n") + 1
            left = piece[end:]
            if end:
                yield _with_line_feeds(piece[:end])
    if left:
        yield _with_line_feeds(left)


def _with_line_feeds(block: bytes) -> bytes:
    return block.replace(b"\r\n", b"\n") if b"\r" in block else block


@define
class CsvStream:
    """The rows of a file in blocks. Ask for `header()` once, then go through `batches()` once."""

    found: Scan
    source: str
    lines: Lines
    rows: CsvRows

    @staticmethod
    def of(found: Scan, source: str) -> "CsvStream":
        """A stream over a file that has been looked through."""
        lines = Lines(blocks_of(found))
        return CsvStream(found, source, lines, CsvRows.of_lines(lines, source))

    def header(self) -> tuple[str, ...] | None:
        """As `CsvRows.header`."""
        while self.lines.next_block() is not None:
            if (names := self.rows.header_here()) is not None or self.rows.problems:
                self.lines.rest()
                return names
        return self.rows.header_here(last=True)

    def batches(self) -> Iterator[RawBatch]:
        """The rows under the header, in order, broken ones with their problem."""
        content = self.lines.content
        while content is not None:
            yield from self._block(content)
            content = self.lines.next_block()
        self.rows.finish()
        if (changed := self.found.changed()) is not None:
            self.rows.problems.append(changed)

    def _block(self, content: bytes) -> Iterator[RawBatch]:
        if not content:
            return
        if b'"' not in content and b"\n\n" not in content and not content.startswith(b"\n"):
            columns = _parsed(content, self.rows.width)
            if columns is not None:
                batch = self._batch(columns, self.lines.number)
                self.lines.skip(len(columns[0]))
                if batch.numbers:
                    yield batch
                return
        rows = list(self.rows.rows_here())
        if rows:
            yield RawBatch.of(rows, self.rows.width)

    def _batch(self, columns: tuple["pyarrow.StringArray", ...], before: int) -> RawBatch:
        """Columns as a batch, without the rows in which there is nothing."""
        numbers: range | list[int] = range(before + 1, before + 1 + len(columns[0]))
        blank = _blank(columns)
        if blank is not None:
            empty = blank.to_pylist()
            columns = tuple(column.filter(_inverted(blank)) for column in columns)
            numbers = [number for number, is_empty in zip(numbers, empty, strict=True) if not is_empty]
            self.rows.passed_over(len(empty) - len(numbers) if len(columns) > 1 else 0)
        self.rows.counted(len(numbers))
        return RawBatch(numbers, columns)


def _parsed(content: bytes, width: int) -> tuple["pyarrow.StringArray", ...] | None:
    """The cells of a block without quotes and blank lines, or None if a line has not as many as it should."""
    import pyarrow
    from pyarrow import csv

    names = [str(position) for position in range(width)]
    refused: list[bool] = []

    def refuse(_row: object) -> str:
        refused.append(True)
        return "skip"

    try:
        table = csv.read_csv(
            pyarrow.BufferReader(content),
            csv.ReadOptions(column_names=names, block_size=_PIECE),
            csv.ParseOptions(quote_char=False, ignore_empty_lines=False, invalid_row_handler=refuse),
            csv.ConvertOptions(
                column_types=dict.fromkeys(names, pyarrow.string()), null_values=[], strings_can_be_null=False
            ),
        )
    except pyarrow.ArrowInvalid:
        return None
    if refused:
        return None
    return tuple(column.combine_chunks() for column in table.columns)


def _blank(columns: tuple["pyarrow.StringArray", ...]) -> "pyarrow.BooleanArray | None":
    """Which rows have nothing in any cell, or None if every row has something."""
    from pyarrow import compute

    blank = compute.equal(compute.utf8_trim(columns[0], BLANKS), "")
    for column in columns[1:]:
        if not compute.any(blank).as_py():
            return None
        blank = compute.and_(blank, compute.equal(compute.utf8_trim(column, BLANKS), ""))
    return blank if compute.any(blank).as_py() else None


def _inverted(mask: "pyarrow.BooleanArray") -> "pyarrow.BooleanArray":
    from pyarrow import compute

    return compute.invert(mask)
