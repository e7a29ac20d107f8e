"""A package that is older than any that creditlang works with is not used, and where it was asked for it is said."""

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from creditlang import installed
from creditlang.schema import has_arrow
from creditlang.toolkit.extras import EXTRAS, has

Folder = Callable[..., Path]


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Arrow is there, but ten years old."""
    has_arrow.cache_clear()
    installed.too_old.cache_clear()
    monkeypatch.setattr(installed, "version", lambda name: "0.4.1" if name == "pyarrow" else version(name))
    yield
    has_arrow.cache_clear()
    installed.too_old.cache_clear()


@pytest.mark.usefixtures("old")
@pytest.mark.parametrize(("language", "words"), [("en", "version 0.4.1 is installed"), ("zh", "已安装的是 0.4.1")])
@pytest.mark.parametrize("asked", [["--engine", "columnar"], ["--at-once", "30"], ["--out", "parquet:out"]])
def test_it_is_said(
    cli: Any, policy: Path, folder: Folder, asked: list[str], language: str, words: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    data = folder()
    monkeypatch.chdir(tmp_path)
    result = cli("run", policy, "--data", data, *asked, "--lang", language)
    assert result.exit_code in (2, 4)
    assert "CR779" in result.stderr
    assert words in result.stderr
    assert {file.name for file in tmp_path.iterdir()} == {"data"}


def test_otherwise_it_is_done_without(cli: Any, policy: Path, folder: Folder, request: pytest.FixtureRequest) -> None:
    words = ("run", policy, "--data", folder(), "--format", "csv", "--lang", "en")
    before = cli(*words)
    request.getfixturevalue("old")
    assert not has("arrow")
    after = cli(*words)
    assert (after.exit_code, after.stdout, after.stderr) == (0, before.stdout, before.stderr)


def test_every_package_of_an_extra_has_a_least_version() -> None:
    for extra, modules in EXTRAS.items():
        for module in modules:
            assert installed._least().get(module.lower().replace("_", "-")), (extra, module)
            assert has(extra) or sys.platform != "linux"
