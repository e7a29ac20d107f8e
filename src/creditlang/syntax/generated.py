"""What a process need not work out anew: `grammar/parser_tables.json`, made from the files of `grammar/` beside it.

The tables hold for one text of the grammar, the keywords for one text of their table: `made_from` tells.
"""

import json
from functools import cache
from typing import Any
from zlib import crc32

from creditlang.resources import grammar_path


def grammar_file(name: str) -> str:
    """The text of a file in `grammar/`."""
    return grammar_path(name).read_text(encoding="utf-8")


def made_from(text: str) -> str:
    """How what is made from a text names it."""
    return f"{len(text)} {crc32(text.encode()):08x}"


@cache
def generated() -> dict[str, Any]:
    """The file, read once."""
    document: dict[str, Any] = json.loads(grammar_file("parser_tables.json"))
    return document
