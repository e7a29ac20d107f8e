"""About how many rows data have, where that can be told without reading them; what else is read has never so many."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from creditlang.plugin.manager import split_address

_LINES: Final = frozenset({".csv", ".tsv", ".txt", ".jsonl", ".ndjson"})
_LOOKED_AT: Final = 1 << 16


def rows_about(addresses: Sequence[str]) -> int:
    """The rows of files and folders: of Parquet files as they say, of files of lines by the length of the first."""
    return sum(map(_rows_of, _files(addresses)))


def _files(addresses: Sequence[str]) -> Iterator[Path]:
    for address in addresses:
        path = Path(split_address(address)[1])
        try:
            yield from (file for file in ([path] if path.is_file() else sorted(path.glob("[!.]*"))) if file.is_file())
        except (OSError, ValueError):
            continue


def _rows_of(file: Path) -> int:
    try:
        if file.suffix.lower() == ".parquet":
            from pyarrow import ArrowException, parquet

            try:
                return int(parquet.read_metadata(file).num_rows)
            except ArrowException:
                return 0
        if file.suffix.lower() not in _LINES:
            return 0
        with file.open("rb") as stream:
            beginning = stream.read(_LOOKED_AT)
        return file.stat().st_size * beginning.count(b"\n") // max(len(beginning), 1)
    except OSError:
        return 0
