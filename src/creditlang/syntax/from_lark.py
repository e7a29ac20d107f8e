"""The arrow from the parser to the tree: one small function for each rule of the grammar.

The functions run while Lark parses, bottom up, so no walk is needed and no intermediate tree is kept. Children are
tokens and nodes in written order; keywords that carry no meaning are passed over.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from attrs import frozen
from lark import Token, Transformer

from creditlang.diagnostics import report
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.syntax.lexer import WIDE, LexicalError, PlacedToken

MAXIMUM_EXPRESSION_DEPTH = 200
_PERIODS = {"学期": "semester", "周": "week", "月": "month", "学年": "year", "自然年": "calendar year"}
_DURATIONS = {
    "working day": "working days", "个工作日": "working days", "工作日": "working days", "day": "days", "天": "days",
    "日": "days", "week": "weeks", "周": "weeks", "month": "months", "个月": "months", "year": "years", "年": "years",
}  # fmt: skip
_DISPOSITIONS = {
    "计入": "counted", "核减": "reduced", "作废": "void", "不计": "void", "待定": "pending", "无对应规则": "unmatched",
    "无效": "invalid",
}  # fmt: skip
_COMPARISONS = {
    "EQUAL": "=", "NOT_EQUAL": "!=", "LESS": "<", "MORE": ">", "AT_LEAST": ">=", "AT_MOST": "<=", "IS": "=",
    "IS_NOT": "!=",
}  # fmt: skip
_STATUS = {"MET": "met", "UNMET": "unmet", "OPEN": "open"}
_ROUNDING = {"ROUNDED_DOWN_TO": "down", "ROUNDED_UP_TO": "up", "HALF_UP_TO": "half"}
_CHINESE_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")


def _words(text: str) -> str:
    return " ".join(text.split())


def _date(token: Token) -> str:
    text = str(token).translate(WIDE)
    match = _CHINESE_DATE.fullmatch(text)
    return "-".join((match[1], match[2].zfill(2), match[3].zfill(2))) if match else text


def _number(token: Token) -> Decimal:
    return Decimal(str(token).translate(WIDE).rstrip("%"))


def _string(token: Token) -> str:
    return str(token)[1:-1]


def _period(token: Token) -> str:
    return _PERIODS.get(str(token), _words(str(token)))


def _span(children: list[Any]) -> Span:
    first = last = None
    for child in children:
        if isinstance(child, (PlacedToken, t.Node)):
            first, last = first or child, child
    if first is None or last is None:
        raise ValueError("a rule without a place")
    start, end = _place(first), _place(last)
    return Span(start.source, start.start, end.end)


def _covering(children: list[Any]) -> Span:
    """The span over children in any order."""
    places = [_place(child) for child in children if isinstance(child, (PlacedToken, t.Node))]
    return Span(places[0].source, min(place.start for place in places), max(place.end for place in places))


def _place(child: PlacedToken | t.Node) -> Span:
    if isinstance(child, t.Node):
        return child.span
    return Span(child.source, child.start_pos or 0, child.end_pos or 0)


def _tokens(children: list[Any], *kinds: str) -> list[PlacedToken]:
    return [child for child in children if isinstance(child, PlacedToken) and child.type in kinds]


def _has(children: list[Any], kind: str) -> bool:
    return any(isinstance(child, PlacedToken) and child.type == kind for child in children)


def _nodes(children: list[Any], kind: Any) -> list[Any]:
    return [child for child in children if isinstance(child, kind)]


def _first(children: list[Any], kind: Any) -> Any:
    return next((child for child in children if isinstance(child, kind)), None)


def _identifier(token: PlacedToken) -> t.Identifier:
    return t.Identifier(str(token), span=_place(token))


def _identifiers(children: list[Any]) -> tuple[t.Identifier, ...]:
    return tuple(_identifier(token) for token in _tokens(children, "NAME"))


def _expression(kind: Callable[..., t.Expression], children: list[Any], *arguments: Any) -> t.Expression:
    """Build an expression node one deeper than its deepest part; too deep is refused."""
    depth = 1
    for argument in arguments:
        for part in argument if isinstance(argument, tuple) else (argument,):
            if isinstance(part, t.Expression) and part.depth >= depth:
                depth = part.depth + 1
    span = _span(children)
    if depth > MAXIMUM_EXPRESSION_DEPTH:
        raise LexicalError(report("CR002", span, limit=MAXIMUM_EXPRESSION_DEPTH))
    return kind(*arguments, span=span, depth=depth)


@frozen
class Handed:
    """A part that a rule hands to the rule above it: what it is, and its value."""

    what: str
    value: Any = None


def _handed(children: list[Any], what: str, missing: Any = None) -> Any:
    return next((child.value for child in children if isinstance(child, Handed) and child.what == what), missing)


def _gives(children: list[Any], what: str) -> bool:
    return any(isinstance(child, Handed) and child.what == what for child in children)


def _declared(children: list[Any]) -> dict[str, Any]:
    return {
        "name": _identifier(_tokens(children, "NAME")[0]),
        "labels": _handed(children, "labels", ()),
        "cites": _handed(children, "cites", ()),
        "span": _span(children),
    }


Children = list[Any]


class TreeBuilder(Transformer[Token, t.Module]):
    """The functions that Lark calls, named after the rules of the grammar."""

    def start(self, children: Children) -> t.Module:
        return t.Module(tuple(_nodes(children, t.Declaration)))

    # ---- names
    def labels(self, children: Children) -> Handed:
        return Handed("labels", tuple(_string(child) for child in children))

    def cites(self, children: Children) -> Handed:
        return Handed("cites", tuple(t.Citation(_string(child).strip(), span=_place(child)) for child in children))

    def names(self, children: Children) -> Handed:
        return Handed("names", _identifiers(children))

    def policy(self, children: Children) -> t.Policy:
        since, until = _handed(children, "effective", (None, None))
        cites = tuple(
            cite for child in _nodes(children, Handed) for cite in (child.value[-1] if child.what == "applies" else ())
        )
        applies = _handed(children, "applies", (None, ()))
        return t.Policy(
            _string(_tokens(children, "STRING")[0]), _handed(children, "title"), _handed(children, "issuer"), since,
            until, applies[0], tuple(_nodes(children, t.Reading)), cites=cites, span=_span(children),
        )  # fmt: skip

    def title(self, children: Children) -> Handed:
        return Handed("title", _string(children[1]))

    def issuer(self, children: Children) -> Handed:
        return Handed("issuer", _string(children[1]))

    def effective(self, children: Children) -> Handed:
        dates = {children[i - 1].type: _date(child) for i, child in enumerate(children) if _is(child, "DATE")}
        return Handed("effective", (dates.get("FROM"), dates.get("UNTIL")))

    def applies(self, children: Children) -> Handed:
        return Handed("applies", (_first(children, t.Expression), _handed(children, "cites", ())))

    def use(self, children: Children) -> t.Use:
        return t.Use(_string(children[1]), span=_span(children))

    def unit(self, children: Children) -> t.Unit:
        return t.Unit(**_declared(children))

    def value(self, children: Children) -> t.Value:
        return t.Value(_identifier(children[0]), _handed(children, "labels", ()), span=_span(children))

    def scale(self, children: Children) -> t.Enumeration:
        return t.Enumeration(**_declared(children), values=tuple(_nodes(children, t.Value)), ordered=True)

    def choice(self, children: Children) -> t.Enumeration:
        return t.Enumeration(**_declared(children), values=tuple(_nodes(children, t.Value)))

    def let(self, children: Children) -> t.Let:
        first = t.DatedValue(_first(children, t.Expression), None, span=_span(children))
        values = (first, *_nodes(children, t.DatedValue))
        return t.Let(**_declared(children), values=values, readings=tuple(_nodes(children, t.Reading)))

    def dated_value(self, children: Children) -> t.DatedValue:
        return t.DatedValue(
            children[0], _date(_tokens(children, "DATE")[0]), cites=_handed(children, "cites", ()), span=_span(children)
        )

    def reading(self, children: Children) -> t.Reading:
        return t.Reading(
            _string(children[1]), _handed(children, "names", ()), cites=_handed(children, "cites", ()),
            span=_span(children),
        )  # fmt: skip

    def reason(self, children: Children) -> Handed:
        return Handed("reason", _string(children[1]))

    # ---- data
    def student(self, children: Children) -> t.Student:
        return t.Student(
            _handed(children, "labels", ()), tuple(_nodes(children, t.Field)), tuple(_nodes(children, t.Reading)),
            span=_span(children),
        )  # fmt: skip

    def record(self, children: Children) -> t.Record:
        lines = tuple(child for child in _nodes(children, t.Line) if not isinstance(child, t.Field))
        return t.Record(
            **_declared(children), group=_handed(children, "group"), enrolment=_has(children, "MARKS_ENROLMENT"),
            fields=tuple(_nodes(children, t.Field)), lines=lines,
        )  # fmt: skip

    def record_for(self, children: Children) -> Handed:
        return Handed("group", _identifier(children[1]))

    def field(self, children: Children) -> t.Field:
        given = _declared(children)
        kind = _handed(children, "type")
        choices = kind if isinstance(kind, tuple) else ()
        return t.Field(
            **given, type=None if choices else kind, choices=choices, optional=_gives(children, "optional"),
            if_used=_gives(children, "if_used"), default=_handed(children, "default"),
            minimum=_handed(children, "minimum"), maximum=_handed(children, "maximum"),
            decimals=_handed(children, "decimals"),
        )  # fmt: skip

    def type(self, children: Children) -> Handed:
        child = children[0]
        if isinstance(child, Handed):
            return Handed("type", child.value)
        names = {"WHOLE_NUMBER": "whole number", "YES_OR_NO": "yes or no"}
        return Handed("type", t.Identifier(names.get(child.type, str(child)), span=_place(child)))

    def inline_choice(self, children: Children) -> Handed:
        values = tuple(_nodes(children, t.Value))
        if len(values) == 1 and not values[0].labels:
            return Handed("choices", values[0].name)
        return Handed("choices", values)

    def optional(self, children: Children) -> Handed:
        return Handed("optional", True)

    def if_used(self, children: Children) -> Handed:
        return Handed("if_used", True)

    def default(self, children: Children) -> Handed:
        return Handed("default", self.make_literal(children[1]))

    def minimum(self, children: Children) -> Handed:
        return Handed("minimum", _number(children[1]))

    def maximum(self, children: Children) -> Handed:
        return Handed("maximum", _number(children[1]))

    def decimals(self, children: Children) -> Handed:
        return Handed("decimals", int(_number(children[0])))

    def make_literal(self, token: PlacedToken) -> t.Expression:
        span = _place(token)
        match token.type:
            case "NUMBER":
                return t.Number(_number(token), span=span)
            case "YES" | "NO":
                return t.YesNo(token.type == "YES", span=span)
            case "STRING":
                return t.Text(_string(token), span=span)
            case _:
                return t.Name(str(token), span=span)

    # ---- categories, scores, items
    def in_unit(self, children: Children) -> Handed:
        return Handed("unit", _identifier(children[1]))

    def of_kind(self, children: Children) -> Handed:
        return Handed("kind", _identifier(children[1]))

    def of_record(self, children: Children) -> Handed:
        return Handed("kind", _identifier(children[1]))

    def per_period(self, children: Children) -> Handed:
        return Handed("period", _period(children[1]))

    def body(self, children: Children) -> Handed:
        return Handed("body", tuple(_nodes(children, t.Line)))

    def category(self, children: Children) -> t.Category:
        return t.Category(
            **_declared(children), lines=_handed(children, "body"), unit=_handed(children, "unit"),
            kind=_handed(children, "kind"),
        )  # fmt: skip

    def score(self, children: Children) -> t.Score:
        return t.Score(
            **_declared(children), lines=_handed(children, "body"), unit=_handed(children, "unit"),
            kind=_handed(children, "kind"), period=_period(_tokens(children, "PERIOD")[0]),
        )  # fmt: skip

    def item(self, children: Children) -> t.Item:
        return t.Item(**_declared(children), lines=_handed(children, "body"), kind=_handed(children, "kind"))

    def adjust(self, children: Children) -> t.Adjust:
        return t.Adjust(**_declared(children), lines=_handed(children, "body"))

    def fact(self, children: Children) -> t.Fact:
        return t.Fact(
            **_declared(children), lines=_handed(children, "body"), period=_handed(children, "period"),
            kind=_handed(children, "kind"), unit=_handed(children, "unit"),
        )  # fmt: skip

    def credit(self, children: Children) -> t.Credit:
        return t.Credit(
            **_declared(children), lines=_handed(children, "body"), period=_handed(children, "period"),
            unit=_handed(children, "unit"),
        )  # fmt: skip

    def account(self, children: Children) -> t.Account:
        return t.Account(**_declared(children), unit=_handed(children, "unit"))

    # ---- cases
    def case_line(self, children: Children) -> t.Case:
        return t.Case(
            _first(children, t.Amount), _handed(children, "when"), _gives(children, "otherwise"),
            _handed(children, "since"), _handed(children, "until"), _gives(children, "if_present"),
            _handed(children, "reason"), cites=_handed(children, "cites", ()), span=_span(children),
        )  # fmt: skip

    case_before = case_line

    def when(self, children: Children) -> Handed:
        return Handed("when", _first(children, t.Expression))

    when_before = when

    def otherwise(self, children: Children) -> Handed:
        return Handed("otherwise", True)

    otherwise_before = otherwise

    def from_date(self, children: Children) -> Handed:
        return Handed("since", _date(children[1]))

    def until_date(self, children: Children) -> Handed:
        return Handed("until", _date(children[1]))

    def if_present(self, children: Children) -> Handed:
        return Handed("if_present", True)

    def amount(self, children: Children) -> t.Amount:
        value, per, deduct = _handed(children, "amount")
        return t.Amount(value, per, deduct or _has(children, "DEDUCT"), span=_wide(children))

    def plain(self, children: Children) -> Handed:
        return Handed("amount", (children[0], None, False))

    def suffix_per(self, children: Children) -> Handed:
        return Handed("amount", (children[0], children[1], False))

    def prefix_per(self, children: Children) -> Handed:
        return Handed("amount", (children[-1], children[0], _has(children, "DEDUCT")))

    def decided(self, children: Children) -> Handed:
        low, _, high, _, name = children
        return Handed("amount", (t.Decided(low, high, _identifier(name), span=_span(children)), None, False))

    def per_event(self, children: Children) -> t.PerEvent:
        return t.PerEvent(span=_span(children))

    def per_field(self, children: Children) -> t.PerField:
        return t.PerField(_identifier(children[1]), span=_span(children))

    def per_gathered(self, children: Children) -> t.PerGathered:
        count = int(_number(_tokens(children, "NUMBER")[0]))
        return t.PerGathered(_period(children[1]), count, span=_span(children))

    def table_line(self, children: Children) -> t.TableCase:
        grid = _handed(children, "grid")
        return t.TableCase(
            _has(children, "DEDUCT"), _identifiers(children), _handed(children, "when"), grid[0], grid[1],
            cites=_handed(children, "cites", ()), span=_span(children),
        )  # fmt: skip

    # ---- adjustments
    def scope(self, children: Children) -> t.Scope:
        periods = tuple(_period(token) for token in _tokens(children, "PERIOD"))
        return t.Scope(periods, _identifiers(children), span=_span(children))

    def over(self, children: Children) -> t.Over:
        return t.Over(_handed(children, "names", ()), span=_span(children))

    def _grouped(self, children: Children) -> dict[str, Any]:
        return {
            "scope": _first(children, t.Scope),
            "over": _first(children, t.Over),
            "condition": _handed(children, "when"),
            "cites": _handed(children, "cites", ()),
            "span": _span(children),
        }

    def cap_line(self, children: Children) -> t.Cap:
        return t.Cap(**self._grouped(children), limit=_first(children, t.Expression))

    def count_line(self, children: Children) -> t.CountCap:
        return t.CountCap(**self._grouped(children), limit=_first(children, t.Expression))

    def once(self, children: Children) -> Handed:
        return Handed("once", ("first", _place(children[0])))

    def highest_once(self, children: Children) -> Handed:
        return Handed("once", ("highest", _place(children[0])))

    def last_once(self, children: Children) -> Handed:
        return Handed("once", ("last", _place(children[0])))

    def once_line(self, children: Children) -> t.Choose:
        which, place = _handed(children, "once")
        marked = [t.Node(span=place), *children]
        given = self._grouped(marked)
        start = min(node.span.start for node in _nodes(marked, t.Node))
        end = max(node.span.end for node in _nodes(marked, t.Node))
        return t.Choose(**{**given, "span": Span(place.source, start, end)}, which=which)

    def times_line(self, children: Children) -> t.Scale:
        return self._scale("times", _first(children, t.Expression), children)

    def plus_line(self, children: Children) -> t.Scale:
        return self._scale("plus", _first(children, t.Expression), children)

    def half_line(self, children: Children) -> t.Scale:
        return self._scale("times", t.Number(Decimal("0.5"), span=_place(children[0])), children)

    def _scale(self, operator: Any, value: t.Expression, children: Children) -> t.Scale:
        return t.Scale(
            operator, value, _handed(children, "when"), cites=_handed(children, "cites", ()), span=_span(children)
        )

    def nth_line(self, children: Children) -> t.From:
        ordinal = int(re.sub(r"\D", "", str(_tokens(children, "ORDINAL")[0]).translate(WIDE)))
        return t.From(**self._grouped(children), ordinal=ordinal, factor=_first(children, t.Expression))

    def higher_line(self, children: Children) -> t.HigherOf:
        left, right = _nodes(children, t.Expression)
        return t.HigherOf(**self._grouped(children), left=left, right=right, reason=_handed(children, "reason"))

    def shared_line(self, children: Children) -> t.Shared:
        name = _identifier(_tokens(children, "NAME")[0])
        return t.Shared(name, cites=_handed(children, "cites", ()), span=_span(children))

    def only_line(self, children: Children) -> t.Guard:
        return self.make_guard("void", children, keeps=True)

    def guard(self, children: Children) -> Handed:
        return Handed("guard", (children[0].type.lower(), _place(children[0])))

    def guard_line(self, children: Children) -> t.Guard:
        return self.make_guard(_handed(children, "guard")[0], children)

    def guard_before(self, children: Children) -> t.Line:
        disposition = _handed(children, "guard")[0]
        if _gives(children, "otherwise"):
            place = t.Node(span=_handed(children, "guard")[1])
            reason = _handed(children, "reason")
            return t.Fallback(disposition, None, None, reason, cites=_handed(children, "cites", ()), span=place.span)
        return self.make_guard(disposition, children)

    def make_guard(self, disposition: Any, children: Children, keeps: bool = False) -> t.Guard:
        condition = _handed(children, "when") or _first(children, t.Expression)
        span = _covering([*children, condition])
        return t.Guard(
            disposition, condition, _handed(children, "reason"), keeps, cites=_handed(children, "cites", ()), span=span
        )

    def fallback_line(self, children: Children) -> t.Fallback:
        low, high = _handed(children, "range", (None, None))
        strings = _tokens(children, "STRING")
        return t.Fallback(
            _handed(children, "guard")[0], low, high, _string(strings[0]) if strings else None,
            cites=_handed(children, "cites", ()), span=_span(children),
        )  # fmt: skip

    def pending_range(self, children: Children) -> Handed:
        return Handed("range", tuple(_nodes(children, t.Expression)))

    def first_mode(self, children: Children) -> t.Mode:
        return t.Mode("first", span=_span(children))

    def all_mode(self, children: Children) -> t.Mode:
        return t.Mode("all", span=_span(children))

    def starts_line(self, children: Children) -> t.Level:
        return t.Level("start", children[1], cites=_handed(children, "cites", ()), span=_span(children))

    def floor_line(self, children: Children) -> t.Level:
        return t.Level("floor", children[1], cites=_handed(children, "cites", ()), span=_span(children))

    def ceiling_line(self, children: Children) -> t.Level:
        return t.Level("ceiling", children[1], cites=_handed(children, "cites", ()), span=_span(children))

    def steps_line(self, children: Children) -> t.Steps:
        first, at = (_number(token) for token in _tokens(children, "NUMBER"))
        then, per_full = _handed(children, "then", (None, None))
        return t.Steps(
            _first(children, t.Expression), first, at, then, per_full, _handed(children, "at_most"),
            cites=_handed(children, "cites", ()), span=_span(children),
        )  # fmt: skip

    def then(self, children: Children) -> Handed:
        return Handed("then", tuple(_number(token) for token in _tokens(children, "NUMBER")))

    def at_most(self, children: Children) -> Handed:
        return Handed("at_most", _number(_tokens(children, "NUMBER")[0]))

    def goes_line(self, children: Children) -> t.GoesTo:
        account = _identifier(_tokens(children, "NAME")[0])
        return t.GoesTo(
            _first(children, t.Expression), account, cites=_handed(children, "cites", ()), span=_span(children)
        )

    def take_line(self, children: Children) -> t.TakeFrom:
        name = _identifier(_tokens(children, "NAME")[0])
        return t.TakeFrom(name, _handed(children, "when"), cites=_handed(children, "cites", ()), span=_span(children))

    def posts_line(self, children: Children) -> t.PostsTo:
        name = _identifier(_tokens(children, "NAME")[0])
        return t.PostsTo(name, cites=_handed(children, "cites", ()), span=_span(children))

    def order_line(self, children: Children) -> t.InOrderOf:
        name = _identifier(_tokens(children, "NAME")[0])
        return t.InOrderOf(name, cites=_handed(children, "cites", ()), span=_span(children))

    def round_line(self, children: Children) -> t.Rounded:
        return t.Rounded(children[0], cites=_handed(children, "cites", ()), span=_span(children))

    def unique_line(self, children: Children) -> t.Unique:
        name = _identifier(_tokens(children, "NAME")[0])
        return t.Unique(**self._grouped(children), field=name)

    # ---- moves and requirements
    def up_to(self, children: Children) -> Handed:
        return Handed("limit", children[1])

    def from_line(self, children: Children) -> Handed:
        *sources, request = _identifiers(children)
        return Handed("from", (tuple(sources), request, _handed(children, "cites", ())))

    def at_line(self, children: Children) -> Handed:
        return Handed("ratios", tuple(_nodes(children, t.Ratio)))

    def ratio(self, children: Children) -> t.Ratio:
        taken, given = (_number(token) for token in _tokens(children, "NUMBER"))
        return t.Ratio(taken, given, _handed(children, "when"), _handed(children, "cites", ()), span=_span(children))

    def offset(self, children: Children) -> t.Offset:
        sources, request, cites = _handed(children, "from", ((), None, ()))
        given = _declared(children)
        given["cites"] += cites
        return t.Offset(
            **given, period=_period(_tokens(children, "PERIOD")[0]), limit=_handed(children, "limit"), sources=sources,
            request=request, ratios=_handed(children, "ratios", ()), lines=tuple(_nodes(children, t.Line)),
        )  # fmt: skip

    def require(self, children: Children) -> t.Require:
        parts = tuple(_nodes(children, t.Part))
        return t.Require(**_declared(children), parts=parts, readings=tuple(_nodes(children, t.Reading)))

    def require_part(self, children: Children) -> t.Part:
        return t.Part(
            _handed(children, "label"), _first(children, t.Expression), cites=_handed(children, "cites", ()),
            span=_span(children),
        )  # fmt: skip

    def part_label(self, children: Children) -> Handed:
        return Handed("label", _string(children[0]))

    def treat(self, children: Children) -> t.Treat:
        code = children[1]
        text = _string(code) if code.type == "STRING" else str(code)
        item = _identifier(_tokens(children, "NAME")[-1])
        return t.Treat(
            text, item, _handed(children, "decider"), cites=_handed(children, "cites", ()), span=_span(children)
        )

    def decided_by(self, children: Children) -> Handed:
        return Handed("decider", _string(children[-1]))

    def articles(self, children: Children) -> t.Articles:
        first, last = _identifiers(children)
        return t.Articles(first, last, tuple(_nodes(children, t.WithoutRule)), span=_span(children))

    def without_rule(self, children: Children) -> t.WithoutRule:
        return t.WithoutRule(_handed(children, "names"), _string(children[-1]), span=_span(children))

    # ---- tables
    def table(self, children: Children) -> t.Table:
        _, *dimensions = _identifiers(children)
        return t.Table(
            **_declared(children), dimensions=tuple(dimensions), rows=tuple(_nodes(children, t.Row)),
            readings=tuple(_nodes(children, t.Reading)),
        )  # fmt: skip

    def grid(self, children: Children) -> Handed:
        return Handed("grid", (tuple(_nodes(children, t.Row)), tuple(_nodes(children, t.Reading))))

    def grid_row(self, children: Children) -> t.Row:
        cells = tuple(self.make_cell(token) for token in children if token.type != "SLASH")
        return t.Row(cells, span=_span(children))

    def make_cell(self, token: PlacedToken) -> t.Cell:
        text = _string(token) if token.type == "STRING" else _date(token) if token.type == "DATE" else str(token)
        if token.type in ("NUMBER", "PERCENT"):
            text = str(_number(token) / 100 if token.type == "PERCENT" else _number(token))
        return t.Cell(text, "EMPTY" if token.type == "MINUS" else token.type, span=_place(token))

    # ---- the calendar
    def calendar(self, children: Children) -> t.Calendar:
        return t.Calendar(
            _handed(children, "labels", ()),
            tuple(_nodes(children, t.CalendarSemester)),
            _handed(children, "end"),
            tuple(
                holiday
                for group in children
                if isinstance(group, Handed) and group.what == "days"
                for holiday in group.value
            ),
            span=_span(children),
        )

    def calendar_semester(self, children: Children) -> t.CalendarSemester:
        start, teaching = (_date(token) for token in _tokens(children, "DATE"))
        name = str(_tokens(children, "SEMESTER_NAME")[0]).translate(WIDE)
        return t.CalendarSemester(name, _handed(children, "labels", ()), start, teaching, span=_span(children))

    def calendar_end(self, children: Children) -> Handed:
        return Handed("end", _date(children[1]))

    def holiday(self, children: Children) -> Handed:
        first = _date(children[1])
        last = _handed(children, "last", first)
        return Handed("days", (t.Holiday(first, last, False, span=_span(children)),))

    def until_holiday(self, children: Children) -> Handed:
        return Handed("last", _date(children[1]))

    def working_day(self, children: Children) -> Handed:
        days = (_date(token) for token in _tokens(children, "DATE"))
        return Handed("days", tuple(t.Holiday(day, day, True, span=_span(children)) for day in days))

    # ---- examples
    def _example_parts(self, children: Children) -> dict[str, Any]:
        records = _nodes(children, t.ExampleRecord)
        return {
            "student": next((record for record in records if record.kind.text == "student"), None),
            "records": tuple(record for record in records if record.kind.text != "student"),
            "as_of": _handed(children, "as_of"), "settings": tuple(_nodes(children, t.Setting)),
            "expectations": tuple(_nodes(children, t.Expectation)), "cites": _handed(children, "cites", ()),
            "span": _span(children),
        }  # fmt: skip

    def example(self, children: Children) -> t.Example:
        return t.Example(_string(children[1]), **self._example_parts(children))

    def every_example(self, children: Children) -> t.Example:
        return t.Example(None, **self._example_parts(children))

    def examples(self, children: Children) -> t.ExampleTable:
        kind = _identifier(_tokens(children, "NAME")[0])
        record = t.ExampleRecord(kind, tuple(_nodes(children, t.RecordPart)), span=kind.span)
        return t.ExampleTable(
            _string(children[1]), record, _handed(children, "grid")[0], cites=_handed(children, "cites", ()),
            span=_span(children),
        )  # fmt: skip

    def example_student(self, children: Children) -> t.ExampleRecord:
        kind = t.Identifier("student", span=_place(children[0]))
        return t.ExampleRecord(kind, tuple(_nodes(children, t.RecordPart)), span=_span(children))

    def example_record(self, children: Children) -> t.ExampleRecord:
        parts = tuple(_nodes(children, t.RecordPart))
        return t.ExampleRecord(_identifier(children[0]), parts, span=_span(children))

    def part_word(self, children: Children) -> t.RecordPart:
        return t.RecordPart("word", str(children[0]), self.make_cell(children[0]), span=_span(children))

    def part_field(self, children: Children) -> t.RecordPart:
        return t.RecordPart("field", str(children[0]), self.make_cell(children[1]), span=_span(children))

    def part_value(self, children: Children) -> t.RecordPart:
        return t.RecordPart("value", "", self.make_cell(children[0]), span=_span(children))

    def part_times(self, children: Children) -> t.RecordPart:
        return t.RecordPart("times", "", self.make_cell(children[0]), span=_span(children))

    def part_named(self, children: Children) -> t.RecordPart:
        return t.RecordPart("named", str(children[1]), None, span=_span(children))

    def as_of(self, children: Children) -> Handed:
        return Handed("as_of", _date(children[1]))

    def set_line(self, children: Children) -> t.Setting:
        return t.Setting(_identifier(children[1]), _first(children, t.Expression), span=_span(children))

    def expect_value(self, children: Children) -> t.Expectation:
        low, high, status = _handed(children, "outcome")
        return t.Expectation(str(children[1]), _handed(children, "in"), low, high, status, span=_span(children))

    def in_period(self, children: Children) -> Handed:
        return Handed("in", str(children[1]).translate(WIDE))

    def outcome_range(self, children: Children) -> Handed:
        return Handed("outcome", (children[0], _handed(children, "high"), None))

    def outcome_high(self, children: Children) -> Handed:
        return Handed("high", children[1])

    def outcome_status(self, children: Children) -> Handed:
        return Handed("outcome", (None, None, _STATUS[children[0].type]))

    def by(self, children: Children) -> Handed:
        token = children[1]
        return Handed("by", _string(token) if token.type == "STRING" else str(token))

    def expect_any(self, children: Children) -> t.Expectation:
        at = next(i for i, child in enumerate(children) if _is(child, "DISPOSITION"))
        counts = _tokens(children[:at], "NUMBER")
        return self._expectation(None, children, int(_number(counts[0])) if counts else None, children[at:])

    def expect_record(self, children: Children) -> t.Expectation:
        return self._expectation(str(children[1]), children, None, children[2:])

    def _expectation(self, subject: str | None, children: Children, count: int | None, rest: Children) -> t.Expectation:
        amounts = _tokens(rest, "NUMBER")
        word = str(_tokens(rest, "DISPOSITION")[0])
        return t.Expectation(
            subject, disposition=_DISPOSITIONS.get(word, word), count=count,
            amount=_number(amounts[0]) if amounts else None, by=_handed(rest, "by"), reason=_handed(rest, "reason"),
            span=_span(children),
        )  # fmt: skip

    # ---- expressions
    def or_(self, children: Children) -> t.Expression:
        return _expression(t.Logical, children, "or", children[0], children[2])

    def and_(self, children: Children) -> t.Expression:
        return _expression(t.Logical, children, "and", children[0], children[2])

    def not_(self, children: Children) -> t.Expression:
        return _expression(t.Not, children, children[1])

    def comparator(self, children: Children) -> PlacedToken:
        token = children[0]
        assert isinstance(token, PlacedToken)
        return token

    def compare(self, children: Children) -> t.Expression:
        return _expression(t.Compare, children, _COMPARISONS[children[1].type], children[0], children[2])

    def one_of(self, children: Children) -> t.Expression:
        operand, *options = _nodes(children, t.Expression)
        return _expression(t.OneOf, children, operand, tuple(options))

    def missing(self, children: Children) -> t.Expression:
        return _expression(t.Presence, children, children[0], False)

    def present(self, children: Children) -> t.Expression:
        return _expression(t.Presence, children, children[0], True)

    def used_in(self, children: Children) -> t.Expression:
        return _expression(t.UsedIn, children, _identifier(children[0]), _identifier(children[2]))

    def within(self, children: Children) -> t.Expression:
        date, _, count, unit, _, start = children
        return _expression(t.Within, children, date, int(_number(count)), self._duration(unit), start)

    def _duration(self, token: PlacedToken) -> str:
        text = _words(str(token))
        return _DURATIONS.get(text, text)

    def add(self, children: Children) -> t.Expression:
        return _expression(t.Arithmetic, children, "+", children[0], children[2])

    def subtract(self, children: Children) -> t.Expression:
        return _expression(t.Arithmetic, children, "-", children[0], children[2])

    def multiply(self, children: Children) -> t.Expression:
        return _expression(t.Arithmetic, children, "*", children[0], children[2])

    def divide(self, children: Children) -> t.Expression:
        return _expression(t.Arithmetic, children, "/", children[0], children[2])

    def negate(self, children: Children) -> t.Expression:
        return _expression(t.Negate, children, children[1])

    def rounding(self, children: Children) -> t.Rounding:
        return t.Rounding(_ROUNDING[children[0].type], _number(children[1]), span=_span(children))  # type: ignore[arg-type]

    def round_(self, children: Children) -> t.Expression:
        return _expression(t.Round, children, children[0], children[1])

    def number(self, children: Children) -> t.Expression:
        return t.Number(_number(children[0]), span=_place(children[0]))

    def quantity(self, children: Children) -> t.Expression:
        return t.Number(_number(children[0]), _identifier(children[1]), span=_span(children))

    def percent(self, children: Children) -> t.Expression:
        return t.Number(_number(children[0]) / 100, span=_place(children[0]))

    def percent_of(self, children: Children) -> t.Expression:
        share = t.Number(_number(children[0]) / 100, span=_place(children[0]))
        return _expression(t.Arithmetic, children, "*", share, children[2])

    def date(self, children: Children) -> t.Expression:
        return t.Date(_date(children[0]), span=_place(children[0]))

    def semester(self, children: Children) -> t.Expression:
        return t.Semester(str(children[0]).translate(WIDE), span=_place(children[0]))

    def text(self, children: Children) -> t.Expression:
        return t.Text(_string(children[0]), span=_place(children[0]))

    def yes(self, children: Children) -> t.Expression:
        return t.YesNo(True, span=_place(children[0]))

    def no(self, children: Children) -> t.Expression:
        return t.YesNo(False, span=_place(children[0]))

    def name(self, children: Children) -> t.Expression:
        return t.Name(str(children[0]), span=_place(children[0]))

    def lookup(self, children: Children) -> t.Expression:
        keys = tuple(_nodes(children, t.Expression))
        return _expression(t.Lookup, children, _identifier(children[0]), keys)

    def latest(self, children: Children) -> t.Expression:
        name, _, kind, _, before = children
        return _expression(t.Latest, children, _identifier(name), _identifier(kind), before)

    def later(self, children: Children) -> t.Expression:
        count, unit, _, start = children
        return _expression(t.Later, children, int(_number(count)), self._duration(unit), start)

    def day_of(self, children: Children) -> t.Expression:
        return t.DayOf(int(_number(children[1])), _period(children[3]), span=_span(children))

    def week_of(self, children: Children) -> t.Expression:
        return _expression(t.WeekOf, children, children[1])

    def start_of(self, children: Children) -> t.Expression:
        return t.Boundary("start", _period(children[1]), span=_span(children))

    def end_of(self, children: Children) -> t.Expression:
        return t.Boundary("end", _period(children[1]), span=_span(children))

    def total(self, children: Children) -> t.Expression:
        return t.Aggregate("total", _identifier(children[1]), span=_span(children))

    def highest_of(self, children: Children) -> t.Expression:
        return t.Aggregate("highest", _identifier(children[1]), span=_span(children))

    def lowest_of(self, children: Children) -> t.Expression:
        return t.Aggregate("lowest", _identifier(children[1]), span=_span(children))

    def count(self, children: Children) -> t.Expression:
        return self._count(children, any_record=False)

    def any_(self, children: Children) -> t.Expression:
        return self._count(children, any_record=True)

    def _count(self, children: Children, any_record: bool) -> t.Expression:
        kind = _identifier(_tokens(children, "NAME")[0])
        return _expression(t.Count, children, kind, _handed(children, "where"), any_record)

    def where(self, children: Children) -> Handed:
        return Handed("where", children[1])


def _is(child: Any, kind: str) -> bool:
    return isinstance(child, PlacedToken) and child.type == kind


def _wide(children: Children) -> Span:
    """The span of an amount, whose parts were handed up."""
    value, per, _ = _handed(children, "amount")
    return _covering([*_tokens(children, "DEDUCT"), *(part for part in (value, per) if part is not None)])
