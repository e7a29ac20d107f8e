"""The versions of a regulation, and which of them is in force for somebody on a day.

    versions = creditlang.PolicySet(["club-2022.credit", "club-2024.credit"])
    policy = versions.in_force("2025-03-01", {"cohort": 2024})

A version is in force from its `effective from` to its `until`, both days included, for those of whom it speaks
(`applies to`). Where versions leave a day out, or two of them hold for the same person, none is taken: it is refused.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

from creditlang.api import Policy, loaded
from creditlang.core.dependencies import references
from creditlang.core.expressions import Read
from creditlang.data.columns import Columns
from creditlang.data.dataset import number_columns
from creditlang.data.given_rows import unknown_name
from creditlang.diagnostics import Diagnostic, Phrase, Place, listed, report
from creditlang.errors import DataError, PolicyError
from creditlang.given_arguments import fields_of, given_day, look_at, wrong_argument
from creditlang.one_student import OneStudent, StudentData

_OF_THEM: Final = Phrase(" for this student", "，对该学生")
_DAY: Final = timedelta(days=1)


def _all_loaded(policies: Any) -> tuple[Policy, ...]:
    if isinstance(policies, Iterable) and not isinstance(policies, (str, bytes, Mapping)):
        given = list(policies)
        if given and all(isinstance(policy, (Policy, str, Path)) for policy in given):
            return tuple(sorted(map(loaded, given), key=lambda policy: (_first(policy), policy.core.identifier)))
    expected = Phrase("a list of policies, their paths or names", "办法的列表，或者其路径、名称的列表")
    raise wrong_argument("policies", expected, policies, '["club-2022.credit", "club-2024.credit"]')


@frozen
class PolicySet:
    """Versions of one regulation, the earliest first. Raises `PolicyError`, beside that of a version: CR737 where a day
    between them belongs to none, CR738 where it belongs to two that speak of everybody.
    """

    policies: tuple[Policy, ...] = field(converter=_all_loaded)

    def __attrs_post_init__(self) -> None:
        last = _last(self.policies[0])
        for policy in self.policies[1:]:
            first = _first(policy)
            if last < first - _DAY:
                when = Phrase(f"from {last + _DAY} to {first - _DAY}", f"{last + _DAY}至{first - _DAY}")
                raise PolicyError([self._none(when)])
            last = max(last, _last(policy))
        for_all = [policy for policy in self.policies if policy.core.applies is None]
        for one, two in pairwise(for_all):
            if _first(two) <= _last(one):
                raise PolicyError([_several(_on(_first(two)), [one, two])])

    def __repr__(self) -> str:
        return f"<PolicySet {', '.join(policy.core.identifier for policy in self.policies)}>"

    def in_force(self, day: date | str, student: Mapping[str, object] | Any = None) -> Policy:
        """The version that is in force on a day for a student, of whom it is enough to give what versions ask by.

        Raises `DataError`: CR737 where there is none, CR738 where there are several, CR654 where it hangs on something
        that is not given.
        """
        look_at(day=day)
        on, given = given_day(day) or date.min, {} if student is None else fields_of(student, "student")
        columns = [(policy, Columns(policy.core)) for policy in self.policies]
        known = {text for _, own in columns for reader in own.attributes for text in reader.texts}
        known.update(text for policy in self.policies for text in number_columns(policy.core))
        if unknown := [unknown_name("field", name, known, Place("student")) for name in given if name not in known]:
            raise DataError(unknown)
        found = [x for x, own in columns if _first(x) <= on <= _last(x) and _speaks_of(x, own, given, on)]
        if len(found) == 1:
            return found[0]
        when = _on(on)
        whom = Phrase(f"{when}{_OF_THEM}", f"{when.zh}{_OF_THEM.zh}") if given else when
        raise DataError([_several(whom, found) if found else self._none(whom)])

    def _none(self, when: Phrase) -> Diagnostic:
        return report("CR737", None, when=when, versions=listed(map(_told, self.policies)))


def _speaks_of(policy: Policy, columns: Columns, given: Mapping[str, object], day: date) -> bool:
    """Whether a version speaks of a student. Raises `DataError` where an attribute that it asks by is bad."""
    if policy.core.applies is None:
        return True
    asked = {read.name for read in references(policy.core.applies, Read) if read.what == "attribute"}
    attributes: dict[str, Any] = {}
    for reader in columns.attributes:
        name, place = reader.column.name, Place("student", None, reader.shown)
        value = next((given[text] for text in reader.texts if text in given), None) if name in asked else None
        attributes[name], wrong = reader.value(value, place) if name in asked else (None, None)
        if wrong is not None:
            raise DataError([wrong])
    student = StudentData("student", attributes, (), False)
    return OneStudent(policy.core, day).answers(student, records_only=True).result.applies


def _first(policy: Policy) -> date:
    return date.fromisoformat(policy.core.since) if policy.core.since else date.min + _DAY


def _last(policy: Policy) -> date:
    return date.fromisoformat(policy.core.until) if policy.core.until else date.max


def _on(day: date) -> Phrase:
    return Phrase(f"on {day}", f"{day}")


def _told(policy: Policy) -> Phrase:
    """A version and its days."""
    core = policy.core
    from_, to = core.since or "…", core.until or "…"
    return Phrase(f"{core.identifier} ({from_} to {to})", f"{core.identifier}（{from_}至{to}）")


def _several(when: Phrase, found: Iterable[Policy]) -> Diagnostic:
    return report("CR738", None, when=when, versions=listed(map(_told, found)))
