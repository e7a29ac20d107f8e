"""Fixtures for plugin tests: distributions made up on the spot, sources gone through to their end, servers."""

import itertools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from importlib import metadata
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from creditlang.cli import common
from creditlang.cli.bilingual_help import choose_language
from creditlang.cli.run import work_out
from creditlang.diagnostics import Diagnostic, Language, message
from creditlang.plugin import PluginManager, Source
from creditlang.plugin.run_data import RunData
from creditlang.resources import policy_path
from creditlang.schema import RawRow
from creditlang.to_run_data import Collector
from creditlang_builtin.csv.csv_source import CsvSource


class Site:
    """A folder like `site-packages`, with creditlang's own entry point and whatever a test installs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.install("creditlang", "0.1.0", builtin="creditlang_builtin")

    def install(self, distribution: str, version: str, code: str = "", **points: str) -> None:
        """Install a distribution; the first entry point's module gets the code."""
        information = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        information.mkdir()
        information.joinpath("METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        )
        lines = "".join(f"{name} = {module}\n" for name, module in points.items())
        information.joinpath("entry_points.txt").write_text(f"[creditlang]\n{lines}")
        if code:
            (self.folder / f"{next(iter(points.values()))}.py").write_text(code, encoding="utf-8")

    def entry_points(self) -> Iterable[metadata.EntryPoint]:
        """What is installed here."""
        for distribution in metadata.Distribution.discover(path=[str(self.folder)]):
            yield from distribution.entry_points.select(group="creditlang")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An empty site with creditlang alone; its modules can be imported during the test and are forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)
    yield Site(folder)
    for name in set(sys.modules) - before:
        if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


class Read:
    """What came out of one file."""

    def __init__(self, source: Source) -> None:
        with source:
            self.tables = {table.name: (table, list(table.rows)) for table in source.tables()}
        self.problems = source.problems
        self.fingerprint = source.fingerprint()
        for diagnostic in [*self.problems, *(row.problem for row in self.all_rows if row.problem)]:
            speaks(diagnostic)

    @property
    def all_rows(self) -> list[RawRow]:
        return [row for _, rows in self.tables.values() for row in rows]

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]

    @property
    def good(self) -> list[tuple[int, tuple[str, ...]]]:
        return [(row.number, row.cells) for row in self.all_rows if row.problem is None]

    @property
    def bad(self) -> list[tuple[int, str]]:
        return [(row.number, row.problem.code) for row in self.all_rows if row.problem is not None]


def speaks(diagnostic: Diagnostic) -> None:
    """Its sentence has a value for each placeholder, and it says where."""
    languages: tuple[Language, ...] = ("en", "zh")
    assert all("{" not in message(diagnostic, language) for language in languages)
    assert diagnostic.place is not None
    assert "/" not in diagnostic.place.source


@pytest.fixture
def read_source() -> Callable[[Source], Read]:
    """Go through a source to its end."""
    return Read


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    """Write a file and read it."""

    def write_and_read(content: str | bytes, encoding: str = "utf-8") -> Read:
        path = tmp_path / "activity.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return Read(CsvSource(str(path)))

    return write_and_read


_count = itertools.count()

BENCH = Path(__file__).resolve().parents[2] / "bench"


def bench_module(name: str) -> ModuleType:
    """A module of the measurements, which is no package."""
    spec = spec_from_file_location(name, BENCH / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def running(kind: str, **options: bool) -> Iterator[Any]:
    """A server for the tests; they are skipped where its packages are missing, unless they must not be."""
    servers = bench_module("database_servers")
    try:
        server = getattr(servers, kind)(**options)
    except servers.NoServer as missing:
        if os.environ.get("CREDITLANG_REQUIRE_DATABASES"):
            raise
        pytest.skip(f"{missing} is not installed")
    with server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """A PostgreSQL server, `PostgresqlServer` of bench/database_servers."""
    yield from running("PostgresqlServer")


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Any]:
    """A MariaDB server, `MariadbServer` of bench/database_servers."""
    yield from running("MariadbServer")


