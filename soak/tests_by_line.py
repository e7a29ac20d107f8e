"""A plugin of pytest: which lines of the rooms each test runs, and how long it takes, as a file."""

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

_SECONDS: dict[str, float] = {}


def pytest_configure() -> None:
    """Begin to watch."""
    import coverage

    global _watching  # noqa: PLW0603 — a plugin of pytest is a module
    sources = Path.cwd() / "src/creditlang"
    _watching = coverage.Coverage(data_file=None, include=[f"{sources}/{x}/*" for x in os.environ["ROOMS"].split()])
    _watching.start()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Lines are of the test that runs."""
    _watching.switch_context(item.nodeid)
    began = time.process_time()
    done = yield
    _SECONDS[item.nodeid] = time.process_time() - began
    _watching.switch_context("")
    return done


def pytest_sessionfinish() -> None:
    """Write down what was seen."""
    _watching.stop()
    data, sources = _watching.get_data(), Path.cwd() / "src/creditlang"
    lines: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for name in data.measured_files():
        module = Path(name).relative_to(sources).as_posix()
        for line, tests in data.contexts_by_lineno(name).items():
            for test in filter(None, tests):
                lines[test][module].append(line)
    Path(os.environ["TESTS_BY_LINE"]).write_text(json.dumps({"time": _SECONDS, "lines": lines}), encoding="utf-8")
