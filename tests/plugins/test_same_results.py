"""The same data give the same result tables, to the byte, whatever they came in.

Only `records` says where a record stood, where an id is given twice; that is put the same way first: table and row.
"""

import json
import re
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow
import pyarrow.feather
import pyarrow.parquet
import pytest
import xlwt
from click.testing import CliRunner

import creditlang
from creditlang.cli import main
from creditlang.plugin import PluginManager
from creditlang.resources import sample_path
from creditlang_builtin.csv.csv_source import CsvSource

Rows = Sequence[tuple[str, ...]]
Sample = Mapping[str, tuple[tuple[str, ...], Rows]]
"""The tables of a sample by name: heading and sound rows."""

TABLES = ("students", "accounts", "facts", "requirements", "steps")
Results = Mapping[str, bytes | list[str]]


def sample_of(policy: str) -> Sample:
    """The sound rows of a bundled sample: a broken one is broken in its own way in every format."""
    folder = sample_path(policy)
    assert folder is not None
    found = {}
    for path in sorted(folder.glob("*.csv")):
        (table,) = CsvSource(str(path)).tables()
        found[table.name] = (table.header, [row.cells for row in table.rows if row.problem is None])
    return found


def arrow(header: tuple[str, ...], rows: Rows) -> pyarrow.Table:
    """A table of texts."""
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    return pyarrow.table([pyarrow.array(column, pyarrow.string()) for column in columns], names=list(header))


def as_csv(sample: Sample, folder: Path) -> str:
    for name, (header, rows) in sample.items():
        with (folder / f"{name}.csv").open("w", encoding="gb18030", newline="") as file:
            file.writelines(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in (header, *rows))
    return str(folder)


def as_xlsx(sample: Sample, folder: Path) -> str:
    book = openpyxl.Workbook(write_only=True)
    for name, (header, rows) in sample.items():
        sheet = book.create_sheet(name)
        for row in (header, *rows):
            sheet.append([cell or None for cell in row])
    book.save(folder / "all.xlsx")
    return str(folder / "all.xlsx")


def as_xls(sample: Sample, folder: Path) -> str:
    book = xlwt.Workbook()
    for name, (header, rows) in sample.items():
        sheet = book.add_sheet(name)
        for at, row in enumerate((header, *rows)):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write(at, column, cell)
    book.save(str(folder / "all.xls"))
    return str(folder / "all.xls")


def as_json(sample: Sample, folder: Path) -> str:
    whole = {name: [dict(zip(header, row, strict=True)) for row in rows] for name, (header, rows) in sample.items()}
    (folder / "all.json").write_text(json.dumps(whole, ensure_ascii=False), "utf-8")
    return str(folder / "all.json")


def as_json_lines(sample: Sample, folder: Path) -> str:
    for name, (header, rows) in sample.items():
        lines = (json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text("".join(lines), "utf-8")
    return str(folder)


def as_parquet(sample: Sample, folder: Path) -> str:
    for name, (header, rows) in sample.items():
        pyarrow.parquet.write_table(arrow(header, rows), folder / f"{name}.parquet")
    return str(folder)


def as_arrow(sample: Sample, folder: Path) -> str:
    for name, (header, rows) in sample.items():
        pyarrow.feather.write_feather(arrow(header, rows), folder / f"{name}.feather")
    return str(folder)


def as_sqlite(sample: Sample, folder: Path) -> str:
    database = sqlite3.connect(folder / "all.db")
    for name, (header, rows) in sample.items():
        database.execute(
            f'CREATE TABLE "{name}" ({", ".join(f"{chr(34)}{column}{chr(34)} TEXT" for column in header)})'
        )
        database.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(header))})', rows)
    database.commit()
    database.close()
    return str(folder / "all.db")


