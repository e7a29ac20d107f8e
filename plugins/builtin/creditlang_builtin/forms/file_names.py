"""Names of files made of names of people and classes: safe in every file system, and each different.

A name stays readable: only what some system cannot have in a name becomes `_`, and what is too long is cut. Two names
that differ in nothing but case, or in how a character is composed, would be one file on some systems; the second gets
a number.
"""

import re
import unicodedata
from typing import Final

from creditlang.toolkit.page_layout import clean

LONGEST: Final = 190
"""Bytes of a name with its ending: 255 at most, less what a temporary name adds."""

_FORBIDDEN: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")


def safe_name(text: str, ending: str = "", room: int = LONGEST) -> str:
    """The text as the name of a file or folder, with its ending, at most `room` bytes long."""
    name = _FORBIDDEN.sub("_", clean(text[: 4 * room]))[:room]
    while len(f"{name}{ending}".encode()) > room:
        name = name[:-1]
    name = name.strip(" .") or "_"
    return f"{'_' if _RESERVED.fullmatch(name) else ''}{name}{ending}"


class Names:
    """Gives out names, each once."""

    def __init__(self) -> None:
        """None is taken."""
        self._taken: set[str] = set()

    def unused(self, text: str) -> str:
        """A safe name without an ending that was not given out before: `text`, or with ` (2)` after it."""
        name, count = safe_name(text, room=LONGEST - 20), 1
        while self._key(name) in self._taken:
            count += 1
            name = f"{safe_name(text, room=LONGEST - 20)} ({count})"
        self._taken.add(self._key(name))
        return name

    @staticmethod
    def _key(name: str) -> str:
        return unicodedata.normalize("NFC", name).casefold()
