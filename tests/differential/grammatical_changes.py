"""Changes of a policy text that mostly keep to the grammar, so that what comes after the parser has something to do.

A number for a number, a name for a name, a keyword for one that can stand in its place, an expression for an
expression, a line for a line: all are found in the text itself, as the parser reads it.
"""

import random
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from attrs import define, field

from creditlang.source import SourceFile, Span
from creditlang.syntax import tree as t
from creditlang.syntax.generated import generated
from creditlang.syntax.keywords import keywords
from creditlang.syntax.lexer import LexicalError, PlacedToken, prepare
from creditlang.syntax.parse import parser
from creditlang.syntax.parser_tables import UnexpectedToken

_VALUES: Final = {
    "NUMBER": ("0", "1", "2", "3", "0.5", "0.25", "10", "12", "100", "1000", "0.001", "999999999"),
    "PERCENT": ("0%", "50%", "100%", "150%", "0.5%"),
    "DATE": ("2024-02-29", "2024-09-01", "2025-06-30", "2023-12-31", "1999-01-01", "2099-12-31"),
    "SEMESTER_NAME": ("2024-2025-1", "2024-2025-2", "2023-2024-2"),
    "STRING": ('""', '"x"', '"二"', '"Article 1"'),
    "ORDINAL": ("1st", "2nd", "3rd", "第2次起"),
}
"""What can stand for a literal, beside those of the text."""
_CONDITIONS: Final = (t.Compare, t.OneOf, t.Presence, t.UsedIn, t.NotLater, t.Logical, t.Not, t.Between, t.TextTest)
_AROUND_CONDITIONS: Final = (
    "not ({0})",
    "({0}) and ({1})",
    "({0}) or ({1})",
    "非 ({0})",
    "({0}) 且 ({1})",
    "({0}) 或 ({1})",
)
_AROUND_VALUES: Final = ("({0})", "({0} + {1})", "({0} - {1})", "{0} * 2", "({0} / 2)", "{0} * ({1})")

Change = tuple[int, int, str]
"""What begins and ends somewhere, and what is put there."""


@define
class GrammaticalChanges:
    """What a text can become."""

    text: str
    words: list[tuple[str, str, int, int]] = field(factory=list)
    """The words of the text: the terminal of the one before, its own, and where it begins and ends."""
    parts: dict[tuple[str, str], list[tuple[int, int]]] = field(factory=dict)
    """Where there is what can stand for one another: by the class of what holds it, and in what; none in an error."""
    lines: list[tuple[int, int]] = field(factory=list)
    """Those of which there may be any number."""

    @classmethod
    def of(cls, text: str) -> "GrammaticalChanges":
        """Read a text."""
        found, before = cls(text), [""]

        def seen(tokens: Iterator[PlacedToken]) -> Iterator[PlacedToken]:
            for token in tokens:
                if token.end_pos > token.start_pos and token.type != "_NL":
                    found.words.append((before[0], token.type, token.start_pos, token.end_pos))
                before[0] = token.type
                yield token

        try:
            module = parser().parse(prepare(SourceFile("changed", text)), watch=seen)
        except (UnexpectedToken, LexicalError):
            return found
        found._collect(module)
        return found

    def _collect(self, holder: t.Module | t.Node) -> None:
        for part in holder.__attrs_attrs__:
            held: Any = getattr(holder, part.name)
            several = type(held) is tuple
            for one in held if several else (held,):
                if isinstance(one, t.Node):
                    place = self._place(one.span)
                    self.parts.setdefault(_sort(holder, part.name, one), []).append(place)
                    if several and isinstance(one, t.Line):
                        self.lines.append(place)
                    self._collect(one)

    def _place(self, span: Span) -> tuple[int, int]:
        return span.start, span.start + len(self.text[span.start : span.end].rstrip())

    def changed(self, rng: random.Random, count: int) -> str:
        """The text with so many changes, or fewer where they touch each other."""
        changes = sorted(x for _ in range(count) if (x := self._change(rng)) is not None)
        text, end = self.text, len(self.text) + 1
        for start, stop, new in reversed(changes):
            if stop <= end:
                text, end = text[:start] + new + text[stop:], start
        return text

    def _change(self, rng: random.Random) -> Change | None:
        if self.parts and rng.random() < 0.45:
            return self._of_parts(rng)
        if not self.words:
            return None
        before, kind, start, end = rng.choice(self.words)
        written = [self.text[a:b] for x, other, a, b in self.words if other == kind and (kind != "NAME" or x == before)]
        if kind in _VALUES:
            written += _VALUES[kind]
        elif kind in keywords().forms:
            others = instead().get(kind, ())
            forms = keywords().forms[rng.choice(others) if others and rng.random() < 0.8 else kind].values()
            same = [x for group in forms for x in group if x.isascii() == self.text[start:end].isascii()]
            written = same or written
        return start, end, rng.choice(written)

    def _of_parts(self, rng: random.Random) -> Change | None:
        sort = rng.choice(list(self.parts))
        (start, end), (first, last) = rng.choice(self.parts[sort]), rng.choice(self.parts[sort])
        own, other = self.text[start:end], self.text[first:last]
        if sort[0] == "expression" and rng.random() < 0.4:
            around = _AROUND_CONDITIONS if sort[1] == "condition" else _AROUND_VALUES
            return start, end, rng.choice(around).format(own, other)
        if self.lines and rng.random() < 0.3:
            start, end = rng.choice(self.lines)
            return start, end, ""
        return start, end, other


def _sort(holder: object, name: str, part: t.Node) -> tuple[str, str]:
    if isinstance(part, t.Expression):
        return "expression", "condition" if isinstance(part, _CONDITIONS) else "value"
    return type(holder).__name__, name


@cache
def instead() -> dict[str, tuple[str, ...]]:
    """The keywords that may stand for each: of two rules of a symbol that differ in one word, those words."""
    alike: dict[tuple[str, tuple[str, ...], tuple[str, ...]], set[str]] = {}
    for origin, symbols, _, _ in generated()["rules"]:
        for place, symbol in enumerate(symbols):
            if symbol in keywords().forms:
                alike.setdefault((origin, tuple(symbols[:place]), tuple(symbols[place + 1 :])), set()).add(symbol)
    found: dict[str, set[str]] = {}
    for words in alike.values():
        for word in words:
            found.setdefault(word, set()).update(words - {word})
    return {word: tuple(sorted(others)) for word, others in found.items() if others}
