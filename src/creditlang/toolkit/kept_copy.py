"""A copy of a large file's rows as columns, kept beside the file, so that the next run need not take it apart again.

Beside `活动.csv` stand `.活动.csv.creditlang.parquet`, its cells as dictionaries and the numbers of its rows, and
`.活动.csv.creditlang.json`, which says of which file the copy is, by its SHA-256, and what else a source says: names,
findings, broken rows. The file itself is hashed in every run, and so is the copy. One that is of another file or of
another version, or torn, or changed, is not believed: the file is read as if there were none, and the copy made anew.

Both are written whole or not at all, the description last. Only a source of one table that comes as columns is kept;
Parquet and Arrow files, which are read as fast themselves, are not.
"""

import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import file_digest, sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, cast

from attrs import frozen

from creditlang.arrow_texts import most_differ
from creditlang.diagnostics import Diagnostic, Phrase, Place, report
from creditlang.plugin.interface import Source
from creditlang.plugin.plugin_error import PluginError
from creditlang.schema import RawBatch, RawTable
from creditlang.toolkit.atomic_files import PendingFile, publish_file, reporting

_NUMBER: Final = "row"
"""The column of row numbers; the others are called by their position."""
_FAST: Final = frozenset({".parquet", ".arrow", ".feather"})
_ROWS: Final = 1 << 20
"""Rows that are read together."""


def keeping(source: Source) -> Source:
    """The source; if it reads one file, by a copy that is kept."""
    path = Path(source.where)
    return KeptSource(source, path) if path.is_file() and path.suffix.lower() not in _FAST else source


class KeptSource(Source):
    """A source of one file, by its copy if there is one that can be believed; otherwise a copy is made."""

    def __init__(self, inner: Source, path: Path) -> None:
        """`inner` reads the file at `path`."""
        super().__init__(inner.where)
        self.inner = inner
        self.path = path
        self._kept: KeptCopy | None = None

    def tables(self) -> Iterator[RawTable]:
        """The tables of the file. A copy appears once all has been read; where it cannot be written, CR755 says so."""
        before = _stamp(self.path)
        self._kept = KeptCopy.of(self.path)
        if self._kept is None:
            self.problems = self.inner.problems
            yield from self._read(before)
            return
        yield self._kept.table()
        self.problems += self._kept.problems
        if _stamp(self.path) != before:
            self.problems.append(report("CR632", Place(self.path.name)))

    def _read(self, before: object) -> Iterator[RawTable]:
        copies: list[_Copying] = []
        count = 0
        try:
            digest = _digest(self.path)
            for table in self.inner.tables():
                count += 1
                if table.columnar is None or table.optional or table.unread or copies:
                    yield table
                else:
                    copies.append(_Copying(self.path, table))
                    yield copies[0].table()
            if count == 1 and copies and copies[0].done and _stamp(self.path) == before:
                copies[0].publish(digest, self.inner)
        finally:
            for copy in copies:
                copy.discard()
        self.problems += [report("CR755", Place(self.path.name), reason=copy.failed) for copy in copies if copy.failed]

    def fingerprint(self) -> str:
        """That of the file's own source."""
        return self.inner.fingerprint() if self._kept is None else self._kept.fingerprint

    def close(self) -> None:
        """Close the file's own source."""
        self.inner.close()


@frozen
class KeptCopy:
    """A copy that is of the file as it is, by what its description says."""

    name: str
    source: str
    header: tuple[str, ...]
    fingerprint: str
    doubts: tuple[Diagnostic, ...]
    problems: tuple[Diagnostic, ...]
    of_rows: Mapping[int, Diagnostic]
    """The problems of broken rows, by the position of the row."""
    broken: Mapping[int, tuple[str, ...]]
    content: bytes
    """The Parquet file."""

    @staticmethod
    def of(path: Path) -> "KeptCopy | None":
        """The copy beside a file, if it can be believed."""
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            said = json.loads(_description(path).read_text(encoding="utf-8"))
            told = said["copy"]
            content = _columns(path).read_bytes()
            sure = {"format": _format(), "file": _digest(path), "columns": sha256(content).hexdigest()}
            if said["digest"] == _digest_of(told) and sure.items() <= told.items():
                return KeptCopy(
                    name=told["name"], source=told["source"], header=tuple(told["header"]),
                    fingerprint=told["fingerprint"], doubts=tuple(map(_finding, told["doubts"])),
                    problems=tuple(map(_finding, told["problems"])),
                    of_rows={at: _finding(found) for at, found, _ in told["broken"]},
                    broken={at: tuple(cells) for at, _, cells in told["broken"]}, content=content,
                )  # fmt: skip
        return None

    def table(self) -> RawTable:
        """What the file's own source handed over."""
        return RawTable.of_batches(self.name, self.source, self.header, self._batches, self.doubts)

    def _batches(self) -> Iterator[RawBatch]:
        import pyarrow
        from pyarrow import parquet

        names = [str(place) for place in range(len(self.header))]
        file = parquet.ParquetFile(pyarrow.BufferReader(self.content))
        rows = 0
        for batch in file.iter_batches(_ROWS, use_threads=False):
            end = rows + batch.num_rows
            own = [at for at in self.of_rows if rows <= at < end]
            yield RawBatch(
                RawBatch.in_turn(batch.column(_NUMBER).to_numpy()), tuple(batch.column(name) for name in names),
                {at - rows: self.of_rows[at] for at in own}, {at - rows: self.broken[at] for at in own},
            )  # fmt: skip
            rows = end


