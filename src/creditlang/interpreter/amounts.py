"""Amounts: the case that applies to a record, decisions within a range, and records gathered into one entry."""

from collections.abc import Iterable
from decimal import Decimal
from functools import reduce
from typing import Any

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Phrase, report
from creditlang.interpreter.expression_meanings import evaluate, met
from creditlang.interpreter.groups import group_key, groups
from creditlang.interpreter.ruled_entries import is_set, set_amount
from creditlang.interpreter.steps import Entries, dismiss, live, undetermined, without_value
from creditlang.interpreter.student_run import Environment, Run
from creditlang.ledger import Entry, Step
from creditlang.values import Undetermined

Measured = dict[tuple[int, tuple[Any, ...]], v.Number]
"""What the entries so far measure together, by case and group, where a rate is for each full so many."""


def give_amounts(run: Run, operator: o.Amount, entries: Entries) -> Entries:
    plain = [case for case in operator.cases if case.together is None]
    gathering = [case for case in operator.cases if case.together is not None]
    waiting = []
    for entry in live(entries):
        if is_set(entry):
            set_amount(run, entry)
        else:
            waiting.append(entry)
    added: Entries = []
    if gathering:
        added = _gather(run, operator, gathering, waiting)
        waiting = [entry for entry in waiting if not entry.member and entry.state == "live"] if plain else []
    measured: Measured = {}
    for entry in waiting:
        _value(run, operator, plain, entry, measured)
    return sorted([*entries, *added], key=lambda entry: entry.record.order) if added else entries


def _value(run: Run, operator: o.Amount, cases: list[o.Case], entry: Entry, measured: Measured) -> None:
    """Give an entry its raw amount by the case that applies."""
    env = run.at(entry.record)
    waiting = entry.pending
    try:
        chosen, unsure, sure = _applicable(run, operator, cases, env)
        if len(chosen) > 1 and operator.mode == "one":
            undetermined(run, entry, Undetermined("case", several(chosen)), None, operator)
            return
        total = _chosen_amount(run, operator, entry, chosen, unsure, sure, measured)
    except Undetermined as why:
        if entry.state == "live":  # else a decision is out of its bounds, which no line without a value changes
            undetermined(run, entry, why, operator.fallback, operator)
        is_open = entry.state == "live" and entry.pending
        entry.raw = entry.amount if entry.raw is None and is_open else entry.raw
        return
    if entry.state != "live":
        return
    if waiting:
        total = v.hull(v.ZERO, total)
    texts = "；".join(case.text for case in (*chosen, *unsure))
    entry.steps.append(Step("amount", texts, None, total, entry.article))
    entry.amount = entry.raw = total


def _applicable(
    run: Run, operator: o.Amount, cases: list[o.Case], env: Environment
) -> tuple[list[o.Case], list[o.Case], bool]:
    """The cases that apply, those that may, and whether one of all these surely does.

    Of the first that applies, those after it are not asked; after one that may apply, one whose condition has no answer
    leaves the entry without a value unless that one applies.
    Raises `Undetermined` where a condition has no answer, or no case applies.
    """
    chosen: list[o.Case] = []
    unsure: list[o.Case] = []
    sure = True
    otherwise = [case for case in cases if case.otherwise]
    for case in cases:
        try:
            holds = not case.otherwise and _matches(run, case, env)
        except Undetermined as why:
            if not why.is_open and (operator.mode != "first" or not unsure):
                raise
            sure = False
            if not why.is_open:
                otherwise = []
                break
            holds = v.OPEN
        if holds is v.OPEN:
            unsure.append(case)
        elif holds is True:
            chosen.append(case)
            if operator.mode == "first":
                break
    chosen = chosen or otherwise
    if not chosen and not unsure:
        raise Undetermined("case", NO_LINE)
    return chosen[:1] if operator.mode == "first" else chosen, unsure, sure and bool(chosen)


