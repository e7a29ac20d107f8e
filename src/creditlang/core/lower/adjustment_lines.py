"""Lines that change or choose among entries."""

import re
from collections.abc import Iterable, Iterator

from attrs import define, evolve

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.lower.elaborate import Context
from creditlang.core.lower.line_parts import AFTER_PER, Lines, as_written
from creditlang.diagnostics import Phrase
from creditlang.syntax import tree as t
from creditlang.words import EXPECTED


@define
class AdjustmentLines(Lines):
    """Lines that change or choose among entries."""

    def adjustment(
        self, line: t.Line, answer: t.Fallback | None, context: Context, around: str, inside: frozenset[str] | None,
        unit: str | None,
    ) -> Iterable[o.Operator]:  # fmt: skip
        inner = evolve(context, tolerant=True) if answer else context
        common = {
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
                yield o.Guard(line.disposition, condition, reason, line.keeps, values, **common)  # type: ignore[arg-type]
            case t.Scale():
                when, deeper = self.case_condition(line.condition, inner)
                value, _ = self.elaborator.number(line.value, deeper, unit if line.operator == "plus" else None)
                yield o.Scale(line.operator, value, when, fallback, **common)  # type: ignore[arg-type]
            case t.Rounded():
                yield o.Round(line.rounding.mode, line.rounding.step, **common)  # type: ignore[arg-type]
            case t.TakeFrom():
                when, _ = self.case_condition(line.condition, inner)
                yield o.Take(*self.take_source(line.source, context), when, **common)  # type: ignore[arg-type]
            case t.FallsOn():
                when, deeper = self.case_condition(line.condition, inner)
                yield o.FallsOn(self.elaborator.a_date(line.date, deeper), when, **common)  # type: ignore[arg-type]
            case t.OneByOne():
                yield o.OneByOne(**common)  # type: ignore[arg-type]
            case t.PostsTo():
                yield o.PostTo(self.account_field(line.field, context), **common)  # type: ignore[arg-type]

    def reason_values(self, reason: str, line: t.Line, context: Context) -> tuple[tuple[str, e.Expression], ...]:
        """The names in braces in a reason: fields, facts and named values."""
        inner = evolve(context, tolerant=True)
        names = dict.fromkeys(re.findall(r"\{(\w+)\}", reason))
        return tuple((name, self.elaborator.expression(t.Name(name, span=line.span), inner)[0]) for name in names)

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
        if scope.periods and context.kind is not None and not context.kind.has_period:
            self.scope.report("CR107", scope.span, kind=context.kind.name, line=scope.span.text)
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

    def rules_of(self, names: Iterable[t.Identifier]) -> frozenset[str]:
        """The rules that names of items and accounts stand for."""
        found: set[str] = set()
        for name in names:
            account = self.scope.program.account(name.text)
            item = self.scope.program.canonical("item", name.text)
            if account is not None:
                for inner in self.scope.program.within(account.name):
                    found.update(self.scope.program.accounts[inner].items)
            elif item is not None:
                found.add(item)
            else:
                self.scope.unknown("account", name)
        return frozenset(found)

    def grouped(
        self, line: t.Grouped, fallback: o.Fallback | None, context: Context, common: dict[str, object],
        inside: frozenset[str] | None, unit: str | None,
    ) -> Iterable[o.Operator]:  # fmt: skip
        group = self.group(line.scope, context)
        over = self.rules_of(line.over.names) if line.over and line.over.names else inside
        condition, _ = self.case_condition(line.condition, context)
        match line:
            case t.Cap() | t.CountCap():
                events = isinstance(line, t.CountCap)
                limit, _ = self.elaborator.number(line.limit, context, None if events else unit)
                self.check_limit(limit, line.limit, events)
                yield o.Clip(limit, group, condition, over, events, fallback, **common)  # type: ignore[arg-type]
            case t.Choose():
                yield o.Choose(line.which, group, condition, over, **common)  # type: ignore[arg-type]
            case t.Unique():
                fields = tuple(self.key_field(line.field, context))
                yield o.Choose("first", o.Group((), fields), None, over, **common)  # type: ignore[arg-type]
            case t.From():
                factor, _ = self.elaborator.number(line.factor, context, unit if line.operator == "plus" else None)
                yield o.Scale(line.operator, factor, condition, None, line.ordinal, group, over, **common)  # type: ignore[arg-type]
            case t.HigherOf():
                left, right = self.rules_of(_summands(line.left)), self.rules_of(_summands(line.right))
                reason = line.reason or line.span.text
                yield o.ChooseSide(group, left, right, reason, **common)  # type: ignore[arg-type]


def _summands(node: t.Expression) -> Iterator[t.Identifier]:
    match node:
        case t.Arithmetic(operator="+"):
            yield from _summands(node.left)
            yield from _summands(node.right)
        case t.Name():
            yield t.Identifier(node.text, span=node.span)
        case _:
            yield t.Identifier(node.span.text, span=node.span)
