"""Plugins as outsiders write them: those in `plugins/`, and new ones from the template."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from creditlang.cli import main
from creditlang.driver import compile_source
from creditlang.plugin import PluginManager
from creditlang.plugin.new_plugin import OFFERS, TEMPLATE
from creditlang.source import SourceFile

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
DISTRIBUTIONS = sorted(path.parent for path in PLUGINS.glob("creditlang-*/pyproject.toml"))


def installed(site: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> PluginManager:
    """The plugins of a distribution, from its own project file."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    monkeypatch.syspath_prepend(str(folder / "src"))
    site.install(project["name"], project["version"], **project["entry-points"]["creditlang"])
    return PluginManager(entry_points=site.entry_points())


@pytest.mark.parametrize("folder", DISTRIBUTIONS, ids=lambda folder: folder.name)
def test_a_distribution_loads_and_offers_something(folder: Path, site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = installed(site, folder, monkeypatch)
    assert manager.problems == ()
    _, entry = manager.listing()
    assert entry.distribution == folder.name
    assert any(entry.offered.values())


def test_dates_and_holidays_in_a_policy(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("creditlang-dates", "creditlang-china-holidays"):
        manager = installed(site, PLUGINS / name, monkeypatch)
    text = """
calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    holiday from "china"
unit credit
record internship
    item     : item
    start    : date
    until    : date
    filed_on : date
    filed_on no later than 5 working days after until
category practice in credit
    item placement
        4 per event when full_months(start, until) >= 6
        0 per event otherwise
"""
    compiled = compile_source(SourceFile("policy.credit", text), True, (), manager.extensions)
    assert [x.code for x in compiled.diagnostics] == []
    assert "2024-10-07" in compiled.policy.calendar.days_off
    assert "2024-10-12" in compiled.policy.calendar.made_up


@pytest.mark.parametrize("offers", OFFERS)
def test_a_new_plugin_loads_and_passes_its_own_tests(
    offers: str, site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / f"creditlang-campus-{offers}"
    made = CliRunner().invoke(main, ["plugins", "--new", str(folder), "--offers", offers, "--lang", "en"])
    assert made.exit_code == 0, made.output
    assert "pip install -e" in made.output
    manager = installed(site, folder, monkeypatch)
    assert manager.problems == ()
    assert manager.listing()[1].names(f"{offers}s")
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)],
        capture_output=True, text=True, env=environment, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("offers", OFFERS)
def test_a_new_plugin_takes_the_contract_tests_as_they_are(offers: str) -> None:
    text = (TEMPLATE / f"test_campus_{offers}.py").read_text(encoding="utf-8")
    assert "Contract):" in text and "def test_" not in text


@pytest.mark.parametrize(("name", "code"), [("Campus", 2), ("creditlang-", 2), ("there", 4)])
def test_a_new_plugin_needs_a_new_folder_with_a_sound_name(name: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    assert CliRunner().invoke(main, ["plugins", "--new", str(tmp_path / name)]).exit_code == code
