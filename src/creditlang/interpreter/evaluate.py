"""The reference interpreter: what a policy means for one student.

The nodes of the policy are worked out in the order that the core found: item bodies, the categories around them,
scores, credits, facts, one queue of moves, requirements. Nothing here is fast on purpose and nothing is approximate; an
engine that is fast is compared with this one. Total: every loop is over the records, periods and lines that there are.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from copy import copy
from datetime import date
from decimal import Decimal
from itertools import takewhile
from typing import Any

from attrs import define, evolve, frozen

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import root_of
from creditlang.core.dependencies import MOVES
from creditlang.core.moved_accounts import queued, takes
from creditlang.diagnostics import Diagnostic, Phrase, in_language, message, report
from creditlang.interpreter.balances_then import window_of, windows_in
from creditlang.interpreter.bodies import run_body
from creditlang.interpreter.calendar_days import SchoolCalendar
from creditlang.interpreter.clean_stretches import clean_stretches
from creditlang.interpreter.expression_meanings import evaluate, met
from creditlang.interpreter.groups import groups
from creditlang.interpreter.limits import fill
from creditlang.interpreter.moves import run_moves
from creditlang.interpreter.narrowing import joined, narrowed, one_applies
from creditlang.interpreter.other_runs import MOST_RUNS, OtherRuns
from creditlang.interpreter.passes import bring, close, given, read
from creditlang.interpreter.ruled_entries import NOTHING_REFUSED, make_void
from creditlang.interpreter.running_periods import so_far
from creditlang.interpreter.standing_findings import findings
from creditlang.interpreter.standings import Standings
from creditlang.interpreter.steps import live
from creditlang.interpreter.student_periods import StudentPeriods
from creditlang.interpreter.student_run import Environment, Judged, Run
from creditlang.ledger import (
    RULED,
    SET_ASIDE,
    WORST,
    AccountLine,
    Disposition,
    Entry,
    FactLine,
    PartLine,
    PartStatus,
    Period,
    Record,
    Status,
    StudentResult,
    group_on,
    strongest,
    worst,
)
from creditlang.values import Undetermined
from creditlang.words import both, label


@frozen
class StudentData:
    """A student as read: attributes and records."""

    identifier: str
    attributes: Mapping[str, Any]
    records: tuple[Record, ...]
    unreadable: bool = False
    """Whether an attribute could not be read; what that means for the results, `one_student` says."""


class Interpreter:
    """Evaluates one policy, as of a date, with named values overridden or as written."""

    def __init__(
        self, policy: o.Policy, as_of: date | None = None, overrides: Mapping[str, Any] | None = None,
        ranks: Mapping[str, Decimal] | None = None,
    ) -> None:  # fmt: skip
        """Without `as_of`, the calendar's last day. `overrides` are typed values by name, `ranks` those of what needs
        others too.
        """
        self.policy = policy
        self.ranks = dict(ranks or {})
        self.standings: Standings | None = None
        """What the people are together; None while nobody else is known."""
        self.together = {name: fact for name, fact in policy.facts.items() if fact.among_others}
        self.calendar = SchoolCalendar(policy.calendar)
        self.as_of = self.today = as_of or self.calendar.last_day
        self.overrides = dict(overrides or {})
        self.labels = _labels(policy)
        self.requests = {move.kind for move in policy.moves}
        self.rules: dict[str, dict[str, o.Rule]] = {name: {} for name in policy.kinds}
        """The rules that take records of a kind by their item, by name."""
        self.conditional: dict[str, list[o.Rule]] = {name: [] for name in policy.kinds}
        """Those that take them by a condition."""
        for rule in policy.rules.values():
            if rule.where is None:
                self.rules[rule.kind][rule.name] = rule
            else:
                self.conditional[rule.kind].append(rule)
        self.periods_asked = {name: periods_asked(policy, rule) for name, rule in policy.rules.items()}
        """The declared kinds of period that entries of a rule must lie in."""
        self.memberships = {kind.membership for kind in policy.kinds.values()}
        self.queued = queued(policy)
        self._windows: dict[int, tuple[object, tuple[e.Value, ...]]] = {}

    def windows(self, part: object) -> tuple[e.Value, ...]:
        """The balances in windows that a part of the policy reads, looked for once."""
        found = self._windows.get(id(part))
        if found is None:
            found = self._windows[id(part)] = part, windows_in(part)  # which keeps it, and its place
        return found[1]

    def evaluate(self, student: StudentData) -> StudentResult:
        """All results of one student."""
        answers = self.ask(student)
        answers.run.close()
        return answers.result

    def among(self, students: Callable[[], Iterable[StudentData]]) -> None:
        """Work out what these people are together, in as many passes over them as that needs; from now on each of them
        is worked out as one of them.
        """
        stages = {name: self.policy.stages["fact", name] for name in self.together}
        self.standings = standings = Standings()
        for stage in sorted(set(stages.values())):
            facts = [self.together[name] for name, own in stages.items() if own == stage]
            for student in students():
                answers = self.ask(student, stage=stage)
                for fact in facts if answers.result.applies else ():
                    bring(answers.run, fact, answers.result, student.unreadable, standings)
                answers.run.close()
            for kind, name in self.policy.order:
                if kind == "fact" and stages.get(name) == stage:
                    close(self.together[name], self.together, standings, self.group)
            standings.passes = stage

    def findings(self) -> Iterable[Diagnostic]:
        """What is worth saying of what the people are together."""
        return findings(self.policy, self.standings, self.group({})) if self.standings is not None else ()

    def group(self, values: Mapping[str, Any]) -> "Evaluation":
        """A group of people, as somebody of whom nothing is known but what it is made by."""
        return Evaluation(self, StudentData("", values, ()))

    def ask(self, student: StudentData, records_only: bool = False, stage: int | None = None) -> "Answers":
        """A student worked out, of whom more may be asked than the results say.

        With `records_only` nothing is worked out, and records and attributes alone may be asked for; with a `stage`,
        only what is known in that pass over the people.
        """
        evaluation = Evaluation(self, student, stage=stage)
        result = evaluation.result(records_only)
        for _ in range(MOST_PASSES):
            found = evaluation.found_invalid(result)
            if not found:
                break
            evaluation = Evaluation(self, student, {**evaluation.invalid, **found}, stage)
            again = evaluation.result(records_only)
            again.covered |= result.covered
            again.cells |= result.cells
            result = again
        else:
            result.problems.append(report("CR649", None, student=student.identifier, passes=MOST_PASSES))
        return Answers(result, evaluation.run)


@frozen
class Answers:
    """One student, worked out: the results, and expressions read as at the end."""

    result: StudentResult
    run: Run

    def value(self, expression: e.Expression) -> Any:
        """The value of an expression. Raises `Undetermined` when it has none."""
        return evaluate(expression, Environment(self.run, asked=True))

    def holds(self, condition: e.Expression, record: Record | None = None) -> v.Answer:
        """Whether a condition holds, of one of the student's records if given; not where it has no answer."""
        try:
            return met(condition, Environment(self.run, record, asked=True))
        except Undetermined:
            return False

    def records(self, kind: str) -> list[Record]:
        """The valid records of a kind, by date and id."""
        return self.run.records_of(kind)


