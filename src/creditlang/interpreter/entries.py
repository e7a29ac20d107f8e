"""What the operators of the core do to entries: the meaning of rules.

Each operator is one function from the live entries of a body to changes in them, noted step by step. Entries are in
order of date and record id throughout; groups keep that order. Where something is open, an entry becomes pending and
its amount the interval of all it may be.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from attrs import evolve

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Phrase, report
from creditlang.interpreter import values as v
from creditlang.interpreter.expressions import Environment, Undetermined, evaluate
from creditlang.interpreter.run import Run
from creditlang.ledger import Entry, Step

Entries = list[Entry]


def apply(run: Run, operator: o.Operator, entries: Entries) -> Entries:
    """Do what an operator says to the entries of a body; returns them, with those it added."""
    return _MEANING[type(operator)](run, operator, entries)


def live(entries: Iterable[Entry], over: frozenset[str] | None = None) -> Entries:
    """The entries that still take part."""
    return [
        entry
        for entry in entries
        if entry.state == "live" and not entry.member and (over is None or entry.rule in over)
    ]


def step(entry: Entry, sort: str, operator: o.Operator, before: Any, after: Any, note: str = "") -> None:
    """Note a step."""
    entry.steps.append(Step(sort, operator.text, before, after, operator.article, note))


def dismiss(entry: Entry, state: str, reason: str, operator: o.Operator, sort: str | None = None) -> None:
    """Take an entry out, with the reason and the article."""
    step(entry, sort or state, operator, entry.amount, v.ZERO, reason)
    entry.state = state  # type: ignore[assignment]
    entry.reason, entry.article = reason, operator.article or entry.article


def make_pending(
    run: Run, entry: Entry, amount: v.Number, reason: str, operator: o.Operator, sort: str, doubtful: bool = False
) -> None:
    """Open an entry: its amount is one of those in `amount`; `doubtful` when it may not count at all."""
    entry.doubtful = entry.doubtful or doubtful
    step(entry, sort, operator, entry.amount, amount, reason)
    run.unbind(entry)
    entry.amount, entry.pending = amount, True
    entry.reason = entry.reason or reason


def undetermined(run: Run, entry: Entry, why: Undetermined, fallback: o.Fallback | None, operator: o.Operator) -> None:
    """What becomes of an entry for which an expression has no value."""
    reason = why.reason
    if why.sort == "missing":
        name = run.column_label(entry.record.kind, why.name)
        reason = Phrase(f"{why.name} is empty, but this rule needs it", f"“{name}”没有填，而这条规则要用到它")
    if fallback is not None:
        env = Environment(run, entry.record)
        if fallback.disposition == "pending":
            low = evaluate(fallback.low, env) if fallback.low is not None else None
            high = evaluate(fallback.high, env) if fallback.high is not None else None
            amount = _opened(operator, entry, low, high)
            make_pending(run, entry, amount, fallback.reason or reason, operator, "pending")
        else:
            dismiss(entry, fallback.disposition, fallback.reason or reason, operator)
    elif why.sort == "missing":
        dismiss(entry, "invalid", reason, operator)
        place = entry.record.place
        place = evolve(place, column=name) if place is not None else None
        entry.record.problem = entry.record.problem or report("CR662", place, name=Phrase(why.name, name))
    else:
        dismiss(entry, "unmatched", reason, operator)


def _opened(operator: o.Operator, entry: Entry, low: Any, high: Any) -> v.Number:
    """The range of an entry when an operator's value is unknown: of a factor from `low` to `high`, or of an amount."""
    amount: Any = entry.amount
    if isinstance(operator, o.Scale) and operator.operation == "times":
        top = high if high is not None else v.UNBOUNDED
        return v.multiply(amount, v.hull(low or v.ZERO, top))
    if isinstance(operator, o.Scale):
        return v.add(amount, v.hull(low or v.ZERO, high if high is not None else v.UNBOUNDED))
    if isinstance(operator, o.Clip):
        return v.hull(v.ZERO, amount)
    return v.hull(low or v.ZERO, high if high is not None else v.UNBOUNDED)


# ---- groups
def group_key(run: Run, group: o.Group, entry: Entry) -> tuple[Any, ...]:
    """What an entry's group is called; an entry without a value for a part is a group of its own."""
    record, key = entry.record, []
    for period in group.periods:
        part: Any = run.calendar.period_key(period, entry.on, entry.semester)
        key.append(("alone", id(entry)) if part is None else part)
    for name in group.fields:
        part = record.values.get(name)
        key.append(("alone", id(entry)) if part is None else part)
    return tuple(key)


