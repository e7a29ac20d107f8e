"""A template: a workbook with placeholders in its cells, judged once and filled for a student or for all.

A sheet with `students.` is filled once for all; one with placeholders of a single student has a copy for each;
others stay. Placeholders stand in cells of text only, so a formula is never touched by a name. What is put in is a
value: a text stays a text whatever it begins with, a number is a number where a spreadsheet can hold it exactly.
"""

import re
from collections.abc import Iterator, Mapping
from copy import copy
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from attrs import define, field, frozen

from creditlang.diagnostics import Diagnostic, Phrase, Place, report
from creditlang.plugin import text_of
from creditlang.schema import Value
from creditlang.toolkit.page_layout import clean
from creditlang_builtin.fill.placeholders import Reader, Subject, Unknown, Words, split
from creditlang_builtin.fill.repeated_rows import LAST_ROW, Moves, follow, movable, repeat
from creditlang_builtin.fill.row_heights import grow
from creditlang_builtin.workbook.results_recount import MARK

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

_PLACEHOLDER: Final = re.compile(r"\{\{\s*+([^{}\s](?:[^{}]*[^{}\s])?)\s*\}\}")
_OF_A_STUDENT: Final = ("student", "account", "fact", "requirement", "record", "counted")
_FORMULA: Final = frozenset("=+-@＝＋－＠\t")
_EXACT_DIGITS: Final = 15
_LONGEST: Final = 32_767
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(<)")
_DAY: Final = (2000, 1, 1, 0, 0, 0)


@frozen
class Cells:
    """The placeholders of a sheet, by row and column."""

    texts: Mapping[tuple[int, int], str]
    rows: Mapping[int, str]
    """The repeated rows, each with a placeholder that says for what."""

    @property
    def names(self) -> list[str]:
        """All of them."""
        return [name for text in self.texts.values() for name in _PLACEHOLDER.findall(text)]

    @property
    def sorts(self) -> set[str]:
        """What they are about."""
        return {split(name)[0][0] for name in self.names}

    @property
    def of_a_student(self) -> bool:
        """Whether the sheet is for one student."""
        return not self.sorts.isdisjoint(_OF_A_STUDENT)


@define
class Template:
    """The workbook as bytes, and its placeholders by sheet."""

    name: str
    content: bytes
    words: Words
    sheets: dict[str, Cells] = field(factory=dict)
    readers: dict[str, Reader] = field(factory=dict)

    def problems(self, apart: bool) -> Iterator[Diagnostic]:
        """Everything that is wrong with it; `apart` if each student gets a file."""
        for sheet in self.open().worksheets:
            self.sheets[sheet.title] = cells = self._cells(sheet)
            yield from self._unknown(sheet, cells)
            yield from self._mixed(sheet, cells, apart)
            if place := movable(sheet, cells.rows):
                yield report("CR798", self._place(sheet, place), reason=_ARRAY)
        if not any(cells.texts for cells in self.sheets.values()):
            yield report("CR799", Place(self.name))

    def open(self) -> "Workbook":
        """The workbook anew."""
        from openpyxl import load_workbook

        return load_workbook(BytesIO(self.content))

    def fill(self, students: list[str], copied: bool) -> bytes:
        """The workbook filled for students, with a copy of each sheet of a student if `copied`, and with our mark."""
        from openpyxl.packaging.custom import StringProperty

        workbook = self.open()
        if MARK not in workbook.custom_doc_props.names:
            workbook.custom_doc_props.append(StringProperty(name=MARK, value="results"))
        moves: dict[str, Moves] = {}
        for sheet in list(workbook.worksheets):
            cells = self.sheets[sheet.title]
            if not copied or not cells.of_a_student:
                moves[sheet.title] = self._fill(sheet, cells, students[0] if students else "")
                continue
            several = sum(one.of_a_student for one in self.sheets.values()) > 1
            titles = {name.casefold() for name in workbook.sheetnames}
            for student in students:
                title = _title(f"{student} {sheet.title}" if several else student, titles)
                another = _copy(workbook, sheet, title)
                self._fill(another, cells, student)
            if students:
                workbook.remove(sheet)
            else:
                self._fill(sheet, cells, "")
        follow(workbook, moves)
        return saved(workbook)

    def _fill(self, sheet: "Worksheet", cells: Cells, student: str) -> Moves:
        rows = {row: self.words.rows(name, student) for row, name in cells.rows.items()}
        moves = Moves({row: max(len(subjects) - 1, 0) for row, subjects in rows.items()})
        if any(moves.more.values()):
            repeat(sheet, moves)
        filled: set[int] = set()
        for (row, column), text in cells.texts.items():
            subjects = rows.get(row, [Subject(student)]) or [Subject()]
            for further, about in enumerate(subjects):
                cell = sheet._cells[moves.start(row) + further, column]
                self._put(cell, text, about, empty=row in rows and not rows[row])
                filled.add(cell.row)
        grow(sheet, filled)
        return moves

    def _put(self, cell: "Cell", text: str, about: Subject, empty: bool) -> None:
        whole = _PLACEHOLDER.fullmatch(text.strip())
        if empty and whole:
            cell.value = None
            return
        if whole:
            _set(cell, self.readers[whole[1]](about))
            return
        _set(cell, _PLACEHOLDER.sub(lambda match: "" if empty else _shown(self.readers[match[1]](about)), text))

    def _cells(self, sheet: "Worksheet") -> Cells:
        texts = {
            place: cell.value
            for place, cell in sorted(sheet._cells.items())
            if cell.data_type == "s" and isinstance(cell.value, str) and _PLACEHOLDER.search(cell.value)
        }
        rows: dict[int, str] = {}
        for (row, _), text in texts.items():
            for name in _PLACEHOLDER.findall(text):
                if self.words.repeated(name)[0]:
                    rows.setdefault(row, name)
        return Cells(texts, rows)

    def _unknown(self, sheet: "Worksheet", cells: Cells) -> Iterator[Diagnostic]:
        for (row, column), text in cells.texts.items():
            for name in _PLACEHOLDER.findall(text):
                try:
                    self.readers[name] = self.words.reader(name)
                except Unknown as error:
                    place = self._place(sheet, sheet._cells[row, column].coordinate)
                    yield report("CR796", place, placeholder=name[:60], known=str(error))

    def _mixed(self, sheet: "Worksheet", cells: Cells, apart: bool) -> Iterator[Diagnostic]:
        """Rows about two things, sheets about one student and all, rows tied to others by a merge."""
        if "students" in cells.sorts and (cells.of_a_student or apart):
            place = next(key for key, text in cells.texts.items() if _about(text, ("students",)))
            yield report("CR797", self._place(sheet, sheet._cells[place].coordinate))
        for (row, column), text in cells.texts.items():
            repeated = {self.words.repeated(name) for name in _PLACEHOLDER.findall(text)} - {("", "")}
            if repeated - {self.words.repeated(cells.rows.get(row, ""))}:
                yield report("CR797", self._place(sheet, sheet._cells[row, column].coordinate))
        for each in sheet.merged_cells.ranges:
            text = cells.texts.get((each.min_row, each.min_col), "")
            if each.min_row != each.max_row and any(self.words.repeated(x)[0] for x in _PLACEHOLDER.findall(text)):
                yield report("CR798", self._place(sheet, str(each.coord)), reason=_MERGED)
        more = sum(len(self.words.students) for name in cells.rows.values() if split(name)[0][0] == "students")
        if sheet.max_row + more > LAST_ROW:
            yield report("CR798", self._place(sheet, f"A{min(cells.rows)}"), reason=_LONG)

    def _place(self, sheet: "Worksheet", coordinate: str) -> Place:
        return Place(f"{self.name}, {sheet.title}!{coordinate}")


