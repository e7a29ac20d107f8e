"""What the operators of the core do to entries: the meaning of rules.

Each operator is one function from the live entries of a body to changes in them, noted step by step. Entries are in
order of date and record id throughout; groups keep that order. Where something is open, an entry becomes pending and
its amount the interval of all it may be.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Phrase, report
from creditlang.interpreter.amounts import give_amounts
from creditlang.interpreter.choices import choose, choose_side, clip_groups
from creditlang.interpreter.expression_meanings import evaluate, met
from creditlang.interpreter.groups import groups, where
from creditlang.interpreter.steps import LINE_OPEN, Entries, dismiss, live, make_pending, step, undetermined
from creditlang.interpreter.student_run import Environment, Run
from creditlang.ledger import Entry
from creditlang.values import Undetermined


def apply(run: Run, operator: o.Operator, entries: Entries) -> Entries:
    """Do what an operator says to the entries of a body; returns them, with those it added."""
    return _MEANING[type(operator)](run, operator, entries)


# ---- select
def _guard(run: Run, operator: o.Guard, entries: Entries) -> Entries:
    for entry in live(entries):
        env = run.at(entry.record)
        try:
            holds = met(operator.condition, env)
        except Undetermined as why:
            undetermined(run, entry, why, None, operator)
            continue
        holds = v.opposite(holds) if operator.keeps else holds
        if holds is False:
            continue
        run.covered.add(operator.number)
        if operator.disposition == "warn":
            reason = told(operator, env)
            step(entry, "warn", operator, entry.amount, entry.amount, reason)
            run.warnings.append(report("CR667", entry.record.place, reason=reason))
            continue
        if holds is v.OPEN or operator.disposition == "pending":
            reason = told(operator, env)
            if holds is v.OPEN:
                reason = Phrase(f"still open whether: {reason}", f"尚不能确定是否“{reason}”")
            amount: Any = entry.amount if entry.raw is not None else v.Interval(v.ZERO, v.UNBOUNDED)
            opened = v.hull(v.ZERO, amount)
            entry.doubtful = True
            if entry.raw is None:
                entry.pending, entry.reason, entry.article = True, reason, operator.article
                step(entry, "pending", operator, v.ZERO, v.ZERO, reason)
            else:
                make_pending(run, entry, opened, reason, operator, "pending")
        else:
            dismiss(entry, operator.disposition, told(operator, env), operator)
    return entries


def told(operator: o.Guard, env: Environment) -> str:
    """A guard's reason, with the values that it names filled in."""
    text = operator.reason
    for name, expression in operator.values:
        try:
            value = evaluate(expression, env)
        except Undetermined:
            value = "—"
        word = v.written(value) if isinstance(value, (Decimal, v.Interval)) else env.run.shown(str(value))
        text = text.replace("{" + name + "}", word)
    return text


# ---- scale
def _scale(run: Run, operator: o.Scale, entries: Entries) -> Entries:
    chosen, unsure = where(run, operator.condition, live(entries, operator.over), operator)
    if operator.ordinal is not None:
        for members in groups(run, operator.group or o.Group(), chosen):
            _scale_from(run, operator, members, operator.ordinal, unsure)
        return entries
    for entry in chosen:
        before: Any = entry.amount
        _scale_one(run, operator, entry)
        if id(entry) in unsure and entry.state == "live":
            reason = LINE_OPEN
            make_pending(run, entry, v.hull(before, entry.amount), reason, operator, "open")
    return entries


def _scale_from(run: Run, operator: o.Scale, members: Entries, ordinal: int, unsure: frozenset[int]) -> None:
    """Scale from the nth entry on; where an earlier one may not count, the nth may or may not be it."""
    certain = 0
    for position, entry in enumerate(members):
        before: Any = entry.amount
        if position + 1 >= ordinal:
            _scale_one(run, operator, entry)
            if (certain + 1 < ordinal or id(entry) in unsure) and entry.state == "live":
                reason = Phrase("how many count before it is still open", "此前计入的次数尚未确定")
                make_pending(run, entry, v.hull(before, entry.amount), reason, operator, "open")
        certain += not entry.doubtful and id(entry) not in unsure


