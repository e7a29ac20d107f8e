"""A folder with one file per record kind, `student.csv`, `activity.xlsx` …, each opened by whichever plugin reads it.

Files are taken in the order of their names; hidden files, lock files of office programs and what
Windows leaves there are passed over. A file that no plugin reads is named: as an error if it looks like data, else as a
note. Two files with one stem would give one record kind twice, most often the same export in two formats, and are an
error; neither is read.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from creditlang.diagnostics import Place, report, system_reason
from creditlang.plugin import PluginError, Source
from creditlang.schema import RawTable
from creditlang.words import A_PIPE

_DATA_SUFFIXES: Final = frozenset(
    {".csv", ".tsv", ".tab", ".txt", ".json", ".jsonl", ".xls", ".xlsx", ".xlsm", ".xlsb", ".et", ".ods"}
    | {".parquet", ".arrow", ".feather", ".db", ".sqlite", ".dbf", ".mdb"}
)
_HIDDEN: Final = (".", "~$")
_LEFT_BY_SYSTEMS: Final = frozenset({"thumbs.db", "desktop.ini"})
"""What Windows leaves in a folder; `.DS_Store` is hidden anyway."""


class FolderSource(Source):
    """All the files of a folder that can be read; subfolders are not entered."""

    def __init__(self, where: str, open_file: Callable[[str], Source], only: str | None = None) -> None:
        """`open_file` opens a path, or raises `PluginError` if no plugin does. `only` is the one suffix to look at."""
        super().__init__(where)
        self.folder = Path(where)
        self._open_file = open_file
        self._only = only
        self._digests: list[tuple[str, str]] = []

    def tables(self) -> Iterator[RawTable]:
        """The tables of every file, in the order of the files' names."""
        count = 0
        for path in self._files():
            try:
                source = self._open_file(str(path))
            except PluginError as error:
                self._unread(path, error)
                continue
            with source:
                for table in source.tables():
                    count += 1
                    yield table
                self.problems.extend(source.problems)
                self._digests.append((path.name, source.fingerprint()))
        if count == 0:
            self.problems.append(report("CR643", Place(self.folder.resolve().name)))

    def fingerprint(self) -> str:
        """SHA-256 of the lines `HASH  NAME` of the files that were opened, sorted by name."""
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(self._digests))
        return sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()

    def _files(self) -> list[Path]:
        """The files to open, as full paths: a name like `a:b.csv` must not be taken for a scheme."""
        folder = self.folder.resolve()
        try:
            paths = sorted(path for path in folder.iterdir() if not _is_no_data(path.name))
        except OSError as error:
            self.problems.append(report("CR620", Place(folder.name), reason=system_reason(error)))
            return []
        if self._only is not None:
            paths = [path for path in paths if path.suffix.lower() == self._only]
        self.problems.extend(report("CR641", Place(path.name)) for path in paths if path.is_dir())
        files = [path for path in paths if path.is_file() or not path.exists()]
        reason = A_PIPE
        endless = [path for path in paths if path.exists() and not (path.is_file() or path.is_dir())]
        self.problems.extend(report("CR620", Place(path.name), reason=reason) for path in endless)
        data = [path for path in files if path.suffix.lower() in _DATA_SUFFIXES]
        stems = Counter(path.stem.casefold() for path in data)
        twice = [path for path in data if stems[path.stem.casefold()] > 1]
        self.problems.extend(report("CR642", Place(path.name)) for path in twice)
        return [path for path in files if path not in twice]

    def _unread(self, path: Path, error: PluginError) -> None:
        """Say that no plugin reads a file; anything else that opening it ran into is an error in its own right."""
        if any(diagnostic.code != "CR706" for diagnostic in error.diagnostics):
            self.problems.extend(error.diagnostics)
        elif path.suffix.lower() in _DATA_SUFFIXES:
            self.problems.append(report("CR640", Place(path.name), suffix=path.suffix.lower()))
        else:
            self.problems.append(report("CR641", Place(path.name)))


def file_or_folder(where: str, open_file: Callable[[str], Source], only: str) -> Source:
    """The one file at an address, or all the files there that have the suffix `only`."""
    return FolderSource(where, open_file, only) if Path(where).is_dir() else open_file(where)


def _is_no_data(name: str) -> bool:
    return name.startswith(_HIDDEN) or name.lower() in _LEFT_BY_SYSTEMS
