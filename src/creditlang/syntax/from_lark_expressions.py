"""The rules of expressions to the tree."""

from decimal import Decimal
from typing import Any, Literal

from creditlang.diagnostics import Phrase
from creditlang.syntax import tree as t
from creditlang.syntax.children import (
    Children,
    count_of,
    covering,
    expression_node,
    first_of,
    has,
    identifier,
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
    two_readings,
    words,
)
from creditlang.syntax.from_lark_queries import QueryBuilder
from creditlang.syntax.lexer import PlacedToken, half_width

_DURATIONS = {
    "working day": "working days", "个工作日": "working days", "工作日": "working days", "day": "days", "天": "days",
    "日": "days", "week": "weeks", "周": "weeks", "month": "months", "个月": "months", "year": "years", "年": "years",
}  # fmt: skip
_COMPARISONS = {
    "EQUAL": "=", "NOT_EQUAL": "!=", "LESS": "<", "MORE": ">", "AT_LEAST": ">=", "AT_MOST": "<=", "IS": "=",
    "IS_NOT": "!=",
}  # fmt: skip
DISTANCES = {
    "days from": "days", "天数": "days", "working days from": "working days", "工作日数": "working days",
    "full weeks from": "full weeks", "整周数": "full weeks", "full months from": "full months", "整月数": "full months",
    "full years from": "full years", "整年数": "full years", "周岁": "full years",
}  # fmt: skip
_SHARES = (("half up", "四舍五入"), ("down", "不足1人不计"), ("up", "不足1人按1人"))
SHARE_ROUNDING = {
    "rounded half up": "half", "四舍五入": "half", "rounded down": "down", "不足1人不计": "down",
    "不足一人不计": "down", "rounded up": "up", "不足1人按1人": "up", "不足一人按一人": "up",
}  # fmt: skip
_EXTREMES: dict[str, Literal["highest", "lowest", "average"]] = {
    "最高": "highest", "最低": "lowest", "平均": "average",
}  # fmt: skip
_ROUNDING: dict[str, Literal["down", "up", "half"]] = {
    "ROUNDED_DOWN_TO": "down",
    "ROUNDED_UP_TO": "up",
    "HALF_UP_TO": "half",
}


def duration_of(word: str) -> Any:
    """A unit of time: 年内 says 年."""
    text = words(word).removesuffix("内")
    return _DURATIONS.get(text, text)


