"""Cells that a spreadsheet does not take for formulas, and the way back."""

import re
from typing import Final

_DANGEROUS: Final = frozenset("'=+-@\t\r\n＝＋－＠")
_FORMULA: Final = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_ESCAPED: Final = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")


def neutralise(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet could take it for a formula."""
    return f"'{text}" if text[:1] in _DANGEROUS and _FORMULA.match(text) else text


def restore(text: str) -> str:
    """The text that `neutralise` was given."""
    return text[1:] if _ESCAPED.match(text) else text
