"""What is wrong with the names of a table's columns, for sources whose formats let anything stand there.

A policy finds its columns by name. So a table in which a column has no name, or two have the same, is not read: nobody
can say which one counts.
"""

from collections.abc import Sequence
from typing import Final

from creditlang.diagnostics import Diagnostic, Place, report

MOST_COLUMNS: Final = 256

BLANKS: Final = " \t\r\n\u00a0\u3000\ufeff"
"""Blanks that may stand around a column's name and do not belong to it."""


def heading_problems(names: Sequence[str], place: Place) -> list[Diagnostic]:
    """CR621 no column at all, CR635 too many, CR625 one without a name, CR626 two with the same name.

    The names have been stripped of `BLANKS`. They are not quoted: where a file has no heading, a person's row stands.
    """
    if not names:
        return [report("CR621", place)]
    if len(names) > MOST_COLUMNS:
        return [report("CR635", place, columns=len(names), limit=MOST_COLUMNS)]
    found = []
    first: dict[str, int] = {}
    for position, name in enumerate(names, 1):
        if not name:
            found.append(report("CR625", place, position=position))
        elif name in first:
            found.append(report("CR626", place, first=first[name], second=position))
        else:
            first[name] = position
    return found
