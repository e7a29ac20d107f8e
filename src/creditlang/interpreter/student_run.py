"""One student's run: what is known so far, and the questions that expressions may ask.

The run holds the student's records and, as the nodes of the policy are worked out in order, entries, balances and
facts. It answers from what has been worked out; the order of the nodes guarantees that what is asked for is there.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from attrs import define, field

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import within
from creditlang.diagnostics import Diagnostic, Phrase
from creditlang.interpreter import values as v
from creditlang.interpreter.calendar_days import SchoolCalendar, academic_year
from creditlang.interpreter.expression_meanings import Environment, answer, evaluate
from creditlang.interpreter.values import Undetermined
from creditlang.ledger import Entry, Record
from creditlang.words import label


@define(eq=False)
class Bound:
    """The total that entries of a group have together, closer than the sum of their intervals."""

    entries: frozenset[int]
    total: v.Number


@define(eq=False)
class Run:
    """The state of one student's evaluation."""

    policy: o.Policy
    calendar: SchoolCalendar
    as_of: date | None
    attributes: Mapping[str, Any]
    records: Mapping[str, list[Record]]
    enrolled: tuple[str, ...]
    overrides: Mapping[str, Any]
    entries: dict[str, list[Entry]] = field(factory=dict)
    balances: dict[str, dict[str, v.Number]] = field(factory=dict)
    wholes: dict[str, v.Number] = field(factory=dict)
    facts: dict[str, dict[str, Any]] = field(factory=dict)
    bounds: list[Bound] = field(factory=list)
    covered: set[int] = field(factory=set)
    cells: set[tuple[str, tuple[str, ...]]] = field(factory=set)
    used: dict[tuple[str, str], Mapping[Any, v.Answer]] = field(factory=dict)
    labels: Mapping[str, str] = field(factory=dict)
    requirements: dict[str, v.Answer] = field(factory=dict)
    warnings: list[Diagnostic] = field(factory=list)
    environments: dict[int, Environment] = field(factory=dict, repr=False)
    known: dict[tuple[Any, ...], Any] = field(factory=dict, repr=False)

    def at(self, record: Record) -> Environment:
        """Where a record's expressions are read, made once for each record."""
        key = id(record)
        if key not in self.environments:
            self.environments[key] = Environment(self, record)
        return self.environments[key]

    # ---- periods
    def has_ended(self, semester: str) -> bool:
        """Whether a semester counts: its last teaching day has passed."""
        return self.calendar.has_ended(semester, self.as_of)

    def periods(self, period: str) -> list[str]:
        """The periods in which facts exist: semesters of enrolment that have begun, and the years they fall in."""
        if period == "semester":
            return list(self.enrolled)
        return list(dict.fromkeys(academic_year(name) for name in self.enrolled))

    def ended_semesters(self) -> list[str]:
        """The semesters of enrolment that count for credits."""
        return [name for name in self.enrolled if self.has_ended(name)]

    def period_of(self, period: str, environment: Environment) -> str:
        """The key of a period at hand."""
        if environment.period is not None and environment.period[0] == period:
            return environment.period[1]
        record = environment.record
        key = self.calendar.period_key(period, record.on if record else None, environment.semester)
        if key is None:
            raise Undetermined("period", Phrase(f"no {period} is known here", "无从确定所属时段"))
        return key

    def period_in(self, account: str, entry: Entry) -> str:
        """The period of an account in which an entry falls."""
        period = self.policy.accounts[account].period or "semester"
        return self.calendar.period_key(period, entry.on, entry.semester) or ""

    def move_to(self, entry: Entry, day: date) -> None:
        """Let an entry fall into the periods of a day."""
        semester = self.calendar.semester_of(day) if self.calendar.semesters else None
        entry.on, entry.semester = day, semester.name if semester else entry.semester
        entry.period = self.period_in(entry.account, entry)

    def same_period(self, record: Record, environment: Environment) -> bool:
        """Whether a record falls in the period at hand; without one every record does."""
        if environment.record is not None:
            return record.semester == environment.semester
        if environment.period is None:
            return True
        period, key = environment.period
        return self.calendar.period_key(period, record.on, record.semester) == key

    # ---- what is known
    def setting(self, name: str, environment: Environment) -> Any:
        """A named value: overridden, or the one in force on the record's date."""
        if name in self.overrides:
            return self.overrides[name]
        day = environment.record.on if environment.record else None
        if day is None and environment.semester in self.calendar.teaching:
            day = self.calendar.teaching[environment.semester]
        day = day or self.as_of or self.calendar.last_day
        return self.once(("setting", name, day), lambda: self._dated(name, day, environment))

    def _dated(self, name: str, day: date | None, environment: Environment) -> Any:
        dated = self.policy.settings[name]
        chosen = dated[0]
        for candidate in dated[1:]:
            if day is not None and candidate.since is not None and date.fromisoformat(candidate.since) <= day:
                chosen = candidate
        return evaluate(chosen.value, environment)

    def record_fact(self, name: str, environment: Environment) -> Any:
        """A fact of the record at hand."""
        value = self.policy.record_facts[name]
        record = environment.record
        assert record is not None
        return self.once(("fact", name, id(record)), lambda: evaluate(value, self.at(record)))

    def once(self, key: tuple[Any, ...], find: Callable[[], Any]) -> Any:
        """A value that is worked out once and kept, also when there is none: what refers to it twice costs no more."""
        if key not in self.known:
            try:
                self.known[key] = find()
            except Undetermined as why:
                self.known[key] = why
        value = self.known[key]
        if isinstance(value, Undetermined):
            raise value
        return value

    def balance(self, account: str, semester: str) -> v.Number:
        """The balance of an account in a semester."""
        known = self.balances.get(account, {})
        if semester in known:
            return known[semester]
        if self.policy.accounts[account].sort in ("score", "credit"):
            raise Undetermined(
                "period", Phrase(f"{account} does not exist in {semester}", f"{semester}没有“{account}”")
            )
        return v.ZERO

    def whole(self, account: str) -> v.Number:
        """The balance of an account over the whole time."""
        return self.wholes.get(account, v.ZERO)

    def total(self, account: str, period: tuple[str, str]) -> v.Number:
        """The sum of an account over the semesters of a year."""
        total: v.Number = v.ZERO
        for semester, value in self.balances.get(account, {}).items():
            if period[0] == "year" and academic_year(semester) == period[1]:
                total = v.add(total, value)
        return total

    def over_periods(self, name: str, is_fact: bool, environment: Environment) -> list[Any]:
        """The values of an account or fact in all periods inside the one at hand, as they were earned."""
        known = self.facts.get(name, {}) if is_fact else self.balances.get(name, {})
        if environment.period is not None and environment.period[0] == "year":
            return [value for key, value in known.items() if academic_year(key) == environment.period[1]]
        return list(known.values())

    def fact(self, name: str, key: str) -> Any:
        """The value of a fact in a period."""
        known = self.facts.get(name, {})
        if key not in known or known[key] is None:
            raise Undetermined("period", Phrase(f"{name} has no value here", f"“{name}”在此没有值"))
        return known[key]

    def records_of(self, kind: str) -> list[Record]:
        """The valid records of a kind, by date and id."""
        return self.records.get(kind, [])

    def used_values(self, field_name: str, account: str) -> Mapping[Any, v.Answer]:
        """The values of a field in the counted records of an account; open where none of these surely counts."""
        key = (field_name, account)
        if key not in self.used:
            found: dict[Any, v.Answer] = {}
            for name in within(self.policy.accounts, account):
                for rule in self.policy.accounts[name].items:
                    for entry in self.entries.get(rule, ()):
                        value = entry.record.values.get(field_name)
                        if value is None or entry.state != "live" or not v.high(entry.amount):  # type: ignore[arg-type]
                            continue
                        surely = not entry.doubtful and bool(v.low(entry.amount))  # type: ignore[arg-type]
                        found[value] = v.either(found.get(value, False), True if surely else v.OPEN)
            self.used[key] = found
        return self.used[key]

    def column_label(self, kind: str, name: str) -> str:
        """What a field of a kind of record is called."""
        columns = (*self.policy.kinds[kind].columns, *self.policy.attributes)
        column = next((column for column in columns if column.name == name), None)
        return name if column is None else label(column)

    def shown(self, key: str) -> str:
        """A key of a table as people call it."""
        return self.labels.get(key, key)

    # ---- conditions
    def holds(self, condition: e.Expression | None, environment: Environment) -> v.Answer:
        """Whether a condition holds; one that asks for an optional value that is missing does not."""
        if condition is None:
            return True
        try:
            return answer(condition, environment)
        except Undetermined as reason:
            if reason.sort == "missing" and self._is_optional(reason.name, environment):
                return False
            raise

    def _is_optional(self, name: str, environment: Environment) -> bool:
        if environment.record is None:
            return True
        columns = self.policy.kinds[environment.record.kind].columns
        column = next((column for column in columns if column.name == name), None)
        return column is None or (column.optional and not column.if_used)

    # ---- sums
    def sum(self, entries: Iterable[Entry]) -> v.Number:
        """The signed sum of live entries, using what is known of groups where entries are open."""
        total: v.Number = v.ZERO
        live = [entry for entry in entries if entry.state == "live"]
        if self.bounds:
            live, total = self._bounded(live)
        for entry in live:
            amount = entry.amount if entry.sign > 0 else v.negative(entry.amount)  # type: ignore[arg-type]
            total = v.add(total, amount)  # type: ignore[arg-type]
        return total

    def _bounded(self, live: list[Entry]) -> tuple[list[Entry], v.Number]:
        total: v.Number = v.ZERO
        left = {id(entry): entry for entry in live}
        for bound in sorted(self.bounds, key=lambda bound: -len(bound.entries)):
            if bound.entries <= left.keys():
                signs = {left[key].sign for key in bound.entries}
                if len(signs) == 1:
                    total = v.add(total, bound.total if signs == {1} else v.negative(bound.total))
                    for key in bound.entries:
                        del left[key]
        return list(left.values()), total

    def bind(self, entries: Iterable[Entry], total: v.Number) -> None:
        """Note what a group of entries has in total; a bound inside it has served."""
        keys = frozenset(id(entry) for entry in entries)
        self.bounds = [bound for bound in self.bounds if not bound.entries & keys]
        self.bounds.append(Bound(keys, total))

    def unbind(self, entry: Entry) -> None:
        """Forget the bounds that an entry is part of, because it changes by itself."""
        if self.bounds:
            self.bounds = [bound for bound in self.bounds if id(entry) not in bound.entries]
