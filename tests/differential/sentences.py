"""A policy as lines with what belongs to each below it, printed in either dialect.

In a line a word in capitals is a keyword by its name in the grammar, and one with `@` a word of time; both are printed
as the dialect writes them. All other words stand as they are.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from attrs import define, field

from creditlang.syntax.keywords import keywords

Dialect = Literal["en", "zh"]
_KEYWORD = re.compile(r"\b[A-Z][A-Z_]+\b|@\w+")
_TEXT = re.compile(r'("[^"]*")')
TIME: Mapping[str, tuple[str, str]] = {
    "@semester": ("semester", "学期"), "@year": ("year", "学年"), "@week": ("week", "周"), "@month": ("month", "月"),
    "@calendar_year": ("calendar year", "自然年"), "@day": ("day", "日"), "@quarter": ("quarter", "季度"),
    "@days": ("days", "天"), "@weeks": ("weeks", "周"), "@months": ("months", "个月"), "@years": ("years", "年"),
    "@working_days": ("working days", "个工作日"), "@days_from": ("days from", "天数"),
    "@working_days_from": ("working days from", "工作日数"), "@weeks_from": ("full weeks from", "整周数"),
    "@months_from": ("full months from", "整月数"), "@years_from": ("full years from", "整年数"),
    "@rounded_half_up": ("rounded half up", "四舍五入"), "@rounded_down": ("rounded down", "不足1人不计"),
    "@rounded_up": ("rounded up", "不足1人按1人"),
}  # fmt: skip


@define(eq=False)
class Line:
    """A line of a policy, and the lines that belong to it."""

    text: str
    under: list["Line"] = field(factory=list)

    def copy(self) -> "Line":
        """The same line, to be changed."""
        return Line(self.text, [line.copy() for line in self.under])


def numbered(lines: list[Line], depth: int = 0) -> Iterator[tuple[Line, int]]:
    """Every line in written order, and how deep it stands."""
    for line in lines:
        yield line, depth
        yield from numbered(line.under, depth + 1)


def lines_of(text: str) -> list[Line]:
    """The lines of a text as it is written, each below the nearest before it that stands less deep."""
    top = Line("")
    around = [(-1, top)]
    for written in text.split("\n"):
        if line := written.strip():
            depth = len(written) - len(written.lstrip())
            while around[-1][0] >= depth:
                around.pop()
            around[-1][1].under.append(found := Line(line))
            around.append((depth, found))
    return top.under


def printed(lines: list[Line], dialect: Dialect) -> str:
    """The text of a policy."""
    return "".join(f"{'    ' * depth}{_sentence(line.text, dialect)}\n" for line, depth in numbered(lines))


def without(lines: list[Line], dropped: set[int]) -> list[Line]:
    """Copies of the lines, without those of some numbers and what belongs to them."""
    count = iter(range(sum(1 for _ in numbered(lines))))

    def kept(some: list[Line]) -> list[Line]:
        found = []
        for line in some:
            number, under = next(count), kept(line.under)
            if number not in dropped:
                found.append(Line(line.text, under))
        return found

    return kept(lines)


def _sentence(text: str, dialect: Dialect) -> str:
    parts = _TEXT.split(text)
    parts[::2] = [_KEYWORD.sub(lambda match: _word(match[0], dialect), part) for part in parts[::2]]
    return "".join(parts)


def _word(word: str, dialect: Dialect) -> str:
    if word in TIME:
        return TIME[word][dialect == "zh"]
    return keywords().written(word, dialect) if word in keywords().forms else word
