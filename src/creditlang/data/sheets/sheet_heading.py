"""Which line of a sheet is its heading: the one with the most names that are known, never a guess.

Offices put a title and an instruction above the heading, and sometimes a heading over two lines. So the heading is
looked for in the source's first line and the 20 rows below it: each line counts for as many different known names as
stand in it. The first line wins as long as no other line has more. Another line must have two known names, or hold
nothing but one. If two lines have equally many, or if a line above the heading looks like a record, it is in doubt,
and the sheet is not read.

Two lines one above the other are a heading over two lines if together they have more known names than any line alone,
and the lower one does not write over a name in the upper. An upper name over several columns runs on to the right; the
two together may be known as `upper/lower`.

Names are compared without regard to case and width, blanks, line breaks, underscores and marks such as `*` and
`（必填）`: `Student ID` is `student_id`. Row numbers stay true. Where
another line than the first is the heading, rows that the source called too long or too short are measured anew.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice, pairwise, zip_longest
from typing import Final

from attrs import evolve, frozen

from creditlang.data.cells import folded, strip_cell
from creditlang.diagnostics import Diagnostic, Phrase, Place, listed, report
from creditlang.schema import RawBatch, RawRow, RawTable

LOOKED_AT: Final = 20
"""Rows below the source's first line among which the heading may be."""

LONGEST_NAME: Final = 200
"""Code points of a cell that can be a heading; a longer one is a text, and is compared as it stands."""

WRONG_LENGTH: Final = "CR627"

RUNNING_NUMBERS: Final = frozenset({"序号", "no", "行号"})
"""Headings of columns that number the rows of a sheet: they say nothing, so nothing is said about them."""

_LIKE_A_NUMBER: Final = re.compile(r"(?=.*?[0-9]{4})[A-Za-z0-9_-]+")
_MARKS: Final = re.compile(r"^[*★]+|\((?:必填|选填|可选|可不填|required|optional)\)$")
_FIRST_LINE: Final = Phrase("the first line", "首行")


@lru_cache(4096)
def plain_heading(text: str) -> str:
    """A heading as it is compared: without case, blanks and line breaks, and marks for what must be filled in."""
    if len(text) > LONGEST_NAME:
        return text
    return _MARKS.sub("", "".join(folded(text).replace("_", " ").split()).rstrip("*★:."))


@frozen
class Heading:
    """The heading that was chosen: its cells, and its place among the lines, of which 0 is the source's first."""

    cells: tuple[str, ...]
    line: int
    lines: int
    row: int | None
    """Its row number; None for the source's first line, which has none."""
    above: tuple[str, ...]
    """What stands in the lines above it."""
    known: int
    """How many of its names are known."""

    def twice(self, known: Collection[str], source: str) -> list[Diagnostic]:
        """CR626 for each of the known names that two columns have: nobody can say which one counts."""
        first: dict[str, int] = {}
        places = [(at, name) for at, cell in enumerate(self.cells, 1) if (name := plain_heading(cell)) in known]
        where = Place(source, self.place_row)
        return [
            report("CR626", where, first=first[name], second=at)
            for at, name in places
            if first.setdefault(name, at) != at
        ]

    @property
    def skipped(self) -> int:
        """How many of the rows below the source's first line stand above the end of the heading."""
        return self.line + self.lines - 1

    @property
    def place_row(self) -> int:
        """The row that messages about the heading name."""
        return self.row or 1


@frozen
class Doubt:
    """Lines of which it cannot be told which one is the heading."""

    rows: Phrase

    def problem(self, source: str, rows: int) -> Diagnostic:
        """CR671; the sheet with so many rows is not read."""
        return report("CR671", Place(source), rows=self.rows, count=rows)


class Sheet:
    """A raw table whose first rows have been looked at, before it is decided how to read it."""

    def __init__(self, table: RawTable) -> None:
        """Take the first rows out of the table; they are handed on by `below`.

        A table that may be passed over is left alone: its heading is sure, and its rows may be none of our business.
        """
        self.table = table
        self._batches = None if table.columnar is None else table.columnar()
        self._taken: list[RawBatch] = []
        self._rows: Iterator[RawRow] = iter(table.rows) if self._batches is None else iter(())
        self.first = () if table.optional else tuple(islice(self._rows, LOOKED_AT)) or self._first_of_batches()

    def _first_of_batches(self) -> tuple[RawRow, ...]:
        for batch in self._batches or ():
            self._taken.append(batch)
            if sum(len(batch.numbers) for batch in self._taken) >= LOOKED_AT:
                break
        heads = (row for batch in self._taken for row in batch.head(LOOKED_AT).rows())
        return tuple(islice(heads, LOOKED_AT))

    @property
    def is_columnar(self) -> bool:
        """Whether the source has its rows as columns."""
        return self._batches is not None

    def batches(self) -> Iterator[RawBatch]:
        """All rows below the source's first line as columns, if it has such. They can be gone through once."""
        taken, self._taken = self._taken, []
        yield from taken
        yield from self._batches or ()

    @property
    def lines(self) -> list[tuple[str, ...]]:
        """The cells of the source's first line and of the first rows; none for a row that is broken."""
        return [self.table.header, *(row.cells if _readable(row) else () for row in self.first)]

    def below(self, heading: Heading) -> RawTable:
        """The table under a heading."""
        skipped = heading.skipped
        if self.is_columnar:
            rows: Iterator[RawRow] = islice((row for batch in self.batches() for row in batch.rows()), skipped, None)
        else:
            rows = chain(self.first[skipped:], self._rows)
        if skipped:
            rows = (_measured(row, len(heading.cells), self.table.source) for row in rows)
        return evolve(self.table, header=heading.cells, rows=rows, columnar=None, doubts=())

    def count(self) -> int:
        """How many rows there are, for a sheet that is not read."""
        if self.is_columnar:
            return sum(len(batch.numbers) for batch in self.batches())
        return len(self.first) + sum(1 for _ in self._rows)


