"""Fixtures for plugin tests: distributions made up on the spot, and sources gone through to their end."""

import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path

import pytest

from creditlang.diagnostics import Diagnostic, Language, message
from creditlang.plugin import Source
from creditlang.schema import RawRow
from creditlang_builtin.csv_source import CsvSource


class Site:
    """A folder like `site-packages`, with creditlang's own entry point and whatever a test installs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.install("creditlang", "0.1.0", builtin="creditlang_builtin")

    def install(self, distribution: str, version: str, code: str = "", **points: str) -> None:
        """Install a distribution; the first entry point's module gets the code."""
        information = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        information.mkdir()
        information.joinpath("METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        )
        lines = "".join(f"{name} = {module}\n" for name, module in points.items())
        information.joinpath("entry_points.txt").write_text(f"[creditlang]\n{lines}")
        if code:
            (self.folder / f"{next(iter(points.values()))}.py").write_text(code, encoding="utf-8")

    def entry_points(self) -> Iterable[metadata.EntryPoint]:
        """What is installed here."""
        for distribution in metadata.Distribution.discover(path=[str(self.folder)]):
            yield from distribution.entry_points.select(group="creditlang")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An empty site with creditlang alone; its modules can be imported during the test and are forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)
    yield Site(folder)
    for name in set(sys.modules) - before:
        if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


class Read:
    """What came out of one file."""

    def __init__(self, source: Source) -> None:
        with source:
            self.tables = {table.name: (table, list(table.rows)) for table in source.tables()}
        self.problems = source.problems
        self.fingerprint = source.fingerprint()
        for diagnostic in [*self.problems, *(row.problem for row in self.all_rows if row.problem)]:
            speaks(diagnostic)

    @property
    def all_rows(self) -> list[RawRow]:
        return [row for _, rows in self.tables.values() for row in rows]

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]

    @property
    def good(self) -> list[tuple[int, tuple[str, ...]]]:
        return [(row.number, row.cells) for row in self.all_rows if row.problem is None]

    @property
    def bad(self) -> list[tuple[int, str]]:
        return [(row.number, row.problem.code) for row in self.all_rows if row.problem is not None]


def speaks(diagnostic: Diagnostic) -> None:
    """Its sentence has a value for each placeholder, and it says where."""
    languages: tuple[Language, ...] = ("en", "zh")
    assert all("{" not in message(diagnostic, language) for language in languages)
    assert diagnostic.place is not None
    assert "/" not in diagnostic.place.source


@pytest.fixture
def read_source() -> Callable[[Source], Read]:
    """Go through a source to its end."""
    return Read


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    """Write a file and read it."""

    def write_and_read(content: str | bytes, encoding: str = "utf-8") -> Read:
        path = tmp_path / "activity.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return Read(CsvSource(str(path)))

    return write_and_read
