"""Days from the tree to the core: days before and after others, how far apart they are, and what a day is."""

from decimal import Decimal
from typing import Final, Literal

from creditlang.core import expressions as e
from creditlang.core.lower.scope import described
from creditlang.core.lower.surroundings import Context, Expressions, Typed
from creditlang.syntax import tree as t
from creditlang.types import DATE, WEEKDAY, WHOLE, YES_OR_NO
from creditlang.words import A_WHOLE_NUMBER

Lengths = Literal["days", "weeks", "months", "years", "working days"]
_LENGTHS: Final[dict[str, Lengths]] = {
    "days": "days", "full weeks": "weeks", "full months": "months", "full years": "years",
    "working days": "working days",
}  # fmt: skip


class DayForms:
    """Makes what a program says of days."""

    def __init__(self, elaborator: Expressions) -> None:
        """`elaborator` makes what stands inside."""
        self.elaborator, self.scope = elaborator, elaborator.scope

    def shift(self, node: t.Shift, context: Context) -> Typed:
        """A day so long after another, or before it."""
        count, kind = self.elaborator.number(node.length.count, context)
        if kind.name == "number" and kind.decimals:
            self.scope.report("CR201", node.length.span, found=described(kind), expected=A_WHOLE_NUMBER)
        match count:
            case e.Constant(value=Decimal() as value) if node.back:
                count = e.Constant(value.copy_negate())
            case _ if node.back:
                count = e.Arithmetic("-", e.Constant(Decimal(0)), count)
        return e.Shift("after", self.elaborator.a_date(node.start, context), count, node.length.unit), DATE

    def not_later(self, node: t.NotLater, context: Context) -> Typed:
        """Whether a day is no later than another."""
        day, latest = (self.elaborator.a_date(one, context) for one in (node.date, node.latest))
        return self.elaborator.compared(e.Compare("<=", day, latest), node)

    def boundary(self, node: t.Boundary, context: Context) -> Typed:
        """The first or last day of the period at hand."""
        self.elaborator.check_day(node.period, context, node)
        unit = self.scope.period(node.period) or ""
        return e.Shift("first" if node.which == "start" else "last", None, None, unit), DATE

    def day_of(self, node: t.DayOf, context: Context) -> Typed:
        """A numbered day of the record's month."""
        self.elaborator.check_day(t.PeriodName("day", True, span=node.span), context, node)
        return e.Shift("nth", None, e.Constant(Decimal(node.day)), "month"), DATE

    def distance(self, node: t.Distance, context: Context) -> Typed:
        """How far it is from one day to another; of a thing to itself it says nothing."""
        start, end = (self.elaborator.a_date(side, context) for side in (node.start, node.end))
        if start == end and not isinstance(start, (e.Constant, e.Unknown)):
            self.scope.report("CR209", node.span)
        return e.Distance(_LENGTHS[node.unit], start, end), WHOLE

    def weekday(self, node: t.Weekday, context: Context) -> Typed:
        """The day of the week of a day; its names are known beside it."""
        return e.Distance("weekday", None, self.elaborator.a_date(node.date, context)), WEEKDAY

    def day_test(self, node: t.DayTest, context: Context) -> Typed:
        """Whether a day is a working day, or a holiday."""
        day = self.elaborator.a_date(node.date, context)
        return e.Distance("working day" if node.working else "holiday", None, day), YES_OR_NO
