"""Runs that are killed at a random moment: every file is the old one or the new one, and no set of files is mixed."""

import random
import shutil
import tempfile
import time
from collections import Counter
from functools import cached_property
from pathlib import Path

from attrs import define, field

from soak.forked_runs import ended, started
from soak.part import Part
from soak.small_data import as_csv, policy, small

TARGETS = (
    "results",
    "results.json",
    "results.xlsx",
    "results.html",
    "results.db",
    "results.txt",
    "parquet:results.parquet",
)
DAYS = ("2025-08-31", "2024-08-31")
"""Each target is written over and over by runs of two days, so that a mixture would be seen."""


@define
class KilledRuns(Part):
    """One run after the other into the same targets."""

    told: Counter[str] = field(factory=Counter, init=False)

    @cached_property
    def folder(self) -> Path:
        """Where it all happens."""
        policy()
        folder = Path(tempfile.mkdtemp(prefix="soak-"))
        as_csv(small(), folder / "data")
        return folder

    @cached_property
    def whole(self) -> dict[str, tuple[list[dict[str, bytes]], float]]:
        """What runs of each day leave in each target when nobody kills them, and the seconds of one."""
        found = {}
        for target in TARGETS:
            left, took = [], 0.0
            for day in DAYS:
                began = time.monotonic()
                code = ended(started(self.arguments(target, day), self.folder / "said.txt"))
                took = time.monotonic() - began
                assert code in (0, 1, 3), f"{target}: a run ends with {code}"
                left.append(whole_files(self.path(target)))
                assert left[-1], f"nothing was written to {target}"
            found[target] = (left, took)
        return found

    def path(self, target: str) -> Path:
        """The file or folder of a target."""
        return self.folder / target.rpartition(":")[2]

    def arguments(self, target: str, day: str) -> list[str]:
        """The words of the command."""
        kind, colon, name = target.rpartition(":")
        out = f"{kind}{colon}{self.folder / name}"
        return ["run", "volunteer_hours", "--data", str(self.folder / "data"), "--as-of", day, "--out", out]

    def case(self, number: int) -> None:
        """Start a run, kill it, look at what is there."""
        rng = random.Random(number)
        target = TARGETS[number % len(TARGETS)]
        sets, took = self.whole[target]
        day = rng.randrange(2)
        child = started(self.arguments(target, DAYS[day]), self.folder / "said.txt")
        time.sleep(took * (0.1 + rng.random()))
        child.kill()
        self.cases += 1
        self.told["killed" if ended(child) < 0 else "done before"] += 1
        path = self.path(target)
        there = whole_files(path)
        for name, data in there.items():
            if all(each.get(name) != data for each in sets):
                self.note(number, f"{target}: {name} is of no run", name, data)
        if path.is_dir() and "manifest.csv" in there and there not in sets:
            self.note(number, f"{target}: a manifest beside tables of another run")
        if not path.is_dir() and not there:
            self.note(number, f"{target}: nothing is left of the file that was there")

    def lines(self) -> list[str]:
        """The figures."""
        told = ", ".join(f"{name} {count}" for name, count in self.told.items())
        shutil.rmtree(self.folder, ignore_errors=True)
        return [f"runs: {self.cases}, {told}; targets: {', '.join(TARGETS)}"]


def whole_files(path: Path) -> dict[str, bytes]:
    """The files under their final names."""
    if path.is_dir():
        return {x.name: x.read_bytes() for x in sorted(path.iterdir()) if not x.name.endswith(".tmp")}
    return {path.name: path.read_bytes()} if path.exists() else {}
