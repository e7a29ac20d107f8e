"""The days on which records are tried: one in each period that matters, and semesters that are over, for requests."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from attrs import frozen

from creditlang.core import operators as o
from creditlang.core.parts import inside
from creditlang.need.addition import Fillable
from creditlang.one_student import SchoolCalendar

MOST_DAYS: Final = 20
"""In so many periods of a kind from now on records are tried."""
_KINDS: Final = ("day", "week", "month", "quarter", "semester", "year", "calendar year")
_Day = tuple[date, str | None]


@frozen
class PossibleDays:
    """The days from the one after `after` until `until`, for a student who is enrolled in some semesters."""

    policy: o.Policy
    calendar: SchoolCalendar
    after: date
    until: date
    enrolled: frozenset[str]
    """Where nobody is enrolled in any, all of the calendar."""
    _known: dict[frozenset[str], list[date]]

    @classmethod
    def of(cls, policy: o.Policy, after: date, until: date, enrolled: frozenset[str]) -> "PossibleDays":
        """For a policy."""
        calendar = SchoolCalendar(policy.calendar)
        return cls(policy, calendar, after, until, enrolled or frozenset(calendar.by_name), {})

    def of_source(self, source: Fillable) -> list[_Day]:
        """The days of a source. Something that is done is done from now on: of each kind of period that limits it there
        are the first days of the next twenty. A request or a decision, which has no items, may also be about a semester
        that is over; with each day stands that semester, if there is one.
        """
        kind = self.policy.kinds[source.kind]
        named = frozenset(name for part in inside(source.read_by) for name in _periods(part)) & set(_KINDS)
        days: list[_Day] = [(day, None) for day in self._first_days(named)]
        if kind.semester_field is None or kind.item_field is not None or not days:
            return days
        first = self.after + timedelta(1)
        past = [name for name in self.semesters() if self.calendar.first_days[name] < first]
        now = self.calendar.semester_of(first)
        return [*((first, name) for name in past if now is None or name != now.name), *days]

    def key_of(self, period: str, day: date) -> str | None:
        """What names the period that holds a day; without a calendar weeks are cut nowhere."""
        if self.calendar.semesters:
            return self.calendar.key_of_day(period, day)
        return self.calendar.period_key(period, day, "") or None

    def semesters(self) -> list[str]:
        """Those in which the student is enrolled and that begin in time, in order."""
        return [name for name, day in self.calendar.first_days.items() if name in self.enrolled and day <= self.until]

    def _first_days(self, named: frozenset[str]) -> list[date]:
        if named not in self._known:
            kinds = named or {"semester" if self.policy.calendar.semesters else "calendar year"}
            self._known[named] = sorted({day for kind in kinds for day in self._each(kind)})
        return self._known[named]

    def _each(self, kind: str) -> Iterator[date]:
        keys: set[str] = set()
        day = self.after + timedelta(1)
        while day <= self.until and len(keys) < MOST_DAYS:
            key = self.key_of(kind, day)
            if key is not None and key not in keys:
                keys.add(key)
                yield day
            day += timedelta(1)


def _periods(part: object) -> tuple[str, ...]:
    if isinstance(part, o.Case):
        return part.together[:1] if part.together is not None else ()
    return part.group.periods if isinstance(part, (o.Limit, o.Rescale, o.Keep)) and part.group is not None else ()
