"""The way from light entries and rows to the interpreter and back: expressions, lines and nodes without a form here.

All that generated code knows stands in a `Run` of the interpreter; records and entries of the ledger are made of rows
and light entries when the interpreter looks at them.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Self, TypeVar

from creditlang.compiled.light_entries import (
    ACCOUNT,
    AMOUNT,
    ARTICLE,
    CUT,
    DAY,
    LEDGER,
    ON,
    ORDER,
    PERIOD,
    RAW,
    REASON,
    RECORD,
    ROW,
    RULE,
    SEMESTER,
    SIGN,
    STATE,
    STEPS,
    TERM,
    UNTIL,
    LightEntry,
    Row,
)
from creditlang.compiled.policy_at_hand import LEAVES, OPEN_VALUE, PENDING, HandOver, PolicyAtHand, closed
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Diagnostic, Phrase
from creditlang.interpreter import StudentData
from creditlang.interpreter.evaluate import Evaluation
from creditlang.interpreter.expression_meanings import evaluate
from creditlang.interpreter.other_runs import OtherRuns
from creditlang.interpreter.student_run import Environment, Judged, Run
from creditlang.ledger import Entry, PartLine, RankLine, Record, Status, Step, StudentResult
from creditlang.values import Undetermined

_step: Callable[[tuple[Any, ...]], Step] = partial(tuple.__new__, Step)
"""A step of the tuple of its parts."""
Asked = TypeVar("Asked")
Told = list[Any]
"""What the guards of its kind said of a record: its state, reason, article and steps."""


class WhenAsked(dict[str, Asked]):
    """What the interpreter sees of each kind, made when it looks at it."""

    def __init__(self, there: Container[str], make: Callable[[str], Asked]) -> None:
        """Of the kinds that are `there`."""
        super().__init__()
        self.there, self.make = there, make

    def __contains__(self, kind: object) -> bool:
        return kind in self.there or super().__contains__(kind)

    def get(self, kind: str, default: Any = None) -> Any:
        if not super().__contains__(kind) and kind in self.there:
            self[kind] = self.make(kind)
        return super().get(kind, default)


class AskedOfReference:
    """A student at work, as far as the interpreter sees it."""

    __slots__ = (
        "at_hand", "by_kind", "copies", "entries", "even_void", "extra", "in_body", "invalid", "left", "open", "others",
        "plain", "problems", "program", "ranks", "reference", "requirements", "run", "student", "taken", "theirs",
        "told", "undated", "unrated", "unseen_rules",
    )  # fmt: skip
    at_hand: PolicyAtHand
    student: StudentData
    run: Run
    ranks: list[RankLine]
    requirements: dict[str, Status]
    copies: dict[int, Record]
    """Records as placed, by their rows, as far as they were made."""
    problems: dict[int, Diagnostic]
    """What rules found wrong with records, by their rows."""
    entries: dict[str, list[LightEntry]]
    """Of the rules whose lines have been done."""
    taken: dict[str, list[Row | LightEntry]]
    """What the others have taken: records, or entries of those of which a guard has said something."""
    by_kind: dict[str, list[Row]]
    plain: dict[str, list[Row]]
    even_void: dict[str, list[Row]]
    unseen_rules: list[str]
    """The rules of which it has not seen the entries, though nothing is done to them any more."""
    unrated: list[tuple[int, Any]]
    extra: list[Any]
    """Entries of no rule: what was told before any was asked. These and those without a rate are light, but for those
    of the interpreter.
    """
    left: frozenset[tuple[str, str]]
    """Nodes, and rules, that are the interpreter's because something there is open."""
    invalid: Mapping[str, list[Entry]] | None
    """Records that are invalid for every rule, as for the interpreter."""
    open: Phrase | None
    """What is open in the first rule, fact or requirement that was left to the interpreter for that."""
    program: Any
    known: dict[Any, Any]
    told: dict[int, Told]
    undated: set[int]
    """Rows of which it is not known in which periods they lie."""
    theirs: set[str]
    """The rules whose entries the interpreter has."""
    reference: Evaluation | None
    """This student in the interpreter."""
    in_body: list[LightEntry]
    """Entries that a rule found invalid."""
    others: OtherRuns[Run] | None

    def rows(self) -> list[Row]:
        """All records as placed, in order."""
        raise NotImplementedError

    def record(self, row: Row) -> Record:
        """A record as placed, and as it is judged so far."""
        place = id(row)
        found = self.copies.get(place)
        if found is None:
            found = self.copies[place] = row[RECORD].copy()
            found.semester = row[TERM]
            if row[DAY] is None and row[TERM] in self.at_hand.last_days:
                found.order = (self.at_hand.last_days[row[TERM]], True, found.identifier)
        if place in self.problems:
            found.problem = found.problem or self.problems[place]
        return found

    def problem_of(self, row: Row) -> Diagnostic | None:
        """What is wrong with a record, by reading or by rules."""
        found: Diagnostic | None = row[RECORD].problem or self.problems.get(id(row))
        return found

    # ---- what the interpreter sees
    def look(self) -> Self:
        """Let the interpreter see what has been worked out since it last looked: entries of the trees that are done."""
        run = self.run
        if self.unseen_rules:
            run.entries = run.entries or {name: [] for name in self.at_hand.policy.rules}
            for name in self.unseen_rules:
                run.entries[name] = [self.ledger(entry) for entry in self.entries.get(name, ())]
            self.unseen_rules = []
        return self

    def given(self, kind: str) -> list[Record]:
        """The records of a kind as they were placed."""
        return [self.record(row) for row in self.by_kind.get(kind, ())]

    def judged(self, kind: str) -> Judged:
        """The records of a kind as its guards have judged them."""
        return Judged(*([self.record(row) for row in rows.get(kind, ())] for rows in (self.plain, self.even_void)))

    # ---- expressions
    def ask(self, x: e.Expression, row: Row) -> Any:
        """The value of an expression of a record. Raises `HandOver` for one that is open."""
        return _asked(x, self.run.at(self.record(row)))

    def ask_in(self, x: e.Expression, kind: str, key: str) -> Any:
        """The value of an expression in a period."""
        return _asked(x, Environment(self.run, None, (kind, key)))

    def ask_alone(self, x: e.Expression) -> Any:
        """The value of an expression of no record and no period."""
        return _asked(x, Environment(self.run))

    # ---- earlier runs: what a run asks of its `others`
    def then(self, account: str, day: date, before: Record | None = None) -> Run | None:
        """The student as of another day."""
        if self.others is None:
            self.others = OtherRuns(lambda *asked: self._with_records(self.rows()).then(*asked))
        return self.others.then(account, day, before)

    @property
    def too_many(self) -> set[str]:
        """The accounts that were asked for on more days than can be looked back on."""
        return self.others.too_many if self.others is not None else set()

    # ---- entries
    def ledger(self, entry: LightEntry, final: bool = False) -> Entry:
        """The entry of the ledger that a light one stands for, brought up to date.

        At last, when nothing more is done to records, one that was placed as it came is the record itself.
        """
        made: Entry | None = entry[LEDGER]
        if made is None:
            made = entry[LEDGER] = Entry.__new__(Entry)
        row = entry[ROW]
        given = row[RECORD]
        as_given = final and row[TERM] == given.semester and row[ORDER] is given.order
        if as_given and (self.copies or self.problems):
            as_given = id(row) not in self.copies and id(row) not in self.problems
        made.record = given if as_given else self.record(row)
        (
            _, made.rule, made.account, made.period, made.sign, made.amount, made.raw, made.state, made.reason,
            made.article, made.cut, made.member, made.gathered, carriers, steps, made.until, made.on, made.semester, _,
        ) = entry  # fmt: skip
        made.pending = made.doubtful = False
        made.carriers = (
            tuple([x[LEDGER] or self.ledger(x, final) for x in carriers]) if carriers else ()
        )  # in their turn
        made.steps = [x if x.__class__ is Step else _step(x) for x in steps] if steps else []
        return made

    def by_reference_on(self, entries: list[LightEntry], act: Callable[[Run, list[Entry]], Any]) -> None:
        """Let the interpreter do lines to entries, and take back what it did. Raises `HandOver` for what is open."""
        made, bounds = [self.ledger(entry) for entry in entries], len(self.run.bounds)
        act(self.run, made)
        for entry, found in zip(entries, made, strict=True):
            if found.pending or found.doubtful or not isinstance(found.amount, Decimal):
                raise HandOver(PENDING)
            if found.record.problem is not None and self.problem_of(entry[ROW]) is None:
                self.problems[id(entry[ROW])] = found.record.problem
            if found.state == "invalid" and entry[STATE] != "invalid":
                self.in_body.append(entry)
            entry[ACCOUNT], entry[PERIOD], entry[SIGN], entry[AMOUNT], entry[RAW], entry[STATE] = (
                found.account, found.period, found.sign, found.amount, found.raw, found.state,
            )  # fmt: skip
            entry[REASON], entry[ARTICLE], entry[CUT] = found.reason, found.article, found.cut
            entry[UNTIL], entry[ON], entry[SEMESTER] = found.until, found.on, found.semester
            if entry[STEPS] is not None:
                entry[STEPS] = list(found.steps)
        if len(self.run.bounds) > bounds:
            raise HandOver(PENDING)
        if self.run.unrated:
            own = {id(found): entry for entry, found in zip(entries, made, strict=True)}
            self.unrated += [(0, own[id(found)]) for found in self.run.unrated]
            self.run.unrated.clear()

    def evaluation(self) -> Evaluation:
        """This student in the interpreter, as far as it is worked out; what it does from now on is done here too."""
        others: Any = self.look()
        if self.reference is None:
            self.reference = Evaluation(self.at_hand.interpreter, self.student, self.invalid, others=others)
            self.run.entries = self.run.entries or {name: [] for name in self.at_hand.policy.rules}
        self.reference.run = self.run
        return self.reference

    def _with_records(self, rows: Iterable[Row]) -> Evaluation:
        """The same, who has some records in hand as they came and as they were placed."""
        evaluation = self.evaluation()
        evaluation.copies = [(row[RECORD], self.record(row)) for row in rows]
        return evaluation

    def let_go(self) -> None:
        """Let go of what refers to itself, when nothing more is asked."""
        if hasattr(self, "run"):
            self.run.close()

    def close(self, close: Callable[[Run], None]) -> None:
        """The same of the runs that end earlier."""
        self.reference = None
        if self.others is not None:
            self.others.close(close)

    def opened(self, rule: str, taken: Row | LightEntry) -> LightEntry:
        """The entry of a rule for a record that it has taken, before any of its lines is done to it."""
        raise NotImplementedError

    def reopened(self, rule: str, row: Row, said: Told) -> LightEntry:
        """The same, as the guards of the record's kind left it."""
        raise NotImplementedError

    def guarded(self, kind: str, row: Row) -> Told | None:
        """What the guards of a kind say of a record, asked once; None where they say nothing."""
        raise NotImplementedError

    def guard_entry(self, row: Row) -> Entry:
        """What the guards of its kind said of a record."""
        raise NotImplementedError

    def part_lines(self) -> list[PartLine]:
        """How the parts of requirements stand."""
        raise NotImplementedError

    # ---- what is left to the interpreter where something is open, with all that hangs on it
    def leave_kind(self, kind: o.RecordKind) -> None:
        """Let it ask the guards of a kind, and have the entries of the rules that take its records."""
        evaluation, own = self.evaluation(), self.run.entries
        evaluation.kind(kind)
        rules = self.at_hand.policy.rules.values()
        self.theirs.update(rule.name for rule in rules if rule.kind == kind.name and own[rule.name])
        self._take_back(evaluation)

    def leave_open(self, rule: str, given: list[Row | LightEntry], why: Phrase) -> None:
        """Let it be as if nothing had been done to what was given to a rule. Raises `HandOver` where that cannot be."""
        others = self.program.conditional[self.at_hand.policy.rules[rule].kind]  # may have found its records wrong
        if not self.program.noted or why not in LEAVES or others:
            raise HandOver(why, ("rule", rule))
        self.open = self.open or why
        own: list[Row | LightEntry] = []
        for x in given:
            row: Row = x if isinstance(x, tuple) else x[ROW]
            if self.invalid and row[RECORD].key in self.invalid:
                own.append(x)  # nothing was done to it
                continue
            self.problems.pop(id(row), None)
            own.append(row if row is x else self.reopened(rule, row, self.told[id(row)]))
        self.taken[rule] = own
        self.unrated = [x for x in self.unrated if (x[1].rule if isinstance(x[1], Entry) else x[1][RULE]) != rule]
        self.in_body = [x for x in self.in_body if x[RULE] != rule]

    def leave_rule(self, name: str) -> None:
        """Let it do the lines of a rule."""
        evaluation, own = self.evaluation(), self.run.entries
        if name in self.taken:
            own[name] = [self.ledger(self.opened(name, x)) for x in self.taken.pop(name)]
        own[name] = evaluation.item(name, own[name])
        self.theirs.add(name)
        self._take_back(evaluation)

    def leave(self, kind: str, name: str, rules: Iterable[str]) -> None:
        """Let it work out a node that changes entries of some rules, or adds them up."""
        evaluation = self.evaluation()
        for rule in rules:
            if rule not in self.theirs:
                self.run.entries[rule] = [self.ledger(entry) for entry in self.entries.pop(rule, ())]
        self.theirs.update(rules)
        evaluation.work_out(kind, name, StudentResult(self.student.identifier, True))
        self._take_back(evaluation)

    def leave_moves(self) -> None:
        """Let it work through the queue of what is moved, and have the entries of all rules: any may be changed."""
        rules = self.at_hand.policy.rules
        self.unseen_rules = [name for name in rules if name not in self.theirs]
        evaluation = self.evaluation()
        self._show_requests()
        evaluation.work_out("moves", "", StudentResult(self.student.identifier, True))
        self.theirs.update((*rules, ""))  # those of the moves themselves are of no rule
        for key in [key for key in self.known if isinstance(key[0], int)]:
            del self.known[key]  # a fact of a record may read what has been moved
        self._take_back(evaluation)

    def _show_requests(self) -> None:
        """Let it know what the guards have said of what asks for moves."""
        for kind in {move.kind for move in self.at_hand.policy.moves}:
            for row in self.by_kind.get(kind, ()):
                self.run.guarded.setdefault(id(self.record(row)), self.guard_entry(row))

    def _take_back(self, evaluation: Evaluation) -> None:
        """Note here what it has noted."""
        run = self.run
        self.extra += evaluation.extra
        self.unrated += [(0, entry) for entry in run.unrated]
        evaluation.extra.clear()
        run.unrated.clear()
        for place, record in self.copies.items():
            if record.problem is not None:
                self.problems.setdefault(place, record.problem)

    def rest(self, order: Iterable[tuple[str, str]]) -> StudentResult:
        """The nodes that are left, and all results, by the interpreter."""
        policy = self.at_hand.policy
        self.unseen_rules = [name for name in policy.rules if name not in self.theirs]
        for name, taken in self.taken.items():
            self.entries[name] = [self.opened(name, x) for x in taken]
        evaluation, result = self.evaluation(), StudentResult(self.student.identifier, True)
        evaluation.extra = [x if isinstance(x, Entry) else self.ledger(x) for x in self.extra]
        self.run.unrated = [x if isinstance(x, Entry) else self.ledger(x) for _, x in self.unrated]
        self._show_requests()
        result.parts, result.ranks = self.part_lines(), self.ranks
        result.requirements = self.requirements
        for kind, name in order:
            evaluation.work_out(kind, name, result)
        wrong = self.problems.keys() | {place for place, record in self.copies.items() if record.problem is not None}
        self._with_records([row for row in self.rows() if id(row) in wrong] if wrong else ()).finish(result)
        return result


def _asked(x: e.Expression, env: Environment) -> Any:
    try:
        return closed(evaluate(x, env))
    except Undetermined as why:
        if why.is_open:
            raise HandOver(OPEN_VALUE) from None
        raise
