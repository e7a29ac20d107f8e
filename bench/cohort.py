"""One regulation over a cohort: every engine of creditlang beside other tools, in turns, on the same records.

    python -m bench.cohort [--students 10000] [--repeats 3] [--slow] [--write]

Each runs in a process of its own, in turns; the median of the CPU seconds counts. creditlang starts from tables of text
and ends with all result tables, each record with its reason and each step; its columns alone start from records that
have been coded, and end with each record's amount and reason. The others start from columns of small integers and end
with totals. Whoever comes to another total for any student is named. The reference and plain
Python are left out above 20,000 students unless `--slow` asks for them. `--write` puts the table into README.md.
"""

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from statistics import median
from typing import Any, get_args

import numpy as np

from bench import measured_regulation as regulation
from bench import peers
from bench.readme_table import write_table

SLOW = ("creditlang, reference", "plain Python, whole numbers")
ALONE = "creditlang, columns alone"
_MANY = 20_000
ALONE_STUDENTS = 300
"""Students who are worked out one by one, to tell what one takes."""


def creditlang(engine: str, students: int) -> dict[str, Any]:
    """A run with an engine, then students one by one, typed records in."""
    import creditlang as library

    columns = regulation.cohort(students)
    policy, tables = library.load(regulation.policy()), regulation.tables(columns, students)
    since = time.process_time()
    cohort = policy.run(tables=tables, engine=engine)  # type: ignore[arg-type]
    spent = time.process_time() - since
    assert cohort.reliable
    found = np.zeros((students, 8), np.int64)
    for row in cohort.tables["students"]:
        status, *totals = row[1:]
        found[int(row[0][4:])] = [*(int(x * 1000) for x in totals[:6]), int(totals[6]), status == "met"]
    told = dict(cohort.tables["manifest"])["engine"].partition(" ")[2].partition(" ")[2]
    own = {
        "cpu": spent,
        "records": len(columns["item"]),
        "found": digest(found),
        "engine": told,
        "peak": peak_memory(),
    }
    return {**own, "alone": _one_student(policy.core, engine)} if engine != "columnar" else own


