"""The rules of periods, rankings and clean stretches to the tree."""

from creditlang.diagnostics import Phrase
from creditlang.nodes import changed
from creditlang.syntax import tree as t
from creditlang.syntax.children import (
    Children,
    Handed,
    declared,
    first_of,
    handed,
    identifier,
    identifiers,
    is_token,
    nodes,
    period_of,
    periods_of,
    refuse_second,
    span_of,
    tokens,
    two_readings,
)


class PeriodBuilder:
    """Functions named after the rules of declarations about time and rank."""

    def period(self, children: Children) -> t.Period:
        named = [child for child in children if is_token(child, "PERIOD")]
        length = period_of(named[0]) if named else first_of(children, t.Length)
        start, *until = nodes(children, t.Expression)
        return t.Period(**declared(children), length=length, start=start, until=until[0] if until else None)

    def clean_record(self, children: Children) -> t.CleanRecord:
        without = identifier(tokens(children, "NAME")[-1])
        return t.CleanRecord(
            **declared(children), length=first_of(children, t.Length), without=without, where=handed(children, "where"),
            start=first_of(children, t.Expression),
        )  # fmt: skip

    def ranking(self, children: Children) -> t.Ranking:
        keys = [key for part in nodes(children, Handed) if part.what == "ranked_in" for key in part.value]
        periods = periods_of(keys)
        refuse_second(*(period.span for period in periods))
        ties, lowest = [], False
        for part in nodes(children, Handed):
            if part.what == "ties":
                ties.append(part.value)
            elif part.what == "lowest_first" and not ties:
                lowest = True
            elif part.what == "lowest_first" and tokens(part.value, "COMMA", "CLAUSE_COMMA"):
                raise two_readings([ties[-1], *part.value], *_LOWEST)
            elif part.what == "lowest_first":
                ties[-1] = changed(ties[-1], lowest_first=True)
        return t.Ranking(
            **declared(children), period=periods[0] if periods else None, groups=identifiers(keys),
            value=first_of(children, t.Expression), ties=tuple(ties), lowest_first=lowest,
            where=handed(children, "where"), readings=tuple(nodes(children, t.Reading)),
        )  # fmt: skip

    def ranked_in(self, children: Children) -> Handed:
        return Handed("ranked_in", tokens(children, "NAME", "PERIOD"), span_of(children))

    def ties(self, children: Children) -> Handed:
        value = first_of(children, t.Expression)
        tie = t.Tie(value, False, span=span_of([*tokens(children, "TIES_BY"), value]))
        return Handed("ties", tie, span_of(children))

    def lowest_first(self, children: Children) -> Handed:
        return Handed("lowest_first", children, span_of(children))


_LOWEST = (
    Phrase("`of …, lowest first, ties by …`", "“按……，从低到高，同分按……”"),
    Phrase("`ties by … lowest first`, without a comma", "“同分按……从低到高”（中间不加逗号）"),
)
