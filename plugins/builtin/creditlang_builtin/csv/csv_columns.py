"""From the bytes of a large CSV file to columns, some megabytes at a time: the same rows as `csv_rows` finds.

A line without a quote is split at its commas and nothing else, and one with quotes around whole cells alone is hardly
more: pyarrow does that for all such lines of a block at once. Every other line goes to `CsvRows` (one with a quote
inside a cell, or one that ends on another line, too long, empty, with a null character, with too few or too many
cells), in its place among the lines, so that a quote may swallow what it swallows there. What comes of it goes back
into the block before pyarrow splits it: a sound record with all of its cells in quotes, a broken one as a row of
nothing.
"""

from collections.abc import Iterator, Mapping
from io import SEEK_CUR, BufferedReader
from typing import Any, Final

import numpy
import pyarrow
from attrs import frozen
from pyarrow import compute, csv

from creditlang.schema import RawBatch, RawRow
from creditlang_builtin.csv.csv_rows import BLANKS, LONGEST_LINE, CsvRows
from creditlang_builtin.files.decoding import Encoding

BLOCK: Final = 4 * 1024 * 1024
"""Bytes of a file that are looked at together, but for the rest of the last line."""

_LINE_FEED: Final = 10
_QUOTE: Final = 34
_COMMA: Final = 44
_LONGEST_KEPT: Final = 4 * (LONGEST_LINE + 1)
"""Bytes of a line: more than a line has that is not too long."""
_TEXTS: Final = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())


class CsvBlocks:
    """The lines of a file, numbered from 1, one by one; or, of those that have not been asked for, a block at once."""

    def __init__(self, file: BufferedReader, encoding: Encoding) -> None:
        """`file` stands behind its mark, if it has one. In any encoding in which a line feed is one byte."""
        self.file = file
        self.encoding = encoding.name
        self.block = b""
        self.starts = numpy.zeros(1, numpy.int64)
        """Where the lines of the block begin, and where the last one ends."""
        self.at = 0
        """The line of the block that comes next."""
        self.first = 1
        """The number of the block's first line."""

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """The lines that are left."""
        return self

    def __next__(self) -> tuple[int, str]:
        """A line and its number, without its end."""
        if not self.filled():
            raise StopIteration
        start, end = self.starts[self.at : self.at + 2].tolist()
        self.at += 1
        return self.first + self.at - 1, self.block[start : end - 1].decode("utf-8", "replace")

    def filled(self) -> bool:
        """Go on to the next block if this one is at its end; whether there is a line left."""
        if self.at < len(self.starts) - 1:
            return True
        raw = self.file.read(BLOCK)
        if raw and not raw.endswith(b"\n"):
            raw += self._rest_of_line()
        if self.encoding != "utf-8":
            raw = raw.decode(self.encoding, "replace").encode()
        if b"\r" in raw:
            raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self.block = raw if not raw or raw.endswith(b"\n") else raw + b"\n"
        self.first += len(self.starts) - 1
        ends = numpy.flatnonzero(numpy.frombuffer(self.block, numpy.uint8) == _LINE_FEED) + 1
        self.starts = numpy.concatenate([[0], ends])
        self.at = 0
        return bool(raw)

    def _rest_of_line(self) -> bytes:
        """The rest of the last line; of one that is too long, the beginning, and whether a quote is left open in it."""
        rest = self.file.readline(_LONGEST_KEPT)
        if len(rest) < _LONGEST_KEPT or rest.endswith(b"\n"):
            return rest
        if b"\r" in rest:
            return self._up_to_return(rest, rest.rindex(b"\r"))
        quotes, null = 0, False
        while more := self.file.readline(_LONGEST_KEPT):
            if b"\r" in more:
                more = self._up_to_return(more, more.index(b"\r"))
            quotes, null = quotes + more.count(b'"'), null or b"\0" in more
            if more.endswith((b"\r", b"\n")):
                break
        return rest + b'"' * (quotes % 2) + b"\0" * null + b"\n"

    def _up_to_return(self, piece: bytes, place: int) -> bytes:
        """The beginning of what was read last, up to a carriage return, with the line feed after it if there is one."""
        self.file.seek(place + 1 - len(piece), SEEK_CUR)
        if self.file.read(1) not in (b"\n", b""):
            self.file.seek(-1, SEEK_CUR)
        return piece[: place + 1]

    def odd_lines(self) -> Iterator[int]:
        """The lines of the block that pyarrow must not split, from the next one on."""
        lengths = numpy.diff(self.starts)
        odd = (lengths == 1) | (lengths > LONGEST_LINE)
        content = numpy.frombuffer(self.block, numpy.uint8)
        if b"\0" in self.block:
            odd[numpy.searchsorted(self.starts, numpy.flatnonzero(content == 0), "right") - 1] = True
        if b'"' in self.block:
            odd |= self._oddly_quoted(content)
        odd[: self.at] = False
        yield from numpy.flatnonzero(odd).tolist()

    def _oddly_quoted(self, content: Any) -> Any:
        """For each line whether its quotes are other than around whole cells that have none inside."""
        marks = numpy.flatnonzero(content == _QUOTE)
        lines = numpy.searchsorted(self.starts, marks, "right") - 1
        counts = numpy.bincount(lines, minlength=len(self.starts) - 1)
        opens = (numpy.arange(len(marks)) - (numpy.cumsum(counts) - counts)[lines]) % 2 == 0
        beside = content[numpy.where(opens, marks - 1, marks + 1)]
        sound = (beside == _COMMA) | (beside == _LINE_FEED) | (opens & (marks == 0))
        odd = counts % 2 == 1
        odd[lines[~sound]] = True
        return odd


