"""The reference interpreter: what a policy means for one student.

The nodes of the policy are worked out in the order that the core found: item bodies, the categories around them,
scores, credits, facts, one queue of moves, requirements. Nothing here is fast on purpose and nothing is approximate; an
engine that is fast is compared with this one. Total: every loop is over the records, periods and lines that there are.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import define, frozen

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import root_of, within
from creditlang.diagnostics import Diagnostic, Phrase, message, report
from creditlang.interpreter import values as v
from creditlang.interpreter.calendar_days import SchoolCalendar
from creditlang.interpreter.choices import keep_first
from creditlang.interpreter.expression_meanings import Environment, evaluate
from creditlang.interpreter.moves import run_moves
from creditlang.interpreter.one_by_one import run_body
from creditlang.interpreter.steps import live
from creditlang.interpreter.student_run import Run
from creditlang.interpreter.values import Undetermined
from creditlang.ledger import (
    AccountLine,
    Disposition,
    Entry,
    FactLine,
    PartLine,
    Record,
    Status,
    StudentResult,
    group_on,
    strongest,
)
from creditlang.words import both


@frozen
class StudentData:
    """A student as read: attributes and records."""

    identifier: str
    attributes: Mapping[str, Any]
    records: tuple[Record, ...]


class Interpreter:
    """Evaluates one policy, as of a date, with named values overridden or as written."""

    def __init__(self, policy: o.Policy, as_of: date | None = None, overrides: Mapping[str, Any] | None = None) -> None:
        """Without `as_of`, the calendar's last day. `overrides` are typed values by name."""
        self.policy = policy
        self.calendar = SchoolCalendar(policy.calendar)
        self.as_of = as_of or self.calendar.last_day
        self.overrides = dict(overrides or {})
        self.labels = _labels(policy)
        self.requests = {move.kind for move in policy.moves}

    def evaluate(self, student: StudentData) -> StudentResult:
        """All results of one student."""
        return _Evaluation(self, student).result()

    def ask(self, student: StudentData, records_only: bool = False) -> "Answers":
        """A student worked out, of whom more may be asked than the results say.

        With `records_only` nothing is worked out, and records and attributes alone may be asked for.
        """
        evaluation = _Evaluation(self, student)
        result = evaluation.result(records_only)
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
            return self.run.holds(condition, Environment(self.run, record, asked=True))
        except Undetermined:
            return False

    def records(self, kind: str) -> list[Record]:
        """The valid records of a kind, by date and id."""
        return self.run.records_of(kind)


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

    by_rule: dict[str, list[Record]]
    by_kind: dict[str, list[Record]]
    entries: list[Entry]
    enrolled: list[str]


