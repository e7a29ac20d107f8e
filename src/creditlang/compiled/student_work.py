"""One student at work in generated code: records placed and sorted, what is known so far, and the way to the reference.

What generated code knows stands in a `Run` of the reference, so that an expression without a template of its own is
asked there; entries and records stand beside it, light, and become those of the ledger when somebody looks at them.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from creditlang import values as v
from creditlang.compiled.light_entries import (
    ACCOUNT,
    AMOUNT,
    ARTICLE,
    CUT,
    DAY,
    INVALID,
    LEDGER,
    NO_DAY,
    ON,
    OPEN_VALUE,
    PENDING,
    PERIOD,
    PLACE,
    RAW,
    REASON,
    RECORD,
    ROW,
    SEMESTER,
    SIGN,
    STATE,
    STEPS,
    TERM,
    UNTIL,
    HandOver,
    LightEntry,
    Row,
    light,
)
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Diagnostic, Phrase, report
from creditlang.interpreter.evaluate import ALREADY_ENROLLED, ENROLLED, TAKEN_INTO_ACCOUNT, StudentData
from creditlang.interpreter.expression_meanings import evaluate
from creditlang.interpreter.other_runs import OtherRuns
from creditlang.interpreter.student_run import Environment, Judged, Run
from creditlang.ledger import Entry, PartLine, PartStatus, Record, Step, StudentResult
from creditlang.values import Undetermined

if TYPE_CHECKING:
    from creditlang.compiled.compiled_engine import CompiledEngine

Told = list[Any]
"""What the guards of its kind said of a record: its state, reason, article and steps."""
_BY_ORDER = itemgetter(0)


class Work:
    """The state of one student."""

    __slots__ = (
        "attributes",
        "balances",
        "by_kind",
        "by_reference",
        "cells",
        "copies",
        "covered",
        "engine",
        "entries",
        "extra",
        "in_body",
        "known",
        "parts",
        "plain",
        "problems",
        "program",
        "result",
        "rows",
        "run",
        "student",
        "told",
        "unrated",
        "wholes",
    )  # fmt: skip

    def __init__(self, engine: "CompiledEngine", program: Any, student: StudentData) -> None:
        self.engine, self.program = engine, program
        self.parts: list[Any] = []
        self.student = student
        self.attributes = student.attributes
        self.extra: list[LightEntry] = []
        self.problems: dict[int, Diagnostic] = {}
        """What rules found wrong with records, by their places."""
        self.unrated: list[tuple[int, LightEntry]] = []
        self.in_body: list[LightEntry] = []
        """Entries that a rule found invalid."""
        self.told: dict[int, Told] = {}
        self.known: dict[Any, Any] = {}
        self.plain: dict[str, list[Row]] = {}
        self.copies: dict[int, Record] = {}
        self.by_reference: StudentResult | None = None
        self.entries: dict[str, list[LightEntry]] = {name: [] for name in engine.policy.rules}
        self.by_kind: dict[str, list[Row]] = {}
        self.result = StudentResult(student.identifier, True)
        self.rows: list[Row] = []
        self._begin((), {})

    def _begin(self, enrolled: tuple[str, ...], given: dict[str, list[Record]]) -> None:
        engine = self.engine
        self.run = run = Run(
            policy=engine.policy, calendar=engine.calendar, as_of=engine.as_of, attributes=self.attributes, given=given,
            enrolled=enrolled, overrides=engine.overrides, labels=engine.labels, periods=engine.periods(enrolled),
            others=OtherRuns(self.then),
        )  # fmt: skip
        self.covered, self.cells = run.covered, run.cells
        self.balances, self.wholes = run.balances, run.wholes

    # ---- records
    def sort_records(self) -> None:
        """Place the records, sort them, and take out what is invalid or lies ahead."""
        engine = self.engine
        last_days, semester_of = engine.calendar.last_days, engine.semester_of
        placed: list[tuple[Any, Record, str | None]] = []
        problems: list[tuple[Record, Diagnostic]] = []
        for record in self.student.records:
            order, on, semester = record.order, record.on, record.semester
            if on is None:
                if semester in last_days:
                    order = (last_days[semester], True, record.identifier)
            elif semester is None and record.problem is None and last_days:
                semester = semester_of(on)
                if semester is None and engine.must_lie_in_calendar(record):
                    problems.append((record, report("CR659", record.place, date=on.isoformat())))
            placed.append((order, record, semester))
        placed.sort(key=_BY_ORDER)
        as_of, begun, enrolment = engine.as_of, engine.has_begun, engine.enrolment
        wrong = {id(record): problem for record, problem in problems}
        enrolled: list[str] = []
        rows, by_kind = self.rows, self.by_kind
        before, rank, place = None, 0, -1
        for order, record, semester in placed:
            if order != before:
                rank, before = rank + 1, order
            place += 1
            on, kind = record.on, record.kind
            if on is None and kind in engine.dated and (engine.by_day or semester not in last_days):
                raise HandOver(NO_DAY)
            row = (rank, record, record.values, on, semester, place)
            rows.append(row)
            if record.problem is not None or (wrong and id(record) in wrong):
                if record.problem is None:
                    self.problems[place] = wrong[id(record)]
                problem = record.problem or wrong[id(record)]
                self.extra.append(light(row, "", "", state="invalid", reason=engine.told(problem)))
            elif on is not None and as_of is not None and on > as_of:
                self.extra.append(light(row, "", "", state="void", reason=engine.future))
            elif on is None and not begun(semester or ""):
                self.extra.append(light(row, "", "", state="void", reason=engine.not_begun, period=semester or ""))
            elif kind in enrolment:
                self._enrol(row, enrolled)
            elif kind in by_kind:
                by_kind[kind].append(row)
            else:
                by_kind[kind] = [row]
        given = {
            name: [self.record(row) for row in by_kind[name]] for name in engine.policy.searched if name in by_kind
        }  # guards may ask for records of a kind whose own guards have not been asked
        if engine.has_enrolment:
            names = set(enrolled)
            self._begin(tuple(name for name in engine.begun if name in names), given)
        else:
            self._begin(engine.begun, given)

    def _enrol(self, row: Row, enrolled: list[str]) -> None:
        kind, semester = row[RECORD].kind, row[TERM] or ""
        if semester in enrolled:
            self.extra.append(light(row, "", "", state="void", reason=ALREADY_ENROLLED, period=semester))
            return
        entry = light(row, "", "", reason=ENROLLED, period=semester)
        told = self.guarded(kind, row)
        if told is None:
            enrolled.append(semester)
        else:
            entry[STATE], entry[REASON], entry[ARTICLE], entry[STEPS] = told
            if told[0] == "live":
                enrolled.append(semester)
                entry[REASON] = told[1] or ENROLLED
        self.by_kind.setdefault(kind, []).append(row)
        self.extra.append(entry)

    def guarded(self, kind: str, row: Row) -> Told | None:
        """What the guards of a kind say of a record, asked once; None where they say nothing."""
        guards = self.program.guards.get(kind)
        if guards is None:
            return None
        place = row[PLACE]
        if place not in self.told:
            entry = light(row, "", "")
            entry[STEPS] = []
            guards(self, [entry])
            self.told[place] = [entry[STATE], entry[REASON], entry[ARTICLE], entry[STEPS]]
        told = self.told[place]
        return told if told[0] != "live" or told[3] else None

    def kind(self, kind: o.RecordKind) -> None:
        """Ask the guards of a kind, then give its records to the rules that take them."""
        engine, program, name = self.engine, self.program, kind.name
        given = self.by_kind.get(name, [])
        takers, conditional = program.takers[name], program.conditional[name]
        told = [self.guarded(name, row) for row in given] if name in program.guards else [None] * len(given)
        self.plain[name] = [row for row, said in zip(given, told, strict=True) if said is None or said[0] == "live"]
        if name in program.looked_at:
            for row, said in zip(given, told, strict=True):
                entry = light(row, "", "", period=row[TERM] or "")
                if said is not None:
                    entry[STATE], entry[REASON], entry[ARTICLE], entry[STEPS] = [*said[:3], list(said[3])]
                entry[REASON] = entry[REASON] or TAKEN_INTO_ACCOUNT
                self.extra.append(entry)
        if name in engine.policy.searched or name in engine.memberships:
            self.judge(name)
        if not (takers or conditional or kind.item_field):
            return
        field, entries, noted, extra = kind.item_field or "", self.entries, program.noted, self.extra
        for row, said in zip(given, told, strict=True):
            item = row[2].get(field)
            taking = takers.get(item)
            found = (taking,) if taking is not None else ()
            try:
                found = (*found, *(each for each in conditional if each[3](self, row, row[2])))
            except Undetermined:
                raise HandOver(INVALID) from None
            problem = self.problem_of(row) if self.problems else None
            if problem is not None:  # a guard of the kind asked for what is not there
                entry = found[0][0].copy() if found else light(row, "", "")
                entry[ROW], entry[PERIOD], entry[ON], entry[SEMESTER] = row, row[4] or "", row[3], row[4]
                entry[STATE], entry[REASON] = "invalid", engine.told(problem)
                extra.append(entry)
                continue
            for model, rule, period, _, group in found:
                entry = model.copy()
                entry[ROW], entry[ON], entry[SEMESTER] = row, row[3], row[4]
                entry[PERIOD] = row[4] or "" if period == "semester" else self.period_key(period, row)
                if noted:
                    entry[STEPS] = []
                if said is not None:
                    entry[STATE], entry[REASON] = said[0], said[1]
                    entry[ARTICLE] = said[2] or entry[ARTICLE]
                    entry[STEPS] = list(said[3])
                if group and entry[STATE] == "live" and self._group_unknown(kind, row):
                    raise HandOver(PENDING)
                entries[rule].append(entry)
            if not found and said is not None and said[0] != "live":
                entry = light(row, "", "", period=row[4] or "")
                entry[STATE], entry[REASON], entry[ARTICLE], entry[STEPS] = said
                extra.append(entry)
            elif not found:
                reason = engine.no_item if field else engine.no_rule
                extra.append(light(row, "", "", state="unmatched", reason=reason, period=row[4] or ""))
                if not field:
                    self.unrated.append((0, extra[-1]))

    def judge(self, kind: str) -> None:
        """Let the reference see the records of a kind, as its guards have judged them."""
        rows = self.by_kind.get(kind, [])
        even_void = [row for row in rows if (told := self.told.get(row[PLACE])) is None or told[0] in ("live", "void")]
        self.run.given[kind] = [self.record(row) for row in rows]
        self.run.judged[kind] = Judged(
            [self.record(row) for row in self.plain[kind]], [self.record(row) for row in even_void]
        )

    def period_key(self, kind: str, row: Row) -> str:
        return self.run.periods.key(kind, row[DAY], row[TERM]) or ""

    def _group_unknown(self, kind: o.RecordKind, row: Row) -> bool:
        name = kind.group or ""
        if kind.membership is None or (row[2].get(name) is not None and not row[RECORD].named):
            return False
        return self.engine.group_on(self.run.records_of(kind.membership), name, row[DAY]) is None

    # ---- what becomes of entries
    def undetermined(
        self, entry: LightEntry, why: Undetermined, fallback: o.Fallback | None, line: o.Operator, number: int
    ) -> None:
        """What becomes of an entry for which an expression has no value; `number` is the place of the line."""
        if fallback is not None:
            if fallback.disposition == "pending":
                raise HandOver(PENDING)
            self.dismiss(entry, fallback.disposition, fallback.reason or self._reason(entry, why), line)
            self.unrated.append((number, entry))
            if fallback.disposition == "invalid":
                self.in_body.append(entry)
        elif why.sort in ("missing", "function"):
            reason, row = self._reason(entry, why), entry[ROW]
            self.dismiss(entry, "invalid", reason, line)
            self.in_body.append(entry)
            if self.problem_of(row) is None:
                self.problems[row[PLACE]] = self.engine.problem(row[RECORD], why, reason)
        else:
            self.dismiss(entry, "unmatched", why.reason, line)
            self.unrated.append((number, entry))

    def problem_of(self, row: Row) -> Diagnostic | None:
        return row[RECORD].problem or self.problems.get(row[PLACE])

    def _reason(self, entry: LightEntry, why: Undetermined) -> str:
        if why.sort != "missing":
            return why.reason
        name = self.run.column_label(entry[ROW][RECORD].kind, why.name)
        return Phrase(f"{why.name} is empty, but this rule needs it", f"“{name}”没有填，而这条规则要用到它")

    def dismiss(
        self,
        entry: LightEntry,
        state: str,
        reason: str,
        line: o.Operator,
        sort: str | None = None,
        fields: tuple[str, ...] = (),
    ) -> None:
        """Take an entry out, with the reason and the article."""
        if entry[STEPS] is not None:
            entry[STEPS].append((sort or state, line.text, entry[AMOUNT], v.ZERO, line.article, reason, fields))
        entry[STATE], entry[REASON], entry[ARTICLE] = state, reason, line.article or entry[ARTICLE]

    def cut(self, entry: LightEntry, line: o.Operator, after: Decimal, reason: str) -> None:
        """Leave an entry less than it had."""
        if entry[STEPS] is not None:
            entry[STEPS].append(("cap", line.text, entry[AMOUNT], after, line.article, reason, ()))
        entry[AMOUNT], entry[CUT] = after, True
        entry[REASON], entry[ARTICLE] = reason, line.article or entry[ARTICLE]

    def warn(self, row: Row, reason: str) -> None:
        """Warn of a record."""
        self.run.warnings.append(report("CR667", row[RECORD].place, reason=reason))

    def in_order(self, start: int) -> None:
        """Put what a pass over entries left without a rate in the order of lines."""
        if len(self.unrated) - start > 1:
            self.unrated[start:] = sorted(self.unrated[start:], key=_BY_ORDER)

    # ---- the way to the reference
    def record(self, row: Row) -> Record:
        """A record as the reference has it: placed, and as it is judged so far."""
        found = self.copies.get(row[PLACE])
        if found is None:
            found = self.copies[row[PLACE]] = row[RECORD].copy()
            found.semester = row[TERM]
            if row[DAY] is None and row[TERM] in self.engine.calendar.last_days:
                found.order = (self.engine.calendar.last_days[row[TERM]], True, found.identifier)
        problem = self.problems.get(row[PLACE])
        if problem is not None:
            found.problem = found.problem or problem
        return found

    def ask(self, x: e.Expression, row: Row) -> Any:
        """The value of an expression of a record, by the reference. Raises `HandOver` for one that is open."""
        return closed(evaluate(x, self.run.at(self.record(row))))

    def ask_in(self, x: e.Expression, kind: str, key: str) -> Any:
        """The value of an expression in a period, by the reference."""
        return closed(evaluate(x, Environment(self.run, None, (kind, key))))

    def ask_alone(self, x: e.Expression) -> Any:
        """The value of an expression of no record and no period, by the reference."""
        return closed(evaluate(x, Environment(self.run)))

    def then(self, account: str, day: date, before: Record | None) -> Run:
        """The student as of another day, by the reference."""
        found: Run = self.evaluation().then(account, day, before)
        return found

    def ledger(self, entry: LightEntry) -> Entry:
        """The entry of the ledger that a light one stands for, brought up to date."""
        made: Entry | None = entry[LEDGER]
        if made is None:
            made = entry[LEDGER] = Entry.__new__(Entry)
        made.record = self.record(entry[ROW])
        (
            _, made.rule, made.account, made.period, made.sign, made.amount, made.raw, made.state, made.reason,
            made.article, made.cut, made.member, made.gathered, carriers, steps, made.until, made.on, made.semester, _,
        ) = entry  # fmt: skip
        made.pending = made.doubtful = False
        made.carriers = tuple(map(self.ledger, carriers)) if carriers else ()
        made.steps = [Step(*step) for step in steps] if steps else []
        return made

    def by_reference_on(self, entries: list[LightEntry], act: Callable[[Run, list[Entry]], Any]) -> None:
        """Let the reference do something to entries, and take back what it did. Raises `HandOver` for what is open."""
        made = [self.ledger(entry) for entry in entries]
        act(self.run, made)
        for entry, found in zip(entries, made, strict=True):
            if found.pending or found.doubtful or not isinstance(found.amount, Decimal):
                raise HandOver(PENDING)
            if found.record.problem is not None and self.problem_of(entry[ROW]) is None:
                self.problems[entry[ROW][PLACE]] = found.record.problem
            if found.state == "invalid" and entry[STATE] != "invalid":
                self.in_body.append(entry)
            entry[ACCOUNT], entry[PERIOD], entry[SIGN], entry[AMOUNT], entry[RAW], entry[STATE] = (
                found.account, found.period, found.sign, found.amount, found.raw, found.state,
            )  # fmt: skip
            entry[REASON], entry[ARTICLE], entry[CUT] = found.reason, found.article, found.cut
            entry[UNTIL], entry[ON], entry[SEMESTER] = found.until, found.on, found.semester
            if entry[STEPS] is not None:
                entry[STEPS] = [(s.sort, s.text, s.before, s.after, s.article, s.note, s.fields) for s in found.steps]
        if self.run.bounds:
            raise HandOver(PENDING)
        if self.run.unrated:
            own = {id(found): entry for entry, found in zip(entries, made, strict=True)}
            self.unrated += [(0, own[id(found)]) for found in self.run.unrated]
            self.run.unrated.clear()

    def show(self, names: Iterable[str]) -> None:
        """Let the reference see the entries of rules."""
        for name in names:
            self.run.entries[name] = [self.ledger(entry) for entry in self.entries[name]]
        self.run.stage += 1

    def guard_entry(self, row: Row, told: Told | None) -> Entry:
        """What the guards of its kind said of a record, as an entry."""
        entry = light(row, "", "", period=row[TERM] or "")
        if told is not None:
            entry[STATE], entry[REASON], entry[ARTICLE], entry[STEPS] = told
        return self.ledger(entry)

    def part_lines(self) -> list[PartLine]:
        """How the parts of requirements stand."""
        return [found if isinstance(found, PartLine) else _part_line(*found) for found in self.parts]

    def evaluation(self) -> Any:
        """This student in the reference, as far as it is worked out."""
        return self.engine.evaluation(self)


def closed(value: Any) -> Any:
    """A value that is settled. Raises `HandOver` for one that is open."""
    if value is v.OPEN or isinstance(value, v.Interval):
        raise HandOver(OPEN_VALUE)
    return value


def _part_line(
    requirement: o.Decide, part: o.Case, stands: tuple[PartStatus, Decimal | None, Decimal | None, Decimal | None]
) -> PartLine:  # fmt: skip
    status, have, needed, short = stands
    return PartLine(
        requirement=requirement.name, part=part.label, number=part.number, needed=needed, have=have, short=short,
        status=status, article=part.article,
    )  # fmt: skip