class _Copying:
    """A copy in the making: the table is handed on, and what is handed on is written down."""

    def __init__(self, path: Path, table: RawTable) -> None:
        """Nothing shows under its name before `publish`."""
        self.path = path
        self.done = False
        self.failed: str | None = None
        """Why it cannot be written."""
        self._table = table
        self._rows = 0
        self._broken: list[tuple[int, Any, tuple[str, ...]]] = []
        self._kinds: list[Any] = []
        """What each column is in the copy: texts as they are where most differ."""
        self._waiting: list[Any] = []
        """Batches that have not been written."""
        self._pending: PendingFile | None = None
        self._writer: Any = None

    def table(self) -> RawTable:
        """The table, which is written down while it is gone through."""
        table = self._table
        return RawTable.of_batches(table.name, table.source, table.header, self._batches, table.doubts)

    def _batches(self) -> Iterator[RawBatch]:
        for batch in self._table.batches():
            try:
                if not self.failed:
                    self._write(batch)
            except PluginError as error:
                self._fail(error)
            yield batch
        self.done = True

    def _write(self, batch: RawBatch) -> None:
        import pyarrow

        kept, columns = pyarrow.dictionary(pyarrow.int32(), pyarrow.string()), cast("tuple[Any, ...]", batch.columns)
        if self._rows == 0:
            self._kinds = [pyarrow.string() if most_differ(column) else kept for column in columns]
        texts = [x if pyarrow.types.is_dictionary(x.type) else x.dictionary_encode() for x in columns]
        cells = [x.cast(kind) for x, kind in zip(texts, self._kinds, strict=True)]
        names = [_NUMBER, *(str(place) for place in range(len(texts)))]
        numbers = pyarrow.array(batch.numbers, pyarrow.int64())
        self._waiting.append(pyarrow.RecordBatch.from_arrays([numbers, *cells], names))
        for at, problem in batch.problems.items():
            self._broken.append((self._rows + at, _written(problem), batch.broken.get(at, ())))
        self._rows += len(batch.numbers)
        if sum(map(len, self._waiting)) >= _ROWS:
            self._put()

    def _put(self) -> None:
        """Write what waits as one group of rows."""
        import pyarrow
        from pyarrow import parquet

        if not self._waiting:
            return
        rows, self._waiting = pyarrow.Table.from_batches(self._waiting), []
        if self._pending is None:
            self._pending = _private(PendingFile(_columns(self.path)), self.path)
        with reporting(self._pending.path.name):
            if self._writer is None:
                self._writer = parquet.ParquetWriter(self._pending.stream.buffer, rows.schema, compression="zstd")
            self._writer.write_table(rows.unify_dictionaries())

    def publish(self, digest: str, source: Source) -> None:
        """Give the copy its name, and then the description, which alone makes it one."""
        try:
            if not self.failed:
                self._put()
            if self._pending is None or self.failed:
                return
            with reporting(self._pending.path.name):
                self._writer.close()
            self._pending.settle()
            columns = _digest(self._pending.temporary)
            _description(self.path).unlink(missing_ok=True)
            self._pending.publish()
            table = self._table
            told = {
                "format": _format(), "file": digest, "columns": columns, "name": table.name, "source": table.source,
                "header": table.header, "fingerprint": source.fingerprint(), "broken": self._broken,
                "doubts": list(map(_written, table.doubts)), "problems": list(map(_written, source.problems)),
            }  # fmt: skip
            said = {"digest": _digest_of(told), "copy": told}
            publish_file(_description(self.path), json.dumps(said, ensure_ascii=False).encode())
            with reporting(self.path.name):
                _description(self.path).chmod(stat.S_IMODE(self.path.stat().st_mode))
        except PluginError as error:
            self._fail(error)

    def _fail(self, error: PluginError) -> None:
        self.failed = error.diagnostics[0].arguments.get("reason", str(error))
        self.discard()

    def discard(self) -> None:
        """Drop what has not been published."""
        if self._writer is not None:
            with suppress(OSError, ValueError):
                self._writer.close()
        if self._pending is not None:
            self._pending.discard()
        self._pending = self._writer = None
        self._waiting = []


def _columns(path: Path) -> Path:
    return path.with_name(f".{path.name}.creditlang.parquet")


def _description(path: Path) -> Path:
    return path.with_name(f".{path.name}.creditlang.json")


def _private(pending: PendingFile, path: Path) -> PendingFile:
    """Whoever may not read the file may not read the copy."""
    with reporting(pending.path.name):
        pending.temporary.chmod(stat.S_IMODE(path.stat().st_mode))
    return pending


def _format() -> str:
    """What wrote a copy: another version may read a file in another way."""
    try:
        return f"2 {version('creditlang')}"
    except PackageNotFoundError:
        return "2"


def _stamp(path: Path) -> object:
    """What changes when a file does; None where there is none."""
    with suppress(OSError):
        status = os.stat(path)
        return status.st_size, status.st_mtime_ns, status.st_ino
    return None


def _digest(path: Path) -> str:
    """The SHA-256 of a file; of one that cannot be read, which its own source will say, nothing."""
    with suppress(OSError), path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
    return ""


def _digest_of(told: object) -> str:
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _written(found: Diagnostic) -> dict[str, Any]:
    place = found.place
    where = None if place is None else [place.source, place.row, _words(place.column)]
    return {"code": found.code, "where": where, "arguments": {x: _words(y) for x, y in found.arguments.items()}}


def _words(text: str | None) -> str | list[str] | None:
    return [str(text), text.zh] if isinstance(text, Phrase) else text


def _finding(told: Mapping[str, Any]) -> Diagnostic:
    arguments = {name: _text(words) for name, words in told["arguments"].items()}
    where = told["where"]
    return report(told["code"], None if where is None else Place(where[0], where[1], _text(where[2])), **arguments)


def _text(words: Any) -> str | None:
    return Phrase(*words) if isinstance(words, list) else words
