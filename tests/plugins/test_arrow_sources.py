"""Parquet and Arrow files: every type has its exact text, and a hostile file is an error and no crash."""

import io
import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import compute, ipc, parquet

from creditlang.plugin import Source
from creditlang.plugin.contract_tests import SourceContract
from creditlang.toolkit.arrow_text import LONGEST_CELL, BadCell, float_text, texts_of
from creditlang_builtin.arrow import arrow_sources
from creditlang_builtin.arrow.arrow_sources import ArrowSource, ParquetSource

Reader = Callable[[Source], Any]


def table_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> pyarrow.Table:
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    return pyarrow.table([pyarrow.array(column, pyarrow.string()) for column in cells], names=list(header))


def arrow_file(table: pyarrow.Table, **options: Any) -> bytes:
    content = io.BytesIO()
    with ipc.new_file(content, table.schema, options=ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return content.getvalue()


def arrow_stream(table: pyarrow.Table) -> bytes:
    content = io.BytesIO()
    with ipc.new_stream(content, table.schema) as writer:
        writer.write_table(table)
    return content.getvalue()


def parquet_file(table: pyarrow.Table, **options: Any) -> bytes:
    content = io.BytesIO()
    parquet.write_table(table, content, **options)
    return content.getvalue()


class TestParquet(SourceContract):
    """One file, one table."""

    def write_sample(self, folder: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        (folder / "sample.parquet").write_bytes(parquet_file(table_of(header, rows)))
        return str(folder / "sample.parquet")

    def open(self, address: str) -> Source:
        return ParquetSource(address)


class TestArrow(SourceContract):
    """A file with an index at its end."""

    content = staticmethod(arrow_file)

    def write_sample(self, folder: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        (folder / "sample.arrow").write_bytes(self.content(table_of(header, rows)))
        return str(folder / "sample.arrow")

    def open(self, address: str) -> Source:
        return ArrowSource(address)


class TestArrowStream(TestArrow):
    """As a program sends it."""

    content = staticmethod(arrow_stream)


FORMATS: dict[str, tuple[Callable[[pyarrow.Table], bytes], Callable[[str], Source]]] = {
    "parquet": (parquet_file, ParquetSource),
    "arrow": (arrow_file, ArrowSource),
    "stream": (arrow_stream, ArrowSource),
}


@pytest.fixture(params=FORMATS)
def through(request: pytest.FixtureRequest, tmp_path: Path, read_source: Reader) -> Callable[[pyarrow.Table], Any]:
    """Write a table in a format and read it back."""
    write, source = FORMATS[request.param]

    def write_and_read(table: pyarrow.Table) -> Any:
        (tmp_path / "activity.bin").write_bytes(write(table))
        return read_source(source(str(tmp_path / "activity.bin")))

    return write_and_read


def texts(array: Any) -> list[str | BadCell]:
    found, wrong = texts_of(array)
    return [wrong.get(position, text) for position, text in enumerate(found.to_pylist())]


LOST = BadCell("CR746")


@pytest.mark.parametrize(
    ("array", "wanted"),
    [
        (pyarrow.array(["a", None, " 学 "]), ["a", "", " 学 "]),
        (pyarrow.array(["a", None, "学"], pyarrow.large_string()), ["a", "", "学"]),
        (pyarrow.array(["a", None, "学" * 9], pyarrow.string_view()), ["a", "", "学" * 9]),
        (pyarrow.array(["b", "a", None, "b"]).dictionary_encode(), ["b", "a", "", "b"]),
        (pyarrow.array([1.5, None, 1.5]).dictionary_encode(), ["1.5", "", "1.5"]),
        (compute.run_end_encode(pyarrow.array(["a", "a", "b"])), ["a", "a", "b"]),
        (pyarrow.nulls(2), ["", ""]),
        (pyarrow.array([True, False, None]), ["true", "false", ""]),
        (pyarrow.array([-3, None], pyarrow.int8()), ["-3", ""]),
        (pyarrow.array([2**64 - 1], pyarrow.uint64()), ["18446744073709551615"]),
        (pyarrow.array([123456789012345678]), ["123456789012345678"]),
        (
            pyarrow.array([Decimal("1.50"), Decimal("-0.05"), Decimal(0)], pyarrow.decimal128(9, 2)),
            ["1.5", "-0.05", "0"],
        ),
        (pyarrow.array([Decimal("100")], pyarrow.decimal128(38, 0)), ["100"]),
        (pyarrow.array([Decimal("1E-10"), Decimal(0), None], pyarrow.decimal256(60, 10)), ["0.0000000001", "0", ""]),
        (pyarrow.array([Decimal("1E+3")], pyarrow.decimal128(5, -2)), ["1000"]),
        (pyarrow.array([date(2024, 10, 8), None]), ["2024-10-08", ""]),
        (pyarrow.array([date(2024, 10, 8)], pyarrow.date64()), ["2024-10-08"]),
        (pyarrow.array([datetime(2024, 10, 8)], pyarrow.timestamp("s")), ["2024-10-08"]),
        (pyarrow.array([datetime(2024, 10, 8), None], pyarrow.timestamp("ns")), ["2024-10-08", ""]),
        (pyarrow.array([datetime(2024, 10, 8, 9, 30)], pyarrow.timestamp("us")), ["2024-10-08T09:30:00"]),
        (pyarrow.array([datetime(2024, 10, 8, 9, 0, 0, 120_000)]), ["2024-10-08T09:00:00.12"]),
        (pyarrow.array([datetime(2024, 10, 7, 16)], pyarrow.timestamp("us", "Asia/Shanghai")), ["2024-10-08"]),
        (pyarrow.array([time(9, 30)]), ["09:30:00.000000"]),
        (pyarrow.array([time(9, 30)], pyarrow.time32("s")), ["09:30:00"]),
        (pyarrow.array([1.0, 2024010101.0, None]), ["1", "2024010101", ""]),
        (pyarrow.array([0.1 + 0.2, 9.95, 1e-7, -0.0, 1.5]), ["0.3", "9.95", "0.0000001", "0", "1.5"]),
        (pyarrow.array([999999999999999.0, 1e15, -1e18]), ["999999999999999", LOST, LOST]),
        (pyarrow.array([0.1, 16777216.0, 16777218.0], pyarrow.float32()), ["0.1", "16777216", LOST]),
        (pyarrow.array([0.1, 2048, 2050, None], pyarrow.float16()), ["0.1", "2048", LOST, ""]),
        (pyarrow.ExtensionArray.from_storage(pyarrow.bool8(), pyarrow.array([1, 0], pyarrow.int8())), ["1", "0"]),
    ],
)
def test_each_type_has_its_text(array: Any, wanted: list[str | BadCell]) -> None:
    assert texts(array) == wanted
    assert texts(array[1:]) == wanted[1:]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_float_that_is_no_number_is_said(value: float) -> None:
    found = float_text(value)
    assert isinstance(found, BadCell)
    assert found.code == "CR743"


@given(st.integers(-(10**14), 10**14), st.integers(0, 6))
def test_a_double_is_the_decimal_that_was_written(digits: int, places: int) -> None:
    number = Decimal(f"{digits}E-{places}")
    assert Decimal(str(float_text(float(number)))) == number


@given(st.floats(width=32, allow_nan=False, allow_infinity=False, min_value=-(2.0**24), max_value=2.0**24))
def test_a_single_float_reads_back(value: float) -> None:
    text = float_text(value, "f")
    assert isinstance(text, str)
    assert pyarrow.array([float(text)], pyarrow.float32())[0].as_py() == value


@pytest.mark.parametrize("kind", [pyarrow.string(), pyarrow.large_string(), pyarrow.string_view()])
def test_text_that_is_broken_or_endless_is_a_problem(kind: Any) -> None:
    raw = {pyarrow.string_view(): pyarrow.binary_view(), pyarrow.large_string(): pyarrow.large_binary()}
    array = pyarrow.array(
        [b"ok", "张".encode("gbk"), None, b"x" * (LONGEST_CELL + 1)], raw.get(kind, pyarrow.binary())
    ).view(kind)
    codes = [cell.code if isinstance(cell, BadCell) else cell for cell in texts(array)]
    assert codes == ["ok", "CR743", "", "CR743"]
    if kind == pyarrow.string():
        entries = pyarrow.DictionaryArray.from_arrays(pyarrow.array([3, 0, None, 1]), array, safe=False)
        codes = [cell.code if isinstance(cell, BadCell) else cell for cell in texts(entries)]
        assert codes == ["CR743", "ok", "", "CR743"]


def test_a_view_without_a_value_may_hold_anything() -> None:
    views = pyarrow.array(["a", None], pyarrow.string_view())
    validity, content, *others = views.buffers()
    spoilt = bytearray(content.to_pybytes())
    spoilt[16:20] = (-1258291200).to_bytes(4, "little", signed=True)
    array = pyarrow.Array.from_buffers(
        pyarrow.string_view(), 2, [validity, pyarrow.py_buffer(bytes(spoilt)), *others], null_count=1
    )
    assert texts(array) == ["a", ""]


def test_a_bad_cell_costs_its_row(through: Callable[[pyarrow.Table], Any]) -> None:
    result = through(pyarrow.table({"学号": ["1", "2", "3"], "学时": [1.5, float("nan"), 1e18]}))
    assert (result.good, result.bad) == ([(1, ("1", "1.5"))], [(2, "CR743"), (3, "CR746")])
    places = [row.problem.place for row in result.all_rows if row.problem]
    assert [(place.source, place.row, place.column) for place in places] == [
        ("activity.bin", 2, "学时"),
        ("activity.bin", 3, "学时"),
    ]
    assert result.all_rows[1].cells == ("2", "")


def test_rows_are_counted_through_the_file(tmp_path: Path) -> None:
    table = pyarrow.table({"n": list(range(150_000))})
    for content, source in (
        (parquet_file(table, row_group_size=40_000), ParquetSource),
        (arrow_file(table), ArrowSource),
    ):
        (tmp_path / "x.bin").write_bytes(content)
        with source(str(tmp_path / "x.bin")) as opened:
            for raw in opened.tables():
                batches = list(raw.batches())
        assert max(len(batch.numbers) for batch in batches) <= 65_536
        assert [number for batch in batches for number in batch.numbers] == list(range(1, 150_001))
        assert batches[-1].columns[0][-1].as_py() == "149999"
        assert opened.problems == []


@pytest.mark.parametrize(
    "column",
    [
        pyarrow.array([[1]]),
        pyarrow.array([{"a": 1}]),
        pyarrow.array([b"x"]),
        pyarrow.array([timedelta(days=1)]),
        pyarrow.array([[("k", 1)]], pyarrow.map_("string", "int8")),
    ],
)
def test_a_column_without_text_refuses_the_table(through: Callable[[pyarrow.Table], Any], column: Any) -> None:
    result = through(pyarrow.table({"学号": ["1"], "标签": column}))
    assert (result.tables, result.codes) == ({}, ["CR744"])
    assert result.problems[0].place.column == "标签"


@pytest.mark.parametrize(
    ("names", "codes"),
    [(["a", "a"], ["CR626"]), (["", "b"], ["CR625"]), ([" a ", "a"], ["CR626"])],
)
def test_headings_are_strict(through: Callable[[pyarrow.Table], Any], names: list[str], codes: list[str]) -> None:
    assert through(pyarrow.table([["1"], ["2"]], names=names)).codes == codes


def test_the_numbers_of_pandas_are_no_column(through: Callable[[pyarrow.Table], Any]) -> None:
    result = through(pyarrow.table({"学号 ": ["1"], "__index_level_0__": [7]}))
    assert result.good == [(1, ("1",))]
    assert result.tables["activity"][0].header == ("学号",)


def test_a_table_without_rows_is_noted_and_one_without_columns_refused(through: Callable[[pyarrow.Table], Any]) -> None:
    assert through(table_of(("a",), ())).codes == ["CR639"]
    assert through(pyarrow.table({})).codes == ["CR621"]


def test_our_own_results_are_no_data(through: Callable[[pyarrow.Table], Any]) -> None:
    table = table_of(("student_id",), [("1",)]).replace_schema_metadata({"creditlang": "results"})
    assert through(table).codes == ["CR745"]


def test_what_is_no_such_file_is_said(tmp_path: Path, read_source: Reader) -> None:
    path = tmp_path / "x.bin"
    for content in (
        b"",
        b"PAR1",
        b"ARROW1",
        b"FEA1" * 9,
        b"nonsense" * 9,
        b"PAR1" * 9,
        b"ARROW1\0\0" * 9,
        b"\xff" * 64,
    ):
        path.write_bytes(content)
        for source in (ParquetSource, ArrowSource):
            result = read_source(source(str(path)))
            assert (result.tables, result.codes) == ({}, ["CR740"])


def test_a_file_that_breaks_off_inside_says_after_how_many_rows(tmp_path: Path, read_source: Reader) -> None:
    content = bytearray(parquet_file(pyarrow.table({"a": ["x" * 9] * 9}), compression="none", use_dictionary=False))
    middle = content.index(b"x" * 9)
    content[middle - 4 : middle] = b"\xff\xff\xff\x7f"
    (tmp_path / "x.parquet").write_bytes(content)
    result = read_source(ParquetSource(str(tmp_path / "x.parquet")))
    assert (result.good, result.codes) == ([], ["CR748"])
    assert result.problems[0].arguments["rows"] == "0"


def test_the_rows_of_a_file_are_bounded(tmp_path: Path, read_source: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_sources, "MOST_ROWS", 100)
    table = pyarrow.table({"a": pyarrow.nulls(101)})
    (tmp_path / "x").write_bytes(parquet_file(table))
    assert read_source(ParquetSource(str(tmp_path / "x"))).codes == ["CR740"]
    (tmp_path / "x").write_bytes(arrow_file(table))
    assert read_source(ArrowSource(str(tmp_path / "x"))).codes == ["CR748"]


def test_a_bomb_of_one_text_is_defused(tmp_path: Path, read_source: Reader) -> None:
    """A hundred thousand rows that all show one text of ten megabytes: half a megabyte on disk, a terabyte unfolded."""
    entry = pyarrow.array(["x" * 10_000_000])
    column = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 100_000, pyarrow.int32()), entry)
    (tmp_path / "x").write_bytes(parquet_file(pyarrow.table({"a": column}), store_schema=False))
    assert (tmp_path / "x").stat().st_size < 1_000_000
    result = read_source(ParquetSource(str(tmp_path / "x")))
    assert len(result.bad) == 100_000
    assert {code for _, code in result.bad} == {"CR743"}


@pytest.mark.parametrize("seed", range(6))
def test_damaged_files_bring_nothing_down(tmp_path: Path, seed: int) -> None:
    """Bytes of good files changed at random: rows, problems, never an exception."""
    chance = random.Random(seed)
    table = pyarrow.table(
        {
            "学号": ["2024010101", "2", "3"] * 50,
            "d": pyarrow.array([date(2024, 10, 8), None, date(2024, 1, 1)] * 50),
            "x": pyarrow.array([1.5, None, 2.0] * 50),
            "y": pyarrow.array([Decimal("1.50"), None, Decimal("3")] * 50, pyarrow.decimal128(9, 2)),
            "k": pyarrow.array(["a", "b", None] * 50).dictionary_encode(),
            "v": pyarrow.array(["a", "b" * 40, None] * 50, pyarrow.string_view()),
        }
    )
    good = [
        (parquet_file(table), ParquetSource),
        (parquet_file(table, compression="zstd", use_dictionary=False), ParquetSource),
        (arrow_file(table), ArrowSource),
        (arrow_file(table, compression="zstd"), ArrowSource),
        (arrow_stream(table), ArrowSource),
    ]
    path = tmp_path / "x.bin"
    for _ in range(60):
        content, source = chance.choice(good)
        damaged = bytearray(content)
        for _ in range(chance.choice([1, 1, 2, 5])):
            damaged[chance.randrange(len(damaged))] = chance.choice([0, 255, chance.randrange(256)])
        path.write_bytes(damaged[: chance.randrange(len(damaged))] if chance.random() < 0.1 else damaged)
        with source(str(path)) as opened:
            for raw in opened.tables():
                list(raw.rows)
