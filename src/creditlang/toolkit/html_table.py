"""A table as a notebook shows it: headings, values in words, the first rows of many."""

from collections.abc import Collection, Iterable
from html import escape
from itertools import islice
from typing import Final

from creditlang.diagnostics import Language, Phrase
from creditlang.schema import Column, Row
from creditlang.source import visible
from creditlang.words import NOTHING, said

MOST_ROWS: Final = 20
_SHOWN: Final = Phrase("{shown} of {rows:row}", "共{rows}行，这里是前{shown}行")


def html_table(columns: Iterable[Column], rows: Collection[Row], language: Language) -> str:
    """The table as HTML without styles of its own; at most `MOST_ROWS` rows, and then how many there are."""
    columns = tuple(columns)
    head = "".join(f"<th>{html_text(column.label or column.name)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(map(_cell, columns, row))}</tr>" for row in islice(rows, MOST_ROWS))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    if len(rows) > MOST_ROWS:
        table += f"<p>{html_text(said(_SHOWN, language, shown=str(MOST_ROWS), rows=len(rows)))}</p>"
    return table


def html_text(text: object) -> str:
    """What stands in a page as it is written, whatever is in it."""
    return escape(visible(str(text)))


def _cell(column: Column, value: object) -> str:
    shown = NOTHING if value is None else column.shown(value)  # type: ignore[arg-type]
    return f'<td style="text-align:right">{html_text(shown)}</td>' if column.numeric else f"<td>{html_text(shown)}</td>"
