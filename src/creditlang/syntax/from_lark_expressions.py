"""The rules of expressions to the tree."""

from attrs import evolve

from creditlang.diagnostics import Phrase
from creditlang.syntax import tree as t
from creditlang.syntax.children import (
    Children,
    Handed,
    count_of,
    date_of,
    expression_node,
    handed,
    identifier,
    identifiers,
    nodes,
    number_of,
    period_of,
    place_of,
    positive_of,
    refuse,
    share_of,
    span_of,
    string_of,
    tokens,
    words,
)
from creditlang.syntax.lexer import PlacedToken, half_width

_DURATIONS = {
    "working day": "working days", "个工作日": "working days", "工作日": "working days", "day": "days", "天": "days",
    "日": "days", "week": "weeks", "周": "weeks", "month": "months", "个月": "months", "year": "years", "年": "years",
}  # fmt: skip
_COMPARISONS = {
    "EQUAL": "=", "NOT_EQUAL": "!=", "LESS": "<", "MORE": ">", "AT_LEAST": ">=", "AT_MOST": "<=", "IS": "=",
    "IS_NOT": "!=",
}  # fmt: skip
_ROUNDING = {"ROUNDED_DOWN_TO": "down", "ROUNDED_UP_TO": "up", "HALF_UP_TO": "half"}


