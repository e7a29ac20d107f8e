"""The documents as a site: built without a warning, every link between its pages right, Chinese in pieces."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

SITE = Path(__file__).parents[2] / "docs" / "site"


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"site_{name}", SITE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.mark.packaging
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    assert module("build").build(tmp_path, rulebooks=False) == 0
    for language in ("en", "zh"):
        names = {path.name for path in (tmp_path / language).glob("*.html")}
        assert {"index.html", "tutorial.html", "codes.html", "search.html"} <= names
        for path in (tmp_path / language).glob("*.html"):
            targets = re.findall(r'href="([a-z]+\.html)(?:#[^"]*)?"', path.read_text(encoding="utf-8"))
            assert set(targets) <= names, path.name


def test_chinese_is_found_by_two_characters() -> None:
    search = module("conf").TwoCharacters({})
    assert search.split("每学期最高 cap") == ["每学", "学期", "期最", "最高", "cap"]
