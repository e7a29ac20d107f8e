"""Do rates fall with the rank? A rate that rises where the level or the prize falls is a likely misprint."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from creditlang.core.dependencies import references
from creditlang.core.expressions import Arithmetic, Lookup, Read, Table
from creditlang.core.operators import Amount, Policy
from creditlang.diagnostics import Diagnostic, either, report
from creditlang.resolve import Program
from creditlang.source import Span
from creditlang.values import ZERO, Number, add


def check_tables(policy: Policy, ranks: Mapping[str, Sequence[str]], labels: Mapping[str, str]) -> Iterator[Diagnostic]:
    """One finding for each printed table and each direction in which a rate rises, or in which a row is missing between
    others that every other table over the scale has.

    `ranks` are the values of each scale, highest first; `labels` what to call a value.
    """
    tables = [
        (value.table, case.span)
        for rule in policy.rules.values()
        for operator in rule.operators
        if isinstance(operator, Amount)
        for case in operator.cases
        if isinstance(value := case.value.left if isinstance(case.value, Arithmetic) else case.value, Lookup)
        if case.span is not None
    ]
    printed = dict.fromkeys(frozenset(values) for table, _ in tables for values in table.labels)
    for table, span in tables:
        yield from _check(table, ranks, labels, span, printed)


def check_listed(policy: Policy, program: Program) -> Iterator[Diagnostic]:
    """Tables by a field whose values are listed with it: each of them should have its row. Where another line asks for
    the field, of the same item or of others, it may be meant for the rest of them.
    """
    read = Counter(
        (rule.kind, x.name)
        for rule in policy.rules.values()
        for operator in rule.operators
        for x in references(operator, Read)
        if x.what == "field"
    )
    for rule in policy.rules.values():
        amounts = (x for x in rule.operators if isinstance(x, Amount) and len(x.cases) == 1 and x.fallback is None)
        for case in (amount.cases[0] for amount in amounts):
            for lookup in references(case.value, Lookup):
                for key, labels in zip(lookup.keys, lookup.table.labels, strict=False):
                    if isinstance(key, Read) and key.what == "field" and read[rule.kind, key.name] == 1 and case.span:
                        listed = _listed_with(program, rule.kind, key.name)
                        missing = [next(iter(called), x) for x, called in listed.items() if x not in labels]
                        if missing:
                            yield report("CR313", case.span, values=either(missing))


def _listed_with(program: Program, kind: str, name: str) -> Mapping[str, Sequence[str]]:
    """The values that are listed with a field, with their labels; none where it has a scale or choice."""
    field = program.kinds[kind].fields.get(name) if kind in program.kinds else None
    listed = field.type.enumeration if field is not None else None
    return program.enumerations[listed].values if listed is not None and "@" in listed else {}


def check_shares(program: Program, tables: Mapping[str, Table]) -> Iterator[Diagnostic]:
    """Tables of shares, over two counts: rows that do not add up to one."""
    for name, table in tables.items():
        counted = all(label.isdecimal() for labels in table.labels for label in labels)
        if len(table.labels) != 2 or not counted or any(cell > 1 for cell in table.cells.values()):
            continue
        rows = {row.cells[0].text: row for row in program.tables[name].rows[1:]}
        sums: dict[str, Number] = dict.fromkeys(table.labels[0], ZERO)
        for keys, cell in table.cells.items():
            sums[keys[0]] = add(sums[keys[0]], cell)
        for label, total in sums.items():
            if total != 1 and label in rows:
                yield report("CR337", rows[label].span, row=label, sum=f"{total:f}")


def _check(
    table: Table,
    ranks: Mapping[str, Sequence[str]],
    labels: Mapping[str, str],
    span: Span,
    printed: Collection[frozenset[str]],
) -> Iterator[Diagnostic]:
    for dimension, values in enumerate(table.labels):
        order = next((rank for rank in ranks.values() if values and set(values) <= set(rank)), None)
        if order is None:
            continue
        place = {value: number for number, value in enumerate(order)}
        falling = sorted(values, key=lambda value: place[value])
        between = order[place[falling[0]] : place[falling[-1]] + 1]
        others = [row for row in printed if row <= place.keys() and row != set(values)]
        missing = [x for x in between if x not in values and others and all(x in row for row in others)]
        if missing:
            yield report("CR313", span, values=either(labels.get(value, value) for value in missing))
        for line in _lines(table, dimension, falling):
            for (high_rank, lower), (low_rank, higher) in pairwise(line):
                if higher > lower:
                    names = {
                        "higher_rank": labels.get(high_rank, high_rank),
                        "lower_rank": labels.get(low_rank, low_rank),
                    }
                    yield report("CR303", span, lower=f"{lower:f}", higher=f"{higher:f}", **names)


def _lines(table: Table, dimension: int, falling: Sequence[str]) -> Iterator[list[tuple[str, Decimal]]]:
    """The cells along one dimension, for each label of the other."""
    others: Sequence[str | None] = (None,) if len(table.labels) == 1 else table.labels[1 - dimension]
    for other in others:
        line = []
        for label in falling:
            keys = (label,) if other is None else (label, other) if dimension == 0 else (other, label)
            if keys in table.cells:
                line.append((label, table.cells[keys]))
        yield line
