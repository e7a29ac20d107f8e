"""The names that a text declares, found before it is parsed: the lexer cuts Chinese by them."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from creditlang.syntax.keywords import keywords
from creditlang.types import BUILTIN_TYPES

_WORD = r"[^\W\d]\w*"
_TEXT = r"(?:\"[^\"\n]*\"|“[^”\n]*”|＂[^＂\n]*＂|「[^」\n]*」|『[^』\n]*』)"


@cache
def _declaration_pattern() -> re.Pattern[str]:
    table = keywords().forms
    starts = (
        "UNIT", "SCALE", "CHOICE", "LET", "RECORD", "CATEGORY", "SCORE", "ITEM", "ADJUST", "TABLE", "FACT", "CREDIT",
        "ACCOUNT", "OFFSET", "REQUIRE", "SHARED_BY", "DECLARE_PERIOD", "RANKING", "PERSON",
    )  # fmt: skip
    forms = sorted((form for name in starts for entry in table[name].values() for form in entry), key=len, reverse=True)
    heads = "|".join(re.escape(form) for form in forms)
    return re.compile(rf"^[ \t]*({heads})(?![A-Za-z0-9_])[ \t]*([^\n]*)", re.MULTILINE)


_FIELD = re.compile(rf"^[ \t]+({_WORD}(?:[ \t]*{_TEXT})*)[ \t]*:([^\n]*)", re.MULTILINE)
_LABELLED = re.compile(rf"({_WORD})((?:[ \t]*{_TEXT})*)")
_LABEL = re.compile(r"\"([^\"\n]*)\"?|“([^”\n]*)”?|＂([^＂\n]*)＂?|「([^」\n]*)」?|『([^』\n]*)』?")
_LONGEST_DECLARATION = 4000
_BLOCK_END = re.compile(r"^(?=[^\s#])", re.MULTILINE)


@lru_cache(maxsize=16)  # every stage of one text asks, and an editor has few texts open
def declared_names(text: str) -> frozenset[str]:
    """Names and labels on the lines of half-width `text` that declare something: a superset, for cutting Chinese."""
    found = {
        name for name in BUILTIN_TYPES if len(name) > 1 and not name.isascii()
    }  # 数字 is one word, also where 数 is a name
    forms = keywords().forms
    shared = tuple(form for each in forms["SHARED_BY"].values() for form in each)
    lists = {form for name in ("SCALE", "CHOICE") for each in forms[name].values() for form in each}
    for match in _declaration_pattern().finditer(text):
        declared = match.group(2).split("#")[0]
        prefix = next((form for form in shared if declared.startswith(form)), "")
        _collect(declared[len(prefix) :].lstrip(), found, listed=match.group(1) in lists)
    for block in _data_blocks(text):
        for match in _FIELD.finditer(block):
            _collect(match.group(1), found)
            if "|" in match.group(2) or _LABEL.search(match.group(2)):
                _collect(match.group(2), found, listed=True)
    return frozenset(found)


def _data_blocks(text: str) -> Iterator[str]:
    """The indented lines under each `student`, `person` and `record`: only there does a word before a colon declare."""
    for match in _data_pattern().finditer(text):
        end = _BLOCK_END.search(text, match.end())
        yield text[match.end() : end.start() if end else len(text)]


@cache
def _data_pattern() -> re.Pattern[str]:
    table = keywords().forms
    heads = "|".join(
        re.escape(form) for name in ("STUDENT", "PERSON", "RECORD") for entry in table[name].values() for form in entry
    )
    return re.compile(rf"^(?:{heads})[^\n]*", re.MULTILINE)


def _collect(line: str, found: set[str], listed: bool = False) -> None:
    """The name at the beginning of a line, or all that are `listed` in it, with their labels."""
    for position, match in enumerate(_LABELLED.finditer(line, 0, _LONGEST_DECLARATION)):
        if position == 0 or (listed and (match.group(2) or ">" in line or "|" in line)):
            found.add(match.group(1))
            found.update(label for quoted in _LABEL.findall(match.group(2)) for label in quoted if label)
