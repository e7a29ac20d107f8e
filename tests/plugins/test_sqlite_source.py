"""SQLite databases: read as they were at one moment, exact, and bounded whatever a schema may ask for."""

import io
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from creditlang import schema
from creditlang.plugin import Source
from creditlang.plugin.contract_tests import SourceContract
from creditlang.schema import Column
from creditlang_builtin.databases import sqlite_source
from creditlang_builtin.databases.sqlite_output import SqliteOutput
from creditlang_builtin.databases.sqlite_source import SqliteSource

Reader = Callable[[Source], Any]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def database(path: Path, script: str) -> Path:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return path


class TestSqlite(SourceContract):
    """A table of texts."""

    def write_sample(self, folder: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        path = folder / "sample.db"
        path.unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        connection.execute(f"CREATE TABLE sample ({', '.join(f'{quoted(name)} TEXT' for name in header)})")
        connection.executemany(f"INSERT INTO sample VALUES ({', '.join('?' * len(header))})", rows)
        connection.commit()
        connection.close()
        return str(path)

    def open(self, address: str) -> Source:
        return SqliteSource(address)


@pytest.fixture
def made(tmp_path: Path, read_source: Reader) -> Callable[[str], Any]:
    """Make `campus.db` by a script and read it."""
    return lambda script: read_source(SqliteSource(str(database(tmp_path / "campus.db", script))))


def test_values_are_those_that_sqlite_keeps(made: Callable[[str], Any]) -> None:
    result = made(
        "CREATE TABLE activity (a TEXT, b, c REAL, d NUMERIC, e BLOB);"
        "INSERT INTO activity VALUES ('001', 0.1 + 0.2, 2, '1.50', NULL), (' x ', 9007199254740993, 1e-7, 'n/a', '');"
    )
    assert result.good == [
        (1, ("001", "0.3", "2", "1.5", "")),
        (2, (" x ", "9007199254740993", "0.0000001", "n/a", "")),
    ]
    assert result.tables["activity"][0].source == "campus.db（activity）"


def test_without_arrow_the_rows_and_their_fingerprint_are_the_same(
    tmp_path: Path, read_source: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        "CREATE TABLE activity (a TEXT, b);"
        "INSERT INTO activity VALUES ('志愿', 1.5), ('', NULL), ('x', x'00ff'), ('y', 123456789012345678.0);"
    )
    path = str(database(tmp_path / "campus.db", script))
    found = []
    for there in (True, False):
        monkeypatch.setattr(schema, "has_arrow", lambda there=there: there)
        source = SqliteSource(path)
        result = read_source(source)
        found.append((result.all_rows, result.bad, source.fingerprint()))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("x'00ff'", "CR743"),
        ("CAST(x'd5c5ceb0' AS TEXT)", "CR743"),
        ("9e999", "CR743"),
        ("123456789012345678.0", "CR746"),
    ],
)
def test_a_bad_value_costs_its_row(made: Callable[[str], Any], value: str, code: str) -> None:
    result = made(f"CREATE TABLE a (x, 学时); INSERT INTO a VALUES (1, 2), (3, {value}), (5, 6);")
    assert (result.good, result.bad) == ([(1, ("1", "2")), (3, ("5", "6"))], [(2, code)])
    assert result.all_rows[1].problem.place.column == "学时"
    assert result.all_rows[1].cells == ("3", "")


def test_rows_come_in_the_order_of_their_rowid(made: Callable[[str], Any]) -> None:
    result = made(
        "CREATE TABLE a (x INTEGER PRIMARY KEY, y); INSERT INTO a VALUES (5, 'e'), (1, 'a'), (3, 'c');"
        "CREATE INDEX i ON a (y, x);"
        "CREATE TABLE b (rowid, oid, y); INSERT INTO b VALUES (9, 9, 'first'), (1, 1, 'second');"
        "CREATE TABLE c (k TEXT PRIMARY KEY, y) WITHOUT ROWID; INSERT INTO c VALUES ('z', 1), ('a', 2);"
        "CREATE TABLE d (rowid, oid, _rowid_); INSERT INTO d VALUES (2, 2, 2), (1, 1, 1);"
    )
    cells = {name: [row.cells for row in rows] for name, (_, rows) in result.tables.items()}
    assert cells["a"] == [("1", "a"), ("3", "c"), ("5", "e")]
    assert cells["b"] == [("9", "9", "first"), ("1", "1", "second")]
    assert cells["c"] == [("a", "2"), ("z", "1")]
    assert len(cells["d"]) == 2


