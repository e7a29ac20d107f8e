"""What generated code asks of a policy beside a student: its day, its calendar, and words that are made once."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from attrs import evolve

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core.dependencies import references
from creditlang.diagnostics import Diagnostic, Phrase, message, report
from creditlang.interpreter import Interpreter
from creditlang.interpreter.limits import reached
from creditlang.interpreter.student_periods import StudentPeriods
from creditlang.ledger import Record
from creditlang.values import Undetermined
from creditlang.words import both, label

MOST_KEPT: Final = 4096
"""The most answers of one sort that are kept from one student to the next."""


class Kept(dict[Any, Any]):
    """Answers that hang on what is asked alone, kept from one student to the next."""

    def __init__(self, find: Callable[[Any], Any]) -> None:
        """`find` gives the answer; what it raises is raised each time."""
        super().__init__()
        self.find = find

    def __missing__(self, asked: Any) -> Any:
        found = self.find(asked)
        if len(self) < MOST_KEPT:
            self[asked] = found
        return found


class PolicyAtHand:
    """A policy as of a day, with named values as written or set."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter, self.policy, self.calendar = interpreter, interpreter.policy, interpreter.calendar
        self.as_of, self.overrides, self.labels = interpreter.as_of, interpreter.overrides, interpreter.labels
        self.memberships = interpreter.memberships
        self.last_days = self.calendar.last_days
        self.enrolment = frozenset(name for name, kind in self.policy.kinds.items() if kind.enrolment)
        self.begun = tuple(x.name for x in self.policy.calendar.semesters if self.has_begun(x.name))
        """The semesters that have begun."""
        self.semester_of: dict[date, str | None] = Kept(self._semester_of)
        self.sign_of: dict[str, int] = Kept(self.policy.sign_of)
        """The side that all amounts of a rule are on."""
        self.dated = frozenset(name for name, kind in self.policy.kinds.items() if kind.date_field)
        self.by_day = any(x.period not in (None, "semester", "year") for x in self.policy.accounts.values())
        """Whether accounts go by periods in which nothing lies that has no day."""
        self.shown_accounts = tuple(
            (x.name, x.unit, x.period is None if x.sort == "score" else (x.sort, x.period) != ("category", "semester"))
            for x in self.policy.accounts.values()
        )
        """The accounts with their units, and whether what they have over the whole time is shown."""
        self.looking_back = frozenset(
            x.name for x in self.policy.facts.values() if x.groups is None and looks_back(x.cases)
        )
        """The facts that show a window of an account."""
        self.limit_reason: dict[Decimal, Phrase] = Kept(reached)
        """Why something is cut, by the limit."""
        self.periods = Kept(lambda enrolled: StudentPeriods(self.calendar, self.as_of, enrolled, self.policy.periods))
        """The periods of students with the same semesters."""
        self.period_keys: dict[str, dict[tuple[date | None, str | None], str | None] | None] = Kept(self._keys_of)
        """What a built-in period is called, by its kind, then by a day and a semester; None for a declared kind."""

    def _keys_of(self, kind: str) -> dict[Any, str | None] | None:
        if kind in self.policy.periods:
            return None
        return Kept(lambda at: self.calendar.period_key(kind, *at))

    def has_begun(self, semester: str) -> bool:
        """Whether a semester has begun."""
        return self.calendar.has_begun(semester, self.as_of)

    def _semester_of(self, day: date) -> str | None:
        found = self.calendar.semester_of(day)
        return found.name if found is not None else None

    def is_wrong_outside(self, record: Record) -> bool:
        """Whether a record outside the calendar is wrong, as far as it could be read."""
        if record.problem is not None:
            return False
        if record.kind in self.memberships and record.on is not None and record.on < self.calendar.starts[0]:
            return False
        return self.policy.by_calendar

    def shown(self, key: str) -> str:
        """A key of a table as people call it."""
        return self.labels.get(key, key)

    def told(self, problem: Diagnostic) -> Phrase:
        """A problem in words."""
        return both(lambda language: message(problem, language))

    def problem(self, record: Record, why: Undetermined, reason: str) -> Diagnostic:
        """What is wrong with a record for which a line has no value."""
        if why.sort == "function":
            return report("CR668", record.place, reason=reason)
        name = self.column_label(record.kind, why.name)
        place = evolve(record.place, column=name) if record.place is not None else None
        return report("CR662", place, name=Phrase(why.name, name))

    def column_label(self, kind: str, name: str) -> str:
        """What a field of a kind of record is called."""
        columns = (*self.policy.kinds[kind].columns, *self.policy.attributes)
        column = next((column for column in columns if column.name == name), None)
        return name if column is None else label(column)


def looks_back(part: Any) -> bool:
    """Whether a part of a policy shows a window of an account."""
    values = references(part, e.Value)
    return any(isinstance(at, (e.LastWindow, e.AnyWindow)) for x in values for at in e.parts_of(x.at))


def closed(value: Any) -> Any:
    """A value that is settled. Raises `HandOver` for one that is open."""
    if value is v.OPEN or isinstance(value, v.Interval):
        raise HandOver(OPEN_VALUE)
    return value


class HandOver(Exception):
    """This student is one for the reference; its argument, one of the phrases below, says why."""


PENDING = Phrase("a record is still open", "有记录待定")
OPEN_VALUE = Phrase("a value is still open", "有数值尚未确定")
NO_DAY = Phrase("a day is not filled in", "有日期没有填")
LEAVES = (PENDING, OPEN_VALUE, NO_DAY)
"""Why a rule or node is left to the interpreter."""
INVALID = Phrase("an invalid record that other lines look at", "其他规则要查的记录无效")
RULED = Phrase("a decision on a record", "有记录另行决定")
MOVES_ASKED = Phrase("a request", "有申请")
TOO_LONG = Phrase("a number is too long", "数字过长")
BELOW_ZERO = Phrase("an amount below zero under a limit", "受上限约束的数额为负")
