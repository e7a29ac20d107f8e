"""Lines of a policy with marks under the words that a diagnostic speaks of.

Every mark is placed by measuring, in terminal cells, the very string that is printed before it: hidden characters are
spelled out and tabs widened first, so that what is measured is what is shown. A mark has a row of its own. A line wider
than `WIDEST` is shown once for each of its marks, cut to a window around it; the cut ends carry an ellipsis.
"""

from collections.abc import Callable, Iterator
from typing import Final

from attrs import field, frozen

from creditlang.diagnostics.diagnostic import Language, Phrase, in_language
from creditlang.source import SourceFile, Span, display_width, visible

WIDEST: Final = 160
"""Cells of a line that are shown."""

_CONTEXT: Final = 60
_LONGEST: Final = 3 * WIDEST  # code points: a line may be narrow and yet endless, when accents are heaped on one letter
_MORE_LINES: Final = Phrase("(down to line {line})", "（直到第{line}行）")

Paint = Callable[[str, str], str]
"""A text and the name of its role, to the text as it is printed."""


@frozen
class Mark:
    """What stands under a span: a row of `character`, then words."""

    span: Span
    character: str
    role: str
    words: str = ""
    line: int = field(init=False)
    """The line on which the span begins."""

    @line.default
    def _line_of_the_span(self) -> int:
        return self.span.source.line_number(self.span.start)


def gutter_width(marks: list[Mark]) -> int:
    """Cells that the widest line number takes."""
    return max(len(str(mark.line)) for mark in marks)


def excerpt(marks: list[Mark], gutter: int, language: Language, paint: Paint) -> Iterator[str]:
    """The lines for marks that all lie in one file, in the order of the file."""
    bar = paint(f"{'':{gutter}} |", "gutter")
    yield bar
    shown = 0
    for mark in sorted(marks, key=lambda mark: (mark.line, mark.character != "^", mark.span.start)):
        source, line = mark.span.source, mark.line
        text = source.line_text(line)
        whole = len(text) <= _LONGEST and display_width(text) <= WIDEST
        start, end = _within_line(mark.span, source, line)
        left, right = (0, len(text)) if whole else _window(text, start)
        if shown and line > shown + 1:
            yield paint("...", "gutter")
        if line != shown or not whole:
            words = ("…" if left else "") + visible(text[left:right]) + ("…" if right < len(text) else "")
            yield f"{paint(f'{line:>{gutter}} |', 'gutter')} {words}".rstrip()
        shown = line
        before = display_width(text[left:start]) + (1 if left else 0)
        width = display_width(text[left : min(end, right)]) + (1 if left else 0) - before
        under = f"{mark.character * max(1, width)} {_words(mark, language)}".rstrip()
        yield f"{bar} {'':{before}}{paint(under, mark.role)}"


def _words(mark: Mark, language: Language) -> str:
    last = mark.line if mark.span.end <= mark.span.start + 1 else mark.span.source.line_number(mark.span.end - 1)
    more = in_language(_MORE_LINES, language).format(line=last) if last > mark.line else ""
    return f"{visible(mark.words)} {more}".strip()


def _within_line(span: Span, source: SourceFile, line: int) -> tuple[int, int]:
    """The part of the span that lies on its first line, counted from the beginning of that line."""
    begin = source.line_starts[line - 1]
    length = len(source.line_text(line))
    return min(span.start - begin, length), min(span.end - begin, length)


def _window(text: str, start: int) -> tuple[int, int]:
    """The part of a long line to show around `start`: `_CONTEXT` cells before it, more where little follows."""
    room = WIDEST - 2
    after = display_width(text[start : start + room])
    left = start - _fitting(reversed(text[max(0, start - _LONGEST) : start]), max(_CONTEXT, room - after))
    right = left + _fitting(iter(text[left : left + _LONGEST]), room)
    while 0 < left < start and display_width(text[left]) == 0:  # no accent without its letter
        left += 1
    return left, max(right, min(start + 1, len(text)))


def _fitting(characters: Iterator[str], room: int) -> int:
    """How many of the characters fit into `room` cells."""
    count = 0
    for character in characters:
        room -= display_width(character)
        if room < 0:
            break
        count += 1
    return count
