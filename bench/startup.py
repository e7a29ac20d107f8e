"""How long the command line takes to start: `creditlang --help`, against an empty Python.

    python -m bench.startup [--runs N]

Whole processes, timed in turn; medians of wall time are printed.
"""

import argparse
import subprocess
import sys
from statistics import median
from time import perf_counter

COMMANDS = {
    "python -c pass": (sys.executable, "-c", "pass"),
    "creditlang --help": (sys.executable, "-m", "creditlang", "--help"),
    "import creditlang": (sys.executable, "-c", "import creditlang"),
}


def wall_time(command: tuple[str, ...]) -> float:
    """Seconds that a process takes from start to end."""
    start = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How long the command line takes to start.")
    parser.add_argument("--runs", type=int, default=25)
    runs = parser.parse_args().runs
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, command in COMMANDS.items():
            times[name].append(wall_time(command))
    print(f"wall time, medians of {runs} runs")
    for name, found in times.items():
        print(f"{name:<18} {median(found) * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
