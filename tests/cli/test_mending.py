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


EXAMPLES = """unit credit
scale level: national > provincial > college
articles "Article 1" to "Article 2"
record activity
    item  : item
    level : level
category c in credit [Article 1]
    item talk [Article 1]
        1 per event when level is national
        otherwise void
    item run [Article 2]: 2 per event
"""


@pytest.mark.parametrize(
    ("example", "code", "mended"),
    [
        ("    activity talks, level national\n    expect c = 1", "CR802", "activity talk,"),
        ("    activty talk, level national\n    expect c = 1", "CR802", "activity talk,"),
        ("    activity talk, levl national\n    expect c = 1", "CR802", None),
        ("    activity talk, level natonal\n    expect c = 0", "CR802", None),
        ("    activity talk, level natonal\n    expect 1 invalid", None, None),
    ],
)
def test_records_in_examples_are_checked(
    cli: Any, tmp_path: Path, example: str, code: str | None, mended: str | None
) -> None:
    path = tmp_path / "p.credit"
    path.write_text(f'{EXAMPLES}example "one"\n{example}\n')
    for command in ("check", "test"):
        output = cli(command, path).output
        assert ("CR802" in output) == (code is not None), output
    cli("check", path, "--fix")
    assert mended is None or mended in path.read_text()


def test_a_row_that_one_table_alone_lacks() -> None:
    table = "    item {name}\n        per event by level\n            national {a}\n{b}            college 1\n"
    begins = "unit credit\nscale level: national > provincial > college\nrecord x\n    item : item\n    level : level\n"
    begins += "category c in credit\n"
    whole = table.format(name="one", a=3, b="            provincial 2\n")
    found = check_text(begins + whole + table.format(name="two", a=3, b=""))
    assert [(each.code, str(each.arguments["values"])) for each in found] == [("CR313", "provincial")]
    assert check_text(begins + table.format(name="one", a=3, b="") + table.format(name="two", a=3, b="")) == []


def test_an_example_cites_an_article_that_there_is() -> None:
    text = f'{EXAMPLES}example "one" [Article 3]\n    activity run, level national\n    expect c = 2\n'
    assert [each.code for each in check_text(text)] == ["CR334"]
    assert check_text(text.replace("Article 3", "Article 2(1)")) == []
