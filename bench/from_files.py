"""From files to files: the regulation of `bench.cohort` over a cohort, each way in and out in a process of its own.

    python -m bench.from_files [--students 10000] [--write]

In: CSV files, the same with copies kept beside them (`--keep`), Parquet. Out: all tables as CSV, as Parquet.
Prints million records per CPU second for reading, working out and the tables in order, writing, and in all, and whether
every way gave the same bytes. `--write` puts the table into README.md.
"""

import argparse
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from bench import measured_regulation as regulation
from bench.cohort import peak_memory
from bench.readme_table import write_table

WAYS_IN, WAYS_OUT = ("csv", "csv, kept", "parquet"), ("csv", "parquet")


def make(folder: Path, students: int) -> None:
    """The cohort as CSV and as Parquet, every record with an id, since others are called by file and row."""
    import numpy
    from pyarrow import csv, parquet

    for name, content in regulation.tables(regulation.cohort(students), students).items():
        table = content
        if name == "enrolment":
            ids = numpy.char.add("e", numpy.arange(table.num_rows).astype(str))
            table = table.append_column("record_id", [ids])
        for ending in ("csv", "parquet"):
            (folder / ending).mkdir(exist_ok=True)
        csv.write_csv(table, folder / "csv" / f"{name}.csv")
        parquet.write_table(table, folder / "parquet" / f"{name}.parquet")


def run(way_in: str, way_out: str, folder: str) -> dict[str, Any]:
    """One way; what each stage took, in CPU seconds."""
    import creditlang
    from creditlang.cohort import Evaluation, Settings
    from creditlang.plugin import PluginManager
    from creditlang.schema import RESULT_TABLES
    from creditlang.toolkit.kept_copy import keeping

    policy = creditlang.load(regulation.policy()).core
    manager = PluginManager(around=keeping) if way_in.endswith("kept") else PluginManager()
    out, spent = Path(folder, f"out {way_in} {way_out}"), [process_time()]
    data = sorted(map(str, Path(folder, way_in.partition(",")[0]).glob("[!.]*")))
    with manager.opened(data) as sources:
        tables = (table for source in sources for table in source.tables())
        evaluation = Evaluation.begin(policy, tables, Settings(language="en", engine="columnar"), lambda: ())
    spent.append(process_time())
    engine = evaluation.one_student.columns()
    assert engine is not None
    assert not any(evaluation.in_columns(engine)), "nobody is worked out alone"
    cohort = evaluation.finish({})
    spent.append(process_time())
    with manager.output(f"{way_out}:{out}", sys.stdout) as output:
        for name in RESULT_TABLES:
            output.write(name, cohort.results.columns(name), cohort.results.tables[name])
    spent.append(process_time())
    told = sorted(out.glob(f"[!m]*.{way_out}"))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in told)).hexdigest()
    stages = [after - before for before, after in pairwise(spent)]
    return {"stages": [*stages, sum(stages)], "records": cohort.read, "digest": digest, "peak": peak_memory()}


def lines(found: dict[tuple[str, str], dict[str, Any]]) -> Iterator[str]:
    """The table."""
    records = next(iter(found.values()))["records"]
    yield f"{records:,} records from files to all result tables, million records per CPU second"
    yield ""
    yield "| from | to | reading | engine and order | writing | in all | peak MiB | |"
    yield "|---|---|---|---|---|---|---|---|"
    for (way_in, way_out), each in found.items():
        rates = " | ".join(f"{records / seconds / 1e6:.3g}" for seconds in each["stages"])
        same = {x["digest"] for (_, other), x in found.items() if other == way_out}
        equal = "equal" if len(same) == 1 else "**differ**"
        yield f"| {way_in} | {way_out} | {rates} | {each['peak']:,.0f} | {equal} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="From files to files.")
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        print(json.dumps(run(*arguments.run)))
        return
    found = {}
    with TemporaryDirectory() as folder:
        make(Path(folder), arguments.students)
        for way in ((x, y) for y in WAYS_OUT for x in WAYS_IN):
            command = [sys.executable, "-m", "bench.from_files", "--run", *way, folder]
            if way == ("csv, kept", WAYS_OUT[0]):
                subprocess.run(command, check=True, capture_output=True)
            done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
            found[way] = json.loads(done.stdout)
    table = "\n".join(lines(found))
    print(table)
    if arguments.write:
        write_table("files", table)


if __name__ == "__main__":
    main()
