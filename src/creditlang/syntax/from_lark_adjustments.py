"""The rules of lines that work on groups of entries, or limit when they count, to the tree."""

import re
from decimal import Decimal
from typing import Any, Literal

from creditlang.diagnostics import Phrase
from creditlang.syntax import tree as t
from creditlang.syntax.children import (
    MOST,
    Children,
    Handed,
    count_of,
    covering,
    first_of,
    handed,
    has,
    identifier,
    identifiers,
    nodes,
    periods_of,
    place_of,
    refuse,
    span_of,
    tokens,
    two_readings,
    without_meaning,
    words,
)
from creditlang.syntax.lexer import half_width


class AdjustmentBuilder:
    """Functions named after the rules of adjustments."""

    def scope(self, children: Children) -> t.Scope:
        length = first_of(children, t.Length)
        return t.Scope(periods_of(children), identifiers(children), length, span=span_of(children))

    def scope_ambiguous(self, children: Children) -> t.Scope:
        length = words(covering(children[1:]).text)
        raise two_readings(
            children, Phrase(f"`per any {length}` (whichever they are)", f"“任意{length}内”（任意连续的一段）"),
            Phrase("`per` and a declared period", "“每”加上声明过的周期"),
        )  # fmt: skip

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

    def cap_line(self, children: Children) -> t.Cap | t.CountCap:
        kind, group = t.CountCap if has(children, "EVENTS") else t.Cap, first_of(children, t.Scope)
        limit = next(iter(nodes(children, t.Expression)))
        if kind is t.Cap and has(children, "AT_MOST") and isinstance(limit, t.Number) and not limit.unit and group:
            count, per = limit.span.text, words(group.span.text)
            raise two_readings(
                children, Phrase(f"`at most {count} events {per}`", f"“{per}最多{count}次”"),
                Phrase(f"`cap {count} {per}`", f"“{per}最高{count}”"),
            )  # fmt: skip
        return kind(**self._grouped(children), limit=limit)

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
        by = handed(children, "by")
        if by is not None and which != "highest":
            highest = Phrase("only `highest once` goes by a value", "只有“从高计一次”可以“按”某个值")
            raise without_meaning(
                by.span, Phrase("a line that keeps the first or last of a group", "取首次或末次的行"), highest
            )
        return t.Choose(**self._grouped([*children, t.Node(span=place)]), which=which, by=by)

    def by_value(self, children: Children) -> Handed:
        return Handed("by", children[1], span_of(children))

    def best_line(self, children: Children) -> t.Best:
        count = count_of(tokens(children, "NUMBER")[0])
        return t.Best(**self._grouped(children), count=count, by=handed(children, "by"))

    def drop_line(self, children: Children) -> t.DropLowest:
        numbers = tokens(children, "NUMBER")
        count = count_of(numbers[0]) if numbers else 1
        return t.DropLowest(**self._grouped(children), count=count, by=handed(children, "by"))

    def valid_line(self, children: Children) -> t.Lapse:
        return self._lapse(children, included=True)

    def expires_line(self, children: Children) -> t.Lapse:
        return self._lapse(children, included=False)

    def _lapse(self, children: Children, included: bool) -> t.Lapse:
        return t.Lapse(
            first_of(children, t.Expression), included, handed(children, "when"), cites=handed(children, "cites", ()),
            span=span_of(children),
        )  # fmt: skip

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

    def unique_line(self, children: Children) -> t.Unique:
        name = identifier(tokens(children, "NAME")[0])
        return t.Unique(**self._grouped(children), field=name)
