"""PostgreSQL and MariaDB as sources, on real servers that the tests start themselves: what is read, and how."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from creditlang.plugin import PluginManager, Source
from creditlang.plugin.contract_tests import SourceContract

Reader = Callable[..., Any]


class DatabaseContract(SourceContract):
    """What every source keeps to."""

    order_survives = False

    @pytest.fixture(autouse=True)
    def _server(self, server_at_hand: Any, new_campus: Callable[[Any], Any]) -> None:
        self.server, self.new_campus = server_at_hand, new_campus
        self.campuses: dict[str, tuple[Any, Path]] = {}

    def write_sample(self, folder: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        campus = self.new_campus(self.server)
        campus.make("sample", header, rows)
        (folder / campus.name).touch()
        self.campuses[campus.address()] = campus, folder / campus.name
        return campus.address()

    def open(self, address: str) -> Source:
        campus, mark = self.campuses[address]
        if not mark.exists():
            campus.server.execute(f"DROP DATABASE {campus.name}")
        return PluginManager(no_plugins=True).source(address)


class TestPostgresqlSource(DatabaseContract):
    """PostgreSQL."""

    @pytest.fixture
    def server_at_hand(self, postgresql: Any) -> Any:
        return postgresql


class TestMysqlSource(DatabaseContract):
    """MariaDB."""

    @pytest.fixture
    def server_at_hand(self, mariadb: Any) -> Any:
        return mariadb


def texts(source: Source, table: str = "t") -> list[tuple[str, ...]]:
    """The cells of one table."""
    with source:
        found = [tuple(row.cells) for each in source.tables() if each.name == table for row in each.rows]
    assert [problem for problem in source.problems if problem.severity.value == "error"] == []
    return found


POSTGRESQL_VALUES = [
    ("numeric", "1.50", "1.5"), ("numeric(30,20)", "0.00000000000000000001", "0.00000000000000000001"),
    ("numeric", "123456789012345678901234567890.123", "123456789012345678901234567890.123"),
    ("numeric", "'NaN'", "NaN"), ("numeric", "100", "100"), ("numeric(9,2)", "0", "0"), ("numeric", "-0.10", "-0.1"),
    ("integer", "-7", "-7"), ("bigint", "9223372036854775807", "9223372036854775807"), ("smallint", "3", "3"),
    ("double precision", "0.1", "0.1"), ("double precision", "1e-7", "0.0000001"), ("real", "0.3", "0.3"),
    ("real", "1234567.8", "1234567.8"), ("money", "3.50", "3.5"),
    ("boolean", "true", "true"), ("boolean", "false", "false"), ("boolean", "NULL", ""),
    ("date", "'2024-10-08'", "2024-10-08"), ("date", "'infinity'", "infinity"),
    ("timestamp", "'2024-10-08 00:00'", "2024-10-08"),
    ("timestamp", "'2024-10-08 09:30:00.50'", "2024-10-08T09:30:00.5"),
    ("timestamptz", "'2024-10-07 16:00:00+00'", "2024-10-08"), ("timestamptz", "'infinity'", "infinity"),
    ("time", "'09:30'", "09:30:00"), ("text", "'  张伟 '", "  张伟 "), ("text", "''", ""),
    ("text", "E'a\\nb\\\\'", "a\nb\\"),
    ("char(6)", "'ab'", "ab"), ("varchar(9)", "'𠮷é'", "𠮷é"), ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), ("mood", "'好'", "好"), ("hours", "2.50", "2.5"), ("bit(1)", "B'1'", "1"),
]  # fmt: skip


def test_postgresql_values_are_exact(postgres_campus: Any) -> None:
    columns = ", ".join(f"c{place} {kind}" for place, (kind, _, _) in enumerate(POSTGRESQL_VALUES))
    values = ", ".join(f"{value}::{kind}" for kind, value, _ in POSTGRESQL_VALUES)
    postgres_campus.execute(
        "CREATE TYPE mood AS ENUM ('好', '坏')",
        "CREATE DOMAIN number AS numeric(9,2)", "CREATE DOMAIN hours AS number CHECK (value > 0)",
        f"CREATE TABLE t ({columns})", f"INSERT INTO t VALUES ({values})",
    )  # fmt: skip
    (row,) = texts(postgres_campus.source())
    assert list(zip(row, POSTGRESQL_VALUES, strict=True)) == [(wanted[2], wanted) for wanted in POSTGRESQL_VALUES]


MARIADB_VALUES = [
    ("decimal(10,2)", "1.50", "1.5"), ("decimal(9,2)", "100", "100"),
    ("decimal(65,30)", "0.000000000000000000000000000001", "0.000000000000000000000000000001"),
    ("decimal(30,2)", "1234567890123456789012345678.10", "1234567890123456789012345678.1"),
    ("int", "-7", "-7"), ("bigint unsigned", "18446744073709551615", "18446744073709551615"),
    ("double", "0.1", "0.1"), ("double", "1e-7", "0.0000001"), ("float", "0.3", "0.3"),
    ("float", "1234567.75", "1234567.8"),
    ("boolean", "true", "1"), ("bit(1)", "b'1'", "1"), ("date", "'2024-10-08'", "2024-10-08"), ("date", "NULL", ""),
    ("datetime", "'2024-10-08 00:00'", "2024-10-08"), ("datetime(6)", "'2024-10-08 00:00'", "2024-10-08"),
    ("datetime(3)", "'2024-10-08 09:30:00.5'", "2024-10-08T09:30:00.5"),
    ("datetime", "'2024-10-08 09:30:00'", "2024-10-08T09:30:00"),
    ("time", "'09:30'", "09:30:00"), ("year", "2024", "2024"), ("text", "'  张伟 '", "  张伟 "), ("text", "''", ""),
    ("varchar(9) character set gbk", "'衡阳'", "衡阳"), ("varchar(9)", "'𠮷é'", "𠮷é"), ("char(6)", "'ab'", "ab"),
    ("enum('好','坏')", "'坏'", "坏"), ("set('a','b')", "'a,b'", "a,b"), ("text", "'a\\nb\\\\'", "a\nb\\"),
    ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
]  # fmt: skip


def test_mariadb_values_are_exact(maria_campus: Any) -> None:
    columns = ", ".join(f"c{place} {kind}" for place, (kind, _, _) in enumerate(MARIADB_VALUES))
    values = ", ".join(value for _, value, _ in MARIADB_VALUES)
    maria_campus.execute(f"CREATE TABLE t ({columns})", f"INSERT INTO t VALUES ({values})")
    (row,) = texts(maria_campus.source())
    assert list(zip(row, MARIADB_VALUES, strict=True)) == [(wanted[2], wanted) for wanted in MARIADB_VALUES]


def test_points_in_time_are_those_of_china_unless_the_address_says_otherwise(
    postgres_campus: Any, maria_campus: Any
) -> None:
    postgres_campus.execute("CREATE TABLE t (m timestamptz)", "INSERT INTO t VALUES ('2024-10-07 16:00:00+00')")
    assert texts(postgres_campus.source("timezone=UTC")) == [("2024-10-07T16:00:00",)]
    maria_campus.execute("SET time_zone = '+00:00'", "CREATE TABLE t (m timestamp)")
    maria_campus.execute("SET time_zone = '+00:00'", "INSERT INTO t VALUES ('2024-10-07 16:00:00')")
    assert texts(maria_campus.source()) == [("2024-10-08",)]
    assert texts(maria_campus.source("timezone=%2B00:00")) == [("2024-10-07T16:00:00",)]


@pytest.mark.parametrize("kind", ["double precision", "real"])
def test_a_float_that_lost_digits_is_no_number(campus: Any, kind: str) -> None:
    campus.execute(f"CREATE TABLE t (id {kind})", "INSERT INTO t VALUES (123456789012345678)")
    with campus.source() as source:
        ((row,),) = [list(table.rows) for table in source.tables()]
    assert row.problem is not None
    assert (row.problem.code, row.number) == ("CR746", 1)


def test_rows_are_in_the_order_of_the_key_else_of_all_columns(campus: Any) -> None:
    rows = [("b", "1"), ("B", "3"), ("a", "2"), ("é", None)]
    campus.make("k", ("x", "y"), rows, key="x")
    campus.make("t", ("x", "y"), [*rows, ("a", "10"), ("a", "2")])
    assert texts(campus.source(), "k") == [("B", "3"), ("a", "2"), ("b", "1"), ("é", "")]
    assert texts(campus.source()) == [("B", "3"), ("a", "10"), ("a", "2"), ("a", "2"), ("b", "1"), ("é", "")]


def test_two_runs_and_two_servers_give_the_same_fingerprint(
    postgresql: Any, mariadb: Any, new_campus: Callable[[Any], Any]
) -> None:
    header, rows = ("学号", "项目"), [("2", "讲座"), ("1", None), ("3", "")]
    found = set()
    for server, order in ((postgresql, 1), (postgresql, -1), (mariadb, 1), (mariadb, -1)):
        campus = new_campus(server)
        campus.make("活动", header, rows[::order])
        for _ in range(2):
            with campus.source() as source:
                assert [len(list(table.rows)) for table in source.tables()] == [3]
                found.add(source.fingerprint())
    assert len(found) == 1


def test_all_tables_are_of_one_moment(campus: Any) -> None:
    for table in ("a", "b"):
        campus.make(table, ("x",), [("1",)])
    with campus.source() as source:
        tables = source.tables()
        assert len(list(next(tables).rows)) == 1
        campus.execute("INSERT INTO b VALUES ('2')")
        assert len(list(next(tables).rows)) == 1
        assert list(tables) == []
    assert source.problems == []


def test_nothing_is_written(postgres_campus: Any) -> None:
    postgres_campus.execute(
        "CREATE TABLE log (x text)",
        "CREATE FUNCTION noted() RETURNS text LANGUAGE sql VOLATILE AS 'INSERT INTO log VALUES (1) RETURNING x'",
        "CREATE VIEW t AS SELECT noted() AS x",
    )
    with postgres_campus.source() as source:
        assert [list(table.rows) for table in source.tables()] == [[], []]
    (problem,) = [problem for problem in source.problems if problem.severity.value == "error"]
    assert (problem.code, problem.place and problem.place.source) == ("CR784", "public.t")
    assert "read-only" in problem.arguments["reason"]


def test_views_partitions_and_matviews_are_tables(postgres_campus: Any) -> None:
    postgres_campus.execute(
        "CREATE TABLE t (x text, y integer) PARTITION BY LIST (y)", "CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1)",
        "CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2)", "INSERT INTO t VALUES ('b', 1), ('a', 2)",
        "CREATE VIEW v AS SELECT x FROM t WHERE y = 1", "CREATE MATERIALIZED VIEW m AS SELECT x FROM t",
        "CREATE SEQUENCE s",
    )  # fmt: skip
    with postgres_campus.source() as source:
        found = {table.name: [row.cells for row in table.rows] for table in source.tables()}
    assert found == {"t": [("a", "2"), ("b", "1")], "v": [("b",)], "m": [("a",), ("b",)]}


def test_a_view_of_mariadb_is_a_table(maria_campus: Any) -> None:
    maria_campus.make("base", ("x", "y"), [("b", "1"), ("a", "2")])
    maria_campus.execute("CREATE VIEW t AS SELECT x, y + 0.50 AS z FROM base")
    assert texts(maria_campus.source()) == [("a", "2.5"), ("b", "1.5")]


def test_a_schema_can_be_chosen(postgres_campus: Any, read_source: Reader) -> None:
    postgres_campus.execute('CREATE SCHEMA "学工 处"', 'CREATE TABLE "学工 处"."活动 ""x""" ("学号 ""y""" text)')
    result = read_source(postgres_campus.source("schema=%E5%AD%A6%E5%B7%A5%20%E5%A4%84"))
    assert {name: table.header for name, (table, _) in result.tables.items()} == {'活动 "x"': ('学号 "y"',)}
    assert read_source(postgres_campus.source("schema=nowhere")).codes == ["CR781"]


