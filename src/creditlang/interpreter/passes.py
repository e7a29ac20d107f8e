"""The passes over the people: what each brings to rankings and to facts of groups, and what comes out of them.

A group is worked out like a person of whom nothing is known but the values that it is made by, what its members are,
and the facts of the groups that it is in itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from attrs import evolve

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import people_queries
from creditlang.interpreter.expression_meanings import evaluate, met
from creditlang.interpreter.standings import Belongs, Candidate, Part, Share, Standings, called, open_line, unknown
from creditlang.interpreter.student_run import Environment, Run
from creditlang.ledger import RankLine, StudentResult
from creditlang.values import Undetermined


class Holder(Protocol):
    """What can decide: a person or a group."""

    run: Run

    def decide(self, decision: o.Decide, env: Environment) -> Any: ...


# ---- a person
def bring(run: Run, fact: o.Decide, result: StudentResult, unreadable: bool, standings: Standings) -> None:
    """Note what a person brings to a ranking of people, or to a fact of a group.

    Who has a record that it is worked out from and that could not be read may have anything.
    """
    if fact.rank is not None and fact.rank.groups is not None:
        return
    needs = run.policy.needs.get(fact.name, frozenset())
    doubt = unreadable or any(
        entry.record.kind in needs and entry.disposition() == "invalid" for entry in result.entries
    )
    for key, env in _periods(run, fact):
        group = _group((fact.groups if fact.rank is None else fact.rank.keys) or (), env, unreadable)
        if group is None:
            standings.homeless.setdefault(fact.name, set()).add(result.student)
        elif fact.rank is not None:
            standings.places.setdefault((fact.name, key), {})[result.student] = _place(fact.rank, group, env, doubt)
        else:
            parts = tuple(_part(query, env, doubt) for query in people_queries(fact))
            standings.shares.setdefault((fact.name, key), {})[result.student] = Share(group, parts)


def read(run: Run, fact: o.Decide, who: str, unreadable: bool, standings: Standings | None) -> list[RankLine]:
    """Put among a person's facts what has come out; as long as nobody else is known, what may come out."""
    lines: list[RankLine] = []
    for key, env in _periods(run, fact):
        if fact.rank is None:
            group = _group(fact.groups or (), env, unreadable)
            run.facts.setdefault(fact.name, {})[key] = _value(fact, key, group, standings)
        else:
            lines.append(_line(fact, fact.rank, key, env, who, unreadable, standings))
    for line in lines:
        parts = {"": line.rank, ".ranked": line.ranked, ".all": line.all}
        for part, value in parts.items():
            run.facts.setdefault(fact.name + part, {})[line.period] = value
        if line.rank is not None and not line.sure:
            run.perhaps.add((fact.name, line.period))
    return lines


def given(run: Run, fact: o.Decide, values: Mapping[str, Any], alone: Iterable[RankLine]) -> list[RankLine]:
    """Put among a person's facts what is said to come out; what is not said stays as it is known `alone`."""
    if fact.rank is None:
        run.facts[fact.name] = dict.fromkeys(run.facts[fact.name], values[fact.name])
        return []
    lines: list[RankLine] = []
    for line in alone:
        least: v.Number = v.ZERO
        known: list[v.Number | None] = []
        for part, own in (("", line.rank), (".ranked", line.ranked), (".all", line.all)):
            value = values.get(fact.name + part, own if own is None else v.larger(own, least))
            run.facts[fact.name + part][line.period] = value
            known.append(value)
            least = least if value is None else v.low(value)
        sure = line.sure or fact.name in values
        if sure:
            run.perhaps.discard((fact.name, line.period))
        rank, ranked, everybody = known
        lines.append(evolve(line, rank=rank, ranked=ranked, all=everybody, sure=sure))
    return lines


def _periods(run: Run, fact: o.Decide) -> Iterator[tuple[str, Environment]]:
    if fact.period is None:
        yield "", Environment(run)
        return
    for period in run.periods.begun(fact.period):
        yield period.key, Environment(run, None, (fact.period, period.key))


def _group(keys: Iterable[o.Key], env: Environment, unreadable: bool) -> Belongs | None:
    """The group that a person is in; None where a value that it is made by is missing."""
    found = []
    for key in keys:
        try:
            value = evaluate(key.value, env)
        except Undetermined as why:
            return v.OPEN if unreadable or why.is_open else None
        if value is v.OPEN or isinstance(value, v.Interval):
            return v.OPEN
        found.append(value)
    return tuple(found)


def _place(rank: o.Rank, group: Belongs, env: Environment, doubt: bool) -> Candidate:
    if doubt:
        return Candidate(group, v.OPEN, *unknown(len(rank.criteria)), doubt=True)
    try:
        ranked = met(rank.where, env)
        if ranked is False:
            return Candidate(group)
        ends = [_measure(rank.criteria[0], env)]
    except Undetermined as why:
        return Candidate(group, v.OPEN, *unknown(len(rank.criteria))) if why.is_open else Candidate(group)
    for tie in rank.criteria[1:]:
        try:
            ends.append(_measure(tie, env))
        except Undetermined as why:  # who has nothing to decide a tie by comes last in it
            ends.append((-v.UNBOUNDED, v.UNBOUNDED if why.is_open else -v.UNBOUNDED))
    return Candidate(group, ranked, tuple(least for least, _ in ends), tuple(most for _, most in ends))