class ExpressionBuilder(QueryBuilder):
    """Functions named after the rules of expressions."""

    def or_(self, children: Children) -> t.Expression:
        return expression_node(t.Logical, children, "or", children[0], children[2])

    def and_(self, children: Children) -> t.Expression:
        return expression_node(t.Logical, children, "and", children[0], children[2])

    def not_(self, children: Children) -> t.Expression:
        return expression_node(t.Not, children, children[1])

    def consecutive(self, children: Children) -> t.Expression:
        least, condition = children[1], children[-1]
        token = tokens(children, "PERIOD", "NAME")[0]
        run = expression_node(t.Query, children, "in a row", None, False, self.source([token]), (), None, condition)
        return expression_node(t.Compare, children, ">=", run, self.number([least]))

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

    def not_later(self, children: Children) -> t.Expression:
        return expression_node(t.NotLater, children, children[0], children[2])

    def add(self, children: Children) -> t.Expression:
        return expression_node(t.Arithmetic, children, "+", children[0], children[2])

    def subtract(self, children: Children) -> t.Expression:
        match children:
            case [t.Number(low, None), _, t.Number(high, None)] if low < high and " " not in covering(children).text:
                between = Phrase(f"`between {low} and {high}`", f"“介于 {low} 和 {high}”")
                raise two_readings(children, between, Phrase(f"`{low} - {high}`", f"“{low} - {high}”"))
        return expression_node(t.Arithmetic, children, "-", children[0], children[2])

    def multiply(self, children: Children) -> t.Expression:
        return expression_node(t.Arithmetic, children, "*", children[0], children[2])

    def divide(self, children: Children) -> t.Expression:
        return expression_node(t.Arithmetic, children, "/", children[0], children[2])

    def negate(self, children: Children) -> t.Expression:
        return expression_node(t.Negate, children, children[1])

    def rounding(self, children: Children) -> t.Rounding:
        return t.Rounding(_ROUNDING[children[0].type], positive_of(children[1]), span=span_of(children))

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

    def semester(self, children: Children) -> t.Expression:
        return t.Semester(half_width(str(children[0])), span=place_of(children[0]))

    def text(self, children: Children) -> t.Expression:
        return t.Text(string_of(children[0]), span=place_of(children[0]))

    def yes(self, children: Children) -> t.Expression:
        return t.YesNo(True, span=place_of(children[0]))

    def no(self, children: Children) -> t.Expression:
        return t.YesNo(False, span=place_of(children[0]))

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

    def length(self, children: Children) -> t.Length:
        count = t.Number(Decimal(count_of(children[0], 0)), span=place_of(children[0]))
        return t.Length(count, duration_of(children[1].text), span=span_of(children))

    def counted_length(self, children: Children) -> t.Length:
        count = first_of(children, t.Expression) or self.name(children)
        return t.Length(count, duration_of(children[-1].text), span=span_of(children), depth=count.depth)

    def later(self, children: Children) -> t.Expression:
        return self._shift(children, back=False)

    def earlier(self, children: Children) -> t.Expression:
        return self._shift(children, back=True)

    add_length, take_length = later, earlier

    def _shift(self, children: Children, back: bool) -> t.Expression:
        length = first_of(children, t.Length) or self.length(tokens(children, "NUMBER", "DURATION"))
        return expression_node(t.Shift, children, first_of(children, t.Expression), length, back)

    def passed(self, children: Children) -> t.Expression:
        date, _, count, unit = children
        length = self.length([count, unit])
        reached = expression_node(t.Shift, children, date, length, False)
        return expression_node(t.Compare, children, "<=", reached, t.AsOf(span=length.span))

    def day_of(self, children: Children) -> t.Expression:
        if period_of(children[3]).text != "month":
            raise refuse(children[3], Phrase("“month”", "“月”"))
        return t.DayOf(count_of(children[1], 1, 31), span=span_of(children))

    def day_this_month(self, children: Children) -> t.Expression:
        if str(children[2]) != "日":
            raise refuse(children[2], Phrase("“day”", "“日”"))
        return t.DayOf(count_of(children[1], 1, 31), span=span_of(children))

    def week_of(self, children: Children) -> t.Expression:
        return expression_node(t.WeekOf, children, children[1])

    def week_after(self, children: Children) -> t.Expression:
        date = children[0] if isinstance(children[0], t.Expression) else self.name(children)
        return expression_node(t.WeekOf, children, date)

    def start_day(self, children: Children) -> t.Expression:
        return t.Boundary("start", period_of(children[0]), span=span_of(children))

    def end_day(self, children: Children) -> t.Expression:
        return t.Boundary("end", period_of(children[0]), span=span_of(children))

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

    def average_of(self, children: Children) -> t.Expression:
        return t.Aggregate("average", identifier(children[1]), span=span_of(children))

    def of_each_period(self, children: Children) -> t.Expression:
        at = next(place for place, child in enumerate(children) if has([child], "EACH_PERIODS"))
        _, period, which = children[at : at + 3]
        name, function = children[0 if at else 3], _EXTREMES[str(which)]
        if period.type == "EACH_TERM":
            return t.Aggregate(function, identifier(name), span=span_of(children))
        value, source = self.name([name]), self.source([period])
        return expression_node(t.Query, children, function, value, False, source, (), None, None)

    # ---- more that is asked of values
    def between(self, children: Children) -> t.Expression:
        return expression_node(t.Between, children, *nodes(children, t.Expression))

    def starts_with(self, children: Children) -> t.Expression:
        return expression_node(t.TextTest, children, children[0], "starts", string_of(children[2]))

    def contains(self, children: Children) -> t.Expression:
        return expression_node(t.TextTest, children, children[0], "contains", string_of(children[2]))

    def day_test(self, children: Children) -> t.Expression:
        test = expression_node(t.DayTest, children, children[0], has(children, "A_WORKING_DAY"))
        return expression_node(t.Not, children, test) if has(children, "IS_NOT") else test

    def distance(self, children: Children) -> t.Expression:
        unit = DISTANCES[words(str(children[0]))]
        return expression_node(t.Distance, children, unit, *nodes(children, t.Expression))

    def weekday(self, children: Children) -> t.Expression:
        return expression_node(t.Weekday, children, children[1])

    def pick(self, children: Children) -> t.Expression:
        which = "higher" if children[0].type == "THE_HIGHER_OF" else "lower"
        return expression_node(t.Pick, children, which, tuple(nodes(children, t.Expression)))

    def n_of_these(self, children: Children) -> t.Expression:
        count = count_of(tokens(children, "NUMBER")[0])
        return expression_node(t.Enough, children, count, tuple(nodes(children, t.Expression)))

    def one_below(self, children: Children) -> t.Expression:
        return expression_node(t.OneStep, children, first_of(children, t.Expression), False)

    def one_above(self, children: Children) -> t.Expression:
        return expression_node(t.OneStep, children, first_of(children, t.Expression), True)

    def each_event(self, children: Children) -> t.Expression:
        return expression_node(t.EachEvent, children, children[0])

    def percent_after(self, children: Children) -> t.Expression:
        whole = children[0] if isinstance(children[0], t.Expression) else self.name(children)
        return expression_node(t.Arithmetic, children, "*", self.percent(children[2:]), whole)

    def member(self, children: Children) -> t.Expression:
        owner, _, name = children
        if str(owner) in ("this", "本条"):
            return t.ThisField(identifier(name), span=span_of(children))
        return t.Member(identifier(owner), identifier(name), span=span_of(children))

    def among_first(self, children: Children) -> t.Expression:
        return expression_node(t.Among, children, children[0], Decimal(count_of(children[2])), None)

    def among_top(self, children: Children) -> t.Expression:
        share, rounding = children[2], tokens(children, "SHARE_ROUNDING")
        if not rounding:
            raise two_readings(
                children[1:],
                *(Phrase(f"`in the top {share} rounded {en}`", f"“前{share}（{zh}）”") for en, zh in _SHARES),
            )
        how = SHARE_ROUNDING[words(half_width(str(rounding[0])))]
        return expression_node(t.Among, children, children[0], share_of(share), how)
