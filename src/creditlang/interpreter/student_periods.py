"""One student's periods: which there are, when each begins and ends, and in which one a day lies.

Some kinds are built in: days, weeks, months, quarters and calendar years, and, by the calendar of the policy, semesters
and academic years. A student has had those of the semesters of enrolment that have begun. A kind that the policy
declares begins for each student on a day of their own, the anchor A: period k is [A + k·N, A + (k+1)·N), each end
counted from A itself, so that a month's end stays one; or its periods are the calendar's own, from the one that holds
A. Without its anchor a student has none of them, and what is asked for each of them is missing.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import islice
from typing import Final

from attrs import define, field, frozen

from creditlang.core.operators import OF_THE_CALENDAR, PeriodKind
from creditlang.diagnostics import Phrase
from creditlang.interpreter.calendar_days import SchoolCalendar
from creditlang.ledger import Period
from creditlang.values import Undetermined
from creditlang.words import label

MOST_PERIODS: Final = 2_000
"""The most periods of a declared kind that one person can have had; with more the anchor is bad data."""
_DAY: Final = timedelta(1)


@frozen
class _Declared:
    """The periods of a declared kind that one student has, from the anchor on, until a day if there is one."""

    kind: PeriodKind
    calendar: SchoolCalendar
    anchor: date
    until: date | None

    def of_day(self, day: date) -> Period | None:
        """The period that holds a day; None before the first and after the last."""
        return self._counted(day) if self.kind.own is None else self._own(self.kind.own, day)

    def _own(self, own: str, day: date) -> Period | None:
        key = self.calendar.key_of_day(own, day)
        found = self.calendar.span(own, key) if key is not None else None
        if found is None or found[1] < self.anchor or (self.until is not None and found[0] > self.until):
            return None
        return Period(self.kind.name, key or "", *found)

    def _counted(self, day: date) -> Period | None:
        if day < self.anchor or (self.until is not None and day > self.until):
            return None
        passed = (day - self.anchor).days
        if self.kind.unit == "months":
            passed = (day.year - self.anchor.year) * 12 + day.month - self.anchor.month
        number = passed // self.kind.count
        number -= self._begins(number) > day  # a month's day may not have come yet
        first, last = self._begins(number), self._begins(number + 1) - _DAY
        last = min(last, self.until or last)
        return Period(self.kind.name, f"{first}/{last}", first, last, last)

    def _begins(self, number: int) -> date:
        return self.calendar.later(self.anchor, number * self.kind.count, self.kind.unit)


@define(eq=False)
class StudentPeriods:
    """The periods of one student; declared kinds are known once their anchors are worked out."""

    calendar: SchoolCalendar
    as_of: date | None
    enrolled: tuple[str, ...]
    kinds: Mapping[str, PeriodKind]
    declared: dict[str, _Declared] = field(factory=dict)
    wrong: dict[str, str] = field(factory=dict)
    """Why a declared kind has no periods: its anchor is missing, or cannot be right."""
    had: dict[str, tuple[Period, ...]] = field(factory=dict)
    keys: dict[str, frozenset[str]] = field(factory=dict)

    def begin(self, kind: PeriodKind, anchor: date, until: date | None) -> Phrase | None:
        """Let the periods of a kind begin; what is wrong with the anchor, if it cannot be right."""
        known = _Declared(kind, self.calendar, anchor, until)
        if until is not None and until < anchor:
            wrong = Phrase(f"it would end on {until}, before it begins", f"终止日{until}早于起始日")
        elif kind.own in OF_THE_CALENDAR and self.calendar.key_of_day(kind.own or "", anchor) is None:
            wrong = Phrase("it lies outside the calendar", "不在校历内")
        elif len(found := tuple(islice(self._begun(known), MOST_PERIODS + 1))) > MOST_PERIODS:
            wrong = Phrase(f"there would be more than {MOST_PERIODS} of them", f"这样会超过{MOST_PERIODS}个")
        else:
            self.declared[kind.name], self.had[kind.name] = known, found
            return None
        self.miss(kind, wrong)
        return wrong

    def miss(self, kind: PeriodKind, why: str) -> None:
        """Note that there are no periods of a kind, and why."""
        self.wrong[kind.name], self.had[kind.name] = why, ()

    def _begun(self, known: _Declared) -> Iterable[Period]:
        day, as_of = known.anchor, self.as_of or known.anchor
        while day <= as_of and (found := known.of_day(day)) is not None:
            yield found
            day = found.last + _DAY

    # ---- which there are
    def begun(self, kind: str) -> tuple[Period, ...]:
        """The periods of a kind that have begun for the student, in order."""
        if kind not in self.had:
            self.had[kind] = tuple(self._of_enrolment(kind))
        return self.had[kind]

    def begun_inside(self, kind: str, here: tuple[str, str] | None) -> set[str]:
        """What tables call those of which a day lies in the period at hand, if there is one."""
        around, found = self.called(*here) if here is not None else None, self.begun(kind)
        if here is not None:
            found = tuple(x for x in found if around and x.first <= around.last and around.first <= x.last)
        return {x.key for x in found}

    def _of_enrolment(self, kind: str) -> Iterable[Period]:
        keys: dict[str, None] = {}
        for name in self.enrolled:
            if kind in ("semester", "year"):
                keys[self.calendar.period_key(kind, None, name) or ""] = None
                continue
            keys |= dict.fromkeys(self.calendar.keys_until(kind, name, self.as_of or date.max))
        return [period for key in keys if (period := self.called(kind, key)) is not None]

    def has_ended(self, period: Period) -> bool:
        """Whether nothing more can come into a period: it counts, its last teaching day has passed."""
        return self.as_of is None or period.closes < self.as_of

    def before(self, kind: str, key: str) -> Period | None:
        """The period just before one, by calendar or anchor; None if the student has not had it."""
        here = self.called(kind, key)
        just = self.of_day(kind, here.first - _DAY) if here is not None else None
        return just if just is not None and self.has_had(kind, just.key) else None

    def has_had(self, kind: str, key: str) -> bool:
        """Whether a period is one that has begun for the student."""
        if kind not in self.keys:
            self.keys[kind] = frozenset(period.key for period in self.begun(kind))
        return key in self.keys[kind]

    def previous(self, kind: str, key: str) -> tuple[str, str]:
        """The period just before one. Raises `Undetermined` if the student has had none."""
        found = self.before(kind, key)
        if found is None:
            raise Undetermined("period", Phrase("there is no period before this one", "没有上一期"))
        return kind, found.key

    def named(self, name: str) -> tuple[str, str]:
        """A semester or academic year by its name or label. Raises `Undetermined` if the student has not had it."""
        name = next((each.name for each in self.calendar.semesters if name in each.labels), name)
        kind = "semester" if name in self.calendar.by_name else "year"
        if not self.has_had(kind, name):
            raise Undetermined("period", Phrase(f"there is no {name} here", f"没有{name}这一期"))
        return kind, name

    # ---- which one it is
    def key(self, kind: str, day: date | None, semester: str | None) -> str | None:
        """What the period of a kind is called in which a record falls; None where that is not known, or in none."""
        if kind not in self.kinds:
            return self.calendar.period_key(kind, day, semester)
        found = self.of_day(kind, day) if (day := day or self.calendar.last_days.get(semester or "")) else None
        return found.key if found is not None else None

    def of_day(self, kind: str, day: date) -> Period | None:
        """The period of a kind that holds a day."""
        if kind in self.kinds:
            known = self.declared.get(kind)
            return known.of_day(day) if known is not None else None
        return self.called(kind, self.calendar.key_of_day(kind, day) or "")

    def called(self, kind: str, key: str) -> Period | None:
        """The period of a kind by what tables call it."""
        known = self.declared.get(kind)
        if known is not None and known.kind.own is None:
            return known.of_day(date.fromisoformat(key.partition("/")[0]))
        span = self.calendar.span(known.kind.own or "" if known is not None else kind, key)
        return Period(kind, key, *span) if span is not None else None

    def around(self, kind: str, key: str, other: str) -> str | None:
        """The period of another kind in which a period lies: the one that holds its last day."""
        if kind == other:
            return key
        if kind == "semester":
            return self.key(other, self.calendar.last_days.get(key), key)
        period = self.called(kind, key)
        if period is None:
            return None
        found = self.of_day(other, period.last)
        return found.key if found is not None else None

    def outside(self, kind: str, day: date | None) -> Phrase | None:
        """Why a day lies in no period of a declared kind, though the student has such periods."""
        known, declared = self.declared[kind], self.kinds[kind]
        zh = label(declared)
        en = label(declared, "en")
        if day is None:
            return Phrase(f"no day, so no {en}", f"没有日期，无法归入{zh}")
        if known.of_day(day) is not None:
            return None
        if known.until is not None and day > known.until:
            return Phrase(f"after the last {en}", f"在最后一个{zh}之后")
        return Phrase(f"before the first {en}", f"在第一个{zh}之前")
