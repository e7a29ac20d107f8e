'''The contract tests that a plugin author runs: subclass, say how to make one, and pytest does the rest.

    from creditlang.plugin.contract_tests import OutputContract, SourceContract

    class TestPairsSource(SourceContract):
        """The sample is written in our own format, then read back."""

        def write_sample(self, folder, header, rows):
            path = folder / "sample.pairs"
            path.write_text("".join("|".join(row) + chr(10) for row in (header, *rows)), encoding="utf-8")
            return str(path)

        def open(self, address):
            return PairsSource(address)

    class TestLinesOutput(OutputContract):
        def make(self, target, stream):
            return LinesOutput(target, stream)

        def read(self, target):
            return {path.stem: lines_of(path) for path in Path(target).glob("*.txt")}

The tests are the definition of what `interface` promises. They need no pytest themselves, only `assert`, so that this
module can be imported without it.
'''

import io
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from creditlang.diagnostics import Diagnostic
from creditlang.plugin.interface import Output, Source
from creditlang.plugin.value_text import text_of
from creditlang.schema import Column, RawRow, RawTable, Row, Value

HEADER: Final = ("student_id", "name", "hours", "remark")
ROWS: Final = (
    ("0020240001", "张伟", "1.50", "plain"),
    ("0020240002", "\u5415\U00020bb7 \u00e9 e\u0301", "１．５", "=1+1"),
    ("123456789012345678", "  O'Neil  ", "1e5", ""),
    ("0020240003", "阿依古丽·买买提", "-0", "'quoted'"),
)
"""Rows to hand over untouched: zeros in front, rare characters, blanks, full-width digits, empty cells."""


