"""Result tables in PostgreSQL, on a real server that the tests start themselves."""

import io
import itertools
import threading
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from creditlang.plugin import Output, PluginError, PluginManager
from creditlang.plugin.contract_tests import COLUMNS, RESULTS, OutputContract
from creditlang.schema import Column, Row

pytestmark = pytest.mark.adds_up_itself

count = itertools.count()


@pytest.fixture
def database(postgresql: Any) -> str:
    """A new database."""
    name = f"results{next(count)}"
    postgresql.execute(f"CREATE DATABASE {name}")
    return name


def make(address: str) -> Output:
    return PluginManager(no_plugins=True).output(address, io.StringIO())


def put(address: str, columns: Sequence[Column] = COLUMNS, **tables: Sequence[Row]) -> None:
    with make(address) as output:
        for name, rows in tables.items():
            output.write(name, columns, iter(rows))


class TestPostgresqlOutput(OutputContract):
    """Each target is a schema of one database. Cells come back in the order in which they were written."""

    @pytest.fixture(autouse=True)
    def _server(self, postgresql: Any, database: str) -> None:
        self.server, self.database = postgresql, database

    def schema(self, target: str) -> str:
        return "_".join(Path(target).parts[-3:])

    def make(self, target: str, stream: io.StringIO) -> Output:
        return make(f"{self.server.address(self.database)}?schema={self.schema(target)}")

    def tables(self, schema: str) -> list[str]:
        found = self.server.execute(
            f"SELECT tablename::text FROM pg_tables WHERE schemaname = '{schema}' ORDER BY 1", database=self.database
        )
        return [name for (name,) in found]

    def read(self, target: str) -> dict[str, list[list[str]]]:
        schema = self.schema(target)
        ends = "amount_low::text || ' … ' || amount_high::text"
        cells = f"student_id, coalesce(amount::text, {ends}, ''), coalesce(day::text, ''), remark"
        return {
            name: [
                list(row)
                for row in self.server.execute(f'SELECT {cells} FROM "{schema}"."{name}"', database=self.database)
            ]
            for name in self.tables(schema)
        }

    def _bytes(self, target: Path) -> dict[str, bytes]:
        """The rows of the tables of a target, or, for the folder around it, those of all schemas."""
        found = self.server.execute("SELECT nspname::text FROM pg_namespace ORDER BY 1", database=self.database)
        schemas = [name for (name,) in found if not name.startswith(("pg_", "information_"))]
        own = self.schema(str(target))
        return {
            f"{schema if own not in schemas else ''}.{name}": repr(
                self.server.execute(f'SELECT * FROM "{schema}"."{name}"', database=self.database)
            ).encode()
            for schema in schemas
            if own in (schema, *({own} - set(schemas)))
            for name in self.tables(schema)
        }


