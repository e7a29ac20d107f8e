"""One student by generated Python: the engine, and a student worked out by it.

What a policy means is the reference's affair; this gives the same, byte for byte, for a student of whom everything is
settled, and hands over any other. Amounts stay decimals: records hold them and results want them, and to make integers
of them and decimals again takes as long as integers save.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, DecimalException, getcontext, setcontext
from typing import Any

from attrs import evolve

from creditlang import values as v
from creditlang.compiled.body_source import BodySource
from creditlang.compiled.expression_source import ExpressionSource
from creditlang.compiled.light_entries import (
    CARRIERS,
    CUT,
    INVALID,
    MOVES_ASKED,
    REASON,
    RECORD,
    ROW,
    STATE,
    TOO_LONG,
    HandOver,
    LightEntry,
    light,
)
from creditlang.compiled.node_source import NodeSource, RestByReference, looks_back
from creditlang.compiled.source_text import SourceText
from creditlang.compiled.student_work import Work
from creditlang.core import operators as o
from creditlang.core.dependencies import references
from creditlang.core.expressions import Query
from creditlang.diagnostics import Diagnostic, Phrase, message, report
from creditlang.interpreter.evaluate import (
    FUTURE,
    NO_ITEM,
    NO_RULE,
    NOT_BEGUN,
    NOT_JUDGED,
    Evaluation,
    Interpreter,
    StudentData,
)
from creditlang.interpreter.student_periods import StudentPeriods
from creditlang.ledger import (
    AccountLine,
    Disposition,
    FactLine,
    Record,
    StudentResult,
    group_on,
    strongest,
)
from creditlang.values import Undetermined
from creditlang.words import both

_MOST_KEPT = 1024


class CompiledEngine:
    """Works out the students of a policy, as the interpreter that it is given would."""

    def __init__(self, known: Interpreter) -> None:
        """`known` gives the policy, the day, the named values, what students are together, and works out the rest."""
        self.policy = policy = known.policy
        self.interpreter = known
        self.calendar, self.as_of, self.overrides, self.labels = (
            known.calendar,
            known.as_of,
            known.overrides,
            known.labels,
        )
        self.memberships = known.memberships
        self.lacks = tuple(_lacks(policy))
        """Why students of this policy are handed over, whoever they are."""
        self.handed_over: Counter[Phrase] = Counter()
        """How many students were handed over, by why."""
        self.group_on = group_on
        self.future, self.not_begun, self.no_item, self.no_rule = FUTURE, NOT_BEGUN, NO_ITEM, NO_RULE
        self.enrolment = {name for name, kind in policy.kinds.items() if kind.enrolment}
        self.has_enrolment = bool(self.enrolment)
        self.dated = {name for name, kind in policy.kinds.items() if kind.date_field}
        self.by_day = any(x.period not in (None, "semester", "year") for x in policy.accounts.values())
        """Whether accounts go by periods in which nothing lies that has no day."""
        self.begun = tuple(x.name for x in policy.calendar.semesters if self.calendar.has_begun(x.name, self.as_of))
        self._periods: dict[tuple[str, ...], StudentPeriods] = {}
        self._reasons: dict[Decimal, Phrase] = {}
        self._programs: dict[bool, _Program] = {}
        self.program: _Program
        self._context = v.EXACT.copy()

    # ---- what a student at work asks
    def has_begun(self, semester: str) -> bool:
        """Whether a semester has begun."""
        return self.calendar.has_begun(semester, self.as_of)

    def semester_of(self, day: date) -> str | None:
        """The semester of a day."""
        found = self.calendar.semester_of(day)
        return found.name if found is not None else None

    def must_lie_in_calendar(self, record: Record) -> bool:
        """Whether a record outside the calendar is wrong."""
        if record.kind in self.memberships and record.on is not None and record.on < self.calendar.starts[0]:
            return False
        return self.policy.by_calendar

    def periods(self, enrolled: tuple[str, ...]) -> StudentPeriods:
        """The periods of students with these semesters; those that a policy declares have none of them yet."""
        found = self._periods.get(enrolled)
        if found is None:
            found = StudentPeriods(self.calendar, self.as_of, enrolled, self.policy.periods)
            if len(self._periods) < _MOST_KEPT:
                self._periods[enrolled] = found
        return found

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
        from creditlang.words import label

        columns = (*self.policy.kinds[kind].columns, *self.policy.attributes)
        column = next((column for column in columns if column.name == name), None)
        return name if column is None else label(column)

    def limit_reason(self, room: Decimal) -> Phrase:
        """Why something is cut."""
        found = self._reasons.get(room)
        if found is None:
            found = Phrase(f"the limit of {v.written(room)} is reached", f"已达上限{v.written(room)}")
            if len(self._reasons) < _MOST_KEPT:
                self._reasons[room] = found
        return found

    def evaluation(self, w: Work) -> Evaluation:
        """A student in the reference, as far as it is worked out; what it does from now on is done there."""
        evaluation = Evaluation(self.interpreter, w.student, None, None, w.run.others)
        evaluation.run = w.run
        evaluation.copies = [(row[RECORD], w.record(row)) for row in w.rows]
        return evaluation

    # ---- students
    def work_out(self, student: StudentData, noted: bool = True) -> "Worked | None":
        """A student worked out; None for one that is for the reference. Without `noted` there are only totals."""
        if self.lacks:
            return None
        before = getcontext()
        setcontext(self._context)
        try:
            return self._work_out(student, noted)
        except HandOver as why:
            self.handed_over[why.args[0]] += 1
        except DecimalException:
            self.handed_over[TOO_LONG] += 1
        finally:
            setcontext(before)
        return None

    def _work_out(self, student: StudentData, noted: bool) -> "Worked":
        program = self._programs.get(noted)
        if program is None:
            program = self._programs[noted] = _Program(self, noted)
        w = Work(self, program, student)
        if program.applies is not None and not program.applies(w):
            result = StudentResult(student.identifier, False)
            result.records = {f"{x.kind} {x.identifier}": "out of scope" for x in student.records}
            w.by_reference = result
            return Worked(self, w)
        w.sort_records()
        for place, node in enumerate(program.nodes):
            try:
                node(w)
            except RestByReference:
                w.by_reference = self._rest(w, self.policy.order[place:])
                return Worked(self, w)
        if w.in_body:
            _no_other_entries(w)
        return Worked(self, w)

    def _rest(self, w: Work, order: Iterable[tuple[str, str]]) -> StudentResult:
        """The nodes that are left, by the reference."""
        if not w.program.noted:
            raise HandOver(MOVES_ASKED)
        w.run.entries.clear()
        w.show(self.policy.rules)
        evaluation, result = self.evaluation(w), w.result
        evaluation.extra = [w.ledger(entry) for entry in w.extra]
        w.run.unrated = [w.ledger(entry) for _, entry in w.unrated]
        for row in w.rows:
            told = w.told.get(row[5])
            record = w.record(row)
            w.run.guarded[id(record)] = w.guard_entry(row, told)
        for name in self.policy.kinds:
            w.run.given[name] = [w.record(row) for row in w.by_kind.get(name, ())]
            if name in w.plain and name not in w.run.judged:
                w.judge(name)
        result.parts = w.part_lines()
        for kind, name in order:
            evaluation.work_out(kind, name, result)
        evaluation.finish(result)
        if evaluation.found_invalid(result):
            raise HandOver(INVALID)
        return result


class _Program:
    """What was generated for a policy, with or without notes."""

    def __init__(self, engine: CompiledEngine, noted: bool) -> None:
        policy, source = engine.policy, SourceText()
        self.noted = noted
        wording = ExpressionSource(policy, engine.calendar, engine.as_of, engine.overrides, source, noted)
        bodies = BodySource(wording, noted)
        nodes = NodeSource(policy, wording, bodies, noted)
        guards = {name: bodies.body(kind.guards, (name,)) for name, kind in policy.kinds.items()}
        from creditlang.compiled.expression_source import Here

        applies = wording.function(policy.applies, Here(), met=True) if policy.applies is not None else None
        wheres = {
            rule.name: wording.function(rule.where, Here((rule.kind,)), met=True)
            for rule in policy.rules.values()
            if rule.where is not None
        }
        made = [nodes.node(kind, name) for kind, name in policy.order]
        functions = source.compiled()
        for late in bodies.late:
            late(functions)
        self.text = "\n".join(source.lines)
        self.nodes = [each(functions) for each in made]
        self.guards = {name: functions[body] for name, body in guards.items() if body is not None}
        self.applies = _applying(functions[applies]) if applies is not None else None
        self.by_reference = nodes.by_reference
        self.asked = wording.asked
        self.takers: dict[str, dict[str, Any]] = {name: {} for name in policy.kinds}
        self.conditional: dict[str, list[Any]] = {name: [] for name in policy.kinds}
        for rule in policy.rules.values():
            period = policy.accounts[rule.account].period or "semester"
            taker = (
                light(None, rule.name, rule.account, rule.article),
                rule.name,
                period,
                functions[wheres[rule.name]] if rule.where is not None else None,
                rule.falls_on_group,
            )
            if rule.where is None:
                self.takers[rule.kind][rule.name] = taker
            else:
                self.conditional[rule.kind].append(taker)
        requests = {move.kind for move in policy.moves}
        self.looked_at = {
            name
            for name, kind in policy.kinds.items()
            if not (
                kind.item_field or name in requests or kind.enrolment or self.takers[name] or self.conditional[name]
            )
        }


def _applying(function: Any) -> Any:
    def applies(w: Work) -> bool:
        try:
            return bool(function(w))
        except Undetermined:
            return True

    return applies


def _no_other_entries(w: Work) -> None:
    """A record that a rule found invalid is so for every rule and search: where there are others, for the reference."""
    for entry in w.in_body:
        row = entry[ROW]
        if row[RECORD].kind in w.engine.policy.searched:
            raise HandOver(INVALID)
        for entries in w.entries.values():
            for other in entries:
                if other[ROW] is row and other[STATE] != "invalid":
                    raise HandOver(INVALID)


OWN_PERIODS = Phrase("periods that each person has of their own", "各人自己的时段")
FROM_PERIOD_TO_PERIOD = Phrase("values from one period to the next", "逐期递推的数值")
CLEAN_STRETCHES = Phrase("records made for clean stretches", "由无违规期间生成的记录")
SEARCHING_ENROLMENT = Phrase("conditions of enrolment that look at other records", "在籍记录的条件要查其他记录")


def _lacks(policy: o.Policy) -> Iterable[Phrase]:
    """Why a policy is not for this engine."""
    if policy.periods:
        yield OWN_PERIODS
    if policy.recurrences:
        yield FROM_PERIOD_TO_PERIOD
    if any(kind.clean is not None for kind in policy.kinds.values()):
        yield CLEAN_STRETCHES
    for kind in policy.kinds.values():
        if kind.enrolment and any(True for _ in references(kind.guards, Query)):
            yield SEARCHING_ENROLMENT


class Worked:
    """A student worked out; results are made when asked for."""

    def __init__(self, engine: CompiledEngine, w: Work) -> None:
        self.engine, self._w = engine, w

    def totals(self) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """What each account has over the whole time, and how each requirement stands."""
        w = self._w
        return w.run.wholes, (w.by_reference or w.result).requirements

    def result(self) -> StudentResult:
        """All results, with entries and steps."""
        w = self._w
        if w.by_reference is not None:
            return w.by_reference
        policy, run, result = self.engine.policy, w.run, w.result
        before = getcontext()
        setcontext(self.engine._context)
        try:
            light = [entry for entries in w.entries.values() for entry in entries]
            light += w.extra
            result.entries = [w.ledger(entry) for entry in light]
            result.records = _dispositions(light)
            result.problems = [found for row in w.rows if not row[RECORD].problem and (found := w.problems.get(row[5]))]
            unrated = {key: entry for _, entry in w.unrated if result.records[key := _key(entry)] in NOT_JUDGED}
            for entry in unrated.values():
                if w.problem_of(entry[ROW]) is None:
                    result.problems.append(report("CR669", entry[ROW][RECORD].place, reason=entry[REASON]))
            result.problems.extend(run.warnings)
            if run.others is not None and run.others.too_many:
                evaluation = self.engine.evaluation(w)
                result.problems.extend(map(evaluation.looked_back_too_often, sorted(run.others.too_many)))
            result.accounts = list(self._account_lines())
            for name, values in run.facts.items():
                if name in policy.facts:
                    result.facts.extend(
                        self._fact_line(policy.facts[name], key, value) for key, value in values.items()
                    )
            result.covered, result.cells = run.covered, run.cells
            result.attributes, result.applied = run.attributes, run.applied
            result.parts = w.part_lines()
        finally:
            setcontext(before)
        w.by_reference = result
        return result

    def _account_lines(self) -> Iterable[AccountLine]:
        run = self._w.run
        for name, account in self.engine.policy.accounts.items():
            for period, value in sorted(run.balances.get(name, {}).items()):
                if period:
                    yield AccountLine(name, period, value, account.unit)
            if account.sort == "score" and account.period is not None:
                continue
            if not (account.period == "semester" and account.sort == "category"):
                yield AccountLine(name, "", run.whole(name), account.unit)

    def _fact_line(self, fact: o.Decide, key: str, value: object) -> FactLine:
        if fact.groups is None and looks_back(fact.cases):
            return self.engine.evaluation(self._w).fact_line(fact, key, value)
        return FactLine(fact.name, key, value)


def _key(entry: LightEntry) -> str:
    record = entry[ROW][RECORD]
    return f"{record.kind} {record.identifier}"


def _dispositions(entries: Iterable[LightEntry]) -> dict[str, Disposition]:
    """The one disposition of each record."""
    found: dict[str, Disposition] = {}
    for entry in entries:
        record = entry[ROW][RECORD]
        key = f"{record.kind} {record.identifier}"
        own = "out of scope" if entry[REASON] in (FUTURE, NOT_BEGUN) else _disposition(entry)
        known = found.get(key)
        found[key] = own if known is None or known == own else strongest([known, own])
    return found


def _disposition(entry: LightEntry) -> Disposition:
    if entry[CARRIERS]:
        return strongest([_disposition(carrier) for carrier in entry[CARRIERS]])
    if entry[STATE] != "live":
        state: Disposition = entry[STATE]
        return state
    return "reduced" if entry[CUT] else "counted"
