"""Work that is left out for speed: checks of what is not finished, near words that cannot match; nothing is missed."""

from pathlib import Path

import pytest
from tests.diagnostics.test_pages import blocks

from creditlang.check import check_policy
from creditlang.diagnostics import Severity
from creditlang.driver import compile_text
from creditlang.extensions import Extensions
from creditlang.syntax import near_words
from creditlang.syntax.near_words import needed_by

TEXTS = [
    block.text
    for path in sorted(Path(__file__).parent.glob("CR*.md"))
    for block in blocks(path.read_text(encoding="utf-8"))
    if block.kind == "credit"
]


def test_no_error_is_left_out_of_what_is_not_finished() -> None:
    told = 0
    for text in TEXTS:
        found = compile_text(text)
        asked = (found.policy, found.compilation, found.modules, Extensions())
        errors = [finding for finding in check_policy(*asked) if finding.severity is Severity.ERROR]
        assert check_policy(*asked, finished=False) == errors
        told += len(errors)
    assert told


def test_a_line_can_match_only_what_it_is_tried_with() -> None:
    for line in {line.strip() for text in TEXTS for line in text.split("\n")}:
        written = [near for near in near_words._table() if near.written.search(line)]
        assert [near for near in near_words._possible(line) if near.written.search(line)] == written


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        (r"\bof last (\w+)", ("of last ",)),
        (r"^(?:if|whenever) x?", ("if", "whenever")),
        (r"a(?!bcdef)\[[ghi]+", ("a",)),
        (r"(\d{4})[/.]", ("",)),
        (r"long words|b?", ("long words", "")),
        (r"(?:(?:one|two) days?)? ago", (" ago",)),
    ],
)
def test_what_a_pattern_needs(pattern: str, needed: tuple[str, ...]) -> None:
    assert needed_by(pattern) == needed
