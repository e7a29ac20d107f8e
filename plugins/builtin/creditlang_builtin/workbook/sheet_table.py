"""The rows of a sheet to a table: heading, rows with their true numbers, merged cells, empty rows and columns.

The first row with anything in it is the heading, every further one a row. The table reaches from the first used column
to the last. A cell merged downwards is in each of its rows that has something of its own; one merged sideways stands in
its first column alone.

The rows come in blocks. How far the table reaches is known when all of them have been seen, and only then is anything
handed over, so that a sheet that cannot be read to its end gives no table. A sheet of usual size is kept meanwhile; a
longer one is read a second time, and no more of it is in memory than a block.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from attrs import define, evolve, field, frozen

from creditlang.diagnostics import Diagnostic, Place, report
from creditlang.schema import BATCH_ROWS, RawBatch, RawTable
from creditlang.toolkit.table_heading import BLANKS, heading_problems
from creditlang_builtin.workbook.workbook_limits import MEBI, column_letters, damaged

if TYPE_CHECKING:
    import pyarrow

Trouble = tuple[str, str]
"""The code of a diagnostic, and the value that its sentence shows."""

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column."""

_Top = tuple[str, Trouble | None]
"""What is at the top of a merged cell: its text, and what is wrong with it."""

MOST_KEPT: Final = 128 * MEBI
"""Bytes of a sheet's columns that are kept so that it need not be read twice."""

_SHEET_NAMES: Final = ("sheet", "工作表")


@frozen(eq=False)
class Block:
    """Some rows of a sheet: their numbers, rising, and Arrow texts without nulls, column by column from the first."""

    numbers: Sequence[int]
    columns: Sequence["pyarrow.StringArray"]
    troubles: Mapping[tuple[int, int], Trouble] = {}
    """What is wrong with a cell, by row and column as the program shows them."""


@frozen(eq=False)
class Cells:
    """The content of a sheet: `blocks` gives its rows, as often as asked; then `merges` are known, too."""

    blocks: Callable[[], Iterable[Block]]
    merges: Sequence[Merge] = ()

    @staticmethod
    def of(
        columns: Sequence["pyarrow.StringArray"],
        merges: Sequence[Merge] = (),
        troubles: Mapping[tuple[int, int], Trouble] | None = None,
    ) -> "Cells":
        """A sheet that is in memory as a whole, from its first row and column."""
        rows = len(columns[0]) if columns else 0
        blocks = []
        for start in range(0, rows, BATCH_ROWS):
            numbers = range(start + 1, min(start + BATCH_ROWS, rows) + 1)
            blocks.append(Block(numbers, [column.slice(start, BATCH_ROWS) for column in columns], troubles or {}))
        return Cells(lambda: blocks, merges)


def table_name(sheet: str, stem: str, alone: bool) -> str:
    """What a sheet is called: a sheet with the name that programs give has the file's."""
    return stem if alone and has_default_name(sheet) else sheet


def has_default_name(sheet: str) -> bool:
    """Whether a sheet has a name that programs give, such as `Sheet1`."""
    plain = sheet.strip().casefold()
    return any(plain.removeprefix(name).strip().isdecimal() for name in _SHEET_NAMES if plain.startswith(name))


def table_of(cells: Cells, name: str, source: str) -> RawTable | None:
    """The table of a sheet, or None if there is nothing in it. Raises what `cells.blocks` raises."""
    reach = _Reach.of(cells.blocks())
    downwards = _downwards(cells.merges, reach)
    if downwards:
        reach = _Reach.of(_handed_down(_either(reach.kept, cells), downwards))
    if not reach.heading:
        return None
    first, last = reach.first, reach.last
    header = tuple((reach.heading + ("",) * (last + 1))[position].strip(BLANKS) for position in range(first, last + 1))
    doubts = tuple(heading_problems(header, Place(source, reach.heading_row)))

    def batches() -> Iterator[RawBatch]:
        blocks = _either(reach.kept, cells)
        if downwards and reach.kept is None:
            blocks = _handed_down(blocks, downwards)
        for block in map(_used, blocks):
            start = int(bool(block.numbers) and block.numbers[0] == reach.heading_row)
            if len(block.numbers) > start:
                yield _batch(block, start, header, first, source)

    return RawTable.of_batches(name, source, header, batches, doubts)


def _downwards(merges: Iterable[Merge], reach: "_Reach") -> list[Merge]:
    """The merged cells that hand something down, in their order. Raises `WorkbookError` CR722 if they overlap."""
    downwards = sorted(
        {merge for merge in merges if merge[2] > merge[0] and reach.first < merge[1] <= reach.last + 1},
        key=lambda merge: (merge[1], merge[0]),
    )
    if any(one[1] == other[1] and other[0] <= one[2] for one, other in pairwise(downwards)):
        raise damaged("merged cells of it overlap", "合并单元格互相重叠")
    return sorted(downwards)


def _either(kept: Sequence[Block] | None, cells: Cells) -> Iterable[Block]:
    return cells.blocks() if kept is None else kept


