"""The lines of bodies to operators, in written order.

Cases that stand together become one amount. A table printed in a body becomes a table of its own, read at the fields of
its heading. `shared by` writes out the adjustment that it names. Every operator takes the articles of its own line,
else those of the declaration around it, and a number by which steps and coverage name it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import count
from typing import Literal

from attrs import define, evolve, field

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.elaborate import Context, Elaborator, known_present
from creditlang.core.scope import Scope
from creditlang.core.tables import build_table
from creditlang.diagnostics import Label, Phrase
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.types import Type

CONTAINERS = {
    "item": Phrase("an item", "项目"),
    "category": Phrase("a category", "类别"),
    "score": Phrase("a score", "评分"),
    "adjust": Phrase("an adjustment", "调整"),
    "fact": Phrase("a fact", "事实"),
    "credit": Phrase("a credit", "学分项"),
    "record": Phrase("a kind of record", "记录"),
    "offset": Phrase("an offset", "抵扣"),
}
_IN_RULES = (
    t.Case,
    t.TableCase,
    t.Cap,
    t.CountCap,
    t.Choose,
    t.Unique,
    t.From,
    t.HigherOf,
    t.Scale,
    t.Shared,
    t.Guard,
    t.Fallback,
    t.Mode,
    t.Rounded,
    t.PostsTo,
    t.TakeFrom,
    t.FallsOn,
    t.OneByOne,
)
_ADJUSTMENTS = tuple(kind for kind in _IN_RULES if kind not in (t.Case, t.TableCase, t.Mode))
ALLOWED: dict[str, tuple[type, ...]] = {
    "item": (*_IN_RULES, t.Reading),
    "adjust": (*_ADJUSTMENTS, t.Reading),
    "category": (*_ADJUSTMENTS, t.Category, t.Item, t.InOrderOf, t.Reading),
    "score": (*_ADJUSTMENTS, t.Category, t.Item, t.Level, t.Reading),
    "fact": (t.Case, t.Mode, t.Steps, t.Fallback, t.Reading),
    "credit": (t.Case, t.Mode, t.Steps, t.GoesTo, t.Fallback, t.Reading),
    "record": (t.Guard, t.Case, t.Reading),
    "offset": (t.Guard, t.InOrderOf, t.Rounded, t.Reading),
}


@define
class Bodies:
    """Turns the lines of one program into operators."""

    scope: Scope
    elaborator: Elaborator
    articles: tuple[str, ...] = ()
    numbers: Iterator[int] = field(factory=lambda: count(1))
    printed: list[e.Table] = field(factory=list)
    cited: list[tuple[str, t.Citation]] = field(factory=list)

    # ---- articles
    def article(self, cites: t.Cites, around: str = "") -> str:
        """The articles of a line; a citation that names no article belongs to the one around it."""
        parts = []
        for cite in cites:
            text = cite.text.replace("（", "(").replace("）", ")")
            own = not self.articles or any(text.startswith(name) for name in self.articles)
            foreign = not own and _ARTICLE.match(text) is not None
            parent = next((name for name in self.articles if around.startswith(name)), "")
            if foreign:
                self.scope.report("CR334", cite.span, article=text)
            elif not own and parent:
                text = f"{parent} {text}"
            elif not own and not text.startswith("附件"):
                self.scope.report("CR334", cite.span, article=text)
            self.cited.append((text, cite))
            parts.append(text)
        return "；".join(parts) or around

    def number(self) -> int:
        """The next operator's number."""
        return next(self.numbers)

    def check_place(self, lines: Iterable[t.Line], container: str) -> None:
        """Report lines that do not belong in a container."""
        for line in lines:
            if not isinstance(line, ALLOWED[container]):
                self.scope.report("CR103", line.span, container=CONTAINERS[container])

    # ---- bodies
    def operators(
        self, lines: Sequence[t.Line], context: Context, around: str, inside: frozenset[str] | None, unit: str | None
    ) -> list[o.Operator]:
        """The operators of a body, in order; `inside` are the rules that it speaks of when it speaks of groups."""
        lines = [line for line in lines if not isinstance(line, (t.Reading, t.Item, t.Category, t.Level, t.InOrderOf))]
        cases = [line for line in lines if _is_case(line)]
        mode = next((line.which for line in lines if isinstance(line, t.Mode)), "one")
        tolerant = any(isinstance(line, t.Fallback) or (isinstance(line, t.Case) and line.otherwise) for line in lines)
        tolerant = (tolerant and _answers_missing(lines)) or any(map(_asks_missing, lines))
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

    def fallback(self, line: t.Fallback, context: Context, unit: str | None) -> o.Fallback:
        self.article(line.cites)
        low = self.elaborator.number(line.low, context, unit)[0] if line.low else None
        high = self.elaborator.number(line.high, context, unit)[0] if line.high else None
        self.check_range(low, high, line.span)
        return o.Fallback(line.disposition, low, high, line.reason or "")

    # ---- amounts
    def amount(
        self, cases: Sequence[t.Case | t.TableCase], mode: Literal["one", "first", "all"], fallback: o.Fallback | None,
        context: Context, around: str, unit: str | None,
    ) -> o.Amount:  # fmt: skip
        branches = []
        for line in cases:
            if isinstance(line, t.TableCase):
                branches.append(self.table_branch(line, context, around))
            else:
                branches.append(self.branch(line, context, around, unit))
        first = cases[0]
        return o.Amount(
            tuple(branches),
            mode,
            fallback,
            number=self.number(),
            article=self.article(first.cites, around),
            span=first.span,
        )

    def branch(self, line: t.Case, context: Context, around: str, unit: str | None) -> o.Branch:
        if line.if_present or line.reason:
            self.scope.report("CR103", line.span, container=Phrase("a case with an amount", "带数额的行"))
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
                self.scope.unknown("field", written.per.name, context.kind.fields if context.kind else ())
            else:
                times = found.name
                self.scope.used.add((context.kind.name, found.name))
                self.elaborator.check_missing(found, found.name, written.per, inner)
        elif isinstance(written.per, t.PerGathered):
            gather = o.Gather(written.per.period, written.per.at_least)
        for date in (line.since, line.until):
            if date:
                self.scope.date(date, line)
        return o.Branch(
            self.number(), condition, line.otherwise, value, times, gather, -1 if written.deduct else 1, line.since,
            line.until, self.article(line.cites, around), as_written(line.span, line.otherwise), line.span,
        )  # fmt: skip

    def case_condition(self, node: t.Expression | None, context: Context) -> tuple[e.Expression | None, Context]:
        if node is None:
            return None, context
        condition = self.elaborator.condition(node, context)
        certain = known_present(node, True, self.elaborator, context)
        return condition, evolve(context, present=context.present | certain)

    def decided(self, node: t.Decided, context: Context, unit: str | None) -> o.Decided:
        low, _ = self.elaborator.number(node.low, context, unit)
        high, _ = self.elaborator.number(node.high, context, unit)
        self.check_range(low, high, node.span)
        found = self.scope.field_of(context.kind, node.field.text)
        if found is None or context.kind is None:
            self.scope.unknown("field", node.field, context.kind.fields if context.kind else ())
            return o.Decided(low, high, "")
        self.scope.used.add((context.kind.name, found.name))
        return o.Decided(low, high, found.name)

    def table_branch(self, line: t.TableCase, context: Context, around: str) -> o.Branch:
        condition, inner = self.case_condition(line.condition, context)
        keys, kinds, names = [], [], []
        for dimension in line.dimensions:
            node = t.Name(dimension.text, span=dimension.span)
            key, kind = self.elaborator.expression(node, inner)
            keys.append(key)
            kinds.append(kind)
            names.append(dimension.text)
        table = build_table(
            self.scope, f"line {line.span.source.line_number(line.span.start)}", kinds, names, line.rows, line.span
        )
        self.printed.append(table)
        return o.Branch(
            self.number(),
            condition,
            False,
            e.Lookup(table, tuple(keys)),
            None,
            None,
            -1 if line.deduct else 1,
            None,
            None,
            self.article(line.cites, around),
            as_written(line.span),
            line.span,
        )

    # ---- adjustments
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
            case t.Shared():
                yield from self.shared(line, context, around, inside, unit)
            case t.Rounded():
                yield o.Round(line.rounding.mode, line.rounding.step, **common)  # type: ignore[arg-type]
            case t.TakeFrom():
                when, _ = self.case_condition(line.condition, inner)
                yield o.Take(self.account_field(line.field, context), when, **common)  # type: ignore[arg-type]
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
                expected=Phrase("an account", "账户"),
            )
        return found.name

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
            self.scope.unknown("field", name, [field for kind in kinds for field in kind.fields])
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
                factor, _ = self.elaborator.number(line.factor, context)
                yield o.Scale("times", factor, None, None, line.ordinal, group, over, **common)  # type: ignore[arg-type]
            case t.HigherOf():
                left, right = self.rules_of(_summands(line.left)), self.rules_of(_summands(line.right))
                reason = line.reason or line.span.text
                yield o.ChooseSide(group, left, right, reason, **common)  # type: ignore[arg-type]

    def check_limit(self, limit: e.Expression, node: t.Expression, whole: bool) -> None:
        """A limit that is written as a number is not below zero; a number of events is whole."""
        match limit:
            case e.Constant(value=Decimal() as value):
                bad = value < 0 or (whole and value != int(value))
            case e.Arithmetic(operator="-", left=e.Constant(value=Decimal() as value), right=e.Constant()):
                bad = value == 0
            case _:
                bad = False
        if bad:
            wanted = (
                Phrase("a whole number from 0", "不小于0的整数") if whole else Phrase("a number from 0", "不小于0的数")
            )
            self.scope.report("CR110", node.span, value=node.span.text, expected=wanted)

    def check_range(self, low: e.Expression | None, high: e.Expression | None, span: Span) -> None:
        """A range goes from a lower to a higher number."""
        if isinstance(low, e.Constant) and isinstance(high, e.Constant) and low.value > high.value:  # type: ignore[operator]
            wanted = Phrase("a range from a lower to a higher number", "从小到大的范围")
            self.scope.report("CR110", span, value=span.text, expected=wanted)

    # ---- decisions
    def decision(
        self, lines: Sequence[t.Line], context: Context, around: str, unit: str | None
    ) -> tuple[o.Decision, Type | None]:
        """The cases of a fact or credit, and the type of their values."""
        mode: Literal["one", "first", "all"] = "one"
        cases: list[o.Case] = []
        kind: Type | None = None
        inner = evolve(context, tolerant=context.tolerant or any(isinstance(x, t.Case) and x.otherwise for x in lines))
        inner = evolve(inner, tolerant=inner.tolerant or any(map(_asks_missing, lines)))
        kind = self.decision_type(lines, inner, unit)
        for line in lines:
            match line:
                case t.Mode():
                    mode = line.which
                case t.Case():
                    case, found = self.decision_case(line, inner, around, unit, kind)
                    cases.append(case)
                    kind = found if kind is None else kind
                case t.Steps():
                    measure, _ = self.elaborator.number(line.measure, inner)
                    then, full = line.then or Decimal(0), line.per_full or Decimal(1)
                    value = e.Steps(measure, line.first, line.at, then, full, line.at_most)
                    article = self.article(line.cites, around)
                    cases.append(o.Case(self.number(), None, False, value, article, line.span))
                    kind = Type("number", unit, 2)
        return o.Decision(tuple(cases), mode), kind

    def decision_type(self, lines: Sequence[t.Line], context: Context, unit: str | None) -> Type | None:
        """The type of a decision whose first case does not show it: that of another case, or of the scale it names."""
        values = [x.amount.value for x in lines if isinstance(x, t.Case) and not isinstance(x.amount.value, t.Decided)]
        with self.scope.quiet():
            kinds = [self.elaborator.expression(value, evolve(context, tolerant=True))[1] for value in values]
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
        self, line: t.Case, context: Context, around: str, unit: str | None, expected: Type | None
    ) -> tuple[o.Case, Type]:
        condition, inner = self.case_condition(line.condition, context)
        written = line.amount.value
        if isinstance(written, t.Decided) or line.amount.per is not None or line.amount.deduct:
            self.scope.report("CR103", line.span, container=CONTAINERS["fact"])
            return o.Case(self.number(), None, False, e.Unknown(), "", line.span), Type("unknown")
        value, kind = self.elaborator.expression(written, inner, expected or Type("number", unit))
        if expected is not None:
            self.elaborator.same(kind, expected, written)
        if unit and kind.name == "number" and kind.unit and kind.unit != unit:
            self.scope.report("CR202", written.span, left=kind.unit, right=unit)
        kind = kind.with_unit(kind.unit or unit) if kind.name == "number" else kind
        return o.Case(
            self.number(), condition, line.otherwise, value, self.article(line.cites, around), line.span
        ), kind

    def part(self, line: t.Part, around: str) -> o.Part:
        """One condition of a requirement; a comparison of numbers keeps what is had and what is needed."""
        have = needed = None
        at_least = True
        context = Context()
        node = line.condition
        condition = self.elaborator.condition(node, context)
        if (
            isinstance(condition, e.Compare)
            and condition.ranks is None
            and condition.operator in (">=", "<=", ">", "<")
        ):
            have, needed, at_least = condition.left, condition.right, condition.operator in (">=", ">")
        return o.Part(
            self.number(), line.label or node.span.text, condition, have, needed, at_least,
            self.article(line.cites, around), line.span,
        )  # fmt: skip


