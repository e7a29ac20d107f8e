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

The tests are the definition of what `interface` promises; where one fails, it says what it wants. They need no pytest
themselves, only `assert`, so that this module can be imported without it.
'''

import io
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from creditlang.diagnostics import Diagnostic, message
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
        _no_errors(problems)
        ((table, rows),) = _one(tables)
        clean: Callable[[str], str] = str if self.blanks_survive else str.strip
        _same(tuple(table.header), HEADER, "the heading is handed over as the file has it")
        cells, wanted = [tuple(row.cells) for row in rows], [tuple(map(clean, row)) for row in ROWS]
        if not self.order_survives:
            cells, wanted = sorted(cells), sorted(wanted)
        _same(cells, wanted, "cells are handed over as they are, and rows in the order of the file")
        wrong = [row.number for row in rows if row.problem is not None]
        assert not wrong, f"sound rows have no problem, but rows {wrong} have one"

    def test_batches_are_the_rows(self, tmp_path: Path) -> None:
        """In columns, with the same numbers and problems."""
        address = self.write_sample(tmp_path, HEADER, ROWS)
        with self.open(address) as source:
            batched = [row for table in source.tables() for batch in table.batches() for row in batch.rows()]
            fingerprint = source.fingerprint()
        tables, _, wanted = self._read(address)
        _same(fingerprint, wanted, "the fingerprint is the same whether rows or batches are read")
        _same(batched, [row for _, rows in tables for row in rows], "batches hold the same rows as `rows`")

    def test_tables_and_rows_say_where_they_are_from(self, tmp_path: Path) -> None:
        """Names without paths, row numbers that rise and start after nothing."""
        ((table, rows),) = _one(self._read(self.write_sample(tmp_path, HEADER, ROWS))[0])
        assert table.name, "a table has a name, by which the policy finds it"
        assert table.source, "a table says what messages are to call it"
        assert str(tmp_path) not in table.source, f"messages name a file without its path, not {table.source!r}"
        numbers = [row.number for row in rows]
        _same(numbers, sorted(set(numbers)), "row numbers rise, each once")
        assert numbers[0] >= 1, f"row numbers begin at 1, not at {numbers[0]}"

    def test_reading_again_gives_the_same(self, tmp_path: Path) -> None:
        """Rows, problems and fingerprint depend on the data alone."""
        address = self.write_sample(tmp_path, HEADER, ROWS)
        first, second = self._read(address), self._read(address)
        again = "reading the same data again gives the same"
        _same([rows for _, rows in second[0]], [rows for _, rows in first[0]], f"{again} rows")
        _same(second[1:], first[1:], f"{again} problems and fingerprint")

    def test_other_data_has_another_fingerprint(self, tmp_path: Path) -> None:
        """SHA-256 of what was read."""
        fingerprint = self._read(self.write_sample(tmp_path, HEADER, ROWS))[2]
        sha256 = len(fingerprint) == 64 and set(fingerprint) <= set("0123456789abcdef")
        assert sha256, f"a fingerprint is a SHA-256 in 64 hexadecimal digits, not {fingerprint!r}"
        other = self._read(self.write_sample(tmp_path, HEADER, ROWS[:-1]))[2]
        assert fingerprint != other, "data with a row less have another fingerprint; is it taken from what was read?"

    def test_a_table_without_rows_is_a_table(self, tmp_path: Path) -> None:
        """The heading is there."""
        tables, problems, _ = self._read(self.write_sample(tmp_path, HEADER, ()))
        found = [(tuple(table.header), rows) for table, rows in tables]
        _same(found, [(HEADER, [])], "a heading without rows is a table without rows")
        _no_errors(problems)

    def test_what_is_not_there_is_a_problem_and_no_exception(self, tmp_path: Path) -> None:
        """An address that led somewhere and does so no more."""
        address = self.write_sample(tmp_path, HEADER, ROWS)
        for path in sorted(tmp_path.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        tables, problems, _ = self._read(address)
        assert not tables, "what is not there has no tables"
        errors = [problem for problem in problems if problem.severity.value == "error"]
        assert errors, "what cannot be read is an error in `problems`, such as CR620"
        paths = [x.place.source for x in problems if x.place is not None and str(tmp_path) in x.place.source]
        assert not paths, f"problems name a file without its path, not {paths}"

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
        texts = {name: self._texts(rows) for name, rows in wanted.items()}
        _same(self.read(str(target)), texts, "every value comes back as it was written")

    def test_a_table_without_rows_is_written(self, tmp_path: Path) -> None:
        """It is there, and empty."""
        target = tmp_path / self.target_name
        self._write(target, {"accounts": ()})
        _same(self.read(str(target)), {"accounts": []}, "a table without rows is written as an empty one")

    def test_the_same_rows_give_the_same_bytes(self, tmp_path: Path) -> None:
        """In another place, and over earlier results."""
        first, second = tmp_path / "a" / self.target_name, tmp_path / "b" / self.target_name
        self._write(first, {"accounts": RESULTS, "manifest": RESULTS})
        self._write(second, {"accounts": RESULTS[:2], "facts": RESULTS, "manifest": RESULTS})
        self._write(second, {"accounts": RESULTS, "manifest": RESULTS})
        found, wanted = self._bytes(second), self._bytes(first)
        _same(sorted(found), sorted(wanted), "tables of an earlier run that this one does not write are removed")
        differing = [name for name in wanted if found[name] != wanted[name]]
        assert not differing, f"the same rows give the same bytes: no clock, no chance; {differing} differ"

    def test_nothing_shows_before_closing(self, tmp_path: Path) -> None:
        """A run that stops half-way leaves the earlier results as they were."""
        target = tmp_path / self.target_name
        self._write(target, {"accounts": RESULTS[:1]})
        output = self.make(str(target), io.StringIO())
        output.write("accounts", COLUMNS, iter(RESULTS))
        earlier = {"accounts": self._texts(RESULTS[:1])}
        _same(self.read(str(target)), earlier, "earlier results stand until `close`")
        output.discard()
        output.discard()
        _same(self.read(str(target)), earlier, "`discard` leaves the earlier results as they were")

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
            after = self._bytes(tmp_path)
            _same(sorted(after), sorted(before), "a failure in the rows leaves no files behind")
            assert after == before, "a failure in the rows leaves the earlier results as they were"
        else:
            raise AssertionError("an exception from the rows goes on to the caller, and is not swallowed")

    def test_closing_twice_is_allowed(self, tmp_path: Path) -> None:
        """The second time nothing happens."""
        target = tmp_path / self.target_name
        output = self.make(str(target), io.StringIO())
        output.write("accounts", COLUMNS, iter(RESULTS))
        output.close()
        before = self._bytes(target)
        output.close()
        assert self._bytes(target) == before, "closing a second time changes nothing"


def _without_zeros(value: Value) -> str:
    text = text_of(value)
    return text.rstrip("0").rstrip(".") if isinstance(value, Decimal) and "." in text else text


def _same(found: object, wanted: object, promise: str) -> None:
    assert found == wanted, f"{promise}\n  found:  {found!r}\n  wanted: {wanted!r}"


def _one(tables: list[tuple[RawTable, list[RawRow]]]) -> list[tuple[RawTable, list[RawRow]]]:
    assert len(tables) == 1, f"the sample is one table, not {len(tables)}: {[table.name for table, _ in tables]}"
    return tables


def _no_errors(problems: list[Diagnostic]) -> None:
    errors = [message(problem) for problem in problems if problem.severity.value == "error"]
    assert not errors, f"sound data are read without errors, but there are {errors}"
