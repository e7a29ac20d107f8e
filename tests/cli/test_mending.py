"""``check --fix``: what is certain is mended, nothing else is touched, and nothing else than the policy's own files."""

from pathlib import Path
from typing import Any

import pytest

from creditlang.diagnostics import applied_edits
from creditlang.driver import check_text

SLIPS = """unit credit
record activity
    item : item
    level : college or national
categry academic in credt
    item lecture: 1 per event when levle is natonal
    item talk: 2 per event
"""


@pytest.fixture
def slips(tmp_path: Path) -> Path:
    """A policy with four slips, of which one hides the others; saved as Windows saves it."""
    path = tmp_path / "slips.credit"
    text = SLIPS.replace("college or national", "level").replace("unit credit", 'unit credit\nuse "common/levels"')
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    return path


def test_slips_are_mended_until_none_is_left(cli: Any, slips: Path) -> None:
    before = slips.read_bytes()
    result = cli("check", slips, "--fix", "--lang", "en")
    assert "slips.credit: 2 lines mended" in result.stderr
    assert "0 errors" in result.stdout
    after = before.replace(b"categry", b"category").replace(b"credt", b"credit")
    assert slips.read_bytes() == after.replace(b"levle", b"level").replace(b"natonal", b"national")
    assert "mended" not in cli("check", slips, "--fix").stderr


def test_what_would_change_is_shown_and_not_written(cli: Any, slips: Path) -> None:
    before = slips.read_bytes()
    result = cli("check", slips, "--diff")
    assert "-categry academic in credt\n+category" not in result.stdout
    assert {"-categry academic in credt", "+category academic in credit"} <= set(result.stdout.splitlines())
    assert slips.read_bytes() == before


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_bundled_policy_is_not_changed(cli: Any, language: str) -> None:
    assert cli("check", "volunteer_hours", "--fix", "--lang", language).exit_code == 2
    assert cli("check", "volunteer_hours", "--fix", "--diff", "--lang", language).exit_code == 0


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("category academic in credt\n", "category academic in credit\n"),
        ("category academic in cerdit\n", "category academic in credit\n"),
        ("category academic in\u200b credit\n", "category academic in credit\n"),
        ("let paper_2 = 1\nlet share = paper_1\n", None),  # digits are no slip
        ("let lecture = 1\nlet lecturer = 1\nlet share = lectures\n", None),  # either may be meant
        ("let 讲座 = 1\nlet 总数 = 讲坐\n", "let 讲座 = 1\nlet 总数 = 讲座\n"),
        ("let 校级 = 1\nlet 总数 = 院级\n", None),
        ("let seldom = 1\nlet share = selection\n", None),
        ("let most = 1,000\n", "let most = 1000\n"),
    ],
)
def test_what_is_certain(written: str, mended: str | None) -> None:
    text = f"unit credit\n{written}"
    edits = [edit for found in check_text(text) for edit in found.edits]
    assert (applied_edits(text, edits) if edits else None) == (mended and f"unit credit\n{mended}")


def test_edits_that_touch_the_same_words_are_applied_once() -> None:
    (found,) = check_text("unit credit\ncategory academic in credt\n")
    assert applied_edits(found.edits[0].span.source.text, [*found.edits, *found.edits]).count("credit") == 2
