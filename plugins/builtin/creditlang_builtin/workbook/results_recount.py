"""Reads a workbook of results again: whether it is whole, what its sheets hold, and whether it is one of ours.

A part of the file is read to its end, by which the archive proves its sum, and parsed, by which it proves its form;
its rows and cells are counted as bytes, since no text can contain the beginning of a tag. Nothing is kept.
"""

import re
import stat
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import unescape

from attrs import frozen

from creditlang.diagnostics import Phrase

MARK: Final = "creditlang"
"""The custom property that workbooks of results have."""

_CHUNK: Final = 1 << 20
_MOST_BYTES: Final = 1 << 20
_SHEET: Final = re.compile(rb'<sheet name="([^"]*)"')
_PROPERTY: Final = f'name="{MARK}"'.encode()
_DAMAGED: Final = Phrase("it is damaged", "文件已损坏")


@frozen
class SheetCount:
    """A sheet's name, and how many rows and cells are in it."""

    name: str
    rows: int
    cells: int


def counted(path: Path) -> list[SheetCount] | Phrase:
    """What a workbook of ours holds, or why that cannot be told."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [
                unescape(name.decode("utf-8"), {"&quot;": '"'})
                for name in _SHEET.findall(archive.read("xl/workbook.xml"))
            ]
            found = {name: _through(archive, name) for name in archive.namelist()}
            return [
                SheetCount(name, *found[f"xl/worksheets/sheet{number}.xml"])
                for number, name in enumerate(names, start=1)
            ]
    except (OSError, zipfile.BadZipFile, KeyError, UnicodeDecodeError, expat.ExpatError):
        return _DAMAGED


def is_marked(workbook: Path | bytes) -> bool:
    """Whether a file, or its content, is a workbook of results."""
    try:
        with zipfile.ZipFile(BytesIO(workbook) if isinstance(workbook, bytes) else workbook) as archive:
            properties = archive.getinfo("docProps/custom.xml")
            return properties.file_size <= _MOST_BYTES and _PROPERTY in archive.read(properties)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError):
        return False


def may_be_replaced(path: Path) -> bool:
    """Whether results may be written there: there is nothing, or a workbook of results."""
    try:
        status = path.stat()
        return stat.S_ISREG(status.st_mode) and (status.st_size == 0 or is_marked(path))
    except (FileNotFoundError, NotADirectoryError):
        return True


def _through(archive: zipfile.ZipFile, name: str) -> tuple[int, int]:
    """The rows and cells of a part, which is read to its end."""
    rows, cells, end = 0, 0, b""
    parser = expat.ParserCreate()
    for chunk in _chunks(archive, name):
        parser.Parse(chunk, False)
        piece = end + chunk
        # What the end of the piece may still be the beginning of is looked at with the next one.
        end = piece[piece.rfind(b"<") :] if b"<" in piece[-5:] else b""
        piece = piece[: len(piece) - len(end)]
        rows += piece.count(b"<row ")
        cells += piece.count(b"<c ")
    parser.Parse(b"", True)
    return rows, cells


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            yield chunk
