"""Writes each result table as a text file, a row a line, its cells separated by tabs."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from creditlang.plugin import Output, OutputFactory, hookimpl, text_of
from creditlang.schema import COMPARISON_TABLES, RESULT_TABLES, Column, Row
from creditlang.toolkit.atomic_files import PendingFile

creditlang_hook_version = 1

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class LinesOutput(Output):
    """Into a folder."""

    def __init__(self, target: str, stream: TextIO) -> None:
        """Nothing is written yet."""
        super().__init__(target, stream)
        self.files: dict[str, PendingFile] = {}

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """One table, into a temporary file."""
        pending = self.files[name] = PendingFile(Path(self.target) / f"{name}.txt")
        for row in rows:
            pending.stream.write("\t".join(text_of(cell).translate(ESCAPES) for cell in row) + "\n")

    def close(self) -> None:
        """Give the files their names; tables of an earlier run that this one has not written go."""
        if self.files:
            for name in {*RESULT_TABLES, *COMPARISON_TABLES} - set(self.files):
                (Path(self.target) / f"{name}.txt").unlink(missing_ok=True)
        while self.files:
            self.files.popitem()[1].publish()

    def discard(self) -> None:
        """Drop them."""
        while self.files:
            self.files.popitem()[1].discard()


@hookimpl
def creditlang_outputs() -> Mapping[str, OutputFactory]:
    """`--out campus:FOLDER`."""
    return {"campus": LinesOutput}