def as_written(span: Span, whole: bool = False) -> str:
    """A line as it is written, without articles and comment: from the span on, or from its start."""
    number = span.source.line_number(span.start)
    line = span.source.line_text(number)
    column = span.source.position(span.start).column - 1
    before = line[:column]
    start = 0 if whole or not re.search("[:：]", before) else column
    return _TRAILING.sub("", line[start:]).strip()


_ARTICLE = re.compile(r"第[零一二三四五六七八九十百\d]+条")
_TRAILING = re.compile(r"(\s*(\[[^\]\"]*\]|【[^】]*】))*\s*(#[^\"]*)?$")


def _is_case(line: t.Line) -> bool:
    return isinstance(line, t.TableCase) or (isinstance(line, t.Case) and not isinstance(line.amount.value, t.Within))


def _summands(node: t.Expression) -> Iterator[t.Identifier]:
    match node:
        case t.Arithmetic(operator="+"):
            yield from _summands(node.left)
            yield from _summands(node.right)
        case t.Name():
            yield t.Identifier(node.text, span=node.span)
        case _:
            yield t.Identifier(node.span.text, span=node.span)


def _asks_missing(line: t.Line) -> bool:
    """Whether a line says what happens when a value is missing."""
    condition = getattr(line, "condition", None)
    return isinstance(line, (t.Case, t.Guard)) and _has_presence(condition)


def _answers_missing(lines: Sequence[t.Line]) -> bool:
    return any(isinstance(line, (t.Case, t.Fallback)) for line in lines)


def _has_presence(node: t.Expression | None) -> bool:
    match node:
        case t.Presence():
            return True
        case t.Logical():
            return _has_presence(node.left) or _has_presence(node.right)
        case t.Not():
            return _has_presence(node.operand)
    return False


__all__ = ["ALLOWED", "Bodies", "Label"]
