"""What each piece of a text is, for colours: from the lexer itself, also where the text is incomplete or wrong.

Spans are ordered and do not overlap; what lies between them is blank, or a name like any other. The time is linear in
the length of the text.
"""

import re
from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from creditlang.ide.vocabulary import EMPTY, Sort, Vocabulary
from creditlang.ide.walk import Beginning, Step, Walk

HighlightClass = Literal[
    "keyword", "name", "item", "account", "kind", "field", "value", "setting", "fact", "number", "date", "text",
    "citation", "comment", "operator", "error",
]  # fmt: skip

_CLASSES: dict[str, HighlightClass] = {
    "NUMBER": "number", "BAND": "number", "PERCENT": "number", "ORDINAL": "number", "DATE": "date",
    "SEMESTER_NAME": "date", "STRING": "text", "CITATION": "citation", "CR007": "text", "CR008": "citation",
}  # fmt: skip
_OPERATORS = frozenset({
    "COLON", "COMMA", "BAR", "LPAR", "RPAR", "LSQB", "RSQB", "EQUAL", "NOT_EQUAL", "LESS", "MORE", "AT_LEAST",
    "AT_MOST", "PLUS", "MINUS", "STAR", "SLASH", "CLAUSE_COMMA", "DOT",
})  # fmt: skip
_SORTS: dict[Sort, HighlightClass] = {
    "account": "account", "item": "item", "kind": "kind", "fact": "fact", "require": "fact", "let": "setting",
    "given": "fact", "table": "setting", "field": "field", "attribute": "field", "value": "value",
    "period": "setting",
}  # fmt: skip
_COMMENT = re.compile(r"#[^\n]*")


@frozen
class Highlight:
    """The text from `start` up to, not including, `end`, in code points, and what it is."""

    start: int
    end: int
    kind: HighlightClass


def highlight(text: str, beginning: Beginning = "policy", vocabulary: Vocabulary = EMPTY) -> list[Highlight]:
    """The pieces of a text."""
    walk = Walk(text, beginning, vocabulary.known)
    found: list[Highlight] = []
    position = 0
    for step in walk.steps():
        found.extend(_comments(walk.text, position, step.start))
        position = max(position, step.end)
        kind = _class(step, text, vocabulary)
        if kind is not None and step.end > step.start:
            found.append(Highlight(step.start, step.end, kind))
    found.extend(_comments(walk.text, position, len(text)))
    return found


def _comments(text: str, start: int, end: int) -> Iterator[Highlight]:
    """Between two tokens there are only blanks and comments."""
    for match in _COMMENT.finditer(text, start, max(start, end)):
        yield Highlight(match.start(), match.end(), "comment")


def _class(step: Step, text: str, vocabulary: Vocabulary) -> HighlightClass | None:
    if step.kind in _CLASSES and (step.kind.startswith("CR") or not step.wrong):
        return _CLASSES[step.kind]
    if step.kind.startswith("_"):
        return None
    if step.wrong:
        return "error"
    # “at least” and “>=” are one terminal to the grammar, and two to the eye.
    if step.kind in _OPERATORS and not text[step.start].isalpha():
        return "operator"
    if step.kind != "NAME":
        return "keyword"
    sort = vocabulary.colour(text[step.start : step.end])
    return _SORTS.get(sort, "name") if sort else "name"