@define(eq=False)
class _Reach:
    """How far the used part of a sheet reaches: its first row, its columns by position; and its blocks, if few."""

    heading_row: int = 0
    heading: tuple[str, ...] = ()
    first: int = 0
    last: int = -1
    kept: list[Block] | None = field(factory=list)

    @staticmethod
    def of(blocks: Iterable[Block]) -> "_Reach":
        """Go through all rows."""
        reach, size = _Reach(), 0
        for block in map(_used, blocks):
            reach.extend(block)
            size += sum(column.nbytes for column in block.columns)
            if size > MOST_KEPT:
                reach.kept = None
            if reach.kept is not None:
                reach.kept.append(block)
        return reach

    def extend(self, block: Block) -> None:
        """By a block of used rows."""
        if not block.numbers:
            return
        if not self.heading:
            self.heading_row = block.numbers[0]
            self.heading = tuple(column[0].as_py() for column in block.columns)
            self.first = len(block.columns)
        for position, column in enumerate(block.columns):
            if not self.first <= position <= self.last and _anything(column):
                self.first, self.last = min(self.first, position), max(self.last, position)


def _anything(column: "pyarrow.StringArray") -> bool:
    from pyarrow import compute

    return bool(compute.any(compute.not_equal(column, "")).as_py())


def _batch(block: Block, start: int, header: Sequence[str], first: int, source: str) -> RawBatch:
    """The rows of a block from `start`, in the columns of the table that begins with the column at `first`."""
    import pyarrow

    rows = block.numbers[start:]
    part = [column.slice(start) for column in block.columns[first : first + len(header)]]
    if len(part) < len(header):
        empty = pyarrow.array([""] * len(rows), pyarrow.string())
        part.extend([empty] * (len(header) - len(part)))
    problems = _problems(block, header, first, source) if block.troubles else {}
    here = {place: problems[number] for place, number in enumerate(rows) if number in problems} if problems else {}
    broken = {place: tuple(column[place].as_py() for column in part) for place in here}
    return RawBatch(rows, tuple(_emptied(column, here) for column in part), here, broken)


def _problems(block: Block, header: Sequence[str], first: int, source: str) -> dict[int, Diagnostic]:
    """The first thing wrong in each row."""
    found: dict[int, Diagnostic] = {}
    for (row, column), (code, value) in sorted(block.troubles.items()):
        position = column - 1 - first
        if 0 <= position < len(header):
            place = Place(source, row, header[position] or column_letters(column))
            found.setdefault(row, report(code, place, value=value))
    return found


def _emptied(column: "pyarrow.StringArray", problems: Mapping[int, Diagnostic]) -> "pyarrow.StringArray":
    """Broken rows have empty cells."""
    if not problems:
        return column
    import pyarrow

    texts = column.to_pylist()
    for position in problems:
        texts[position] = ""
    return pyarrow.array(texts, pyarrow.string())


def _handed_down(blocks: Iterable[Block], downwards: Sequence[Merge]) -> Iterator[Block]:
    """The used rows with vertically merged cells in each row that they reach into."""
    waiting, open_merges = deque(downwards), dict[Merge, _Top]()
    width = max(merge[1] for merge in downwards)
    for block in map(_used, blocks):
        if block.numbers:
            last = block.numbers[-1]
            while waiting and waiting[0][0] <= last:
                open_merges[waiting.popleft()] = ("", None)
            yield _filled_down(block, width, open_merges)
            open_merges = {merge: top for merge, top in open_merges.items() if merge[2] > last}


def _filled_down(block: Block, width: int, open_merges: dict[Merge, _Top]) -> Block:
    """A block with merged cells filled; what is at the top of each is noted for the next block."""
    import pyarrow

    columns = list(block.columns)
    if open_merges and len(columns) < width:
        columns.extend([pyarrow.array([""] * len(block.numbers), pyarrow.string())] * (width - len(columns)))
    texts: dict[int, list[str]] = {}
    troubles = dict(block.troubles)
    for merge, above in open_merges.items():
        first_row, column, last_row, _ = merge
        if column - 1 not in texts:
            texts[column - 1] = columns[column - 1].to_pylist()
        cells = texts[column - 1]
        first, below = bisect_left(block.numbers, first_row), bisect_right(block.numbers, first_row)
        top, trouble = (cells[first], block.troubles.get((first_row, column))) if first < below else above
        for position in range(below, bisect_right(block.numbers, last_row)):
            cells[position] = top
            if trouble is not None:
                troubles[block.numbers[position], column] = trouble
        open_merges[merge] = (top, trouble)
    for position, cells in texts.items():
        columns[position] = pyarrow.array(cells, pyarrow.string())
    return evolve(block, columns=columns, troubles=troubles)


def _used(block: Block) -> Block:
    """The rows that have anything in them."""
    used = _used_rows(block.columns)
    if not used.false_count:
        return block
    numbers = [number for number, is_used in zip(block.numbers, used.to_pylist(), strict=True) if is_used]
    return evolve(block, numbers=numbers, columns=[column.filter(used) for column in block.columns])


def _used_rows(columns: Sequence["pyarrow.StringArray"]) -> "pyarrow.BooleanArray":
    import pyarrow
    from pyarrow import compute

    if not columns:
        return pyarrow.array([], pyarrow.bool_())
    used = _filled(columns[0])
    for column in columns[1:]:
        if compute.all(used).as_py():
            break
        used = compute.or_(used, _filled(column))
    return used


def _filled(column: "pyarrow.StringArray") -> "pyarrow.BooleanArray":
    from pyarrow import compute

    return compute.not_equal(compute.utf8_trim(column, BLANKS), "")
