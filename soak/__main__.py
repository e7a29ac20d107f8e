"""`python -m soak small_world open_values --minutes 10`: try to prove the whole wrong, part by part.

Without names, every part has its turn. A case is made from its number, so `--seed` with what was told makes it again.
The figures of docs/trust.md come from here.
"""

import argparse
import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.differential.figures import add_figures, figures

from soak.engines import Engines, Laws
from soak.failing_files import FailingFiles
from soak.growth import Growth
from soak.guided_bytes import GuidedBytes
from soak.killed_runs import KilledRuns
from soak.loaded_server import LoadedServer
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
    "failing_files": FailingFiles, "lost_databases": LostDatabases, "private_names": PrivateNames,
    "guided_bytes": GuidedBytes, "loaded_server": LoadedServer, "planted_faults": PlantedFaults, "growth": Growth,
}  # fmt: skip

Figures = dict[str, dict[str, Any]]
"""What each part has counted."""
APART: Final = 10**8
"""Cases between those of one process and of the next."""
BETWEEN_COLLECTIONS: Final = 20
"""Cases after which cycles are looked for: none has time to look while it is tried."""


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
    parser.add_argument("--cases", type=int, default=10**8, help="stop a part after so many")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first case")
    parser.add_argument("--out", type=Path, help="a folder for what is found")
    parser.add_argument("--processes", type=int, default=1, help="so many at once, each with cases of its own")
    parser.add_argument("--figures", type=Path, help="a file of what has been counted, to be added to every minute")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.parts if name not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    print(_machine(), flush=True)
    names = arguments.parts or list(PARTS)
    with tempfile.TemporaryDirectory() as folder:
        file = arguments.figures or Path(folder) / "figures"
        found = _at_once(arguments, names, file) if arguments.processes > 1 else [_ran(arguments, names, file)]
    wrong = 0
    for name in names:
        part = PARTS[name](None)
        for counted in found:
            add_figures(part, counted.get(name, {}))
        cases = ", ".join(f"{first} to {last}" for first, last in part.numbers)
        print(f"\n## {name}, cases {cases}", *part.lines(), f"found: {len(part.found)}", *part.found[:20], sep="\n")
        wrong += len(part.found)
    return int(bool(wrong))


def _ran(arguments: argparse.Namespace, names: list[str], file: Path) -> Figures:
    """Run the parts; what they and those before them have counted."""
    found: Figures = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for name in names:
        part = PARTS[name](arguments.out and arguments.out / name)
        add_figures(part, found.get(name, {}))
        end, told = time.monotonic() + 60 * arguments.minutes, time.monotonic()
        for number in range(arguments.seed, arguments.seed + arguments.cases):
            if time.monotonic() > end or part.done:
                break
            part.case(number)
            part.tried(number)
            if number % BETWEEN_COLLECTIONS == 0:
                gc.collect()
            if number == arguments.seed + 1:
                gc.freeze()  # what the first cases have loaded is there to stay
            if time.monotonic() - told > 60:
                told = time.monotonic()
                print(f"{name}, up to case {number}: {part.cases}, {len(part.found)} found", flush=True)
                _keep({**found, name: figures(part)}, file)
        found[name] = figures(part)
        _keep(found, file)
    return found


def _keep(found: Figures, file: Path) -> None:
    written = file.with_suffix(".new")
    written.write_text(json.dumps(found), encoding="utf-8")
    written.replace(file)


def _at_once(arguments: argparse.Namespace, names: list[str], file: Path) -> list[Figures]:
    """The same in several processes, each with a file beside the one that is said."""
    files = [file.with_name(f"{file.name}-{number}") for number in range(arguments.processes)]
    running = []
    for number, own in enumerate(files):
        asked = [sys.executable, "-m", "soak", *names, "--figures", str(own)]
        asked += ["--seed", str(arguments.seed + number * APART), "--minutes", str(arguments.minutes)]
        asked += ["--cases", str(arguments.cases)]
        asked += ["--out", str(arguments.out)] if arguments.out else []
        running.append(subprocess.Popen(asked, stdout=subprocess.DEVNULL))
    for one in running:
        one.wait()
    return [json.loads(own.read_text(encoding="utf-8")) for own in files]


def _machine() -> str:
    """Day, version and machine, as a report has to say them."""
    asked = ["git", "describe", "--always", "--dirty"]
    version = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or "no version control"
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {version}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    gc.freeze()
    gc.disable()
    sys.exit(main())
