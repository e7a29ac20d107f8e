"""The rules of expressions to the tree."""

from decimal import Decimal
from typing import Any

from attrs import evolve
from lark import Token, Transformer

from creditlang.diagnostics import Phrase, report
from creditlang.syntax import tree as t
from creditlang.syntax.children import (
    Children,
    Handed,
    count_of,
    date_of,
    expression_node,
    first_of,
    handed,
    has,
    identifier,
    nodes,
    number_of,
    period_of,
    place_of,
    positive_of,
    refuse,
    refuse_second,
    span_of,
    string_of,
    tokens,
    two_readings,
    without_meaning,
    words,
)
from creditlang.syntax.keywords import keywords
from creditlang.syntax.lexer import LexicalError, PlacedToken, half_width

_DURATIONS = {
    "working day": "working days", "个工作日": "working days", "工作日": "working days", "day": "days", "天": "days",
    "日": "days", "week": "weeks", "周": "weeks", "month": "months", "个月": "months", "year": "years", "年": "years",
}  # fmt: skip
_COMPARISONS = {
    "EQUAL": "=", "NOT_EQUAL": "!=", "LESS": "<", "MORE": ">", "AT_LEAST": ">=", "AT_MOST": "<=", "IS": "=",
    "IS_NOT": "!=",
}  # fmt: skip
_DISTANCES = {
    "days from": "days", "天数": "days", "working days from": "working days", "工作日数": "working days",
    "full weeks from": "full weeks", "整周数": "full weeks", "full months from": "full months", "整月数": "full months",
    "full years from": "full years", "整年数": "full years", "周岁": "full years",
}  # fmt: skip
_LEVELS = {"COUNTED": "counted", "EVEN_VOID": "even void", "BEGUN": "begun"}
_SHARES = (("half up", "四舍五入"), ("down", "不足1人不计"), ("up", "不足1人按1人"))
_SHARE_ROUNDING = {
    "rounded half up": "half", "四舍五入": "half", "rounded down": "down", "不足1人不计": "down",
    "不足一人不计": "down", "rounded up": "up", "不足1人按1人": "up", "不足一人按一人": "up",
}  # fmt: skip
_ROUNDING = {"ROUNDED_DOWN_TO": "down", "ROUNDED_UP_TO": "up", "HALF_UP_TO": "half"}


def duration_of(token: PlacedToken) -> Any:
    """A unit of time: 年内 says 年."""
    text = words(str(token)).removesuffix("内")
    return _DURATIONS.get(text, text)


def scopes_of(children: Children) -> tuple[Any, ...]:
    """The scopes among the children, in written order; one sort twice is refused."""
    parts = [
        part
        for child in children
        for part in (child.value if isinstance(child, Handed) and child.what == "scopes" else (child,))
    ]
    found = tuple(part for part in parts if isinstance(part, _SCOPES))
    for scope in found:
        refuse_second(*(other.span for other in found if type(other) is type(scope)))
    return found


_SCOPES = (
    t.Ever, t.SamePeriod, t.PreviousPeriod, t.InPeriod, t.LastWindow, t.AnyWindow, t.BeforeThis, t.Since, t.AsOfDay,
)  # fmt: skip


