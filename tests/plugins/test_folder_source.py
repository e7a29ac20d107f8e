"""A folder of files: each opened by the plugin that reads it, and what none reads is named."""

import os
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from creditlang.plugin import PluginError, PluginManager
from creditlang_builtin.csv.csv_source import CsvSource
from creditlang_builtin.files.folder_source import FolderSource

Reader = Callable[..., Any]


def folder_of(tmp_path: Path, *names: str) -> Path:
    for name in names:
        (tmp_path / name).write_text("学号,项目\n1,讲座\n", encoding="utf-8")
    return tmp_path


def test_a_folder_has_a_table_for_each_file_in_the_order_of_names(tmp_path: Path, read_source: Reader) -> None:
    folder = folder_of(tmp_path, "student.csv", "activity.CSV", "学生.csv", ".hidden.csv", "~$lock.csv", "a:b.csv")
    result = read_source(FolderSource(str(folder), CsvSource))
    assert list(result.tables) == ["a:b", "activity", "student", "学生"]
    assert result.problems == []


def test_the_fingerprint_of_a_folder_knows_names(tmp_path: Path, read_source: Reader) -> None:
    first = read_source(FolderSource(str(folder_of(tmp_path, "a.csv")), CsvSource)).fingerprint
    (tmp_path / "a.csv").rename(tmp_path / "b.csv")
    assert read_source(FolderSource(str(tmp_path), CsvSource)).fingerprint != first


def test_what_a_folder_source_does_not_read_is_named(tmp_path: Path, read_source: Reader) -> None:
    folder = folder_of(tmp_path, "student.csv", "activity.ods", "README.md", "course.csv", "course.xlsx")
    (tmp_path / "old").mkdir()
    for left_by_systems in ("Thumbs.db", "desktop.ini", ".DS_Store", "~$course.xlsx"):
        (tmp_path / left_by_systems).write_bytes(b"x")
    point = metadata.EntryPoint("builtin", "creditlang_builtin", "creditlang")
    source = PluginManager(entry_points=[point]).source(str(folder))
    result = read_source(source)
    assert list(result.tables) == ["student"]
    places = {problem.place.source: problem.code for problem in result.problems if problem.place}
    assert places == {
        "old": "CR641",
        "activity.ods": "CR640",
        "README.md": "CR641",
        "course.csv": "CR642",
        "course.xlsx": "CR642",
    }


def test_only_csv_files_when_csv_is_asked_for(tmp_path: Path, read_source: Reader) -> None:
    folder = folder_of(tmp_path, "student.csv", "activity.ods", "README.md")
    result = read_source(FolderSource(str(folder), CsvSource, only=".csv"))
    assert (list(result.tables), result.problems) == (["student"], [])


def test_an_empty_folder(tmp_path: Path, read_source: Reader) -> None:
    assert read_source(FolderSource(str(tmp_path), CsvSource)).codes == ["CR643"]


def test_a_broken_file_does_not_hide_the_others(tmp_path: Path, read_source: Reader) -> None:
    folder = folder_of(tmp_path, "a.csv", "b.csv")
    (folder / "a.csv").write_bytes(b"")
    result = read_source(FolderSource(str(folder), CsvSource))
    assert (list(result.tables), result.codes) == (["b"], ["CR621"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
@pytest.mark.parametrize("suffix", sorted(name for name in PluginManager().names("sources") if name.startswith(".")))
def test_a_pipe_is_never_opened(tmp_path: Path, read_source: Reader, suffix: str) -> None:
    """Alone, in a folder, or behind a link: to open it would be to wait for somebody who writes."""
    os.mkfifo(tmp_path / f"activity{suffix}")
    (tmp_path / f"student{suffix}").symlink_to("/dev/zero")
    manager = PluginManager()
    for name in ("activity", "student"):
        with pytest.raises(PluginError) as found:
            manager.source(str(tmp_path / f"{name}{suffix}"))
        assert found.value.diagnostics[0].code == "CR620"
    assert read_source(manager.source(str(tmp_path))).codes == ["CR620", "CR620", "CR643"]
