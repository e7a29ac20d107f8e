"""A sheet of records to columns of typed values: which of its rows are plain, and the odd ones made as in any sheet.

A row is plain if its record differs from its columns in nothing: every cell can be read, its student has a number, its
item is one that the policy has, its id is there and nobody else's. Whether a cell is so is asked once for each text of
its column. Rows that cannot be records are taken out before, as in any sheet.
"""

import re
from collections.abc import Callable, Iterable
from itertools import compress
from string import ascii_letters, digits
from typing import Final

import numpy

from creditlang.arrow_texts import longest, only_of, some_match
from creditlang.core import operators as o
from creditlang.data.cells import LONGEST_TEXT, CellError, parse_identifier, parse_text, strip_cell
from creditlang.data.coded.coded_records import CodedRecords, TypedColumn
from creditlang.data.coded.coded_sheet import IN_CODES, CodedColumn, CodedSheet, Numbers
from creditlang.data.records import Identifiers
from creditlang.data.sheets.column_layout import Layout, PlacedColumn
from creditlang.data.sheets.totals_rows import Unrecorded
from creditlang.diagnostics import Place
from creditlang.ledger import Record
from creditlang.schema import RawBatch, RawRow

_IN_NUMBERS: Final = digits + ascii_letters


def read_sheet(batches: Iterable[RawBatch], unrecorded: Unrecorded) -> CodedSheet:
    """The rows that are records; the others are noted."""
    sheet = CodedSheet.of(batches, len(unrecorded.heads))
    doubtful = numpy.ones(len(sheet), bool)
    if unrecorded.identity is not None:
        identity = sheet.columns[unrecorded.identity]
        doubtful = ~identity.those(unrecorded.are_numbers(identity.texts))
    doubtful[list(sheet.problems)] = True
    looked_at = numpy.flatnonzero(doubtful).tolist()
    return sheet.without([at for at, row in sheet.rows(looked_at) if unrecorded.passes_over(row)])


def filled_without_heading(sheet: CodedSheet, position: int) -> int | None:
    """The number of the first row with something in a column, and of none if all of it is empty."""
    column = sheet.columns[position]
    rows = numpy.flatnonzero(column.those(bool(text.strip()) for text in column.texts))[:1].tolist()
    broken = [at for at, cells in sheet.broken.items() if position < len(cells) and cells[position].strip()]
    return min((int(sheet.numbers[at]) for at in (*rows, *broken)), default=None)


def read_records(
    policy: o.Policy, sheet: CodedSheet, layout: Layout, used: Identifiers, record: Callable[[RawRow], Record]
) -> CodedRecords:
    """The records of a sheet with a column for students' numbers. `record` makes an odd one; `used` are the ids so far.

    Those are asked and grow here, in the order of the rows.
    """
    kind, odd = policy.kinds[layout.kind], numpy.zeros(len(sheet), bool)
    odd[list(sheet.problems)] = True
    students = _at(sheet, layout.identity).stripped()
    number = parse_identifier if layout.of_students else parse_text
    if not only_of(students.texts, _IN_NUMBERS):
        odd |= students.those(not _reads(text, number) for text in students.texts)
    identifiers = None if layout.record_id is None else sheet.columns[layout.record_id].stripped()
    odd |= _odd_identifiers(sheet, layout.source, identifiers, used)
    columns = []
    for column in layout.columns:
        typed, unsound = _typed(sheet, column, layout.source)
        columns.append(typed)
        if typed.name == kind.item_field:
            unsound = {
                code for code, x in enumerate(typed.values) if isinstance(x, str) and x not in policy.rules
            } | unsound
        if unsound:
            odd |= numpy.isin(typed.codes, numpy.array(sorted(unsound)))
    found = CodedRecords(
        kind=layout.kind, source=layout.source, numbers=sheet.numbers, students=students, identifiers=identifiers,
        columns=tuple(columns), date_field=kind.date_field, semester_field=kind.semester_field, odd={},
    )  # fmt: skip
    plain = numpy.flatnonzero(~odd)
    if identifiers is None:
        used.made(layout.source, sheet.numbers[plain].tolist())
    else:
        given = numpy.zeros(len(identifiers.texts), bool)
        given[identifiers.codes[plain]] = True
        used.of_sheet(identifiers.texts if given.all() else compress(identifiers.texts, given.tolist()))
    for at, row in sheet.rows(numpy.flatnonzero(odd).tolist()):
        found.odd[at] = record(row)
    return found


def _at(sheet: CodedSheet, position: int | None) -> CodedColumn:
    """A column of the sheet; one that it does not have is empty."""
    if position is None:
        return CodedColumn([""], numpy.zeros(len(sheet), numpy.uint8))
    return sheet.columns[position]


def _reads(text: str, read: Callable[[str], str]) -> bool:
    """Whether there is a number, and nothing is wrong with it."""
    try:
        return bool(text) and bool(read(text))
    except CellError:
        return False


def _odd_identifiers(sheet: CodedSheet, source: str, identifiers: CodedColumn | None, used: Identifiers) -> Numbers:
    """The rows of which the id is missing, stands twice, was used before, or looks like one that is made."""
    made = f"{source}:"
    if identifiers is None:
        if not any(text.startswith(made) for text in used.given):
            return numpy.zeros(len(sheet), bool)
        return numpy.fromiter((f"{made}{number}" in used for number in sheet.numbers.tolist()), bool, len(sheet))
    odd = numpy.bincount(identifiers.codes, minlength=len(identifiers.texts)) > 1
    texts = identifiers.texts
    known = {strip_cell(cell) for cells in sheet.broken.values() for cell in cells}
    plain = only_of(texts, IN_CODES)
    if not plain and some_match(texts, ":"):
        known |= {text for text in texts if ":" in text and text in used}
    for those in (known, used.given, used.first.keys()):
        if those and not those.isdisjoint(texts):
            odd |= numpy.fromiter((text in those for text in texts), bool, len(texts))
    if not plain and some_match(texts, rf"^$|\)$|^{re.escape(made)}"):
        odd |= numpy.fromiter((not x or x.endswith(")") or x.startswith(made) for x in texts), bool, len(texts))
    if (not plain and not all(map(str.isprintable, texts))) or longest(texts) > LONGEST_TEXT:
        odd |= numpy.fromiter((not _reads(text, parse_text) for text in texts), bool, len(texts))
    return identifiers.those(odd)


def _typed(sheet: CodedSheet, column: PlacedColumn, source: str) -> tuple[TypedColumn, set[int]]:
    """The values of a column, and the codes of the texts that cannot be read."""
    cells, reader, place = _at(sheet, column.position), column.reader, Place(source, None, column.shown)
    read = [reader.value(strip_cell(text), place) for text in cells.texts]
    unsound = {code for code, (_, wrong) in enumerate(read) if wrong is not None}
    return TypedColumn(reader.column.name, [value for value, _ in read], cells.codes), unsound
