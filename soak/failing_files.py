"""A failure at every call that opens, writes, moves or closes a file, and a disk that is full after so many bytes."""

import builtins
import errno
import io
import os
import resource
import signal
from collections import Counter
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from attrs import define, field

from soak.forked_runs import ended, started
from soak.part import Part
from soak.writing_commands import (
    WRITING,
    WritingCommand,
    prepared,
    put_back,
    undisturbed,
    whole_files,
    words,
    wrong_files,
)

CALLS = (
    "open", "fsync", "replace", "rename", "link", "unlink", "mkdir", "write", "close", "fdopen", "scandir", "stat",
    "lstat",
)  # fmt: skip
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS)
FULL = range(4_000, 60_000, 2_000)
"""Bytes after which the disk is full: what is written by the streams of Python is no call that can be made to fail.
Fewer would not hold what the command says."""


@cache
def failures(target: str) -> list[tuple[str, int]]:
    """Each call that a command makes on files, the nth of its name, and the bytes of disks that are full."""
    command, counted = WRITING[target], prepared() / "counted.txt"
    undisturbed(target)
    put_back(command)
    ended(started(words(command, 0), prepared() / "said.txt", _counting, prepared(), counted))
    made = Counter(counted.read_text(encoding="utf-8").split())
    calls = [(name, nth) for name, count in sorted(made.items()) for nth in range(1, count + 1)]
    return [*calls, *(("full", size) for size in FULL)]


@define
class FailingFiles(Part):
    """One call fails in each run; the next call, in the next. After all have failed, each fails in another way."""

    told: Counter[str] = field(factory=Counter, init=False)
    rounds: Counter[str] = field(factory=Counter, init=False)
    """By target, runs in which something failed."""

    def case(self, number: int) -> None:
        """A run in which something fails."""
        turn, place = divmod(number, len(WRITING))
        command = list(WRITING.values())[place]
        ways = failures(command.target)
        again, at = divmod(turn, len(ways))
        name, nth = ways[at]
        error = ERRORS[(again + at) % len(ERRORS)]
        if name == "full":
            self._run(number, command, "a full disk", _full_after, nth)
        else:
            self._run(number, command, f"{name} {nth} {errno.errorcode[error]}", _failing, name, nth, error, prepared())

    def _run(self, number: int, command: WritingCommand, what: str, failing: Callable[..., None], *given: Any) -> None:
        sets, _ = undisturbed(command.target)
        path, said = prepared() / command.target, prepared() / "said.txt"
        put_back(command)
        before = whole_files(path)
        code = ended(started(words(command, number % 2), said, failing, *given))
        self.cases += 1
        self.told[f"exit {code}"] += 1
        self.rounds[command.target] += 1
        text = said.read_text(encoding="utf-8", errors="replace")
        after = whole_files(path)
        wrong = [f"exit {code}: {text.strip()[-300:]}"] if "Traceback" in text or code not in range(6) else []
        wrong += [told for told, _ in wrong_files(command, before)]
        # a copy that makes reading faster may be missing: the results are there all the same, and CR755 says so
        if code in (0, 3) and "CR755" not in text and after not in (sets if command.before is None else sets[1:]):
            wrong.append(f"exit {code}, but the results are not all there")
        for told in wrong:
            self.note(number, f"{command.target}, {what}: {told}")

    def lines(self) -> list[str]:
        """The figures."""
        told = ", ".join(f"{name}: {count}" for name, count in sorted(self.told.items()))
        targets = ", ".join(f"{name} {count} of {len(failures(name))}" for name, count in self.rounds.items())
        return [f"runs: {self.cases}; {told}; what failed for {targets}"]


def _full_after(size: int) -> None:
    """No file may become longer than so many bytes, as on a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _counting(folder: Path, counted: Path) -> None:
    """Note the calls in a file, one a line."""
    written, real = os.open(counted, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND), os.write
    for name in CALLS:
        _watch(name, folder, partial(_note, real, written, name))


def _note(write: Callable[[int, bytes], int], written: int, name: str, about: str) -> None:
    write(written, f"{name}\n".encode())


def _failing(name: str, nth: int, error: int, folder: Path) -> None:
    """Let the nth call of a function of the system fail that has to do with files below a folder."""
    left = nth

    def fail(about: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise OSError(error, os.strerror(error), about)

    _watch(name, folder, fail)


def _watch(name: str, folder: Path, told: Callable[[str], object]) -> None:
    """Tell of each call of a function of the system that has to do with files below a folder, before it is made."""

    def watched(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            about = str(arguments[0]) if arguments else ""
            written = about.startswith(str(folder)) and not about.startswith(str(folder / "data"))
            if written or isinstance(arguments[0] if arguments else "", int):
                told(about)
            return real(*arguments, **named)

        return call

    if name == "open":
        builtins.open = io.open = watched(builtins.open)
        os.open = watched(os.open)
    elif hasattr(os, name):
        setattr(os, name, watched(getattr(os, name)))