def groups(run: Run, group: o.Group, entries: Entries) -> Iterable[Entries]:
    """The entries by group, in order."""
    if not group.periods and not group.fields:
        return [entries] if entries else []
    found: dict[tuple[Any, ...], Entries] = {}
    for entry in entries:
        found.setdefault(group_key(run, group, entry), []).append(entry)
    return found.values()


def where(
    run: Run, condition: e.Expression | None, entries: Entries, operator: o.Operator
) -> tuple[Entries, frozenset[int]]:
    """The entries for which a condition holds or may hold, and which of them only may.

    Those for which it has no value are taken out, with the reason.
    """
    if condition is None:
        return entries, frozenset()
    kept, unsure = [], set()
    for entry in entries:
        try:
            holds = run.holds(condition, Environment(run, entry.record))
        except Undetermined as why:
            undetermined(run, entry, why, None, operator)
            continue
        if holds is not False:
            kept.append(entry)
        if holds is v.OPEN:
            unsure.add(id(entry))
    return kept, frozenset(unsure)


Act = Callable[[Entries], None]


def on_groups(run: Run, operator: o.Clip | o.Choose, entries: Entries, act: Act) -> None:
    """Do `act` to each group of the entries that an operator speaks of.

    Where it is open whether it speaks of some, they are tried in and out: a group loses only more by having more
    members, so every entry ends between the two.
    """
    members, unsure = where(run, operator.condition, live(entries, operator.over), operator)
    if not unsure:
        for group in groups(run, operator.group, members):
            act(group)
        return
    before = [(entry, _state(entry)) for entry in members]
    bounds = list(run.bounds)
    for group in groups(run, operator.group, members):
        act(group)
    inside = [_state(entry) for entry in members]
    for entry, state in before:
        _restore(entry, state)
    run.bounds = bounds
    for group in groups(run, operator.group, [entry for entry in members if id(entry) not in unsure]):
        act(group)
    reason = Phrase("whether this line applies is still open", "这一行是否适用尚未确定")
    for (entry, state), within in zip(before, inside, strict=True):
        least, most = _worth(within), _worth(_state(entry))
        voided = "live" not in (within[1], _state(entry)[1]) or within[1] != _state(entry)[1]
        if least != most or voided:
            _restore(entry, state)
            make_pending(run, entry, v.hull(least, most), reason, operator, "open", voided)


State = tuple[Any, str, bool, bool, str, str, int]


def _state(entry: Entry) -> State:
    return (
        entry.amount,
        entry.state,
        entry.pending,
        entry.cut,
        entry.reason,
        entry.article,
        len(entry.steps),
    )


def _worth(state: State) -> v.Number:
    return v.ZERO if state[1] != "live" else state[0]


def _restore(entry: Entry, state: State) -> None:
    entry.amount, entry.state, entry.pending, entry.cut, entry.reason, entry.article, steps = state  # type: ignore[assignment]
    del entry.steps[steps:]


# ---- select
def _guard(run: Run, operator: o.Guard, entries: Entries) -> Entries:
    for entry in live(entries):
        env = Environment(run, entry.record)
        try:
            holds = run.holds(operator.condition, env)
        except Undetermined as why:
            undetermined(run, entry, why, None, operator)
            continue
        holds = v.opposite(holds) if operator.keeps else holds
        if holds is False:
            continue
        run.covered.add(operator.number)
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
        word = shown(value) if isinstance(value, (Decimal, v.Interval)) else env.run.shown(str(value))
        text = text.replace("{" + name + "}", word)
    return text


# ---- amount, gather
def _amount(run: Run, operator: o.Amount, entries: Entries) -> Entries:
    plain = [branch for branch in operator.branches if branch.gather is None]
    gathering = [branch for branch in operator.branches if branch.gather is not None]
    waiting = live(entries)
    added: Entries = []
    if gathering:
        added = _gather(run, operator, gathering, waiting)
        waiting = [entry for entry in waiting if not entry.member and entry.state == "live"] if plain else []
    for entry in waiting:
        _value(run, operator, plain, entry)
    return sorted([*entries, *added], key=lambda entry: entry.record.order) if added else entries


