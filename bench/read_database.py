"""How fast rows come out of a database: PostgreSQL and MariaDB, from server to columns of text, with the fingerprint.

    python -m bench.read_database [--rows N]

Each server is started for the measurement, in a temporary folder on this machine, and holds one table of records in
eight columns (texts in Chinese, a date, a decimal, yes or no, empty cells), with a primary key. Each reading is a
process of its own; what one takes that only opens the source and lists its tables is taken off. Needs Linux, for the
memory.
"""

import argparse
import subprocess
import sys
from time import perf_counter
from typing import Any

from database_servers import MariadbServer, NoServer, PostgresqlServer

COLUMNS = (
    "record_id varchar(20) PRIMARY KEY, student_id varchar(20), item varchar(60), on_day date, level varchar(10), "
    "hours decimal(10, 2), confirmed boolean, remark varchar(60)"
)
VALUES = {
    "PostgreSQL": "SELECT 'A' || lpad(i::text, 8, '0'), '2024' || lpad((i / 40)::text, 6, '0'), "
    "(array['学术讲座', '志愿服务', '思想道德主题教育活动（含升旗）', '社会实践'])[1 + i % 4], "
    "date '2022-09-01' + i % 1200, (array['校级', '省级', '国家级'])[1 + i % 3], (i % 977) / 100.0, i % 3 = 0, "
    "CASE WHEN i % 7 = 0 THEN '备注 ' || i END FROM generate_series(1, {rows}) i",
    "MariaDB": "SELECT concat('A', lpad(seq, 8, '0')), concat('2024', lpad(seq DIV 40, 6, '0')), "
    "elt(1 + seq % 4, '学术讲座', '志愿服务', '思想道德主题教育活动（含升旗）', '社会实践'), "
    "date '2022-09-01' + interval (seq % 1200) day, elt(1 + seq % 3, '校级', '省级', '国家级'), (seq % 977) / 100.0, "
    "seq % 3 = 0, if(seq % 7 = 0, concat('备注 ', seq), NULL) FROM seq_1_to_{rows}",
}
READING = """
import sys
from pathlib import Path
from time import perf_counter
from creditlang.plugin import PluginManager
address, whole = sys.stdin.readline().split()
start = perf_counter()
rows = 0
with PluginManager(no_plugins=True).source(address) as source:
    for table in source.tables():
        if whole == "rows":
            rows += sum(1 for _ in table.rows)
        elif whole == "batches":
            rows += sum(len(batch.numbers) for batch in table.batches())
    assert [problem.code for problem in source.problems if problem.severity.value == "error"] == []
seconds = perf_counter() - start
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(rows, seconds, status["VmHWM"].split()[0])
"""


def reading(address: str, whole: str) -> tuple[int, float, int]:
    """Rows, seconds and KiB of one process."""
    done = subprocess.run(
        [sys.executable, "-c", READING], input=f"{address} {whole}\n", capture_output=True, text=True, check=True
    )
    rows, seconds, memory = done.stdout.split()
    return int(rows), float(seconds), int(memory)


def measure(name: str, server: Any, rows: int) -> None:
    """Fill a server and read it."""
    with server:
        server.execute("CREATE DATABASE campus" + (" CHARACTER SET utf8mb4" if name == "MariaDB" else ""))
        start = perf_counter()
        server.execute(f"CREATE TABLE activity ({COLUMNS})", database="campus")
        server.execute(f"INSERT INTO activity {VALUES[name].format(rows=rows)}", database="campus")
        filled = perf_counter() - start
        address = server.address("campus")
        _, _, idle = reading(address, "nothing")
        for whole in ("batches", "rows"):
            found, seconds, memory = reading(address, whole)
            assert found == rows
            speed = f"{rows / seconds:>9,.0f} rows/s"
            print(f"{name:<11} {whole:<8} {seconds:6.2f} s {speed}  {(memory - idle) / 1024:5.0f} MiB more than idle")
        print(f"{'':<11} (filled in {filled:.1f} s)")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How fast rows come out of a database.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    print(f"{rows:,} rows of 8 columns")
    for name, kind in (("PostgreSQL", PostgresqlServer), ("MariaDB", MariadbServer)):
        try:
            server = kind()
        except NoServer as missing:
            print(f"{name:<11} {missing} is not installed")
            continue
        measure(name, server, rows)


if __name__ == "__main__":
    main()
