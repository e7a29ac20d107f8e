"""A text with edits applied, those of several findings at once."""

from collections.abc import Iterable

from creditlang.diagnostics.diagnostic import Edit


def applied_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text`, in which all edits lie; of two that touch the same words the one that begins first is applied."""
    parts, done = [], 0
    for start, end, better in sorted({(edit.span.start, edit.span.end, edit.text) for edit in edits}):
        if start >= done:
            parts += [text[done:start], better]
            done = end
    return "".join((*parts, text[done:]))