def _value(run: Run, operator: o.Amount, branches: list[o.Branch], entry: Entry) -> None:
    """Give an entry its raw amount by the case that applies."""
    env = Environment(run, entry.record)
    waiting = entry.pending
    try:
        answers = [(branch, _matches(run, branch, env)) for branch in branches if not branch.otherwise]
        chosen = [branch for branch, holds in answers if holds is True]
        unsure = [branch for branch, holds in answers if holds is v.OPEN]
        if not chosen:
            chosen = [branch for branch in branches if branch.otherwise]
        if not chosen and not unsure:
            raise Undetermined("case", _NO_LINE)
        total = _chosen_amount(run, operator, entry, chosen, unsure)
    except Undetermined as why:
        undetermined(run, entry, why, operator.fallback, operator)
        entry.raw = entry.amount if entry.raw is None and entry.pending else entry.raw
        return
    if entry.state != "live":
        return
    if waiting:
        total = v.hull(v.ZERO, total)
    texts = "；".join(branch.text for branch in (*chosen, *unsure)[: None if operator.mode == "all" or unsure else 1])
    entry.steps.append(Step("amount", texts, None, total, entry.article))
    entry.amount = entry.raw = total


def _chosen_amount(
    run: Run, operator: o.Amount, entry: Entry, chosen: list[o.Branch], unsure: list[o.Branch]
) -> v.Number:
    """The amount of the cases that apply; where that is open, all that it may be."""
    env = Environment(run, entry.record)
    if operator.mode != "all" and not unsure:
        chosen = chosen[:1]
    worth = {id(branch): _branch_amount(run, branch, entry, env) for branch in (*chosen, *unsure)}
    first = (chosen or unsure)[0]
    entry.sign, entry.article = first.sign, first.article or entry.article
    for branch in (*chosen, *unsure):
        run.covered.add(branch.number)
        if branch.sign != entry.sign:
            worth[id(branch)] = v.negative(worth[id(branch)])
    if unsure:
        entry.pending = True
        entry.reason = Phrase("which line applies is still open", "适用哪一行尚未确定")
    total: v.Number = v.ZERO
    if operator.mode == "all":
        for branch in chosen:
            total = v.add(total, worth[id(branch)])
        for branch in unsure:
            total = v.add(total, v.hull(v.ZERO, worth[id(branch)]))
        return total
    possible = [worth[id(branch)] for branch in (*chosen, *unsure)]
    total = possible[0] if chosen else v.ZERO
    for value in possible:
        total = v.hull(total, value)
    return total


_NO_LINE = Phrase("no line speaks of this case", "没有一行规则适用于这种情形")


def _matches(run: Run, branch: o.Branch, env: Environment) -> v.Answer:
    """Whether a case applies; its dates are those of the record."""
    on = env.record.on if env.record else None
    if branch.since is not None and (on is None or on.isoformat() < branch.since):
        return False
    if branch.until is not None and (on is None or on.isoformat() > branch.until):
        return False
    return run.holds(branch.condition, env)


def _branch_amount(run: Run, branch: o.Branch, entry: Entry, env: Environment) -> v.Number:
    if isinstance(branch.value, o.Decided):
        return _decided(branch.value, entry, env)
    amount: v.Number = evaluate(branch.value, env)
    if branch.times_field is not None:
        amount = v.multiply(amount, evaluate(e.Field(branch.times_field), env))
    return amount


def _decided(decided: o.Decided, entry: Entry, env: Environment) -> v.Number:
    low, high = evaluate(decided.low, env), evaluate(decided.high, env)
    value = entry.record.values.get(decided.field)
    if value is None:
        entry.pending = True
        entry.reason = Phrase(f"not yet decided: between {low} and {high}", f"尚未裁量，应在{low}至{high}之间")
        return v.hull(low, high)
    assert isinstance(value, Decimal)
    if not v.low(low) <= value <= v.high(high):
        reason = Phrase(f"the decision {value} is outside {low} to {high}", f"裁量值{value}不在{low}至{high}之间")
        entry.state, entry.reason = "invalid", reason
        entry.record.problem = report("CR656", entry.record.place, value=value, low=low, high=high)
    return value


