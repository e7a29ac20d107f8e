"""What lists for offices have in common: a title, what it is about, a table that runs over pages, who signs.

The lines of the table's heading stand on every page, the signatures only on the last and never alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from attrs import evolve

from creditlang.diagnostics import Language, Phrase
from creditlang.plugin.document import Cell, Line, Page, plain
from creditlang.schema import Value
from creditlang.toolkit.page_layout import flowing
from creditlang.words import said

_AS_OF: Final = Phrase("Records until {day}", "统计截止：{day.year}年{day.month}月{day.day}日")
NAME: Final = Phrase("Name", "姓名")
RULINGS: Final = Phrase("Decided by the office", "主管部门的复核决定")
DATED: Final = Phrase("Date: ______________", "　　　年　　月　　日")
BY: Final = Phrase("By {title}", "依据：{title}")
NOT_SET: Final = Phrase("not set", "未设")
RECORDS_UNTIL: Final = Phrase("Records until", "统计截止")
OFFICE: Final = Phrase("the school's office in charge", "学校主管部门")
PROOF: Final = Phrase("To verify: policy {policy}, SHA-256 {hash}", "核验：办法 {policy}，SHA-256 {hash}")
_TERMS: Final = {"1": "第一学期", "2": "第二学期"}


def semester_title(semester: str) -> str:
    """2023-2024-1 as offices write it: 2023—2024学年第一学期."""
    first, mark, rest = semester.partition("-")
    last, mark, term = rest.partition("-")
    return f"{first}—{last}学年{_TERMS[term]}" if mark and term in _TERMS else semester


def as_of_text(as_of: date | None, language: Language = "zh") -> str:
    """Up to which day records count."""
    return "" if as_of is None else said(_AS_OF, language, day=as_of)


def titled(title: str, about: Sequence[str], columns: int) -> list[Line]:
    """A title, and below it a line that says what the list is about, from left to right."""
    texts = [text for text in about if text]
    lines = [plain(title, columns, align="center", bold=True, size=16, height=34)]
    if texts:
        lines.append(plain("　　".join(texts), columns, size=11, height=22))
    return lines


def heading(names: Iterable[str], height: float = 30) -> Line:
    """The names of the columns."""
    return Line(tuple(Cell(name, bold=True, size=10) for name in names), height)


def rows_of(rows: Iterable[Sequence[Value]], left: Iterable[int] = (), size: float = 10) -> Iterator[Line]:
    """Lines of a table; columns named in `left`, counted from 0, are flush left."""
    flush = frozenset(left)
    for row in rows:
        cells = (Cell(x, align="left" if place in flush else "center", size=size) for place, x in enumerate(row))
        yield Line(tuple(cells))


def sheet(
    widths: Sequence[float], before: Sequence[Line], head: Sequence[Line], body: Iterable[Line],
    after: Sequence[Line] = (), landscape: bool = False,
) -> tuple[Page, ...]:  # fmt: skip
    """Pages: the title, the heading, the lines, and what follows them together with the last of them."""
    lines = [*(evolve(line, keep=True) for line in (*before, *head)), *body]
    if after:
        lines[-1] = evolve(lines[-1], keep=True)
        lines += [*(evolve(line, keep=True) for line in after[:-1]), after[-1]]
    return flowing(widths, lines, head, landscape)


def signatures(texts: Sequence[str], columns: int, note: str = "") -> list[Line]:
    """Who signs, side by side, with the day; a note above it."""
    lines = [plain(note, columns, size=9)] if note else []
    lines.append(plain("", columns, height=10))
    share, over = divmod(columns, len(texts))
    spans = [share + (place < over) for place in range(len(texts))]
    cells = [Cell(f"{text}：", span, align="left", border=False) for text, span in zip(texts, spans, strict=True)]
    lines.append(Line(tuple(cells), height=24))
    lines.append(plain("年　　　月　　　日　　", columns, align="right", height=24))
    return lines