def periods_asked(policy: o.Policy, rule: o.Rule) -> tuple[str, ...]:
    """The declared kinds of period that a rule, or an account around it, goes by."""
    names: list[str] = []
    operators = [*rule.operators]
    account: str | None = rule.account
    while account is not None:
        around = policy.accounts[account]
        names.append(around.period or "")
        operators += around.operators
        account = around.parent
    for operator in operators:
        group = getattr(operator, "group", None)
        names += group.periods if isinstance(group, o.Group) else ()
        for case in getattr(operator, "cases", ()):
            names += case.together[:1] if case.together is not None else ()
            names += case.full.group.periods if case.full is not None else ()
    return tuple(name for name in policy.periods if name in names)


def _labels(policy: o.Policy) -> dict[str, str]:
    labels: dict[str, str] = {}
    columns = [*policy.attributes, *(column for kind in policy.kinds.values() for column in kind.columns)]
    for column in columns:
        if column.type.enumeration:
            for text, name in reversed(list((column.values or {}).items())):
                if text != name:
                    labels[name] = text
    return labels


@define(eq=False)
class _Sorted:
    """A student's records by what becomes of them before any rule is asked."""

    by_kind: dict[str, list[Record]]
    entries: list[Entry]
    enrolled: list[str]


Now = dict[str, list[Entry]]
"""The entries of one period, by rule."""