def _gather(run: Run, operator: o.Amount, branches: list[o.Branch], waiting: Entries) -> Entries:
    """One entry for each period with enough records; the records themselves become its members."""
    added: Entries = []
    served: set[int] = set()
    spoken: set[int] = set()
    for branch in branches:
        assert branch.gather is not None
        matching: Entries = []
        unsure: set[int] = set()
        for entry in waiting:
            try:
                holds = _matches(run, branch, Environment(run, entry.record))
                if holds is not False:
                    matching.append(entry)
                if holds is v.OPEN:
                    unsure.add(id(entry))
            except Undetermined as why:
                undetermined(run, entry, why, operator.fallback, operator)
        spoken.update(map(id, matching))
        for members in groups(run, o.Group((branch.gather.period,), ()), [x for x in matching if x.state == "live"]):
            if len(members) >= branch.gather.at_least:
                added.append(_gathered(run, branch, members, unsure))
                served.update(map(id, members))
    least = min(branch.gather.at_least for branch in branches if branch.gather)
    period = branches[0].gather.period if branches[0].gather else ""
    for entry in waiting:
        if id(entry) in served:
            entry.member, entry.raw = True, v.ZERO
            entry.reason = Phrase(f"counts together with the others of its {period}", "与同一时段的其他记录合并计算")
        elif id(entry) not in spoken and entry.state == "live":
            dismiss(entry, "unmatched", _NO_LINE, operator)
        elif entry.state == "live":
            reason = Phrase(f"fewer than {least} in its {period}", f"所在时段不足{least}次")
            dismiss(entry, "void", reason, operator)
    return added


def _gathered(run: Run, branch: o.Branch, members: Entries, unsure: set[int]) -> Entry:
    assert branch.gather is not None
    carrier = members[branch.gather.at_least - 1]
    amount = _branch_amount(run, branch, carrier, Environment(run, carrier.record))
    run.covered.add(branch.number)
    entry = Entry(carrier.record, carrier.rule, carrier.account, carrier.period, branch.sign, amount, amount)
    entry.gathered, entry.on, entry.semester = True, carrier.on, carrier.semester
    entry.article = branch.article
    sure = sum(not member.pending and id(member) not in unsure for member in members)
    if sure < branch.gather.at_least:
        entry.amount = entry.raw = amount = v.hull(v.ZERO, amount)
        entry.pending = True
        entry.reason = Phrase("some of its records are still open", "其中有记录尚未确定")
    names = ", ".join(member.record.identifier for member in members)
    entry.steps.append(Step("amount", branch.text, None, amount, branch.article, names))
    return entry


# ---- scale
def _scale(run: Run, operator: o.Scale, entries: Entries) -> Entries:
    if operator.ordinal is not None:
        for members in groups(run, operator.group or o.Group(), live(entries, operator.over)):
            _scale_from(run, operator, members, operator.ordinal)
        return entries
    chosen, unsure = where(run, operator.condition, live(entries, operator.over), operator)
    for entry in chosen:
        before: Any = entry.amount
        _scale_one(run, operator, entry)
        if id(entry) in unsure and entry.state == "live":
            reason = Phrase("whether this line applies is still open", "这一行是否适用尚未确定")
            make_pending(run, entry, v.hull(before, entry.amount), reason, operator, "open")  # type: ignore[arg-type]
    return entries


def _scale_from(run: Run, operator: o.Scale, members: Entries, ordinal: int) -> None:
    """Scale from the nth entry on; where an earlier one may not count, the nth may or may not be it."""
    certain = 0
    for position, entry in enumerate(members):
        before: Any = entry.amount
        if position + 1 >= ordinal:
            _scale_one(run, operator, entry)
            if certain + 1 < ordinal and entry.state == "live":
                reason = Phrase("how many count before it is still open", "此前计入的次数尚未确定")
                make_pending(run, entry, v.hull(before, entry.amount), reason, operator, "open")  # type: ignore[arg-type]
        certain += not entry.doubtful


def _scale_one(run: Run, operator: o.Scale, entry: Entry) -> None:
    try:
        value = evaluate(operator.value, Environment(run, entry.record))
    except Undetermined as why:
        if why.sort in ("cell", "missing") or operator.fallback:
            undetermined(run, entry, why, operator.fallback, operator)
            return
        raise
    before: Any = entry.amount
    after = v.multiply(before, value) if operator.operation == "times" else v.add(before, value)
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
        return Phrase(f"plus {shown(value)}", f"另加{shown(value)}")
    if operator.ordinal is not None:
        return Phrase(
            f"number {operator.ordinal} or later: times {shown(value)}", f"第{operator.ordinal}次起乘{shown(value)}"
        )
    return Phrase(f"times {shown(value)}", f"乘{shown(value)}")


