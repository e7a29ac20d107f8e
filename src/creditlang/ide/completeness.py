"""Whether what has been typed is whole, so that Enter may hand it over.

A line that stands by itself is whole when the parser could end there. A block is not: it goes on until an empty line,
also where its heading could stand alone (`item x`), because more lines may come. Text that is wrong is handed over, so
that its error is told; and an empty line always hands over, so that nobody is held in a text that cannot be ended. A
quotation mark that is not closed is wrong, not unfinished: no text runs over the end of its line.
"""

from typing import Literal

from attrs import frozen

from creditlang.ide.vocabulary import EMPTY, Vocabulary
from creditlang.ide.walk import Beginning, Step, Walk

INDENTATION = 4
_SELDOM = ("LET", "ARTICLES", "AT")
"""Lines below which a block can stand and seldom does."""

_OPENING, _CLOSING = ("LPAR", "LSQB"), ("RPAR", "RSQB")


@frozen
class Completeness:
    """What is known of a text."""

    state: Literal["whole", "more", "wrong"]
    indentation: int = 0
    """How deep the next line would begin, where one follows."""
    at: int = 0
    """Where the text is wrong."""


def completeness(text: str, beginning: Beginning, vocabulary: Vocabulary = EMPTY) -> Completeness:
    """Whether a text is whole, needs more lines, or is wrong somewhere."""
    lines = text.split("\n")
    walk = Walk(text, beginning, vocabulary.known)
    steps = list(walk.steps())
    handed_over = len(lines) > 1 and not lines[-1].strip()
    wrong = next((step for step in steps if step.wrong and not _is_unfinished_block(step, text)), None)
    if wrong is not None and wrong.kind == "_NL" and _is_open(steps) and not handed_over:
        return Completeness("more", _depth(lines[-1]) + INDENTATION * (len(lines) == 1))
    if wrong is not None:
        return Completeness("wrong", at=wrong.start)
    heads = walk.at_line_end().accepts("_INDENT") and _first_of_last_line(steps) not in _SELDOM
    if not handed_over and (heads or walk.depth):
        return Completeness("more", _depth(lines[-1]) + INDENTATION * heads)
    if beginning == "line" and text.strip():
        walk.stack.feed("_DEDENT")
    return Completeness("whole") if walk.stack.ends() or not text.strip() else Completeness("wrong", at=len(text))


def _first_of_last_line(steps: list[Step]) -> str:
    """The first token of the last line that holds more than its end."""
    first, fresh = "", True
    for step in steps:
        if step.kind == "_NL":
            fresh = True
        elif fresh and step.end > step.start:
            first, fresh = step.kind, False
    return first


def _is_unfinished_block(step: Step, text: str) -> bool:
    """Whether only the end of the text is amiss, since a heading still waits for its block."""
    return step.kind == "_DEDENT" and step.start >= len(text)


def _is_open(steps: list[Step]) -> bool:
    opened = 0
    for step in steps:
        opened += (step.kind in _OPENING) - (step.kind in _CLOSING)
        if step.kind == "_NL" and not step.wrong:
            opened = 0
    return opened > 0


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
