"""What the operators of the core do to entries: the meaning of rules.

Each operator is one function from the live entries of a body to changes in them, noted step by step. Entries are in
order of date and record id throughout; groups keep that order. Where something is open, an entry becomes pending and
its amount the interval of all it may be.
"""

from collections.abc import Callable, Mapping
from copy import copy
from decimal import Decimal
from typing import Any

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import outside_queries
from creditlang.diagnostics import Phrase, in_language, report
from creditlang.interpreter.amounts import give_amounts
from creditlang.interpreter.expression_meanings import evaluate, met
from creditlang.interpreter.groups import groups, magnitude, where
from creditlang.interpreter.limits import limit
from creditlang.interpreter.ruled_entries import counts_anyway, is_set, passes_by
from creditlang.interpreter.steps import (
    LINE_OPEN,
    Entries,
    dismiss,
    live,
    make_pending,
    step,
    undetermined,
    without_value,
)
from creditlang.interpreter.student_run import Environment, Run
from creditlang.ledger import Entry
from creditlang.values import Undetermined
from creditlang.words import ANSWERS


def apply(run: Run, operator: o.Operator, entries: Entries) -> Entries:
    """Do what an operator says to the entries of a body; returns them, with those it added."""
    return _MEANING[type(operator)](run, operator, entries)


# ---- keep
def _keep(run: Run, operator: o.Keep, entries: Entries) -> Entries:
    if operator.sides is not None:
        for members in groups(run, operator.group or o.Group(), live(entries, operator.sides[0] | operator.sides[1])):
            _keep_side(run, operator, members, operator.sides)
        return entries
    for entry in live(entries):
        env = run.at(entry.record)
        try:
            stays = met(operator.condition, env)
        except Undetermined as why:
            undetermined(run, entry, why, None, operator)
            continue
        if stays is True:
            continue
        run.covered.add(operator.number)
        if operator.otherwise != "warn" and passes_by(entry, operator, told(operator, env)):
            continue
        if operator.otherwise == "warn":
            reason = told(operator, env)
            step(entry, "warn", operator, entry.amount, entry.amount, reason)
            run.warnings.append(report("CR667", entry.record.place, reason=reason))
        elif stays is v.OPEN or operator.otherwise == "pending":
            reason = told(operator, env)
            if stays is v.OPEN:
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
            fields = asked_fields(operator.condition, env)
            dismiss(entry, operator.otherwise, told(operator, env), operator, fields=fields)
    return entries


def asked_fields(condition: e.Expression | None, env: Environment, holds: bool = True) -> tuple[str, ...]:
    """The fields of the record that those parts of a condition ask by which it fails, or by which it holds."""
    if isinstance(condition, e.Not):
        return asked_fields(condition.operand, env, not holds)
    if not isinstance(condition, e.Logical):
        return tuple(dict.fromkeys(x.name for x in outside_queries(condition, e.Read) if x.what == "field"))
    parts = condition.parts
    if condition.operator == ("and" if holds else "or"):
        parts = tuple(part for part in parts if _comes_to(part, env) is not holds)
    return tuple(dict.fromkeys(name for part in parts for name in asked_fields(part, env, holds)))


def _comes_to(part: e.Expression, env: Environment) -> v.Answer:
    try:
        return met(part, env)
    except Undetermined:
        return v.OPEN


def _keep_side(run: Run, operator: o.Keep, members: Entries, sides: tuple[frozenset[str], frozenset[str]]) -> None:
    """Of two sums keep the higher, on a tie the left."""
    left, right = ([entry for entry in members if entry.rule in side] for side in sides)
    if not left or not right:
        return
    run.covered.add(operator.number)
    one, two = magnitude(run, left), magnitude(run, right)
    holds = v.compare(">=", one, two)
    if holds is v.OPEN:
        reason = Phrase("which side is higher is still open", "哪一方扣分更高尚未确定")
        for entry in members:
            make_pending(run, entry, v.hull(v.ZERO, entry.amount), reason, operator, "higher", True)
        if not any(map(counts_anyway, members)):
            run.bind(members, v.larger(one, two))
        return
    for entry in right if holds else left:
        dismiss(entry, "void", operator.reason, operator, "higher")


def told(operator: o.Keep, env: Environment) -> str:
    """A guard's reason, with the values that it names filled in."""
    en, zh = operator.reason, in_language(operator.reason, "zh")
    for name, expression in operator.values:
        try:
            value = evaluate(expression, env)
        except Undetermined:
            value = "—"
        word = value_words(value, env)
        en, zh = en.replace("{" + name + "}", word), zh.replace("{" + name + "}", word.zh)
    return en if en == zh else Phrase(en, zh)


def value_words(value: Any, env: Environment) -> Phrase:
    """A value of any type as people write it."""
    if isinstance(value, (bool, v.Open)):
        return ANSWERS["open" if value is v.OPEN else "yes" if value else "no"]
    word = v.written(value) if isinstance(value, (Decimal, v.Interval)) else env.run.shown(str(value))
    return Phrase(word, word)