class ExpressionBuilder:
    """Functions named after the rules of expressions."""

    def parenthesised(self, children: Children) -> t.Expression:
        inner: t.Expression = children[1]
        return evolve(inner, span=span_of(children))  # type: ignore[misc]

    def or_(self, children: Children) -> t.Expression:
        return expression_node(t.Logical, children, "or", children[0], children[2])

    def and_(self, children: Children) -> t.Expression:
        return expression_node(t.Logical, children, "and", children[0], children[2])

    def not_(self, children: Children) -> t.Expression:
        return expression_node(t.Not, children, children[1])

    def comparator(self, children: Children) -> PlacedToken:
        token = children[0]
        assert isinstance(token, PlacedToken)
        return token

    def compare(self, children: Children) -> t.Expression:
        return expression_node(t.Compare, children, _COMPARISONS[children[1].type], children[0], children[2])

    def one_of(self, children: Children) -> t.Expression:
        operand, *options = nodes(children, t.Expression)
        return expression_node(t.OneOf, children, operand, tuple(options))

    def missing(self, children: Children) -> t.Expression:
        return expression_node(t.Presence, children, children[0], False)

    def present(self, children: Children) -> t.Expression:
        return expression_node(t.Presence, children, children[0], True)

    def used_in(self, children: Children) -> t.Expression:
        return expression_node(t.UsedIn, children, identifier(children[0]), identifier(children[2]))

    def within(self, children: Children) -> t.Expression:
        date, _, count, unit, _, start = children
        return expression_node(t.Within, children, date, count_of(count, 0), self._duration(unit), start)

    def _duration(self, token: PlacedToken) -> str:
        text = words(str(token))
        return _DURATIONS.get(text, text)

    def add(self, children: Children) -> t.Expression:
        return expression_node(t.Arithmetic, children, "+", children[0], children[2])

    def subtract(self, children: Children) -> t.Expression:
        return expression_node(t.Arithmetic, children, "-", children[0], children[2])

    def multiply(self, children: Children) -> t.Expression:
        return expression_node(t.Arithmetic, children, "*", children[0], children[2])

    def divide(self, children: Children) -> t.Expression:
        return expression_node(t.Arithmetic, children, "/", children[0], children[2])

    def negate(self, children: Children) -> t.Expression:
        return expression_node(t.Negate, children, children[1])

    def rounding(self, children: Children) -> t.Rounding:
        return t.Rounding(_ROUNDING[children[0].type], positive_of(children[1]), span=span_of(children))  # type: ignore[arg-type]

    def round_(self, children: Children) -> t.Expression:
        return expression_node(t.Round, children, children[0], children[1])

    def number(self, children: Children) -> t.Expression:
        return t.Number(number_of(children[0]), span=place_of(children[0]))

    def quantity(self, children: Children) -> t.Expression:
        return t.Number(number_of(children[0]), identifier(children[1]), span=span_of(children))

    def percent(self, children: Children) -> t.Expression:
        return t.Number(share_of(children[0]), span=place_of(children[0]))

    def percent_of(self, children: Children) -> t.Expression:
        share = t.Number(share_of(children[0]), span=place_of(children[0]))
        return expression_node(t.Arithmetic, children, "*", share, children[2])

    def date(self, children: Children) -> t.Expression:
        return t.Date(date_of(children[0]), span=place_of(children[0]))

    def semester(self, children: Children) -> t.Expression:
        return t.Semester(half_width(str(children[0])), span=place_of(children[0]))

    def text(self, children: Children) -> t.Expression:
        return t.Text(string_of(children[0]), span=place_of(children[0]))

    def yes(self, children: Children) -> t.Expression:
        return t.YesNo(True, span=place_of(children[0]))

    def no(self, children: Children) -> t.Expression:
        return t.YesNo(False, span=place_of(children[0]))

    def name(self, children: Children) -> t.Expression:
        return t.Name(str(children[0]), span=place_of(children[0]))

    def lookup(self, children: Children) -> t.Expression:
        keys = tuple(nodes(children, t.Expression))
        return expression_node(t.Lookup, children, identifier(children[0]), keys)

    def call(self, children: Children) -> t.Expression:
        arguments = tuple(nodes(children, t.Expression))
        return expression_node(t.Call, children, identifier(children[0]), arguments)

    def latest(self, children: Children) -> t.Expression:
        name, _, *rest = children
        even_void = bool(tokens(rest, "EVEN_VOID"))
        kind, *day = rest[even_void:]
        before = day[-1] if day else None
        return expression_node(t.Latest, children, identifier(name), identifier(kind), before, even_void)

    def as_of_date(self, children: Children) -> t.Expression:
        return t.AsOf(span=place_of(children[0]))

    def same(self, children: Children) -> t.Expression:
        return t.Same(identifier(children[1]), span=span_of(children))

    def total_of(self, children: Children) -> t.Expression:
        field, kind = identifiers(children)
        even_void = bool(tokens(children, "EVEN_VOID"))
        return expression_node(t.SumOf, children, field, kind, handed(children, "where"), even_void)

    def later(self, children: Children) -> t.Expression:
        count, unit, _, start = children
        return expression_node(t.Later, children, count_of(count, 0), self._duration(unit), start)

    def day_of(self, children: Children) -> t.Expression:
        if period_of(children[3]) != "month":
            raise refuse(children[3], Phrase("“month”", "“月”"))
        return t.DayOf(count_of(children[1], 1, 31), span=span_of(children))

    def week_of(self, children: Children) -> t.Expression:
        return expression_node(t.WeekOf, children, children[1])

    def start_of(self, children: Children) -> t.Expression:
        return t.Boundary("start", period_of(children[1]), span=span_of(children))

    def end_of(self, children: Children) -> t.Expression:
        return t.Boundary("end", period_of(children[1]), span=span_of(children))

    def total(self, children: Children) -> t.Expression:
        return t.Aggregate("total", identifier(children[1]), span=span_of(children))

    def highest_of(self, children: Children) -> t.Expression:
        return t.Aggregate("highest", identifier(children[1]), span=span_of(children))

    def lowest_of(self, children: Children) -> t.Expression:
        return t.Aggregate("lowest", identifier(children[1]), span=span_of(children))

    def count(self, children: Children) -> t.Expression:
        return self._count(children, any_record=False)

    def any_(self, children: Children) -> t.Expression:
        return self._count(children, any_record=True)

    def _count(self, children: Children, any_record: bool) -> t.Expression:
        kind = identifier(tokens(children, "NAME")[0])
        even_void = bool(tokens(children, "EVEN_VOID"))
        return expression_node(t.Count, children, kind, handed(children, "where"), any_record, even_void)

    def where(self, children: Children) -> Handed:
        return Handed("where", children[1])
