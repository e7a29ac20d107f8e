"""Expressions from the tree to the core: names, types, units and scales in one walk.

Each node is read once, with what is known of its surroundings (`Context`): the kind of record at hand, the period, and
which fields are known to be present. A name means, in this order, a value of the type that is expected here, a field of
the record, a fact of the record, an attribute of the student, a named value, an account or a fact. An error is reported
where it stands and the expression becomes `Unknown`, which fits everything, so that one error is reported once.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal, TypeGuard

from creditlang.core import expressions as e
from creditlang.core.lower.day_forms import DayForms
from creditlang.core.lower.earlier_balances import EarlierBalances
from creditlang.core.lower.other_periods import OtherPeriods
from creditlang.core.lower.period_kinds import lies_in
from creditlang.core.lower.printed_tables import check_gaps
from creditlang.core.lower.query_forms import QueryForms, looked_at
from creditlang.core.lower.scope import Scope, described, unify
from creditlang.core.lower.surroundings import NOTHING, AboutPeople, Context, Typed
from creditlang.diagnostics import Label, Phrase, either, nearest
from creditlang.resolve import FieldSymbol
from creditlang.syntax import tree as t
from creditlang.types import (
    ACCOUNT,
    BUILTIN_TYPES,
    DATE,
    ITEM,
    SEMESTER,
    TEXT,
    UNKNOWN,
    WEEKDAY,
    WHOLE,
    YES_OR_NO,
    Type,
    number_type,
)
from creditlang.values import add, multiply
from creditlang.values import written as written_number
from creditlang.words import PERIODS, SORTS


class Elaborator:
    """Elaborates the expressions of one program."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.program = scope.program
        self.queries, self.days, self.other_periods = QueryForms(self), DayForms(self), OtherPeriods(self)
        self.earlier_balances = EarlierBalances(self.queries)
        self.people: AboutPeople

    def condition(self, node: t.Expression, context: Context) -> e.Expression:
        """A yes-or-no expression."""
        value, kind = self.expression(node, context, YES_OR_NO)
        self.need(kind, "yes or no", node)
        return value

    def number(self, node: t.Expression, context: Context, unit: str | None = None, added: bool = False) -> Typed:
        """A number, in a unit if one is wanted; one that is `added` to another."""
        value, kind = self.expression(node, context, Type("number", unit))
        if unit is not None or added:
            self.check_share(node, added)
        if self.need(kind, "number", node) and kind.unit and unit and kind.unit != unit:
            self.scope.report("CR202", node.span, left=Phrase(kind.unit, kind.unit), right=Phrase(unit, unit))
        return value, kind

    def check_share(self, node: t.Expression, added: bool = False) -> None:
        """Report `60%` where an amount stands: of what, it does not say."""
        if not (isinstance(node, t.Number) and node.span.text.strip().endswith(("%", "％"))):
            return
        share, plain = node.span.text.strip(), written_number(node.value)
        said = Phrase(share, share)
        instead = Phrase(
            f"`{share} of` and the name of an amount, or the number itself: {plain}",
            f"明是谁的，如“某数的{share}”，或直接写数：{plain}",
        )
        if added:
            factor = written_number(multiply(add(node.value, Decimal(1)), Decimal(100)))
            said = Phrase(f"plus {share}", f"另加 {share}")
            instead = Phrase(
                f"`times {factor}%`, or `plus {share} of` and the name of an amount",
                f"“乘 {factor}%”，或写明是谁的，如“另加 {share} 的 某数”",
            )
        self.scope.report("CR211", node.span, written=said, instead=instead)

    def need(self, kind: Type, name: str, node: t.Node) -> bool:
        """Report unless `kind` is called `name`."""
        if kind.name not in (name, "unknown"):
            self.scope.report("CR201", node.span, found=described(kind), expected=described(Type(name)))  # type: ignore[arg-type]
        return kind.name == name

    def check_day(self, period: t.PeriodName, context: Context, node: t.Expression) -> None:
        """Report a day of a period where neither a record nor a semester is at hand that it could belong to."""
        self.check_time(period, context, node)
        if context.placed and not context.kinds and not self.at_hand(self.scope.period(period) or "", context):
            where = Phrase("a line that speaks of no record and of no semester", "既不针对记录、也不针对学期的行")
            self.scope.report("CR103", node.span, container=where)

    def check_time(self, period: t.PeriodName, context: Context, node: t.Node) -> None:
        """Report a period that records at hand cannot fall into, one of the calendar or else any span of days; or may
        not: a group of which a record is no part for lack of a date would be silently none.
        """
        by_semester = not period.builtin or period.text in ("semester", "year")
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
        if context.groups is not None and self.people.is_of_one(node):
            return NOTHING
        match node:
            case t.Number():
                return self.literal(node)
            case t.Text() if expected is not None and expected.name == "semester":
                return self.other_periods.term(node)
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
                return self.one_of(node, context)
            case t.Between():
                return self.between(node, context)
            case t.TextTest():
                operand, kind = self.expression(node.operand, context)
                self.need(kind, "text", node.operand)
                operator = "starts with" if node.which == "starts" else "contains"
                return e.Compare(operator, operand, e.Constant(node.text)), YES_OR_NO
            case t.Presence():
                return self.presence(node, context)
            case t.Logical():
                return self.logical(node, context)
            case t.Not():
                return e.Not(self.condition(node.operand, context._replace(may_fail=False))), YES_OR_NO
            case t.Arithmetic():
                return self.arithmetic(node, context, expected)
            case t.Negate():
                operand, kind = self.number(node.operand, context)
                return e.Arithmetic("-", e.Constant(Decimal(0)), operand), kind
            case t.Round():
                return self.rounded(node, context)
            case t.Enough():
                parts = tuple(self.condition(part, context) for part in node.conditions)
                if not 1 <= node.count <= len(parts):
                    wanted = Phrase(f"a number from 1 to {len(parts)}", f"1到{len(parts)}之间的数")
                    self.scope.report("CR110", node.span, value=str(node.count), expected=wanted)
                return e.Logical("at least", parts, node.count), YES_OR_NO
            case t.Pick():
                return self.pick(node, context)
            case t.OneStep():
                return self.one_step(node, context, expected)
            case t.NotLater():
                return self.days.not_later(node, context)
            case t.Shift():
                return self.days.shift(node, context)
            case t.DayOf():
                return self.days.day_of(node, context)
            case t.WeekOf():
                return e.Distance("teaching week", None, self.a_date(node.date, context)), WHOLE
            case t.Boundary():
                return self.days.boundary(node, context)
            case t.Distance():
                return self.days.distance(node, context)
            case t.Weekday():
                return self.days.weekday(node, context)
            case t.DayTest():
                return self.days.day_test(node, context)
            case t.UsedIn():
                return self.queries.used_in(node, context)
            case t.Aggregate():
                return self.queries.aggregate(node, context)
            case t.Query():
                return self.queries.query(node, context)
            case t.Latest():
                return self.queries.latest(node, context)
            case t.AsOf():
                return e.Read("as of"), DATE
            case t.Same():
                return self.queries.same_field(node, context)
            case t.ThisField():
                return self.queries.this_field(node, context)
            case t.ValueAt() if self.earlier_balances.is_one(node):
                return self.earlier_balances.value(node, context)
            case t.ValueAt():
                return self.other_periods.value(node, context)
            case t.Member():
                return self.people.rank_part(node, context)
            case t.Among():
                return self.people.among(node, context)
        self.scope.report("CR103", node.span, container=Phrase("a calculation", "算式"))  # so much of each event
        return NOTHING

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
        found = self.symbol(node, context) or self.queries.amount(node, context)
        if found is not None:
            return found
        if expected == UNKNOWN and self.scope.is_value(node.text):  # of what is in error already
            return NOTHING
        if expected is not None and expected.enumeration:
            close = nearest(node.text, self.scope.texts_of(expected)) or ""
            self.scope.report(
                "CR305", node.span, label=node.text, dimension=expected.enumeration.split("@")[0], nearest=close
            )
            return NOTHING
        if (asking := self.scope.field_of(context.outer, node.text)) is not None:
            this = Phrase(f"this.{node.text}", f"本条.{node.text}")
            label = Label(asking.node.span, Phrase("a field of the record that asks", "这是提问的那条记录的字段"))
            self.scope.report("CR101", node.span, label, kind=SORTS["field"], name=node.text, nearest=this)
            return NOTHING
        if self.program.canonical("kind", node.text) is not None:
            count = Phrase(f"count({node.text})", f"次数({node.text})")
            self.scope.report("CR101", node.span, kind=SORTS["field"], name=node.text, nearest=count)
            return NOTHING
        elsewhere = [
            Label(known.node.span, Phrase(f"a field of {kind.name}", f"这是“{kind.name}”的字段"))
            for kind in self.program.kinds.values()
            if (known := self.scope.field_of(kind, node.text)) is not None
        ]
        name = t.Identifier(node.text, span=node.span)
        quoted = f'"{node.text}"' if expected in (TEXT, UNKNOWN) and not elsewhere else ""
        self.scope.unknown("field" if elsewhere else "name", name, self.visible(context), elsewhere, quoted)
        return NOTHING

    def visible(self, context: Context) -> Iterator[str]:
        """The names that could stand in an expression."""
        spaces = ("attribute", "let", "account", "fact")
        yield from (text for space, text in self.program.labels if space in spaces)
        if context.kind:
            yield from (text for symbol in context.kind.fields.values() for text in (symbol.name, *symbol.labels))

    def symbol(self, node: t.Name, context: Context) -> Typed | None:
        """What a bare name stands for, or None."""
        text, program = node.text, self.program
        if context.groups is not None:
            return self.people.symbol(node, context.groups, context)
        if context.kind is not None:
            own = self.scope.field_of(context.kind, text)
            if own is not None:
                return self.field(own, node, context)
            part = self.part(context.kind.fields, f"field of {context.kind.name}", "part", node, context)
            if part is not None:
                return part
        if (context.kind is not None or context.period == "semester") and text in ("enrolled", "在籍"):
            return e.Read("enrolled"), YES_OR_NO
        if (context.kind is not None or context.period is not None) and text in ("ended", "已结束"):
            return e.Read("ended"), YES_OR_NO
        if context.kind is not None and context.kind.node.group is not None and text in ("named", "指名"):
            return e.Read("named"), YES_OR_NO
        fact = program.canonical("fact", text)
        if fact is not None:
            return self.fact(fact, node, context)
        attribute = program.canonical("attribute", text)
        if attribute is not None:
            symbol = program.attributes[attribute]
            self.scope.used.add(("attribute", attribute))
            self.check_missing(symbol, f"student.{attribute}", node, context)
            return e.Read("attribute", attribute), symbol.type
        part = self.part(program.attributes, "attribute", "part of person", node, context)
        if part is not None:
            return part
        setting = program.canonical("let", text)
        if setting is not None:
            read = self.scope.setting(setting)
            self.queries.check_setting(setting, node, context)
            return read
        account = program.account(text)
        if account is not None:
            return self.balance(account.name, node, context)
        requirement = program.canonical("require", text)
        if requirement is not None and context.kind is None:
            period = self.scope.period(program.requires[requirement].period)
            if period is not None and not self.at_hand(period, context):
                self.needs_aggregate(requirement, period, node, UNKNOWN)
                return NOTHING
            return e.Value("requirement", requirement), YES_OR_NO
        return None

    def field(self, symbol: FieldSymbol, node: t.Node, context: Context) -> Typed:
        assert context.kind is not None
        self.scope.used.add((context.kind.name, symbol.name))
        self.check_missing(symbol, symbol.name, node, context)
        return e.Read("field", symbol.name), symbol.type

    def part(
        self, symbols: Mapping[str, FieldSymbol], space: str, what: Literal["part", "part of person"], node: t.Name,
        context: Context,
    ) -> Typed | None:  # fmt: skip
        """A part of a code of a record, or of the person."""
        name = self.program.canonical(f"part of {space}", node.text)
        for symbol in symbols.values() if name is not None else ():
            part = symbol.part(name)
            if part is not None:
                kind = context.kind.name if context.kind is not None and what == "part" else "attribute"
                self.scope.used.add((kind, symbol.name))
                key = symbol.name if what == "part" else f"student.{symbol.name}"
                self.check_missing(symbol, key, node, context)
                return e.Read(what, f"{symbol.name}.{name}"), BUILTIN_TYPES[part.type.text]
        return None

    def check_missing(self, symbol: FieldSymbol, key: str, node: t.Node, context: Context) -> None:
        unsaid = symbol.node.optional and symbol.may_be_missing and not context.tolerant and key not in context.present
        if unsaid:
            self.scope.report("CR203", node.span, Label(symbol.node.span), field=symbol.name)

    def check_value(self, node: t.Expression, context: Context) -> None:
        """Report what has no value where there is nothing, unless somebody has asked or says what happens then."""
        if not context.tolerant and not context.may_fail and node not in context.present:
            self.scope.report("CR203", node.span, field=node.span.text)

    def fact(self, name: str, node: t.Node, context: Context) -> Typed:
        declared = self.program.facts[name]
        if declared.kind is not None:
            wanted = self.program.canonical("kind", declared.kind.text)
            if context.kind is None or context.kind.name != wanted:
                of = Phrase(
                    f"a fact of {wanted}, and no {wanted} is at hand", f"这是“{wanted}”的事实，这里没有这样的记录"
                )
                if context.outer is not None and context.outer.name == wanted:
                    of = Phrase(
                        "a fact of the record that asks; here `this.` asks for its fields",
                        "这是提问的那条记录的事实；这里可用“本条.”问它的字段",
                    )
                self.scope.unknown("name", t.Identifier(name, span=node.span), labels=[Label(declared.name.span, of)])
                return NOTHING
            return self.scope.record_fact(name)
        kind = self.scope.fact_type(name)
        period = self.scope.period(declared.period)
        if period and not self.at_hand(period, context):
            self.needs_aggregate(name, period, node, kind)
            return e.Unknown(), kind
        return e.Value("fact", name) if kind.name != "unknown" else e.Unknown(), kind

    def at_hand(self, period: str, context: Context) -> bool:
        """Whether it is known which period of a kind is meant: the record's, or the one around the period at hand."""
        if context.kind is not None:
            return True
        return context.period is not None and lies_in(self.program, context.period, period)

    def begins(self, period: str) -> bool:
        """Whether it is known since when there are periods of a kind: by enrolment, or because it is declared."""
        return period in self.program.periods or any(kind.node.enrolment for kind in self.program.kinds.values())

    def check_begins(self, period: t.PeriodName, form: Phrase) -> None:
        """Report a kind of period of which nothing tells since when there are any; `form` is how it is asked for."""
        if not self.begins(self.scope.period(period) or ""):
            written = period.span.text
            self.scope.report(
                "CR324", period.span, what=Phrase(form.format(period=written), form.zh.format(period=written))
            )

    def needs_aggregate(self, name: str, period: str, node: t.Node, kind: Type = WHOLE) -> None:
        """Report a value for each period; of numbers there is a total, of what has an order a highest and lowest."""
        ways = [Phrase("highest of", "各期最高"), Phrase("lowest of", "各期最低")]
        ways = [Phrase("total", "合计"), *ways] if kind.name == "number" else ways
        forms = [Phrase(f"`{way} {name}`", f"“{way.zh} {name}”") for way in ways]
        told = either(forms) if kind.name in ("number", "yes or no", "date") else ""
        self.scope.report("CR205", node.span, name=name, period=PERIODS.get(period, period), forms=told)

    def balance(self, name: str, node: t.Node, context: Context) -> Typed:
        account = self.program.accounts[name]
        if self.scope.sums_up(name):
            if context.period and self.queries.too_long(name, account.period, context, node):
                return NOTHING
            whole = context.period is None and (context.kind is None or account.period is None)
        elif account.period and not self.at_hand(account.period, context):
            self.needs_aggregate(name, account.period, node)
            return NOTHING
        else:
            whole = account.period is None
        self.scope.reads.add(("account", name))
        return e.Value("account", name, e.Whole() if whole else e.Here()), Type("number", account.unit, 2)

    # ---- combinations
    def lookup(self, node: t.Lookup, context: Context) -> Typed:
        table = self.scope.table(node.table)
        if table is None:
            return NOTHING
        if len(table.dimensions) != len(node.keys):
            self.scope.report("CR206", node.span, table=table.name, needed=len(table.dimensions), given=len(node.keys))
            return NOTHING
        keys, kinds = [], []
        for key, dimension in zip(node.keys, self.scope.dimension_types[table.name], strict=True):
            value, kind = self.expression(key, context, dimension)
            self.same(kind, dimension, key)
            keys.append(value)
            kinds.append(kind)
        check_gaps(self.scope, table, kinds, node.span)
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
        if context.may_fail and node.operator not in (("<", "<=") if isinstance(first, t.Number) else (">", ">=")):
            context = context._replace(may_fail=False)
            for side in (first, second):
                if isinstance(side, t.Aggregate) and side.function != "total":
                    self.check_value(side, context)
        if self.is_no_symbol(first, context) and (
            self.scope.is_value(first.text) or not self.is_no_symbol(second, context)
        ):
            first, second, swapped = second, first, True
        windows = self.earlier_balances.compared((node.left, node.right), node.operator, context)
        one, kind = windows.get(int(swapped)) or self.measure(first, context)
        two, other = windows.get(int(not swapped)) or self.measure(second, context, kind)
        if not self.same(other, kind, second):
            return NOTHING
        if kind.unit or other.unit:
            self.check_share(node.left)
            self.check_share(node.right)
        ranks = None
        if kind.name == "value" and kind.enumeration and kind != WEEKDAY:
            enumeration = self.program.enumerations[kind.enumeration]
            if node.operator not in ("=", "!=") and not enumeration.ordered:
                self.scope.report("CR201", node.span, found=described(kind), expected=Phrase("a scale", "等级"))
                return NOTHING
            ranks = self.ranks_of(kind)
        elif node.operator not in ("=", "!=") and kind.name not in ("number", "date", "unknown"):
            self.scope.report("CR201", first.span, found=described(kind), expected=described(WHOLE))
            return NOTHING
        left, right = (two, one) if swapped else (one, two)
        return self.compared(e.Compare(node.operator, left, right, ranks), node)

    def compared(self, comparison: e.Compare, node: t.Node) -> Typed:
        """A comparison; one of a thing with itself, or with a day so long after it, says nothing of any record."""
        same = [
            x.start if isinstance(x, e.Shift) and x.which == "after" else x for x in (comparison.left, comparison.right)
        ]
        if same[0] == same[1] and not isinstance(same[0], (e.Constant, e.Unknown)):
            self.scope.report("CR209", node.span)
        if "" in [x.value for x in (comparison.left, comparison.right) if isinstance(x, e.Constant)]:
            expected = Phrase(
                "a text with letters (of what is empty, `is missing` asks)", "有内容的文本（空的，用“未填”判断）"
            )
            self.scope.report("CR110", node.span, value=node.span.text, expected=expected)
        return self.people.ranked(comparison), YES_OR_NO

    def measure(self, node: t.Expression, context: Context, expected: Type | None = None) -> Typed:
        """What is compared or rounded, where an average may stand."""
        average = isinstance(node, (t.Query, t.Aggregate)) and node.function == "average"
        if not average:
            return self.expression(node, context, expected)
        if context.groups is not None and self.people.is_of_one(node):
            return NOTHING
        if isinstance(node, t.Aggregate):
            return self.queries.aggregate(node, context, average=True)
        assert isinstance(node, t.Query)
        return self.queries.query(node, context, average=True)

    def one_of(self, node: t.OneOf, context: Context) -> Typed:
        operand, kind = self.expression(node.operand, context)
        options = []
        for option in node.options:
            value, found = self.expression(option, context, kind)
            self.same(found, kind, option)
            options.append(e.Compare("=", operand, value))
        return e.Logical("or", tuple(options)), YES_OR_NO

    def between(self, node: t.Between, context: Context) -> Typed:
        """Between two values, both included."""
        low, high = (
            t.Compare(sign, node.operand, end, span=node.span) for sign, end in ((">=", node.low), ("<=", node.high))
        )
        asked = context._replace(tolerant=True)  # the lower end has asked for a value
        parts = tuple(self.compare(side, where)[0] for side, where in ((low, context), (high, asked)))
        match parts:
            case (e.Compare(right=e.Constant(value=one)), e.Compare(right=e.Constant(value=two))) if (
                type(one) is type(two) and not isinstance(one, str) and one > two  # type: ignore[operator]
            ):
                wanted = Phrase("a range from lower to higher", "从小到大的范围")
                self.scope.report("CR110", node.span, value=node.span.text, expected=wanted)
        return e.Logical("and", parts), YES_OR_NO

    def pick(self, node: t.Pick, context: Context) -> Typed:
        """The highest or lowest of several numbers, days or values of a scale."""
        found, kind = self.expression(node.values[0], context)
        for value in node.values[1:]:
            other, own = self.expression(value, context, kind)
            if not self.same(own, kind, value):
                return NOTHING
            found = e.Arithmetic(node.which, found, other, self.ranks_of(kind))
            kind = unify(kind, own) or kind if kind.name == "number" else kind
        if kind.name not in ("number", "date", "unknown") and not self.ranks_of(kind):
            self.scope.report("CR201", node.values[0].span, found=described(kind), expected=described(WHOLE))
            return NOTHING
        return found, kind

    def one_step(self, node: t.OneStep, context: Context, expected: Type | None) -> Typed:
        """The value of a scale one step below or above another."""
        value, kind = self.expression(node.value, context, expected)
        ranks = self.ranks_of(kind)
        if not ranks:
            if kind.name != "unknown":
                self.scope.report("CR201", node.value.span, found=described(kind), expected=Phrase("a scale", "等级"))
            return NOTHING
        return e.Arithmetic("below", value, e.Constant(Decimal(-1 if node.up else 1)), ranks), kind

    def ranks_of(self, kind: Type) -> dict[str, int] | None:
        """The order of the values of a scale or choice, the higher rank being the greater; None of anything else."""
        enumeration = self.program.enumerations.get(kind.enumeration or "")
        return {value: -rank for rank, value in enumerate(enumeration.values)} if enumeration is not None else None

    def known_present(self, node: t.Expression, holds: bool, context: Context) -> frozenset[object]:
        """What must have a value when `node` holds (or does not hold)."""
        match node:
            case t.Presence(operand=t.Name(text=text)) if node.present == holds:
                own = self.scope.field_of(context.kind, text) if context.kind else None
                attribute = self.program.canonical("attribute", text)
                return frozenset({own.name if own else f"student.{attribute}" if attribute else node.operand})
            case t.Presence() if node.present == holds:
                return frozenset({node.operand})
            case t.Query(function="any") if holds:
                return frozenset({looked_at(node, self.program.canonical("kind", node.source.name.text))})
            case t.Logical() if (node.operator == "and") == holds:
                left = self.known_present(node.left, holds, context)
                return left | self.known_present(node.right, holds, context)
            case t.Not():
                return self.known_present(node.operand, not holds, context)
        return frozenset()

    def is_no_symbol(self, node: t.Expression, context: Context) -> TypeGuard[t.Name]:
        """Whether it is a bare name that stands for nothing alone: it may be a value of what it is compared with."""
        with self.scope.quiet():
            return isinstance(node, t.Name) and self.symbol(node, context._replace(tolerant=True)) is None

    def presence(self, node: t.Presence, context: Context) -> Typed:
        operand, _ = self.measure(node.operand, context._replace(tolerant=True))
        present = e.Present(operand)
        return (present if node.present else e.Not(present)), YES_OR_NO

    def logical(self, node: t.Logical, context: Context) -> Typed:
        left = self.condition(node.left, context)
        certain = self.known_present(node.left, node.operator == "and", context)
        right = self.condition(node.right, context._replace(present=context.present | certain))
        for part in (node.left, node.right) if node.operator == "or" else ():
            if isinstance(part, t.Logical) and part.operator == "and" and _is_open(part, part.left, part.right):
                self.scope.report("CR348", part.span, part=part.span.text)
        parts = left.parts if isinstance(left, e.Logical) and left.operator == node.operator else (left,)
        return e.Logical(node.operator, (*parts, right)), YES_OR_NO

    def arithmetic(self, node: t.Arithmetic, context: Context, expected: Type | None) -> Typed:
        if node.operator == "/":
            self.scope.report("CR204", node.span, written=node.span.text)
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
        operand, kind = self.measure(operand_node, context)
        self.need(kind, "number", operand_node)
        if _is_open_sum(node.operand):
            self.scope.report(
                "CR346", node.span, sum=node.operand.span.text, last=node.operand.right.span.text,
                rounding=node.span.source.text[node.operand.span.end : node.span.end].strip(),
            )  # fmt: skip
        step = node.rounding.step
        return e.Rounded(operand, divisor, node.rounding.mode, step), number_type(step, kind.unit)


def _is_open(node: t.Expression, left: t.Expression, right: t.Expression) -> bool:
    """Whether something of two parts stands without brackets, whose span would hold them."""
    return node.span.start == left.span.start and node.span.end == right.span.end


def _is_open_sum(node: t.Expression) -> TypeGuard[t.Arithmetic]:
    """Whether a sum stands without brackets, and its last part is more than a number."""
    return (
        isinstance(node, t.Arithmetic) and node.operator in ("+", "-") and not isinstance(node.right, t.Number)
        and _is_open(node, node.left, node.right)
    )  # fmt: skip


__all__ = ["ACCOUNT", "ITEM", "NOTHING", "Context", "Elaborator", "Typed"]
