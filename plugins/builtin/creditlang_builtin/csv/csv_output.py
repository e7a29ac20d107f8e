"""Result tables as a folder of CSV files that Excel opens without harm: UTF-8 with a byte order mark, one file a table.

A cell that a spreadsheet would take for a formula gets an apostrophe in front (`safe_cells`). It can be taken off
again, and every text survives the two: a text that already has apostrophes before such a beginning gets one more.
Numbers are left alone.

Publishing replaces the folder's content so that a reader is never deceived (`staged_folder`). The manifest goes first
and comes last: without `manifest.csv` a folder is unfinished.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from creditlang.arrow_texts import ArrowTexts, some_match
from creditlang.plugin import Output, text_of
from creditlang.schema import Column, Row, Value
from creditlang.table_columns import CodedCells, TablePieces
from creditlang.toolkit.atomic_files import reporting
from creditlang.toolkit.joined_rows import joined_rows
from creditlang.toolkit.safe_cells import neutralise
from creditlang.toolkit.staged_folder import StagedFolder

MANIFEST: Final = "manifest.csv"

_SPECIAL: Final = re.compile('[,"\r\n]')
_TO_BE_SEEN_TO: Final = "[,\"\r\n]|^['=+@\t＝＋－＠-]"
"""Whatever a text has that is not written as it is: what is special here, and what `neutralise` looks for."""
_FEWEST: Final = 2
"""Columns of which an empty cell is nothing at all; where it is alone, it has quotes."""
_TOGETHER: Final = 1_024
"""Rows that are turned to text together."""
_REMEMBERED: Final = 65_536
"""Different texts of a column of which it is known how they are written."""
_AMOUNT: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?: … -?[0-9]+(?:\.[0-9]+)?)?")


class CsvOutput(Output):
    """To a folder; or to the stream, where several tables are set apart by a blank line and a line `# name`."""

    def __init__(self, target: str, stream: TextIO) -> None:
        """`-` is the stream."""
        super().__init__(target, stream)
        self._folder = StagedFolder(Path(target), ["csv"], last=MANIFEST)
        self._texts: list[tuple[str, str]] = []

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Write the table to a temporary file. Raises `PluginError` CR710 if it cannot be written."""
        if self.target == "-":
            text = StringIO(newline="")
            _write_table(text, columns, rows)
            self._texts.append((name, text.getvalue()))
            return
        file_name = f"{name}.csv"
        stream = self._folder.open(file_name, "utf-8-sig")
        with reporting(file_name):
            _write_table(stream, columns, rows)

    def close(self) -> None:
        """Give the files their names. Raises `PluginError` CR712 if one would replace a file that is not ours."""
        if self.target == "-":
            self._show()
        elif not self._folder.is_empty:
            self._folder.publish()

    def discard(self) -> None:
        """Remove the temporary files; what was in the folder stays."""
        self._texts = []
        self._folder.discard()

    def _show(self) -> None:
        texts, self._texts = self._texts, []
        with reporting("-"):
            if len(texts) == 1:
                self.stream.write(texts[0][1])
            else:
                self.stream.write("\n".join(f"# {name}\n{text}" for name, text in texts))
            self.stream.flush()


def _write_table(stream: TextIO, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([neutralise(column.name) for column in columns])
    if not isinstance(rows, TablePieces) or len(columns) < _FEWEST:
        writer.writerows(_texts(columns, rows))
        return
    for piece in rows.pieces():
        cells = [_written(column, cells) for column, cells in zip(columns, piece.cells, strict=True)]
        stream.writelines(joined_rows([*[x for own in cells for x in (own, ",")][:-1], "\n"]))


def _written(column: Column, cells: CodedCells) -> CodedCells:
    """The cells of a column as they stand in a row of several; most texts stand there as they are."""
    values = cells.values
    if isinstance(values, ArrowTexts) and not some_match(values, _TO_BE_SEEN_TO):
        return CodedCells(ArrowTexts(values.array.fill_null("")), cells.codes)
    return CodedCells([_quoted(text) for text in _Cells(column.numeric).of(values)], cells.codes)


def _quoted(cell: str) -> str:
    """A cell as it stands in a row of several."""
    if not _SPECIAL.search(cell):
        return cell
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow([cell])
    return text.getvalue()[:-1]


def _texts(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[tuple[str, ...]]:
    """Cells as they are written; what a text becomes is worked out once, since most come again."""
    known = [_Cells(column.numeric) for column in columns]
    left = iter(rows)
    while taken := list(islice(left, _TOGETHER)):
        yield from zip(*map(_Cells.of, known, zip(*taken, strict=True)), strict=True)


class _Cells(dict[str, str]):
    """The cells of a column by their texts."""

    def __init__(self, numeric: bool) -> None:
        super().__init__()
        self.numeric = numeric

    def __missing__(self, text: str) -> str:
        self[text] = cell = text if self.numeric and _AMOUNT.fullmatch(text) else neutralise(text)
        return cell

    def of(self, values: Iterable[Value]) -> list[str]:
        """The cells of some values."""
        if len(self) > _REMEMBERED:
            self.clear()
        return [self[value] if isinstance(value, str) else text_of(value) for value in values]