def test_every_table_and_view_is_offered_and_none_of_sqlites_own(made: Callable[[str], Any]) -> None:
    result = made(
        "CREATE TABLE 学生 (学号 INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO 学生 VALUES (1);"
        'CREATE VIEW "odd "" name; --" AS SELECT 学号 AS "a ""b""" FROM 学生;'
        "CREATE TABLE sqlitelike (a); INSERT INTO sqlitelike VALUES (1);"
        "CREATE TABLE made_up (a, b AS (a + 1)); INSERT INTO made_up (a) VALUES (1);"
        "ANALYZE;"
    )
    assert list(result.tables) == ["made_up", 'odd " name; --', "sqlitelike", "学生"]
    assert result.tables['odd " name; --'][0].header == ('a "b"',)
    assert [row.cells for row in result.tables["made_up"][1]] == [("1", "2")]
    assert all(table.optional for table, _ in result.tables.values())


def test_tables_of_modules_hide_what_is_their_own(tmp_path: Path, read_source: Reader) -> None:
    try:
        path = database(tmp_path / "x.db", "CREATE VIRTUAL TABLE v USING fts5(a); INSERT INTO v VALUES ('text');")
    except sqlite3.OperationalError:
        pytest.skip("this SQLite has no fts5")
    result = read_source(SqliteSource(str(path)))
    assert list(result.tables) == ["v"]
    assert result.good == [(1, ("text",))]


def test_tables_that_nobody_reads_are_named_at_the_end(tmp_path: Path) -> None:
    script = "".join(f"CREATE TABLE t{number:02} (a);" for number in range(25))
    with SqliteSource(str(database(tmp_path / "x.db", script))) as source:
        for table in source.tables():
            if table.name == "t00":
                list(table.rows)
    assert [problem.code for problem in source.problems] == ["CR639", "CR786"]
    assert source.problems[1].arguments["count"] == "24"
    assert source.problems[1].arguments["names"].endswith("t20, …")


def test_headings_are_strict_where_they_matter(made: Callable[[str], Any]) -> None:
    result = made('CREATE TABLE a (" x ", "x"); CREATE TABLE b (""); INSERT INTO a VALUES (1, 2);')
    assert [[doubt.code for doubt in table.doubts] for table, _ in result.tables.values()] == [["CR626"], ["CR625"]]


def test_a_view_of_what_is_gone_is_a_doubt(made: Callable[[str], Any]) -> None:
    result = made("CREATE TABLE a (x); CREATE VIEW v AS SELECT * FROM a; DROP TABLE a;")
    ((table, rows),) = result.tables.values()
    assert ([doubt.code for doubt in table.doubts], rows, table.header) == (["CR748"], [], ())


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"


def test_a_view_that_works_without_end_is_stopped(made: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_source, "MOST_STEPS", 3_000_000)
    result = made(
        f"CREATE VIEW v AS {ENDLESS} SELECT count(*) AS x FROM n; CREATE TABLE w (x); INSERT INTO w VALUES (1);"
    )
    assert result.codes == ["CR748"]
    assert "long" in result.problems[0].arguments["reason"]
    assert [row.cells for row in result.tables["w"][1]] == [("1",)]


def test_a_view_that_gives_rows_without_end_is_stopped(
    made: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_source, "MOST_ROWS", 100_000)
    result = made(f"CREATE VIEW v AS {ENDLESS} SELECT x FROM n;")
    assert result.codes == ["CR748"]
    assert result.problems[0].arguments["rows"] == "65,536"


