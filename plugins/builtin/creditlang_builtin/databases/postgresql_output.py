"""Result tables into a schema of a PostgreSQL database, all in one transaction.

Rows are sent as text into temporary tables while they come. `close` then fills the real tables from these, where the
server turns text into `numeric` and `date` without losing a digit, and commits: until then everybody sees the earlier
results, afterwards the new ones, and nobody a mixture. A run that fails leaves nothing behind.

The columns are those of the Arrow tables (`creditlang.toolkit.arrow_results`), numbers as `numeric`: a column of
amounts has two companions for what is open, `amount_low` and `amount_high`, and one for words where there are words.

A table that has the same columns as before is kept and only its rows are exchanged, so that rights on it and views of
it stay. Other tables of earlier results are dropped; a table that has not our comment is never touched, and neither
is anything else in the schema. Two runs into one schema wait for each other.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final, TextIO

from attrs import define, field, frozen

from creditlang.diagnostics import Phrase, Place, report
from creditlang.plugin import Output, PluginError, text_of
from creditlang.schema import Column, Row, Value
from creditlang.toolkit.arrow_results import WITH_WORDS, parts_of
from creditlang_builtin.databases.database_source import RESULTS_MARK, DatabaseFailure
from creditlang_builtin.databases.postgresql_connection import (
    PostgresqlConnection,
    identifier,
    literal,
    postgresql_address,
)

if TYPE_CHECKING:
    import pyarrow

SCHEMA: Final = "creditlang"
"""Where results go, unless the address names another schema."""

LOCK_SECONDS: Final = 60
"""How long to wait for somebody who uses the tables."""

ROWS_AT_ONCE: Final = 16_384

_TYPES: Final = {"text": "text", "whole": "bigint", "date": "date"}
_COMPANIONS: Final = {"": "numeric", "_low": "numeric", "_high": "numeric", "_text": "text"}
_LONGEST_NAME: Final = 63

_RIGHTS: Final = """
SELECT pg_is_in_recovery(), has_database_privilege(current_database(), 'TEMP'),
    CASE WHEN namespace.oid IS NULL THEN has_database_privilege(current_database(), 'CREATE')
        ELSE has_schema_privilege(namespace.oid, 'USAGE') END
FROM (SELECT 1) AS one LEFT JOIN pg_namespace namespace ON namespace.nspname = {schema}
"""
_PRESENT: Final = """
SELECT relation.relname::text, coalesce(obj_description(relation.oid, 'pg_class') = {mark}, false),
    coalesce(string_agg(attribute.attname || ' ' || format_type(attribute.atttypid, attribute.atttypmod), ', '
        ORDER BY attribute.attnum), '')
FROM pg_class relation LEFT JOIN pg_attribute attribute
    ON attribute.attrelid = relation.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
