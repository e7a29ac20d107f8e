"""What is worth saying of ranks and groups once all people are known: who is in no group, whose open values leave the
ranks of others open, and where equal ranks take more places than there are.
"""

from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references_of, worked_out
from creditlang.diagnostics import Diagnostic, Phrase, listed, report
from creditlang.interpreter.expression_meanings import evaluate
from creditlang.interpreter.passes import Holder
from creditlang.interpreter.standings import Candidate, Group, Key, RankedGroup, Standings, called
from creditlang.interpreter.student_run import Environment
from creditlang.values import Undetermined
from creditlang.words import both, label

_FEW: Final = 5
_EVERYBODY: Final = Phrase("everybody", "全体")


def findings(policy: o.Policy, standings: Standings, nobody: Holder) -> Iterator[Diagnostic]:
    """What is worth saying; `nobody` reads what a quota comes to in a group."""
    for name, people in standings.homeless.items():
        fact = policy.facts[name]
        keys = (fact.groups if fact.rank is None else fact.rank.keys) or ()
        yield report("CR697", None, name=_called(fact), key=listed(key.name for key in keys), count=str(len(people)),
                     who=_few(people))  # fmt: skip
    quotas = list(_quotas(policy))
    for key, groups in standings.groups.items():
        fact = policy.facts[key[0]]
        members: dict[object, dict[str, Candidate]] = {group: {} for group in groups}
        for who, place in standings.places.get(key, {}).items():
            members.setdefault(place.group, {})[who] = place
        for group, standing in groups.items():
            places = members[group]
            yield from _left_open(fact, key, group, standing, places)
            for quota in quotas:
                if quota.left == e.Value("fact", fact.name):
                    yield from _shared(fact, key, group, standing, places, quota, nobody)


def _left_open(
    fact: o.Decide, key: Key, group: Group, standing: RankedGroup, places: dict[str, Candidate]
) -> Iterator[Diagnostic]:
    ranks = [standing.rank(place) for place in places.values() if place.ranked is not False]
    if many := sum(isinstance(rank, v.Interval) for rank in ranks):
        who = [name for name, place in places.items() if place.is_open]
        yield report("CR698", None, name=_called(fact), where=_where(group, key), count=str(many), who=_few(who))


def _quotas(policy: o.Policy) -> Iterator[e.Compare]:
    """Every comparison that lets the first ones through."""
    for x in dict.fromkeys(references_of(policy, e.Compare)):
        if x.operator in ("<=", "<") and isinstance(x.left, e.Value) and x.left.sort == "fact":
            fact = policy.facts.get(x.left.name)
            own = all(isinstance(y, e.Value) and y.sort == "ranking" for y in worked_out(x.right))
            if fact is not None and fact.rank is not None and own:
                yield x


def _shared(
    fact: o.Decide, key: Key, group: Group, standing: RankedGroup, places: dict[str, Candidate], quota: e.Compare,
    nobody: Holder,
) -> Iterator[Diagnostic]:  # fmt: skip
    nobody.run.facts.update(
        {f"{fact.name}.ranked": {key[1]: standing.ranked}, f"{fact.name}.all": {key[1]: standing.all}}
    )
    try:
        most = evaluate(quota.right, Environment(nobody.run, None, (fact.period, key[1]) if fact.period else None))
    except Undetermined:
        return
    if not isinstance(most, Decimal):
        return
    strict = quota.operator == "<"
    most = most.to_integral_value(ROUND_CEILING if strict else ROUND_FLOOR, v.EXACT)
    most = v.low(v.subtract(most, Decimal(strict)))
    ranks = sorted(v.high(standing.rank(place)) for place in places.values() if place.ranked is True)
    through = [rank for rank in ranks if rank <= most]
    if through and len(through) > most:
        yield report(
            "CR699", None, name=_called(fact), where=_where(group, key), places=f"{most:f}", count=str(len(through)),
            rank=f"{through[-1]:f}", equal=str(through.count(through[-1])),
        )  # fmt: skip


def _called(fact: o.Decide) -> Phrase:
    return both(lambda language: label(fact, language))


def _where(group: Group, key: Key) -> Phrase:
    told = " ".join(filter(None, (called(group), key[1])))
    return Phrase(told, told) if told else _EVERYBODY


def _few(names: Iterable[str]) -> str:
    known = sorted(names)
    return listed([*known[:_FEW], *(["…"] if len(known) > _FEW else [])])
