"""The files of a sample: their columns, record numbers, and writing them student by student.

Rows of a student are numbered in the order of their days. Nothing is kept but the rows being worked on, so that a large
sample needs no more memory than a small one.
"""

import csv
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

Row = dict[str, Any]

NEVER: Final = date(2100, 1, 1)

_YES_NO: Final = {True: "是", False: "否"}


def _columns(text: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in text.split())


@frozen
class Sheet:
    """A file: its name, the headings by the field names of the policy, and how its rows are numbered."""

    name: str
    columns: Mapping[str, str] = field(converter=_columns)
    letter: str = ""
    digits: int = 0


class Book:
    """The files of one sample while they are written."""

    def __init__(self, folder: Path, sheets: Mapping[str, Sheet]) -> None:
        """Make the folder, and in it the files with their headings; `sheets` go by kind of record."""
        folder.mkdir(parents=True, exist_ok=True)
        self.sheets = sheets
        self.files = ExitStack()
        self.rows: dict[str, list[Row]] = {kind: [] for kind in sheets}
        self.written: Counter[str] = Counter()
        self.numbered: Counter[str] = Counter()
        self.writers = {}
        for kind, sheet in sheets.items():
            path = folder / f"{sheet.name}.csv"
            opened = self.files.enter_context(path.open("w", encoding="utf-8", newline=""))
            self.writers[kind] = csv.writer(opened, lineterminator="\n")
            self.writers[kind].writerow(sheet.columns.values())

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, *_: object) -> None:
        self.files.close()

    def add(self, kind: str, student: str, at: date = NEVER, same_as: Row | None = None, **cells: Any) -> Row:
        """A row. `at` is its place among the student's rows; `same_as` is the row whose number it repeats."""
        row: Row = {"student_id": student, **cells, "_at": at, "_same": same_as}
        self.rows[kind].append(row)
        return row

    def turn_page(self) -> None:
        """Number and write the rows so far."""
        for kind, rows in self.rows.items():
            rows.sort(key=_when)
            if self.sheets[kind].letter:
                for row in rows:
                    row["record_id"] = self.number(kind) if row["_same"] is None else ""
                for row in rows:
                    if row["_same"] is not None:
                        row["record_id"] = row["_same"]["record_id"]
            names = tuple(self.sheets[kind].columns)
            self.writers[kind].writerows([_text(row.get(name)) for name in names] for row in rows)
            self.written[kind] += len(rows)
            rows.clear()

    def number(self, kind: str) -> str:
        """The next record number."""
        self.numbered[kind] += 1
        sheet = self.sheets[kind]
        return f"{sheet.letter}{self.numbered[kind]:0{sheet.digits}}"


def _when(row: Row) -> date:
    at: date = row["_at"]
    return at


def _text(value: object) -> object:
    """A cell as an export has it."""
    if value is None:
        return ""
    return _YES_NO[value] if isinstance(value, bool) else value
