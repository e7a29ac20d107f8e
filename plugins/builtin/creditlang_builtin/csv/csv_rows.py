"""From the text of a CSV file to its header and rows, strictly: nothing is guessed, and nothing is lost.

Almost every line has no quote in it, and for those splitting at the commas is the whole grammar. A line with a quote
goes through one regular expression that admits the well-formed record and nothing else. If it ends inside a quoted
cell, lines are added until the quotes are even in number, and the same expression decides.

Every physical line ends in exactly one of these: the header, a row, part of a row's quoted cell, a blank line, or a
row with a problem. A broken quote makes a problem of each line that it swallowed, so that the count of rows is the
one that a person counting lines would find. After a quote that is never closed nothing is read as data any more: it
may be the inside of a cell. Line numbers are those of an editor; CRLF, LF and CR all end a line.
"""

import re
from collections.abc import Iterator
from typing import Final, Protocol

from creditlang.diagnostics import Diagnostic, Phrase, Place, report
from creditlang.schema import RawRow

LONGEST_LINE: Final = 1024 * 1024
"""Characters of a line, and of a record that stretches over several."""

MOST_COLUMNS: Final = 256

BLANKS: Final = " \t\u00a0\u3000\ufeff"
_CELL: Final = r'(?:"[^"]*+(?:""[^"]*+)*+"|[^",\n]*+)'
_RECORD: Final = re.compile(f"{_CELL}(?:,{_CELL})*+")
_OPEN: Final = re.compile(rf'(?:{_CELL},)*+"[^"]*+(?:""[^"]*+)*+')
_CELLS: Final = re.compile(r'(?:^|,)(?:"([^"]*+(?:""[^"]*+)*+)"|([^",]*+))')
_SLICE: Final = 1 << 20
# First characters of a line that may be blank: worth a closer look.
_MAYBE_BLANK: Final = frozenset({"", ",", *BLANKS})
_SEPARATORS: Final = {
    "\t": Phrase("tab", "制表符"),
    ";": Phrase("semicolon", "分号"),
    "，": Phrase("full-width comma", "全角逗号"),
    "|": Phrase("vertical bar", "竖线"),
}


