"""A connection to PostgreSQL, for reading and for writing, through ADBC: the driver that is exact and gives columns.

connectorx was tried first: it cuts numbers after ten decimals without a word, cannot give several tables of one moment,
and tries a wrong password for half a minute. ADBC has libpq inside, so that addresses, `PGPASSWORD`, `~/.pgpass`,
services and TLS work as everywhere.

Each call runs in a thread of its own while the main one waits, so that Ctrl-C is heeded at once, and the server told to
stop, also while it sorts a large table.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Event, Thread
from typing import Any, Final, Generic, ParamSpec, TypeVar

from creditlang.toolkit.extras import need
from creditlang_builtin.databases.database_address import DatabaseAddress, parse_address
from creditlang_builtin.databases.database_source import DatabaseFailure
from creditlang_builtin.databases.postgresql_reasons import login_reason, server_reason
from creditlang_builtin.databases.server_reasons import LOST

P = ParamSpec("P")
R = TypeVar("R")

OPTIONS: Final = (
    "application_name", "channel_binding", "connect_timeout", "gssdelegation", "gssencmode", "gsslib", "hostaddr",
    "keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval", "krbsrvname", "load_balance_hosts",
    "options", "passfile", "require_auth", "requirepeer", "service", "servicefile", "ssl_max_protocol_version",
    "ssl_min_protocol_version", "sslcert", "sslcertmode", "sslcrl", "sslcrldir", "sslkey", "sslmode",
    "sslnegotiation", "sslpassword", "sslrootcert", "sslsni", "target_session_attrs", "tcp_user_timeout",
)  # fmt: skip
"""What libpq understands in an address."""

PATIENCE: Final = 10
"""Seconds that connecting may take, and that the server may take to stop."""

PULSE: Final = 0.1
"""Seconds of one wait."""


def postgresql_address(scheme: str, where: str) -> DatabaseAddress:
    """The address of a PostgreSQL server."""
    return parse_address(scheme, where, OPTIONS)


def driver() -> Any:
    """The driver's module, or `PluginError` CR787."""
    need("databases", "adbc_driver_postgresql", "pyarrow")
    import adbc_driver_postgresql.dbapi

    return adbc_driver_postgresql.dbapi


class PostgresqlConnection:
    """One connection. Statements are sent as they are; without `BEGIN` each is a transaction."""

    def __init__(self, address: DatabaseAddress) -> None:
        """Log in. Raises `DatabaseFailure`, or `PluginError` CR787."""
        module = driver()
        self._errors: tuple[type[Exception], ...] = (module.Error, OSError, ValueError)
        self._cursor: Any = None
        self._connection: Any = None
        try:
            self._connection = self._waited(module.connect, _conninfo(address), autocommit=True)
        except self._errors as error:
            raise DatabaseFailure(login_reason(str(error), address.password)) from None

    def run(self, statement: str) -> None:
        """Do something that gives no rows."""
        self._query(statement)
        self.end()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a small query."""
        self._query(query)
        try:
            return list(map(tuple, self.called(self._cursor.fetchall)))
        finally:
            self.end()

    def stream(self, query: str, batch_bytes: int) -> Any:
        """The Arrow batches of a query, as `next_batch` takes them; let go of by `end`."""
        self._query(query, {"adbc.postgresql.batch_size_hint_bytes": str(batch_bytes)})
        # Its public cousin, `fetch_record_batch`, loses the codes of errors.
        return self._cursor._results.reader

    def next_batch(self, batches: Any) -> Any:
        """The next batch, or None."""
        try:
            return self.called(batches.read_next_batch)
        except StopIteration:
            return None

    def add(self, table: str, batch: Any) -> None:
        """Add an Arrow batch to a temporary table."""
        self._cursor = self.called(self._connection.cursor)
        try:
            self.called(self._cursor.adbc_ingest, table, batch, "append", temporary=True)
        finally:
            self.end()

    def end(self) -> None:
        """Let go of a query, finished or not."""
        cursor, self._cursor = self._cursor, None
        if cursor is not None:
            self.called(cursor.close)

    def close(self) -> None:
        """Close; what is not committed is undone. May be called twice."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DatabaseFailure):
                self.end()
            with suppress(*self._errors):
                self._waited(connection.close)

    def called(self, call: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> R:
        """Call the driver; its errors become `DatabaseFailure`."""
        try:
            return self._waited(call, *arguments, **options)
        except self._errors as error:
            raise DatabaseFailure(server_reason(error)) from None

    def _query(self, statement: str, options: dict[str, str] | None = None) -> None:
        if self._connection is None:
            raise DatabaseFailure(LOST)
        self._cursor = self.called(self._connection.cursor)
        try:
            if options:
                self._cursor.adbc_statement.set_options(**options)
            self.called(self._cursor.execute, statement)
        except DatabaseFailure:
            self.end()
            raise

    def _waited(self, call: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> R:
        """Call it in another thread. Ctrl-C stops it; where the server does not answer to that, it is left behind."""
        running = _Call(call, *arguments, **options)
        try:
            return running.result()
        except BaseException:
            if not running.done.is_set() and self._cursor is not None:
                _Call(self._cursor.adbc_cancel)
                if not running.done.wait(PATIENCE):
                    self._cursor = self._connection = None
            raise


class _Call(Generic[R]):
    """A call in a thread of its own, which the program does not wait for when it ends."""

    def __init__(self, call: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> None:
        self.done = Event()
        self._values: list[R] = []
        self._error: BaseException | None = None
        Thread(target=self._run, args=(partial(call, *arguments, **options),), daemon=True).start()

    def _run(self, call: Callable[[], R]) -> None:
        try:
            self._values.append(call())
        except BaseException as error:
            self._error = error
        finally:
            self.done.set()

    def result(self) -> R:
        """What came of it. A signal may go to any thread, and does not end a wait; so there are many short ones."""
        while not self.done.wait(PULSE):
            pass
        if self._error is not None:
            raise self._error
        return self._values[0]


def identifier(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _conninfo(address: DatabaseAddress) -> str:
    """What libpq is told. A password that is not here it looks for itself."""
    values = {
        "host": ",".join(address.hosts),
        "port": ",".join(address.ports),
        "user": address.user,
        "password": address.password,
        "dbname": address.database,
        "connect_timeout": str(PATIENCE),
        "keepalives_idle": "60",
        "fallback_application_name": "creditlang",
        **address.options,
        "client_encoding": "UTF8",
    }
    return " ".join(f"{name}='{_escaped(value)}'" for name, value in values.items() if value)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
