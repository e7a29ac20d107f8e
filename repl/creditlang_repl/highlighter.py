"""What each piece of an input is, for colours: its command, the operands, and the language by `creditlang.ide`."""

from typing import Literal

from attrs import evolve

from creditlang.ide import Highlight, HighlightClass, Vocabulary, highlight
from creditlang_repl.input_parts import parts

InputClass = HighlightClass | Literal["command", "operand"]


def highlight_input(text: str, vocabulary: Vocabulary) -> list[tuple[int, int, InputClass]]:
    """Pieces as start, end and class, in order, not overlapping; what lies between them is blank."""
    found: list[tuple[int, int, InputClass]] = []
    for part in parts(text, vocabulary):
        if part.beginning is not None:
            inner = highlight(text[part.start : part.end], part.beginning, vocabulary)
            moved = (evolve(span, start=span.start + part.start, end=span.end + part.start) for span in inner)
            found.extend(_piece(span) for span in moved)
        elif part.end > part.start:
            found.append((part.start, part.end, "command" if part.role == "command" else "operand"))
    return found


def _piece(span: Highlight) -> tuple[int, int, InputClass]:
    return span.start, span.end, span.kind
