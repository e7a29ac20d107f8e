"""Moves: credits taken from one account and given to another, on request.

All requests of a student stand in one queue, by their filing date and record id, undated ones last. One after the other
takes what it asked for, but no more than its source then holds, and gives no more than the limits then leave; what is
taken is exactly the ratio of what is given, and is gone for every later request.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from attrs import define

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import root_of, within
from creditlang.core.dependencies import references
from creditlang.core.moved_accounts import takes
from creditlang.core.scales import scale_of
from creditlang.diagnostics import Phrase
from creditlang.interpreter.bodies import serve
from creditlang.interpreter.debits import credit, held_by, take
from creditlang.interpreter.entries import apply, value_words
from creditlang.interpreter.expression_meanings import evaluate, met
from creditlang.interpreter.limits import Rooms
from creditlang.interpreter.lots import settle
from creditlang.interpreter.steps import LINE_OPEN, cut, dismiss, live, make_pending, step, undetermined
from creditlang.interpreter.student_run import Environment, Run
from creditlang.ledger import Entry, Step
from creditlang.values import Undetermined
from creditlang.words import label


@define(eq=False)
class _Request:
    """One place in the queue: an entry, and the move or the category that it belongs to."""

    order: tuple[bool, date, str]
    entry: Entry
    move: o.Move | None
    account: o.Account | None


@define(eq=False)
class _Source:
    """What an entry takes from by a line: whether it surely does, how much it wants, and how much it gets of the
    `whole` that there is, unless later lines say otherwise.
    """

    account: str
    operator: o.Move
    sure: bool
    wanted: v.Number
    taken: v.Number
    whole: v.Number


def run_moves(run: Run) -> list[Entry]:
    """Work through the queue; returns the debit entries and the entries of moves, and changes the balances."""
    queue = sorted((*_offset_requests(run), *_category_requests(run)), key=lambda request: request.order)
    rooms = Rooms(run)
    given: dict[tuple[str, str], v.Number] = {}
    found: list[Entry] = []
    for request in queue:
        if request.move is not None:
            found.append(request.entry)
            found.extend(_offset(run, request.move, request.entry, given))
        elif request.account is not None:
            found.extend(_convert(run, request.account, request.entry, rooms))
    settle(run)
    return found


def _offset_requests(run: Run) -> Iterator[_Request]:
    for move in run.policy.moves:
        for record in run.given.get(move.kind, ()):
            entry = run.opened(record, move.target, move.target, move.article)
            entries = [entry]
            for guard in move.guards:
                entries = apply(run, guard, entries)
            yield _Request(_order(entry, move.order_field), entry, move, None)


def _category_requests(run: Run) -> Iterator[_Request]:
    for account in run.policy.accounts.values():
        if takes(account):
            rules = [
                rule for name in within(run.policy.accounts, account.name) for rule in run.policy.accounts[name].items
            ]
            for rule in rules:
                for entry in live(run.entries.get(rule, ())):
                    yield _Request(_order(entry, account.order_field), entry, None, account)


def _day(entry: Entry, order_field: str | None) -> date | None:
    """The day of a request; None for one that has none."""
    undated, day, _ = _order(entry, order_field)
    return None if undated else day


def _order(entry: Entry, order_field: str | None) -> tuple[bool, date, str]:
    day = entry.record.values.get(order_field) if order_field else entry.record.on
    return (not isinstance(day, date), day if isinstance(day, date) else date.max, entry.record.identifier)


# ---- offsets
def _offset(run: Run, move: o.Move, entry: Entry, given: dict[tuple[str, str], v.Number]) -> list[Entry]:
    """Serve one offset request; returns its debits."""
    if entry.state != "live":
        return []
    record = entry.record
    source, wanted = record.values.get(move.source_field or ""), record.values.get(move.amount_field)
    if not isinstance(source, str) or not isinstance(wanted, Decimal):
        dismiss(entry, "invalid", Phrase("the request names no account or amount", "申请没有写明来源或学分"), move)
        return []
    if not any(source in within(run.policy.accounts, name) for name in move.sources):
        dismiss(entry, "invalid", Phrase("credits of this account cannot be offered", "该类学分不能用于抵扣"), move)
        return []
    run.covered.add(move.number)
    if entry.pending:
        return _reserve(run, move, entry, source, wanted)
    try:
        given_now, taken, left = _offer(run, move, entry, source, wanted, given)
    except Undetermined as why:
        undetermined(run, entry, why, None, move)
        return []
    day = _day(entry, move.order_field)
    key = (move.target, record.semester or "")
    given[key] = v.add(given.get(key, v.ZERO), given_now)
    entry.raw, entry.amount = wanted, given_now
    entry.pending = isinstance(given_now, v.Interval)
    entry.cut = entry.cut or taken != wanted
    credit(run, move, record, given_now)
    return take(run, source, taken, entry, move, day, left)


def _reserve(run: Run, move: o.Move, entry: Entry, source: str, wanted: Decimal) -> list[Entry]:
    """A request that waits: what it may take is open, what it may give is not yet given to anything."""
    entry.raw, entry.amount = wanted, v.hull(v.ZERO, wanted)
    step(entry, "pending", move, wanted, entry.amount, entry.reason)
    day = _day(entry, move.order_field)
    most = v.smaller(wanted, held_by(run, source, day, ended=False))
    return take(run, source, v.hull(v.ZERO, most), entry, move, day)


def _offer(
    run: Run,
    move: o.Move,
    entry: Entry,
    source: str,
    wanted: Decimal,
    given: dict[tuple[str, str], v.Number],
) -> tuple[v.Number, v.Number, v.Number | None]:
    """What a request gives, what it takes for it, and, where both hang on an open balance, what it leaves."""
    record = entry.record
    entry.steps.append(Step("amount", move.text, None, wanted, move.article))
    entry.amount = wanted
    held = held_by(run, source, _day(entry, move.order_field), ended=False)
    offered = v.larger(v.ZERO, v.smaller(wanted, held))
    if offered != wanted:
        entry.amount = offered
        step(entry, "cap", move, wanted, offered, _only(held))
    env = Environment(run, None, ("semester", record.semester or ""))
    room: v.Number | None = None
    if move.limit is not None:
        before = run.balance(move.target, record.semester or "")
        room = v.larger(v.ZERO, v.subtract(evaluate(move.limit, env), before))
    ratios, sure = _ratios(run, move, env)
    outcomes = [_at_ratio(move, ratio, offered, room) for ratio in ratios]
    outcomes += [] if sure else [(v.ZERO, v.ZERO, v.ZERO)]
    amounts, takes, unlimited = outcomes[0]
    for amount, taken_then, most in outcomes[1:]:
        amounts, takes, unlimited = v.hull(amounts, amount), v.hull(takes, taken_then), v.hull(unlimited, most)
    at: o.Operator = move
    if len(outcomes) == 1:
        ratio = ratios[0]
        at = o.Operator(number=ratio.number, text=ratio.text, article=ratio.article or move.article, span=ratio.span)
    entry.amount = offered
    step(entry, "ratio", at, offered, unlimited, _measured(run, ratios, env))
    if amounts != unlimited:
        needed = v.written(room or v.ZERO)
        step(entry, "cap", move, unlimited, amounts, Phrase(f"{needed} are needed", f"还差{needed}"))
    taken = Phrase(
        f"{v.written(takes)} taken for {v.written(amounts)}", f"扣用{v.written(takes)}，抵得{v.written(amounts)}"
    )
    if isinstance(amounts, Decimal) and not amounts:
        taken = Phrase("nothing is left to give or to take", "已无可抵扣的余额或额度")
        entry.cut = True
    entry.reason, entry.article = taken, at.article
    certain = len(outcomes) == 1 and not isinstance(room, v.Interval) and isinstance(held, v.Interval)
    return amounts, takes, _left(run, move, source, held, takes) if certain else None


def _only(held: v.Number) -> Phrase:
    return Phrase(f"the account has only {v.written(held)}", f"该账户只有{v.written(held)}")


def _measured(run: Run, ratios: list[o.Ratio], env: Environment) -> Phrase | str:
    """What the conditions of the ratios hang on, with its value."""
    found: dict[str, Phrase] = {}
    for part in references(tuple(ratio.condition for ratio in ratios), e.Value):
        if part.sort in ("fact", "account"):
            name = part.name
            declared = run.policy.facts.get(name) or run.policy.accounts[name]
            value = value_words(evaluate(part, env), env)
            found[name] = Phrase(f"{name} is {value}", f"{label(declared)}为{value.zh}")
    texts = list(found.values())
    return Phrase(", ".join(map(str, texts)), "，".join(text.zh for text in texts)) if texts else ""


def _left(run: Run, move: o.Move, source: str, held: v.Number, takes: v.Number) -> v.Number | None:
    """What an open balance is once all that can be taken of it has been: the more there is, the more is taken.

    Between the ends, no more stays behind than rounding leaves; only where that is nothing is the answer exact. A value
    set from outside may have more decimals than the policy's.
    """
    step_scale = scale_of(move.rounding[1]) if move.rounding else None
    if (
        step_scale is None
        or run.overrides
        or step_scale < run.policy.scales.get(source, 0)
        or any(x.taken != x.given for x in move.ratios)
    ):
        return None
    left = [v.subtract(end(held), end(takes)) for end in (v.low, v.high)]
    return v.hull(*left)


def _ratios(run: Run, move: o.Move, env: Environment) -> tuple[list[o.Ratio], bool]:
    """The ratio that applies; all that may apply, where that is open; and whether one of them surely does."""
    possible: list[o.Ratio] = []
    for ratio in move.ratios:
        try:
            holds = met(ratio.condition, env)
        except Undetermined as why:
            if not (why.is_open or possible):
                raise
            if not why.is_open:  # where none of those before it applies
                return possible, False
            holds = v.OPEN
        if holds is not False:
            possible.append(ratio)
            run.covered.add(ratio.number)
        if holds is True:
            return possible, True
    if not possible:
        raise Undetermined("case", Phrase("no ratio applies", "没有适用的比例"))
    return possible, False


def _at_ratio(
    move: o.Move, ratio: o.Ratio, offered: v.Number, room: v.Number | None
) -> tuple[v.Number, v.Number, v.Number]:
    """What is given and taken for what is offered at a ratio, rounded as the policy says, and what is given if there is
    room for all of it.
    """
    scaled = v.multiply(offered, ratio.given)
    if move.rounding is not None:
        amount = v.quotient(scaled, ratio.taken, *move.rounding)
    else:
        amount = v.quotient(scaled, ratio.taken, "down", Decimal("0.000001"))
    unlimited = amount
    if room is not None:
        amount = v.smaller(amount, room)
    taken = v.quotient(v.multiply(amount, ratio.taken), ratio.given, "up", Decimal("0.000001"))
    return amount, _plain(v.smaller(taken, offered)), unlimited


def _plain(value: v.Number) -> v.Number:
    """Without trailing zeros."""
    if isinstance(value, v.Interval):
        return v.interval(v.plain(value.low), v.plain(value.high))
    return v.plain(value)


# ---- categories that take
def _convert(run: Run, account: o.Account, entry: Entry, rooms: Rooms) -> list[Entry]:
    """Serve one entry of a category that takes: every line from the first `take` on, then the debit."""
    sources: list[_Source] = []
    start = next(i for i, operator in enumerate(account.operators) if isinstance(operator, o.Move))
    for operator in account.operators[start:]:
        if entry.state != "live":
            break
        if isinstance(operator, o.Move):
            sources += _take_source(run, account, operator, entry)
        else:
            serve(rooms, (operator,), entry)
    rooms.done(entry)
    if entry.state != "live":
        return []
    if entry.account != run.policy.rules[entry.rule].account:
        run.post(entry)
        if entry.account in run.directly:
            run.directly[entry.account] = v.add(run.directly[entry.account], entry.amount)
    found: list[Entry] = []
    for source in sources:
        amount = entry.amount if source.sure else v.hull(v.ZERO, entry.amount)
        left = _rest(run, source) if len(sources) == 1 and entry.amount == source.taken else None
        found += take(run, source.account, amount, entry, source.operator, _day(entry, account.order_field), left)
    return found


def _take_source(run: Run, account: o.Account, operator: o.Move, entry: Entry) -> list[_Source]:
    """The account that an entry takes from by a line, if it does, and whether it surely does."""
    env = run.at(entry.record)
    try:
        holds = met(operator.condition, env)
    except Undetermined as why:
        undetermined(run, entry, why, None, operator)
        holds = v.OPEN if why.is_open else False
    if holds is False:
        return []
    source = operator.sources[0] if operator.sources else entry.record.values.get(operator.source_field or "")
    accounts = run.policy.accounts
    fits = isinstance(source, str) and accounts[source].sort in ("category", "account")
    same = fits and root_of(accounts, str(source)) == root_of(accounts, account.name)
    if not fits or same or _may_take(run, str(source)):
        reason = Phrase("no account to take from is named", "没有写明扣自哪一类学分")
        if holds is True:
            dismiss(entry, "invalid", reason, operator)
        else:
            make_pending(run, entry, v.hull(v.ZERO, entry.amount), reason, operator, "pending", True)
        return []
    held = held_by(run, str(source), _day(entry, account.order_field))
    wanted, after = entry.amount, v.smaller(entry.amount, held)
    run.covered.add(operator.number)
    if holds is v.OPEN:
        make_pending(run, entry, v.hull(entry.amount, after), LINE_OPEN, operator, "open")
    elif after != entry.amount:
        cut(run, operator, entry, after, _only(held))
    return [_Source(str(source), operator, holds is True, wanted, after, run.whole(str(source)))]


def _rest(run: Run, source: _Source) -> v.Number | None:
    """What is left of an open balance by an entry that wants a certain amount: the more, the more there was."""
    whole, wanted = source.whole, source.wanted
    if not (source.sure and isinstance(wanted, Decimal) and isinstance(whole, v.Interval)):
        return None
    if run.whole(source.account) != whole or source.taken != v.smaller(wanted, v.larger(v.ZERO, whole)):
        return None
    return v.hull(*(v.subtract(end, min(wanted, max(v.ZERO, end))) for end in (whole.low, whole.high)))


def _may_take(run: Run, source: str) -> bool:
    """Whether an account, or one inside it, takes itself, so that what it holds is not known yet."""
    inside = (run.policy.accounts[name] for name in within(run.policy.accounts, source))
    return any(takes(account) for account in inside)
