"""Declarations that were parsed before, for a text that has changed a little: an editor asks after every key.

A piece of a text, from one line that is not indented to the next, gives the same declarations as before wherever it
stands, if it is the same text and no name in it has come or gone: names are what its Chinese is cut by. Their places
are where it stands now, so what is handed over is a copy; trees that were handed over before stay as they are.
"""

from collections.abc import Mapping
from typing import Any, cast

from attrs import frozen

from creditlang.source import SourceFile, Span
from creditlang.syntax.lexer import Prepared
from creditlang.syntax.tree import Line

Lines = tuple[Line, ...]


@frozen
class _Kept:
    names: frozenset[str]
    """All by which the text was cut."""
    start: int
    declarations: Lines


class KeptDeclarations:
    """The declarations of one file as it was last parsed, by the pieces of its text."""

    def __init__(self) -> None:
        self.last: Mapping[str, _Kept] = {}
        self.current: dict[str, _Kept] = {}
        self.differing: dict[frozenset[str], frozenset[str]] = {}

    def begin(self) -> None:
        """The file is parsed again: what is not asked for while it is, is forgotten."""
        self.last, self.current, self.differing = self.current or self.last, {}, {}

    def find(self, piece: Prepared) -> Lines | None:
        """The declarations of a piece at its place; None where it was not parsed before."""
        kept = self.last.get(_written(piece))
        if kept is None:
            return None
        if kept.names not in self.differing:
            self.differing[kept.names] = kept.names ^ piece.cut_by
        if any(name in piece.text for name in self.differing[kept.names]):
            return None
        found = moved(kept.declarations, piece.source, piece.offset - kept.start)
        self.keep(piece, found)
        return found

    def keep(self, piece: Prepared, declarations: Lines) -> None:
        """Remember what a piece was parsed to."""
        self.current[_written(piece)] = _Kept(piece.cut_by, piece.offset, declarations)


def _written(piece: Prepared) -> str:
    return piece.source.text[piece.offset : piece.offset + len(piece.text)]


def moved(declarations: Lines, source: SourceFile, by: int) -> Lines:
    """The same declarations in another text, `by` so many code points later."""
    done: dict[int, Any] = {}
    set_part = object.__setattr__  # the parts are those of a whole node: nothing is checked or converted again

    def move(part: Any) -> Any:
        kind = type(part)
        if kind is tuple:
            return tuple([move(each) for each in part]) if part else part
        if kind not in _PARTS:
            _PARTS[kind] = tuple(each.name for each in kind.__attrs_attrs__) if hasattr(kind, "__attrs_attrs__") else ()
        names = _PARTS[kind]
        if not names:
            return part
        copy = done.get(id(part))
        if copy is None:
            if kind is Span:
                copy = Span(source, part.start + by, part.end + by)
            else:
                copy = object.__new__(kind)
                for name in names:
                    set_part(copy, name, move(getattr(part, name)))
            done[id(part)] = copy
        return copy

    return cast(Lines, move(declarations))


_PARTS: dict[type, tuple[str, ...]] = {}
"""The names of the parts of each class, none for what has no places inside."""
