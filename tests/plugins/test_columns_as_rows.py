"""A table that comes as columns is written as if its rows had come one by one, by every output."""

import random
import sys
from decimal import Decimal
from pathlib import Path

import numpy
import pytest
from pyarrow import parquet

from creditlang.arrow_texts import TOGETHER
from creditlang.plugin import PluginManager
from creditlang.schema import RESULT_TABLES, Column, Row, Value
from creditlang.table_columns import CodedCells, TableColumns

COLUMNS = (
    Column("name", label="称呼"), Column("amount", "number"), Column("count", "whole"), Column("note"), Column("empty"),
)  # fmt: skip
TEXTS = ["", "=1+1", "'=x", "a,b", 'say "so"', "two\nlines", "back\rhere", "学分", " ", "-5", "\ttab", "x"]
AMOUNTS: list[Value] = [None, Decimal("1.5"), Decimal(-2), Decimal("0.25"), "1 … 2.5", "1 …", Decimal(0)]


def table(count: int, seed: int) -> TableColumns:
    """Values that stand twice, values that no row has, and more rows than are made together."""
    rng = numpy.random.default_rng(seed)
    names: list[Value] = [f"{text}{number}" for number in range(40) for text in TEXTS]
    values: list[list[Value]] = [names, [*AMOUNTS, *AMOUNTS], [*range(30)], [*TEXTS, None, "x", "unseen"], [None, "y"]]
    sizes = [len(names), len(AMOUNTS) * 2, 29, len(TEXTS) + 2, 1]
    return TableColumns(
        [
            CodedCells(own, rng.integers(0, size, count).astype(numpy.int16))
            for own, size in zip(values, sizes, strict=True)
        ]
    )


def written(target: str, content: TableColumns | list[Row]) -> dict[str, bytes]:
    with PluginManager().output(target, sys.stdout) as output:
        for name in RESULT_TABLES:
            if name == "records":
                output.write(name, COLUMNS, content)
            else:
                output.write(name, RESULT_TABLES[name], [])
    where = Path(target.partition(":")[2])
    return {x.name: x.read_bytes() for x in sorted(where.rglob("*") if where.is_dir() else [where])}


@pytest.mark.parametrize("output", ["csv:{}/t", "parquet:{}/t", "arrow:{}/t", "json:{}/t.json", "sqlite:{}/t.sqlite"])
@pytest.mark.parametrize("count", [0, 3, TOGETHER + 7])
def test_the_bytes_are_those_of_rows(output: str, count: int, tmp_path: Path) -> None:
    content = table(count, count)
    one, two = (tmp_path / name for name in ("one", "two"))
    for folder in (one, two):
        folder.mkdir()
    assert written(output.format(one), content) == written(output.format(two), list(content))


@pytest.mark.parametrize("each", [1, 2, 30])
def test_ids_of_a_parquet_file_stand_in_no_dictionary(each: int, tmp_path: Path) -> None:
    """So often each stands in the file; texts that come again are found through a dictionary, with gaps or without."""
    count = TOGETHER + 9
    rows: list[Row] = [(f"r{at:07}", Decimal(at % 3), at % 5, "ab"[at % 2], None) for at in range(count)]
    rows = [row for row in rows[: count if each < 3 else 50] for _ in range(each)]
    written(f"parquet:{tmp_path}", rows)
    file = parquet.ParquetFile(tmp_path / "records.parquet")
    group = file.metadata.row_group(0)
    columns = {x.path_in_schema: x.has_dictionary_page for x in map(group.column, range(group.num_columns))}
    assert columns["name"] == (each > 2)
    assert all(has for name, has in columns.items() if name != "name")
    assert file.read(["name"]).column(0).to_pylist() == [row[0] for row in rows]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_is_that_of_the_texts(seed: int) -> None:
    content = table(500, seed)
    rows = sorted(content, key=lambda row: ["" if x is None else str(x) for x in row])
    assert content.in_order() == rows
    assert content[7] == list(content)[7]
    assert content[2:5] == list(content)[2:5]


def test_tables_are_joined_whatever_codes_they_have() -> None:
    parts = [table(50, seed) for seed in range(4)]
    shuffled = TableColumns.of(random.Random(1).sample(list(parts[0]), 50), len(COLUMNS))
    assert TableColumns.joined([*parts, shuffled]) == [row for part in (*parts, shuffled) for row in part]
