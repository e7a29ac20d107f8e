"""From bytes to text: byte order mark, then strict UTF-8, then strict GB18030; no character is guessed or dropped.

The order matters: most short Chinese names in UTF-8 are also valid GBK, while GBK is hardly ever valid UTF-8. For the
same reason a UTF-8 file with one damaged byte often decodes as GB18030, all of it wrong; it is recognised by the
Chinese text before the damage, and refused. Whatever was chosen, if not UTF-8, is said.
"""

import codecs
from io import BytesIO
from typing import BinaryIO, Final

from attrs import frozen

from creditlang.diagnostics import Diagnostic, Phrase, Place, report

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CONTAINERS: Final = (
    (b"PK\x03\x04", Phrase("an Excel workbook or other zip file", "Excel 工作簿或其他压缩文件")),
    (b"\xd0\xcf\x11\xe0", Phrase("an old Excel workbook", "旧版 Excel 工作簿")),
    (b"%PDF", Phrase("a PDF file", "PDF 文件")),
    (b"<", Phrase("a web page", "网页")),
)
_ENOUGH: Final = 4
_LOOKED_AT: Final = 65_536
_PIECE: Final = 256 * 1024


@frozen
class Encoding:
    """What a file is written in, and how many bytes its mark takes."""

    name: str
    mark: int = 0


def encoding_of(file: BinaryIO, name: str) -> tuple[Encoding | None, list[Diagnostic]]:
    """The encoding, or None, and what there is to say: CR622 which it is, CR623 none fits, CR636 no text at all.

    The file is gone through to its end, a piece at a time.
    """
    beginning = file.read(256)
    for magic, words in _CONTAINERS:
        if beginning.lstrip(b" \t\r\n\xef\xbb\xbf").startswith(magic):
            return None, [report("CR636", Place(name), found=words)]
    marked = [Encoding(encoding, len(mark)) for mark, encoding in _MARKS if beginning.startswith(mark)]
    encoding = marked[0] if marked else Encoding("utf-8")
    bad = _first_bad(file, encoding)
    if bad is None:
        return encoding, [] if encoding.name == "utf-8" else [report("CR622", Place(name), encoding="UTF-16")]
    if not marked and not _is_damaged_utf8(file, bad):
        chinese = Encoding("gb18030")
        worse = _first_bad(file, chinese)
        if worse is None:
            return chinese, [report("CR622", Place(name), encoding="GB18030")]
        bad = max(bad, worse)
    return None, [report("CR623", Place(name, row=_row_of(file, bad)))]


def decode(content: bytes, name: str) -> tuple[str | None, list[Diagnostic]]:
    """The text of a whole file, or None, and what there is to say, as in `encoding_of`."""
    encoding, said = encoding_of(BytesIO(content), name)
    return None if encoding is None else content[encoding.mark :].decode(encoding.name), said


def _first_bad(file: BinaryIO, encoding: Encoding) -> int | None:
    """Where the first byte stands that is none of the encoding."""
    decoder = codecs.getincrementaldecoder(encoding.name)()
    end = file.seek(encoding.mark)
    while True:
        piece = file.read(_PIECE)
        end += len(piece)
        try:
            decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            return end - len(error.object) + error.start
        if not piece:
            return None


def _is_damaged_utf8(file: BinaryIO, bad: int) -> bool:
    """Whether what stands before the first bad byte is Chinese in UTF-8, which chance does not produce."""
    start = file.seek(max(0, bad - _LOOKED_AT))
    before = file.read(bad - start).decode("utf-8", errors="replace")
    foreign = [character for character in before if character > "\x7f" and character != "\ufffd"]
    return len(foreign) >= _ENOUGH and all(
        "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef" for character in foreign
    )


def _row_of(file: BinaryIO, position: int) -> int:
    """The row in which a byte stands, lines ending in LF or, if there is none before it, in CR."""
    feeds = returns = file.seek(0)
    while piece := file.read(min(_PIECE, position - file.tell())):
        feeds += piece.count(b"\n")
        returns += piece.count(b"\r")
    return (feeds or returns) + 1
