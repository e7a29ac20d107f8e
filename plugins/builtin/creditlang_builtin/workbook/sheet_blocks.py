"""A sheet's XML to blocks of rows: Arrow columns of texts, a few thousand rows at a time.

The XML comes unpacked in pieces, is cut between rows, and the cells of each cut are found side by side. All cells with
one meaning, such as days or shared texts, get their texts together: a number or a day that comes again is worked out
once. Nothing of a block is kept when the next one begins, so that memory is that of a piece however long the sheet is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import Element

from attrs import define, evolve, field, frozen

from creditlang_builtin.workbook.cell_tags import Found, Unusual, cells_of, pieces_of
from creditlang_builtin.workbook.cell_values import PLAIN, SIMPLE_NUMBER, Format, Reading, Trouble
from creditlang_builtin.workbook.shared_texts import (
    element_of,
    proven,
    rich_text,
    text_of,
    unprefixed,
    usual_beginning,
    whole_texts,
)
from creditlang_builtin.workbook.sheet_table import Block
from creditlang_builtin.workbook.sheet_table import Trouble as TroubleShown
from creditlang_builtin.workbook.workbook_limits import (
    LONGEST_ROW,
    MOST_CELLS,
    MOST_MERGES,
    cell_position,
    damaged,
    too_large,
)

if TYPE_CHECKING:
    import pyarrow

    from creditlang_builtin.workbook.cell_tags import Whole

_HEAD: Final = re.compile(rb"\"((?:\s+[A-Za-z:]+=\"[^\"<>&]*\")*)\s*(/?)>\s*")
_ATTRIBUTE: Final = re.compile(rb"\s([A-Za-z:]+)=\"([^\"]*)\"")
_MERGE: Final = re.compile(rb"<mergeCell\s[^<>]*?\bref=\"([A-Z]{1,3}[0-9]{1,7}):([A-Z]{1,3}[0-9]{1,7})\"")
_ANY_MERGE: Final = re.compile(rb"[<:]mergeCell[\s/>]")
_HIDING: Final = re.compile(rb"<[!?]")
_END: Final = b"</worksheet>"
_MOST_HEADS: Final = 10_000
_EMPTY, _BROKEN, _FIRST = range(3)
"""Where the text of a cell is that has none, of one that is in trouble, and of the first other one."""


@frozen
class Head:
    """What a cell's attributes say: how its value is to be read, and whether the tag is closed at once."""

    reading: Reading
    closed: bool