def test_a_view_cannot_fill_the_memory(made: Callable[[str], Any]) -> None:
    result = made("CREATE VIEW v AS SELECT hex(zeroblob(400000000)) AS x;")
    assert result.codes == ["CR748"]
    assert result.good == []


def test_reading_writes_nothing_and_lets_others_write(tmp_path: Path) -> None:
    path = database(tmp_path / "x.db", "PRAGMA journal_mode = WAL; CREATE TABLE a (x); INSERT INTO a VALUES (1);")
    writer = sqlite3.connect(path)
    writer.execute("INSERT INTO a VALUES (2)")
    writer.commit()
    with SqliteSource(str(path)) as source:
        for table in source.tables():
            writer.execute("INSERT INTO a VALUES (3)")
            writer.commit()
            assert [row.cells for row in table.rows] == [("1",), ("2",)]
    assert source.problems == []
    first = source.fingerprint()
    with SqliteSource(str(path)) as source:
        assert [len(list(table.rows)) for table in source.tables()] == [3]
    assert source.fingerprint() != first
    writer.close()


def test_the_fingerprint_is_that_of_the_rows(tmp_path: Path) -> None:
    def fingerprint(path: Path) -> str:
        with SqliteSource(str(path)) as source:
            for table in source.tables():
                list(table.batches())
            return source.fingerprint()

    rows = "INSERT INTO a VALUES ('ab', 'c'), ('x', '');"
    one = fingerprint(database(tmp_path / "1.db", f"CREATE TABLE a (x, y);{rows}"))
    assert one == fingerprint(
        database(tmp_path / "2.db", f"CREATE TABLE a (x, y);{rows}{rows}DELETE FROM a WHERE rowid > 2; VACUUM;")
    )
    others = ["CREATE TABLE b (x, y);" + rows.replace(" a ", " b "), "CREATE TABLE a (x, z);" + rows]
    others += ["CREATE TABLE a (x, y); INSERT INTO a VALUES ('a', 'bc'), ('x', '');"]
    found = [fingerprint(database(tmp_path / f"{number}.db", script)) for number, script in enumerate(others, 3)]
    assert len({one, *found}) == 4


def test_a_locked_database_is_said(tmp_path: Path, read_source: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    path = database(tmp_path / "x.db", "CREATE TABLE a (x);")
    connect = sqlite3.connect
    writer = connect(path, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **named: connect(*given, **named, timeout=0.01))
    result = read_source(SqliteSource(str(path)))
    assert result.codes == ["CR740"]
    assert "another program" in result.problems[0].arguments["reason"]
    writer.close()


def test_what_is_no_database_is_said(tmp_path: Path, read_source: Reader) -> None:
    path = tmp_path / "x.db"
    for content in (b"", b"not a database, but long enough to look at" * 10, b"SQLite format 3\x00" + b"\xff" * 200):
        path.write_bytes(content)
        assert read_source(SqliteSource(str(path))).codes == ["CR740"]
    assert read_source(SqliteSource(str(tmp_path))).codes == ["CR620"]
    path.unlink()
    assert (
        "there is no table" in read_source(SqliteSource(str(database(path, "VACUUM;")))).problems[0].arguments["reason"]
    )


def test_a_damaged_database_says_after_how_many_rows(tmp_path: Path, read_source: Reader) -> None:
    path = database(
        tmp_path / "x.db",
        f"CREATE TABLE a (x); INSERT INTO a {ENDLESS} SELECT printf('%0100d', x) FROM n LIMIT 200000;",
    )
    content = bytearray(path.read_bytes())
    content[-2_000_000:-1_990_000] = b"\xff" * 10_000
    path.write_bytes(content)
    result = read_source(SqliteSource(str(path)))
    assert result.codes == ["CR748"]
    assert result.problems[0].arguments["rows"] == "131,072"
    assert len(result.good) == 131_072


def test_our_own_results_are_no_data(tmp_path: Path, read_source: Reader) -> None:
    with SqliteOutput(str(tmp_path / "x.db"), io.StringIO()) as output:
        output.write("students", (Column("student_id"),), [])
    assert read_source(SqliteSource(str(tmp_path / "x.db"))).codes == ["CR745"]
