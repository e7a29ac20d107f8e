"""One student's run: what is known so far, and the questions that expressions may ask.

The run holds the student's records and, as the nodes of the policy are worked out in order, entries, balances and
facts. It answers from what has been worked out; the order of the nodes guarantees that what is asked for is there.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final, Literal

from attrs import define, evolve, field, frozen

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Diagnostic, Phrase
from creditlang.interpreter.calendar_days import SchoolCalendar
from creditlang.interpreter.known_totals import Bound, known_apart
from creditlang.interpreter.other_runs import OtherRuns
from creditlang.interpreter.standings import Part
from creditlang.interpreter.student_periods import StudentPeriods
from creditlang.ledger import Entry, Record
from creditlang.values import Undetermined
from creditlang.words import label


def missing(name: str) -> Undetermined:
    """A value that is not there."""
    return Undetermined("missing", Phrase(f"{name} is empty", f"“{name}”没有填"), name)


@frozen
class Environment:
    """Where an expression is read."""

    run: "Run"
    record: Record | None = None
    period: tuple[str, str] | None = None
    outer: Record | None = None
    """Inside a search for records: the record that asks."""
    search: "Environment | None" = None
    """Inside a search for records: where the outermost search was asked; its period is that of those inside it."""
    asked: bool = False
    """Of a question from outside the policy: a record that does not say what a search asks for is not found by it."""
    counted: v.Number | None = None
    """Inside a search of what has counted: the amount that the record has counted for."""
    around: tuple[str, str] | None = None
    """Inside a search of periods: the period at hand where it was asked, at whose ends they are cut."""

    @property
    def semester(self) -> str | None:
        """The semester at hand: the record's, or the period's if that is one."""
        if self.record is not None:
            return self.record.semester
        return self.period[1] if self.period and self.period[0] == "semester" else None


@frozen
class Judged:
    """The records of a kind, by date and id, after the guards of the kind."""

    plain: list[Record]
    even_void: list[Record]


@define(eq=False)
class Run:
    """The state of one student's evaluation."""

    policy: o.Policy
    calendar: SchoolCalendar
    as_of: date | None
    attributes: Mapping[str, Any]
    given: dict[str, list[Record]]
    """All records of each kind that can be read and are in scope."""
    enrolled: tuple[str, ...]
    overrides: Mapping[str, Any]
    periods: StudentPeriods
    judged: dict[str, Judged] = field(factory=dict)
    """Each kind, once its guards have been asked."""
    doubtful: set[int] = field(factory=set)
    """The records of which it is open whether a guard of their kind takes them out."""
    unreadable: list[Record] = field(factory=list)
    """The records that cannot be read or placed, or that a guard of their kind finds invalid."""
    guarded: dict[int, Entry] = field(factory=dict)
    """What the guards of its kind said of each record."""
    entries: dict[str, list[Entry]] = field(factory=dict)
    balances: dict[str, dict[str, v.Number]] = field(factory=dict)
    wholes: dict[str, v.Number] = field(factory=dict)
    directly: dict[str, v.Number] = field(factory=dict)
    """What entries of their own brought to categories with others inside, less what was taken, where a queue asks."""
    facts: dict[str, dict[str, Any]] = field(factory=dict)
    applied: dict[tuple[str, str], tuple[int, ...]] = field(factory=dict)
    """The cases that gave each fact and credit its value, by name and period."""
    perhaps: set[tuple[str, str]] = field(factory=set)
    """Rankings and periods in which it is open whether the person is ranked."""
    in_doubt: set[tuple[str, str]] = field(factory=set)
    """Facts and credits, and periods, of which it is open whether any of their cases applies."""
    people: Mapping[e.Expression, list[Part]] = field(factory=dict)
    """Of a group: what each of its members is in a query over people."""
    bounds: list[Bound] = field(factory=list)
    covered: set[int] = field(factory=set)
    cells: set[tuple[str, tuple[str, ...]]] = field(factory=set)
    stage: int = 0
    """Higher each time that entries have changed which may have been asked for."""
    labels: Mapping[str, str] = field(factory=dict)
    requirements: dict[str, v.Answer] = field(factory=dict)
    requirements_in: dict[str, dict[str, v.Answer]] = field(factory=dict)
    """Those that stand for themselves in each period."""
    warnings: list[Diagnostic] = field(factory=list)
    unrated: list[Entry] = field(factory=list)
    """Entries taken out because nothing says what they are worth."""
    environments: dict[int, Environment] = field(factory=dict, repr=False)
    known: dict[tuple[Any, ...], Any] = field(factory=dict, repr=False)
    stretches: int = 0
    """The clean stretches that have been found, of all kinds."""
    taken: dict[tuple[str, str, str], Any] = field(factory=dict)
    """What requests have taken of the entries of accounts whose entries count for a time only."""
    others: "OtherRuns[Run] | None" = field(default=None, repr=False)

    def close(self) -> None:
        """Let go of what refers to itself, when nothing more is asked: so all of it goes at once."""
        self.environments, self.known, self.given, self.judged = {}, {}, {}, {}
        if self.others is not None:
            self.others.close(Run.close)
            self.others = None

    def at(self, record: Record) -> Environment:
        """Where a record's expressions are read, made once for each record."""
        key = id(record)
        if key not in self.environments:
            self.environments[key] = Environment(self, record)
        return self.environments[key]

    def as_of_day(self, day: date, account: str = "") -> "Run | None":
        """The run as of a day, as far as an account needs it, or else up to the moves; of the as-of day itself or a
        later one, this run. None where there are too many days to look back on.
        """
        if self.others is None or (self.as_of is not None and day >= self.as_of):
            return self
        return self.others.then(account, day, None)

    def before(self, record: Record, account: str) -> "Run | None":
        """The run as of a record's day whose data stop just before the record, as far as an account needs it."""
        return self.others.then(account, record.on or record.order[0], record) if self.others is not None else self

    def post(self, entry: Entry, whole: bool = True) -> None:
        """Credit the account of an entry, and those around it: in its period, and over the `whole` time."""
        name: str | None = entry.account
        while name:
            known = self.balances.setdefault(name, {})
            known[entry.period] = v.add(known.get(entry.period, v.ZERO), entry.amount)
            if whole:
                self.wholes[name] = v.add(self.whole(name), entry.amount)
            name = self.policy.accounts[name].parent

    def opened(self, record: Record, rule: str, account: str, article: str) -> Entry:
        """An entry of a record, as the guards of its kind left it."""
        said = self.guarded[id(record)]
        entry = Entry(record, rule, account, record.semester or "", state=said.state, article=said.article or article)
        entry.reason, entry.pending, entry.doubtful = said.reason, said.pending, said.doubtful
        entry.steps = list(said.steps)
        return entry

    # ---- periods
    def has_ended(self, environment: Environment) -> bool:
        """Whether the semester of the record, or the period at hand, counts: its last teaching day has passed."""
        here = environment.period if environment.record is None else None
        period = self.periods.called(*here or ("semester", environment.semester or ""))
        return period is None or self.periods.has_ended(period)

    def period_of(self, period: str, environment: Environment) -> str:
        """The key of the period of a kind at hand: the record's, or the one in which the period at hand lies."""
        record, here, key = environment.record, environment.period, None
        if here is not None and (record is None or here[0] == period):
            key = self.periods.around(*here, period)
        elif record is not None:
            key = self.periods.key(period, record.on, record.semester)
        if key is not None:
            return key
        unknown = Phrase(f"no {period} is known here", "无从确定所属时段")
        raise Undetermined("period", self.periods.wrong.get(period, unknown))

    def boundary(self, which: Literal["start", "end"], period: str, environment: Environment) -> date:
        """The first or last day of the period of a kind at hand; of a semester, its first or last teaching day."""
        record, here = environment.record, environment.period
        around = self.periods.called(*here) if record is None and here is not None else None
        day = record.on if record is not None else around.last if around is not None else None
        known: date | None = None
        if period in self.policy.periods:
            if (own := self.periods.called(period, self.period_of(period, environment))) is not None:
                known = own.first if which == "start" else own.last
        else:
            semester = environment.semester or (day and self.calendar.key_of_day("semester", day))
            known = self.calendar.boundary(which, period, day, semester or None)
        if known is None:
            if record is not None and day is None and period not in ("semester", "year"):
                name = self.policy.kinds[record.kind].date_field or "date"
                raise Undetermined("missing", Phrase(f"{name} is empty", f"“{name}”没有填"), name)
            raise Undetermined("period", Phrase(f"the {period} is not in the calendar", "不在校历内"))
        return known

    def required(self, name: str, environment: Environment) -> v.Answer:
        """Whether a requirement is met: in the period at hand, if it is one per period."""
        period, known = self.policy.requirements[name].period, self.requirements_in.get(name, {})
        return known.get(self.period_of(period, environment), v.OPEN) if period else self.requirements.get(name, v.OPEN)

    def day_of_entry(self, entry: Entry) -> date:
        """The day on which an entry falls; without one, the last of its semester."""
        return entry.on or self.calendar.last_days.get(entry.semester or "") or entry.record.order[0]

    def period_in(self, account: str, entry: Entry) -> str:
        """The period of an account in which an entry falls."""
        period = self.policy.accounts[account].period or "semester"
        return self.periods.key(period, entry.on, entry.semester) or ""

    def move_to(self, entry: Entry, day: date) -> None:
        """Let an entry fall into the periods of a day."""
        semester = self.calendar.semester_of(day) if self.calendar.semesters else None
        entry.on, entry.semester = day, semester.name if semester else entry.semester
        entry.period = self.period_in(entry.account, entry)

    # ---- what is known
    def day_of(self, environment: Environment) -> date | None:
        """The day at hand: of the record, else the last teaching day of the semester, else the as-of date."""
        day = environment.record.on if environment.record else None
        if day is None and environment.semester in self.calendar.teaching:
            day = self.calendar.teaching[environment.semester]
        return day or self.as_of or self.calendar.last_day

    def once(self, key: tuple[Any, ...], find: Callable[[], Any]) -> Any:
        """A value that is worked out once and kept, also when there is none: what refers to it twice costs no more."""
        if key not in self.known:
            try:
                self.known[key] = find()
            except Undetermined as why:
                self.known[key] = why.with_traceback(None)
        value = self.known[key]
        if isinstance(value, Undetermined):
            raise value.again()
        return value

    def balance(self, account: str, key: str) -> v.Number:
        """The balance of an account in one of its periods."""
        known, sort = self.balances.get(account, {}), self.policy.accounts[account].sort
        if key not in known and sort in ("score", "credit"):
            raise Undetermined("period", Phrase(f"{account} does not exist in {key}", f"{key}没有“{account}”"))
        found = known.get(key, v.ZERO)
        if sort != "category" or not key:
            return found
        return v.add(found, self.undated(account, self.policy.accounts[account].period or "semester"))

    def undated(self, account: str, period: str) -> v.Number:
        """What entries whose day is not filled in may add to any one period of a kind: nothing, or all they come to."""

        def found() -> v.Number:
            entries = [x for x in self.everything(account) if x.on is None and x.state == "live"]
            unknown = (x for x in entries if self.periods.key(period, None, x.semester) is None)
            unknown = (x for x in unknown if self.policy.kinds[x.record.kind].date_field)
            return v.total(v.hull(v.ZERO, self.sum([x])) for x in unknown)

        added: v.Number = self.once(("undated", self.stage, account, period), found)
        return added

    def whole(self, account: str) -> v.Number:
        """The balance of an account over the whole time."""
        return self.wholes.get(account, v.ZERO)

    def total(self, account: str, period: tuple[str, str]) -> v.Number:
        """What an account has in the period at hand: its entries, or what it has in its own periods, added up."""
        declared = self.policy.accounts[account]
        by_semester = declared.period in (None, "semester") and period[0] in ("semester", "year")
        perhaps = self.undated(account, period[0]) if declared.sort == "category" else v.ZERO
        if declared.sort == "category" and not by_semester:
            return v.add(self.inside(account, period).get("", v.ZERO), perhaps)
        own, balances = declared.period or "semester", self.balances.get(account, {})
        inside = (x for key, x in balances.items() if self.periods.around(own, key, period[0]) == period[1])
        return v.total((*inside, perhaps))

    def everything(self, account: str) -> list[Entry]:
        """The entries of an account and of all inside it."""
        inside = self.policy.inside[account]
        return [
            entry
            for entries in self.entries.values()
            if entries
            for entry in entries
            if entry.account in inside and not entry.member
        ]

    def inside(self, account: str, period: tuple[str, str], cut: str | None = None) -> Mapping[str, v.Number]:
        """What a category earned in a period; by the periods of another kind, cut at its ends, if one is given."""
        found: dict[str, list[Entry]] = {}
        for entry in self.everything(account):
            if self.periods.key(period[0], entry.on, entry.semester) == period[1]:
                key = self.periods.key(cut, entry.on, entry.semester) if cut else ""
                found.setdefault(key or "", []).append(entry)
        return {key: self.sum(entries) for key, entries in found.items()}

    def keys(self, period: str, here: tuple[str, str] | None, of: e.Value | None = None) -> list[str]:
        """The periods of a kind inside the one at hand: all that the student has had, or those in which a value exists.

        A fact, score or credit belongs where its last day lies. A category has a value in every period, zero where
        nothing was earned; where it is not known since when there are any, there is one more, or may be.
        """
        category = of is not None and of.sort == "account" and self.policy.accounts[of.name].sort == "category"
        if of is not None and not category:
            known = self.facts.get(of.name, {}) if of.sort == "fact" else self.balances.get(of.name, {})
            return [key for key in known if here is None or self.periods.around(period, key, here[0]) == here[1]]
        found = self.periods.begun_inside(period, here)
        if of is not None:
            if here is not None:
                found |= self.inside(of.name, here, period).keys()
            elif period == (self.policy.accounts[of.name].period or "semester"):
                found |= self.balances.get(of.name, {}).keys()
            else:  # the category is kept by periods of another kind
                found |= {self.periods.key(period, x.on, x.semester) or "" for x in self.everything(of.name)}
            found |= set() if self.begins(period, here) is True else {UNKNOWN_PERIOD}
        return sorted(found)

    def window_end(self, environment: Environment) -> date:
        """The day on which a window ends: of the record at hand, else the last of the period, the as-of day at most."""
        record = environment.record
        if record is not None:
            if record.order[0] == date.max:
                raise missing(self.policy.kinds[record.kind].date_field or "date")
            return record.order[0]
        period = self.periods.called(*environment.period) if environment.period is not None else None
        today = self.as_of or date.max
        return min(period.last, today) if period is not None else today

    def begins(self, period: str, here: tuple[str, str] | None) -> v.Answer:
        """Whether it is known since when there are periods of a kind, by enrolment or because it is declared.

        It is open where the policy asks for an enrolment and the data hold none. Where it asks for none, the periods
        inside one at hand are all there.
        """
        if period in self.policy.periods:
            return True
        if any(kind.enrolment for kind in self.policy.kinds.values()):
            return bool(self.periods.enrolled) or v.OPEN
        return here is not None

    def fact(self, name: str, key: str) -> Any:
        """The value of a fact in a period."""
        known = self.facts.get(name, {})
        if (name, key) in self.in_doubt:
            reason = Phrase(f"it is open whether {name} has a value", f"“{name}”有没有值尚未确定")
            raise Undetermined("period", reason, perhaps=v.OPEN)
        if key not in known or known[key] is None:
            raise Undetermined("period", Phrase(f"{name} has no value here", f"“{name}”在此没有值"))
        return known[key]

    def records_of(self, kind: str, even_void: bool = False) -> list[Record]:
        """The records of a kind that no guard of it takes out, by date and id; or those too that it makes void."""
        judged = self.judged.get(kind)
        if judged is None:  # asked by a guard of the kind itself, or of one that it asks about
            return self.given.get(kind, []) if even_void else []
        return judged.even_void if even_void else judged.plain

    def column_label(self, kind: str, name: str) -> str:
        """What a field of a kind of record is called."""
        columns = (*self.policy.kinds[kind].columns, *self.policy.attributes)
        column = next((column for column in columns if column.name == name), None)
        return name if column is None else label(column)

    def shown(self, key: str) -> str:
        """A key of a table as people call it."""
        return self.labels.get(key, key)

    # ---- sums
    def sum(self, entries: Iterable[Entry]) -> v.Number:
        """The signed sum of live entries, using what is known of groups where entries are open."""
        total: v.Number = v.ZERO
        live = [entry for entry in entries if entry.state == "live"]
        if self.bounds:
            live, total = known_apart(self.bounds, live)
        for entry in live:
            amount = entry.amount if entry.sign > 0 else v.negative(entry.amount)
            total = v.add(total, amount)
        return total

    def bind(self, entries: Iterable[Entry], total: v.Number | None, signed: bool = False, one: bool = False) -> None:
        """Note what a group of entries has in total; a bound inside it has served."""
        keys = frozenset(id(entry) for entry in entries)
        self.bounds = [bound for bound in self.bounds if not bound.entries & keys]
        self.bounds.append(Bound(keys, total, signed, one))

    def unbind(self, entry: Entry) -> None:
        """Forget the totals that an entry is part of, because it changes by itself."""
        if self.bounds:
            self.bounds = [
                bound if id(entry) not in bound.entries else evolve(bound, total=None)
                for bound in self.bounds
                if bound.one or id(entry) not in bound.entries
            ]


UNKNOWN_PERIOD: Final = "?"
"""A period in which nothing was earned, where it is not known since when there are any."""
