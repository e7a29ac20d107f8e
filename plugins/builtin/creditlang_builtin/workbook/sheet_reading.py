"""A sheet, or the shared texts, of an XLSX workbook, read tag by tag: whatever XML allows, in any encoding it allows.

It follows the elements and nothing else, so that prefixes, remarks, quotes and the order of attributes make no
difference, and it leaves no cell out: cells may stand in a row in any order, but not two in one place, not in another
row than they say, and rows must rise. A sheet that breaks this is no sheet for an office program either, and is refused
as a whole. openpyxl, in its reading mode, drops cells that stand before their neighbours, gives rows that are not in
their order wrong numbers, and takes no account of the date formats of Chinese programs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final
from xml.parsers import expat

from attrs import define, evolve, field

from creditlang_builtin.workbook.cell_values import Format, Reading, Trouble, unescaped
from creditlang_builtin.workbook.sheet_table import Merge, SheetRow
from creditlang_builtin.workbook.workbook_limits import (
    LARGEST_TEXT,
    LAST_ROW,
    LONGEST_ROW,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_MERGES,
    cell_position,
    damaged,
    too_large,
)

if TYPE_CHECKING:
    import pyarrow

_MOST_LEVELS: Final = 100
_ROW: Final = "/worksheet/sheetData/row"
_CELL: Final = f"{_ROW}/c"
_VALUE: Final = f"{_CELL}/v"
_MERGED: Final = "/worksheet/mergeCells/mergeCell"


@define(eq=False)
class _Elements:
    """What the parser calls: where it is, as the names of the elements around it, and the text that is wanted."""

    wanted: ClassVar[frozenset[str]] = frozenset()
    """The paths of the elements whose text is wanted."""

    path: str = ""
    text: list[str] = field(factory=list)
    size: int = 0
    root: str = ""
    _namespace: str = ""
    _around: list[str] = field(factory=list)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag that opens. Elements of another namespace than the root's have no name here."""
        if not self._around:
            self.root = tag.rpartition("}")[2]
            self._namespace = tag.removesuffix(self.root)
        if len(self._around) == _MOST_LEVELS:
            raise too_large("elements inside each other", "层元素嵌套", _MOST_LEVELS)
        self._around.append(self.path)
        self.path += "/" + (tag[len(self._namespace) :] if tag.startswith(self._namespace) else "}")
        self.begun(attributes)

    def end(self, _tag: str) -> None:
        """A tag that closes."""
        self.ended()
        self.path = self._around.pop()

    def data(self, text: str) -> None:
        """Some characters."""
        if self.path in self.wanted:
            self.size += len(text)
            if self.size > LONGEST_ROW:
                raise too_large("characters in one row or text", "个字符（一行或一段文字）", LONGEST_ROW)
            self.text.append(text)

    def begun(self, attributes: Mapping[str, str]) -> None:
        """The last element of the path has begun."""

    def ended(self) -> None:
        """It ends."""


def _fed(pieces: Iterable[bytes], target: _Elements) -> Iterator[None]:
    """Parse a part; after each piece and at the end the target has what was in it. Raises `WorkbookError`."""
    parser, size = expat.ParserCreate(namespace_separator="}"), 0
    parser.StartElementHandler, parser.EndElementHandler = target.start, target.end
    parser.CharacterDataHandler = target.data
    parser.StartDoctypeDeclHandler = _doctype
    for piece in pieces:
        try:
            parser.Parse(piece)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise damaged("its XML is broken or not allowed", "内部 XML 已损坏或不被允许") from error
        size += len(piece)
        # A tag that is not complete is begun anew with every piece.
        if size - parser.CurrentByteIndex > LONGEST_ROW:
            raise too_large("bytes in one tag", "字节（一个标记）", LONGEST_ROW)
        yield
    try:
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise damaged("a part of it ends too early", "内部文件不完整") from error
    yield


def _doctype(*_declared: object) -> None:
    raise damaged("its XML is broken or not allowed", "内部 XML 已损坏或不被允许")


@define(eq=False)
class _Texts(_Elements):
    """The items of the shared texts."""

    wanted = frozenset({"/sst/si/t", "/sst/si/r/t"})

    items: list[str] = field(factory=list)

    def ended(self) -> None:
        """An item is its parts; a reading aid is none of them."""
        if self.path == "/sst/si":
            self.items.append(unescaped("".join(self.text)))
            self.text.clear()
            self.size = 0


def shared_texts(pieces: Iterable[bytes]) -> "pyarrow.StringArray":
    """The shared texts of a workbook in their order. Raises `WorkbookError` CR722 or CR723."""
    import pyarrow

    target, found, size = _Texts(), [pyarrow.array([], pyarrow.string())], 0
    for _ in _fed(pieces, target):
        found.append(pyarrow.array(target.items, pyarrow.string()))
        target.items = []
        size += found[-1].nbytes
        if size > LARGEST_TEXT:
            raise too_large("bytes of text", "字节（文字）", LARGEST_TEXT)
    return pyarrow.concat_arrays(found)


