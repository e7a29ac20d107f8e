"""What an account holds for requests, and what they take from it: debits, and the balances that they leave."""

from datetime import date
from decimal import Decimal

from creditlang import values as v
from creditlang.core import operators as o
from creditlang.diagnostics import Phrase
from creditlang.interpreter.expression_meanings import evaluate
from creditlang.interpreter.lots import has_lots, held_in_lots, take_from_lots
from creditlang.interpreter.student_run import Environment, Run
from creditlang.ledger import Entry, Record, Step


def held_by(run: Run, account: str, day: date | None = None, ended: bool = True) -> v.Number:
    """What an account holds over the whole time, never less than nothing.

    Of a plain account, into which a semester's surplus goes, a request of a day sees what semesters that had `ended` by
    then brought in; of an account whose entries run out, what counts on that day.
    """
    if has_lots(run, account):
        return held_in_lots(run, account, day)
    whole = run.whole(account)
    if run.policy.accounts[account].sort == "account" and day is not None and ended:
        for semester, amount in run.balances.get(account, {}).items():
            if not run.calendar.has_ended(semester, day):
                whole = v.subtract(whole, amount)
    return v.larger(v.ZERO, whole)


def take(
    run: Run, account: str, amount: v.Number, entry: Entry, move: o.Move, day: date | None,
    left: v.Number | None = None,
) -> list[Entry]:  # fmt: skip
    """Debit an account; of an account with parts, its parts in written order."""
    if isinstance(amount, Decimal) and not amount:
        return []
    if has_lots(run, account):
        parts = take_from_lots(run, account, amount, day)
        debits = ((_debit(x.account, part, entry, move, x.record.identifier), gone) for x, part, gone in parts)
        return [debit if gone else _debited(run, debit) for debit, gone in debits]
    children = run.policy.accounts[account].children
    if not children:
        return [_debited(run, _debit(account, amount, entry, move), left)]
    found: list[Entry] = []
    rest = amount
    for child in children:
        part = v.smaller(rest, held_by(run, child))
        if v.high(part):
            found += take(run, child, part, entry, move, day)
            rest = v.larger(v.ZERO, v.subtract(rest, part))
    if v.high(rest):
        found.append(_debited(run, _debit(account, rest, entry, move)))
    return found


def _debit(account: str, amount: v.Number, entry: Entry, move: o.Move, note: str = "") -> Entry:
    debit = Entry(
        record=entry.record, rule=entry.rule, account=account, period="", sign=-1, amount=amount, raw=amount,
        article=move.article,
    )  # fmt: skip
    debit.pending = isinstance(amount, v.Interval)
    debit.reason = Phrase("taken on request", "依申请扣用")
    debit.steps.append(Step("taken", move.text, None, amount, move.article, note))
    return debit


def _debited(run: Run, debit: Entry, left: v.Number | None = None) -> Entry:
    """Take a debit from its account, of which so much is `left` if that is known, and from those around it."""
    accounts = run.policy.accounts
    if accounts[debit.account].children:
        run.directly[debit.account] = v.subtract(_directly(run, debit.account), debit.amount)
    name: str | None = debit.account
    while name:
        before = run.whole(name)
        after = v.subtract(before, debit.amount)
        if isinstance(after, v.Interval):
            own = name == debit.account
            after = v.larger(after, min(v.ZERO, v.low(before))) if own else _within_its_parts(run, name, after)
        run.wholes[name] = left if left is not None and name == debit.account else after
        name = accounts[name].parent
    return debit


def _within_its_parts(run: Run, name: str, found: v.Interval) -> v.Number:
    """What is left of an account around another one: what it had and what was taken of it may hang on the same
    decision, as may what its parts have now, so it lies within both ranges, and not below zero unless entries do.
    """
    account = run.policy.accounts[name]
    if account.sort != "category":
        return found
    parts = v.total((_directly(run, name), *map(run.whole, account.children)))
    least, most = max(found.low, v.low(parts)), min(found.high, v.high(parts))
    if least < 0 and all(v.low(run.sum([entry])) >= 0 for entry in run.everything(name)):
        least = v.ZERO
    return v.interval(least, most)


def _directly(run: Run, name: str) -> v.Number:
    """What a category with others inside has of entries of its own, less what was taken of these."""
    if name not in run.directly:
        run.directly[name] = run.sum(entry for entry in run.everything(name) if entry.account == name)
    return run.directly[name]


def credit(run: Run, move: o.Move, record: Record, amount: v.Number) -> None:
    """Credit the target in the request's semester; an open balance never exceeds the limit."""
    known, semester = run.balances.setdefault(move.target, {}), record.semester or ""
    before = known.get(semester, v.ZERO)
    after = v.add(before, amount)
    if isinstance(after, v.Interval) and move.limit is not None:
        limit = evaluate(move.limit, Environment(run, None, ("semester", semester)))
        after = v.smaller(after, v.larger(limit, before))
    known[semester] = after
    run.wholes[move.target] = v.add(v.subtract(run.whole(move.target), before), after)
