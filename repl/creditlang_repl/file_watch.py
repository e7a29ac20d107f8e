"""Looks twice a second whether a file was saved, and says so.

Only size and time are asked for; the contents are read, and their hash compared, when one of these is another. A file
that is not there for a moment, as while an editor replaces it, is looked for again.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread

INTERVAL = 0.5
"""Seconds between two looks."""

State = tuple[Path, int, int, bytes]


def state_of(path: Path | None, before: State | None = None) -> State | None:
    """What tells one content of a file from another: size, time and hash; `before` if nothing can be read."""
    if path is None:
        return None
    try:
        found = path.stat()
        if before is not None and before[:3] == (path, found.st_size, found.st_mtime_ns):
            return before
        return path, found.st_size, found.st_mtime_ns, sha256(path.read_bytes()).digest()
    except OSError:
        return before


class Watch:
    """A thread that calls `changed` whenever the contents of the file become others.

    `path` is asked each time, since another policy may have been loaded; a new path is no change of contents.
    """

    def __init__(
        self, path: Callable[[], Path | None], changed: Callable[[], None], interval: float = INTERVAL
    ) -> None:
        """Watch the file that `path` names."""
        self.path = path
        self.changed = changed
        self.interval = interval
        self._before: State | None = None
        self._stop = Event()
        self._thread = Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> "Watch":
        """Begin; what the file holds now is no change."""
        self._before = state_of(self.path())
        self._thread.start()
        return self

    def stop(self) -> None:
        """End, and wait until it has ended."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        before = self._before
        while not self._stop.wait(self.interval):
            now = state_of(self.path(), before)
            if now is not None and before is not None and now[0] == before[0] and now[3] != before[3]:
                self.changed()
            before = now
