"""Result tables as one SQLite database, for people who ask questions in SQL.

Each result table is a table of the same columns. Amounts are text, exact to the last digit, because SQLite's own
numbers are floats. For sums and comparisons, each table with amounts has a view beside it, `accounts_numbers`, in which
an amount is a number as near as a float can be, null where it is open, and `amount_low` and `amount_high` are its ends;
an open amount without an upper end has no `amount_high`. An empty cell is null.

The database is written beside its final name, the manifest last, and takes the place of an earlier one in one step. It
carries an application id by which it is known: no other file is ever replaced, and results are never read as data. A
database that another program is working in, which shows by the journal beside it, is left alone.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from creditlang.diagnostics import Phrase, Place, report
from creditlang.plugin import Output, PluginError, text_of
from creditlang.schema import Column, Row, Value
from creditlang.toolkit.atomic_files import PendingFile
from creditlang_builtin.databases.sqlite_source import RESULTS_ID

VERSION: Final = 1
"""Grows when a reader of the database would have to change; `PRAGMA user_version` gives it."""

_MAGIC: Final = b"SQLite format 3\x00"
_ID_AT: Final = 68
_IN_USE: Final = Phrase("another program is working in the database", "别的程序正在使用这个数据库")


class SqliteOutput(Output):
    """To a file."""

    def __init__(self, target: str, stream: TextIO) -> None:
        """Nothing is written yet."""
        super().__init__(target, stream)
        self._path = Path(target)
        self._pending: PendingFile | None = None
        self._connection: sqlite3.Connection | None = None

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Write the table to a temporary database.

        Raises `PluginError`: CR710 it cannot be written, CR753 it would replace a file that is not ours, CR754 there is
        no file.
        """
        connection = self._opened()
        titles = _distinct(column.name for column in columns)
        kinds = ["INTEGER" if column.kind == "whole" else "TEXT" for column in columns]
        declared = ", ".join(f"{_quoted(title)} {kind}" for title, kind in zip(titles, kinds, strict=True))
        places = ", ".join("?" * len(columns))
        with _reporting(self._path.name):
            connection.execute(f"CREATE TABLE {_quoted(name)} ({declared})")
            cells = ([_cell(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in rows)
            connection.executemany(f"INSERT INTO {_quoted(name)} VALUES ({places})", cells)
            if any(column.kind == "number" for column in columns):
                connection.execute(_view(name, columns, titles))

    def close(self) -> None:
        """Finish the database and give it its name."""
        if self._connection is None or self._pending is None:
            return
        try:
            with _reporting(self._path.name):
                self._connection.execute("COMMIT")
                self._connection.close()
            self._connection = None
            _refuse_if_in_use(self._pending.path)
            self._pending.publish()
        finally:
            self.discard()

    def discard(self) -> None:
        """Drop the temporary database."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._pending is not None:
            self._pending.discard()
            self._pending = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is not None:
            return self._connection
        if self.target == "-":
            raise PluginError(report("CR754", None, kind="SQLite"))
        if not _is_ours(self._path):
            raise PluginError(report("CR753", Place(self._path.name)))
        self._pending = PendingFile(self._path)
        _refuse_if_in_use(self._pending.path)
        with _reporting(self._path.name):
            self._connection = sqlite3.connect(self._pending.temporary, isolation_level=None)
            for pragma in (
                "page_size = 4096",
                "auto_vacuum = NONE",
                "journal_mode = OFF",
                "synchronous = OFF",
                f"application_id = {RESULTS_ID}",
                f"user_version = {VERSION}",
            ):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.execute("BEGIN")
        return self._connection


@contextmanager
def _reporting(name: str) -> Iterator[None]:
    """Turn what goes wrong in SQLite into CR710. An exception out of the caller's rows passes unchanged."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise PluginError(report("CR710", Place(name), reason=str(error))) from error


def _is_ours(path: Path) -> bool:
    """Whether a file may be replaced: there is none, it is empty, or it holds results."""
    try:
        if not path.exists():
            return True
        if not path.is_file():
            return False
        with path.open("rb") as file:
            beginning = file.read(_ID_AT + 4)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return not beginning or (
        beginning.startswith(_MAGIC) and beginning[_ID_AT : _ID_AT + 4] == RESULTS_ID.to_bytes(4, "big")
    )


def _refuse_if_in_use(path: Path) -> None:
    """A journal beside the old database would be taken for one of the new, and spoil it."""
    for ending in ("-wal", "-journal"):
        beside = path.with_name(path.name + ending)
        if beside.exists() and beside.stat().st_size:
            raise PluginError(report("CR710", Place(path.name), reason=_IN_USE))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _distinct(names: Iterable[str]) -> list[str]:
    """The names; one that SQLite takes for an earlier one, since it knows no capitals, gets a line at its end."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        while name.lower() in taken:
            name += "_"  # noqa: PLW2901 - until it is new
        taken.add(name.lower())
        found.append(name)
    return found


def _cell(value: Value, kind: str) -> str | int | None:
    if value is None or (kind == "INTEGER" and type(value) is int):
        return value
    return text_of(value)


def _view(name: str, columns: Sequence[Column], titles: Sequence[str]) -> str:
    """The view of a table in which amounts are floats."""
    expressions: list[tuple[str, str]] = []
    for column, title in zip(columns, titles, strict=True):
        cell = _quoted(title)
        if column.kind != "number":
            expressions.append((cell, title))
            continue
        dots = f"instr({cell}, ' …')"
        low, high = _number(f"substr({cell}, 1, {dots} - 1)"), _number(f"substr({cell}, {dots} + 3)")
        exact = _number(cell)
        expressions += [
            (exact, title),
            (f"CASE WHEN {dots} THEN {low} ELSE {exact} END", f"{title}_low"),
            (f"CASE WHEN {dots} THEN {high} ELSE {exact} END", f"{title}_high"),
        ]
    names = _distinct(title for _, title in expressions)
    selected = ", ".join(f"{what} AS {_quoted(as_)}" for (what, _), as_ in zip(expressions, names, strict=True))
    return f"CREATE VIEW {_quoted(f'{name}_numbers')} AS SELECT {selected} FROM {_quoted(name)}"


def _number(text: str) -> str:
    """A text as a float if it is a number, else null: SQLite itself would take the beginning of a word for one."""
    refused = " OR ".join(f"{text} GLOB '{pattern}'" for pattern in ("*[^-.0-9]*", "?*-*", "*.*.*"))
    return f"CASE WHEN {text} GLOB '*[0-9]' AND NOT ({refused}) THEN CAST({text} AS REAL) END"