def _scale_one(run: Run, operator: o.Scale, entry: Entry) -> None:
    before: Any = entry.amount
    try:
        value = evaluate(operator.value, run.at(entry.record))
        after = v.multiply(before, value) if operator.operation == "times" else v.add(before, value)
    except Undetermined as why:
        undetermined(run, entry, why, operator.fallback, operator)
        return
    if entry.doubtful:
        after = v.hull(v.ZERO, after)
    run.covered.add(operator.number)
    run.unbind(entry)
    half = isinstance(operator.value, e.Constant) and operator.value.value == Decimal("0.5")
    sort = "half" if half and operator.operation == "times" else operator.operation
    step(entry, sort, operator, before, after, _scale_note(operator, sort, value))
    entry.amount = after
    entry.pending = entry.pending or isinstance(after, v.Interval)


def _scale_note(operator: o.Scale, sort: str, value: v.Number) -> Phrase:
    """What a scale does, in words."""
    if sort == "half":
        return Phrase("half", "减半")
    if sort == "plus":
        return Phrase(f"plus {v.written(value)}", f"另加{v.written(value)}")
    if operator.ordinal is not None:
        return Phrase(
            f"number {operator.ordinal} or later: times {v.written(value)}",
            f"第{operator.ordinal}次起乘{v.written(value)}",
        )
    return Phrase(f"times {v.written(value)}", f"乘{v.written(value)}")


def _round(run: Run, operator: o.Round, entries: Entries) -> Entries:
    for entry in live(entries):
        before: Any = entry.amount
        after = v.quotient(before, Decimal(1), operator.mode, operator.step)
        if isinstance(before, v.Interval):  # what lies inside may change where the ends do not
            run.unbind(entry)
        if after != before:
            step(entry, "rounded", operator, before, after)
            run.covered.add(operator.number)
        entry.amount = after
    return entries


def _post_to(run: Run, operator: o.PostTo, entries: Entries) -> Entries:
    for entry in live(entries):
        account = entry.record.values.get(operator.field)
        if isinstance(account, str):
            run.covered.add(operator.number)
            step(entry, "posted", operator, entry.amount, entry.amount, account)
            entry.account = account
    return entries


def _falls_on(run: Run, operator: o.FallsOn, entries: Entries) -> Entries:
    """Put entries into the periods of another date; where it is open whether to, they are pending in their own."""
    chosen, unsure = where(run, operator.condition, live(entries), operator)
    for entry in chosen:
        try:
            day = evaluate(operator.date, run.at(entry.record))
        except Undetermined as why:
            undetermined(run, entry, why, None, operator)
            continue
        run.covered.add(operator.number)
        if id(entry) in unsure:
            reason = Phrase("the period it belongs to is still open", "归入哪一时段尚未确定")
            make_pending(run, entry, v.hull(v.ZERO, entry.amount), reason, operator, "falls on")
            continue
        step(entry, "falls on", operator, entry.amount, entry.amount, day.isoformat())
        run.move_to(entry, day)
    return entries


def elsewhere(module: str) -> Callable[[Run, Any, Entries], Entries]:
    """The meaning of an operator that is given in another module and never done to the entries of a body at once."""

    def refuse(run: Run, operator: o.Operator, entries: Entries) -> Entries:
        raise AssertionError(f"{type(operator).__name__} is done in {module}")

    return refuse


_MEANING: Mapping[type, Callable[[Run, Any, Entries], Entries]] = {
    o.Guard: _guard, o.Amount: give_amounts, o.Scale: _scale, o.Round: _round, o.Choose: choose,
    o.ChooseSide: choose_side, o.Clip: clip_groups, o.PostTo: _post_to, o.FallsOn: _falls_on,
    o.Take: elsewhere("moves"), o.OneByOne: elsewhere("one_by_one"), o.Uniqueness: elsewhere("evaluate"),
}  # fmt: skip
_ABSENT = {kind.__name__ for kind in o.Operator.__subclasses__()} - {kind.__name__ for kind in _MEANING}
assert not _ABSENT, f"operators without a meaning: {_ABSENT}"
