"""Who has the same results on both sides, found in columns: of them nothing else has to be asked.

Both sides work the cohort out in columns, chunk by chunk, as far as what differs between the policies can reach; where
anything may be reached, altogether. Of each student what has come out is compared: what became of records under each
rule, balances, facts, requirements. Whoever has something else, or one more, is left to be compared alone; so is who is
not known in columns and may be met by what differs.
"""

from collections.abc import Iterator, Mapping
from itertools import compress
from typing import Any, Final

import numpy as np
from attrs import frozen

from creditlang.columnar import ColumnarEngine
from creditlang.columnar.chunk import Chunk
from creditlang.columnar.chunk_tables import dispositions_of
from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.columnar_engine import Wanted
from creditlang.columnar.entry_columns import LIVE, NOTHING, Entries
from creditlang.columnar.record_columns import RecordColumns
from creditlang.columnar.student_columns import FURTHEST, Balance, StudentColumn
from creditlang.comparison.changed_parts import ChangedParts, Meeting, changed_parts
from creditlang.core import operators as o
from creditlang.data.coded.coded_dataset import CodedDataset


@frozen(eq=False)
class ColumnSide:
    """One side: its policy with the named values that are set, and what works it out."""

    policy: o.Policy
    overrides: Mapping[str, Any]
    engine: ColumnarEngine


def unchanged(old: ColumnSide, new: ColumnSide, coded: CodedDataset) -> tuple[frozenset[str], frozenset[str]]:
    """Who comes to the same with both policies, as far as that is found in columns, and of whom neither speaks."""
    parts = changed_parts(old.policy, new.policy, old.overrides, new.overrides)
    wanted = Wanted(parts.order, parts.behind) if parts is not None else None
    same, outside = np.zeros(len(coded.students), bool), np.zeros(len(coded.students), bool)
    for one, two in zip(*(side.engine.chunks(coded, wanted) for side in (old, new)), strict=True):
        here = one.students.places
        outside[here] = one.outside & two.outside & ~coded.unreadable[here]
        differs = changed_in_columns(one, two)
        met = _left_alone(one, two) | differs if parts is None else _met(parts, one, two, differs)
        same[here] = ~(met | one.outside | two.outside | coded.unreadable[here])
    return frozenset(compress(coded.students, same)), frozenset(compress(coded.students, outside))


def _left_alone(*chunks: Chunk) -> Numbers:
    """Who is not settled on one of two sides."""
    found: Numbers = np.logical_or.reduce([chunk.students.odd[chunk.students.places] for chunk in chunks])
    return found


def _met(parts: ChangedParts, one: Chunk, two: Chunk, differs: Numbers) -> Numbers:
    """Who is met by something that differs, and comes to something else or is not known."""
    cohort, here = one.students.known.cohort, one.students.places
    found = np.zeros(one.students.size, bool)
    for kind in parts.asked:
        found |= _of_kind(cohort, kind, here) > 0
    for node, meeting in parts.met.items():
        behind = (chunk.inexact[each] for chunk in (one, two) for each in parts.behind[node] if each in chunk.inexact)
        found |= _who_is_met(meeting, one, cohort) & np.logical_or.reduce([differs, *behind])
    return found


def _of_kind(cohort: RecordColumns, kind: str, students: slice) -> Numbers:
    """How many records of a kind each of some students has."""
    found: Numbers = np.diff(cohort.kinds[kind].source.starts[students.start : students.stop + 1])
    return found


def _who_is_met(meeting: Meeting, chunk: Chunk, cohort: RecordColumns) -> Numbers:
    here, policy = chunk.students.places, chunk.students.known.policy
    found = np.full(chunk.students.size, meeting.everybody)
    for name in meeting.kinds:
        found |= _of_kind(cohort, name, here) > 0
    for rule in (policy.rules[name] for name in meeting.rules):
        kind, item = cohort.kinds[rule.kind], policy.kinds[rule.kind].item_field
        taken = kind.within(here)
        if item is None or rule.where is not None:
            found |= _of_kind(cohort, rule.kind, here) > 0
            continue
        column = kind.fields[item]
        wanted = np.array([str(value) == rule.name for value in column.values], bool)
        chosen = wanted[column.part(slice(taken.start - kind.first, taken.stop - kind.first))]
        found[cohort.owners[taken][chosen] - here.start] = True
    return found


# ---- what has come out
def changed_in_columns(old: Chunk, new: Chunk) -> Numbers:
    """For each student of a chunk whether something is another one, or may be, as far as both are settled."""
    one, two = old.students, new.students
    if one.known.calendar.names != two.known.calendar.names:
        return np.ones(one.size, bool)
    changed: Numbers = (one.enrolled != two.enrolled).any(axis=1)
    decimals = one.known.decimals, two.known.decimals
    for name in one.balances.keys() | two.balances.keys():
        changed |= _balances(one.balances.get(name), two.balances.get(name), decimals, one.size)
    for name in one.facts.keys() & two.facts.keys():
        periods = one.facts[name].by_period, two.facts[name].by_period
        for key in periods[0].keys() | periods[1].keys():
            changed |= _columns(*(found.get(key) for found in periods))
    for name in one.requirements.keys() | two.requirements.keys():
        changed |= _columns(one.requirements.get(name), two.requirements.get(name))
    for name in one.judged.keys() & two.judged.keys():
        (places, mine), (others, theirs) = one.judged[name], two.judged[name]
        if len(places) != len(others) or (places != others).any():
            changed[:] = True
        else:
            changed[one.known.cohort.owners[places[mine != theirs]] - one.first] = True
    return _entries(old, new, changed)


