"""Expressions from the tree to the core: names, types, units and scales in one walk.

Each node is read once, with what is known of its surroundings (`Context`): the kind of record at hand, the period, and
which fields are known to be present. A name means, in this order, a value of the type that is expected here, a field of
the record, a fact of the record, an attribute of the student, a named value, an account or a fact. An error is reported
where it stands and the expression becomes `Unknown`, which fits everything, so that one error is reported once.
"""

from decimal import Decimal
from typing import Final

from attrs import evolve, frozen

from creditlang.core import expressions as e
from creditlang.core.lower.scope import Scope, described, unify
from creditlang.diagnostics import Label, Phrase, either, nearest
from creditlang.resolve import FieldSymbol, Kind
from creditlang.syntax import tree as t
from creditlang.types import ACCOUNT, DATE, ITEM, SEMESTER, TEXT, UNKNOWN, WHOLE, YES_OR_NO, Type, number_type
from creditlang.words import PERIODS

Typed = tuple[e.Expression, Type]
_SHORTER = {"year": ("semester",)}
"""The periods at hand that lie whole in a longer one."""
NOTHING: Typed = (e.Unknown(), UNKNOWN)
MOST_SEARCHES: Final = 2
"""How many searches for records may stand inside one another."""


@frozen
class Context:
    """Where an expression stands."""

    kind: Kind | None = None
    kinds: tuple[Kind, ...] = ()
    """Where records of several kinds meet: those kinds."""
    outer: Kind | None = None
    """Inside a search for records: the kind of the record at hand."""
    searches: int = 0
    """How many searches for records this stands inside."""
    period: str | None = None
    present: frozenset[str] = frozenset()
    tolerant: bool = False
    """Whether the body says what happens when a value is missing."""
    placed: bool = True
    """Whether it stands where it is worked out; a named value is worked out where it is used."""