class CsvColumns:
    """The rows under the header as columns."""

    def __init__(self, blocks: CsvBlocks, parsed: CsvRows) -> None:
        """`parsed` reads `blocks`, and has read the header, which has two columns or more."""
        self.blocks = blocks
        self.parsed = parsed

    def batches(self) -> Iterator[RawBatch]:
        """All rows; what there is to say at the end is in `parsed.problems`."""
        while self.blocks.filled():
            batch = self._batch()
            if batch is not None:
                self.parsed.count += len(batch.numbers)
                yield batch
        self.parsed.end()

    def _batch(self) -> RawBatch | None:
        """The rows that begin in the block, if any do."""
        blocks = self.blocks
        whole = _Block(blocks.block, blocks.starts, blocks.first, blocks.at)
        runs: dict[int, tuple[int, list[RawRow]]] = {}
        for line in blocks.odd_lines():
            if blocks.first == whole.first and line >= blocks.at:
                blocks.at = line
                rows = list(self.parsed.records_at(*next(blocks)))
                runs[line] = (blocks.at if blocks.first == whole.first else whole.end, rows)
        if blocks.first == whole.first:
            blocks.at = whole.end
        split = _Split(whole, runs, self.parsed.width)
        while split.invalid:
            for line in split.invalid:
                runs[line] = (line + 1, list(self.parsed.records_at(whole.first + line, whole.line(line))))
            split = _Split(whole, runs, self.parsed.width)
        self.parsed.empty += split.without_blank_rows(whole)
        return split.batch() if len(split.numbers) else None


@frozen
class _Block:
    """A block as it was before its odd lines were read, which may reach into the next one."""

    content: bytes
    starts: Any
    first: int
    begin: int
    """The first line that has not been read."""

    @property
    def end(self) -> int:
        """The position after the last line."""
        return len(self.starts) - 1

    def line(self, line: int) -> str:
        """A line without its end."""
        return self.content[self.starts[line] : self.starts[line + 1] - 1].decode("utf-8", "replace")


class _Split:
    """A block split into columns, its odd lines replaced by what came of them: until which line, and the rows."""

    def __init__(self, block: _Block, runs: Mapping[int, tuple[int, list[RawRow]]], width: int) -> None:
        """`invalid` are the lines that have not `width` cells, which have to be read as odd ones."""
        self.placed: dict[int, RawRow] = {}
        """The rows of odd lines, by their position."""
        self.columns: list[pyarrow.DictionaryArray] = []
        self.invalid: list[int] = []
        pieces, numbers, count, at = [], [], 0, block.begin
        for line, (end, rows) in [*sorted(runs.items()), (block.end, (block.end, []))]:
            pieces.append(block.content[block.starts[at] : block.starts[line]])
            numbers.append(numpy.arange(block.first + at, block.first + line))
            count += line - at
            for row in rows:
                self.placed[count] = row
                pieces.append(_quoted(row, width))
                count += 1
            numbers.append(numpy.array([row.number for row in rows], numpy.int64))
            at = end
        self.numbers = numpy.concatenate(numbers)
        if count:
            stretched = any("\n" in cell for row in self.placed.values() for cell in row.cells)
            self._split(b"".join(pieces), width, stretched)
            self.invalid = [int(self.numbers[place]) - block.first for place in self.invalid]

    def _split(self, content: bytes, width: int, stretched: bool) -> None:
        def skip(row: Any) -> str:
            self.invalid.append(row.number - 1)
            return "skip"

        names = [str(place) for place in range(width)]
        table = csv.read_csv(
            pyarrow.BufferReader(content),
            csv.ReadOptions(use_threads=False, block_size=len(content) + 1, column_names=names),
            csv.ParseOptions(newlines_in_values=stretched, ignore_empty_lines=False, invalid_row_handler=skip),
            csv.ConvertOptions(column_types=dict.fromkeys(names, _TEXTS), strings_can_be_null=False),
        )
        self.columns = [column.combine_chunks() for column in table.columns]

    def without_blank_rows(self, block: _Block) -> int:
        """Leave out the rows of which every cell is blank, and empty if there are quotes; say how many they are."""
        blank = numpy.ones(len(self.numbers), bool)
        blank[list(self.placed)] = False
        for column in self.columns:
            empty = compute.equal(compute.utf8_trim(column.dictionary, BLANKS), "")
            blank &= empty.to_numpy(zero_copy_only=False)[column.indices.to_numpy()]
            if not blank.any():
                return 0
        for at in numpy.flatnonzero(blank).tolist():
            quoted = '"' in block.line(int(self.numbers[at]) - block.first)
            blank[at] = not (quoted and any(column[at].as_py() for column in self.columns))
        kept = ~blank
        places = numpy.cumsum(kept) - 1
        self.numbers = self.numbers[kept]
        self.columns = [column.filter(pyarrow.array(kept)) for column in self.columns]
        self.placed = {int(places[at]): row for at, row in self.placed.items()}
        return int(blank.sum())

    def batch(self) -> RawBatch:
        """The rows."""
        problems = {at: row.problem for at, row in self.placed.items() if row.problem is not None}
        broken = {at: self.placed[at].cells for at in problems}
        return RawBatch(RawBatch.in_turn(self.numbers), tuple(self.columns), problems, broken)


def _quoted(row: RawRow, width: int) -> bytes:
    """A row as a line in which every cell is quoted; one of empty cells, if it is broken."""
    cells = row.cells if row.problem is None else ("",) * width
    return (",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n").encode("utf-8", "replace")