@define(eq=False)
class _Cell:
    """What has been seen of a cell: how many values, and whether text of its own, a formula, or what cannot be."""

    column: int
    reading: Reading
    values: int = 0
    inline: bool = False
    formula: bool = False
    broken: bool = False


@define(eq=False)
class _Sheet(_Elements):
    """The rows of a sheet that have ended and have cells."""

    wanted = frozenset({_VALUE, f"{_CELL}/is/t", f"{_CELL}/is/r/t"})

    formats: Sequence[Format] = ()
    shared: Sequence[Any] = ()
    since_1904: bool = False
    rows: list[SheetRow] = field(factory=list)
    merges: list[Merge] = field(factory=list)
    width: int = 1
    _number: int = 0
    _column: int = 0
    _cells: dict[int, str | Trouble] = field(factory=dict)
    _cell: _Cell | None = None
    _readings: dict[tuple[str | None, str | None], Reading] = field(factory=dict)

    def begun(self, attributes: Mapping[str, str]) -> None:
        """A row, a cell, something in a cell, or a merged cell."""
        if self._cell is not None:
            self._part(self._cell)
        elif self.path == _CELL:
            self._cell = self._begin(attributes)
        elif self.path == _ROW:
            self._row(attributes.get("r"))
        elif self.path == _MERGED:
            self._merge(attributes.get("ref", ""))

    def ended(self) -> None:
        """A cell or a row is complete."""
        if self.path == _CELL and self._cell is not None:
            self._cells[self._cell.column] = self._text(self._cell, "".join(self.text))
            self._cell = None
            self.text.clear()
        elif self.path == _ROW and self._cells:
            self.width = max(self.width, *self._cells)
            if self._number * self.width > MOST_CELLS:
                raise too_large("cells", "个单元格", MOST_CELLS)
            self.rows.append((self._number, [self._cells.get(at, "") for at in range(1, max(self._cells) + 1)]))

    def _row(self, written: str | None) -> None:
        known = written is None or (written.isascii() and written.isdecimal() and len(written) < 8)
        number = self._number + 1 if written is None else int(written) if known else 0
        if not self._number < number <= LAST_ROW:
            raise damaged("its rows do not stand in their order", "行的顺序不正确")
        self._number, self._column, self._cells, self.size = number, 0, {}, 0

    def _begin(self, attributes: Mapping[str, str]) -> _Cell:
        reference = attributes.get("r")
        row, column = (self._number, self._column + 1) if reference is None else cell_position(reference)
        if row != self._number or column in self._cells:
            raise damaged("a cell of it stands in a place that is not its own", "有单元格的位置与所在行不符或重复")
        if column > MOST_COLUMNS:
            raise too_large("columns", "列", MOST_COLUMNS)
        self._column = column
        looks = attributes.get("s"), attributes.get("t")
        reading = self._readings.get(looks) or self._readings.setdefault(
            looks, Reading.of(attributes, self.formats, self.since_1904)
        )
        return _Cell(column, reading)

    def _part(self, cell: _Cell) -> None:
        """An element somewhere in a cell."""
        if self.path == _VALUE:
            cell.values += 1
        elif self.path == f"{_CELL}/is":
            cell.broken |= cell.inline
            cell.inline = True
        elif self.path == f"{_CELL}/f":
            cell.formula = True
        elif self._around[-1] in self.wanted:
            cell.broken = True

    def _text(self, cell: _Cell, raw: str) -> str | Trouble:
        kind = cell.reading.kind
        own = kind == "inlineStr"
        if cell.broken or cell.values > int(not own) or (cell.inline and not own):
            return Trouble("CR733")
        if kind == "s" and (position := raw.strip()):
            number = int(position) if position.isascii() and position.isdecimal() and len(position) < 10 else -1
            if not 0 <= number < len(self.shared):
                raise damaged("a cell refers to a text that is not there", "有单元格引用的文字不存在")
            return str(self.shared[number].as_py())
        value = raw if kind in ("str", "inlineStr") else raw.strip()
        reading = evolve(cell.reading, formula=True) if cell.formula else cell.reading
        return reading.text(value if cell.values or cell.inline else None)

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        self.merges.append((*cell_position(first), *cell_position(last or first)))
        if len(self.merges) > MOST_MERGES:
            raise too_large("merged cells", "个合并单元格", MOST_MERGES)


@define(eq=False)
class SheetReader:
    """Reads the rows of one sheet, as often as it is asked to. `merges` are known when all rows have been read."""

    formats: Sequence[Format]
    shared: "pyarrow.StringArray"
    since_1904: bool
    merges: list[Merge] = field(factory=list)

    def rows(self, pieces: Iterable[bytes]) -> Iterator[SheetRow]:
        """The rows that have cells. Raises `WorkbookError` CR722 or CR723."""
        target = _Sheet(formats=self.formats, shared=self.shared, since_1904=self.since_1904)
        for _ in _fed(pieces, target):
            yield from target.rows
            target.rows.clear()
        if target.root != "worksheet":
            raise damaged("a sheet of it holds something else", "有工作表的内容不是工作表")
        self.merges[:] = target.merges