FORMATS: Mapping[str, Callable[[Sample, Path], str]] = {
    "csv": as_csv, "xlsx": as_xlsx, "xls": as_xls, "json": as_json, "jsonl": as_json_lines, "parquet": as_parquet,
    "arrow": as_arrow, "sqlite": as_sqlite,
}  # fmt: skip
SHORT = ("csv", "xlsx", "sqlite")
CASES = [("hengyang", name) for name in FORMATS] + [("shangrao", name) for name in SHORT]
FIRST = {"csv": 2, "xlsx": 2, "xls": 2}
"""The number of the first row; elsewhere rows are counted from 1."""


def results(policy: str, address: str, target: Path, sample: Sample, first: int) -> Results:
    """The result tables of a run."""
    done = CliRunner().invoke(main, ["run", policy, "--data", address, "--out", f"csv:{target}", "--lang", "zh"])
    assert done.exit_code == 3, done.output
    return written(target, sample, first)


def written(target: Path, sample: Sample, first: int) -> Results:
    """The bytes of the tables, and the lines of the records."""
    where = re.compile(rf" \([^,]*?({'|'.join(sample)})[^,]*?:(\d+)\)")
    records = (target / "records.csv").read_text("utf-8-sig")
    placed = where.sub(lambda match: f" ({match[1]}:{int(match[2]) - first})", records)
    return {**{name: (target / f"{name}.csv").read_bytes() for name in TABLES}, "records": sorted(placed.splitlines())}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Sample, Results]]:
    """A sample, and the results of its own files without the broken rows; worked out once."""
    known: dict[str, tuple[Sample, Results]] = {}

    def of(policy: str) -> tuple[Sample, Results]:
        if policy not in known:
            sample, folder = sample_of(policy), tmp_path_factory.mktemp(policy)
            data = folder / "data"
            data.mkdir()
            for name, (header, rows) in sample.items():
                lines = (",".join(f'"{cell}"' for cell in row) + "\n" for row in (header, *rows))
                (data / f"{name}.csv").write_text("".join(lines), "utf-8")
            known[policy] = (sample, results(policy, str(data), folder / "out", sample, 2))
        return known[policy]

    return of


@pytest.mark.parametrize(("policy", "name"), CASES)
def test_files(policy: str, name: str, expected: Any, tmp_path: Path) -> None:
    sample, wanted = expected(policy)
    data = tmp_path / "data"
    data.mkdir()
    found = results(policy, FORMATS[name](sample, data), tmp_path / "out", sample, FIRST.get(name, 1))
    for table in wanted:
        assert found[table] == wanted[table], table


def test_tables_in_memory(expected: Any, tmp_path: Path) -> None:
    sample, wanted = expected("hengyang")
    tables = {name: arrow(header, rows) for name, (header, rows) in sample.items()}
    cohort = creditlang.load("hengyang").run(tables=tables, language="zh")
    with PluginManager(no_plugins=True).output(f"csv:{tmp_path}", sys.stdout) as output:
        for name in wanted:
            output.write(name, cohort.results.columns(name), cohort.results.tables[name])
    found = written(tmp_path, sample, 1)
    for name in wanted:
        assert found[name] == wanted[name], name


def test_shangrao_in_postgresql(postgres_campus: Any, expected: Any, tmp_path: Path) -> None:
    sample, wanted = expected("shangrao")
    for name, (header, rows) in sample.items():
        postgres_campus.make(name, header, [[cell or None for cell in row] for row in rows])
        postgres_campus.execute(f'ALTER TABLE "{name}" ADD place serial')
        for change in ("ALTER place DROP DEFAULT", "ALTER place TYPE bytea USING int4send(place)"):
            postgres_campus.execute(f'ALTER TABLE "{name}" {change}')
        postgres_campus.execute(f'ALTER TABLE "{name}" ADD PRIMARY KEY (place)')
    found = results("shangrao", postgres_campus.address(), tmp_path, sample, 1)
    for table in wanted:
        assert found[table] == wanted[table], table