def test_only_the_tables_that_the_address_names(campus: Any, read_source: Reader) -> None:
    for table in ("activity", "student", "secret"):
        campus.make(table, ("x",), [("1",)])
    result = read_source(campus.source("tables=student,activity,activty"))
    assert list(result.tables) == ["student", "activity"]
    assert not any(table.optional for table, _ in result.tables.values())
    (problem,) = result.problems
    assert (problem.code, problem.arguments) == ("CR783", {"name": "activty", "nearest": "activity"})


def test_tables_that_nobody_goes_through_are_not_read_and_named(campus: Any) -> None:
    campus.make("student", ("x",), [("1",)])
    broken = "(SELECT x FROM student UNION ALL SELECT x FROM student)" if campus.is_mysql else "1 / 0"
    campus.execute(f"CREATE VIEW books AS SELECT {broken} AS x")
    with campus.source() as source:
        read = {table.name: list(table.rows) for table in source.tables() if table.name == "student"}
        alone = source.fingerprint()
    assert list(read) == ["student"]
    (problem,) = source.problems
    assert (problem.code, problem.arguments) == ("CR786", {"count": "1", "names": "books"})
    with campus.source() as source:
        assert all(table.optional and list(table.rows) is not None for table in source.tables())
    assert [problem.code for problem in source.problems] == ["CR784"]
    assert source.fingerprint() != alone


