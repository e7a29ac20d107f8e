"""The cells of a sheet found side by side, by the places of their tags: its XML is never walked tag by tag.

A piece of XML that holds whole rows is an array of bytes. Every `<` in it begins a tag, since no text can contain one,
and three bytes after it tell the few kinds of tags of which sheets consist apart. A table says which kind may follow
which, and looking up all pairs of neighbours proves the piece well-formed: the kinds are such that a piece is a series
of rows of cells exactly if each of its pairs is allowed. References must agree with their rows and rise, so that no
cell can stand anywhere but where it is put.

Office programs write nothing else, but XML allows a lot more. A cell that holds anything else, such as a text in two
colours, is handed over as it is, to be parsed by itself. Whatever else is met is `Unusual`, and no guess is made.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from creditlang_builtin.workbook.workbook_limits import LAST_ROW, MOST_COLUMNS, too_large

if TYPE_CHECKING:
    import numpy
    import pyarrow

    Whole = numpy.ndarray[Any, numpy.dtype[numpy.int64]]
    Words = numpy.ndarray[Any, numpy.dtype[numpy.uint64]]
    Truth = numpy.ndarray[Any, numpy.dtype[numpy.bool_]]

OTHER, ROW, CELL, VALUE, NO_VALUE, INLINE, TEXT, TEXT_KEPT, FORMULA = range(9)
VALUE_END, INLINE_END, TEXT_END, FORMULA_END, CELL_END, ROW_END, ITEM, ITEM_END = range(9, 17)

_TAGS: Final = {
    "row": ROW, "c ": CELL, "v>": VALUE, "v/>": NO_VALUE, "v ": NO_VALUE, "is>": INLINE, "t>": TEXT, "t ": TEXT_KEPT,
    "f>": FORMULA, "f ": FORMULA, "f/": FORMULA, "/v>": VALUE_END, "/is": INLINE_END, "/t>": TEXT_END,
    "/f>": FORMULA_END, "/c>": CELL_END, "/ro": ROW_END, "si>": ITEM, "/si": ITEM_END,
}  # fmt: skip
"""Kinds of tags by what comes after the `<`, at most three bytes."""

_FOLLOWING: Final = {
    ROW: (CELL, ROW_END, ROW), ROW_END: (ROW,), CELL: (CELL, ROW_END, VALUE, NO_VALUE, INLINE, FORMULA, CELL_END),
    VALUE: (VALUE_END,), VALUE_END: (CELL_END,), NO_VALUE: (CELL_END,), INLINE: (TEXT, TEXT_KEPT, INLINE_END),
    TEXT: (TEXT_END,), TEXT_KEPT: (TEXT_END,), TEXT_END: (INLINE_END,), INLINE_END: (CELL_END,),
    FORMULA: (FORMULA_END, VALUE, NO_VALUE, CELL_END), FORMULA_END: (VALUE, NO_VALUE, CELL_END),
    CELL_END: (CELL, ROW_END),
}  # fmt: skip
_KINDS: Final = 32

# The tags that three bytes do not prove, whole.
_WHOLE_TAGS: Final = {
    TEXT_KEPT: b'<t xml:space="preserve">', NO_VALUE: b"<v/>", INLINE_END: b"</is>", ROW_END: b"</row>",
    ITEM_END: b"</si>",
}  # fmt: skip
_NO_VALUE_SPACED: Final = b"<v />"
_ROW_BEGIN: Final = b'<row r="'
_ROW_NUMBER: Final = re.compile(rb'<row\b[^<>]*?\sr="([0-9]{1,7})"')
_CELL_BEGIN: Final = b'<c r="'

PADDING: Final = bytes(32)
"""What is read beyond the end when bytes are taken eight at a time."""

_LESS, _SLASH, _QUOTE, _ZERO, _A, _Z = b'</"0AZ'


class Unusual(Exception):
    """XML that may well be right, but is not written as office programs write it."""


@frozen(eq=False)
class Found:
    """The cells of some rows in their order; all arrays but the first have one entry for each.

    `rows` are the numbers of the rows; `row` is a position in them and `column` counts from 1. `heads` are what stands
    between the quote after the reference and the next tag. The raw value is in the bytes from `begin` to `end`; it is
    empty if there is none, and `saved` says whether there is an element for it. `odd` holds, by position, the XML of
    the cells that must be parsed by themselves.
    """

    rows: "Whole"
    row: "Whole"
    column: "Whole"
    heads: "pyarrow.DictionaryArray"
    begin: "Whole"
    end: "Whole"
    inline: "Truth"
    formula: "Truth"
    saved: "Truth"
    closed: "Truth"
    odd: dict[int, bytes]


class Tags:
    """All tags of a piece: where they begin, of what kind they are."""

    def __init__(self, text: bytes) -> None:
        """Find them. Raises `Unusual` where a tag is not the whole of what its first bytes promise."""
        import numpy

        # Another namespace makes an element of the same name another element.
        if b"xmlns" in text:
            raise Unusual
        self.text = text
        self.length = len(text)
        padded = text + PADDING
        self.octets = numpy.frombuffer(padded, numpy.uint8)
        at = numpy.flatnonzero(self.octets[: self.length] == _LESS)
        self.count = len(at)
        kinds = _table()[numpy.ndarray((self.length,), "<u4", padded, 0, (1,))[at] >> 8]
        self.at = numpy.append(at, [self.length] * 4)
        self.kinds = numpy.append(kinds, numpy.zeros(4, kinds.dtype))
        self.words = numpy.ndarray((self.length + 16,), "<u8", padded, 0, (1,))
        for kind, tag in _WHOLE_TAGS.items():
            self._prove(kind, tag)

    def of(self, kind: int) -> "Whole":
        """The positions of the tags of a kind."""
        import numpy

        return numpy.flatnonzero(self.kinds == kind)

    def _prove(self, kind: int, tag: bytes) -> None:
        """A tag that only begins like another becomes one of another kind."""
        import numpy

        positions = self.of(kind)
        if not len(positions):
            return
        same = self.begins(self.at[positions], tag)
        if kind == NO_VALUE:
            same |= self.begins(self.at[positions], _NO_VALUE_SPACED)
        self.kinds[positions[numpy.logical_not(same)]] = OTHER

    def begins(self, places: "Whole", tag: bytes) -> "Truth":
        """Whether the bytes at each place are these."""
        import numpy

        same = numpy.ones(len(places), numpy.bool_)
        for start in range(0, len(tag), 8):
            part = tag[start : start + 8]
            words = self.words[numpy.minimum(places + start, self.length)]
            same &= (words & numpy.uint64(256 ** len(part) - 1)) == int.from_bytes(part, "little")
        return same


@cache
def _table() -> "numpy.ndarray[Any, numpy.dtype[numpy.uint8]]":
    """The kind of a tag by its first three bytes as a number; almost all of it stays untouched and takes no memory."""
    import numpy

    table = numpy.zeros((256, 256, 256), numpy.uint8)
    for name, kind in _TAGS.items():
        first, second, *third = name.encode()
        table[third[0] if third else slice(None), second, first] = kind
    return table.reshape(-1)


@cache
def _pairs() -> "Truth":
    import numpy

    pairs = numpy.zeros((_KINDS, _KINDS), numpy.bool_)
    for kind, following in _FOLLOWING.items():
        pairs[kind, list(following)] = True
    return pairs.reshape(-1)


def cells_of(text: bytes) -> Found:
    """The cells of whole rows. Raises `Unusual`, or `WorkbookError` CR723 for a cell too far to the right."""
    import numpy

    tags = Tags(text)
    cells, rows = tags.of(CELL), tags.of(ROW)
    odd = _odd(tags, cells)
    numbers, digits, words = _row_numbers(tags, rows)
    _ends_of_rows(tags, rows)
    row = numpy.repeat(numpy.arange(len(rows)), numpy.diff(numpy.searchsorted(cells, numpy.append(rows, tags.count))))
    places = tags.at[cells]
    if not tags.begins(places, _CELL_BEGIN).all():
        raise Unusual
    column, letters = _columns(tags, places)
    rising = row * (2 * MOST_COLUMNS) + column
    if (numpy.diff(rising) <= 0).any():
        raise Unusual
    digits_at, lengths = places + len(_CELL_BEGIN) + letters, digits[row]
    differing = (tags.words[digits_at] ^ words[row]) & _masks()[lengths]
    if differing.any():
        raise Unusual
    begin, end, inline, formula, saved = _values(tags, cells)
    heads = pieces_of(tags.text, digits_at + lengths, tags.at[cells + 1], binary=True).dictionary_encode()
    closed = numpy.isin(tags.kinds[cells + 1], (CELL, ROW_END))
    return Found(
        rows=numbers, row=row, column=column, heads=heads, begin=begin, end=end, inline=inline, formula=formula,
        saved=saved, closed=closed, odd=odd,
    )  # fmt: skip


@cache
def _masks() -> "Words":
    """Which bits of eight bytes hold so many digits and a quote."""
    import numpy

    return numpy.array([256 ** (digits + 1) - 1 for digits in range(8)], numpy.uint64)


def _odd(tags: Tags, cells: "Whole") -> dict[int, bytes]:
    """Prove all pairs of neighbours; those that are not allowed must be inside a cell, which is handed over whole."""
    import numpy

    kinds = tags.kinds[: tags.count]
    if not tags.count or kinds[0] != ROW or tags.at[0] != 0 or kinds[-1] not in (ROW, ROW_END):
        raise Unusual
    pairs = kinds[:-1].astype(numpy.uint16) * _KINDS + kinds[1:]
    wrong = numpy.flatnonzero(numpy.logical_not(_pairs()[pairs]))
    if not len(wrong):
        return {}
    ends = numpy.append(tags.of(CELL_END), tags.count)
    bounds = numpy.flatnonzero(numpy.isin(kinds, (CELL, ROW, ROW_END)))
    concerned = numpy.searchsorted(cells, wrong, "right") - 1
    if concerned[0] < 0:
        raise Unusual
    first = cells[concerned]
    last = ends[numpy.searchsorted(ends, first)]
    crossed = numpy.searchsorted(bounds, last) - numpy.searchsorted(bounds, first) != 1
    if (crossed | (wrong >= last)).any():
        raise Unusual
    spans = zip(concerned.tolist(), tags.at[first].tolist(), tags.at[last].tolist(), strict=True)
    return {cell: tags.text[begin : end + len(b"</c>")] for cell, begin, end in spans}


def _row_numbers(tags: Tags, rows: "Whole") -> tuple["Whole", "Whole", "Words"]:
    """The numbers of the rows, how many digits they have, and the eight bytes that begin with these digits."""
    import numpy

    places = tags.at[rows] + len(_ROW_BEGIN)
    for row in numpy.flatnonzero(~tags.begins(tags.at[rows], _ROW_BEGIN)).tolist():
        match = _ROW_NUMBER.match(tags.text, tags.at[rows[row]], tags.at[rows[row] + 1])
        if match is None:
            raise Unusual
        places[row] = match.start(1)
    words = tags.words[places]
    numbers, lengths = numpy.zeros(len(rows), numpy.int64), numpy.zeros(len(rows), numpy.int64)
    reading = numpy.ones(len(rows), numpy.bool_)
    for position in range(8):
        octets = ((words >> numpy.uint64(8 * position)) & numpy.uint64(255)).astype(numpy.int64)
        reading &= octets != _QUOTE
        digits = octets - _ZERO
        if (reading & ((digits < 0) | (digits > 9) | (digits + position == 0))).any():
            raise Unusual
        numbers[reading] = numbers[reading] * 10 + digits[reading]
        lengths += reading
    if reading.any() or (numbers > LAST_ROW).any() or (numpy.diff(numbers) <= 0).any():
        raise Unusual
    return numbers, lengths, words


def _ends_of_rows(tags: Tags, rows: "Whole") -> None:
    """A row that another one follows at once has its end in its own tag, and no other has."""
    following = tags.kinds[rows + 1]
    closed = tags.octets[tags.at[rows + 1] - 2] == _SLASH
    if (closed != ((following == ROW) | (following == OTHER))).any():
        raise Unusual


def _columns(tags: Tags, places: "Whole") -> tuple["Whole", "Whole"]:
    """The columns of the references, and how many letters each has."""
    import numpy

    words = tags.words[places + len(_CELL_BEGIN)]
    first, second, third = (
        ((words >> numpy.uint64(8 * position)) & numpy.uint64(255)).astype(numpy.int64) for position in range(3)
    )
    two = second >= _A
    if (first < _A).any() or (first > _Z).any() or (second > _Z).any() or (third[two] > _Z).any():
        raise Unusual
    column = numpy.where(two, (first - _A + 1) * 26 + second - _A + 1, first - _A + 1)
    if (column > MOST_COLUMNS).any() or (two & (third >= _A)).any():
        raise too_large("columns", "列", MOST_COLUMNS)
    return column, 1 + two.astype(numpy.int64)


def _values(tags: Tags, cells: "Whole") -> tuple["Whole", "Whole", "Truth", "Truth", "Truth"]:
    """Where the raw value of each cell begins and ends, and what `Found` says of it."""
    import numpy

    position = cells + 1
    formula = tags.kinds[position] == FORMULA
    if formula.any():
        ended = tags.kinds[position + 1] == FORMULA_END
        closed = tags.octets[tags.at[position + 1] - 2] == _SLASH
        if (formula & numpy.logical_not(ended | closed)).any():
            raise Unusual
        position = position + numpy.where(formula, 1 + ended, 0)
    inline = tags.kinds[position] == INLINE
    position = position + inline
    kinds = tags.kinds[position]
    kept = kinds == TEXT_KEPT
    there = (kinds == VALUE) | (kinds == TEXT) | kept
    width = numpy.where(kept, len(_WHOLE_TAGS[TEXT_KEPT]), len(b"<v>"))
    begin = numpy.where(there, tags.at[position] + width, tags.at[cells])
    end = numpy.where(there, tags.at[position + 1], begin)
    return begin, end, inline, formula, there | (kinds == NO_VALUE)


def pieces_of(text: bytes, begin: "Whole", end: "Whole", binary: bool = False) -> "pyarrow.Array[Any]":
    """What is in `text` from each beginning to its end, as an Arrow array; the places rise.

    The whole text becomes an array in which every second element is one that is wanted, which needs no copy.
    """
    import numpy
    import pyarrow

    places = numpy.empty(2 * len(begin) + 1, numpy.int32)
    places[0:-1:2], places[1::2], places[-1] = begin, end, len(text)
    kind = pyarrow.binary() if binary else pyarrow.string()
    buffers = [None, pyarrow.py_buffer(places), pyarrow.py_buffer(text)]
    whole = pyarrow.Array.from_buffers(kind, 2 * len(begin), buffers)
    return whole.take(pyarrow.array(numpy.arange(0, 2 * len(begin), 2)))
