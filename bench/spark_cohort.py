"""What Spark costs beside one process: the regulation of `bench.cohort`, dealt out to two workers on this machine.

    python -m bench.spark_cohort [--students 10000] [--partitions 8]

Prints seconds of the wall for the whole job without starting Spark, microseconds a record, the same for one process of
creditlang, whether both give the same number of rows in each table, and how even partitions are: by a simulated deal of
ten million students, one in a thousand with twenty times the records, the largest partition against the mean.
"""

import argparse
import os
import sys
from time import perf_counter
from typing import Any

import numpy as np

import creditlang
from bench import measured_regulation as regulation
from creditlang.spark import run_on_spark


def session(workers: int, partitions: int) -> Any:
    """A Spark session on this machine that listens to nobody else."""
    from pyspark.sql import SparkSession

    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    settings = {
        "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false",
        "spark.driver.memory": "2g", "spark.sql.shuffle.partitions": str(partitions),
    }  # fmt: skip
    builder = SparkSession.builder.master(f"local[{workers}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def largest_partition(partitions: int, students: int = 10_000_000) -> float:
    """How many times the records of a mean partition the largest has."""
    rng = np.random.default_rng(1)
    records = rng.poisson(100, students) * np.where(rng.random(students) < 0.001, 20, 1)
    sizes = np.bincount(rng.integers(0, partitions, students), weights=records, minlength=partitions)
    return float(sizes.max() / sizes.mean())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A cohort on Spark beside one process.")
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    policy, students = creditlang.load(regulation.policy()), arguments.students
    tables = regulation.tables(regulation.cohort(students), students)
    since = perf_counter()
    one = policy.run(tables=tables, engine="columnar")
    alone = perf_counter() - since
    spark = session(arguments.workers, arguments.partitions)
    frames = {name: spark.createDataFrame(table) for name, table in tables.items()}
    run_on_spark(policy, {name: frame.limit(200) for name, frame in frames.items()})["students"].count()
    since = perf_counter()
    found = run_on_spark(policy, frames, partitions=arguments.partitions)
    every = None
    for name, table in found.items():
        part = table.groupBy().count().selectExpr(f"'{name}' as name", "count")
        every = part if every is None else every.union(part)
    assert every is not None
    counts = dict(every.collect())
    job = perf_counter() - since
    spark.stop()
    same = all(len(one.tables[name]) == count for name, count in counts.items())
    for what, seconds in (("one process", alone), (f"Spark, {arguments.workers} workers, {len(counts)} tables", job)):
        print(f"{what}: {seconds:.1f} s, {seconds / one.read * 1e6:.1f} µs a record")
    print(f"{one.read:,} records; {'as many rows in each table' if same else 'DIFFERENT numbers of rows'}")
    for partitions in (100, 1_000, 10_000):
        print(f"{partitions:,} partitions: the largest has {largest_partition(partitions):.2f} × the mean")


if __name__ == "__main__":
    main()
