"""Reads a file, whole or piece by piece, and knows whether it held still meanwhile.

A file that a spreadsheet or a download is still writing gives a torn reading that looks like a complete one. So the
size and the time of change are taken before the first byte, compared after the last, and once more when the rows have
been used.
"""

import os
import stat
from abc import abstractmethod
from collections.abc import Iterator
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from typing import Final

from attrs import frozen

from creditlang.diagnostics import Diagnostic, Place, report, system_reason
from creditlang.plugin import Source
from creditlang.schema import RawTable
from creditlang.words import NOT_A_FILE

LARGEST_FILE: Final = 512 * 1024 * 1024
"""Bytes."""


@frozen
class FileContent:
    """The bytes of a file, their SHA-256, and what the file looked like when they were read."""

    path: Path
    content: bytes
    digest: str
    stamp: tuple[int, ...]

    def changed(self) -> Diagnostic | None:
        """CR632 if the file is no longer as it was."""
        return changed_since(self.path, self.stamp)


def changed_since(path: Path, stamp: tuple[int, ...]) -> Diagnostic | None:
    """CR632 if a file does not look as it did."""
    try:
        same = stamp_of(os.stat(path)) == stamp
    except OSError:
        same = False
    return None if same else report("CR632", Place(path.name))


def stamp_of(status: os.stat_result) -> tuple[int, ...]:
    """What changes when a file does."""
    return (status.st_size, status.st_mtime_ns, status.st_ino)


def open_file(path: Path) -> BufferedReader | Diagnostic:
    """A file to be read piece by piece, or CR620."""
    try:
        # A pipe would be waited for when it is opened.
        if stat.S_ISREG(path.stat().st_mode):
            return path.open("rb")
    except OSError as error:
        return unreadable(path, error)
    return report("CR620", Place(path.name), reason=NOT_A_FILE)


def unreadable(path: Path, error: OSError) -> Diagnostic:
    """CR620 with what the system says."""
    return report("CR620", Place(path.name), reason=system_reason(error))


def read_file(path: Path, limit: int = LARGEST_FILE) -> FileContent | Diagnostic:
    """The file's content, or why there is none: CR620 unreadable, CR632 changed while it was read, CR633 too large."""
    file = open_file(path)
    if isinstance(file, Diagnostic):
        return file
    try:
        with file:
            before = os.fstat(file.fileno())
            if before.st_size > limit:
                return report("CR633", Place(path.name), limit=f"{limit // (1024 * 1024)} MiB")
            content = file.read(limit + 1)
    except OSError as error:
        return unreadable(path, error)
    reading = FileContent(path, content, sha256(content).hexdigest(), stamp_of(before))
    if len(content) != before.st_size:
        return report("CR632", Place(path.name))
    return reading.changed() or reading


class FileSource(Source):
    """One file; its fingerprint is the SHA-256 of its bytes, as `sha256sum` prints it."""

    def __init__(self, where: str) -> None:
        """`where` is the file's path."""
        super().__init__(where)
        self.path = Path(where)
        self._digest = sha256().hexdigest()

    def fingerprint(self) -> str:
        """Of the file."""
        return self._digest


class WholeFileSource(FileSource):
    """One file, read whole before anything is handed over."""

    def tables(self) -> Iterator[RawTable]:
        """The tables, in the order in which they stand in the file."""
        reading = read_file(self.path)
        if isinstance(reading, Diagnostic):
            self.problems.append(reading)
            return
        self._digest = reading.digest
        yield from self._tables(reading)

    @abstractmethod
    def _tables(self, reading: FileContent) -> Iterator[RawTable]:
        """The tables in the file's content."""

    def _look_again(self, reading: FileContent) -> None:
        """Once the rows have been used: whether the file has changed meanwhile."""
        if (changed := reading.changed()) is not None:
            self.problems.append(changed)