def test_a_table_that_fails_does_not_hide_the_next(campus: Any, read_source: Reader) -> None:
    campus.make("z", ("x",), [("1",)])
    broken = "(SELECT x FROM z UNION ALL SELECT x FROM z)" if campus.is_mysql else "1 / 0"
    campus.execute(f"CREATE VIEW a AS SELECT {broken} AS x")
    result = read_source(campus.source())
    assert (result.codes, result.good) == (["CR784"], [(1, ("1",))])


def test_columns_that_have_no_text_are_left_out(postgres_campus: Any, read_source: Reader) -> None:
    postgres_campus.execute(
        "CREATE TYPE pair AS (a text, b text)",
        "CREATE TABLE t (photo bytea, id text, tags text[], extra jsonb, span interval, p pair, r int4range, d xml)",
        "INSERT INTO t VALUES ('\\x00', '1', '{a}', '{}', '1 day', '(a,b)', '[1,2)', '<a/>')",
    )
    result = read_source(postgres_campus.source())
    table, rows = result.tables["t"]
    assert (table.header, [row.cells for row in rows], result.codes) == (("id",), [("1",)], [])
    reasons = {name: problem.arguments["reason"] for name, problem in table.unread.items()}
    assert reasons["tags"] == "its values are of type text[]"
    assert list(reasons) == ["photo", "tags", "extra", "span", "p", "r", "d"]


