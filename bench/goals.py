"""What has been set as a goal for cohorts, beside what is reached: every line from one run, in turns with its peers.

    python -m bench.goals [--students 10000 100000] [--write]

Each line is measured in processes of their own: the regulation of `bench.cohort` by columns alone beside DuckDB and C,
and one student of it by generated code; from files to all tables as in `bench.from_files`; the sample of the Hengyang
regulation, with those students only who are settled and with all; `what if` over all of it. Seconds are those of CPU.
`--write` puts the table into README.md.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from bench import cohort, columns, from_files
from bench.readme_table import write_table
from samples.hengyang.__main__ import make

TURNS = 3
HENGYANG = 2000
"""Students of the larger sample."""
TRIED = "what if set pass_mark = 80"


def engines(sizes: list[int]) -> Iterator[tuple[str, str, str, bool]]:
    """Columns alone beside other tools: the line, what is wanted, what is found, whether that is reached."""
    names, spent = (cohort.ALONE, cohort.ARRAYS, "DuckDB, integer codes", "C for this regulation"), {}
    for students in sizes:
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        for _ in range(TURNS):
            for name in names:
                runs[name].append(cohort.measured(name, students))
        assert len({each["found"] for own in runs.values() for each in own}) == 1, "other results"
        own, arrays, duckdb, c = (median(x["cpu"] for x in runs[name]) for name in names)
        records = runs[cohort.ALONE][0]["records"]
        spent[students] = own / records
        rate = f"{records / own / 1e6:.2f} M records a second"
        yield f"{students:,} students: times DuckDB", "8", f"{duckdb / own:.2f} ({rate})", duckdb / own >= 8
        told = f"{duckdb / arrays:.2f} ({records / arrays / 1e6:.2f} M)"
        yield f"{students:,} students, without machine code: times DuckDB", "2", told, duckdb / arrays >= 2
        yield f"{students:,} students: the time of C, times", "2.2", f"{own / c:.0f}", own / c <= 2.2
    if len(sizes) > 1:
        ratio = spent[max(sizes)] / spent[min(sizes)]
        yield "a record with the most students beside the fewest", "1.15", f"{ratio:.2f}", ratio <= 1.15
    alone = cohort.measured("creditlang, compiled", 300)["alone"]
    yield "one student with steps and entries, µs", "250", f"{alone:.0f}", alone <= 250


def files(students: int) -> Iterator[tuple[str, str, str, bool]]:
    """From files to all tables as Parquet, in million records a second."""
    with TemporaryDirectory() as folder:
        from_files.make(Path(folder), students)
        for way_in, wanted in (("csv", 0.4), ("parquet", 0.7), ("csv, kept", 2.0)):
            command = [sys.executable, "-m", "bench.from_files", "--run", way_in, "parquet", folder]
            for _ in range(1 + (way_in == "csv, kept")):  # the first run makes the copy
                done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
            found = json.loads(done.stdout)
            rate = found["records"] / found["stages"][-1] / 1e6
            told = f"{rate:.2f}, at most {found['peak']:,.0f} MiB"
            yield f"{students:,} students, from {way_in} to all tables, M records", f"{wanted:g}", told, rate >= wanted


def hengyang(folder: str, settled: bool) -> float:
    """Million records a second in columns: of settled students by the engine alone, else by a whole run."""
    import creditlang as library

    if settled:
        return columns.measured(Path(folder), settled=True)
    policy, since = library.load("hengyang"), process_time()
    found = policy.run(folder, as_of=columns.DAY, engine="columnar")
    return found.read / (process_time() - since) / 1e6


def what_if(folder: str) -> float:
    """Seconds for each 400,000 records."""
    from creditlang.plugin import PluginManager
    from creditlang_repl.session import Session

    session = Session("en", PluginManager(no_plugins=True))
    for typed in ("load hengyang", f"data {folder}"):
        assert not session.answer(typed).failed
    since = process_time()
    assert not session.answer(TRIED).failed
    return (process_time() - since) / session.conversation.view().known().rows * 400_000


ALONE: dict[str, Callable[[str], float]] = {
    "settled": lambda folder: hengyang(folder, True),
    "mix": lambda folder: hengyang(folder, False),
    "what if": what_if,
}
"""What is measured in a process of its own, over a folder."""


def regulation() -> Iterator[tuple[str, str, str, bool]]:
    """The sample of the Hengyang regulation, made larger."""
    with TemporaryDirectory() as folder:
        make(Path(folder), HENGYANG)
        found = {}
        for name in ALONE:
            command = [sys.executable, "-m", "bench.goals", "--run", name, folder]
            done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
            found[name] = float(done.stdout.splitlines()[-1])
    said = f"{HENGYANG:,} students of Hengyang"
    yield f"{said}, settled, engine alone, M records", "12", f"{found['settled']:.2f}", found["settled"] >= 12
    yield f"{said}, as they are, whole run, M records", "2", f"{found['mix']:.3f}", found["mix"] >= 2
    yield f"{said}, `{TRIED}`, s for 400,000 records", "2", f"{found['what if']:.1f}", found["what if"] <= 2


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Goals for cohorts, and what is reached.")
    parser.add_argument("--students", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        name, folder = arguments.run
        print(ALONE[name](folder))
        return
    found = ["| figure | goal | found | |", "|---|---|---|---|"]
    for measured in (engines(arguments.students), files(min(arguments.students)), regulation()):
        for line, wanted, reached, good in measured:
            found.append(f"| {line} | {wanted} | {reached} | {'reached' if good else 'falls short'} |")
            print(found[-1], flush=True)
    if arguments.write:
        write_table("goals", "\n".join(found))


if __name__ == "__main__":
    main()
