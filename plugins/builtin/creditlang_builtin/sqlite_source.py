"""A SQLite database: every table and view is a table of text, read only.

The file is opened so that nothing in it can be changed and nothing in it can run: no triggers of others, no functions
of the schema. A view may be as costly as its author likes, so the work for one table is bounded. Values are what SQLite
keeps: text untouched, whole numbers as they are, other numbers in their shortest exact form; bytes are none.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from creditlang.diagnostics import Diagnostic, Phrase, Place, report
from creditlang.plugin import Source
from creditlang.plugin.arrow_text import BROKEN_TEXT, BadCell, float_text
from creditlang.plugin.heading import BLANKS, heading_problems
from creditlang.schema import RawRow, RawTable
from creditlang_builtin.stable_file import read_file

MOST_STEPS: Final = 2_000_000_000
"""Instructions of SQLite's machine for one table: some minutes."""

_STEPS: Final = 1_000_000
_TOO_LONG: Final = Phrase("it takes too long to work out", "计算时间过长")
_BYTES: Final = Phrase("bytes", "二进制数据")


class SqliteSource(Source):
    """A database file."""

    def __init__(self, where: str) -> None:
        """`where` is the file's path."""
        super().__init__(where)
        self.path = Path(where)
        self._digest = "0" * 64
        self._connection: sqlite3.Connection | None = None

    def tables(self) -> Iterator[RawTable]:
        """Tables and views by name; those that fit no kind of record are passed over."""
        reading = read_file(self.path)
        if isinstance(reading, Diagnostic):
            self.problems.append(reading)
            return
        self._digest = reading.digest
        try:
            connection = self._opened()
            names = [
                name
                for (name,) in connection.execute(
                    "SELECT name FROM sqlite_master "
                    "WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%' ORDER BY name"
                )
            ]
        except sqlite3.Error as error:
            self._unread(self.path.name, error)
            return
        for name in names:
            table = self._table(connection, name)
            if table is not None:
                yield table
        if (changed := reading.changed()) is not None:
            self.problems.append(changed)

    def fingerprint(self) -> str:
        """SHA-256 of the file's bytes."""
        return self._digest

    def close(self) -> None:
        """Close the database."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        self._connection = connection
        return connection

    def _table(self, connection: sqlite3.Connection, name: str) -> RawTable | None:
        source = f"{self.path.name}（{name}）"
        quoted = name.replace('"', '""')
        left = [MOST_STEPS // _STEPS]

        def tick() -> int:
            left[0] -= 1
            return int(left[0] < 0)

        connection.set_progress_handler(tick, _STEPS)
        try:
            cursor = connection.execute(f'SELECT * FROM "{quoted}"')
        except sqlite3.Error as error:
            self._unread(source, error)
            return None
        header = tuple(str(column[0]).strip(BLANKS) for column in cursor.description)
        doubts = tuple(heading_problems(header, Place(source)))
        return RawTable(name, source, header, self._rows(cursor, header, source), doubts=doubts, optional=True)

    def _rows(self, cursor: sqlite3.Cursor, header: tuple[str, ...], source: str) -> Iterator[RawRow]:
        number = 0
        try:
            for number, row in enumerate(cursor, start=1):
                yield _row(number, row, header, source)
        except sqlite3.Error as error:
            reason = _TOO_LONG if "interrupted" in str(error) else type(error).__name__
            self.problems.append(report("CR748", Place(source), rows=number, reason=reason))

    def _unread(self, source: str, error: sqlite3.Error) -> None:
        reason = _TOO_LONG if "interrupted" in str(error) else type(error).__name__
        self.problems.append(report("CR620", Place(source), reason=reason))


def _row(number: int, values: tuple[object, ...], header: tuple[str, ...], source: str) -> RawRow:
    cells: list[str] = []
    problem: Diagnostic | None = None
    for name, value in zip(header, values, strict=True):
        text = _text(value)
        if isinstance(text, BadCell):
            words = {"found": text.found} if text.found is not None else {}
            problem = problem or report(text.code, Place(source, number, name), **words)
            text = ""
        cells.append(text)
    return RawRow(number, tuple(cells), problem)


def _text(value: object) -> str | BadCell:
    match value:
        case None:
            return ""
        case str():
            return BROKEN_TEXT if any("\ud800" <= character <= "\udfff" for character in value) else value
        case int():
            return str(value)
        case float():
            return float_text(value)
        case _:
            return BadCell("CR743", _BYTES)
