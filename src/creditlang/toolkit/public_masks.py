"""What a paper that hangs in public shows of a person: enough to find the own line, and nothing of a given name.

A name of two to four Chinese characters keeps its first one, which begins the surname, be it one of two characters;
everything else is stars, and always as many, so that no length tells anything. Of all other names nothing is shown: in
`Tom Lee` and `阿依古丽·买买提` the given name comes first, in `Zhang San` last, and one of a single character would be
there whole. Of a number the last two digits are shown, never more than a third of it.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from creditlang.diagnostics import Phrase
from creditlang.schema import Value

_CHINESE_NAME: Final = re.compile("[〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]{2,4}")
_UNSEEN: Final = re.compile(
    r"[\s\u00ad\u034f\u180b-\u180f\u200b-\u200f\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]+"
)
"""Blanks of any width, marks that no one sees, and those that choose among the forms of a character."""
_LAST_DIGITS: Final = re.compile(r"[0-9０-９]{0,2}\Z")
_PARTS_OF_A_NUMBER: Final = 3

HOW_MASKED: Final = Phrase(
    "Of a student number the last digits are shown, of a Chinese name the first character, of other names nothing.",
    "学号只显示末尾数字，姓名只显示首字，其他写法的姓名不显示。",
)


def masked(number: str, name: str) -> tuple[str, str]:
    """A number and a name for public display: 2022010101 and 张 三 become ****01 and 张**; what is empty stays so."""
    digits, letters = (_UNSEEN.sub("", text) for text in (number, name))
    most = min(2, len(digits) // _PARTS_OF_A_NUMBER)
    last = _LAST_DIGITS.search(digits[len(digits) - most :])
    first = letters[0] if _CHINESE_NAME.fullmatch(letters) else ""
    return f"****{last[0] if last else ''}" if digits else "", f"{first}**" if letters else ""


def public_rows(rows: Iterable[Sequence[Value]]) -> list[list[Value]]:
    """Rows numbered in the order of what they show, so that their places tell nothing of what they do not."""
    return [[number, *row] for number, row in enumerate(sorted(rows, key=lambda row: [*map(str, row)]), start=1)]