class SourceContract:
    """What every source keeps to.

    Set `blanks_survive` to False for a format that loses blanks at a cell's ends, `order_survives` for a source that
    has an order of its own.
    """

    blanks_survive = True
    order_survives = True

    def write_sample(self, folder: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Put one table into your format, somewhere in `folder`, and return the address to open."""
        raise NotImplementedError

    def open(self, address: str) -> Source:
        """Your source at this address."""
        raise NotImplementedError

    def _read(self, address: str) -> tuple[list[tuple[RawTable, list[RawRow]]], list[Diagnostic], str]:
        with self.open(address) as source:
            tables = [(table, list(table.rows)) for table in source.tables()]
            return tables, list(source.problems), source.fingerprint()

    def test_cells_come_through_untouched(self, tmp_path: Path) -> None:
        """No normalising, no numbers made of text, no zeros lost, empty cells empty."""
        tables, problems, _ = self._read(self.write_sample(tmp_path, HEADER, ROWS))
        assert [problem for problem in problems if problem.severity.value == "error"] == []
        ((table, rows),) = tables
        clean: Callable[[str], str] = str if self.blanks_survive else str.strip
        assert tuple(table.header) == HEADER
        cells, wanted = [row.cells for row in rows], [tuple(map(clean, row)) for row in ROWS]
        assert (cells if self.order_survives else sorted(cells)) == (wanted if self.order_survives else sorted(wanted))
        assert all(row.problem is None for row in rows)

    def test_batches_are_the_rows(self, tmp_path: Path) -> None:
        """In columns, with the same numbers and problems."""
        address = self.write_sample(tmp_path, HEADER, ROWS)
        with self.open(address) as source:
            batched = [row for table in source.tables() for batch in table.batches() for row in batch.rows()]
            assert source.fingerprint() == self._read(address)[2]
        assert batched == [row for _, rows in self._read(address)[0] for row in rows]

    def test_tables_and_rows_say_where_they_are_from(self, tmp_path: Path) -> None:
        """Names without paths, row numbers that rise and start after nothing."""
        ((table, rows),) = self._read(self.write_sample(tmp_path, HEADER, ROWS))[0]
        assert table.name
        assert table.source
        assert str(tmp_path) not in table.source
        numbers = [row.number for row in rows]
        assert numbers == sorted(set(numbers))
        assert numbers[0] >= 1

    def test_reading_again_gives_the_same(self, tmp_path: Path) -> None:
        """Rows, problems and fingerprint depend on the data alone."""
        address = self.write_sample(tmp_path, HEADER, ROWS)
        first, second = self._read(address), self._read(address)
        assert [rows for _, rows in first[0]] == [rows for _, rows in second[0]]
        assert first[1:] == second[1:]

    def test_other_data_has_another_fingerprint(self, tmp_path: Path) -> None:
        """SHA-256 of what was read."""
        fingerprint = self._read(self.write_sample(tmp_path, HEADER, ROWS))[2]
        assert len(fingerprint) == 64
        assert int(fingerprint, 16) >= 0
        assert fingerprint != self._read(self.write_sample(tmp_path, HEADER, ROWS[:-1]))[2]

    def test_a_table_without_rows_is_a_table(self, tmp_path: Path) -> None:
        """The heading is there."""
        tables, problems, _ = self._read(self.write_sample(tmp_path, HEADER, ()))
        assert [(tuple(table.header), rows) for table, rows in tables] == [(HEADER, [])]
        assert [problem for problem in problems if problem.severity.value == "error"] == []

    def test_what_is_not_there_is_a_problem_and_no_exception(self, tmp_path: Path) -> None:
        """An address that led somewhere and does so no more."""
        address = self.write_sample(tmp_path, HEADER, ROWS)
        for path in sorted(tmp_path.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        tables, problems, _ = self._read(address)
        assert tables == []
        assert any(problem.severity.value == "error" for problem in problems)
        assert all(problem.place is None or str(tmp_path) not in problem.place.source for problem in problems)

    def test_closing_twice_is_allowed(self, tmp_path: Path) -> None:
        """Also without having read anything."""
        source = self.open(self.write_sample(tmp_path, HEADER, ROWS))
        source.close()
        source.close()


COLUMNS: Final = (Column("student_id"), Column("amount", "number"), Column("day", "date"), Column("remark"))
RESULTS: Final[tuple[Row, ...]] = (
    ("0020240001", Decimal("1.50"), date(2024, 10, 8), '张伟, "讲座"'),
    ("0020240002", Decimal("-0.000001"), None, "=HYPERLINK(1)"),
    ("0020240003", Decimal("123456789012.123456"), date(1900, 1, 1), "'+1"),
    ("0020240004", 7, None, "two\nlines"),
    ("0020240005", "1.0 … 2.0", None, ""),
)
"""Rows that an output must not change: exact amounts, commas and quotes, formulas, line breaks, open values."""


class OutputContract:
    """What every output that can be read back keeps to. `target_name` is the file or folder that a test writes.

    Set `zeros_survive` to False for a format of numbers, in which 1.50 is 1.5.
    """

    target_name = "results"
    zeros_survive = True

    def make(self, target: str, stream: io.StringIO) -> Output:
        """Your output to this target."""
        raise NotImplementedError

    def read(self, target: str) -> dict[str, list[list[str]]]:
        """The cells of each table as text, without the heading; nothing if nothing was published."""
        raise NotImplementedError

    def _write(self, target: Path, tables: dict[str, Sequence[Row]]) -> None:
        with self.make(str(target), io.StringIO()) as output:
            for name, rows in tables.items():
                output.write(name, COLUMNS, iter(rows))

    def _texts(self, rows: Sequence[Row]) -> list[list[str]]:
        plain: Callable[[Value], str] = text_of if self.zeros_survive else _without_zeros
        return [[plain(value) for value in row] for row in rows]

    def _bytes(self, target: Path) -> dict[str, bytes]:
        paths = [target] if target.is_file() else sorted(path for path in target.rglob("*") if path.is_file())
        return {path.name: path.read_bytes() for path in paths}

    def test_values_come_back_exactly(self, tmp_path: Path) -> None:
        """Every amount to the last digit, every text to the last character."""
        target = tmp_path / self.target_name
        self._write(target, {"accounts": RESULTS, "manifest": RESULTS[:1]})
        wanted = {"accounts": RESULTS, "manifest": RESULTS[:1]}
        assert self.read(str(target)) == {name: self._texts(rows) for name, rows in wanted.items()}

    def test_a_table_without_rows_is_written(self, tmp_path: Path) -> None:
        """It is there, and empty."""
        target = tmp_path / self.target_name
        self._write(target, {"accounts": ()})
        assert self.read(str(target)) == {"accounts": []}

    def test_the_same_rows_give_the_same_bytes(self, tmp_path: Path) -> None:
        """In another place, and over earlier results."""
        first, second = tmp_path / "a" / self.target_name, tmp_path / "b" / self.target_name
        self._write(first, {"accounts": RESULTS, "manifest": RESULTS})
        self._write(second, {"accounts": RESULTS[:2], "facts": RESULTS, "manifest": RESULTS})
        self._write(second, {"accounts": RESULTS, "manifest": RESULTS})
        assert self._bytes(first) == self._bytes(second)

    def test_nothing_shows_before_closing(self, tmp_path: Path) -> None:
        """A run that stops half-way leaves the earlier results as they were."""
        target = tmp_path / self.target_name
        self._write(target, {"accounts": RESULTS[:1]})
        output = self.make(str(target), io.StringIO())
        output.write("accounts", COLUMNS, iter(RESULTS))
        assert self.read(str(target)) == {"accounts": self._texts(RESULTS[:1])}
        output.discard()
        output.discard()
        assert self.read(str(target)) == {"accounts": self._texts(RESULTS[:1])}

    def test_a_failure_in_the_rows_publishes_nothing(self, tmp_path: Path) -> None:
        """And leaves nothing behind."""
        target = tmp_path / self.target_name
        self._write(target, {"accounts": RESULTS[:1]})
        before = self._bytes(tmp_path)

        def failing() -> Row:
            raise ZeroDivisionError

        try:
            with self.make(str(target), io.StringIO()) as output:
                output.write("accounts", COLUMNS, (failing() for _ in range(1)))
        except ZeroDivisionError:
            assert self._bytes(tmp_path) == before
        else:
            raise AssertionError("the failure was swallowed")

    def test_closing_twice_is_allowed(self, tmp_path: Path) -> None:
        """The second time nothing happens."""
        target = tmp_path / self.target_name
        output = self.make(str(target), io.StringIO())
        output.write("accounts", COLUMNS, iter(RESULTS))
        output.close()
        before = self._bytes(target)
        output.close()
        assert self._bytes(target) == before


def _without_zeros(value: Value) -> str:
    text = text_of(value)
    return text.rstrip("0").rstrip(".") if isinstance(value, Decimal) and "." in text else text