def _chosen_amount(
    run: Run,
    operator: o.Amount,
    entry: Entry,
    chosen: list[o.Case],
    unsure: list[o.Case],
    sure: bool,
    measured: Measured,
) -> v.Number:
    """The amount of the cases that apply; where that is open, all that it may be.

    A case without a value leaves the entry none if it applies, so where that is open, the others count too.
    """
    env = run.at(entry.record)
    worth: dict[int, v.Number] = {}
    measures: dict[int, v.Number] = {}
    for case in (*chosen, *unsure):
        try:
            amount = _case_amount(run, case, entry, env)
            if case.full is not None:
                measures[id(case)] = v.larger(v.ZERO, evaluate(case.full.measure, env))
            worth[id(case)] = amount
        except Undetermined as why:
            if why.is_open or not unsure or (operator.mode == "all" and case in chosen and not case.otherwise):
                raise
            sure = False
    known = [case for case in (*chosen, *unsure) if id(case) in worth]
    for case in known:
        if case.full is not None:
            own = measures[id(case)]
            times = _completed(run, case, case.full, entry, own, measured, sure=not unsure and not entry.doubtful)
            worth[id(case)] = v.multiply(worth[id(case)], times)
            if isinstance(times, v.Interval):
                entry.pending = True
                entry.reason = Phrase("how much came before it is still open", "此前累计多少尚未确定")
    first = (known or chosen or unsure)[0]
    entry.sign, entry.article = first.sign, first.article or entry.article
    for case in (*chosen, *unsure):
        run.covered.add(case.number)
    for case in known:
        if case.sign != entry.sign:
            worth[id(case)] = v.negative(worth[id(case)])
    if unsure or not sure:
        entry.pending = True
        entry.doubtful = entry.doubtful or not sure
        entry.reason = Phrase("which line applies is still open", "适用哪一行尚未确定")
    possible = [worth[id(case)] for case in known]
    if operator.mode == "all":
        possible = _sums(
            [worth[id(case)] for case in chosen if case in known and not case.otherwise],
            [worth[id(case)] for case in unsure if case in known],
            [worth[id(case)] for case in chosen if case in known and case.otherwise],
        )
    if not sure:
        possible += [v.ZERO, without_value(run, operator.fallback, entry, operator)]
    return reduce(v.hull, possible)


def _sums(chosen: list[v.Number], unsure: list[v.Number], instead: list[v.Number]) -> list[v.Number]:
    """What cases that apply, and those that may, have together; or what there is instead where none does."""
    if not unsure:
        return instead or [v.total(chosen)]
    added = v.total(v.hull(v.ZERO, amount) for amount in unsure)
    if not instead:
        return [v.add(v.total(chosen), added)]
    least = min(map(v.low, unsure))  # one of them applies, or there is something instead
    return [v.interval(max(least, v.low(added)) if least >= 0 else v.low(added), v.high(added)), *instead]


def _completed(
    run: Run, case: o.Case, full: o.Full, entry: Entry, own: v.Number, measured: Measured, sure: bool
) -> v.Number:
    """How many times an entry, with what it measures itself, completes so many of what its group measures."""
    key = (case.number, group_key(run, full.group, entry))
    before = measured.get(key, v.ZERO)
    after = measured[key] = v.add(before, own if sure else v.hull(v.ZERO, own))
    had, has, alone = (v.quotient(x, full.size, "down", _ONE) for x in (before, v.add(before, own), own))
    if before or has != alone:
        entry.steps.append(Step("measured", case.text, before, after, case.article, by_now(after)))
    if isinstance(has, Decimal) and isinstance(had, Decimal):
        return has - had
    most = v.quotient(own, full.size, "up", _ONE)
    return v.interval(max(v.low(alone), v.low(has) - v.high(had)), min(v.high(most), v.high(has) - v.low(had)))


def by_now(measured: v.Number) -> Phrase:
    """What is noted of what entries measure together."""
    return Phrase(f"{v.written(measured)} by now", f"至此累计{v.written(measured)}")


_ONE = Decimal(1)
NO_LINE = Phrase("no line speaks of this case", "没有一行规则适用于这种情形")


def several(cases: Iterable[o.Case]) -> Phrase:
    """That several lines apply, and which."""
    texts = [f"“{case.text}”" for case in cases]
    en, zh = " and ".join(texts), "".join(texts)
    return Phrase(f"{en} apply at once, and nothing says which counts", f"{zh}同时适用，没有写明取哪一行")


def _matches(run: Run, case: o.Case, env: Environment) -> v.Answer:
    """Whether a case applies; its dates are those of the record."""
    on = env.record.on if env.record else None
    if case.since is not None and (on is None or on.isoformat() < case.since):
        return False
    if case.until is not None and (on is None or on.isoformat() > case.until):
        return False
    return met(case.condition, env)


