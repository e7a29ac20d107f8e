"""Pygments gives every text back whole, in the colours of the editor: policies, pieces of them, and sessions."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.token import Text

from creditlang.resources import policy_names, policy_path

PAGES = sorted((Path(__file__).parents[2] / "docs").glob("*.md"))


def colours(text: str, language: str) -> list[tuple[str, str]]:
    """The pieces that have a colour."""
    pieces = get_lexer_by_name(language, stripnl=False, ensurenl=False).get_tokens(text)
    return [(piece, str(kind).removeprefix("Token.")) for kind, piece in pieces if kind is not Text]


def test_a_piece_of_a_policy_is_coloured_like_a_policy() -> None:
    assert colours("cap 1 per semester [第二条]  # once\n", "credit") == [
        ("cap", "Keyword"), ("1", "Literal.Number"), ("per", "Keyword"), ("semester", "Keyword"),
        ("[第二条]", "Name.Label"), ("# once", "Comment.Single"),
    ]  # fmt: skip
    assert ("最高", "Keyword") in colours("类别 德育\n    项目 讲座：每学期最高１学分\n", "credit")


def test_a_session_has_inputs_and_answers() -> None:
    found = colours("> load hengyang\n107 rules\n> 项目 讲座：每次0.3\n… 每学期最高1\n", "session")
    assert ("> ", "Generic.Prompt") in found and ("load", "Name.Builtin") in found
    assert ("107 rules\n", "Generic.Output") in found
    assert [piece for piece, kind in found if kind == "Keyword"] == ["项目", "每次", "每", "学期", "最高"]


@pytest.mark.parametrize("name", policy_names())
def test_files_of_policies_are_known_by_their_ending(name: str) -> None:
    path = policy_path(name)
    assert path is not None
    text = path.read_text(encoding="utf-8")
    pieces = get_lexer_for_filename(path.name, stripnl=False).get_tokens(text)
    assert "".join(piece for _, piece in pieces) == text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_of_the_pages_are_coloured(page: Path) -> None:
    blocks = re.findall(r"```(credit|session)\b[^\n]*\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    for language, block in blocks:
        assert any(kind == "Keyword" for _, kind in colours(block, language)) or language == "session"


@given(st.sampled_from(["credit", "session"]), st.text("> …项目cap1[。\"'#:|\n\r\x0b\u2028\t ", max_size=60))
def test_nothing_is_lost_of_any_text(language: str, text: str) -> None:
    pieces = get_lexer_by_name(language).get_tokens_unprocessed(text)
    position = 0
    for start, _, piece in pieces:
        assert start == position
        position += len(piece)
    assert position == len(text)
