"""The text of generated Python, and the values that it names.

A text holds only names that are made here and numbers; whatever comes from a policy is a value in the namespace, so
nothing that an author writes can become code.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from threading import RLock
from types import CodeType
from typing import Any


class SourceText:
    """Functions in the making, and the namespace that they will live in."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.made: set[str] = set()
        """The names of functions."""
        self.namespace: dict[str, Any] = {}
        self.late: list[Callable[[dict[str, Any]], None]] = []
        """What is to be done once there are functions: what they call may be made of others."""
        self._names: dict[Any, str] = {}
        self._count = self._done = 0
        self.lock = RLock()
        """To be held while something is written and compiled once students are worked out."""

    def fresh(self, prefix: str) -> str:
        """A name that has not been used."""
        self._count += 1
        return f"{prefix}{self._count}"

    def value(self, value: Any, prefix: str = "c") -> str:
        """The name of a value; the same for equal texts and numbers, and for one object."""
        key = (type(value), value) if isinstance(value, (str, bool, int)) else ("object", id(value))
        if key not in self._names:
            self._names[key] = name = self.fresh(prefix)
            self.namespace[name] = value
        return self._names[key]

    def function(self, prefix: str, parameters: str, body: Iterable[str]) -> str:
        """The name of a new function; the lines of its body are indented among themselves only."""
        name = self.fresh(prefix)
        self.made.add(name)
        self.lines += [f"def {name}({parameters}):", *(f"    {line}" for line in body), ""]
        return name

    def compiled(self) -> dict[str, Any]:
        """The namespace with all functions in it that have been written."""
        text, late = "\n".join(self.lines[self._done :]), self.late[:]
        exec((_small_code if self._done else _code)(text), self.namespace)
        self._done = len(self.lines)
        self.late.clear()
        for each in late:
            each(self.namespace)
        return self.namespace


def _compiled(text: str) -> CodeType:
    return compile(text, "<policy>", "exec")


_code, _small_code = lru_cache(maxsize=4)(_compiled), lru_cache(maxsize=512)(_compiled)
"""Kept, since a policy has the same text for any day and named values: what is written at first, and what is written
once students are worked out, each for a rule.
"""
