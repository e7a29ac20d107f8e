"""Databases that refuse, go away, are interrupted or hold too much: real servers, no mocks."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from creditlang.plugin import PluginManager, Source

Reader = Callable[..., Any]


def texts(source: Source, table: str = "t") -> list[tuple[str, ...]]:
    """The cells of one table."""
    with source:
        found = [tuple(row.cells) for each in source.tables() if each.name == table for row in each.rows]
    assert [problem for problem in source.problems if problem.severity.value == "error"] == []
    return found


def test_a_user_without_rights(campus: Any, read_source: Reader) -> None:
    campus.make("activity", ("id", "card"), [("1", "2")])
    campus.make("student", ("id", "card"), [("1", "2")])
    place = campus.name if campus.is_mysql else "public"
    person = campus.reader(f"SELECT (id) ON {place}.student")
    result = read_source(campus.source(**person))
    if campus.is_mysql:
        assert (list(result.tables), result.codes) == (["student"], [])
    else:
        assert (list(result.tables), result.codes) == (["activity", "student"], ["CR784"])
        assert result.problems[0].arguments["reason"] == "you have no right to read it"
    table, rows = result.tables["student"]
    assert (table.header, [row.cells for row in rows]) == (("id",), [("1",)])
    assert campus.is_mysql or list(table.unread) == ["card"]
    named = read_source(campus.source("tables=activity", **person))
    assert named.codes == ["CR783" if campus.is_mysql else "CR784"]


def test_a_schema_without_rights(postgres_campus: Any, read_source: Reader) -> None:
    postgres_campus.execute("CREATE SCHEMA closed", "CREATE TABLE closed.t (x text)")
    person = postgres_campus.reader("SELECT ON closed.t")
    result = read_source(postgres_campus.source("schema=closed", **person))
    assert (result.codes, result.problems[0].arguments["reason"]) == (["CR784"], "you have no right to do that")


def refused(campus: Any, address: str) -> str:
    """Why a database cannot be opened."""
    with PluginManager(no_plugins=True).source(address) as source:
        assert list(source.tables()) == []
    (problem,) = source.problems
    assert problem.code == "CR781"
    assert campus.server.password not in repr(vars(source)) + repr(problem)
    return str(problem.arguments["reason"])


def test_a_server_that_does_not_let_anybody_in(campus: Any) -> None:
    address = campus.address()
    assert refused(campus, campus.address(password="wr0ng")) == "wrong user or password"
    assert refused(campus, campus.address(user="nobody")) == "wrong user or password"
    assert refused(campus, f"{address}x") == "there is no such database on this server"
    assert refused(campus, address.replace(f":{campus.server.port}/", ":1/")) == "no server answers there"
    assert refused(campus, address.replace("127.0.0.1", "no-such-host.invalid")) == "no server of this name is known"
    if not campus.is_mysql:
        assert refused(campus, campus.address(password="")) == "it wants a password, and none was given"


def test_a_server_of_another_kind(postgres_campus: Any, mariadb: Any) -> None:
    address = postgres_campus.address().replace(str(postgres_campus.server.port), str(mariadb.port))
    assert refused(postgres_campus, address) == "what answers there is no PostgreSQL server"


def test_a_time_zone_that_nobody_knows(campus: Any) -> None:
    assert refused(campus, campus.address("timezone=Moon")) == "the server does not know the time zone"


def test_passwords_from_elsewhere(campus: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    campus.make("t", ("x",), [("1",)])
    server = campus.server
    monkeypatch.setenv("HOME", str(tmp_path))
    address = campus.address().replace(f":{server.password}@", "@")

    def read(where: str = address) -> list[tuple[str, ...]]:
        return texts(PluginManager(no_plugins=True).source(where))

    assert refused(campus, address)
    with monkeypatch.context() as patch:
        patch.setenv("MYSQL_PWD" if campus.is_mysql else "PGPASSWORD", server.password)
        assert read() == [("1",)]
    with monkeypatch.context() as patch:
        patch.setenv("OTHER", server.password)
        assert read(f"{address}?password_env=OTHER") == [("1",)]
    file = tmp_path / (".my.cnf" if campus.is_mysql else "pgpass")
    line = f"127.0.0.1:{server.port}:*:{server.user}:{server.password}\n"
    file.write_text(f"[client]\npassword = {server.password}\n" if campus.is_mysql else line, encoding="utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert read() == [("1",)]
    file.write_text("!nonsense", encoding="utf-8")
    if campus.is_mysql:
        assert "my.cnf" in refused(campus, address)


def test_tls(campus: Any, tmp_path: Path) -> None:
    if not campus.server.tls:
        pytest.skip("openssl is not installed")
    if campus.is_mysql:
        status = "information_schema.session_status WHERE variable_name = 'Ssl_version'"
        campus.execute(f"CREATE VIEW t AS SELECT variable_value <> '' AS x FROM {status}")
        off, on, verified = "ssl-mode=disabled", "ssl-mode=required", "ssl-mode=verify_identity&ssl-ca="
    else:
        campus.execute("CREATE VIEW t AS SELECT ssl::integer AS x FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        off, on, verified = "sslmode=disable", "sslmode=require", "sslmode=verify-full&sslrootcert="
    assert [texts(campus.source(query)) for query in (off, "", on)] == [[("0",)], [("1",)], [("1",)]]
    assert texts(campus.source(f"{verified}{campus.server.certificate}")) == [("1",)]
    other = tmp_path / "other.crt"
    assert "certificate" in refused(campus, campus.address(f"{verified}{other}"))
    name = ["-subj", "/CN=other", "-keyout", str(tmp_path / "other.key"), "-out", str(other)]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *name], check=True, capture_output=True)
    reason = "the server's certificate cannot be trusted, or is missing"
    assert refused(campus, campus.address(f"{verified}{other}")) == reason


def test_tls_that_the_server_does_not_do(plain_mariadb: Any, new_campus: Callable[[Any], Any]) -> None:
    campus = new_campus(plain_mariadb)
    campus.make("t", ("x",), [("1",)])
    assert texts(campus.source()) == [("1",)]
    reason = "the server does not do the TLS that was asked for"
    assert refused(campus, campus.address("ssl-mode=required")) == reason


def test_a_server_that_goes_away_half_way(campus: Any) -> None:
    many = "SELECT concat(repeat('x', 100), seq) AS x FROM seq_1_to_400000"
    if not campus.is_mysql:
        many = "SELECT repeat('x', 100) || i AS x FROM generate_series(1, 400000) i"
    campus.execute(f"CREATE TABLE t AS {many}")
    campus.make("u", ("x",), [("1",)])
    with campus.source() as source:
        tables = source.tables()
        batches = next(tables).batches()
        first = next(batches)
        kill_everybody_else(campus)
        rest = sum(len(batch.numbers) for batch in batches)
        assert [list(table.rows) for table in tables] == [[]]
    assert 0 < len(first.numbers) + rest < 400_000
    problems = [problem for problem in source.problems if problem.code != "CR786"]
    assert [problem.code for problem in problems] == ["CR784", "CR784"]
    assert problems[0].arguments["rows"] == f"{len(first.numbers) + rest:,}"
    assert problems[1].arguments == {"reason": "the connection was lost", "rows": "0"}


def kill_everybody_else(campus: Any) -> None:
    """End the other connections to a database."""
    if campus.is_mysql:
        others = "SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()"
        for (process,) in campus.execute(others):
            with contextlib.suppress(Exception):
                campus.execute(f"KILL {process}")
    else:
        campus.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_rows_come_a_bounded_number_at_a_time(campus: Any) -> None:
    many = "SELECT concat(repeat('x', 500), seq) AS x FROM seq_1_to_60000"
    if not campus.is_mysql:
        many = "SELECT repeat('x', 500) || i AS x FROM generate_series(1, 60000) i"
    campus.execute(f"CREATE TABLE t AS {many}")
    with campus.source() as source:
        (sizes,) = [[batch.columns[0].nbytes for batch in table.batches()] for table in source.tables()]
    assert sum(sizes) > 30_000_000
    assert max(sizes) < 10_000_000


def test_a_source_that_is_left_early_closes_its_connection(campus: Any) -> None:
    many = "seq AS x FROM seq_1_to_300000" if campus.is_mysql else "i AS x FROM generate_series(1, 300000) i"
    campus.execute(f"CREATE TABLE t AS SELECT {many}")
    started = time.monotonic()
    with campus.source() as source:
        tables = source.tables()
        next(next(tables).batches())
    source.close()
    assert time.monotonic() - started < 2
    for _ in range(50):
        if not connections(campus):
            break
        time.sleep(0.1)
    assert connections(campus) == []


def connections(campus: Any) -> list[tuple[Any, ...]]:
    """The other connections to a database."""
    if campus.is_mysql:
        return campus.execute(
            "SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()"
        )
    return campus.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts are sent otherwise")
def test_an_interrupt_is_heeded_while_the_server_works(campus: Any) -> None:
    campus.execute("CREATE VIEW t AS SELECT " + ("sleep(60) AS x" if campus.is_mysql else "pg_sleep(60)::text AS x"))
    code = (
        "import sys\nfrom creditlang.plugin import PluginManager\n"
        "with PluginManager(no_plugins=True).source(sys.stdin.readline().strip()) as source:\n"
        "    for table in source.tables():\n        print('reading', flush=True)\n        list(table.rows)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write(campus.address() + "\n")
    child.stdin.flush()
    assert child.stdout.readline() == "reading\n"
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    started = time.monotonic()
    _, said = child.communicate(timeout=30)
    assert time.monotonic() - started < 5
    assert said.rstrip().endswith("KeyboardInterrupt")
    assert campus.server.password not in said
    assert child.returncode != 0
    for _ in range(50):
        if campus.is_mysql or not connections(campus):
            break
        time.sleep(0.1)
    assert campus.is_mysql or connections(campus) == []