def _round(run: Run, operator: o.Round, entries: Entries) -> Entries:
    for entry in live(entries):
        before: Any = entry.amount
        after = v.quotient(before, Decimal(1), operator.mode, operator.step)
        if after != before:
            run.unbind(entry)
            step(entry, "rounded", operator, before, after)
            run.covered.add(operator.number)
        entry.amount = after
    return entries


# ---- choose
def _choose(run: Run, operator: o.Choose, entries: Entries) -> Entries:
    def keep(members: Entries) -> None:
        if len(members) > 1:
            run.covered.add(operator.number)
            _keep_one(run, operator, members)

    on_groups(run, operator, entries, keep)
    return entries


def _keep_one(run: Run, operator: o.Choose, members: Entries) -> None:
    if operator.which != "highest":
        keep_first(run, operator, members if operator.which == "first" else members[::-1])
        return
    kept = max(members, key=lambda entry: v.low(entry.amount))  # type: ignore[arg-type]
    rivals = [x for x in members if x is not kept and v.high(x.amount) > v.low(kept.amount)]  # type: ignore[arg-type]
    if kept.doubtful or (rivals and any(entry.pending for entry in (kept, *rivals))):
        _keep_open(run, operator, members, {id(kept), *map(id, rivals)} if rivals else set(map(id, members)))
        return
    for entry in members:
        if entry is not kept:
            dismiss(entry, "void", instead(kept), operator, "once")


def keep_first(run: Run, operator: o.Choose | o.Uniqueness, members: Entries) -> None:
    """Keep the first that surely counts; those before it only may, and those after it do not."""
    kept: Entry | None = None
    for position, entry in enumerate(members):
        if kept is not None:
            dismiss(entry, "void", instead(kept), operator, "once")
            continue
        if position:
            reason = Phrase("whether an earlier one counts is still open", "先前的记录是否计入尚未确定")
            amount = v.hull(v.ZERO, entry.amount)  # type: ignore[arg-type]
            certain = not entry.doubtful
            make_pending(run, entry, amount, reason, operator, "once", True)
        else:
            certain = not entry.doubtful
        if certain:
            kept = entry


def instead(kept: Entry) -> Phrase:
    """Why an entry does not count beside another."""
    return Phrase(f"{kept.record.identifier} counts instead", f"已计入{kept.record.identifier}，不重复计算")


def _keep_open(run: Run, operator: o.Choose, members: Entries, possible: set[int]) -> None:
    """Which entry is the highest is open: each that may be is pending from nothing to its whole amount."""
    floor = max(v.low(entry.amount) for entry in members)  # type: ignore[arg-type]
    ceiling = max(v.high(entry.amount) for entry in members)  # type: ignore[arg-type]
    reason = Phrase("which one is the highest is still open", "哪一项最高尚未确定")
    for entry in members:
        if id(entry) in possible:
            make_pending(run, entry, v.hull(v.ZERO, entry.amount), reason, operator, "once", True)  # type: ignore[arg-type]
        else:
            dismiss(entry, "void", reason, operator)
    run.bind([entry for entry in members if id(entry) in possible], v.interval(floor, ceiling))


def _choose_side(run: Run, operator: o.ChooseSide, entries: Entries) -> Entries:
    both = operator.left | operator.right
    for members in groups(run, operator.group, live(entries, both)):
        left = [entry for entry in members if entry.rule in operator.left]
        right = [entry for entry in members if entry.rule in operator.right]
        if not left or not right:
            continue
        run.covered.add(operator.number)
        one, two = _magnitude(run, left), _magnitude(run, right)
        holds = v.compare(">=", one, two)
        if holds is v.OPEN:
            reason = Phrase("which side is higher is still open", "哪一方扣分更高尚未确定")
            for entry in members:
                make_pending(run, entry, v.hull(v.ZERO, entry.amount), reason, operator, "higher", True)  # type: ignore[arg-type]
            run.bind(members, v.larger(one, two))
            continue
        for entry in right if holds else left:
            dismiss(entry, "void", operator.reason, operator, "higher")
    return entries


def _magnitude(run: Run, entries: Entries) -> v.Number:
    total = run.sum(entries)
    return v.negative(total) if entries[0].sign < 0 else total