class _Evaluation:
    """One student's evaluation."""

    def __init__(self, interpreter: Interpreter, student: StudentData) -> None:
        self.interpreter = interpreter
        self.policy = interpreter.policy
        self.calendar = interpreter.calendar
        self.student = student
        self.extra: list[Entry] = []
        self.copies: list[tuple[Record, Record]] = []
        self.run = self.new_run({}, ())

    def new_run(self, records: Mapping[str, list[Record]], enrolled: Iterable[str]) -> Run:
        interpreter = self.interpreter
        return Run(
            self.policy, self.calendar, interpreter.as_of, self.student.attributes, records, tuple(enrolled),
            interpreter.overrides, labels=interpreter.labels,
        )  # fmt: skip

    def result(self, records_only: bool = False) -> StudentResult:
        result = StudentResult(self.student.identifier, self.applies())
        if not result.applies:
            result.records = {_key(record): "out of scope" for record in self.student.records}
            return result
        sorted_records = self.sort_records()
        self.run = self.new_run(sorted_records.by_kind, sorted_records.enrolled)
        self.extra.extend(sorted_records.entries)
        self.check_context_records(sorted_records)
        if records_only:
            return result
        self.take_by_condition(sorted_records)
        for name, rule in self.policy.rules.items():
            self.run.entries[name] = [self.entry(rule, record) for record in sorted_records.by_rule.get(name, ())]
        for kind, name in self.policy.order:
            self.work_out(kind, name, result)
        self.finish(result)
        return result

    def applies(self) -> bool:
        """Whether the policy speaks of this student; one whose attributes do not tell is taken in and reported."""
        if self.policy.applies is None:
            return True
        try:
            return self.run.holds(self.policy.applies, Environment(self.run)) is not False
        except Undetermined:
            return True

    # ---- records
    def sort_records(self) -> _Sorted:
        found = _Sorted({}, {}, [], [])
        for given in sorted(self.student.records, key=lambda record: record.order):
            record = given.copy()
            self.copies.append((given, record))
            self.place(record)
            self.sort_record(record, found)
        enrolled = set(found.enrolled)
        names = [semester.name for semester in self.policy.calendar.semesters]
        has_kind = any(kind.enrolment for kind in self.policy.kinds.values())
        begun = [name for name in names if self.calendar.has_begun(name, self.interpreter.as_of)]
        found.enrolled = [name for name in begun if name in enrolled or not has_kind]
        return found

    def place(self, record: Record) -> None:
        """Put a record in its semester; a date outside the calendar is an error in the record."""
        if (
            record.problem is not None
            or record.semester is not None
            or record.on is None
            or not self.calendar.semesters
        ):
            return
        semester = self.calendar.semester_of(record.on)
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
            found.entries.append(Entry(record, "", "", "", state="void", reason=_FUTURE))
        elif kind.enrolment:
            self.enrol(record, found)
        elif kind.item_field is not None:
            self.match(record, kind, found)
        else:
            found.by_kind.setdefault(record.kind, []).append(record)

    def told(self, record: Record) -> str:
        problem = record.problem
        assert problem is not None
        return both(lambda language: message(problem, language))

    def enrol(self, record: Record, found: _Sorted) -> None:
        semester = record.semester or ""
        if semester in found.enrolled:
            reason = Phrase("this semester is already recorded", "该学期已有在籍记录")
            found.entries.append(Entry(record, "", "", semester, state="void", reason=reason))
        else:
            found.enrolled.append(semester)
            found.by_kind.setdefault(record.kind, []).append(record)
            found.entries.append(Entry(record, "", "", semester, reason=Phrase("enrolled", "在籍")))

    def match(self, record: Record, kind: o.RecordKind, found: _Sorted) -> None:
        """Find the rule of a record's item."""
        item = record.values.get(kind.item_field or "")
        rule = self.policy.rules.get(str(item))
        found.by_kind.setdefault(record.kind, []).append(record)
        if rule is not None and rule.kind == record.kind and rule.where is None:
            found.by_rule.setdefault(rule.name, []).append(record)
        elif not any(self.meets(other, record) for other in self.taken_by(record.kind)) and record.problem is None:
            reason = Phrase("no rule covers this item", "没有规则提到这个项目")
            found.entries.append(Entry(record, "", "", record.semester or "", state="unmatched", reason=reason))

    def check_context_records(self, found: _Sorted) -> None:
        """Records that rules only look at: counted, unless a guard of their kind takes them out."""
        for name, records in list(found.by_kind.items()):
            kind = self.policy.kinds[name]
            if (
                kind.item_field is not None
                or name in self.interpreter.requests
                or kind.enrolment
                or self.taken_by(name)
            ):
                continue
            kept = []
            for record in records:
                entry = Entry(record, "", "", record.semester or "", reason=Phrase("taken into account", "已采用"))
                run_body(self.run, kind.guards, [entry])
                self.extra.append(entry)
                if entry.state == "live":
                    kept.append(record)
            found.by_kind[name] = kept

    def taken_by(self, kind: str) -> list[o.Rule]:
        """The rules that take records of a kind by a condition."""
        return [rule for rule in self.policy.rules.values() if rule.kind == kind and rule.where is not None]

    def meets(self, rule: o.Rule, record: Record) -> bool:
        """Whether a rule takes a record by its condition; one that asks for what is not there takes it, as invalid."""
        try:
            return self.run.holds(rule.where, self.run.at(record)) is not False
        except Undetermined as why:
            name = self.run.column_label(record.kind, why.name)
            record.problem = record.problem or report("CR662", record.place, name=Phrase(why.name, name))
            return True

    def take_by_condition(self, found: _Sorted) -> None:
        """Give records to the rules whose condition they meet; what has no item and is taken by none is unmatched."""
        for name, records in found.by_kind.items():
            rules = self.taken_by(name)
            for record in records if rules else ():
                takers = [rule for rule in rules if self.meets(rule, record)]
                if record.problem is not None:
                    self.extra.append(
                        Entry(record, "", "", record.semester or "", state="invalid", reason=self.told(record))
                    )
                    continue
                for rule in takers:
                    taken = found.by_rule.setdefault(rule.name, [])
                    if not any(other is record for other in taken):
                        taken.append(record)
                if not takers and self.policy.kinds[name].item_field is None:
                    reason = Phrase("no rule uses this record", "没有规则采用这条记录")
                    self.extra.append(Entry(record, "", "", record.semester or "", state="unmatched", reason=reason))

    def entry(self, rule: o.Rule, record: Record) -> Entry:
        entry = Entry(record, rule.name, rule.account, "", article=rule.article)
        entry.period = self.run.period_in(rule.account, entry)
        if rule.falls_on_group and self.group_unknown(record):
            entry.pending = entry.doubtful = True
            entry.reason = Phrase("whose group it falls on is not known", "所属集体不明，尚不能确定由谁承担")
        return entry

    def group_unknown(self, record: Record) -> bool:
        """Whether a record that falls on a group names neither the group nor a student whose group is known."""
        kind = self.policy.kinds[record.kind]
        if kind.membership is None or record.values.get(kind.group or "") is not None:
            return False
        return group_on(self.run.records_of(kind.membership), kind.group or "", record.on) is None

    # ---- nodes
    def work_out(self, kind: str, name: str, result: StudentResult) -> None:
        match kind:
            case "items":
                self.items(name)
            case "unique":
                self.unique(self.policy.uniques[int(name)])
            case "tree":
                self.tree(name)
            case "credit":
                self.credit(self.policy.accounts[name])
            case "fact":
                self.fact(self.policy.facts[name])
            case "moves":
                self.extra.extend(run_moves(self.run))
                self.post_takers()
                self.run.used.clear()
            case "require":
                self.require(self.policy.requirements[name], result)

    def items(self, root: str) -> None:
        for account in within(self.policy.accounts, root):
            for name in self.policy.accounts[account].items:
                entries = self.run.entries[name]
                if entries:
                    self.run.covered.add(self.policy.rules[name].number)
                    entries = run_body(self.run, self.policy.rules[name].operators, entries)
                self.run.entries[name] = sorted(entries, key=lambda entry: entry.record.order)

    def unique(self, unique: o.Uniqueness) -> None:
        """The first record with a value keeps it; the others with that value are void."""
        rules = unique.over or self.policy.rules.keys()
        entries = [entry for name in rules for entry in live(self.run.entries[name])]
        groups: dict[Any, list[Entry]] = {}
        for entry in sorted(entries, key=lambda entry: entry.record.order):
            value = entry.record.values.get(unique.field)
            if value is not None:
                groups.setdefault(value, []).append(entry)
        for members in groups.values():
            if len({id(entry.record) for entry in members}) > 1:
                self.run.covered.add(unique.number)
                keep_first(self.run, unique, members)

    def tree(self, root: str) -> None:
        """The lines of categories, inner ones first, then the balances."""
        self.container(root)
        for name in reversed(list(within(self.policy.accounts, root))):
            self.post(self.policy.accounts[name])
        self.run.used.clear()

    def container(self, name: str) -> list[Entry]:
        account = self.policy.accounts[name]
        entries = [entry for item in account.items for entry in self.run.entries[item]]
        for child in account.children:
            entries.extend(self.container(child))
        entries.sort(key=lambda entry: entry.record.order)
        return run_body(self.run, account.operators, entries)

    def post_takers(self) -> None:
        """Balances of categories that take, now that the queue has cut their entries."""
        accounts = self.policy.accounts
        roots = {
            root_of(accounts, name)
            for name, account in accounts.items()
            if any(isinstance(operator, o.Take) for operator in account.operators)
        }
        for root in roots:
            for name in within(accounts, root):
                self.post(accounts[name])

    def post(self, account: o.Account) -> None:
        """The balance of an account in each period and over the whole time."""
        run, name = self.run, account.name
        own = self.everything(name)
        semesters = dict.fromkeys(entry.period for entry in own)
        totals = {semester: run.sum(entry for entry in own if entry.period == semester) for semester in semesters}
        if account.sort == "score":
            totals = {
                semester: self.level(account, totals.get(semester, v.ZERO), semester) for semester in run.enrolled
            }
        else:
            run.wholes[name] = run.sum(own)
        run.balances[name] = totals

    def everything(self, name: str) -> list[Entry]:
        """The entries of an account and of all inside it."""
        inside = set(within(self.policy.accounts, name))
        return [
            entry
            for entries in self.run.entries.values()
            for entry in entries
            if entry.account in inside and not entry.member
        ]

    def level(self, account: o.Account, total: v.Number, semester: str) -> v.Number:
        env = Environment(self.run, None, ("semester", semester))
        value = v.add(evaluate(account.start, env), total) if account.start is not None else total
        if account.floor is not None:
            value = v.larger(value, evaluate(account.floor, env))
        if account.ceiling is not None:
            value = v.smaller(value, evaluate(account.ceiling, env))
        return value

    def credit(self, account: o.Account) -> None:
        run = self.run
        assert account.cases is not None
        balances: dict[str, v.Number] = {}
        for semester in run.ended_semesters():
            env = Environment(run, None, ("semester", semester))
            value = self.decide(account.cases, env)
            if not isinstance(value, (Decimal, v.Interval)):
                continue
            for limit, target, _ in account.diverts:
                value = self.divert(value, evaluate(limit, env), target, semester)
            balances[semester] = value
        run.balances[account.name] = balances
        total: v.Number = v.ZERO
        for value in balances.values():
            total = v.add(total, value)
        run.wholes[account.name] = total

    def divert(self, value: v.Number, limit: v.Number, target: str, semester: str) -> v.Number:
        """What is above a limit goes to another account."""
        kept = v.smaller(value, limit)
        above = v.larger(v.ZERO, v.subtract(value, limit))
        known = self.run.balances.setdefault(target, {})
        known[semester] = v.add(known.get(semester, v.ZERO), above)
        self.run.wholes[target] = v.add(self.run.whole(target), above)
        return kept

    def fact(self, fact: o.Fact) -> None:
        run = self.run
        keys = run.periods(fact.period) if fact.period else [""]
        run.facts[fact.name] = {
            key: self.decide(fact.decision, Environment(run, None, (fact.period, key) if fact.period else None))
            for key in keys
        }

    def decide(self, decision: o.Decision, env: Environment) -> Any:
        """The value of the case that applies; of all that may apply, where that is open; None when there is none."""
        values: list[Any] = []
        try:
            for case in (*(x for x in decision.cases if not x.otherwise), *(x for x in decision.cases if x.otherwise)):
                holds = self.run.holds(case.condition, env)
                if holds is False or (case.otherwise and values and decision.mode == "all"):
                    continue
                self.run.covered.add(case.number)
                values.append(evaluate(case.value, env))
                if holds is True and decision.mode != "all":
                    break
        except Undetermined:
            return None
        if not values:
            return None
        if decision.mode == "all" and isinstance(values[0], (Decimal, v.Interval)):
            total: v.Number = v.ZERO
            for value in values:
                total = v.add(total, value)
            return total
        return _joined(values)

    def require(self, requirement: o.Requirement, result: StudentResult) -> None:
        statuses = []
        for part in requirement.parts:
            line = self.part(requirement, part)
            result.parts.append(line)
            statuses.append(line.status)
        worst = "unmet" if "unmet" in statuses else "open" if "open" in statuses else "met"
        result.requirements[requirement.name] = worst  # type: ignore[assignment]
        self.run.requirements[requirement.name] = v.OPEN if worst == "open" else worst == "met"

    def part(self, requirement: o.Requirement, part: o.Part) -> PartLine:
        env = Environment(self.run)
        self.run.covered.add(part.number)
        have = needed = short = None
        try:
            holds = self.run.holds(part.condition, env)
            if part.have is not None and part.needed is not None:
                have, needed = evaluate(part.have, env), evaluate(part.needed, env)
                gap = v.subtract(needed, have) if part.at_least else v.subtract(have, needed)
                short = v.larger(v.ZERO, gap)
        except Undetermined:
            holds = v.OPEN
        status: Status = "open" if holds is v.OPEN else "met" if holds else "unmet"
        return PartLine(
            requirement.name,
            part.label,
            part.number,
            needed,
            have,
            short,
            status,
            part.article,
        )

    # ---- results
    def finish(self, result: StudentResult) -> None:
        run = self.run
        result.entries = [*(entry for entries in run.entries.values() for entry in entries), *self.extra]
        found: dict[str, list[Disposition]] = {}
        for entry in result.entries:
            future: Disposition | None = "out of scope" if entry.reason is _FUTURE else None
            found.setdefault(_key(entry.record), []).append(future or entry.disposition())
        result.records = {key: strongest(dispositions) for key, dispositions in found.items()}
        result.problems = [copy.problem for given, copy in self.copies if copy.problem and not given.problem]
        result.problems.extend((*self.run.warnings, *self.unbalanced(result)))
        result.accounts = list(self.account_lines())
        for name, values in run.facts.items():
            result.facts.extend(FactLine(name, key, value) for key, value in values.items())
        result.covered, result.cells = run.covered, run.cells
        run.environments.clear()
        run.known.clear()

    def unbalanced(self, result: StudentResult) -> Iterable[Diagnostic]:
        """Categories whose entries do not add up to their balance: never, unless the interpreter itself is wrong."""
        if self.run.bounds:
            return
        for name, account in self.policy.accounts.items():
            if account.sort != "category" or account.period is not None:
                continue
            inside = set(within(self.policy.accounts, name))
            own = [entry for entry in result.entries if entry.account in inside and not entry.member]
            if self.run.sum(own) != self.run.whole(name):
                yield report("CR666", None, account=name, student=self.student.identifier)

    def account_lines(self) -> Iterable[AccountLine]:
        for name, account in self.policy.accounts.items():
            for semester, value in sorted(self.run.balances.get(name, {}).items()):
                if not semester:
                    continue
                yield AccountLine(name, semester, value, account.unit)
            if account.sort != "score" and not (account.period == "semester" and account.sort == "category"):
                yield AccountLine(name, "", self.run.whole(name), account.unit)


_FUTURE = Phrase("dated after the as-of date", "日期晚于统计截止日")


def _joined(values: list[Any]) -> Any:
    """One value, or all that it may be."""
    first = values[0]
    if all(isinstance(value, (Decimal, v.Interval)) for value in values):
        for value in values[1:]:
            first = v.hull(first, value)
        return first
    return first if all(value == first for value in values[1:]) else v.OPEN


def _key(record: Record) -> str:
    return f"{record.kind} {record.identifier}"