def _alike(one: Numbers, two: Numbers, decimals: tuple[int, int]) -> Numbers:
    """Whether amounts of so many decimals are equal; not of those that are too large to be compared."""
    most = max(decimals)
    small, parts = np.ones(one.shape, bool), []
    for amounts, own in zip((one, two), decimals, strict=True):
        factor, there = 10 ** (most - own), amounts != NOTHING
        small &= ~there | (np.abs(amounts) <= FURTHEST // factor)
        parts.append(np.where(there & small, amounts * min(factor, FURTHEST), amounts))
    same: Numbers = small & (parts[0] == parts[1])
    return same


def _balances(one: Balance | None, two: Balance | None, decimals: tuple[int, int], size: int) -> Numbers:
    """Whether balances are other ones; an account that is missing has nothing."""
    nothing = Balance([], np.zeros((size, 0), np.int64), np.zeros((size, 0), bool), np.zeros(size, np.int64))
    sides = one or nothing, two or nothing
    changed: Numbers = ~_alike(sides[0].whole, sides[1].whole, decimals)
    for key in {*sides[0].keys, *sides[1].keys}:
        (mine, had), (theirs, have) = (_in_period(balance, key) for balance in sides)
        changed |= (had != have) | ~_alike(mine, theirs, decimals)
    return changed


def _in_period(balance: Balance, key: str) -> tuple[Numbers, Numbers]:
    if key not in balance.keys:
        return np.zeros(len(balance.whole), np.int64), np.zeros(len(balance.whole), bool)
    place = balance.keys.index(key)
    exists = balance.exists[:, place]
    return np.where(exists, balance.amounts[:, place], 0), exists


def _columns(one: StudentColumn | None, two: StudentColumn | None) -> Numbers:
    """Whether values are other ones."""
    if one is None or two is None:
        known = one or two
        assert known is not None
        return np.ones(len(known.known), bool)
    changed: Numbers = one.known != two.known
    if (one.values is None) != (two.values is None) or one.is_answer != two.is_answer:
        return changed | one.known
    if one.values is None or two.values is None:
        same = one.numbers == two.numbers if one.is_answer else _alike(
            one.numbers.astype(np.int64), two.numbers.astype(np.int64), (one.decimals, two.decimals)
        )  # fmt: skip
    else:
        places = {(type(value), value): place for place, value in enumerate(two.values)}
        moved = np.array([places.get((type(value), value), -1) for value in one.values] or [0])
        first = [places[type(value), value] for value in two.values]
        same = moved[one.numbers] == np.array(first or [0])[two.numbers]
    return changed | (one.known & ~same)


_ROW: Final = ("places", "rules", "accounts", "periods", "signs", "dispositions", "members")
"""What a line of records has, beside its amounts."""


def _entries(old: Chunk, new: Chunk, changed: Numbers) -> Numbers:
    """Who is changed already, or has other records under rules, or other ones that came to something else."""
    first, decimals = old.students.first, (old.students.known.decimals, new.students.known.decimals)
    found = [Entries.joined([*chunk.taken(), *(make() for make in chunk.extra)]) for chunk in (old, new)]
    sides = [_rows(entries, own) for entries, own in zip(found, _numbering(*found), strict=True)]
    owners = [side["owners"] - first for side in sides]
    counts = [np.bincount(own, minlength=len(changed)) for own in owners]
    changed = changed | (counts[0] != counts[1])
    left = [~changed[own] for own in owners]
    one, two = ({name: values[mine] for name, values in side.items()} for side, mine in zip(sides, left, strict=True))
    other = ~(_alike(one["raw"], two["raw"], decimals) & _alike(one["amounts"], two["amounts"], decimals))
    for name in _ROW:
        other |= one[name] != two[name]
    changed[owners[0][left[0]][other]] = True
    return changed


def _numbering(*sides: Entries) -> Iterator[Mapping[str, Numbers]]:
    """Numbers for rules, accounts and texts that are those of both sides."""
    names: dict[str, dict[Any, int]] = {"rules": {}, "accounts": {}, "periods": {}}
    for known in (entries.known for entries in sides):
        own = {
            "rules": [*known.policy.rules, ""],
            "accounts": [*known.policy.accounts, ""],
            "periods": known.texts.texts,
        }
        yield {
            sort: np.array([names[sort].setdefault(str(text), len(names[sort])) for text in own[sort]], np.int64)
            for sort in names
        }


def _rows(entries: Entries, numbers: Mapping[str, Numbers]) -> Mapping[str, Numbers]:
    """Entries by student, record and rule, as they are compared."""
    dispositions, live = dispositions_of(entries), entries.states == LIVE
    found = {name: numbers[name][getattr(entries, name)] for name in ("rules", "accounts", "periods")}
    found |= {
        "owners": entries.owners, "places": entries.places, "signs": entries.signs, "dispositions": dispositions,
        "members": entries.members, "raw": entries.raw, "amounts": np.where(live, entries.amounts, 0),
    }  # fmt: skip
    order = np.lexsort((found["rules"], found["places"], found["owners"]))
    return {name: values[order] for name, values in found.items()}
