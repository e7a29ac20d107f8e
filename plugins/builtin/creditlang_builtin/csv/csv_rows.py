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
from functools import partial
from typing import Final, TextIO

from creditlang.diagnostics import Diagnostic, Phrase, Place, report
from creditlang.schema import RawRow
from creditlang.toolkit.table_heading import MOST_COLUMNS, heading_problems

LONGEST_LINE: Final = 1024 * 1024
"""Characters of a line, and of a record that stretches over several."""

BLANKS: Final = " \t\u00a0\u3000\ufeff"
_CELL: Final = r'(?:"[^"]*+(?:""[^"]*+)*+"|[^",\n]*+)'
_RECORD: Final = re.compile(f"{_CELL}(?:,{_CELL})*+")
_OPEN: Final = re.compile(rf'(?:{_CELL},)*+"[^"]*+(?:""[^"]*+)*+')
_CELLS: Final = re.compile(r'(?:^|,)(?:"([^"]*+(?:""[^"]*+)*+)"|([^",]*+))')
_PIECE: Final = 65_536
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

    def __init__(self, lines: Iterator[tuple[int, str]], source: str) -> None:
        """`lines` are numbered, and have no ends; `source` names the file in messages."""
        self.source = source
        self.problems: list[Diagnostic] = []
        self.doubts: tuple[Diagnostic, ...] = ()
        self.names: tuple[str, ...] = ()
        self.width = 0
        self.count = 0
        """The rows so far."""
        self.empty = 0
        """The lines so far that have commas and nothing else."""
        self._lines = lines

    def header(self) -> tuple[str, ...] | None:
        """The names of the columns, or None with the reason in `problems`: then there are no rows.

        What is wrong with them as a heading is in `doubts`: the first line may be a title. One that is broken has none.
        """
        row = next(self._records(None), None)
        if row is None:
            self.problems.append(report("CR621", Place(self.source)))
            return None
        if row.problem is not None and row.problem.code in ("CR624", "CR634"):
            self.doubts = (row.problem,)
            return ()
        if row.problem is not None:  # a quote, which may have swallowed any number of rows
            self.problems.append(row.problem)
            return None
        names = tuple(cell.strip(BLANKS) for cell in row.cells)
        if len(names) > MOST_COLUMNS:
            place = Place(self.source, row.number)
            self.doubts = (report("CR635", place, columns=len(names), limit=MOST_COLUMNS),)
            return ()
        self.doubts = tuple(self._check_header(row.number, names))
        self.names, self.width = names, len(names)
        return names

    def rows(self) -> Iterator[RawRow]:
        """The rows under the header, in order, broken ones with their problem."""
        for row in self._records(self.width):
            self.count += 1
            yield row
        self.end()

    def end(self) -> None:
        """Say what there is to say once all rows have been read."""
        if self.count == 0 and not self.doubts:
            self.problems.append(report("CR639", Place(self.source)))
        if self.empty:
            self.problems.append(report("CR638", Place(self.source), count=self.empty))

    def records_at(self, number: int, line: str) -> Iterator[RawRow]:
        """What comes of a line under the header, and of those after it that a quote takes in."""
        return self._records_at(number, line, self.width)

    def _records(self, width: int | None) -> Iterator[RawRow]:
        """Records of the remaining lines; without a width, as for the header, any number of cells will do."""
        for number, line in self._lines:
            yield from self._records_at(number, line, width)

    def _records_at(self, number: int, line: str, width: int | None) -> Iterator[RawRow]:
        if "\0" in line or len(line) > LONGEST_LINE:
            yield RawRow(number, (), self._line_problem(number, line))
        elif '"' in line:
            yield from self._quoted(number, line, width)
        elif line[:1] in _MAYBE_BLANK and not line.strip(BLANKS + ","):
            self.empty += "," in line
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
        for _, following in self._lines:
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
            yield from self._swallowed(number, self._lines)

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
            self.empty += 1
        elif len(cells) == width or width is None:
            yield RawRow(number, cells)
        else:
            yield self._ragged(number, cells)

    def _ragged(self, number: int, cells: tuple[str, ...]) -> RawRow:
        place = Place(self.source, number)
        return RawRow(number, cells, report("CR627", place, cells=len(cells), columns=self.width))

    def _line_problem(self, number: int, line: str) -> Diagnostic:
        if "\0" in line:
            return report("CR624", Place(self.source, number))
        return report("CR634", Place(self.source, number), limit=f"{LONGEST_LINE:,}")

    def _check_header(self, number: int, names: tuple[str, ...]) -> list[Diagnostic]:
        """What is wrong with the names. They are not quoted: a file without a header has a person's row there."""
        place = Place(self.source, number)
        if len(names) == 1:
            separators = [words for character, words in _SEPARATORS.items() if character in names[0]]
            return [report("CR637", place, separator=words) for words in separators[:1]]
        return heading_problems(names, place)


def _cells(record: str) -> tuple[str, ...]:
    """The cells of a well-formed record."""
    return tuple(
        [quoted.replace('""', '"') if quoted else plain for quoted, plain in _CELLS.findall(record)]
        if '""' in record
        else [quoted or plain for quoted, plain in _CELLS.findall(record)]
    )


def numbered_lines(text: TextIO) -> Iterator[tuple[int, str]]:
    """The physical lines from 1, without their ends; of one that is too long, the beginning."""
    limit = LONGEST_LINE + 1
    for number, line in enumerate(iter(partial(text.readline, limit), ""), 1):
        if line[-1] == "\n":
            yield number, line[:-1]
        else:
            yield number, line if len(line) < limit else line + _what_matters_of_the_rest(text)


def _what_matters_of_the_rest(lines: TextIO) -> str:
    """Of what a line has beyond the limit, which is not held: if quotes are left open, a null character, any text."""
    quotes, null, text = 0, False, False
    while rest := lines.readline(_PIECE):
        quotes += rest.count('"')
        null = null or "\0" in rest
        text = text or bool(rest.strip(BLANKS + ',"'))
        if rest[-1] == "\n":
            break
    return "…" * text + '"' * (quotes % 2) + "\0" * null