class Evaluation:
    """One student's evaluation."""

    def __init__(
        self, interpreter: Interpreter, student: StudentData, invalid: Mapping[str, list[Entry]] | None = None,
        stage: int | None = None, others: OtherRuns[Run] | None = None,
    ) -> None:  # fmt: skip
        """`invalid` are records, with their entries, that a rule has found invalid: they are so for every rule.
        `others` are the runs that it shares with the evaluation that asks for it.
        """
        self.interpreter = interpreter
        self.others = others or OtherRuns(self.then)
        self.before: Record | None = None
        """The record just before which the data stop."""
        self.looks_back = False
        """Whether the data stop at another day than the run's."""
        self.stage = stage
        self.invalid = invalid or {}
        self.policy = interpreter.policy
        self.calendar = interpreter.calendar
        self.student = student
        self.extra: list[Entry] = []
        self.copies: list[tuple[Record, Record]] = []
        self.run = self.new_run({}, ())

    def new_run(self, given: dict[str, list[Record]], enrolled: Iterable[str]) -> Run:
        interpreter, names = self.interpreter, tuple(enrolled)
        return Run(
            policy=self.policy, calendar=self.calendar, as_of=interpreter.as_of, attributes=self.student.attributes,
            given=given, enrolled=names, overrides=interpreter.overrides, labels=interpreter.labels,
            periods=StudentPeriods(self.calendar, interpreter.as_of, names, self.policy.periods),
            others=self.others,
        )  # fmt: skip

    def then(self, account: str, day: date, before: Record | None) -> Run:
        """The same student worked out as of another day, as far as an account needs it, or else up to the moves; with a
        record, as if the data stopped before it. What tells who is enrolled, or belongs to a group, does not stop.
        """
        interpreter = copy(self.interpreter)
        interpreter.as_of = day
        stays = {name for name, kind in self.policy.kinds.items() if kind.enrolment} | interpreter.memberships
        records = tuple(
            given
            for given, record in self.copies
            if (record.on is None or record.on <= day)
            and (before is None or record.kind in stays or record.comes_before(before))
        )
        student = evolve(self.student, records=records)
        other = Evaluation(interpreter, student, self.invalid, self.stage, self.others)
        result = StudentResult(self.student.identifier, True)
        other.before, other.looks_back = before, before is None
        other.begin()
        for node in self.policy.behind.get(account) or takewhile(lambda node: node != MOVES, self.policy.order):
            if other.is_due(*node):
                other.work_out(*node, result)
        return other.run

    def result(self, records_only: bool = False) -> StudentResult:
        result = StudentResult(self.student.identifier, self.applies())
        if not result.applies:
            result.records = {record.key: "out of scope" for record in self.student.records}
            return result
        self.begin()
        for kind, name in self.policy.order:
            if (kind == "kind" or not records_only) and self.is_due(kind, name):
                self.work_out(kind, name, result)
        if records_only:
            return result
        self.finish(result)
        return result

    def begin(self) -> None:
        """Sort the records, of which the run then knows."""
        sorted_records = self.sort_records()
        guarded = self.run.guarded
        self.run = self.new_run(sorted_records.by_kind, sorted_records.enrolled)
        self.run.guarded.update(guarded)
        self.run.unreadable = [record for _, record in self.copies if record.problem is not None]
        self.extra.extend(sorted_records.entries)
        self.run.entries = {name: [] for name in self.policy.rules}

    def is_due(self, kind: str, name: str) -> bool:
        """Whether a node can be worked out in this pass over the people: what they are together, once it is closed."""
        if self.stage is None:
            return True
        passed = self.policy.stages[kind, name] - self.stage
        return passed < 0 or (passed == 0 and not (kind == "fact" and name in self.interpreter.together))

    def applies(self) -> bool:
        """Whether the policy speaks of this student; one whose attributes do not tell is taken in and reported."""
        if self.policy.applies is None:
            return True
        try:
            return met(self.policy.applies, Environment(self.run)) is not False
        except Undetermined:
            return True

    # ---- records
    def sort_records(self) -> _Sorted:
        found = _Sorted({}, [], [])
        self.copies = [(given, given.copy()) for given in self.student.records]
        today = self.interpreter.today
        for _, record in self.copies:
            self.place(record)
            if record.ruling is not None and today is not None and record.ruling.on > today:
                record.ruling = None
        self.copies.sort(key=lambda pair: pair[1].order)
        for _, record in self.copies:
            self.sort_record(record, found)
        enrolled = set(found.enrolled)
        names = [semester.name for semester in self.policy.calendar.semesters]
        has_kind = any(kind.enrolment for kind in self.policy.kinds.values())
        begun = [name for name in names if self.calendar.has_begun(name, self.interpreter.as_of)]
        found.enrolled = [name for name in begun if name in enrolled or not has_kind]
        return found

    def place(self, record: Record) -> None:
        """Put a record in its semester; a date outside the calendar is an error in the record.

        A record without a date comes after those of its semester that have one, in the vacation too.
        """
        if record.on is None and record.semester in self.calendar.by_name:
            record.order = (self.calendar.last_days[record.semester], True, record.identifier)
        if (
            record.problem is not None
            or record.semester is not None
            or record.on is None
            or not self.calendar.semesters
        ):
            return
        semester = self.calendar.semester_of(record.on)
        if semester is None and record.kind in self.interpreter.memberships and record.on < self.calendar.starts[0]:
            return  # who moved in before the calendar begins lives there still
        if semester is None and not self.policy.by_calendar:
            return
        if semester is None:
            record.problem = report("CR659", record.place, date=record.on.isoformat())
        else:
            record.semester = semester.name

    def sort_record(self, record: Record, found: _Sorted) -> None:
        kind = self.policy.kinds[record.kind]
        as_of = self.interpreter.as_of
        if record.problem is not None:
            found.entries.append(Entry(record, "", "", "", state="invalid", reason=self.told(record)))
        elif record.on is not None and as_of is not None and record.on > as_of:
            found.entries.append(Entry(record, "", "", "", state="void", reason=FUTURE))
        elif record.on is None and not self.calendar.has_begun(record.semester or "", as_of):
            found.entries.append(Entry(record, "", "", record.semester or "", state="void", reason=NOT_BEGUN))
        elif kind.enrolment:
            self.enrol(record, kind, found)
        else:
            found.by_kind.setdefault(record.kind, []).append(record)

    def told(self, record: Record) -> str:
        problem = record.problem
        assert problem is not None
        return both(lambda language: message(problem, language))

    def enrol(self, record: Record, kind: o.RecordKind, found: _Sorted) -> None:
        semester = record.semester or ""
        if semester in found.enrolled:
            found.entries.append(Entry(record, "", "", semester, state="void", reason=ALREADY_ENROLLED))
            return
        entry = self.guard(kind, record)
        if entry.state == "live":
            found.enrolled.append(semester)
            entry = evolve(entry, reason=entry.reason or ENROLLED)
        found.by_kind.setdefault(record.kind, []).append(record)
        found.entries.append(entry)

    def guard(self, kind: o.RecordKind, record: Record) -> Entry:
        """What the guards of a kind say of a record, asked once; every rule begins with that."""
        if id(record) not in self.run.guarded:
            entry = Entry(record, "", "", record.semester or "")
            make_void(entry)
            run_body(self.run, kind.guards, [entry])
            self.run.guarded[id(record)] = entry
        return self.run.guarded[id(record)]

    def kind(self, kind: o.RecordKind) -> None:
        """Ask the guards of a kind, then give its records to the rules that take them.

        A record that rules only look at counts, unless a guard takes it out.
        """
        plain: list[Record] = []
        even_void: list[Record] = []
        asked = self.interpreter
        rules = bool(asked.rules[kind.name] or asked.conditional[kind.name])
        if kind.clean is not None:
            self.make_records(kind, kind.clean)
        looked_at = not (kind.item_field or kind.name in asked.requests or kind.enrolment or rules)
        for record in self.run.given.get(kind.name, ()):
            entry = self.guard(kind, record)
            if self.looks_back and record.order[0] == date.max:  # it may lie after the day on which the data stop
                entry.pending = entry.doubtful = True
                entry.reason = entry.reason or _NO_DAY
            if entry.doubtful:
                self.run.doubtful.add(id(record))
            if entry.state == "invalid" or record.key in self.invalid:
                self.run.unreadable.append(record)
            if entry.state in ("live", "void") and record.key not in self.invalid:
                even_void.append(record)
            if entry.state == "live" and record.key not in self.invalid:
                plain.append(record)
            if looked_at:
                entry.reason = entry.reason or TAKEN_INTO_ACCOUNT
                self.extra.append(entry)
        self.run.judged[kind.name] = Judged(plain, even_void)
        for record in self.run.given.get(kind.name, ()) if rules or kind.item_field else ():
            self.take(kind, record)

    def make_records(self, kind: o.RecordKind, clean: o.CleanStretch) -> None:
        """Make a record for each clean stretch, on the day after its last; pending where a breach of it is open."""
        run = self.run
        try:
            found = clean_stretches(run, clean, evaluate, met)
        except Undetermined as why:
            found = []
            student, called = self.student.identifier, both(lambda language: label(kind, language))
            column = run.column_label(kind.name, why.name)
            empty = Phrase(f"{why.name} is empty", f"“{column}”没有填")
            reason = empty if why.sort == "missing" else why.reason
            run.warnings.append(report("CR615", None, kind=called, student=student, reason=reason))
        for day, sure in found:
            values: dict[str, object] = {kind.date_field or "": day}
            record = Record(kind.name, day.isoformat(), self.student.identifier, values, on=day)
            if self.before is not None and not record.comes_before(self.before):
                break
            self.place(record)
            run.given.setdefault(kind.name, []).append(record)
            if not sure:
                self.guard(kind, record).pending = self.guard(kind, record).doubtful = True
                self.guard(kind, record).reason = _NOT_SURELY_CLEAN

    def meets(self, rule: o.Rule, record: Record) -> bool:
        """Whether a rule takes a record by its condition; one that asks for what is not there takes it, as invalid."""
        try:
            return met(rule.where, self.run.at(record)) is not False
        except Undetermined as why:
            name = self.run.column_label(record.kind, why.name)
            record.problem = record.problem or report("CR662", record.place, name=Phrase(why.name, name))
            return True

    def take(self, kind: o.RecordKind, record: Record) -> None:
        """Give a record to the rules that take it, by its item or their condition.

        What none takes is unmatched, unless a guard of its kind took it out before.
        """
        own = self.interpreter.rules[kind.name].get(str(record.values.get(kind.item_field or "")))
        takers = [rule for rule in self.interpreter.conditional[kind.name] if self.meets(rule, record)]
        takers = [own, *takers] if own is not None else takers
        semester = record.semester or ""
        if record.problem is not None:
            invalid = Entry(record, "", "", semester, state="invalid", reason=self.told(record))
            for rule in takers[:1]:
                invalid.rule, invalid.account, invalid.article = rule.name, rule.account, rule.article
            self.extra.append(invalid)
            return
        for rule in takers:
            self.run.entries[rule.name].append(self.entry(rule, record))
        if not takers and (settled := self.guard(kind, record)).state != "live":
            self.extra.append(settled)
        elif not takers:
            reason = NO_ITEM if kind.item_field else NO_RULE
            self.extra.append(Entry(record, "", "", semester, state="unmatched", reason=reason))
            if not kind.item_field:  # of an item that no rule covers the reader has told
                self.run.unrated.append(self.extra[-1])

    def entry(self, rule: o.Rule, record: Record) -> Entry:
        entry = self.run.opened(record, rule.name, rule.account, rule.article)
        entry.period = self.run.period_in(rule.account, entry)
        if record.key in self.invalid:
            known = self.invalid[record.key]
            record.problem = record.problem or known[0].record.problem
            entry = next((other for other in known if other.rule == rule.name), entry)
            entry.record, entry.state, entry.reason = record, "invalid", known[0].reason
        elif make_void(entry):
            pass
        elif rule.falls_on_group and self.group_unknown(record) and entry.state == "live":
            entry.pending = entry.doubtful = True
            entry.reason = Phrase("whose group it falls on is not known", "所属集体不明，尚不能确定由谁承担")
        return entry

    def found_invalid(self, result: StudentResult) -> dict[str, list[Entry]]:
        """Records that a rule found invalid and that were looked at all the same, with their invalid entries."""
        invalid: dict[str, list[Entry]] = {}
        for entry in result.entries:
            if entry.state == "invalid":
                invalid.setdefault(entry.record.key, []).append(entry)
        if not invalid:
            return {}
        counts = Counter(entry.record.key for entry in result.entries)
        kinds = {entries[0].record.kind for entries in invalid.values()}
        looked_at = {x.key for kind in kinds for x in self.run.records_of(kind, True) if kind in self.run.judged}
        return {
            key: own
            for key, own in invalid.items()
            if key in looked_at and (own[0].record.kind in self.policy.searched or len(own) < counts[key])
        }

    def group_unknown(self, record: Record) -> bool:
        """Whether a record that falls on a group names no group alone, and no student whose group is known."""
        kind = self.policy.kinds[record.kind]
        if kind.membership is None or (record.values.get(kind.group or "") is not None and not record.named):
            return False
        return group_on(self.run.records_of(kind.membership), kind.group or "", record.on) is None

    # ---- nodes
    def work_out(self, kind: str, name: str, result: StudentResult) -> None:
        match kind:
            case "kind":
                self.kind(self.policy.kinds[name])
            case "period":
                self.period(self.policy.periods[name])
            case "recurrence":
                self.over_time(self.policy.recurrences[int(name)], result)
            case "items":
                self.items(name)
            case "unique":
                self.unique(self.policy.uniques[int(name)])
            case "tree":
                self.tree(name)
            case "credit":
                self.credit(self.policy.accounts[name])
            case "fact" if name in self.interpreter.together:
                self.among_others(self.policy.facts[name], result)
            case "fact":
                self.fact(self.policy.facts[name])
            case "moves":
                self.extra.extend(run_moves(self.run))
                self.post_takers()
                self.run.stage += 1
                for key in [key for key in self.run.known if key[0] == "fact"]:
                    del self.run.known[key]  # a fact of a record may read what has been moved
            case "require":
                self.require(self.policy.requirements[name], result)

    def period(self, kind: o.PeriodKind) -> None:
        """Let the periods of a declared kind begin for the student, if the anchor is known and can be right."""
        run, env = self.run, Environment(self.run)
        try:
            anchor = v.settled(evaluate(kind.anchor, env))
            until = self.until(kind, env)
        except Undetermined as why:
            run.periods.miss(kind, why.reason)
            return
        wrong = run.periods.begin(kind, anchor, until)
        for entry in (entry for entries in run.entries.values() for entry in entries):
            if self.policy.accounts[entry.account].period == kind.name:
                entry.period = run.period_in(entry.account, entry)
        if wrong is not None:
            run.warnings.append(
                report("CR695", None, period=self.called(kind.name), anchor=anchor.isoformat(), reason=wrong)
            )

    def until(self, kind: o.PeriodKind, env: Environment) -> date | None:
        """The last day of a declared kind, where it has one and the student's is known."""
        try:
            found = evaluate(kind.until, env) if kind.until is not None else None
        except Undetermined:
            return None
        return found if isinstance(found, date) else None

    def over_time(self, recurrence: o.Recurrence, result: StudentResult) -> None:
        """Work out what reads its own earlier periods, one period after the other."""
        run, kind = self.run, recurrence.period
        begun = {period.key: period for period in run.periods.begun(kind)}
        trees = {name: self.policy.inside[name] for sort, name in recurrence.nodes if sort == "tree"}
        waiting: dict[str, Now] = {"": {}, **{key: {} for key in begun}}
        for name, rule in self.policy.rules.items():
            if any(rule.account in inside for inside in trees.values()):
                for entry in run.entries[name]:
                    waiting.setdefault(entry.period, {}).setdefault(name, []).append(entry)
                run.entries[name] = []
        found = {key: run.periods.called(kind, key) for key in waiting if key}
        for key in ("", *sorted(found, key=lambda key: period.first if (period := found[key]) else date.min)):
            for sort, name in recurrence.nodes:
                if sort == "items":
                    self.items(name, waiting[key])
                elif sort == "tree":
                    if ("items", name) not in recurrence.nodes:  # their lines have been read before
                        for known, entries in waiting[key].items():
                            if self.policy.rules[known].account in trees[name]:
                                run.entries[known].extend(entries)
                    self.tree(name, waiting[key], key)
                elif key in begun:
                    self.work_out_in(sort, name, begun[key])
        for sort, name in recurrence.nodes:
            if sort == "require":
                self.require(self.policy.requirements[name], result)

    def work_out_in(self, sort: str, name: str, period: Period) -> None:
        """Work out a fact, credit or requirement in one period."""
        if sort == "fact":
            self.fact_in(self.policy.facts[name], period)
        elif sort == "credit":
            self.credit_in(self.policy.accounts[name], period)
        else:
            self.require_in(self.policy.requirements[name], period)

    def items(self, root: str, now: Now | None = None) -> None:
        """The lines of items; with `now`, of the entries of one period, which come to those of the periods before."""
        for account in self.policy.inside[root]:
            for name in self.policy.accounts[account].items:
                entries = self.item(name, self.run.entries[name] if now is None else now.get(name, []))
                if now is None:
                    self.run.entries[name] = entries
                elif entries:
                    now[name] = entries
                    self.run.entries[name].extend(entries)

    def item(self, name: str, entries: list[Entry]) -> list[Entry]:
        """The lines of one item, done to its entries."""
        rule = self.policy.rules[name]
        if entries:
            self.run.covered.add(rule.number)
            if not any(isinstance(operator, o.Post) and operator.day for operator in rule.operators):
                self.put_in_periods(rule, entries)
            entries = run_body(self.run, rule.operators, entries)
            self.put_in_periods(rule, entries)
        return sorted(entries, key=lambda entry: entry.record.order)

    def put_in_periods(self, rule: o.Rule, entries: list[Entry]) -> None:
        """Take out the entries that lie in no period of a declared kind that their rule, or a body around it, needs."""
        periods = self.run.periods
        for kind in self.interpreter.periods_asked[rule.name]:
            for entry in live(entries):
                day = entry.on or self.calendar.last_days.get(entry.semester or "")
                if kind in periods.wrong:
                    problem = report("CR663", entry.record.place, period=self.called(kind), reason=periods.wrong[kind])
                elif day is None:
                    name = self.policy.kinds[entry.record.kind].date_field or ""
                    called = Phrase(name, self.run.column_label(entry.record.kind, name))
                    problem = report("CR662", entry.record.place, name=called)
                else:
                    if outside := periods.outside(kind, day):
                        entry.state, entry.reason = "void", outside
                    continue
                entry.record.problem = entry.record.problem or problem
                entry.state, entry.reason = "invalid", self.told(entry.record)

    def called(self, kind: str) -> Phrase:
        """What people call a declared kind of period."""
        return both(lambda language: label(self.policy.periods[kind], language))

    def unique(self, unique: o.Limit) -> None:
        """A limit over accounts; the entries of one record alone need no room."""
        rules = unique.group.over or self.policy.rules.keys()
        entries = [entry for name in rules for entry in live(self.run.entries[name])]
        for members in groups(self.run, unique.group, sorted(entries, key=lambda entry: entry.record.order)):
            if len({id(entry.record) for entry in members}) > 1:
                fill(self.run, unique, members)

    def tree(self, root: str, now: Now | None = None, key: str = "") -> None:
        """The lines of categories, inner ones first, then the balances; with `now`, of the entries of one period."""
        self.container(root, self.run.entries if now is None else now)
        inside, waiting = self.policy.inside[root], self.interpreter.queued
        entries = self.run.everything(root) if now is None else []
        if waiting:
            entries = [x for x in entries if x.rule not in waiting or self.policy.rules[x.rule].account in inside]
        for name in reversed(inside):
            if now is None:
                self.post(self.policy.accounts[name], entries)
            else:
                self.post_in(self.policy.accounts[name], now, key)
        self.run.stage += 1

    def container(self, name: str, of: Mapping[str, list[Entry]]) -> list[Entry]:
        account = self.policy.accounts[name]
        entries = [entry for item in account.items for entry in of.get(item, ())]
        for child in account.children:
            entries.extend(self.container(child, of))
        entries.sort(key=lambda entry: entry.record.order)
        known, done = set(map(id, entries)), run_body(self.run, account.operators, entries)
        for entry in (entry for entry in done if id(entry) not in known):
            for lists in (of, self.run.entries)[: 1 if of is self.run.entries else 2]:
                lists[entry.rule].append(entry)
        return done

    def post_takers(self) -> None:
        """Balances of categories that take, now that the queue has cut their entries, and of scores that have some."""
        accounts, rules = self.policy.accounts, self.interpreter.queued
        roots = {root_of(accounts, name) for name, account in accounts.items() if takes(account)}
        given = {entry.account for rule in rules for entry in self.run.entries.get(rule, ())}
        roots |= {name for name in given if accounts[name].sort == "score" and not accounts[name].parent}
        for root in roots:
            entries = self.run.everything(root)
            for name in self.policy.inside[root]:
                self.post(accounts[name], entries)

    def post(self, account: o.Account, entries: Iterable[Entry]) -> None:
        """The balance of an account in each period and over the whole time, of the entries of its tree."""
        run, name, inside = self.run, account.name, self.policy.inside[account.name]
        own = [entry for entry in entries if entry.account in inside]
        keys = dict.fromkeys(entry.period for entry in own)
        totals = {key: run.sum(entry for entry in own if entry.period == key) for key in keys}
        if account.sort != "score":
            run.wholes[name] = run.sum(own)
        elif account.period is None:
            run.wholes[name], totals = self.level(account, run.sum(own), None), {}
        else:
            begun = [period.key for period in run.periods.begun(account.period)]
            totals = {key: self.level(account, totals.get(key, v.ZERO), (account.period, key)) for key in begun}
        run.balances[name] = totals

    def post_in(self, account: o.Account, now: Now, key: str) -> None:
        """The balance of an account in one period, on top of those before."""
        run, name, inside = self.run, account.name, self.policy.inside[account.name]
        own = [entry for entries in now.values() for entry in entries if entry.account in inside and not entry.member]
        total, known = run.sum(own), run.balances.setdefault(name, {})
        if account.sort == "score" and account.period is not None:
            if key and run.periods.has_had(account.period, key):
                known[key] = self.level(account, total, (account.period, key))
            return
        run.wholes[name] = v.add(run.whole(name), total)
        if own:
            known[key] = total

    def level(self, account: o.Account, total: v.Number, period: tuple[str, str] | None) -> v.Number:
        """What a score has with the sum of its entries."""
        env, decide = Environment(self.run, None, period), account.decide
        assert decide is not None
        start = v.total(self.known(case.value, account, env) for case in decide.cases)
        value = v.add(start, total)
        if decide.least is not None:
            value = v.larger(value, self.known(decide.least, account, env))
        return v.smaller(value, self.known(decide.most, account, env)) if decide.most is not None else value

    def known(self, number: e.Expression, account: o.Account, env: Environment) -> v.Number:
        """A number that an account hangs on in a semester; any number, and reported, where the policy has none."""
        try:
            value: v.Number = evaluate(number, env)
            return value
        except Undetermined as why:
            told = {
                "account": Phrase(account.name, label(account)),
                "student": self.student.identifier,
                "period": env.semester,
            }
            self.run.warnings.append(report("CR650", None, reason=why.reason, **told))
            return v.Interval(-v.UNBOUNDED, v.UNBOUNDED)

    def credit(self, account: o.Account) -> None:
        self.run.balances[account.name], self.run.wholes[account.name] = {}, v.ZERO
        if account.period is None:
            value = self.credit_of(account, Environment(self.run), "")
            self.run.wholes[account.name] = v.ZERO if value is None else value
            return
        for period in self.run.periods.begun(account.period):
            self.credit_in(account, period)

    def credit_in(self, account: o.Account, period: Period) -> None:
        """What a credit brings in a period that has ended."""
        run = self.run
        if run.periods.has_ended(period):
            value = self.credit_of(account, Environment(run, None, (period.kind, period.key)), period.key)
            if value is not None:
                run.balances.setdefault(account.name, {})[period.key] = value
                run.wholes[account.name] = v.add(run.whole(account.name), value)

    def credit_of(self, account: o.Account, env: Environment, key: str) -> v.Number | None:
        assert account.decide is not None
        value = self.decide(account.decide, env)
        if value is v.OPEN:
            value = v.Interval(v.ZERO, v.UNBOUNDED)
        if not isinstance(value, (Decimal, v.Interval)):
            return None
        if (account.decide.name, key) in self.run.in_doubt:
            value = v.hull(v.ZERO, value)
        for limit, target, _ in account.diverts:
            value = self.divert(value, self.known(limit, account, env), target, key)
        return value

    def divert(self, value: v.Number, limit: v.Number, target: str, semester: str) -> v.Number:
        """What is above a limit goes to another account."""
        kept = v.smaller(value, limit)
        above = v.larger(v.ZERO, v.subtract(value, limit))
        known = self.run.balances.setdefault(target, {})
        known[semester] = v.add(known.get(semester, v.ZERO), above)
        self.run.wholes[target] = v.add(self.run.whole(target), above)
        return kept

    def fact(self, fact: o.Decide) -> None:
        self.run.facts[fact.name] = {} if fact.period else {"": self.fact_value(fact, Environment(self.run), "")}
        for period in self.run.periods.begun(fact.period) if fact.period else ():
            self.fact_in(fact, period)

    def fact_in(self, fact: o.Decide, period: Period) -> None:
        known = self.run.facts.setdefault(fact.name, {})
        known[period.key] = self.fact_value(fact, Environment(self.run, None, (period.kind, period.key)), period.key)

    def fact_value(self, fact: o.Decide, env: Environment, key: str) -> Any:
        value = self.decide(fact, env)
        return v.OPEN if (fact.name, key) in self.run.in_doubt else value

    def among_others(self, fact: o.Decide, result: StudentResult) -> None:
        """A rank, or a fact of the group that the student is in."""
        ranks, standings = self.interpreter.ranks, self.interpreter.standings
        lines = read(self.run, fact, self.student.identifier, self.student.unreadable, standings)
        if ranks.keys() & {fact.name, *(f"{fact.name}.{part}" for part in o.RANK_WORDS.values())}:
            lines = given(self.run, fact, ranks, lines)
        result.ranks += lines

    def decide(self, decision: o.Decide, env: Environment) -> Any:
        """The value of a fact or credit within its bounds; None when there is none; open if what it hangs on may have
        none.
        """
        try:
            value = self.decided(decision, env)
            if isinstance(value, (Decimal, v.Interval)) and decision.least is not None:
                value = v.larger(value, evaluate(decision.least, env))
            if isinstance(value, (Decimal, v.Interval)) and decision.most is not None:
                value = v.smaller(value, evaluate(decision.most, env))
            return value
        except Undetermined as why:
            if not why.is_open:
                return None
            self.run.in_doubt.add((decision.name, env.period[1] if env.period else ""))
            return v.OPEN

    def decided(self, decision: o.Decide, env: Environment) -> Any:
        """The value of the case that applies; of all that may apply, where that is open; None when there is none."""
        values: list[Any] = []
        sure: list[bool] = []
        instead: Any = None
        nothing: Undetermined | None = None
        passed: list[e.Expression] = []
        place = decision.name, env.period[1] if env.period else ""
        self.run.in_doubt.discard(place)
        for case in (*(x for x in decision.cases if not x.otherwise), *(x for x in decision.cases if x.otherwise)):
            try:
                holds = met(case.condition, env)
            except Undetermined as why:
                if why.is_open or not passed or decision.mode == "all":
                    raise
                nothing = why  # where none of those before it applies
                break
            if holds is False or (case.otherwise and any(sure)):
                continue
            self.run.covered.add(case.number)
            self.run.applied[place] = (*(self.run.applied.get(place, ()) if values else ()), case.number)
            failed = passed if case.otherwise or decision.mode != "all" else ()
            is_open = holds is v.OPEN or failed
            value = narrowed(case.value, case.condition, failed, env, evaluate) if is_open else case.value
            try:
                if case.otherwise and passed and decision.mode == "all":
                    instead = evaluate(value, env)
                    break
                values.append(evaluate(value, env))
                sure.append(holds is True)
            except Undetermined as why:  # there may be none, or what another case gives
                surely = holds is True and (not passed or (decision.mode == "all" and not case.otherwise))
                if why.is_open or surely:
                    raise
                nothing = why
            if holds is True and decision.mode != "all":
                if decision.mode == "one" and self.another(decision, case, env):
                    return None
                break
            if holds is v.OPEN and case.condition is not None:
                passed.append(case.condition)
        if nothing is not None:
            if not values and instead is None:
                raise nothing.again()
            self.run.in_doubt.add(place)
        elif values and instead is None and not any(sure):
            conditions = [case.condition for case in decision.cases if case.condition is not None]
            if not one_applies(conditions, env, evaluate, met):
                self.run.in_doubt.add(place)
        if decision.mode == "all" and values and isinstance(values[0], (Decimal, v.Interval)):
            added = v.total(x if surely else v.hull(v.ZERO, x) for x, surely in zip(values, sure, strict=True))
            return v.hull(instead, added) if instead is not None else added
        values += [instead] if instead is not None else []
        return joined(values) if values else None

    def another(self, decision: o.Decide, case: o.Case, env: Environment) -> bool:
        """Whether a line after one that applies does so too; nothing says then which of them counts."""
        for other in decision.cases[decision.cases.index(case) + 1 :]:
            try:
                if not other.otherwise and met(other.condition, env) is True:
                    return True
            except Undetermined:
                continue
        return False

    def require(self, requirement: o.Decide, result: StudentResult) -> None:
        for period in self.run.periods.begun(requirement.period) if requirement.period else ():
            self.require_in(requirement, period)
        lines = [self.part(requirement, part) for part in requirement.cases]
        result.parts.extend(lines)
        result.requirements[requirement.name] = worst(lines)
        self.run.requirements[requirement.name] = _as_answer(worst(lines))

    def require_in(self, requirement: o.Decide, period: Period) -> None:
        """How a requirement stands in one period."""
        lines = [self.part_in(requirement, part, period) for part in requirement.cases]
        known = self.run.requirements_in.setdefault(requirement.name, {})
        known[period.key] = _as_answer(worst(lines))

    def part(self, requirement: o.Decide, part: o.Case) -> PartLine:
        """How a part of a requirement stands: by itself, in each period, or as so many of several."""
        if part.each is None and part.of:
            return self.enough(requirement, part, tuple(self.part(requirement, each) for each in part.of))
        if part.each is None:
            return self.part_line(requirement, part, Environment(self.run))
        periods = self.run.periods.begun(part.each)
        lines = tuple(self.part_in(requirement, part, period) for period in periods)
        if not lines:
            return self.line(requirement, part, "open")
        shown = max(lines, key=lambda line: (WORST.index(line.status), v.high(line.short or v.ZERO)))
        return shown._replace(parts=lines)

    def part_in(self, requirement: o.Decide, part: o.Case, period: Period) -> PartLine:
        """How a part stands in one period; what a period that still runs can yet mend is open."""

        def found() -> PartLine:
            if part.of:
                inner = tuple(self.part_in(requirement, each, period) for each in part.of)
                return self.enough(requirement, part, inner, period.key)
            env = Environment(self.run, None, (period.kind, period.key))
            return self.part_line(requirement, part, env, not self.run.periods.has_ended(period))

        line: PartLine = self.run.once(("part", part.number, period.key), found)
        return line

    def part_line(self, requirement: o.Decide, part: o.Case, env: Environment, runs: bool = False) -> PartLine:
        """How a part stands in a period, or over the whole time; it asks nothing of whom its condition leaves out."""
        self.run.covered.add(part.number)
        have = needed = short = None
        applies: v.Answer = v.OPEN
        try:
            applies = met(part.condition, env)
            if applies is False:
                return self.line(requirement, part, "does not apply", env)
            holds = so_far(part.value, env, met) if runs else met(part.value, env)
        except Undetermined:
            holds = v.OPEN
        with suppress(Undetermined):  # who is not ranked has no rank to show
            if part.have is not None and part.needed is not None:
                have, needed = evaluate(part.have, env), evaluate(part.needed, env)
                gap = v.subtract(needed, have) if part.at_least else v.subtract(have, needed)
                short = v.larger(v.ZERO, gap)
        window = window_of(self.interpreter.windows(part.value), env, evaluate)
        if applies is v.OPEN and holds is not True:
            holds = v.OPEN
        status: Status = "open" if holds is v.OPEN else "met" if holds else "unmet"
        line = self.line(requirement, part, status, env)
        return line._replace(have=have, needed=needed, short=short, window=window)

    def enough(
        self, requirement: o.Decide, part: o.Case, inner: tuple[PartLine, ...], period: str = ""
    ) -> PartLine:  # fmt: skip
        """How several parts stand of which so many have to hold."""
        self.run.covered.add(part.number)
        sure = sum(line.status == "met" for line in inner)
        have = v.interval(Decimal(sure), Decimal(sure + sum(line.status == "open" for line in inner)))
        needed = evaluate(part.value, Environment(self.run))
        short = v.larger(v.ZERO, v.subtract(needed, have))
        status: Status = "met" if not v.high(short) else "unmet" if v.low(short) else "open"
        line = self.line(requirement, part, status)
        return line._replace(have=have, needed=needed, short=short, period=period, parts=inner)

    def line(
        self, requirement: o.Decide, part: o.Case, status: PartStatus, env: Environment | None = None
    ) -> PartLine:  # fmt: skip
        return PartLine(
            requirement=requirement.name, part=part.label, number=part.number, needed=None, have=None, short=None,
            status=status, article=part.article, period=env.period[1] if env and env.period else "",
        )  # fmt: skip

    # ---- results
    def finish(self, result: StudentResult) -> None:
        run = self.run
        result.entries = [*(entry for entries in run.entries.values() for entry in entries), *self.extra]
        found: dict[str, list[Disposition]] = {}
        for entry in (x for x in result.entries if self.policy.kinds[x.record.kind].clean is None):
            future: Disposition | None = "out of scope" if entry.reason in (FUTURE, NOT_BEGUN) else None
            found.setdefault(entry.record.key, []).append(future or entry.disposition())
        result.records = {key: strongest(dispositions) for key, dispositions in found.items()}
        result.problems = [copy.problem for given, copy in self.copies if copy.problem and not given.problem]
        unrated = {
            key: entry
            for entry in run.unrated
            if result.records.get(key := entry.record.key, entry.disposition()) in NOT_JUDGED
        }
        for entry in unrated.values():
            if entry.record.problem is None:
                result.problems.append(report("CR669", entry.record.place, reason=entry.reason))
        result.problems.extend((*self.run.warnings, *self.unheeded(result), *self.unbalanced(result)))
        result.problems.extend(map(self.looked_back_too_often, sorted(self.others.too_many)))
        result.accounts = list(self.account_lines())
        for name, values in run.facts.items():
            if name in self.policy.facts:
                result.facts.extend(
                    self.fact_line(self.policy.facts[name], key, value) for key, value in values.items()
                )
        result.covered, result.cells = run.covered, run.cells
        result.attributes, result.applied = run.attributes, run.applied
        result.periods = {name: run.periods.begun(name) for name in self.policy.periods}
        run.environments.clear()
        run.known.clear()

    def fact_line(self, fact: o.Decide, key: str, value: object) -> FactLine:
        """The value of a fact, with the window that it looks at."""
        env = Environment(self.run, None, (fact.period, key) if fact.period is not None else None)
        windows = self.interpreter.windows(fact.cases) if fact.groups is None else ()
        return FactLine(fact.name, key, value, window_of(windows, env, evaluate))

    def looked_back_too_often(self, account: str) -> Diagnostic:
        """What is said where an account stays open because it would be worked out on too many days."""
        called = both(lambda language: label(self.policy.accounts[account], language))
        return report("CR614", None, account=called, student=self.student.identifier, most=MOST_RUNS)

    def unheeded(self, result: StudentResult) -> Iterable[Diagnostic]:
        """Rulings of a later day, which are not known yet, and those that have changed nothing."""
        for read_record, record in self.copies:
            ruling = read_record.ruling
            if ruling is None:
                continue
            own = [entry for entry in result.entries if entry.record is record]
            if record.ruling is None:
                as_of = self.interpreter.today
                yield report("CR893", ruling.place, record=record.identifier, on=ruling.on, as_of=as_of)
            elif not any(step.sort in (RULED, SET_ASIDE) for entry in own for step in entry.steps):
                told = next((entry.told for entry in own if entry.told), NOTHING_REFUSED)
                reason = Phrase(told.rstrip("."), in_language(told, "zh").rstrip("。"))
                yield report("CR895", ruling.place, record=record.identifier, reason=reason)

    def unbalanced(self, result: StudentResult) -> Iterable[Diagnostic]:
        """Categories whose entries do not add up to their balance: never, unless the interpreter itself is wrong."""
        if self.run.bounds:
            return
        posted: dict[str, list[Entry]] = {}
        for entry in result.entries:
            if not entry.member:
                posted.setdefault(entry.account, []).append(entry)
        sums = {name: self.run.sum(entries) for name, entries in posted.items()}
        for name, account in self.policy.accounts.items():
            if account.sort != "category" or account.period is not None:
                continue
            inside, whole = self.policy.inside[name], self.run.whole(name)
            added = v.total(sums[each] for each in inside if each in sums)
            if v.low(added) > v.high(whole) or v.high(added) < v.low(whole):  # what is open is so in both, not alike
                yield report("CR666", None, account=name, student=self.student.identifier)

    def account_lines(self) -> Iterable[AccountLine]:
        for name, account in self.policy.accounts.items():
            for semester, value in sorted(self.run.balances.get(name, {}).items()):
                if not semester:
                    continue
                yield AccountLine(name, semester, value, account.unit)
            if account.sort == "score" and account.period is not None:
                continue
            if not (account.period == "semester" and account.sort == "category"):
                yield AccountLine(name, "", self.run.whole(name), account.unit)


MOST_PASSES = 8
"""How often a student is worked out anew because a rule found a record invalid that others had looked at."""
NOT_JUDGED = ("unmatched", "invalid")
_NOT_SURELY_CLEAN = Phrase("it is open whether there was a breach", "其间是否有违反尚未确定")
ENROLLED = Phrase("enrolled", "在籍")
ALREADY_ENROLLED = Phrase("this semester is already recorded", "该学期已有在籍记录")
TAKEN_INTO_ACCOUNT = Phrase("taken into account", "已采用")
NO_ITEM = Phrase("no rule covers this item", "没有规则提到这个项目")
NO_RULE = Phrase("no rule uses this record", "没有规则采用这条记录")
_NO_DAY = Phrase("its day is not known", "日期不明")
NOT_BEGUN = Phrase("its semester has not begun on the as-of date", "所属学期在统计截止日尚未开始")
FUTURE = Phrase("dated after the as-of date", "日期晚于统计截止日")


def _as_answer(status: Status) -> v.Answer:
    return v.OPEN if status == "open" else status == "met"
