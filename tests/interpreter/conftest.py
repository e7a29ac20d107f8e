"""The small policy of these tests, compiled once."""

from pathlib import Path

import pytest

from creditlang.driver import Compiled, compile_text


@pytest.fixture(scope="session")
def small() -> Compiled:
    """A policy with one of everything."""
    text = (Path(__file__).parent / "small.credit").read_text(encoding="utf-8")
    compiled = compile_text(text, "small.credit")
    assert not compiled.errors
    return compiled
