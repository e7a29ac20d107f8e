"""The lines of bodies to operators, in written order.

Cases that stand together become one amount. A table printed in a body becomes a table of its own, read at the fields of
its heading. `shared by` writes out the adjustment that it names. Every operator takes the articles of its own line,
else those of the declaration around it, and a number by which steps and coverage name it.
"""

from collections.abc import Iterable, Sequence

from attrs import define

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.lower.adjustment_lines import AdjustmentLines
from creditlang.core.lower.amount_lines import AmountLines
from creditlang.core.lower.decision_lines import DecisionLines
from creditlang.core.lower.elaborate import Context
from creditlang.core.lower.line_parts import as_written, asks_missing
from creditlang.core.lower.line_places import CONTAINERS
from creditlang.diagnostics import Label, Phrase
from creditlang.nodes import changed
from creditlang.syntax import tree as t


@define
class Bodies(AmountLines, AdjustmentLines, DecisionLines):
    """Turns the lines of one program into operators."""

    def operators(
        self, lines: Sequence[t.Line], context: Context, around: str, inside: frozenset[str] | None, unit: str | None
    ) -> list[o.Operator]:
        """The operators of a body, in order; `inside` are the rules that it speaks of when it speaks of groups."""
        found = self.written(lines, context, around, inside, unit)
        self.check_order(found)
        begins = next((place for place, operator in enumerate(found) if type(operator) is o.Operator), len(found))
        return [*found[:begins], *(changed(operator, sequential=True) for operator in found[begins + 1 :])]

    def written(
        self, lines: Sequence[t.Line], context: Context, around: str, inside: frozenset[str] | None, unit: str | None
    ) -> list[o.Operator]:
        """The operators of lines, and where they say `one by one` a bare one."""
        lines = [line for line in lines if not isinstance(line, _NO_OPERATORS)]
        amounts = [line for line in lines if isinstance(line, (t.AmountLine, t.AmountTable))]
        mode = next((line for line in lines if isinstance(line, t.Mode)), None)
        if mode is not None and not amounts:
            self.scope.report("CR103", mode.span, container=Phrase("a body without amounts", "没有数额行的正文"))
        tolerant = any(isinstance(x, t.Fallback) or (isinstance(x, t.AmountLine) and x.otherwise) for x in lines)
        body = context._replace(tolerant=context.tolerant or tolerant or any(map(asks_missing, lines)))
        guards: list[o.Operator] = []
        done: list[o.Operator] = []
        amount: o.Operator | None = None
        before: t.Line | None = None
        for line, following in zip(lines, [*lines[1:], None], strict=False):
            answer = following if isinstance(following, t.Fallback) else None
            if isinstance(line, t.Deadline):
                (done if done else guards).append(self.deadline(line, context, around))
            elif isinstance(line, (t.AmountLine, t.AmountTable)):
                if line is amounts[-1]:
                    fallback = self.fallback(answer, body, unit) if answer else None
                    amount = self.amount(amounts, mode.which if mode else "one", fallback, body, around, unit)
            elif isinstance(line, (t.Guard, t.Lapse)) and not done:
                guards.extend(self.adjustment(line, None, body if amounts else context, around, inside, unit))
            elif isinstance(line, t.Fallback):
                if before not in amounts[-1:] and not isinstance(before, _MAY_LACK_A_VALUE):
                    self.scope.report("CR103", line.span, container=Phrase("this place", "这个位置"))
            elif isinstance(line, t.Shared):
                done.extend(self.shared(line, context, around, inside, unit))
            elif not isinstance(line, t.Mode):
                done.extend(self.adjustment(line, answer, context, around, inside, unit))
            if isinstance(line, t.OneByOne) or any(type(operator) is o.Operator for operator in done):
                context = context._replace(sequential=True)
            before = line
        return [*guards, *([amount] if amount else []), *done]

    def check_order(self, operators: Sequence[o.Operator]) -> None:
        """Report lines that would do nothing after `one by one` or `take from`, where entries are served singly."""
        serves: o.Operator | None = None
        posts: o.Operator | None = None
        for operator in operators:
            begins = type(operator) is o.Operator
            match operator:
                case o.Operator() if begins and serves is not None:
                    self.scope.report("CR112", operator.span, *map(Label, filter(None, [serves.span])))
                case o.Post(field=str()) if posts is not None:
                    self.scope.report("CR112", operator.span, *map(Label, filter(None, [posts.span])))
                case o.Post(field=str()):
                    posts = operator
                case o.Operator() if begins or isinstance(operator, o.Move):
                    serves = operator
                case (
                    o.Rescale(ordinal=int())
                    | o.Keep(sides=(_, _))
                    | o.Limit(order="highest" | "last")
                    | o.Post(day=e.Expression(), condition=e.Expression())
                ) if serves is not None:
                    where = Phrase("the lines after `one by one` or `take from`", "“逐条”或“扣自”以后的行")
                    self.scope.report("CR103", operator.span, container=where)

    def deadline(self, line: t.Deadline, context: Context, around: str) -> o.Keep:
        """A date that must not be too late: records that miss it are void."""
        deadline, latest = line.not_later, line.not_later.latest
        inner = context._replace(tolerant=context.tolerant or line.if_present)
        condition = self.elaborator.condition(deadline, inner)
        if line.if_present:
            date, _ = self.elaborator.expression(deadline.date, inner)
            start, _ = self.elaborator.expression(latest.start if isinstance(latest, t.Shift) else latest, inner)
            both = e.Logical("and", (e.Present(date), e.Present(start)))
            condition = e.Logical("or", (e.Not(both), condition))
        return o.Keep(
            "void", condition, line.reason or deadline.span.text, number=self.number(), text=as_written(line.span),
            article=self.article(line.cites, around), span=line.span,
        )  # fmt: skip

    def shared(
        self, line: t.Shared, context: Context, around: str, inside: frozenset[str] | None, unit: str | None
    ) -> Iterable[o.Operator]:
        name = self.scope.program.canonical("adjust", line.name.text)
        if name is None:
            self.scope.unknown("adjust", line.name)
            return
        declared = self.scope.program.adjusts[name]
        self.scope.used.add(("adjust", name))
        own = self.article(declared.cites, self.article(line.cites, around))
        if any(isinstance(inner, t.Shared) for inner in declared.lines):
            self.scope.report("CR103", declared.span, container=CONTAINERS["adjust"])
            return
        yield from self.written(declared.lines, context, own, inside, unit)


_NO_OPERATORS = (t.Reading, t.Reference, t.Item, t.Category, t.Level, t.InOrderOf)
_MAY_LACK_A_VALUE = (t.Scale, t.Cap, t.CountCap)
"""Lines, besides the last amount, for which an `otherwise` answers."""
