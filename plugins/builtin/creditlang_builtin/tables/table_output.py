"""Result tables as plain text for people, with columns that line up although a Chinese character is two columns wide.

Numbers are set flush right. Characters that control a terminal or turn the direction of writing are taken out: a name
must not be able to rewrite the screen. Nothing is cut short. A heading with the table's name is there only if there
are several.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, TextIO

from wcwidth import wcswidth

from creditlang.plugin import Output, text_of
from creditlang.schema import Column, Row
from creditlang.toolkit.atomic_files import hand_over

_GAP: Final = "  "
_OURS: Final = re.compile(rb"(?:[a-z]+\n\n)?[^\n]*\n-+(?:  -+)*\n")
"""How our own files begin: perhaps a table's name, the headings, and lines under them."""

_LINE_BREAK: Final = re.compile("[\t\r\n\u2028\u2029]+")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


class TableOutput(Output):
    """To the stream, or to a text file when the target is a path."""

    def __init__(self, target: str, stream: TextIO) -> None:
        """`-` is the stream."""
        super().__init__(target, stream)
        self._tables: list[tuple[str, list[str]]] = []

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Lay the table out; it is shown by `close`."""
        self._tables.append((name, table_lines(columns, rows)))

    def close(self) -> None:
        """Show everything."""
        tables, self._tables = self._tables, []
        if not tables:
            return
        blocks = ["\n".join([name, "", *lines] if len(tables) > 1 else lines) for name, lines in tables]
        text = "\n\n".join(blocks) + "\n"
        hand_over(text, self.target, self.stream, lambda beginning: _OURS.match(beginning) is not None)

    def discard(self) -> None:
        """Show nothing."""
        self._tables = []


def table_lines(columns: Sequence[Column], rows: Iterable[Row]) -> list[str]:
    """The lines of one table: headings, a rule, the rows."""
    lines = [[_shown(column.label or column.name) for column in columns]]
    lines += [[_shown(text_of(x.shown(cell))) for x, cell in zip(columns, row, strict=True)] for row in rows]
    widths = [max(map(width, cells)) for cells in zip(*lines, strict=True)]
    lines.insert(1, ["-" * size for size in widths])
    flush_right = [column.numeric for column in columns]
    return [
        _GAP.join(_padded(*cell) for cell in zip(line, widths, flush_right, strict=True)).rstrip() for line in lines
    ]


def width(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return len(text) if text.isascii() else max(wcswidth(text), 0)


def _padded(text: str, size: int, flush_right: bool) -> str:
    blanks = " " * (size - width(text))
    return blanks + text if flush_right else text + blanks


def _shown(text: str) -> str:
    """The text on one line, harmless to a terminal."""
    return text if text.isascii() and text.isprintable() else _CONTROL.sub("", _LINE_BREAK.sub(" ", text))
