"""On Spark, with two workers on this machine, the tables are those of one machine, row by row."""

import os
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import creditlang
from bench import measured_regulation as regulation
from creditlang.plugin.value_text import text_of
from creditlang.spark import run_on_spark

STUDENTS = 400


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """One session for all tests; it listens on this machine only."""
    if shutil.which("java") is None:
        if os.environ.get("CREDITLANG_REQUIRE_SPARK"):
            pytest.fail("there is no Java")
        pytest.skip("there is no Java")
    from pyspark.sql import SparkSession

    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    settings = {
        "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "4", "spark.driver.memory": "1g",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "1000",
    }  # fmt: skip
    builder = SparkSession.builder.master("local[2,2]")  # each task is tried twice
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def frames(spark: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    tables = regulation.tables(regulation.cohort(STUDENTS), STUDENTS)
    return tables, {name: spark.createDataFrame(table) for name, table in tables.items()}


def test_the_tables_are_those_of_one_machine(spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches cut students in two, and workers take them in several goes."""
    monkeypatch.setattr("creditlang.spark._TOGETHER", 3000)
    policy = creditlang.load(regulation.policy())
    tables, dealt = frames(spark)
    one = policy.run(tables=tables, language="en", engine="columnar")
    nobody = run_on_spark(policy, {**dealt, "violation": dealt["violation"].limit(0)}, results="students")
    assert list(nobody) == ["students"]
    assert nobody["students"].count() == STUDENTS
    found = run_on_spark(policy, dealt, language="en")
    for name, table in one.tables.items():
        if name != "manifest":
            rows = [tuple(row.values()) for row in found[name].toArrow().to_pylist()]
            assert in_order(rows) == in_order(tuple(None if x is None else text_of(x) for x in row) for row in table), (
                name
            )


def test_a_worker_that_dies_is_replaced_and_a_job_that_fails_leaves_nothing(spark: Any, tmp_path: Path) -> None:
    """Once a process is killed in the middle of a partition; then each one is."""
    policy = creditlang.load(regulation.policy())
    tables, dealt = ({name: each[name] for name in ("student", "enrolment")} for each in frames(spark))
    one = policy.run(tables=tables, language="en", engine="columnar", results="students")

    def found(killed: str) -> Any:
        def deadly(batches: Iterable[Any]) -> Iterator[Any]:
            """The rows, if a process before this one has been killed here."""
            for batch in batches:
                if not killed or not os.path.exists(killed):
                    if killed:
                        open(killed, "w").close()
                    os.kill(os.getpid(), signal.SIGKILL)
                yield batch

        students = dealt["student"].mapInArrow(deadly, dealt["student"].schema)
        made = run_on_spark(policy, {**dealt, "student": students}, language="en", partitions=2, results="students")
        return made["students"]

    rows = [tuple(row.values()) for row in found(str(tmp_path / "killed")).toArrow().to_pylist()]
    assert (tmp_path / "killed").exists()
    assert in_order(rows) == in_order(tuple(None if x is None else text_of(x) for x in row) for row in
                                      one.tables["students"])  # fmt: skip
    with pytest.raises(Exception, match="Python worker exited unexpectedly"):
        found("").write.parquet(str(tmp_path / "out"))
    assert not list(tmp_path.glob("out/[!._]*")), "no rows under the final name"
    assert not (tmp_path / "out" / "_SUCCESS").exists()


def in_order(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows sorted; enrolments have no ids of their own, and are called by rows that another worker counts."""
    plain = (tuple("" if str(x).startswith("enrolment:") else x for x in row) for row in rows)
    return sorted(plain, key=str)


def test_what_cannot_be_dealt_out_is_refused(spark: Any) -> None:
    policy = creditlang.load(regulation.policy())
    _, dealt = frames(spark)
    for activity in (
        dealt["activity"].drop("record_id"), dealt["activity"].drop("student_id"),
        dealt["activity"].union(dealt["activity"]),
    ):  # fmt: skip
        with pytest.raises(creditlang.DataError, match="CR756"):
            run_on_spark(policy, {**dealt, "activity": activity})


def test_ranks_are_refused() -> None:
    text = "policy 'p'\nunit point\nrecord r\n    item : item\ncategory c in point from r\n    item a\n        1\n"
    policy = creditlang.load(text.replace("'", '"') + "ranking place by c\n")
    with pytest.raises(creditlang.DataError, match="CR756"):
        run_on_spark(policy, {})
