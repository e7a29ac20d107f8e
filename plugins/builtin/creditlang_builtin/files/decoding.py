"""From bytes to text: byte order mark, then strict UTF-8, then strict GB18030; no character is guessed or dropped.

The order matters: most short Chinese names in UTF-8 are also valid GBK, while GBK is hardly ever valid UTF-8. For the
same reason a UTF-8 file with one damaged byte often decodes as GB18030, all of it wrong; it is recognised by the
Chinese text before the damage, and refused. Whatever was chosen, if not UTF-8, is said.
"""

import codecs
from typing import Final

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


def is_container(content: bytes) -> bool:
    """Whether bytes begin like a workbook, a PDF file or a web page."""
    beginning = content[:256].lstrip(b" \t\r\n\xef\xbb\xbf")
    return any(beginning.startswith(magic) for magic, _ in _CONTAINERS)


def decode(content: bytes, name: str) -> tuple[str | None, list[Diagnostic]]:
    """The text, or None, and what there is to say: CR622 the encoding, CR623 none fits, CR636 no text at all."""
    beginning = content[:256].lstrip(b" \t\r\n\xef\xbb\xbf")
    for magic, words in _CONTAINERS:
        if beginning.startswith(magic):
            return None, [report("CR636", Place(name), found=words)]
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decode_marked(content[len(mark) :], encoding, name)
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as utf8:
        if _is_damaged_utf8(content, utf8.start):
            return None, [_undecodable(content, utf8.start, name)]
        try:
            return content.decode("gb18030"), [report("CR622", Place(name), encoding="GB18030")]
        except UnicodeDecodeError as gb18030:
            return None, [_undecodable(content, max(utf8.start, gb18030.start), name)]


def _decode_marked(content: bytes, encoding: str, name: str) -> tuple[str | None, list[Diagnostic]]:
    """A file that says itself what it is."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        return None, [_undecodable(content, error.start, name)]
    return text, [] if encoding == "utf-8" else [report("CR622", Place(name), encoding="UTF-16")]


def _is_damaged_utf8(content: bytes, bad: int) -> bool:
    """Whether what stands before the first bad byte is Chinese in UTF-8, which chance does not produce."""
    before = content[max(0, bad - _LOOKED_AT) : bad].decode("utf-8", errors="replace")
    foreign = [character for character in before if character > "\x7f" and character != "\ufffd"]
    return len(foreign) >= _ENOUGH and all(
        "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef" for character in foreign
    )


def _undecodable(content: bytes, position: int, name: str) -> Diagnostic:
    before = content[:position]
    return report("CR623", Place(name, row=before.count(b"\n") + (0 if b"\n" in before else before.count(b"\r")) + 1))