class Elaborator:
    """Elaborates the expressions of one program."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.program = scope.program

    def condition(self, node: t.Expression, context: Context) -> e.Expression:
        """A yes-or-no expression."""
        value, kind = self.expression(node, context, YES_OR_NO)
        self.need(kind, "yes or no", node)
        return value

    def number(self, node: t.Expression, context: Context, unit: str | None = None) -> Typed:
        """A number, in a unit if one is wanted."""
        value, kind = self.expression(node, context, Type("number", unit))
        if self.need(kind, "number", node) and kind.unit and unit and kind.unit != unit:
            self.scope.report("CR202", node.span, left=Phrase(kind.unit, kind.unit), right=Phrase(unit, unit))
        return value, kind

    def need(self, kind: Type, name: str, node: t.Node) -> bool:
        """Report unless `kind` is called `name`."""
        if kind.name in (name, "unknown"):
            return kind.name != "unknown"
        self.scope.report("CR201", node.span, found=described(kind), expected=described(Type(name)))  # type: ignore[arg-type]
        return False

    def check_day(self, period: str, context: Context, node: t.Expression) -> None:
        """Report a day of a period where neither a record nor a semester is at hand that it could belong to."""
        self.check_time(period, context, node)
        known = context.kind or context.kinds or (context.period == "semester" and period in ("semester", "year"))
        if context.placed and not known:
            where = Phrase("a line that speaks of no record and of no semester", "既不针对记录、也不针对学期的行")
            self.scope.report("CR103", node.span, container=where)

    def check_time(self, period: str, context: Context, node: t.Node) -> None:
        """Report a period that records at hand cannot fall into, one of the calendar or else any span of days; or may
        not: a group of which a record is no part for lack of a date would be silently none.
        """
        by_semester = period in ("semester", "year")
        groups = isinstance(node, (t.Scope, t.PerGathered))
        for kind in (context.kind,) if context.kind else context.kinds:
            sorts = ("date", "semester") if by_semester else ("date",)
            known = [symbol for sort in sorts if (symbol := kind.first(sort)) is not None]
            if not known:
                neither = Phrase("neither a date nor a semester", "既没有日期也没有学期")
                lack = neither if by_semester else Phrase("no date", "没有日期")
                self.scope.report("CR107", node.span, kind=kind.name, line=node.span.text, lack=lack)
            elif not groups and all(symbol.may_be_missing for symbol in known):
                self.check_missing(known[0], known[0].name, node, context)
            elif all(symbol.may_be_missing and symbol.name not in context.present for symbol in known):
                self.scope.report("CR203", node.span, Label(known[0].node.span), field=known[0].name)

    def expression(  # noqa: PLR0912 - the one dispatch of this stage
        self, node: t.Expression, context: Context, expected: Type | None = None
    ) -> Typed:
        """Any expression, with its type; `expected` helps a bare name to mean a value."""
        match node:
            case t.Number():
                return self.literal(node)
            case t.Text():
                return e.Constant(node.value), TEXT
            case t.Date():
                return self.date(node)
            case t.Semester():
                return e.Constant(node.value), SEMESTER
            case t.YesNo():
                return e.Constant(node.value), YES_OR_NO
            case t.Name():
                return self.name(node, context, expected)
            case t.Lookup():
                return self.lookup(node, context)
            case t.Call():
                return self.call(node, context)
            case t.Compare():
                return self.compare(node, context)
            case t.OneOf():
                operand, kind = self.expression(node.operand, context)
                options = []
                for option in node.options:
                    value, found = self.expression(option, context, kind)
                    self.same(found, kind, option)
                    options.append(value)
                return e.OneOf(operand, tuple(options)), YES_OR_NO
            case t.Presence():
                return self.presence(node, context)
            case t.Logical():
                return self.logical(node, context)
            case t.Not():
                return e.Not(self.condition(node.operand, context)), YES_OR_NO
            case t.Arithmetic():
                return self.arithmetic(node, context, expected)
            case t.Negate():
                operand, kind = self.number(node.operand, context)
                return e.Arithmetic("-", e.Constant(Decimal(0)), operand), kind
            case t.Round():
                return self.rounded(node, context)
            case t.Within():
                limit = e.Later(self.a_date(node.start, context), node.count, node.unit)
                return self.compared(e.Compare("<=", self.a_date(node.date, context), limit), node)
            case t.Later():
                return e.Later(self.a_date(node.start, context), node.count, node.unit), DATE
            case t.DayOf():
                self.check_day("day", context, node)
                return e.DayOfMonth(node.day), DATE
            case t.WeekOf():
                return e.WeekOf(self.a_date(node.date, context)), WHOLE
            case t.Boundary():
                self.check_day(node.period, context, node)
                return e.Boundary(node.which, node.period), DATE
            case t.UsedIn():
                return self.used_in(node, context)
            case t.Aggregate():
                return self.aggregate(node, context)
            case t.Count():
                return self.count(node, context)
            case t.Latest():
                return self.latest(node, context)
            case t.AsOf():
                return e.AsOf(), DATE
            case t.Same():
                return self.same_field(node, context)
            case t.SumOf():
                return self.sum_of(node, context)
        raise AssertionError(type(node).__name__)

    # ---- leaves
    def literal(self, node: t.Number) -> Typed:
        unit = self.program.canonical("unit", node.unit.text) if node.unit else None
        if node.unit and unit is None:
            self.scope.unknown("unit", node.unit)
        return e.Constant(node.value), number_type(node.value, unit)

    def date(self, node: t.Date) -> Typed:
        day = self.scope.date(node.value, node)
        return (e.Constant(day), DATE) if day else NOTHING

    def a_date(self, node: t.Expression, context: Context) -> e.Expression:
        value, kind = self.expression(node, context, DATE)
        self.need(kind, "date", node)
        return value

    def name(self, node: t.Name, context: Context, expected: Type | None) -> Typed:
        if expected is not None and expected.name in ("value", "item", "account"):
            value = self.scope.value_of(expected, node.text)
            if value is not None:
                return e.Constant(value), expected
        found = self.symbol(node, context)
        if found is not None:
            return found
        candidates = list(self.visible(context))
        if expected is not None and expected.enumeration:
            enumeration = self.program.enumerations[expected.enumeration]
            candidates = [text for name, labels in enumeration.values.items() for text in (name, *labels)]
            close = nearest(node.text, candidates) or ""
            self.scope.report(
                "CR305", node.span, label=node.text, dimension=expected.enumeration.split("@")[0], nearest=close
            )
            return NOTHING
        elsewhere = [
            Label(known.node.span, Phrase(f"a field of {kind.name}", f"这是“{kind.name}”的字段"))
            for kind in self.program.kinds.values()
            if (known := self.scope.field_of(kind, node.text)) is not None
        ]
        name = t.Identifier(node.text, span=node.span)
        self.scope.unknown("field" if elsewhere else "name", name, candidates, elsewhere)
        return NOTHING

    def visible(self, context: Context) -> list[str]:
        """The names that could stand in an expression."""
        spaces = ("attribute", "let", "account", "fact")
        names = [text for space, text in self.program.labels if space in spaces]
        if context.kind:
            names += [text for symbol in context.kind.fields.values() for text in (symbol.name, *symbol.labels)]
        return names

    def symbol(self, node: t.Name, context: Context) -> Typed | None:
        """What a bare name stands for, or None."""
        text, program = node.text, self.program
        if context.kind is not None:
            own = self.scope.field_of(context.kind, text)
            if own is not None:
                return self.field(own, node, context)
        if context.kind is not None or context.period == "semester":
            if text in ("enrolled", "在籍"):
                return e.Enrolled(), YES_OR_NO
            if text in ("ended", "已结束"):
                return e.Ended(), YES_OR_NO
        if context.kind is not None and context.kind.node.group is not None and text in ("named", "指名"):
            return e.Named(), YES_OR_NO
        fact = program.canonical("fact", text)
        if fact is not None:
            return self.fact(fact, node, context)
        attribute = program.canonical("attribute", text)
        if attribute is not None:
            symbol = program.attributes[attribute]
            self.scope.used.add(("attribute", attribute))
            self.check_missing(symbol, f"student.{attribute}", node, context)
            return e.Attribute(attribute), symbol.type
        setting = program.canonical("let", text)
        if setting is not None:
            return e.Setting(setting), self.scope.setting_type(setting)
        account = program.account(text)
        if account is not None:
            return self.balance(account.name, node, context)
        requirement = program.canonical("require", text)
        if requirement is not None and context.kind is None:
            return e.RequirementStatus(requirement), YES_OR_NO
        return None

    def field(self, symbol: FieldSymbol, node: t.Node, context: Context) -> Typed:
        assert context.kind is not None
        self.scope.used.add((context.kind.name, symbol.name))
        self.check_missing(symbol, symbol.name, node, context)
        return e.Field(symbol.name), symbol.type

    def check_missing(self, symbol: FieldSymbol, key: str, node: t.Node, context: Context) -> None:
        unsaid = symbol.node.optional and symbol.may_be_missing and not context.tolerant and key not in context.present
        if unsaid:
            self.scope.report("CR203", node.span, Label(symbol.node.span), field=symbol.name)

    def fact(self, name: str, node: t.Node, context: Context) -> Typed:
        declared = self.program.facts[name]
        if declared.kind is not None:
            wanted = self.program.canonical("kind", declared.kind.text)
            if context.kind is None or context.kind.name != wanted:
                self.scope.unknown("name", t.Identifier(name, span=node.span))
                return NOTHING
            return self.scope.record_fact(name)
        kind = self.scope.fact_type(name)
        here = self.period_here(context)
        if declared.period and here not in (declared.period, *_SHORTER.get(declared.period, ())):
            self.needs_aggregate(name, declared.period, node, kind)
            return e.Unknown(), kind
        return e.FactValue(name), kind

    def period_here(self, context: Context) -> str | None:
        """The period that a bare per-period name refers to: the context's, or a record's semester."""
        return context.period or ("semester" if context.kind is not None else None)

    def needs_aggregate(self, name: str, period: str, node: t.Node, kind: Type = WHOLE) -> None:
        """Report a value for each period; of numbers there is a total, of what has an order a highest and lowest."""
        ways = [Phrase("highest of", "其中最高"), Phrase("lowest of", "其中最低")]
        ways = [Phrase("total", "合计"), *ways] if kind.name == "number" else ways
        forms = [Phrase(f"`{way} {name}`", f"“{way.zh} {name}”") for way in ways]
        told = either(forms) if kind.name in ("number", "yes or no", "date") else ""
        self.scope.report("CR205", node.span, name=name, period=PERIODS.get(period, period), forms=told)

    def balance(self, name: str, node: t.Node, context: Context) -> Typed:
        account = self.program.accounts[name]
        here = self.period_here(context)
        sums_up = self.scope.sums_up(name)
        if sums_up and context.period and self.too_long(name, account.period, context, node):
            return NOTHING
        if account.period and account.period != here and not (sums_up and (here is None or context.period)):
            self.needs_aggregate(name, account.period, node)
            return NOTHING
        whole = here is None or (account.period is None and context.period is None)
        self.scope.reads.add(("account", name))
        return e.Balance(name, whole), Type("number", account.unit, 2)

    # ---- combinations
    def lookup(self, node: t.Lookup, context: Context) -> Typed:
        table = self.scope.table(node.table)
        if table is None:
            return NOTHING
        if len(table.dimensions) != len(node.keys):
            self.scope.report("CR206", node.span, table=table.name, needed=len(table.dimensions), given=len(node.keys))
            return NOTHING
        keys = []
        for key, dimension in zip(node.keys, self.scope.dimension_types[table.name], strict=True):
            value, kind = self.expression(key, context, dimension)
            self.same(kind, dimension, key)
            keys.append(value)
        return e.Lookup(table, tuple(keys)), self.scope.table_type(table)

    def call(self, node: t.Call, context: Context) -> Typed:
        name, functions = node.function.text, self.scope.extensions().functions
        function = functions.get(name)
        if function is None:
            self.scope.report("CR341", node.function.span, name=name, nearest=nearest(name, functions) or "")
            return NOTHING
        if len(node.arguments) != len(function.parameters):
            given, needed = len(node.arguments), len(function.parameters)
            self.scope.report("CR207", node.span, name=name, needed=needed, given=given)
            return NOTHING
        arguments = []
        for argument, wanted in zip(node.arguments, function.parameters, strict=True):
            value, kind = self.expression(argument, context, Type(wanted))
            self.need(kind, wanted, argument)
            arguments.append(value)
        return e.Call(name, tuple(arguments), function), Type(function.result, decimals=function.decimals)

    def same(self, kind: Type, wanted: Type, node: t.Node) -> bool:
        """Report unless two types can be compared."""
        if "unknown" in (kind.name, wanted.name):
            return True
        if kind.name != wanted.name or kind.enumeration != wanted.enumeration:
            self.scope.report("CR201", node.span, found=described(kind), expected=described(wanted))
            return False
        if kind.unit and wanted.unit and kind.unit != wanted.unit:
            self.scope.report("CR202", node.span, left=kind.unit, right=wanted.unit)
            return False
        return True

    def compare(self, node: t.Compare, context: Context) -> Typed:
        first, second, swapped = node.left, node.right, False
        if isinstance(first, t.Name) and self.symbol_quietly(first, context) is None:
            first, second, swapped = second, first, True
        one, kind = self.expression(first, context)
        two, other = self.expression(second, context, kind)
        if not self.same(other, kind, second):
            return NOTHING
        ranks = None
        if kind.name == "value" and kind.enumeration:
            enumeration = self.program.enumerations[kind.enumeration]
            if node.operator not in ("=", "!=") and not enumeration.ordered:
                self.scope.report("CR201", node.span, found=described(kind), expected=Phrase("a scale", "等级"))
                return NOTHING
            ranks = {value: -rank for rank, value in enumerate(enumeration.values)}
        elif node.operator not in ("=", "!=") and kind.name not in ("number", "date", "unknown"):
            self.scope.report("CR201", first.span, found=described(kind), expected=described(WHOLE))
            return NOTHING
        left, right = (two, one) if swapped else (one, two)
        return self.compared(e.Compare(node.operator, left, right, ranks), node)

    def compared(self, comparison: e.Compare, node: t.Node) -> Typed:
        """A comparison; one of a thing with itself, or with a day so long after it, says nothing of any record."""
        same = [x.start if isinstance(x, e.Later) else x for x in (comparison.left, comparison.right)]
        if same[0] == same[1] and not isinstance(same[0], (e.Constant, e.Unknown)):
            self.scope.report("CR209", node.span)
        return comparison, YES_OR_NO

    def symbol_quietly(self, node: t.Name, context: Context) -> Typed | None:
        with self.scope.quiet():
            return self.symbol(node, evolve(context, tolerant=True))

    def presence(self, node: t.Presence, context: Context) -> Typed:
        operand, _ = self.expression(node.operand, evolve(context, tolerant=True))
        present = e.Present(operand)
        return (present if node.present else e.Not(present)), YES_OR_NO

    def logical(self, node: t.Logical, context: Context) -> Typed:
        left = self.condition(node.left, context)
        certain = known_present(node.left, node.operator == "and", self, context)
        right = self.condition(node.right, evolve(context, present=context.present | certain))
        return e.Logical(node.operator, left, right), YES_OR_NO

    def arithmetic(self, node: t.Arithmetic, context: Context, expected: Type | None) -> Typed:
        if node.operator == "/":
            self.scope.report("CR204", node.span)
            return NOTHING
        unit = expected.unit if expected and node.operator != "*" else None
        left, one = self.number(node.left, context, unit)
        right, two = self.number(node.right, context, unit)
        if "unknown" in (one.name, two.name):
            return NOTHING
        if node.operator == "*":
            if one.unit and two.unit:
                self.scope.report("CR202", node.span, left=one.unit, right=two.unit)
            return e.Arithmetic("*", left, right), Type("number", one.unit or two.unit, one.decimals + two.decimals)
        kind = unify(one, two)
        if kind is None:
            self.scope.report("CR202", node.span, left=one.unit or "", right=two.unit or "")
            return NOTHING
        return e.Arithmetic(node.operator, left, right), kind

    def rounded(self, node: t.Round, context: Context) -> Typed:
        divisor = None
        operand_node: t.Expression = node.operand
        if isinstance(operand_node, t.Arithmetic) and operand_node.operator == "/":
            divisor, _ = self.number(operand_node.right, context)
            operand_node = operand_node.left
        operand, kind = self.number(operand_node, context)
        step = node.rounding.step
        return e.Rounded(operand, divisor, node.rounding.mode, step), number_type(step, kind.unit)

    def used_in(self, node: t.UsedIn, context: Context) -> Typed:
        account = self.program.account(node.account.text)
        field = self.scope.field_of(context.kind, node.field.text) if context.kind else None
        if account is None:
            self.scope.unknown("account", node.account)
        if field is None:
            self.scope.unknown("field", node.field, context.kind.fields if context.kind else ())
        if account is None or field is None or context.kind is None:
            return NOTHING
        self.scope.used.add((context.kind.name, field.name))
        return e.UsedIn(field.name, account.name), YES_OR_NO

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

    def aggregate(self, node: t.Aggregate, context: Context) -> Typed:
        account = self.program.account(node.name.text)
        fact = self.program.canonical("fact", node.name.text)
        period = account.period if account is not None else self.program.facts[fact].period if fact else None
        if self.too_long(node.name.text, period, context, node):
            return NOTHING
        begun = context.period is not None or any(kind.node.enrolment for kind in self.program.kinds.values())
        if node.function == "lowest" and not begun:
            self.scope.report("CR324", node.span, name=node.name.text)
            return NOTHING
        if account is not None:
            return e.Aggregate(node.function, account.name, False), Type("number", account.unit, 2)
        if fact is None:
            self.scope.unknown("account", node.name)
            return NOTHING
        kind = self.scope.fact_type(fact)
        if node.function == "total" or kind.name not in ("yes or no", "date"):
            self.need(kind, "number", node)
        return e.Aggregate(node.function, fact, True), kind

    def kind_called(self, name: t.Identifier) -> Kind | None:
        """The kind of record of a name or label; None, with a report, when there is none."""
        found = self.program.canonical("kind", name.text)
        if found is None:
            self.scope.unknown("kind", name)
            return None
        return self.program.kinds[found]

    def count(self, node: t.Count, context: Context) -> Typed:
        kind = self.kind_called(node.kind)
        if kind is None:
            return NOTHING
        inner = self.inside(kind, node, context)
        where = self.condition(node.where, inner) if node.where else None
        counted = e.CountRecords(kind.name, where, node.even_void)
        return (e.Compare(">", counted, e.Constant(Decimal(0))), YES_OR_NO) if node.any else (counted, WHOLE)

    def inside(self, kind: Kind, node: t.Node, context: Context) -> Context:
        """Where the condition of a search stands. Searches may stand inside one another, but not at any depth."""
        if context.searches >= MOST_SEARCHES:
            self.scope.report("CR208", node.span, limit=MOST_SEARCHES)
        return Context(kind=kind, tolerant=True, outer=context.kind, searches=context.searches + 1)

    def latest(self, node: t.Latest, context: Context) -> Typed:
        kind = self.kind_called(node.kind)
        if kind is None:
            return NOTHING
        field = self.scope.field_of(kind, node.field.text)
        if field is None:
            self.scope.unknown("field", node.field, kind.fields)
            return NOTHING
        self.scope.used.add((kind.name, field.name))
        before = self.a_date(node.before, context) if node.before is not None else None
        return e.Latest(field.name, kind.name, before, node.even_void), field.type

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
        return e.Same(inner.name), YES_OR_NO

    def sum_of(self, node: t.SumOf, context: Context) -> Typed:
        kind = self.kind_called(node.kind)
        if kind is None:
            return NOTHING
        field = self.scope.field_of(kind, node.field.text)
        fact = self.program.canonical("fact", node.field.text)
        inner = self.inside(kind, node, context)
        if field is not None:
            self.scope.used.add((kind.name, field.name))
            value, found = e.Field(field.name), field.type
        elif fact is not None:
            value, found = self.fact(fact, node.field, inner)  # type: ignore[assignment]
        else:
            self.scope.unknown("field", node.field, kind.fields)
            return NOTHING
        self.need(found, "number", node.field)
        where = self.condition(node.where, inner) if node.where else None
        return e.SumRecords(value, kind.name, where, node.even_void), found


def known_present(node: t.Expression, holds: bool, elaborator: Elaborator, context: Context) -> frozenset[str]:
    """The fields that must have a value when `node` holds (or does not hold)."""
    match node:
        case t.Presence(operand=t.Name(text=text)) if node.present == holds:
            own = elaborator.scope.field_of(context.kind, text) if context.kind else None
            attribute = elaborator.program.canonical("attribute", text)
            return frozenset({own.name} if own else {f"student.{attribute}"} if attribute else ())
        case t.Logical() if (node.operator == "and") == holds:
            left = known_present(node.left, holds, elaborator, context)
            return left | known_present(node.right, holds, elaborator, context)
        case t.Not():
            return known_present(node.operand, not holds, elaborator, context)
    return frozenset()


__all__ = ["ACCOUNT", "ITEM", "NOTHING", "Context", "Elaborator", "Typed", "known_present"]
