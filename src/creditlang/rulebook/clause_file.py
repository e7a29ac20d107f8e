"""The text of a regulation, cut into its clauses: `hengyang.clauses.txt` beside `hengyang.credit`.

    # 第三章 第二课堂活动学分认定标准
    [第八条(一)4]
    4. 党（团）校学习	无	0.2/天	每次均全程参与且考核合格。

A line in square brackets is the citation of what follows, as the policy writes it; a line that begins with `#` is the
heading of a chapter. Every other line is a paragraph; lines with tabs that stand together are a table. What stands
before the first citation is the beginning of the regulation.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Final

from attrs import field, frozen

from creditlang.diagnostics import Diagnostic, report
from creditlang.plugin.rulebook_data import Rows
from creditlang.source import SourceFile, Span

_CITATION: Final = re.compile(r"\[([^\[\]]+)\]")


@frozen
class ClauseText:
    """The text of a clause; `heading` is of a chapter that begins with it."""

    citation: str
    heading: str
    text: tuple[str | Rows, ...]


@frozen
class ClauseTexts:
    """The clauses of a regulation in its order, and what is wrong with their file."""

    clauses: tuple[ClauseText, ...] = ()
    problems: tuple[Diagnostic, ...] = field(default=())


def clause_file(policy: Path) -> Path:
    """Where the clauses of a policy stand."""
    return policy.with_name(f"{policy.stem}.clauses.txt")


def key_of(citation: str) -> str:
    """A citation as it is compared: brackets of either width are the same."""
    return citation.replace("（", "(").replace("）", ")").replace(" ", "")


def read_clauses(source: SourceFile) -> ClauseTexts:
    """The clauses of a file. A citation that stands there twice is an error (CR118)."""
    found: list[ClauseText] = []
    problems: list[Diagnostic] = []
    first: dict[str, Span] = {}
    citation, heading, waiting = "", "", ""
    lines: list[str] = []

    def close() -> None:
        if citation or lines:
            found.append(ClauseText(citation, heading, tuple(_blocks(lines))))

    place = 0
    for line in source.text.split("\n"):
        text = line.strip(" \u3000\r")
        match = _CITATION.fullmatch(text)
        if match:
            close()
            citation, heading, waiting, lines = match[1], waiting, "", []
            span = Span(source, place, place + len(line.rstrip("\r")))
            if (key := key_of(citation)) in first:
                problems.append(report("CR118", span, citation=citation))
            first.setdefault(key, span)
        elif text.startswith("#"):
            waiting = text.lstrip("# ")
        elif text:
            lines.append(text)
        place += len(line) + 1
    close()
    return ClauseTexts(tuple(found), tuple(problems))


def _blocks(lines: list[str]) -> Iterator[str | Rows]:
    """Paragraphs, and tables of the lines with tabs that stand together, without columns in which nothing stands."""
    rows: list[tuple[str, ...]] = []
    for line in [*lines, ""]:
        if "\t" in line:
            rows.append(tuple(cell.strip() for cell in line.split("\t")))
            continue
        if rows:
            columns = [column for column in zip_longest(*rows, fillvalue="") if any(column)]
            if columns:
                yield tuple(zip(*columns, strict=True))
            rows = []
        if line:
            yield line
