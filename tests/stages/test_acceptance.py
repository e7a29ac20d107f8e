"""A reading accepts what stands in its declaration, from its first character to its last, and nothing beside it."""

import pytest

from creditlang.check.acceptance import accept
from creditlang.diagnostics import report
from creditlang.driver import load_modules
from creditlang.source import SourceFile, Span

TEXT = """unit credit
record a
    item : item
category c in credit from a
    item one
        1 per event
        reading "as printed" accepts CR344
    item two : 1 per event
"""
FIRST, AFTER = TEXT.index("item one"), TEXT.index("item two")


@pytest.mark.parametrize(("start", "accepted"), [(FIRST - 1, False), (FIRST, True), (AFTER - 60, True), (AFTER, False)])
def test_a_reading_speaks_for_its_declaration(start: int, accepted: bool) -> None:
    source = SourceFile("policy.credit", TEXT)
    finding = report("CR344", Span(source, start, len(TEXT)), check="own", sentence="so")
    assert (finding not in accept([finding], load_modules(source).modules)) == accepted
