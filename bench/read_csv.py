"""How long it takes to read a million activity rows from CSV, against DuckDB's own reader on the same file, same run.

    python -m bench.read_csv [--rows N] [--times K]

The source checks, hashes and numbers every row, as the interpreter takes them; DuckDB reads all columns as text into
Arrow, on all cores.
"""

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HEADER = "record_id,student_id,item,on,level,award,content,hours\n"


def write(path: Path, rows: int) -> None:
    """A file like an export of activities."""
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for number in range(rows):
            day, content = f"2024-10-{number % 28 + 1:02}", f"内容{number % 1000}"
            file.write(f"A{number:07},2024{number % 10_000:06},学术讲座,{day},校级,,{content},{number % 7}.5\n")


def rows(path: Path) -> int:
    """Row by row, as the interpreter takes them."""
    from creditlang_builtin.csv.csv_source import CsvSource

    with CsvSource(str(path)) as source:
        return sum(1 for table in source.tables() for _ in table.rows)


def duckdb(path: Path) -> int:
    """The peer."""
    import duckdb

    with duckdb.connect() as connection:
        query = f"SELECT * FROM read_csv('{path}', all_varchar = true, header = true)"
        return int(connection.sql(query).to_arrow_table().num_rows)


def timed(read: Callable[[Path], int], path: Path, times: int, wanted: int) -> float:
    """The median of several runs, in seconds."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        assert read(path) == wanted
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def main() -> None:
    """Write the file, read it each way, print seconds and ratios."""
    parser = argparse.ArgumentParser(description="Reading a million rows of CSV.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "activity.csv"
        write(path, arguments.rows)
        print(f"{arguments.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
        own = timed(rows, path, arguments.times, arguments.rows)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        peer = timed(duckdb, path, arguments.times, arguments.rows)
    print(f"rows {own:.2f} s, DuckDB {peer:.2f} s, ratio {own / peer:.1f}; memory at most {peak:.0f} MB")


if __name__ == "__main__":
    main()