# ---- rescale
def _rescale(run: Run, operator: o.Rescale, entries: Entries) -> Entries:
    chosen, unsure = where(run, operator.condition, live(entries, operator.group.over), operator)
    if operator.ordinal is not None:
        for members in groups(run, operator.group, chosen):
            _rescale_from(run, operator, members, operator.ordinal, unsure)
        return entries
    for entry in chosen:
        if is_set(entry):
            continue
        before: Any = entry.amount
        _rescale_one(run, operator, entry, id(entry) not in unsure)
        if id(entry) in unsure and entry.state == "live":
            make_pending(run, entry, v.hull(before, entry.amount), LINE_OPEN, operator, "open")
    return entries


def _rescale_from(run: Run, operator: o.Rescale, members: Entries, ordinal: int, unsure: frozenset[int]) -> None:
    """Rescale from the nth entry on; where an earlier one may not count, the nth may or may not be it."""
    certain = 0
    for position, entry in enumerate(members):
        before: Any = entry.amount
        if position + 1 >= ordinal and not is_set(entry):
            sure = certain + 1 >= ordinal and id(entry) not in unsure
            _rescale_one(run, operator, entry, sure)
            if not sure and entry.state == "live":
                reason = Phrase("how many count before it is still open", "此前计入的次数尚未确定")
                make_pending(run, entry, v.hull(before, entry.amount), reason, operator, "open")
        certain += not entry.doubtful and id(entry) not in unsure


def _rescale_one(run: Run, operator: o.Rescale, entry: Entry, sure: bool = True) -> None:
    """Rescale an entry; where it is not `sure` that the line applies, one without a value does not take it out."""
    before: Any = entry.amount
    try:
        value = evaluate(operator.value, run.at(entry.record))
        after = _rescaled(operator.operation, before, value)
    except Undetermined as why:
        if sure or why.is_open:
            undetermined(run, entry, why, operator.fallback, operator)
        else:
            after = without_value(run, operator.fallback, entry, operator)
            make_pending(run, entry, v.hull(v.ZERO, after), why.reason, operator, "pending", True)
        return
    if operator.operation not in ("times", "plus"):
        if isinstance(before, v.Interval) or after != before:  # what lies inside may change where the ends do not
            run.unbind(entry)
        if after != before:
            step(entry, "rounded", operator, before, after)
            run.covered.add(operator.number)
        entry.amount = after
        return
    if entry.doubtful:
        after = v.hull(v.ZERO, after)
    run.covered.add(operator.number)
    run.unbind(entry)
    half = isinstance(operator.value, e.Constant) and operator.value.value == Decimal("0.5")
    sort = "half" if half and operator.operation == "times" else operator.operation
    step(entry, sort, operator, before, after, rescale_note(operator, sort, value))
    entry.amount = after
    entry.pending = entry.pending or isinstance(after, v.Interval)


def _rescaled(operation: str, amount: v.Number, value: Any) -> v.Number:
    if operation == "times":
        return v.multiply(amount, value)
    return v.add(amount, value) if operation == "plus" else v.quotient(amount, Decimal(1), operation, value)


def rescale_note(operator: o.Rescale, sort: str, value: v.Number) -> Phrase:
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


# ---- post
def _post(run: Run, operator: o.Post, entries: Entries) -> Entries:
    """Put entries into another account, or the periods of another date; where it is open whether to, they are pending
    in either: of the two only one counts.
    """
    added: Entries = []
    chosen, unsure = where(run, operator.condition, live(entries), operator)
    for entry in chosen:
        if operator.field is not None:
            account = entry.record.values.get(operator.field)
            if isinstance(account, str):
                run.covered.add(operator.number)
                step(entry, "posted", operator, entry.amount, entry.amount, account)
                entry.account = account
            continue
        try:
            day = v.settled(evaluate(operator.day or operator.until or e.Unknown(), run.at(entry.record)))
        except Undetermined as why:
            undetermined(run, entry, why if id(entry) not in unsure else why.or_else(v.OPEN), None, operator)
            continue
        if operator.until is not None:
            entry.until = min(day, entry.until or day)
            continue
        run.covered.add(operator.number)
        if id(entry) in unsure:
            reason = Phrase("the period it belongs to is still open", "归入哪一时段尚未确定")
            whole, other = entry.amount, copy(entry)
            other.steps = list(entry.steps)
            run.move_to(other, day)
            for each in (entry, other):
                make_pending(run, each, v.hull(v.ZERO, whole), reason, operator, "falls on", True)
            run.bind((entry, other), whole)
            added.append(other)
            continue
        step(entry, "falls on", operator, entry.amount, entry.amount, day.isoformat())
        run.move_to(entry, day)
    return sorted([*entries, *added], key=lambda entry: entry.record.order) if added else entries


def elsewhere(module: str) -> Callable[[Run, Any, Entries], Entries]:
    """The meaning of an operator that is given in another module and never done to the entries of a body at once."""

    def refuse(run: Run, operator: o.Operator, entries: Entries) -> Entries:
        raise AssertionError(f"{type(operator).__name__} is done in {module}")

    return refuse


_MEANING: Mapping[type, Callable[[Run, Any, Entries], Entries]] = {
    o.Keep: _keep, o.Amount: give_amounts, o.Rescale: _rescale, o.Limit: limit, o.Post: _post,
    o.Move: elsewhere("moves"),
}  # fmt: skip
_ABSENT = {kind.__name__ for kind in o.Operator.__subclasses__()} - {kind.__name__ for kind in _MEANING}
assert not _ABSENT, f"operators without a meaning: {_ABSENT}"
