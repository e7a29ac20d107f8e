"""The rules of periods, rankings and clean stretches to the tree."""

from lark import Token, Transformer

from creditlang.syntax import tree as t
from creditlang.syntax.children import (
    Children,
    Handed,
    covering,
    declared,
    first_of,
    handed,
    identifiers,
    is_token,
    nodes,
    period_of,
    periods_of,
    span_of,
    tokens,
)


class PeriodBuilder(Transformer[Token, t.Module]):
    """Functions named after the rules of declarations about time and rank."""

    def period(self, children: Children) -> t.Period:
        named = [child for child in children if is_token(child, "PERIOD")]
        length = period_of(named[0]) if named else first_of(children, t.Length)
        start, *until = nodes(children, t.Expression)
        return t.Period(**declared(children), length=length, start=start, until=until[0] if until else None)

    def clean_record(self, children: Children) -> t.CleanRecord:
        _, without = identifiers(children)
        return t.CleanRecord(
            **declared(children), length=first_of(children, t.Length), without=without, where=handed(children, "where"),
            start=first_of(children, t.Expression),
        )  # fmt: skip

    def ranking(self, children: Children) -> t.Ranking:
        groups = [part.value for part in nodes(children, Handed) if part.what == "ranked_in"]
        keys = [key for group in groups for key in group]
        within = t.Scope(periods_of(keys), identifiers(keys), span=covering(keys or children))
        ties = tuple(part.value for part in nodes(children, Handed) if part.what == "ties")
        return t.Ranking(
            **declared(children), value=first_of(children, t.Expression), within=within, ties=ties,
            lowest_first=handed(children, "lowest_first", False), where=handed(children, "where"),
            readings=tuple(nodes(children, t.Reading)),
        )  # fmt: skip

    def ranked_in(self, children: Children) -> Handed:
        return Handed("ranked_in", tokens(children, "NAME", "PERIOD"), span_of(children))

    def ties(self, children: Children) -> Handed:
        return Handed("ties", first_of(children, t.Expression), span_of(children))

    def lowest_first(self, children: Children) -> Handed:
        return Handed("lowest_first", True, span_of(children))
