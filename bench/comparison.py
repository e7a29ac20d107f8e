"""How long it takes to compare two settings of a policy over a cohort, and how much memory.

    python -m bench.comparison [--students N]

Makes a cohort of N students (the sample of the Hengyang regulation, made larger), and compares in a process of its own
the regulation as it is with one whose pass mark is 90, from CSV files to the tables of the comparison. Prints seconds,
those that the processor worked, and the peak memory, beside those of one run over the same data, and of a comparison
in which the policies are two files.
"""

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from samples.hengyang.__main__ import make

WAYS = ("run", "settings", "policies")


def _read(comparison: Any) -> int:
    """How many records there were, by the equation."""
    return int(comparison.equations[0].split()[1])


def work(way: str, folder: str) -> dict[str, float]:
    """Run or compare the cohort in a folder; what it took."""
    import creditlang

    policy = creditlang.load("hengyang")
    start, worked = perf_counter(), process_time()
    if way == "run":
        read = policy.run(folder).read
        changed = 0
    elif way == "settings":
        comparison = creditlang.compare(policy, policy, folder, set_new={"pass_mark": 90})
        read, changed = _read(comparison), comparison.numbers.changed
    else:
        from creditlang.driver import find_policy

        path = find_policy("hengyang")
        assert path is not None
        text = path.read_text(encoding="utf-8").replace("= 85 point", "= 90 point", 1)
        comparison = creditlang.compare(policy, creditlang.load(text), folder)
        read, changed = _read(comparison), comparison.numbers.changed
    seconds, processor = perf_counter() - start, process_time() - worked
    # The system counts in KiB, but in bytes on macOS.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"records": read, "changed": changed, "seconds": seconds, "processor": processor, "peak": peak / 2**20}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Seconds and memory of a comparison over a cohort.")
    parser.add_argument("--students", type=int, default=7000)
    parser.add_argument("--work", nargs=2, metavar=("WAY", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        print(json.dumps(work(*arguments.work)))
        return
    print("            records   changed   seconds  of processor   peak MiB")
    with TemporaryDirectory() as folder:
        make(Path(folder), arguments.students)
        for way in WAYS:
            command = [sys.executable, "-m", __spec__.name, "--work", way, folder]
            done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
            row = json.loads(done.stdout)
            print(
                f"{way:9} {row['records']:9,} {row['changed']:9,} {row['seconds']:9.1f} {row['processor']:13.1f} "
                f"{row['peak']:10.0f}"
            )


if __name__ == "__main__":
    main()
