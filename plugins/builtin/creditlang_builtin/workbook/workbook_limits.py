"""How large a workbook may be, and the exception that says why one, or one of its sheets, is not read.

A limit counts what was really met while reading, never what the file says about itself: a file of five kilobytes can
claim a sheet of 17 thousand million cells, and one of a megabyte can unpack to a disk full. All of them lie far above
what an office makes; whatever exceeds one is refused with a message and never cut off.
"""

import re
from typing import Final

from creditlang.diagnostics import Diagnostic, Phrase, Place, report

MEBI: Final = 1024 * 1024

LARGEST_UNPACKED: Final = 4096 * MEBI
"""Bytes of all parts of a workbook together, unpacked."""

MOST_RATIO: Final = 200
"""Times that a workbook may grow by unpacking; sheets grow 7 to 30 times."""

UNPACKED_ANYWAY: Final = 64 * MEBI
"""Bytes that may be unpacked whatever the ratio."""

LARGEST_PART: Final = 32 * MEBI
"""Bytes of a part that is not a sheet and not its texts, such as the cell formats."""

LARGEST_PAGE: Final = 64 * MEBI
"""Bytes of a web page that calls itself a workbook."""

MOST_PARTS: Final = 20_000
MOST_SHEETS: Final = 256
MOST_COLUMNS: Final = 256
"""Columns from the first used to the last."""

MOST_CELLS: Final = 100_000_000
"""Cells of a sheet, empty ones between others counted."""

LARGEST_TEXT: Final = 512 * MEBI
"""Bytes of a workbook's shared texts."""

LONGEST_ROW: Final = 16 * MEBI
"""Bytes of one row as XML, and of one shared text."""

MOST_MERGES: Final = 200_000

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
"""What a sheet can have at all."""

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class WorkbookError(Exception):
    """A workbook or a sheet that is not read. As an exception it shows the code alone."""

    def __init__(self, code: str, **arguments: object) -> None:
        """`arguments` fill the sentence on the code's page."""
        super().__init__(code)
        self.code = code
        self.arguments = arguments

    def diagnostic(self, source: str) -> Diagnostic:
        """The message for the file or sheet that messages call `source`."""
        return report(self.code, Place(source), **self.arguments)


def damaged(en: str, zh: str) -> WorkbookError:
    """CR722 with its reason in both languages."""
    return WorkbookError("CR722", reason=Phrase(en, zh))


def too_large(en: str, zh: str, limit: int) -> WorkbookError:
    """CR723: what there is too much of, as in "cells", and how much there may be."""
    return WorkbookError("CR723", what=Phrase(en, zh), limit=f"{limit:,}")


def column_letters(column: int) -> str:
    """What a spreadsheet writes over a column; the first is 1 and A."""
    letters = ""
    while column > 0:
        column, position = divmod(column - 1, 26)
        letters = _LETTERS[position] + letters
    return letters


def column_number(letters: str) -> int:
    """The column under its letters, all capitals."""
    number = 0
    for letter in letters:
        number = number * 26 + _LETTERS.index(letter) + 1
    return number


def cell_position(reference: str) -> tuple[int, int]:
    """Row and column of a reference, `C12` or `c12`, inside what a sheet can have. Raises `WorkbookError` CR722."""
    match = _REFERENCE.fullmatch(reference.upper())
    if match is not None:
        row, column = int(match[2]), column_number(match[1])
        if 1 <= row <= LAST_ROW and column <= LAST_COLUMN:
            return row, column
    raise damaged("a cell stands where no cell can be", "有单元格的位置不存在")