WHERE relation.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {schema})
GROUP BY relation.oid, relation.relname
"""


@frozen
class _Cell:
    """A column of a table, with its type; `words` if it is there only when a word stands in it."""

    name: str
    type: str
    words: bool = False


@define
class _Table:
    """A table that was written: its columns, and the temporary table that has its rows in columns `c0`, `c1` …"""

    name: str
    staging: str
    columns: tuple[_Cell, ...]
    with_words: set[int] = field(factory=set)
    """The places of columns in which a word was found."""

    @property
    def chosen(self) -> list[tuple[str, _Cell]]:
        """The columns that the table gets, each with its name in the temporary table."""
        return [
            (f"c{place}", cell) for place, cell in enumerate(self.columns) if not cell.words or place in self.with_words
        ]

    @property
    def shape(self) -> str:
        """The columns as the catalogue lists them."""
        return ", ".join(f"{cell.name} {cell.type}" for _, cell in self.chosen)

    def batches(self, kinds: Sequence[str], rows: Iterable[Row]) -> Iterator["pyarrow.RecordBatch"]:
        """The rows as text, some thousands at a time."""
        import pyarrow

        taking = iter(rows)
        while taken := list(islice(taking, ROWS_AT_ONCE)):
            columns: list[Iterable[Value]] = []
            for kind, values in zip(kinds, zip(*taken, strict=True), strict=True):
                columns.extend(zip(*map(parts_of, values), strict=True) if kind == "number" else [values])
            texts = [[None if value is None else text_of(value) for value in column] for column in columns]
            for place, cell in enumerate(self.columns):
                if cell.words and any(text is not None for text in texts[place]):
                    self.with_words.add(place)
            arrays = [pyarrow.array(column, pyarrow.string()) for column in texts]
            yield pyarrow.record_batch(arrays, [f"c{place}" for place in range(len(arrays))])


class PostgresqlOutput(Output):
    """The tables of one schema."""

    def __init__(self, target: str, stream: TextIO) -> None:
        """Log in once to see whether results can be written at all. Raises `PluginError` CR780, CR787, CR788."""
        address = postgresql_address("postgresql", target)
        super().__init__(address.shown, stream)
        self._address = address
        self._schema = address.schema or SCHEMA
        self._connection: PostgresqlConnection | None = None
        self._tables: list[_Table] = []
        try:
            connection = PostgresqlConnection(address)
            try:
                self._look_at_rights(connection)
            finally:
                connection.close()
        except DatabaseFailure as failure:
            raise self._error(failure.reason) from None

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Send the rows into a temporary table. Raises `PluginError` CR788."""
        table = _Table(name, f"creditlang_{len(self._tables)}", tuple(_cells(name, columns)))
        try:
            self._check_names(table)
            connection = self._begun()
            texts = ", ".join(f"c{place} text" for place in range(len(table.columns)))
            connection.run(f"CREATE TEMPORARY TABLE {table.staging} ({texts}) ON COMMIT DROP")
            self._tables.append(table)
            for batch in table.batches([column.kind for column in columns], rows):
                connection.add(table.staging, batch)
        except DatabaseFailure as failure:
            raise self._error(failure.reason) from None

    def close(self) -> None:
        """Exchange all tables, and commit. Raises `PluginError` CR788; nothing was changed then."""
        if self._connection is None:
            return
        try:
            self._publish(self._connection)
        except DatabaseFailure as failure:
            raise self._error(failure.reason) from None
        finally:
            self.discard()

    def discard(self) -> None:
        """End the transaction."""
        self._tables = []
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _begun(self) -> PostgresqlConnection:
        if self._connection is None:
            self._connection = PostgresqlConnection(self._address)
            self._connection.run("BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE")
            self._connection.run("SET LOCAL standard_conforming_strings = on")
            self._connection.run("SET LOCAL DateStyle = 'ISO, YMD'")
            self._connection.run(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        return self._connection

    def _publish(self, connection: PostgresqlConnection) -> None:
        schema = literal(self._schema)
        connection.run(f"SELECT pg_advisory_xact_lock(hashtext('creditlang'), hashtext({schema}))")
        if not connection.ask(f"SELECT 1 FROM pg_namespace WHERE nspname = {schema}"):
            connection.run(f"CREATE SCHEMA {identifier(self._schema)}")
        present = connection.ask(_PRESENT.replace("{schema}", schema).replace("{mark}", literal(RESULTS_MARK)))
        ours = {str(name): str(shape) for name, marked, shape in present if marked}
        foreign = sorted({str(name) for name, marked, _ in present if not marked} & {x.name for x in self._tables})
        if foreign:
            raise DatabaseFailure(_foreign(foreign[0]))
        for name in sorted(ours.keys() - {table.name for table in self._tables}):
            connection.run(f"DROP TABLE {self._named(name)}")
        for table in self._tables:
            self._exchange(connection, table, ours.get(table.name))
        connection.run("COMMIT")

    def _exchange(self, connection: PostgresqlConnection, table: _Table, shape: str | None) -> None:
        """Put the rows of a table in place of the earlier ones. Deleting them lets others read on meanwhile."""
        where = self._named(table.name)
        if shape == table.shape:
            connection.run(f"LOCK TABLE {where} IN SHARE ROW EXCLUSIVE MODE")
            connection.run(f"DELETE FROM {where}")
        else:
            if shape is not None:
                connection.run(f"DROP TABLE {where}")
            columns = ", ".join(f"{identifier(cell.name)} {cell.type}" for _, cell in table.chosen)
            connection.run(f"CREATE TABLE {where} ({columns})")
            connection.run(f"COMMENT ON TABLE {where} IS {literal(RESULTS_MARK)}")
        cells = ", ".join(f"{place}::{cell.type}" for place, cell in table.chosen)
        connection.run(f"INSERT INTO {where} SELECT {cells} FROM {table.staging}")

    def _named(self, table: str) -> str:
        return f"{identifier(self._schema)}.{identifier(table)}"

    def _look_at_rights(self, connection: PostgresqlConnection) -> None:
        """Find out now what would otherwise fail when everything has been worked out."""
        ((standby, temporary, usable),) = connection.ask(_RIGHTS.replace("{schema}", literal(self._schema)))
        if standby:
            raise DatabaseFailure(
                Phrase("this server takes no changes: it is a standby", "这台服务器是只读的备用服务器")
            )
        if not usable:
            raise DatabaseFailure(Phrase("you may not use or make this schema", "您没有使用或新建这个模式的权限"))
        if not temporary:
            raise DatabaseFailure(Phrase("you may not make temporary tables", "您没有建临时表的权限"))

    def _check_names(self, table: _Table) -> None:
        """Longer names would be cut in silence."""
        for name in (table.name, *(cell.name for cell in table.columns)):
            if len(name.encode("utf-8")) > _LONGEST_NAME:
                raise DatabaseFailure(
                    Phrase(
                        f"the name {name:.20}… is longer than the {_LONGEST_NAME} bytes that names have there",
                        f"名称 {name:.20}… 超过了数据库允许的 {_LONGEST_NAME} 字节",
                    )
                )

    def _error(self, reason: str) -> PluginError:
        return PluginError(report("CR788", Place(self._schema.replace("/", "_")), reason=reason))


def _cells(table: str, columns: Sequence[Column]) -> Iterator[_Cell]:
    """The columns with their types, each of numbers with its companions behind it."""
    taken = {column.name for column in columns}
    for column in columns:
        if column.kind != "number":
            yield _Cell(column.name, _TYPES[column.kind])
            continue
        for suffix, kind in _COMPANIONS.items():
            name = f"{column.name}{suffix}"
            while suffix and name in taken:
                name += "_"
            taken.add(name)
            yield _Cell(name, kind, suffix == "_text" and (table, column.name) not in WITH_WORDS)


def _foreign(name: str) -> Phrase:
    shown = f"{name:.40}"
    return Phrase(
        f"there is a “{shown}” already, and creditlang did not make it", f"已经有“{shown}”，而且不是 creditlang 建的"
    )
