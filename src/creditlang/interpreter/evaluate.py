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

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import SEARCHES, references_of, root_of, within
from creditlang.diagnostics import Diagnostic, Phrase, message, report
from creditlang.interpreter.calendar_days import SchoolCalendar
from creditlang.interpreter.choices import keep_first
from creditlang.interpreter.expression_meanings import evaluate, met
from creditlang.interpreter.moves import run_moves
from creditlang.interpreter.narrowing import narrowed
from creditlang.interpreter.one_by_one import run_body
from creditlang.interpreter.steps import live
from creditlang.interpreter.student_run import Environment, Judged, Run
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

    def __init__(self, policy: o.Policy, as_of: date | None = None, overrides: Mapping[str, Any] | None = None) -> None:
        """Without `as_of`, the calendar's last day. `overrides` are typed values by name."""
        self.policy = policy
        self.calendar = SchoolCalendar(policy.calendar)
        self.as_of = as_of or self.calendar.last_day
        self.overrides = dict(overrides or {})
        self.labels = _labels(policy)
        self.requests = {move.kind for move in policy.moves}
        self.searched = {search.kind for search in references_of(policy, SEARCHES) if isinstance(search, SEARCHES)}
        self.rules: dict[str, dict[str, o.Rule]] = {name: {} for name in policy.kinds}
        """The rules that take records of a kind by their item, by name."""
        self.conditional: dict[str, list[o.Rule]] = {name: [] for name in policy.kinds}
        """Those that take them by a condition."""
        for rule in policy.rules.values():
            if rule.where is None:
                self.rules[rule.kind][rule.name] = rule
            else:
                self.conditional[rule.kind].append(rule)
        self.memberships = {kind.membership for kind in policy.kinds.values()}

    def evaluate(self, student: StudentData) -> StudentResult:
        """All results of one student."""
        return self.ask(student).result

    def ask(self, student: StudentData, records_only: bool = False) -> "Answers":
        """A student worked out, of whom more may be asked than the results say.

        With `records_only` nothing is worked out, and records and attributes alone may be asked for.
        """
        evaluation = _Evaluation(self, student)
        result = evaluation.result(records_only)
        for _ in range(_MOST_PASSES):
            found = evaluation.found_invalid(result)
            if not found:
                break
            evaluation = _Evaluation(self, student, {**evaluation.invalid, **found})
            again = evaluation.result(records_only)
            again.covered |= result.covered
            again.cells |= result.cells
            result = again
        else:
            result.problems.append(report("CR649", None, student=student.identifier, passes=_MOST_PASSES))
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


