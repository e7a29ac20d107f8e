"""A SQLite database as a source: each of its tables and views is a table, read when somebody goes through it.

The file is opened read only, and all that is read is read in one transaction, so that it is as it was at one moment
although another program may write. The fingerprint is that of the text that was read (`creditlang.toolkit.digest`), not
that of the file: what was written last may still stand in the journal beside it, and tidying the file up changes its
bytes and no row. As with other databases, tables whose names fit nothing are passed over, and a note says so.

Rows come in the order of their rowid, a number of them at a time, and are counted from 1 in that order. Values are what
SQLite keeps, whatever type the column was declared with: text as it is, whole numbers, floats as
`creditlang.toolkit.arrow_text` writes them; bytes, and text that is not UTF-8, are problems of their rows.

A database is somebody's program: a view can work without end or give rows without end, a table can be of a kind that
runs code. So the schema is not trusted, values have a longest length, the work between two batches and the rows of a
view are bounded. What SQLite says of an error is shown only where it cannot quote a row.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from creditlang.diagnostics import Phrase, Place, report, system_reason
from creditlang.schema import BATCH_ROWS, RawBatch, RawTable, Texts, text_column
from creditlang.toolkit.arrow_text import BROKEN_TEXT, BadCell, Wrong, float_text
from creditlang.toolkit.table_heading import BLANKS, heading_problems
from creditlang.words import OTHER_BEGINNING
from creditlang_builtin.databases.database_source import Cells, DatabaseFailure, TablesSource

if TYPE_CHECKING:
    import pyarrow

MOST_STEPS: Final = 2_000_000_000
"""Instructions of SQLite's machine between two batches: some minutes."""

MOST_ROWS: Final = 1_000_000
"""Rows of a view, and of a table that is worked out by a module. Other tables are as long as their file allows."""

RESULTS_ID: Final = 0x43524544
"""The application id of databases that hold results, `CRED`."""

_MAGIC: Final = b"SQLite format 3\x00"
_STEPS: Final = 1_000_000
_LONGEST_VALUE: Final = 1 << 24
_KIND: Final = "SQLite"
_BYTES: Final = BadCell("CR743", Phrase("bytes", "二进制数据"))
_NO_DATABASE: Final = OTHER_BEGINNING
_NO_TABLE: Final = Phrase("there is no table in it", "里面没有表")
_TOO_LONG: Final = Phrase("it takes too long to work out", "计算时间过长")
_TOO_MANY: Final = Phrase(f"it gives more than {MOST_ROWS:,} rows", f"给出的行数超过 {MOST_ROWS:,}")
_REASONS: Final = {
    "SQLITE_BUSY": Phrase("another program is writing it", "别的程序正在写"),
    "SQLITE_LOCKED": Phrase("another program is writing it", "别的程序正在写"),
    "SQLITE_CORRUPT": Phrase("the file is damaged", "文件已损坏"),
    "SQLITE_NOTADB": Phrase("the file is damaged or encrypted", "文件已损坏或加密"),
    "SQLITE_INTERRUPT": _TOO_LONG,
    "SQLITE_TOOBIG": Phrase("a value in it is too long", "其中有值太长"),
    "SQLITE_CANTOPEN": Phrase("it cannot be opened", "打不开"),
    "SQLITE_READONLY": Phrase(
        "a program that wrote it has not finished; open and close it there once",
        "写它的程序没有正常结束，请用那个程序打开并关闭一次",
    ),
    "SQLITE_IOERR": Phrase("the disk cannot be read", "磁盘读取出错"),
    "SQLITE_ERROR": Phrase("it refers to what is not there", "它引用的内容不存在"),
}


class _NotUtf8:
    """What stands for a text that is not UTF-8."""


@frozen
class _Table:
    """A table or view; `bounded` if its rows may have no end."""

    name: str
    bounded: bool


