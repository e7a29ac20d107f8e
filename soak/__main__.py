"""`python -m soak small_world open_values --minutes 10`: try to prove the whole wrong, part by part.

Without names, every part has its turn. A case is made from its number, so `--seed` with what was told makes it again.
The figures of docs/trust.md come from here.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from creditlang.cohort import fewer_collections
from soak.engines import Engines, Laws
from soak.failing_files import FailingFiles
from soak.killed_runs import KilledRuns
from soak.lost_databases import LostDatabases
from soak.mutated_data import MutatedData
from soak.mutated_policies import MutatedPolicies
from soak.open_values import OpenValues
from soak.part import Part
from soak.planted_faults import PlantedFaults
from soak.private_names import PrivateNames
from soak.small_world import SmallWorld

PARTS: dict[str, Callable[[Path | None], Part]] = {
    "engines": Engines, "laws": Laws, "small_world": SmallWorld, "open_values": OpenValues,
    "mutated_policies": MutatedPolicies, "mutated_data": MutatedData, "killed_runs": KilledRuns,
    "failing_files": FailingFiles, "lost_databases": LostDatabases, "private_names": PrivateNames, "planted_faults": PlantedFaults,
}  # fmt: skip


def main() -> int:
    """Run the parts; 1 where something was found."""
    parser = argparse.ArgumentParser(
        prog="python -m soak",
        description=__doc__,
        epilog="\n".join(f"{name:18}{(sys.modules[part.__module__].__doc__ or '').partition(chr(10))[0]}"
                         for name, part in PARTS.items() if hasattr(part, "__module__")),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("parts", nargs="*", metavar="PART", help="some of those below; where none is named, all")
    parser.add_argument("--minutes", type=float, default=1, help="for each part")
    parser.add_argument("--cases", type=int, default=10**12, help="stop a part after so many")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first case")
    parser.add_argument("--out", type=Path, help="a folder for what is found")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.parts if name not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    print(_machine(), flush=True)
    wrong = 0
    for name in arguments.parts or PARTS:
        part = PARTS[name](arguments.out and arguments.out / name)
        end, told, number = time.monotonic() + 60 * arguments.minutes, time.monotonic(), arguments.seed
        while time.monotonic() < end and number - arguments.seed < arguments.cases:
            part.case(number)
            number += 1
            if time.monotonic() - told > 60:
                told = time.monotonic()
                print(f"{name}, up to case {number}: {len(part.found)} found", flush=True)
        print(f"\n## {name}, cases {arguments.seed} to {number - 1}", *part.lines(), f"found: {len(part.found)}",
              *part.found[:20], sep="\n", flush=True)  # fmt: skip
        wrong += len(part.found)
    return int(bool(wrong))


def _machine() -> str:
    """Day, version and machine, as a report has to say them."""
    asked = ["git", "describe", "--always", "--dirty"]
    version = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or "no version control"
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {version}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    with fewer_collections():
        sys.exit(main())
