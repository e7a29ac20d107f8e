"""A session that only repeats, and the completions and colours for it."""

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from creditlang.ide import Completion
from creditlang_repl.completer import Completer

FAKE = Path(__file__).with_name("fake.py")


def _load() -> ModuleType:
    if "creditlang_fake_session" in sys.modules:
        return sys.modules["creditlang_fake_session"]
    spec = spec_from_file_location("creditlang_fake_session", FAKE)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def fake() -> ModuleType:
    """The module with the fake session."""
    return _load()


@pytest.fixture
def session() -> Any:
    """A fake session."""
    return _load().FakeSession()


Complete = Callable[..., list[Completion]]


@pytest.fixture
def completed(session: Any) -> Complete:
    """What is offered at the end of an input."""
    listing = {"": [("rules.credit", False), ("data", True), ("my notes.txt", False)], "data": [("a.csv", False)]}
    completer = Completer(session, lambda folder: listing.get(folder, []))

    def at(text: str, language: str = "en") -> list[Completion]:
        session.language = language
        return completer.complete(text, len(text))

    return at


@pytest.fixture
def offered(completed: Complete) -> Callable[..., list[str]]:
    """The texts that are offered."""
    return lambda *arguments: [completion.text for completion in completed(*arguments)]
