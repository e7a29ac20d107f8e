"""The shapes in which data enters and results leave: raw tables from sources, result tables for outputs.

This is the vocabulary that plugins share with the library, so it holds shapes only: no I/O, no meaning. A source
hands over text exactly as its file has it, and where each row stands; what a cell means is decided later, in one
place (`data.cells`).

Invariants: a raw row keeps the number that the program which made the file would show for it. A row that is broken
carries its problem and is handed over all the same, so that it is counted. The columns of a result table are those of
the published contract, in that order; only `students` grows, by one column per requirement and per total.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from attrs import field, frozen

from creditlang.diagnostics import Diagnostic

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


@frozen(eq=False)
class RawTable:
    """One sheet or file. `rows` can be gone through once, and every row without a problem is as wide as `header`.

    `name` is the file's stem or the sheet's name, by which the table finds its record kind. `source` is what messages
    call it: a file name, with the sheet where there are several, never a full path.
    """

    name: str
    source: str
    header: tuple[str, ...]
    rows: Iterable[RawRow]


def _column_name(_instance: object, _attribute: object, value: str) -> None:
    if not value:
        raise ValueError("a column has a name")


@frozen
class Column:
    """A column of a result table. `label` is for people, such as a requirement's title; programs get `name`."""

    name: str = field(validator=_column_name)
    kind: Kind = "text"
    label: str = ""

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
    "requirements": _columns(
        "student_id requirement part needed have short status article", needed="number", have="number", short="number"
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

DYNAMIC_TABLES: Final = frozenset({"students"})
"""Tables that have more columns after the listed ones: in `students`, one per requirement and one per total."""
