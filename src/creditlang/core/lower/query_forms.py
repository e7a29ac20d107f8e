"""Queries from the tree to the core: over records, over periods, over the people of a group.

In the condition and the value of a query bare names are those of what is looked at; `this.f` is a field of the record
that asks. Without a scope word a query looks at the period that its line is about, and at the whole time where it is
about none; in a line about one record the scope is said. A query inside another looks at what that one looks at.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, Literal

from creditlang.core import expressions as e
from creditlang.core.lower.scope import described
from creditlang.core.lower.surroundings import A_CONDITION, MOST_SEARCHES, NOTHING, Context, Expressions, Typed
from creditlang.diagnostics import Phrase
from creditlang.resolve import Kind
from creditlang.syntax import tree as t
from creditlang.types import WHOLE, YES_OR_NO, Type
from creditlang.words import PERIODS

_AMOUNT: Final = ("amount", "计入额")
"""What the amount is called that a record has counted for."""
_ENDED: Final = ("any", "count", "in a row", "highest")
"""What is asked of periods that have ended only: in one that still runs, what holds today may cease to."""
_SHORTER: Final = {"year": ("semester",)}
"""The periods at hand that lie whole in a longer one."""


def looked_at(node: t.Query, kind: str | None) -> object:
    """What a query of a kind looks at, whatever it asks of it: where `any` finds something, `highest` has a value."""
    return kind, node.source.level, node.source.other, node.source.account, node.scopes, node.where


class QueryForms:
    """Makes the queries of one program."""

    def __init__(self, elaborator: Expressions) -> None:
        """`elaborator` makes what stands inside them."""
        self.elaborator, self.scope, self.program = elaborator, elaborator.scope, elaborator.program

    def query(self, node: t.Query, context: Context, average: bool = False) -> Typed:
        """Any query; an `average` only where it is rounded or compared, since a quotient may have no end."""
        if node.function == "average" and not average:
            self.scope.report("CR204", node.span, written=node.span.text)
            return NOTHING
        if (people := self.program.query_of_people(node)) is not None:
            return self.elaborator.people.query(people, context)
        found = self.source(node)
        if found is None:
            return NOTHING
        source, value = found
        scopes = self.scopes(node, context)
        if isinstance(source, Kind):
            level = self.level(node.source, source)
            account = level.account if isinstance(level, e.CountedIn) else None
            inner = self.inside(source, node, context._replace(scopes=scopes, counted=account))
            core: e.RecordsOf | e.Periods = e.RecordsOf(source.name)
            self.check_scope(node, source, context)
        else:
            level, core = "plain", e.Periods(source, node.function in _ENDED and node.source.level != "begun")
            inner = Context(period=source, tolerant=True, searches=context.searches + 1)
            self.check_periods(node, context)
        condition = self.elaborator.condition(node.where, inner) if node.where is not None else None
        if condition is None and node.function in ("every", "in a row"):
            self.scope.report("CR110", node.span, value=node.span.text, expected=A_CONDITION)
        certain = self.elaborator.known_present(node.where, True, inner) if node.where is not None else frozenset()
        deeper = inner._replace(tolerant=False, present=certain)
        if node.source.other and condition is not None:
            condition = e.Logical("and", (e.Read("other"), condition))
        elif node.source.other:
            condition = e.Read("other")
        worth, kind, ranks = self.value(node, value, deeper)
        weight = self.elaborator.number(node.weight, deeper)[0] if node.weight is not None else None
        asked = isinstance(source, Kind) and node.weight is None and looked_at(node, source.name) in context.present
        if node.function not in ("any", "every", "count", "in a row", "total") and not asked:
            self.elaborator.check_value(node, context)
        return e.Query(
            node.function, core, condition, worth, weight, node.different, level=level, scopes=scopes, ranks=ranks
        ), kind

    # ---- what is looked at
    def source(self, node: t.Query) -> tuple[Kind | str, t.Expression | None] | None:
        """The kind of records or of periods that a query is over, and its value; names decide which is which."""
        name, value = node.source.name, node.value
        if node.source.sort == "period":
            return name.text, value
        here, there = self.named(name), self.named(value) if isinstance(value, t.Name) else None
        if here is not None and there is not None and isinstance(value, t.Name):
            as_written = isinstance(here, str) or self.scope.field_of(here, value.text) is not None
            turned = isinstance(there, str) or self.scope.field_of(there, name.text) is not None
            if as_written and turned:
                self.scope.report("CR109", node.span, name=node.span.text, choices=f"{name.text}, {value.text}")
                return None
            return (there, t.Name(name.text, span=name.span)) if turned else (here, value)
        if here is None and there is not None:
            return there, t.Name(name.text, span=name.span)
        if here is None:
            self.scope.unknown("kind", name)
            return None
        return here, value

    def named(self, name: t.Identifier | t.Name) -> Kind | str | None:
        """The kind of records, or of declared periods, with a name."""
        kind = self.program.canonical("kind", name.text)
        return self.program.kinds[kind] if kind is not None else self.program.canonical("period", name.text)

    def kind_called(self, name: t.Identifier) -> Kind | None:
        """The kind of record of a name or label; None, with a report, when there is none."""
        found = self.program.canonical("kind", name.text)
        if found is None:
            self.scope.unknown("kind", name)
            return None
        return self.program.kinds[found]

    def inside(self, kind: Kind, node: t.Node, context: Context) -> Context:
        """Where the condition of a query stands. Queries may stand inside one another, but not at any depth."""
        if context.searches >= MOST_SEARCHES:
            self.scope.report("CR208", node.span, limit=MOST_SEARCHES)
        return Context(
            kind=kind, tolerant=True, outer=context.kind, searches=context.searches + 1, scopes=context.scopes,
            counted=context.counted,
        )  # fmt: skip

    def level(self, source: t.Source, kind: Kind) -> Literal["plain", "even void"] | e.CountedIn:
        """Which records are seen. What has counted has done so in an account: the only one that the kind feeds."""
        if source.level != "counted":
            return "even void" if source.level == "even void" else "plain"
        if source.account is not None:
            account = self.program.account(source.account.text)
            if account is None:
                self.scope.unknown("account", source.account)
            return e.CountedIn(account.name) if account is not None else "plain"
        feeds = sorted({self.root(item.account) for item in self.program.items.values() if item.kind == kind.name})
        if len(feeds) != 1:
            self.scope.report("CR109", source.span, name=source.span.text, choices=", ".join(feeds))
            return "plain"
        return e.CountedIn(feeds[0])

    def root(self, account: str) -> str:
        parent = self.program.accounts[account].parent
        return self.root(parent) if parent else account

    # ---- when
    def scopes(self, node: t.Query, context: Context) -> tuple[e.Extent, ...]:
        """What part of the time a query looks at; inside another what that one does, unless it says `ever`."""
        if not node.scopes:
            return context.scopes
        if context.searches and any(not isinstance(scope, t.Ever) for scope in node.scopes):
            where = Phrase("the condition of another query", "另一查询的条件")
            self.scope.report("CR103", node.scopes[0].span, container=where)
        return tuple(self.extents(node.scopes, context))

    def extents(self, scopes: Iterable[t.At], context: Context, of_account: bool = False) -> Iterable[e.Extent]:
        """The parts of the time that scopes stand for; those that stand for none here are reported."""
        about_records = context.kind is not None or bool(context.kinds)
        at_hand = about_records or context.period is not None or not context.placed
        for scope in scopes:
            match scope:
                case t.Ever():
                    yield e.Whole()
                case t.SamePeriod() if at_hand:
                    self.elaborator.check_time(scope.period, context, scope)
                    yield e.SamePeriod(self.scope.period(scope.period) or "")
                case t.BeforeThis() if at_hand:
                    yield e.BeforeThis()
                case t.Since():
                    yield e.Since(self.elaborator.a_date(scope.day, context))
                case t.AsOfDay():
                    yield e.AsOf(self.elaborator.a_date(scope.day, context))
                case t.LastWindow():
                    if (length := self.length(scope.length)) is not None:
                        yield e.LastWindow(*length)
                case t.AnyWindow() if of_account:
                    if (length := self.length(scope.length)) is not None:
                        yield e.AnyWindow(*length)
                case t.BeforeThis() | t.SamePeriod():
                    where = Phrase("a line that is about no record and no period", "既不针对记录、也不针对时段的行")
                    self.scope.report("CR103", scope.span, container=where)
                case _:
                    places = Phrase("a balance such as `points in any 12 months`", "“任意12个月 的 积分”这样的余额")
                    self.scope.report("CR103", scope.span, container=Phrase("a query", "查询"), places=places)

    def length(self, length: t.Length) -> tuple[int, str] | None:
        """How long a window is; None, with a report, where it is no stretch of time."""
        count = length.count.value if isinstance(length.count, t.Number) else Decimal(0)
        if count == int(count) and count >= 1:
            return int(count), length.unit
        wanted = Phrase("a whole number from 1 on", "不小于1的整数")
        self.scope.report("CR110", length.span, value=length.span.text, expected=wanted)
        return None

    def check_scope(self, node: t.Query, kind: Kind, context: Context) -> None:
        """Report a query in a line about one record that does not say where it looks."""
        if not context.placed and not context.searches and not node.scopes:
            self.scope.unscoped.add(self.scope.asking[-1])
        if context.kind is None or context.searches or node.scopes or context.asked:
            return
        if node.function == "latest" and self.has_upper_bound(node.where, kind):
            return
        self.scope.report("CR212", node.span)

    def check_setting(self, name: str, node: t.Name, context: Context) -> None:
        """Report a named value with such a query, where a line about one record refers to it."""
        if name in self.scope.unscoped and not context.placed:
            self.scope.unscoped.add(self.scope.asking[-1])
        elif name in self.scope.unscoped and context.kind is not None and not context.searches:
            self.scope.report("CR212", node.span)

    def check_periods(self, node: t.Query, context: Context) -> None:
        """Report a query over periods of which nothing tells when they begin, or that looks at a part of them."""
        period = t.PeriodName(node.source.name.text, node.source.sort == "period", span=node.source.span)
        self.elaborator.check_begins(period, Phrase(f"{node.function} over each {{period}}", "按各{period}查询"))
        if any(not isinstance(scope, (t.Ever, t.BeforeThis)) for scope in node.scopes):
            self.scope.report("CR103", node.scopes[0].span, container=Phrase("a query over periods", "对时段的查询"))

    # ---- what of it
    def value(
        self, node: t.Query, value: t.Expression | None, context: Context
    ) -> tuple[e.Expression | None, Type, "dict[str, int] | None"]:
        """The value of a query, the type of its answer, and the order of what is neither number nor day."""
        asked = WHOLE if node.function in ("count", "in a row") else YES_OR_NO
        if value is None:
            return None, asked, None
        found, kind = self.elaborator.expression(value, context)
        if node.different:
            return found, asked, None
        if node.function in ("total", "average"):
            self.elaborator.need(kind, "number", value)
            return found, kind, None
        if node.function in ("first", "latest") or kind.name in ("number", "date", "yes or no", "unknown"):
            return found, kind, None
        enumeration = self.program.enumerations.get(kind.enumeration or "")
        if enumeration is None or not enumeration.ordered:
            self.scope.report("CR201", value.span, found=described(kind), expected=described(WHOLE))
        return found, kind, self.elaborator.ranks_of(kind)

    def amount(self, node: t.Name, context: Context) -> Typed | None:
        """The amount that a record has counted for, inside a query of what has."""
        if context.counted is None or node.text not in _AMOUNT:
            return None
        account = self.program.accounts[context.counted]
        return e.Read("amount", context.counted), Type("number", account.unit, 2)

    # ---- the record that asks
    def this_field(self, node: t.ThisField, context: Context) -> Typed:
        """A field of the record that asks."""
        outer = self.scope.field_of(context.outer, node.field.text)
        if outer is None or context.outer is None:
            self.scope.unknown("field", node.field, context.outer.fields if context.outer else ())
            return NOTHING
        self.scope.used.add((context.outer.name, outer.name))
        return e.Read("this", outer.name), outer.type

    def same_field(self, node: t.Same, context: Context) -> Typed:
        """The field must be called the same in the record at hand and in those looked for."""
        inner = self.scope.field_of(context.kind, node.field.text)
        outer = self.scope.field_of(context.outer, node.field.text)
        if inner is None or outer is None or context.kind is None or context.outer is None:
            self.scope.unknown("field", node.field, context.outer.fields if context.outer else ())
            return NOTHING
        if inner.name != outer.name:
            self.scope.report("CR109", node.span, name=node.field.text, choices=f"{inner.name}, {outer.name}")
        self.scope.used.update({(context.kind.name, inner.name), (context.outer.name, outer.name)})
        same = e.Compare("=", e.Read("field", inner.name), e.Read("this", inner.name))
        return e.Logical("and", (e.Read("other"), same)), YES_OR_NO

    # ---- short forms
    def latest(self, node: t.Latest, context: Context) -> Typed:
        """A field of the latest record of a kind, up to a day if one is given."""
        kind = self.kind_called(node.kind)
        field = self.scope.field_of(kind, node.field.text)
        if kind is None or field is None:
            if kind is not None:
                self.scope.unknown("field", node.field, kind.fields)
            return NOTHING
        self.scope.used.add((kind.name, field.name))
        before = node.before
        scopes = (e.AsOf(self.elaborator.a_date(before, context)),) if before is not None else (e.Whole(),)
        level: Literal["plain", "even void"] = "even void" if node.even_void else "plain"
        value = e.Read("field", field.name)
        return e.Query("latest", e.RecordsOf(kind.name), value=value, level=level, scopes=scopes), field.type

    def used_in(self, node: t.UsedIn, context: Context) -> Typed:
        """Whether the value of a field stands in a counted record of an account, of whatever kind it is."""
        account = self.program.account(node.account.text)
        field = self.scope.field_of(context.kind, node.field.text) if context.kind else None
        if account is None:
            self.scope.unknown("account", node.account)
        if field is None:
            self.scope.unknown("field", node.field, context.kind.fields if context.kind else ())
        if account is None or field is None or context.kind is None:
            return NOTHING
        self.scope.used.add((context.kind.name, field.name))
        inside = [self.program.accounts[name] for name in self.program.within(account.name)]
        kinds = sorted({self.program.items[item].kind for each in inside for item in each.items})
        where = e.Compare("=", e.Read("field", field.name), e.Read("this", field.name))
        level, scopes = e.CountedIn(account.name), (e.Whole(),)
        asked = tuple(
            e.Query("any", e.RecordsOf(kind), where, level=level, scopes=scopes)
            for kind in kinds
            if field.name in self.program.kinds[kind].fields
        )
        return asked[0] if len(asked) == 1 else e.Logical("or", asked), YES_OR_NO

    def aggregate(self, node: t.Aggregate, context: Context, average: bool = False) -> Typed:
        """The sum, highest, lowest or average of an account or fact over its periods in the one at hand."""
        account = self.program.account(node.name.text)
        fact = self.program.canonical("fact", node.name.text)
        declared = self.program.facts[fact].period if fact else None
        period = account.period if account is not None else declared.text if declared else None
        if node.function == "average" and not average:
            self.scope.report("CR204", node.span, written=node.span.text)
            return NOTHING
        if self.too_long(node.name.text, period, context, node):
            return NOTHING
        begun = context.period is not None or self.elaborator.begins(period or "semester")
        if node.function in ("lowest", "average") and not begun:
            name = node.name.text
            zh = "各期最低" if node.function == "lowest" else "平均"
            self.scope.report("CR324", node.span, what=Phrase(f"{node.function} of {name}", f"{zh} {name}"))
            return NOTHING
        source = e.Periods(period or "semester", node.function in _ENDED)
        if account is not None:
            return e.Query(node.function, source, value=e.Value("account", account.name)), Type(
                "number", account.unit, 2
            )
        if fact is None:
            self.scope.unknown("account", node.name)
            return NOTHING
        kind = self.scope.fact_type(fact)
        if node.function in ("total", "average") or kind.name not in ("yes or no", "date"):
            self.elaborator.need(kind, "number", node)
        return e.Query(node.function, source, value=e.Value("fact", fact)), kind

    def too_long(self, name: str, period: str | None, context: Context, node: t.Node) -> bool:
        """Report a value for each of a period that is longer than the one at hand, so that none lies in it."""
        if period is None or context.period not in _SHORTER.get(period, ()):
            return False
        longer, here = PERIODS[period], PERIODS[context.period or ""]
        bare = Phrase(f"write `{name}` for the {period} around it", f"请只写“{name}”，即所在的那一{longer.zh}")
        fact = Phrase(f"write a fact per {period} with it, and read that", f"请先写一个每{longer.zh}的事实，再引用它")
        advice = bare if self.program.canonical("fact", name) else fact
        self.scope.report("CR210", node.span, name=name, period=longer, here=here, advice=advice)
        return True

    def has_upper_bound(self, node: t.Expression | None, kind: Kind) -> bool:
        """Whether a condition bounds the day of the record looked at from above."""
        match node:
            case t.Logical(operator="and"):
                return self.has_upper_bound(node.left, kind) or self.has_upper_bound(node.right, kind)
            case (
                t.Compare(operator="<" | "<=", left=t.Name() as day)
                | t.Compare(operator=">" | ">=", right=t.Name() as day)
            ):
                own, field = kind.first("date"), self.scope.field_of(kind, day.text)
                return own is not None and field is not None and own.name == field.name
        return False
