"""Which characters a font has: the table `cmap` of OpenType files and collections.

A typesetter sets an empty box for a character that no font has, and says nothing. A box in the name of a student must
be noticed, so the fonts are asked beforehand. Subtables of formats 4 and 12 are read, which is what fonts of Chinese
have; the format is described in the OpenType specification, chapter “cmap”. A file that cannot be made out has no
characters.
"""

import struct
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path
from typing import Final

from attrs import frozen

_COLLECTION: Final = b"ttcf"


@frozen
class Coverage:
    """Ranges of code points, in order: where they begin, and where they end."""

    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    def __contains__(self, character: str) -> bool:
        """Whether the font has a character."""
        place = bisect_right(self.starts, ord(character)) - 1
        return place >= 0 and ord(character) <= self.ends[place]


@lru_cache(maxsize=64)
def coverage(path: Path, index: int = 0) -> Coverage:
    """What the font at a path has, in a collection the one with this index."""
    try:
        return _coverage(path, index)
    except (OSError, struct.error, IndexError):
        return Coverage()


def _coverage(path: Path, index: int) -> Coverage:
    with path.open("rb") as file:

        def read(where: int, size: int) -> bytes:
            file.seek(where)
            return file.read(size)

        start = struct.unpack(">I", read(12 + 4 * index, 4))[0] if read(0, 4) == _COLLECTION else 0
        (tables,) = struct.unpack(">H", read(start + 4, 2))
        records = struct.iter_unpack(">4sIII", read(start + 12, 16 * tables))
        where, size = next(((offset, length) for tag, _, offset, length in records if tag == b"cmap"), (0, 0))
        table = read(where, size)
    if not table:
        return Coverage()
    (count,) = struct.unpack(">H", table[2:4])
    ranges: list[tuple[int, int]] = []
    for _, _, offset in struct.iter_unpack(">HHI", table[4 : 4 + 8 * count]):
        ranges += _subtable(table[offset:])
    return _merged(ranges)


def _subtable(table: bytes) -> list[tuple[int, int]]:
    """The ranges of a subtable. In format 4 a range may have holes; what it maps to no glyph is left out."""
    (kind,) = struct.unpack(">H", table[:2])
    if kind == 12:
        (groups,) = struct.unpack(">I", table[12:16])
        return [(first, last) for first, last, _ in struct.iter_unpack(">III", table[16 : 16 + 12 * groups])]
    if kind != 4:
        return []
    (length,) = struct.unpack(">H", table[6:8])
    count = length // 2

    def words(start: int, sort: str) -> tuple[int, ...]:
        return struct.unpack(f">{count}{sort}", table[start : start + 2 * count])

    ends, starts = words(14, "H"), words(16 + 2 * count, "H")
    deltas, offsets = words(16 + 4 * count, "h"), words(16 + 6 * count, "H")
    found: list[tuple[int, int]] = []
    for place, (first, last) in enumerate(zip(starts, ends, strict=True)):
        if not offsets[place]:
            hole = -deltas[place] % 0x10000
            found += [(a, b) for a, b in ((first, min(last, hole - 1)), (max(first, hole + 1), last)) if a <= b]
            continue
        glyphs = 16 + 6 * count + 2 * place + offsets[place]
        block = table[glyphs : glyphs + 2 * (last - first + 1)]
        found += [(first + k, first + k) for k, (glyph,) in enumerate(struct.iter_unpack(">H", block)) if glyph]
    return found


def _merged(ranges: list[tuple[int, int]]) -> Coverage:
    """The same, in order and without overlaps."""
    starts: list[int] = []
    ends: list[int] = []
    for first, last in sorted(ranges):
        if ends and first <= ends[-1] + 1:
            ends[-1] = max(ends[-1], last)
        else:
            starts.append(first)
            ends.append(last)
    return Coverage(tuple(starts), tuple(ends))
