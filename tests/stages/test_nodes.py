"""Nodes are made late: nobody can tell by the fields, by threads that meet, or by what was pickled elsewhere."""

import pickle
import subprocess
import sys
from collections.abc import Mapping
from threading import Barrier, Thread
from typing import Any

import attrs
import pytest

from creditlang.nodes import Written, node
from creditlang.source import SourceFile, Span
from creditlang.syntax import tree as t


def classes() -> tuple[Any, Any]:
    """Two new ones, the second made from the first."""

    @node
    class Above(Written):
        above: int = attrs.field(default=1, kw_only=True, eq=False)

    @node
    class Below(Above):
        below: Mapping[str, int]

    return Above, Below


def test_fields_are_told_before_there_is_an_instance() -> None:
    above, below = classes()
    assert [field.name for field in attrs.fields(below)] == ["above", "below"]
    assert [field.name for field in attrs.fields(above)] == ["above"]


def test_an_instance_is_frozen_and_has_no_dictionary() -> None:
    above, below = classes()
    made = below({"a": 1})
    assert made == below({"a": 1}, above=2) and made != below({}) and made.above == 1
    assert not hasattr(made, "__dict__")
    for change in (
        lambda: setattr(made, "below", {}),
        lambda: made.below.update(b=2),
        lambda: setattr(above(), "x", 1),
    ):
        with pytest.raises((attrs.exceptions.FrozenInstanceError, TypeError)):
            change()


def test_threads_may_make_the_first_instances_together() -> None:
    for _ in range(50):
        _, below = classes()
        start, made = Barrier(4), []

        def make(below: Any = below, start: Barrier = start, made: list[Any] = made) -> None:
            start.wait()
            made.append(below({"a": 1}))

        threads = [Thread(target=make) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert made == [below({"a": 1})] * 4


def test_a_process_that_has_made_none_reads_what_another_pickled() -> None:
    written = pickle.dumps(t.Identifier("a", span=Span(SourceFile("s", "a"), 0, 1)))
    code = "import pickle, sys; read = pickle.load(sys.stdin.buffer); print(read, read.span.end)"
    done = subprocess.run([sys.executable, "-c", code], input=written, capture_output=True, check=True)
    assert done.stdout.decode().strip() == "Identifier(text='a') 1"
