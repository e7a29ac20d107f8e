"""What is said of the records of settled students: what was found wrong with them, or that no line speaks of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from attrs import evolve

from creditlang.columnar.entry_columns import LIVE, VOID, Entries
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.diagnostics import Diagnostic
from creditlang.nodes import changed

_UNRATED: Final = "CR669"


def told_of_records(entries: Entries) -> Mapping[int, Sequence[Diagnostic]]:
    """What is said, by the places of students, in the order of the interpreter: what is wrong in that of records, then
    what is unrated in that of lines and records.
    """
    known, cohort = entries.known, entries.known.cohort
    at = np.flatnonzero((entries.states != LIVE) & (entries.states != VOID))
    found: dict[int, list[tuple[Any, Diagnostic]]] = {}
    bodies, lines = list(_bodies(known.policy)) if len(at) else [], dict[tuple[int, int], tuple[int, ...]]()
    columns = (entries.owners, entries.places, entries.rules, entries.reasons)
    for owner, place, rule, reason in zip(*(column[at].tolist() for column in columns), strict=True):
        told, by = known.texts.told.get(reason, (None, None))
        if told is None:
            continue
        if (rule, reason) not in lines:
            unrated = told.code == _UNRATED and by is not None
            lines[rule, reason] = _line(bodies, list(known.policy.rules)[rule], by) if unrated else ()
        written, column = cohort.written_at(place), told.place.column if told.place is not None else None
        here = evolve(told, place=evolve(written, column=column) if written is not None else None)
        found.setdefault(owner, []).append(((lines[rule, reason], int(cohort.ranks[place]), place), here))
    return {owner: [told for _, told in sorted(own, key=lambda pair: pair[0])] for owner, own in found.items()}


def _bodies(policy: o.Policy) -> Iterator[tuple[Sequence[str], Sequence[o.Operator]]]:
    """The rules and lines of all bodies, in the order in which they are done."""
    for kind, name in policy.order:
        if kind == "items":
            for account in within(policy.accounts, name):
                for rule in policy.accounts[account].items:
                    yield (rule,), policy.rules[rule].operators
        elif kind == "tree":
            yield from _around(policy, name)


def _around(policy: o.Policy, name: str) -> Iterator[tuple[Sequence[str], Sequence[o.Operator]]]:
    """Those of an account and of all inside it, inner ones first."""
    for child in policy.accounts[name].children:
        yield from _around(policy, child)
    inside = [rule for each in within(policy.accounts, name) for rule in policy.accounts[each].items]
    yield inside, policy.accounts[name].operators


def _line(
    bodies: Sequence[tuple[Sequence[str], Sequence[o.Operator]]], rule: str, line: o.Operator | None
) -> tuple[int, ...]:  # fmt: skip
    """Where a line stands that has taken an entry of a rule out; one written alike does the same."""
    alike = changed(line, number=0) if line is not None else None
    return next(
        (place, at)
        for place, (rules, operators) in enumerate(bodies)
        if rule in rules
        for at, operator in enumerate(operators)
        if operator is line or changed(operator, number=0) == alike
    )