_ARRAY: Final = Phrase("an array formula stands in it or below", "它或它下面有数组公式")
_MERGED: Final = Phrase("its cell is merged with rows below", "它的单元格与下面的行合并")
_LONG: Final = Phrase("a sheet has no room for so many rows", "一张表放不下这么多行")


def _about(text: str, sorts: tuple[str, ...]) -> bool:
    return any(split(name)[0][0] in sorts for name in _PLACEHOLDER.findall(text))


def _set(cell: "Cell", value: Value) -> None:
    """Put a value in: never a formula, never an error code, a day only where the cell is formatted as one."""
    from openpyxl.styles.numbers import is_date_format

    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
        if len(number.as_tuple().digits) <= _EXACT_DIGITS:
            cell.value = int(number) if number == number.to_integral_value() else number
            return
    if isinstance(value, date) and is_date_format(cell.number_format):
        cell.value = value
        return
    text = clean(_shown(value))[:_LONGEST]
    cell.value = text or None
    if text:
        cell.data_type = "s"
        if text[0] in _FORMULA:
            cell.quotePrefix = True


def _shown(value: Value) -> str:
    from creditlang.plugin.run_data import shown

    return shown(value) if isinstance(value, Decimal | bool) else text_of(value)


def _copy(workbook: "Workbook", sheet: "Worksheet", title: str) -> "Worksheet":
    """A copy of a sheet, with what openpyxl's copying leaves out."""
    from openpyxl.drawing.image import Image

    another: Worksheet = workbook.copy_worksheet(sheet)
    another.title = title
    workbook.move_sheet(another, workbook.index(sheet) - workbook.index(another))
    for name in ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
        setattr(another.HeaderFooter, name, copy(getattr(sheet.HeaderFooter, name)))
    for name in ("data_validations", "row_breaks", "col_breaks", "views", "protection"):
        setattr(another, name, copy(getattr(sheet, name)))
    for each in sheet.conditional_formatting:
        for rule in each.rules:
            another.conditional_formatting.add(str(each.sqref), copy(rule))
    if sheet.print_area:
        another.print_area = [part.rpartition("!")[2] for part in str(sheet.print_area).split(",")]
    another.print_title_rows, another.print_title_cols = sheet.print_title_rows, sheet.print_title_cols
    for image in sheet._images:
        picture = Image(BytesIO(image._data()))
        picture.anchor = copy(image.anchor)
        another.add_image(picture)
    return another


def _title(text: str, taken: set[str]) -> str:
    """A name for a sheet that no other has."""
    plain = re.sub(r"[\[\]:*?/\\']", "_", clean(text)).strip()[:28] or "_"
    title, count = plain, 1
    while title.casefold() in taken:
        count += 1
        title = f"{plain[:24]} ({count})"
    taken.add(title.casefold())
    return title


def saved(workbook: Any) -> bytes:
    """The workbook's bytes, without the day on which it was made."""
    content = BytesIO()
    workbook.save(content)
    stable = BytesIO()
    with ZipFile(content) as made, ZipFile(stable, "w", ZIP_DEFLATED) as package:
        for name in made.namelist():
            data = made.read(name)
            if name == "docProps/core.xml":
                data = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z\2", data)
            entry = ZipInfo(name, _DAY)
            entry.compress_type = ZIP_DEFLATED
            package.writestr(entry, data)
    return stable.getvalue()