class _Evaluation:
    """One student's evaluation."""

    def __init__(
        self, interpreter: Interpreter, student: StudentData, invalid: Mapping[str, list[Entry]] | None = None
    ) -> None:
        """`invalid` are records, with their entries, that a rule has found invalid: they are so for every rule."""
        self.interpreter = interpreter
        self.invalid = invalid or {}
        self.policy = interpreter.policy
        self.calendar = interpreter.calendar
        self.student = student
        self.extra: list[Entry] = []
        self.copies: list[tuple[Record, Record]] = []
        self.run = self.new_run({}, ())

    def new_run(self, given: Mapping[str, list[Record]], enrolled: Iterable[str]) -> Run:
        interpreter = self.interpreter
        return Run(
            policy=self.policy, calendar=self.calendar, as_of=interpreter.as_of, attributes=self.student.attributes,
            given=given, enrolled=tuple(enrolled), overrides=interpreter.overrides, labels=interpreter.labels,
        )  # fmt: skip

    def result(self, records_only: bool = False) -> StudentResult:
        result = StudentResult(self.student.identifier, self.applies())
        if not result.applies:
            result.records = {_key(record): "out of scope" for record in self.student.records}
            return result
        sorted_records = self.sort_records()
        guarded = self.run.guarded
        self.run = self.new_run(sorted_records.by_kind, sorted_records.enrolled)
        self.run.guarded.update(guarded)
        self.extra.extend(sorted_records.entries)
        self.run.entries = {name: [] for name in self.policy.rules}
        for kind, name in self.policy.order:
            if kind == "kind" or not records_only:
                self.work_out(kind, name, result)
        if records_only:
            return result
        self.finish(result)
        return result

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
        for _, record in self.copies:
            self.place(record)
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
        elif record.on is None and not self.calendar.has_begun(record.semester or "", as_of):
            found.entries.append(Entry(record, "", "", record.semester or "", state="void", reason=_NOT_BEGUN))
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
            reason = Phrase("this semester is already recorded", "该学期已有在籍记录")
            found.entries.append(Entry(record, "", "", semester, state="void", reason=reason))
            return
        entry = self.guard(kind, record)
        if entry.state == "live":
            found.enrolled.append(semester)
            entry.reason = entry.reason or Phrase("enrolled", "在籍")
        found.by_kind.setdefault(record.kind, []).append(record)
        found.entries.append(entry)

    def guard(self, kind: o.RecordKind, record: Record) -> Entry:
        """What the guards of a kind say of a record, asked once; every rule begins with that."""
        if id(record) not in self.run.guarded:
            entry = Entry(record, "", "", record.semester or "")
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
        looked_at = not (kind.item_field or kind.name in asked.requests or kind.enrolment or rules)
        for record in self.run.given.get(kind.name, ()):
            entry = self.guard(kind, record)
            if entry.doubtful:
                self.run.doubtful.add(id(record))
            if entry.state in ("live", "void") and _key(record) not in self.invalid:
                even_void.append(record)
            if entry.state == "live" and _key(record) not in self.invalid:
                plain.append(record)
            if looked_at:
                entry.reason = entry.reason or Phrase("taken into account", "已采用")
                self.extra.append(entry)
        self.run.judged[kind.name] = Judged(plain, even_void)
        for record in self.run.given.get(kind.name, ()) if rules or kind.item_field else ():
            self.take(kind, record)

    def meets(self, rule: o.Rule, record: Record) -> bool:
        """Whether a rule takes a record by its condition; one that asks for what is not there takes it, as invalid."""
        try:
            return met(rule.where, self.run.at(record)) is not False
        except Undetermined as why:
            name = self.run.column_label(record.kind, why.name)
            record.problem = record.problem or report("CR662", record.place, name=Phrase(why.name, name))
            return True

    def take(self, kind: o.RecordKind, record: Record) -> None:
        """Give a record to the rules that take it, by its item or their condition; what none takes is unmatched."""
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
        if not takers:
            reason = _NO_ITEM if kind.item_field else _NO_RULE
            self.extra.append(Entry(record, "", "", semester, state="unmatched", reason=reason))
            if not kind.item_field:  # of an item that no rule covers the reader has told
                self.run.unrated.append(self.extra[-1])

    def entry(self, rule: o.Rule, record: Record) -> Entry:
        entry = self.run.opened(record, rule.name, rule.account, rule.article)
        entry.period = self.run.period_in(rule.account, entry)
        if _key(record) in self.invalid:
            known = self.invalid[_key(record)]
            entry = next((other for other in known if other.rule == rule.name), entry)
            entry.record, entry.state, entry.reason = record, "invalid", known[0].reason
            record.problem = record.problem or known[0].record.problem
        elif rule.falls_on_group and self.group_unknown(record) and entry.state == "live":
            entry.pending = entry.doubtful = True
            entry.reason = Phrase("whose group it falls on is not known", "所属集体不明，尚不能确定由谁承担")
        return entry

    def found_invalid(self, result: StudentResult) -> dict[str, list[Entry]]:
        """Records that a rule found invalid and that were looked at all the same, with their invalid entries."""
        entries: dict[str, list[Entry]] = {}
        for entry in result.entries:
            entries.setdefault(_key(entry.record), []).append(entry)
        found: dict[str, list[Entry]] = {}
        for judged in self.run.judged.values():
            for record in judged.even_void:
                key, own = _key(record), entries.get(_key(record), [])
                invalid = [entry for entry in own if entry.state == "invalid"]
                if invalid and (record.kind in self.interpreter.searched or len(invalid) < len(own)):
                    found[key] = invalid
        return found

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
        own = run.everything(name)
        semesters = dict.fromkeys(entry.period for entry in own)
        totals = {semester: run.sum(entry for entry in own if entry.period == semester) for semester in semesters}
        if account.sort == "score":
            totals = {
                semester: self.level(account, totals.get(semester, v.ZERO), semester) for semester in run.enrolled
            }
        else:
            run.wholes[name] = run.sum(own)
        run.balances[name] = totals

    def level(self, account: o.Account, total: v.Number, semester: str) -> v.Number:
        env = Environment(self.run, None, ("semester", semester))
        value = v.add(self.known(account.start, account, env), total) if account.start is not None else total
        if account.floor is not None:
            value = v.larger(value, self.known(account.floor, account, env))
        if account.ceiling is not None:
            value = v.smaller(value, self.known(account.ceiling, account, env))
        return value

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
        run = self.run
        assert account.cases is not None
        balances: dict[str, v.Number] = {}
        for semester in run.ended_semesters():
            env = Environment(run, None, ("semester", semester))
            value = self.decide(account.cases, env)
            if not isinstance(value, (Decimal, v.Interval)):
                continue
            for limit, target, _ in account.diverts:
                value = self.divert(value, self.known(limit, account, env), target, semester)
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
        sure: list[bool] = []
        instead: Any = None
        passed: list[e.Expression] = []
        try:
            for case in (*(x for x in decision.cases if not x.otherwise), *(x for x in decision.cases if x.otherwise)):
                holds = met(case.condition, env)
                if holds is False or (case.otherwise and any(sure)):
                    continue
                self.run.covered.add(case.number)
                failed = passed if case.otherwise or decision.mode != "all" else ()
                is_open = holds is v.OPEN or failed
                value = narrowed(case.value, case.condition, failed, env) if is_open else case.value
                if case.otherwise and passed and decision.mode == "all":
                    instead = evaluate(value, env)
                    break
                values.append(evaluate(value, env))
                sure.append(holds is True)
                if holds is True and decision.mode != "all":
                    if decision.mode == "one" and self.another(decision, case, env):
                        return None
                    break
                if holds is v.OPEN and case.condition is not None:
                    passed.append(case.condition)
        except Undetermined:
            return None
        if decision.mode == "all" and values and isinstance(values[0], (Decimal, v.Interval)):
            added = v.total(x if surely else v.hull(v.ZERO, x) for x, surely in zip(values, sure, strict=True))
            return v.hull(instead, added) if instead is not None else added
        values += [instead] if instead is not None else []
        return _joined(values) if values else None

    def another(self, decision: o.Decision, case: o.Case, env: Environment) -> bool:
        """Whether a line after one that applies does so too; nothing says then which of them counts."""
        for other in decision.cases[decision.cases.index(case) + 1 :]:
            try:
                if not other.otherwise and met(other.condition, env) is True:
                    return True
            except Undetermined:
                continue
        return False

    def require(self, requirement: o.Requirement, result: StudentResult) -> None:
        statuses = []
        for part in requirement.parts:
            line = self.part(requirement, part)
            result.parts.append(line)
            statuses.append(line.status)
        worst: Status = "unmet" if "unmet" in statuses else "open" if "open" in statuses else "met"
        result.requirements[requirement.name] = worst
        self.run.requirements[requirement.name] = v.OPEN if worst == "open" else worst == "met"

    def part(self, requirement: o.Requirement, part: o.Part) -> PartLine:
        env = Environment(self.run)
        self.run.covered.add(part.number)
        have = needed = short = None
        try:
            holds = met(part.condition, env)
            if part.have is not None and part.needed is not None:
                have, needed = evaluate(part.have, env), evaluate(part.needed, env)
                gap = v.subtract(needed, have) if part.at_least else v.subtract(have, needed)
                short = v.larger(v.ZERO, gap)
        except Undetermined:
            holds = v.OPEN
        status: Status = "open" if holds is v.OPEN else "met" if holds else "unmet"
        return PartLine(
            requirement=requirement.name, part=part.label, number=part.number, needed=needed, have=have, short=short,
            status=status, article=part.article,
        )  # fmt: skip

    # ---- results
    def finish(self, result: StudentResult) -> None:
        run = self.run
        result.entries = [*(entry for entries in run.entries.values() for entry in entries), *self.extra]
        found: dict[str, list[Disposition]] = {}
        for entry in result.entries:
            future: Disposition | None = "out of scope" if entry.reason in (_FUTURE, _NOT_BEGUN) else None
            found.setdefault(_key(entry.record), []).append(future or entry.disposition())
        result.records = {key: strongest(dispositions) for key, dispositions in found.items()}
        result.problems = [copy.problem for given, copy in self.copies if copy.problem and not given.problem]
        unrated = {key: entry for entry in run.unrated if result.records[key := _key(entry.record)] in _NOT_JUDGED}
        for entry in unrated.values():
            if entry.record.problem is None:
                result.problems.append(report("CR669", entry.record.place, reason=entry.reason))
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


_MOST_PASSES = 8
"""How often a student is worked out anew because a rule found a record invalid that others had looked at."""
_NOT_JUDGED = ("unmatched", "invalid")
_NO_ITEM = Phrase("no rule covers this item", "没有规则提到这个项目")
_NO_RULE = Phrase("no rule uses this record", "没有规则采用这条记录")
_NOT_BEGUN = Phrase("its semester has not begun on the as-of date", "所属学期在统计截止日尚未开始")
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