class Results:
    """A database into which results go, as its administrator sees it."""

    def __init__(self, server: Any, database: str) -> None:
        self.server, self.database = server, database
        self.address = server.address(database)

    def ask(self, *statements: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.server.execute(*statements, database=self.database)
        return found

    def user(self, *grants: str) -> str:
        """The address with a user who may do what the grants say."""
        name = f"writer{next(count)}"
        self.ask(f"CREATE ROLE {name} LOGIN PASSWORD 'p-4711'", *(f"GRANT {grant} TO {name}" for grant in grants))
        return str(self.server.address(self.database, user=name, password="p-4711"))

    def amounts(self, schema: str = "creditlang") -> list[str]:
        found = self.ask(f"SELECT coalesce(amount, amount_low)::text FROM {schema}.accounts")
        return [amount for (amount,) in found]


@pytest.fixture
def results(postgresql: Any, database: str) -> Results:
    """A new database."""
    return Results(postgresql, database)


def reason(caught: pytest.ExceptionInfo[PluginError]) -> str:
    (problem,) = caught.value.diagnostics
    assert problem.code == "CR788"
    return problem.arguments["reason"]


def test_amounts_are_numbers_and_what_is_open_stands_beside_them(results: Results) -> None:
    put(results.address, accounts=RESULTS)
    kinds = results.ask(
        "SELECT column_name::text, data_type::text FROM information_schema.columns "
        "WHERE table_schema = 'creditlang' ORDER BY ordinal_position"
    )
    assert kinds == [
        ("student_id", "text"), ("amount", "numeric"), ("amount_low", "numeric"), ("amount_high", "numeric"),
        ("day", "date"), ("remark", "text"),
    ]  # fmt: skip
    cells = "amount::text, amount_low::text, amount_high::text"
    found = results.ask(f"SELECT {cells} FROM creditlang.accounts ORDER BY student_id")
    assert found[0] == ("1.50", "1.50", "1.50")
    assert found[4] == (None, "1.0", "2.0")
    assert results.ask("SELECT sum(amount)::text FROM creditlang.accounts") == [("123456789020.623455",)]


def test_words_and_amounts_without_an_upper_end(results: Results) -> None:
    columns = (Column("value", "number"), Column("value_low"), Column("number", "number"))
    rows: list[Row] = [("yes", "a", Decimal(1)), ("1 …", "b", None), (Decimal("0.0"), "c", None)]
    put(results.address, columns, facts=rows)
    found = results.ask(
        "SELECT value::text, value_low_::text, value_high::text, value_text, value_low, number::text "
        "FROM creditlang.facts ORDER BY value_low"
    )
    assert found == [
        (None, None, None, "yes", "a", "1"), (None, "1", None, None, "b", None), ("0.0", "0.0", "0.0", None, "c", None)
    ]  # fmt: skip
    put(results.address, columns[:1], facts=[(Decimal(2),)], other=[("a word",)])
    names = "SELECT attname::text FROM pg_attribute WHERE attrelid = 'creditlang.{}'::regclass AND attnum > 0"
    wanted = [("value",), ("value_low",), ("value_high",), ("value_text",)]
    assert [results.ask(names.format(table)) for table in ("facts", "other")] == [wanted, wanted]


def test_whole_numbers_and_many_rows(results: Results) -> None:
    columns = (Column("number", "whole"), Column("amount", "number"), Column("名称"))
    rows: list[Row] = [(number, Decimal(number) / 4, f"第{number}") for number in range(150_000)]
    put(results.address, columns, steps=rows)
    (found,) = results.ask('SELECT count(*), sum(number)::text, max("名称"), sum(amount)::text FROM creditlang.steps')
    assert found == (150_000, str(sum(range(150_000))), "第99999", str(sum(range(150_000)) * Decimal("0.25")))


def test_rights_and_views_of_tables_survive(results: Results) -> None:
    put(results.address, accounts=RESULTS[:1], facts=RESULTS)
    reader = results.user("USAGE ON SCHEMA creditlang", "SELECT ON creditlang.accounts")
    results.ask("CREATE VIEW public.best AS SELECT max(amount)::text AS best FROM creditlang.accounts")
    put(results.address, accounts=RESULTS[2:3])
    assert results.ask("SELECT best FROM public.best") == [("123456789012.123456",)]
    with PluginManager(no_plugins=True).source(f"{reader}?schema=creditlang&tables=accounts") as source:
        assert list(source.tables()) == []
    assert [problem.code for problem in source.problems] == ["CR745"]
    assert results.ask("SELECT tablename::text FROM pg_tables WHERE schemaname = 'creditlang'") == [("accounts",)]


def test_a_table_with_other_columns_is_made_anew_unless_views_depend_on_it(results: Results) -> None:
    put(results.address, students=RESULTS)
    put(results.address, (Column("student_id"), Column("毕业")), students=[("1", "met")])
    assert results.ask("SELECT * FROM creditlang.students") == [("1", "met")]
    results.ask("CREATE VIEW public.seen AS SELECT student_id FROM creditlang.students")
    with pytest.raises(PluginError) as caught:
        put(results.address, facts=RESULTS, students=RESULTS)
    assert reason(caught) == "views or other objects depend on the old table"
    assert results.ask("SELECT * FROM creditlang.students") == [("1", "met")]
    assert results.ask("SELECT tablename::text FROM pg_tables WHERE schemaname = 'creditlang'") == [("students",)]


@pytest.mark.parametrize("kind", ["TABLE accounts (x text)", "VIEW accounts AS SELECT 1 AS x", "SEQUENCE accounts"])
def test_what_somebody_else_made_is_never_touched(results: Results, kind: str) -> None:
    results.ask("CREATE SCHEMA affairs", "SET search_path = affairs", f"CREATE {kind}", "CREATE TABLE other (x text)")
    with pytest.raises(PluginError) as caught:
        put(f"{results.address}?schema=affairs", facts=RESULTS, accounts=RESULTS)
    assert "creditlang did not make it" in reason(caught)
    found = results.ask("SELECT relname::text FROM pg_class WHERE relnamespace = 'affairs'::regnamespace ORDER BY 1")
    assert found == [("accounts",), ("other",)]


def test_results_in_the_schema_of_the_data_are_no_data(results: Results) -> None:
    results.ask("CREATE TABLE activity (x text)", "INSERT INTO activity VALUES ('1')")
    put(f"{results.address}?schema=public", students=RESULTS)
    with PluginManager(no_plugins=True).source(results.address) as source:
        assert [(table.name, len(list(table.rows))) for table in source.tables()] == [("activity", 1)]
    assert results.ask("SELECT count(*) FROM activity") == [(1,)]
    put(f"{results.address}?schema=public", facts=RESULTS)
    assert results.ask("SELECT count(*) FROM activity") == [(1,)]


def test_everybody_sees_either_the_earlier_results_or_the_new_ones(results: Results) -> None:
    import adbc_driver_postgresql.dbapi as driver

    put(results.address, accounts=RESULTS[:1])
    with driver.connect(results.address, autocommit=True) as connection, connection.cursor() as cursor:

        def seen() -> list[str]:
            cursor.execute("SELECT amount::text FROM creditlang.accounts")
            return [amount for (amount,) in cursor.fetchall()]

        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT 1")
        with make(results.address) as output:
            output.write("accounts", COLUMNS, iter(RESULTS[1:3]))
            assert results.amounts() == ["1.50"]
        assert results.amounts() == ["-0.000001", "123456789012.123456"]
        assert seen() == ["1.50"]
        cursor.execute("COMMIT")
        assert seen() == ["-0.000001", "123456789012.123456"]


def test_two_runs_at_the_same_time_do_not_mix(results: Results) -> None:
    put(results.address, accounts=RESULTS[:1])
    failures: list[BaseException] = []

    def run(row: Row) -> None:
        try:
            put(results.address, accounts=[row] * 500)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(row,)) for row in RESULTS[:4]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(results.amounts()) == 500
    assert len(set(results.amounts())) == 1


