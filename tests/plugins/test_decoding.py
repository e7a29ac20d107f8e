"""The encoding of a file is found a piece at a time, and is that of the whole file."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditlang_builtin.files import decoding


@given(
    before=st.text(st.sampled_from("a张\r\n"), max_size=20),
    bad=st.sampled_from([b"", b"\xff", b"\xe5\xbc", b"\xc3\x28", b"\x81", b"\xb0\xa1", b"\x81\x30\x81"]),
    after=st.text(st.sampled_from("a张\n"), max_size=5),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe"]),
    piece=st.integers(1, 9),
)
def test_the_encoding_is_that_of_the_whole_file(before: str, bad: bytes, after: str, mark: bytes, piece: int) -> None:
    content = mark + before.encode() + bad + after.encode()

    def bad_at(encoding: str) -> int | None:
        try:
            content[len(mark) :].decode(encoding)
        except UnicodeDecodeError as error:
            return len(mark) + error.start
        return None

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(decoding, "_PIECE", piece)
        for encoding in ("utf-8", "gb18030", "utf-16-le"):
            assert decoding._first_bad(io.BytesIO(content), decoding.Encoding(encoding, len(mark))) == bad_at(encoding)
