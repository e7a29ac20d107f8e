"""The files of one run in a folder, put aside while they are written and published together.

Each file is written beside its final name, forced to disk, and renamed when all are there. A folder is always of one
run: files of an earlier run that this one does not have are removed, and if anything fails before publishing, all stay
as they were. The hidden file `.creditlang-output` lists what is ours; no other file is ever replaced or removed, so
that results written into the folder of the data by mistake cost nothing. What another output listed there stays.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TextIO

from creditlang.diagnostics import Place, report
from creditlang.plugin.plugin_error import PluginError
from creditlang.toolkit.atomic_files import PendingFile, clean_stale, reporting, sync_folder

OWNED: Final = ".creditlang-output"
SIGNATURE: Final = ".creditlang-signature"
"""The signature over the files of a run, which says nothing of any other."""
_INSIDE: Final = re.compile(r"[^./\\][^/\\]*")
_TOLD: Final = 5
"""Foreign files that are named."""


class StagedFolder:
    """A folder that nobody sees anything of until `publish`."""

    def __init__(self, folder: Path, endings: Iterable[str], last: str = "", owned: str = OWNED) -> None:
        """Nothing is made yet.

        Files have these endings; without the one named `last`, the folder is unfinished; `owned` lists what is ours.
        """
        self.folder, self.endings, self.last, self.owned = folder, tuple(endings), last, owned
        self._files: dict[str, PendingFile] = {}
        self._lock: PendingFile | None = None
        """Never published: it keeps other runs out for as long as it is there."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits to be published."""
        return not self._files

    def open(self, name: str, encoding: str = "utf-8") -> TextIO:
        """Put a text file aside, to be written. Raises `PluginError` CR710."""
        return self._pending(name, encoding).stream

    def add(self, name: str, content: bytes) -> None:
        """Put a file aside. Raises `PluginError` CR710."""
        pending = self._pending(name)
        with reporting(name):
            pending.stream.buffer.write(content)
        pending.settle()

    def _pending(self, name: str, encoding: str = "utf-8") -> PendingFile:
        if self._lock is None:
            self._lock = PendingFile(self.folder / f"{self.owned}-{'-'.join(self.endings)}")
            for ending in self.endings:
                clean_stale(self.folder, f"*.{ending}")
        self._files[name] = PendingFile(self.folder / name, encoding, clean=False)
        return self._files[name]

    def publish(self) -> None:
        """Give the files their names. At every step the list of our files has all that are there.

        Raises `PluginError`: CR712 a file that is not ours has such a name, CR710 the folder cannot be written.
        """
        listed, now = self._listed(), set(self._files)
        earlier = {name for name in listed if name.endswith(tuple(f".{ending}" for ending in self.endings))}
        if not earlier and not now:
            return
        try:
            foreign = sorted(name for name in now - earlier if (self.folder / name).exists())
            if foreign:
                raise PluginError(*(report("CR712", Place(name)) for name in foreign[:_TOLD]))
            self._list(listed | now)
            self._remove({SIGNATURE, *(earlier & {self.last})})
            for name in sorted(now - {self.last}):
                self._files[name].publish(sync=False)
            self._remove(earlier - now)
            if self.last in now:
                self._files[self.last].publish()
            self._list(listed - earlier | now)
        finally:
            self.discard()

    def discard(self) -> None:
        """Drop what was put aside."""
        while self._files:
            self._files.popitem()[1].discard()
        if self._lock is not None:
            self._lock.discard()
            self._lock = None

    def _remove(self, names: Iterable[str]) -> None:
        with reporting(self.folder.name):
            for name in sorted(names):
                (self.folder / name).unlink(missing_ok=True)
            sync_folder(self.folder)

    def _listed(self) -> set[str]:
        """The files that earlier runs wrote."""
        try:
            text = (self.folder / self.owned).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return set()
        return {line for line in text.split("\n") if _INSIDE.fullmatch(line)}

    def _list(self, names: set[str]) -> None:
        pending = PendingFile(self.folder / self.owned)
        with reporting(self.owned):
            pending.stream.write("".join(f"{name}\n" for name in sorted(names)))
        pending.publish()
