"""Result tables as one JSON document, `{"tables": {"accounts": [{…}], …}, "version": 1}`, keys sorted, a row a line.

Amounts are text, exact; counts are numbers; days are text; an empty cell is null. Each table is kept in a file of its
own until all are there, so that memory does not grow with the results, and the document gets its name when it is
complete.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from json.encoder import encode_basestring as _quoted
from operator import itemgetter
from pathlib import Path
from typing import Final, TextIO

from creditlang.plugin import Output, text_of
from creditlang.schema import RESULTS_VERSION, Column, Row, Value
from creditlang.table_columns import CodedCells, TableColumns
from creditlang.toolkit.atomic_files import PendingFile, reporting
from creditlang.toolkit.joined_rows import joined_rows

_BEGINS: Final = '{"tables": {'


class JsonOutput(Output):
    """To a file, or to the stream."""

    def __init__(self, target: str, stream: TextIO) -> None:
        """`-` is the stream."""
        super().__init__(target, stream)
        self._parts: dict[str, TextIO] = {}
        self._files: list[PendingFile] = []
        self._document: PendingFile | None = None

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Set the table aside as JSON."""
        names = [column.name for column in columns]
        part = self._part(name)
        with reporting(self._name):
            if isinstance(rows, TableColumns):
                part.writelines(_joined(names, rows))
                return
            between = "\n"
            for row in rows:
                record = {key: _json_value(value) for key, value in zip(names, row, strict=True)}
                part.write(between + json.dumps(record, ensure_ascii=False, sort_keys=True))
                between = ",\n"

    def close(self) -> None:
        """Put the tables together and publish the document."""
        if not self._parts:
            return
        if self.target == "-":
            with reporting("-"):
                self._assemble(self.stream)
                self.stream.flush()
            self.discard()
            return
        document = self._document
        try:
            if document is not None:
                with reporting(self._name):
                    self._assemble(document.stream)
                document.publish()
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove what was set aside."""
        self._parts = {}
        if self._document is not None:
            self._document.discard()
            self._document = None
        while self._files:
            self._files.pop().discard()

    @property
    def _name(self) -> str:
        return Path(self.target).name

    def _part(self, name: str) -> TextIO:
        if self.target == "-":
            self._parts[name] = StringIO()
        else:
            path = Path(self.target)
            if self._document is None:
                self._document = PendingFile(path, ours=lambda beginning: beginning.startswith(_BEGINS.encode()))
            pending = PendingFile(path.with_name(f"{path.name}.{name}"))
            self._files.append(pending)
            self._parts[name] = pending.stream
        return self._parts[name]

    def _assemble(self, stream: TextIO) -> None:
        stream.write(_BEGINS)
        between = "\n"
        for name in sorted(self._parts):
            part = self._parts[name]
            stream.write(f"{between}{json.dumps(name, ensure_ascii=False)}: [")
            part.seek(0)
            shutil.copyfileobj(part, stream)
            stream.write("]")
            between = ",\n"
        stream.write(f'\n}}, "version": {RESULTS_VERSION}}}\n')


def _joined(names: Sequence[str], rows: TableColumns) -> Iterator[str]:
    """Rows as they are written one by one."""
    pieces: list[str | CodedCells] = [",\n{"]
    for name, cells in sorted(zip(names, rows.cells, strict=True), key=itemgetter(0)):
        texts = [_quoted(x) if isinstance(x, str) else json.dumps(_json_value(x)) for x in cells.values]
        pieces += [f"{_quoted(name)}: ", CodedCells(texts, cells.codes), ", "]
    lines = joined_rows([*pieces[:-1], "}"])
    yield from (first[1:] for first in islice(lines, 1))
    yield from lines


def _json_value(value: Value) -> str | int | bool | None:
    return value if value is None or isinstance(value, str | int) else text_of(value)
