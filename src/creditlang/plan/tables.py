"""Decision tables: what a line makes of one record by itself, asked of the reference's own code.

A cell is filled when the first record comes with its combination of inputs: the line is done to one entry of that
record, and what has become of it is read. So a cell says by construction what the interpreter says. What cannot be
said in a cell (an open amount, a warning) is left to the interpreter, for the whole student.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from attrs import field, frozen

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Diagnostic, Place, report
from creditlang.interpreter.entries import apply
from creditlang.interpreter.evaluate import Interpreter
from creditlang.interpreter.expression_meanings import evaluate, met
from creditlang.interpreter.student_run import Run
from creditlang.ledger import Entry, Record, State
from creditlang.values import ZERO, Interval, Undetermined

Does = Literal["nothing", "amount", "times", "plus", "rounded", "ends", "account", "day", "more"]


@frozen
class Effect:
    """What a line does to an entry. `more`: only the interpreter can say."""

    does: Does
    value: Decimal = ZERO
    """The amount, the factor, what is added, or the step to which is rounded."""
    sign: int = 1
    text: str = ""
    """What the step is called in the table of steps."""
    article: str = ""
    """Of the step; of an entry that ends, or that has an amount now, its own too if there is one."""
    reason: str = ""
    state: State = "live"
    """Of an entry that ends."""
    told: Diagnostic | None = None
    """What is said of its record then; of its place only the column, if there is one."""
    account: str = ""
    day: date | None = None


MORE: Final = Effect("more")
_SOMEWHERE: Final = Place("")
_NOTHING: Final = Effect("nothing")


@frozen
class Made:
    """A record to ask about, and what else its lines may read."""

    record: Record
    attributes: Mapping[str, Any]
    enrolled: bool
    balances: Mapping[str, Decimal] = field(factory=dict)
    """Of accounts in the record's semester, or year if they have years; without an amount there is none."""


class Filler:
    """Asks the interpreter of one policy about records one by one."""

    def __init__(self, interpreter: Interpreter) -> None:
        """As of its day, with its named values."""
        self.interpreter = interpreter
        self._group = interpreter.group({})
        self._nobody = self._group.run

    def run(self, made: Made) -> Run:
        """A run in which nothing is known but the record's person."""
        enrolled = (made.record.semester,) if made.enrolled and made.record.semester else ()
        group = self.interpreter.group(made.attributes) if made.attributes else self._group
        run = group.new_run({}, enrolled)
        for name, amount in made.balances.items():
            period = run.policy.accounts[name].period or "semester"
            key = run.calendar.period_key(period, made.record.on, made.record.semester)
            run.balances[name], run.wholes[name] = {key or "": amount}, amount
        return run

    def effect(self, operator: o.Operator, rule: o.Rule | None, made: Made) -> Effect:
        """What a line that is done to each entry does to one of this record."""
        run, record = self.run(made), made.record.copy()
        record.problem, record.order, record.place = None, made.record.order, _SOMEWHERE
        account = rule.account if rule is not None else next(iter(run.policy.accounts), "")
        entry = Entry(record, rule.name if rule is not None else "", account, "")
        if isinstance(operator, o.Rescale):
            entry.amount = Decimal(1) if operator.operation == "times" else ZERO
        known, article = entry.on, entry.article
        apply(run, operator, [entry])
        if entry.state != "live":
            return self._ended(entry, run)
        if entry.pending or run.warnings or entry.record.problem or isinstance(entry.amount, Interval):
            return MORE
        match operator:
            case o.Amount():
                own = entry.article if entry.article != article else ""
                return Effect("amount", entry.amount, entry.sign, entry.steps[-1].text or "amount", own)
            case o.Rescale(operation="times" | "plus" as way) if entry.steps:
                done = entry.steps[-1]
                return Effect(way, entry.amount, text=done.text or done.sort, article=done.article)
            case o.Rescale(operation="down" | "up" | "half"):
                return self._rounding(operator, run, record)
            case o.Post(field=str()) if entry.steps:
                done = entry.steps[-1]
                return Effect("account", text=done.text or done.sort, article=done.article, account=entry.account)
            case o.Post() if entry.steps or entry.on != known:
                done = entry.steps[-1]
                return Effect("day", text=done.text or done.sort, article=done.article, day=entry.on)
        return _NOTHING

    def _ended(self, entry: Entry, run: Run) -> Effect:
        """What takes an entry out for good; a decision out of bounds, which is no step, is the interpreter's."""
        if run.warnings or not entry.steps:
            return MORE
        done, told = entry.steps[-1], entry.record.problem
        if run.unrated and told is None:
            told = report("CR669", entry.record.place, reason=entry.reason)
        text = done.text or done.sort
        return Effect("ends", text=text, article=entry.article, reason=entry.reason, state=entry.state, told=told)

    def _rounding(self, operator: o.Rescale, run: Run, record: Record) -> Effect:
        """Whether an amount is rounded, and to which step; it may be that one of nothing is not changed."""
        if operator.condition is not None and met(operator.condition, run.at(record)) is not True:
            return _NOTHING
        step = evaluate(operator.value, run.at(record))
        return Effect("rounded", step, text=operator.text or "rounded", article=operator.article)

    def _asked(self, made: Made) -> Run:
        """A run for a question only; of nobody in particular the same one over and over."""
        if made.attributes or made.balances or made.enrolled:
            return self.run(made)
        self._nobody.known.clear()
        self._nobody.environments.clear()
        return self._nobody

    def value(self, expression: e.Expression, made: Made) -> Any:
        """The value of a local expression; `Undetermined` itself, where it has none."""
        run, record = self._asked(made), made.record
        try:
            return evaluate(expression, run.at(record))
        except Undetermined as why:
            return why

    def holds(self, condition: e.Expression, made: Made) -> Any:
        """Whether a local condition holds; `Undetermined` itself, where nothing says so."""
        run, record = self._asked(made), made.record
        try:
            return met(condition, run.at(record))
        except Undetermined as why:
            return why
