"""The words of the session itself, which stand in `session_words.toml` in both languages."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from creditlang.diagnostics import Language, Phrase
from creditlang.words import said


@cache
def _words() -> Mapping[str, Phrase]:
    table = tomllib.loads(Path(__file__).with_name("session_words.toml").read_text(encoding="utf-8"))
    return {name: Phrase(entry["en"], entry["zh"]) for name, entry in table.items()}


def word(language: Language, name: str, /, **values: object) -> str:
    """A sentence of the session."""
    return said(_words()[name], language, **values)
