"""``creditlang fmt``: files in the one layout or in the other language, shown, checked or written."""

from pathlib import Path
from typing import Any

import pytest

UNTIDY = """unit point
record event   # what happened
  item:item
  grade : number, at least 0



category c in point [1]
  item x "X":1  per event
"""
TIDY = """unit point
record event  # what happened
    item  : item
    grade : number, at least 0


category c in point                                                                 [1]
    item x "X": 1 per event
"""


@pytest.fixture
def untidy(tmp_path: Path) -> Path:
    """A policy that is laid out by hand."""
    path = tmp_path / "untidy.credit"
    path.write_text(UNTIDY, encoding="utf-8")
    return path


def test_a_file_is_laid_out_in_place_and_only_once(cli: Any, untidy: Path) -> None:
    """The file is written; a second time nothing changes."""
    result = cli("fmt", untidy)
    assert (result.exit_code, untidy.read_text("utf-8")) == (0, TIDY), result.output
    assert "0 of 1 files changed" in cli("fmt", untidy).output


def test_check_and_diff_write_nothing(cli: Any, untidy: Path) -> None:
    """`--check` names the file and ends with 1, `--diff` shows the lines."""
    result = cli("fmt", untidy, "--check")
    assert (result.exit_code, "untidy.credit" in result.output) == (1, True)
    result = cli("fmt", untidy, "--diff")
    assert (result.exit_code, '+    item x "X": 1 per event' in result.output) == (0, True)
    assert untidy.read_text("utf-8") == UNTIDY
    cli("fmt", untidy)
    assert cli("fmt", untidy, "--check").exit_code == 0


def test_the_other_language_and_back(cli: Any, untidy: Path) -> None:
    """Keywords and their order are of the language, names stay; the policy is as sound as before."""
    cli("fmt", untidy, "--lang", "zh")
    assert '    项目 x "X"：每次1' in untidy.read_text("utf-8")
    assert "error" not in cli("check", untidy).output.replace("0 errors", "")
    cli("fmt", untidy, "--lang", "en")
    assert untidy.read_text("utf-8") == TIDY


def test_the_standard_input(cli: Any) -> None:
    """With `-` the text goes through."""
    result = cli("fmt", "-", typed=UNTIDY)
    assert (result.exit_code, result.stdout) == (0, TIDY)


def test_what_cannot_be_read_stays_and_is_told(cli: Any, tmp_path: Path) -> None:
    """A text with an error is not touched; the others are."""
    broken, whole = tmp_path / "broken.credit", tmp_path / "whole.credit"
    broken.write_text("category\n", encoding="utf-8")
    whole.write_text("unit   point\n", encoding="utf-8")
    result = cli("fmt", broken, whole)
    assert (result.exit_code, "CR005" in result.output) == (1, True)
    assert (broken.read_text("utf-8"), whole.read_text("utf-8")) == ("category\n", "unit point\n")


def test_examples_are_laid_out_with_their_policy_in_whose_words_they_are_cut(cli: Any, tmp_path: Path) -> None:
    """A file of examples is found beside its policy, and closed-up Chinese in it is cut by the policy's names."""
    policy = tmp_path / "club.credit"
    policy.write_text(
        "计量单位 分\n记录 活动\n    项目：项目\n类别 参与 单位 分 取自 活动\n    项目 到场：每次1\n", encoding="utf-8"
    )
    examples = tmp_path / "club.examples.credit"
    examples.write_text('例 "到场"\n  活动   到场\n  应得 参与=1\n', encoding="utf-8")
    assert cli("fmt", policy).exit_code == 0
    assert examples.read_text("utf-8") == '例 "到场"\n    活动 到场\n    应得 参与 = 1\n'


def test_a_bundled_policy_is_only_shown(cli: Any) -> None:
    """The bundle is not the user's to change."""
    result = cli("fmt", "hengyang")
    assert (result.exit_code, "--diff" in result.output) == (2, True)
    assert cli("fmt", "hengyang", "--check").exit_code in (0, 1)
