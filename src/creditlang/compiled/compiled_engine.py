"""One student by generated Python: the engine, and a student worked out by it.

What a policy means is the reference's affair; this gives the same, byte for byte. What is open of a student, with all
that hangs on it, is left to the reference. Amounts stay decimals: a sum or product of two takes 20 ns longer than of
integers, and to make a decimal of an integer takes 250.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import DecimalException
from functools import partial
from typing import Any, Final

from creditlang import values as v
from creditlang.compiled.body_source import BodySource
from creditlang.compiled.expression_source import ExpressionSource
from creditlang.compiled.expression_writer import Here
from creditlang.compiled.invalid_records import found_invalid
from creditlang.compiled.light_entries import CARRIERS, CUT, REASON, RECORD, ROW, STATE, LightEntry, light
from creditlang.compiled.node_source import NodeSource, RestByReference
from creditlang.compiled.policy_at_hand import (
    INVALID,
    LEAVES,
    MOVES_ASKED,
    TOO_LONG,
    HandOver,
    PolicyAtHand,
)
from creditlang.compiled.source_text import SourceText
from creditlang.compiled.student_work import Work
from creditlang.core import operators as o
from creditlang.core.dependencies import references
from creditlang.core.expressions import Query
from creditlang.diagnostics import Diagnostic, Phrase, report
from creditlang.interpreter.evaluate import (
    FUTURE,
    MOST_PASSES,
    NOT_BEGUN,
    NOT_JUDGED,
    Interpreter,
    StudentData,
)
from creditlang.ledger import (
    AccountLine,
    Disposition,
    Entry,
    FactLine,
    StudentResult,
    strongest,
)
from creditlang.values import Undetermined

Left = frozenset[tuple[str, str]]
Invalid = Mapping[str, list[Entry]]
_MOST_LEFT: Final = 8
"""As many rules and nodes as that are left to the reference; with more of them it works the student out."""


class CompiledEngine:
    """Works out the students of a policy, as the interpreter that it is given would."""

    def __init__(self, known: Interpreter) -> None:
        """`known` gives the policy, the day, the named values, what students are together, and works out the rest."""
        self.at_hand = PolicyAtHand(known)
        self.policy = known.policy
        self.lacks = tuple(_lacks(known.policy))
        """Why students of this policy are handed over, whoever they are."""
        self.handed_over: Counter[Phrase] = Counter()
        """How many students were handed over, from the first node or a later one on, by why."""
        self._programs: dict[bool, _Program] = {}
        self._begun: list[Work] = []
        """How the student at hand was begun, each time: the last stays, if it came to its end."""

    # ---- students
    def work_out(self, student: StudentData, noted: bool = True) -> "Worked | None":
        """A student worked out; None for one that is for the reference. Without `noted` there are only totals."""
        if self.lacks:
            return None
        try:
            with v.exact_operators():
                worked = self._work_out(student, noted)
                self._begun.pop()
                return worked
        except HandOver as why:
            self.handed_over[why.args[0]] += 1
        except DecimalException:
            self.handed_over[TOO_LONG] += 1
        finally:
            while self._begun:
                self._begun.pop().let_go()
        return None

    def _work_out(
        self, student: StudentData, noted: bool, left: Left = frozenset(), invalid: Invalid | None = None,
        passes: int = 1,
    ) -> "Worked":  # fmt: skip
        """Rules and nodes in which something turns out to be open are left to the reference, with what hangs on them;
        where others have begun to change entries, all is done anew without them. So it is where records are found
        invalid that were looked at all the same: they are `invalid` from the start. After most `passes` that may be so
        the interpreter says what it says then.
        """
        program = self._programs.get(noted)
        if program is None:
            program = self._programs[noted] = _Program(self.at_hand, noted)
        self._begun.append(w := Work(self.at_hand, program, student, left, invalid))
        if program.applies is not None and not program.applies(w):
            records: dict[str, Disposition] = {x.key: "out of scope" for x in student.records}
            return Worked(self.at_hand, w, StudentResult(student.identifier, False, records=records))
        order: Sequence[tuple[str, str]] | None = () if left else None
        for place, node in enumerate(program.nodes):
            try:
                node(w)
            except RestByReference:
                order = self.policy.order[place - 1 :]
                break
            except HandOver as why:
                reason, *nodes = why.args
                found = frozenset(nodes) or frozenset(self.policy.order[place - 1 : place])
                if not noted or reason not in LEAVES or found <= left or len(left) > _MOST_LEFT:
                    raise
                if place not in program.by_reference_alone:
                    worked = self._work_out(student, noted, left | found, invalid, passes)
                    if not left and passes == 1:
                        self.handed_over[reason] += 1
                    return worked
                program.by_reference_alone[place](w)
                w.open = w.open or reason
        if w.open is not None and not left and passes == 1:
            self.handed_over[w.open] += 1
        result = w.rest(order or ()) if noted and (order is not None or w.theirs) else None
        again = found_invalid(w) if result is None else w.evaluation().found_invalid(result)
        if not noted and (again or order is not None):
            raise HandOver(MOVES_ASKED if order is not None else INVALID)
        if not again:
            return Worked(self.at_hand, w, result)
        kinds = {entry.record.kind for entries in again.values() for entry in entries}
        if not kinds.isdisjoint(self.at_hand.enrolment) or passes >= MOST_PASSES:
            raise HandOver(INVALID)
        worked = self._work_out(student, noted, left, {**(invalid or {}), **again}, passes + 1)
        last = worked.result()
        last.covered |= w.covered
        last.cells |= w.cells
        return worked


class _Program:
    """What was generated for a policy, with or without notes."""

    def __init__(self, hand: PolicyAtHand, noted: bool) -> None:
        policy, source = hand.policy, SourceText()
        self.noted = noted
        wording = ExpressionSource(hand, source, noted)
        bodies = BodySource(wording, noted)
        nodes = NodeSource(policy, wording, bodies, noted)
        guards = {name: bodies.body(kind.guards, (name,)) for name, kind in policy.kinds.items()}
        sound = {name: bodies.sound(kind.guards, (name,)) for name, kind in policy.kinds.items() if kind.guards}
        applies = wording.function(policy.applies, Here(), met=True) if policy.applies is not None else None
        wheres = {
            rule.name: wording.function(rule.where, Here((rule.kind,)), met=True)
            for rule in policy.rules.values()
            if rule.where is not None
        }
        made = [nodes.node(kind, name) for kind, name in policy.order]
        self.namespace = functions = source.compiled()
        self.nodes = [Work.sort_records, *(each(functions) for each in made)]
        self.by_reference_alone = {
            place: nodes.ask_reference(kind, name)(functions)
            for place, (kind, name) in enumerate(policy.order, 1)
            if kind in ("fact", "credit", "require")
        }
        """By place, the nodes that change no entries, done by the reference."""
        self.sound = {name: functions[sure] for name, sure in sound.items()}
        """By kind, whether its guards surely let a record pass."""
        self.guards = {name: functions[body] for name, body in guards.items() if body is not None}
        self.enrols_plainly = hand.enrolment - self.guards.keys()
        """The kinds whose records enrol whatever else they say."""
        self.applies = _applying(functions[applies]) if applies is not None else None
        self.asks_before = applies is not None or any(policy.kinds[name].enrolment for name in self.guards)
        """Whether something is asked before it is known who is enrolled."""
        self.by_reference = nodes.by_reference
        self.asked = wording.count_asked
        self.models = {
            name: (light(None, name, rule.account, rule.article), None if period == "semester" else period)
            for name, rule in policy.rules.items()
            for period in (policy.accounts[rule.account].period,)
        }
        """By rule, the entry that its own are copies of, and the kind of period of its account if that is no semester.
        """
        self.takers: dict[str, dict[str, Any]] = {name: {} for name in policy.kinds}
        self.conditional: dict[str, list[Any]] = {name: [] for name in policy.kinds}
        for rule in policy.rules.values():
            taker = (
                self.models[rule.name][0],
                rule.name,
                functions[wheres[rule.name]] if rule.where is not None else None,
                rule.falls_on_group,
            )
            if rule.where is None:
                self.takers[rule.kind][rule.name] = taker
            else:
                self.conditional[rule.kind].append(taker)
        self.takes_plainly = {
            name: not any(group for _, _, _, group in takers.values()) for name, takers in self.takers.items()
        }
        """By kind, whether none of its rules falls on groups."""
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


FROM_PERIOD_TO_PERIOD = Phrase("values from one period to the next", "逐期递推的数值")
CLEAN_STRETCHES = Phrase("records made for clean stretches", "由无违规期间生成的记录")
SEARCHING_ENROLMENT = Phrase("conditions of enrolment that look at other records", "在籍记录的条件要查其他记录")


def _lacks(policy: o.Policy) -> Iterable[Phrase]:
    """Why a policy is not for this engine."""
    if policy.recurrences:
        yield FROM_PERIOD_TO_PERIOD
    if any(kind.clean is not None for kind in policy.kinds.values()):
        yield CLEAN_STRETCHES
    for kind in policy.kinds.values():
        if kind.enrolment and any(True for _ in references(kind.guards, Query)):
            yield SEARCHING_ENROLMENT


class Worked:
    """A student worked out; results are made when asked for."""

    def __init__(self, hand: PolicyAtHand, w: Work, result: StudentResult | None) -> None:
        self._hand, self._w, self._result = hand, w, result

    def totals(self) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """What each account has over the whole time, and how each requirement stands."""
        w = self._w
        return w.run.wholes, self._result.requirements if self._result is not None else w.requirements

    def result(self) -> StudentResult:
        """All results, with entries and steps."""
        w = self._w
        if self._result is not None:
            return self._result
        policy, run, result = self._hand.policy, w.run, StudentResult(w.student.identifier, True)
        with v.exact_operators():
            light = [entry for name in policy.rules for entry in w.entries.get(name, ())]
            light += w.extra
            result.entries = [w.ledger(entry, final=True) for entry in light]
            result.records = _dispositions(light)
            result.problems = self._problems()
            unrated = {
                key: entry for _, entry in w.unrated if result.records[key := entry[ROW][RECORD].key] in NOT_JUDGED
            }
            for entry in unrated.values():
                if w.problem_of(entry[ROW]) is None:
                    result.problems.append(report("CR669", entry[ROW][RECORD].place, reason=entry[REASON]))
            result.problems.extend(run.warnings)
            if w.too_many:
                result.problems.extend(map(w.evaluation().looked_back_too_often, sorted(w.too_many)))
            result.accounts = list(self._account_lines())
            for name, values in run.facts.items():
                if name in policy.facts:
                    result.facts.extend(
                        w.evaluation().fact_line(policy.facts[name], key, value)
                        if name in self._hand.looking_back
                        else FactLine(name, key, value)
                        for key, value in values.items()
                    )
            result.covered, result.cells = run.covered, run.cells
            result.attributes, result.applied = run.attributes, run.applied
            result.periods = {name: run.periods.begun(name) for name in policy.periods}
            result.parts, result.ranks = w.part_lines(), w.ranks
            result.requirements = w.requirements
        self._result = result
        return result

    def close(self) -> None:
        """Let go of what refers to itself, when nothing more is asked."""
        self._w.let_go()

    def _problems(self) -> list[Diagnostic]:
        """What rules, or the calendar, found wrong with records."""
        w = self._w
        if not w.problems:
            return []
        return [w.problems[id(row)] for row in w.rows() if not row[RECORD].problem and id(row) in w.problems]

    def _account_lines(self) -> Iterable[AccountLine]:
        run = self._w.run
        for name, unit, whole in self._hand.shown_accounts:
            balances = run.balances.get(name)
            if balances:
                for period in sorted(balances) if len(balances) > 1 else balances:
                    if period:
                        yield _account_line((name, period, balances[period], unit))
            if whole:
                yield _account_line((name, "", run.wholes.get(name, v.ZERO), unit))


_account_line: Callable[[tuple[Any, ...]], AccountLine] = partial(tuple.__new__, AccountLine)


def _dispositions(entries: Iterable[LightEntry]) -> dict[str, Disposition]:
    """The one disposition of each record."""
    found: dict[str, Disposition] = {}
    for entry in entries:
        key = entry[ROW][RECORD].key
        own = _disposition(entry) if entry[CARRIERS] or entry[STATE] == "live" else _out(entry)
        known = found.get(key)
        found[key] = own if known is None or known == own else strongest([known, own])
    return found


def _out(entry: LightEntry) -> Disposition:
    return "out of scope" if entry[REASON] in (FUTURE, NOT_BEGUN) else _disposition(entry)


def _disposition(entry: LightEntry) -> Disposition:
    if carriers := entry[CARRIERS]:
        own = {_disposition(carrier) for carrier in carriers}
        return own.pop() if len(own) == 1 else strongest([*own])
    if entry[STATE] != "live":
        state: Disposition = entry[STATE]
        return state
    return "reduced" if entry[CUT] else "counted"
