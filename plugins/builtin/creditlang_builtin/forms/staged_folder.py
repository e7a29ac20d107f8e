"""The files of one form, put aside while they are drawn and published together.

Each file is written beside its final name, forced to disk, and renamed when all are there. A folder is always of one
run: files of an earlier run that this one does not have are removed, and if anything fails before publishing, all stay
as they were. As in folders of CSV files, the hidden file `.creditlang-output` lists what is ours; no other file is ever
replaced or removed.
"""

import contextlib
import itertools
import os
import re
from pathlib import Path
from typing import Final

from creditlang.diagnostics import Place, report
from creditlang.plugin import PluginError
from creditlang.toolkit.atomic_files import PendingFile, clean_stale, reporting, sync_folder

OWNED: Final = ".creditlang-output"
_OWN_NAME: Final = re.compile(r"[^./\\][^/\\]*\.(?:xlsx|html|pdf|json)")
_count: Final = itertools.count()


class StagedFolder:
    """A folder that nobody sees anything of until `publish`."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made yet."""
        self.folder = folder
        self._temporary: dict[str, Path] = {}
        self._list: PendingFile | None = None

    def add(self, name: str, content: bytes) -> None:
        """Put a file aside. Raises `PluginError` CR710."""
        with reporting(name):
            self._prepare()
            temporary = self.folder / f".creditlang-{name}.{os.getpid()}-{next(_count)}.tmp"
            with temporary.open("xb") as file:
                self._temporary[name] = temporary
                file.write(content)
                file.flush()
                os.fsync(file.fileno())

    def publish(self) -> None:
        """Give the files their names.

        Raises `PluginError`: CR712 a file that is not ours has such a name, CR710 the folder cannot be written.
        """
        earlier, now = self._owned(), set(self._temporary)
        if not earlier and not now:
            return
        try:
            with reporting(self.folder.name):
                own = self._prepare()
            foreign = sorted(name for name in now - earlier if (self.folder / name).exists())
            if foreign:
                raise PluginError(*(report("CR712", Place(name)) for name in foreign[:_TOLD]))
            _own(PendingFile(self.folder / OWNED), earlier | now)
            with reporting(self.folder.name):
                for name, temporary in sorted(self._temporary.items()):
                    temporary.replace(self.folder / name)
                for name in sorted(earlier - now):
                    (self.folder / name).unlink(missing_ok=True)
                sync_folder(self.folder)
            _own(own, now)
            self._temporary = {}
        finally:
            self.discard()

    def discard(self) -> None:
        """Drop what was put aside."""
        while self._temporary:
            with contextlib.suppress(OSError):
                self._temporary.popitem()[1].unlink()
        if self._list is not None:
            self._list.discard()
            self._list = None

    def _prepare(self) -> PendingFile:
        """Make the folder, remove what a killed run left in it, and begin the list, which keeps other runs out."""
        if self._list is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._list = PendingFile(self.folder / OWNED)
            for ending in ("xlsx", "html", "pdf", "json"):
                clean_stale(self.folder, f"*.{ending}")
        return self._list

    def _owned(self) -> set[str]:
        """The files that an earlier run wrote."""
        try:
            text = (self.folder / OWNED).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return set()
        return {line for line in text.split("\n") if _OWN_NAME.fullmatch(line)}


def _own(pending: PendingFile, names: set[str]) -> None:
    with reporting(OWNED):
        pending.stream.write("".join(f"{name}\n" for name in sorted(names)))
    pending.publish()


_TOLD: Final = 5
"""Foreign files that are named."""
