"""A database of a MySQL or MariaDB server, read in one transaction that writes nothing and sees one moment.

The text that the server writes is exact but for single floats, which it rounds to six digits; they are asked for as
doubles. Rows are streamed, some thousands at a time. A table comes in the order of its primary key, which costs
nothing; only where there is none is it sorted.

Only InnoDB tables take part in the transaction. Another table may change while it is read; that is said.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from creditlang.toolkit.arrow_text import Wrong, texts_of
from creditlang_builtin.databases.database_address import CHINA, DatabaseAddress
from creditlang_builtin.databases.database_source import Cells, Database, DatabaseColumn, DatabaseSource, DatabaseTable
from creditlang_builtin.databases.mysql_connection import MysqlConnection, driver, identifier, mysql_address

if TYPE_CHECKING:
    import pyarrow

BATCH_ROWS: Final = 8_192

_AS_THEY_ARE: Final = frozenset(
    {"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "double", "datetime", "timestamp"}
)
_TEXT: Final = frozenset(
    {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "uuid", "inet4", "inet6"}
    | {"time", "year", "date"}
)

_ZEROS: Final = ((r"(\.[0-9]*?)0+$", r"\1"), (r"\.$", ""))
_CLOCK: Final = (*_ZEROS, (" 00:00:00$", ""), (" ", "T"))
_MENDED: Final = {"decimal": _ZEROS, "datetime": _CLOCK, "timestamp": _CLOCK, "time": _ZEROS}
"""What becomes of the text of a type: no zeros at the end, `2024-10-08T09:30:00`, and a midnight is the day alone."""

_STILL: Final = frozenset({None, "innodb", "rocksdb"})
"""Engines whose tables a transaction sees as they were at its beginning; a view has none."""

_TABLES: Final = """
SELECT table_name, LOWER(engine) FROM information_schema.tables
WHERE table_schema = %s AND table_type IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
"""
_COLUMNS: Final = """
SELECT table_name, column_name, LOWER(data_type), FIND_IN_SET('select', LOWER(privileges))
FROM information_schema.columns WHERE table_schema = %s ORDER BY ordinal_position
"""
_KEYS: Final = """
SELECT table_name, column_name, ordinal_position FROM information_schema.key_column_usage
WHERE table_schema = %s AND constraint_name = 'PRIMARY'
"""


def mysql_source(where: str) -> DatabaseSource:
    """The source at an address. Raises `PluginError` CR780, CR787."""
    driver()
    return DatabaseSource(mysql_address("mysql", where), MysqlDatabase)


class MysqlDatabase(Database):
    """The database that the address names."""

    def __init__(self, address: DatabaseAddress) -> None:
        """Log in and begin the transaction."""
        self._connection = MysqlConnection(address)
        self.schema = address.schema or address.database
        try:
            self._connection.ask("SET SESSION net_write_timeout = 3600")
            zone = "+08:00" if address.timezone == CHINA else address.timezone
            self._connection.ask("SET SESSION time_zone = %s", zone)
            self._connection.ask("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            self._connection.ask("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        except BaseException:
            self.close()
            raise

    def tables(self) -> list[DatabaseTable]:
        """From the information schema, which shows what this user may see."""
        ask = self._connection.ask
        keys = {(table, column): int(place) for table, column, place in ask(_KEYS, self.schema)}
        columns: dict[str, list[DatabaseColumn]] = {}
        for table, name, kind, allowed in ask(_COLUMNS, self.schema):
            column = _column(name, kind, allowed not in (None, "", "0"), keys.get((table, name)))
            columns.setdefault(table, []).append(column)
        return [
            DatabaseTable(name, tuple(columns.get(name, ())), still=engine in _STILL)
            for name, engine in ask(_TABLES, self.schema)
        ]

    def rows(self, table: DatabaseTable) -> Iterator[Cells]:
        """Unbuffered."""
        types = [column.type for column in table.readable]
        cursor = self._connection.stream(self._select(table))
        try:
            while rows := self._connection.called(cursor.fetchmany, BATCH_ROWS):
                yield [_cells(column, kind) for column, kind in zip(zip(*rows, strict=True), types, strict=True)]
        finally:
            self._connection.end(cursor)

    def close(self) -> None:
        """The transaction ends with the connection."""
        self._connection.close()

    def _select(self, table: DatabaseTable) -> str:
        expressions = ", ".join(str(column.expression) for column in table.readable)
        where = f"{identifier(self.schema)}.{identifier(table.name)}"
        return f"SELECT {expressions} FROM {where} ORDER BY {', '.join(table.order)}"


def _column(name: str, kind: str, allowed: bool, key: int | None) -> DatabaseColumn:
    """A column of a type. The order of a key is the table's own, and costs nothing."""
    cell = identifier(name)
    expression, order = None, cell
    if kind in _TEXT | _AS_THEY_ARE:
        expression = cell
    elif kind == "float":
        expression = f"{cell} + 0e0"
    elif kind == "bit":
        expression = f"{cell} + 0"
    if kind in _TEXT and key is None:
        order = f"CAST({cell} AS BINARY)"
    return DatabaseColumn(name, kind, expression, order, allowed, key)


def _cells(values: Sequence[str | None], kind: str) -> tuple["pyarrow.StringArray", Wrong]:
    """The cells of a column as text."""
    import pyarrow

    if kind in ("float", "double"):
        size = pyarrow.float32() if kind == "float" else pyarrow.float64()
        return texts_of(pyarrow.array([None if value is None else float(value) for value in values], size))
    texts, wrong = texts_of(pyarrow.array(values, pyarrow.string()))
    for pattern, instead in _MENDED.get(kind, ()):
        texts = pyarrow.compute.replace_substring_regex(texts, pattern, instead)
    return texts, wrong
