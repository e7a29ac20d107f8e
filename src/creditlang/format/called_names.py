"""Names of a text said by other names: by the labels that a language has for what they stand for, or back."""

import re
from collections.abc import Mapping
from typing import Final

from creditlang.format.concrete_tree import Branch, Concrete, Word

__all__ = ["NO_NAMES", "called", "only_called"]

NO_NAMES: Final[Mapping[int, str]] = {}
_IN_BRACES: Final = re.compile(r"(?<=\{)\w+(?=\})")


def called(word: Word, names: Mapping[int, str]) -> str | None:
    """What a word is called, if it is called otherwise: `names` has that by the place where a name begins."""
    if word.kind == "STRING" and word.rule == "reason":
        said = _IN_BRACES.sub(lambda match: names.get(word.start + match.start(), match[0]), word.text)
        return said if said != word.text else None
    return names.get(word.start)


def only_called(before: Concrete, after: Concrete) -> bool:
    """Whether two texts say the same, names and what reasons name in braces left aside."""
    return _alike(before.root, after.root)


def _alike(one: Branch | Word, other: Branch | Word) -> bool:
    if isinstance(one, Branch) and isinstance(other, Branch):
        same = one.rule == other.rule and len(one.children) == len(other.children)
        return same and all(map(_alike, one.children, other.children))
    if isinstance(one, Word) and isinstance(other, Word):
        return one.kind == other.kind and (one.kind == "NAME" or _plain(one) == _plain(other))
    return False


def _plain(word: Word) -> str:
    return _IN_BRACES.sub("", word.text) if word.rule == "reason" else word.text
