"""How long the command line takes to start and to check a short policy and a long one, against an empty Python.

    python -m bench.startup [--runs N]

Whole processes in turn, from bytecode that is there; medians of their CPU and wall times are printed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

TEN_LINES = """
unit point
record activity
    item  : item
    on    : date
    hours : number, at least 0
category club in point
    item evening: 1 per event
    item service
        0.5 * hours per event
        cap 3 in total
"""
MODULE = (sys.executable, "-m", "creditlang")


def times(command: tuple[str, ...]) -> tuple[float, float]:
    """Seconds of CPU and of wall time that a process takes from start to end."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start, before = perf_counter(), os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return used, perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How long the command line takes to start and to check a policy.")
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        policy = Path(folder) / "ten-lines.credit"
        policy.write_text(TEN_LINES, encoding="utf-8")
        commands = {
            "python -c pass": (sys.executable, "-c", "pass"),
            "import creditlang": (sys.executable, "-c", "import creditlang"),
            "creditlang --help": (*MODULE, "--help"),
            "creditlang check, ten lines": (*MODULE, "check", str(policy)),
            "creditlang check hengyang": (*MODULE, "check", "hengyang"),
        }
        for command in commands.values():
            times(command)
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                found[name].append(times(command))
    print(f"medians of {runs} runs{'':<17}CPU     wall")
    for name, taken in found.items():
        used, passed = (median(part) * 1000 for part in zip(*taken, strict=True))
        print(f"{name:<28} {used:6.0f} ms {passed:6.0f} ms")


if __name__ == "__main__":
    main()
