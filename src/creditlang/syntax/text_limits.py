"""What is refused before a parser sees it: too large, too deep, or holding characters that cannot be seen.

The bounds keep every later stage total: with at most 64 levels of brackets and indentation no walk over the tree can
exhaust the stack. One pass over the text, no regular expression that can backtrack.
"""

import re

from creditlang.diagnostics import Diagnostic, report
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
        report("CR004", Span(source, match.start(), match.end()), character=f"U+{ord(match.group()):04X}")
        for match, _ in zip(_HIDDEN_HERE.finditer(text), range(20), strict=False)
    ]
    return hidden or _check_depth(source)


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
