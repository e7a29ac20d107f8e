"""The parts of a branch: how they are picked, and words that are put in."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from creditlang.format.concrete_tree import Branch, Word, kind_of
from creditlang.syntax.keywords import keywords

Part = Branch | Word
Order = Callable[[list[Part]], list[Part]]


def made(kind: str, text: str, rule: str = "") -> Word:
    """A word that is put in."""
    return Word(kind, text, rule=rule)


def when_word() -> Word:
    """`when` before a condition."""
    return made("WHEN", "when", "when")


def asked_first(asked: Part) -> list[Part]:
    """What a condition asks, at the beginning of a line, where its first name could be taken for a keyword."""
    first = next(words_of(asked))
    begins = first.text if first.kind == "NAME" else ""
    front = [made("WHEN", "当")] if keywords().is_form(begins) else []
    return [*front, asked, made("WHEN_AFTER", "时")]


def taken(parts: Sequence[Part], *kinds: str) -> list[Part]:
    return [part for part in parts if kind_of(part) in kinds]


def without(parts: Sequence[Part], *kinds: str) -> list[Part]:
    return [part for part in parts if kind_of(part) not in kinds]


def has(parts: Iterable[Part], *kinds: str) -> bool:
    return any(kind_of(part) in kinds for part in parts)


def inner(part: Part) -> list[Part]:
    return part.children if isinstance(part, Branch) else [part]


def words_of(part: Part) -> Iterator[Word]:
    return iter([part]) if isinstance(part, Word) else part.words()


def expression_of(condition: Part) -> Part:
    """What a condition asks, without its keywords."""
    marks = ("WHEN", "WHEN_AFTER", "DE_COLON", "COLON", "COMMA", "CLAUSE_COMMA")
    return next(part for part in inner(condition) if kind_of(part) not in marks)
