"""What a run has found, on the screen: errors, warnings, notes, in this order; of many alike, the first few.

All of them stand in the table of issues. On the screen a wrong column in a list of two thousand rows would push
everything else out of sight.
"""

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Final

from creditlang.cli import common
from creditlang.cli.bilingual_help import said
from creditlang.source import visible

if TYPE_CHECKING:
    from creditlang.diagnostics import Diagnostic

_FEW: Final = 5
_MOST_STUDENTS: Final = 20
_SAID_OTHERWISE: Final = frozenset({"CR675", "CR680"})
"""Which rule read a sheet, of which there may be hundreds; and how rows were joined, which has a line of its own."""


def show_findings(problems: "Iterable[Diagnostic]") -> None:
    """Print them on the error stream."""
    groups: dict[Hashable, list[Diagnostic]] = {}
    for found in problems:
        if found.code not in _SAID_OTHERWISE:
            groups.setdefault(_alike(found), []).append(found)
    for level in ("error", "warning", "note"):
        for group in groups.values():
            if group[0].severity.value == level:
                few = 1 if group[0].code == "CR661" else _FEW
                common.show(group[:few])
                if few > 1 and len(group) > few:
                    common.echo(_more(group[0], len(group) - few), err=True)


def show_undetermined(students: "Iterable[str]", unread: bool) -> None:
    """Print who cannot be decided as things stand, the first of them by number, on the error stream.

    Where a source is `unread`, in whole or in part, that is everybody: who has records in it cannot be known.
    """
    if unread:
        everybody = said(
            "students who need a decision: everybody, since not all of the data could be read",
            "有待认定的学生：全部，因为数据没有全部读入",
        )
        common.echo(everybody, err=True)
        return
    numbers = sorted(students)
    if not numbers:
        return
    names, more = ", ".join(numbers[:_MOST_STUDENTS]), len(numbers) - _MOST_STUDENTS
    rest = said(f" … and {more:,} more", f" …… 另有{more}名") if more > 0 else ""
    common.echo(said("students who need a decision: {who}", "有待认定的学生：{who}", who=names + rest), err=True)


def _alike(found: "Diagnostic") -> Hashable:
    """What makes findings the same to a reader: an unknown item is said once, a note for the first few files."""
    if found.code == "CR661":
        return found.code, found.arguments["value"]
    if found.severity.value == "note" or found.place is None:
        return found.code
    return found.code, found.place.source, found.place.column


def _more(first: "Diagnostic", count: int) -> str:
    source = visible(first.place.source) if first.place is not None and first.severity.value != "note" else ""
    where = said(f" in {source}", f"{source}里") if source else ""
    return said(
        f"  … and {first.code} {count:,} more times{where}; the table issues has them all (--out FOLDER)",
        f"  ……{where}还有{count}处{first.code}；issues 表里有全部（加 --out 文件夹）",
    )
