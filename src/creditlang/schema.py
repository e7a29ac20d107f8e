"""The shapes in which data enters and results leave: raw tables from sources, result tables for outputs.

This is the vocabulary that plugins share with the library, so it holds shapes only: no I/O, no meaning. A source
hands over text exactly as its file has it, and where each row stands; what a cell means is decided later, in one
place (`data.cells`).

Invariants: a raw row keeps the number that the program which made the file would show for it. A row that is broken
carries its problem and is handed over all the same, so that it is counted. The columns of a result table are those of
the published contract, in that order; only `students` grows, by one column per requirement and per total.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal

from attrs import evolve, field, frozen

from creditlang.diagnostics import Diagnostic
from creditlang.installed import usable

if TYPE_CHECKING:
    import numpy
    import pyarrow

Value = str | int | Decimal | date | None
"""A cell of a result table. Amounts are `Decimal` and exact; `None` is an empty cell. Floats do not exist."""

Kind = Literal["text", "number", "whole", "date"]
"""What a result column mostly holds. A `number` column may hold text where a value is open, `1.0 … 2.0`."""


@frozen
class RawRow:
    """One row as the source has it.

    `number` is the true physical row: in a sheet the row number that the program shows, in a CSV file the line on
    which the row begins, counted from 1 with the header and blank lines included. `problem` is set when the row is
    broken, such as having too few cells; its `cells` are then whatever could be read, of any length, and the row
    counts as invalid.
    """

    number: int
    cells: tuple[str, ...]
    problem: Diagnostic | None = None


BATCH_ROWS: Final = 65_536
"""Rows of a batch, where nothing speaks for another number: some megabytes."""


@cache
def has_arrow() -> bool:
    """Whether Arrow is installed, as it is with the extra `arrow`, and not too old."""
    return usable("pyarrow") and usable("numpy")


class Texts(tuple[str, ...]):
    """A column of texts where Arrow is not installed: what batches ask of Arrow's, under the same names."""

    def to_pylist(self) -> list[str]:
        """The texts."""
        return list(self)

    def slice(self, start: int, length: int) -> "Texts":
        """So many of them from a place on."""
        return Texts(self[start : start + length])


def text_column(texts: Sequence[str]) -> "pyarrow.StringArray | Texts":
    """Texts as a column of a batch."""
    if not has_arrow():
        return Texts(texts)
    import pyarrow

    return pyarrow.array(texts, pyarrow.string())


@frozen(eq=False)
class RawBatch:
    """Rows side by side, as columns: the form in which a million rows are handed over.

    `numbers` are the true row numbers, rising. `columns` has an Arrow array for each name of the table's header, of
    type `string` or a dictionary of them, all as long as `numbers`, without nulls: an empty cell is `""`. `problems`
    are those of broken rows, by their position in the batch; the cells of such a row are empty, and what could be read
    is in `broken`. Without Arrow a column is of `Texts`.
    """

    numbers: Sequence[int]
    columns: tuple["pyarrow.StringArray | pyarrow.DictionaryArray | Texts", ...]
    problems: Mapping[int, Diagnostic] = field(factory=dict)
    broken: Mapping[int, tuple[str, ...]] = field(factory=dict)

    def rows(self) -> Iterator[RawRow]:
        """The same, row by row."""
        cells = zip(*(column.to_pylist() for column in self.columns), strict=True) if self.columns else iter(())
        if not self.problems:
            yield from map(RawRow, self.numbers, cells)
            return
        for position, (number, row) in enumerate(zip(self.numbers, cells, strict=True)):
            problem = self.problems.get(position)
            yield RawRow(number, row if problem is None else self.broken.get(position, ()), problem)

    def head(self, count: int) -> "RawBatch":
        """The first rows."""
        columns = tuple(column.slice(0, count) for column in self.columns)
        return RawBatch(self.numbers[:count], columns, self.problems, self.broken)

    @staticmethod
    def in_turn(numbers: "numpy.ndarray[Any, Any]") -> Sequence[int]:
        """Rising row numbers as what takes the least room."""
        if len(numbers) and int(numbers[-1]) - int(numbers[0]) == len(numbers) - 1:
            return range(int(numbers[0]), int(numbers[-1]) + 1)
        found: list[int] = numbers.tolist()
        return found

    @staticmethod
    def of(rows: Sequence[RawRow], width: int) -> "RawBatch":
        """Rows as a batch of `width` columns."""
        problems = {position: row.problem for position, row in enumerate(rows) if row.problem is not None}
        empty = ("",) * width
        cells = [row.cells if row.problem is None else empty for row in rows]
        columns = zip(*cells, strict=True) if cells else [()] * width
        return RawBatch(
            [row.number for row in rows],
            tuple(map(text_column, columns)),
            problems,
            {position: rows[position].cells for position in problems},
        )


