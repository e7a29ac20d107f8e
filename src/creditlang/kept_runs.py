"""A run as it stands in a folder of CSV files: what its manifest says, and where its files differ from another run's.

A manifest closes with the SHA-256 of its own rows, so that a change to it is told apart from a change to what it speaks
of. Nothing is taken from a manifest that is not as it was written.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from io import StringIO
from itertools import zip_longest
from pathlib import Path
from typing import Final

from attrs import frozen

from creditlang.diagnostics import Diagnostic, Phrase, Place, listed, report, system_reason
from creditlang.toolkit.safe_cells import restore
from creditlang.toolkit.staged_folder import SIGNATURE

MANIFEST: Final = "manifest.csv"
_ENGINE: Final = re.compile(r"creditlang (\S+) .+")
_OWN_HASH: Final = "manifest_hash"
_NEEDED: Final = ("policy_hash", "engine", "as_of", "data_hash", "policy_file", "language", "engine_asked", _OWN_HASH)


def own_hash(rows: Sequence[Sequence[object]]) -> tuple[str, str]:
    """The last row of a manifest, from the others."""
    text = json.dumps([[str(cell) for cell in row] for row in rows], ensure_ascii=False)
    return _OWN_HASH, sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@frozen
class KeptRun:
    """A folder with the results of a run, and the values of each entry of its manifest, in order."""

    folder: Path
    entries: Mapping[str, Sequence[str]]

    def one(self, entry: str) -> str:
        """The value of an entry that stands there once."""
        return self.entries[entry][0]

    def all(self, entry: str) -> tuple[str, ...]:
        """The values of an entry, without empty ones."""
        return tuple(value for value in self.entries.get(entry, ()) if value)

    @property
    def version(self) -> str:
        """The version of creditlang that made it."""
        found = _ENGINE.fullmatch(self.one("engine"))
        return found[1] if found else self.one("engine")

    @staticmethod
    def read(folder: Path) -> "KeptRun | Diagnostic":
        """The run in a folder, or why it cannot be replayed: CR840, or CR841 for a manifest that was changed."""
        try:
            table = _table((folder / MANIFEST).read_bytes())
        except OSError as error:
            reason = system_reason(error)
            return report("CR840", Place(folder.name), file=MANIFEST, reason=reason)
        except (UnicodeDecodeError, csv.Error):
            return report("CR841", Place(MANIFEST))
        rows = [[restore(cell) for cell in row] for row in table[1:]]
        entries: dict[str, list[str]] = {}
        for row in rows:
            entries.setdefault(row[0] if row else "", []).append(row[1] if len(row) > 1 else "")
        if _OWN_HASH in entries and (table[0] != ["entry", "value"] or tuple(rows[-1]) != own_hash(rows[:-1])):
            return report("CR841", Place(MANIFEST))
        if lacking := [name for name in _NEEDED if name not in entries]:
            names = listed(lacking)
            reason = Phrase(f"it does not say {names}", f"其中没有{names.zh}")
            return report("CR840", Place(folder.name), file=MANIFEST, reason=reason)
        return KeptRun(folder, entries)


def file_differences(kept: Path, replayed: Path) -> Iterator[Diagnostic]:
    """How the files of a folder differ from those of a replay: CR847 missing, CR848 additional, CR849 not the same."""
    wanted, found = ({path.name for path in folder.iterdir()} - {SIGNATURE} for folder in (replayed, kept))
    for name in sorted(wanted - found):
        yield report("CR847", Place(name), name=name)
    for name in sorted(found - wanted):
        yield report("CR848", Place(name), name=name)
    for name in sorted(wanted & found):
        try:
            there, here = (kept / name).read_bytes(), (replayed / name).read_bytes()
        except OSError as error:
            yield report("CR840", Place(kept.name), file=name, reason=system_reason(error))
            continue
        if there != here:
            yield report("CR849", Place(name), name=name, where=_difference(there, here))


def _table(content: bytes) -> list[list[str]]:
    """The rows of a CSV file; raises where it is none."""
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def _difference(there: bytes, here: bytes) -> Phrase:
    """Where two contents of a file differ first, and how much of them."""
    try:
        kept, replayed = _table(there), _table(here)
    except (UnicodeDecodeError, csv.Error):
        kept, replayed = [], []
    if kept == replayed:
        place = next((at for at, (one, other) in enumerate(zip(there, here, strict=False)) if one != other), None)
        at = min(len(there), len(here)) if place is None else place
        return Phrase(
            f"byte {at + 1} is another, of {len(there)} bytes there and {len(here)} worked out",
            f"第{at + 1}个字节不同；原有{len(there)}个字节，重算得{len(here)}个",
        )
    none: list[str] = []
    number, one, other = next(
        (number, one, other)
        for number, (one, other) in enumerate(zip_longest(kept, replayed, fillvalue=none), 1)
        if one != other
    )
    column = next(at for at, (a, b) in enumerate(zip_longest(one, other)) if a != b)
    heading = replayed[0][column] if column < len(replayed[0]) else str(column + 1)
    was, now = (row[column] if column < len(row) else None for row in (one, other))
    only_there, only_here = _only(kept, replayed), _only(replayed, kept)
    return Phrase(
        f"row {number}, column {heading}: {_shown(was)} there, {_shown(now)} worked out; rows only there: {only_there}"
        f" of {len(kept)}, only worked out: {only_here} of {len(replayed)}",
        f"第{number}行“{heading}”列原为{_shown(was).zh}，重算得{_shown(now).zh}；原有{len(kept)}行中有{only_there}行重算后没有，"
        f"重算所得{len(replayed)}行中有{only_here}行原来没有",
    )


def _only(rows: list[list[str]], others: list[list[str]]) -> int:
    return (Counter(map(tuple, rows)) - Counter(map(tuple, others))).total()


def _shown(cell: str | None) -> Phrase:
    return Phrase("nothing", "空缺") if cell is None else Phrase(f"“{cell}”", f"“{cell}”")
