"""Policy text and the places in it: files, positions and spans.

Four ways of counting meet here and are kept apart by name. *Offsets* count code points from the start of the text and
are what every stage stores. *Columns* count code points from the start of a line, from 1, and are what a person is
told. *Display columns* count terminal cells (a Chinese character is two) and are what a caret needs. *UTF-16 offsets*
count what an editor counts. Lines end at ``\\n`` only.

This module imports nothing of creditlang and reads no files; it only remembers where a text was read.
"""

import re
from bisect import bisect_right
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from attrs import define, field, frozen

TAB: Final = "    "
"""What a tab is shown as: always four cells, wherever it stands."""

HIDDEN: Final = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, delete and C1 controls
    "\xad\u061c\u180e\u200b-\u200f"  # soft hyphen, marks of direction, zero-width spaces and joiners
    "\u2028-\u202e\u2060-\u206f"  # separators of lines, bidirectional overrides and isolates, invisible operators
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2"  # Arabic and Syriac format characters
    "\u115f\u1160\u3164\uffa0"  # Hangul fillers, which look like nothing at all
    "\ud800-\udfff\ufeff\ufff9-\ufffb"  # lone surrogates, byte order mark, annotations
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
    "]"
)
"""Characters that cannot be seen or that act on a terminal; tab and line feed are among them."""

_SPELLED: Final = {"\t": TAB, "\n": "\\n", "\r": "\\r"}


def _spell(match: re.Match[str]) -> str:
    character = match.group()
    if character in _SPELLED:
        return _SPELLED[character]
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def visible(text: str) -> str:
    """`text` safe to print: hidden characters spelled out (``\\x1b``, ``\\u202e``), tabs as four spaces."""
    return text if text.isascii() and text.isprintable() else HIDDEN.sub(_spell, text)


def display_width(text: str) -> int:
    """The terminal cells that `visible(text)` takes."""
    return len(text) if text.isascii() and text.isprintable() else _width(text)


@lru_cache(2048)  # the rows of a table are measured again and again while somebody types
def _width(text: str) -> int:
    from wcwidth import wcswidth

    return max(0, wcswidth(visible(text)))


@frozen
class Position:
    """A place between two characters, in each way of counting it."""

    line: int
    """From 1."""
    column: int
    """Code points, from 1."""
    display_column: int
    """Terminal cells, from 1; a tab takes four."""
    utf16_offset: int
    """UTF-16 units before the place in its line, from 0."""


@frozen(eq=False)
class SourceFile:
    """One text under the name that users see. Two files are equal only when they are the same object."""

    name: str
    text: str = field(repr=False)
    path: Path | None = field(default=None, repr=False)
    """Where it was read, if it is a file."""

    @classmethod
    def from_bytes(cls, name: str, data: bytes, path: Path | None = None) -> "SourceFile":
        """Decode strict UTF-8, with or without a byte order mark, and turn ``\\r\\n`` into ``\\n``.

        Raises `UnicodeDecodeError`; its `start` counts bytes of its `object`, which has no byte order mark.
        """
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
        return cls(name, text.replace("\r\n", "\n"), path)

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset at which each line begins; there is always a first line."""
        return (0, *(match.end() for match in re.finditer("\n", self.text)))

    def line_number(self, offset: int) -> int:
        """The line, from 1, that holds `offset`; the end of the text belongs to the last line."""
        return bisect_right(self.line_starts, max(0, offset))

    def line_text(self, number: int) -> str:
        """Line `number`, from 1, without its line feed."""
        starts = self.line_starts
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end]

    def position(self, offset: int) -> Position:
        """Where `offset` is; an offset outside the text counts as its nearest end."""
        offset = min(max(0, offset), len(self.text))
        line = self.line_number(offset)
        before = self.text[self.line_starts[line - 1] : offset]
        beyond = 0 if before.isascii() else sum(character > "\uffff" for character in before)
        return Position(line, len(before) + 1, display_width(before) + 1, len(before) + beyond)

    def offset(self, line: int, utf16_offset: int) -> int:
        """The offset of an editor's place: `line` from 1, `utf16_offset` from 0. Outside counts as the nearest end."""
        starts = self.line_starts
        if line > len(starts):
            return len(self.text)
        text = self.line_text(max(1, line))
        units = 0
        for index, character in enumerate(text):
            units += 2 if character > "\uffff" else 1
            if units > utf16_offset:
                return starts[max(1, line) - 1] + index
        return starts[max(1, line) - 1] + len(text)


@define(repr=False, unsafe_hash=True)  # nobody changes one; a frozen class takes three times as long to make
class Span:
    """The text from `start` up to, not including, `end`, in code points."""

    source: SourceFile
    start: int
    end: int

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span cannot run from {self.start} to {self.end}")

    def __repr__(self) -> str:
        return f"<Span {self.source.name} {self.start}..{self.end}>"

    @property
    def text(self) -> str:
        """The words themselves."""
        return self.source.text[self.start : self.end]

    def to(self, other: "Span") -> "Span":
        """The smallest span that covers both."""
        if other.source is not self.source:
            raise ValueError(f"no span covers both {self.source.name} and {other.source.name}")
        return Span(self.source, min(self.start, other.start), max(self.end, other.end))
