"""The lines of bodies to operators, in written order.

Cases that stand together become one amount. A table printed in a body becomes a table of its own, read at the fields of
its heading. `shared by` writes out the adjustment that it names. Every operator takes the articles of its own line,
else those of the declaration around it, and a number by which steps and coverage name it.
"""

from collections.abc import Iterable, Sequence

from attrs import define, evolve

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.lower.adjustment_lines import AdjustmentLines
from creditlang.core.lower.amount_lines import AmountLines
from creditlang.core.lower.decision_lines import DecisionLines
from creditlang.core.lower.elaborate import Context
from creditlang.core.lower.line_parts import as_written
from creditlang.core.lower.line_places import CONTAINERS, answers_missing, asks_missing
from creditlang.diagnostics import Phrase
from creditlang.syntax import tree as t


@define
class Bodies(AmountLines, AdjustmentLines, DecisionLines):
    """Turns the lines of one program into operators."""

    def operators(
        self, lines: Sequence[t.Line], context: Context, around: str, inside: frozenset[str] | None, unit: str | None
    ) -> list[o.Operator]:
        """The operators of a body, in order; `inside` are the rules that it speaks of when it speaks of groups."""
        lines = [line for line in lines if not isinstance(line, _NO_OPERATORS)]
        cases = [line for line in lines if _is_case(line)]
        mode = next((line.which for line in lines if isinstance(line, t.Mode)), "one")
        tolerant = any(isinstance(line, t.Fallback) or (isinstance(line, t.Case) and line.otherwise) for line in lines)
        tolerant = (tolerant and answers_missing(lines)) or any(map(asks_missing, lines))
        body = evolve(context, tolerant=context.tolerant or tolerant)
        guards: list[o.Operator] = []
        done: list[o.Operator] = []
        amount: o.Operator | None = None
        for line, following in zip(lines, [*lines[1:], None], strict=False):
            answer = following if isinstance(following, t.Fallback) else None
            if isinstance(line, t.Case) and isinstance(line.amount.value, t.Within):
                (done if done else guards).append(self.deadline(line, context, around))
            elif isinstance(line, (t.Case, t.TableCase)):
                if line is cases[-1]:
                    fallback = self.fallback(answer, body, unit) if answer else None
                    amount = self.amount(cases, mode, fallback, body, around, unit)  # type: ignore[arg-type]
            elif isinstance(line, t.Guard) and not done:
                guards.extend(self.adjustment(line, None, body if cases else context, around, inside, unit))
            elif isinstance(line, t.Fallback):
                self.check_fallback(line, lines)
            elif isinstance(line, t.Shared):
                done.extend(self.shared(line, context, around, inside, unit))
            elif not isinstance(line, t.Mode):
                done.extend(self.adjustment(line, answer, context, around, inside, unit))
        return [*guards, *([amount] if amount else []), *done]

    def check_fallback(self, line: t.Fallback, lines: Sequence[t.Line]) -> None:
        """An `otherwise` answers for the line before it, which must be one that may have no value."""
        position = next(index for index, other in enumerate(lines) if other is line)
        previous = lines[position - 1] if position else None
        if not isinstance(previous, (t.Case, t.TableCase, t.Scale, t.Shared, t.Cap, t.CountCap, t.From)):
            self.scope.report("CR103", line.span, container=Phrase("this place", "这个位置"))

    def deadline(self, line: t.Case, context: Context, around: str) -> o.Guard:
        """A date that must not be too late: records that miss it are void."""
        within = line.amount.value
        assert isinstance(within, t.Within)
        inner = evolve(context, tolerant=True) if line.if_present else context
        condition = self.elaborator.condition(within, inner)
        if line.if_present:
            date, _ = self.elaborator.expression(within.date, evolve(context, tolerant=True))
            start, _ = self.elaborator.expression(within.start, evolve(context, tolerant=True))
            both = e.Logical("and", e.Present(date), e.Present(start))
            condition = e.Logical("or", e.Not(both), condition)
        reason = line.reason or within.span.text
        return o.Guard(
            "void",
            condition,
            reason,
            True,
            number=self.number(),
            text=as_written(line.span),
            article=self.article(line.cites, around),
            span=line.span,
        )

    def shared(
        self, line: t.Shared, context: Context, around: str, inside: frozenset[str] | None, unit: str | None
    ) -> Iterable[o.Operator]:
        name = self.scope.program.canonical("adjust", line.name.text)
        if name is None:
            self.scope.unknown("adjust", line.name)
            return
        declared = self.scope.program.adjusts[name]
        self.scope.used.add(("adjust", name))
        own = self.article(declared.cites, around)
        if any(isinstance(inner, t.Shared) for inner in declared.lines):
            self.scope.report("CR103", declared.span, container=CONTAINERS["adjust"])
            return
        yield from self.operators(declared.lines, context, own, inside, unit)


_NO_OPERATORS = (t.Reading, t.Reference, t.Item, t.Category, t.Level, t.InOrderOf)


def _is_case(line: t.Line) -> bool:
    return isinstance(line, t.TableCase) or (isinstance(line, t.Case) and not isinstance(line.amount.value, t.Within))
