"""A plugin of pytest: it collects once, then takes one fault after the other and runs tests with it in a fork.

There the changed functions have their new code; so nothing is imported or collected anew for a fault.
"""

import gc
import json
import os
import resource
from collections.abc import Iterator
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from _pytest.main import pytest_runtestloop as run_tests

_FAILED: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what fails."""
    if report.failed:
        _FAILED.append(report.nodeid)


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Answer each line that is asked: a module, its text with a fault, tests and the seconds they may take."""
    items = {item.nodeid: item for item in session.items}
    read, write = map(int, os.environ["FAULTS"].split())
    with os.fdopen(read) as asked, os.fdopen(write, "w") as answers:

        def answer(told: str) -> None:
            answers.write(f"{json.dumps(told)}\n")
            answers.flush()

        for line in asked:
            module, text, tests, most = json.loads(line)
            if not (code := dict(changed_functions(Path(module), text))):
                answer("elsewhere")
            elif (child := os.fork()) == 0:
                resource.setrlimit(resource.RLIMIT_CPU, (int(most), int(most) + 5))
                _plant(code)
                session.items = [items[x] for x in tests]
                session.config.option.maxfail = 1
                try:
                    run_tests(session)
                except BaseException as error:
                    _FAILED.append(repr(error))
                answer(_FAILED[0] if _FAILED else "")
                os._exit(0)
            elif os.waitpid(child, 0)[1]:
                answer("without end")
    return True


def _plant(code: dict[tuple[str, int, str], CodeType]) -> None:
    for function in gc.get_objects():
        if type(function) is FunctionType:
            old = function.__code__
            function.__code__ = code.get((old.co_filename, old.co_firstlineno, old.co_qualname), old)


def changed_functions(module: Path, text: str) -> Iterator[tuple[tuple[str, int, str], CodeType]]:
    """The outermost functions that a changed text has otherwise, by file, line and name; none if more is changed."""
    found, name = [], str(module)
    pairs = [(compile(module.read_text(encoding="utf-8"), name, "exec"), compile(text, name, "exec"))]
    while pairs:
        old, new = pairs.pop()
        if old == new:
            continue
        (olds, said), (news, says) = map(_parts, (old, new))
        if new.co_flags & CO_OPTIMIZED:  # a function, not a module or class
            found.append(((name, old.co_firstlineno, old.co_qualname), new))
        elif said == says and len(olds) == len(news):
            pairs += zip(olds, news, strict=True)
        else:
            return
    yield from found


def _parts(code: CodeType) -> tuple[list[CodeType], tuple[object, ...]]:
    inner = [x for x in code.co_consts if isinstance(x, CodeType)]
    return inner, (code.co_code, code.co_names, [x for x in code.co_consts if x not in inner])
