"""The wheel that users install, built the long way round: checkout → source distribution → wheel."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "src/creditlang",
    "plugins/builtin/creditlang_builtin",
    "plugins/regulation-forms/creditlang_regulation_forms",
    "repl/creditlang_repl",
)
BUNDLED = ("grammar", "stdlib_policies")


def run(*command: str, cwd: Path) -> str:
    """Runs Python with the arguments, returns what it printed; a failure shows both streams."""
    done = subprocess.run(
        [sys.executable, *command], cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files_below(folder: Path) -> set[str]:
    """Every file that should travel, relative to the folder."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in paths if path.suffix != ".pyc" and path.name != ".DS_Store"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built offline (hatchling comes with the `dev` extra) from a source distribution."""
    folder = tmp_path_factory.mktemp("distributions")
    run("-m", "hatchling", "build", "--target", "sdist", "--directory", str(folder), cwd=ROOT)
    (sdist,) = folder.glob("creditlang-*.tar.gz")
    run("-m", "pip", "wheel", str(sdist), "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), cwd=folder)
    (built,) = folder.glob("creditlang-*.whl")
    return zipfile.ZipFile(built)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_packages_are_inside_with_their_pages_and_types(wheel: zipfile.ZipFile, package: str) -> None:
    folder = ROOT / package
    wanted = {f"{folder.name}/{name}" for name in files_below(folder) if not name.startswith("_bundled/")}
    assert f"{folder.name}/py.typed" in wanted
    assert wanted - set(wheel.namelist()) == set()


@pytest.mark.parametrize("folder", BUNDLED)
def test_the_data_folders_are_inside(wheel: zipfile.ZipFile, folder: str) -> None:
    wanted = {f"creditlang/_bundled/{folder}/{name}" for name in files_below(ROOT / folder)}
    assert wanted, f"{folder} is empty"
    assert wanted - set(wheel.namelist()) == set()


def test_every_diagnostic_has_its_page_inside(wheel: zipfile.ZipFile) -> None:
    pages = [name for name in wheel.namelist() if name.startswith("creditlang/diagnostics/") and name.endswith(".md")]
    assert pages


def test_nothing_else_is_inside(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {*(Path(package).name for package in PACKAGES)}


def test_the_command_the_plugin_and_the_licence_are_announced(wheel: zipfile.ZipFile) -> None:
    (info,) = {name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
    entry_points = wheel.read(f"{info}/entry_points.txt").decode()
    assert "creditlang = creditlang.cli:main" in entry_points
    assert "builtin = creditlang_builtin" in entry_points
    assert "regulation-forms = creditlang_regulation_forms" in entry_points
    assert "repl = creditlang_repl:run" in entry_points
    assert "License-Expression: Apache-2.0" in wheel.read(f"{info}/METADATA").decode()
    assert f"{info}/licenses/LICENSE" in wheel.namelist()


def test_the_unpacked_wheel_finds_its_own_data(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    script = (
        "import json, sys; sys.path.insert(0, sys.argv[1]);"
        "from creditlang import resources as r;"
        "names = r.policy_names();"
        "print(json.dumps([str(p) for p in (r.grammar_path('creditlang.lark'), *map(r.policy_path, names))]))"
    )
    paths = json.loads(run("-c", script, str(tmp_path), cwd=tmp_path))
    bundled = tmp_path.resolve() / "creditlang" / "_bundled"
    assert len(paths) > 1, "the grammar and at least one policy"
    assert [path for path in paths if not Path(path).is_relative_to(bundled)] == []
