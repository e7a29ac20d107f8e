"""From the differences of one student to rows of the tables of a comparison."""

from collections.abc import Iterable, Iterator
from typing import Final

from creditlang.comparison.changes import NEEDED, Change, Differences, RecordChange
from creditlang.core.operators import Policy
from creditlang.ledger import PartLine, StudentResult
from creditlang.results import amount_value, counted_amount, fact_value
from creditlang.schema import Row

IN_SCOPE: Final = "in scope"
"""What stands for a student under a policy that speaks of them; under one that does not, nothing."""

_WAYS: Final = {1: "more", -1: "less", 0: ""}


def scope_row(student: str, before: bool, after: bool) -> Row:
    """The row in `changes` of a student whom only one side has."""
    one, two = (IN_SCOPE if there else None for there in (before, after))
    return (student, "student", "", "", one, two, None, "", "", "", "")


def change_row(student: str, sort: str, change: Change, causes: Iterable[Change]) -> Row:
    """The row in `changes` of a total, an account or a fact."""
    value = fact_value if sort == "fact" else amount_value
    return (
        student, sort, change.name, change.period, value(change.before), value(change.after),
        amount_value(change.difference), _WAYS[change.direction], change.unit, cause_names(causes), change.article,
    )  # fmt: skip


def crossing_rows(before: StudentResult, after: StudentResult, found: Differences) -> Iterator[Row]:
    """The rows in `crossings`: a requirement whose status differs, then its parts that differ."""
    touched = {change.name for change in found.parts}
    for change in found.requirements:
        name, causes = change.name, cause_names(found.because[change.key])
        statuses = before.requirements.get(name), after.requirements.get(name)
        yield (after.student, name, "", *statuses, None, None, None, None, causes, change.article)
        one, two = ({x.part: x for x in y.parts if x.requirement == name} for y in (before, after))
        for label in dict.fromkeys((*two, *one)):
            if f"{name}: {label}" in touched:
                causes = cause_names(found.because["part", f"{name}: {label}"])
                yield _part_row(after.student, one.get(label), two.get(label), causes)


def _part_row(student: str, before: PartLine | None, after: PartLine | None, causes: str) -> Row:
    known = after or before
    assert known is not None
    one, two = (
        (x.status, amount_value(x.needed), amount_value(x.have)) if x else (None, None, None) for x in (before, after)
    )
    pairs = (value for pair in zip(one, two, strict=True) for value in pair)
    return (student, known.requirement, known.part, *pairs, causes, known.article)


def record_row(policies: Iterable[Policy], student: str, change: RecordChange) -> Row:
    """The row in `dispositions` of a record under a rule."""
    entry, (line, article) = change.entry, change.line
    one, two = (x.disposition() if x else "" for x in (change.before, change.after))
    was, now = (counted_amount(x) if x and not x.member else None for x in (change.before, change.after))
    moved = None if was is None and now is None else Change("rule", entry.rule, "", was, now).difference
    account = next((x.accounts[entry.account] for x in policies if entry.account in x.accounts), None)
    return (
        entry.record.kind, entry.record.identifier, student, entry.rule, entry.account, one, two, amount_value(was),
        amount_value(now), amount_value(moved), (account.unit if account else None) or "", line,
        article or entry.article,
    )  # fmt: skip


def cause_names(causes: Iterable[Change]) -> str:
    """Causes by name, the largest first: rules as they are, what is no rule with its sort, `needed` of a part."""
    return "; ".join(dict.fromkeys(map(_cause_name, causes)))


def _cause_name(change: Change) -> str:
    if change.sort == "rule":
        return change.name
    name = change.name.replace("; ", ", ")
    return f"{change.sort} {name}{' needed' if change.period == NEEDED else ''}"
