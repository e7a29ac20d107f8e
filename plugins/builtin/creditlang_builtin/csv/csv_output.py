"""Result tables as a folder of CSV files that Excel opens without harm: UTF-8 with a byte order mark, one file a table.

A cell that a spreadsheet would take for a formula gets an apostrophe in front. `restore` takes it off again, and
every text survives the two: a text that already has apostrophes before such a beginning gets one more. Numbers are
left alone.

Publishing replaces the folder's content so that a reader is never deceived. The manifest goes first and comes last:
without `manifest.csv` a folder is unfinished. Tables of an earlier run that this run does not have are removed. The
hidden file `.creditlang-output` lists the files that are ours; no other file is ever replaced or removed, so that
results written into the folder of the data by mistake cost nothing.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Final, TextIO

from creditlang.diagnostics import Place, report
from creditlang.plugin import Output, PluginError, text_of
from creditlang.schema import Column, Row
from creditlang.toolkit.atomic_files import PendingFile, clean_stale, reporting, sync_folder

MANIFEST: Final = "manifest.csv"
OWNED: Final = ".creditlang-output"

_DANGEROUS: Final = frozenset("'=+-@\t\r\n＝＋－＠")
_FORMULA: Final = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_ESCAPED: Final = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")
_AMOUNT: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?: … -?[0-9]+(?:\.[0-9]+)?)?")


def neutralise(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet could take it for a formula."""
    return f"'{text}" if text[:1] in _DANGEROUS and _FORMULA.match(text) else text


def restore(text: str) -> str:
    """The text that `neutralise` was given."""
    return text[1:] if _ESCAPED.match(text) else text


class CsvOutput(Output):
    """To a folder; or to the stream, where several tables are set apart by a blank line and a line `# name`."""

    def __init__(self, target: str, stream: TextIO) -> None:
        """`-` is the stream."""
        super().__init__(target, stream)
        self._folder = Path(target)
        self._files: dict[str, PendingFile] = {}
        self._texts: list[tuple[str, str]] = []
        self._cleaned = False

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Write the table to a temporary file.

        Raises `PluginError`: CR710 it cannot be written, CR712 it would replace a file that is not ours.
        """
        if self.target == "-":
            text = StringIO(newline="")
            _write_table(text, columns, rows)
            self._texts.append((name, text.getvalue()))
            return
        file_name = f"{name}.csv"
        if not self._cleaned:
            clean_stale(self._folder, "*.csv")
            self._cleaned = True
        if (self._folder / file_name).exists() and file_name not in self._owned():
            raise PluginError(report("CR712", Place(file_name)))
        pending = PendingFile(self._folder / file_name, encoding="utf-8-sig")
        self._files[file_name] = pending
        with reporting(file_name):
            _write_table(pending.stream, columns, rows)

    def close(self) -> None:
        """Give the files their names, the manifest last."""
        if self.target == "-":
            self._show()
            return
        if not self._files:
            return
        try:
            self._publish(self._owned(), set(self._files))
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove the temporary files; what was in the folder stays."""
        self._texts = []
        while self._files:
            self._files.popitem()[1].discard()

    def _show(self) -> None:
        texts, self._texts = self._texts, []
        with reporting("-"):
            if len(texts) == 1:
                self.stream.write(texts[0][1])
            else:
                self.stream.write("\n".join(f"# {name}\n{text}" for name, text in texts))
            self.stream.flush()

    def _publish(self, earlier: set[str], now: set[str]) -> None:
        """Replace the files of an earlier run. At every step the list of our files has all that are there."""
        self._own(earlier | now)
        with reporting(self._folder.name):
            for name in sorted(earlier & ({MANIFEST} | (earlier - now))):
                (self._folder / name).unlink(missing_ok=True)
            sync_folder(self._folder)
        for name in sorted(now, key=lambda name: (name == MANIFEST, name)):
            self._files[name].publish()
        self._own(now)

    def _owned(self) -> set[str]:
        """The file names in the folder that an earlier run wrote."""
        try:
            text = (self._folder / OWNED).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return set()
        return {line for line in text.splitlines() if re.fullmatch(r"[^./\\][^/\\]*\.csv", line)}

    def _own(self, names: set[str]) -> None:
        pending = PendingFile(self._folder / OWNED)
        with reporting(OWNED):
            pending.stream.write("".join(f"{name}\n" for name in sorted(names)))
        pending.publish()


def _write_table(stream: TextIO, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([neutralise(column.name) for column in columns])
    writer.writerows(_texts(columns, rows))


def _texts(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[list[str]]:
    numeric = [column.numeric for column in columns]
    for row in rows:
        yield [
            _cell(value, is_number) if isinstance(value, str) else text_of(value)
            for value, is_number in zip(row, numeric, strict=True)
        ]


def _cell(text: str, numeric: bool) -> str:
    return text if numeric and _AMOUNT.fullmatch(text) else neutralise(text)
