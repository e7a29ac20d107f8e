"""What is asked: what for, by which day, without which items, by the names and labels of a policy."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from attrs import frozen

from creditlang.core import operators as o
from creditlang.diagnostics import Diagnostic, Phrase, nearest, report
from creditlang.need.short_parts import Need, Progress, needed
from creditlang.one_student import StudentData
from creditlang.words import SORTS

_ITEM: Final = Phrase("item or kind of record", "项目或记录种类")


@frozen
class NeedQuestion:
    """Requirements of a policy, the day by which they are to be met, and items that are not to be made use of."""

    policy: o.Policy
    requirements: tuple[str, ...]
    today: date
    by: date
    without: tuple[str, ...]

    def answers(
        self, student: StudentData, overrides: Mapping[str, Any], progress: Progress = lambda done, of: None
    ) -> Iterator[Need]:
        """What a student needs for each; `overrides` are typed named values."""
        for name in self.requirements:
            yield needed(self.policy, student, name, self.today, self.by, overrides, self.without, progress)


def need_question(
    policy: o.Policy, student: StudentData, requirement: str | None, today: date, by: date | None,
    without: Iterable[str] = (),
) -> NeedQuestion | Diagnostic:  # fmt: skip
    """A question about one requirement, or all; without `by`, until the student's last semester has ended, else the
    calendar's. What keeps it from being asked: CR101, CR880, CR881, CR882.
    """
    if not policy.requirements:
        return report("CR880", None)
    items = {text: name for name, x in policy.given_kinds.items() for text in (name, *x.labels)}
    items |= {text: name for name, x in policy.rules.items() for text in (name, *x.labels)}
    known = {text: name for name, x in policy.requirements.items() for text in (name, *x.labels)}
    wanted = [(SORTS["require"], requirement, known)] if requirement is not None else []
    for sort, name, names in (*wanted, *((_ITEM, name, items) for name in without)):
        if name not in names:
            return report("CR101", None, kind=sort, name=name[:60], nearest=nearest(name, names) or "")
    until = by or horizon(policy, student, today)
    if until is None:
        return report("CR882", None, today=today.isoformat(), later=(today + timedelta(365)).isoformat())
    if until <= today:
        return report("CR881", None, by=until.isoformat(), today=today.isoformat())
    own = (known[requirement],) if requirement is not None else tuple(policy.requirements)
    return NeedQuestion(policy, own, today, until, tuple(items[name] for name in without))


def horizon(policy: o.Policy, student: StudentData, today: date) -> date | None:
    """The last day of the last semester in which a student is enrolled, if that is to come; else of the calendar, if
    that is.
    """
    ends = {x.name: date.fromisoformat(x.end) - timedelta(1) for x in policy.calendar.semesters}
    kinds = {name for name, kind in policy.kinds.items() if kind.enrolment}
    own = [ends[x.semester] for x in student.records if x.kind in kinds and x.semester in ends]
    later = [day for day in (max(own, default=today), max(ends.values(), default=today)) if day > today]
    return later[0] if later else None
