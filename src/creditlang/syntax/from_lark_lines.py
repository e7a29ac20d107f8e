"""The rules of lines in bodies to the tree: cases and adjustments."""

import re
from decimal import Decimal
from typing import Any, Literal

from lark import Token, Transformer

from creditlang.diagnostics import Phrase
from creditlang.syntax import tree as t
from creditlang.syntax.children import (
    MOST,
    Children,
    Handed,
    amount_span,
    count_of,
    covering,
    date_of,
    first_of,
    gives,
    handed,
    has,
    identifier,
    identifiers,
    nodes,
    number_of,
    period_of,
    place_of,
    positive_of,
    refuse,
    span_of,
    string_of,
    tokens,
)
from creditlang.syntax.lexer import half_width


class LineBuilder(Transformer[Token, t.Module]):
    """Functions named after the rules of lines."""

    # ---- cases
    def case_line(self, children: Children) -> t.Case:
        condition = handed(children, "when")
        return t.Case(
            first_of(children, t.Amount), condition, gives(children, "otherwise"),
            handed(children, "since"), handed(children, "until"), gives(children, "if_present"),
            handed(children, "reason"), cites=handed(children, "cites", ()),
            span=covering([*children, *([condition] if condition else [])]),
        )  # fmt: skip

    case_before = case_line

    def when(self, children: Children) -> Handed:
        return Handed("when", first_of(children, t.Expression))

    when_before = when

    def otherwise(self, children: Children) -> Handed:
        return Handed("otherwise", True)

    otherwise_before = otherwise

    def from_date(self, children: Children) -> Handed:
        return Handed("since", date_of(children[1]))

    def until_date(self, children: Children) -> Handed:
        return Handed("until", date_of(children[1]))

    def if_present(self, children: Children) -> Handed:
        return Handed("if_present", True)

    def amount(self, children: Children) -> t.Amount:
        value, per, deduct = handed(children, "amount")
        return t.Amount(value, per, deduct or has(children, "DEDUCT"), span=amount_span(children))

    def plain(self, children: Children) -> Handed:
        return Handed("amount", (children[0], None, False))

    def suffix_per(self, children: Children) -> Handed:
        return Handed("amount", (children[0], children[1], False))

    def prefix_per(self, children: Children) -> Handed:
        return Handed("amount", (children[-1], children[0], has(children, "DEDUCT")))

    def decided(self, children: Children) -> Handed:
        low, _, high, _, name = children
        return Handed("amount", (t.Decided(low, high, identifier(name), span=span_of(children)), None, False))

    def per_event(self, children: Children) -> t.PerEvent:
        return t.PerEvent(span=span_of(children))

    def per_field(self, children: Children) -> t.PerField:
        return t.PerField(identifier(children[1]), span=span_of(children))

    def per_gathered(self, children: Children) -> t.PerGathered:
        count = count_of(tokens(children, "NUMBER")[0])
        return t.PerGathered(period_of(children[1]), count, span=span_of(children))

    def table_line(self, children: Children) -> t.TableCase:
        grid = handed(children, "grid")
        return t.TableCase(
            has(children, "DEDUCT"), identifiers(children), handed(children, "when"), grid[0], grid[1],
            cites=handed(children, "cites", ()), span=span_of(children),
        )  # fmt: skip

    # ---- adjustments
    def scope(self, children: Children) -> t.Scope:
        periods = tuple(period_of(token) for token in tokens(children, "PERIOD"))
        return t.Scope(periods, identifiers(children), span=span_of(children))

    def over(self, children: Children) -> t.Over:
        return t.Over(handed(children, "names", ()), span=span_of(children))

    def _grouped(self, children: Children) -> dict[str, Any]:
        return {
            "scope": first_of(children, t.Scope),
            "over": first_of(children, t.Over),
            "condition": handed(children, "when"),
            "cites": handed(children, "cites", ()),
            "span": covering(children),
        }

    def cap_line(self, children: Children) -> t.Cap:
        return t.Cap(**self._grouped(children), limit=first_of(children, t.Expression))

    def count_line(self, children: Children) -> t.CountCap:
        return t.CountCap(**self._grouped(children), limit=first_of(children, t.Expression))

    def once(self, children: Children) -> Handed:
        return Handed("once", ("first", place_of(children[0])))

    def highest_once(self, children: Children) -> Handed:
        return Handed("once", ("highest", place_of(children[0])))

    def last_once(self, children: Children) -> Handed:
        return Handed("once", ("last", place_of(children[0])))

    def once_line(self, children: Children) -> t.Choose:
        which, place = handed(children, "once")
        return t.Choose(**self._grouped([*children, t.Node(span=place)]), which=which)

    def times_line(self, children: Children) -> t.Scale:
        return self._scale("times", first_of(children, t.Expression), children)

    def plus_line(self, children: Children) -> t.Scale:
        return self._scale("plus", first_of(children, t.Expression), children)

    def half_line(self, children: Children) -> t.Scale:
        return self._scale("times", t.Number(Decimal("0.5"), span=place_of(children[0])), children)

    def _scale(self, operator: Any, value: t.Expression, children: Children) -> t.Scale:
        return t.Scale(
            operator, value, handed(children, "when"), cites=handed(children, "cites", ()), span=span_of(children)
        )

    def nth_line(self, children: Children) -> t.From:
        token = tokens(children, "ORDINAL")[0]
        ordinal = int(re.sub(r"\D", "", half_width(str(token))))
        if not 1 <= ordinal <= MOST:
            raise refuse(token, Phrase("a place from the 1st on", "从第1次起的次序"))
        operator: Literal["times", "plus"] = "plus" if has(children, "PLUS_AMOUNT") else "times"
        factor = first_of(children, t.Expression)
        return t.From(**self._grouped(children), ordinal=ordinal, factor=factor, operator=operator)

    def higher_line(self, children: Children) -> t.HigherOf:
        left, right = nodes(children, t.Expression)
        return t.HigherOf(**self._grouped(children), left=left, right=right, reason=handed(children, "reason"))

    def shared_line(self, children: Children) -> t.Shared:
        name = identifier(tokens(children, "NAME")[0])
        return t.Shared(name, cites=handed(children, "cites", ()), span=span_of(children))

    def only_line(self, children: Children) -> t.Guard:
        return self.make_guard("void", children, keeps=True)

    def guard(self, children: Children) -> Handed:
        return Handed("guard", (children[0].type.lower(), place_of(children[0])))

    def guard_line(self, children: Children) -> t.Guard:
        return self.make_guard(handed(children, "guard")[0], children)

    def guard_before(self, children: Children) -> t.Line:
        disposition = handed(children, "guard")[0]
        if gives(children, "otherwise"):
            place = t.Node(span=handed(children, "guard")[1])
            reason = handed(children, "reason")
            return t.Fallback(disposition, None, None, reason, cites=handed(children, "cites", ()), span=place.span)
        return self.make_guard(disposition, children)

    def make_guard(self, disposition: Any, children: Children, keeps: bool = False) -> t.Guard:
        condition = handed(children, "when") or first_of(children, t.Expression)
        span = covering([*children, condition])
        return t.Guard(
            disposition, condition, handed(children, "reason"), keeps, cites=handed(children, "cites", ()), span=span
        )

    def fallback_line(self, children: Children) -> t.Fallback:
        low, high = handed(children, "range", (None, None))
        strings = tokens(children, "STRING")
        return t.Fallback(
            handed(children, "guard")[0], low, high, string_of(strings[0]) if strings else None,
            cites=handed(children, "cites", ()), span=span_of(children),
        )  # fmt: skip

    def pending_range(self, children: Children) -> Handed:
        return Handed("range", tuple(nodes(children, t.Expression)))

    def first_mode(self, children: Children) -> t.Mode:
        return t.Mode("first", span=span_of(children))

    def all_mode(self, children: Children) -> t.Mode:
        return t.Mode("all", span=span_of(children))

    def starts_line(self, children: Children) -> t.Level:
        return t.Level("start", children[1], cites=handed(children, "cites", ()), span=span_of(children))

    def floor_line(self, children: Children) -> t.Level:
        return t.Level("floor", children[1], cites=handed(children, "cites", ()), span=span_of(children))

    def ceiling_line(self, children: Children) -> t.Level:
        return t.Level("ceiling", children[1], cites=handed(children, "cites", ()), span=span_of(children))

    def steps_line(self, children: Children) -> t.Steps:
        first, at = (number_of(token) for token in tokens(children, "NUMBER"))
        then, per_full = handed(children, "then", (None, None))
        return t.Steps(
            first_of(children, t.Expression), first, at, then, per_full, handed(children, "at_most"),
            cites=handed(children, "cites", ()), span=span_of(children),
        )  # fmt: skip

    def then(self, children: Children) -> Handed:
        amount, full = tokens(children, "NUMBER")
        return Handed("then", (number_of(amount), positive_of(full)))

    def at_most(self, children: Children) -> Handed:
        return Handed("at_most", number_of(tokens(children, "NUMBER")[0]))

    def goes_line(self, children: Children) -> t.GoesTo:
        account = identifier(tokens(children, "NAME")[0])
        return t.GoesTo(
            first_of(children, t.Expression), account, cites=handed(children, "cites", ()), span=span_of(children)
        )

    def falls_line(self, children: Children) -> t.FallsOn:
        date = first_of(children, t.Expression)
        return t.FallsOn(date, handed(children, "when"), cites=handed(children, "cites", ()), span=span_of(children))

    def one_by_one(self, children: Children) -> t.OneByOne:
        return t.OneByOne(cites=handed(children, "cites", ()), span=span_of(children))

    def take_line(self, children: Children) -> t.TakeFrom:
        name = identifier(tokens(children, "NAME")[0])
        return t.TakeFrom(name, handed(children, "when"), cites=handed(children, "cites", ()), span=span_of(children))

    def posts_line(self, children: Children) -> t.PostsTo:
        name = identifier(tokens(children, "NAME")[0])
        return t.PostsTo(name, cites=handed(children, "cites", ()), span=span_of(children))

    def order_line(self, children: Children) -> t.InOrderOf:
        name = identifier(tokens(children, "NAME")[0])
        return t.InOrderOf(name, cites=handed(children, "cites", ()), span=span_of(children))

    def round_line(self, children: Children) -> t.Rounded:
        return t.Rounded(children[0], cites=handed(children, "cites", ()), span=span_of(children))

    def unique_line(self, children: Children) -> t.Unique:
        name = identifier(tokens(children, "NAME")[0])
        return t.Unique(**self._grouped(children), field=name)
