"""A saved file is noticed; one that only was touched, or is gone for a moment, is not."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from creditlang_repl.file_watch import Watch, state_of


def until(true: Callable[[], bool], seconds: float = 5) -> bool:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.005)
    return true()


def test_a_change_is_told_once(tmp_path: Path) -> None:
    path, other = tmp_path / "a.credit", tmp_path / "b.credit"
    path.write_text("one")
    calls: list[int] = []
    watch = Watch(lambda: (other, path), lambda: calls.append(1), interval=0.01).start()
    try:
        path.write_text("two, longer")
        assert until(lambda: len(calls) == 1)
        os.utime(path, (1, 1))
        path.unlink()
        time.sleep(0.05)
        path.write_text("two, longer")
        time.sleep(0.05)
        assert len(calls) == 1
        path.write_text("three")
        assert until(lambda: len(calls) == 2)
    finally:
        watch.stop()


def test_what_tells_contents_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.credit"
    assert state_of(path) is None
    path.write_text("one")
    first = state_of(path)
    assert first is not None and state_of(path, first) is first
    os.utime(path, (1, 1))
    touched = state_of(path, first)
    assert touched is not None and touched[1] != first[1] and touched[2] == first[2]
    path.unlink()
    assert state_of(path, touched) is touched
