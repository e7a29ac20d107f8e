"""How long it takes to read a million activity rows from a workbook, against fastexcel on the same file, same run.

python -m bench.read_workbook [--rows N] [--shared] [--rounds N]

Both read the same bytes to text, fastexcel to one record batch of Arrow columns, the source to rows with their numbers.
Each reading has a process of its own, with the libraries imported before the clock starts; they take turns, and the
best round of each counts. Seconds are those of the processor, of one thread: other work on the machine changes what the
clock on the wall shows, and the ratio of one run is what counts.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HEADER = ("record_id", "student_id", "item", "on", "level", "award", "content", "hours")


def write(path: Path, rows: int, shared: bool) -> None:
    """A workbook like an export of activities; its texts stand in the cells, or are shared, as Excel has them."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": not shared})
    page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    page.write_row(0, 0, HEADER)
    for number in range(rows):
        page.write_string(number + 1, 0, f"A{number:07}")
        page.write_string(number + 1, 1, f"2024{number % 10_000:06}")
        page.write_string(number + 1, 2, "学术讲座")
        page.write_number(number + 1, 3, 45573 + number % 28, day)
        page.write_string(number + 1, 4, "校级")
        page.write_string(number + 1, 6, f"内容{number % 1000}")
        page.write_number(number + 1, 7, number % 7 + 0.5)
    book.close()


def source(path: Path) -> int:
    """As the source hands them over; how many rows."""
    from creditlang_builtin.workbook.workbook_source import WorkbookSource

    with WorkbookSource(str(path)) as opened:
        return sum(1 for table in opened.tables() for _ in table.rows)


def fastexcel(path: Path) -> int:
    """As fastexcel hands them over; how many rows."""
    import fastexcel

    sheet = fastexcel.read_excel(path.read_bytes()).load_sheet(0, dtypes="string")
    return int(sheet.to_arrow().num_rows)


READERS: dict[str, Callable[[Path], int]] = {"source": source, "fastexcel": fastexcel}


def read_here(name: str, path: Path) -> None:
    """Read once in this process and print the rows, the seconds of the processor, and the most memory in MB."""
    import fastexcel
    import numpy
    import pyarrow.compute

    import creditlang_builtin.workbook.workbook_source

    assert all((fastexcel, numpy, pyarrow.compute, creditlang_builtin.workbook.workbook_source))
    started = time.process_time()
    rows = READERS[name](path)
    seconds = time.process_time() - started
    print(rows, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measured(name: str, path: Path, rows: int) -> tuple[float, float]:
    """Seconds and memory of a reading in a process of its own."""
    command = [sys.executable, "-m", __spec__.name, "--read", name, "--path", str(path)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    found, seconds, memory = done.stdout.split()
    assert int(found) == rows
    return float(seconds), float(memory)


def compare(path: Path, rows: int, rounds: int) -> None:
    """Take turns, and print the best of each."""
    turns = [{name: measured(name, path, rows) for name in READERS} for _ in range(rounds)]
    best = {name: min(turn[name][0] for turn in turns) for name in READERS}
    memory = {name: max(turn[name][1] for turn in turns) for name in READERS}
    print(f"source {best['source']:.2f} s, fastexcel {best['fastexcel']:.2f} s of the processor, "
          f"ratio {best['source'] / best['fastexcel']:.2f}")  # fmt: skip
    print(f"memory at most {memory['source']:.0f} MB, of fastexcel {memory['fastexcel']:.0f} MB")


def main() -> None:
    """Write the file, read it both ways."""
    parser = argparse.ArgumentParser(description="Reading a million rows of a workbook.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--shared", action="store_true", help="with shared texts")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--read", choices=[*READERS, "write"], help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read == "write":
        write(arguments.path, arguments.rows, arguments.shared)
        return
    if arguments.read is not None:
        read_here(arguments.read, arguments.path)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "activity.xlsx"
        # In a process of its own: what starts others hands down the most memory that it ever had.
        subprocess.run(
            [sys.executable, "-m", "bench.read_workbook", *sys.argv[1:], "--read", "write", "--path", str(path)],
            check=True,
        )
        print(f"{arguments.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
        compare(path, arguments.rows, arguments.rounds)


if __name__ == "__main__":
    main()