READER = "read-Pa55+word/ä"


@pytest.fixture
def plain_mariadb() -> Iterator[Any]:
    """A MariaDB server that does no TLS."""
    yield from running("MariadbServer", tls=False)


class Campus:
    """A database of its own on one of the servers."""

    def __init__(self, server: Any, options: str = "") -> None:
        self.server = server
        self.name = f"campus{next(_count)}"
        server.execute(f"CREATE DATABASE {self.name} {'CHARACTER SET utf8mb4' if self.is_mysql else options}")

    @property
    def is_mysql(self) -> bool:
        return type(self.server).__name__ == "MariadbServer"

    def execute(self, *statements: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.server.execute(*statements, database=self.name)
        return found

    def address(self, query: str = "", **person: str) -> str:
        return f"{self.server.address(self.name, **person)}{query and '?' + query}"

    def source(self, query: str = "", **person: str) -> Source:
        return PluginManager(no_plugins=True).source(self.address(query, **person))

    def make(self, table: str, header: Sequence[str], rows: Sequence[Sequence[str | None]], key: str = "") -> None:
        """A table of texts."""
        quote = "`" if self.is_mysql else '"'
        kind = "varchar(200) COLLATE utf8mb4_bin" if self.is_mysql else "text"
        columns = [f"{quote}{name}{quote} {kind}" for name in header] + ([f"PRIMARY KEY ({key})"] if key else [])
        self.execute(f"CREATE TABLE {quote}{table}{quote} ({', '.join(columns)})")
        if rows:
            escaped = (str(cell).replace("'", "''") if cell is not None else None for row in rows for cell in row)
            cells = iter(["NULL" if cell is None else f"'{cell}'" for cell in escaped])
            values = ", ".join(f"({', '.join(next(cells) for _ in row)})" for row in rows)
            self.execute(f"INSERT INTO {quote}{table}{quote} VALUES {values}")

    def reader(self, *grants: str) -> dict[str, str]:
        """A user who may do no more than the grants say."""
        user = f"reader{next(_count)}"
        if self.is_mysql:
            self.execute(f"CREATE USER {user}@'%' IDENTIFIED BY '{READER}'")
            self.execute(*(f"GRANT {grant} TO {user}@'%'" for grant in (*grants, f"USAGE ON {self.name}.*")))
        else:
            self.execute(f"CREATE ROLE {user} LOGIN PASSWORD '{READER}'", *(f"GRANT {x} TO {user}" for x in grants))
        return {"user": user, "password": READER.replace("/", "%2F")}


@pytest.fixture
def new_campus() -> Callable[[Any], Campus]:
    """Makes a new database on a server."""
    return Campus


@pytest.fixture(params=["postgresql", "mariadb"])
def campus(request: pytest.FixtureRequest) -> Campus:
    """A new database, on each of the servers."""
    return Campus(request.getfixturevalue(request.param))


@pytest.fixture
def postgres_campus(postgresql: Any) -> Campus:
    """A new PostgreSQL database."""
    return Campus(postgresql)


@pytest.fixture
def maria_campus(mariadb: Any) -> Campus:
    """A new MariaDB database."""
    return Campus(mariadb)


@pytest.fixture(scope="session")
def sample_run() -> Callable[..., RunData]:
    """A run over a bundled sample as outputs get it, in Chinese if not said: `sample_run("shangrao", "2027-10-31")`."""

    @cache
    def made(policy: str, as_of: str | None = None, language: Language = "zh") -> RunData:
        choose_language(["--lang", language])
        manager = common.plugin_manager(request := common.DataRequest((f"sample:{policy}",), as_of))
        path = policy_path(policy)
        compiled = common.sound_policy(str(path), manager=manager)
        collector = Collector(language)
        cohort = work_out(compiled.policy, manager, request, keep=collector.keep)
        return collector.run_data(cohort, compiled.compilation.program)

    return made
