"""The parts of an XLSX file, unpacked piece by piece and never more of them than `workbook_limits` allows.

Nothing is written to disk, so a part's name is only a key, however much it looks like a path; names that differ in
capitals or slashes alone are one, and two parts with one name make the file ambiguous. Every byte that comes out is
counted, over all parts together, because what the file says of its sizes is only what it says.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from creditlang_builtin.workbook.workbook_limits import (
    LARGEST_PART,
    LARGEST_UNPACKED,
    MEBI,
    MOST_PARTS,
    MOST_RATIO,
    UNPACKED_ANYWAY,
    WorkbookError,
    damaged,
    too_large,
)

PIECE: Final = MEBI
"""Bytes that are unpacked at a time; what is worked out of so many fits into a processor's cache."""

_DIRECTORY_ENTRY: Final = b"PK\x01\x02"
_ENCRYPTED: Final = 1
# What zipfile and zlib raise at files that are not as they should be.
_FAULTS: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, LookupError, OverflowError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


class Package:
    """The parts of one file."""

    def __init__(self, content: bytes) -> None:
        """Read the directory. Raises `WorkbookError` CR722 or CR723."""
        # Each entry begins with this, so there are no more of them than this count, whatever the file says.
        if content.count(_DIRECTORY_ENTRY) > MOST_PARTS:
            raise too_large("parts", "内部文件", MOST_PARTS)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except _FAULTS as error:
            raise damaged("it ends too early, or its directory is broken", "文件不完整，或者内部目录已损坏") from error
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for part in self._archive.infolist():
            if self._parts.setdefault(_key(part.filename), part) is not part:
                raise damaged("two of its parts have one name", "内部有两个同名的部分")
        self._unpacked: dict[str, int] = {}
        self._limit = min(LARGEST_UNPACKED, max(UNPACKED_ANYWAY, MOST_RATIO * len(content)))

    def __contains__(self, name: str) -> bool:
        """Whether there is such a part."""
        return _key(name) in self._parts

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part's bytes, in pieces. Raises `WorkbookError` CR721 encrypted, CR722 damaged, CR723 too large."""
        part = self._parts.get(_key(name))
        if part is None:
            raise damaged("a part of it is missing", "缺少内部文件")
        if part.flag_bits & _ENCRYPTED:
            raise WorkbookError("CR721")
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise damaged("it is packed in an unusual way", "压缩方式不受支持")
        try:
            with self._archive.open(part) as file:
                size = 0
                while piece := file.read(PIECE):
                    size += len(piece)
                    self._count(part.filename, size)
                    yield piece
        except _FAULTS as error:
            raise damaged("a part of it cannot be unpacked", "内部文件无法解压") from error

    def read(self, name: str) -> bytes:
        """A small part, whole."""
        content = bytearray()
        for piece in self.pieces(name):
            content += piece
            if len(content) > LARGEST_PART:
                raise too_large("bytes in a part that is not a sheet", "字节（非工作表的内部文件）", LARGEST_PART)
        return bytes(content)

    def xml(self, name: str) -> Element:
        """A small part as a tree, without document types and entities of its own."""
        from defusedxml.common import DefusedXmlException
        from defusedxml.ElementTree import fromstring

        try:
            root: Element = fromstring(self.read(name), forbid_dtd=True)
        except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
            raise damaged("its XML is broken or not allowed", "内部 XML 已损坏或不被允许") from error
        return root

    def _count(self, part: str, size: int) -> None:
        """So much of a part has been unpacked; one that is read again counts once."""
        self._unpacked[part] = max(size, self._unpacked.get(part, 0))
        if sum(self._unpacked.values()) > self._limit:
            raise too_large("bytes when unpacked", "字节（解压后）", self._limit)


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()