def columns_alone(students: int) -> dict[str, Any]:
    """Records that have been read and coded, to every record's amount and reason and every student's results, as
    columns of numbers: what the other tools are given and give, and more. Loading machine code is not counted.
    """
    import creditlang as library
    from creditlang.cohort import Evaluation, Settings, fewer_collections
    from creditlang.columnar.machine_code import PLAIN, machine_code
    from creditlang.data.coded.coded_dataset import CodedDataset
    from creditlang.data.sheets.program_tables import FramesSource

    columns = regulation.cohort(students)
    source = FramesSource(regulation.tables(columns, students))
    settings = Settings(engine="columnar")
    evaluation = Evaluation.begin(library.load(regulation.policy()).core, source.tables(), settings, lambda: ())
    coded, engine = CodedDataset.of(evaluation.policy, evaluation.dataset), evaluation.one_student.columns()
    assert engine is not None
    engine.kernels = machine_code() if find_spec("numba") is not None else PLAIN
    found, since = [], time.process_time()
    with fewer_collections():
        for chunk in engine.chunks(coded):
            of, one = chunk.students, 10**chunk.students.known.decimals
            assert not of.odd.any()
            credits_ = [of.balances[f"c{x}"].whole * 1000 // one for x in range(6)]
            conduct, met = of.balances["conduct_credit"].whole // one, of.requirements["graduation"].numbers
            found.append(np.stack([*credits_, conduct, met], 1))
    spent = time.process_time() - since
    own = {"cpu": spent, "records": len(columns["item"]), "peak": peak_memory()}
    return {**own, "found": digest(np.concatenate(found))}


def students_of(policy: Any, students: int) -> list[Any]:
    """The first students of the cohort, read row by row, as the interpreter takes them."""
    from creditlang.data.reader import DataReader
    from creditlang.one_student import as_read
    from creditlang.schema import RawRow, RawTable

    raw = [
        RawTable(name, name, tuple(table.column_names), [
            RawRow(number, tuple(cells))
            for number, cells in enumerate(zip(*table.to_pydict().values(), strict=True), 2)
        ])
        for name, table in regulation.tables(regulation.cohort(students), students).items()
    ]  # fmt: skip
    return [as_read(student) for student in DataReader(policy).read(raw).students.values()]


def _one_student(policy: Any, engine: str) -> float:
    """CPU microseconds for a student with all entries and steps, the median over some."""
    from creditlang.one_student import OneStudent

    students = students_of(policy, ALONE_STUDENTS)
    one_student, spent = OneStudent(policy, engine=engine), []  # type: ignore[arg-type]
    one_student.result(students[0])
    for student in students:
        since = time.process_time()
        one_student.result(student)
        spent.append(time.process_time() - since)
    return 1e6 * median(spent)


def peer(name: str, students: int) -> dict[str, Any]:
    """What another tool takes; whatever it has to build or import first is not counted."""
    columns, work_out = regulation.cohort(students), peers.available()[name]
    work_out(regulation.cohort(10), 10)
    since = time.process_time()
    found = work_out(columns, students)
    spent = time.process_time() - since
    return {"cpu": spent, "records": len(columns["item"]), "found": digest(found), "peak": peak_memory()}


def digest(found: Any) -> str:
    """Of results, to compare them."""
    return hashlib.sha256(found.astype(np.int64).tobytes()).hexdigest()


def peak_memory() -> float:
    """The most memory so far, in MiB; the system counts in KiB, but in bytes on macOS."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 2**20


def contestants(students: int, slow: bool) -> list[str]:
    """Who takes part."""
    from creditlang.one_student import Engine

    engines = [f"creditlang, {name}" for name in get_args(Engine) if name != "auto"]
    return [x for x in (*engines, ALONE, *peers.available()) if slow or students <= _MANY or x not in SLOW]


def measured(name: str, students: int) -> dict[str, Any]:
    """One of them, in a process of its own."""
    command = [sys.executable, "-m", "bench.cohort", "--run", name, "--students", str(students)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def lines(students: int, runs: Mapping[str, list[dict[str, Any]]]) -> Iterator[str]:
    """The table."""
    rates = {name: each[0]["records"] / median(x["cpu"] for x in each) / 1e6 for name, each in runs.items()}
    right = next(iter(runs.values()))[0]["found"]
    against = {"× DuckDB": "DuckDB, integer codes", "× C": "C for this regulation"}
    against = {heading: name for heading, name in against.items() if name in runs}
    records = next(iter(runs.values()))[0]["records"]
    yield f"{students:,} students, {records:,} records"
    yield ""
    yield f"| | M records per CPU second | {' | '.join(against)} | peak MiB | one student, µs | totals |"
    yield "|---" * (5 + len(against)) + "|"
    for name, each in runs.items():
        ratios = " | ".join(f"{rates[name] / rates[other]:.3g}" for other in against.values())
        alone = f"{median(x['alone'] for x in each):.0f}" if "alone" in each[0] else ""
        same = "equal" if all(x["found"] == right for x in each) else "**differ**"
        left = f" ({each[0]['engine']})" if each[0].get("engine", name) not in name else ""
        peak = max(x["peak"] for x in each)
        yield f"| {name}{left} | {rates[name]:.3g} | {ratios} | {peak:,.0f} | {alone} | {same} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Engines and other tools over one cohort.")
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--without", action="append", default=[], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sys.modules.update(dict.fromkeys(arguments.without))  # type: ignore[arg-type]  # as if not installed
    if arguments.run:
        sort, _, engine = arguments.run.partition(", ")
        if arguments.run == ALONE:
            print(json.dumps(columns_alone(arguments.students)))
        elif sort == "creditlang":
            print(json.dumps(creditlang(engine, arguments.students)))
        else:
            print(json.dumps(peer(arguments.run, arguments.students)))
        return
    names = contestants(arguments.students, arguments.slow)
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for _ in range(arguments.repeats):
        for name in names:
            runs[name].append(measured(name, arguments.students))
    table = "\n".join(lines(arguments.students, runs))
    print(table)
    if arguments.write:
        write_table("cohort", table)


if __name__ == "__main__":
    main()
