"""Lines with amounts: amounts by cases, printed tables, decisions within a range."""

from collections.abc import Sequence
from typing import Literal

from attrs import define

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.lower.elaborate import Context
from creditlang.core.lower.line_parts import AFTER_PER, Lines, as_written
from creditlang.core.lower.printed_tables import build_table
from creditlang.syntax import tree as t


@define
class AmountLines(Lines):
    """Lines with amounts: amounts by cases, printed tables, decisions within a range."""

    def amount(
        self, lines: Sequence[t.AmountLine | t.AmountTable], mode: Literal["one", "first", "all"],
        fallback: o.Fallback | None, context: Context, around: str, unit: str | None,
    ) -> o.Amount:  # fmt: skip
        """The amount that the lines of a body give, each a case of it."""
        branches = tuple(
            self.table_branch(line, context, around)
            if isinstance(line, t.AmountTable)
            else self.branch(line, context, around, unit)
            for line in lines
        )
        article = self.article(lines[0].cites, around)
        return o.Amount(branches, mode, fallback, number=self.number(), article=article, span=lines[0].span)

    def branch(self, line: t.AmountLine, context: Context, around: str, unit: str | None) -> o.Branch:
        condition, inner = self.case_condition(line.condition, context)
        written = line.amount
        value: e.Expression | o.Decided
        if isinstance(written.value, t.Decided):
            value = self.decided(written.value, inner, unit)
        else:
            value = self.elaborator.number(written.value, inner, unit)[0]
        times, gather = None, None
        if isinstance(written.per, t.PerField):
            found = self.scope.field_of(context.kind, written.per.name.text)
            if found is None or context.kind is None:
                self.scope.unknown(
                    "field", written.per.name, (*(context.kind.fields if context.kind else ()), *AFTER_PER)
                )
            else:
                self.elaborator.need(found.type, "number", written.per)
                times = found.name
                self.scope.used.add((context.kind.name, found.name))
                self.elaborator.check_missing(found, found.name, written.per, inner)
        elif isinstance(written.per, t.PerGathered):
            gather = o.Gather(written.per.period, written.per.at_least)
            self.elaborator.check_time(written.per.period, inner, written.per)
        if line.since or line.until:
            self.elaborator.check_time("day", inner, line)
        return o.Branch(
            number=self.number(), condition=condition, otherwise=line.otherwise, value=value, times_field=times,
            gather=gather, sign=-1 if written.deduct else 1, since=line.since, until=line.until,
            article=self.article(line.cites, around), text=as_written(line.span, line.otherwise), span=line.span,
        )  # fmt: skip

    def decided(self, node: t.Decided, context: Context, unit: str | None) -> o.Decided:
        low, _ = self.elaborator.number(node.low, context, unit)
        high, _ = self.elaborator.number(node.high, context, unit)
        self.check_range(low, high, node.span)
        found = self.scope.field_of(context.kind, node.field.text)
        if found is None or context.kind is None:
            self.scope.unknown("field", node.field, context.kind.fields if context.kind else ())
            return o.Decided(low, high, "")
        self.elaborator.need(found.type, "number", node.field)
        self.scope.used.add((context.kind.name, found.name))
        return o.Decided(low, high, found.name)

    def table_branch(self, line: t.AmountTable, context: Context, around: str) -> o.Branch:
        condition, inner = self.case_condition(line.condition, context)
        keys, kinds, names = [], [], []
        for dimension in line.dimensions:
            node = t.Name(dimension.text, span=dimension.span)
            key, kind = self.elaborator.expression(node, inner)
            keys.append(key)
            kinds.append(kind)
            names.append(dimension.text)
        table = build_table(
            self.scope,
            f"{line.span.source.name}:{line.span.source.line_number(line.span.start)}",
            kinds,
            names,
            line.rows,
            line.span,
        )
        self.printed.append(table)
        return o.Branch(
            number=self.number(), condition=condition, otherwise=False, value=e.Lookup(table, tuple(keys)),
            times_field=None, gather=None, sign=-1 if line.deduct else 1, since=None, until=None,
            article=self.article(line.cites, around), text=as_written(line.span), span=line.span,
        )  # fmt: skip