class CsvRows:
    """The records of one text. Ask for `header()` once, then go through `rows()` once; `problems` grows meanwhile."""

    def __init__(self, text: str, source: str) -> None:
        """`source` names the file in messages."""
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._begin(TextLines(_numbered_lines(text)), source, "\0" in text or _has_long_line(text))

    @classmethod
    def of_lines(cls, lines: "NumberedLines", source: str) -> "CsvRows":
        """The records of lines that come block by block, none of them too long or with a null character."""
        made = cls.__new__(cls)
        made._begin(lines, source, False)
        return made

    def _begin(self, lines: "NumberedLines", source: str, odd: bool) -> None:
        self.source = source
        self.problems: list[Diagnostic] = []
        self.doubts: tuple[Diagnostic, ...] = ()
        self.width = 0
        self._lines = lines
        self._odd = odd
        self._count = 0
        self._empty = 0

    def header(self) -> tuple[str, ...] | None:
        """The names of the columns, or None where there is no line at all.

        What is wrong with them as a heading is in `doubts`: the first line may be a title. One that is broken has none.
        """
        return self.header_here(last=True)

    def header_here(self, last: bool = False) -> tuple[str, ...] | None:
        """The header, if it is in the block at hand; `last` says that there is no other block."""
        for row in self._records(None):
            if row.problem is not None:
                self.doubts = (row.problem,)
                return ()
            names = tuple(cell.strip(BLANKS) for cell in row.cells)
            if len(names) > MOST_COLUMNS:
                place = Place(self.source, row.number)
                self.doubts = (report("CR635", place, columns=len(names), limit=MOST_COLUMNS),)
                return ()
            self.doubts = tuple(self._check_header(row.number, names))
            self.width = len(names)
            return names
        if last:
            self.problems.append(report("CR621", Place(self.source)))
        return None

    def rows(self) -> Iterator[RawRow]:
        """The rows under the header, in order, broken ones with their problem."""
        yield from self.rows_here()
        self.finish()

    def rows_here(self) -> Iterator[RawRow]:
        """The rows of the block at hand."""
        for row in self._records(self.width):
            self._count += 1
            yield row

    def counted(self, rows: int) -> None:
        """Rows that somebody else has read."""
        self._count += rows

    def passed_over(self, rows: int) -> None:
        """Rows without anything in them that somebody else has read."""
        self._empty += rows

    def finish(self) -> None:
        """Say what there is to say of all rows together."""
        if self._count == 0 and not self.doubts:
            self.problems.append(report("CR639", Place(self.source)))
        if self._empty:
            self.problems.append(report("CR638", Place(self.source), count=self._empty))

    def _records(self, width: int | None) -> Iterator[RawRow]:
        """Records of the remaining lines; without a width, as for the header, any number of cells will do."""
        odd = self._odd
        for number, line in self._lines:
            if odd and (problem := self._line_problem(number, line)) is not None:
                yield RawRow(number, (), problem)
            elif '"' in line:
                yield from self._quoted(number, line, width)
            elif line[:1] in _MAYBE_BLANK and not line.strip(BLANKS + ","):
                self._empty += "," in line
            else:
                cells = tuple(line.split(","))
                if len(cells) == width or width is None:
                    yield RawRow(number, cells)
                else:
                    yield self._ragged(number, cells)

    def _quoted(self, number: int, line: str, width: int | None) -> Iterator[RawRow]:
        """The record that begins on a line with a quote, over as many lines as its quotes ask for."""
        if _RECORD.fullmatch(line):
            yield from self._record(number, line, width)
        elif line.count('"') % 2 and _OPEN.fullmatch(line):
            yield from self._stretched(number, line, width)
        else:
            yield RawRow(number, (), report("CR630", Place(self.source, number)))

    def _stretched(self, number: int, line: str, width: int | None) -> Iterator[RawRow]:
        """A record with a line break inside quotes, or the damage that an unclosed quote does."""
        parts, size, quotes = [line], len(line), 1
        for _, following in self._lines.further():
            parts.append(following)
            size += len(following) + 1
            quotes += following.count('"')
            if quotes % 2 == 0 or size > LONGEST_LINE:
                break
        record = "\n".join(parts)
        if quotes % 2 == 0 and size <= LONGEST_LINE and "\0" not in record and _RECORD.fullmatch(record):
            if not self._swallows_rows(record):
                yield from self._record(number, record, width)
                return
            code = "CR631"
        else:
            code = "CR628"
        yield RawRow(number, (), report(code, Place(self.source, number)))
        yield from self._swallowed(number, enumerate(parts[1:], number + 1))
        if quotes % 2:
            yield from self._swallowed(number, self._lines.further())

    def _swallowed(self, opened: int, lines: Iterator[tuple[int, str]]) -> Iterator[RawRow]:
        """Lines that fell into a quoted cell: nobody can say what they are, but they are counted."""
        for number, line in lines:
            if line.strip(BLANKS + ","):
                yield RawRow(number, (), report("CR629", Place(self.source, number), opened=opened))

    def _swallows_rows(self, record: str) -> bool:
        """Whether lines of the record have as many commas as a row: then one lost quote has closed another."""
        like_rows = [line.count(",") == self.width - 1 for line in record.split("\n")]
        return self.width > 2 and (any(like_rows[1:-1]) or all(like_rows))

    def _record(self, number: int, record: str, width: int | None) -> Iterator[RawRow]:
        cells = _cells(record)
        if not any(cells):
            self._empty += 1
        elif len(cells) == width or width is None:
            yield RawRow(number, cells)
        else:
            yield self._ragged(number, cells)

    def _ragged(self, number: int, cells: tuple[str, ...]) -> RawRow:
        place = Place(self.source, number)
        return RawRow(number, cells, report("CR627", place, cells=len(cells), columns=self.width))

    def _line_problem(self, number: int, line: str) -> Diagnostic | None:
        if "\0" in line:
            return report("CR624", Place(self.source, number))
        if len(line) > LONGEST_LINE:
            return report("CR634", Place(self.source, number), limit=f"{LONGEST_LINE:,}")
        return None

    def _check_header(self, number: int, names: tuple[str, ...]) -> list[Diagnostic]:
        """What is wrong with the names. They are not quoted: a file without a header has a person's row there."""
        place = Place(self.source, number)
        if len(names) == 1:
            separators = [words for character, words in _SEPARATORS.items() if character in names[0]]
            return [report("CR637", place, separator=words) for words in separators[:1]]
        found = []
        first: dict[str, int] = {}
        for position, name in enumerate(names, 1):
            if not name:
                found.append(report("CR625", place, position=position))
            elif name in first:
                found.append(report("CR626", place, first=first[name], second=position))
            else:
                first[name] = position
        return found


class NumberedLines(Protocol):
    """Lines with their numbers, in blocks: those of the block at hand, and all that are left."""

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """The lines left of the block at hand."""

    def further(self) -> Iterator[tuple[int, str]]:
        """All lines left."""


class TextLines:
    """The lines of one text: a single block."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        """`lines` can be gone through once."""
        self._lines = lines

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """The lines left."""
        return self._lines

    def further(self) -> Iterator[tuple[int, str]]:
        """The lines left."""
        return self._lines


def _cells(record: str) -> tuple[str, ...]:
    """The cells of a well-formed record."""
    return tuple(
        [quoted.replace('""', '"') if quoted else plain for quoted, plain in _CELLS.findall(record)]
        if '""' in record
        else [quoted or plain for quoted, plain in _CELLS.findall(record)]
    )


def _numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """The physical lines from 1, cut slice by slice so that a large file is not held twice."""
    number, start = 0, 0
    while start < len(text):
        end = text.find("\n", start + _SLICE)
        end = len(text) if end < 0 else end
        for line in text[start:end].split("\n"):
            number += 1
            yield number, line
        start = end + 1


def _has_long_line(text: str) -> bool:
    """Whether a line exceeds the limit, found in jumps from line end to line end."""
    start = 0
    while len(text) - start > LONGEST_LINE:
        end = text.rfind("\n", start, start + LONGEST_LINE + 1)
        if end < 0:
            return True
        start = end + 1
    return False
