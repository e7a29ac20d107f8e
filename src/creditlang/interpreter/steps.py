"""Steps: what may become of an entry, each noted with before, after and article."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from attrs import evolve

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Phrase, report
from creditlang.interpreter.expression_meanings import evaluate
from creditlang.interpreter.ruled_entries import passes_by
from creditlang.interpreter.student_run import Environment, Run
from creditlang.ledger import Entry, State, Step
from creditlang.values import Undetermined

Entries = list[Entry]


def live(entries: Iterable[Entry], over: frozenset[str] | None = None) -> Entries:
    """The entries that still take part."""
    return [
        entry
        for entry in entries
        if entry.state == "live" and not entry.member and (over is None or entry.rule in over)
    ]


EARLIER_OPEN = Phrase("whether an earlier one counts is still open", "先前的记录是否计入尚未确定")
LINE_OPEN = Phrase("whether this line applies is still open", "这一行是否适用尚未确定")


def step(entry: Entry, sort: str, operator: o.Operator, before: Any, after: Any, note: str = "") -> None:
    """Note a step."""
    entry.steps.append(Step(sort, operator.text, before, after, operator.article, note))


def dismiss(
    entry: Entry, state: State, reason: str, operator: o.Operator, sort: str | None = None, fields: tuple[str, ...] = ()
) -> None:
    """Take an entry out, with the reason, the article and the fields that it was taken out by."""
    if passes_by(entry, operator, reason):
        return
    step(entry, sort or state, operator, entry.amount, v.ZERO, reason)
    entry.steps[-1] = entry.steps[-1]._replace(fields=fields)
    entry.state = state
    entry.reason, entry.article = reason, operator.article or entry.article


def make_pending(
    run: Run, entry: Entry, amount: v.Number, reason: str, operator: o.Operator, sort: str, doubtful: bool = False
) -> None:
    """Open an entry: its amount is one of those in `amount`; `doubtful` when it may not count at all."""
    if passes_by(entry, operator, reason):
        return
    entry.doubtful = entry.doubtful or doubtful
    step(entry, sort, operator, entry.amount, amount, reason)
    run.unbind(entry)
    if not entry.pending or not entry.reason:
        entry.reason, entry.article = reason, operator.article or entry.article
    entry.amount, entry.pending = amount, True


def undetermined(run: Run, entry: Entry, why: Undetermined, fallback: o.Fallback | None, operator: o.Operator) -> None:
    """What becomes of an entry for which an expression has no value, or no line an amount."""
    if passes_by(entry, operator, why.reason):
        return
    reason = why.reason
    if why.sort == "missing" and not why.is_open:
        name, reason = run.column_label(entry.record.kind, why.name), needed(run, entry.record.kind, why.name)
    if why.is_open:  # it may have a value, so no fallback is sure
        grows = isinstance(operator, o.Amount | o.Rescale)
        amount = v.interval(v.ZERO, v.UNBOUNDED) if grows else v.hull(v.ZERO, entry.amount)
        make_pending(run, entry, amount, reason, operator, "pending", True)
    elif fallback is not None:
        if fallback.disposition == "pending":
            amount = range_of(run, fallback, entry, operator)
            amount = v.hull(v.ZERO, amount) if entry.doubtful else amount
            make_pending(run, entry, amount, fallback.reason or reason, operator, "pending")
        else:
            dismiss(entry, fallback.disposition, fallback.reason or reason, operator)
            run.unrated.append(entry)
    elif why.sort == "missing":
        dismiss(entry, "invalid", reason, operator)
        place = entry.record.place
        place = evolve(place, column=name) if place is not None else None
        entry.record.problem = entry.record.problem or report("CR662", place, name=Phrase(why.name, name))
    elif why.sort == "function":
        dismiss(entry, "invalid", reason, operator)
        entry.record.problem = entry.record.problem or report("CR668", entry.record.place, reason=reason)
    else:
        dismiss(entry, "unmatched", reason, operator)
        run.unrated.append(entry)


def needed(run: Run, kind: str, name: str) -> Phrase:
    """Why a record is invalid of which a field is empty."""
    called = run.column_label(kind, name)
    return Phrase(f"{name} is empty, but this rule needs it", f"“{called}”没有填，而这条规则要用到它")


def without_value(run: Run, fallback: o.Fallback | None, entry: Entry, operator: o.Operator) -> v.Number:
    """What an entry has where an operator has no value for it: nothing, or the range that the policy says."""
    if fallback is None or fallback.disposition != "pending":
        return v.ZERO
    return range_of(run, fallback, entry, operator)


def range_of(run: Run, fallback: o.Fallback, entry: Entry, operator: o.Operator) -> v.Number:
    """The range of an entry when an operator's value is unknown: of a factor between two ends, or of an amount."""
    env, amount = run.at(entry.record), entry.amount
    possible = v.hull(_end(fallback.low, env, v.ZERO), _end(fallback.high, env, v.UNBOUNDED))
    if isinstance(operator, o.Rescale):
        return (v.multiply if operator.operation == "times" else v.add)(amount, possible)
    return v.hull(v.ZERO, amount) if isinstance(operator, o.Limit) else possible


def _end(end: e.Expression | None, env: Environment, unsaid: Decimal) -> v.Number:
    """An end of a range; what it is where nothing says so, or what says so has no value."""
    try:
        value: v.Number = evaluate(end, env) if end is not None else unsaid
        return value
    except Undetermined:
        return unsaid


def cut(run: Run, operator: o.Operator, entry: Entry, after: v.Number, reason: str) -> None:
    """Leave an entry less than it had; where it is open whether it had more, it is pending unless nothing is left."""
    if passes_by(entry, operator, reason):
        return
    step(entry, "cap", operator, entry.amount, after, reason)
    run.unbind(entry)
    surely = not after or v.low(entry.amount) > v.high(after)
    entry.amount, entry.cut = after, True
    known = isinstance(after, Decimal) and surely and not (entry.doubtful and after)
    entry.pending = not known and (entry.pending or isinstance(after, v.Interval))
    if known or not entry.reason:
        entry.reason, entry.article = reason, operator.article or entry.article
