"""A schema of a database as a source: each of its tables and views is a table, read when somebody goes through it.

A campus database has hundreds of tables, and a policy knows the names of a few. So the tables are offered as optional,
nothing of a table is asked for before its rows are, and a note says at the end which were passed over. Tables that the
address names are not optional. All that is read is read in one transaction, which writes nothing and sees the database
as it was at one moment; it ends with the last table.

Rows come in the order of the primary key, and where there is none in that of all columns, so that two runs over the
same data agree to the byte; a row's number is its position in that order. What a value becomes as text is said in
`creditlang.toolkit.arrow_text`; the fingerprint is that of the text (`creditlang.toolkit.digest`). Columns of types
that have no text, or that may not be read, are left out, and are an error only if the policy needs them.

Invariants: nothing that a server says while rows are read reaches a message, since it may quote a row; what it says
while somebody logs in is shown, without the password. Nothing is read before `tables()`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from creditlang.diagnostics import Diagnostic, Phrase, Place, listed, nearest, report
from creditlang.plugin import Source
from creditlang.schema import RawBatch, RawTable, Texts
from creditlang.toolkit.arrow_text import Wrong, raw_batch
from creditlang.toolkit.digest import TablesDigest
from creditlang.toolkit.table_heading import BLANKS, heading_problems
from creditlang_builtin.databases.database_address import DatabaseAddress
from creditlang_builtin.databases.server_reasons import NO_RIGHT

if TYPE_CHECKING:
    import pyarrow

RESULTS_MARK: Final = "creditlang results"
"""The comment by which tables are known that hold results: they are never data."""

MOST_NAMED: Final = 20


class DatabaseFailure(Exception):
    """The database did not do what was asked. `reason` may be shown."""

    def __init__(self, reason: str) -> None:
        """The exception itself shows nothing."""
        super().__init__()
        self.reason = reason


@frozen
class DatabaseColumn:
    """A column. `expression` is how it is asked for, None if it cannot be; `order` how rows are put in its order."""

    name: str
    type: str
    expression: str | None
    order: str
    allowed: bool = True
    key: int | None = None
    """Its place in the primary key."""


@frozen
class DatabaseTable:
    """A table or view."""

    name: str
    columns: tuple[DatabaseColumn, ...]
    is_result: bool = False
    still: bool = True
    """Whether the transaction sees it as it was at its beginning."""

    @property
    def readable(self) -> tuple[DatabaseColumn, ...]:
        """The columns that are read."""
        return tuple(column for column in self.columns if column.expression is not None and column.allowed)

    @property
    def order(self) -> tuple[str, ...]:
        """By what rows are ordered: the primary key, else everything."""
        key = sorted((column.key, column.order, column.allowed) for column in self.columns if column.key is not None)
        if key and all(allowed for _, _, allowed in key):
            return tuple(order for _, order, _ in key)
        return tuple(column.order for column in self.readable)


Cells = Sequence[tuple["pyarrow.StringArray | Texts", Wrong]]
"""Rows as columns of text, with what is wrong in them."""


class Database(ABC):
    """A connection, in its one transaction. Every method may raise `DatabaseFailure`."""

    schema: str

    @abstractmethod
    def tables(self) -> list[DatabaseTable]:
        """All tables and views of the schema; none but the catalogue is looked at."""

    @abstractmethod
    def rows(self, table: DatabaseTable) -> Iterator[Cells]:
        """The rows in their order, a bounded number at a time. May be left before the end."""

    @abstractmethod
    def close(self) -> None:
        """End the transaction and the connection, whatever they are doing. May be called twice; never raises."""


class TablesSource(Source):
    """What sources of many tables share: a fingerprint of the text that was read, and what was passed over."""

    broken_off = "CR784"
    """The code for a table that could not be read to its end."""

    def __init__(self, where: str) -> None:
        """Nothing is read yet."""
        super().__init__(where)
        self._digest = TablesDigest()
        self._read: set[str] = set()

    def fingerprint(self) -> str:
        """SHA-256 over the text of the tables that were read."""
        return self._digest.hexdigest()

    def _begin(self, table: str, header: tuple[str, ...]) -> None:
        """A table is gone through."""
        self._read.add(table)
        self._digest.table(table, header)

    def _handed_over(self, source: str, header: tuple[str, ...], rows: Iterable[Cells]) -> Iterator[RawBatch]:
        """Rows, counted from 1, until they end or the database fails."""
        count = 0
        try:
            for cells in rows:
                first = count + 1
                count += len(cells[0][0])
                yield self._digest.add(raw_batch(source, header, range(first, count + 1), cells))
        except DatabaseFailure as failure:
            self.problems.append(report(self.broken_off, Place(source), reason=failure.reason, rows=f"{count:,}"))
            return
        if count == 0:
            self.problems.append(report("CR639", Place(source)))

    def _say_what_was_passed_over(self, place: str, found: Iterable[str]) -> None:
        names = [name for name in found if name not in self._read]
        if names:
            shown = names[:MOST_NAMED] + ["…"] * (len(names) > MOST_NAMED)
            self.problems.append(report("CR786", Place(place), count=len(names), names=listed(shown)))


class DatabaseSource(TablesSource):
    """The tables of one schema."""

    def __init__(self, address: DatabaseAddress, connect: Callable[[DatabaseAddress], Database]) -> None:
        """`connect` opens the database, when `tables` is called."""
        super().__init__(address.shown)
        self._address = address
        self._connect = connect
        self._database: Database | None = None

    def tables(self) -> Iterator[RawTable]:
        """The tables in the order of their names, or those that the address names."""
        try:
            self._database = self._connect(self._address)
            found = sorted(self._database.tables(), key=lambda table: table.name)
        except DatabaseFailure as failure:
            self.problems.append(report("CR781", Place(self._address.name), reason=failure.reason))
            self.close()
            return
        try:
            offered = self._offered(found)
            for table in offered:
                yield self._raw_table(self._database, table)
            if not self._address.tables:
                self._say_what_was_passed_over(self._address.name, (table.name for table in found))
        finally:
            self.close()

    def close(self) -> None:
        """End the transaction."""
        if self._database is not None:
            self._database.close()

    def _source(self, table: str) -> str:
        schema = self._database.schema if self._database is not None else self._address.schema
        return f"{schema}.{table}".replace("/", "_")

    def _offered(self, found: Sequence[DatabaseTable]) -> list[DatabaseTable]:
        """The tables to hand over: never results of ours."""
        if not self._address.tables:
            results = [table for table in found if table.is_result]
            if results and len(results) == len(found):
                self.problems.append(report("CR745", Place(self._address.name)))
            return [table for table in found if not table.is_result]
        known = {table.name: table for table in found}
        offered = []
        for name in dict.fromkeys(self._address.tables):
            if name not in known:
                close = nearest(name, known) or ""
                self.problems.append(report("CR783", Place(self._source(name)), name=name, nearest=close))
            elif known[name].is_result:
                self.problems.append(report("CR745", Place(self._source(name))))
            else:
                offered.append(known[name])
        return offered

    def _raw_table(self, database: Database, table: DatabaseTable) -> RawTable:
        source = self._source(table.name)
        header = tuple(column.name.strip(BLANKS) for column in table.readable)
        doubts = tuple(heading_problems(header, Place(source))) if header else ()
        raw = RawTable.of_batches(
            table.name, source, header, lambda: self._batches(database, table, source, header), doubts
        )
        return evolve(raw, optional=not self._address.tables, unread=_unread(table, source))

    def _batches(
        self, database: Database, table: DatabaseTable, source: str, header: tuple[str, ...]
    ) -> Iterator[RawBatch]:
        self._begin(table.name, header)
        if not header:
            self.problems.append(report("CR784", Place(source), reason=NO_RIGHT, rows="0"))
            return
        if not table.still:
            self.problems.append(report("CR789", Place(source)))
        yield from self._handed_over(source, header, database.rows(table))


def _unread(table: DatabaseTable, source: str) -> dict[str, Diagnostic]:
    """The columns that are left out, with what to say if the policy needs them."""
    found = {}
    for column in table.columns:
        if column not in table.readable:
            reason = NO_RIGHT
            if column.allowed:
                reason = Phrase(f"its values are of type {column.type}", f"它的值是 {column.type} 类型")
            name = column.name.strip(BLANKS)
            found[name] = report("CR785", Place(source, None, name), reason=reason)
    return found
