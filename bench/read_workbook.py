"""How long it takes to read a million activity rows from a workbook, against fastexcel on the same file, same run.

python bench/read_workbook.py [--rows N]
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HEADER = ("record_id", "student_id", "item", "on", "level", "award", "content", "hours")


def write(path: Path, rows: int) -> None:
    """A workbook like an export of activities."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
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


def batches(path: Path) -> int:
    """As columns."""
    from creditlang_builtin.workbook_source import WorkbookSource

    with WorkbookSource(str(path)) as source:
        return sum(len(batch.numbers) for table in source.tables() for batch in table.batches())


def peer(path: Path) -> int:
    """fastexcel to Arrow."""
    import fastexcel

    return int(fastexcel.read_excel(path.read_bytes()).load_sheet(0).to_arrow().num_rows)


def timed(read: Callable[[Path], int], path: Path, wanted: int) -> float:
    """Seconds of one run."""
    started = time.perf_counter()
    assert read(path) == wanted
    return time.perf_counter() - started


def main() -> None:
    """Write the file, read it both ways, print seconds, ratio and memory."""
    parser = argparse.ArgumentParser(description="Reading a million rows of a workbook.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "activity.xlsx"
        write(path, arguments.rows)
        print(f"{arguments.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
        theirs = timed(peer, path, arguments.rows)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        own = timed(batches, path, arguments.rows)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"columns {own:.2f} s, fastexcel {theirs:.2f} s, ratio {own / theirs:.2f}")
    print(f"memory at most {peak:.0f} MB, of fastexcel {before:.0f} MB")


if __name__ == "__main__":
    main()
