"""A kept copy gives what the file gives, or is not believed; it is written whole, beside the file, if that is asked."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from creditlang.cli import main
from creditlang.diagnostics import message
from creditlang.plugin import PluginManager
from creditlang.toolkit.kept_copy import KeptCopy, keeping
from creditlang_builtin.csv import csv_source

MESSY = """学号,项目,,日期
1,讲座,,2024-10-08
2,"a,""b　",x
,,,
3,"two
lines",,
4,"张,",,2024
5,no \0,,
6
"""
CSV = Path("活动.csv")
COPY = {".活动.csv.creditlang.json", ".活动.csv.creditlang.parquet"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(csv_source, "LARGE", 0)
    CSV.write_bytes(MESSY.encode("gb18030"))
    return tmp_path


def read(around: Callable[..., Any] = keeping, stop: bool = False) -> Any:
    """Everything that a source says."""
    with PluginManager(around=around).opened([str(CSV)]) as (source,):
        tables = []
        for table in source.tables():
            rows = [] if stop else list(table.rows)
            told = [(row.number, row.cells, row.problem and (message(row.problem), row.problem.place)) for row in rows]
            tables.append((table.name, table.source, table.header, [message(x, "zh") for x in table.doubts], told))
        findings = [(message(x, "zh"), message(x), x.place, x.severity) for x in source.problems]
        return tables, findings, source.fingerprint()


def there() -> set[str]:
    return {path.name for path in Path().iterdir()} - {CSV.name}


def test_the_copy_says_what_the_file_says(folder: Path) -> None:
    plain = read(lambda source: source)
    assert len(plain[0][0][4]) == 6
    assert there() == set(), "nothing is written unless asked"
    assert read() == plain
    assert there() == COPY
    assert KeptCopy.of(CSV) is not None
    assert read() == plain
    os.utime(CSV, (0, 0))
    assert KeptCopy.of(CSV) is not None, "it is the content that counts"


def test_whoever_may_not_read_the_file_may_not_read_the_copy(folder: Path) -> None:
    CSV.chmod(0o600)
    read()
    assert {Path(name).stat().st_mode & 0o777 for name in COPY} == {0o600}


def spoiled(name: str, change: Callable[[bytes], bytes]) -> Callable[[], object]:
    path = Path(f".活动.csv.creditlang.{name}")
    return lambda: path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize("spoil", [
    lambda: CSV.write_bytes(CSV.read_bytes().replace(b"2024-10-08", b"2024-10-09")),
    spoiled("parquet", lambda content: content[:-100]),
    spoiled("parquet", lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:]),
    spoiled("parquet", lambda content: b""),
    spoiled("json", lambda content: content[:-100]),
    spoiled("json", lambda content: content.replace(b'"row"', b'"raw"').replace(b"CR627", b"CR624")),
    spoiled("json", lambda content: b"[]"),
    spoiled("json", lambda content: b"\xff"),
    spoiled("json", lambda content: content.replace(b'"format": "2', b'"format": "0')),
    lambda: Path(".活动.csv.creditlang.json").unlink(),
    lambda: Path(".活动.csv.creditlang.parquet").unlink(),
])  # fmt: skip
def test_a_copy_that_is_not_of_the_file_is_made_anew(folder: Path, spoil: Callable[[], object]) -> None:
    read()
    spoil()
    assert KeptCopy.of(CSV) is None
    assert read() == read(lambda source: source)
    assert there() == COPY
    assert KeptCopy.of(CSV) is not None


def test_every_byte_of_a_copy_counts(folder: Path) -> None:
    read()
    for name in COPY:
        path = Path(name)
        content = path.read_bytes()
        for at in range(0, len(content), 97):
            path.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
            assert KeptCopy.of(CSV) is None
        path.write_bytes(content)
    assert KeptCopy.of(CSV) is not None


def test_a_file_that_is_not_read_to_its_end_is_not_kept(folder: Path) -> None:
    read(stop=True)
    assert there() == set()


@pytest.mark.parametrize("name", ["write_table", "close"])
def test_a_full_disk_leaves_nothing_and_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    from pyarrow import parquet

    once = iter([OSError(28, "No space left on device")])

    def full(*given: object) -> None:
        for error in once:
            raise error

    plain = read(lambda source: source)
    with monkeypatch.context() as patched:
        patched.setattr(parquet.ParquetWriter, name, full)
        found = read()
    assert (found[0], found[1][:-1], found[2]) == (plain[0], plain[1], plain[2])
    assert found[1][-1][1].startswith("The copy that makes reading faster could not be kept:")
    assert there() == set()


def test_a_copy_that_cannot_be_replaced_is_said(folder: Path) -> None:
    for name in COPY:
        Path(name).mkdir()
    found = read()
    assert found[1][-1][1].startswith("The copy that makes reading faster could not be kept:")


def test_results_are_the_same(folder: Path) -> None:
    CSV.write_text("学号,项目,日期\n2024010101,学术讲座,2024-10-08\n2024010102,学术讲座,x\n", encoding="utf-8")
    Path("学生.csv").write_text("学号,姓名\n2024010101,张\n2024010102,李\n", encoding="utf-8")
    arguments = ("run", "hengyang", "--data", ".", "--format", "json")
    wanted = CliRunner().invoke(main, arguments)
    for _ in range(2):
        kept = CliRunner().invoke(main, [*arguments, "--keep"])
        assert (kept.exit_code, json.loads(kept.stdout)) == (wanted.exit_code, json.loads(wanted.stdout))
    assert there() > COPY
