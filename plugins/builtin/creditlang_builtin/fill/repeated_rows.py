"""Repeats rows of a sheet, and moves everything below: cells, merges, heights, breaks, formulas, whatever has a place.

openpyxl's own insertion moves cells and leaves merges, heights and formulas where they were. Here a sheet is laid
out anew in one pass. With a row repeated, what stands below goes down; a range that ends in the row or below it
grows with it, as a total under a list has to; a merge within the row is repeated, one over several rows grows.
Formulas stay formulas: their references follow, and in the repeated rows they are filled down.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from re import compile as pattern
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

LAST_ROW: Final = 1_048_576
_PLACE: Final = pattern(r"(?P<column>\$?[A-Za-z]{1,3})?(?P<fixed>\$?)(?P<row>[0-9]+)")


@frozen
class Moves:
    """How many rows come in below each repeated row, by the row's number in the template."""

    more: Mapping[int, int]

    def start(self, row: int) -> int:
        """Where a row goes; also where a range that begins in it begins."""
        return row + sum(count for place, count in self.more.items() if row > place)

    def end(self, row: int) -> int:
        """Where a range that ends in a row ends."""
        return row + sum(count for place, count in self.more.items() if row >= place)

    def ranges(self, text: str) -> str:
        """Areas with blanks between, as `A1:B5 C7`, moved; one in a repeated row is in all its copies."""
        return " ".join(self.reference(part if ":" in part else f"{part}:{part}") for part in text.split(" "))

    def reference(self, text: str) -> str:
        """A place or a range, moved; a name, or columns only, stays."""
        first, mark, last = text.partition(":")
        if not mark:
            return self._placed(first, self.start)
        return f"{self._placed(first, self.start)}:{self._placed(last, self.end)}"

    @staticmethod
    def _placed(text: str, move: Any) -> str:
        match = _PLACE.fullmatch(text)
        return f"{match['column'] or ''}{match['fixed']}{move(int(match['row']))}" if match else text

    def formula(self, text: str, sheet: str, within: bool) -> str:
        """A formula, its references to `sheet` moved; those without a sheet's name are to it if it stands `within`."""
        from openpyxl.formula.tokenizer import Token, Tokenizer

        tokens = Tokenizer(text)
        for token in tokens.items:
            if token.type == Token.OPERAND and token.subtype == Token.RANGE:
                name, mark, place = token.value.rpartition("!")
                if (within and not mark) or (mark and name.strip("'").replace("''", "'") == sheet):
                    token.value = f"{name}{mark}{self.reference(place)}"
        return str(tokens.render())


def movable(sheet: "Worksheet", repeated: Iterable[int]) -> str:
    """The place of what cannot be moved when these rows are repeated; empty if everything can."""
    from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

    first = min(repeated, default=0)
    for (row, _), cell in sheet._cells.items():
        if first and row >= first and isinstance(cell.value, ArrayFormula | DataTableFormula):
            return str(cell.coordinate)
    return ""


def repeat(sheet: "Worksheet", moves: Moves) -> None:
    """Lay the sheet out anew: each repeated row as often as asked for, the copies below it."""
    _cells(sheet, moves)
    _merges(sheet, moves)
    heights = dict(sheet.row_dimensions)
    sheet.row_dimensions.clear()
    for row, height in heights.items():
        for place in range(moves.start(row), moves.end(row) + 1 if row in moves.more else moves.start(row) + 1):
            placed = copy(height)
            placed.index = place
            sheet.row_dimensions[place] = placed
    for line in sheet.row_breaks.brk:
        line.id = moves.end(line.id)
    for each in sheet.data_validations.dataValidation:
        each.sqref = type(each.sqref)(moves.ranges(str(each.sqref)))
    _conditions(sheet, moves)
    if sheet.print_area:
        own = [part.rpartition("!")[2] for part in str(sheet.print_area).split(",")]
        sheet.print_area = ",".join(moves.reference(part) for part in own)
    if sheet.auto_filter.ref:
        sheet.auto_filter.ref = moves.reference(sheet.auto_filter.ref)
    for table in sheet.tables.values():
        table.ref = moves.reference(table.ref)
        if table.autoFilter is not None:
            table.autoFilter.ref = moves.reference(table.autoFilter.ref)


def _cells(sheet: "Worksheet", moves: Moves) -> None:
    from openpyxl.cell.cell import Cell
    from openpyxl.formula.translate import Translator

    old = sorted(sheet._cells.items())
    sheet._cells = {}
    for (row, column), cell in old:
        cell.row = place = moves.start(row)
        if cell.data_type == "f" and isinstance(cell.value, str):
            cell.value = moves.formula(cell.value, sheet.title, True)
        if cell.hyperlink:
            cell.hyperlink.ref = cell.coordinate
        sheet._cells[place, column] = cell
        for further in range(1, moves.more.get(row, 0) + 1):
            another = Cell(sheet, row=place + further, column=column)
            another._style = copy(cell._style)
            another._value, another.data_type = cell.value, cell.data_type
            if cell.data_type == "f" and isinstance(cell.value, str):
                another._value = Translator(cell.value, cell.coordinate).translate_formula(another.coordinate)
            sheet._cells[place + further, column] = another


def _merges(sheet: "Worksheet", moves: Moves) -> None:
    from openpyxl.worksheet.cell_range import CellRange, MultiCellRange

    merged = MultiCellRange()
    for each in sorted(sheet.merged_cells.ranges, key=lambda one: (one.min_row, one.min_col)):
        sides = {"min_col": each.min_col, "max_col": each.max_col}
        first, last = moves.start(each.min_row), moves.end(each.max_row)
        if each.min_row == each.max_row:
            for row in range(first, last + 1):
                merged.add(CellRange(min_row=row, max_row=row, **sides))
        else:
            merged.add(CellRange(min_row=first, max_row=last, **sides))
    sheet.merged_cells = merged


def _conditions(sheet: "Worksheet", moves: Moves) -> None:
    from openpyxl.formatting.formatting import ConditionalFormattingList

    moved = ConditionalFormattingList()
    for each in sheet.conditional_formatting:
        for rule in each.rules:
            rule.formula = [moves.formula(f"={text}", sheet.title, True)[1:] for text in rule.formula]
            moved.add(moves.ranges(str(each.sqref)), rule)
    sheet.conditional_formatting = moved


def follow(workbook: Any, moves: Mapping[str, Moves]) -> None:
    """Formulas and names elsewhere in the workbook that refer to sheets whose rows have moved."""
    for title, made in moves.items():
        if not any(made.more.values()):
            continue
        for sheet in workbook.worksheets:
            for cell in sheet._cells.values() if sheet.title != title else ():
                if cell.data_type == "f" and isinstance(cell.value, str) and "!" in cell.value:
                    cell.value = made.formula(cell.value, title, False)
        for name in workbook.defined_names.values():
            name.attr_text = made.formula(f"={name.attr_text}", title, False)[1:]
