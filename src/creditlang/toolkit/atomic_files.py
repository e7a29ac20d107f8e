"""Files that appear whole or not at all: written beside their final name, forced to disk, then renamed over it.

A run that is killed at any moment leaves either the old file or the new one under the final name, and at worst a
temporary file `.creditlang-NAME.PROCESS-COUNT.tmp`, which the next run that writes NAME removes. Two runs that write
one file at the same time disturb each other: one of them fails with a message, and what stands there is still whole.
"""

import contextlib
import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from creditlang.diagnostics import Place, report, system_reason
from creditlang.plugin.plugin_error import PluginError

_TEMPORARY: Final = re.compile(r"\.creditlang-(?P<name>.+)\.[0-9]+-[0-9]+\.tmp")
_count: Final = itertools.count()


@contextlib.contextmanager
def reporting(name: str) -> Iterator[None]:
    """Turn an `OSError` while `name` is written into a `PluginError` CR710. The full path is not in the message."""
    try:
        yield
    except OSError as error:
        reason = system_reason(error)
        raise PluginError(report("CR710", Place(name), reason=reason)) from error


def clean_stale(folder: Path, name: str) -> None:
    """Remove what killed runs left behind while they wrote `name`, or, for `*.csv`, any file with that ending."""
    with contextlib.suppress(OSError):
        for entry in list(folder.iterdir()):
            match = _TEMPORARY.fullmatch(entry.name)
            if match and (match["name"] == name or (name[:1] == "*" and match["name"].endswith(name[1:]))):
                with contextlib.suppress(OSError):
                    entry.unlink()


def sync_folder(folder: Path) -> None:
    """Force a folder's entries to disk, where the system can do that to a folder."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class PendingFile:
    """A text file, UTF-8 with line feeds, that is written to `stream` and gets its name only by `publish()`."""

    stream: TextIO

    def __init__(self, path: Path, encoding: str = "utf-8", clean: bool = True) -> None:
        """Make the folders, remove stale temporary files, open the temporary one. Raises `PluginError` CR710.

        Without `clean`, the stale files are somebody else's business, who has many files to write.
        """
        self.path = Path(os.path.realpath(path))
        temporary = f".creditlang-{self.path.name}.{os.getpid()}-{next(_count)}.tmp"
        self.temporary = self.path.with_name(temporary)
        with reporting(path.name):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if clean:
                clean_stale(self.path.parent, self.path.name)
            self.stream = self.temporary.open("x+", encoding=encoding, newline="\n")

    def settle(self) -> None:
        """Force the content to disk and close it, so that many files can wait. Raises `PluginError` CR710."""
        with reporting(self.path.name):
            self.stream.flush()
            os.fsync(self.stream.fileno())
            self.stream.close()

    def publish(self, sync: bool = True) -> None:
        """Force the content to disk and give it its name. Raises `PluginError` CR710; the old file stands then.

        Without `sync`, the name itself may still be lost if the power fails, until somebody syncs the folder.
        """
        try:
            if not self.stream.closed:
                self.settle()
            with reporting(self.path.name):
                self.temporary.replace(self.path)
            if sync:
                sync_folder(self.path.parent)
        except PluginError:
            self.discard()
            raise

    def discard(self) -> None:
        """Drop the temporary file, if it is still there."""
        with contextlib.suppress(OSError, ValueError):
            self.stream.close()
        with contextlib.suppress(OSError):
            self.temporary.unlink()
