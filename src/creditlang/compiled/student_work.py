"""One student at work in generated code: records placed and sorted, their guards asked, and given to rules."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any

from creditlang import values as v
from creditlang.compiled.asked_of_reference import AskedOfReference, Told, WhenAsked
from creditlang.compiled.invalid_records import ask_of_undated, known_invalid, note_undated
from creditlang.compiled.light_entries import (
    AMOUNT,
    ARTICLE,
    CUT,
    DAY,
    MEMBER,
    ON,
    PERIOD,
    REASON,
    RECORD,
    ROW,
    SEMESTER,
    STATE,
    STEPS,
    TERM,
    VALUES,
    LightEntry,
    Row,
    light,
)
from creditlang.compiled.policy_at_hand import INVALID, PENDING, RULED, HandOver, PolicyAtHand
from creditlang.core import operators as o
from creditlang.diagnostics import Diagnostic, report
from creditlang.interpreter import StudentData
from creditlang.interpreter.evaluate import (
    ALREADY_ENROLLED,
    ENROLLED,
    FUTURE,
    NO_ITEM,
    NO_RULE,
    NOT_BEGUN,
    TAKEN_INTO_ACCOUNT,
)
from creditlang.interpreter.steps import needed
from creditlang.interpreter.student_run import Run
from creditlang.ledger import Entry, PartLine, PartStatus, Record, group_on
from creditlang.values import Undetermined

Taker = tuple[Any, ...]
"""A rule that takes records: the entry that its own are copies of, its name, its condition if it takes by one, and
whether it falls on the group of a record.
"""
_BY_ORDER = itemgetter(0)


class Work(AskedOfReference):
    """The state of one student."""

    __slots__ = ("attributes", "balances", "cells", "covered", "known", "parts", "special", "wholes")

    def __init__(
        self, at_hand: PolicyAtHand, program: Any, student: StudentData,
        left: frozenset[tuple[str, str]] = frozenset(), invalid: Mapping[str, list[Entry]] | None = None,
    ) -> None:  # fmt: skip
        """`program` is what was generated: who takes records, the guards of kinds, what is noted; what is `left` is not
        done here, and records are `invalid` for those who do it.
        """
        self.left, self.invalid, self.theirs, self.reference, self.open = left, invalid, set(), None, None
        self.at_hand, self.program, self.student = at_hand, program, student
        self.attributes: Mapping[str, Any] = student.attributes
        self.special: list[Row] = []
        """Records of which something is said before any rule is asked."""
        self.by_kind, self.entries, self.taken = defaultdict(list), defaultdict(list), defaultdict(list)
        self.plain, self.even_void, self.unseen_rules = {}, {}, []
        self.extra, self.unrated, self.in_body, self.told, self.undated = [], [], [], {}, set()
        self.known: dict[Any, Any] = {}
        """What is worked out once for this student."""
        self.parts: list[Any] = []
        self.ranks, self.requirements = [], {}
        self.problems, self.copies, self.others = {}, {}, None
        if program.asks_before or not at_hand.enrolment:
            self._begin(() if at_hand.enrolment else at_hand.begun)

    def _begin(self, enrolled: tuple[str, ...]) -> None:
        hand = self.at_hand
        others: Any = self
        self.run = run = Run(
            policy=hand.policy, calendar=hand.calendar, as_of=hand.as_of, attributes=self.attributes,
            given=WhenAsked(self.by_kind, self.given), judged=WhenAsked(self.plain, self.judged),
            enrolled=enrolled, overrides=hand.overrides, labels=hand.labels, others=others,
            periods=(hand.periods.find if hand.policy.periods else hand.periods.__getitem__)(enrolled),
        )  # fmt: skip
        self.covered, self.cells, self.balances, self.wholes = run.covered, run.cells, run.balances, run.wholes

    # ---- records
    def sort_records(self) -> None:
        """Place the records, sort them, and take out what is invalid or lies ahead."""
        hand = self.at_hand
        last_days, semester_of, enrolment = hand.last_days, hand.semester_of, hand.enrolment
        last, by_kind, special = hand.as_of or date.max, self.by_kind, self.special
        starts, plainly, begun = bool(last_days), self.program.enrols_plainly, hand.begun
        enrolling: list[Row] = []
        for record in self.student.records:
            on, semester, kind = record.on, record.semester, record.kind
            odd = record.problem is not None or record.ruling is not None
            if on is not None and on <= last and not odd and kind not in enrolment:
                if semester is None and starts:
                    semester = semester_of[on]
                if semester is not None or not starts:
                    by_kind[kind].append((record.order, record, record.values, on, semester))
                    continue
            elif kind in plainly and on is None and semester in begun and not odd:
                enrolling.append(((last_days[semester], True, record.identifier), record, record.values, on, semester))
                continue
            self._place_unusual(record, semester)
        for rows in by_kind.values():
            rows.sort(key=_BY_ORDER)
        enrolled: list[str] = []
        place = self._place if special else self._enrol
        special += enrolling
        special.sort(key=_BY_ORDER)
        for row in special:
            place(row, enrolled)
        if enrolment:
            self._begin(tuple(name for name in hand.begun if name in enrolled))

    def _place_unusual(self, record: Record, semester: str | None) -> None:
        """Place a record without a day, outside of the calendar, ahead, invalid, or one that enrols."""
        hand, on, order, undated = self.at_hand, record.on, record.order, False
        if record.ruling is not None:
            raise HandOver(RULED)
        if on is None:
            if semester in hand.last_days:
                order = (hand.last_days[semester], True, record.identifier)
            if record.kind in hand.dated and record.problem is None:
                undated = hand.by_day or semester not in hand.last_days
        elif semester is None and hand.last_days and record.problem is None:
            semester = hand.semester_of[on]
        usual = on <= (hand.as_of or date.max) if on is not None else hand.has_begun(semester or "")
        row = (order, record, record.values, on, semester)
        if undated and ("kind", record.kind) not in self.left:
            note_undated(self, row)
        if semester is None and on is not None and hand.last_days and hand.is_wrong_outside(record):
            self.problems[id(row)] = report("CR659", record.place, date=on.isoformat())
            usual = False
        rows = self.by_kind[record.kind] if usual else self.special
        (self.special if record.problem is not None or record.kind in hand.enrolment else rows).append(row)

    def rows(self) -> list[Row]:
        """All records as placed, in order."""
        made = {id(row[RECORD]): row for rows in (self.special, *self.by_kind.values()) for row in rows}
        return sorted((made[id(record)] for record in self.student.records), key=_BY_ORDER)

    def _place(self, row: Row, enrolled: list[str]) -> None:
        """Take a record out that is invalid or lies ahead, or enrol by it."""
        record, semester = row[RECORD], row[TERM] or ""
        if (problem := self.problem_of(row)) is not None:
            self.extra.append(light(row, "", "", state="invalid", reason=self.at_hand.told(problem)))
        elif row[DAY] is not None and self.at_hand.as_of is not None and row[DAY] > self.at_hand.as_of:
            self.extra.append(light(row, "", "", state="void", reason=FUTURE))
        elif row[DAY] is None and not self.at_hand.has_begun(semester):
            self.extra.append(light(row, "", "", state="void", reason=NOT_BEGUN, period=semester))
        elif record.kind in self.at_hand.enrolment:
            self._enrol(row, enrolled)

    def _enrol(self, row: Row, enrolled: list[str]) -> None:
        kind, semester = row[RECORD].kind, row[TERM] or ""
        if semester in enrolled:
            self.extra.append(light(row, "", "", state="void", reason=ALREADY_ENROLLED, period=semester))
            return
        entry = light(row, "", "", reason=ENROLLED, period=semester)
        told = self.guarded(kind, row) if kind in self.program.guards else None
        if told is not None:
            entry[STATE], entry[REASON], entry[ARTICLE], entry[STEPS] = told
        if entry[STATE] == "live":
            enrolled.append(semester)
            entry[REASON] = entry[REASON] or ENROLLED
        self.by_kind[kind].append(row)
        self.extra.append(entry)

    def guarded(self, kind: str, row: Row) -> Told | None:
        """What the guards of a kind say of a record, asked once; None where they say nothing."""
        told = self.told.get(id(row))
        if told is None:
            if self.program.sound[kind](self, row, row[VALUES]):
                return None
            entry = light(row, "", "")
            entry[STEPS] = [] if self.program.noted else None
            self.program.guards[kind](self, [entry])
            told = self.told[id(row)] = [entry[STATE], entry[REASON], entry[ARTICLE], entry[STEPS]]
        return told if told[0] != "live" or told[3] else None

    def kind(self, kind: o.RecordKind) -> None:
        """Ask the guards of a kind, then give its records to the rules that take them."""
        program, name = self.program, kind.name
        given: list[Row] = self.by_kind.get(name, [])
        told: list[Told | None] | None = None
        plain = even_void = given
        if given and (sound := program.sound.get(name)) is not None:
            if self.undated:
                told = ask_of_undated(self, kind, given)
            else:
                told = [None if sound(self, row, row[2]) else self.guarded(name, row) for row in given]
            if not any(told):
                told = None
            else:
                states = [(row, "live" if said is None else said[0]) for row, said in zip(given, told, strict=True)]
                plain = [row for row, state in states if state == "live"]
                even_void = [row for row, state in states if state in ("live", "void")]
        if self.invalid:
            plain, even_void = (
                [row for row in rows if row[RECORD].key not in self.invalid] for rows in (plain, even_void)
            )
        self.plain[name], self.even_void[name] = plain, even_void
        if not given:
            return
        if name in program.looked_at:
            for place, row in enumerate(given):
                entry = self._settled(row, told[place] if told is not None else None)
                entry[REASON] = entry[REASON] or TAKEN_INTO_ACCOUNT
                self.extra.append(entry)
        if program.takers[name] or program.conditional[name] or kind.item_field:
            self._give(kind, given, told)

    def _give(self, kind: o.RecordKind, given: list[Row], told: list[Told | None] | None) -> None:
        """Give the records of a kind to the rules that take them."""
        program, field, taken = self.program, kind.item_field or "", self.taken
        takers, conditional, problems = program.takers[kind.name], program.conditional[kind.name], self.problems
        plainly = not (conditional or problems or self.invalid) and program.takes_plainly[kind.name]
        if told is None and plainly:
            for row in given:  # the same as below, for what nearly all are
                taking = takers.get(row[2].get(field))
                if taking is None:
                    self._not_taken(row, None, field)
                else:
                    taken[taking[1]].append(row)
            return
        for place, row in enumerate(given):
            said = told[place] if told is not None else None
            taking = takers.get(row[2].get(field))
            found = (taking,) if taking is not None else ()
            if conditional:
                found = (*found, *self._by_condition(conditional, row))
            if problems and (problem := problems.get(id(row))) is not None:
                self._not_judged(row, problem, found)  # a guard of the kind asked for what is not there
            elif not found:
                self._not_taken(row, said, field)
            elif self.invalid and (known := self.invalid.get(row[RECORD].key)):
                for _, rule, _, _ in found:
                    entry = self.opened(rule, row) if said is None else self.reopened(rule, row, said)
                    taken[rule].append(known_invalid(entry, known))
                if (wrong := known[0].record.problem) is not None:
                    problems[id(row)] = wrong
            else:
                for _, rule, _, group in found:
                    if group and (said is None or said[0] == "live") and self._group_unknown(kind, row):
                        raise HandOver(PENDING)
                    taken[rule].append(row if said is None else self.reopened(rule, row, said))

    def opened(self, rule: str, taken: Row | LightEntry) -> LightEntry:
        """The entry of a rule for a record that it has taken, before any of its lines is done to it."""
        if isinstance(taken, list):
            return taken
        model, period = self.program.models[rule]
        entry: LightEntry = model.copy()
        entry[ROW], entry[ON], entry[SEMESTER] = taken, taken[3], taken[4]
        entry[PERIOD] = (taken[4] if period is None else self.period_key(period, taken[3], taken[4])) or ""
        if self.program.noted:
            entry[STEPS] = []
        return entry

    def reopened(self, rule: str, row: Row, said: Told) -> LightEntry:
        """An entry of a rule, as the guards of the record's kind left it."""
        entry = self.opened(rule, row)
        entry[STATE], entry[REASON] = said[0], said[1]
        entry[ARTICLE] = said[2] or entry[ARTICLE]
        entry[STEPS] = list(said[3]) if self.program.noted else None
        return entry

    def _by_condition(self, conditional: Iterable[Taker], row: Row) -> list[Taker]:
        """The rules that take a record by their condition."""
        try:
            return [each for each in conditional if each[2](self, row, row[2])]
        except Undetermined:
            raise HandOver(INVALID) from None

    def _not_judged(self, row: Row, problem: Diagnostic, found: tuple[Taker, ...]) -> None:
        """Note a record that is invalid for the first rule that takes it, and all others."""
        entry = found[0][0].copy() if found else light(row, "", "")
        entry[ROW], entry[PERIOD], entry[ON], entry[SEMESTER] = row, row[TERM] or "", row[DAY], row[TERM]
        entry[STATE], entry[REASON] = "invalid", self.at_hand.told(problem)
        self.extra.append(entry)

    def _not_taken(self, row: Row, said: Told | None, field: str) -> None:
        if said is not None and said[0] != "live":
            self.extra.append(self._settled(row, said))
            return
        reason = NO_ITEM if field else NO_RULE
        entry = light(row, "", "", state="unmatched", reason=reason, period=row[TERM] or "")
        self.extra.append(entry)
        if not field:
            self.unrated.append((0, entry))

    def _settled(self, row: Row, said: Told | None) -> LightEntry:
        """What the guards of its kind said of a record, as an entry of no rule."""
        entry = light(row, "", "", period=row[TERM] or "")
        if said is not None:
            entry[STATE], entry[REASON], entry[ARTICLE] = said[:3]
            entry[STEPS] = list(said[3]) if said[3] else None
        return entry

    def guard_entry(self, row: Row) -> Entry:
        """What the guards of its kind said of a record, for the interpreter."""
        return self.ledger(self._settled(row, self.told.get(id(row))))

    def period_key(self, kind: str, on: date | None, semester: str | None) -> str | None:
        """What the period of a kind is called that holds a day, or a semester."""
        keys = self.at_hand.period_keys[kind]
        return keys[on, semester] if keys is not None else self.run.periods.key(kind, on, semester)

    def _group_unknown(self, kind: o.RecordKind, row: Row) -> bool:
        name = kind.group or ""
        if kind.membership is None or (row[2].get(name) is not None and not row[RECORD].named):
            return False
        return group_on(self.run.records_of(kind.membership), name, row[DAY]) is None

    def put_in_periods(self, entries: list[LightEntry], kinds: Iterable[str]) -> None:
        """Take out the entries that lie in no period of a declared kind. Raises `HandOver` where that is not known."""
        periods = self.run.periods
        for kind in kinds:
            for entry in entries:
                if entry[STATE] == "live" and not entry[MEMBER]:
                    day = entry[ON] or self.at_hand.last_days.get(entry[SEMESTER] or "")
                    if day is None or kind in periods.wrong:
                        raise HandOver(INVALID)
                    if outside := periods.outside(kind, day):
                        entry[STATE], entry[REASON] = "void", outside

    # ---- what becomes of entries
    def undetermined(
        self, entry: LightEntry, why: Undetermined, fallback: o.Fallback | None, line: o.Operator, number: int
    ) -> None:
        """What becomes of an entry for which an expression has no value; `number` is the place of the line."""
        row = entry[ROW]
        reason = why.reason if why.sort != "missing" else needed(self.run, row[RECORD].kind, why.name)
        if fallback is not None:
            if fallback.disposition == "pending":
                raise HandOver(PENDING)
            self.dismiss(entry, fallback.disposition, fallback.reason or reason, line)
            self.unrated.append((number, entry))
            if fallback.disposition == "invalid":
                self.in_body.append(entry)
        elif why.sort in ("missing", "function"):
            self.dismiss(entry, "invalid", reason, line)
            self.in_body.append(entry)
            if self.problem_of(row) is None:
                self.problems[id(row)] = self.at_hand.problem(row[RECORD], why, reason)
        else:
            self.dismiss(entry, "unmatched", reason, line)
            self.unrated.append((number, entry))

    def dismiss(self, entry: LightEntry, state: str, reason: str, line: o.Operator, sort: str | None = None) -> None:
        """Take an entry out, with the reason and the article."""
        if entry[STEPS] is not None:
            entry[STEPS].append((sort or state, line.text, entry[AMOUNT], v.ZERO, line.article, reason, ()))
        entry[STATE], entry[REASON], entry[ARTICLE] = state, reason, line.article or entry[ARTICLE]

    def cut(self, entry: LightEntry, line: o.Operator, after: Decimal, reason: str) -> None:
        """Leave an entry less than it had."""
        if entry[STEPS] is not None:
            entry[STEPS].append(("cap", line.text, entry[AMOUNT], after, line.article, reason, ()))
            self.covered.add(line.number)
        surely = not after or entry[AMOUNT] > after
        entry[AMOUNT], entry[CUT] = after, True
        if surely or not entry[REASON]:
            entry[REASON], entry[ARTICLE] = reason, line.article or entry[ARTICLE]

    def warn(self, row: Row, reason: str) -> None:
        """Warn of a record."""
        self.run.warnings.append(report("CR667", row[RECORD].place, reason=reason))

    def in_order(self, start: int) -> None:
        """Put what a pass over entries left without a rate in the order of lines."""
        self.unrated[start:] = sorted(self.unrated[start:], key=_BY_ORDER)

    def part_lines(self) -> list[PartLine]:
        """How the parts of requirements stand."""
        return [found if isinstance(found, PartLine) else _part_line(*found) for found in self.parts]


def _part_line(
    requirement: o.Decide, part: o.Case, stands: tuple[PartStatus, Decimal | None, Decimal | None, Decimal | None]
) -> PartLine:
    status, have, least, short = stands
    return PartLine(
        requirement=requirement.name, part=part.label, number=part.number, needed=least, have=have, short=short,
        status=status, article=part.article,
    )  # fmt: skip
