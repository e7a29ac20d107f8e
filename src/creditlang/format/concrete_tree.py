"""A text with everything that was written: each word in its place, under the rule of the grammar that took it.

The tree of `syntax` says what a text means and forgets how it was written; this one forgets nothing, so that a text can
be laid out anew, and said in the other language, word by word.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from attrs import define, field

from creditlang.source import SourceFile
from creditlang.syntax.lexer import PlacedToken, Prepared, prepare
from creditlang.syntax.parse import parser_with
from creditlang.syntax.parser_tables import Parser


@define(eq=False)
class Word:
    """A token: its terminal, and how it is to be written. `start` and `end` are its offsets in the source, -1 of a word
    put in.
    """

    kind: str
    text: str
    start: int = -1
    end: int = -1
    rule: str = ""
    """The rule of the grammar that took it."""


@define(eq=False)
class Branch:
    """A rule of the grammar, and what it took, in order."""

    rule: str
    children: list["Branch | Word"]

    def words(self) -> Iterator[Word]:
        """All words under it, in order."""
        for child in self.children:
            if isinstance(child, Word):
                yield child
            else:
                yield from child.words()

    def has(self, *kinds: str) -> bool:
        """Whether one of its own parts is of such a kind."""
        return any(kind_of(child) in kinds for child in self.children)


def kind_of(part: Branch | Word) -> str:
    """What a part is: the terminal of a word, the rule of a branch."""
    return part.kind if isinstance(part, Word) else part.rule


@define(eq=False)
class WrittenLine:
    """A line of a text that says something, which brackets may spread over several: its words, and how deep it is."""

    depth: int
    words: list[Word] = field(factory=list)


@define(eq=False)
class Concrete:
    """A text as it was written."""

    source: SourceFile
    root: Branch
    lines: list[WrittenLine]


class _Builder:
    """Makes a branch of each rule that has a name."""

    def __getattr__(self, rule: str) -> Callable[[list[Any]], Branch]:
        def build(children: list[Any]) -> Branch:
            parts = [_part(child, rule) for child in children]
            return Branch(rule, parts)

        return build


def _part(child: Any, rule: str) -> Branch | Word:
    if isinstance(child, Branch):
        return child
    return Word(child.type, child.text, child.start_pos, child.end_pos, rule)


@cache
def _parser() -> Parser:
    return parser_with(_Builder())


def concrete(source: SourceFile, names: Iterable[str] = (), start: str = "start") -> Concrete:
    """A text that can be parsed, as it was written. `names` are those of the files that it uses.

    Raises what the parser raises for a text that it does not take.
    """
    return concrete_of(prepare(source, names), start)


def concrete_of(prepared: Prepared, start: str = "start") -> Concrete:
    """The same of a text that is ready for the parser."""
    seen: list[PlacedToken] = []

    def watch(tokens: Iterator[PlacedToken]) -> Iterator[PlacedToken]:
        for token in tokens:
            seen.append(token)
            yield token

    made = _parser().parse(prepared, start, watch)
    root = made if isinstance(made, Branch) else Branch(start, [_part(made, start)])
    return Concrete(prepared.source, root, _lines(seen, root))


def _lines(seen: Iterable[PlacedToken], root: Branch) -> list[WrittenLine]:
    at = {word.start: word for word in root.words()}
    lines, depth = [WrittenLine(0)], 0
    for token in seen:
        match token.type:
            case "_INDENT":
                depth += 1
            case "_DEDENT":
                depth -= 1
            case "_NL":
                lines.append(WrittenLine(depth))
                continue
            case _:
                lines[-1].words.append(at[token.start_pos])
        lines[-1].depth = depth
    return [line for line in lines if line.words]
