"""How many records a second the reference interpreter works out, with every step, and how its memory grows.

    python -m bench.interpreter [--students N]

Makes a cohort of N students and one of 4 N (the sample of the Hengyang regulation, made larger), and runs each in a
process of its own from CSV files to result tables. Prints records a second, of the whole and of the interpreter alone,
and the peak memory; four times the students should need four times the memory above that of a run with forty.
"""

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from samples.hengyang.__main__ import make

POLICY = "hengyang"
FEW = 40


def run(folder: str) -> dict[str, float]:
    """Run the cohort in a folder; what it took."""
    import creditlang
    from creditlang.interpreter import Interpreter, StudentData
    from creditlang.ledger import StudentResult

    alone = 0.0
    evaluate = Interpreter.evaluate

    def timed(self: Interpreter, student: StudentData) -> StudentResult:
        nonlocal alone
        since = perf_counter()
        result = evaluate(self, student)
        alone += perf_counter() - since
        return result

    Interpreter.evaluate = timed  # type: ignore[method-assign]
    policy = creditlang.load(POLICY)
    start = perf_counter()
    cohort = policy.run(folder)
    seconds = perf_counter() - start
    assert cohort.balanced
    # The system counts in KiB, but in bytes on macOS.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    steps = len(cohort.results.tables["steps"])
    return {"records": cohort.read, "steps": steps, "seconds": seconds, "alone": alone, "peak": peak / 2**20}


def measured(students: int) -> dict[str, float]:
    """Make a cohort and run it in a process of its own."""
    with TemporaryDirectory() as folder:
        make(Path(folder), students)
        done = subprocess.run(
            [sys.executable, "-m", "bench.interpreter", "--run", folder],
            check=True,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Records a second of the reference interpreter, and its memory.")
    parser.add_argument("--students", type=int, default=500)
    parser.add_argument("--run", metavar="FOLDER", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        print(json.dumps(run(arguments.run)))
        return
    print("students   records     steps   seconds  records/s  interpreter alone   peak MiB")
    rows = {}
    for students in (FEW, arguments.students, 4 * arguments.students):
        row = rows[students] = measured(students)
        rate, alone = (row["records"] / row[part] for part in ("seconds", "alone"))
        print(
            f"{students:8,} {row['records']:9,.0f} {row['steps']:9,.0f} {row['seconds']:9.1f} {rate:10,.0f} "
            f"{alone:18,.0f} "
            f"{row['peak']:10.0f}"
        )
    few, one, four = rows[FEW], rows[arguments.students], rows[4 * arguments.students]
    growth = (four["peak"] - few["peak"]) / (one["peak"] - few["peak"])
    records = (four["records"] - few["records"]) / (one["records"] - few["records"])
    print(f"{records:.2f} times the records, {growth:.2f} times the memory above that of {FEW} students")


if __name__ == "__main__":
    main()