def test_who_may_not_write_is_told_before_anything_is_worked_out(results: Results) -> None:
    with pytest.raises(PluginError) as caught:
        make(results.user())
    assert reason(caught) == "you may not use or make this schema"
    results.ask("CREATE SCHEMA creditlang")
    with pytest.raises(PluginError) as caught:
        make(results.user())
    assert "schema" in reason(caught)
    with pytest.raises(PluginError) as caught:
        put(results.user("USAGE ON SCHEMA creditlang"), accounts=RESULTS)
    assert reason(caught) == "you have no right to do that"
    put(results.user("USAGE, CREATE ON SCHEMA creditlang"), accounts=RESULTS)
    with pytest.raises(PluginError) as caught:
        put(results.user("USAGE, CREATE ON SCHEMA creditlang"), accounts=RESULTS)
    assert reason(caught) == "you have no right to do that"
    assert len(results.amounts()) == len(RESULTS)


def test_a_server_that_is_away_or_does_not_let_anybody_in(results: Results) -> None:
    wrong = results.address.replace(results.server.password, "wr0ng-secret")
    with pytest.raises(PluginError) as caught:
        make(wrong)
    assert reason(caught) == "wrong user or password"
    assert "wr0ng-secret" not in repr(caught.value.diagnostics)
    with pytest.raises(PluginError) as caught:
        make("postgresql://127.0.0.1:1/x?connect_timeout=2")
    assert reason(caught) == "no server answers there"
    assert results.server.password not in repr(vars(make(results.address)))


def test_a_server_that_goes_away_before_the_end_changes_nothing(results: Results) -> None:
    put(results.address, accounts=RESULTS[:1])
    with pytest.raises(PluginError) as caught, make(results.address) as output:
        output.write("accounts", COLUMNS, iter(RESULTS))
        results.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert reason(caught) in ("the connection was lost", "the server ended the connection")
    assert results.amounts() == ["1.50"]


def test_names_that_the_server_would_cut_are_refused(results: Results) -> None:
    with pytest.raises(PluginError) as caught:
        put(results.address, (Column("学" * 22),), students=[("1",)])
    assert "63 bytes" in reason(caught)
    put(results.address, (Column("学" * 21), Column('a b"c')), students=[("1", "2")])
    assert results.ask("SELECT * FROM creditlang.students") == [("1", "2")]


def test_no_table_no_connection(results: Results) -> None:
    with make(results.address):
        pass
    assert results.ask("SELECT 1 FROM pg_namespace WHERE nspname = 'creditlang'") == []
