"""Amounts: the case that applies to a record, decisions within a range, and records gathered into one entry."""

from decimal import Decimal
from functools import reduce

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Phrase, report
from creditlang.interpreter.expression_meanings import evaluate, met
from creditlang.interpreter.groups import groups
from creditlang.interpreter.steps import Entries, dismiss, live, range_of, undetermined
from creditlang.interpreter.student_run import Environment, Run
from creditlang.ledger import Entry, Step
from creditlang.values import Undetermined


def give_amounts(run: Run, operator: o.Amount, entries: Entries) -> Entries:
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
    env = run.at(entry.record)
    waiting = entry.pending
    try:
        answers = [(branch, _matches(run, branch, env)) for branch in branches if not branch.otherwise]
        chosen = [branch for branch, holds in answers if holds is True]
        unsure = [branch for branch, holds in answers if holds is v.OPEN]
        if not chosen:
            chosen = [branch for branch in branches if branch.otherwise]
        if not chosen and not unsure:
            raise Undetermined("case", _NO_LINE)
        if len(chosen) > 1 and operator.mode == "one":
            undetermined(run, entry, Undetermined("case", _TWO_LINES), None, operator)
            return
        total = _chosen_amount(run, operator, entry, chosen, unsure)
        if not chosen and operator.fallback is not None and operator.fallback.disposition == "pending":
            total = v.hull(total, range_of(run, operator.fallback, entry, operator))
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
    env = run.at(entry.record)
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
        entry.doubtful = entry.doubtful or not chosen
        entry.reason = Phrase("which line applies is still open", "适用哪一行尚未确定")
    total: v.Number = v.ZERO
    if operator.mode == "all":
        for branch in chosen:
            total = v.add(total, worth[id(branch)])
        added = v.total(v.hull(v.ZERO, worth[id(branch)]) for branch in unsure)
        return v.hull(total, added) if first.otherwise else v.add(total, added)
    possible = [worth[id(branch)] for branch in (*chosen, *unsure)]
    total = possible[0] if chosen else v.ZERO
    return reduce(v.hull, possible, total)


_TWO_LINES = Phrase("two lines apply, and nothing says which counts", "有两行规则同时适用，没有写明取哪一行")
_NO_LINE = Phrase("no line speaks of this case", "没有一行规则适用于这种情形")


def _matches(run: Run, branch: o.Branch, env: Environment) -> v.Answer:
    """Whether a case applies; its dates are those of the record."""
    on = env.record.on if env.record else None
    if branch.since is not None and (on is None or on.isoformat() < branch.since):
        return False
    if branch.until is not None and (on is None or on.isoformat() > branch.until):
        return False
    return met(branch.condition, env)


def _branch_amount(run: Run, branch: o.Branch, entry: Entry, env: Environment) -> v.Number:
    if isinstance(branch.value, o.Decided):
        return _decided(branch.value, entry, env)
    amount: v.Number = evaluate(branch.value, env)
    if branch.times_field is not None:
        amount = v.multiply(amount, evaluate(e.Read("field", branch.times_field), env))
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
    carriers: dict[int, Entries] = {}
    for branch in branches:
        assert branch.gather is not None
        matching: Entries = []
        unsure: set[int] = set()
        for entry in waiting:
            try:
                holds = _matches(run, branch, run.at(entry.record))
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
                carriers.update({id(member): [*carriers.get(id(member), ()), added[-1]] for member in members})
    least = min(branch.gather.at_least for branch in branches if branch.gather)
    period = branches[0].gather.period if branches[0].gather else ""
    for entry in waiting:
        if id(entry) in served:
            entry.member, entry.raw, entry.carriers = True, v.ZERO, tuple(carriers[id(entry)])
            entry.reason = Phrase(f"counts together with the others of its {period}", "与同一时段的其他记录合并计算")
        elif id(entry) not in spoken and entry.state == "live":
            undetermined(run, entry, Undetermined("case", _NO_LINE), None, operator)
        elif entry.state == "live":
            reason = Phrase(f"fewer than {least} in its {period}", f"所在时段不足{least}次")
            dismiss(entry, "void", reason, operator)
    return added


def _gathered(run: Run, branch: o.Branch, members: Entries, unsure: set[int]) -> Entry:
    assert branch.gather is not None
    carrier = members[branch.gather.at_least - 1]
    amount = _branch_amount(run, branch, carrier, Environment(run, carrier.record))
    run.covered.add(branch.number)
    entry = Entry(
        record=carrier.record, rule=carrier.rule, account=carrier.account, period=carrier.period, sign=branch.sign,
        amount=amount, raw=amount,
    )  # fmt: skip
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