# ---- clip
def _clip(run: Run, operator: o.Clip, entries: Entries) -> Entries:
    fixed = isinstance(operator.limit, (e.Constant, e.Setting))

    def clip(members: Entries) -> None:
        limits: list[v.Number] = []
        limited: Entries = []
        for entry in members:
            try:
                limits.append(
                    limits[0] if fixed and limits else evaluate(operator.limit, Environment(run, entry.record))
                )
                limited.append(entry)
            except Undetermined as why:
                undetermined(run, entry, why, operator.fallback, operator)
        if operator.events:
            _clip_events(run, operator, limited, limits)
        else:
            _clip_total(run, operator, limited, limits)

    on_groups(run, operator, entries, clip)
    return entries


def _clip_events(run: Run, operator: o.Clip, members: Entries, limits: list[v.Number]) -> None:
    certain = 0
    for position, (entry, limit) in enumerate(zip(members, limits, strict=True)):
        reason, present = Phrase(f"more than {shown(limit)} events", f"超过{shown(limit)}次"), not entry.doubtful
        if certain >= v.high(limit):
            run.covered.add(operator.number)
            cut(run, operator, entry, v.ZERO, reason)
        elif position >= v.low(limit):
            make_pending(run, entry, v.hull(v.ZERO, entry.amount), reason, operator, "cap", True)  # type: ignore[arg-type]
        certain += present


def _clip_total(run: Run, operator: o.Clip, members: Entries, limits: list[v.Number]) -> None:
    """Each entry has what is left of its limit after all before it."""
    is_open = any(entry.pending for entry in members)
    same = all(limit == limits[0] for limit in limits)
    total = _magnitude(run, members) if is_open else v.ZERO
    if is_open and same and v.high(total) <= v.low(limits[0]):
        return
    running: v.Number = v.ZERO
    for entry, limit in zip(members, limits, strict=True):
        amount: Any = entry.amount
        room = v.larger(v.ZERO, v.subtract(limit, running))
        running = v.add(running, amount)
        after = v.smaller(amount, room)
        if after != amount:
            run.covered.add(operator.number)
            reason = Phrase(f"the limit of {shown(limit)} is reached", f"已达上限{shown(limit)}")
            cut(run, operator, entry, after, reason)
    if is_open and same:
        run.bind(members, v.smaller(total, limits[0]))


def shown(value: v.Number) -> str:
    """A number for a reason."""
    if isinstance(value, v.Interval):
        return f"{value.low} … {value.high}"
    return f"{value.normalize():f}"


def cut(run: Run, operator: o.Operator, entry: Entry, after: v.Number, reason: str) -> None:
    """Leave an entry less than it had."""
    step(entry, "cap", operator, entry.amount, after, reason)
    run.unbind(entry)
    entry.amount, entry.cut = after, True
    entry.pending = entry.pending or isinstance(after, v.Interval)
    entry.reason, entry.article = entry.reason or reason, operator.article or entry.article


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
            day = evaluate(operator.date, Environment(run, entry.record))
        except Undetermined as why:
            undetermined(run, entry, why, None, operator)
            continue
        run.covered.add(operator.number)
        if id(entry) in unsure:
            reason = Phrase("the period it belongs to is still open", "归入哪一时段尚未确定")
            make_pending(run, entry, v.hull(v.ZERO, entry.amount), reason, operator, "falls on")  # type: ignore[arg-type]
            continue
        step(entry, "falls on", operator, entry.amount, entry.amount, day.isoformat())
        run.move_to(entry, day)
    return entries


def _nothing(run: Run, operator: o.Operator, entries: Entries) -> Entries:
    return entries


_MEANING: Mapping[type, Callable[[Run, Any, Entries], Entries]] = {
    o.Guard: _guard, o.Amount: _amount, o.Scale: _scale, o.Round: _round, o.Choose: _choose,
    o.ChooseSide: _choose_side, o.Clip: _clip, o.PostTo: _post_to, o.Take: _nothing,
    o.FallsOn: _falls_on,
    o.OneByOne: _nothing, o.Uniqueness: _nothing,
}  # fmt: skip
_ABSENT = {kind.__name__ for kind in o.Operator.__subclasses__()} - {kind.__name__ for kind in _MEANING}
assert not _ABSENT, f"operators without a meaning: {_ABSENT}"
