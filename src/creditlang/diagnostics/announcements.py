"""What is worth saying while work goes on, to whoever wants to hear it; it is no part of any result."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from creditlang.diagnostics.diagnostic import Diagnostic

Tell = Callable[[Diagnostic], None]
_TELL: Final[ContextVar[Tell | None]] = ContextVar("tell", default=None)


@contextmanager
def announced(tell: Tell) -> Iterator[None]:
    """Hear what is announced inside."""
    before = _TELL.set(tell)
    try:
        yield
    finally:
        _TELL.reset(before)


def announce(found: Diagnostic) -> None:
    """Say something to whoever listens."""
    tell = _TELL.get()
    if tell is not None:
        tell(found)
