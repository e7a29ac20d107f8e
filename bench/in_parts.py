"""A run in parts over a cohort of any size: seconds, those of CPU, and the most memory.

    python -m bench.in_parts [--students 100000] [--at-once 1000000] [--tables students]

The regulation of `bench.cohort`, from Parquet files of text to all result tables as Parquet, by `creditlang run` in a
process of its own. Above 100,000 students the cohort is made of copies of one of 100,000, with other numbers and ids.
With `--tables students` only that table, beside DuckDB from integers in Parquet to the same totals.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from bench import from_files, peers
from bench import measured_regulation as regulation
from bench.cohort import digest

COPIED = 100_000
_SMALL = """import resource, subprocess, sys
told = subprocess.run(sys.argv[1:], check=True, capture_output=True, text=True).stdout
print(told if "--duckdb" in sys.argv else "", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"""
"""Starts the run: a process begins with the most memory of the one that starts it, and this one has the cohort."""


def make(folder: Path, students: int) -> Path:
    """The cohort as Parquet files; where they are."""
    import pyarrow.compute as pc
    from pyarrow import parquet

    from_files.make(folder, min(students, COPIED))
    if students <= COPIED:
        return folder / "parquet"
    assert students % COPIED == 0 and students <= 100 * COPIED, "copies are whole"
    (folder / "copies").mkdir()
    for file in sorted((folder / "parquet").iterdir()):
        table, writer = parquet.read_table(file), None
        for copy in range(students // COPIED):
            own = table
            for at, name in enumerate(table.column_names):
                if name == "student_id":
                    own = own.set_column(at, name, pc.utf8_replace_slice(own.column(at), 4, 6, f"{copy:02}"))
                elif name == "record_id":
                    ids = pc.binary_join_element_wise(f"{copy:02}", own.column(at), "-")
                    own = own.set_column(at, name, ids)
            writer = writer or parquet.ParquetWriter(folder / "copies" / file.name, own.schema)
            writer.write_table(own)
        assert writer is not None
        writer.close()
    return folder / "copies"


def codes(folder: Path, students: int) -> Path:
    """The same cohort as one Parquet file of small integers, as DuckDB is given it."""
    import numpy
    import pyarrow
    from pyarrow import parquet

    columns = regulation.cohort(min(students, COPIED))
    with parquet.ParquetWriter(folder / "codes.parquet", pyarrow.table(columns).schema) as writer:
        for first in range(0, students, COPIED):
            writer.write_table(pyarrow.table({**columns, "student": columns["student"] + numpy.int32(first)}))
    return folder / "codes.parquet"


def _totals(file: Path, students: int) -> str:
    """What the table of students comes to, as the other tools give it."""
    import numpy
    from pyarrow import compute, parquet

    table = parquet.read_table(file)
    found = numpy.zeros((students, 8), numpy.int64)
    numbers = compute.utf8_slice_codeunits(table.column("student_id"), 4).cast("int64").to_numpy()
    for place, name in enumerate([*(f"c{x}" for x in range(6)), "conduct_credit"]):
        found[numbers, place] = numpy.rint(table.column(name).cast("float64").to_numpy() * (1000 if place < 6 else 1))
    found[numbers, 7] = compute.equal(table.column("graduation"), "met").to_numpy()
    return digest(found)


def _spent(command: list[str]) -> dict[str, Any]:
    """Seconds, those of CPU, the most memory in MiB, and what is printed."""
    before, since = os.times(), perf_counter()
    told = subprocess.run([sys.executable, "-c", _SMALL, *command], check=True, capture_output=True, text=True)
    wall, after = perf_counter() - since, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    *printed, peak = told.stdout.split()
    return {"wall": wall, "cpu": cpu, "peak": int(peak) / 1024, "printed": printed}


def measured(students: int, at_once: int = 1_000_000, tables: str = "") -> dict[str, Any]:
    """One run; records are all rows but those of the list of students. With `tables` that have the one of students, the
    same by DuckDB from integers, which ends with the same totals, is `duckdb`.
    """
    from pyarrow import parquet

    with TemporaryDirectory() as name:
        folder = Path(name)
        data = make(folder, students)
        (folder / "policy.credit").write_text(regulation.policy(), encoding="utf-8")
        command = [sys.executable, "-m", "creditlang", "run", str(folder / "policy.credit"), "--data", str(data)]
        command += ["--at-once", str(at_once), "--out", f"parquet:{folder / 'out'}"]
        found = _spent(command + (["--tables", tables] if tables else []))
        rows = sum(parquet.read_metadata(x).num_rows for x in data.iterdir() if x.stem != "student")
        if tables:
            other = [sys.executable, "-m", "bench.in_parts", "--students", str(students), "--duckdb"]
            found["duckdb"] = _spent([*other, str(codes(folder, students))])
            totals = _totals(folder / "out" / "students.parquet", students)
            assert [totals] == found["duckdb"]["printed"], "the same totals"
        else:
            entries = parquet.read_metadata(folder / "out" / "records.parquet").num_rows
            assert entries >= rows, "every record has an entry"
    return {**found, "records": rows}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A run in parts over a cohort of any size.")
    parser.add_argument("--students", type=int, default=COPIED)
    parser.add_argument("--at-once", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--tables", default="", help="as of `creditlang run`, beside DuckDB; `students` among them")
    parser.add_argument("--duckdb", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.duckdb:
        print(digest(peers.duckdb(given.duckdb, given.students)))
        return
    found = measured(given.students, given.at_once, given.tables)
    if given.json:
        print(json.dumps(found))
        return
    print(
        f"{given.students:,} students, {found['records']:,} records: {found['wall']:.0f} s, {found['cpu']:.0f} of CPU"
    )
    print(f"{found['records'] / found['cpu'] / 1e6:.3f} M records a CPU second, at most {found['peak']:,.0f} MiB")
    if other := found.get("duckdb"):
        print(f"DuckDB: {other['wall']:.1f} s, {other['cpu']:.1f} of CPU, at most {other['peak']:,.0f} MiB")


if __name__ == "__main__":
    main()
