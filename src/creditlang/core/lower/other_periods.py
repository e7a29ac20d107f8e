"""Values of other periods than the one at hand: of the one just before it, and of one that is named.

What is read there is read as in a line about that period: a bare name means that period's value, or the value of the
longer period around it.
"""

from creditlang.core import expressions as e
from creditlang.core.lower.surroundings import NOTHING, Context, Expressions, Typed
from creditlang.diagnostics import Phrase
from creditlang.nodes import changed
from creditlang.syntax import tree as t
from creditlang.types import SEMESTER
from creditlang.words import PERIODS


class OtherPeriods:
    """Elaborates what is read of other periods."""

    def __init__(self, elaborator: Expressions) -> None:
        """`elaborator` reads the names."""
        self.elaborator, self.scope, self.program = elaborator, elaborator.scope, elaborator.program

    def value(self, node: t.ValueAt, context: Context) -> Typed:
        """An account, fact or requirement in the period just before the one at hand, or in one that is named."""
        match node.scopes:
            case (t.PreviousPeriod() as scope,):
                period = self.before_one_at_hand(scope, node, context)
                at: e.Extent = e.Previous(period or "")
            case (t.InPeriod() as scope,):
                period, at = self.named(scope), e.InPeriod(scope.name)
            case _:
                self.scope.report(
                    "CR103", node.scopes[-1].span, container=Phrase("a value of another period", "另一时段的值")
                )
                return NOTHING
        if period is None:
            return NOTHING
        fact = self.program.canonical("fact", node.name.text)
        if fact is not None and isinstance(at, e.Previous):
            self.scope.earlier_fact_type(fact)
            if fact not in self.scope.fact_types:  # it asks for itself, and is read again once its type is known
                return NOTHING
        name = t.Name(node.name.text, span=node.name.span)
        value, kind = self.elaborator.name(name, Context(period=period, tolerant=True), None)
        if isinstance(value, e.Unknown):
            return value, kind
        if not isinstance(value, e.Value) or not self.has_periods(value):
            called = PERIODS.get(period, Phrase(period, period))
            expected = Phrase(f"something that has a value per {called}", f"每{called.zh}有一个值的内容")
            self.scope.report("CR110", node.name.span, value=node.name.text, expected=expected)
            return NOTHING
        if isinstance(at, e.Previous):
            self.elaborator.check_value(node, context)
        return changed(value, at=at), kind

    def has_periods(self, value: e.Value) -> bool:
        """Whether what is read is not the same the whole time."""
        match value.sort:
            case "account":
                return not isinstance(value.at, e.Whole)
            case "requirement":
                return self.program.requires[value.name].period is not None
            case "fact":
                return self.program.facts[value.name].period is not None
        return False

    def before_one_at_hand(self, scope: t.PreviousPeriod, node: t.ValueAt, context: Context) -> str | None:
        """The kind of period of which the one before is read; None, with a report, where none of it is at hand."""
        period, called = self.scope.period(scope.period) or "", scope.period.text
        if not scope.period.builtin and period not in self.program.periods:
            self.scope.unknown("period", t.Identifier(called, span=scope.period.span))
            return None
        if not self.elaborator.at_hand(period, context):
            forms = Phrase(f"a fact or requirement per {called} with it", f"每{called}的事实或要求")
            self.scope.report("CR205", node.span, name=node.name.text, period=PERIODS.get(period, called), forms=forms)
            return None
        self.elaborator.check_begins(scope.period, Phrase("previous {period}", "上一{period}"))
        return period

    def term(self, node: t.Text) -> Typed:
        """A semester or another term of the calendar, by the name or a label that it has there."""
        semesters = [each for calendar in self.program.calendars for each in calendar.semesters]
        names = {text: each.name.text for each in semesters for text in (each.name.text, *each.labels)}
        if node.value not in names:
            self.scope.unknown("semester", t.Identifier(node.value, span=node.span), names)
            return NOTHING
        return e.Constant(names[node.value]), SEMESTER

    def named(self, scope: t.InPeriod) -> str | None:
        """The kind of a semester or academic year of the calendar; None, with a report, if there is none such."""
        semesters = [each for node in self.program.calendars for each in node.semesters]
        names = {text for each in semesters for text in (each.name.text, *each.labels)}
        years = {each.year.text if each.year else each.name.text.rpartition("-")[0] for each in semesters}
        if scope.name in names:
            return "semester"
        if scope.name in years:
            return "year"
        self.scope.unknown("period", t.Identifier(scope.name, span=scope.span), names | years)
        return None
