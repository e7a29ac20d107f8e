"""Lines that change or choose among entries."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Literal, TypedDict

from attrs import define

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.lower.elaborate import Context
from creditlang.core.lower.line_parts import Lines, as_written
from creditlang.core.lower.surroundings import Typed
from creditlang.diagnostics import Phrase, either
from creditlang.nodes import changed
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.types import DATE, WEEKDAY
from creditlang.words import EXPECTED

ONE = e.Constant(Decimal(1))


class _Written(TypedDict):
    number: int
    text: str
    article: str
    span: Span


@define
class AdjustmentLines(Lines):
    """Lines that change or choose among entries."""

    def adjustment(
        self, line: t.Line, answer: t.Fallback | None, context: Context, around: str, inside: frozenset[str] | None,
        unit: str | None,
    ) -> Iterable[o.Operator]:  # fmt: skip
        inner = context._replace(tolerant=True) if answer else context
        common: _Written = {
            "number": self.number(),
            "text": as_written(line.span),
            "article": self.article(line.cites, around),
            "span": line.span,
        }
        fallback = self.fallback(answer, context, unit) if answer else None
        if isinstance(line, t.Grouped):
            yield from self.grouped(line, fallback, inner, common, inside, unit)
            return
        match line:
            case t.Guard():
                assert line.condition is not None
                condition = self.elaborator.condition(line.condition, inner)
                reason = line.reason or line.condition.span.text
                values = self.reason_values(reason, line, context)
                stays = condition if line.keeps else e.Not(condition)
                yield o.Keep(line.disposition, stays, reason, values, **common)
            case t.Scale():
                when, deeper = self.case_condition(line.condition, inner)
                value, _ = self._changed_by(line.operator, line.value, deeper, unit)
                yield o.Rescale(line.operator, value, when, fallback, **common)
            case t.Rounded():
                yield o.Rescale(line.rounding.mode, e.Constant(line.rounding.step), **common)
            case t.TakeFrom():
                when, _ = self.case_condition(line.condition, inner)
                field, account = self.take_source(line.source, context)
                yield o.Move((account,) if account else (), field, when, **common)
            case t.FallsOn():
                when, deeper = self.case_condition(line.condition, inner)
                yield o.Post(day=self.elaborator.a_date(line.date, deeper), condition=when, **common)
            case t.Lapse():
                yield from self.lapse(line, inner, common)
            case t.OneByOne():
                yield o.Operator(**common)
            case t.PostsTo():
                account = self.account_field(line.field, context)
                if context.kind is not None:
                    self.scope.posted.setdefault((context.kind.name, account), set()).add(unit)
                yield o.Post(account, **common)

    def lapse(self, line: t.Lapse, context: Context, common: _Written) -> Iterator[o.Operator]:
        """Until when entries count: they are void from a day on, and what is taken from them is taken before."""
        when, deeper = self.case_condition(line.condition, context)
        day = self.elaborator.a_date(line.day, deeper)
        alive: e.Expression = e.Compare("<=" if line.included else "<", e.Read("as of"), day)
        reason = Phrase("it expired on {day}", "已于{day}失效")
        if line.included:
            reason = Phrase("it was valid until {day}", "有效期至{day}，已过期")
        stays = alive if when is None else e.Logical("or", (e.Not(when), alive))
        until = e.Shift("after", day, e.Constant(Decimal(1)), "days") if line.included else day
        yield o.Post(until=until, condition=when, **common)
        later = common.copy()
        later["number"] = self.number()
        yield o.Keep("void", stays, reason, (("day", day),), **later)

    def reason_values(self, reason: str, line: t.Line, context: Context) -> tuple[tuple[str, e.Expression], ...]:
        """The names in braces in a reason: fields, facts and named values."""
        inner = context._replace(tolerant=True)
        names = dict.fromkeys(re.findall(r"\{(\w+)\}", reason))
        return tuple((name, self.elaborator.expression(t.Name(name, span=line.span), inner)[0]) for name in names)

    def _changed_by(self, operator: str, value: t.Expression, context: Context, unit: str | None) -> Typed:
        """What is added, in the unit of the amount, or multiplied by."""
        added = operator == "plus"
        return self.elaborator.number(value, context, unit if added else None, added)

    def take_source(self, name: t.Identifier, context: Context) -> tuple[str | None, str | None]:
        """The field that names an account, or else the account that is named itself."""
        account = self.scope.program.account(name.text)
        if account is None or self.scope.field_of(context.kind, name.text) is not None:
            return self.account_field(name, context), None
        if isinstance(account.node, t.Score | t.Credit):
            found, expected = (
                Phrase("a score or a credit", "评分或学分项"),
                Phrase("a category or an account", "类别或账户"),
            )
            self.scope.report("CR201", name.span, found=found, expected=expected)
        return None, account.name

    def account_field(self, name: t.Identifier, context: Context) -> str:
        found = self.scope.field_of(context.kind, name.text)
        if found is None or context.kind is None:
            self.scope.unknown("field", name, context.kind.fields if context.kind else ())
            return ""
        self.scope.used.add((context.kind.name, found.name))
        if found.type.name != "account":
            self.scope.report(
                "CR201",
                name.span,
                found=Phrase(found.type.name, found.type.name),
                expected=EXPECTED["account"],
            )
        return found.name

    def rules_of(self, names: Iterable[t.Identifier], inside: frozenset[str] | None = None) -> frozenset[str]:
        """The rules that names of items and accounts stand for; a name of nothing `inside` a body is reported."""
        found: set[str] = set()
        for name in names:
            rules: Iterable[str] = ()
            account = self.scope.program.account(name.text)
            item = self.scope.program.canonical("item", name.text)
            if account is not None:
                within = self.scope.program.within(account.name)
                rules = [rule for inner in within for rule in self.scope.program.accounts[inner].items]
            elif item is not None:
                rules = [item]
            else:
                self.scope.unknown("account", name)
            if rules and inside is not None and inside.isdisjoint(rules):
                wanted = Phrase("an item or account that this body speaks of", "这里所管的项目或账户")
                self.scope.report("CR110", name.span, value=name.text, expected=wanted)
            found.update(rules)
        return frozenset(found)

    def grouped(
        self, line: t.Grouped, fallback: o.Fallback | None, context: Context, common: _Written,
        inside: frozenset[str] | None, unit: str | None,
    ) -> Iterable[o.Operator]:  # fmt: skip
        over = self.rules_of(line.over.names, inside) if line.over and line.over.names else inside
        condition, inner = self.case_condition(line.condition, context)
        group = self.group(line.scope, over, inner)
        if group.window is not None and not isinstance(line, (t.Cap, t.CountCap)):
            instead = Phrase("say in which period, as `per year`", "请写明在哪个时段内，如“每学年”")
            part = line.scope.span if line.scope else line.span
            other = Phrase("a line other than a limit", "上限以外的行")
            self.scope.report("CR111", part, part=part.text, line=other, instead=instead)
        if line.scope is None and not isinstance(line, t.Unique):
            as_read = line.span.text
            total, period = (
                Phrase(f"`{as_read} in total`", f"“总共{as_read}”"),
                Phrase(f"`{as_read} per semester`", f"“每学期{as_read}”"),
            )
            self.scope.report("CR114", line.span, written=as_read, forms=either([total, period]))
        match line:
            case t.Cap() | t.CountCap():
                events = isinstance(line, t.CountCap)
                limit, _ = self.elaborator.number(line.limit, context, None if events else unit)
                self.check_limit(limit, line.limit, events)
                of: Literal["amount", "entries"] = "entries" if events else "amount"
                yield o.Limit(limit, of, group, condition=condition, fallback=fallback, **common)
            case t.Choose(which="first" | "last"):
                yield o.Limit(ONE, "entries", group, line.which, condition=condition, void=True, **common)
            case t.Choose() | t.Best() | t.DropLowest():
                by, ranks = self.by(line.by, context)
                count = ONE if isinstance(line, t.Choose) else e.Constant(Decimal(line.count))
                yield o.Limit(
                    room=count, of="entries", group=group, order="highest", by=by, ranks=ranks, condition=condition,
                    dropped=isinstance(line, t.DropLowest), void=True, **common,
                )  # fmt: skip
            case t.Unique():
                proof = changed(group, fields=tuple(self.key_field(line.field, context)))
                yield o.Limit(ONE, "entries", proof, void=True, **common)
            case t.From():
                factor, _ = self._changed_by(line.operator, line.factor, context, unit)
                yield o.Rescale(line.operator, factor, condition, ordinal=line.ordinal, group=group, **common)
            case t.HigherOf():
                left, right = (self.rules_of(_summands(side), inside) for side in (line.left, line.right))
                reason = line.reason or line.span.text
                if left & right:
                    self.scope.report("CR209", line.span)
                sided = changed(group, over=left | right)
                yield o.Keep("void", None, reason, group=sided, sides=(left, right), **common)

    def by(self, node: t.Expression | None, context: Context) -> tuple[e.Expression | None, Mapping[str, int] | None]:
        """What the highest of a group goes by, and the ranks of its values; where it is empty, the entry is last."""
        if node is None:
            return None, None
        value, kind = self.elaborator.expression(node, context._replace(tolerant=True))
        if kind.enumeration and kind != WEEKDAY:
            return value, {
                name: -rank for rank, name in enumerate(self.scope.program.enumerations[kind.enumeration].values)
            }
        if kind != DATE:
            self.elaborator.need(kind, "number", node)
        return value, None


def _summands(node: t.Expression) -> Iterator[t.Identifier]:
    match node:
        case t.Arithmetic(operator="+"):
            yield from _summands(node.left)
            yield from _summands(node.right)
        case t.Name():
            yield t.Identifier(node.text, span=node.span)
        case _:
            yield t.Identifier(node.span.text, span=node.span)
