"""Files, positions, spans, and text made safe to print."""

import copy
import sys
import unicodedata

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from creditlang.source import HIDDEN, Position, SourceFile, Span, display_width, visible

TEXTS = st.text(alphabet=st.sampled_from("ab\n\t 学分“①é\u0301𠀀👍\x1b\u202e"), max_size=40)


def test_bytes_lose_their_mark_and_their_carriage_returns() -> None:
    source = SourceFile.from_bytes("a.credit", b"\xef\xbb\xbfunit\r\ncredit\n")
    assert (source.name, source.text) == ("a.credit", "unit\ncredit\n")


def test_a_lone_carriage_return_stays_to_be_reported() -> None:
    assert SourceFile.from_bytes("a.credit", b"a\rb").text == "a\rb"


@pytest.mark.parametrize("data", ["学分".encode("gb18030"), b"\xff\xfea\x00", b"\xed\xa0\x80", b"\xc0\x80"])
def test_other_encodings_are_refused(data: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        SourceFile.from_bytes("a.credit", data)


def test_lines_end_at_line_feeds_only() -> None:
    source = SourceFile("a", "one\x0b\x0c\x85\u2028\rstill\n\ntwo\n")
    assert source.line_starts == (0, 14, 15, 19)
    assert [source.line_text(number) for number in (1, 2, 3, 4)] == ["one\x0b\x0c\x85\u2028\rstill", "", "two", ""]
    assert [source.line_number(offset) for offset in (0, 13, 14, 15, 18, 19, 99, -1)] == [1, 1, 2, 3, 3, 4, 4, 1]


def test_an_empty_file_has_one_line() -> None:
    source = SourceFile("a", "")
    assert source.line_text(1) == ""
    assert source.position(0) == Position(1, 1, 1, 0)


def test_a_place_is_counted_four_ways() -> None:
    source = SourceFile("a", "x\n\t学𠀀“e\u0301|")
    assert source.position(len(source.text) - 1) == Position(line=2, column=7, display_column=11, utf16_offset=7)


def test_an_offset_outside_is_the_nearest_end() -> None:
    source = SourceFile("a", "ab\nc")
    assert source.position(99) == source.position(4) == Position(2, 2, 2, 1)
    assert source.position(-5) == source.position(0)
    assert (source.offset(9, 0), source.offset(1, 99), source.offset(0, 0)) == (4, 2, 0)


@given(TEXTS, st.data())
def test_an_editors_place_leads_back(text: str, data: st.DataObject) -> None:
    source = SourceFile("a", text)
    offset = data.draw(st.integers(0, len(text)))
    position = source.position(offset)
    assert source.offset(position.line, position.utf16_offset) == offset
    assert source.line_starts[position.line - 1] + position.column - 1 == offset
    before = text[offset - position.column + 1 : offset]
    assert "\n" not in before
    assert len(before.encode("utf-16-le")) // 2 == position.utf16_offset


@given(TEXTS)
def test_the_lines_make_the_text(text: str) -> None:
    source = SourceFile("a", text)
    lines = [source.line_text(number) for number in range(1, len(source.line_starts) + 1)]
    assert "\n".join(lines) == text


def test_spans() -> None:
    source = SourceFile("a", "item lecture cap")
    item, cap = Span(source, 0, 4), Span(source, 13, 16)
    assert (item.text, cap.text, cap.to(item).text) == ("item", "cap", "item lecture cap")
    assert item == Span(source, 0, 4) != Span(SourceFile("a", source.text), 0, 4)
    assert len({item, cap, Span(source, 0, 4)}) == 2
    assert "lecture" not in repr(item)


def test_impossible_spans_are_not_built() -> None:
    source = SourceFile("a", "abc")
    with pytest.raises(ValueError, match="cannot run"):
        Span(source, 2, 1)
    with pytest.raises(ValueError, match="cannot run"):
        Span(source, -1, 1)
    with pytest.raises(ValueError, match="covers both"):
        Span(source, 0, 1).to(Span(SourceFile("b", "abc"), 0, 1))


def test_a_file_does_not_change() -> None:
    source = SourceFile("a", "abc")
    with pytest.raises(FrozenInstanceError):
        source.text = "b"  # type: ignore[misc]
    assert copy.copy(source).line_starts == source.line_starts


def test_every_character_without_a_shape_is_hidden() -> None:
    for number in range(sys.maxunicode + 1):
        if unicodedata.category(chr(number)) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            assert HIDDEN.fullmatch(chr(number)), f"U+{number:04X}"


def test_what_people_write_is_not_hidden() -> None:
    assert not HIDDEN.search("学分（一）：“次”、①—…　ａ１．０；é e\u0301 㐀𠀀 ☀️ \ue000 辻\U000e0100")


def test_hidden_characters_are_spelled_out() -> None:
    assert visible("a\x1b[31m\x00\x7f\x9b\u202e\ufeff\U000e0041\ud800") == (
        "a\\x1b[31m\\x00\\x7f\\x9b\\u202e\\ufeff\\U000e0041\\ud800"
    )
    assert visible("a\tb\r\nc") == "a    b\\r\\nc"


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("学分", 4),
        ("“—…①", 4),
        ("，；（", 6),
        ("\t", 4),
        ("e\u0301", 1),
        ("\x1b", 4),
        ("\u200b", 6),
    ],
)
def test_widths(text: str, width: int) -> None:
    assert display_width(text) == width
