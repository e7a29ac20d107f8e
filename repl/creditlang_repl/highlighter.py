"""What each piece of an input is, for colours: its command, the operands, and the language by `creditlang.ide`."""

from typing import Literal

from creditlang.ide import HighlightClass, Vocabulary, highlight
from creditlang_repl.input_parts import parts

InputClass = HighlightClass | Literal["command", "operand"]


def highlight_input(text: str, vocabulary: Vocabulary) -> list[tuple[int, int, InputClass]]:
    """Pieces as start, end and class, in order, not overlapping; what lies between them is blank."""
    found: list[tuple[int, int, InputClass]] = []
    for part in parts(text, vocabulary):
        if part.beginning is not None:
            inner = highlight(text[part.start : part.end], part.beginning, vocabulary)
            found.extend((span.start + part.start, span.end + part.start, span.kind) for span in inner)
        elif part.end > part.start:
            found.append((part.start, part.end, "command" if part.role == "command" else "operand"))
    return found