def _measure(criterion: o.Criterion, env: Environment) -> tuple[Decimal, Decimal]:
    """The least and the most that somebody may have, the greater being the better."""
    value, ranks = evaluate(criterion.value, env), criterion.ranks
    number: v.Number
    if value is v.OPEN:
        number = v.interval(v.ZERO, Decimal(max(ranks.values()) if ranks else 1))
    elif ranks is not None:
        number = Decimal(ranks[value])
    elif isinstance(value, date):
        number = Decimal(value.toordinal())
    else:
        number = Decimal(value) if isinstance(value, bool) else value
    number = v.negative(number) if criterion.lowest else number
    return v.low(number), v.high(number)


def _part(query: e.Query, env: Environment, doubt: bool) -> Part:
    """What a person is in a query over people: whether it finds them, their value, and its weight.

    What cannot be said of one person stays so, and is raised where the group asks.
    """
    if doubt:
        anything = v.interval(-v.UNBOUNDED, v.UNBOUNDED)
        return v.OPEN, None if query.value is None else anything, None if query.weight is None else anything
    found: list[Any] = []
    for part in (query.value, query.weight):
        try:
            found.append(None if part is None else evaluate(part, env))
        except Undetermined as why:
            found.append(why)
    try:
        return met(query.where, env), found[0], found[1]
    except Undetermined as why:
        return why, None, None


def _value(fact: o.Decide, key: str, group: Belongs | None, standings: Standings | None) -> Any:
    if group is None:
        return None
    if isinstance(group, v.Open) or standings is None:
        return v.interval(-v.UNBOUNDED, v.UNBOUNDED) if fact.type.name == "number" else v.OPEN
    return standings.of_group((fact.name, key), group)


def _line(
    fact: o.Decide, rank: o.Rank, key: str, env: Environment, who: str, unreadable: bool, standings: Standings | None
) -> RankLine:
    group = _group(rank.keys if rank.groups is None else rank.groups, env, unreadable)
    if group is None:
        return RankLine(fact.name, key, None, None, None, None)
    if rank.groups is None:
        if standings is not None:
            return standings.line((fact.name, key), who)
        return open_line((fact.name, key), _place(rank, group, env, unreadable))
    if isinstance(group, v.Open) or standings is None:
        return open_line((fact.name, key), Candidate(group, v.OPEN))
    return standings.line((fact.name, key), called(group))


# ---- a group
def close(
    fact: o.Decide,
    together: Mapping[str, o.Decide],
    standings: Standings,
    holder: Callable[[Mapping[str, Any]], Holder],
) -> None:
    """Work out what comes out for each group, now that all people have been there."""

    def of(keys: Iterable[o.Key], group: tuple[Any, ...]) -> Holder:
        known = dict(zip((key.name for key in keys), group, strict=True))
        found = holder(known)
        for name, other in together.items():
            theirs = other.groups if other.rank is None else other.rank.groups
            if theirs is None or not {key.name for key in theirs} <= known.keys():
                continue
            own = tuple(known[key.name] for key in theirs)
            periods = [period for one, period in (*standings.values, *standings.groups) if one == name]
            found.run.facts[name] = {period: standings.of_group((name, period), own) for period in periods}
        return found

    if fact.rank is None:
        for key in sorted({period for name, period in standings.shares if name == fact.name}):
            for group, shares in standings.members((fact.name, key)).items():
                found = of(fact.groups or (), group)
                queries = people_queries(fact)
                found.run.people = {
                    query: [_perhaps(share.parts[at], share.group) for share in shares]
                    for at, query in enumerate(queries)
                }
                env = Environment(found.run, None, (fact.period, key) if fact.period else None)
                value, doubt = found.decide(fact, env), (fact.name, key) in found.run.in_doubt
                standings.values.setdefault((fact.name, key), {})[group] = None if doubt else value
        return
    if fact.rank.groups is not None:
        _rank_groups(fact, fact.rank, fact.rank.groups, together, standings, of)
    for key in sorted({period for name, period in standings.places if name == fact.name}):
        standings.close_ranking((fact.name, key))


def _rank_groups(
    fact: o.Decide, rank: o.Rank, keys: tuple[o.Key, ...], together: Mapping[str, o.Decide], standings: Standings,
    of: Callable[[Iterable[o.Key], tuple[Any, ...]], Holder],
) -> None:  # fmt: skip
    standings.of_groups.add(fact.name)
    alike = {name for name, other in together.items() if other.groups == keys and other.period == fact.period}
    for (name, key), values in list(standings.values.items()):
        if name not in alike:
            continue
        for group in values:
            known = dict(zip((each.name for each in keys), group, strict=True))
            env = Environment(of(keys, group).run, None, (fact.period, key) if fact.period else None)
            around = tuple(known[each.name] for each in rank.keys)
            standings.places.setdefault((fact.name, key), {})[called(group)] = _place(rank, around, env, False)


def _perhaps(part: Part, group: Belongs) -> Part:
    """The part of one of whom it may be open whether they belong to the group."""
    holds, value, weight = part
    if isinstance(group, v.Open) and not isinstance(holds, Undetermined):
        holds = v.both(holds, v.OPEN)
    return holds, value, weight
