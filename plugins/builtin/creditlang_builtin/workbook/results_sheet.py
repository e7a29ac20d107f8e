"""One sheet of a workbook of results: what becomes of each value, and how wide the columns are.

Every call to the writing library says by a number whether it did what it was asked; each is looked at, because some
of what it does not do it passes over.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from attrs import define, frozen

from creditlang.plugin import text_of
from creditlang.schema import Column, Row, Value
from creditlang_builtin.tables.table_output import width

MOST_ROWS: Final = 1_048_575
"""Rows of a sheet under its heading."""

LONGEST_TEXT: Final = 32_767
"""Characters of a cell, as spreadsheets count them."""

_DIGITS: Final = 15
_NARROWEST: Final = 8
_WIDEST: Final = 60
_FIRST_DAY: Final = date(1900, 3, 1)
_EVERYWHERE: Final = "A1:XFD1048576"


class TooLong(Exception):
    """A text is longer than a cell holds."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self.column = column


class NotWritten(Exception):
    """The library passed a cell over."""


@frozen
class Formats:
    """How cells look. What stands at the right keeps a little away from the next column's text."""

    plain: Any
    heading: Any
    right_heading: Any
    right: Any
    day: Any
    title: Any

    @staticmethod
    def of(book: Any) -> "Formats":
        """Those of a workbook."""
        return Formats(
            book.add_format(),
            book.add_format({"bold": True, "bottom": 1}),
            book.add_format({"bold": True, "bottom": 1, "align": "right", "indent": 1}),
            book.add_format({"align": "right", "indent": 1}),
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"bold": True, "font_size": 14}),
        )


@define
class XlsxSheet:
    """A sheet while it is written. `rows` and `cells` count what is in it, with what is above the heading."""

    page: Any
    columns: Sequence[Column]
    formats: Formats
    above: Sequence[str] = ()
    """Lines above the heading; the first is a title."""
    rows: int = 0
    cells: int = 0

    def begin(self, first: Sequence[Row]) -> None:
        """Set the widths, by the heading and the first rows, how it is printed, and write the heading."""
        self.page.freeze_panes(len(self.above) + 1, 1)
        self._on_paper()
        self.page.ignore_errors({"number_stored_as_text": _EVERYWHERE})
        for text in self.above:
            self._text(0, Column("above"), text, None if self.rows else self.formats.title)
            self.rows += 1
        for position, column in enumerate(self.columns):
            heading = column.label or column.name
            sizes = (width(text_of(column.shown(row[position])).split("\n", 1)[0][:_WIDEST]) for row in first)
            size = max(width(heading) + 2, *sizes, _NARROWEST)
            self.page.set_column(position, position, min(size + 1, _WIDEST))
            look = self.formats.right_heading if column.numeric else self.formats.heading
            self._text(position, column, heading, look)
        self.rows += 1

    def _on_paper(self) -> None:
        """A4 across, all columns on a page, the heading on each."""
        self.page.set_landscape()
        self.page.set_paper(9)
        self.page.fit_to_pages(1, 0)
        self.page.repeat_rows(len(self.above))
        self.page.set_footer("&C&A　&P / &N")

    def fill(self, rows: Iterator[Row]) -> Row | None:
        """Write rows until there are no more, or the sheet is full; the first that it does not hold."""
        left = None
        for row in rows:
            if self.rows > MOST_ROWS:
                left = row
                break
            for position, (column, value) in enumerate(zip(self.columns, row, strict=True)):
                self._cell(position, column, column.shown(value))
            self.rows += 1
        if self.columns:
            self.page.autofilter(len(self.above), 0, self.rows - 1, len(self.columns) - 1)
        return left

    def _cell(self, position: int, column: Column, value: Value) -> None:
        match value:
            case None | "":
                return
            case bool():
                self._text(position, column, text_of(value), None)
            case Decimal() | int() if (number := shown_exactly(value)) is not None:
                self._written(self.page.write_number(self.rows, position, number, self.formats.right))
            case date() if value >= _FIRST_DAY:
                moment = datetime(value.year, value.month, value.day)
                self._written(self.page.write_datetime(self.rows, position, moment, self.formats.day))
            case _:
                self._text(position, column, text_of(value), self.formats.right if column.numeric else None)

    def _text(self, position: int, column: Column, text: str, look: Any) -> None:
        if 2 * len(text) > LONGEST_TEXT and len(text.encode("utf-16-le")) > 2 * LONGEST_TEXT:
            raise TooLong(column)
        if text.startswith("<r>") and text.endswith("</r>"):
            # The library takes this for marked-up text that it made itself; in two pieces it is text again.
            self._written(self.page.write_rich_string(self.rows, position, text[:1], self.formats.plain, text[1:]))
        else:
            self._written(self.page.write_string(self.rows, position, text, look))

    def _written(self, result: object) -> None:
        if result != 0:
            raise NotWritten
        self.cells += 1


def shown_exactly(value: Decimal | int) -> Decimal | None:
    """The number without zeros at its end if a spreadsheet shows it to the last digit, else None."""
    number = Decimal(value)
    if not number:
        return Decimal(0)
    sign, digits, exponent = number.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    kept = text.rstrip("0")
    if len(kept) > _DIGITS or not -_DIGITS <= number.adjusted() < _DIGITS:
        return None
    return Decimal(f"{'-' if sign else ''}{kept}E{int(exponent) + len(text) - len(kept)}")
