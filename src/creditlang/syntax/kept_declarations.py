"""Declarations that were parsed before, for a text that has changed a little: an editor asks after every key.

A piece of a text, from one line that is not indented to the next, gives the same declarations as before wherever it
stands, if it is the same text and no name in it has come or gone: names are what its Chinese is cut by. The same holds
of each item in a piece that is not the same. Their places are where they stand now, so what is handed over is a copy;
trees that were handed over before stay as they are.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, TypeVar

from attrs import frozen

from creditlang.nodes import changed
from creditlang.source import SourceFile, Span
from creditlang.syntax.keywords import keywords
from creditlang.syntax.lexer import Prepared
from creditlang.syntax.tree import Category, Line, Module

Lines = tuple[Line, ...]


@frozen
class _Kept:
    piece: Prepared
    declarations: Lines

    @property
    def text(self) -> str:
        """What is written."""
        return self.piece.source.text[self.piece.offset : self.piece.offset + len(self.piece.text)]

    def items(self) -> Iterator[tuple[str, "_Kept"]]:
        """The items of a piece that is one declaration, by their texts."""
        match self.declarations:
            case (Category(lines=lines),):
                for start, end in blocks(self.piece.text):
                    first, last = start + self.piece.offset, end + self.piece.offset
                    found = tuple(line for line in lines if first <= line.span.start < last)
                    yield self.text[start:end], _Kept(part_of(self.piece, start, end), found)


class KeptDeclarations:
    """The declarations of one file as it was last parsed, by the pieces of its text."""

    def __init__(self) -> None:
        self.last: Mapping[str, _Kept] = {}
        self.current: dict[str, _Kept] = {}
        self.differing: dict[frozenset[str], frozenset[str]] = {}
        self.items: dict[str, _Kept] | None = None

    def begin(self) -> None:
        """The file is parsed again: what is not asked for while it is, is forgotten."""
        self.last, self.current, self.differing, self.items = self.current or self.last, {}, {}, None

    def find(self, piece: Prepared) -> Lines | None:
        """The declarations of a piece at its place; None where it was not parsed before."""
        kept = self.last.get(_Kept(piece, ()).text)
        found = self.moved(kept, piece) if kept is not None else None
        if found is not None:
            self.keep(piece, found)
        return found

    def moved(self, kept: _Kept, piece: Prepared) -> Lines | None:
        """What was kept of the same text, at its place now; None where a name in it has come or gone."""
        names = kept.piece.cut_by
        if names not in self.differing:
            self.differing[names] = names ^ piece.cut_by
        if any(name in piece.text for name in self.differing[names]):
            return None
        return moved(kept.declarations, piece.source, piece.offset - kept.piece.offset)

    def keep(self, piece: Prepared, declarations: Lines) -> None:
        """Remember what a piece was parsed to."""
        kept = _Kept(piece, declarations)
        self.current[kept.text] = kept

    def without_items(self, piece: Prepared) -> tuple[Prepared, Lines]:
        """A piece in which the items that are known are blank, and those items."""
        if self.items is None:
            self.items = {}
            for kept in self.last.values():
                self.items.update(kept.items())
        text, found = piece.text, list[Line]()
        for start, end in blocks(piece.text):
            part = part_of(piece, start, end)
            known = self.items.get(_Kept(part, ()).text)
            lines = self.moved(known, part) if known is not None else None
            if lines is not None:
                text = text[:start] + blank(text[start:end]) + text[end:]
                found += lines
        return changed_text(piece, text), tuple(found)


def with_items(module: Module, items: Lines) -> Module | None:
    """What was parsed without some items, with them; None if they stood in nothing that has items."""
    match module.declarations:
        case (Category() as declaration,):
            lines = sorted((*declaration.lines, *items), key=lambda line: line.span.start)
            return Module((changed(declaration, lines=tuple(lines)),))
    return None


def blank(text: str) -> str:
    """As many spaces, on as many lines."""
    return _IN_A_LINE.sub(" ", text)


def part_of(piece: Prepared, start: int, end: int) -> Prepared:
    """A part of a piece."""
    return Prepared(piece.source, piece.text[start:end], piece.names, piece.labels, piece.cut_by, piece.offset + start)


def changed_text(piece: Prepared, text: str) -> Prepared:
    """A piece with another text in its place."""
    return Prepared(piece.source, text, piece.names, piece.labels, piece.cut_by, piece.offset)


@lru_cache(256)
def blocks(text: str) -> tuple[tuple[int, int], ...]:
    """Where items, and categories in others, begin and end in the body of a declaration: whole lines in which nothing
    is left open. None where lines do not begin alike, where the heading has its body behind it, or where anything else
    is left open: without them the rest might be understood that is not with them.
    """
    heading, _, body = text.partition("\n")
    lines = [(match.start() + len(heading) + 1, match[1], match[2]) for match in _LINE.finditer(body) if match[2]]
    indent = lines[0][1] if lines else ""
    if not lines or not _opens().match(heading) or any(not deeper.startswith(indent) for _, deeper, _ in lines):
        return ()
    if ":" in _TEXT_OR_COMMENT.sub("", heading) or leaves_open(heading):
        return ()
    starts = [(start, rest) for start, deeper, rest in lines if deeper == indent]
    ends = [*(start for start, _ in starts[1:]), len(text)]
    found = [(start, end, _opens().match(rest)) for (start, rest), end in zip(starts, ends, strict=True)]
    if any(leaves_open(text[start:end]) for start, end, item in found if not item):
        return ()
    return tuple(
        (start, end) for start, end, item in found if item and not any(map(leaves_open, text[start:end].split("\n")))
    )


def leaves_open(line: str) -> bool:
    """Whether a line has a bracket that it does not close, or closes one that it has not."""
    plain = line if "(" not in line and "#" not in line else _TEXT_OR_COMMENT.sub("", line)
    return plain.count("(") != plain.count(")") or plain.count("[") != plain.count("]")


_IN_A_LINE = re.compile(r"[^\n]")
_LINE = re.compile(r"^([ \t　]*)([^\s#][^\n]*)?$", re.MULTILINE)
_TEXT_OR_COMMENT = re.compile(r'"[^"]*"|“[^”]*”|#.*')


@cache
def _opens() -> re.Pattern[str]:
    groups = (group for name in ("CATEGORY", "SCORE", "ITEM") for group in keywords().forms[name].values())
    return re.compile(rf"({'|'.join(form for group in groups for form in group)})[ \t　]")


L = TypeVar("L", bound=tuple[Any, ...])


def moved(declarations: L, source: SourceFile, by: int) -> L:
    """The same declarations in another text, `by` so many code points later."""
    done: dict[int, Any] = {}
    new, set_part = object.__new__, object.__setattr__
    # The parts are those of a whole node: nothing is checked or converted again.

    def move(part: Any) -> Any:
        copy = done.get(id(part))
        if copy is not None:
            return copy
        kind = type(part)
        if kind is tuple:
            return tuple([each if type(each) in _PLAIN else move(each) for each in part])
        if kind is Span:
            copy = new(Span)
            copy.source, copy.start, copy.end = source, part.start + by, part.end + by
        elif names := _parts(kind):
            copy = new(kind)
            for name in names:
                held = getattr(part, name)
                set_part(copy, name, move(held) if held and type(held) not in _PLAIN else held)
        else:
            return part
        done[id(part)] = copy
        return copy

    found: L = move(declarations)
    return found


_PLAIN = frozenset({str, bool, int, type(None), Decimal})
_PARTS: dict[type, tuple[str, ...]] = {}
"""The names of the parts of each class, none for what has no places inside."""


def _parts(kind: type) -> tuple[str, ...]:
    if kind not in _PARTS:
        _PARTS[kind] = tuple(each.name for each in getattr(kind, "__attrs_attrs__", ()))
    return _PARTS[kind]
