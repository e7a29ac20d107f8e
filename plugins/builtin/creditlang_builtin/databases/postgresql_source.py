"""A schema of a PostgreSQL database, read in one transaction that writes nothing and sees one moment.

Tables, partitioned and foreign tables, views and materialised views are offered. Numbers and days are asked for as
text, since Arrow's types hold fewer of them; floats, whole numbers, yes and no come as they are. Text is put in the
order of its bytes, which is the same on every server.

A query that fails would end the transaction. So there is a savepoint before each table, and the next table is read all
the same.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from creditlang.diagnostics import Phrase
from creditlang.toolkit.arrow_text import texts_of
from creditlang_builtin.databases.database_address import DatabaseAddress
from creditlang_builtin.databases.database_source import (
    RESULTS_MARK,
    Cells,
    Database,
    DatabaseColumn,
    DatabaseFailure,
    DatabaseSource,
    DatabaseTable,
)
from creditlang_builtin.databases.postgresql_connection import (
    PostgresqlConnection,
    driver,
    identifier,
    literal,
    postgresql_address,
)

BATCH_BYTES: Final = 4 * 1024 * 1024

_AS_THEY_ARE: Final = frozenset({"bool", "int2", "int4", "int8", "float4", "float8"})
_AS_TEXT: Final = frozenset(
    {"text", "varchar", "bpchar", "char", "name", "citext", "uuid", "inet", "cidr", "macaddr", "macaddr8"}
    | {"bit", "varbit", "time", "timetz", "oid"}
)

_CATALOGUE: Final = """
WITH RECURSIVE base(type, root) AS (
    SELECT oid, oid FROM pg_type WHERE typtype <> 'd'
    UNION ALL
    SELECT type.oid, base.root FROM pg_type type JOIN base ON type.typtype = 'd' AND type.typbasetype = base.type
)
SELECT relation.relname::text, relation.relkind::text, obj_description(relation.oid, 'pg_class'),
    attribute.attname::text, format_type(attribute.atttypid, attribute.atttypmod),
    CASE WHEN type.typtype = 'e' THEN 'text'
        WHEN type.typnamespace = 'pg_catalog'::regnamespace OR type.typname = 'citext' THEN type.typname::text END,
    has_column_privilege(relation.oid, attribute.attnum, 'SELECT'),
    array_position(string_to_array(key.indkey::text, ' '), attribute.attnum::text)
FROM pg_class relation
LEFT JOIN pg_attribute attribute
    ON attribute.attrelid = relation.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
LEFT JOIN base ON base.type = attribute.atttypid
LEFT JOIN pg_type type ON type.oid = base.root
LEFT JOIN pg_index key ON key.indrelid = relation.oid AND key.indisprimary
WHERE relation.relnamespace = {schema}::regnamespace
    AND relation.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT relation.relispartition
ORDER BY relation.relname, attribute.attnum
"""


def postgresql_source(where: str) -> DatabaseSource:
    """The source at an address. Raises `PluginError` CR780, CR787."""
    driver()
    return DatabaseSource(postgresql_address("postgresql", where), PostgresqlDatabase)


class PostgresqlDatabase(Database):
    """The schema that the address names, else the one that the server takes for this user."""

    def __init__(self, address: DatabaseAddress) -> None:
        """Log in and begin the transaction."""
        self._connection = PostgresqlConnection(address)
        try:
            self._connection.run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            self._connection.run("SET LOCAL standard_conforming_strings = on")
            self._connection.run("SET LOCAL DateStyle = 'ISO, YMD'")
            self._connection.run(f"SET LOCAL TimeZone = {literal(address.timezone)}")
            self.schema = self._schema(address.schema)
        except BaseException:
            self._connection.close()
            raise

    def _schema(self, wanted: str) -> str:
        if not wanted:
            found = self._connection.ask("SELECT current_schema()::text")[0][0]
            wanted = "public" if found is None else str(found)
        if not self._connection.ask(f"SELECT 1 FROM pg_namespace WHERE nspname = {literal(wanted)}"):
            raise DatabaseFailure(Phrase(f"it has no schema “{wanted:.60}”", f"其中没有模式（schema）“{wanted:.60}”"))
        return wanted

    def tables(self) -> list[DatabaseTable]:
        """From the catalogue."""
        schema = literal(identifier(self.schema))
        rows = self._connection.ask(_CATALOGUE.replace("{schema}", schema))
        return [_table(name, list(columns)) for name, columns in groupby(rows, key=lambda row: str(row[0]))]

    def rows(self, table: DatabaseTable) -> Iterator[Cells]:
        """By COPY, which sends rows as they are made; some megabytes are held at a time."""
        connection = self._connection
        connection.run("SAVEPOINT creditlang")
        try:
            batches = connection.stream(self._select(table), BATCH_BYTES)
            while (batch := connection.next_batch(batches)) is not None:
                yield [texts_of(batch.column(place)) for place in range(len(table.readable))]
            connection.end()
        except DatabaseFailure:
            connection.end()
            connection.run("ROLLBACK TO SAVEPOINT creditlang")
            raise
        finally:
            connection.end()

    def close(self) -> None:
        """The transaction ends with the connection."""
        self._connection.close()

    def _select(self, table: DatabaseTable) -> str:
        expressions = ", ".join(f"{column.expression} AS c{place}" for place, column in enumerate(table.readable))
        where = f"{identifier(self.schema)}.{identifier(table.name)}"
        return f"SELECT {expressions} FROM {where} AS t ORDER BY {', '.join(table.order)}"


def _table(name: str, rows: list[tuple[Any, ...]]) -> DatabaseTable:
    _, kind, comment, *_ = rows[0]
    columns = tuple(
        _column(str(column), str(words), root, bool(allowed), key)
        for *_, column, words, root, allowed, key in rows
        if column is not None
    )
    return DatabaseTable(name, columns, comment == RESULTS_MARK, kind != "f")


def _column(name: str, words: str, root: str | None, allowed: bool, key: int | None) -> DatabaseColumn:
    """A column of a type; `root` is the name of the type, under all domains."""
    cell = f"t.{identifier(name)}"
    expression, order = None, cell
    if root in _AS_THEY_ARE:
        expression = cell
    elif root in _AS_TEXT:
        expression, order = f"{cell}::text", f'{cell}::text COLLATE "C"'
    elif root == "date":
        expression = f"{cell}::text"
    elif root in ("numeric", "money"):
        number = f"{cell}::numeric"
        cut = f"rtrim(rtrim({number}::text, '0'), '.')"
        expression = f"CASE WHEN scale({number}) > 0 THEN {cut} ELSE {number}::text END"
    elif root in ("timestamp", "timestamptz"):
        moment = f"{cell}::timestamp"
        day, time = f"{moment}::date::text", f"replace({moment}::text, ' ', 'T')"
        expression = f"CASE WHEN {moment} = date_trunc('day', {moment}) THEN {day} ELSE {time} END"
    return DatabaseColumn(name, words, expression, order, allowed, key)