class SqliteSource(TablesSource):
    """A database file."""

    broken_off = "CR748"

    def __init__(self, where: str) -> None:
        """`where` is the file's path."""
        super().__init__(where)
        self.path = Path(where)
        self._connection: sqlite3.Connection | None = None

    def tables(self) -> Iterator[RawTable]:
        """Tables and views in the order of their names."""
        try:
            connection = self._opened()
            found = [] if connection is None else _tables(connection)
        except OSError as error:
            reason = system_reason(error)
            self.problems.append(report("CR620", Place(self.path.name), reason=reason))
            return
        except sqlite3.Error as error:
            self._refuse(_reason(error))
            self.close()
            return
        try:
            for table in found:
                yield self._raw_table(table)
            self._say_what_was_passed_over(self.path.name, (table.name for table in found))
        finally:
            self.close()

    def close(self) -> None:
        """End the transaction."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _refuse(self, reason: Phrase | str) -> None:
        self.problems.append(report("CR740", Place(self.path.name), kind=_KIND, reason=reason))

    def _opened(self) -> sqlite3.Connection | None:
        """The database in its transaction, or None with what is wrong in `problems`."""
        with self.path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                self._refuse(_NO_DATABASE)
                return None
        connection = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
        self._connection = connection
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.text_factory = _text
        for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        if connection.execute("PRAGMA application_id").fetchone()[0] == RESULTS_ID:
            self.problems.append(report("CR745", Place(self.path.name)))
            return None
        if not connection.execute("SELECT count(*) FROM sqlite_master WHERE type IN ('table', 'view')").fetchone()[0]:
            self._refuse(_NO_TABLE)
            return None
        return connection

    def _raw_table(self, table: _Table) -> RawTable:
        source = f"{self.path.name}（{table.name}）".replace("/", "_")
        try:
            header = _columns(self._connection, table.name)
            doubts = tuple(heading_problems(header, Place(source)))
        except sqlite3.Error as error:
            # A view of what is not there any more: it matters only if its name fits.
            header, doubts = (), (report("CR748", Place(source), rows="0", reason=_reason(error)),)
        raw = RawTable.of_batches(table.name, source, header, lambda: self._batches(table, source, header), doubts)
        return evolve(raw, optional=True)

    def _batches(self, table: _Table, source: str, header: tuple[str, ...]) -> Iterator[RawBatch]:
        self._begin(table.name, header)
        if header:
            yield from self._handed_over(source, header, self._rows(table))

    def _rows(self, table: _Table) -> Iterator[Cells]:
        """The rows in their order, a batch at a time, with a bound to the work for each. Raises `DatabaseFailure`."""
        connection, rows = self._connection, 0
        try:
            if connection is None:
                raise sqlite3.ProgrammingError
            allowed = _allowance(connection)
            order = "" if table.bounded else _order(connection, table.name)
            with closing(connection.execute(f"SELECT * FROM {_quoted(table.name)}{order}")) as cursor:
                while values := cursor.fetchmany(BATCH_ROWS):
                    rows += len(values)
                    if table.bounded and rows > MOST_ROWS:
                        raise DatabaseFailure(_TOO_MANY)
                    yield [_cells(column) for column in zip(*values, strict=True)]
                    allowed()
        except sqlite3.Error as error:
            raise DatabaseFailure(_reason(error)) from None


def _text(content: bytes) -> str | _NotUtf8:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _NotUtf8()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _tables(connection: sqlite3.Connection) -> list[_Table]:
    """Tables and views by name: not those of SQLite itself, nor those in which a module keeps what is its own."""
    shadows = {row[1] for row in connection.execute("PRAGMA table_list") if row[2] == "shadow"}
    rows = connection.execute(
        "SELECT name, type = 'view' OR coalesce(rootpage, 0) = 0 FROM sqlite_master"
        " WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    return [_Table(name, bool(bounded)) for name, bounded in rows if isinstance(name, str) and name not in shadows]


def _columns(connection: sqlite3.Connection | None, table: str) -> tuple[str, ...]:
    """The names of a table's columns, those that are worked out included."""
    if connection is None:
        return ()
    rows = connection.execute(f"PRAGMA table_xinfo({_quoted(table)})")
    return tuple(str(row[1]).strip(BLANKS) for row in rows if row[6] != 1)


def _order(connection: sqlite3.Connection, table: str) -> str:
    """How a table's rows are put in their order; tables without a rowid are kept in that of their key."""
    taken = {row[1].lower() for row in connection.execute(f"PRAGMA table_xinfo({_quoted(table)})")}
    for name in ("rowid", "_rowid_", "oid"):
        if name not in taken:
            try:
                connection.execute(f"SELECT {name} FROM {_quoted(table)} LIMIT 0")
            except sqlite3.OperationalError:
                return ""
            return f" ORDER BY {name}"
    return ""


def _allowance(connection: sqlite3.Connection) -> Callable[[], None]:
    """Bounds the work of a statement; what is returned grants the same again."""
    left = [0]

    def renew() -> None:
        left[0] = max(1, MOST_STEPS // _STEPS)

    def tick() -> int:
        left[0] -= 1
        return int(left[0] < 0)

    renew()
    connection.set_progress_handler(tick, min(_STEPS, MOST_STEPS))
    return renew


def _cells(values: Sequence[Any]) -> tuple["pyarrow.StringArray | Texts", Wrong]:
    """A column as text. Most columns hold text alone, and those go on as they are."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return text_column(values), {}
    texts: list[str] = []
    wrong: Wrong = {}
    for position, value in enumerate(values):
        text = _cell(value)
        if isinstance(text, BadCell):
            wrong[position] = text
            text = ""
        texts.append(text)
    return text_column(texts), wrong


def _cell(value: object) -> str | BadCell:
    match value:
        case str():
            return value
        case None:
            return ""
        case int():
            return str(value)
        case float():
            return float_text(value)
        case _NotUtf8():
            return BROKEN_TEXT
        case _:
            return _BYTES


def _reason(error: sqlite3.Error) -> Phrase | str:
    """Why a database cannot be read, without anything that stands in it."""
    name = getattr(error, "sqlite_errorname", "") or ""
    return next((reason for beginning, reason in _REASONS.items() if name.startswith(beginning)), name or _NO_DATABASE)
