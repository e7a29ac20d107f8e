"""Looks twice a second whether one of some files was saved, and says so.

Only size and time are asked for; the contents are read, and their hash compared, when one of these is another. A file
that is not there for a moment, as while an editor replaces it, is looked for again.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread

INTERVAL = 0.5
"""Seconds between two looks."""

State = tuple[int, int, bytes]


def state_of(path: Path, before: State | None = None) -> State | None:
    """What tells one content of a file from another: size, time and hash; `before` if nothing can be read."""
    try:
        found = path.stat()
        if before is not None and before[:2] == (found.st_size, found.st_mtime_ns):
            return before
        return found.st_size, found.st_mtime_ns, sha256(path.read_bytes()).digest()
    except OSError:
        return before


class Watch:
    """A thread that calls `changed` whenever the contents of one of the files become others.

    `paths` is asked each time, since another policy may have been loaded; a new path is no change of contents.
    """

    def __init__(
        self, paths: Callable[[], Iterable[Path]], changed: Callable[[], None], interval: float = INTERVAL
    ) -> None:
        """Watch the files that `paths` names."""
        self.paths = paths
        self.changed = changed
        self.interval = interval
        self._before: dict[Path, State | None] = {}
        self._stop = Event()
        self._thread = Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> "Watch":
        """Begin; what the files hold now is no change."""
        self._before = {path: state_of(path) for path in self.paths()}
        self._thread.start()
        return self

    def stop(self) -> None:
        """End, and wait until it has ended."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self.interval):
            before = self._before
            self._before = {path: state_of(path, before.get(path)) for path in self.paths()}
            if any((was := before.get(path)) and now and was[2] != now[2] for path, now in self._before.items()):
                self.changed()
