"""The rules of queries and of values at other times to the tree."""

from typing import Any

from creditlang.diagnostics import Phrase, report
from creditlang.nodes import changed
from creditlang.syntax import tree as t
from creditlang.syntax.children import (
    Children,
    Handed,
    date_of,
    expression_node,
    first_of,
    handed,
    has,
    identifier,
    nodes,
    period_of,
    place_of,
    refuse,
    refuse_second,
    span_of,
    tokens,
    without_meaning,
    words,
)
from creditlang.syntax.keywords import keywords
from creditlang.syntax.lexer import LexicalError, half_width

_LEVELS = {"COUNTED": "counted", "EVEN_VOID": "even void", "BEGUN": "begun"}


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


class QueryBuilder:
    """Functions named after the rules of queries, and of the names that stand in them."""

    def date(self, children: Children) -> t.Expression:
        return t.Date(date_of(children[0]), span=place_of(children[0]))

    def name(self, children: Children) -> t.Expression:
        return t.Name(str(children[0]), span=place_of(children[0]))

    def lookup(self, children: Children) -> t.Expression:
        keys = tuple(nodes(children, t.Expression))
        return expression_node(t.Lookup, children, identifier(children[0]), keys)

    def parenthesised(self, children: Children) -> t.Expression:
        inner: t.Expression = children[1]
        return changed(inner, span=span_of(children))

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
            source = changed(source, account=account)
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
