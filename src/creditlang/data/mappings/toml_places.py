"""Where in a TOML text a key stands, so that what is wrong with it can be shown there.

The standard library's reader keeps no places. This looks for them line by line: good enough to point at a key, and
where one is not found (inside an inline table), at what is around it.
"""

import re
from typing import Final

from creditlang.source import SourceFile, Span

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*+([^\[\]\s](?:[^\[\]]*[^\[\]\s])?)\s*\]\]?\s*(?:#.*)?")
_KEY: Final = re.compile(r"\s*(\"[^\"]*\"|'[^']*'|[\w-]+(?:\s*\.\s*[\w-]+)*)\s*=")
_LINE_IN_MESSAGE: Final = re.compile(r"\(at line ([0-9]+), column ([0-9]+)\)")

Path = tuple[str | int, ...]
"""The keys that lead to a value; whole numbers count the tables of `[[…]]` from 0."""


class Places:
    """The places of the keys of one text."""

    def __init__(self, source: SourceFile) -> None:
        """Look through the text."""
        self.source = source
        self.spans: dict[Path, Span] = {}
        self.counts: dict[Path, int] = {}
        here: Path = ()
        offset = 0
        for line in source.text.split("\n"):
            if match := _HEADER.fullmatch(line):
                here = self._table(match[2].split("."), many=match[1] == "[[")
                self._note(here, offset + match.start(2), match[2])
            elif match := _KEY.match(line):
                text = match[1]
                keys = [text[1:-1]] if text[0] in "\"'" else [part.strip() for part in text.split(".")]
                self._note((*here, *keys), offset + match.start(1), text)
            offset += len(line) + 1

    def _note(self, path: Path, start: int, text: str) -> None:
        self.spans.setdefault(path, Span(self.source, start, start + len(text)))

    def _table(self, keys: list[str], many: bool) -> Path:
        """The path of a table: through tables of `[[…]]` it leads to the last of them."""
        path: Path = ()
        for position, key in enumerate(keys):
            path = (*path, key.strip().strip("\"'"))
            if many and position == len(keys) - 1:
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:
                path = (*path, self.counts[path])
        return path

    def span(self, path: Path) -> Span:
        """The place of a key, or the nearest around it."""
        while path and path not in self.spans:
            path = path[:-1]
        return self.spans.get(path, Span(self.source, 0, 0))

    def of_error(self, message: str) -> Span:
        """The place that an error of the TOML reader names."""
        match = _LINE_IN_MESSAGE.search(message)
        if match is None:
            return Span(self.source, len(self.source.text), len(self.source.text))
        start = self.source.offset(int(match[1]), int(match[2]) - 1)
        return Span(self.source, start, min(start + 1, len(self.source.text)))
