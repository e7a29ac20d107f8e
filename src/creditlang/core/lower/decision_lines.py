"""Lines that decide: those of facts and credits, and the parts of requirements."""

from collections.abc import Sequence
from decimal import Decimal

from attrs import define

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references
from creditlang.core.lower.elaborate import Context
from creditlang.core.lower.line_parts import Lines, as_written, asks_missing
from creditlang.diagnostics import Phrase
from creditlang.nodes import changed
from creditlang.syntax import tree as t
from creditlang.types import DATE, TEXT, Type


@define
class DecisionLines(Lines):
    """Lines that decide: those of facts and credits, and the parts of requirements."""

    def decide(
        self, node: t.Named, lines: Sequence[t.Line], context: Context, around: str, unit: str | None
    ) -> tuple[o.Decide, Type | None]:
        """What a fact or credit is, and the type of its values."""
        mode: t.Mode | None = None
        cases: list[o.Case] = []
        kind: Type | None = None
        tolerant = any((isinstance(x, t.DecisionLine) and x.otherwise) or asks_missing(x) for x in lines)
        inner = context._replace(tolerant=context.tolerant or tolerant)
        kind = self.decision_type(lines, inner, unit)
        bounds: dict[str, e.Expression] = {}
        for line in lines:
            match line:
                case t.Mode():
                    mode = line
                case t.Bound():
                    bounds[line.which] = self.elaborator.number(line.value, context, unit)[0]
                    self.article(line.cites)
                case t.DecisionLine():
                    case, found = self.decision_case(line, inner, around, unit, kind)
                    cases.append(case)
                    kind = found if kind is None else kind
                case t.Steps():
                    measure, _ = self.elaborator.number(line.measure, inner)
                    value = in_steps(line, measure)
                    article = self.article(line.cites, around)
                    cases.append(o.Case(self.number(), None, False, value, article, line.span))
                    kind = Type("number", unit, 2)
        if mode is not None and mode.which == "all" and kind is not None:
            self.elaborator.need(kind, "number", mode)
        if bounds and kind is not None:
            bound = next(line for line in lines if isinstance(line, t.Bound))
            self.elaborator.need(kind, "number", bound)
        if not cases:
            self.scope.report("CR117", node.name.span, name=node.name.text)
        self.check_range(bounds.get("least"), bounds.get("most"), node.span)
        unit = kind.unit if kind else unit
        which = mode.which if mode else "one"
        return o.Decide(
            name=node.name.text, labels=node.labels, period=context.period, unit=unit, cases=tuple(cases), mode=which,
            article=around, least=bounds.get("least"), most=bounds.get("most"),
        ), kind  # fmt: skip

    def decision_type(self, lines: Sequence[t.Line], context: Context, unit: str | None) -> Type | None:
        """The type of a decision whose first case does not show it: that of another case, or of the scale it names."""
        values = [line.value for line in lines if isinstance(line, t.DecisionLine)]
        with self.scope.quiet():
            kinds = [self.elaborator.expression(value, context._replace(tolerant=True))[1] for value in values]
        if not kinds or kinds[0].name != "unknown":
            return None
        known = next((kind for kind in kinds if kind.name != "unknown"), None)
        names = [value.text for value in values if isinstance(value, t.Name)]
        fitting = [
            name
            for name, candidate in self.scope.program.enumerations.items()
            if len(names) == len(values) and all(candidate.value(text) for text in names)
        ]
        if known is None and len(fitting) > 1:
            choices = ", ".join(name.split("@")[0] for name in fitting)
            self.scope.report("CR109", values[0].span, name=names[0], choices=choices)
        return known or (Type("value", enumeration=fitting[0]) if len(fitting) == 1 else None)

    def decision_case(
        self, line: t.DecisionLine, context: Context, around: str, unit: str | None, expected: Type | None
    ) -> tuple[o.Case, Type]:
        condition, inner = self.case_condition(line.condition, context)
        value, kind = self.elaborator.expression(
            line.value, inner, expected or (Type("number", unit) if unit else TEXT)
        )
        if expected is not None:
            self.elaborator.same(kind, expected, line.value)
        if unit and kind.name == "number" and kind.unit and kind.unit != unit:
            self.scope.report("CR202", line.value.span, left=kind.unit, right=unit)
        kind = kind.with_unit(kind.unit or unit) if kind.name == "number" else kind
        return o.Case(
            self.number(), condition, line.otherwise, value, self.article(line.cites, around), line.span
        ), kind

    def enough(self, line: t.EnoughParts, around: str, period: str | None) -> o.Case:
        """Several conditions of a requirement, of which so many have to hold."""
        if line.count > len(line.parts):
            expected = Phrase(f"a number from 1 to {len(line.parts)}", f"1至{len(line.parts)}的数")
            self.scope.report("CR110", line.span, value=line.count, expected=expected)
        article = self.article(line.cites, around)
        return o.Case(
            number=self.number(), condition=None, otherwise=False, value=e.Constant(Decimal(line.count)),
            label=line.label or as_written(line.span).rstrip(" :："), labelled=line.label is not None, each=period,
            article=article, span=line.span,
            of=tuple(self.part(part, article, period) for part in line.parts),
        )  # fmt: skip

    def part(self, line: t.Part | t.EnoughParts, around: str, period: str | None) -> o.Case:
        """One condition of a requirement; a comparison of numbers measures what is had against what is needed.

        It is asked in each of its periods, or of those of the requirement, which is then `period`.
        """
        if isinstance(line, t.EnoughParts):
            return self.enough(line, around, period)
        if line.in_each is not None and period is not None:
            whole = Phrase("a requirement per period", "按时段设定的要求")
            instead = Phrase("leave one of the two out", "请只写一处时段")
            self.scope.report("CR111", line.in_each.span, part=line.in_each.span.text, line=whole, instead=instead)
        elif line.in_each is not None:
            self.elaborator.check_begins(line.in_each, Phrase("in each {period}", "每{period}"))
        each = self.scope.period(line.in_each) or period
        applies, context = self.case_condition(line.applies, Context(period=each, may_fail=True))
        node = line.condition
        condition = self.elaborator.condition(node, context)
        last = node
        while isinstance(last, t.Logical) and last.operator == "and":
            last = last.right
        with self.scope.quiet():
            numbers = not isinstance(last, t.Compare) or self.elaborator.expression(last.left, context)[1] != DATE
        numbers = numbers and not isinstance(last, t.NotLater)
        ordered = (">=", "<=", ">", "<")
        case = o.Case(
            number=self.number(), condition=applies, otherwise=False, value=condition, each=each,
            label=line.label or (as_written(line.span) if line.in_each else node.span.text),
            labelled=line.label is not None, article=self.article(line.cites, around), span=line.span,
            text=node.span.text,
        )  # fmt: skip
        found = case.comparison
        compares = found is not None and found.ranks is None and found.operator in ordered
        average = any(x.function == "average" for x in references(condition, e.Query))
        return changed(case, measured=compares and numbers and not average)


def in_steps(line: t.Steps, measure: e.Expression) -> e.Expression:
    """The cases of an amount that grows in steps: nothing below the first, then more for each full step above it."""
    at, zero = e.Constant(line.at), e.Constant(Decimal(0))
    value: e.Expression = e.Constant(line.first)
    if line.then and line.per_full:
        full = e.Rounded(e.Arithmetic("-", measure, at), e.Constant(line.per_full), "down", Decimal(1))
        value = e.Arithmetic("+", value, e.Arithmetic("*", e.Constant(line.then), full))
    if line.at_most is not None:
        value = e.Arithmetic("lower", value, e.Constant(line.at_most))
    return e.Cases(((e.Compare(">=", measure, at), value),), zero, line.span.text)
