"""Reads files of lines whose cells are separated by bars: `1|张三|体育`."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from creditlang.diagnostics import Place, report
from creditlang.plugin import Source, SourceFactory, hookimpl
from creditlang.schema import RawRow, RawTable

creditlang_hook_version = 1


class BarsSource(Source):
    """Each line is one row, the first the heading."""

    content = b""

    def tables(self) -> Iterator[RawTable]:
        """The one table, named after the file."""
        path = Path(self.where)
        try:
            self.content = path.read_bytes()
            lines = self.content.decode("utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(report("CR620", Place(path.name), reason=type(error).__name__))
            return
        rows = [RawRow(number, tuple(line.split("|"))) for number, line in enumerate(lines, 1) if line]
        if not rows:
            self.problems.append(report("CR621", Place(path.name)))
            return
        header = rows[0].cells
        yield RawTable(path.stem, path.name, header, [self.checked(row, len(header)) for row in rows[1:]])

    def checked(self, row: RawRow, width: int) -> RawRow:
        """A row that is too short or too long says so; it counts as invalid, and the others are read."""
        if len(row.cells) == width:
            return row
        place = Place(Path(self.where).name, row.number)
        return RawRow(row.number, row.cells, report("CR627", place, cells=len(row.cells), columns=width))

    def fingerprint(self) -> str:
        """Of the file."""
        return sha256(self.content).hexdigest()


@hookimpl
def creditlang_sources() -> Mapping[str, SourceFactory]:
    """`--data campus:FILE`, and files that end in `.campus`."""
    return {"campus": BarsSource, ".campus": BarsSource}