@frozen(eq=False)
class RawTable:
    """One sheet or file. Its content can be gone through once, as `rows` or by `batches()`.

    `name` is the file's stem or the sheet's name, by which the table finds its record kind. `source` is what messages
    call it: a file name, with the sheet where there are several, never a full path. Every row without a problem is as
    wide as `header`. A source that has columns at hand makes a table with `of_batches`; nobody else has to care.

    `header` is the first line that has anything in it. Whether it is the heading or a title above it, a source cannot
    know: what would make it a bad heading, such as a column without a name, goes into `doubts`, and is said only if
    no better line is found below.
    """

    name: str
    source: str
    header: tuple[str, ...]
    rows: Iterable[RawRow]
    columnar: Callable[[], Iterator[RawBatch]] | None = None
    doubts: tuple[Diagnostic, ...] = ()
    optional: bool = False
    """Whether to pass it over if no name fits: a database has many tables that are not meant for the policy."""
    unread: Mapping[str, Diagnostic] = field(factory=dict)
    """Columns that the source has and cannot hand over, by name: to be reported if the policy needs them."""

    @staticmethod
    def of_batches(
        name: str, source: str, header: tuple[str, ...], batches: Callable[[], Iterator[RawBatch]],
        doubts: tuple[Diagnostic, ...] = (),
    ) -> "RawTable":  # fmt: skip
        """A table of which the source has columns; `batches` is called once, at the latest moment.

        Without Arrow nobody reads columns, and the rows are made of them.
        """
        rows = (row for batch in batches() for row in batch.rows())
        return RawTable(name, source, header, rows, batches if has_arrow() else None, doubts)

    def batches(self, size: int = BATCH_ROWS) -> Iterator[RawBatch]:
        """The rows as columns: as the source has them, else `size` rows at a time."""
        if self.columnar is not None:
            yield from self.columnar()
            return
        rows = iter(self.rows)
        while taken := list(islice(rows, size)):
            yield RawBatch.of(taken, len(self.header))

    def through(self, watch: Callable[[Iterator[Any]], Iterator[Any]]) -> "RawTable":
        """The same table, with `watch` around whichever content is gone through."""
        columnar = self.columnar
        watched = None if columnar is None else lambda: watch(columnar())
        return evolve(self, rows=watch(iter(self.rows)), columnar=watched)


def in_words(value: Value, words: Mapping[str, str]) -> Value:
    """A cell with words for its codes, also where it has one for each period: `2024-2025: yes; 2025-2026: no`."""
    if not isinstance(value, str) or value in words:
        return words.get(value, value) if isinstance(value, str) else value
    return _AFTER_PERIOD.sub(lambda found: words.get(found[0], found[0]), value) if words else value


_AFTER_PERIOD: Final = re.compile(r"(?<=: )[^;]+")


def _column_name(_instance: object, _attribute: object, value: str) -> None:
    if not value:
        raise ValueError("a column has a name")


