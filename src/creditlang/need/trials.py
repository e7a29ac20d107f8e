"""Trying additions: the student worked out again with them, and how far each part of the requirement still is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from attrs import evolve

from creditlang.core import operators as o
from creditlang.data.given_rows import GivenRows
from creditlang.diagnostics import Place
from creditlang.ledger import Entry, PartLine, Record, StudentResult
from creditlang.need.addition import Addition, values_of
from creditlang.one_student import OneStudent, StudentData
from creditlang.values import UNBOUNDED, ZERO, add, high, total

PLACE = Place("need")
Part = tuple[int, str]
"""A part of a requirement, by the number of its line and its label."""
_LIMITS: Final = ("cap", "once")
_CHANGES: Final = ("times", "plus", "half", "down", "up")
Watched = frozenset[tuple[str, str]]
"""Accounts and facts, as `account` or `fact` and a name."""


class Trials:
    """One student and one requirement, as of a day, with records added."""

    def __init__(
        self, policy: o.Policy, student: StudentData, requirement: str, by: date, overrides: Mapping[str, Any]
    ) -> None:  # fmt: skip
        """`overrides` are typed named values."""
        self.policy, self.student, self.requirement, self.by = policy, student, requirement, by
        self.tried = 0
        """How often the student has been worked out."""
        self._searched = student
        self._one = OneStudent(policy, by, overrides, engine="compiled")
        self._reference = OneStudent(policy, by, overrides, engine="reference")
        self._rows = GivenRows(policy)
        self._known: dict[tuple[int, ...], Mapping[Part, Decimal]] = {}
        self._kept: dict[int, Addition] = {}
        self._made: dict[tuple[int, int], Record] = {}

    def result(self, added: Sequence[Addition]) -> StudentResult:
        """The student's results with records added."""
        self.tried += 1
        return self._one.result(self._with(self._searched, added))

    def _with(self, student: StudentData, added: Sequence[Addition]) -> StudentData:
        records = [self._record(one, number) for number, one in enumerate(added, start=1)]
        return evolve(student, records=(*student.records, *records))

    @cached_property
    def needed(self) -> Mapping[Part, Decimal]:
        """What each part asks for that measures something, where that is above zero."""
        lines = self.parts(self.result(()))
        return {(x.number, x.part): x.needed for x in lines if isinstance(x.needed, Decimal) and x.needed > 0}

    def leave_out(self, records: Collection[str]) -> None:
        """Leave some of the student's records out of all trials, told by kind and number, if that changes no part: who
        has open ones is worked out slowly. What `holds` says is of all records.
        """
        if records:
            before, self._searched = (
                self.gap(()),
                evolve(
                    self.student,
                    records=tuple(x for x in self.student.records if x.key not in records),
                ),
            )
            self._known.clear()
            if self.gap(()) != before:
                self._searched = self.student
                self._known.clear()

    def holds(self, added: Sequence[Addition]) -> bool:
        """Whether the requirement is met with records added, as the interpreter works the student out."""
        return self._reference.result(self._with(self.student, added)).requirements[self.requirement] == "met"

    def amounts(self, added: Sequence[Addition]) -> Mapping[int, Decimal | None]:
        """What each of some records, told by their `id`, comes to before limits when all are added: zero for what comes
        to nothing alone, None for what does not count.
        """
        found: dict[int, Decimal | None] = {id(one): None for one in added}
        entries = self.result(added).entries
        own = {f"need-{number}": id(one) for number, one in enumerate(added, start=1)}
        for entry in entries:
            place = own.get(entry.record.identifier)
            if place is not None and (entry.state == "live" or entry.carriers or _limited(entry)):
                found[place] = high(add(found[place] or ZERO, before_limits(entry)))
        return found

    def _record(self, one: Addition, number: int) -> Record:
        known = self._made.get((id(one), number))
        if known is None:
            self._kept[id(one)] = one  # so that no other gets its number
            known = self._made[id(one), number] = self._record_of(one, number)
        return known

    def _record_of(self, one: Addition, number: int) -> Record:
        values = {"record_id": f"need-{number}", **values_of(self.policy, one, f"need-{number}")}
        self._rows.records.used.clear()  # each time the same numbers are given
        return self._rows.record_from(one.kind, values, self.student.identifier, PLACE)

    def gap(self, added: Sequence[Addition]) -> Mapping[Part, Decimal]:
        """How far each part that is not met still is, in the measure of the part, else 1 for each condition that does
        not surely hold.
        """
        key = tuple(sorted(map(id, added)))
        if key not in self._known:
            self._kept.update((id(one), one) for one in added)
            self._known[key] = gaps(self.parts(self.result(added)))
        return self._known[key]

    def watched(self, added: Sequence[Addition], names: Watched) -> tuple[Mapping[Part, Decimal], Decimal]:
        """How far each part still is, and what some accounts and facts have in all periods together, at least."""
        result = self.result(added)
        whole = {line.account for line in result.accounts if not line.period}
        numbers = [
            line.amount
            for line in result.accounts
            if ("account", line.account) in names and (not line.period or line.account not in whole)
        ]
        numbers += [
            line.value for line in result.facts if ("fact", line.fact) in names and isinstance(line.value, Decimal)
        ]
        return gaps(self.parts(result)), high(total(numbers))

    def parts(self, result: StudentResult) -> list[PartLine]:
        """The parts of the requirement."""
        return [line for line in result.parts if line.requirement == self.requirement]


def _limited(entry: Entry) -> bool:
    return any(step.sort in _LIMITS for step in entry.steps)


def before_limits(entry: Entry) -> Decimal:
    """What an entry comes to before limits; zero for one that stands for several records, or is open."""
    value = entry.raw
    for step in entry.steps:
        if step.sort in _LIMITS:
            break
        if step.sort in _CHANGES:
            value = step.after
    return value if isinstance(value, Decimal) and not entry.gathered else Decimal(0)


def gaps(lines: Iterable[PartLine]) -> Mapping[Part, Decimal]:
    """How far each of them is, of those that are not met."""
    found: dict[Part, Decimal] = {}
    for line in lines:
        if far := _distance(line):
            part = line.number, line.part
            found[part] = high(add(found.get(part, ZERO), far))
    return found


def _distance(line: PartLine) -> Decimal:
    if line.status in ("met", "does not apply"):
        return Decimal(0)
    short = high(line.short) if line.short is not None else Decimal(0)
    within = high(total(map(_distance, line.parts)))
    return short if 0 < short < UNBOUNDED else within or Decimal(1)
