"""A failure at every call that opens, writes, moves or closes a file, and a disk that is full after so many bytes."""

import builtins
import errno
import io
import os
import random
import resource
import signal
from collections import Counter
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from attrs import define, field

from soak.forked_runs import ended, started
from soak.killed_runs import DAYS, TARGETS, KilledRuns, whole_files
from soak.part import Part

CALLS = (
    "open", "fsync", "replace", "rename", "link", "unlink", "mkdir", "write", "close", "fdopen", "scandir", "stat",
    "lstat",
)  # fmt: skip
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS)


@define
class FailingFiles(Part):
    """One call fails in each run; the next call, in the next."""

    told: Counter[str] = field(factory=Counter, init=False)

    @cached_property
    def runs(self) -> KilledRuns:
        """The targets, and what whole runs leave there."""
        runs = KilledRuns()
        assert runs.whole
        return runs

    def case(self, number: int) -> None:
        """A run in which something fails."""
        rng = random.Random(number)
        target = TARGETS[number % len(TARGETS)]
        sets, _ = self.runs.whole[target]
        there = whole_files(self.runs.path(target))
        errors = self.runs.folder / "errors.txt"
        arguments, full = self.runs.arguments(target, rng.choice(DAYS)), rng.random() < 0.3
        if full:
            child = started(arguments, errors, _full_after, rng.randrange(4_000, 60_000))
        else:
            name, nth, error = rng.choice(CALLS), rng.randrange(1, 60), rng.choice(ERRORS)
            child = started(arguments, errors, _failing, name, nth, error, self.runs.folder)
        code = ended(child)
        self.cases += 1
        said = errors.read_text(encoding="utf-8", errors="replace")
        told = f"{target}, {'a full disk' if full else f'{name} {nth} {errno.errorcode[error]}'}"
        after = whole_files(self.runs.path(target))
        self.told[f"exit {code}"] += 1
        if "Traceback" in said or code not in (0, 1, 2, 3, 4, 5):
            self.note(number, f"{told}: exit {code}: {said.strip()[-200:]}")
        for file, data in after.items():
            if all(each.get(file) != data for each in sets):
                self.note(number, f"{told}: {file} is of no run", file, data)
        if self.runs.path(target).is_dir() and "manifest.csv" in after and after not in sets:
            self.note(number, f"{told}: a manifest beside tables of another run")
        if code in (0, 3) and after not in sets:
            self.note(number, f"{told}: exit {code}, but the results are not all there")
        if there and not after and not self.runs.path(target).is_dir():
            self.note(number, f"{told}: the file that was there is gone")

    def lines(self) -> list[str]:
        """The figures."""
        told = ", ".join(f"{name}: {count}" for name, count in sorted(self.told.items()))
        return [f"runs: {self.cases}; {told}"]


def _full_after(size: int) -> None:
    """No file may become longer than so many bytes, as on a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _failing(name: str, nth: int, error: int, folder: Path) -> None:
    """Let the nth call of a function of the system fail that has to do with files below a folder."""
    count = 0

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal count
            about = str(arguments[0]) if arguments else ""
            written = about.startswith(str(folder)) and not about.startswith(str(folder / "data"))
            if written or isinstance(arguments[0] if arguments else "", int):
                count += 1
                if count == nth:
                    raise OSError(error, os.strerror(error), about)
            return real(*arguments, **named)

        return call

    if name == "open":
        builtins.open = io.open = failing(builtins.open)
        os.open = failing(os.open)
    elif hasattr(os, name):
        setattr(os, name, failing(getattr(os, name)))
