"""What stands between two words of a line: a blank, or nothing.

Chinese is written closed up or with blanks, as its writer likes; there the blanks of the source stay, and what is put
in is closed up where no name would run into its neighbour.
"""

from creditlang.format.concrete_tree import Word
from creditlang.syntax.lexer import half_width

_TIGHT_BEFORE = frozenset({"COMMA", "CLAUSE_COMMA", "COLON", "RPAR", "RSQB", "LSQB", "DOT"})
_TIGHT_AFTER = frozenset({"LPAR", "LSQB", "DOT"})
_CALLS = frozenset({"call", "query", "parts"})
"""The rules in which a bracket belongs to the word before it."""
_LITERALS = frozenset({"NUMBER", "PERCENT", "ORDINAL"})
_CLOSING = _LITERALS | {"RPAR", "RSQB", "STRING", "CITATION"}
_FREE = frozenset({
    "AND", "OR", "WHEN", "UNLESS", "OTHERWISE", "WHERE", "OF", "NOT", "IS", "IS_NOT", "PLUS", "MINUS", "STAR", "EQUAL",
    "FROM", "UNTIL", "IN_UNIT", "AS_DECIDED_IN", "AS", "CITATION", "ADJUST", "STARTS_WITH",
})  # fmt: skip
"""Words that stand free in Chinese too."""


def is_wide(text: str) -> bool:
    """Whether a sign is written as wide as a Chinese character, so that it needs no blank beside it."""
    return half_width(text) != text or text in "，、：（）【】"


def is_chinese(text: str) -> bool:
    """Whether a word is written in Chinese."""
    return "\u3400" <= text[:1] <= "\u9fff"


def gap(before: Word, word: Word, source: str) -> str:
    """What stands between two words that follow each other; `source` is the text that they come from."""
    if word.kind in _TIGHT_BEFORE and not (word.kind == "COLON" and before.kind == "CITATION" and word.text == ":"):
        return ""
    if before.kind in _TIGHT_AFTER or (before.kind in ("COMMA", "CLAUSE_COMMA", "COLON") and is_wide(before.text)):
        return ""
    if word.kind == "LPAR":
        return "" if word.rule in _CALLS else _written(before, word, source, " ")
    if before.kind == "MINUS" and before.rule == "negate":
        return ""
    if word.rule == "each_event" and word.kind in ("SLASH", "EVENTS"):
        return ""
    beside = is_chinese(word.text) or is_chinese(before.text)
    if word.kind == before.kind == "CITATION" or (beside and _closes(word) and _closes(before)):
        return _written(before, word, source, _put_in(before, word))
    return " "


def _closes(word: Word) -> bool:
    """Whether a word can stand closed up with Chinese."""
    return is_chinese(word.text) or word.kind in _CLOSING


def _written(before: Word, word: Word, source: str, otherwise: str) -> str:
    """What the writer put there, where the two words are his and stood side by side."""
    between = source[before.end : word.start]
    if between.strip() or any(x.start < 0 or source[x.start : x.end] != x.text for x in (before, word)):
        return otherwise
    if word.start < before.end:
        return otherwise
    return " " if between else ""


def _put_in(before: Word, word: Word) -> str:
    if (before.kind, word.kind) == ("NUMBER", "WHEN_AFTER"):  # 1时 is an hour of the day
        return " "
    closed = "NAME" not in (before.kind, word.kind) and not ({before.kind, word.kind} & _FREE)
    both = all(is_chinese(x.text) or x.kind in _LITERALS for x in (before, word))
    return "" if closed and both else " "
