"""The arrow from a program to the core: a compiled policy, or what is wrong with it.

Sugar goes here and nowhere else. Declarations are elaborated one by one; an error in one leaves the others alone. The
result is immutable, holds no tree, and can be evaluated only when there was no error.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping

from attrs import evolve, fields_dict

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.articles import article_range
from creditlang.core.dependencies import Order, references
from creditlang.core.lower.body_lines import Bodies
from creditlang.core.lower.calendar_periods import build_calendar
from creditlang.core.lower.elaborate import Context, Elaborator
from creditlang.core.lower.line_parts import as_written
from creditlang.core.lower.printed_tables import ONE_OR_TWO, build_table, dimension_type
from creditlang.core.lower.scope import Scope
from creditlang.core.scales import scales
from creditlang.diagnostics import Diagnostic, Phrase, either
from creditlang.plugin.interface import Extensions
from creditlang.resolve import AccountSymbol, FieldSymbol, ItemSymbol, Kind, Program
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.types import UNKNOWN, Type
from creditlang.words import PERIODS

MOST_DEPTH = 250
"""The deepest that a named value may be, with what it refers to."""


def compile_program(
    program: Program, texts: Iterable[str] = (), extensions: Callable[[], Extensions] = Extensions
) -> tuple[o.Policy, "Compilation"]:
    """The core of `program`; the compilation keeps the diagnostics and what the checker asks for.

    `texts` are the sources, in order, from which the policy's fingerprint is made. `extensions` is asked only when the
    policy names a function or a calendar.
    """
    compilation = Compilation(program, extensions)
    policy = compilation.policy("".join(texts))
    accounts, facts = scales(policy)
    return evolve(policy, scales={**facts, **accounts}), compilation


class Compilation:
    """One run of the arrow."""

    def __init__(self, program: Program, extensions: Callable[[], Extensions] = Extensions) -> None:
        self.program = program
        self.scope = Scope(program, extensions=extensions)
        self.elaborator = Elaborator(self.scope)
        self.bodies = Bodies(self.scope, self.elaborator)
        self.rules: dict[str, o.Rule] = {}
        self.facts: dict[str, o.Fact] = {}
        self.record_facts: dict[str, e.Expression] = {}
        self.settings: dict[str, tuple[o.DatedValue, ...]] = {}
        self.guards: dict[str, tuple[o.Operator, ...]] = {}
        self.scope.elaborate_setting = self.setting
        self.scope.elaborate_fact = self.fact
        self.scope.elaborate_record_fact = self.record_fact

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What was found, in the order of the stages."""
        return self.scope.diagnostics

    def policy(self, text: str) -> o.Policy:
        """Elaborate everything."""
        program = self.program
        self.bodies.articles = self.article_names()
        for table in program.tables.values():
            self.table(table)
        for name in program.lets:
            self.scope.setting_type(name)
        head = program.policy
        applies = self.elaborator.condition(head.applies, Context()) if head and head.applies else None
        if head:
            self.bodies.article(head.cites)
        self.check_depth()
        self.kind_guards()
        for item in program.items.values():
            self.rules[item.name] = self.rule(item)
        for name, declared in program.facts.items():
            if declared.kind is None:
                self.scope.fact_type(name)
        self.check_early()
        self.check_references()
        accounts = {name: self.account(symbol) for name, symbol in program.accounts.items()}
        moves = tuple(move for move in map(self.move, program.offsets) if move is not None)
        requirements = {name: self.requirement(node) for name, node in program.requires.items()}
        uniques = tuple(self.unique(node) for node in program.uniques)
        order, circle = Order(accounts, self.rules, self.facts, self.record_facts, moves, requirements, uniques).find()
        if circle:
            self.scope.report("CR321", self.place_of(circle), circle=" → ".join(circle))
        kinds = {name: self.kind(kind) for name, kind in program.kinds.items()}
        return o.Policy(
            identifier=head.identifier if head else "policy",
            title=(head.title or "") if head else "",
            issuer=(head.issuer or "") if head else "",
            applies=applies,
            since=head.since if head else None,
            until=head.until if head else None,
            student_labels=program.student_labels,
            unit_labels={name: node.labels[0] for name, node in program.units.items() if node.labels},
            attributes=tuple(map(self.column, program.attributes.values())),
            kinds=kinds,
            settings=self.settings,
            setting_types=self.scope.setting_types,
            setting_labels={text: name for (space, text), name in program.labels.items() if space == "let"},
            accounts=accounts,
            rules=self.rules,
            facts=self.facts,
            record_facts=self.record_facts,
            moves=moves,
            requirements=requirements,
            treats=self.treats(),
            uniques=uniques,
            calendar=build_calendar(self.scope),
            readings=self.readings(),
            articles=self.bodies.articles,
            without_rule=self.without_rule(),
            order=order,
            tables=(*self.scope.tables.values(), *self.bodies.printed),
            article_of=self.articles_of_the_rest(),
            fingerprint=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        )

    def place_of(self, names: tuple[str, ...]) -> "Span | None":
        """Where a name of a circle is declared."""
        for name in names:
            symbol = self.program.accounts.get(name)
            node: t.Named | None = symbol.node if symbol else self.program.facts.get(name)
            if node is not None:
                return node.name.span
        return None

    # ---- values
    def setting(self, name: str) -> Type:
        node = self.program.lets[name]
        values, kind = [], UNKNOWN
        for position, dated in enumerate(node.values):
            value, found = self.elaborator.expression(dated.value, Context(), None if not position else kind)
            if position:
                self.elaborator.same(found, kind, dated.value)
            else:
                kind = found
            if dated.since:
                self.scope.date(dated.since, dated)
            values.append(o.DatedValue(dated.since, value))
        values.sort(key=lambda dated: dated.since or "")
        for other in node.printed:
            _, found = self.elaborator.expression(other.value, Context(), kind)
            self.elaborator.same(found, kind, other.value)
            self.bodies.article(other.cites)
        self.bodies.article(node.cites)
        self.settings[name] = tuple(values)
        return kind

    def check_early(self) -> None:
        """Report balances and facts in conditions that are asked before anything is worked out."""
        where = Phrase("a condition that is asked before anything is worked out", "计算之前就要判断的条件")
        requests = {self.program.canonical("kind", node.request.text) for node in self.program.offsets if node.request}
        taken = {rule.kind for rule in self.rules.values() if rule.where is not None}
        asked = [(rule.where, rule.span) for rule in self.rules.values()]
        for name, kind in self.program.kinds.items():
            if kind.first("item") is None and name not in requests | taken and not kind.node.enrolment:
                asked += [(guard.condition, guard.span) for guard in self.guards[name] if isinstance(guard, o.Guard)]
        for condition, span in asked:
            if any(not isinstance(x, e.RecordFact) for x in references(condition)):
                self.scope.report("CR103", span, container=where)

    def check_depth(self) -> None:
        """Refuse named values that are deeper, through the names they refer to, than a walk can go.

        They were elaborated inner ones first, so each finds what it refers to.
        """
        deep: dict[str, int] = {}
        for name, values in self.settings.items():
            deep[name] = max((depth_of(dated.value, deep) for dated in values), default=0)
            if deep[name] > MOST_DEPTH:
                self.scope.report("CR002", self.program.lets[name].span, limit=MOST_DEPTH)

    def table(self, node: t.Table) -> None:
        name = node.name.text
        rows, count = node.rows, len(node.dimensions)
        first = [row.cells[0] for row in (rows if count == 1 else rows[1:]) if row.cells]
        labels = [first, list(rows[0].cells)] if count == 2 and rows else [first]
        kinds = [
            dimension_type(self.scope, dimension.text, cells)
            for dimension, cells in zip(node.dimensions, labels, strict=False)
        ]
        names = [dimension.text for dimension in node.dimensions]
        if len(kinds) != count:
            self.scope.report("CR206", node.span, table=name, needed=ONE_OR_TWO, given=count)
            return
        self.scope.tables[name] = build_table(self.scope, name, kinds, names, rows, node.span)
        self.scope.dimension_types[name] = tuple(kinds)
        self.bodies.article(node.cites)

    # ---- data
    def column(self, symbol: FieldSymbol) -> o.Column:
        node, kind = symbol.node, symbol.type
        default: object = None
        if node.default is not None:
            value, found = self.elaborator.expression(node.default, Context(), kind)
            self.elaborator.same(found, kind, node.default)
            default = value.value if isinstance(value, e.Constant) else None
        return o.Column(
            symbol.name, symbol.labels, kind, node.optional or node.default is not None, node.if_used, default,
            node.minimum, node.maximum, self.values_of(kind),
        )  # fmt: skip

    def values_of(self, kind: Type) -> Mapping[str, str] | None:
        """Canonical values by name and label, for what is chosen from a list."""
        if kind.enumeration:
            values = self.program.enumerations[kind.enumeration].values
            return {text: name for name, labels in reversed(list(values.items())) for text in (*labels, name)}
        if kind.name in ("item", "account"):
            return {text: name for (space, text), name in self.program.labels.items() if space == kind.name}
        return None

    def kind(self, kind: Kind) -> o.RecordKind:
        first = {sort: kind.first(sort) for sort in ("item", "date", "semester")}
        names = {sort: symbol.name if symbol else None for sort, symbol in first.items()}
        group, membership = self.group_of(kind)
        return o.RecordKind(
            kind.name, kind.labels, tuple(map(self.column, kind.fields.values())), group, kind.node.enrolment,
            membership, self.guards[kind.name], names["item"], names["date"], names["semester"],
        )  # fmt: skip

    def group_of(self, kind: Kind) -> tuple[str | None, str | None]:
        """The field or attribute of the group that a kind's records fall on, and the kind that tells who belongs."""
        node = kind.node
        if node.group is None:
            return None, None
        if node.membership is None:
            found = self.program.canonical("attribute", node.group.text)
            if found is None:
                self.scope.unknown("field", node.group, self.program.attributes)
            return found, None
        members = self.program.canonical("kind", node.membership.text)
        own = self.scope.field_of(kind, node.group.text)
        if members is None:
            self.scope.unknown("kind", node.membership)
            return None, None
        theirs = self.scope.field_of(self.program.kinds[members], node.group.text)
        if own is None or theirs is None or own.name != theirs.name:
            self.scope.unknown("field", node.group, kind.fields)
            return None, None
        self.scope.used.update({(kind.name, own.name), (members, theirs.name)})
        return own.name, members

    def kind_guards(self) -> None:
        for name, kind in self.program.kinds.items():
            context = Context(kind=kind)
            self.bodies.check_place(kind.node.lines, "record")
            around = self.bodies.article(kind.node.cites)
            self.guards[name] = tuple(self.bodies.operators(kind.node.lines, context, around, None, None))

    def check_period(self, period: str | None, node: t.Named, known: tuple[str, ...]) -> None:
        """Report a period in which this declaration cannot be worked out."""
        if period is not None and period not in known:
            self.scope.report("CR110", node.name.span, value=period, expected=either(PERIODS[name] for name in known))

    # ---- rules and accounts
    def rule(self, item: ItemSymbol) -> o.Rule:
        node = item.node
        account = self.program.accounts[item.account]
        kind = self.program.kinds[item.kind]
        self.bodies.check_place(node.lines, "item")
        around = self.bodies.article(node.cites, self.article_of(account))
        context = Context(kind=kind)
        lines = [line for line in node.lines if not self.names_group(line, kind)]
        own = self.bodies.operators(lines, context, around, frozenset({item.name}), account.unit)
        where: e.Expression | None = None
        if node.where is not None:
            where = self.elaborator.condition(node.where, context)
        elif kind.first("item") is None:
            where = e.Constant(True)
        return o.Rule(
            item.name, item.labels, item.account, item.kind, where, len(lines) < len(node.lines),
            (*self.guards[item.kind], *own), around, self.bodies.number(), node.name.span,
        )  # fmt: skip

    def names_group(self, line: t.Line, kind: Kind) -> bool:
        """Whether a line lets its item's records fall on the group of the student that they name."""
        group = kind.node.group
        if not isinstance(line, t.FallsOn) or not isinstance(line.date, t.Name) or group is None:
            return False
        self.bodies.article(line.cites)
        return self.scope.field_of(kind, line.date.text) is self.scope.field_of(kind, group.text)

    def article_of(self, account: AccountSymbol) -> str:
        """The articles of an account, or of the one around it."""
        parent = self.article_of(self.program.accounts[account.parent]) if account.parent else ""
        with self.scope.quiet():
            cited = list(self.bodies.cited)
            text = self.bodies.article(account.node.cites, parent)
            self.bodies.cited[:] = cited
        return text

    def account(self, symbol: AccountSymbol) -> o.Account:
        node = symbol.node
        parent = self.article_of(self.program.accounts[symbol.parent]) if symbol.parent else ""
        around = self.bodies.article(node.cites, parent)
        if not isinstance(node, t.Category) or isinstance(node, t.Score):
            self.check_period(getattr(node, "period", None), node, ("semester",))
        sort = {t.Score: "score", t.Credit: "credit", t.Account: "account"}.get(type(node), "category")
        lines = node.lines if isinstance(node, t.Body) else ()
        if sort != "account":
            self.bodies.check_place(lines, sort)
        operators: tuple[o.Operator, ...] = ()
        decision = None
        levels: dict[str, e.Expression] = {}
        diverts: list[tuple[e.Expression, str, str]] = []
        if sort == "credit":
            decision, found = self.bodies.decision(lines, Context(period=symbol.period), around, symbol.unit)
            first = next((line for line in lines if isinstance(line, t.Case)), None)
            if found is not None and first is not None:
                self.elaborator.need(found, "number", first.amount.value)
            diverts = [
                divert for line in lines if isinstance(line, t.GoesTo) and (divert := self.divert(line, symbol, around))
            ]
        else:
            inside = frozenset(
                rule for name in self.program.within(symbol.name) for rule in self.program.accounts[name].items
            )
            context = self.context_within(inside)
            operators = tuple(self.bodies.operators(lines, context, around, inside, symbol.unit))
            for line in lines:
                if isinstance(line, t.Level):
                    levels[line.which] = self.elaborator.number(line.value, Context(period=symbol.period), symbol.unit)[
                        0
                    ]
        order = next((line.field for line in lines if isinstance(line, t.InOrderOf)), None)
        return o.Account(
            symbol.name, symbol.labels, symbol.unit, symbol.period, sort, symbol.parent, tuple(symbol.children),  # type: ignore[arg-type]
            tuple(symbol.items), operators, levels.get("start"), levels.get("floor"), levels.get("ceiling"), decision,
            tuple(diverts), self.order_field(order, symbol), around,
        )  # fmt: skip

    def order_field(self, name: t.Identifier | None, symbol: AccountSymbol) -> str | None:
        if name is None:
            return None
        inside = frozenset(
            rule for inner in self.program.within(symbol.name) for rule in self.program.accounts[inner].items
        )
        kind = self.kind_within(inside)
        return self.named_field(name, kind, "date")

    def named_field(self, name: t.Identifier, kind: Kind | None, type_name: str) -> str | None:
        found = self.scope.field_of(kind, name.text)
        if found is None or kind is None:
            self.scope.unknown("field", name, kind.fields if kind else ())
            return None
        self.scope.used.add((kind.name, found.name))
        if found.type.name != type_name:
            self.elaborator.need(found.type, type_name, name)
        return found.name

    def kind_within(self, rules: frozenset[str]) -> Kind | None:
        """The kind of record of a container's rules, if they have one in common."""
        kinds = {self.program.items[name].kind for name in rules if name in self.program.items}
        return self.program.kinds[kinds.pop()] if len(kinds) == 1 else None

    def context_within(self, rules: Iterable[str]) -> Context:
        """What a container's lines stand among: its rules' kind of record, or their kinds."""
        names = dict.fromkeys(self.program.items[name].kind for name in rules if name in self.program.items)
        kinds = tuple(self.program.kinds[name] for name in names)
        return Context(kind=kinds[0] if len(kinds) == 1 else None, kinds=kinds)

    def divert(self, line: t.GoesTo, symbol: AccountSymbol, around: str) -> tuple[e.Expression, str, str] | None:
        target = self.program.account(line.account.text)
        if target is None:
            self.scope.unknown("account", line.account)
            return None
        limit, _ = self.elaborator.number(line.limit, Context(period=symbol.period), symbol.unit)
        return limit, target.name, self.bodies.article(line.cites, around)

    # ---- facts, moves, requirements
    def fact(self, name: str) -> Type:
        node = self.program.facts[name]
        self.bodies.check_place(node.lines, "fact")
        self.check_period(node.period, node, ("semester", "year"))
        unit = self.program.canonical("unit", node.unit.text) if node.unit else None
        if node.unit and unit is None:
            self.scope.unknown("unit", node.unit)
        around = self.bodies.article(node.cites)
        decision, kind = self.bodies.decision(node.lines, Context(period=node.period), around, unit)
        self.facts[name] = o.Fact(name, node.labels, node.period, kind.unit if kind else unit, decision, around)
        return kind or UNKNOWN

    def record_fact(self, name: str) -> Type:
        node = self.program.facts[name]
        kind = self.program.canonical("kind", node.kind.text) if node.kind else None
        inner = Context(kind=self.program.kinds[kind] if kind else None)
        decision, found = self.bodies.decision(node.lines, inner, self.bodies.article(node.cites), None)
        branches = tuple(
            (case.condition or e.Constant(True), case.value) for case in decision.cases if not case.otherwise
        )
        otherwise = next((case.value for case in decision.cases if case.otherwise), None)
        self.record_facts[name] = e.Cases(branches, otherwise, name)
        return found or UNKNOWN

    def move(self, node: t.Offset) -> o.Move | None:
        target = self.program.account(node.name.text)
        request = self.program.canonical("kind", node.request.text) if node.request else None
        if target is None:
            self.scope.unknown("account", node.name)
        if node.request and request is None:
            self.scope.unknown("kind", node.request)
        sources = []
        for name in node.sources:
            source = self.program.account(name.text)
            if source is None:
                self.scope.unknown("account", name)
            else:
                sources.append(source.name)
        if target is None or request is None or node.request is None:
            return None
        kind = self.program.kinds[request]
        fields = {sort: kind.first(sort) for sort in ("account", "number", "semester")}
        for sort, found in fields.items():
            if found is None:
                self.scope.report("CR653", node.request.span, kind=kind.name, name=sort)
                return None
            self.scope.used.add((kind.name, found.name))
        account, amount = fields["account"], fields["number"]
        assert account is not None and amount is not None
        self.bodies.check_place(node.lines, "offset")
        self.check_period(node.period, node, ("semester",))
        around = self.bodies.article(node.cites)
        context = Context(kind=kind)
        guards = [x for x in self.bodies.operators(node.lines, context, around, None, None) if isinstance(x, o.Guard)]
        roundings = [
            x
            for x in self.bodies.operators(
                [x for x in node.lines if isinstance(x, t.Rounded)], context, around, None, None
            )
        ]
        rounding = roundings[0] if roundings and isinstance(roundings[0], o.Round) else None
        order = next((line.field for line in node.lines if isinstance(line, t.InOrderOf)), None)
        limit = self.elaborator.number(node.limit, Context(period=node.period), target.unit)[0] if node.limit else None
        kind_guards = tuple(guard for guard in self.guards[request] if isinstance(guard, o.Guard))
        return o.Move(
            self.bodies.number(), target.name, request, tuple(sources), account.name, amount.name,
            self.named_field(order, kind, "date") if order else None, limit, self.ratios(node, around), rounding,
            (*kind_guards, *guards), node.labels, around, as_written(node.name.span, whole=True), node.name.span,
        )  # fmt: skip

    def ratios(self, node: t.Offset, around: str) -> tuple[o.Ratio, ...]:
        context = Context(period=node.period)
        return tuple(
            o.Ratio(
                self.bodies.number(), ratio.taken, ratio.given,
                self.elaborator.condition(ratio.condition, context) if ratio.condition else None,
                self.bodies.article(ratio.cites, around), as_written(ratio.span), ratio.span,
            )
            for ratio in node.ratios
        )  # fmt: skip

    def requirement(self, node: t.Require) -> o.Requirement:
        around = self.bodies.article(node.cites)
        parts = tuple(self.bodies.part(part, around) for part in node.parts)
        return o.Requirement(node.name.text, node.labels, parts, around)

    def unique(self, node: t.Unique) -> o.Uniqueness:
        over = self.bodies.rules_of(node.over.names) if node.over and node.over.names else None
        article = self.bodies.article(node.cites)
        context = self.context_within(over if over is not None else self.program.items)
        name = next(iter(self.bodies.key_field(node.field, context)), "")
        return o.Uniqueness(
            name, over, text=as_written(node.span), number=self.bodies.number(), article=article, span=node.span
        )

    def treats(self) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for node in self.program.treats:
            self.bodies.article(node.cites)
            item = self.program.canonical("item", node.item.text)
            if item is None:
                self.scope.unknown("item", node.item)
            if not node.decider:
                self.scope.report("CR335", node.span)
            if item and node.decider:
                found[node.code] = (item, node.decider)
        return found

    # ---- the rest
    def articles_of_the_rest(self) -> dict[str, tuple[str, ...]]:
        program = self.program
        head = program.policy
        found: dict[str, tuple[t.Line, ...]] = {head.identifier: (head,)} if head else {}
        found |= {name: (node, *node.values) for name, node in program.lets.items()}
        found |= {name: (node,) for name, node in (*program.tables.items(), *program.adjusts.items())}
        found |= {node.code: (node,) for node in program.treats}
        found |= {name: (kind.node, *kind.node.lines) for name, kind in program.kinds.items()}
        return {name: tuple(cite.text for line in lines for cite in line.cites) for name, lines in found.items()}

    def readings(self) -> tuple[o.ReadingNote, ...]:
        notes = []
        for reading in self.program.readings:
            article = self.bodies.article(reading.cites)
            line = reading.span.source.line_number(reading.span.start)
            notes.append(o.ReadingNote(reading.text, article, f"{reading.span.source.name}:{line}", reading.span))
        return tuple(notes)

    def check_references(self) -> None:
        """References lead to something, and to articles that there are."""
        for reference in self.program.references:
            self.bodies.article(reference.cites)
            sorts = ("item", "account", "fact", "require", "let", "table", "adjust", "kind")
            if not any(self.program.canonical(sort, reference.name.text) for sort in sorts):
                known = [text for sort, text in self.program.labels if sort in sorts]
                self.scope.unknown("name", reference.name, known)

    def article_names(self) -> tuple[str, ...]:
        """All articles of the regulation, longest names first where one begins with another."""
        found: list[str] = []
        for articles in self.program.articles:
            names = [name.text for name in articles.names]
            found += article_range(names[0], names[-1]) if articles.counted else names
        return tuple(dict.fromkeys(found))

    def without_rule(self) -> dict[str, str]:
        found = {}
        for group in (group for articles in self.program.articles for group in articles.without):
            for article in group.articles:
                if article.text not in self.bodies.articles:
                    self.scope.report("CR334", article.span, article=article.text)
                found[article.text] = group.reason
        return found


def depth_of(x: object, deep: Mapping[str, int]) -> int:
    """How deep an expression is, named values counted with what they refer to."""
    if isinstance(x, e.Setting):
        return deep.get(x.name, 0) + 1
    if isinstance(x, tuple):
        return max((depth_of(part, deep) for part in x), default=0)
    if not isinstance(x, e.Expression):
        return 0
    return 1 + max((depth_of(getattr(x, name), deep) for name in fields_dict(type(x))), default=0)
