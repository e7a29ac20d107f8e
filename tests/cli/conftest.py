"""A small policy, data for it, and a way to call the command line that never lets a traceback pass."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from creditlang.cli import main

Cli = Callable[..., Result]
SHEETS = {
    "student": "student_id,cohort\ns1,2024\ns2,2023\n",
    "activity": (
        "record_id,student_id,item,on,level,share\n"
        "a1,s1,lecture,2024-10-08,school,\n"
        "a2,s1,paper,2024-10-09,school,0.5\n"
        "a3,s2,lecture,2024-10-08,college,\n"
    ),
}


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Call `creditlang` with some words; whatever happens, it ends by itself and shows no traceback."""
    for name in ("CREDITLANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def call(*words: object, env: Mapping[str, str] | None = None, typed: str | None = None) -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words], typed, env, prog_name="creditlang")
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        assert "Traceback" not in result.output
        return result

    return call


@pytest.fixture
def policy() -> Path:
    """The small policy."""
    return Path(__file__).parent / "small.credit"


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Make a folder of CSV files: the good sheets, with some of them replaced or (None) left out."""

    def made(encoding: str = "utf-8", **sheets: str | bytes | None) -> Path:
        path = tmp_path / "data"
        path.mkdir()
        for name, text in (SHEETS | sheets).items():
            if text is not None:
                data = text if isinstance(text, bytes) else text.encode(encoding)
                (path / f"{name}.csv").write_bytes(data)
        return path

    return made
