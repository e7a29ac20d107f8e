"""JSON files as a source: `.json` with one list of rows or several by name, `.jsonl` and `.ndjson` with one a line.

The file is read whole, hashed and decoded as CSV files are; the reading itself is `json_rows`. The results that
`--out results.json` writes are recognised and refused: their table of students would be taken for one of data.
"""

from abc import abstractmethod
from collections.abc import Iterator

from creditlang.diagnostics import Diagnostic, Phrase, Place, report
from creditlang.schema import RawRow, RawTable
from creditlang.toolkit.arrow_text import BROKEN_TEXT
from creditlang.toolkit.table_heading import heading_problems
from creditlang_builtin.files.decoding import decode
from creditlang_builtin.files.stable_file import FileContent, WholeFileSource
from creditlang_builtin.json.json_rows import JsonDocument, JsonLines, JsonMistake, JsonTable

_ONE_LIST = Phrase("it is one list; the ending for that is .json", "它是一个列表，扩展名应为 .json")


class _JsonFile(WholeFileSource):
    """What both kinds of file share: reading, decoding, looking at headings."""

    kind = "JSON"

    def _tables(self, reading: FileContent) -> Iterator[RawTable]:
        text, found = decode(reading.content, self.path.name)
        self.problems += [self._not_json(each) for each in found]
        if text is None:
            return
        if not text.strip():
            self.problems.append(report("CR621", Place(self.path.name)))
            return
        yield from self._tables_in(text, reading)

    @abstractmethod
    def _tables_in(self, text: str, reading: FileContent) -> Iterator[RawTable]:
        """The tables in the file's text."""

    def _not_json(self, found: Diagnostic) -> Diagnostic:
        """The same finding; “this is not a CSV file” said of JSON."""
        if found.code != "CR636":
            return found
        return report("CR740", found.place, kind=self.kind, reason=_it_is(found.arguments["found"]))

    def _doubts(self, table: JsonTable, source: str) -> tuple[Diagnostic, ...] | None:
        """What is wrong with a table's heading; None if there is no table, which is said."""
        if table.rows == 0:
            self.problems.append(report("CR639", Place(source)))
            return None
        if not table.names:
            self.problems.append(report("CR741", Place(self.path.name), position=table.entry))
            return None
        found = heading_problems(table.header, Place(source))
        if any("\ud800" <= character <= "\udfff" for name in table.names for character in name):
            found.append(report("CR740", Place(source), kind=self.kind, reason=BROKEN_TEXT.found))
        return tuple(found)

    def _watched(self, rows: Iterator[RawRow], reading: FileContent) -> Iterator[RawRow]:
        yield from rows
        self._look_again(reading)


class JsonSource(_JsonFile):
    """One document: a list of objects, or an object of such lists."""

    def _tables_in(self, text: str, reading: FileContent) -> Iterator[RawTable]:
        place = self.path.name
        try:
            document = JsonDocument(text, place)
        except JsonMistake as mistake:
            self.problems.append(report("CR740", Place(place, mistake.row), kind=self.kind, reason=mistake.reason))
            return
        if document.of_results:
            self.problems.append(report("CR745", Place(place)))
            return
        self.problems += document.problems
        twice = self._twice(document.tables)
        for table in document.tables:
            source = place if table.name is None else f"{place} {table.name}"
            if table.entry not in twice and (doubts := self._doubts(table, source)) is not None:
                rows, name = self._watched(document.rows(table, source), reading), table.name or self.path.stem
                yield RawTable(name, source, table.header, rows, doubts=doubts)

    def _twice(self, tables: list[JsonTable]) -> set[int]:
        """The entries whose name another entry has as well."""
        first: dict[str | None, int] = {}
        pairs = [
            (one, table.entry) for table in tables if (one := first.setdefault(table.name, table.entry)) != table.entry
        ]
        self.problems += [report("CR747", Place(self.path.name), first=one, second=other) for one, other in pairs]
        return {entry for pair in pairs for entry in pair}


class JsonLinesSource(_JsonFile):
    """One object a line."""

    kind = "JSON Lines"

    def _tables_in(self, text: str, reading: FileContent) -> Iterator[RawTable]:
        place = self.path.name
        lines = JsonLines(text, place)
        if not lines.table.names and text.lstrip()[:1] == "[":
            self.problems.append(report("CR740", Place(place), kind=self.kind, reason=_ONE_LIST))
        elif (doubts := self._doubts(lines.table, place)) is not None:
            rows = self._watched(lines.rows(), reading)
            yield RawTable(self.path.stem, place, lines.table.header, rows, doubts=doubts)


def _it_is(what: str) -> Phrase:
    return Phrase(f"it is {what}", f"它是{what.zh if isinstance(what, Phrase) else what}")
