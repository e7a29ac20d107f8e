"""Help is shown, and a short policy checked, without importing what takes longer."""

import subprocess
import sys
from pathlib import Path

import pytest

from creditlang.cli.installed_plugins import only_built_in

SLOW = {"lark", "tomllib", "numpy", "pyarrow", "openpyxl", "jinja2"}
PLUGINS = {"creditlang.plugin", "creditlang_builtin", "importlib.metadata"}
STAGES = {f"creditlang.{name}" for name in ("driver", "syntax", "resolve", "core", "check", "interpreter", "plan")}
CHECK = """
import sys
from creditlang.cli import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_check_imports_only_what_it_needs(language: str, tmp_path: Path) -> None:
    policy = tmp_path / "short.credit"
    policy.write_text("unit point\nrecord activity\n    item : item\ncategory club in point\n    item a: 1 per event\n")
    imported = imported_by("check", str(policy), "--lang", language)
    assert "creditlang.driver" in imported
    assert sorted(imported & (SLOW | (PLUGINS if only_built_in() else set()))) == []


def test_help_imports_no_stage() -> None:
    imported = imported_by("--help")
    assert "creditlang.cli.debug" in imported
    assert sorted(imported & STAGES) == []


def imported_by(*arguments: str) -> set[str]:
    """The modules that a command has imported when it ends."""
    done = subprocess.run([sys.executable, "-c", CHECK, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.split())