class ExpressionBuilder(Transformer[Token, t.Module]):
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

    def within(self, children: Children) -> t.Expression:
        date, _, count, unit, _, start = children
        return expression_node(t.Within, children, date, count_of(count, 0), duration_of(unit), start)

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
        return t.Number(number_of(children[0]) / 100, span=place_of(children[0]))

    def percent_of(self, children: Children) -> t.Expression:
        share = t.Number(number_of(children[0]) / 100, span=place_of(children[0]))
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

    def length(self, children: Children) -> t.Length:
        count = t.Number(Decimal(count_of(children[0], 0)), span=place_of(children[0]))
        return t.Length(count, duration_of(children[1]), span=span_of(children))

    def counted_length(self, children: Children) -> t.Length:
        count = first_of(children, t.Expression) or self.name(children)
        return t.Length(count, duration_of(children[-1]), span=span_of(children), depth=count.depth)

    def later(self, children: Children) -> t.Expression:
        return self._shift(children, back=False)

    def earlier(self, children: Children) -> t.Expression:
        return self._shift(children, back=True)

    add_length, take_length = later, earlier

    def _shift(self, children: Children, back: bool) -> t.Expression:
        length = first_of(children, t.Length)
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

    def average_of(self, children: Children) -> t.Expression:
        return t.Aggregate("average", identifier(children[1]), span=span_of(children))

    # ---- more that is asked of values
    def between(self, children: Children) -> t.Expression:
        return expression_node(t.Between, children, *nodes(children, t.Expression))

    def starts_with(self, children: Children) -> t.Expression:
        return expression_node(t.TextTest, children, children[0], "starts", string_of(children[2]))

    def contains(self, children: Children) -> t.Expression:
        return expression_node(t.TextTest, children, children[0], "contains", string_of(children[2]))

    def working(self, children: Children) -> t.Expression:
        return expression_node(t.DayTest, children, children[0], True)

    def day_off(self, children: Children) -> t.Expression:
        return expression_node(t.DayTest, children, children[0], False)

    def distance(self, children: Children) -> t.Expression:
        unit = _DISTANCES[words(str(children[0]))]
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
        share, rounding = children[2], handed(children, "rounding")
        if rounding is None:
            raise two_readings(
                children[1:],
                *(Phrase(f"`in the top {share} rounded {en}`", f"“前{share}（{zh}）”") for en, zh in _SHARES),
            )
        return expression_node(t.Among, children, children[0], number_of(share) / 100, rounding)

    def share_rounding(self, children: Children) -> Handed:
        token = tokens(children, "SHARE_ROUNDING")[0]
        return Handed("rounding", _SHARE_ROUNDING[words(half_width(str(token)))], span_of(children))

    # ---- other times than at hand
    def value_at(self, children: Children) -> t.Expression:
        name = identifier(tokens(children, "NAME")[0])
        return expression_node(t.ValueAt, children, name, scopes_of(children))

    def scope_after(self, children: Children) -> t.Node:
        return self._scope(children)

    def scope_before(self, children: Children) -> Handed | t.Node:
        if children[0].type == "BEFORE_THIS" and len(children) > 1:
            window = t.LastWindow(children[1], span=children[1].span)
            return Handed("scopes", (window, t.BeforeThis(span=place_of(children[0]))), span_of(children))
        return self._scope(children)

    balance_before = scope_before

    def _scope(self, children: Children) -> t.Node:
        place, length = span_of(children), first_of(children, t.Length)
        match children[0].type:
            case "IN_THE_LAST":
                return t.LastWindow(length, span=place)
            case "IN_ANY" | "PER_ANY":
                return t.AnyWindow(length, False, span=place)
            case "IN_SOME":
                return t.AnyWindow(length, True, span=place)
            case "IN_THE_SAME":
                return t.SamePeriod(period_of(children[1]), span=place)
            case "BEFORE_THIS":
                return t.BeforeThis(span=place)
            case "SINCE":
                return t.Since(self.scope_day(children[1]), span=place)
            case "AS_OF":
                return t.AsOfDay(self.scope_day(children[1]), span=place)
        return t.Ever(span=place)

    def scope_day(self, child: Any) -> t.Expression:
        if isinstance(child, t.Expression):
            return child
        return self.date([child]) if child.type == "DATE" else self.name([child])

    def previous(self, children: Children) -> t.PreviousPeriod:
        return t.PreviousPeriod(period_of(children[1]), span=span_of(children))

    previous_before = previous

    def in_semester(self, children: Children) -> t.InPeriod:
        return t.InPeriod(half_width(str(children[0])), span=place_of(children[0]))

    # ---- queries
    def source(self, children: Children) -> t.Source:
        token = tokens(children, "NAME", "PERIOD", "STUDENT")[0]
        sort: Any = token.type.lower()
        text = period_of(token).text if sort == "period" else "student" if sort == "student" else str(token)
        level: Any = next((_LEVELS[child.type] for child in tokens(children, *_LEVELS)), "plain")
        name = t.Identifier(text, span=place_of(token))
        return t.Source(name, sort, level, has(children, "OTHER"), None, span=span_of(children))

    marked_source = source

    def in_account(self, children: Children) -> Handed:
        return Handed("account", identifier(children[1]), span_of(children))

    def different(self, children: Children) -> Handed:
        return Handed("different", self.name(children[1:]), span_of(children))

    def query_name(self, children: Children) -> t.Expression:
        return self.name(children)

    def query_lookup(self, children: Children) -> t.Expression:
        return self.lookup(children)

    def query_sum(self, children: Children) -> t.Expression:
        return self.parenthesised(children)

    def weighted(self, children: Children) -> Handed:
        return Handed("weight", first_of(children, t.Expression), span_of(children))

    def query(self, children: Children) -> t.Expression:
        function = words(children[0].type.lower().replace("_", " "))
        source, value = first_of(children, t.Source), first_of(children, t.Expression)
        different = handed(children, "different")
        if source is None:  # the kind comes first: 活动 的 不同 类别
            if not isinstance(value, t.Name):
                raise refuse(tokens(children, "OF")[0], Phrase("a kind of record before it", "前面是记录种类"))
            source = t.Source(t.Identifier(value.text, span=value.span), "name", "plain", False, None, span=value.span)
            value = None
        account = handed(children, "account")
        if account is not None:
            source = evolve(source, account=account)
        query = expression_node(
            t.Query, children, function, different or value, different is not None, source, scopes_of(children),
            handed(children, "weight"), handed(children, "where"),
        )  # fmt: skip
        self._check_query(query)
        return query

    def _check_query(self, query: Any) -> None:
        """Refuse what a function cannot use, so that nothing that is written is passed over."""
        of_values = query.function in ("total", "average", "highest", "lowest", "first", "latest")
        written = keywords().written(query.function.upper().replace(" ", "_"), "zh")
        name = Phrase(f"`{query.function}`", f"“{written}”")
        if query.value is not None and not of_values and not (query.different and query.function == "count"):
            leave = Phrase("leave it out", "请去掉")
            raise without_meaning(query.value.span, name, leave)
        if of_values and query.value is None:
            wanted = Phrase("what of them, `… of` in front", "前面写要算的值和“的”")
            raise LexicalError(report("CR110", query.source.span, value=query.source.span.text, expected=wanted))
        if query.different and query.function != "count":
            raise without_meaning(query.value.span, name, Phrase("write `count(different …)`", "请写“次数(不同 ……)”"))
        if query.weight is not None and query.function != "average":
            raise without_meaning(query.weight.span, name, Phrase("only an average has weights", "只有“平均”可以加权"))
        level, sort = query.source.level, query.source.sort
        if (level == "begun") if sort == "student" else (level in ("even void", "counted") and sort == "period"):
            raise without_meaning(query.source.span, name, Phrase("leave the first word out", "请去掉前面的词"))
        if query.source.account is not None and level != "counted":
            raise without_meaning(
                query.source.account.span, name, Phrase("write `counted` before the kind", "请在记录种类前写“计入的”")
            )

    def where(self, children: Children) -> Handed:
        return Handed("where", children[1])