@frozen
class Column:
    """A column of a result table. `label` is for people, such as a requirement's title; programs get `name`.

    `words` are what people read for the codes in it, such as 不计 for `void`; programs get the codes.
    """

    name: str = field(validator=_column_name)
    kind: Kind = "text"
    label: str = ""
    words: Mapping[str, str] = field(factory=dict, hash=False)

    def shown(self, value: Value) -> Value:
        """A value of it as people read it."""
        return in_words(value, self.words)

    @property
    def numeric(self) -> bool:
        """Whether the column is set flush right and its numbers are left as they are."""
        return self.kind in ("number", "whole")


Row = Sequence[Value]
"""A row of a result table: as many values as the table has columns."""


def _columns(text: str, **kinds: Kind) -> tuple[Column, ...]:
    return tuple(Column(name, kinds.get(name, "text")) for name in text.split())


RESULT_TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "students": _columns("student_id"),
    "accounts": _columns("student_id account period amount unit", amount="number"),
    "facts": _columns("student_id fact period value", value="number"),
    "groups": _columns("fact period group_name value ranked people", value="number", ranked="number", people="number"),
    "requirements": _columns(
        "student_id requirement part needed have short status article period",
        needed="number",
        have="number",
        short="number",
    ),
    "records": _columns(
        "kind record_id student_id disposition reason rule account period raw counted unit article",
        raw="number",
        counted="number",
    ),
    "steps": _columns(
        "record_id rule number step before after article", number="whole", before="number", after="number"
    ),
    "issues": _columns("severity code source place student_id message"),
    "manifest": _columns("entry value"),
}
"""The columns of every result table, in the order in which the tables are written: the manifest last."""

RESULTS_VERSION: Final = 1
"""Of the result tables as one JSON document: grows when a reader of it would have to change."""

COMPARISON_TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "changes": _columns(
        "student_id sort name period before after difference way unit rules article",
        before="number", after="number", difference="number",
    ),
    "crossings": _columns(
        "student_id requirement part before after needed_before needed_after have_before have_after rules article",
        needed_before="number", needed_after="number", have_before="number", have_after="number",
    ),
    "rules": _columns(
        "sort rule account students gained lost open sum largest unit crossings line article",
        students="whole", gained="whole", lost="whole", open="whole", sum="number", largest="number",
        crossings="whole",
    ),
    "totals": _columns(
        "account students gained lost open sum largest unit article",
        students="whole", gained="whole", lost="whole", open="whole", sum="number", largest="number",
    ),
    "dispositions": _columns(
        "kind record_id student_id rule account before after counted_before counted_after difference unit line article",
        counted_before="number", counted_after="number", difference="number",
    ),
    "manifest": _columns("entry value"),
}  # fmt: skip
"""The columns of every table of a comparison, in the order in which they are written: the manifest last.

`changes` has what differs for each student, `sort` being student, total, account or fact; `crossings` the requirements
whose status differs, and their parts; `rules` and `totals` sum up; `dispositions` has the records that ended
differently. Version 1: a version 2 would change what a column means, not only add columns.
"""

CORRECTION_TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "corrections": _columns(
        "student_id sort name period before after difference unit cause kind record_id told share together article",
        before="number", after="number", difference="number", share="number", together="whole",
    ),
    "manifest": _columns("entry value"),
}  # fmt: skip
"""The columns of the tables that say what a later run has otherwise: a row for each result and each cause of it.

`sort` is require, account or fact; `cause` one of the codes in `creditlang.words.CORRECTION_CAUSES`, `kind` and
`record_id` say of which record. `share` is what this cause makes of the difference; those causes of a result that have
one number in `together` only make it together.
"""

DYNAMIC_TABLES: Final = frozenset({"students"})
"""Tables that have more columns after the listed ones: in `students`, one per requirement and one per total.

Where the policy says what is shown, one for each of that, in its order: how a requirement stands, the value of an
account, fact or ranking; what is kept by periods only is text, `2024-2025: 3; 2025-2026: 1`.
"""
