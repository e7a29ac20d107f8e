"""The tables of a comparison, in the shapes of `creditlang.schema.COMPARISON_TABLES`.

The largest changes come first: in `changes` totals before accounts before facts, each with the largest difference on
top; in `crossings` by requirement, who no longer meets it first; in `rules` and `totals` what touches most students.
Rows are sorted to the last column, so two runs give the same bytes.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from creditlang.comparison.collected_changes import CollectedChanges
from creditlang.comparison.rule_sums import Sum
from creditlang.diagnostics import Language
from creditlang.results import amount_value, headed, words_of
from creditlang.schema import COMPARISON_TABLES, Column, Row, Value
from creditlang.toolkit.result_table import ResultTable
from creditlang.words import COMPARISON_COLUMNS

COMPARISON_VERSION: Final = 1
"""The version of the tables; it grows when a reader would have to change."""

_SORTS: Final = ("student", "total", "account", "fact")
_STATUSES: Final = ("unmet", "open", "", "does not apply", "met")


def tables_of(comparison: CollectedChanges, language: Language = "en") -> dict[str, ResultTable]:
    """All tables by name, the manifest last."""
    rows: dict[str, Callable[[CollectedChanges], list[Row]]] = {
        "changes": _changes, "crossings": _crossings, "rules": _rules, "totals": _totals, "dispositions": _dispositions,
        "manifest": lambda comparison: [*comparison.manifest],
    }  # fmt: skip
    return {name: ResultTable(name, columns(name, language), rows[name](comparison)) for name in COMPARISON_TABLES}


def columns(table: str, language: Language) -> tuple[Column, ...]:
    """The columns of a table, with headings in a language."""
    codes = {"crossings": "status", "dispositions": "disposition"}.get(table, "")
    return tuple(
        headed(x, COMPARISON_COLUMNS, language, words_of(codes if x.name in ("before", "after") else x.name, language))
        for x in COMPARISON_TABLES[table]
    )


def _changes(comparison: CollectedChanges) -> list[Row]:
    return sorted(
        comparison.changes, key=lambda row: (_SORTS.index(str(row[1])), _size(row[6]).copy_negate(), _text(row))
    )


def _crossings(comparison: CollectedChanges) -> list[Row]:
    """By requirement; a student's parts stay below the requirement, in written order."""
    names = list(dict.fromkeys((*comparison.new.requirements, *comparison.old.requirements)))
    blocks: list[list[Row]] = []
    for row in comparison.crossings:
        if row[2]:
            blocks[-1].append(row)
        else:
            blocks.append([row])

    def order(block: list[Row]) -> tuple[Any, ...]:
        student, name, _, before, after, *_ = block[0]
        now, was = (_STATUSES.index(str(status or "")) for status in (after, before))
        return names.index(str(name)), now, -was, student

    return [row for block in sorted(blocks, key=order) for row in block]


def _rules(comparison: CollectedChanges) -> list[Row]:
    rows = [
        (*key, x.students, x.gained, x.lost, x.open, *_amounts(x, key[0]), x.unit, x.crossings, x.line, x.place)
        for key, x in comparison.rules.items()
    ]
    return sorted(rows, key=lambda row: (-_count(row[3]), -_count(row[10]), _size(row[7]).copy_negate(), _text(row)))


def _amounts(known: Sum, sort: str = "rule") -> tuple[Value, Value]:
    """The sum and the largest; named values, and what parts of requirements ask for, do not add up."""
    if not known.measured:
        return None, None
    return amount_value(known.sum) if sort in ("rule", "account") else None, amount_value(known.largest)


def _totals(comparison: CollectedChanges) -> list[Row]:
    rows = [
        (name, x.students, x.gained, x.lost, x.open, *_amounts(x), x.unit, x.article)
        for name, x in comparison.totals.items()
    ]
    return sorted(rows, key=lambda row: (-_count(row[1]), _text(row)))


def _dispositions(comparison: CollectedChanges) -> list[Row]:
    return sorted(comparison.records, key=lambda row: (_size(row[9]).copy_negate(), _text(row)))


def _size(value: object) -> Decimal:
    """How large a difference is; of an open one, its larger end."""
    if isinstance(value, str):
        return max(Decimal(end).copy_abs() for end in value.split("…") if end.strip())
    return value.copy_abs() if isinstance(value, Decimal) else Decimal(0)


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _text(row: Row) -> tuple[str, ...]:
    return tuple("" if cell is None else str(cell) for cell in row)
