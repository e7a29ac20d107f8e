"""A large CSV file is read as columns: the rows, findings and fingerprint are those that the lines one by one give."""

import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from creditlang.diagnostics import message
from creditlang.schema import RawRow
from creditlang_builtin.csv import csv_columns, csv_rows, csv_source
from creditlang_builtin.csv.csv_source import CsvSource

CELL = st.sampled_from(["a", "1.5", "张", "", '"x"', '"a,b"', '"a""b"', '""', " ", '"', '"a\nb"', "a,b", "\u3000"])
sheets = st.lists(st.lists(CELL, min_size=2, max_size=3).map(",".join), max_size=12).map(
    lambda lines: "\n".join(["一,二,三", *lines])
)


def told(rows: Iterable[RawRow]) -> list[tuple[int, tuple[str, ...], str]]:
    return [(row.number, row.cells, message(row.problem) if row.problem else "") for row in rows]


@settings(max_examples=400, deadline=None)
@given(
    text=st.text(st.sampled_from('a,,,,"\n\n\n \r\0张、\u3000'), max_size=120) | sheets, block=st.integers(1, 60),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
)  # fmt: skip
@example('a,b\n1,"x\ny"\n"",""\n ,\n,\n\n1,2,3\n"a""b",c\n', 12, "utf-8")
def test_columns_are_the_rows(tmp_path_factory: pytest.TempPathFactory, text: str, block: int, encoding: str) -> None:
    """Of a large file, wherever its blocks end."""
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    path.write_bytes(text.encode(encoding))
    found = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(csv_columns, "BLOCK", block)
        for large in (2**60, 0):
            patched.setattr(csv_source, "LARGE", large)
            with CsvSource(str(path)) as source:
                tables = [(x.name, x.header, list(map(message, x.doubts)), told(x.rows)) for x in source.tables()]
                found.append((tables, list(map(message, source.problems)), source.fingerprint()))
    assert found[0] == found[1]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_columns_of_lines_that_are_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    """A line of which only the beginning is held, with and without an open quote in the rest."""
    path, long = tmp_path / "x.csv", "x" * (5 * csv_rows.LONGEST_LINE)
    lines = ["a,b", "1,2", f"3,{long}", f'4,{long}"', '"5",6', f"7,{long}\0", "8,9"]
    for count in range(2, len(lines) + 1):
        path.write_text((end or "\n").join(lines[:count]) + end, newline="")
        found = []
        for large in (2**60, 0):
            monkeypatch.setattr(csv_source, "LARGE", large)
            with CsvSource(str(path)) as source:
                found.append([told(table.rows) for table in source.tables()])
        assert found[0] == found[1]


def test_memory_of_columns_is_that_of_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_source, "LARGE", 0)
    monkeypatch.setattr(csv_columns, "BLOCK", 256 * 1024)
    for rows in (20_000, 100_000):
        path = tmp_path / "activity.csv"
        path.write_text("学号,项目,日期\n" + "".join(f"20240{row:06d},讲座与报告,2024-10-08\n" for row in range(rows)))
        tracemalloc.start()
        try:
            assert not any(row.problem for table in CsvSource(str(path)).tables() for row in table.rows)
            assert tracemalloc.get_traced_memory()[1] < 10 * csv_columns.BLOCK
        finally:
            tracemalloc.stop()