def test_columns_of_mariadb_that_have_no_text_are_left_out(maria_campus: Any, read_source: Reader) -> None:
    maria_campus.execute("CREATE TABLE t (photo blob, id varchar(9), k binary(4) PRIMARY KEY, p point)")
    maria_campus.execute("INSERT INTO t VALUES (x'ff', '2', x'0001', NULL), (x'ff', '1', x'0002', NULL)")
    table, rows = read_source(maria_campus.source()).tables["t"]
    assert (table.header, [row.cells for row in rows]) == (("id",), [("2",), ("1",)])
    assert list(table.unread) == ["photo", "k", "p"]


def test_a_table_that_takes_no_part_in_transactions(maria_campus: Any, read_source: Reader) -> None:
    maria_campus.execute("CREATE TABLE t (x text) ENGINE = MyISAM", "INSERT INTO t VALUES ('1')")
    result = read_source(maria_campus.source())
    assert (result.codes, result.good) == (["CR789"], [(1, ("1",))])


def test_what_is_wrong_quotes_no_row(postgres_campus: Any, read_source: Reader) -> None:
    postgres_campus.execute("CREATE TABLE a (x text)", "INSERT INTO a VALUES ('张伟')")
    postgres_campus.execute("CREATE VIEW t AS SELECT x::numeric FROM a")
    result = read_source(postgres_campus.source("tables=t"))
    assert result.codes == ["CR784"]
    assert "张伟" not in repr(result.problems)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "EUC_CN"])
def test_databases_in_other_encodings(
    postgresql: Any, new_campus: Callable[..., Any], encoding: str, read_source: Reader
) -> None:
    campus = new_campus(postgresql, f"ENCODING '{encoding}' TEMPLATE template0")
    campus.execute("CREATE TABLE t (x text)", "INSERT INTO t VALUES ('衡阳')")
    assert texts(campus.source()) == [("衡阳",)]
    if encoding == "SQL_ASCII":
        campus.execute("INSERT INTO t VALUES (convert_from('\\xbac3', 'SQL_ASCII'))")
        (problem,) = read_source(campus.source()).problems
        assert (problem.code, "encoding" in problem.arguments["reason"]) == ("CR784", True)
