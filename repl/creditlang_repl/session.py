"""The session: text in, reply out, no terminal.

A session holds a policy, data, the student spoken of and what is being tried. Each input either succeeds and gives the
next state, or fails and leaves the state as it was; `undo` goes back through the states.
"""

from collections.abc import Callable

from creditlang.diagnostics import Language
from creditlang.driver import Compiled
from creditlang_repl.reply import Reply

Progress = Callable[[int, int], None]
"""Told how many students of how many are done."""


class Session:
    """One conversation."""

    language: Language
    compiled: Compiled | None
    """The policy as it stands, changes included; None before one is loaded."""

    @property
    def title(self) -> str:
        """What stands before the prompt: policy, student, how many changes are being tried."""
        raise NotImplementedError

    def answer(self, text: str, progress: Progress = lambda done, of: None) -> Reply:
        """Carry out one input. An interruption (KeyboardInterrupt) changes nothing and is answered."""
        raise NotImplementedError

    def refresh(self) -> Reply | None:
        """If the policy's file was saved since it was read: what that changed; else None."""
        raise NotImplementedError

    def students(self) -> tuple[tuple[str, str], ...]:
        """Numbers and names (empty where the data have none) of the students, for completion."""
        raise NotImplementedError

    def records(self) -> tuple[tuple[str, str], ...]:
        """Numbers of the student's records, with kind, item and date in words, for completion."""
        raise NotImplementedError
