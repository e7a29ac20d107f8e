"""The rules of lines in bodies to the tree: amounts, deadlines, decisions and adjustments."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

from creditlang.diagnostics import Phrase, report
from creditlang.nodes import node
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.syntax.children import (
    MOST,
    Children,
    Handed,
    amount_span,
    count_of,
    covering,
    date_of,
    different,
    first_of,
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
    refuse_second,
    span_of,
    string_of,
    tokens,
)
from creditlang.syntax.lexer import LexicalError, half_width


@node
class Begun(t.Line):
    """A line that begins with an amount, before it is known in whose body it stands: what it is depends on that."""

    amount: t.Amount
    parts: list[Handed]

    def given(self, kept: Mapping[str, str], line: Phrase) -> dict[str, Any]:
        """The parts that such a line may have, by the fields of its node; another is refused."""
        for part in self.parts:
            if part.what not in kept:
                raise without_meaning(part.span, line, _ELSEWHERE[part.what])
        found = {kept[part.what]: handed(self.parts, part.what) for part in self.parts}
        return {**found, "cites": self.cites, "span": self.span}


_CONDITION = {"when": "condition", "otherwise": "otherwise"}
_ELSEWHERE = {
    "when": Phrase("write `void when …` with both conditions", "请写成“作废 当 ……”，把两个条件写在一起"),
    "since": Phrase(
        "a date stands in an item's line with an amount; a number that changes at a date is a `let`",
        "日期写在项目的数额行；数值从某日起改变的，用“设”写成设定值",
    ),
    "if_present": Phrase("`if present` belongs to a deadline", "“如有”只用于期限行"),
    "reason": Phrase(
        "a reason stands with a deadline, or with `void`, `invalid` or `pending`",
        "理由写在期限行，或者作废、无效、待定的行",
    ),
}
_ELSEWHERE |= {"otherwise": _ELSEWHERE["when"], "until": _ELSEWHERE["since"]}


def without_meaning(part: Span | None, line: Phrase, instead: Phrase) -> LexicalError:
    """A part that the grammar allows and that means nothing in such a line."""
    return LexicalError(
        report("CR111", part, part=part.text.strip('"“”＂') if part else "", line=line, instead=instead)
    )


def rule_lines(lines: Iterable[t.Line]) -> tuple[t.Line, ...]:
    """The lines of a body that judges records: an amount, or a deadline where a date is limited."""
    return tuple(_rule_line(line) if isinstance(line, Begun) else line for line in lines)


def _rule_line(line: Begun) -> t.AmountLine | t.Deadline:
    amount = line.amount
    if not isinstance(amount.value, t.Within):
        kept = {**_CONDITION, "since": "since", "until": "until"}
        return t.AmountLine(amount, **line.given(kept, Phrase("a line with an amount", "数额行")))
    name = Phrase("a line with a deadline", "期限行")
    if amount.per is not None or amount.deduct:
        raise without_meaning(amount.span, name, Phrase("write the deadline alone", "请只写期限"))
    return t.Deadline(amount.value, **line.given({"if_present": "if_present", "reason": "reason"}, name))


def decision_lines(lines: Iterable[t.Line]) -> tuple[t.Line, ...]:
    """The lines of a fact or credit, which decide on one value."""
    return tuple(_decision_line(line) if isinstance(line, Begun) else line for line in lines)


def _decision_line(line: Begun) -> t.DecisionLine:
    amount, name = line.amount, Phrase("a line of a fact or credit", "事实或学分项的行")
    if isinstance(amount.value, t.Decided) or amount.per is not None or amount.deduct:
        alone = Phrase("write the value alone; amounts for events stand in an item", "请只写值；按次计的数额写在项目里")
        raise without_meaning(amount.span, name, alone)
    return t.DecisionLine(amount.value, **line.given(_CONDITION, name))


class LineBuilder:
    """Functions named after the rules of lines."""

    # ---- amounts, deadlines, decisions
    def case_line(self, children: Children) -> Begun:
        condition = handed(children, "when")
        return Begun(
            first_of(children, t.Amount), [part for part in nodes(children, Handed) if part.span],
            cites=handed(children, "cites", ()), span=covering([*children, *([condition] if condition else [])]),
        )  # fmt: skip

    case_before = case_line

    def when(self, children: Children) -> Handed:
        return Handed("when", first_of(children, t.Expression), span_of(children))

    when_before = when

    def otherwise(self, children: Children) -> Handed:
        return Handed("otherwise", True, span_of(children))

    otherwise_before = otherwise

    def from_date(self, children: Children) -> Handed:
        return Handed("since", date_of(children[1]), span_of(children))

    def until_date(self, children: Children) -> Handed:
        return Handed("until", date_of(children[1]), span_of(children))

    def if_present(self, children: Children) -> Handed:
        return Handed("if_present", True, place_of(children[-1]))

    def amount(self, children: Children) -> t.Amount:
        value, per, inner = handed(children, "amount")
        deducts = [*tokens(children, "DEDUCT"), *inner]
        refuse_second(*map(place_of, deducts))
        return t.Amount(value, per, bool(deducts), span=amount_span(children))

    def plain(self, children: Children) -> Handed:
        return Handed("amount", (children[0], None, ()))

    def suffix_per(self, children: Children) -> Handed:
        return Handed("amount", (children[0], children[1], ()))

    def prefix_per(self, children: Children) -> Handed:
        return Handed("amount", (children[-1], children[0], tokens(children, "DEDUCT")))

    def decided(self, children: Children) -> Handed:
        low, _, high, _, name = children
        return Handed("amount", (t.Decided(low, high, identifier(name), span=span_of(children)), None, ()))

    def per_event(self, children: Children) -> t.PerEvent:
        return t.PerEvent(span=span_of(children))

    def per_field(self, children: Children) -> t.PerField:
        return t.PerField(identifier(children[1]), span=span_of(children))

    def per_gathered(self, children: Children) -> t.PerGathered:
        count = count_of(tokens(children, "NUMBER")[0])
        return t.PerGathered(period_of(children[1]), count, span=span_of(children))

    def table_line(self, children: Children) -> t.AmountTable:
        grid = handed(children, "grid")
        return t.AmountTable(
            has(children, "DEDUCT"), identifiers(children), handed(children, "when"), grid[0], grid[1],
            cites=handed(children, "cites", ()), span=span_of(children),
        )  # fmt: skip

    # ---- adjustments
    def scope(self, children: Children) -> t.Scope:
        periods = tuple(period_of(token) for token in different(children, "PERIOD"))
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
        if handed(children, "otherwise"):
            return self.fallback_line(children)
        return self.make_guard(handed(children, "guard")[0], children)

    def make_guard(self, disposition: Any, children: Children, keeps: bool = False) -> t.Guard:
        condition = handed(children, "when") or first_of(children, t.Expression)
        span = covering([*children, condition])
        return t.Guard(
            disposition, condition, handed(children, "reason"), keeps, cites=handed(children, "cites", ()), span=span
        )

    def fallback_line(self, children: Children) -> t.Fallback:
        (disposition, place), (low, high) = handed(children, "guard"), handed(children, "range", (None, None))
        if disposition == "warn":
            pending = Phrase("write `void`, `invalid` or `pending`", "请写作废、无效或待定")
            raise without_meaning(place, Phrase("an `otherwise` line", "“否则”行"), pending)
        if low is not None and disposition != "pending":
            pending = Phrase("a range stands after `otherwise pending`", "范围写在“否则 待定”之后")
            raise without_meaning(covering([low, high]), Phrase("this line", "这一行"), pending)
        strings = tokens(children, "STRING")
        reason = string_of(strings[0]) if strings else handed(children, "reason")
        return t.Fallback(
            disposition, low, high, reason, cites=handed(children, "cites"),
            span=covering([*children, t.Node(span=place)]),
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
