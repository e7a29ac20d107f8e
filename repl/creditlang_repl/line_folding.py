"""Lines of a reply that are wider than the screen, folded between words instead of in the middle of one.

What goes on stands further to the right, below the second column where a line has two. Chinese may be folded anywhere
but before a sign that ends something.
"""

import re
from collections.abc import Iterator
from typing import Final

from creditlang.source import display_width, visible
from creditlang_repl.reply import Line, Piece, Style

_COLUMNS = re.compile(r"^ *\S+(?: \S+)* {2,}(?=[^\s\[])")
_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
_NOT_FIRST: Final = "，。；：、！？）】》"
_NOT_LAST: Final = "（【《"
_DEEPER: Final = 4


def folded(line: Line, columns: int) -> Iterator[Line]:
    """The rows of a line on a screen with so many columns; the line as it is where it fits."""
    signs = [(style, sign) for style, text in line for sign in visible(text)]
    text = "".join(sign for _, sign in signs)
    if display_width(text) <= columns:
        yield line
        return
    if not text.strip(" ─"):
        yield _joined(signs[:columns])  # drawn under a heading, of which nothing is to be read
        return
    indent = min(_hanging(text), columns * 3 // 5)
    start, room = 0, columns
    while start < len(signs):
        end = _row_end(text, start, room)
        yield (("", " " * (columns - room)), *_joined(signs[start:end])) if start else _joined(signs[start:end])
        start = end + len(text[end:]) - len(text[end:].lstrip(" "))
        room = columns - indent


def _hanging(text: str) -> int:
    """How far to the right a line goes on."""
    two = _COLUMNS.match(text)
    if two is not None and len(_GAP.findall(text)) == 1:
        return display_width(two.group())
    return len(text) - len(text.lstrip(" ")) + _DEEPER


def _row_end(text: str, start: int, room: int) -> int:
    """Where a row ends that begins at `start`: at the last place that is fit for it, else where the room ends."""
    end = fit = start
    while end < len(text):
        room -= display_width(text[end])
        if room < 0:
            return fit if text[start:fit].strip(" ") else max(end, start + 1)
        end += 1
        if end == len(text) or _may_fold(text[end - 1], text[end]):
            fit = end
    return end


def _may_fold(before: str, after: str) -> bool:
    if after == " ":
        return True
    wide = display_width(before) > 1 and display_width(after) > 1
    return wide and after not in _NOT_FIRST and before not in _NOT_LAST


def _joined(signs: list[Piece]) -> Line:
    """Signs as pieces again, those of one style together."""
    pieces: list[tuple[Style, str]] = []
    for style, sign in signs:
        if pieces and pieces[-1][0] == style:
            pieces[-1] = style, pieces[-1][1] + sign
        else:
            pieces.append((style, sign))
    return tuple(pieces)
