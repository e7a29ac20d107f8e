"""A connection to MySQL or MariaDB through PyMySQL, and what its errors mean.

PyMySQL, since it is exact, can stream, and is no GPL; connectorx gives every query a moment of its own. With its
conversions off, values come as the text that the server writes. What the address does not say is looked up in
`MYSQL_PWD` and `~/.my.cnf`, as the server's own programs do. What goes wrong becomes a phrase by its number; the
server's own words, which may quote a row, are not shown.
"""

import configparser
import os
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, ParamSpec, TypeVar

from creditlang.diagnostics import Phrase
from creditlang.toolkit.extras import need
from creditlang_builtin.databases import server_reasons as reasons
from creditlang_builtin.databases.database_address import DatabaseAddress, malformed, parse_address
from creditlang_builtin.databases.database_source import DatabaseFailure

P = ParamSpec("P")
R = TypeVar("R")

PATIENCE: Final = 10
"""Seconds that connecting may take."""

OPTIONS: Final = ("ssl-mode", "ssl-ca", "ssl-cert", "ssl-key", "socket", "connect_timeout")
_SSL_MODES: Final = ("disabled", "preferred", "required", "verify_ca", "verify_identity")

_REASONS: Final = {
    1044: Phrase("you may not use this database", "您没有使用这个数据库的权限"), 1045: reasons.WRONG_PERSON,
    1698: reasons.WRONG_PERSON, 0: reasons.LOST, 1040: reasons.NO_CONNECTION_LEFT, 1049: reasons.NO_SUCH_DATABASE,
    1130: Phrase("the server does not admit anybody from this machine", "服务器不接受从这台机器登录"),
    1142: reasons.NO_RIGHT, 1143: Phrase("you have no right to read one of its columns", "其中有一列您没有读取权限"),
    1146: reasons.GONE, 1205: reasons.LOCKED, 1298: reasons.NO_TIME_ZONE,
    1356: Phrase("it is a view that does not work, or may not be used", "这个视图已失效，或者您无权使用"),
    1412: Phrase("its columns were changed meanwhile", "它的列在读取期间被改动"), 1969: reasons.OUT_OF_TIME,
    2003: reasons.NO_ANSWER, 2006: reasons.LOST, 2013: reasons.LOST, 2026: reasons.NO_TLS, 3024: reasons.OUT_OF_TIME,
}  # fmt: skip

_UNREADABLE_FILE: Final = Phrase("~/.my.cnf or a certificate file cannot be read", "~/.my.cnf 或证书文件无法读取")


def mysql_address(scheme: str, where: str) -> DatabaseAddress:
    """The address of a MySQL or MariaDB server. Raises `PluginError` CR780."""
    address = parse_address(scheme, where, OPTIONS)
    if len(address.hosts) > 1:
        malformed("only one host can be given", "只能写一个主机")
    if not (address.database or address.schema):
        malformed("it names no database", "没有写数据库名")
    if not address.options.get("connect_timeout", "1").isdecimal():
        malformed("connect_timeout is a number of seconds", "connect_timeout 要写秒数")
    if address.options.get("ssl-mode", "preferred").lower() not in _SSL_MODES:
        malformed(f"ssl-mode is one of {', '.join(_SSL_MODES)}", f"ssl-mode 只能是 {'、'.join(_SSL_MODES)}")
    return address


def driver() -> Any:
    """The driver's module, or `PluginError` CR787."""
    need("databases", "pymysql", "pyarrow")
    import pymysql.converters
    import pymysql.cursors

    return pymysql


class MysqlConnection:
    """One connection."""

    def __init__(self, address: DatabaseAddress) -> None:
        """Log in. Raises `DatabaseFailure`, or `PluginError` CR787."""
        self._pymysql = driver()
        self._connection: Any = self._connected(address)

    def ask(self, query: str, *arguments: str) -> Sequence[tuple[Any, ...]]:
        """The rows of a small query."""
        with self._connection.cursor() as cursor:
            self.called(cursor.execute, query, arguments or None)
            return self.called(cursor.fetchall)

    def stream(self, query: str) -> Any:
        """A cursor over rows that the server sends as they are asked for; let go of by `end`."""
        cursor = self._connection.cursor(self._pymysql.cursors.SSCursor)
        try:
            self.called(cursor.execute, query)
        except BaseException:
            self.end(cursor)
            raise
        return cursor

    def end(self, cursor: Any) -> None:
        """Let go of a cursor. One left half-way takes the connection along: else the driver reads all the rest."""
        result = cursor._result
        if result is not None and result.unbuffered_active:
            result.unbuffered_active = False
            self.close()
        cursor.connection = None

    def close(self) -> None:
        """Close; may be called twice."""
        if self._connection.open:
            self._connection.close()

    def called(self, call: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> R:
        """Call the driver; its errors become `DatabaseFailure`."""
        try:
            return call(*arguments, **options)
        except (self._pymysql.Error, OSError, ValueError) as error:
            raise DatabaseFailure(_reason(error)) from None

    def _connected(self, address: DatabaseAddress) -> Any:
        password = address.password or os.environ.get("MYSQL_PWD", "")
        try:
            return self._pymysql.connect(
                host=address.hosts[0] if address.hosts else None,
                port=int(address.ports[0]) if address.ports else 0,
                user=address.user or None,
                password=password.encode("utf-8"),
                unix_socket=address.options.get("socket"),
                connect_timeout=int(address.options.get("connect_timeout", PATIENCE)),
                database=address.schema or address.database,
                charset="utf8mb4",
                conv=self._pymysql.converters.encoders,
                autocommit=True,
                program_name="creditlang",
                read_default_file="~/.my.cnf",
                **_tls(address.options),
            )
        except configparser.Error:
            raise DatabaseFailure(_UNREADABLE_FILE) from None
        except (self._pymysql.Error, OSError, ValueError, RuntimeError) as error:
            raise DatabaseFailure(_login_reason(error)) from None


def identifier(name: str) -> str:
    """A name as SQL writes it."""
    return "`" + name.replace("`", "``") + "`"


def _tls(options: Mapping[str, str]) -> dict[str, Any]:
    """How to do TLS, by the names that the server's own programs use. Raises `OSError` for a file that is no use."""
    authority = options.get("ssl-ca")
    mode = options.get("ssl-mode", "verify_ca" if authority else "preferred").lower()
    if mode == "disabled":
        return {"ssl_disabled": True}
    if mode == "preferred" and "ssl-cert" not in options:
        return {}
    context = ssl.create_default_context(cafile=authority)
    # Certificates that servers make for themselves do not keep to the letter.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    context.check_hostname = mode == "verify_identity"
    context.verify_mode = ssl.CERT_REQUIRED if mode.startswith("verify") else ssl.CERT_NONE
    if "ssl-cert" in options:
        context.load_cert_chain(options["ssl-cert"], options.get("ssl-key"))
    return {"ssl": context}


def _login_reason(error: Exception) -> Phrase:
    """Why nobody could log in."""
    cause = getattr(error, "original_exception", error)
    if isinstance(cause, ssl.SSLError):
        return reasons.NOT_TRUSTED
    if isinstance(cause, socket.gaierror):
        return reasons.NO_SUCH_SERVER
    if isinstance(error, FileNotFoundError | PermissionError):
        return _UNREADABLE_FILE
    if isinstance(error, RuntimeError):
        return Phrase("logging in needs TLS, or the package cryptography", "登录需要 TLS，或者安装 cryptography")
    return _reason(error)


def _reason(error: Exception) -> Phrase:
    """What went wrong, by the number of the server's message."""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    return _REASONS.get(number) or reasons.server_error(number)
