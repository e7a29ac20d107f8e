"""Lines that change or choose among entries."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TypedDict

from attrs import define, evolve

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.lower.elaborate import Context
from creditlang.core.lower.line_parts import AFTER_PER, Lines, as_written
from creditlang.diagnostics import Phrase
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.values import add, multiply, written
from creditlang.words import EXPECTED


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
        inner = evolve(context, tolerant=True) if answer else context
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
                yield o.Guard(line.disposition, condition, reason, line.keeps, values, **common)
            case t.Scale():
                when, deeper = self.case_condition(line.condition, inner)
                self.check_share(line.operator, line.value)
                value, _ = self.elaborator.number(line.value, deeper, unit if line.operator == "plus" else None)
                yield o.Scale(line.operator, value, when, fallback, **common)
            case t.Rounded():
                yield o.Round(line.rounding.mode, line.rounding.step, **common)
            case t.TakeFrom():
                when, _ = self.case_condition(line.condition, inner)
                yield o.Take(*self.take_source(line.source, context), when, **common)
            case t.FallsOn():
                when, deeper = self.case_condition(line.condition, inner)
                yield o.FallsOn(self.elaborator.a_date(line.date, deeper), when, **common)
            case t.OneByOne():
                yield o.OneByOne(**common)
            case t.PostsTo():
                yield o.PostTo(self.account_field(line.field, context), **common)

    def reason_values(self, reason: str, line: t.Line, context: Context) -> tuple[tuple[str, e.Expression], ...]:
        """The names in braces in a reason: fields, facts and named values."""
        inner = evolve(context, tolerant=True)
        names = dict.fromkeys(re.findall(r"\{(\w+)\}", reason))
        return tuple((name, self.elaborator.expression(t.Name(name, span=line.span), inner)[0]) for name in names)

    def check_share(self, operator: str, value: t.Expression) -> None:
        """Report `plus 25%`: of what, it does not say."""
        if operator == "plus" and isinstance(value, t.Number) and value.span.text.strip().endswith(("%", "％")):
            factor = multiply(add(value.value, Decimal(1)), Decimal(100))
            self.scope.report("CR211", value.span, share=value.span.text.strip(), factor=written(factor))

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

    def group(self, scope: t.Scope | None, context: Context) -> o.Group:
        if scope is None:
            return o.Group()
        fields = tuple(field for name in scope.fields for field in self.key_field(name, context))
        for period in scope.periods:
            self.elaborator.check_time(period, context, scope)
        return o.Group(scope.periods, fields)

    def key_field(self, name: t.Identifier, context: Context) -> Iterator[str]:
        """The field that a group goes by; where several kinds of record meet, they must call it the same."""
        kinds = (context.kind,) if context.kind else context.kinds
        found = {field.name: field for kind in kinds if (field := self.scope.field_of(kind, name.text))}
        if not found:
            self.scope.unknown("field", name, [*(field for kind in kinds for field in kind.fields), *AFTER_PER])
        elif len(found) > 1:
            self.scope.report("CR109", name.span, name=name.text, choices=", ".join(found))
        else:
            (key,) = found
            self.scope.used.update((kind.name, key) for kind in kinds if key in kind.fields)
            yield key

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
        condition, inner = self.case_condition(line.condition, context)
        group = self.group(line.scope, inner)
        over = self.rules_of(line.over.names, inside) if line.over and line.over.names else inside
        match line:
            case t.Cap() | t.CountCap():
                events = isinstance(line, t.CountCap)
                limit, _ = self.elaborator.number(line.limit, context, None if events else unit)
                self.check_limit(limit, line.limit, events)
                yield o.Clip(limit, group, condition, over, events, fallback, **common)
            case t.Choose():
                yield o.Choose(line.which, group, condition, over, **common)
            case t.Unique():
                fields = tuple(self.key_field(line.field, context))
                yield o.Choose("first", o.Group((), fields), None, over, **common)
            case t.From():
                self.check_share(line.operator, line.factor)
                factor, _ = self.elaborator.number(line.factor, context, unit if line.operator == "plus" else None)
                yield o.Scale(
                    operation=line.operator, value=factor, condition=condition, ordinal=line.ordinal, group=group,
                    over=over, **common,
                )  # fmt: skip
            case t.HigherOf():
                left, right = (self.rules_of(_summands(side), inside) for side in (line.left, line.right))
                reason = line.reason or line.span.text
                yield o.ChooseSide(group, left, right, reason, **common)


def _summands(node: t.Expression) -> Iterator[t.Identifier]:
    match node:
        case t.Arithmetic(operator="+"):
            yield from _summands(node.left)
            yield from _summands(node.right)
        case t.Name():
            yield t.Identifier(node.text, span=node.span)
        case _:
            yield t.Identifier(node.span.text, span=node.span)