def _case_amount(run: Run, case: o.Case, entry: Entry, env: Environment) -> v.Number:
    if case.between is None:
        amount: v.Number = evaluate(case.value, env)
        return amount
    low, high = (evaluate(end, env) for end in case.between)
    if met(e.Present(case.value), env) is False:
        entry.pending = True
        possible = _that_fits(run, case, entry, v.hull(low, high))
        least, most = v.low(possible), v.high(possible)
        entry.reason = Phrase(f"not yet decided: between {least} and {most}", f"尚未裁量，应在{least}至{most}之间")
        return possible
    value: Decimal = evaluate(case.value, env)
    if not v.low(low) <= value <= v.high(high):
        one, two, three = v.written(value), v.written(low), v.written(high)
        reason = Phrase(f"the decision {one} is outside {two} to {three}", f"裁量值{one}不在{two}至{three}之间")
        entry.state, entry.reason = "invalid", reason
        entry.record.problem = report("CR656", entry.record.place, value=one, low=two, high=three)
    return value


def _that_fits(run: Run, case: o.Case, entry: Entry, possible: v.Number) -> v.Number:
    """Of what may be decided, from the first to the last that the column of the decision can hold."""
    columns = run.policy.kinds[entry.record.kind].columns
    column = next((x for x in columns if e.Read("field", x.name) == case.value), None)
    if column is None:
        return possible
    least, most = v.low(possible), v.high(possible)
    least = least if column.minimum is None else max(least, column.minimum)
    most = most if column.maximum is None else min(most, column.maximum)
    unit = Decimal((0, (1,), -column.type.decimals))
    fitting = (v.low(v.quotient(least, _ONE, "up", unit)), v.low(v.quotient(most, _ONE, "down", unit)))
    least, most = (end if end == fits else fits for end, fits in zip((least, most), fitting, strict=True))  # as written
    return v.interval(least, most) if least <= most else possible


def _gather(run: Run, operator: o.Amount, cases: list[o.Case], waiting: Entries) -> Entries:
    """One entry for each period with enough records; the records themselves become its members."""
    added: Entries = []
    served: set[int] = set()
    spoken: set[int] = set()
    carriers: dict[int, Entries] = {}
    for case in cases:
        assert case.together is not None
        matching: Entries = []
        unsure: set[int] = set()
        for entry in waiting:
            try:
                holds = _matches(run, case, run.at(entry.record))
                if holds is not False:
                    matching.append(entry)
                if holds is v.OPEN:
                    unsure.add(id(entry))
            except Undetermined as why:
                undetermined(run, entry, why, operator.fallback, operator)
        spoken.update(map(id, matching))
        for members in groups(run, o.Group((case.together[0],)), [x for x in matching if x.state == "live"]):
            if len(members) >= case.together[1]:
                added.append(_gathered(run, operator, case, members, unsure))
                served.update(map(id, members))
                carriers.update({id(member): [*carriers.get(id(member), ()), added[-1]] for member in members})
    least = min(case.together[1] for case in cases if case.together)
    period = cases[0].together[0] if cases[0].together else ""
    for entry in waiting:
        if id(entry) in served:
            entry.member, entry.raw, entry.carriers = True, v.ZERO, tuple(carriers[id(entry)])
            entry.reason = counts_together(period)
        elif id(entry) not in spoken and entry.state == "live":
            undetermined(run, entry, Undetermined("case", NO_LINE), None, operator)
        elif entry.state == "live":
            dismiss(entry, "void", too_few(least, period), operator)
    return added


def counts_together(period: str) -> Phrase:
    """Why a record has no amount of its own that is counted with others."""
    return Phrase(f"counts together with the others of its {period}", "与同一时段的其他记录合并计算")


def too_few(least: int, period: str) -> Phrase:
    """Why a record does not count that has too few beside it."""
    return Phrase(f"fewer than {least} in its {period}", f"所在时段不足{least}次")


def _gathered(run: Run, operator: o.Amount, case: o.Case, members: Entries, unsure: set[int]) -> Entry:
    assert case.together is not None
    carrier = members[case.together[1] - 1]
    run.covered.add(case.number)
    entry = Entry(
        record=carrier.record, rule=carrier.rule, account=carrier.account, period=carrier.period, sign=case.sign
    )
    entry.gathered, entry.on, entry.semester = True, carrier.on, carrier.semester
    entry.article = case.article
    try:
        entry.amount = entry.raw = amount = _case_amount(run, case, carrier, run.at(carrier.record))
    except Undetermined as why:
        undetermined(run, entry, why, operator.fallback, operator)
        entry.raw = entry.amount if entry.pending else None
        return entry
    sure = sum(not member.pending and id(member) not in unsure for member in members)
    if sure < case.together[1]:
        entry.amount = entry.raw = amount = v.hull(v.ZERO, amount)
        entry.pending = True
        entry.reason = Phrase("some of its records are still open", "其中有记录尚未确定")
    names = ", ".join(member.record.identifier for member in members)
    entry.steps.append(Step("amount", case.text, None, amount, case.article, names))
    return entry
