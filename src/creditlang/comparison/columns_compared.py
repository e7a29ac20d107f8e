"""Who has the same results on both sides, found in columns: of them nothing else has to be asked.

Both sides work the cohort out in columns. Of students settled on both, the rows of accounts, facts, requirements and
records are compared, as far as a difference is made of them. Whoever has another row, or one more or in another place,
is left to be compared alone; so is whoever is not settled.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
from attrs import frozen

from creditlang.columnar import ColumnarEngine
from creditlang.columnar.chunk_tables import ChunkTables
from creditlang.columnar.coded_periods import Numbers
from creditlang.core import operators as o
from creditlang.data.coded.coded_dataset import CodedDataset
from creditlang.results import Results
from creditlang.table_columns import FEW, CodedCells, TableColumns

_COMPARED: Final = {
    "accounts": (1, 2, 3), "facts": (1, 2, 3), "requirements": (1, 2, 3, 4, 6, 8),
    "records": (0, 1, 3, 5, 6, 7, 8, 9), "signs": (0,),
}  # fmt: skip
"""The columns of which differences are made; the student is compared, articles and reasons say why."""


@frozen(eq=False)
class SettledSide:
    """What has come out in columns on one side."""

    settled: Numbers
    """For each student."""
    tables: Mapping[str, tuple[TableColumns, Numbers]]
    """By student, and for each row its student, by place among all."""

    @staticmethod
    def of(
        results: Results, engine: ColumnarEngine, coded: CodedDataset, chosen: Collection[str] = ()
    ) -> "SettledSide":  # fmt: skip
        """Work the chosen students out, or all; the results count the records of those who are settled."""
        found: dict[str, list[tuple[TableColumns, Numbers]]] = defaultdict(list)
        settled = np.zeros(len(coded.students), bool)
        tables = None
        for chunk in engine.chunks(coded):
            tables = tables or ChunkTables(
                chunk.students.known.cohort, results, chosen,
                lambda name, columns, people: found[name].append((columns, people)),
            )  # fmt: skip
            settled[chunk.students.first :][: chunk.students.size] = tables.add(chunk)
        return SettledSide(settled, {name: _by_student(found[name]) for name in _COMPARED if found[name]})


def same_in_columns(sides: Sequence[tuple[o.Policy, ColumnarEngine]], coded: CodedDataset) -> frozenset[str]:
    """The students who are settled with both of two policies, and come to the same."""
    old, new = (SettledSide.of(Results(policy), engine, coded) for policy, engine in sides)
    return those(coded.students, old.settled & ~changed_in_columns(old, new))


def those(students: Sequence[str], wanted: Numbers) -> frozenset[str]:
    """The numbers of some students."""
    return frozenset(students[at] for at in wanted.nonzero()[0].tolist())


def changed_in_columns(old: SettledSide, new: SettledSide) -> Numbers:
    """For each student whether something is another one, or may be, among those settled on both sides."""
    changed: Numbers = old.settled != new.settled
    for name, columns in _COMPARED.items():
        if name not in old.tables or name not in new.tables:
            for _, people in (side.tables[name] for side in (old, new) if name in side.tables):
                changed[people] = True
            continue
        (one, of_one), (two, of_two) = old.tables[name], new.tables[name]
        counts = [np.bincount(people, minlength=len(changed)) for people in (of_one, of_two)]
        changed |= counts[0] != counts[1]
        mine, theirs = ~changed[of_one], ~changed[of_two]
        people = of_one[mine]
        for at in columns:
            parts = (CodedCells(x.cells[at].values, x.cells[at].codes[y]) for x, y in ((one, mine), (two, theirs)))
            changed[people[~_alike(*parts)]] = True
    return changed


def _by_student(parts: Sequence[tuple[TableColumns, Numbers]]) -> tuple[TableColumns, Numbers]:
    people = np.concatenate([people for _, people in parts])
    order = np.argsort(people, kind="stable")
    return TableColumns.joined([columns for columns, _ in parts]).chosen(order), people[order]


def _alike(one: CodedCells, two: CodedCells) -> Numbers:
    """For each row whether both columns have the same."""
    same: Numbers
    if max(len(one.values), len(two.values)) > FEW:
        same = one.objects()[one.codes] == two.objects()[two.codes]
        return same
    places = {(type(value), value): place for place, value in enumerate(two.values)}
    moved = np.array([places.get((type(value), value), -1) for value in one.values] or [0])
    same = moved[one.codes] == two.codes
    return same
