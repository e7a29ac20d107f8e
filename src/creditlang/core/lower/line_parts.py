"""What the lines of all bodies have in common: their place, articles, numbers, conditions, limits and ranges."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import count

from attrs import define, field

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.lower.elaborate import Context, Elaborator
from creditlang.core.lower.line_places import ALLOWED, CONTAINERS, once
from creditlang.core.lower.scope import Scope
from creditlang.diagnostics import Label, Phrase, either
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.words import EXPECTED, PERIODS


@define
class Lines:
    """What all lines need: the scope, articles, numbers, conditions."""

    scope: Scope
    elaborator: Elaborator
    articles: tuple[str, ...] = ()
    numbers: Iterator[int] = field(factory=lambda: count(1))
    printed: list[e.Table] = field(factory=list)
    told: dict[tuple[tuple[str, ...], str], str] = field(factory=dict)
    """What `article` has said before of citations about which there was nothing to report."""

    def article(self, cites: t.Cites, around: str = "") -> str:
        """The articles of a line; a citation that names no article belongs to the one around it."""
        key = tuple([cite.text for cite in cites]), around
        if key in self.told:
            return self.told[key]
        parts, known = [], True
        for cite in cites:
            text = cite.text.replace("（", "(").replace("）", ")")
            if self.articles and not any(text.startswith(name) for name in self.articles):
                article = _ARTICLE.match(text) is not None
                parent = next((name for name in self.articles if around.startswith(name)), "")
                if parent and not article:
                    text = f"{parent} {text}"
                elif article or not text.startswith("附件"):
                    self.scope.report("CR334", cite.span, article=text)
                    known = False
            parts.append(text)
        told = "；".join(parts) or around
        if known:
            self.told[key] = told
        return told

    def number(self) -> int:
        """The next operator's number."""
        return next(self.numbers)

    def check_place(self, lines: Iterable[t.Line], container: str) -> None:
        """Report lines that do not belong in a container, or that say again what may be said once."""
        said: dict[object, Span] = {}
        for line in lines:
            what = once(line)
            if not isinstance(line, ALLOWED[container]):
                places = [name for body, name in CONTAINERS.items() if isinstance(line, ALLOWED[body])]
                self.scope.report("CR103", line.span, container=CONTAINERS[container], places=either(places) or None)
            elif what in said:
                self.scope.report("CR112", line.span, Label(said[what]))
            elif what is not None:
                said[what] = line.span

    def group(self, scope: t.Scope | None, over: frozenset[str] | None, context: Context) -> o.Group:
        if scope is None:
            return o.Group(over=over)
        declared = [name for name in scope.fields if self.scope.program.canonical("period", name.text)]
        fields = tuple(x for name in scope.fields if name not in declared for x in self.key_field(name, context))
        for name in declared:
            if any(self.scope.field_of(kind, name.text) for kind in (context.kind, *context.kinds)):
                self.scope.report("CR109", name.span, name=name.text, choices=_PERIOD_OR_FIELD)
        periods = (*scope.periods, *(t.PeriodName(name.text, False, span=name.span) for name in declared))
        for period in periods:
            self.elaborator.check_time(period, context, scope)
        if scope.window is not None:
            self.elaborator.check_time(t.PeriodName("day", True, span=scope.span), context, scope)
        names = tuple(self.scope.period(period) or "" for period in periods)
        return o.Group(names, fields, over, self.window(scope.window))

    def window(self, length: t.Length | None) -> tuple[int, str] | None:
        """How long a window is: a number that is written, of days, months …"""
        match length:
            case t.Length(count=t.Number(value=count), unit=unit) if count >= 1 and count == int(count):
                return int(count), unit
            case t.Length():
                wanted = Phrase("a whole number from 1", "不小于1的整数")
                self.scope.report("CR110", length.span, value=length.span.text, expected=wanted)
        return None

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

    def case_condition(self, node: t.Expression | None, context: Context) -> tuple[e.Expression | None, Context]:
        if node is None:
            return None, context
        condition = self.elaborator.condition(node, context)
        certain = self.elaborator.known_present(node, True, context)
        return condition, context._replace(present=context.present | certain)

    def fallback(self, line: t.Fallback, context: Context, unit: str | None) -> o.Fallback:
        self.article(line.cites)
        low = self.elaborator.number(line.low, context, unit)[0] if line.low else None
        high = self.elaborator.number(line.high, context, unit)[0] if line.high else None
        self.check_range(low, high, line.span)
        return o.Fallback(line.disposition, low, high, line.reason or "")

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

    def check_range(self, low: e.Expression | None, high: e.Expression | None, span: Span | None) -> None:
        """A range goes from a lower to a higher number."""
        ends = [x.value for x in (low, high) if isinstance(x, e.Constant) and isinstance(x.value, Decimal)]
        if len(ends) == 2 and ends[0] > ends[1] and span is not None:
            self.scope.report("CR110", span, value=span.text, expected=EXPECTED["range"])


def asks_missing(line: t.Line) -> bool:
    """Whether a line says what happens when a value is missing."""
    return isinstance(line, (t.AmountLine, t.DecisionLine, t.Guard)) and asks_presence(line.condition)


def asks_presence(node: t.Expression | None) -> bool:
    """Whether a condition asks whether something is there."""
    match node:
        case t.Presence():
            return True
        case t.Logical():
            return asks_presence(node.left) or asks_presence(node.right)
        case t.Not():
            return asks_presence(node.operand)
    return False


AFTER_PER = (*PERIODS, *(period.zh for period in PERIODS.values()))
"""What may follow `per` that is no field, for whoever misspells it."""


def as_written(span: Span, whole: bool = False) -> str:
    """A line as it is written, without articles, comment and columns: from the span on, or from its start."""
    number = span.source.line_number(span.start)
    line = span.source.line_text(number)
    column = span.start - span.source.line_starts[number - 1]
    before = line[:column]
    start = 0 if whole or not re.search("[:：]", before) else column
    text = line[start:]
    ends = (match.start() for match in _TEXT_OR_COMMENT.finditer(text) if match.group()[0] == "#")
    text = text[: next(ends, None)].rstrip()
    while text.endswith(("]", "】")) and (opens := max(text.rfind("["), text.rfind("【"))) >= 0:
        if text[:opens][-1:].isalnum():  # an index, as of a table
            break
        text = text[:opens].rstrip()
    return _TEXT_OR_BLANKS.sub(lambda match: match[1] or " ", text.strip())


_ARTICLE = re.compile(r"第[零一二三四五六七八九十百\d]+条")
_TEXT_OR_BLANKS = re.compile(r'("[^"]*+"|“[^”]*+”|＂[^＂]*+＂)| {2,}')
_TEXT_OR_COMMENT = re.compile(r'"[^"]*+"|“[^”]*+”|＂[^＂]*+＂|#')
_PERIOD_OR_FIELD = Phrase("the period, the field", "周期、字段")
