"""The rules of lines in bodies to the tree: amounts, deadlines, decisions and adjustments."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from creditlang.diagnostics import Phrase
from creditlang.nodes import changed, node
from creditlang.syntax import tree as t
from creditlang.syntax.children import (
    Children,
    Handed,
    amount_span,
    count_of,
    covering,
    date_of,
    expression_node,
    first_of,
    handed,
    has,
    identifier,
    identifiers,
    is_token,
    nodes,
    number_of,
    period_of,
    place_of,
    positive_of,
    refuse_second,
    span_of,
    string_of,
    tokens,
    two_readings,
    without_meaning,
)
from creditlang.syntax.from_lark_adjustments import AdjustmentBuilder


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


@node
class BareFull(t.Node):
    """`per full 20 hours`, before it is known in whose body it stands: of a balance that is clear, of records not."""

    count: Decimal
    measure: t.Identifier


def _bare_full(amount: t.Amount) -> BareFull | None:
    per: object = amount.per
    return per if isinstance(per, BareFull) else None


def _times_full(value: t.Expression, full: Any) -> t.Expression:
    """An amount for each full so many of a measure."""
    measure = t.Name(full.measure.text, span=full.measure.span)
    divided = expression_node(t.Arithmetic, [full], "/", measure, t.Number(full.count, span=full.span))
    whole = expression_node(t.Round, [full], divided, t.Rounding("down", Decimal(1), span=full.span))
    return expression_node(t.Arithmetic, [full], "*", value, whole)


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


def rule_lines(lines: Iterable[t.Line]) -> tuple[t.Line, ...]:
    """The lines of a body that judges records: an amount, or a deadline where a date is limited."""
    return tuple(_rule_line(line) if isinstance(line, Begun) else line for line in lines)


def score_lines(lines: Iterable[t.Line]) -> tuple[t.Line, ...]:
    """The lines of a score, where `at least` is its floor."""
    return tuple(
        t.Level("floor", line.value, cites=line.cites, span=line.span) if isinstance(line, t.Bound) else line
        for line in rule_lines(lines)
    )


def _rule_line(line: Begun) -> t.AmountLine | t.Deadline:
    amount = line.amount
    if bare := _bare_full(amount):
        full = f"{bare.count} {bare.measure.text}"
        raise two_readings(
            [bare], Phrase(f"`per full {full} of each event`", f"“每次每满{full}”"),
            Phrase(f"`per full {full} per semester`", f"“每学期累计每满{full}”"),
        )  # fmt: skip
    if not isinstance(amount.value, t.NotLater):
        kept = {**_CONDITION, "since": "since", "until": "until"}
        return t.AmountLine(amount, **line.given(kept, Phrase("a line with an amount", "数额行")))
    name = Phrase("a line with a deadline", "期限行")
    if amount.per is not None or amount.deduct:
        raise without_meaning(amount.span, name, Phrase("write the deadline alone", "请只写期限"))
    return t.Deadline(amount.value, **line.given({"if_present": "if_present", "reason": "reason"}, name))


def decision_lines(lines: Iterable[t.Line]) -> tuple[t.Line, ...]:
    """The lines of a fact or credit, which decide on one value."""
    found: list[t.Line] = []
    for line in lines:
        bound = _bound(line)
        before = found[-1] if found else None
        most = _most_of(before, bound)
        if before is not None and bound is not None and most is not None:
            span, cites = covering([before, bound]), bound.cites or before.cites
            found[-1] = changed(before, at_most=most, cites=cites, span=span)
        else:
            found.append(bound or (_decision_line(line) if isinstance(line, Begun) else line))
    return tuple(found)


def _most_of(steps: t.Line | None, bound: t.Bound | None) -> Decimal | None:
    """The most that steps come to, if a bound on their own line says it."""
    if isinstance(steps, t.Steps) and bound is not None and bound.which == "most" and isinstance(bound.value, t.Number):
        return bound.value.value if "\n" not in covering([steps, bound]).text else None
    return None


def _bound(line: t.Line) -> t.Bound | None:
    """`at most`, `cap`, `floor` and `ceiling` bound the one value of a fact or credit."""
    match line:
        case t.Bound():
            return line
        case t.Cap(scope=None, over=None, condition=None, limit=value) | t.Level(which="ceiling", value=value):
            return t.Bound("most", value, cites=line.cites, span=line.span)
        case t.Level(which="floor", value=value):
            return t.Bound("least", value, cites=line.cites, span=line.span)
    return None


def _decision_line(line: Begun) -> t.DecisionLine:
    amount, name = line.amount, Phrase("a line of a fact or credit", "事实或学分项的行")
    bare = _bare_full(amount)
    if bare is not None and isinstance(amount.value, t.Expression) and not amount.deduct:
        return t.DecisionLine(_times_full(amount.value, bare), **line.given(_CONDITION, name))
    if isinstance(amount.value, t.Decided) or amount.per is not None or amount.deduct:
        alone = Phrase("write the value alone; amounts for events stand in an item", "请只写值；按次计的数额写在项目里")
        raise without_meaning(amount.span, name, alone)
    return t.DecisionLine(amount.value, **line.given(_CONDITION, name))


class LineBuilder(AdjustmentBuilder):
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

    when_before = when_bare = when

    def unless(self, children: Children) -> Handed:
        return Handed("when", expression_node(t.Not, children, first_of(children, t.Expression)), span_of(children))

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
        value = children[0]
        if isinstance(value, t.EachEvent):
            return Handed("amount", (value.value, t.PerEvent(span=value.span), ()))
        return Handed("amount", (value, None, ()))

    def suffix_per(self, children: Children) -> Handed:
        return Handed("amount", (children[0], children[1], ()))

    def prefix_per(self, children: Children) -> Handed:
        return Handed("amount", (children[-1], children[0], tokens(children, "DEDUCT")))

    def decided(self, children: Children) -> Handed:
        low, _, high, _, name = children
        return Handed("amount", (t.Decided(low, high, identifier(name), span=span_of(children)), None, ()))

    def full_suffix(self, children: Children) -> Handed:
        return self._full(children, children[0], has(children, "OF_EACH_EVENT"))

    def full_prefix(self, children: Children) -> Handed:
        return self._full(children, children[-1], has(children, "EACH_PER_FULL"))

    def _full(self, children: Children, value: t.Expression, each: bool) -> Handed:
        """A rate for each full so many: of each event a product, of a group of events what the group says."""
        count, measure = positive_of(tokens(children, "NUMBER")[0]), identifier(tokens(children, "NAME")[0])
        scope = first_of(children, t.Scope)
        place = covering([part for part in children if part is not value and not is_token(part, "COUNTS")])
        per: t.Node = BareFull(count, measure, span=place)
        if scope is not None:
            per = t.PerFull(count, measure, scope, span=place)
        elif each:
            value, per = _times_full(value, per), t.PerEvent(span=place)
        return Handed("amount", (value, per, tokens(children, "DEDUCT")))

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

    # ---- guards and what stands alone
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
        if has(children, "UNLESS"):
            condition = expression_node(t.Not, [condition], condition)
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

    def least_line(self, children: Children) -> t.Bound:
        return t.Bound("least", children[1], cites=handed(children, "cites", ()), span=span_of(children))

    def steps_line(self, children: Children) -> t.Steps:
        first, at = (number_of(token) for token in tokens(children, "NUMBER"))
        return self._steps(children, first, at)

    def steps_counted(self, children: Children) -> t.Steps:
        at, first = (number_of(token) for token in tokens(children, "NUMBER"))
        return self._steps(children, first, at)

    def _steps(self, children: Children, first: Decimal, at: Decimal) -> t.Steps:
        then, per_full = handed(children, "then", (None, None))
        return t.Steps(
            first_of(children, t.Expression), first, at, then, per_full, None,
            cites=handed(children, "cites", ()), span=span_of(children),
        )  # fmt: skip

    def then(self, children: Children) -> Handed:
        amount, full = tokens(children, "NUMBER")
        return Handed("then", (number_of(amount), positive_of(full)))

    def then_counted(self, children: Children) -> Handed:
        full, amount = tokens(children, "NUMBER")
        return Handed("then", (number_of(amount), positive_of(full)))

    def goes_line(self, children: Children) -> t.GoesTo:
        account = identifier(tokens(children, "NAME")[0])
        return t.GoesTo(
            first_of(children, t.Expression), account, cites=handed(children, "cites", ()), span=span_of(children)
        )

    def falls_line(self, children: Children) -> t.FallsOn:
        date = first_of(children, t.Expression)
        return t.FallsOn(date, handed(children, "when"), cites=handed(children, "cites", ()), span=span_of(children))

    def borne_line(self, children: Children) -> t.FallsOn:
        group = t.Name(str(children[1]), span=place_of(children[1]))
        return t.FallsOn(group, None, cites=handed(children, "cites", ()), span=span_of(children))

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
