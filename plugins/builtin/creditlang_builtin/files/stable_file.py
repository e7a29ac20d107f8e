"""Reads a whole file, and knows whether it held still meanwhile.

A file that a spreadsheet or a download is still writing gives a torn reading that looks like a complete one. So the
size and the time of change are taken before the first byte, compared after the last, and once more when the rows have
been used.
"""

import os
import stat
from hashlib import sha256
from pathlib import Path
from typing import Final

from attrs import frozen

from creditlang.diagnostics import Diagnostic, Phrase, Place, report, system_reason

LARGEST_FILE: Final = 512 * 1024 * 1024
"""Bytes."""


@frozen
class Reading:
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


def read_file(path: Path, limit: int = LARGEST_FILE) -> Reading | Diagnostic:
    """The file's content, or why there is none: CR620 unreadable, CR632 changed while it was read, CR633 too large."""
    place = Place(path.name)
    try:
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                return report("CR620", place, reason=Phrase("it is not a file", "它不是文件"))
            if before.st_size > limit:
                return report("CR633", place, limit=f"{limit // (1024 * 1024)} MiB")
            content = file.read(limit + 1)
    except OSError as error:
        return report("CR620", place, reason=system_reason(error))
    reading = Reading(path, content, sha256(content).hexdigest(), stamp_of(before))
    if len(content) != before.st_size:
        return report("CR632", place)
    return reading.changed() or reading
