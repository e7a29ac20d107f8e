"""Files that appear whole or not at all: written beside their final name, forced to disk, then renamed over it.

A run that is killed at any moment leaves either the old file or the new one under the final name, and at worst a
temporary file `.creditlang-NAME.PROCESS-COUNT.tmp`, which the next run that writes NAME removes. While a run lives it
holds a lock on its temporary file, where the system has such locks: of two runs that write one file at the same time,
the later one is told so, and the earlier one is not disturbed.
"""

import contextlib
import itertools
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TextIO

from creditlang.diagnostics import Phrase, Place, report, system_reason
from creditlang.plugin.plugin_error import PluginError
from creditlang.words import NOT_A_FILE

try:
    import fcntl
except ImportError:  # there are no such locks; an open file cannot be removed there
    fcntl = None  # type: ignore[assignment]

_TEMPORARY: Final = re.compile(r"\.creditlang-(?P<name>.+)\.(?P<process>[0-9]+)-[0-9]+\.tmp")
_BEGINNING: Final = 4096
_NO_FILE: Final = NOT_A_FILE
_BUSY: Final = Phrase("another run is writing it at this moment", "另一次运行正在写")
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
    """Remove what killed runs left behind while they wrote `name`, or, for `*.csv`, any file with that ending.

    Raises `PluginError` CR710 if another run is writing it.
    """
    with contextlib.suppress(OSError):
        for entry in list(folder.iterdir()):
            match = _TEMPORARY.fullmatch(entry.name)
            if not match or (match["name"] != name and (name[:1] != "*" or not match["name"].endswith(name[1:]))):
                continue
            if _is_held(entry):
                if int(match["process"]) == os.getpid():
                    continue
                raise PluginError(report("CR710", Place(match["name"]), reason=_BUSY))
            with contextlib.suppress(OSError):
                entry.unlink()


def _is_held(temporary: Path) -> bool:
    """Whether a run that lives is writing a temporary file."""
    with contextlib.suppress(FileNotFoundError), temporary.open("rb") as file:
        return not _held(file.fileno())
    return False


def _held(descriptor: int) -> bool:
    """Take the lock of a file for as long as it is open; false if somebody else has it."""
    if fcntl is not None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # a file system without locks
    return True


def refuse_to_replace(path: Path, ours: Callable[[bytes], bool]) -> None:
    """Raise `PluginError` CR753 if a file stands there that is neither empty nor ours, as its beginning says."""
    with reporting(path.name), contextlib.suppress(FileNotFoundError, NotADirectoryError):
        if not stat.S_ISREG(path.stat().st_mode):
            raise PluginError(report("CR710", Place(path.name), reason=_NO_FILE))
        with path.open("rb") as file:
            beginning = file.read(_BEGINNING)
        if beginning and not ours(beginning):
            raise PluginError(report("CR753", Place(path.name)))


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

    def __init__(
        self, path: Path, encoding: str = "utf-8", clean: bool = True,
        ours: Callable[[bytes], bool] = lambda beginning: True,
    ) -> None:  # fmt: skip
        """Make the folders, remove stale temporary files, open the temporary one.

        Without `clean`, the stale files are somebody else's business, who has many files to write. `ours` tells by the
        beginning of a file whether it may be replaced. Raises `PluginError`: CR710 it cannot be written, or another run
        is writing it, CR753 somebody else's file stands there.
        """
        self.path = Path(os.path.realpath(path))
        temporary = f".creditlang-{self.path.name}.{os.getpid()}-{next(_count)}.tmp"
        self.temporary = self.path.with_name(temporary)
        with reporting(path.name):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            refuse_to_replace(self.path, ours)
            if clean:
                clean_stale(self.path.parent, self.path.name)
            self.stream = self.temporary.open("x+", encoding=encoding, newline="\n")
            _held(self.stream.fileno())
            try:
                if clean:  # two runs may begin at once
                    clean_stale(self.path.parent, self.path.name)
            except PluginError:
                self.discard()
                raise

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


def publish_file(path: Path, content: bytes, ours: Callable[[bytes], bool] = lambda beginning: True) -> None:
    """Write a file of which everything is at hand. Raises `PluginError` as `PendingFile` does."""
    pending = PendingFile(path, ours=ours)
    try:
        with reporting(pending.path.name):
            pending.stream.buffer.write(content)
        pending.publish()
    finally:
        pending.discard()


def hand_over(text: str, target: str, stream: TextIO, ours: Callable[[bytes], bool]) -> None:
    """Write a text to the file at `target`, or to `stream` if that is `-`."""
    if target != "-":
        publish_file(Path(target), text.encode(), ours)
        return
    with reporting("-"):
        stream.write(text)
        stream.flush()