@define(eq=False)
class SheetReader:
    """Reads the rows of one sheet, as often as it is asked to. `merges` are known when all rows have been read."""

    formats: Sequence[Format]
    shared: "pyarrow.StringArray"
    since_1904: bool
    merges: list[tuple[int, int, int, int]] = field(factory=list)
    _heads: dict[bytes, Head] = field(factory=dict)

    def blocks(self, pieces: Iterable[bytes]) -> Iterator[Block]:
        """The rows that have cells. Raises `Unusual`, or `WorkbookError` CR722 or CR723."""
        last_row = columns = 0
        self.merges.clear()
        for xml in self._whole_rows(unprefixed(pieces)):
            found = cells_of(xml)
            if found.rows[0] <= last_row:
                raise Unusual
            last_row = int(found.rows[-1])
            columns = max(columns, int(found.column.max(initial=1)))
            if last_row * columns > MOST_CELLS:
                raise too_large("cells", "个单元格", MOST_CELLS)
            if len(found.row):
                yield self._block(xml, found)

    def _whole_rows(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The XML of the rows, cut between them."""
        left, begun = b"", False
        rest = iter(pieces)
        for piece in rest:
            xml = left + piece
            if not begun:
                begin = xml.find(b"<sheetData>")
                if begin < 0:
                    if len(xml) > LONGEST_ROW:
                        raise Unusual
                    left = xml
                    continue
                usual_beginning(xml[:begin])
                xml, begun = xml[begin + len(b"<sheetData>") :].lstrip(), True
            cut = max(xml.rfind(b"<row "), 0)
            end = xml.find(b"</sheetData>", cut)
            if end >= 0:
                if rows := xml[:end].rstrip():
                    yield rows
                self._after(xml[end:], rest)
                return
            if len(xml) - cut > LONGEST_ROW:
                raise too_large("bytes in one row", "字节（一行）", LONGEST_ROW)
            if cut:
                yield xml[:cut].rstrip()
            left = xml[cut:]
        if begun:
            raise damaged("a sheet of it ends too early", "有工作表不完整")
        raise Unusual

    def _after(self, left: bytes, pieces: Iterator[bytes]) -> None:
        """Look for merged cells in what comes after the rows."""
        ended = False
        for piece in chain((b"",), pieces):
            xml = left + piece
            end = xml.rfind(b">") + 1
            found = _MERGE.findall(xml[:end])
            if len(found) < len(_ANY_MERGE.findall(xml[:end])) or _HIDING.search(xml[:end]):
                raise Unusual
            for first, last in found:
                self.merges.append((*cell_position(first.decode()), *cell_position(last.decode())))
                if len(self.merges) > MOST_MERGES:
                    raise too_large("merged cells", "个合并单元格", MOST_MERGES)
            left, ended = xml[end:], xml[:end].endswith(_END) if end else ended
            if len(left) > LONGEST_ROW:
                raise Unusual
        if not ended:
            raise Unusual

    def _block(self, xml: bytes, found: Found) -> Block:
        """The texts of some rows, column by column."""
        import numpy
        import pyarrow

        proven(xml)
        texts = _Texts(xml, found, self.shared, self._readings(found))
        begins = numpy.append(True, numpy.diff(found.row) != 0)
        position = numpy.cumsum(begins) - 1
        rows, width = int(position[-1]) + 1, int(found.column.max())
        where = numpy.full(rows * width, _EMPTY, numpy.int32)
        where[(found.column - 1) * rows + position] = texts.place
        everything = pyarrow.concat_arrays(texts.pieces)
        columns = [everything.take(pyarrow.array(where[at : at + rows])) for at in range(0, rows * width, rows)]
        numbers = found.rows[found.row[begins]].tolist()
        troubles = {
            (int(found.rows[found.row[cell]]), int(found.column[cell])): trouble
            for cell, trouble in texts.troubles.items()
        }
        return Block(numbers, columns, troubles)

    def _readings(self, found: Found) -> tuple[list[Reading], "Whole"]:
        """How the cells are to be read: the different ways, and which of them is that of each cell."""
        import numpy

        heads = [self._head(text) for text in found.heads.dictionary.to_pylist()]
        each = found.heads.indices.to_numpy()
        if (numpy.array([head.closed for head in heads], numpy.bool_)[each] != found.closed).any():
            raise Unusual
        numbers: dict[Reading, int] = {}
        ways = [numbers.setdefault(head.reading, len(numbers)) for head in heads]
        return list(numbers), numpy.array(ways, numpy.int64)[each]

    def _head(self, text: bytes) -> Head:
        if (known := self._heads.get(text)) is not None:
            return known
        match = _HEAD.fullmatch(text)
        if match is None:
            raise Unusual
        written = _ATTRIBUTE.findall(match[1])
        attributes = {name.decode(): value.decode("utf-8", "replace") for name, value in written}
        if len(attributes) < len(written) or "r" in attributes:
            raise Unusual
        head = Head(Reading.of(attributes, self.formats, self.since_1904), bool(match[2]))
        if len(self._heads) < _MOST_HEADS:
            self._heads[text] = head
        return head


class _Texts:
    """The texts of the cells of a block: in `pieces` one after the other, that of each cell at its `place`."""

    def __init__(
        self, xml: bytes, found: Found, shared: "pyarrow.StringArray", readings: tuple[list[Reading], "Whole"]
    ) -> None:
        import numpy
        import pyarrow

        self.xml, self.found, self.shared = xml, found, shared
        self.pieces: list[pyarrow.Array[Any]] = [pyarrow.array(["", "?"], pyarrow.string())]
        self.place = numpy.full(len(found.row), _EMPTY, numpy.int64)
        self.troubles: dict[int, TroubleShown] = {}
        self._next = _FIRST
        filled = found.end > found.begin
        odd = numpy.zeros(len(found.row), numpy.bool_)
        odd[list(found.odd)] = True
        for number, reading in enumerate(readings[0]):
            here = (readings[1] == number) & ~odd
            self._empty(reading, numpy.flatnonzero(here & ~filled))
            self._filled(reading, numpy.flatnonzero(here & filled))
        for cell, element in found.odd.items():
            self._odd(readings[0][readings[1][cell]], cell, element_of(element))

    def _empty(self, reading: Reading, cells: "Whole") -> None:
        """Cells without a value: nothing, unless a formula or an error should have given one."""
        cells = cells if reading.kind == "e" else cells[self.found.formula[cells]]
        for cell in cells.tolist():
            saved = "" if self.found.saved[cell] else None
            self._one(cell, evolve(reading, formula=bool(self.found.formula[cell])).text(saved))

    def _filled(self, reading: Reading, cells: "Whole") -> None:
        """Cells that have a value and are read alike."""
        if not len(cells):
            return
        if (self.found.inline[cells] != (reading.kind == "inlineStr")).any():
            raise Unusual
        raw = pieces_of(self.xml, self.found.begin[cells], self.found.end[cells])
        match reading.kind:
            case "s":
                self._add(cells, self.shared.take(self._numbers(raw)))
            case "str" | "inlineStr":
                self._add(cells, whole_texts(raw, self.xml))
            case _:
                self._worked_out(reading, cells, raw)

    def _numbers(self, raw: "pyarrow.Array[Any]") -> "pyarrow.Array[Any]":
        """Which of the shared texts."""
        import pyarrow
        from pyarrow import compute

        try:
            numbers = raw.cast(pyarrow.int32())
        except pyarrow.ArrowInvalid:
            raise Unusual from None
        span = compute.min_max(numbers)
        if span["min"].as_py() < 0 or span["max"].as_py() >= len(self.shared):
            raise Unusual
        return numbers

    def _worked_out(self, reading: Reading, cells: "Whole", raw: "pyarrow.Array[Any]") -> None:
        """Numbers, days and the like: each different one once."""
        import numpy
        import pyarrow
        from pyarrow import compute

        coded = raw.dictionary_encode()
        values, each = coded.dictionary, coded.indices.to_numpy()
        left = numpy.ones(len(values), numpy.bool_)
        if reading.kind == "n" and reading.format == PLAIN:
            left = ~compute.match_substring_regex(values, f"^(?:{SIMPLE_NUMBER})$").to_numpy(zero_copy_only=False)
        if left.any():
            results = [reading.text(text_of(value).strip()) for value in values.filter(pyarrow.array(left)).to_pylist()]
            texts = pyarrow.array(["?" if isinstance(text, Trouble) else text for text in results], pyarrow.string())
            values = compute.replace_with_mask(values, pyarrow.array(left), texts)
            wrong = {
                place: (trouble.code, trouble.value)
                for place, trouble in zip(numpy.flatnonzero(left).tolist(), results, strict=True)
                if isinstance(trouble, Trouble)
            }
            for position in numpy.flatnonzero(numpy.isin(each, list(wrong))).tolist():
                self.troubles[int(cells[position])] = wrong[int(each[position])]
        self.place[cells] = each.astype(numpy.int64) + self._next
        self._keep(values)

    def _add(self, cells: "Whole", texts: "pyarrow.Array[Any]") -> None:
        import numpy

        self.place[cells] = numpy.arange(self._next, self._next + len(cells))
        self._keep(texts)

    def _keep(self, texts: "pyarrow.Array[Any]") -> None:
        self.pieces.append(texts)
        self._next += len(texts)

    def _one(self, cell: int, text: str | Trouble) -> None:
        """A cell by itself."""
        import pyarrow

        if isinstance(text, Trouble):
            self.troubles[cell] = (text.code, text.value)
            self.place[cell] = _BROKEN
        elif text:
            self.place[cell] = self._next
            self._keep(pyarrow.array([text], pyarrow.string()))

    def _odd(self, reading: Reading, cell: int, element: Element) -> None:
        """A cell that holds more than a value."""
        inline, value, values = element.find("is"), element.findtext("v") or "", element.findall("v")
        if len(values) > 1 or any(len(one) for one in values):
            self._one(cell, Trouble("CR733"))
        elif len(element.findall("is")) != int(reading.kind == "inlineStr"):
            raise Unusual
        elif inline is not None:
            self._one(cell, rich_text(inline))
        elif reading.kind == "s" and value:
            number = int(value) if value.isdecimal() and len(value) < 10 else len(self.shared)
            if number >= len(self.shared):
                raise Unusual
            self._one(cell, self.shared[number].as_py())
        else:
            formula = element.find("f") is not None
            self._one(cell, evolve(reading, formula=formula).text(value if values else None))