def _readable(row: RawRow) -> bool:
    return row.problem is None or row.problem.code == WRONG_LENGTH


def _measured(row: RawRow, width: int, source: str) -> RawRow:
    """A row under another heading than the source's first line: whether it is as long as this one."""
    if not _readable(row) or (row.problem is None and len(row.cells) == width):
        return row
    if len(row.cells) == width:
        return RawRow(row.number, row.cells)
    place = Place(source, row.number)
    return RawRow(row.number, row.cells, report(WRONG_LENGTH, place, cells=len(row.cells), columns=width))


def find_heading(sheet: Sheet, known: Collection[str], numbers: Collection[str] = ()) -> Heading | Doubt:
    """The heading of a sheet, or that it is in doubt.

    `known` are the names that are looked for, as `plain_heading` makes them; `numbers` those of the columns of student
    numbers.
    """
    lines = sheet.lines
    scores = [_score(cells, known) for cells in lines]
    sure = [line == 0 or score > 1 or score == _filled(lines[line]) == 1 for line, score in enumerate(scores)]
    best = max(score for score, is_sure in zip(scores, sure, strict=True) if is_sure)
    chosen = [line for line, score in enumerate(scores) if sure[line] and score == best]
    pairs = [pair for pair in _pairs(lines, known) if _score(pair[1], known) > best]
    if pairs:
        best = max(_score(cells, known) for _, cells in pairs)
        pairs = [pair for pair in pairs if _score(pair[1], known) == best]
        chosen = [line for line, _ in pairs]
    elif best == 0 or _all_alike([lines[line] for line in chosen]):
        chosen = chosen[:1]
    if len(chosen) > 1:
        return _doubt(sheet, chosen)
    line = chosen[0]
    heading = _heading(sheet, line, pairs[0][1] if pairs else lines[line], 2 if pairs else 1, best)
    records = _like_records(lines[:line], heading.cells, numbers)
    return _doubt(sheet, [*records, line]) if records else heading


def _heading(sheet: Sheet, line: int, cells: tuple[str, ...], lines: int, known: int) -> Heading:
    above = tuple(strip_cell(cell) for cells in sheet.lines[:line] for cell in cells if strip_cell(cell))
    return Heading(cells, line, lines, sheet.first[line - 1].number if line else None, above, known)


def _score(cells: Iterable[str], known: Collection[str]) -> int:
    return len({name for cell in cells if (name := plain_heading(cell)) in known})


def _filled(cells: Iterable[str]) -> int:
    return sum(1 for cell in cells if strip_cell(cell))


def _all_alike(lines: Sequence[Sequence[str]]) -> bool:
    """Whether a heading is only repeated, as it is at the top of each printed page."""
    return len({tuple(plain_heading(cell) for cell in cells) for cells in lines}) == 1


def _pairs(lines: Sequence[tuple[str, ...]], known: Collection[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Lines that may be a heading together with the line below them, and the cells of both."""
    for line, (upper, lower) in enumerate(pairwise(lines)):
        if _score(upper, known) and (cells := _together(upper, lower, known)) is not None:
            yield line, cells


def _together(upper: Sequence[str], lower: Sequence[str], known: Collection[str]) -> tuple[str, ...] | None:
    """A heading over two lines as one, or None if the lower line writes over a name in the upper."""
    cells = []
    group = ""
    for above, below in zip_longest(upper, lower, fillvalue=""):
        group = strip_cell(above) or group
        if not strip_cell(below):
            cells.append(above)
            continue
        both = f"{group}/{strip_cell(below)}"
        cells.append(both if plain_heading(both) in known else below)
        if plain_heading(above) in known and plain_heading(cells[-1]) not in known:
            return None
    return tuple(cells)


def _like_records(above: Sequence[Sequence[str]], cells: Sequence[str], numbers: Collection[str]) -> list[int]:
    """Lines above a heading that have what looks like a student number where the heading has its column."""
    columns = [position for position, cell in enumerate(cells) if plain_heading(cell) in numbers]
    return [
        line
        for line, given in enumerate(above)
        for position in columns
        if position < len(given) and _LIKE_A_NUMBER.fullmatch(strip_cell(given[position])) and _filled(given) > 1
    ]


def _doubt(sheet: Sheet, lines: Sequence[int]) -> Doubt:
    return Doubt(listed(str(sheet.first[line - 1].number) if line else _FIRST_LINE for line in lines))
