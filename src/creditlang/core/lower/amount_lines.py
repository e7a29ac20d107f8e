"""Lines with amounts: amounts by cases, printed tables, decisions within a range."""

from collections.abc import Sequence
from typing import Literal

from attrs import define

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.lower.elaborate import Context
from creditlang.core.lower.line_parts import AFTER_PER, Lines, as_written
from creditlang.core.lower.printed_tables import build_table, check_gaps
from creditlang.syntax import tree as t


@define
class AmountLines(Lines):
    """Lines with amounts: amounts by cases, printed tables, decisions within a range."""

    def amount(
        self, lines: Sequence[t.AmountLine | t.AmountTable], mode: Literal["one", "first", "all"],
        fallback: o.Fallback | None, context: Context, around: str, unit: str | None,
    ) -> o.Amount:  # fmt: skip
        """The amount that the lines of a body give, each a case of it."""
        cases = tuple(
            self.table_case(line, context, around)
            if isinstance(line, t.AmountTable)
            else self.amount_case(line, context, around, unit)
            for line in lines
        )
        article = self.article(lines[0].cites, around)
        return o.Amount(cases, mode, fallback, number=self.number(), article=article, span=lines[0].span)

    def amount_case(self, line: t.AmountLine, context: Context, around: str, unit: str | None) -> o.Case:
        condition, inner = self.case_condition(line.condition, context)
        written = line.amount
        between, together, full = None, None, None
        if isinstance(written.value, t.Decided):
            value, between = self.decided(written.value, inner, unit)
        else:
            value = self.elaborator.number(written.value, inner, unit)[0]
        if isinstance(written.per, t.PerField):
            value = e.Arithmetic("*", value, self.measure(written.per.name, written.per, inner))
        elif isinstance(written.per, t.PerGathered):
            together = self.scope.period(written.per.period) or "", written.per.at_least
            self.elaborator.check_time(written.per.period, inner, written.per)
        elif isinstance(written.per, t.PerFull):
            measure = self.measure(written.per.measure, written.per.measure, inner)
            full = o.Full(written.per.count, measure, self.group(written.per.scope, None, context))
        if line.since or line.until:
            self.elaborator.check_time(t.PeriodName("day", True, span=line.span), inner, line)
        if line.since and line.until and line.since > line.until:
            self.scope.report("CR314", line.span)
        return o.Case(
            number=self.number(), condition=condition, otherwise=line.otherwise, value=value, between=between,
            together=together, full=full, sign=-1 if written.deduct else 1, since=line.since, until=line.until,
            article=self.article(line.cites, around), text=as_written(line.span, line.otherwise), span=line.span,
        )  # fmt: skip

    def measure(self, name: t.Identifier, where: t.Node, context: Context) -> e.Expression:
        """The field by which an amount is multiplied."""
        found = self.scope.field_of(context.kind, name.text)
        if found is None or context.kind is None:
            self.scope.unknown("field", name, (*(context.kind.fields if context.kind else ()), *AFTER_PER))
            return e.Unknown()
        self.elaborator.need(found.type, "number", where)
        self.scope.used.add((context.kind.name, found.name))
        self.elaborator.check_missing(found, found.name, where, context)
        return e.Read("field", found.name)

    def decided(
        self, node: t.Decided, context: Context, unit: str | None
    ) -> tuple[e.Expression, tuple[e.Expression, e.Expression]]:
        """The field that holds a decision, and its bounds."""
        low, _ = self.elaborator.number(node.low, context, unit)
        high, _ = self.elaborator.number(node.high, context, unit)
        self.check_range(low, high, node.span)
        found = self.scope.field_of(context.kind, node.field.text)
        if found is None or context.kind is None:
            self.scope.unknown("field", node.field, context.kind.fields if context.kind else ())
            return e.Unknown(), (low, high)
        self.elaborator.need(found.type, "number", node.field)
        self.scope.used.add((context.kind.name, found.name))
        return e.Read("field", found.name), (low, high)

    def table_case(self, line: t.AmountTable, context: Context, around: str) -> o.Case:
        condition, inner = self.case_condition(line.condition, context)
        keys, kinds, names = [], [], []
        for dimension in line.dimensions:
            node = t.Name(dimension.text, span=dimension.span)
            key, kind = self.elaborator.expression(node, inner)
            keys.append(key)
            kinds.append(kind)
            names.append(key.name if isinstance(key, e.Read | e.Value) else dimension.text)
        table = build_table(
            self.scope,
            f"{line.span.source.name}:{line.span.source.line_number(line.span.start)}",
            kinds,
            names,
            line.rows,
            line.span,
        )
        check_gaps(self.scope, table, kinds, line.span)
        self.printed.append(table)
        return o.Case(
            number=self.number(), condition=condition, otherwise=False, value=e.Lookup(table, tuple(keys)),
            sign=-1 if line.deduct else 1, article=self.article(line.cites, around), text=as_written(line.span),
            span=line.span,
        )  # fmt: skip
