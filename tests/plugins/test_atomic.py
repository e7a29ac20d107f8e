"""A run that is killed at any moment leaves whole files; what it left behind is cleaned up by the next."""

import io
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from creditlang.diagnostics import message
from creditlang.plugin import Output, PluginError
from creditlang.schema import Column
from creditlang.toolkit.atomic_files import PendingFile, clean_stale
from creditlang_builtin.csv.csv_output import CsvOutput
from creditlang_builtin.databases.sqlite_output import SqliteOutput
from creditlang_builtin.json.json_output import JsonOutput
from creditlang_builtin.report.report_output import ReportOutput
from creditlang_builtin.tables.table_output import TableOutput
from creditlang_builtin.workbook.xlsx_output import XlsxOutput

WRITER = """
import io, sys
from pathlib import Path
sys.path[:0] = {path!r}
from creditlang.schema import Column
from creditlang_builtin.{module} import {output}
target = sys.argv[1]
print("ready", flush=True)
while True:
    for letter in "ab":
        with {output}(target, io.StringIO()) as output:
            for name in ("accounts", "facts", "manifest"):
                output.write(name, (Column("x"),), ([letter * 50] for _ in range(400)))
"""


def killed_writer(target: Path, module: str, output: str, delay: float) -> None:
    """Start a process that writes over and over, and kill it."""
    code = WRITER.format(path=sys.path, module=module, output=output)
    process = subprocess.Popen([sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
@pytest.mark.parametrize("delay", [0.02, 0.035, 0.05, 0.071])
def test_a_killed_run_leaves_whole_files(tmp_path: Path, delay: float) -> None:
    folder = tmp_path / "out"
    killed_writer(folder, "csv_output", "CsvOutput", delay)
    for path in folder.glob("*.csv"):
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        assert len(lines) == 401
        assert len(set(lines[1:])) == 1
    if (folder / "manifest.csv").exists():
        tables = {path.read_bytes() for path in folder.glob("*.csv")}
        assert len(tables) == 1, "a manifest beside tables of another run"
    with CsvOutput(str(folder), io.StringIO()) as output:
        for name in ("accounts", "facts", "manifest"):
            output.write(name, (Column("x"),), [("1",)])
    assert not [path for path in folder.iterdir() if path.name.endswith(".tmp")]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_a_killed_run_leaves_a_whole_document(tmp_path: Path) -> None:
    target = tmp_path / "r.json"
    killed_writer(target, "json_output", "JsonOutput", 0.05)
    if target.exists():
        assert target.read_text(encoding="utf-8").endswith('"version": 1}\n')
    with JsonOutput(str(target), io.StringIO()) as output:
        for name in ("accounts", "facts", "manifest"):
            output.write(name, (Column("x"),), [("1",)])
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]


def test_stale_temporary_files_of_ours_are_removed_and_others_kept(tmp_path: Path) -> None:
    names = [".creditlang-accounts.csv.1-0.tmp", ".creditlang-r.json.1-0.tmp", "mine.tmp", ".creditlang-accounts.csv"]
    for name in names:
        (tmp_path / name).write_text("")
    clean_stale(tmp_path, "*.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])
    clean_stale(tmp_path, "r.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[2:])
    clean_stale(tmp_path / "missing", "r.json")


def test_publishing_writes_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    try:
        (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    except OSError:
        pytest.skip("no links here")
    pending = PendingFile(tmp_path / "link.txt")
    pending.stream.write("new")
    pending.publish()
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_a_file_that_another_run_took_away_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    pending = PendingFile(tmp_path / "a.txt")
    pending.temporary.unlink()
    with pytest.raises(PluginError) as caught:
        pending.publish()
    assert caught.value.diagnostics[0].code == "CR710"
    assert (tmp_path / "a.txt").read_text() == "old"


def test_an_error_says_why() -> None:
    with pytest.raises(ValueError, match="why"):
        PluginError()


FOREIGN = {
    "results.json": '{"student": [{"student_id": "1"}]}',
    "results.txt": "my notes\n\n- one\n",
    "results.html": "<!doctype html><title>mine</title>",
    "results.xlsx": "no workbook",
    "results.db": "no database",
}
OUTPUTS = {
    "results.json": JsonOutput, "results.txt": TableOutput, "results.html": ReportOutput, "results.xlsx": XlsxOutput,
    "results.db": SqliteOutput,
}  # fmt: skip


def write(make: type[Output], path: Path) -> None:
    """Write a small table, or a page that says whose it is."""
    with make(str(path), io.StringIO()) as output:
        if isinstance(output, ReportOutput):
            output._text = '<meta name="generator" content="creditlang">'
        output.write("students", (Column("x"), Column("y")), [("1", "2")])


@pytest.mark.parametrize("name", FOREIGN)
def test_no_single_file_replaces_what_is_not_ours(tmp_path: Path, name: str) -> None:
    """Ours and an empty file are replaced; anything else, and what is no file, is refused and stands."""
    path, make = tmp_path / name, OUTPUTS[name]
    path.write_text(FOREIGN[name])
    with pytest.raises(PluginError) as found:
        write(make, path)
    assert found.value.diagnostics[0].code == "CR753"
    assert path.read_text() == FOREIGN[name]
    path.write_text("")
    write(make, path)
    write(make, path)
    link = tmp_path / f"link{path.suffix}"
    link.symlink_to("/dev/null")
    with pytest.raises(PluginError):
        write(make, link)
    assert link.is_symlink()


HOLDER = """
import io, sys
sys.path[:0] = {path!r}
from creditlang.schema import Column
from creditlang_builtin.{module} import {output}
output = {output}(sys.argv[1], io.StringIO())
output.write("students", (Column("x"),), [("first",)])
output.write("manifest", (Column("x"),), [("first",)])
print("ready", flush=True)
sys.stdin.readline()
output.close()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such locks here")
@pytest.mark.parametrize(("name", "module", "make"), [
    ("out", "csv.csv_output", CsvOutput), ("out.json", "json.json_output", JsonOutput),
    ("out.xlsx", "workbook.xlsx_output", XlsxOutput), ("out.db", "databases.sqlite_output", SqliteOutput),
])  # fmt: skip
def test_of_two_runs_at_once_the_later_is_told(tmp_path: Path, name: str, module: str, make: type[Output]) -> None:
    """And the earlier ends as if there were no other."""
    code = HOLDER.format(path=sys.path, module=module, output=make.__name__)
    first = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert first.stdout is not None
    assert first.stdout.readline()
    with pytest.raises(PluginError) as found, make(str(tmp_path / name), io.StringIO()) as output:
        output.write("students", (Column("x"),), [("second",)])
    assert found.value.diagnostics[0].code == "CR710"
    assert "another run" in message(found.value.diagnostics[0], "en")
    first.communicate(b"\n", timeout=30)
    assert first.returncode == 0
    assert not [path.name for path in tmp_path.rglob("*.tmp")]
    assert not (tmp_path / "out").exists() or (tmp_path / "out" / "manifest.csv").exists()
