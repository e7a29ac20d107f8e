"""What is refused before a parser sees it: too large, too deep, or holding characters that cannot be seen.

The bounds keep every later stage total: with at most 64 levels of brackets and indentation no walk over the tree can
exhaust the stack. One pass over the text, no regular expression that can backtrack.
"""

import re

from attrs import evolve

from creditlang.diagnostics import Diagnostic, Edit, report
from creditlang.source import HIDDEN, SourceFile, Span

MAXIMUM_BYTES = 256 * 1024
MAXIMUM_DEPTH = 64
_BRACKET = re.compile(r"\"[^\"\n]*\"?|“[^”\n]*”?|#[^\n]*|[(\[（【)\]）】]")
_OPENING = frozenset("([（【")
_HIDDEN_HERE = re.compile(HIDDEN.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))


def check_limits(source: SourceFile) -> list[Diagnostic]:
    """The reasons for which `source` is not parsed at all; empty for an ordinary policy."""
    text = source.text
    if len(text) > MAXIMUM_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAXIMUM_BYTES:
        return [report("CR001", Span(source, 0, 0), limit=MAXIMUM_BYTES // 1024)]
    hidden = [
        _hidden(Span(source, match.start(), match.end()))
        for match, _ in zip(_HIDDEN_HERE.finditer(text), range(20), strict=False)
    ]
    return hidden or _check_depth(source)


def _hidden(place: Span) -> Diagnostic:
    found = report("CR004", place, character=f"U+{ord(place.text):04X}")
    return evolve(found, edits=(Edit(place, ""),))


def _check_depth(source: SourceFile) -> list[Diagnostic]:
    depth = 0
    for match in _BRACKET.finditer(source.text):
        character = match.group()
        if len(character) > 1 or character == "#":
            continue
        depth = depth + 1 if character in _OPENING else max(0, depth - 1)
        if depth > MAXIMUM_DEPTH:
            return [report("CR002", Span(source, match.start(), match.end()), limit=MAXIMUM_DEPTH)]
    return []
