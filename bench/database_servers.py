"""PostgreSQL and MariaDB servers of their own, for tests and measurements: in a temporary folder, gone afterwards.

Each listens on a free port of this machine only and has a password made up on the spot. The programs are those of the
system's packages, looked for in the path and where Debian puts them. They refuse to run as root, so root starts them
as `nobody`. Nothing outlasts `stop`, which comes whatever happens: use a server as a context.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PATIENCE = 60
"""Seconds that a server may take to start, or to stop."""


class NoServer(Exception):
    """A program is not installed."""


def program(*names: str) -> str:
    """The path of a program, by the first of its names that there is. Raises `NoServer`."""
    folders = [*os.environ.get("PATH", "").split(os.pathsep), "/usr/sbin", "/usr/local/sbin", "/sbin"]
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(4), reverse=True)
    for name in names:
        if found := shutil.which(name, path=os.pathsep.join([*map(str, newest), *folders])):
            return found
    raise NoServer(names[0])


class Server(ABC):
    """A server that is running while the context is."""

    user: str

    def __init__(self, tls: bool = True) -> None:
        """Find the programs. Raises `NoServer`. With `tls` there is TLS by a certificate of its own, if openssl is."""
        self.tls = tls and shutil.which("openssl") is not None
        self.password = secrets.token_hex(16)
        self.port = 0
        self.folder = Path()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it and wait until it answers."""
        self.folder = Path(tempfile.mkdtemp(prefix="creditlang-server-"))
        try:
            if _is_root():
                shutil.chown(self.folder, "nobody")
            self.prepare()
            self.port = _free_port()
            with (self.folder / "log").open("wb") as log:
                self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, **self.owner())
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    def stop(self) -> None:
        """End the process and remove its folder."""
        process, self.process = self.process, None
        if process is not None and process.poll() is None:
            process.send_signal(self.ending())
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait(self) -> None:
        """Until it answers, or has ended by itself."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.execute("SELECT 1")
                return
            except Exception as error:
                ended = self.process is None or self.process.poll() is not None
                if ended or time.monotonic() > deadline:
                    log = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
                    raise RuntimeError(f"{type(self).__name__} did not start:\n{log[-2000:]}") from error
                time.sleep(0.05)

    @property
    def certificate(self) -> Path:
        """The server's certificate, which vouches for itself."""
        return self.folder / "server.crt"

    @property
    def key(self) -> Path:
        """The key of the certificate."""
        return self.folder / "server.key"

    def certify(self) -> None:
        """Make a certificate, where there is to be TLS."""
        if self.tls:
            self.call(
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(self.key),
                "-out", str(self.certificate),
            )  # fmt: skip

    def call(self, *command: str) -> None:
        """Run a program as the server's user."""
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self.owner())
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-1000:]}\n{done.stderr[-1000:]}")

    def owner(self) -> dict[str, Any]:
        """How to start something as the server's user, in its folder."""
        place: dict[str, Any] = {"cwd": self.folder, "stdin": subprocess.DEVNULL}
        return {**place, "user": "nobody", "group": _group(), "extra_groups": []} if _is_root() else place

    def ending(self) -> signal.Signals:
        """The signal at which it ends quickly and in order."""
        return signal.SIGTERM

    @abstractmethod
    def prepare(self) -> None:
        """Make its data folder."""

    @abstractmethod
    def command(self) -> list[str]:
        """What to start."""

    @abstractmethod
    def execute(self, *statements: str, database: str = "") -> list[tuple[Any, ...]]:
        """Do something as its administrator; the rows of the last statement."""

    @abstractmethod
    def address(self, database: str, user: str = "", password: str | None = None) -> str:
        """The address of a database, with the administrator or another user."""


class PostgresqlServer(Server):
    """PostgreSQL."""

    user = "postgres"

    def __init__(self, tls: bool = True) -> None:
        super().__init__(tls)
        self.initdb, self.postgres = program("initdb"), program("postgres")

    def prepare(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password, encoding="ascii")
        secret.chmod(0o644)
        self.call(
            self.initdb, "--pgdata", str(self.folder / "data"), "--username", self.user, "--pwfile", str(secret),
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync",
        )  # fmt: skip
        secret.unlink()
        self.certify()

    def command(self) -> list[str]:
        settings = ["fsync=off", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}"]
        if self.tls:
            settings += ["ssl=on", f"ssl_cert_file={self.certificate}", f"ssl_key_file={self.key}"]
        options = [part for setting in settings for part in ("-c", setting)]
        return [self.postgres, "-D", str(self.folder / "data"), "-p", str(self.port), *options]

    def ending(self) -> signal.Signals:
        return signal.SIGINT

    def execute(self, *statements: str, database: str = "") -> list[tuple[Any, ...]]:
        import adbc_driver_postgresql.dbapi as driver

        address = f"{self.address(database or 'postgres')}?client_encoding=UTF8"
        with driver.connect(address, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def address(self, database: str, user: str = "", password: str | None = None) -> str:
        secret = self.password if password is None else password
        return f"postgresql://{user or self.user}:{secret}@127.0.0.1:{self.port}/{database}"


class MariadbServer(Server):
    """MariaDB."""

    user = "root"

    def __init__(self, tls: bool = True) -> None:
        super().__init__(tls)
        self.install, self.mariadbd = program("mariadb-install-db"), program("mariadbd")
        self.ready = False

    def prepare(self) -> None:
        self.call(
            self.install, "--no-defaults", f"--datadir={self.folder / 'data'}", "--skip-test-db",
            "--auth-root-authentication-method=normal",
        )  # fmt: skip
        self.certify()

    def command(self) -> list[str]:
        tls = [f"--ssl-cert={self.certificate}", f"--ssl-key={self.key}"] if self.tls else ["--skip-ssl"]
        return [
            self.mariadbd, "--no-defaults", f"--datadir={self.folder / 'data'}", f"--port={self.port}",
            "--bind-address=127.0.0.1", f"--socket={self.folder / 'socket'}", f"--pid-file={self.folder / 'pid'}",
            "--innodb-flush-log-at-trx-commit=0", *tls,
        ]  # fmt: skip

    def wait(self) -> None:
        super().wait()
        self.execute(f"SET PASSWORD FOR root@localhost = PASSWORD('{self.password}')")
        self.ready = True

    def execute(self, *statements: str, database: str = "") -> list[tuple[Any, ...]]:
        import pymysql

        password = self.password if self.ready else ""
        with pymysql.connect(
            host="127.0.0.1", port=self.port, user="root", password=password, database=database or None, autocommit=True
        ) as connection, connection.cursor() as cursor:  # fmt: skip
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def address(self, database: str, user: str = "", password: str | None = None) -> str:
        secret = self.password if password is None else password
        return f"mysql://{user or self.user}:{secret}@127.0.0.1:{self.port}/{database}"


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _group() -> int:
    import pwd

    return pwd.getpwnam("nobody").pw_gid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
